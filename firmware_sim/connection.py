"""One connection of a kit to its broker: MQTT 5 where the broker knows it, 3.1.1 where it does not."""

import socket
import ssl
import time
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from firmware_sim.errors import BrokerRefusedError, BrokerUnreachableError, SimulatorError

CONNECT_TIMEOUT = 5.0
"""Time a broker has to accept a connection and to answer CONNECT [s]."""

KEEPALIVE = 30
"""Silence after which the connection is probed [s]."""

RECEIVE_MAXIMUM = 65_535
"""Unacknowledged messages an MQTT 5 broker accepts when it names no number (MQTT 5.0, 3.2.2.3.3)."""

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

    def __call__(self, mid: int, reason: int) -> None: ...


class Link(Enum):
    """State of a connection."""

    WAITING = "waiting"
    UP = "up"
    REFUSED = "refused"
    LOST = "lost"


class Connection:
    """A paho client driven by the caller's own thread: nothing moves except inside :meth:`turn` and :meth:`send`.

    One object is one connection, from CONNECT to its loss; what must outlive it is the publisher's to keep.
    """

    def __init__(
        self,
        address: BrokerAddress,
        client_id: str,
        will: Message | None,
        acknowledged: Acknowledged,
        protocol: MQTTProtocolVersion,
    ) -> None:
        self.protocol = protocol
        self.receive_maximum = RECEIVE_MAXIMUM
        self.link = Link.WAITING
        self.refusal = ""
        self._acknowledged = acknowledged
        self._address = address
        # every connection is a clean one, with a fresh client: the publisher's outbox decides what is sent again
        is_5 = protocol == MQTTProtocolVersion.MQTTv5
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if is_5 else True,
            protocol=protocol,
            reconnect_on_failure=False,
        )
        self._client.max_inflight_messages = 0  # the publisher has its own window; paho's costs a scan per PUBACK
        self._client.connect_timeout = CONNECT_TIMEOUT
        if address.username is not None:
            self._client.username_pw_set(address.username, address.password)
        if address.tls:
            self._client.tls_set(ca_certs=str(address.authority) if address.authority else None)
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=will.retain)
        self._client.on_socket_open = _send_at_once
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish

    @property
    def up(self) -> bool:
        """Whether the broker has welcomed this connection and it has not been lost since."""
        return self.link is Link.UP

    def open(self) -> None:
        """Connect and wait for the broker's answer; :attr:`link` tells it, WAITING that there was none.

        Raises
        ------
        OSError
            When there is no way to the broker.
        """
        self._client.connect(self._address.host, self._address.port, KEEPALIVE)
        deadline = time.monotonic() + CONNECT_TIMEOUT
        while self.link is Link.WAITING and time.monotonic() < deadline:
            self.turn(0.1)

    def turn(self, timeout: float) -> None:
        """Read and write what the network has for us, waiting up to ``timeout`` [s] for something to happen."""
        if self._client.loop(timeout) != MQTTErrorCode.MQTT_ERR_SUCCESS and self.link is not Link.REFUSED:
            self.link = Link.LOST

    def send(self, message: Message) -> int:
        """Send a message with QoS 1 and give its number on this connection."""
        info = self._client.publish(message.topic, message.payload, qos=1, retain=message.retain)
        if info.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            self.link = Link.LOST
        return info.mid

    def close(self) -> None:
        """Say goodbye, so that the broker does not publish the will."""
        self._client.disconnect()
        deadline = time.monotonic() + CONNECT_TIMEOUT
        while self.up and time.monotonic() < deadline:
            self.turn(0.05)

    def abandon(self) -> None:
        """Drop the connection without a word: the broker then publishes the will."""
        sock = self._client.socket()
        if sock is not None:
            sock.close()
        self.link = Link.LOST

    def _on_connect(
        self, _client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, properties: Properties | None
    ) -> None:
        if reason.is_failure:
            self.link = Link.REFUSED
            self.refusal = str(reason)
            return
        self.receive_maximum = getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM)
        self.link = Link.UP

    def _on_disconnect(
        self, _client: Client, _data: object, _flags: DisconnectFlags, reason: ReasonCode, _properties: Any
    ) -> None:
        if self.link is not Link.REFUSED:
            self.link = Link.LOST
            self.refusal = str(reason)

    def _on_publish(
        self, _client: Client, _data: object, mid: int, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        self._acknowledged(mid, reason.value)


def connect(
    address: BrokerAddress,
    client_id: str,
    will: Message | None,
    acknowledged: Acknowledged,
    protocol: MQTTProtocolVersion | None,
) -> Connection:
    """Open a connection in MQTT 5, or in 3.1.1 when the broker does not answer to 5.

    Parameters
    ----------
    protocol : MQTTProtocolVersion or None
        What this broker was found to speak before; None to find out.

    Raises
    ------
    BrokerUnreachableError, BrokerRefusedError
    """
    tries = (MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311) if protocol is None else (protocol,)
    for version in tries:
        connection = Connection(address, client_id, will, acknowledged, version)
        try:
            connection.open()
        except ssl.SSLError as error:
            raise BrokerUnreachableError(
                f"the broker at {address}: TLS fails: {error.reason or error}; check the certificates and the port"
            ) from None
        except OSError as error:
            raise _unreachable(address, error.strerror or str(error)) from None
        if connection.up:
            return connection
        if connection.link is Link.WAITING:
            connection.abandon()
        elif connection.link is Link.REFUSED and "protocol version" not in connection.refusal.lower():
            raise BrokerRefusedError(
                f'the broker at {address} refused client "{client_id}": {connection.refusal}; '
                f"check the user name and password in the broker's address"
            )
    raise _unreachable(address, "what listens there does not answer")


def _unreachable(address: BrokerAddress, reason: str) -> BrokerUnreachableError:
    return BrokerUnreachableError(
        f"no MQTT broker at {address} ({reason}); start one (`vigie run`, or `mosquitto -p {address.port}`) "
        f"or give the address of yours (mqtt://host:port)"
    )


def _send_at_once(_client: Client, _data: object, sock: Any) -> None:
    # without it, a windowed QoS 1 stream waits for delayed TCP acknowledgements and is 20 times slower
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
