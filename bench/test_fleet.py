"""A load of 7 300 messages/s (SenML JSON, QoS 1) from 5 000 virtual kits in one process, on a real mosquitto.

Behind fifty gateways and as 5 000 direct clients. The peer is paho's own way, a client with a thread per
connection, which publishes the same messages behind the same gateways.

Run with ``make bench`` or ``pytest bench/test_fleet.py -s``.
"""

import heapq
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from firmware_sim.fleet import Wiring
from firmware_sim.kit import VirtualKit
from firmware_sim.load import LoadReport, LoadSettings, load_kits, run_load
from tests.mosquitto import Mosquitto, mosquitto

KITS = 5_000
RATE = 7_300.0
SECONDS = 8.0
PEER_SECONDS = 4.0

AT_LEAST = 7_300
"""Messages for each second of this process's own work: the load takes no more than one core."""

TIMES_PAHO = 1.3
"""How much less work a message behind a gateway must be than paho's own way."""

SINK = """
import sys
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
client = Client(CallbackAPIVersion.VERSION2, "sink")
subscribed = []
client.on_subscribe = lambda *_: subscribed.append(True)
client.connect("127.0.0.1", int(sys.argv[1]), keepalive=3600)
client.subscribe("vigie/v1/+/readings", 0)
while not subscribed:
    client.loop(0.1)
print("subscribed", flush=True)
sock = client.socket()
sock.setblocking(True)
while sock.recv(1 << 20):
    pass
"""
"""Somebody has to listen, or an MQTT 5 broker says that it throws the messages away; this one does not look at them."""


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "mosquitto") as running:
        sink = subprocess.Popen([sys.executable, "-c", SINK, str(running.port)], stdout=subprocess.PIPE)
        assert sink.stdout is not None
        assert sink.stdout.readline().strip() == b"subscribed"
        yield running
        sink.kill()
        sink.wait()
        sink.stdout.close()


def told(name: str, report: LoadReport) -> str:
    """The figures of a load, in one line."""
    return (
        f"{name}: {report.messages / report.processor_seconds:,.0f} messages/s/core, "
        f"{report.acknowledged_rate:,.0f} messages/s acknowledged with {report.processor_share:.2f} of a core, "
        f"acknowledged after {1000 * report.median_delay:.1f} ms (99 % within {1000 * report.p99_delay:.0f} ms), "
        f"{report.late / report.messages:.1%} late, {report.connections} connections opened in "
        f"{report.opening_seconds:.1f} s"
    )


def paho_behind_gateways(kits: list[VirtualKit], port: int) -> float:
    """Messages for each second of work of paho clients with a thread each, a hundred kits behind every one."""
    clients = [
        Client(CallbackAPIVersion.VERSION2, f"paho-{number}", protocol=MQTTProtocolVersion.MQTTv5)
        for number in range(len(kits) // 100)
    ]
    published = 0
    lock, done = threading.Lock(), threading.Event()
    total = sum(kit.message_count for kit in kits)

    def count(*_: object) -> None:
        nonlocal published
        with lock:
            published += 1
            if published == total:
                done.set()

    for client in clients:
        client.max_inflight_messages_set(500)
        client.on_publish = count
        client.connect("127.0.0.1", port)
        client.loop_start()
    own = time.process_time()
    behind = [kits[start : start + 100] for start in range(0, len(kits), 100)]
    streams = [heapq.merge(*(kit.messages() for kit in group), key=lambda said: said.instant) for group in behind]
    for said in zip(*streams, strict=True):
        for client, message in zip(clients, said, strict=True):
            client.publish(message.topic, message.payload, qos=1)
    assert done.wait(240)
    own = time.process_time() - own
    for client in clients:
        client.disconnect()
        client.loop_stop()
    return total / own


@pytest.mark.broker
def test_five_thousand_kits_behind_fifty_gateways_load_a_broker_from_one_core(broker: Mosquitto) -> None:
    report = run_load(broker.url, LoadSettings(KITS, RATE, SECONDS, Wiring.GATEWAYS))
    ours = report.messages / report.processor_seconds
    peer = paho_behind_gateways(load_kits(LoadSettings(KITS, RATE, PEER_SECONDS), 1_700_000_000_000), broker.port)
    print(f"\n{told('50 gateways', report)}")
    print(f"paho with a thread each: {peer:,.0f} messages/s/core; {ours / peer:.1f} times less work")
    assert report.acknowledged == report.messages
    assert ours >= AT_LEAST
    assert ours >= TIMES_PAHO * peer


@pytest.mark.broker
def test_five_thousand_direct_clients_load_a_broker_from_one_core(broker: Mosquitto) -> None:
    report = run_load(broker.url, LoadSettings(KITS, RATE, SECONDS, Wiring.OWN_CONNECTION))
    print(f"\n{told('5 000 direct clients', report)}")
    assert report.acknowledged == report.messages
    assert report.messages / report.processor_seconds >= AT_LEAST
