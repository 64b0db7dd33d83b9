"""Recorded readings come out of the broker as they went in, when they should."""

import itertools
import threading
import time
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers import KitId
from catalog.readings import Flag, ReadingColumns
from firmware_sim.errors import ReplayError
from firmware_sim.pace import Pace
from firmware_sim.payloads import PayloadFormat
from firmware_sim.replay import Replay, ReplayReport, ReplaySettings
from firmware_sim.retelling import Origin
from firmware_sim.table_stream import Packing, TableStream
from ingest.codecs import frame, senml_cbor, senml_json
from ingest.codecs.records import Decoded
from ingest.files import read_file
from ingest.mapping_toml import load_mapping
from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto
from tests.shared_data import require_shared

START = 1_423_072_260_000
RECEIVED = START + 10 * 86_400_000


def replayed(
    readings: ReadingColumns | pl.DataFrame,
    url: str,
    settings: ReplaySettings | None = None,
    packing: Packing | None = None,
    origin: Origin = Origin.RECORDED,
) -> ReplayReport:
    return Replay(TableStream(readings, packing, origin=origin), url, settings).run()


def decode(topic: str, payload: bytes) -> Decoded:
    """What the collector makes of a message, without the collector."""
    kit = KitId(topic.split("/")[2])
    if payload[:1] == b"[":
        return senml_json.decode(payload, kit, RECEIVED)
    if payload[0] >> 5 == 4:
        return senml_cbor.decode(payload, kit, RECEIVED)
    return frame.decode(payload, kit, RECEIVED)


def arrived(listener: Listener) -> ReadingColumns:
    columns = ReadingColumns()
    for message in listener.readings():
        decoded = decode(message.topic, message.payload)
        assert decoded.problems == ()
        columns.extend([decoded.readings])
    return columns


def recording(instants: list[int], kits: tuple[str, ...] = ("office-1",)) -> ReadingColumns:
    """CO2, temperature and light with awkward values at some instants."""
    columns = ReadingColumns()
    for number, instant in enumerate(instants):
        for kit in kits:
            for quantity, value in (
                ("co2", 400.0 + number / 3),
                ("temperature", 20.1 + 1e-13 * number),
                ("illuminance", 0.0),
            ):
                columns.extend(
                    [ReadingColumns([kit], [quantity], [instant], [value], [int(Flag.GOOD)], [RECEIVED], [False])]
                )
    return columns


def as_set(columns: ReadingColumns) -> set[tuple[str, str, int, float]]:
    return set(zip(columns.kit, columns.quantity, columns.instant, columns.value, strict=True))


@pytest.mark.broker
@pytest.mark.parametrize("payload", list(PayloadFormat))
@pytest.mark.parametrize("instants_per_message", [1, 7])
def test_values_and_instants_arrive_to_the_last_bit(
    broker: Mosquitto, listener: Listener, payload: PayloadFormat, instants_per_message: int
) -> None:
    # steps of 59 to 61 s and odd milliseconds, as real recordings have them
    instants = [START + number * 60_000 + (number * 7) % 3 * 1000 - 1000 + number % 997 for number in range(300)]
    original = recording(instants)
    how = Packing(payload=payload, instants_per_message=instants_per_message)
    if payload is PayloadFormat.FRAME and instants_per_message > 1:
        # frames are for equal steps; uneven ones go one instant at a time
        original = recording([START + number * 60_000 for number in range(300)])
    report = replayed(original, broker.url, packing=how)
    listener.wait_for(report.messages)
    came = arrived(listener)
    assert as_set(came) == as_set(original)
    assert set(came.simulated) == {False}
    assert report.readings == report.done == report.total == 900
    assert report.messages == -(-300 // instants_per_message)
    assert report.acknowledged == report.messages


@pytest.mark.broker
def test_one_kit_connects_under_its_own_name(broker: Mosquitto, listener: Listener) -> None:
    replayed(recording([START]), broker.url)
    assert "as office-1" in broker.log
    listener.wait_for_status(2)
    assert {message.topic for message in listener.status()} == {"vigie/v1/office-1/status"}


@pytest.mark.broker
def test_several_kits_share_a_gateway_and_keep_their_names(broker: Mosquitto, listener: Listener) -> None:
    original = recording([START, START + 60_000], kits=("a", "b"))
    report = replayed(original, broker.url)
    listener.wait_for(4)
    assert report.messages == 4
    assert as_set(arrived(listener)) == as_set(original)
    assert "as vigie-replay" in broker.log


@pytest.mark.broker
def test_spacing_is_kept_at_sixty_times_real_time(broker: Mosquitto, listener: Listener) -> None:
    original = recording([START, START + 30_000, START + 60_000, START + 61_000])
    replayed(original, broker.url, ReplaySettings(speed=60.0))
    listener.wait_for(4)
    times = [message.at for message in listener.readings()]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps == pytest.approx([0.5, 0.5, 1 / 60], abs=0.15)
    assert times[-1] - times[0] >= 1.0


@pytest.mark.broker
def test_a_simulated_replay_marks_every_reading(broker: Mosquitto, listener: Listener) -> None:
    Replay(TableStream(recording([START])), broker.url).run()
    listener.wait_for(1)
    assert set(arrived(listener).simulated) == {True}
    listener.wait_for_status(2)
    assert b'"simulated":true' in listener.status()[0].payload


@pytest.mark.broker
def test_progress_ends_with_the_whole_recording(broker: Mosquitto, listener: Listener) -> None:
    seen: list[tuple[int, int]] = []
    stream = TableStream(recording([START, START + 1]))
    Replay(stream, broker.url, progress=lambda done, total: seen.append((done, total))).run()
    assert seen[-1] == (6, 6)


@pytest.mark.broker
def test_a_replay_stopped_in_the_middle_says_how_far_it_came(broker: Mosquitto, listener: Listener) -> None:
    replay = Replay(
        TableStream(recording([START, START + 1000, START + 3_600_000])), broker.url, ReplaySettings(speed=10.0)
    )
    threading.Timer(0.6, replay.playback.end).start()
    began = time.monotonic()
    report = replay.run()
    assert time.monotonic() - began < 5
    assert (report.readings, report.done, report.total) == (6, 6, 9)


def test_a_frame_with_datetimes_is_the_same_recording() -> None:
    table = pl.DataFrame({"kit": ["k"], "quantity": ["co2"], "instant": [START + 7], "value": [1.0]}).with_columns(
        pl.from_epoch("instant", "ms").dt.replace_time_zone("UTC")
    )
    assert [message.instant for message in TableStream(table).messages(0)] == [START + 7]


def test_a_recording_without_values_is_refused_with_the_names_it_has() -> None:
    table = pl.DataFrame({"kit": ["k"], "co2": [400.0]})
    with pytest.raises(ReplayError, match=r"no column quantity, instant, value \(it has kit, co2\)"):
        TableStream(table)


def test_a_value_that_is_not_finite_is_refused() -> None:
    table = pl.DataFrame({"kit": ["k"], "quantity": ["co2"], "instant": [START], "value": [float("nan")]})
    with pytest.raises(ReplayError, match="1 of 1 readings cannot be replayed"):
        TableStream(table)


@pytest.mark.parametrize("name", ["a/b", "a+", "#", ""])
def test_a_kit_whose_name_no_topic_can_carry_is_refused(name: str) -> None:
    table = pl.DataFrame({"kit": [name], "quantity": ["co2"], "instant": [START], "value": [1.0]})
    with pytest.raises(ReplayError, match="no topic can carry"):
        TableStream(table)


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_a_speed_that_is_no_speed_is_refused(speed: float) -> None:
    with pytest.raises(ReplayError, match="expected a factor above 0"):
        ReplaySettings(speed=speed)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 40)), min_size=1, max_size=60, unique=True),
    st.integers(1, 4),
    st.integers(1, 5),
)
@settings(max_examples=60, deadline=None)
def test_messages_leave_in_order_and_carry_every_reading_once(
    points: list[tuple[str, int]], instants_per_message: int, readings_per_message: int
) -> None:
    columns = ReadingColumns()
    for kit, step in points:
        for quantity in ("co2", "pm10"):
            columns.extend([ReadingColumns([kit], [quantity], [START + step], [step * 1.0], [1], [0], [False])])
    how = Packing(instants_per_message=instants_per_message, readings_per_message=readings_per_message)
    batches = list(TableStream(columns, how).batches(0))
    sent = [(kit, record.quantity, record.instant, record.value) for kit, records in batches for record in records]
    assert len(sent) == len(columns)
    assert set(sent) == as_set(columns)
    for kit in "abc":
        own = [instant for sender, _, instant, _ in sent if sender == kit]
        assert own == sorted(own)
    for _, records in batches:
        assert len(records) <= readings_per_message
        assert len({record.instant for record in records}) <= instants_per_message
    if instants_per_message == 1:
        leaving = [records[-1].instant for _, records in batches]
        assert leaving == sorted(leaving)


def test_a_pace_that_fell_behind_does_not_wait() -> None:
    pace = Pace(1000.0, first=START)
    assert pace.delay(START - 5_000_000) == 0.0
    assert 0.9 < pace.delay(START + 1_000_000) <= 1.0


@pytest.mark.broker
def test_a_real_recording_replayed_is_the_recording_imported(broker: Mosquitto, listener: Listener) -> None:
    recording_file = require_shared("datasets/uci_occupancy/datatest.txt")
    mapping_file = Path(__file__).resolve().parents[2] / "examples" / "uci-office" / "mapping.toml"
    mapping = load_mapping(mapping_file.read_text(encoding="utf-8"), mapping_file.name)
    chunks = read_file(recording_file, mapping, KitId("uci-office-1"), received=RECEIVED)
    imported = pl.concat([chunk.frame for chunk in chunks])
    report = replayed(imported, broker.url)
    assert report.readings == imported.height == 2665 * 4
    listener.wait_for(report.messages)
    came = arrived(listener)
    came_back = pl.DataFrame(
        {"quantity": came.quantity, "instant": came.instant, "value": came.value, "flag": came.flag}
    )
    key = ["quantity", "instant"]
    original = imported.select(
        "quantity", pl.col("instant").cast(pl.Int64), "value", pl.col("flag").cast(pl.Int64)
    ).sort(key)
    assert came_back.sort(key).equals(original)
