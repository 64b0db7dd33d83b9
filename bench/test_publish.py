"""Replay to a real mosquitto: messages of ten readings (SenML JSON, QoS 1) that one core encodes and publishes.

Run with ``make bench`` or ``pytest bench/test_publish.py -s``.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from firmware_sim.replay import Replay
from firmware_sim.table_stream import TableStream
from firmware_sim.workplaces import demo
from tests.mosquitto import Mosquitto, mosquitto

MESSAGES = 20_000
QUANTITIES = (
    "co2", "tvoc", "voc_index", "pm2_5", "pm10", "laeq", "lcpeak", "illuminance", "temperature", "humidity",
)  # fmt: skip
AT_LEAST = 5_000
"""Messages for each second of this process's own work; the broker has the other core."""

DEMO_AT_MOST = 3.0
"""Time to make the demo, every message encoded [s]."""

SINK = """
import sys
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
client = Client(CallbackAPIVersion.VERSION2, "sink")
client.on_message = lambda *_: None
client.on_subscribe = lambda *_: print("subscribed", flush=True)
client.connect("127.0.0.1", int(sys.argv[1]))
client.subscribe("vigie/v1/+/status", 0)
client.subscribe("vigie/v1/bench/readings", 0)
client.loop_forever()
"""
"""Somebody has to listen, or an MQTT 5 broker says that it throws the messages away."""


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


@pytest.fixture
def recording() -> pl.DataFrame:
    start = 1_700_000_000_000
    return pl.DataFrame(
        {
            "kit": ["bench"] * (MESSAGES * len(QUANTITIES)),
            "quantity": list(QUANTITIES) * MESSAGES,
            "instant": [start + number * 10_000 for number in range(MESSAGES) for _ in QUANTITIES],
            "value": [round(400 + number % 977 / 7, 2) for number in range(MESSAGES) for _ in QUANTITIES],
        }
    )


@pytest.mark.broker
def test_one_core_publishes_five_thousand_messages_a_second(broker: Mosquitto, recording: pl.DataFrame) -> None:
    replay = Replay(TableStream(recording), broker.url)
    own = time.process_time()
    report = replay.run()
    own = time.process_time() - own
    print(f"\nreplay: {report.messages / own:,.0f} messages/s/core, {report.messages / report.seconds:,.0f} messages/s")
    assert report.acknowledged == MESSAGES
    assert report.messages / own >= AT_LEAST


def test_the_whole_demo_is_made_in_three_seconds() -> None:
    demo(date(2026, 11, 18), 1)  # compiles the rooms where nobody did yet
    began = time.perf_counter()
    messages = sum(1 for kit in demo(date(2026, 11, 18), 1) for _ in kit.messages())
    took = time.perf_counter() - began
    print(f"\ndemo: {messages} messages made in {took:.2f} s")
    assert took < DEMO_AT_MOST
