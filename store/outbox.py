"""Messages to be sent and what became of them: written with what they tell of, claimed by one sender at a time."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store.audit import AuditEntry, note
from store.database import Database
from store.errors import OutboxError, UnknownError
from store.tables import AccountRow, CursorRow, OutboxRow, storable

_LARGEST_NUMBER = 2**63 - 1
_AT_ONCE = 500
"""Keys one query asks for."""


class Channel(Enum):
    """How a message travels."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class MessageState(Enum):
    """What became of a message."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Refused for good."""
    UNCERTAIN = "uncertain"
    """Nobody knows whether the server took it: sent again only when a person says so."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be told.

    Attributes
    ----------
    key : str
        What makes it the same message, such as ``event:12:mail:ada@service.example``; of those with one key, one is
        sent.
    recipient : str
        Address, or name of a webhook.
    language : str
        ``fr`` or ``en``.
    body : str
        Text of the mail, or the JSON a webhook gets.
    """

    key: str
    channel: Channel
    recipient: str
    language: str
    subject: str
    body: str

    @property
    def name(self) -> str:
        """Its name to the outside, made of its key: the same at every attempt, and telling nothing."""
        return f"vigie.{hashlib.sha256(self.key.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message in the outbox.

    Attributes
    ----------
    created, next_attempt : int
        Milliseconds UTC; while it is being sent ``next_attempt`` is when its sender is given up.
    attempts : int
        Times it was handed to a server or tried to.
    last_error : str
        What the server said, or why nobody knows; "" while all went well.
    sent_at : int or None
        Milliseconds UTC.
    """

    id: int
    message: Message
    state: MessageState
    created: int
    next_attempt: int
    attempts: int
    last_error: str
    sent_at: int | None


def enqueue(session: Session, messages: Iterable[Message], at: int) -> int:
    """Write messages in the transaction of what they tell of; those whose key is there already change nothing.

    Parameters
    ----------
    session : Session
        Of a writing transaction.
    at : int
        Milliseconds UTC.

    Returns
    -------
    int
        How many are new.
    """
    new = {message.key: message for message in messages}
    known: set[str] = set()
    for some in range(0, len(new), _AT_ONCE):
        keys = list(new)[some : some + _AT_ONCE]
        known.update(session.scalars(select(OutboxRow.key).where(OutboxRow.key.in_(keys))))
    for key, message in new.items():
        if key not in known:
            session.add(
                OutboxRow(
                    key=key,
                    channel=message.channel.value,
                    recipient=message.recipient,
                    language=message.language,
                    subject=message.subject,
                    content=storable(message.body),
                    state=MessageState.PENDING.value,
                    created=at,
                    next_attempt=at,
                    attempts=0,
                    last_error="",
                    sent_at=None,
                )
            )
    session.flush()
    return len(new.keys() - known)


def cursor(session: Session, name: str) -> int | None:
    """How far a reader of the ticket log got; None where it never read."""
    row = session.get(CursorRow, name)
    return None if row is None else row.position


def move_cursor(session: Session, name: str, position: int) -> None:
    """Remember how far a reader got, in the transaction of what it made of it."""
    row = session.get(CursorRow, name)
    if row is None:
        session.add(CursorRow(name=name, position=position))
    else:
        row.position = position


class Outbox:
    """The messages of a service.

    Parameters
    ----------
    database : Database

    Notes
    -----
    A sender claims a message, which is committed, then talks to the server, then records the answer. A sender that does
    not come back before its claim ends leaves a mail uncertain, for the server may have it; a webhook is tried again,
    for its receiver knows messages by their key.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, at: int, until: int, channels: Collection[Channel] = tuple(Channel)) -> StoredMessage | None:
        """The message that is due for longest, now this sender's alone; None where none is due.

        Parameters
        ----------
        at : int
            Milliseconds UTC.
        until : int
            When the claim ends [ms UTC].
        channels : collection of Channel

        Notes
        -----
        A mail to an account that was disabled meanwhile is not sent any more.
        """
        with self._database.writing() as session:
            due = (
                select(OutboxRow)
                .where(
                    OutboxRow.state == MessageState.PENDING.value,
                    OutboxRow.next_attempt <= at,
                    OutboxRow.channel.in_([channel.value for channel in channels]),
                )
                .order_by(OutboxRow.next_attempt, OutboxRow.id)
                .limit(1)
            )
            while (row := session.scalars(due).first()) is not None:
                if row.channel == Channel.MAIL.value and _is_disabled(session, row.recipient):
                    row.state = MessageState.FAILED.value
                    row.last_error = "the account was disabled before it was sent"
                    session.flush()
                    continue
                row.state = MessageState.SENDING.value
                row.attempts += 1
                row.next_attempt = until
                return _stored(row)
        return None

    def sent(self, claimed: StoredMessage, at: int) -> None:
        """The server took it."""
        self._answer(claimed, MessageState.SENT, last_error="", sent_at=at)

    def try_again(self, claimed: StoredMessage, at: int, words: str) -> None:
        """The server does not have it, and may take it at ``at`` [ms UTC]."""
        self._answer(claimed, MessageState.PENDING, last_error=words, next_attempt=at)

    def failed(self, claimed: StoredMessage, words: str) -> None:
        """The server does not have it and never will."""
        self._answer(claimed, MessageState.FAILED, last_error=words)

    def uncertain(self, claimed: StoredMessage, words: str) -> None:
        """The connection broke after the message was handed over and before the answer."""
        self._answer(claimed, MessageState.UNCERTAIN, last_error=words)

    def lapse(self, at: int) -> int:
        """End the claims of senders that did not come back; how many.

        Parameters
        ----------
        at : int
            Milliseconds UTC.
        """
        with self._database.writing() as session:
            rows = session.scalars(
                select(OutboxRow).where(OutboxRow.state == MessageState.SENDING.value, OutboxRow.next_attempt <= at)
            ).all()
            for row in rows:
                mail = row.channel == Channel.MAIL.value
                row.state = (MessageState.UNCERTAIN if mail else MessageState.PENDING).value
                row.last_error = "the sender ended before the server's answer was recorded"
            return len(rows)

    def resend(self, number: int, by: str, at: int) -> StoredMessage:
        """A person wants a failed or uncertain message sent again.

        Parameters
        ----------
        number : int
            Its id.
        by : str
            Who, for the audit.
        at : int
            Milliseconds UTC.

        Raises
        ------
        UnknownError
            There is none with that number.
        OutboxError
            It was sent, or is about to be.
        """
        with self._database.writing() as session:
            row = session.get(OutboxRow, number) if number <= _LARGEST_NUMBER else None
            if row is None:
                raise UnknownError(f"there is no message {number}; vigie notifications list lists them")
            if row.state not in (MessageState.FAILED.value, MessageState.UNCERTAIN.value):
                raise OutboxError(
                    f"message {number} is {row.state}; only a failed or uncertain one can be sent again by hand"
                )
            note(session, AuditEntry(at, by, "message_resent", f"message {row.id}", f"{row.state}: {row.key}"))
            row.state = MessageState.PENDING.value
            row.attempts = 0
            row.next_attempt = at
            return _stored(row)

    def messages(self, states: Collection[MessageState] = tuple(MessageState), limit: int = 200) -> list[StoredMessage]:
        """The newest messages in some states, newest first."""
        with self._database.reading() as session:
            rows = session.scalars(
                select(OutboxRow)
                .where(OutboxRow.state.in_([state.value for state in states]))
                .order_by(OutboxRow.id.desc())
                .limit(limit)
            )
            return [_stored(row) for row in rows]

    def counts(self) -> dict[MessageState, int]:
        """How many messages are in each state."""
        with self._database.reading() as session:
            rows = session.execute(select(OutboxRow.state, func.count()).group_by(OutboxRow.state))
            found = {state: number for state, number in rows}  # noqa: C416 - rows are no pairs to a type checker
        return {state: found.get(state.value, 0) for state in MessageState}

    def oldest_waiting(self) -> int | None:
        """When the oldest message that is still to be sent was written [ms UTC]."""
        with self._database.reading() as session:
            waiting = OutboxRow.state.in_((MessageState.PENDING.value, MessageState.SENDING.value))
            return session.scalar(select(func.min(OutboxRow.created)).where(waiting))

    def waits(self, at: int) -> bool:
        """Whether a message is due, or a claim has ended [ms UTC]; asked before the database is written to."""
        with self._database.reading() as session:
            found = select(OutboxRow.id).where(
                OutboxRow.state.in_((MessageState.PENDING.value, MessageState.SENDING.value)),
                OutboxRow.next_attempt <= at,
            )
            return session.scalars(found.limit(1)).first() is not None

    def _answer(self, claimed: StoredMessage, state: MessageState, **columns: object) -> None:
        """Record what came of a claim; of one that was ended and claimed again, the new sender's answer counts."""
        still_ours = (
            (OutboxRow.id == claimed.id)
            & (OutboxRow.next_attempt == claimed.next_attempt)
            & (OutboxRow.state != MessageState.SENT.value)
        )
        with self._database.writing() as session:
            session.execute(update(OutboxRow).where(still_ours).values(state=state.value, **columns))


def _is_disabled(session: Session, address: str) -> bool:
    account = session.scalars(select(AccountRow).where(AccountRow.email == address)).first()
    return account is not None and account.disabled


def _stored(row: OutboxRow) -> StoredMessage:
    message = Message(row.key, Channel(row.channel), row.recipient, row.language, row.subject, row.content)
    return StoredMessage(
        row.id,
        message,
        MessageState(row.state),
        row.created,
        row.next_attempt,
        row.attempts,
        row.last_error,
        row.sent_at,
    )
