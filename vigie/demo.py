"""The demo: virtual kits publish over MQTT, and everything behind them is the real thing."""

import secrets
import shutil
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.progress import Progress

from catalog.registry import Registry, parse_registry
from firmware_sim.faults import NO_FAULTS, FaultCount, FaultScript
from firmware_sim.fleet import FleetSettings, Wiring, publish_kits
from firmware_sim.workplaces import DEMO_DAYS, DEMO_TIMEZONE, demo, first_demo_day, working_days
from ingest.broker import EmbeddedBroker
from rules.roles import Role
from store.accounts import AccountStore
from store.registry import save
from vigie.compute import Summary, compute
from vigie.errors import RefusedError, UsageError
from vigie.service import Collecting, collecting, embedded_broker
from vigie.times import instant_of, now
from vigie.workspace import Workspace, create_workspace

MARKER = ".vigie-demo"
"""A file in the demo's folder that says it may be made anew."""

SEED = 2026
"""Same day, same seed: same demo."""

_PATIENCE = 120.0
"""Seconds the collector may take for what was published."""


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo; the password is made anew each time."""

    email: str
    password: str
    who: str


@dataclass(frozen=True, slots=True)
class DemoResult:
    """What came of the demo.

    Attributes
    ----------
    messages, readings, dead_letters : int
        As the service counted them, not as the kits did.
    """

    messages: int
    readings: int
    dead_letters: int
    summary: Summary
    accounts: tuple[DemoAccount, ...]
    faults: tuple[FaultCount, ...] = ()


def make_workspace(folder: Path, portal_port: int) -> Workspace:
    """A fresh workspace for the demo.

    Raises
    ------
    UsageError
        The folder holds something that is not an earlier demo.
    """
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).is_file():
            raise UsageError(f"{folder}: holds something that is not a demo; name an empty folder with --folder DIR")
        shutil.rmtree(folder)
    workspace = create_workspace(folder, "Service de prévention (démonstration)", _free_port(), portal_port)
    (folder / MARKER).write_text("made by vigie demo; vigie demo deletes and makes it anew\n", encoding="utf-8")
    return workspace


def run_demo(workspace: Workspace, today: date, progress: Progress, faults: FaultScript = NO_FAULTS) -> DemoResult:
    """Publish, collect, compute.

    Parameters
    ----------
    today : date
        The virtual kits measured on the last three working days before it.
    faults : FaultScript
        What befalls the line between the kits and the broker.

    Raises
    ------
    FaultScriptError
        The script names a kit that is not in the demo.
    RefusedError
        What was published did not all arrive.
    """
    first = first_demo_day(today)
    save(workspace.database, demo_registry(first), readings=workspace.readings)
    accounts = _accounts(workspace)
    simulating = progress.add_task("simulating three workplaces", total=None)
    kits = demo(first, SEED)
    total = sum(kit.message_count for kit in kits)
    progress.update(simulating, total=1, completed=1)
    with ExitStack() as stack:
        broker = stack.enter_context(embedded_broker(workspace))
        at_work = stack.enter_context(collecting(workspace, broker))
        publishing = progress.add_task("kits publish over MQTT", total=total)
        storing = progress.add_task("collected and stored", total=total)

        def published(count: int) -> None:
            progress.update(publishing, completed=count)
            progress.update(storing, completed=min(at_work.writer.stats.messages, total))

        settings = FleetSettings(
            wiring=Wiring.GATEWAY,
            gateway="vigie-demo",
            faults=faults,
            restart_broker=lambda: _restart(broker, at_work, workspace.settings.broker.client_id),
        )
        came = publish_kits(kits, workspace.settings.broker.url, settings, published)
        _wait(at_work, came.acknowledged, lambda count: progress.update(storing, completed=min(count, total)))
    stats = at_work.writer.stats
    computing = progress.add_task("exposures, decisions, tickets", total=None)
    summary = compute(
        workspace,
        now(),
        progress=lambda done, zones, _zone: progress.update(computing, completed=done, total=zones),
    )
    return DemoResult(stats.messages, stats.readings, stats.dead, summary, accounts, came.faults)


def demo_registry(first: date) -> Registry:
    """The demo's places and kits, each kit deployed for just the days it measures."""
    text = (files("vigie") / "data" / "demo-registry.yaml").read_text(encoding="utf-8")
    registry = parse_registry(text, "demo-registry.yaml")
    last = working_days(first, DEMO_DAYS)[-1]
    start = instant_of(first, DEMO_TIMEZONE)
    end = instant_of(last + timedelta(days=1), DEMO_TIMEZONE)
    lent = {key: replace(deployment, start=start, end=end) for key, deployment in registry.deployments.items()}
    return replace(registry, deployments=lent)


def today_in_france() -> date:
    """The local day of the demo's workplaces."""
    return datetime.now(ZoneInfo(DEMO_TIMEZONE)).date()


def _accounts(workspace: Workspace) -> tuple[DemoAccount, ...]:
    store = AccountStore(workspace.database)
    engineer = DemoAccount("ingenieur@demo.example", secrets.token_urlsafe(9), "engineer: sees every employer")
    employer = DemoAccount("employeur@demo.example", secrets.token_urlsafe(9), "employer: Menuiserie Kervadec only")
    made = now()
    store.create(engineer.email, "Ingénieur de démonstration", Role.ENGINEER, engineer.password, made)
    store.create(
        employer.email, "Employeur de démonstration", Role.EMPLOYER, employer.password, made, "menuiserie-kervadec"
    )
    return engineer, employer


def _wait(at_work: Collecting, total: int, told: Callable[[int], None]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while at_work.writer.stats.messages < total:
        if time.monotonic() > deadline:
            missing = total - at_work.writer.stats.messages
            raise RefusedError(f"{missing} of {total} messages did not arrive within {_PATIENCE:.0f} s")
        told(at_work.writer.stats.messages)
        time.sleep(0.05)
    told(total)


def _restart(broker: EmbeddedBroker | None, at_work: Collecting, client_id: str) -> None:
    """End the embedded broker as an orderly end does, start it, and wait until the collector listens again."""
    if broker is None:
        raise RefusedError("the broker of this workspace is not ours to restart")
    before = at_work.collector.stats.connections
    left = broker.finish(client_id)
    if left:
        raise RefusedError(f"{left} messages were still in the broker that was to be restarted")
    broker.stop()
    broker.start()
    deadline = time.monotonic() + _PATIENCE
    while at_work.collector.stats.connections == before or at_work.collector.stats.error:
        if time.monotonic() > deadline:
            raise RefusedError(
                f"the collector did not come back within {_PATIENCE:.0f} s: {at_work.collector.stats.error}"
            )
        time.sleep(0.05)


def preferred_port(port: int) -> int:
    """The port, or 0 (any free one) where somebody listens on it already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
