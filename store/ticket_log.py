"""The log of tickets: append-only, each event bound to the one before it by a hash, so that a change is evident.

The log is the truth; a row of ``tickets`` is its fold (:func:`rules.life.fold`), kept so that lists need not fold.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.life import OPEN, Standing, fold
from rules.ticket_events import DETAILS, Detail, EventKind, Said, TicketEvent
from store.tables import TicketEventRow, TicketRevisionRow, TicketRow, storable
from store.ticket_content import TicketContent, to_json

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to a ticket, before it has a number.

    Attributes
    ----------
    at : int
        Milliseconds UTC.
    by : str
        Account, or ``vigie`` for the rules.
    role : str
        Of the account; "" for the rules.
    """

    at: int
    kind: EventKind
    by: str
    role: str
    revision: int
    note: str
    detail: Detail


@dataclass(frozen=True, slots=True)
class LogProblem:
    """Something in the tables that the log does not vouch for."""

    ticket: int | None
    text: str


def digest_of(content: TicketContent) -> str:
    """SHA-256 of what a revision says, hexadecimal."""
    return hashlib.sha256(_canonical(to_json(content))).hexdigest()


def digest_of_basis(row: TicketRevisionRow) -> str:
    """SHA-256 of what a revision was computed from, hexadecimal."""
    names = ("at", "readings_version", "computed_at", "registry_digest", "packs", "software")
    return hashlib.sha256(_canonical({name: getattr(row, name) for name in names})).hexdigest()


def head(session: Session) -> str:
    """The hash of the newest event of all, "" of an empty log: noted elsewhere, it vouches for everything before."""
    newest = session.scalars(select(TicketEventRow.hash).order_by(TicketEventRow.id.desc()).limit(1)).first()
    return newest or ""


def event_with_hash(session: Session, beginning: str) -> TicketEventRow | None:
    """The event whose hash begins so; None where there is none."""
    return session.scalars(select(TicketEventRow).where(TicketEventRow.hash.startswith(beginning)).limit(1)).first()


def begin(session: Session, row: TicketRow, opened: Step) -> None:
    """Open a ticket: give its row a number, and its log the first event.

    Parameters
    ----------
    row : TicketRow
        New, with zone, agent and rule; what it shows is filled in here.
    opened : Step
        Of kind *opened*.
    """
    first = TicketEvent(1, opened.at, opened.kind, opened.by, opened.role, opened.revision, opened.note, opened.detail)
    show(row, fold([first]), [first])
    session.add(row)
    session.flush()
    append(session, row, [opened])


def append(session: Session, row: TicketRow, steps: Iterable[Step]) -> None:
    """Add events to a ticket's log and bring its row to what the log then comes to.

    Parameters
    ----------
    session : Session
        Of a writing transaction: one writer at a time makes the chain one.
    row : TicketRow
        Flushed, so that it has its number; what it shows is overwritten.
    steps : iterable of Step

    Raises
    ------
    ValueError
        A step the ticket cannot take.
    """
    events = events_of(session, row.id)
    previous = head(session)
    for step in steps:
        event = TicketEvent(
            len(events) + 1, step.at, step.kind, storable(step.by), step.role, step.revision, storable(step.note),
            step.detail,
        )  # fmt: skip
        written = _row(row.id, event, previous)
        session.add(written)
        previous = written.hash
        events.append(event)
    session.flush()
    show(row, fold(events), events)


def events_of(session: Session, ticket: int) -> list[TicketEvent]:
    """The log of one ticket, in order."""
    rows = session.scalars(
        select(TicketEventRow).where(TicketEventRow.ticket == ticket).order_by(TicketEventRow.number)
    )
    return [event_of(row) for row in rows]


def event_of(row: TicketEventRow) -> TicketEvent:
    """One row of the log as the rules know it."""
    kind = EventKind(row.kind)
    detail = msgspec.convert(row.detail, DETAILS[kind])
    return TicketEvent(row.number, row.at, kind, row.by, row.role, row.revision, row.note, detail)


def show(row: TicketRow, standing: Standing, events: Sequence[TicketEvent]) -> None:
    """Write what the log comes to into the ticket's row."""
    for name, value in _shown(standing, events).items():
        setattr(row, name, value)


def problems_of_log(session: Session) -> list[LogProblem]:
    """Everything of the tickets' tables that the log does not vouch for; an untouched log has none.

    Notes
    -----
    Checks the chain of hashes over all events, the numbers inside each ticket, the checksums of what every revision
    says and was computed from, that every ticket is there and about the same matter, and that its row shows what its
    events come to. Who can write the database can also write a whole new chain: note
    :func:`head` elsewhere (the daily mail carries it).
    """
    return [*_chain(session), *_folds(session)]


def _chain(session: Session) -> Iterator[LogProblem]:
    previous = ""
    rows = session.scalars(select(TicketEventRow).order_by(TicketEventRow.id).execution_options(yield_per=_AT_ONCE))
    for row in rows:
        if row.previous != previous:
            yield LogProblem(
                row.ticket, f"event {row.number} does not follow the one before it: one is missing or moved"
            )
        elif row.hash != _hash(_record(row)):
            yield LogProblem(row.ticket, f"event {row.number} ({row.kind}) was changed after it was written")
        previous = row.hash


def _folds(session: Session) -> Iterator[LogProblem]:
    revisions = {
        (row.ticket, row.revision): _Vouched(hashlib.sha256(_canonical(row.content)).hexdigest(), digest_of_basis(row))
        for row in session.scalars(select(TicketRevisionRow).execution_options(yield_per=_AT_ONCE))
    }
    rows = session.scalars(select(TicketEventRow).order_by(TicketEventRow.ticket, TicketEventRow.number))
    logs = {ticket: list(log) for ticket, log in groupby(rows, key=lambda row: row.ticket)}
    for ticket in session.scalars(select(TicketRow).order_by(TicketRow.id)):
        yield from _fold_of(ticket, logs.pop(ticket.id, []), revisions)
    for missing in logs:
        yield LogProblem(missing, "it is missing; its log is there")


@dataclass(frozen=True, slots=True)
class _Vouched:
    """The checksums of a revision as it is now."""

    content: str
    basis: str


def _fold_of(
    ticket: TicketRow, log: Sequence[TicketEventRow], revisions: dict[tuple[int, int], _Vouched]
) -> Iterator[LogProblem]:
    try:
        events = [event_of(row) for row in log]
        standing = fold(events)
    except (ValueError, msgspec.ValidationError) as error:
        yield LogProblem(ticket.id, f"its log cannot be followed: {error}")
        return
    for event in events:
        if isinstance(event.detail, Said):
            yield from _revision_of(ticket.id, event.revision, event.detail, revisions)
    for name, value in {**_matter(events), **_shown(standing, events)}.items():
        if getattr(ticket, name) != value:
            yield LogProblem(ticket.id, f"its {name} is {getattr(ticket, name)!r}; its log comes to {value!r}")


def _revision_of(
    ticket: int, revision: int, said: Said, revisions: dict[tuple[int, int], _Vouched]
) -> Iterator[LogProblem]:
    now = revisions.get((ticket, revision))
    if now is None or now.content != said.content:
        yield LogProblem(ticket, f"revision {revision} does not say what the log recorded")
    elif said.basis and now.basis != said.basis:
        yield LogProblem(ticket, f"what revision {revision} was computed from is not what the log recorded")


def _matter(events: Sequence[TicketEvent]) -> dict[str, object]:
    """The columns that say what a ticket is about, as the log's first event has them."""
    opened = events[0].detail
    if not isinstance(opened, Said) or not opened.zone:  # of before they were recorded
        return {}
    return {"zone": opened.zone, "agent": opened.agent, "rule": opened.rule}


def _shown(standing: Standing, events: Sequence[TicketEvent]) -> dict[str, object]:
    """The columns of a ticket's row that are made of its log."""
    said = standing.said
    validations = [event.at for event in events if event.kind is EventKind.VALIDATED]
    return {
        "state": standing.state.value,
        "ended": standing.state not in OPEN,
        "revision": standing.revision,
        "validated_revision": standing.validated_revision,
        "supported": standing.supported,
        "kind": said.kind.value,
        "level": said.level,
        "priority": standing.priority,
        "title_fr": said.title_fr,
        "title_en": said.title_en,
        "simulated": said.simulated,
        "held_back": said.held_back,
        "cause": None if standing.cause is None else standing.cause.value,
        "flapping": standing.flapping,
        "follows": said.follows,
        "assignee": standing.assignee,
        "due": standing.due,
        "snoozed_until": standing.snoozed_until,
        "validated_at": validations[-1] if validations else None,
        "events": standing.events,
        "created": standing.created,
        "updated": standing.updated,
    }


def _row(ticket: int, event: TicketEvent, previous: str) -> TicketEventRow:
    row = TicketEventRow(
        ticket=ticket,
        detail=msgspec.to_builtins(event.detail),
        kind=event.kind.value,
        previous=previous,
        **{each.name: getattr(event, each.name) for each in fields(event) if each.name not in ("kind", "detail")},
    )
    row.hash = _hash(_record(row))
    return row


def _record(row: TicketEventRow) -> dict[str, object]:
    """What a hash vouches for; migration 0003 writes the same."""
    names = ("ticket", "number", "at", "kind", "by", "role", "revision", "note", "detail", "previous")
    return {name: getattr(row, name) for name in names}


def _hash(record: dict[str, object]) -> str:
    return hashlib.sha256(_canonical(record)).hexdigest()


def _canonical(plain: object) -> bytes:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
