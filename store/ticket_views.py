"""Tickets as a page shows them: to the service with their history, to an employer as they were validated."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import RuleId, ZoneId
from rules.tickets import TicketState
from store.scope import Scope
from store.tables import TicketEventRow, TicketRevisionRow, TicketRow
from store.ticket_content import TicketContent, from_json
from store.tickets import TicketEventKind


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing that happened to a ticket.

    Attributes
    ----------
    at : int
        Milliseconds UTC.
    by : str
        Account, or ``vigie`` for the rules.
    note : str
        What the professional wrote; for the service only.
    """

    at: int
    kind: TicketEventKind
    by: str
    revision: int
    note: str


@dataclass(frozen=True, slots=True)
class ServiceNotes:
    """What only the service sees of a ticket.

    Attributes
    ----------
    events : tuple of TicketEvent
        In order.
    supported : bool
        False when the rules no longer ask for it.
    amended_since_validation : bool
        The employer sees an earlier revision.
    held_back_by : str or None
        Why the rules hold it back, such as an open kit check.
    """

    events: tuple[TicketEvent, ...]
    supported: bool
    amended_since_validation: bool
    held_back_by: str | None


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as the one who asks may see it.

    Attributes
    ----------
    revision : int
        The one shown: the newest to the service, the validated one to an employer.
    updated : int
        When it last changed for the one who asks [ms UTC].
    validated_at : int or None
        Milliseconds UTC.
    readings_version : int
        Version of the readings table the shown revision rests on.
    service : ServiceNotes or None
        None for an employer.
    """

    id: int
    zone: ZoneId
    agent: str
    rule: RuleId
    state: TicketState
    revision: int
    created: int
    updated: int
    validated_at: int | None
    readings_version: int
    content: TicketContent
    service: ServiceNotes | None


def ticket_view(session: Session, row: TicketRow, scope: Scope) -> TicketView:
    """A ticket row, already known to be in scope, as the scope may see it."""
    events = tuple(
        TicketEvent(event.at, TicketEventKind(event.kind), event.by, event.revision, event.note)
        for event in session.scalars(
            select(TicketEventRow).where(TicketEventRow.ticket == row.id).order_by(TicketEventRow.id)
        )
    )
    validations = [event.at for event in events if event.kind is TicketEventKind.VALIDATED]
    validated_at = validations[-1] if validations else None
    shown = row.revision
    updated = row.updated
    if scope.is_employer and row.validated_revision is not None:
        shown = row.validated_revision
        closings = [event.at for event in events if event.kind is TicketEventKind.CLOSED]
        updated = max([*validations, *closings])
    revision = session.get_one(TicketRevisionRow, (row.id, shown))
    content = from_json(revision.content)
    notes = None
    if scope.is_employer:
        content = replace(content, held_back_by=None)
    else:
        amended = row.validated_revision is not None and row.validated_revision != row.revision
        notes = ServiceNotes(events, row.supported, amended, content.held_back_by)
    return TicketView(
        id=row.id,
        zone=ZoneId(row.zone),
        agent=row.agent,
        rule=RuleId(row.rule),
        state=TicketState(row.state),
        revision=shown,
        created=validations[0] if scope.is_employer else row.created,
        updated=updated,
        validated_at=validated_at,
        readings_version=revision.readings_version,
        content=content,
        service=notes,
    )
