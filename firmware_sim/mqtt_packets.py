"""The few MQTT packets a kit sends and hears: bytes in, bytes out, no socket.

A kit connects, publishes with QoS 1, pings and leaves; it never subscribes. Versions 3.1.1 and 5 are spoken.

References
----------
OASIS, *MQTT Version 5.0* (2019-03-07), chapters 2 and 3; *MQTT Version 3.1.1* (2014-10-29).
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from paho.mqtt import MQTTException
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

CONNACK, PUBLISH, PUBACK, PINGRESP, DISCONNECT = 0x20, 0x30, 0x40, 0xD0, 0xE0
"""First byte of the packets a kit hears."""

PING = b"\xc0\x00"
GOODBYE = b"\xe0\x00"

RECEIVE_MAXIMUM = 65_535
"""Unacknowledged messages an MQTT 5 broker accepts when it names no number (MQTT 5.0, 3.2.2.3.3)."""

LONGEST_STRING = 65_535
"""Bytes of a string or of a will (MQTT 5.0, 1.5.4)."""

LONGEST_PACKET = 268_435_455
"""What four bytes of length can tell (MQTT 5.0, 1.5.5)."""

_REASONS_3 = {
    1: "Unsupported protocol version",
    2: "Client identifier not valid",
    3: "Server unavailable",
    4: "Bad user name or password",
    5: "Not authorized",
}
"""MQTT 3.1.1, table 3.1, in the words of MQTT 5."""

_BUSY = {"Server unavailable", "Server busy", "Quota exceeded", "Connection rate exceeded"}
"""Refusals that are not for good: try later."""


class Sendable(Protocol):
    """What can be published."""

    @property
    def topic(self) -> str:
        """Where to."""

    @property
    def payload(self) -> bytes:
        """What."""

    @property
    def retain(self) -> bool:
        """Whether the broker keeps it for those who come later."""


class NotMqttError(ValueError):
    """Bytes that are no MQTT packet, or none that a broker sends."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """A broker's answer to CONNECT.

    Attributes
    ----------
    refusal : str
        Why not; empty when the broker lets the client in.
    receive_maximum : int
        Unacknowledged messages it accepts.
    keepalive : int
        Longest silence it takes from the client in place of what the client said [s]; 0 where it says nothing of it,
        or takes any (MQTT 5.0, 3.2.2.3.14).
    """

    refusal: str = ""
    receive_maximum: int = RECEIVE_MAXIMUM
    keepalive: int = 0

    @property
    def speaks_another_version(self) -> bool:
        """Whether it would answer to another version of MQTT."""
        return "protocol version" in self.refusal.lower()

    @property
    def busy(self) -> bool:
        """Whether it may let the client in later."""
        return self.refusal in _BUSY


class Packet(NamedTuple):
    """A packet as it arrived: its first byte, and all that follows its length."""

    kind: int
    body: bytes


class Incoming:
    """Cuts what arrives into packets."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Packet]:
        """The packets that are whole with these bytes.

        Raises
        ------
        NotMqttError
        """
        if self._rest:
            data = self._rest + data
        packets = []
        start, end = 0, len(data)
        while end - start >= 2:
            length, body = data[start + 1], start + 2
            if length & 0x80:
                length, body = _long_length(data, start)
                if not body:
                    break
            if body + length > end:
                break
            packets.append(Packet(data[start], data[body : body + length]))
            start = body + length
        self._rest = data[start:]
        return packets


def _long_length(data: bytes, start: int) -> tuple[int, int]:
    """Length of the packet at ``start``, of two to four bytes, and where its body begins; 0 when more is to come."""
    length = 0
    for place in range(4):
        at = start + 1 + place
        if at >= len(data):
            return 0, 0
        length |= (data[at] & 0x7F) << (7 * place)
        if not data[at] & 0x80:
            return length, at + 1
    raise NotMqttError("a packet longer than MQTT has")


def connect_packet(
    client_id: str,
    keepalive: int,
    protocol: MQTTProtocolVersion,
    *,
    will: Sendable | None = None,
    username: str | None = None,
    password: str | None = None,
) -> bytes:
    """CONNECT of a clean session; a will is left with QoS 1.

    Parameters
    ----------
    keepalive : int
        Longest silence of the client [s].
    """
    is_5 = protocol == MQTTProtocolVersion.MQTTv5
    if password is not None and username is None and not is_5:
        username = ""  # 3.1.1 knows no password without a user name, empty or not (MQTT-3.1.2-22)
    flags = 0x02
    payload = _string(client_id.encode())
    if will is not None:
        flags |= 0x04 | 0x08 | (0x20 if will.retain else 0)
        payload += (b"\x00" if is_5 else b"") + _string(will.topic.encode()) + _string(will.payload)
    if username is not None:
        flags |= 0x80
        payload += _string(username.encode())
    if password is not None:
        flags |= 0x40
        payload += _string(password.encode())
    head = _string(b"MQTT") + bytes([protocol, flags]) + keepalive.to_bytes(2) + (b"\x00" if is_5 else b"")
    return b"\x10" + _length(len(head) + len(payload)) + head + payload


def publish_packet(message: Sendable, number: int, protocol: MQTTProtocolVersion) -> bytes:
    """PUBLISH with QoS 1."""
    topic = message.topic.encode()
    payload = message.payload
    # joined in one expression: it is made for every message of a fleet
    middle = number.to_bytes(2) + (b"\x00" if protocol == MQTTProtocolVersion.MQTTv5 else b"")
    size = 2 + len(topic) + len(middle) + len(payload)
    head = b"\x33" if message.retain else b"\x32"
    return b"".join((head, _length(size), len(topic).to_bytes(2), topic, middle, payload))


def read_welcome(body: bytes, protocol: MQTTProtocolVersion) -> Welcome:
    """What CONNACK says.

    Raises
    ------
    NotMqttError
    """
    if len(body) < 2:
        raise NotMqttError("an answer to CONNECT that is too short")
    code = body[1]
    if protocol != MQTTProtocolVersion.MQTTv5 or code in _REASONS_3:
        # a broker of 3.1.1 that is asked in MQTT 5 answers in its own words
        return Welcome(_REASONS_3.get(code, f"reason {code}") if code else "")
    if code:
        return Welcome(_reason(PacketTypes.CONNACK, code))
    properties = Properties(PacketTypes.CONNACK)  # type: ignore[no-untyped-call]
    try:
        properties.unpack(body[2:])  # type: ignore[no-untyped-call]
    except (MQTTException, IndexError, ValueError) as error:
        raise NotMqttError(f"an answer to CONNECT that cannot be read ({error})") from None
    return Welcome(
        receive_maximum=getattr(properties, "ReceiveMaximum", RECEIVE_MAXIMUM),
        keepalive=getattr(properties, "ServerKeepAlive", 0),
    )


def read_farewell(body: bytes) -> str:
    """Why a broker disconnects."""
    return _reason(PacketTypes.DISCONNECT, body[0]) if body else "Normal disconnection"


def _reason(packet: int, code: int) -> str:
    try:
        return str(ReasonCode(packet, identifier=code))
    except (KeyError, ValueError):  # a code that MQTT has no name for
        return f"reason 0x{code:02x}"


def _string(text: bytes) -> bytes:
    if len(text) > LONGEST_STRING:
        raise ValueError(f"{len(text)} bytes, and MQTT has room for {LONGEST_STRING}")
    return len(text).to_bytes(2) + text


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes((size,))
    if size < 0x4000:
        return bytes((size & 0x7F | 0x80, size >> 7))
    if size > LONGEST_PACKET:
        raise ValueError(f"a message of {size} bytes, and MQTT has room for {LONGEST_PACKET}")
    out = bytearray()
    while True:
        size, low = size >> 7, size & 0x7F
        out.append(low | 0x80 if size else low)
        if not size:
            return bytes(out)
