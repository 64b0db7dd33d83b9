"""The moving parts of ``vigie run``: embedded broker, collector, writer and the computation that follows them."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ingest.broker import EmbeddedBroker
from ingest.collector import Collector, CollectorSettings
from ingest.decode import TOPICS
from ingest.inbox import Inbox
from ingest.mqtt import parse_address
from ingest.writer import Writer, WriterSettings
from rules.errors import PackError
from store.kits import KitStatusStore
from vigie.broker import broker_address, broker_certificates
from vigie.compute import compute
from vigie.errors import UsageError
from vigie.live import Live
from vigie.times import now
from vigie.workspace import Workspace

logger = logging.getLogger(__name__)

_COMPACT_EVERY = 3600.0
"""Seconds."""
_LIVE_EVERY = 5.0
"""Seconds between two looks at what was written, at least."""
_LIVE_REST = 4.0
"""Rest after a round of live measures, in lengths of that round: collecting comes first."""


@dataclass(frozen=True, slots=True)
class Collecting:
    """A collector at work and the writer behind it."""

    collector: Collector
    writer: Writer
    inbox: Inbox


@contextmanager
def embedded_broker(workspace: Workspace) -> Iterator[EmbeddedBroker | None]:
    """The pure-Python broker, where the settings ask for it."""
    if not workspace.settings.broker.embedded:
        yield None
        return
    address = parse_address(workspace.settings.broker.url)
    with EmbeddedBroker(address.host, address.port) as broker:
        yield broker


@contextmanager
def collecting(workspace: Workspace, broker: EmbeddedBroker | None) -> Iterator[Collecting]:
    """Collector and writer; on leaving, what was received is written, and what the embedded broker still holds too."""
    settings = workspace.settings
    statuses = KitStatusStore(workspace.database)
    with ExitStack() as stack:
        inbox = stack.enter_context(Inbox(workspace.inbox_path, settings.ingest.max_payload_bytes))
        writer = Writer(
            inbox,
            workspace.readings,
            on_status=statuses.record,
            settings=WriterSettings(interval=settings.ingest.flush_seconds),
        )
        collector = Collector(
            broker_address(workspace),
            TOPICS,
            inbox,
            settings=CollectorSettings(settings.broker.client_id),
            tls=broker_certificates(workspace),
        )
        writer.start()
        stack.callback(writer.stop)
        if settings.broker.embedded:
            collector.start()
        else:
            collector.start_when_reachable()
        stack.callback(collector.stop)
        if broker is not None:
            stack.callback(_hand_over, broker, settings.broker.client_id)
        yield Collecting(collector, writer, inbox)


def _hand_over(broker: EmbeddedBroker, client_id: str) -> None:
    """The embedded broker's queue ends with the process: whoever was told a message arrived will not send it again."""
    left = broker.finish(client_id)
    if left:
        logger.error("%d messages in the embedded broker could not be kept and are lost; let their kits resend", left)


class LiveUpdates:
    """Keeps the live measures of the open shifts up to date, in a thread of its own."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vigie-live", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the update under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            _ = self._workspace.packs
        except (PackError, UsageError) as error:  # collecting goes on without rules
            logger.warning("no live measures until it is started again with rules that can be used: %s", error)
            return
        live = Live(self._workspace)
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                live.refresh(now())
            except Exception:  # the next round tries again, from what is stored
                logger.exception("live measures failed; they are tried again in a moment")
                live = Live(self._workspace)
            self._stop.wait(max(_LIVE_EVERY, _LIVE_REST * (time.monotonic() - began)))


class Computation:
    """Computes what is new, again and again, and merges small files, in a thread of its own."""

    def __init__(self, workspace: Workspace, every: float) -> None:
        self._workspace = workspace
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vigie-compute", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the computation under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        tidy_at = time.monotonic() + _COMPACT_EVERY
        while not self._stop.wait(self._every):
            try:
                summary = compute(self._workspace, now())
            except Exception:  # the next round tries again; nothing is lost, it is computed from what is stored
                logger.exception("computation failed; the next one is in %.0f s", self._every)
                continue
            if summary.changed:
                logger.info("%s", summary)
            if time.monotonic() >= tidy_at:
                tidy_at = time.monotonic() + _COMPACT_EVERY
                self._compact()

    def _compact(self) -> None:
        """A live collector makes many small files; merged, a day is read many times faster."""
        try:
            merged = self._workspace.readings.compact()
        except Exception:  # reading and writing go on without it
            logger.exception("compaction failed; it is tried again in %.0f s", _COMPACT_EVERY)
            return
        if merged:
            logger.info("%d small files of readings merged", merged)
