"""From the log of tickets to the outbox: what is told at once."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.database import Database
from store.outbox import Message, cursor, enqueue, move_cursor
from store.tables import TicketEventRow
from vigie.notifications.facts import Glance
from vigie.notifications.messages import Letterhead, Occasion, message
from vigie.notifications.reasons import reason
from vigie.notifications.recipients import Recipient
from vigie.notifications.topics import Topic

CURSOR = "notifications"
"""The newest event of the log that was turned into messages."""
STALE = 72 * 3_600_000
"""What happened longer ago [ms] is told by the digest only: Vigie was off, or its log is older than its mail."""
_AT_ONCE = 200


def tell_events(database: Database, recipients: Sequence[Recipient], head: Letterhead, now: int) -> int:
    """Write messages for what happened since the last time; how many.

    Parameters
    ----------
    now : int
        Milliseconds UTC.

    Notes
    -----
    Messages and the place in the log up to which they were written are one transaction: a crash loses and doubles
    nothing.
    """
    written = 0
    while _behind(database):
        with database.writing() as session:
            written += _tell_some(session, recipients, head, now)
    return written


def _behind(database: Database) -> bool:
    with database.reading() as session:
        return (_newest(session) or 0) > (cursor(session, CURSOR) or 0)


def _newest(session: Session) -> int | None:
    return session.scalar(select(func.max(TicketEventRow.id)))


def _tell_some(session: Session, recipients: Sequence[Recipient], head: Letterhead, now: int) -> int:
    rows = session.scalars(
        select(TicketEventRow)
        .where(TicketEventRow.id > (cursor(session, CURSOR) or 0), TicketEventRow.at > now - STALE)
        .order_by(TicketEventRow.id)
        .limit(_AT_ONCE)
    ).all()
    reached = rows[-1].id if len(rows) == _AT_ONCE else _newest(session)
    glance = Glance(session)
    messages = [told for row in rows for told in _messages(session, row, recipients, head, glance)]
    written = enqueue(session, messages, now)
    move_cursor(session, CURSOR, reached or 0)
    return written


def _messages(
    session: Session, row: TicketEventRow, recipients: Sequence[Recipient], head: Letterhead, glance: Glance
) -> list[Message]:
    found = []
    for recipient in recipients:
        ticket = glance.ticket(row.ticket, recipient.scope)
        if ticket is None or not recipient.may_be_told_of(ticket):
            continue
        topic = reason(session, row, ticket, recipient)
        if topic is not None and topic in recipient.immediate:
            # What one computation or one person did in one moment is urgent once.
            about = f"urgent:{row.ticket}:{row.at}" if topic is Topic.ACUTE else f"event:{row.id}"
            found.append(message(Occasion(about, topic, row.at), ticket, recipient, head))
    return found
