"""Records what kits publish: first keep, then acknowledge.

One thread reads what the broker hands over, another writes it. What is written is acknowledged, so the broker keeps
what is not; while the disk is slow, messages wait in bounded memory, and when that is full they wait with the broker.
Only a message of QoS 0 that the broker cannot hand over is lost: MQTT promises no more.
"""

import logging
import math
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from catalog.identifiers import KitId
from firmware_sim.errors import RecordingError
from firmware_sim.payloads import KIT_TOPICS, kit_of
from firmware_sim.record_file import VERSION, Head, RecordFile, line_of
from ingest.mqtt import BrokerAddress, BrokerError, SessionTerms, abandon, connect, disconnect, has_input, socket_of

logger = logging.getLogger(__name__)

_IDLE = 0.05
_MISC_EVERY = 1.0
_FIRST_BACK_OFF = 0.25
_LONGEST_BACK_OFF = 5.0
_ANSWER = 10.0
_EXPIRY = 3600
"""How long a broker keeps for a recorder that was killed what it will never fetch [s]; MQTT 5."""


class Ending(Enum):
    """Why a recording ended."""

    ASKED = "asked"
    LONGEST = "longest"
    LARGEST = "largest"


@dataclass(frozen=True, slots=True)
class RecorderSettings:
    """Bounds of a recording.

    Attributes
    ----------
    longest : float or None
        [s]
    largest : int or None
        Of the file [bytes]; it is never larger.
    sync_every : float
        Shortest time between two writes to the disk [s]: a crash loses what came since the last one, at most.
    memory : int
        Lines that wait to be written, at most [bytes]; then the broker keeps its messages.
    receive_maximum : int
        Unacknowledged messages the broker may hand over.
    """

    longest: float | None = None
    largest: int | None = None
    sync_every: float = 0.2
    memory: int = 64 << 20
    receive_maximum: int = 10_000


@dataclass(frozen=True, slots=True)
class Interruption:
    """A time without a connection.

    Attributes
    ----------
    start, end : int
        [ms UTC]
    kept : bool
        Whether the broker kept for us what was published meanwhile.
    """

    start: int
    end: int
    kept: bool


@dataclass(frozen=True, slots=True)
class RecorderReport:
    """What was recorded."""

    messages: int
    kits: tuple[KitId, ...]
    size: int
    seconds: float
    ending: Ending
    interruptions: tuple[Interruption, ...]


class _Waiting:
    """Messages that came and are not on the disk."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.receipts: list[_Receipt] = []
        self.size = 0


@dataclass(frozen=True, slots=True)
class _Receipt:
    """What to acknowledge once the line is on the disk: the message's number on the connection it came over."""

    client: Client
    mid: int
    qos: int
    key: int


class Recorder:
    """Records a live broker into a new file.

    Parameters
    ----------
    address : BrokerAddress
    path : Path
        Must not exist.
    settings : RecorderSettings
    progress : callable, optional
        Called with (messages, bytes on the disk) after each write.

    Raises
    ------
    BrokerError
        The broker cannot be reached, or refuses us, at the beginning.
    RecordingError
        The file cannot be made.
    """

    def __init__(
        self,
        address: BrokerAddress,
        path: Path,
        settings: RecorderSettings = RecorderSettings(),
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self._address = address
        self._settings = settings
        self._progress = progress or (lambda _messages, _size: None)
        self._terms = SessionTerms(f"vigie-record-{secrets.token_hex(4)}", _EXPIRY, settings.receive_maximum)
        self._waiting = _Waiting()
        self._write: Future[None] | None = None
        self._writing = _Waiting()
        self._unacknowledged: Counter[int] = Counter()
        self._kits: set[KitId] = set()
        self._messages = self._taken = 0
        self._next_misc = 0.0
        self._interruptions: list[Interruption] = []
        self._full = False
        self._session_kept = False
        self._refusal: BrokerError | None = None
        self._subscribed = threading.Event()
        started, self._began = time.time_ns() // 1_000_000, time.monotonic_ns()
        client = self._connect()
        try:
            self._await_subscription(client)
            protocol = "MQTT 5" if client.protocol == MQTTProtocolVersion.MQTTv5 else "MQTT 3.1.1"
            self._file = RecordFile(path, Head(VERSION, started, str(address), protocol))
        except BaseException:
            self._leave(client)
            raise
        self._taken += self._file.size
        self._client: Client | None = client

    def run(self, stop: threading.Event) -> RecorderReport:
        """Record until stopped or a bound is reached; what was taken is then on the disk.

        Raises
        ------
        RecordingError
            The disk takes no more; the file is good up to there.
        BrokerError
            The broker no longer lets us in.
        """
        with self._file, ThreadPoolExecutor(1, "vigie-record") as writer:
            try:
                ending = self._record(stop, writer)
                self._write_all(writer)
            except RecordingError as error:
                missing = len(self._waiting.lines) + len(self._writing.lines)
                raise RecordingError(f"{error}; {missing} messages that came since are not in it") from None
            finally:
                if self._client is not None:
                    self._leave(self._client)
        seconds = (time.monotonic_ns() - self._began) / 1e9
        kits = tuple(sorted(self._kits))
        return RecorderReport(self._messages, kits, self._file.size, seconds, ending, tuple(self._interruptions))

    def _record(self, stop: threading.Event, writer: ThreadPoolExecutor) -> Ending:
        longest = self._settings.longest
        deadline = math.inf if longest is None else time.monotonic() + longest
        next_sync = 0.0
        while not stop.is_set():
            now = time.monotonic()
            if now >= deadline:
                return Ending.LONGEST
            if self._full:
                return Ending.LARGEST
            if self._refusal is not None:
                raise self._refusal
            if now >= next_sync:
                next_sync = now + self._settings.sync_every
                self._turn_over(writer)
            self._read(stop, writer, deadline)
        return Ending.ASKED

    def _read(self, stop: threading.Event, writer: ThreadPoolExecutor, deadline: float) -> None:
        """Take what the broker has for us, as long as there is room for it."""
        client = self._client
        sock = socket_of(client) if client is not None else None
        if client is None or sock is None:
            self._write_all(writer)
            self._come_back(stop, deadline)
            return
        if self._waiting.size >= self._settings.memory:
            time.sleep(_IDLE)
        elif has_input(sock, _IDLE):
            client.loop_read()
        if time.monotonic() >= self._next_misc:
            self._next_misc = time.monotonic() + _MISC_EVERY
            client.loop_misc()
        if client.want_write():
            client.loop_write()

    def _write_all(self, writer: ThreadPoolExecutor) -> None:
        while self._write is not None or self._waiting.lines:
            if self._write is not None:
                self._write.result()
            self._turn_over(writer)

    def _turn_over(self, writer: ThreadPoolExecutor) -> None:
        """Acknowledge what is on the disk, and hand what waits to the writer when it is free."""
        if self._write is not None:
            if not self._write.done():
                return
            self._write.result()
            self._write = None
            self._acknowledge(self._writing.receipts)
            self._messages += len(self._writing.lines)
            self._writing = _Waiting()
            self._progress(self._messages, self._file.size)
        if self._waiting.receipts or self._waiting.lines:
            self._writing, self._waiting = self._waiting, _Waiting()
            self._write = writer.submit(self._file.write, self._writing.lines)

    def _acknowledge(self, receipts: list[_Receipt]) -> None:
        for receipt in receipts:
            if receipt.qos and receipt.client is self._client and socket_of(receipt.client) is not None:
                self._unacknowledged[receipt.key] -= 1
                if not self._unacknowledged[receipt.key]:
                    del self._unacknowledged[receipt.key]  # a recording of weeks must not remember every message
                receipt.client.ack(receipt.mid, receipt.qos)

    def _on_message(self, client: Client, _data: object, message: MQTTMessage) -> None:
        arrived, wall = time.monotonic_ns(), time.time_ns() // 1_000_000
        topic, payload = message.topic, bytes(message.payload)
        key = hash((topic, payload))
        receipt = _Receipt(client, message.mid, message.qos, key)
        if message.dup and self._unacknowledged[key] > 0:
            self._waiting.receipts.append(receipt)  # in the file already; only its acknowledgement was lost
            return
        line = line_of((arrived - self._began) // 1000, wall, topic, payload, message.qos, message.retain, message.dup)
        largest = self._settings.largest
        if self._full or (largest is not None and self._taken + len(line) > largest):
            self._full = True
            return
        self._taken += len(line)
        self._waiting.lines.append(line)
        self._waiting.receipts.append(receipt)
        self._waiting.size += len(line)
        if message.qos:
            self._unacknowledged[key] += 1
        kit = kit_of(topic)
        if kit is not None:
            self._kits.add(kit)

    def _connect(self) -> Client:
        client = connect(self._address, self._terms, self._on_session)
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        self._subscribed.clear()
        if client.protocol == MQTTProtocolVersion.MQTTv5:
            # As published: else the broker tells retained messages only from those it had before we came.
            options = SubscribeOptions(
                qos=1, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB
            )
            client.subscribe([(topic, options) for topic in KIT_TOPICS])
        else:
            client.subscribe([(topic, 1) for topic in KIT_TOPICS])
        return client

    def _on_session(self, present: bool) -> None:
        self._session_kept = present

    def _on_subscribe(self, _c: Client, _d: object, _mid: int, reasons: list[ReasonCode], _p: object) -> None:
        for topic, reason in zip(KIT_TOPICS, reasons, strict=False):
            if reason.is_failure:
                self._refusal = BrokerError(
                    f"{self._address} refuses a subscription to {topic}: {str(reason).lower()}; "
                    f"let {self._address.username or 'this user'} read it in the broker's access list"
                )
        self._subscribed.set()

    def _await_subscription(self, client: Client) -> None:
        """Nothing is recorded before the broker says that all of it is."""
        deadline = time.monotonic() + _ANSWER
        while not self._subscribed.is_set() and time.monotonic() < deadline:
            sock = socket_of(client)
            if sock is None:
                break
            if client.want_write():
                client.loop_write()
            if has_input(sock, _IDLE):
                client.loop_read()
        if self._refusal is not None:
            raise self._refusal
        if not self._subscribed.is_set():
            raise BrokerError(f"{self._address} does not answer a subscription; see the broker's log")

    def _come_back(self, stop: threading.Event, deadline: float) -> None:
        """Connect again, for as long as it takes; and know whether something may be missing."""
        start = time.time_ns() // 1_000_000
        logger.warning("%s: connection lost; what comes meanwhile is kept by the broker", self._address)
        back_off = _FIRST_BACK_OFF
        self._client = None
        while not stop.is_set() and time.monotonic() < deadline:
            try:
                client = self._connect()
            except BrokerError:
                stop.wait(back_off)
                back_off = min(2 * back_off, _LONGEST_BACK_OFF)
                continue
            self._client = client
            break
        kept = self._session_kept and self._client is not None
        self._interruptions.append(Interruption(start, time.time_ns() // 1_000_000, kept))
        if not kept:
            self._unacknowledged.clear()

    def _leave(self, client: Client) -> None:
        """Say goodbye for good: a session left behind would gather messages for nobody."""
        if socket_of(client) is None:
            return
        if client.protocol == MQTTProtocolVersion.MQTTv5:
            farewell = Properties(PacketTypes.DISCONNECT)  # type: ignore[no-untyped-call]  # paho leaves it unannotated
            farewell.SessionExpiryInterval = 0
            client.on_message = None
            client.disconnect(properties=farewell)
            while client.want_write() and socket_of(client) is not None:
                if client.loop_write() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    break
            abandon(client)
        else:
            client.unsubscribe(list(KIT_TOPICS))
            disconnect(client)
