"""The embedded broker: starts, stops, refuses a taken port, and loses nothing while the collector is away."""

import socket
import threading
import time
from pathlib import Path

import pytest

from ingest.broker import EmbeddedBroker
from ingest.collector import Collector, CollectorSettings
from ingest.decode import TOPICS
from ingest.inbox import Inbox
from ingest.mqtt import BrokerError
from tests.ingest.publisher import Publisher


def payloads(inbox: Inbox) -> set[bytes]:
    return {kept.message.payload for kept in inbox.take(100_000)}


def wait_until(inbox: Inbox, expected: set[bytes]) -> None:
    deadline = time.monotonic() + 30
    while payloads(inbox) != expected and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.fixture
def broker():
    with EmbeddedBroker() as running:
        yield running


def test_threads_and_port_are_given_back():
    broker = EmbeddedBroker()
    broker.start()
    port = broker.port
    socket.create_connection(("127.0.0.1", port)).close()
    broker.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "vigie-broker"]
    with EmbeddedBroker(port=port) as again:
        assert again.port == port
    broker.stop()


def test_taken_port_is_said_in_one_line(broker):
    expected = (
        rf"the embedded broker cannot listen on 127.0.0.1:{broker.port}: .*address already in use; choose another"
    )
    with pytest.raises(BrokerError, match=expected):
        EmbeddedBroker(port=broker.port).start()


def test_collector_falls_back_to_mqtt_3_1_1_at_once(broker, tmp_path):
    with Inbox(tmp_path / "inbox.db") as inbox:
        collector = Collector(broker.url, TOPICS, inbox)
        began = time.monotonic()
        collector.start()
        assert time.monotonic() - began < 3
        assert collector.stats.protocol == "MQTT 3.1.1"
        collector.stop()


def test_client_that_says_nothing_or_nonsense_harms_nobody(broker, tmp_path):
    for nonsense in (b"", b"\x10", b"GET / HTTP/1.1\r\n\r\n", b"\x10\xff\xff\xff\xff\xff"):
        with socket.create_connection(("127.0.0.1", broker.port)) as stranger:
            stranger.sendall(nonsense)
    test_collector_falls_back_to_mqtt_3_1_1_at_once(broker, tmp_path)


def test_nothing_is_lost_while_the_collector_comes_and_goes(broker, tmp_path: Path):
    sent = [b"%d" % number for number in range(1500)]
    settings = CollectorSettings(client_id="c")
    with Inbox(tmp_path / "inbox.db") as inbox, Publisher(broker) as kit:
        for number, payload in enumerate(sent):
            if number % 300 == 0:
                collector = Collector(broker.url, TOPICS, inbox, settings=settings)
                collector.start()
            if number % 300 == 250:
                collector.stop()
            kit.publish(payload)
        kit.settle()
        collector = Collector(broker.url, TOPICS, inbox, settings=settings)
        collector.start()
        wait_until(inbox, set(sent))
        collector.stop()
        assert payloads(inbox) == set(sent)
        assert collector.stats.retained == 0


def test_what_a_kit_was_told_arrived_is_in_the_inbox_when_the_broker_ends_in_order(broker, tmp_path: Path):
    sent = [b"%d" % number for number in range(3000)]
    with Inbox(tmp_path / "inbox.db") as inbox, Publisher(broker) as kit:
        slow = CollectorSettings(client_id="c", largest_batch=20)
        collector = Collector(broker.url, TOPICS, inbox, on_batch=lambda _: time.sleep(0.02), settings=slow)
        collector.start()
        for payload in sent:
            kit.publish(payload)
        kit.settle()
        assert len(payloads(inbox)) < len(sent)
        kit.publish(b"perhaps")
        assert broker.finish("c") == 0
        collector.stop()
        broker.stop()
        assert payloads(inbox) >= set(sent)


def test_messages_nobody_takes_are_counted_at_the_end(broker, tmp_path: Path):
    with Inbox(tmp_path / "inbox.db") as inbox, Publisher(broker) as kit:
        collector = Collector(broker.url, TOPICS, inbox, settings=CollectorSettings(client_id="c"))
        collector.start()
        collector.stop()
        for number in range(5):
            kit.publish(b"%d" % number)
        kit.settle()
        assert broker.finish("c", timeout=0.5) == 5
