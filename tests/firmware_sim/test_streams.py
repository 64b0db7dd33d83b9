"""A stream replayed: part of it, under other names, at another time, again and again; paused and one by one."""

import subprocess
import threading
import time
from pathlib import Path

import pytest

from catalog.identifiers import KitId
from catalog.readings import Flag, ReadingColumns
from firmware_sim.errors import ReplayError
from firmware_sim.faults import Fault, FaultKind, FaultScript
from firmware_sim.pace import Pace
from firmware_sim.payloads import KitMessage, PayloadFormat, presence
from firmware_sim.playback import Playback
from firmware_sim.record_file import Head, RecordFile, Recording, line_of
from firmware_sim.recorded_stream import RecordedStream
from firmware_sim.replay import Replay, ReplaySettings
from firmware_sim.retelling import Origin
from firmware_sim.stream import Choice
from firmware_sim.table_stream import Packing, TableStream
from ingest.codecs import readings
from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto, mosquitto

START = 1_700_000_000_000
MINUTE = 60_000


def table(minutes: int, kits: tuple[str, ...] = ("k1",), *, simulated: bool = False) -> ReadingColumns:
    columns = ReadingColumns()
    for minute in range(minutes):
        for kit in kits:
            instant = START + minute * MINUTE
            columns.extend(
                [ReadingColumns([kit], ["co2"], [instant], [400.0 + minute], [int(Flag.GOOD)], [0], [simulated])]
            )
    return columns


def said(messages: list[KitMessage]) -> list[tuple[str, int, float, bool]]:
    """Kit, instant, value and mark of every reading."""
    found = []
    for message in messages:
        kit = KitId(message.topic.split("/")[2])
        columns = readings.decode(message.payload, kit, START + 10**12).readings
        found += list(zip(columns.kit, columns.instant, columns.value, columns.simulated, strict=True))
    return found


def recording(path: Path, payload: bytes = b'[{"bn":"urn:dev:vigie:k1:","bt":1700000000,"n":"co2","u":"ppm","v":1}]'):
    status = presence(KitId("k1"), "b", simulated=False).birth
    with RecordFile(path, Head(1, START)) as file:
        file.write([line_of(0, START, status.topic, status.payload, 1, True, False)])
        file.write(
            [
                line_of(number * 1_000_000, START + number * 1000, f"vigie/v1/{kit}/readings", payload, 1, False, False)
                for number in range(1, 4)
                for kit in ("k1", "k2")
            ]
        )
    return Recording(path)


def test_readings_of_a_table_are_marked_as_simulated_unless_it_is_said_otherwise() -> None:
    assert {mark for *_, mark in said(list(TableStream(table(3)).messages(0)))} == {True}
    recorded = TableStream(table(3), origin=Origin.RECORDED)
    assert {mark for *_, mark in said(list(recorded.messages(0)))} == {False}
    assert not recorded.simulated


def test_a_simulated_reading_never_becomes_a_real_one() -> None:
    stream = TableStream(table(3, simulated=True), origin=Origin.RECORDED)

    assert {mark for *_, mark in said(list(stream.messages(0)))} == {True}
    assert stream.simulated


@pytest.mark.parametrize("name", ["senml-json", "senml-cbor", "frame"])
def test_real_and_simulated_readings_of_one_kit_never_share_a_message(name: str) -> None:
    both = table(4)
    both.simulated = [False, True, False, True]
    packing = Packing(PayloadFormat(name), instants_per_message=4)

    messages = list(TableStream(both, packing, origin=Origin.RECORDED).messages(0))

    assert len(messages) == 2
    assert {(instant - START) // MINUTE: mark for _, instant, _, mark in said(messages)} == {
        0: False, 1: True, 2: False, 3: True,
    }  # fmt: skip


def test_a_window_and_another_name() -> None:
    choice = Choice(START, START + 2 * MINUTE, {KitId("k1"): KitId("rehearsal")})

    stream = TableStream(table(5, ("k1", "k2")), choice=choice)

    assert stream.kits == ["k2", "rehearsal"]
    assert [(kit, (instant - START) // MINUTE) for kit, instant, *_ in said(list(stream.messages(0)))] == [
        ("rehearsal", 1), ("k2", 1), ("rehearsal", 2), ("k2", 2),
    ]  # fmt: skip


def test_what_cannot_be_chosen_is_told() -> None:
    with pytest.raises(ReplayError, match="there is no kit k9; the stream has k1"):
        TableStream(table(2), choice=Choice(names={KitId("k9"): KitId("x")}))
    with pytest.raises(ReplayError, match="no reading to replay in that time"):
        TableStream(table(2), choice=Choice(since=START + 10**9))


def test_a_recording_is_chosen_from_by_arrival_and_renamed_in_topic_and_payload(tmp_path: Path) -> None:
    choice = Choice(START + 1000, None, {KitId("k1"): KitId("other")})

    stream = RecordedStream(recording(tmp_path / "r.jsonl"), choice, Origin.RECORDED)

    messages = list(stream.messages(0))
    assert [message.topic.split("/")[2] for message in messages] == ["other", "k2", "other", "k2"]
    assert b"urn:dev:vigie:other:" in messages[0].payload
    assert stream.held_back == 0


def test_a_recording_as_recorded_is_itself_to_the_byte_and_else_marked(tmp_path: Path) -> None:
    file = recording(tmp_path / "r.jsonl")

    same = list(RecordedStream(file, origin=Origin.RECORDED).messages(0))
    assert [message.payload for message in same] == [message.payload for message in file.messages()]
    assert [message.instant - START for message in same] == [0, 1000, 1000, 2000, 2000, 3000, 3000]
    assert same[0].retain

    marked = list(RecordedStream(file).messages(0))
    assert b'"simulated":true' in marked[0].payload
    assert [kit for kit, *_, mark in said(marked[1:]) if mark] == ["k1", "k1", "k1"]  # k2's name k1: dead letters


def test_only_some_kits_of_a_recording(tmp_path: Path) -> None:
    file = recording(tmp_path / "r.jsonl")

    assert RecordedStream(file, Choice(kits=frozenset({KitId("k2")}))).kits == ["k2"]
    with pytest.raises(ReplayError, match=r"there is no kit k9; it has k1, k2"):
        RecordedStream(file, Choice(kits=frozenset({KitId("k9")})))


def test_a_recording_of_nothing_cannot_be_replayed(tmp_path: Path) -> None:
    with RecordFile(tmp_path / "r.jsonl", Head(1, START)):
        pass
    with pytest.raises(ReplayError, match=r"r\.jsonl: no message of a kit to replay"):
        RecordedStream(Recording(tmp_path / "r.jsonl"))


def sent(replay: Replay) -> list[KitMessage]:
    return list(replay._messages())


def test_passes_follow_each_other_as_the_readings_do() -> None:
    replay = Replay(TableStream(table(3)), "localhost", ReplaySettings(passes=3))

    assert [(instant - START) // MINUTE for _, instant, *_ in said(sent(replay))] == list(range(9))
    assert replay.total == 9


def test_passes_begin_as_often_as_asked() -> None:
    replay = Replay(TableStream(table(2)), "localhost", ReplaySettings(passes=2, every=1440 * MINUTE))

    assert [(instant - START) // MINUTE for _, instant, *_ in said(sent(replay))] == [0, 1, 1440, 1441]
    with pytest.raises(ReplayError, match="every 60 s, and is 120 s long"):
        Replay(TableStream(table(2)), "localhost", ReplaySettings(passes=2, every=MINUTE))


def test_everything_moves_with_the_beginning() -> None:
    begin = START + 12_345_678
    replay = Replay(TableStream(table(2, ("k1", "k2"))), "localhost", ReplaySettings(begin=begin))

    assert [instant - begin for _, instant, *_ in said(sent(replay))] == [0, 0, MINUTE, MINUTE]
    assert {message.instant for message in sent(replay)} == {begin, begin + MINUTE}


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        (ReplaySettings(begin=START), "at another time"),
        (ReplaySettings(passes=2), "more than once"),
        (ReplaySettings(faults=FaultScript((Fault(FaultKind.LOSS),))), "over a faulty line"),
    ],
)
def test_what_no_sensor_said_never_goes_as_recorded(settings: ReplaySettings, what: str) -> None:
    with pytest.raises(ReplayError, match=f"as recorded, and {what}"):
        Replay(TableStream(table(2), origin=Origin.RECORDED), "localhost", settings)


def test_readings_of_the_future_are_refused_before_anything_is_sent() -> None:
    hour = Replay(TableStream(table(61)), "localhost", ReplaySettings(begin=START, speed=60.0))

    with pytest.raises(ReplayError, match=r"up to 59 min before they were made.*2023-11-14T21:13:20Z or before"):
        hour.check_clock(START)
    hour.check_clock(START + 55 * MINUTE)
    Replay(TableStream(table(61)), "localhost", ReplaySettings(begin=START, speed=1.0)).check_clock(START)


@pytest.mark.broker
def test_paused_nothing_leaves_and_a_step_lets_one_go(broker: Mosquitto, listener: Listener) -> None:
    playback = Playback()
    playback.toggle()
    replay = Replay(TableStream(table(10)), broker.url, ReplaySettings(speed=60.0), playback=playback)
    thread = threading.Thread(target=replay.run)
    thread.start()
    listener.wait_for_status(1)
    time.sleep(0.4)
    assert listener.readings() == []
    playback.step()
    playback.step()
    listener.wait_for(2)
    time.sleep(0.5)
    assert len(listener.readings()) == 2
    playback.toggle()
    listener.wait_for(4)
    playback.end()
    thread.join(10)
    times = [heard.at for heard in listener.readings()]
    assert times[3] - times[2] == pytest.approx(1.0, abs=0.25)
    assert len(times) < 10


def test_a_pause_moves_all_that_is_to_come() -> None:
    pace = Pace(1.0, first=START)
    pace.stand_still(5.0)
    assert pace.delay(START + 1000) == pytest.approx(6.0, abs=0.1)
    pace.happen(START + 1000)
    assert pace.delay(START + 2000) == pytest.approx(1.0, abs=0.1)


def storm(*faults: Fault) -> ReplaySettings:
    return ReplaySettings(faults=FaultScript(faults, 3))


@pytest.mark.broker
def test_a_storm_of_disconnections_loses_nothing(broker: Mosquitto, listener: Listener) -> None:
    fault = Fault(FaultKind.DISCONNECT, every=10 * MINUTE)

    report = Replay(TableStream(table(600)), broker.url, storm(fault)).run()

    listener.wait_for(600)
    assert report.faults[0].messages == report.reconnections == 60
    assert report.acknowledged == 600
    assert len({heard.payload for heard in listener.readings()}) == 600
    assert b"offline" in listener.status()[1].payload, "the broker speaks for a kit that vanished"


@pytest.mark.broker
def test_a_wrong_password_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run(["mosquitto_passwd", "-b", str(passwords), "k1", "right"], check=True)
    extra = f"password_file {passwords}\n"
    with mosquitto(tmp_path / "broker", extra) as guarded:
        listener = Listener(guarded)
        url = guarded.url.replace("mqtt://", "mqtt://k1:right@")
        fault = Fault(FaultKind.WRONG_CREDENTIALS, start=2 * MINUTE, away=MINUTE)
        settings = ReplaySettings(speed=120.0, faults=FaultScript((fault,)))
        report = Replay(TableStream(table(5)), url, settings).run()
        listener.wait_for(5)
        listener.close()

    assert report.faults[0].messages == 1
    assert report.faults[0].detail["refused"] >= 2
    assert report.faults[0].detail["accepted"] == 0
    assert report.acknowledged == 5


@pytest.mark.broker
def test_a_broker_restarted_by_the_script_loses_nothing(broker: Mosquitto, listener: Listener) -> None:
    def restart() -> None:
        broker.stop()
        broker.start()

    fault = Fault(FaultKind.BROKER_RESTART, start=100 * MINUTE)
    settings = ReplaySettings(faults=FaultScript((fault,)), restart_broker=restart)

    report = Replay(TableStream(table(300)), broker.url, settings).run()

    listener.wait_for(300)
    assert (report.faults[0].messages, report.reconnections) == (1, 1)
    assert report.acknowledged == 300
