"""The collector: first keep, then acknowledge.

One thread reads what the broker has sent, commits it to the inbox as soon as nothing more is waiting (so a batch grows
by itself under load), and acknowledges it only when the commit is on disk. A collector that dies in between is sent the
unacknowledged messages again; their readings change nothing the second time.

Retained readings, which the broker kept from before we subscribed, are kept and acknowledged like any other and counted
apart: dated absolutely they are readings the table has already, or missed; dated relative to "now" they are refused by
the decoder.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.inbox import Inbox, Message
from ingest.mqtt import (
    BrokerError,
    SessionTerms,
    TlsFiles,
    abandon,
    connect,
    disconnect,
    has_input,
    parse_address,
    socket_of,
)

logger = logging.getLogger(__name__)

_IDLE = 0.2
_MISC_EVERY = 1.0
_SUBSCRIBE_TIMEOUT = 10.0
_FIRST_BACK_OFF = 0.5


@dataclass(frozen=True, slots=True)
class CollectorSettings:
    """How a collector behaves.

    Attributes
    ----------
    client_id : str
        Fixed: the broker keeps the session, and what it could not deliver, under this name.
    session_expiry : int
        How long the broker keeps it while the collector is away [s]; brokers of MQTT 3.1.1 have a setting of their own.
    receive_maximum : int
        Messages the broker may send before the first is acknowledged; one commit can hold that many.
    largest_batch, largest_batch_bytes : int
        A commit is closed once it holds as much, which bounds the memory.
    longest_back_off : float
        Between two attempts to reach a broker that is away [s].
    """

    client_id: str = "vigie-collector"
    session_expiry: int = 7 * 86_400
    receive_maximum: int = 2_000
    largest_batch: int = 5_000
    largest_batch_bytes: int = 16 << 20
    longest_back_off: float = 30.0


@dataclass(frozen=True, slots=True)
class CollectorStats:
    """What a collector did since it was made.

    Attributes
    ----------
    protocol : str
        ``MQTT 5`` or ``MQTT 3.1.1``; empty while not connected.
    messages : int
        Kept in the inbox.
    retained, duplicates : int
        Of them, those the broker had kept from before, and those it may have delivered before.
    commits : int
        Of the inbox; messages / commits is the size of a group commit.
    error : str
        Why the broker or the inbox cannot be reached; empty when all is well.
    """

    protocol: str = ""
    connections: int = 0
    messages: int = 0
    bytes: int = 0
    retained: int = 0
    duplicates: int = 0
    commits: int = 0
    error: str = ""


class Collector:
    """Collects what kits publish into an inbox, in a thread of its own.

    Parameters
    ----------
    broker_url : str
        ``mqtt://[user:password@]host[:port]`` or ``mqtts://…``.
    topics : sequence of str
        Filters to subscribe to, as a rule :data:`ingest.decode.TOPICS`.
    inbox : Inbox
        It is claimed: one process collects into an inbox.
    on_batch : callable, optional
        Called with the number of messages after each commit. Must be quick.
    settings : CollectorSettings
    tls : TlsFiles

    Raises
    ------
    BrokerError
        When the address is not one.
    """

    def __init__(
        self,
        broker_url: str,
        topics: Sequence[str],
        inbox: Inbox,
        on_batch: Callable[[int], None] | None = None,
        settings: CollectorSettings = CollectorSettings(),
        tls: TlsFiles = TlsFiles(),  # noqa: B008  frozen
    ) -> None:
        self._address = parse_address(broker_url, tls)
        self._topics = tuple(topics)
        self._inbox = inbox
        self._on_batch = on_batch
        self._settings = settings
        self._terms = SessionTerms(settings.client_id, settings.session_expiry, settings.receive_maximum)
        self._stats = CollectorStats()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._batch: list[_Arrived] = []
        self._batch_bytes = 0
        self._answered = threading.Event()
        self._refusal: BrokerError | None = None

    @property
    def stats(self) -> CollectorStats:
        """What was done so far."""
        return self._stats

    def start(self) -> None:
        """Connect, subscribe, and go on in a thread; when it returns, whatever is published is collected.

        Raises
        ------
        BrokerError
            When the broker cannot be reached this first time; later it is tried again for as long as it takes.
        InboxError
            When another collector uses the inbox.
        """
        self._inbox.claim()
        self._begin(self._connect())
        answered = self._answered.wait(_SUBSCRIBE_TIMEOUT)
        if not answered or self._refusal is not None:
            self.stop()
            raise self._refusal or BrokerError(f"{self._address} does not answer a subscription; see the broker's log")

    def start_when_reachable(self) -> None:
        """Go on in a thread that reaches the broker as soon as it can; for services that start in any order.

        Raises
        ------
        InboxError
            When another collector uses the inbox.
        """
        self._inbox.claim()
        self._begin(None)

    def stop(self) -> None:
        """Commit and acknowledge what was read, and leave the session with the broker."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _begin(self, client: Client | None) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(client,), name="vigie-collector", daemon=True)
        self._thread.start()

    def _connect(self) -> Client:
        client = connect(self._address, self._terms)
        protocol = "MQTT 5" if client.protocol == MQTTProtocolVersion.MQTTv5 else "MQTT 3.1.1"
        self._stats = replace(self._stats, protocol=protocol, connections=self._stats.connections + 1)
        logger.info("connected to %s with %s", self._address, protocol)
        return client

    def _run(self, client: Client | None) -> None:
        back_off = _FIRST_BACK_OFF
        while not self._stop.is_set():
            try:
                if client is None:
                    client = self._connect()
                self._serve(client)
                back_off = _FIRST_BACK_OFF
            except BrokerError as error:
                self._note_error(str(error))
                self._stop.wait(back_off)
                back_off = min(2 * back_off, self._settings.longest_back_off)
            self._stats = replace(self._stats, protocol="")
            client = None

    def _serve(self, client: Client) -> None:
        """Collect until stopped; raise when the connection is lost."""
        self._batch, self._batch_bytes = [], 0
        self._refusal = None
        lost: list[str] = []
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = lambda _c, _d, flags, reason, _p: lost.append(
            str(reason).lower() if flags.is_disconnect_packet_from_server else "the network or the broker went away"
        )
        self._subscribe(client)
        try:
            self._pump(client)
            self._commit(client)
            if self._stop.is_set() and socket_of(client) is not None:
                disconnect(client)
                return
        finally:
            abandon(client)
        if self._refusal is not None:
            raise self._refusal
        raise BrokerError(f"{self._address}: connection lost: {lost[0] if lost else 'the socket was closed'}")

    def _pump(self, client: Client) -> None:
        next_misc = 0.0
        while not self._stop.is_set() and self._refusal is None:
            sock = socket_of(client)
            if sock is None:
                return
            readable = has_input(sock, 0 if self._batch else _IDLE)
            if readable and client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                return
            if self._batch and (not readable or self._is_full()):
                self._commit(client)
            now = time.monotonic()
            if now >= next_misc:
                next_misc = now + _MISC_EVERY
                client.loop_misc()
            if client.want_write():
                client.loop_write()

    def _subscribe(self, client: Client) -> None:
        """Ask for the topics, at every connection: a broker that lost its state has lost our subscriptions too."""
        if client.protocol == MQTTProtocolVersion.MQTTv5:
            # Retained messages once per session, not at every connection: they are old news by then.
            options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            client.subscribe([(topic, options) for topic in self._topics])
        else:
            client.subscribe([(topic, 1) for topic in self._topics])

    def _on_subscribe(self, _c: Client, _d: object, _mid: int, reasons: list[ReasonCode], _p: object) -> None:
        for topic, reason in zip(self._topics, reasons, strict=False):
            if reason.is_failure:
                self._refusal = BrokerError(
                    f"{self._address} refuses a subscription to {topic}: {str(reason).lower()}; "
                    f"let {self._address.username or self._settings.client_id} read it in the broker's access list"
                )
        if self._refusal is None:
            self._stats = replace(self._stats, error="")
        self._answered.set()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        arrived = _Arrived(message.mid, _keepable(message))
        self._batch.append(arrived)
        self._batch_bytes += len(arrived.message.payload)

    def _is_full(self) -> bool:
        settings = self._settings
        return len(self._batch) >= settings.largest_batch or self._batch_bytes >= settings.largest_batch_bytes

    def _commit(self, client: Client) -> None:
        """Keep the batch, then acknowledge it. While the inbox cannot take it, nothing more is read."""
        batch, self._batch = self._batch, []
        size, self._batch_bytes = self._batch_bytes, 0
        if not batch:
            return
        messages = [arrived.message for arrived in batch]
        back_off = _FIRST_BACK_OFF
        while True:
            try:
                self._inbox.add(messages)
                break
            except Exception as error:  # a full disk, say: unacknowledged, the broker keeps them for us
                self._note_error(f"{self._inbox.path}: cannot keep messages: {error}; check the disk")
                if self._stop.wait(back_off):
                    return
                back_off = min(2 * back_off, self._settings.longest_back_off)
        _acknowledge(client, batch)
        stats = self._stats
        self._stats = replace(
            stats,
            messages=stats.messages + len(messages),
            bytes=stats.bytes + size,
            retained=stats.retained + sum(message.retained for message in messages),
            duplicates=stats.duplicates + sum(message.duplicate for message in messages),
            commits=stats.commits + 1,
            error="",
        )
        if self._on_batch is not None:
            self._on_batch(len(messages))

    def _note_error(self, error: str) -> None:
        if error != self._stats.error:
            logger.warning("%s", error)
        self._stats = replace(self._stats, error=error)


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A message and the number to acknowledge it by."""

    mid: int
    message: Message


def _keepable(message: MQTTMessage) -> Message:
    try:
        topic = message.topic
    except UnicodeDecodeError:
        topic = "(a topic that is not UTF-8)"
    received = time.time_ns() // 1_000_000
    return Message(topic, bytes(message.payload), received, message.retain, message.qos, message.dup)


def _acknowledge(client: Client, batch: Sequence[_Arrived]) -> None:
    sock = socket_of(client)
    if sock is None:
        return
    # Hundreds of 4-byte packets: corked, they leave in a few segments instead of one each.
    _cork(sock, 1)
    for arrived in batch:
        if arrived.message.qos:
            client.ack(arrived.mid, arrived.message.qos)
    if socket_of(client) is sock:
        _cork(sock, 0)


def _cork(sock: socket.socket, state: int) -> None:
    if hasattr(socket, "TCP_CORK"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, state)
