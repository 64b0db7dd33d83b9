"""Why an event of the log is told to somebody, if it is."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.roles import may
from rules.states import RuleState
from rules.ticket_events import (
    Assigned,
    Attached,
    Audience,
    Commented,
    EventKind,
    Passed,
    Reprioritised,
    Said,
    TicketEvent,
    Unsaid,
)
from store.tables import TicketEventRow
from store.ticket_log import event_of, events_of
from vigie.notifications.facts import TicketFacts
from vigie.notifications.recipients import Recipient
from vigie.notifications.topics import FOR_EMPLOYERS, Topic

URGENT = 1
_NEWS_FOR = 24 * 3_600_000
"""A rule that fires again is urgent news for a day of event time [ms]; later, late data brought it."""

_STEPS = {
    EventKind.VALIDATED: Topic.VALIDATED,
    EventKind.STARTED: Topic.STARTED,
    EventKind.DONE: Topic.DONE,
    EventKind.VERIFIED: Topic.VERIFIED,
    EventKind.REOPENED: Topic.REOPENED,
    EventKind.DISMISSED: Topic.DISMISSED,
    EventKind.METROLOGY: Topic.METROLOGY,
    EventKind.COMMENTED: Topic.COMMENTED,
    EventKind.ATTACHED: Topic.COMMENTED,
}


def reason(session: Session, row: TicketEventRow, ticket: TicketFacts, recipient: Recipient) -> Topic | None:
    """The topic under which a recipient is told of an event, whether or not they asked for it.

    Parameters
    ----------
    session : Session
    row : TicketEventRow
    ticket : TicketFacts
        As the recipient may see it.
    recipient : Recipient

    Notes
    -----
    Nobody is told what they did themselves. What the rules say is for the service; outside, only what a person decided
    counts, and of comments those for everybody. Proposals are news to those who may decide on them.
    """
    event = event_of(row)
    if event.by == recipient.name:
        return None
    if recipient.scope.is_outside:
        topic = _outside(event, ticket, recipient)
        return topic if not recipient.scope.is_employer or topic in FOR_EMPLOYERS else None
    topic = _of_the_rules(session, row.ticket, event) or _of_a_person(event, recipient)
    return topic if topic is not Topic.PROPOSED or may_decide(recipient, ticket) else None


def may_decide(recipient: Recipient, ticket: TicketFacts) -> bool:
    """Whether a proposal is theirs to validate; a webhook hears of all."""
    return recipient.role is None or may(recipient.role, EventKind.VALIDATED, ticket.kind, is_assignee=False)


def _outside(event: TicketEvent, ticket: TicketFacts, recipient: Recipient) -> Topic | None:
    if event.kind is EventKind.VALIDATED and ticket.priority == URGENT:
        return Topic.ACUTE
    if isinstance(event.detail, Commented | Attached) and event.detail.audience is not Audience.EVERYBODY:
        return None
    return _of_a_person(event, recipient)


def _of_a_person(event: TicketEvent, recipient: Recipient) -> Topic | None:
    if isinstance(event.detail, Assigned):
        to_somebody_else = recipient.role is not None and event.detail.assignee != recipient.name
        return None if to_somebody_else else Topic.ASSIGNED
    if isinstance(event.detail, Reprioritised):
        return Topic.ACUTE if event.detail.priority == URGENT else None
    return _STEPS.get(event.kind)


def _of_the_rules(session: Session, ticket: int, event: TicketEvent) -> Topic | None:
    detail = event.detail
    if isinstance(detail, Said):
        if detail.priority == URGENT and not _was_urgent(session, ticket, event):
            return Topic.ACUTE
        return Topic.PROPOSED if event.kind is EventKind.OPENED else None
    if isinstance(detail, Passed) and detail.transition.state is RuleState.FIRING:
        transition = detail.transition
        if transition.flapping or not _comes_back(session, ticket, event, transition.at):
            return None
        urgent = transition.priority == URGENT and event.at - transition.at <= _NEWS_FOR
        return Topic.ACUTE if urgent else Topic.AGAIN
    return None


def _was_urgent(session: Session, ticket: int, event: TicketEvent) -> bool:
    """Whether what the ticket said before was urgent already."""
    before = session.scalars(
        select(TicketEventRow)
        .where(
            TicketEventRow.ticket == ticket,
            TicketEventRow.number < event.number,
            TicketEventRow.kind.in_((EventKind.OPENED.value, EventKind.AMENDED.value)),
        )
        .order_by(TicketEventRow.number.desc())
        .limit(1)
    ).first()
    if before is None:
        return False
    said = event_of(before).detail
    return isinstance(said, Said) and said.priority == URGENT


def _comes_back(session: Session, ticket: int, event: TicketEvent, at: int) -> bool:
    """Whether the rule was back to normal before it fired at ``at``, as the log knew at the event.

    Not what opened the ticket, nor another instant for a firing that was told before.
    """
    log = [each for each in events_of(session, ticket) if each.number <= event.number]
    if event.at == log[0].at:
        return False
    told = {each.number: each.detail.transition for each in log if isinstance(each.detail, Passed)}
    for each in log:
        if isinstance(each.detail, Unsaid):
            taken_back = told.pop(each.detail.number)
            if each.at == event.at and taken_back.state is RuleState.FIRING:
                return False
    states = [each.state for each in sorted(told.values(), key=lambda each: each.at) if each.at < at]
    fired = [number for number, state in enumerate(states) if state is RuleState.FIRING]
    return bool(fired) and RuleState.NORMAL in states[fired[-1] :]
