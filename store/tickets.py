"""Tickets in the database: opened and amended by the rules, validated or dismissed by a person, never forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.identifiers import ZoneId
from rules.decision import ExposureKey
from rules.tickets import TicketProposal, TicketState
from store.audit import AuditEntry, note
from store.database import Database
from store.errors import StoreError, TicketStateError, UnknownError
from store.tables import TicketEventRow, TicketRevisionRow, TicketRow
from store.ticket_content import TicketContent, content_of, from_json, to_json

VIGIE = "vigie"
"""Who the rules' own steps are recorded as."""

LARGEST_NUMBER = 2**63 - 1
"""A ticket's number as the database can hold it; somebody may ask for any."""

_OPEN = (TicketState.PROPOSED.value, TicketState.VALIDATED.value)


class TicketEventKind(Enum):
    """What can happen to a ticket."""

    OPENED = "opened"
    AMENDED = "amended"
    SUPPORT_LOST = "support_lost"
    SUPPORT_REGAINED = "support_regained"
    VALIDATED = "validated"
    DISMISSED = "dismissed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Applied:
    """What proposals did to the tickets of a zone.

    Attributes
    ----------
    opened, amended, unchanged : int
    unsupported : int
        Proposed tickets the rules no longer ask for, marked so just now.
    still_dismissed : int
        Proposals with nothing new since a professional dismissed or closed the matter.
    """

    opened: int = 0
    amended: int = 0
    unchanged: int = 0
    unsupported: int = 0
    still_dismissed: int = 0


class TicketStore:
    """The tickets of a service; reading them for a page goes through :class:`store.views.Views`.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(
        self,
        zone: ZoneId,
        proposals: Sequence[TicketProposal],
        at: int,
        evidence_version: int,
        revisions: Mapping[ExposureKey, int] | None = None,
    ) -> Applied:
        """Bring the tickets of a zone in line with what the rules propose now.

        Parameters
        ----------
        zone : ZoneId
        proposals : sequence of TicketProposal
            Everything the rules ask for in that zone; at most one for each agent and rule.
        at : int
            Milliseconds UTC.
        evidence_version : int
            Version of the readings table the evidence was computed from.
        revisions : mapping of ExposureKey to int, optional
            Revisions of the exposures, see :meth:`store.exposures.ExposureStore.revisions_of`.

        Notes
        -----
        A matter that is open is amended, and keeps its state: what a professional validated stays visible as it was
        validated until they validate the new revision. An identical proposal changes nothing. A dismissed or closed
        matter is opened again only by a later window or a more urgent level. A proposed ticket nobody asks for any more
        is marked, not deleted; a validated one stays.
        """
        _check(zone, proposals)
        known = revisions or {}
        try:
            return self._apply(zone, proposals, at, evidence_version, known)
        except IntegrityError:  # another process opened the same matter in the same moment: it is amended now
            return self._apply(zone, proposals, at, evidence_version, known)

    def _apply(
        self,
        zone: ZoneId,
        proposals: Sequence[TicketProposal],
        at: int,
        version: int,
        revisions: Mapping[ExposureKey, int],
    ) -> Applied:
        applied = Applied()
        with self._database.writing() as session:
            for proposal in proposals:
                content = content_of(proposal, revisions)
                step = _Step(session, at, version, VIGIE)
                applied = _count(applied, _bring_in_line(step, proposal, content))
            asked_for = {(proposal.agent, proposal.rule) for proposal in proposals}
            lost = _lose_support(_Step(session, at, version, VIGIE), zone, asked_for)
        return replace(applied, unsupported=lost)

    def validate(self, ticket: int, by: str, at: int, note: str = "", revision: int | None = None) -> None:
        """A professional makes the proposal theirs; the employer sees this revision from now on.

        Parameters
        ----------
        ticket : int
        by : str
            Account of the professional.
        at : int
            Milliseconds UTC.
        note : str
            For the service only.
        revision : int, optional
            The one they looked at; refused when the ticket was amended since.

        Raises
        ------
        UnknownError, TicketStateError
        """
        with self._database.writing() as session:
            row = _row(session, ticket)
            if row.state not in _OPEN:
                raise TicketStateError(f"ticket {ticket} is {row.state}; only an open ticket can be validated")
            if revision is not None and revision != row.revision:
                raise TicketStateError(
                    f"ticket {ticket} was amended since you looked (revision {revision}, now {row.revision}); "
                    "read it again, then validate"
                )
            row.state = TicketState.VALIDATED.value
            row.validated_revision = row.revision
            self._by_hand(session, row, TicketEventKind.VALIDATED, by, at, note)

    def dismiss(self, ticket: int, by: str, reason: str, at: int) -> None:
        """A professional says that nothing is to be done; the same evidence does not raise it again.

        Raises
        ------
        UnknownError, TicketStateError
            Also when no reason is given.
        """
        self._end(ticket, by, reason, at, TicketState.DISMISSED, TicketEventKind.DISMISSED, _OPEN)

    def close(self, ticket: int, by: str, reason: str, at: int) -> None:
        """What a validated ticket asked for was done.

        Raises
        ------
        UnknownError, TicketStateError
            Also when no reason is given.
        """
        validated = (TicketState.VALIDATED.value,)
        self._end(ticket, by, reason, at, TicketState.CLOSED, TicketEventKind.CLOSED, validated)

    def _end(
        self,
        ticket: int,
        by: str,
        reason: str,
        at: int,
        state: TicketState,
        kind: TicketEventKind,
        allowed: Collection[str],
    ) -> None:
        if not reason.strip():
            raise TicketStateError(f"ticket {ticket} cannot be {state.value} without a reason; give one")
        with self._database.writing() as session:
            row = _row(session, ticket)
            if row.state not in allowed:
                raise TicketStateError(
                    f"ticket {ticket} is {row.state}; only {' or '.join(allowed)} ones can be {state.value}"
                )
            row.state = state.value
            self._by_hand(session, row, kind, by, at, reason)

    def _by_hand(self, session: Session, row: TicketRow, kind: TicketEventKind, by: str, at: int, text: str) -> None:
        if not by.strip():
            raise TicketStateError(f"ticket {row.id}: nobody is named who decides; expected an account")
        row.updated = at
        session.add(_event(row, kind, by, at, text))
        note(session, AuditEntry(at, by, f"ticket_{kind.value}", f"ticket {row.id} revision {row.revision}", text))


class _Outcome(Enum):
    OPENED = "opened"
    AMENDED = "amended"
    UNCHANGED = "unchanged"
    STILL_DISMISSED = "still_dismissed"


@dataclass(frozen=True, slots=True)
class _Step:
    session: Session
    at: int
    version: int
    by: str


def _bring_in_line(step: _Step, proposal: TicketProposal, content: TicketContent) -> _Outcome:
    last = step.session.scalars(
        select(TicketRow)
        .where(TicketRow.zone == proposal.zone, TicketRow.agent == proposal.agent, TicketRow.rule == proposal.rule)
        .order_by(TicketRow.state.in_(_OPEN).desc(), TicketRow.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return _open(step, proposal, content)
    before = stored_content(step.session, last.id, last.revision)
    if last.state not in _OPEN:
        return _open(step, proposal, content) if content.has_news_for(before) else _Outcome.STILL_DISMISSED
    if not last.supported:
        last.supported = True
        last.updated = step.at
        step.session.add(_event(last, TicketEventKind.SUPPORT_REGAINED, step.by, step.at, ""))
    if content == before:
        return _Outcome.UNCHANGED
    last.revision += 1
    last.updated = step.at
    step.session.add(_revision(step, last, content))
    step.session.add(_event(last, TicketEventKind.AMENDED, step.by, step.at, ""))
    return _Outcome.AMENDED


def _open(step: _Step, proposal: TicketProposal, content: TicketContent) -> _Outcome:
    row = TicketRow(
        zone=proposal.zone,
        agent=proposal.agent,
        rule=proposal.rule,
        state=TicketState.PROPOSED.value,
        revision=1,
        validated_revision=None,
        supported=True,
        created=step.at,
        updated=step.at,
    )
    step.session.add(row)
    step.session.flush()  # gives the ticket its number
    step.session.add(_revision(step, row, content))
    step.session.add(_event(row, TicketEventKind.OPENED, step.by, step.at, ""))
    return _Outcome.OPENED


def _lose_support(step: _Step, zone: ZoneId, asked_for: Collection[tuple[str, str]]) -> int:
    rows = step.session.scalars(
        select(TicketRow).where(
            TicketRow.zone == zone, TicketRow.state == TicketState.PROPOSED.value, TicketRow.supported
        )
    )
    lost = [row for row in rows if (row.agent, row.rule) not in asked_for]
    for row in lost:
        row.supported = False
        row.updated = step.at
        step.session.add(_event(row, TicketEventKind.SUPPORT_LOST, step.by, step.at, ""))
    return len(lost)


def stored_content(session: Session, ticket: int, revision: int) -> TicketContent:
    """What a ticket said in one of its revisions."""
    row = session.get(TicketRevisionRow, (ticket, revision))
    if row is None:
        raise UnknownError(f"ticket {ticket} has no revision {revision}")
    return from_json(row.content)


def _row(session: Session, ticket: int) -> TicketRow:
    row = session.get(TicketRow, ticket) if ticket <= LARGEST_NUMBER else None
    if row is None:
        raise UnknownError(f"there is no ticket {ticket}; vigie tickets lists them")
    return row


def _revision(step: _Step, row: TicketRow, content: TicketContent) -> TicketRevisionRow:
    return TicketRevisionRow(
        ticket=row.id, revision=row.revision, at=step.at, readings_version=step.version, content=to_json(content)
    )


def _event(row: TicketRow, kind: TicketEventKind, by: str, at: int, text: str) -> TicketEventRow:
    return TicketEventRow(ticket=row.id, at=at, kind=kind.value, by=by, revision=row.revision, note=text)


def _count(applied: Applied, outcome: _Outcome) -> Applied:
    return replace(applied, **{outcome.value: getattr(applied, outcome.value) + 1})


def _check(zone: ZoneId, proposals: Sequence[TicketProposal]) -> None:
    keys = [(proposal.agent, proposal.rule) for proposal in proposals]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise StoreError(f"zone {zone}: rules propose two tickets for {twice}; expected one for an agent and a rule")
    others = sorted({proposal.zone for proposal in proposals} - {zone})
    if others:
        raise ValueError(f"proposals for {', '.join(others)} among those of {zone}; apply each zone by itself")
