"""The daily digest: one mail a person and day with what is new, what waits for them, and what is due."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from rules.tickets import TicketState
from store.database import Database
from store.outbox import Channel, Message, cursor, enqueue, move_cursor
from store.scope import Scope
from store.tables import TicketEventRow, TicketRow
from store.ticket_log import head as head_of_log
from vigie.notifications.digest_text import Digest, Item, Section, digest_text
from vigie.notifications.facts import Glance, TicketFacts
from vigie.notifications.messages import Letterhead
from vigie.notifications.reasons import may_decide, reason
from vigie.notifications.recipients import Recipient
from vigie.notifications.reminders import DAY, Horizon, Reminder, concerns, reminders
from vigie.notifications.topics import Topic

_DAY_CURSOR = "digest-day"
"""Ordinal of the local date the last digest was written for."""
_EVENTS_CURSOR = "digest-events"
"""The newest event of the log it took into account."""


@dataclass(frozen=True, slots=True)
class DigestTime:
    """When the digest is due.

    Attributes
    ----------
    at : datetime.time
        Local.
    timezone : str
        IANA name.
    soon_days : int
        How long before it is due a ticket is due soon.
    """

    at: time
    timezone: str
    soon_days: int

    def newest(self, now: int) -> date:
        """The latest local date whose digest is due at ``now`` [ms UTC]."""
        today = datetime.fromtimestamp(now / 1000, ZoneInfo(self.timezone)).date()
        return today if self.instant(today) <= now else today - timedelta(days=1)

    def instant(self, when: date) -> int:
        """When the digest of a date is due [ms UTC]; a time the clocks skip is the one an hour later."""
        return round(datetime.combine(when, self.at, ZoneInfo(self.timezone)).timestamp() * 1000)


def tell_digest(
    database: Database, recipients: Sequence[Recipient], head: Letterhead, due: DigestTime, now: int
) -> int:
    """Write the digest of today if it is time and there is something to say; how many mails.

    Parameters
    ----------
    now : int
        Milliseconds UTC.

    Notes
    -----
    A date has one digest, whatever the clocks, restarts and the settings do; days without Vigie are made up for by the
    next one. The first time it only remembers where the log stands.
    """
    newest_day = due.newest(now)
    with database.reading() as session:
        told = cursor(session, _DAY_CURSOR)
    if told is not None and told >= newest_day.toordinal():
        return 0
    with database.writing() as session:
        told = cursor(session, _DAY_CURSOR)
        if told is not None and told >= newest_day.toordinal():
            return 0
        newest_event = session.scalar(select(func.max(TicketEventRow.id))) or 0
        written = 0
        if told is not None:
            since = due.instant(date.fromordinal(told))
            horizon = Horizon(since, now, now + due.soon_days * DAY)
            edition = _Edition(session, newest_day, horizon, head)
            people = [recipient for recipient in recipients if recipient.channel is Channel.MAIL]
            messages = (edition.mail_for(recipient) for recipient in people)
            written = enqueue(session, [found for found in messages if found is not None], now)
        move_cursor(session, _DAY_CURSOR, newest_day.toordinal())
        move_cursor(session, _EVENTS_CURSOR, newest_event)
    return written


class _Edition:
    """The digests of one day; what several people may see is looked up once."""

    def __init__(self, session: Session, when: date, horizon: Horizon, head: Letterhead) -> None:
        self._session = session
        self._day = when
        self._horizon = horizon
        self._head = head
        self._glance = Glance(session)
        self._log_head = head_of_log(session)
        self._events = session.scalars(
            select(TicketEventRow)
            .where(TicketEventRow.id > (cursor(session, _EVENTS_CURSOR) or 0))
            .order_by(TicketEventRow.id)
        ).all()
        self._reminders: dict[Scope, list[Reminder]] = {}
        self._proposed: dict[Scope, list[TicketFacts]] = {}

    def mail_for(self, recipient: Recipient) -> Message | None:
        """The digest of one person; None where there is nothing to say."""
        if not recipient.digest:
            return None
        sections = tuple(section for section in self._sections(recipient) if section.items)
        if not any(section.counts for section in sections):
            return None
        digest = Digest(self._day, sections, "" if recipient.scope.is_outside else self._log_head)
        text = digest_text(digest, recipient.language, self._head)
        return Message(
            key=recipient.key(f"digest:{self._day.isoformat()}"),
            channel=Channel.MAIL,
            recipient=recipient.name,
            language=recipient.language.value,
            subject=text.subject,
            body=text.body,
        )

    def _sections(self, recipient: Recipient) -> Iterator[Section]:
        due = self._due(recipient)
        news = self._news(recipient)
        yield Section.of_news(news)
        yield Section.of_topic(Topic.OVERDUE, due[Topic.OVERDUE])
        if not recipient.scope.is_outside and Topic.PROPOSED in recipient.digest:
            new = {item.ticket.id for item in news if item.topic is Topic.PROPOSED}
            yield Section.to_decide(ticket for ticket in self._to_decide(recipient) if ticket.id not in new)
        for topic in (Topic.SNOOZE_OVER, Topic.DUE_SOON, Topic.FOLLOW_UP):
            yield Section.of_topic(topic, due[topic])
        if not recipient.scope.is_employer:
            yield Section.yours(self._assigned(recipient))

    def _news(self, recipient: Recipient) -> list[Item]:
        found: dict[tuple[int, Topic], Item] = {}
        for row in self._events:
            ticket = self._glance.ticket(row.ticket, recipient.scope)
            if ticket is None or not recipient.may_be_told_of(ticket):
                continue
            topic = reason(self._session, row, ticket, recipient)
            if topic is Topic.PROPOSED and ticket.state is not TicketState.PROPOSED:
                continue  # somebody decided it meanwhile
            if topic is not None and topic in recipient.digest:
                found[ticket.id, topic] = Item(topic, ticket)
        return list(found.values())

    def _due(self, recipient: Recipient) -> Mapping[Topic, list[TicketFacts]]:
        scope = recipient.scope
        if scope not in self._reminders:
            self._reminders[scope] = reminders(self._session, scope, self._horizon, self._glance)
        found: dict[Topic, list[TicketFacts]] = {
            topic: [] for topic in (Topic.OVERDUE, Topic.DUE_SOON, Topic.FOLLOW_UP, Topic.SNOOZE_OVER)
        }
        for reminder in self._reminders[scope]:
            wanted = reminder.topic in recipient.digest and recipient.may_be_told_of(reminder.ticket)
            if wanted and concerns(reminder, recipient):
                found[reminder.topic].append(reminder.ticket)
        return found

    def _to_decide(self, recipient: Recipient) -> list[TicketFacts]:
        scope = recipient.scope
        if scope not in self._proposed:
            asleep = TicketRow.snoozed_until > self._horizon.now
            rows = self._session.scalars(
                select(TicketRow)
                .where(
                    scope.tickets(),
                    TicketRow.state == TicketState.PROPOSED.value,
                    asleep.is_not(True),
                    TicketRow.due > self._horizon.now,  # what is overdue is listed there
                )
                .order_by(TicketRow.priority, TicketRow.due, TicketRow.id)
            )
            self._proposed[scope] = [self._glance.facts(row, scope) for row in rows]
        return [ticket for ticket in self._proposed[scope] if may_decide(recipient, ticket)]

    def _assigned(self, recipient: Recipient) -> list[TicketFacts]:
        at_work = (TicketState.ASSIGNED.value, TicketState.IN_PROGRESS.value)
        rows = self._session.scalars(
            select(TicketRow)
            .where(recipient.scope.tickets(), TicketRow.assignee == recipient.name, TicketRow.state.in_(at_work))
            .order_by(TicketRow.due, TicketRow.id)
        )
        return [self._glance.facts(row, recipient.scope) for row in rows]
