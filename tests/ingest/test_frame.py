"""The compact frame: exact values, every typed array, missing slots, and what is refused."""

import math
import struct

import cbor2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers import KitId, QuantityId
from catalog.readings import Flag
from ingest.codecs import frame
from ingest.codecs.frame import TYPED_ARRAYS, Element, Layout, Mark
from ingest.codecs.records import EncodeError, Record

KIT = KitId("k7")
ARRIVAL = 1_763_000_000_000
START = 1_762_990_000_000
CO2, TEMPERATURE, LAEQ = QuantityId("co2"), QuantityId("temperature"), QuantityId("laeq")


def built(**changes: object) -> bytes:
    """A frame as the specification has it, changed by number: ``c0`` is the version, ``c7`` the channels."""
    array = cbor2.CBORTag(86, struct.pack("<2d", 500.0, 501.0))
    fields: dict[int, object] = {0: 1, 1: "k7", 2: START, 3: 1000, 7: {"co2": array}}
    fields |= {int(name[1:]): value for name, value in changes.items()}
    return cbor2.dumps({key: value for key, value in fields.items() if value is not None})


@given(
    values=st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40).filter(any),
    period=st.integers(1, 60_000),
)
@settings(max_examples=200, deadline=None)
def test_float64_and_instants_come_back_exactly(values, period):
    sent = [Record(CO2, START + i * period, v) for i, v in enumerate(values) if v is not None]
    rows = frame.decode(frame.encode(KIT, sent), KIT, ARRIVAL).readings
    assert rows.instant == [record.instant for record in sent]
    assert [value.hex() for value in rows.value] == [record.value.hex() for record in sent]


@given(hundredths=st.lists(st.integers(-4000, 8500), min_size=1, max_size=50))
@settings(max_examples=100, deadline=None)
def test_scaled_integers_give_the_nearest_double_of_the_decimal_meant(hundredths):
    sent = [Record(TEMPERATURE, START + 1000 * i, h / 100) for i, h in enumerate(hundredths)]
    payload = frame.encode(KIT, sent, {TEMPERATURE: Layout(Element.UINT16, 100, -5000)})
    decoded = frame.decode(payload, KIT, ARRIVAL)
    assert decoded.problems == ()
    assert decoded.readings.value == [h / 100 for h in hundredths]


def test_several_channels_with_gaps_boot_and_sequence():
    sent = [
        Record(CO2, START, 500.0, True),
        Record(LAEQ, START + 2000, 61.5, True),
        Record(CO2, START + 3000, 503.0, True),
    ]
    layouts = {LAEQ: Layout(Element.UINT8, 2, 0), CO2: Layout(Element.FLOAT32)}
    decoded = frame.decode(frame.encode(KIT, sent, layouts, Mark("b1", 42)), KIT, ARRIVAL)
    rows = decoded.readings
    assert list(zip(rows.quantity, rows.instant, rows.value, strict=True)) == [
        (CO2, START, 500.0),
        (CO2, START + 3000, 503.0),
        (LAEQ, START + 2000, 61.5),
    ]
    assert rows.simulated == [True] * 3
    assert (decoded.boot, decoded.sequence, decoded.problems) == ("b1", 42, ())


@pytest.mark.parametrize("tag", sorted(TYPED_ARRAYS))
def test_every_typed_array_of_rfc_8746_is_read(tag):
    kind = np.dtype(TYPED_ARRAYS[tag])
    missing = np.nan if kind.kind == "f" else (np.iinfo(kind).max if kind.kind == "u" else np.iinfo(kind).min)
    array = cbor2.CBORTag(tag, np.array([7, missing, 100], dtype=kind).tobytes())
    decoded = frame.decode(built(c7={"laeq": array}), KIT, ARRIVAL)
    assert decoded.problems == ()
    assert decoded.readings.value == [7.0, 100.0]
    assert decoded.readings.instant == [START, START + 2000]


def test_known_bytes_big_and_little_endian():
    big = frame.decode(built(c7={"co2": cbor2.CBORTag(65, b"\x01\xf4\x01\xf5")}), KIT, ARRIVAL)
    little = frame.decode(built(c7={"co2": cbor2.CBORTag(69, b"\xf4\x01\xf5\x01")}), KIT, ARRIVAL)
    assert big.readings.value == little.readings.value == [500.0, 501.0]


@pytest.mark.parametrize("tag", [63, 76, 83, 87, 88])
def test_other_tags_are_a_problem(tag):
    decoded = frame.decode(built(c7={"co2": cbor2.CBORTag(tag, b"\0" * 16)}), KIT, ARRIVAL)
    assert len(decoded.readings) == 0
    assert decoded.problems[0].startswith("$.channels.co2: values are ")
    assert "expected a typed array" in decoded.problems[0]


def test_channel_with_its_own_unit_is_converted():
    channel = {0: cbor2.CBORTag(85, struct.pack("<f", 293.15)), 3: "K"}
    decoded = frame.decode(built(c7={"temperature": channel}), KIT, ARRIVAL)
    assert decoded.readings.value == pytest.approx([20.0], abs=1e-4)


def test_bad_channel_leaves_its_neighbours_alone():
    good = cbor2.CBORTag(86, struct.pack("<d", 500.0))
    for channel, problem in [
        ({"ozone_layer": good}, "$.channels.ozone_layer: "),
        ({"temperature": {0: good, 3: "ppm"}}, "$.channels.temperature: "),
        ({"temperature": [21.5]}, "$.channels.temperature: values are [21.5]; expected a typed array"),
        ({"temperature": {0: good, 1: 0}}, "$.channels.temperature: divisor (1) is 0"),
        ({"temperature": {0: good, 2: 0.5}}, "$.channels.temperature: offset (2) is 0.5"),
        ({"temperature": cbor2.CBORTag(86, b"123")}, "$.channels.temperature: 3 bytes; expected a multiple of 8"),
        ({3: good}, "$.channels.3: name is 3"),
    ]:
        decoded = frame.decode(built(c7={**channel, "co2": good}), KIT, ARRIVAL)
        assert decoded.readings.value == [500.0], problem
        assert decoded.problems[0].startswith(problem), decoded.problems[0]


def test_infinity_is_a_problem_and_nan_is_a_gap():
    array = cbor2.CBORTag(86, struct.pack("<4d", 500.0, math.inf, math.nan, 503.0))
    decoded = frame.decode(built(c7={"co2": array}), KIT, ARRIVAL)
    assert decoded.readings.value == [500.0, 503.0]
    assert decoded.problems == ("$.channels.co2[1] is Infinity; expected a finite number in ppm",)


def test_impossible_value_is_kept_and_flagged_bad():
    array = cbor2.CBORTag(86, struct.pack("<2d", -5.0, 500.0))
    assert frame.decode(built(c7={"co2": array}), KIT, ARRIVAL).readings.flag == [Flag.BAD, Flag.GOOD]


def test_frame_that_runs_into_the_future_keeps_what_is_possible():
    decoded = frame.decode(
        built(c2=ARRIVAL, c3=200_000, c7={"co2": cbor2.CBORTag(64, bytes([1, 2, 3, 4]))}), KIT, ARRIVAL
    )
    assert decoded.readings.instant == [ARRIVAL, ARRIVAL + 200_000]
    assert decoded.problems[0].startswith("$.channels.co2[2] is 2025-11-13T02:20:00.000Z, later than its arrival")
    assert decoded.problems[0].endswith("(and 1 more)")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (built(c0=2), "$.version (0) is 2; expected 1"),
        (built(c0=True), "$.version (0) is true"),
        (built(c1="k8"), "$.kit (1) is 'k8'; expected k7, the kit of the topic"),
        (built(c1=None), "$.kit (1) is null"),
        (built(c2=1.5), "$.start (2) is 1.5"),
        (built(c2=2**60), "$.start (2) is"),
        (built(c2=5), "before 2000"),
        (built(c2=ARRIVAL + 600_000), "later than its arrival"),
        (built(c3=0), "$.period (3) is 0; expected an integer of at least 1"),
        (built(c4=7), "$.boot (4) is 7"),
        (built(c5=-1), "$.sequence (5) is -1"),
        (built(c6=1), "$.simulated (6) is 1; expected true or false"),
        (built(c7=[]), "$.channels (7) is []"),
        (built(c7={"co2": cbor2.CBORTag(64, b"\x01" * 100_001)}), "over 100000 values"),
        (built()[:-1], "cut short"),
        (built() + b"\x00", "1 bytes follow"),
        (cbor2.dumps([1]), "$ is [1]; expected a frame"),
    ],
)
def test_refused_whole(payload, reason):
    decoded = frame.decode(payload, KIT, ARRIVAL)
    assert len(decoded.readings) == 0
    assert reason in decoded.problems[0]


@given(payload=st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(payload):
    assert frame.decode(payload, KIT, ARRIVAL).problems


@pytest.mark.parametrize(
    ("sent", "layout", "reason"),
    [
        ([], Layout(), "no records"),
        ([Record(CO2, START, 1.0), Record(CO2, START, 2.0)], Layout(), "two readings of co2"),
        ([Record(CO2, START, 1.0), Record(CO2, START, 2.0, True)], Layout(), "simulated and real"),
        ([Record(CO2, START, 1.0), Record(CO2, START + 1, 2.0), Record(CO2, ARRIVAL, 2.0)], Layout(), "equally spaced"),
        ([Record(CO2, START, math.nan)], Layout(), "leave it out"),
        ([Record(CO2, START, 65_535.0)], Layout(Element.UINT16), "does not fit"),
        ([Record(CO2, START, -1.0)], Layout(Element.UINT16), "does not fit"),
        ([Record(CO2, START, 1e39)], Layout(Element.FLOAT32), "does not fit"),
    ],
)
def test_what_a_frame_cannot_carry_is_not_encoded(sent, layout, reason):
    with pytest.raises(EncodeError, match=reason):
        frame.encode(KIT, sent, {CO2: layout})
