"""One ticket as a page shows it: to the service with its history, to anybody else as it was validated."""

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from catalog.identifiers import RuleId, ZoneId
from rules.life import Standing, fold
from rules.ticket_events import Attached, Audience, Commented, EventKind, TicketEvent
from rules.tickets import TicketState
from store.scope import Scope
from store.tables import TicketRevisionRow, TicketRow
from store.ticket_content import TicketContent, from_json
from store.ticket_log import events_of
from store.tickets import ComputedFrom


@dataclass(frozen=True, slots=True)
class ServiceNotes:
    """What only the service sees of a ticket.

    Attributes
    ----------
    events : tuple of TicketEvent
        In order.
    standing : Standing
        What they come to: who has it, when it is due, where its rule stands.
    supported : bool
        False when the rules no longer ask for it.
    amended_since_validation : bool
        The employer sees an earlier revision.
    held_back_by : str or None
        Why the rules hold it back, such as an open kit check.
    computed_from : ComputedFrom
        What the shown revision rests on.
    """

    events: tuple[TicketEvent, ...]
    standing: Standing
    supported: bool
    amended_since_validation: bool
    held_back_by: str | None
    computed_from: ComputedFrom


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as the one who asks may see it.

    Attributes
    ----------
    revision : int
        The one shown: the newest to the service, the validated one to anybody else.
    updated : int
        When it last changed for the one who asks [ms UTC].
    validated_at : int or None
        Milliseconds UTC.
    priority : int
        1 (at once) to 4, as a professional set it, else as the shown revision has it.
    due : int or None
        When it is to be decided, done or looked at again [ms UTC]; of a proposal that is the service's own affair.
    readings_version : int
        Version of the readings table the shown revision rests on.
    talk : tuple of TicketEvent
        Comments and attachments the one who asks may read, in order.
    service : ServiceNotes or None
        None outside the service.
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
    priority: int
    due: int | None
    assignee: str | None
    readings_version: int
    content: TicketContent
    talk: tuple[TicketEvent, ...]
    service: ServiceNotes | None


_TOLD_OUTSIDE = frozenset(
    {EventKind.VALIDATED, EventKind.ASSIGNED, EventKind.STARTED, EventKind.DONE, EventKind.VERIFIED, EventKind.REOPENED}
)


def ticket_view(session: Session, row: TicketRow, scope: Scope) -> TicketView:
    """A ticket row, already known to be in scope, as the scope may see it."""
    events = events_of(session, row.id)
    standing = fold(events)
    outside = scope.is_outside and standing.validated_revision is not None
    shown = standing.validated_revision if outside and standing.validated_revision else standing.revision
    revision = session.get_one(TicketRevisionRow, (row.id, shown))
    content = from_json(revision.content)
    validations = [event.at for event in events if event.kind is EventKind.VALIDATED]
    told = [event.at for event in events if event.kind in _TOLD_OUTSIDE or _for_everybody(event)]
    return TicketView(
        id=row.id,
        zone=ZoneId(row.zone),
        agent=row.agent,
        rule=RuleId(row.rule),
        state=standing.state,
        revision=shown,
        created=validations[0] if outside else standing.created,
        updated=max(told, default=standing.updated) if outside else standing.updated,
        validated_at=validations[-1] if validations else None,
        priority=content.priority if outside else standing.priority,
        due=standing.due,
        assignee=None if scope.is_employer else standing.assignee,
        readings_version=revision.readings_version,
        content=replace(content, held_back_by=None) if outside else content,
        talk=tuple(event for event in events if _is_talk(event) and _may_read(event, scope)),
        service=None if outside else _notes(events, standing, revision, content),
    )


def _notes(
    events: list[TicketEvent], standing: Standing, revision: TicketRevisionRow, content: TicketContent
) -> ServiceNotes:
    return ServiceNotes(
        events=tuple(events),
        standing=standing,
        supported=standing.supported,
        amended_since_validation=standing.validated_revision not in (None, standing.revision),
        held_back_by=content.held_back_by,
        computed_from=ComputedFrom(
            revision.readings_version,
            revision.computed_at,
            revision.registry_digest,
            tuple(revision.packs),
            revision.software,
        ),
    )


def _may_read(event: TicketEvent, scope: Scope) -> bool:
    """An expert from outside reads what is for everybody, and what they wrote to the service themselves."""
    return not scope.is_outside or _for_everybody(event) or event.by == scope.expert_email


def _is_talk(event: TicketEvent) -> bool:
    return event.kind in (EventKind.COMMENTED, EventKind.ATTACHED)


def _for_everybody(event: TicketEvent) -> bool:
    return isinstance(event.detail, Commented | Attached) and event.detail.audience is Audience.EVERYBODY
