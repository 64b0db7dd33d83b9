"""kill -9, at any moment, of the collector, its writer or the broker: nothing lost, nothing double, the same table."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars
import pytest

from catalog.identifiers import KitId, QuantityId
from ingest.codecs import senml_json
from ingest.codecs.records import Record
from ingest.inbox import Inbox, Message
from store.readings import ReadingStore
from tests.ingest.publisher import Publisher
from tests.mosquitto import Autosave, mosquitto

KIT = KitId("k7")
TOPIC = "vigie/v1/k7/readings"
QUANTITIES = [QuantityId(name) for name in ("co2", "laeq", "temperature")]
ROOT = Path(__file__).resolve().parents[2]
START = time.time_ns() // 1_000_000 - 86_400_000


def payload(number: int) -> bytes:
    """Message ``number`` of a kit: three readings; every hundredth is text nobody can read."""
    if number % 100 == 99:
        return b"message %d is not for you" % number
    instant = START + number * 1000
    return senml_json.encode(KIT, [Record(q, instant, number + i / 8) for i, q in enumerate(QUANTITIES)])


def expected(messages: int) -> list[tuple[str, int, float]]:
    return sorted(
        (str(q), START + number * 1000, number + i / 8)
        for number in range(messages)
        if number % 100 != 99
        for i, q in enumerate(QUANTITIES)
    )


def table(folder: Path) -> list[tuple[str, int, float]]:
    rows = ReadingStore(folder / "readings").read()
    columns = rows["quantity"].cast(polars.String), rows["instant"].dt.epoch("ms"), rows["value"]
    return sorted(zip(*(column.to_list() for column in columns), strict=True))


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a collector and waits until it has subscribed, or a writer and waits until it is about to begin."""
    processes: list[subprocess.Popen[str]] = []

    def begin(folder: Path, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.ingest.collector_process", str(folder), *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield begin
    for process in processes:
        if process.poll() is None:
            end(process, signal.SIGKILL)


def end(process: subprocess.Popen[str], how: signal.Signals) -> None:
    process.send_signal(how)
    process.communicate(timeout=60)


def wait_for(folder: Path, rows: list[tuple[str, int, float]], timeout: float = 60) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if table(folder) == rows:
            return
        time.sleep(0.3)


def test_writer_killed_at_random_points_writes_everything_once(tmp_path, start):
    messages = 3000
    with Inbox(tmp_path / "inbox.db") as inbox:
        inbox.add([Message(TOPIC, payload(number), START + 90_000_000) for number in range(messages)])
    chance = random.Random(20261122)  # noqa: S311  not for secrets
    kills = 0
    for _ in range(8):
        process = start(tmp_path)
        time.sleep(chance.uniform(0.01, 0.35))
        kills += process.poll() is None
        end(process, signal.SIGKILL)
    assert kills >= 3, "it was never killed at work"
    process = start(tmp_path)
    assert process.communicate(timeout=60) is not None
    with Inbox(tmp_path / "inbox.db") as inbox:
        assert inbox.waiting() == 0
        letters = inbox.dead_letters()
        assert [inbox.dead_payload(letter.id) for letter in letters] == [payload(n) for n in range(99, messages, 100)]
    assert table(tmp_path) == expected(messages)


@pytest.mark.broker
def test_collector_killed_in_the_middle_of_a_stream(tmp_path, start):
    messages = 4000
    with mosquitto(tmp_path / "mosquitto") as broker, Publisher(broker) as kit:
        # The session exists once a collector has been there.
        end(start(tmp_path, broker.url), signal.SIGTERM)
        process = start(tmp_path, broker.url)
        for number in range(messages):
            kit.publish(payload(number))
            if number % 1000 == 700:
                time.sleep(0.4)
                end(process, signal.SIGKILL)
                process = start(tmp_path, broker.url)
        kit.settle()
        wait_for(tmp_path, expected(messages))
        end(process, signal.SIGTERM)
    assert table(tmp_path) == expected(messages)
    with Inbox(tmp_path / "inbox.db") as inbox:
        assert inbox.waiting() == 0
        texts = {inbox.dead_payload(letter.id) for letter in inbox.dead_letters()}
    assert texts == {payload(number) for number in range(99, messages, 100)}


@pytest.mark.broker
def test_broker_killed_in_the_middle_of_a_stream(tmp_path, start):
    messages = 1500
    with (
        mosquitto(tmp_path / "mosquitto", autosave=Autosave.EVERY_CHANGE) as broker,
        Publisher(broker, resend=300) as kit,
    ):
        process = start(tmp_path, broker.url)
        kit.settle()
        for number in range(messages):
            kit.publish(payload(number))
            if number % 500 == 400:
                time.sleep(1.2)  # the kit tries again every second
                broker.kill()
                broker.start()
        kit.settle()
        wait_for(tmp_path, expected(messages))
        end(process, signal.SIGTERM)
    assert table(tmp_path) == expected(messages)
