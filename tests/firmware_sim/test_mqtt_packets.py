"""The bytes of MQTT: cut anywhere they mean the same, and what is none is told."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTProtocolVersion

from firmware_sim.connection import Message
from firmware_sim.mqtt_packets import (
    CONNACK,
    PUBACK,
    Incoming,
    NotMqttError,
    Packet,
    connect_packet,
    publish_packet,
    read_farewell,
    read_welcome,
)

V5, V3 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


def length_of(size: int) -> bytes:
    """The example of MQTT 5.0, 1.5.5, as it stands there."""
    out = b""
    while True:
        digit, size = size % 128, size // 128
        out += bytes([digit | 128 if size else digit])
        if not size:
            return out


def fed(data: bytes, cuts: Sequence[int]) -> list[Packet]:
    incoming, packets, at = Incoming(), [], 0
    for cut in [*sorted(cuts), len(data)]:
        packets += incoming.feed(data[at:cut])
        at = cut
    return packets


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)), max_size=20), st.data())
def test_packets_are_the_same_wherever_the_network_cuts_them(
    packets: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    stream = b"".join(bytes([kind]) + length_of(len(body)) + body for kind, body in packets)
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=10))
    assert fed(stream, cuts) == [Packet(kind, body) for kind, body in packets]


@pytest.mark.parametrize("size", [0, 100, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152])
@pytest.mark.parametrize("protocol", [V3, V5])
def test_a_published_message_is_read_back(size: int, protocol: MQTTProtocolVersion) -> None:
    message = Message("vigie/v1/k1/readings", b"x" * size, retain=size == 100)
    ((kind, body),) = Incoming().feed(publish_packet(message, 513, protocol))
    properties = b"\x00" if protocol == V5 else b""
    assert kind == (0x33 if message.retain else 0x32)
    assert body == b"\x00\x14vigie/v1/k1/readings\x02\x01" + properties + message.payload


def test_a_length_of_five_bytes_is_no_mqtt() -> None:
    with pytest.raises(NotMqttError):
        Incoming().feed(b"HTTP/1.1"[:1] + b"\xff\xff\xff\xff\x01")


def test_a_connection_is_asked_for_as_the_standard_shows() -> None:
    # MQTT 5.0, figure 3-6 without its properties: user name, will with QoS 1, clean start, keep alive 10 s
    will = Message("t", b"w", retain=True)
    packet = connect_packet("c", 10, V5, will=will, username="u", password="p")
    assert packet == (
        b"\x10\x1b\x00\x04MQTT\x05\xee\x00\x0a\x00" + b"\x00\x01c" + b"\x00\x00\x01t\x00\x01w" + b"\x00\x01u\x00\x01p"
    )
    assert connect_packet("c", 10, V3) == b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x0a\x00\x01c"


def test_a_welcome_says_how_much_may_be_in_flight() -> None:
    ((kind, body),) = Incoming().feed(b"\x20\x06\x00\x00\x03\x21\x00\x14")
    assert kind == CONNACK
    assert read_welcome(body, V5).receive_maximum == 20


def test_a_welcome_says_how_long_the_client_may_be_silent() -> None:
    assert read_welcome(b"\x00\x00\x03\x13\x00\x0a", V5).keepalive == 10
    assert read_welcome(b"\x00\x00\x00", V5).keepalive == 0


def test_a_password_without_a_user_name_is_what_each_standard_allows() -> None:
    assert connect_packet("c", 10, V5, password="p").endswith(b"\x05\x42\x00\x0a\x00\x00\x01c\x00\x01p")
    # MQTT-3.1.2-22: without the user name flag, the password flag must be 0
    assert connect_packet("c", 10, V3, password="p").endswith(b"\x04\xc2\x00\x0a\x00\x01c\x00\x00\x00\x01p")


@pytest.mark.parametrize(
    ("body", "protocol", "refusal"),
    [
        (b"\x00\x87\x00", V5, "Not authorized"),
        (b"\x00\x05", V3, "Not authorized"),
        (b"\x00\x01", V5, "Unsupported protocol version"),
        (b"\x00\x84\x00", V5, "Unsupported protocol version"),
        (b"\x00\x89\x00", V5, "Server busy"),
        (b"\x00\xf0\x00", V5, "reason 0xf0"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_standard(
    body: bytes, protocol: MQTTProtocolVersion, refusal: str
) -> None:
    welcome = read_welcome(body, protocol)
    assert welcome.refusal == refusal
    assert welcome.speaks_another_version == (refusal == "Unsupported protocol version")
    assert welcome.busy == (refusal == "Server busy")


@pytest.mark.parametrize("body", [b"", b"\x00", b"\x00\x00\x05\x99"])
def test_an_answer_that_makes_no_sense_is_no_mqtt(body: bytes) -> None:
    with pytest.raises(NotMqttError):
        read_welcome(body, V5)


def test_a_broker_that_says_why_it_leaves_is_quoted() -> None:
    assert read_farewell(b"\x8e\x00") == "Session taken over"
    assert read_farewell(b"") == "Normal disconnection"


def test_an_acknowledgement_is_recognised() -> None:
    assert Incoming().feed(b"\x40\x03\x02\x01\x10") == [Packet(PUBACK, b"\x02\x01\x10")]
