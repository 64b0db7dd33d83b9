"""Metrology results, entered against the ticket that asked for them; a correction is a new one, nothing is deleted."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.limits import Comparator
from catalog.units import Conversion
from rules.canonical import canonical_text
from rules.metrology import (
    Comparison,
    Measurement,
    MetrologyVerdict,
    compare,
    scale_of,
    verdict_of,
)
from rules.metrology_units import way
from rules.performance import Basis
from rules.roles import Actor
from rules.ticket_events import EventKind, Measured
from store.database import Database
from store.errors import MetrologyError
from store.screened import ResultLimit, Screened, screened_of
from store.tables import MetrologyResultRow, TicketEventRow, TicketRow, storable
from store.ticket_log import LogProblem, event_of, events_of
from store.ticket_steps import check_step, measured

WITHDRAWN = "withdrawn"
"""In place of a verdict: the row says that the one it replaces was none of this ticket."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A result as somebody enters it.

    Attributes
    ----------
    performed : date
        Local day.
    quantity : str
        A quantity or a substance of the catalog, else in words.
    measurement : Measurement
        In ``unit``, as its report states it.
    limit : ResultLimit or None
        The one to hold it against; None for the ticket's own.
    replaces : int or None
        Number of the result it corrects.
    """

    performed: date
    quantity: str
    measurement: Measurement
    unit: str
    method: str
    laboratory: str
    note: str = ""
    limit: ResultLimit | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A result as it is kept.

    Attributes
    ----------
    revision : int
        Of the ticket, that it is compared with: the newest when it, or what it corrects, was entered.
    limit : ResultLimit
        Converted to the result's own unit.
    replaces, replaced_by : int or None
        Numbers of what it corrects, and of its correction.
    withdrawn : bool
        It says that what it replaces never was a result of this ticket, such as one entered against the wrong one.
    at : int
        When it was entered [ms UTC].
    """

    id: int
    ticket: int
    revision: int
    performed: date
    quantity: str
    measurement: Measurement
    unit: str
    limit: ResultLimit
    verdict: MetrologyVerdict
    method: str
    laboratory: str
    note: str
    replaces: int | None
    replaced_by: int | None
    withdrawn: bool
    by: str
    at: int

    @property
    def stands(self) -> bool:
        """Whether it counts: neither corrected nor withdrawn."""
        return self.replaced_by is None and not self.withdrawn


@dataclass(frozen=True, slots=True)
class ComparedResult:
    """A result beside what the screening said.

    Attributes
    ----------
    screened : Screened or None
        None for a check of a kit.
    basis : Basis
        Whether it is of the quantity the screening looks at.
    verdict : MetrologyVerdict
        Against the ticket's own limit where it is of the same quantity, whatever limit was named; else the stored one.
    comparison : Comparison or None
        With the screening's value; None where it is of something else.
    """

    result: StoredResult
    screened: Screened | None
    basis: Basis
    verdict: MetrologyVerdict
    comparison: Comparison | None


def enter(database: Database, ticket: int, by: Actor, at: int, entry: Entry) -> StoredResult:
    """Keep a result, with its event in the ticket's log.

    Parameters
    ----------
    ticket : int
        One the actor sees: ask :meth:`store.views.Views.ticket` with their scope first.
    by : Actor
    at : int
        Milliseconds UTC.
    entry : Entry

    Raises
    ------
    UnknownError
        There is no such ticket.
    NotAllowedError
        Neither a professional of the service nor the one the ticket is assigned to.
    MetrologyError
        There is no limit to hold it against, what it corrects is not there to be corrected, or it was entered already.
    UnitError
        It cannot be brought into the unit of the limit.
    """
    with database.writing() as session:
        row = check_step(session, ticket, by, EventKind.METROLOGY)
        known = {result.id: result for result in results_of(session, ticket)}
        revision = row.revision if entry.replaces is None else _corrected(ticket, entry.replaces, known).revision
        _refuse_twice(entry, known)
        limit = _limit(session, row, revision, entry)
        verdict = verdict_of(entry.measurement, limit.value, limit.comparator)
        written = _row(ticket, entry, limit, verdict.value)
        _write(session, written, by, at)
        return _stored(written, revision, None)


def withdraw(database: Database, ticket: int, by: Actor, at: int, number: int, why: str) -> None:
    """Say that a result never was one of this ticket; it is kept and counts no more.

    Parameters
    ----------
    number : int
        Of the result.
    why : str
        In a few words.

    Raises
    ------
    UnknownError, NotAllowedError
        As :func:`enter`.
    MetrologyError
        The ticket has no such result that stands, or nobody says why.
    """
    if not why.strip():
        raise MetrologyError(f"metrology result {number} cannot be withdrawn without a reason; say why with --note")
    with database.writing() as session:
        check_step(session, ticket, by, EventKind.METROLOGY)
        found = _corrected(ticket, number, {result.id: result for result in results_of(session, ticket)})
        entry = Entry(
            found.performed, found.quantity, found.measurement, found.unit, found.method, found.laboratory, why.strip(),
            replaces=number,
        )  # fmt: skip
        _write(session, _row(ticket, entry, found.limit, WITHDRAWN), by, at)


def results_of(session: Session, ticket: int) -> list[StoredResult]:
    """All results of a ticket in the order they were entered, corrected ones among them."""
    rows = session.scalars(
        select(MetrologyResultRow).where(MetrologyResultRow.ticket == ticket).order_by(MetrologyResultRow.id)
    ).all()
    if not rows:
        return []
    entered = {
        event.detail.result: event.revision
        for event in events_of(session, ticket)
        if isinstance(event.detail, Measured)
    }
    corrections = {row.replaces: row.id for row in rows if row.replaces is not None}
    revisions: dict[int, int] = {}
    for row in rows:  # what a correction corrects was entered before it
        revisions[row.id] = entered.get(row.id, 1) if row.replaces is None else revisions[row.replaces]
    return [_stored(row, revisions[row.id], corrections.get(row.id)) for row in rows]


def compared_results(session: Session, row: TicketRow) -> list[ComparedResult]:
    """The results of a ticket that stand, each beside what the screening said."""
    return [_compared(session, row, result) for result in results_of(session, row.id) if result.stands]


def problems_of_results(session: Session) -> list[LogProblem]:
    """Every result the log of tickets does not vouch for; untouched tables have none."""
    vouched = {}
    for row in session.scalars(select(TicketEventRow).where(TicketEventRow.kind == EventKind.METROLOGY.value)):
        detail = event_of(row).detail
        if isinstance(detail, Measured):
            vouched[detail.result] = (row.ticket, detail.content)
    return list(_unvouched(session, vouched))


def _unvouched(session: Session, vouched: Mapping[int, tuple[int, str]]) -> Iterator[LogProblem]:
    seen = set()
    for row in session.scalars(select(MetrologyResultRow).order_by(MetrologyResultRow.id)):
        seen.add(row.id)
        if row.id not in vouched:
            yield LogProblem(row.ticket, f"metrology result {row.id} is in no log")
        elif vouched[row.id] != (row.ticket, _digest(row)):
            yield LogProblem(row.ticket, f"metrology result {row.id} was changed after it was entered")
    for number in sorted(set(vouched) - seen):
        yield LogProblem(vouched[number][0], f"metrology result {number} is missing")


def _compared(session: Session, row: TicketRow, result: StoredResult) -> ComparedResult:
    screened = screened_of(session, row, result.revision, result.performed)
    if screened is None or result.quantity != screened.quantity:
        return ComparedResult(result, screened, Basis.OTHER_QUANTITY, result.verdict, None)
    found = _converted(result.measurement, way(result.quantity, result.unit, screened.limit.unit))
    comparison = compare(found, screened.value, screened.uncertainty, scale_of(screened.limit.unit))
    verdict = verdict_of(found, screened.limit.value, screened.limit.comparator)
    return ComparedResult(result, screened, Basis.SAME_QUANTITY, verdict, comparison)


def _row(ticket: int, entry: Entry, limit: ResultLimit, verdict: str) -> MetrologyResultRow:
    found = entry.measurement
    return MetrologyResultRow(
        ticket=ticket,
        performed=entry.performed,
        quantity=storable(entry.quantity),
        value=found.value,
        unit=storable(entry.unit),
        expanded_uncertainty=found.expanded_uncertainty,
        coverage_factor=None if found.expanded_uncertainty is None else found.coverage_factor,
        below_loq=found.below_loq,
        limit=limit.value,
        comparator=limit.comparator.value,
        limit_source=storable(limit.source),
        verdict=verdict,
        method=storable(entry.method),
        laboratory=storable(entry.laboratory),
        note=storable(entry.note),
        replaces=entry.replaces,
    )


def _write(session: Session, row: MetrologyResultRow, by: Actor, at: int) -> None:
    """Keep a row, and its event with the checksum that vouches for it."""
    row.by, row.at = storable(by.email), at
    session.add(row)
    session.flush()
    measured(session, row.ticket, by, at, Measured(row.id, _digest(row)), row.note)


def _limit(session: Session, row: TicketRow, revision: int, entry: Entry) -> ResultLimit:
    """The limit a result is held against, in the result's unit."""
    limit = entry.limit
    screened = screened_of(session, row, revision, entry.performed)
    if screened is not None and screened.quantity == entry.quantity:
        way(entry.quantity, entry.unit, screened.limit.unit)  # it will be compared with the screening's value
    if limit is None:
        if screened is None:
            raise MetrologyError(
                f"ticket {row.id} ({row.kind}) has no limit of its own; name one with --limit, a number or a limit's id"
            )
        if screened.quantity != entry.quantity:
            raise MetrologyError(
                f"ticket {row.id} is about {screened.quantity}, the result about {entry.quantity}; "
                "name the limit to hold it against with --limit, a number or a limit's id"
            )
        limit = screened.limit
    change = way(entry.quantity, limit.unit, entry.unit)
    return ResultLimit(change.of(limit.value), entry.unit, limit.comparator, limit.source)


def _corrected(ticket: int, number: int, known: Mapping[int, StoredResult]) -> StoredResult:
    found = known.get(number)
    if found is None:
        there = ", ".join(str(each.id) for each in known.values() if each.stands) or "none"
        raise MetrologyError(f"ticket {ticket} has no metrology result {number}; those that stand: {there}")
    if found.withdrawn:
        raise MetrologyError(f"metrology result {number} withdraws {found.replaces}; enter a new one instead")
    if found.replaced_by is not None:
        raise MetrologyError(
            f"metrology result {number} was replaced by {found.replaced_by} already; replace that one instead"
        )
    return found


def _refuse_twice(entry: Entry, known: Mapping[int, StoredResult]) -> None:
    """The same report typed twice would count twice."""
    for result in known.values():
        same = (result.performed, result.quantity, result.measurement, result.unit, result.method, result.laboratory)
        new = (entry.performed, entry.quantity, entry.measurement, entry.unit, entry.method, entry.laboratory)
        if result.stands and same == new and result.note == entry.note and result.id != entry.replaces:
            raise MetrologyError(
                f"this is metrology result {result.id} of ticket {result.ticket} again; for another sample with the "
                "same value say which in --note"
            )


def _converted(found: Measurement, change: Conversion) -> Measurement:
    spread = found.expanded_uncertainty
    return Measurement(
        value=change.of(found.value),
        expanded_uncertainty=None if spread is None else abs(change.factor) * spread,
        coverage_factor=found.coverage_factor,
        below_loq=found.below_loq,
    )


def _stored(row: MetrologyResultRow, revision: int, replaced_by: int | None) -> StoredResult:
    return StoredResult(
        id=row.id,
        ticket=row.ticket,
        revision=revision,
        performed=row.performed,
        quantity=row.quantity,
        measurement=_measurement(row),
        unit=row.unit,
        limit=ResultLimit(row.limit, row.unit, Comparator(row.comparator), row.limit_source),
        verdict=verdict_of(_measurement(row), row.limit, Comparator(row.comparator)),
        method=row.method,
        laboratory=row.laboratory,
        note=row.note,
        replaces=row.replaces,
        replaced_by=replaced_by,
        withdrawn=row.verdict == WITHDRAWN,
        by=row.by,
        at=row.at,
    )


def _measurement(row: MetrologyResultRow) -> Measurement:
    if row.coverage_factor is None:
        return Measurement(row.value, None, below_loq=row.below_loq)
    return Measurement(row.value, row.expanded_uncertainty, row.coverage_factor, row.below_loq)


def _digest(row: MetrologyResultRow) -> str:
    values = {column.name: getattr(row, column.name) for column in MetrologyResultRow.__table__.columns}
    return hashlib.sha256(canonical_text(values).encode()).hexdigest()
