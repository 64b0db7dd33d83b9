"""How fast messages become readings: decoding alone, and the whole way replay → mosquitto → collector → Delta.

Run with ``pytest bench/test_ingest.py -s``. A message is what a kit with ten channels sends once: ten readings.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from catalog.identifiers import KitId, QuantityId
from firmware_sim.replay import Replay
from firmware_sim.table_stream import TableStream
from ingest.codecs import frame, senml_cbor, senml_json
from ingest.codecs.records import Record
from ingest.collector import Collector
from ingest.decode import TOPICS, decode
from ingest.inbox import Inbox
from ingest.writer import Writer
from store.readings import ReadingStore
from tests.mosquitto import mosquitto

CHANNELS = [
    QuantityId(name)
    for name in ("co2", "tvoc", "pm1", "pm2_5", "pm10", "laeq", "illuminance", "temperature", "humidity", "pressure")
]
KITS = 55
"""A service of the size of one today."""

MESSAGES = 60_000
TARGET = 3_000
"""Messages a second over the whole way, from the issue."""

DECODE_TARGET = 15_000
"""Messages a second of one core, so that decoding leaves the two cores to the rest."""


def records(instant: int) -> list[Record]:
    return [Record(quantity, instant, 20.0 + i + instant % 977 / 10) for i, quantity in enumerate(CHANNELS)]


@pytest.mark.parametrize("codec", [senml_json, senml_cbor], ids=["json", "cbor"])
def test_decoding_messages_of_ten_readings(benchmark, codec):
    now = time.time_ns() // 1_000_000
    payloads = [codec.encode(KitId("k1"), records(now - number * 1000)) for number in range(1000)]
    benchmark.pedantic(
        lambda: [decode("vigie/v1/k1/readings", one, now) for one in payloads], rounds=5, warmup_rounds=1
    )
    rate = len(payloads) / benchmark.stats["min"]
    print(f"\n{rate:,.0f} messages/s, {10 * rate:,.0f} readings/s")
    assert rate >= DECODE_TARGET


def test_decoding_frames_of_ten_minutes_of_eight_channels(benchmark):
    now = time.time_ns() // 1_000_000
    sent = [Record(quantity, now - i * 1000, 20.0 + i / 8) for quantity in CHANNELS[:8] for i in range(600)]
    payload = frame.encode(KitId("k1"), sent)
    benchmark.pedantic(lambda: decode("vigie/v1/k1/readings", payload, now), rounds=20, warmup_rounds=1)
    rate = len(sent) / benchmark.stats["min"]
    print(f"\n{rate:,.0f} readings/s, {len(payload):,} bytes for {len(sent):,} values")
    assert rate >= 10 * DECODE_TARGET


def recording(began: int) -> pl.DataFrame:
    """What the kits said: one reading a second and channel each, MESSAGES messages of ten readings in all."""
    instants = [began - 86_400_000 + second * 1000 for second in range(-(-MESSAGES // KITS))]
    kits = pl.DataFrame({"kit": [f"k{number}" for number in range(KITS)]})
    channels = pl.DataFrame({"quantity": list(CHANNELS), "level": [20.0 + i for i in range(len(CHANNELS))]})
    rows = pl.DataFrame({"instant": instants}).join(kits, how="cross").head(MESSAGES).join(channels, how="cross")
    return rows.select("kit", "quantity", "instant", value=pl.col("level") + pl.col("instant") % 977 / 10)


def publish(url: str, began: int) -> None:
    """Replay as fast as the broker takes it, in a process of its own."""
    Replay(TableStream(recording(began)), url).run()


def wait_until(done: Callable[[], bool], seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "it does not keep up"
        time.sleep(0.02)


def forget_most_memory() -> None:
    """Let the high-water mark of this process begin anew: the benchmarks before this one are not its memory."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def most_memory() -> float:
    """The most memory this process had since [MB]."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


@pytest.mark.broker
@pytest.mark.slow
def test_sustained_from_publisher_to_table(tmp_path: Path):
    began_ms = time.time_ns() // 1_000_000
    forget_most_memory()
    with mosquitto(tmp_path / "mosquitto") as broker, Inbox(tmp_path / "inbox.db") as inbox:
        table = ReadingStore(tmp_path / "readings")
        writer = Writer(inbox, table)
        collector = Collector(broker.url, TOPICS, inbox)
        collector.start()
        writer.start()
        publisher = multiprocessing.get_context("spawn").Process(target=publish, args=(broker.url, began_ms))
        publisher.start()
        wait_until(lambda: collector.stats.messages > 0)
        began = time.monotonic()
        wait_until(lambda: writer.stats.messages >= MESSAGES)
        seconds = time.monotonic() - began
        publisher.join()
        collector.stop()
        writer.stop()
        rate = MESSAGES / seconds
        print(
            f"\n{rate:,.0f} messages/s, {10 * rate:,.0f} readings/s on {os.cpu_count()} cores; "
            f"{collector.stats.messages / collector.stats.commits:,.0f} messages a commit of the inbox, "
            f"{writer.stats.readings / writer.stats.commits:,.0f} readings a commit of the table, "
            f"{most_memory():,.0f} MB at most"
        )
        assert table.read().height == 10 * MESSAGES
        assert inbox.dead() == 0
    assert rate >= TARGET
