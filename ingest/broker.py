"""A broker inside the process, for the demo and small sites: amqtt in a thread with an event loop of its own.

It speaks MQTT 3.1.1 and keeps its state in memory. Sessions and queued messages survive a collector that goes away and
comes back. Before an orderly end it hands everything over (:meth:`EmbeddedBroker.finish`). Not so when the process is
killed: what a kit was told is delivered and the inbox had not yet received is then gone. A service that must not lose a
reading runs Mosquitto (``deploy/mosquitto.conf``).

amqtt 0.11 to 0.12 loses QoS 1 messages in three ways which are mended here: a message not acknowledged within 5 s is
dropped; so are those on their way when a connection breaks; and sessions of clients without a password queue nothing.
What it queued it also sends with the retain flag set, as if it were old; and it misreads a CONNECT of MQTT 5 and waits
for ever instead of refusing it. TCP_NODELAY is set by asyncio.
"""

import asyncio
import contextlib
import logging
import threading
from typing import Any, cast

from amqtt.adapters import ReaderAdapter, StreamReaderAdapter, StreamWriterAdapter, WriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig
from amqtt.errors import AMQTTError
from amqtt.mqtt.constants import QOS_1
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import ApplicationMessage, OutgoingApplicationMessage, Session

from ingest.mqtt import BrokerError

_START_TIMEOUT = 10.0
_STOP_TIMEOUT = 10.0
_FINISH_TIMEOUT = 30.0
_FINISH_TICK = 0.02
_FINISH_TICKS = 5
"""Nothing on its way so many times in a row: between two queues a message is in neither."""
_CONNECT = 0x10
_MQTT_5 = b"\x00\x04MQTT\x05"
_WRONG_VERSION = b"\x20\x02\x00\x01"
"""CONNACK of MQTT 3.1.1: unacceptable protocol version."""


class EmbeddedBroker:
    """A broker that lives as long as this object is started.

    Parameters
    ----------
    host : str
        Address to listen on; anybody who can reach it may publish, so it is the local machine by default.
    port : int
        0 chooses a free one, see :attr:`port`.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self._wanted_port = port
        self._port = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._failures: list[Exception] = []
        self._stopped: asyncio.Event | None = None
        self._broker: _LastingBroker | None = None

    @property
    def port(self) -> int:
        """The port it listens on, once started."""
        return self._port

    @property
    def url(self) -> str:
        """Its address, for a collector or a kit."""
        return f"mqtt://{self.host}:{self._port}"

    def start(self) -> None:
        """Listen; when it returns, clients can connect.

        Raises
        ------
        BrokerError
            When the port is taken or the address is not one of this machine.
        """
        # Every connection, and every client that goes away, is worth a line to amqtt.
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._ready.clear()
        self._failures.clear()
        self._thread = threading.Thread(target=self._run, name="vigie-broker", daemon=True)
        self._thread.start()
        if not self._ready.wait(_START_TIMEOUT):
            raise BrokerError(f"the embedded broker does not start on {self.host}:{self._wanted_port}")
        if self._failures:
            self._thread.join()
            self._thread = None
            raise BrokerError(
                f"the embedded broker cannot listen on {self.host}:{self._wanted_port}: {_cause(self._failures[0])}; "
                "choose another port, or end the program that uses it"
            ) from None

    def finish(self, receiver: str, timeout: float = _FINISH_TIMEOUT) -> int:
        """Take nothing more from publishers, and hand what they were told is delivered to one client.

        Publishers see a broker that does not answer; what it has not acknowledged they keep. Only :meth:`stop` follows.

        Parameters
        ----------
        receiver : str
            Client id of the collector; it must still be at work.
        timeout : float
            [s].

        Returns
        -------
        int
            Messages the client has not acknowledged in this time; they are gone when the broker stops.
        """
        if self._thread is None or self._loop is None or self._broker is None:
            return 0
        return asyncio.run_coroutine_threadsafe(self._broker.finish(receiver, timeout), self._loop).result()

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread is None or self._loop is None or self._stopped is None:
            return
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(_STOP_TIMEOUT)
        self._thread = None

    def __enter__(self) -> "EmbeddedBroker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._loop.set_exception_handler(_ignore)
            try:
                runner.run(self._serve())
            except Exception as error:  # told to whoever starts the broker, in one line
                self._failures.append(error)
        self._ready.set()

    async def _serve(self) -> None:
        self._stopped = asyncio.Event()
        broker = _LastingBroker(
            BrokerConfig(
                listeners={"default": ListenerConfig(bind=f"{self.host}:{self._wanted_port}", max_connections=-1)},
                plugins={f"{__name__}.{LocalClients.__name__}": {}},
            )
        )
        await broker.start()
        self._broker = broker
        self._port = broker.listening_port()
        self._ready.set()
        await self._stopped.wait()
        await broker.shutdown()
        # amqtt leaves the tasks of clients that were connected to end by themselves.
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await broker.close_connections()


class LocalClients(BaseAuthPlugin):  # type: ignore[misc]  # amqtt's types are not published
    """Lets every client in, without making it anonymous: amqtt queues nothing for anonymous clients."""

    async def authenticate(self, *, session: Session) -> bool | None:
        """Accept."""
        session.is_anonymous = False
        return True


class _LastingHandler(BrokerProtocolHandler):  # type: ignore[misc]  # amqtt's types are not published
    """Delivers QoS 1 messages however long the client takes, and puts them back when its connection breaks."""

    async def _handle_qos1_message_flow(self, app_message: ApplicationMessage) -> None:
        session = self.session
        if not isinstance(app_message, OutgoingApplicationMessage) or session is None:
            await super()._handle_qos1_message_flow(app_message)
            return
        packet_id = cast(int, app_message.packet_id)
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        session.inflight_out[packet_id] = app_message
        self._puback_waiters[packet_id] = acknowledged
        try:
            await self._send_packet(app_message.build_publish_packet())
            await acknowledged
        except (asyncio.CancelledError, AMQTTError, OSError):
            if not session.clean_session:
                session.retained_messages.put_nowait(app_message)
        finally:
            self._puback_waiters.pop(packet_id, None)
            session.inflight_out.pop(packet_id, None)


class _Rereading(StreamReaderAdapter):  # type: ignore[misc]  # amqtt's types are not published
    """A reader that gives the bytes already read once more, and none at all once it is held."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self._head = head
        self._released = asyncio.Event()
        self._released.set()

    def hold(self) -> None:
        """Give nothing more; packets read before are still answered."""
        self._released.clear()

    async def read(self, n: int = -1) -> bytes:
        """The next ``n`` bytes."""
        await self._released.wait()
        if not self._head or n < 0:
            return cast(bytes, await super().read(n))
        first, self._head = self._head[:n], self._head[n:]
        if len(first) < n:
            first += await super().read(n - len(first))
        return first


async def _read_head(reader: asyncio.StreamReader) -> bytes:
    """The first bytes of a connection, up to the version in a CONNECT packet."""
    head = await reader.readexactly(1)
    if head[0] != _CONNECT:
        return head
    while len(head) < 5:
        head += await reader.readexactly(1)
        if head[-1] < 0x80:
            break
    return head + await reader.readexactly(len(_MQTT_5))


class _LastingBroker(Broker):  # type: ignore[misc]  # amqtt's types are not published
    """amqtt's broker with deliveries that last."""

    def __init__(self, config: BrokerConfig) -> None:
        super().__init__(config)
        self._writers: set[asyncio.StreamWriter] = set()
        self._readers: dict[_Rereading, str] = {}
        """Of every connection; with its client id as soon as it has said one."""

    def listening_port(self) -> int:
        """The port of the default listener."""
        return int(self._servers["default"].instance.sockets[0].getsockname()[1])

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        """Refuse versions of MQTT the broker does not speak before it misreads them, and close what it leaves open."""
        self._writers.add(writer)
        try:
            head = await _read_head(reader)
            if head.endswith(_MQTT_5):
                writer.write(_WRONG_VERSION)
            else:
                rereading = _Rereading(head, reader)
                self._readers[rereading] = ""
                try:
                    await self._client_connected(listener_name, rereading, StreamWriterAdapter(writer))
                finally:
                    self._readers.pop(rereading, None)
        except (asyncio.IncompleteReadError, OSError):
            pass  # whoever it was has gone
        finally:
            await self._close(writer)

    async def finish(self, receiver: str, timeout: float) -> int:
        """Read from nobody but ``receiver``, until it has acknowledged all there is for it; see EmbeddedBroker."""
        for server in self._servers.values():
            server.instance.close()
        for reader, client in self._readers.items():
            if client != receiver:
                reader.hold()
        quiet = 0
        deadline = asyncio.get_running_loop().time() + timeout
        while quiet < _FINISH_TICKS and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_FINISH_TICK)
            quiet = quiet + 1 if self._on_their_way(receiver) == 0 else 0
        return self._on_their_way(receiver)

    def _on_their_way(self, receiver: str) -> int:
        """Messages taken from publishers that ``receiver`` has not acknowledged."""
        arrived = sum(session.delivered_message_queue.qsize() for session, _ in self._sessions.values())
        session, _ = self._sessions.get(receiver, (None, None))
        waiting = len(session.inflight_out) + session.retained_messages.qsize() if session is not None else 0
        return int(arrived + self._broadcast_queue.qsize() + waiting)

    async def close_connections(self) -> None:
        """Close every connection that is still open."""
        for writer in list(self._writers):
            await self._close(writer)

    async def _close(self, writer: asyncio.StreamWriter) -> None:
        self._writers.discard(writer)
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        handler, session = await super()._initialize_client_session(reader, writer, remote_address, remote_port)
        # amqtt names the class of its handlers in the code that makes them; there is no other place to say it.
        handler.__class__ = _LastingHandler
        if isinstance(reader, _Rereading) and session.client_id is not None:
            self._readers[reader] = session.client_id
        return handler, session

    async def _publish_session_retained_messages(self, session: Session) -> None:
        handler = self._get_handler(session)
        waiting = []
        while not session.retained_messages.empty():
            waiting.append(session.retained_messages.get_nowait())
        for message in waiting:
            # Not awaited: the client may subscribe, and be sent new messages, before it has taken the old ones.
            task = asyncio.ensure_future(handler.mqtt_publish(message.topic, message.data, QOS_1, retain=False))
            self._tasks_queue.append(task)


def _ignore(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    logging.getLogger(__name__).debug("embedded broker: %s", context.get("message"))


def _cause(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, OSError) and error.errno is not None:
        return (error.strerror or str(error)).lower()
    return str(error)
