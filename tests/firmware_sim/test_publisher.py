"""A kit's way to the broker, against a real mosquitto that is slow, full, deaf or killed."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt.enums import MQTTProtocolVersion

from catalog.identifiers import KitId
from firmware_sim.connection import KEEPALIVE, BrokerAddress, Connection, Endpoint, Message
from firmware_sim.errors import (
    BrokerRefusedError,
    BrokerUnreachableError,
    NobodyListensError,
    SimulatorError,
)
from firmware_sim.mqtt_packets import PING, PUBLISH, Incoming, Packet
from firmware_sim.outbox import DeliverySettings
from firmware_sim.payloads import presence
from firmware_sim.publisher import Publisher
from ingest.broker import EmbeddedBroker
from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto, free_port, mosquitto

TOPIC = "vigie/v1/k1/readings"
PRESENCE = presence(KitId("k1"), "boot-7", simulated=True)

pytestmark = pytest.mark.broker


def test_everything_arrives_once_and_in_order_on_a_good_day(broker: Mosquitto, listener: Listener) -> None:
    with Publisher(broker.url, "k1", [PRESENCE]) as publisher:
        for number in range(3000):
            publisher.publish(TOPIC, b"%d" % number)
        publisher.drain()
        assert publisher.acknowledged == 3000
    listener.wait_for(3000)
    assert [int(message.payload) for message in listener.readings()] == list(range(3000))


def test_a_late_listener_learns_from_the_retained_status_that_the_kit_is_there(broker: Mosquitto) -> None:
    with Publisher(broker.url, "k1", [PRESENCE]) as publisher:
        publisher.wait(0.2)
        late = Listener(broker)
        late.wait_for_status(1)
        assert late.status()[0].retained
        assert late.status()[0].payload == PRESENCE.birth.payload
        late.close()


def test_a_kit_that_leaves_says_that_it_is_offline(broker: Mosquitto, listener: Listener) -> None:
    with Publisher(broker.url, "k1", [PRESENCE]):
        pass
    listener.wait_for_status(2)
    assert [message.payload for message in listener.status()] == [PRESENCE.birth.payload, PRESENCE.will.payload]


def test_the_broker_speaks_for_a_kit_that_died(broker: Mosquitto, listener: Listener) -> None:
    def dies() -> None:
        with Publisher(broker.url, "k1", [PRESENCE]) as publisher:
            publisher.wait(0.2)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        dies()
    listener.wait_for_status(2)
    assert listener.status()[-1].payload == PRESENCE.will.payload


def test_no_broker_is_told_in_one_line_with_the_address_and_the_mend() -> None:
    port = free_port()
    with pytest.raises(BrokerUnreachableError) as error:
        Publisher(f"mqtt://127.0.0.1:{port}", "k1").open()
    message = str(error.value)
    assert f"127.0.0.1:{port}" in message
    assert "start one" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "url", ["http://host:1883", "mqtt://", "mqtt://host:99999", "mqtt://host:x", "mqtt://host/topic", ""]
)
def test_what_is_no_broker_address_is_refused(url: str) -> None:
    with pytest.raises(SimulatorError, match="expected mqtt://host:port"):
        BrokerAddress.parse(url)


def test_a_broker_address_keeps_credentials_out_of_messages() -> None:
    address = BrokerAddress.parse("mqtts://kit:s%40cret@broker.example")
    assert (address.port, address.username, address.password, address.tls) == (8883, "kit", "s@cret", True)
    assert str(address) == "broker.example:8883"
    with pytest.raises(SimulatorError) as error:
        BrokerAddress.parse("ftp://kit:secret@broker.example")
    assert "secret" not in str(error.value)


def test_a_broker_that_wants_a_password_is_told_apart_from_one_that_is_away(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path / "strict", "allow_anonymous false\n") as strict,
        pytest.raises(BrokerRefusedError, match="user name and password"),
    ):
        Publisher(strict.url, "k1").open()


def test_a_message_the_broker_forbids_stops_the_kit(tmp_path: Path) -> None:
    rights = tmp_path / "rights"
    rights.write_text("topic read #\n", encoding="utf-8")
    rights.chmod(0o600)
    with mosquitto(tmp_path / "readonly", f"acl_file {rights}\n") as readonly:
        publisher = Publisher(readonly.url, "k1")
        publisher.open()
        publisher.publish(TOPIC, b"1")
        with pytest.raises(BrokerRefusedError, match=TOPIC):
            publisher.drain()


def test_messages_nobody_listens_to_are_kept_until_somebody_does(broker: Mosquitto) -> None:
    with Publisher(broker.url, "k1", delivery=DeliverySettings(listener_pause=0.1)) as publisher:
        for number in range(50):
            publisher.publish(TOPIC, b"%d" % number)
        publisher.wait(0.3)
        assert publisher.acknowledged == 0
        listener = Listener(broker)
        publisher.drain()
        assert publisher.acknowledged == 50
    listener.wait_for(50)
    listener.close()


def test_a_replay_into_the_void_ends_with_advice(broker: Mosquitto) -> None:
    publisher = Publisher(broker.url, "k1", delivery=DeliverySettings(first_listener=0.3, listener_pause=0.1))
    publisher.open()
    publisher.publish(TOPIC, b"1")
    with pytest.raises(NobodyListensError, match="start the collector"):
        publisher.drain()


def test_a_broker_killed_by_force_loses_nothing(broker: Mosquitto, listener: Listener) -> None:
    total = 15_000
    publisher = Publisher(broker.url, "k1", [PRESENCE], DeliverySettings(window=200))

    def publish() -> None:
        with publisher:
            for number in range(total):
                publisher.publish(TOPIC, b"%d" % number)
            publisher.drain()

    thread = threading.Thread(target=publish)
    thread.start()
    for killed_at in (4000, 9000):
        wait_until(lambda killed_at=killed_at: publisher.acknowledged >= killed_at)
        broker.kill()
        time.sleep(0.2)
        broker.start()
    thread.join(60)
    assert not thread.is_alive()
    listener.wait_for(total)
    assert {int(message.payload) for message in listener.readings()} == set(range(total))
    assert publisher.acknowledged == total
    assert publisher.reconnections == 2


def wait_until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.parametrize(("seconds", "again"), [(0.0, range(70, 100)), (60.0, range(100))])
def test_after_a_reconnection_what_was_acknowledged_last_is_sent_again(
    broker: Mosquitto, listener: Listener, seconds: float, again: range
) -> None:
    delivery = DeliverySettings(resend=30, resend_seconds=seconds)
    with Publisher(broker.url, "k1", delivery=delivery) as publisher:
        for number in range(100):
            publisher.publish(TOPIC, b"%d" % number)
        publisher.drain()
        listener.wait_for(100)
        broker.kill()
        broker.start()
        while publisher.reconnections == 0:
            publisher.wait(0.1)
        publisher.drain()
        assert publisher.acknowledged == 100
    wait_until(lambda: len(listener.readings()) >= 100 + len(again))
    assert [int(message.payload) for message in listener.readings()[100:]] == list(again)


def test_a_broker_that_stays_away_is_given_up_after_the_patience(broker: Mosquitto, listener: Listener) -> None:
    publisher = Publisher(broker.url, "k1", delivery=DeliverySettings(patience=0.5))
    publisher.open()
    publisher.publish(TOPIC, b"1")
    publisher.drain()
    broker.kill()
    began = time.monotonic()
    with pytest.raises(BrokerUnreachableError):
        publisher.wait(30.0)
    assert time.monotonic() - began < 10


def test_stopping_ends_a_wait_for_a_broker_that_is_away(broker: Mosquitto, listener: Listener) -> None:
    publisher = Publisher(broker.url, "k1", delivery=DeliverySettings(patience=60))
    publisher.open()
    broker.kill()
    threading.Timer(0.5, publisher.stop.set).start()
    began = time.monotonic()
    publisher.publish(TOPIC, b"1")
    publisher.drain()
    publisher.close()
    assert time.monotonic() - began < 5
    assert publisher.acknowledged == 0


def test_the_window_a_broker_asks_for_is_respected(tmp_path: Path) -> None:
    with mosquitto(tmp_path / "narrow", "max_inflight_messages 5\n") as narrow:
        listener = Listener(narrow)
        with Publisher(narrow.url, "k1", delivery=DeliverySettings(window=500)) as publisher:
            for number in range(500):
                publisher.publish(TOPIC, b"%d" % number)
                assert publisher.in_flight <= 5
            publisher.drain()
        listener.wait_for(500)
        listener.close()


class Scripted:
    """The broker's end of one connection, for what no mosquitto can be told to do."""

    def __init__(self, welcome: bytes) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"mqtt://127.0.0.1:{self.server.getsockname()[1]}"
        self._welcome = welcome
        self._incoming = Incoming()
        self._client: socket.socket | None = None

    @property
    def client(self) -> socket.socket:
        """The connection, let in."""
        if self._client is None:
            self._client, _ = self.server.accept()
            self._client.settimeout(0.2)
            while not self.heard():
                pass
            self._client.sendall(self._welcome)
        return self._client

    def heard(self) -> list[Packet]:
        """What has come, when nothing more comes for a while."""
        found: list[Packet] = []
        assert self._client is not None
        while True:
            try:
                data = self._client.recv(65_536)
            except TimeoutError:
                return found
            if not data:
                return found
            found += self._incoming.feed(data)

    def close(self) -> None:
        self.server.close()
        if self._client is not None:
            self._client.close()


def number_of(packet: Packet) -> bytes:
    """Of a PUBLISH with QoS 1."""
    end = 2 + int.from_bytes(packet.body[:2])
    return packet.body[end : end + 2]


def test_a_gateway_announces_no_more_kits_at_once_than_the_broker_takes() -> None:
    broker = Scripted(b"\x20\x06\x00\x00\x03\x21\x00\x03")  # receive maximum 3
    presences = [presence(KitId(f"k{number}"), "boot-7", simulated=True) for number in range(10)]

    def kit() -> None:
        with Publisher(broker.url, "gateway", presences) as publisher:
            publisher.publish(TOPIC, b"7")

    thread = threading.Thread(target=kit)
    thread.start()
    together, topics = [], []
    client = broker.client
    while packets := [packet for packet in broker.heard() if packet.kind & 0xF0 == PUBLISH]:
        together.append(len(packets))
        topics += [packet.body[2 : 2 + int.from_bytes(packet.body[:2])].decode() for packet in packets]
        client.sendall(b"".join(b"\x40\x02" + number_of(packet) for packet in packets))
    broker.close()
    thread.join(10)
    assert not thread.is_alive()
    assert max(together) == 3  # MQTT 5.0, 3.3.4: more than that is a reason to hang up
    births, readings, wills = topics[:10], topics[10:11], topics[11:]
    assert births == wills == [f"vigie/v1/k{number}/status" for number in range(10)]
    assert readings == [TOPIC]


def up(broker: Scripted) -> Connection:
    """A connection in MQTT 5 that the broker has let in."""
    place = broker.server.getsockname()
    connection = Connection(
        BrokerAddress(*place),
        [Endpoint(socket.AF_INET, place)],
        "k1",
        None,
        lambda *_: None,
        MQTTProtocolVersion.MQTTv5,
    )

    def welcomed() -> bool:
        connection.move()
        return connection.up

    connection.move()
    _ = broker.client
    wait_until(welcomed)
    return connection


def test_a_system_without_the_first_kind_of_address_reaches_the_broker_by_the_second() -> None:
    broker = Scripted(b"\x20\x03\x00\x00\x00")
    place = broker.server.getsockname()
    unknown = Endpoint(9999, place)  # as IPv6 is where the kernel has none: EAFNOSUPPORT
    endpoints = [unknown, Endpoint(socket.AF_INET, place)]
    connection = Connection(BrokerAddress(*place), endpoints, "k1", None, lambda *_: None, MQTTProtocolVersion.MQTTv5)
    assert connection.opening
    connection.abandon()
    broker.close()
    with pytest.raises(OSError, match="Address family not supported"):
        Connection(BrokerAddress(*place), [unknown], "k1", None, lambda *_: None, MQTTProtocolVersion.MQTTv5)


def test_a_broker_may_ask_for_an_earlier_sign_of_life() -> None:
    broker = Scripted(b"\x20\x06\x00\x00\x03\x13\x00\x05")  # server keep alive 5 s
    connection = up(broker)
    assert connection.due < time.monotonic() + 6
    connection.tick(time.monotonic() + 6)
    assert [packet.kind for packet in broker.heard()] == [PING[0]]
    connection.abandon()
    broker.close()


def test_a_broker_that_reads_no_more_is_neither_pinged_without_end_nor_looked_at_all_the_time() -> None:
    broker = Scripted(b"\x20\x03\x00\x00\x00")
    connection = up(broker)
    flood = Message(TOPIC, bytes(1_000_000))
    for _ in range(30):
        connection.send(flood, ())
    for _ in range(100):
        connection.flush()
    waiting, later = len(connection._out), time.monotonic() + KEEPALIVE + 1
    assert waiting > 1_000_000
    for _ in range(100):
        connection.tick(later)
    assert len(connection._out) <= waiting
    assert connection.due > later
    connection.tick(later + KEEPALIVE)
    assert connection.farewell == "the broker fell silent"
    broker.close()


def test_a_broker_of_mqtt_3_1_1_is_spoken_to_in_its_own_language() -> None:
    with EmbeddedBroker() as embedded, Publisher(embedded.url, "k1", [PRESENCE]) as publisher:
        for number in range(100):
            publisher.publish(TOPIC, b"%d" % number)
        publisher.drain()
        assert publisher.acknowledged == 100
        assert publisher.protocol == "MQTT 3.1.1"


def test_what_listens_but_is_no_broker_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=lambda: [server.accept()[0].close() for _ in range(2)]).start()
        with pytest.raises(BrokerUnreachableError, match="does not answer"):
            Publisher(f"127.0.0.1:{port}", "k1").open()
