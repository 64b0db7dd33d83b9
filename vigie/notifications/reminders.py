"""What time brings: tickets due soon, overdue, to be looked at again half a year later, snoozed until now."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from rules.life import OPEN
from rules.roles import may
from rules.ticket_events import EventKind
from rules.tickets import TicketState
from store.database import Database
from store.outbox import cursor, enqueue, move_cursor
from store.scope import Scope
from store.tables import TicketRow
from vigie.notifications.events import STALE
from vigie.notifications.facts import Glance, TicketFacts
from vigie.notifications.messages import Letterhead, Occasion, message
from vigie.notifications.recipients import Recipient
from vigie.notifications.topics import REMINDERS, Topic

DAY = 86_400_000
_CURSOR = "reminders"
"""When reminders that are told at once were last looked for [ms UTC]."""
_EVERY = 600_000
_OPEN_STATES = [state.value for state in TicketState if state in OPEN]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One ticket somebody is to be reminded of.

    Attributes
    ----------
    at : int
        The due date or the end of the snooze [ms UTC].
    """

    topic: Topic
    at: int
    ticket: TicketFacts


@dataclass(frozen=True, slots=True)
class Horizon:
    """From when to when to look [ms UTC].

    Attributes
    ----------
    since : int
        Snoozes that ended before were told.
    soon : int
        What is due before is due soon.
    """

    since: int
    now: int
    soon: int


def reminders(session: Session, scope: Scope, horizon: Horizon, glance: Glance) -> list[Reminder]:
    """Everything a scope is to be reminded of, what is due first first."""
    rows = session.scalars(
        select(TicketRow).where(scope.tickets(), _of_note(horizon)).order_by(TicketRow.due, TicketRow.id)
    )
    found = []
    for row in rows:
        ticket = glance.facts(row, scope)
        found += [Reminder(topic, at, ticket) for topic, at in _topics(row, horizon).items()]
    return found


def concerns(reminder: Reminder, recipient: Recipient) -> bool:
    """Whether it is this recipient's to act: their role may take the next step, or it is their workplace."""
    if recipient.role is None or recipient.scope.is_employer:
        return True
    ticket = reminder.ticket
    step = {TicketState.PROPOSED: EventKind.VALIDATED, TicketState.DONE: EventKind.VERIFIED}.get(
        ticket.state, EventKind.DONE
    )
    return may(recipient.role, step, ticket.kind, is_assignee=ticket.assignee == recipient.name)


def tell_reminders(
    database: Database, recipients: Sequence[Recipient], head: Letterhead, now: int, soon_days: int
) -> int:
    """Write the reminders that somebody wants at once; how many. Each is told once for each due date.

    Parameters
    ----------
    now : int
        Milliseconds UTC.
    soon_days : int
        How long before it is due a ticket is due soon.
    """
    wanting = [recipient for recipient in recipients if recipient.immediate & REMINDERS]
    if not wanting or not _is_time(database, now):
        return 0
    with database.writing() as session:
        glance = Glance(session)
        found: dict[Scope, list[Reminder]] = {}
        messages = []
        for recipient in wanting:
            if recipient.scope not in found:
                horizon = Horizon(now - STALE, now, now + soon_days * DAY)
                found[recipient.scope] = reminders(session, recipient.scope, horizon, glance)
            for reminder in found[recipient.scope]:
                if reminder.topic in recipient.immediate and _is_for(reminder, recipient, now):
                    about = f"reminder:{reminder.ticket.id}:{reminder.topic.value}:{reminder.at}"
                    occasion = Occasion(about, reminder.topic, reminder.at)
                    messages.append(message(occasion, reminder.ticket, recipient, head))
        written = enqueue(session, messages, now)
        move_cursor(session, _CURSOR, now)
    return written


def _is_time(database: Database, now: int) -> bool:
    with database.reading() as session:
        last = cursor(session, _CURSOR)
    return last is None or now - last >= _EVERY or now < last


def _is_for(reminder: Reminder, recipient: Recipient, now: int) -> bool:
    return reminder.at > now - STALE and recipient.may_be_told_of(reminder.ticket) and concerns(reminder, recipient)


def _of_note(horizon: Horizon) -> ColumnElement[bool]:
    is_open = TicketRow.state.in_(_OPEN_STATES)
    return or_(
        is_open & (TicketRow.due <= horizon.soon),
        is_open & (TicketRow.snoozed_until > horizon.since) & (TicketRow.snoozed_until <= horizon.now),
        (TicketRow.state == TicketState.DONE.value) & (TicketRow.due <= horizon.now),
    )


def _topics(row: TicketRow, horizon: Horizon) -> dict[Topic, int]:
    """Why a ticket is one to be reminded of, and of which instant."""
    if row.state == TicketState.DONE.value:
        return {} if row.due is None else {Topic.FOLLOW_UP: row.due}
    found = {}
    snoozed_until = row.snoozed_until
    if snoozed_until is not None and snoozed_until > horizon.now:
        return {}
    if snoozed_until is not None and snoozed_until > horizon.since:
        found[Topic.SNOOZE_OVER] = snoozed_until
    if row.due is not None and row.due <= horizon.now:
        found[Topic.OVERDUE] = row.due
    elif row.due is not None and row.due <= horizon.soon and row.state != TicketState.PROPOSED.value:
        found[Topic.DUE_SOON] = row.due  # a proposal is due within days from the start
    return found
