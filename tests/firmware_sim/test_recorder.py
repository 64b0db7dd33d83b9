"""A recording of a real broker: every byte, in order, on the disk; and what becomes of it when something breaks."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from catalog.identifiers import KitId
from firmware_sim.connection import Message
from firmware_sim.errors import RecordingError
from firmware_sim.outbox import DeliverySettings
from firmware_sim.payloads import presence
from firmware_sim.publisher import Publisher
from firmware_sim.record_file import Cut, Head, Recorded, RecordFile, Recording, is_recording, line_of
from firmware_sim.recorded_stream import RecordedStream
from firmware_sim.recorder import Ending, Recorder, RecorderReport, RecorderSettings
from firmware_sim.replay import Replay, ReplaySettings
from firmware_sim.retelling import Origin
from ingest.broker import EmbeddedBroker
from ingest.mqtt import BrokerError, parse_address
from tests.mosquitto import Autosave, Mosquitto, mosquitto

TOPIC = "vigie/v1/k1/readings"
UNBOUNDED = RecorderSettings()
AWKWARD = [b"", b"\x00", b"\xff\xfe", "é€😀".encode(), b'"\\\n\r\x1f', bytes(range(256)), b"x" * 100_000, b"[{}]"]
EAGER = DeliverySettings(first_listener=5.0, listener_pause=0.05)


class Running:
    """A recorder at work in a thread."""

    def __init__(self, url: str, path: Path, settings: RecorderSettings = UNBOUNDED) -> None:
        self.path = path
        self._stop = threading.Event()
        self._recorder = Recorder(parse_address(url), path, settings)
        self._reports: list[RecorderReport | Exception] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._reports.append(self._recorder.run(self._stop))
        except Exception as error:
            self._reports.append(error)

    def wait(self) -> RecorderReport:
        self._thread.join(30)
        (report,) = self._reports
        if isinstance(report, Exception):
            raise report
        return report

    def wait_for(self, count: int, seconds: float = 20.0) -> None:
        """Until so many messages are on the disk."""
        deadline = time.monotonic() + seconds
        while (found := sum(1 for _ in Recording(self.path).messages())) < count:
            assert time.monotonic() < deadline, f"only {found} of {count} messages are recorded"
            time.sleep(0.05)

    def end(self) -> RecorderReport:
        self._stop.set()
        return self.wait()


@contextmanager
def recording(url: str, path: Path, settings: RecorderSettings = UNBOUNDED) -> Iterator[Running]:
    running = Running(url, path, settings)
    try:
        yield running
    finally:
        running._stop.set()
        running._thread.join(30)


def messages(path: Path) -> list[Recorded]:
    return list(Recording(path).messages())


def said(path: Path) -> list[tuple[str, bytes, bool]]:
    return [(message.topic, message.payload, message.retain) for message in messages(path)]


def publish(url: str, payloads: list[bytes], topic: str = TOPIC) -> None:
    with Publisher(url, "k1", delivery=EAGER) as publisher:
        for payload in payloads:
            publisher.publish(topic, payload)
        publisher.drain()


@pytest.mark.broker
def test_every_byte_is_kept_with_topic_qos_retain_and_both_clocks(broker: Mosquitto, tmp_path: Path) -> None:
    before = time.time_ns() // 1_000_000
    with recording(broker.url, tmp_path / "r.jsonl") as running:
        with Publisher(broker.url, "k1", [presence(KitId("k1"), "b1", simulated=True)], EAGER) as publisher:
            for payload in AWKWARD:
                publisher.publish(TOPIC, payload)
            publisher.deliver(Message(TOPIC, b"kept", retain=True))
        running.wait_for(len(AWKWARD) + 3)
        report = running.end()

    found = messages(tmp_path / "r.jsonl")
    status = presence(KitId("k1"), "b1", simulated=True)
    assert said(tmp_path / "r.jsonl") == [
        (status.birth.topic, status.birth.payload, True),
        *((TOPIC, payload, False) for payload in AWKWARD),
        (TOPIC, b"kept", True),
        (status.will.topic, status.will.payload, True),
    ]
    assert {message.qos for message in found} == {1}
    assert [message.after for message in found] == sorted(message.after for message in found)
    assert all(before <= message.at <= time.time_ns() // 1_000_000 for message in found)
    assert (report.messages, report.kits, report.ending) == (len(found), ("k1",), Ending.ASKED)
    assert report.size == (tmp_path / "r.jsonl").stat().st_size


@pytest.mark.broker
@pytest.mark.parametrize("speed", [1.0, float("inf")])
def test_recorded_replayed_and_recorded_again_is_the_same_to_the_byte(
    broker: Mosquitto, tmp_path: Path, speed: float
) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    with recording(broker.url, first) as running:
        with Publisher(broker.url, "gate", [presence(KitId("k1"), "b1", simulated=False)], EAGER) as publisher:
            for payload in AWKWARD:
                publisher.publish(TOPIC, payload)
                publisher.publish("vigie/v1/k2/readings", payload[::-1])
                publisher.wait(0.1)
        running.wait_for(2 * len(AWKWARD) + 2)
    _forget_retained(broker)
    with recording(broker.url, second) as running:
        stream = RecordedStream(Recording(first), origin=Origin.RECORDED)
        report = Replay(stream, broker.url, ReplaySettings(speed=speed)).run()
        running.wait_for(report.messages)

    assert said(second) == said(first)
    assert report.messages == report.acknowledged == stream.size == 2 * len(AWKWARD) + 2
    if speed == 1.0:
        gaps = [message.after - messages(first)[0].after for message in messages(first)]
        again = [message.after - messages(second)[0].after for message in messages(second)]
        assert [gap / 1e6 for gap in again] == pytest.approx([gap / 1e6 for gap in gaps], abs=0.08)


def _forget_retained(broker: Mosquitto) -> None:
    with Publisher(broker.url, "cleaner") as publisher:
        publisher.deliver(Message("vigie/v1/k1/status", b"", retain=True))


@pytest.mark.broker
def test_what_is_acknowledged_is_not_remembered(broker: Mosquitto, tmp_path: Path) -> None:
    with recording(broker.url, tmp_path / "r.jsonl") as running:
        publish(broker.url, [b"%d" % number for number in range(100)])
        running.wait_for(100)
        report = running.end()
    assert report.messages == 100
    assert not running._recorder._unacknowledged  # a recording of weeks would fill the memory


@pytest.mark.broker
def test_a_recording_ends_after_its_time(broker: Mosquitto, tmp_path: Path) -> None:
    began = time.monotonic()
    with recording(broker.url, tmp_path / "r.jsonl", RecorderSettings(longest=0.5)) as running:
        report = running.wait()

    assert report.ending is Ending.LONGEST
    assert 0.4 < time.monotonic() - began < 5
    assert messages(tmp_path / "r.jsonl") == []


@pytest.mark.broker
def test_a_recording_is_never_larger_than_it_may_be(broker: Mosquitto, tmp_path: Path) -> None:
    with recording(broker.url, tmp_path / "r.jsonl", RecorderSettings(largest=20_000)) as running:
        publish(broker.url, [b"%05d" % number * 20 for number in range(300)])
        report = running.wait()

    assert report.ending is Ending.LARGEST
    assert 19_000 < (tmp_path / "r.jsonl").stat().st_size <= 20_000
    found = [message.payload for message in messages(tmp_path / "r.jsonl")]
    assert found == [b"%05d" % number * 20 for number in range(len(found))]


@pytest.mark.broker
def test_what_comes_while_the_disk_is_slow_is_kept(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(handle: int) -> None:
        time.sleep(0.3)

    settings = RecorderSettings(memory=30_000, receive_maximum=50)
    with recording(broker.url, tmp_path / "r.jsonl", settings) as running:
        monkeypatch.setattr(os, "fsync", slow)
        publish(broker.url, [b"%05d" % number * 100 for number in range(500)])
        running.wait_for(500)
        running.end()

    found = [message.payload for message in messages(tmp_path / "r.jsonl")]
    assert found == [b"%05d" % number * 100 for number in range(500)]


@pytest.mark.broker
def test_a_full_disk_is_told_with_what_is_missing_and_leaves_whole_lines(
    broker: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with recording(broker.url, tmp_path / "r.jsonl") as running:
        publish(broker.url, [b"before"])
        running.wait_for(1)
        real, writes = os.write, []

        def full(handle: int, data: memoryview) -> int:
            writes.append(len(data))
            if len(writes) > 1:
                raise OSError(28, "No space left on device")
            return real(handle, data[:10])

        monkeypatch.setattr(os, "write", full)
        publish(broker.url, [b"after" * 2])
        with pytest.raises(
            RecordingError, match=r"no space left on device.*good up to there; 1 messages that came since"
        ):
            running.wait()

    assert [message.payload for message in messages(tmp_path / "r.jsonl")] == [b"before"]
    assert (tmp_path / "r.jsonl").read_bytes().endswith(b"\n")


@pytest.mark.broker
def test_a_broker_that_is_restarted_loses_the_recording_nothing(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path / "broker", autosave=Autosave.EVERY_CHANGE) as broker,
        recording(broker.url, tmp_path / "r.jsonl") as running,
    ):
        with Publisher(broker.url, "k1", delivery=EAGER) as publisher:
            for number in range(200):
                publisher.publish(TOPIC, b"%d" % number)
                if number == 100:
                    broker.stop()
                    broker.start()
            publisher.drain()
        deadline = time.monotonic() + 20
        while len({message.payload for message in messages(tmp_path / "r.jsonl")}) < 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        report = running.end()

    assert {message.payload for message in messages(tmp_path / "r.jsonl")} == {b"%d" % number for number in range(200)}
    (gap,) = report.interruptions
    assert gap.kept


@pytest.mark.broker
def test_a_broker_that_forgot_us_is_told(broker: Mosquitto, tmp_path: Path) -> None:
    with recording(broker.url, tmp_path / "r.jsonl") as running:
        broker.kill()
        for leftover in (tmp_path / "mosquitto").glob("*.db*"):
            leftover.unlink()
        broker.start()
        publish(broker.url, [b"later"])
        running.wait_for(1)
        report = running.end()

    assert [gap.kept for gap in report.interruptions] == [False]


@pytest.mark.broker
def test_nothing_is_left_with_the_broker_after_a_recording(broker: Mosquitto, tmp_path: Path) -> None:
    with recording(broker.url, tmp_path / "r.jsonl"):
        pass
    publisher = Publisher(broker.url, "k1", delivery=DeliverySettings(first_listener=60, listener_pause=5))
    publisher.open()
    publisher.publish(TOPIC, b"1")
    publisher.wait(0.5)
    assert publisher.acknowledged == 0, "somebody is still subscribed"
    publisher._outbox._unheard.clear()
    publisher.close()


def test_a_broker_of_mqtt_3_1_1_is_recorded_too(tmp_path: Path) -> None:
    with EmbeddedBroker() as embedded:
        with recording(embedded.url, tmp_path / "r.jsonl") as running:
            with Publisher(embedded.url, "k1") as publisher:
                for payload in AWKWARD:
                    publisher.publish(TOPIC, payload)
                publisher.drain()
            running.wait_for(len(AWKWARD))
        assert [message.payload for message in messages(tmp_path / "r.jsonl")] == AWKWARD
    assert Recording(tmp_path / "r.jsonl").head.protocol == "MQTT 3.1.1"


def test_no_broker_is_told_and_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="cannot be reached"):
        Recorder(parse_address("mqtt://127.0.0.1:1"), tmp_path / "r.jsonl")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.broker
def test_an_existing_file_is_never_replaced(broker: Mosquitto, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(RecordingError, match="exists already"):
        Recorder(parse_address(broker.url), path)
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.broker
def test_a_recorder_killed_by_force_leaves_all_but_the_last_second(broker: Mosquitto, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-m", "vigie", "record", str(path), "--broker", broker.url],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )
    assert process.stderr is not None
    assert "Recording" in process.stderr.readline()
    sent: dict[bytes, float] = {}
    with Publisher(broker.url, "k1", delivery=EAGER) as publisher:
        began = time.monotonic()
        while time.monotonic() - began < 2.5:
            payload = b"%d" % len(sent)
            publisher.publish(TOPIC, payload)
            sent[payload] = time.monotonic()
            publisher.wait(0.005)
        killed = time.monotonic()
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        process.stderr.close()
        publisher._outbox.waiting.clear()
        publisher._outbox._unheard.clear()

    found = {message.payload for message in messages(path)}
    owed = {payload for payload, at in sent.items() if at < killed - 1.0}
    assert len(owed) > 100
    assert owed <= found
    listening = Client(CallbackAPIVersion.VERSION2, "again", protocol=MQTTProtocolVersion.MQTTv5)
    listening.connect("127.0.0.1", broker.port)
    listening.subscribe("vigie/#", 1)
    listening.loop_start()
    time.sleep(0.3)
    report = Replay(RecordedStream(Recording(path)), broker.url).run()
    listening.disconnect()
    listening.loop_stop()
    assert report.acknowledged == len(found)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A recording of five messages, made without a broker."""
    path = tmp_path / "w.jsonl"
    with RecordFile(path, Head(1, 1_700_000_000_000)) as file:
        file.write([line_of(number * 1_000_000, 0, TOPIC, b"%d" % number, 1, False, False) for number in range(5)])
    return path


def test_a_recording_cut_anywhere_is_replayed_up_to_the_cut(written: Path) -> None:
    whole = written.read_bytes()
    head = whole.index(b"\n") + 1
    for length in range(head, len(whole)):
        written.write_bytes(whole[:length])
        found = [message.payload for message in messages(written)]
        complete = whole[head:length].count(b"\n")
        assert found[:complete] == [b"%d" % number for number in range(complete)]
        assert len(found) - complete in (0, 1)
        if len(found) < complete + 1 and not whole[:length].endswith(b"\n"):
            assert Recording(written).cut() == Cut(complete + 2, 0)


def test_a_torn_line_in_the_middle_ends_it_there_and_is_told(written: Path) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join([*lines[:3], b"\x00" * 40 + b"\n", *lines[4:]]))

    assert [message.payload for message in messages(written)] == [b"0", b"1"]
    assert Recording(written).cut() == Cut(4, 2)


def test_what_is_no_recording_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("time,co2\n", encoding="utf-8")
    assert not is_recording(other)
    with pytest.raises(RecordingError, match=r"other\.csv:1: is not the first line of a recording"):
        Recording(other)
    other.write_text('{"vigie_recording":2,"started":0}\n', encoding="utf-8")
    with pytest.raises(RecordingError, match="of version 2; expected 1; use a newer Vigie"):
        Recording(other)


def test_a_line_says_what_it_is_to_anybody_who_looks(written: Path) -> None:
    line = json.loads(written.read_text(encoding="utf-8").splitlines()[2])

    assert line == {"after": 1_000_000, "at": 0, "topic": TOPIC, "qos": 1, "text": "1"}
