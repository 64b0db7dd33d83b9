"""Is everything well: broker, inbox, tables, kits, clocks, calibrations, disk; each check says what to do."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

import polars as pl

from catalog.kits import Deployment
from catalog.registry import Registry
from ingest.inbox import Inbox
from ingest.mqtt import BrokerError, SessionTerms, connect, disconnect, parse_address
from rules.errors import PackError
from store.attachments import problems_of_attachments
from store.kits import KitStatusStore
from store.metrology import problems_of_results
from store.outbox import MessageState, Outbox
from store.progress import ComputeState
from store.registry import load
from store.scope import Scope
from store.snapshots import problems_of_snapshots
from store.ticket_log import event_with_hash, head, problems_of_log
from vigie.broker import broker_address, broker_certificates
from vigie.errors import UsageError
from vigie.notifications.access import mail_access, webhook_access
from vigie.output import counted
from vigie.workspace import Workspace

_DAY = 86_400_000
_SILENT = 3_600_000
_SKEW = 60_000.0
_INBOX_AGE = 300_000
_OUTBOX_AGE = 3_600_000
_LEAST_FREE = 2 << 30
_TOLD = 20
"""Problems of the log told one by one."""


class State(Enum):
    """Outcome of a check."""

    WELL = "well"
    LOOK = "look"
    """Somebody should look, nothing is lost."""
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    words: str


def examine(place: Workspace, now: int) -> Iterator[Finding]:
    """Look at everything, one finding after the other.

    Parameters
    ----------
    now : int
        Milliseconds UTC.
    """
    registry = load(place.database, Scope.service())
    yield Finding(
        "database",
        State.WELL,
        f"{counted(len(registry.zones), 'zone')}, {counted(len(registry.kits), 'kit')} in the registry",
    )
    checks: tuple[Callable[[Workspace, Registry, int], Iterator[Finding]], ...] = (
        _broker,
        _inbox,
        _tables,
        _rules,
        _kits,
        _calibrations,
        _ticket_log,
        _notifications,
        _disk,
    )
    for check in checks:
        yield from check(place, registry, now)


def _broker(place: Workspace, _registry: Registry, _now: int) -> Iterator[Finding]:
    settings = place.settings.broker
    try:
        address = parse_address(broker_address(place), broker_certificates(place))
        client = connect(address, SessionTerms(f"{settings.client_id}-doctor", expiry=0))
        disconnect(client)
    except BrokerError as error:
        hint = "; the embedded broker runs inside vigie run or vigie collect" if settings.embedded else ""
        yield Finding("broker", State.LOOK if settings.embedded else State.BROKEN, f"{error}{hint}")
        return
    yield Finding("broker", State.WELL, f"{settings.url} answers")


def _inbox(place: Workspace, _registry: Registry, now: int) -> Iterator[Finding]:
    with Inbox(place.inbox_path) as inbox:
        waiting, dead = inbox.waiting(), inbox.dead()
        oldest = inbox.take(1)
    age = now - oldest[0].message.received if oldest else 0
    state = State.LOOK if age > _INBOX_AGE else State.WELL
    late = (
        f", the oldest for {age // 60_000} min: is vigie collect or vigie run at work?" if state is State.LOOK else ""
    )
    yield Finding("inbox", state, f"{waiting} messages wait to be written{late}")
    words = f"{dead} messages could not be used; vigie dead-letters says why" if dead else "none"
    yield Finding("dead letters", State.LOOK if dead else State.WELL, words)


def _tables(place: Workspace, _registry: Registry, now: int) -> Iterator[Finding]:
    version = place.readings.version()
    reached = ComputeState(place.database).reached()
    if reached is not None and version < reached.readings_version:
        words = (
            f"table version {version}, but exposures were computed from version {reached.readings_version}: "
            "readings are gone; bring the folder back from a backup before anything is computed"
        )
        yield Finding("readings", State.BROKEN, words)
        return
    yield Finding("readings", State.WELL, f"table version {version}")
    if reached is None:
        yield Finding(
            "exposures", State.LOOK, "not computed since the registry was last changed, or never; vigie compute"
        )
        return
    behind = bool(place.readings.touched_since(reached.readings_version).spans)
    hours = (now - reached.at) / 3_600_000
    state = State.LOOK if behind and hours > 1 else State.WELL
    words = f"computed {hours:.1f} h ago" + (", readings came since; vigie compute" if behind else "")
    yield Finding("exposures", state, words)


def _rules(place: Workspace, _registry: Registry, _now: int) -> Iterator[Finding]:
    try:
        packs = place.packs
    except (PackError, UsageError) as error:
        first, *others = str(error).splitlines()
        more = f", and {counted(len(others), 'mistake')} more: vigie rules check" if others else ""
        yield Finding("rules", State.BROKEN, f"{first}{more}; nothing is judged until it is mended")
        return
    yield Finding("rules", State.WELL, ", ".join(f"{pack.id} {pack.version}" for pack in packs))


def _kits(place: Workspace, registry: Registry, now: int) -> Iterator[Finding]:
    lent = [d for d in registry.deployments.values() if d.start <= now and (d.end is None or d.end > now)]
    if not lent:
        yield Finding("kits", State.WELL, "no kit is deployed now")
        return
    recent = place.readings.read([d.kit for d in lent], start=now - _DAY)
    statuses = KitStatusStore(place.database).all()
    for deployment in sorted(lent, key=lambda d: d.kit):
        status = statuses.get(deployment.kit)
        said = f", said {status.state} {_ago(now - status.received)}" if status else ""
        yield _kit(deployment, recent.filter(pl.col("kit") == deployment.kit), said, now)


def _kit(deployment: Deployment, recent: pl.DataFrame, said: str, now: int) -> Finding:
    name = f"kit {deployment.kit}"
    if recent.is_empty():
        return Finding(name, State.BROKEN, f"no reading for a day{said}: power, network or the kit itself")
    instants = recent["instant"].dt.epoch("ms")
    silence = now - int(instants.max())  # type: ignore[arg-type]  # not empty
    lag = float((recent["received"].dt.epoch("ms") - instants).median())  # type: ignore[arg-type]  # not empty
    if silence > _SILENT:
        return Finding(
            name, State.BROKEN, f"silent for {silence // 60_000} min{said}: power, network or the kit itself"
        )
    if lag < -_SKEW:
        return Finding(name, State.LOOK, f"its clock is {-lag / 1000:.0f} s ahead; set it from a time server")
    return Finding(name, State.WELL, f"last reading {_ago(silence)}{said}")


def _calibrations(_place: Workspace, registry: Registry, now: int) -> Iterator[Finding]:
    today = datetime.fromtimestamp(now / 1000, UTC).date()
    newest = [last for kit in registry.kits for last in registry.calibrations_on(kit, today)]
    due = [c for c in newest if c.is_overdue(today)]
    for calibration in due:
        words = f"{calibration.quantity} was due for calibration on {calibration.due}; less and less sure since"
        yield Finding(f"kit {calibration.kit}", State.LOOK, words)
    if newest and not due:
        yield Finding("calibrations", State.WELL, f"{len(newest)} in date")


def _ticket_log(place: Workspace, _registry: Registry, _now: int) -> Iterator[Finding]:
    with place.database.reading() as session:
        problems = [
            *problems_of_log(session),
            *problems_of_snapshots(session),
            *problems_of_results(session),
            *problems_of_attachments(session, place.attachments),
        ]
        newest = head(session)
    for problem in problems[:_TOLD]:
        whose = "" if problem.ticket is None else f"ticket {problem.ticket}: "
        yield Finding("log of tickets", State.BROKEN, f"{whose}{problem.text}")
    if len(problems) > _TOLD:
        yield Finding("log of tickets", State.BROKEN, f"and {len(problems) - _TOLD} more")
    if not problems:
        words = f"unbroken, its head is {newest[:16]}" if newest else "empty"
        yield Finding("log of tickets", State.WELL, words)


def noted_head(place: Workspace, noted: str) -> Finding:
    """Whether a head of the log that was noted elsewhere is still in it; everything before it then is what it was.

    Parameters
    ----------
    noted : str
        The hash, or its first sixteen digits or more.

    Raises
    ------
    UsageError
        It is no such hash.
    """
    text = noted.strip().lower()
    if not re.fullmatch("[0-9a-f]{16,64}", text):
        raise UsageError(
            f'--head is "{noted}"; expected 16 to 64 hexadecimal digits, as doctor or a daily mail tells them'
        )
    with place.database.reading() as session:
        found = event_with_hash(session, text)
    if found is None:
        return Finding("noted head", State.BROKEN, f"{text[:16]} is not in the log of tickets: it is another log")
    words = f"{text[:16]} is event {found.number} of ticket {found.ticket}; the log up to it is as it was noted"
    return Finding("noted head", State.WELL, words)


def _notifications(place: Workspace, registry: Registry, now: int) -> Iterator[Finding]:
    settings = place.settings.notifications
    outbox = Outbox(place.database)
    counts, oldest = outbox.counts(), outbox.oldest_waiting()
    if not settings.enabled and not sum(counts.values()):
        yield Finding("notifications", State.WELL, "none are set up; [notifications] in vigie.toml")
        return
    try:
        if settings.mails:
            mail_access(place)
        webhook_access(place)
    except UsageError as error:
        yield Finding("notifications", State.BROKEN, str(error))
    for webhook in settings.webhook:
        if webhook.employer and webhook.employer not in registry.employers:
            words = f"there is no employer {webhook.employer!r}; vigie.toml names it, nothing is sent there"
            yield Finding(f"webhook {webhook.name}", State.LOOK, words)
    state, words = State.WELL, f"{counted(counts[MessageState.SENT], 'message')} sent"
    if oldest is not None and now - oldest > _OUTBOX_AGE:
        waiting = counts[MessageState.PENDING] + counts[MessageState.SENDING]
        state = State.LOOK
        words += (
            f", {waiting} waiting, the oldest for {(now - oldest) // 3_600_000} h: vigie notifications list says why"
        )
    for what, asked in ((MessageState.FAILED, "could not be sent"), (MessageState.UNCERTAIN, "perhaps never arrived")):
        if counts[what]:
            state = State.LOOK
            words += f", {counts[what]} {asked}: vigie notifications list --state {what.value}"
    yield Finding("notifications", state, words)


def _disk(place: Workspace, _registry: Registry, _now: int) -> Iterator[Finding]:
    free = shutil.disk_usage(place.data).free
    state = State.BROKEN if free < _LEAST_FREE else State.WELL
    words = f"{free / 2**30:.0f} GiB free" + (
        "; make room before readings are refused" if state is State.BROKEN else ""
    )
    yield Finding("disk", state, words)


def _ago(milliseconds: int) -> str:
    minutes = milliseconds // 60_000
    if minutes < 2:
        return f"{max(milliseconds, 0) // 1000} s ago"
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"
