"""The durable inbox: every message is on disk before the broker hears that it arrived.

One SQLite file (WAL, ``synchronous=FULL``): a transaction that returned has been synced, whatever happens to the
process or the power. Message ids only ever grow, also across deletions, and the inbox carries a UUID of its own:
together they are the Delta application transaction that makes inbox → table exactly once (see :mod:`ingest.writer`).
"""

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

LARGEST_MESSAGE = 1 << 20
"""Default for the largest payload that is ever decoded [bytes]."""

_MOST_BYTES_TAKEN = 32 << 20
_REASON_LENGTH = 2000
_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    topic TEXT NOT NULL, payload BLOB NOT NULL, received INTEGER NOT NULL,
    retained INTEGER NOT NULL, qos INTEGER NOT NULL, duplicate INTEGER NOT NULL
);
CREATE TABLE dead (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message INTEGER UNIQUE,
    reason TEXT NOT NULL, died INTEGER NOT NULL, size INTEGER NOT NULL,
    topic TEXT NOT NULL, payload BLOB NOT NULL, received INTEGER NOT NULL,
    retained INTEGER NOT NULL, qos INTEGER NOT NULL, duplicate INTEGER NOT NULL
);
CREATE TABLE identity (uuid TEXT NOT NULL);
"""
_COLUMNS = "topic, payload, received, retained, qos, duplicate"


class InboxError(RuntimeError):
    """The inbox cannot be opened or is in use; the message is one line for a person."""


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message as it arrived.

    Attributes
    ----------
    received : int
        Arrival [ms UTC].
    retained : bool
        The broker kept it from before we subscribed.
    duplicate : bool
        The broker says it may have delivered it before.
    """

    topic: str
    payload: bytes
    received: int
    retained: bool = False
    qos: int = 1
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in the inbox under its id."""

    id: int
    message: Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a kept message goes to the dead letters."""

    kept: Kept
    reason: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that could not be used, or not all of it; its bytes are read with :meth:`Inbox.dead_payload`.

    Attributes
    ----------
    died : int
        When it was set aside [ms UTC].
    size : int
        Of the payload [bytes].
    """

    id: int
    reason: str
    died: int
    topic: str
    received: int
    size: int


class Inbox:
    """The inbox of one collector.

    Parameters
    ----------
    path : Path
        SQLite file; it and its folder are made when absent.
    largest_message : int
        Payloads above this [bytes] go to the dead letters whole, and are never decoded.

    Notes
    -----
    Any number of processes may look at the inbox; only the one that holds :meth:`claim` may collect into it or empty
    it. Methods may be called from any thread.
    """

    def __init__(self, path: Path, largest_message: int = LARGEST_MESSAGE) -> None:
        self.path = path
        self.largest_message = largest_message
        self._claim: IO[str] | None = None
        # Adding must not wait for somebody who reads, so each side has a connection of its own.
        self._adding = _Connection(path)
        self._taking = _Connection(path)
        self.uuid = self._read_uuid()

    def close(self) -> None:
        """Close the files and give up the claim."""
        self._adding.close()
        self._taking.close()
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def __enter__(self) -> "Inbox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def claim(self) -> None:
        """Become the one process that collects into this inbox and empties it, until :meth:`close`.

        Raises
        ------
        InboxError
            When another process, or another inbox object, holds the claim.
        """
        if self._claim is not None:
            return
        lock = self.path.with_name(self.path.name + ".lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise InboxError(
                f"{self.path}: another collector (process {holder}) uses this inbox; stop it, or give this one a "
                "workspace of its own"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._claim = lock

    def add(self, messages: Sequence[Message]) -> None:
        """Keep messages, all or none; they are on disk when this returns."""
        fitting = [message for message in messages if len(message.payload) <= self.largest_message]
        with self._adding.transaction() as cursor:
            cursor.executemany(
                f"INSERT INTO messages ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608  constant columns
                [_row(message) for message in fitting],
            )
            if len(fitting) == len(messages):
                return
            for message in messages:
                if len(message.payload) > self.largest_message:
                    reason = (
                        f"payload is {len(message.payload)} bytes; expected at most {self.largest_message} "
                        "(a larger limit can be set for the collector)"
                    )
                    _bury(cursor, None, message, reason)

    def take(self, limit: int, after: int = 0) -> list[Kept]:
        """The oldest messages with an id above ``after``: at most ``limit``, and no more than some 32 MiB."""
        kept: list[Kept] = []
        size = 0
        with self._taking.reading() as cursor:
            for row in cursor.execute(
                f"SELECT id, {_COLUMNS} FROM messages WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608  constant columns
                (after, limit),
            ):
                kept.append(Kept(row[0], _message(row[1:])))
                size += len(kept[-1].message.payload)
                if size >= _MOST_BYTES_TAKEN:
                    break
        return kept

    def bury(self, refusals: Sequence[Refusal]) -> None:
        """Copy messages to the dead letters with their reason; doing it again for the same message changes nothing."""
        if not refusals:
            return
        with self._taking.transaction() as cursor:
            for refusal in refusals:
                _bury(cursor, refusal.kept.id, refusal.kept.message, refusal.reason)

    def forget(self, up_to_id: int) -> int:
        """Delete the messages with ids up to and including ``up_to_id``; how many there were."""
        with self._taking.transaction() as cursor:
            return cursor.execute("DELETE FROM messages WHERE id <= ?", (up_to_id,)).rowcount

    def retry(self, letters: Sequence[int] | None = None) -> int:
        """Put dead letters back among the messages, to be decoded again; how many went.

        Parameters
        ----------
        letters : sequence of int, optional
            Ids of dead letters; all of them when None. Those above the largest message stay where they are.

        Notes
        -----
        They keep the arrival they had, so a kit whose clock was wrong is still wrong, and relative times still mean the
        same. Readings that were already stored from a message change nothing when they come again.
        """
        with self._taking.transaction() as cursor:
            wanted = cursor.execute(
                "SELECT id FROM dead WHERE size <= ? ORDER BY id", (self.largest_message,)
            ).fetchall()
            chosen = [row for row in wanted if letters is None or row[0] in letters]
            cursor.executemany(
                f"INSERT INTO messages ({_COLUMNS}) SELECT {_COLUMNS} FROM dead WHERE id = ?",  # noqa: S608  constant columns
                chosen,
            )
            cursor.executemany("DELETE FROM dead WHERE id = ?", chosen)
            return len(chosen)

    def dead_letters(self, limit: int = 1000, after: int = 0) -> list[DeadLetter]:
        """The oldest dead letters with an id above ``after``."""
        with self._taking.reading() as cursor:
            rows = cursor.execute(
                "SELECT id, reason, died, topic, received, size FROM dead WHERE id > ? ORDER BY id LIMIT ?",
                (after, limit),
            ).fetchall()
        return [DeadLetter(*row) for row in rows]

    def dead_payload(self, letter: int) -> bytes:
        """The raw bytes of a dead letter.

        Raises
        ------
        InboxError
            When there is no such dead letter.
        """
        with self._taking.reading() as cursor:
            row = cursor.execute("SELECT payload FROM dead WHERE id = ?", (letter,)).fetchone()
        if row is None:
            raise InboxError(f"{self.path}: no dead letter {letter}; list them to see their numbers")
        return bytes(row[0])

    def waiting(self) -> int:
        """How many messages wait to be written to the table."""
        with self._taking.reading() as cursor:
            return int(cursor.execute("SELECT count(*) FROM messages").fetchone()[0])

    def dead(self) -> int:
        """How many dead letters there are."""
        with self._taking.reading() as cursor:
            return int(cursor.execute("SELECT count(*) FROM dead").fetchone()[0])

    def last_id(self) -> int:
        """The highest id ever given, 0 before the first message."""
        with self._taking.reading() as cursor:
            row = cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'messages'").fetchone()
        return int(row[0]) if row else 0

    def renew_identity(self) -> None:
        """Take a new UUID: for an inbox restored from a backup, whose ids the table has already seen."""
        fresh = str(uuid.uuid4())
        with self._taking.transaction() as cursor:
            cursor.execute("UPDATE identity SET uuid = ?", (fresh,))
        self.uuid = fresh

    def _read_uuid(self) -> str:
        with self._taking.reading() as cursor:
            return str(cursor.execute("SELECT uuid FROM identity").fetchone()[0])


class _Connection:
    """One SQLite connection, used by one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(path, timeout=60, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise InboxError(f"{path}: cannot open the inbox: {error}; check the folder and its rights") from None
        try:
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._create()
        except sqlite3.DatabaseError as error:
            self._database.close()
            raise InboxError(f"{path}: not a usable inbox: {error}; move it away to start a new one") from None
        # SQLite syncs its files, not the folder entry of a database it just made.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _create(self) -> None:
        with self.transaction() as cursor:
            found = cursor.execute("PRAGMA user_version").fetchone()[0]
            if found == 0:
                for statement in _SCHEMA.split(";"):
                    cursor.execute(statement)
                cursor.execute("INSERT INTO identity VALUES (?)", (str(uuid.uuid4()),))
                cursor.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
            elif found != _SCHEMA_VERSION:
                raise sqlite3.DatabaseError(f"its version is {found}, this program knows {_SCHEMA_VERSION}")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Cursor]:
        """A write transaction: committed and synced on leaving, rolled back on an exception."""
        with self._lock, contextlib.closing(self._database.cursor()) as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    cursor.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Cursor]:
        """A cursor to read with."""
        with self._lock, contextlib.closing(self._database.cursor()) as cursor:
            yield cursor

    def close(self) -> None:
        with self._lock:
            self._database.close()


def _row(message: Message) -> tuple[str, bytes, int, int, int, int]:
    return (
        message.topic,
        message.payload,
        message.received,
        int(message.retained),
        message.qos,
        int(message.duplicate),
    )


def _message(row: Sequence[object]) -> Message:
    topic, payload, received, retained, qos, duplicate = row
    return Message(str(topic), payload, int(received), bool(retained), int(qos), bool(duplicate))  # type: ignore[arg-type, call-overload]  # SQLite rows are untyped


def _bury(cursor: sqlite3.Cursor, message_id: int | None, message: Message, reason: str) -> None:
    if len(reason) > _REASON_LENGTH:
        reason = reason[: _REASON_LENGTH - 1] + "…"
    cursor.execute(
        f"INSERT OR IGNORE INTO dead (message, reason, died, size, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  constant columns
        (message_id, reason, time.time_ns() // 1_000_000, len(message.payload), *_row(message)),
    )
