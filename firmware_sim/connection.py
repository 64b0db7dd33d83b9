"""One connection of a kit to its broker, which never waits; in MQTT 5 or 3.1.1."""

import errno
import os
import socket
import ssl
import time
from collections import deque
from collections.abc import Container, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit

from paho.mqtt.enums import MQTTProtocolVersion

from firmware_sim.errors import SimulatorError
from firmware_sim.mqtt_packets import (
    CONNACK,
    DISCONNECT,
    GOODBYE,
    PING,
    PINGRESP,
    PUBACK,
    PUBLISH,
    RECEIVE_MAXIMUM,
    Incoming,
    NotMqttError,
    Sendable,
    Welcome,
    connect_packet,
    publish_packet,
    read_farewell,
    read_welcome,
)

CONNECT_TIMEOUT = 5.0
"""Time a broker has to accept a connection and to answer CONNECT [s]."""

KEEPALIVE = 30
"""Silence after which the connection is probed [s]."""

MOUTHFUL = 65_536
"""Bytes read at once."""

PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker listens and as whom to speak to it."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None
    authority: Path | None = None
    """Certificates that sign the broker's (PEM), where they are not the system's."""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Read ``mqtt[s]://[user:password@]host[:port]``, or ``host[:port]`` for short.

        Raises
        ------
        SimulatorError
            When the text is no such address.
        """
        shown = url.rsplit("@", 1)[-1]  # never a password in a message
        expected = f'broker address is "{shown}"; expected mqtt://host:port or mqtts://user:password@host:port'
        parts = urlsplit(url if "://" in url else f"mqtt://{url}")
        try:
            port = parts.port
        except ValueError:
            raise SimulatorError(f"{expected}, with a port from 1 to 65535") from None
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or port == 0:
            raise SimulatorError(expected)
        return cls(
            host=parts.hostname,
            port=port or PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message, or a will to be left with the broker."""

    topic: str
    payload: bytes
    retain: bool = False


class Acknowledged(Protocol):
    """Called for every PUBACK with the message's number on this connection and the broker's reason code."""

    def __call__(self, number: int, reason: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One of the places a broker's name stands for."""

    family: int
    place: Any


class Link(Enum):
    """State of a connection, in the order it goes through them."""

    REACHING = "reaching"
    SECURING = "securing"
    GREETING = "greeting"
    UP = "up"
    REFUSED = "refused"
    LOST = "lost"


_OPENING = (Link.REACHING, Link.SECURING, Link.GREETING)


class Connection:
    """One MQTT connection that never waits: nothing moves except inside :meth:`move`, :meth:`flush`, :meth:`tick`.

    One object is one connection, from CONNECT to its loss; what must outlive it is the outbox's to keep.

    Parameters
    ----------
    address : BrokerAddress
    endpoints : sequence of Endpoint
        Where to try, in this order.
    client_id : str
    will : Sendable, optional
        Left with the broker.
    acknowledged : Acknowledged
    protocol : MQTTProtocolVersion
    tls : ssl.SSLContext, optional
        For an address with TLS.
    """

    def __init__(
        self,
        address: BrokerAddress,
        endpoints: Sequence[Endpoint],
        client_id: str,
        will: Sendable | None,
        acknowledged: Acknowledged,
        protocol: MQTTProtocolVersion,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.protocol = protocol
        self.receive_maximum = RECEIVE_MAXIMUM
        self.link = Link.REACHING
        self.welcome: Welcome | None = None
        """The broker's answer to CONNECT."""
        self.failure: OSError | None = None
        """Why there was no way to the broker."""
        self.farewell = ""
        """Why an open connection was lost."""
        self._address = address
        self._acknowledged = acknowledged
        self._tls = tls
        self._endpoints = deque(endpoints)
        self._incoming = Incoming()
        self._out = bytearray(
            connect_packet(
                client_id, KEEPALIVE, protocol, will=will, username=address.username, password=address.password
            )
        )
        self._number = 0
        self._keepalive = KEEPALIVE
        self._sock: socket.socket | None = None
        self._tls_wants_write = False
        self._began = self._heard_at = self._spoke_at = time.monotonic()
        self._next_endpoint()

    @property
    def up(self) -> bool:
        """Whether the broker has welcomed this connection and it has not been lost since."""
        return self.link is Link.UP

    @property
    def opening(self) -> bool:
        """Whether it is not yet known what comes of it."""
        return self.link in _OPENING

    @property
    def sock(self) -> socket.socket | None:
        """What to wait on; another one once the first place a broker's name stands for has said no, None at the end."""
        return self._sock

    @property
    def wants_write(self) -> bool:
        """Whether it goes on once the socket takes bytes."""
        if self.link is Link.REACHING:
            return True
        if self.link is Link.SECURING or self._tls_wants_write:
            return self._tls_wants_write
        return bool(self._out)

    @property
    def due(self) -> float:
        """When :meth:`tick` has something to do [s, monotonic]."""
        if self.opening:
            return self._began + CONNECT_TIMEOUT
        silent = self._heard_at + 2 * self._keepalive
        return silent if self._out else min(self._spoke_at + self._keepalive, silent)

    def move(self) -> None:
        """Take what the network has for us and give it what it takes, without waiting."""
        try:
            if self.link is Link.REACHING:
                self._reach()
            if self.link is Link.SECURING:
                self._secure()
            if self.link is Link.GREETING or self.link is Link.UP:
                self._read()
                self.flush()
        except OSError as error:
            self._lose(error)
        except NotMqttError as error:
            self._lose(None, str(error))

    def tick(self, now: float) -> None:
        """Give up a broker that does not answer, and tell one that we are still here."""
        if self.opening and now - self._began >= CONNECT_TIMEOUT:
            self._lose(TimeoutError("timed out"))
        elif self.link is Link.UP and now - self._heard_at >= 2 * self._keepalive:
            self._lose(None, "the broker fell silent")
        elif self.link is Link.UP and now - self._spoke_at >= self._keepalive and not self._out:
            # what is lined up already says as much once the network takes it, and another ping would not get past it
            self._out += PING
            self.flush()

    def send(self, message: Sendable, taken: Container[int]) -> int:
        """Line up a message with QoS 1 and give its number on this connection; :meth:`flush` sends it.

        Parameters
        ----------
        taken : container of int
            Numbers of messages that are not acknowledged yet.
        """
        number = self._number % RECEIVE_MAXIMUM + 1
        while number in taken:
            number = number % RECEIVE_MAXIMUM + 1
        self._number = number
        self._out += publish_packet(message, number, self.protocol)
        return number

    def flush(self) -> None:
        """Give the network what is lined up, as far as it takes it."""
        if not self._out or self._sock is None or self.link not in (Link.GREETING, Link.UP):
            return
        self._tls_wants_write = False
        try:
            sent = self._sock.send(self._out)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
            return
        except ssl.SSLWantWriteError:
            self._tls_wants_write = True
            return
        except OSError as error:
            self._lose(error)
            return
        del self._out[:sent]
        self._spoke_at = time.monotonic()

    def say_goodbye(self) -> None:
        """Disconnect, so that the broker does not publish the will; it then closes the connection."""
        self._out += GOODBYE
        self.flush()

    def abandon(self) -> None:
        """Drop the connection without a word: the broker then publishes the will."""
        self._lose(None)

    def _next_endpoint(self) -> None:
        """Begin to reach the next of the places the broker's name stands for."""
        endpoint = self._endpoints.popleft()
        try:
            self._sock = sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
        except OSError:
            if not self._endpoints:
                raise
            self._next_endpoint()  # a system without IPv6 still reaches a broker by IPv4
            return
        sock.setblocking(False)
        # without it, a windowed QoS 1 stream waits for delayed TCP acknowledgements and is 20 times slower
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = sock.connect_ex(endpoint.place)
        if code not in (0, errno.EINPROGRESS, errno.EWOULDBLOCK):
            self._not_there(code)

    def _not_there(self, code: int) -> None:
        if self._sock is not None:
            self._sock.close()
        if self._endpoints:
            self._next_endpoint()
        else:
            self._lose(OSError(code, os.strerror(code)))

    def _reach(self) -> None:
        if self._sock is None:
            return
        try:
            self._sock.getpeername()
        except OSError:  # not connected, or not yet
            if code := self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self._not_there(code)
            return
        if self._tls is None:
            self.link = Link.GREETING
            self.flush()
        else:
            self._sock = self._tls.wrap_socket(
                self._sock, server_hostname=self._address.host, do_handshake_on_connect=False
            )
            self.link = Link.SECURING

    def _secure(self) -> None:
        if not isinstance(self._sock, ssl.SSLSocket):
            return
        self._tls_wants_write = False
        try:
            self._sock.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLWantWriteError:
            self._tls_wants_write = True
            return
        self.link = Link.GREETING
        self.flush()

    def _read(self) -> None:
        self._tls_wants_write = False
        while self._sock is not None:
            try:
                data = self._sock.recv(MOUTHFUL)
            except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
                return
            except ssl.SSLWantWriteError:
                self._tls_wants_write = True
                return
            if not data:
                self._lose(None, "the broker closed the connection")
                return
            self._heard_at = time.monotonic()
            for kind, body in self._incoming.feed(data):
                self._hear(kind, body)
            if len(data) < MOUTHFUL and self._tls is None:
                return  # TLS may hold back more than the socket shows

    def _hear(self, kind: int, body: bytes) -> None:
        if kind == PUBACK and len(body) >= 2:
            self._acknowledged(int.from_bytes(body[:2]), body[2] if len(body) > 2 else 0)
        elif kind == CONNACK and self.link is Link.GREETING:
            self.welcome = read_welcome(body, self.protocol)
            self.receive_maximum = self.welcome.receive_maximum
            if self.welcome.refusal:
                self._lose(None)
                self.link = Link.REFUSED
            else:
                self.link = Link.UP
                self._keepalive = min(KEEPALIVE, self.welcome.keepalive or KEEPALIVE)
        elif kind == DISCONNECT:
            self._lose(None, read_farewell(body))
        elif kind != PINGRESP and kind & 0xF0 != PUBLISH:  # amqtt hands retained messages to who never subscribed
            raise NotMqttError(f"a packet of kind 0x{kind:02x} where none can come")

    def _lose(self, failure: OSError | None, farewell: str = "") -> None:
        if self.link is Link.SECURING and failure is not None and not isinstance(failure, ssl.SSLError):
            failure = ssl.SSLError(failure.errno or 0, failure.strerror or str(failure))  # it hangs up on our TLS
        if self.link in (Link.REACHING, Link.SECURING):
            self.failure = failure
        self.farewell = farewell or (str(failure.strerror or failure) if failure else "")
        if self.link is not Link.REFUSED:
            self.link = Link.LOST
        if self._sock is not None:
            self._sock.close()
            self._sock = None
