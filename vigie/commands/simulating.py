"""``vigie simulate``: virtual kits in a workplace whose truth is known, on a broker or to a file."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from vigie.commands.options import (
    BrokerOption,
    FaultsOption,
    JsonOption,
    RestartOption,
    SpeedOption,
    WorkspaceOption,
    form_of,
    number,
    refuse_idle,
    speed_of,
)
from vigie.errors import UsageError
from vigie.output import Form, counted, print_sheet, show_rows
from vigie.times import local_day, now
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from catalog.identifiers import KitModelId
    from firmware_sim.load import LoadSettings
    from vigie.simulation.campaign import Campaign
    from vigie.simulation.files import Destination
    from vigie.simulation.sending import Line
    from vigie.simulation.true_values import TrueValue
    from vigie.workspace import Workspace

_TIMEZONE = "Europe/Paris"
_DAYS, _KITS, _SPEED = 3, 1, "max"
_RATE, _LASTS, _PER_GATEWAY = 100.0, "60s", 100
_LOAD = "load"
"""Kits of a load are called so, with a number behind."""

_SIGNALLED = 130
"""Exit code of a simulation somebody ended by a signal."""


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("simulate")(simulate)


def simulate(
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="A workplace of --list, or a YAML file.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="All workplaces that come with Vigie, and end.")] = False,
    variant: Annotated[
        str | None, typer.Option("--variant", metavar="NAME", help="under, near or over its limits.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="DATE", help="First day; default: so that it is just over.")
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="Working days.")] = _DAYS,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same bytes.")] = 1,
    kits: Annotated[int, typer.Option("--kits", metavar="N", help="In each zone.")] = _KITS,
    model: Annotated[
        str | None, typer.Option("--model", metavar="ID", help="Kit model of all kits: another grade of sensors.")
    ] = None,
    drawn: Annotated[
        bool, typer.Option("--drawn", help="One random campaign: rooms, people, kits' places drawn with the seed.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR|FILE", help="Write a folder, or a .jsonl recording, .csv or .parquet."),
    ] = None,
    speed: SpeedOption = _SPEED,
    enter: Annotated[
        bool, typer.Option("--register", help="Enter its places, kits and deployments in the workspace.")
    ] = False,
    faults: FaultsOption = None,
    restart_broker: RestartOption = None,
    broker: BrokerOption = None,
    load: Annotated[
        int | None,
        typer.Option("--load", metavar="N", help="In place of SCENARIO: a load of N kits on a broker, in real time."),
    ] = None,
    rate: Annotated[
        float,
        typer.Option("--rate", parser=number, metavar="N", help="Messages a second of all kits of a load."),
    ] = _RATE,
    lasts: Annotated[str, typer.Option("--for", metavar="TIME", help="How long a load lasts, e.g. 10min.")] = _LASTS,
    per_gateway: Annotated[
        int, typer.Option("--per-gateway", metavar="N", help="Kits of a load behind each gateway; 1: none.")
    ] = _PER_GATEWAY,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Virtual kits in a simulated workplace: on a broker as real ones would be, or to files with the truth beside them.

    Everything is marked as simulated. The same scenario, days and seed give the same bytes. At the end stands what the
    people there were really exposed to, to compare with vigie exposures. On a terminal, space pauses and goes on, n
    lets one message go, q ends.

    Example: vigie simulate joinery --variant over -w rehearsal --register
    """
    from vigie.simulation.campaign import Asked, campaign_of

    if listed:
        _list(form_of(as_json, as_csv=False))
        return
    of_load = {"--rate": rate != _RATE, "--for": lasts != _LASTS, "--per-gateway": per_gateway != _PER_GATEWAY}
    of_sending: dict[str, object] = {"--speed": speed != _SPEED, "--faults": faults, "--restart-broker": restart_broker}
    if load is not None:
        if scenario is not None:
            raise UsageError(f"{scenario} and --load; one of the two: a load has kits of its own")
        of_campaign: dict[str, object] = {
            "--variant": variant,
            "--start": start,
            "--days": days != _DAYS,
            "--kits": kits != _KITS,
        }
        of_campaign |= {"--model": model, "--drawn": drawn, "--to": to, "--register": enter}
        refuse_idle(of_campaign | of_sending, "a load has kits of its own, in real time, on a line without faults")
        target = _line_of_load(broker, workspace)
        _load(_load_settings(load, rate, lasts, per_gateway, seed, target), target.address, as_json)
        return
    if scenario is None:
        raise UsageError("no workplace is named; vigie simulate --list shows all, or name a YAML file")
    refuse_idle(of_load, "it is about a --load")
    asked = Asked(scenario, variant, _date(start), days, seed, kits, _model(model), drawn)
    campaign = campaign_of(asked, local_day(now(), _TIMEZONE))
    files = _destination(to)
    line = None
    if files is None or broker is not None or workspace is not None or enter:
        line = _line(broker, workspace, speed, faults, restart_broker)
    else:
        refuse_idle(of_sending, "with --to alone nothing is sent; name a broker with -w DIR or --broker URL")
    say = sys.stderr if as_json else sys.stdout
    say.write(f"{_simulated(campaign)}\n")
    if line is not None and line.place is not None:
        _prepare(line.place, campaign, enter, say)
    elif enter:
        raise UsageError("--register enters the places in a workspace; name it with -w DIR")
    values = _true_values(campaign, line.place if line is not None else None)
    if files is not None:
        _write(campaign, files, values, say)
    signalled = line is not None and _send(campaign, line, say)
    _tell_truth(values, as_json)
    say.write(f"Again: {campaign.command}\n")
    if signalled:
        raise typer.Exit(_SIGNALLED)


def _list(form: Form) -> None:
    from dataclasses import asdict

    from vigie.simulation.words import packaged_list

    rows: list[dict[str, object]] = [asdict(workplace) for workplace in packaged_list()]
    show_rows(
        rows,
        form,
        title=f"{counted(len(rows), 'workplace')}; vigie simulate NAME",
        nothing="No workplaces.",
        columns=["name", "title_en", "title_fr", "zones", "variants", "about"],
    )


def _line_of_load(broker: str | None, workspace: Path | None) -> "Line":
    """The broker; nobody puts a load on his service by accident."""
    from store.registry import load as load_registry
    from store.scope import Scope

    if broker is None and workspace is None:
        raise UsageError(
            "--load is for a broker you name: --broker URL or -w DIR; whoever collects there stores it all"
        )
    line = _line(broker, workspace, "1", None, None)
    if line.place is not None:
        for kit in load_registry(line.place.database, Scope.service()).kits.values():
            if kit.id.startswith(f"{_LOAD}-") and not kit.simulated:
                raise UsageError(f"{kit.id} is a real kit of {line.place.root}, and kits of a load are named so")
    return line


def _load_settings(kits: int, rate: float, lasts: str, per_gateway: int, seed: int, line: "Line") -> "LoadSettings":
    from firmware_sim.fleet import Wiring
    from firmware_sim.load import LoadSettings
    from vigie.simulation.sending import authority_of

    settings = LoadSettings(
        kits=kits,
        rate=rate,
        seconds=_seconds(lasts),
        wiring=Wiring.OWN_CONNECTION if per_gateway == 1 else Wiring.GATEWAYS,
        kits_per_gateway=per_gateway,
        seed=seed,
        prefix=_LOAD,
        authority=authority_of(line.place),
    )
    settings.check()
    return settings


def _load(settings: "LoadSettings", address: str, as_json: bool) -> None:
    from firmware_sim.load import run_load
    from firmware_sim.playback import Playback
    from vigie.compilation import announce_first_simulation
    from vigie.keyboard import hands_on
    from vigie.progress import bars
    from vigie.simulation.load_words import load_row, load_words

    announce_first_simulation()
    playback = Playback()
    with bars() as progress:
        task = progress.add_task("published", total=settings.messages)
        with hands_on(playback) as hands:
            report = run_load(address, settings, lambda done: progress.update(task, completed=done), playback)
    if as_json:
        sys.stdout.write(json.dumps([load_row(settings, report)], indent=2) + "\n")
    else:
        sys.stdout.write(load_words(settings, report))
    if hands.signalled:
        raise typer.Exit(_SIGNALLED)


def _seconds(text: str) -> float:
    from firmware_sim.durations import EXPECTED, parse_duration

    try:
        return parse_duration(text) / 1000
    except ValueError:
        raise UsageError(f'--for is "{text}"; expected {EXPECTED}') from None


def _date(text: str | None) -> "date | None":
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f'--start is "{text}"; expected a date such as 2026-03-02') from None


def _model(text: str | None) -> "KitModelId | None":
    from catalog.identifiers import KitModelId

    return None if text is None else KitModelId(text)


def _destination(to: Path | None) -> "Destination | None":
    from vigie.simulation.files import destination_of

    return None if to is None else destination_of(to)


def _line(
    broker: str | None, workspace: Path | None, speed: str, faults: Path | None, restart_broker: str | None
) -> "Line":
    from vigie.broker import broker_address, workspace_of_broker
    from vigie.fault_words import read_faults, restart_by
    from vigie.simulation.sending import Line

    place = workspace_of_broker(workspace, broker)
    return Line(
        address=broker if broker is not None else broker_address(place or find_workspace(None)),
        place=place,
        speed=speed_of(speed),
        faults=read_faults(faults),
        restart_broker=restart_by(restart_broker),
    )


def _simulated(campaign: "Campaign") -> str:
    """Simulate, which takes a moment, and say what."""
    from vigie.compilation import announce_first_simulation
    from vigie.progress import bars
    from vigie.simulation.words import accounted, begun

    announce_first_simulation()
    with bars() as progress:
        task = progress.add_task("simulating", total=None)
        words = f"{begun(campaign)}\n{accounted(campaign.account)}"
        progress.update(task, total=1, completed=1)
    return words


def _prepare(place: "Workspace", campaign: "Campaign", enter: bool, say: TextIO) -> None:
    from vigie.simulation.target import homeless, refuse_mixtures, register_places

    refuse_mixtures(place, campaign)
    if enter:
        saved = register_places(place, campaign)
        say.write(f"{place.root}: {saved.added} new in the registry, {saved.changed} changed\n")
    for kit in homeless(place, campaign):
        sys.stderr.write(
            f"{kit.id} is not at {kit.truth.zone} in the registry of {place.root}: its readings belong to nobody there "
            "until a deployment says so (--register)\n"
        )


def _write(campaign: "Campaign", to: "Destination", values: "Sequence[TrueValue]", say: TextIO) -> None:
    from vigie.progress import bars
    from vigie.simulation.files import write_campaign
    from vigie.simulation.words import written

    with bars() as progress:
        task = progress.add_task("written", total=campaign.message_count)
        paths = write_campaign(campaign, to, values, lambda done: progress.update(task, completed=done))
    say.write(f"{written(paths, to, [kit.id for kit in campaign.kits])}\n")


def _send(campaign: "Campaign", line: "Line", say: TextIO) -> bool:
    """Send it all; whether a signal ended it early."""
    from firmware_sim.playback import Playback
    from vigie.fault_words import fault_lines
    from vigie.keyboard import hands_on
    from vigie.progress import bars
    from vigie.simulation.sending import send
    from vigie.simulation.words import sent

    playback = Playback()
    total = campaign.message_count
    with bars() as progress:
        task = progress.add_task("published", total=total)

        def show(done: int) -> None:
            progress.update(task, completed=done, description="paused" if playback.paused else "published")

        with hands_on(playback) as hands:
            report = send(campaign, line, show, playback)
    say.write(f"{sent(report)}\n")
    if playback.stop.is_set():
        say.write(f"ended early: {report.messages} of {total} messages\n")
    say.writelines(f"{text}\n" for text in fault_lines(line.faults, report.faults))
    return hands.signalled


def _true_values(campaign: "Campaign", place: "Workspace | None") -> "list[TrueValue]":
    from catalog.registry import parse_registry
    from rules.pack import default_packs
    from vigie.simulation.true_values import true_values

    packs = default_packs() if place is None else place.packs
    registry = parse_registry(campaign.registry, f"registry of {campaign.asked.scenario}")
    return true_values(packs, registry, campaign.kits, campaign.days[0], campaign.days[-1])


def _tell_truth(values: "Sequence[TrueValue]", as_json: bool) -> None:
    from vigie.simulation.words import true_lines, true_rows, true_sheet

    if as_json:
        sys.stdout.write(json.dumps(true_rows(values), ensure_ascii=False, indent=2) + "\n")
        return
    lines = true_lines(values)
    close = [line for line in lines if line.close]
    if close:
        print_sheet(true_sheet(close))
    far = len(lines) - len(close)
    if far:
        sys.stdout.write(f"{counted(far, 'other measure')} far from any limit; --json tells all\n")
    sys.stdout.write("Compare with: vigie exposures --window shift\n")
