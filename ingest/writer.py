"""Inbox → readings table, exactly once.

For each batch, in this order: what cannot be decoded is copied to the dead letters (again is harmless: it is keyed by
message id); the readings are committed to the table together with the application transaction (inbox UUID, last
message id); only when that commit is on disk are the messages forgotten. Wherever the process dies between two of
these, the next start finds in the table how far it got, and forgets, or does again, exactly the rest.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from catalog.identifiers import KitId
from catalog.readings import ReadingColumns
from ingest.codecs.records import Decoded, KitStatus
from ingest.decode import Delivery, decode
from ingest.inbox import Inbox, Kept, Refusal
from store.readings import Transaction

logger = logging.getLogger(__name__)

_REASON_LENGTH = 1_800
_LONGEST_BACK_OFF = 30.0


class ReadingTable(Protocol):
    """What the writer needs of a readings table; :class:`store.readings.ReadingStore` is one."""

    def append(self, columns: ReadingColumns, transaction: Transaction | None) -> int:
        """Commit readings with the transaction; they are on disk when this returns."""

    def transaction_version(self, app_id: str) -> int | None:
        """The version of the last transaction of ``app_id``, or None."""


class WriterError(RuntimeError):
    """Messages could not be written to the table; they are still in the inbox."""


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """How much is written at a time.

    Attributes
    ----------
    interval : float
        Longest time a message waits before a commit is begun [s].
    most_readings : int
        A commit is closed once it holds this many readings.
    most_messages : int
        Messages taken from the inbox at a time.
    """

    interval: float = 1.0
    most_readings: int = 20_000
    most_messages: int = 2_000


@dataclass(frozen=True, slots=True)
class WriterStats:
    """What a writer did since it was made.

    Attributes
    ----------
    retained : int
        Messages with readings the broker had kept from before; their readings are old news to the table, as a rule.
    error : str
        Why the last attempt failed; empty when it did not.
    """

    messages: int = 0
    readings: int = 0
    retained: int = 0
    statuses: int = 0
    dead: int = 0
    commits: int = 0
    error: str = ""


@dataclass(slots=True)
class _Batch:
    last_id: int = 0
    messages: int = 0
    retained: int = 0
    readings: ReadingColumns = field(default_factory=ReadingColumns)
    refusals: list[Refusal] = field(default_factory=list)
    statuses: list[KitStatus] = field(default_factory=list)


class Writer:
    """Moves messages from the inbox to the table, in a thread of its own or by :meth:`drain`.

    Parameters
    ----------
    inbox : Inbox
        It is claimed: one process empties an inbox.
    table : ReadingTable
    on_status : callable, optional
        Called with each kit status in order; once more for the same status after a crash. Must be quick.
    on_commit : callable, optional
        Called with the table's version after each commit.
    settings : WriterSettings
    """

    def __init__(
        self,
        inbox: Inbox,
        table: ReadingTable,
        on_status: Callable[[KitStatus], None] | None = None,
        on_commit: Callable[[int], None] | None = None,
        settings: WriterSettings = WriterSettings(),
    ) -> None:
        self._inbox = inbox
        self._table = table
        self._on_status = on_status
        self._on_commit = on_commit
        self._settings = settings
        self._stats = WriterStats()
        self._draining = threading.Lock()
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._recovered = False

    @property
    def stats(self) -> WriterStats:
        """What was done so far."""
        return self._stats

    def start(self) -> None:
        """Claim the inbox, make good an unfinished batch of a process that died, and go on in a thread."""
        self._inbox.claim()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="vigie-writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread, then write what is left.

        Raises
        ------
        WriterError
            When the rest cannot be written; it stays in the inbox.
        """
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        try:
            self.drain()
        except Exception as error:
            raise WriterError(f"{self._inbox.waiting()} messages stay in {self._inbox.path}: {error}") from error

    def drain(self) -> int:
        """Write everything that waits; how many messages that was."""
        moved = 0
        with self._draining:
            self._recover()
            while batch := self._next_batch():
                self._write(batch)
                moved += batch.messages
        return moved

    def _run(self) -> None:
        back_off = self._settings.interval
        while not self._stopping:
            try:
                self.drain()
                back_off = self._settings.interval
                self._stats = replace(self._stats, error="")
            except Exception as error:  # the messages are safe in the inbox: say so, wait, try again
                back_off = min(2 * back_off, _LONGEST_BACK_OFF)
                self._stats = replace(self._stats, error=str(error))
                logger.error("cannot write readings, next attempt in %.0f s: %s", back_off, error)  # noqa: TRY400  one line
            self._wake.wait(back_off)

    def _recover(self) -> None:
        """Forget what a process that died had already committed."""
        if self._recovered:
            return
        self._inbox.claim()
        committed = self._table.transaction_version(self._inbox.uuid)
        if committed is not None:
            if self._inbox.last_id() < committed:
                # The file was put back from a backup: its ids would be taken for old ones. Under a new name everything
                # in it is written again, which changes nothing where the table has it.
                self._inbox.renew_identity()
            else:
                self._inbox.forget(committed)
        self._recovered = True

    def _next_batch(self) -> _Batch | None:
        batch = _Batch()
        while len(batch.readings) < self._settings.most_readings:
            kept = self._inbox.take(self._settings.most_messages, after=batch.last_id)
            for one in kept:
                _decode_into(batch, one)
                if len(batch.readings) >= self._settings.most_readings:
                    break
            if len(kept) < self._settings.most_messages:
                break
        return batch if batch.messages else None

    def _write(self, batch: _Batch) -> None:
        self._inbox.bury(batch.refusals)
        version = None
        if len(batch.readings):
            version = self._table.append(batch.readings, Transaction(self._inbox.uuid, batch.last_id))
        self._inbox.forget(batch.last_id)
        stats = self._stats
        self._stats = replace(
            stats,
            messages=stats.messages + batch.messages,
            readings=stats.readings + len(batch.readings),
            retained=stats.retained + batch.retained,
            statuses=stats.statuses + len(batch.statuses),
            dead=stats.dead + len(batch.refusals),
            commits=stats.commits + (version is not None),
        )
        if self._on_status is not None:
            for status in batch.statuses:
                self._on_status(status)
        if self._on_commit is not None and version is not None:
            self._on_commit(version)


def _decode_into(batch: _Batch, kept: Kept) -> None:
    message = kept.message
    batch.last_id = kept.id
    batch.messages += 1
    decoded = _decode_safely(kept)
    if message.retained and len(decoded.readings):
        batch.retained += 1
    batch.readings.extend([decoded.readings])
    if decoded.status is not None:
        batch.statuses.append(decoded.status)
    if decoded.problems:
        batch.refusals.append(Refusal(kept, _reason(decoded.problems)))


def _reason(problems: Sequence[str]) -> str:
    """The problems on one line; the first always, the others while they fit."""
    reason = problems[0]
    for number, problem in enumerate(problems[1:], start=1):
        if len(reason) + len(problem) > _REASON_LENGTH:
            return f"{reason}; and {len(problems) - number} more"
        reason += f"; {problem}"
    return reason


def _decode_safely(kept: Kept) -> Decoded:
    message = kept.message
    try:
        delivery = Delivery.RETAINED if message.retained else Delivery.LIVE
        return decode(message.topic, message.payload, message.received, delivery)
    except Exception as error:  # a message that breaks the decoder must not stop those behind it
        logger.exception("message %d broke the decoder", kept.id)
        return Decoded(KitId(""), problems=(f"the decoder failed: {type(error).__name__}: {error}",))
