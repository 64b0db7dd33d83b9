"""SenML in both representations: exact round trips, base fields, units, and one bad record among good ones."""

import json
import math

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers import KitId, QuantityId
from catalog.quantities import measured_quantities, quantity
from catalog.readings import Flag
from ingest.codecs import senml_cbor, senml_json
from ingest.codecs.records import CLOCK_TOLERANCE, EARLIEST_INSTANT, Decoded, Delivery, EncodeError, Record
from ingest.codecs.senml_cbor import LABELS

KIT = KitId("k7")
ARRIVAL = 1_763_000_000_000
CO2 = QuantityId("co2")
CODECS = pytest.mark.parametrize("codec", [senml_json, senml_cbor], ids=["json", "cbor"])

finite = st.floats(allow_nan=False, allow_infinity=False)
instants = st.integers(EARLIEST_INSTANT, ARRIVAL + CLOCK_TOLERANCE)
records = st.lists(
    st.builds(Record, st.sampled_from(list(measured_quantities())), instants, finite, st.booleans()),
    min_size=1,
    max_size=30,
)


def read(pack: list[dict[str, object]], delivery: Delivery = Delivery.LIVE) -> Decoded:
    """A pack through JSON and through CBOR, which must say the same."""
    from_json = senml_json.decode(json.dumps(pack).encode(), KIT, ARRIVAL, delivery)
    labelled = [{LABELS.get(label, label): value for label, value in record.items()} for record in pack]
    from_cbor = senml_cbor.decode(cbor2.dumps(labelled), KIT, ARRIVAL, delivery)
    assert from_cbor == from_json
    return from_json


@CODECS
@given(sent=records)
@settings(max_examples=150, deadline=None)
def test_every_value_and_millisecond_comes_back_exactly(codec, sent):
    decoded = codec.decode(codec.encode(KIT, sent), KIT, ARRIVAL)
    assert decoded.problems == ()
    rows = decoded.readings
    assert rows.quantity == [record.quantity for record in sent]
    assert rows.instant == [record.instant for record in sent]
    assert [value.hex() for value in rows.value] == [float(record.value).hex() for record in sent]
    assert rows.simulated == [record.simulated for record in sent]
    assert set(rows.kit) == {KIT}
    assert set(rows.received) == {ARRIVAL}


@CODECS
def test_impossible_value_is_kept_and_flagged_bad(codec):
    high = quantity(CO2).physical_high
    decoded = codec.decode(
        codec.encode(KIT, [Record(CO2, ARRIVAL, high), Record(CO2, ARRIVAL, high * 2)]), KIT, ARRIVAL
    )
    assert decoded.readings.flag == [Flag.GOOD, Flag.BAD]
    assert decoded.problems == ()


@CODECS
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_value_that_is_no_number_cannot_be_encoded(codec, value):
    with pytest.raises(EncodeError, match="finite"):
        codec.encode(KIT, [Record(CO2, ARRIVAL, value)])


@CODECS
def test_nothing_to_encode_is_an_error(codec):
    with pytest.raises(EncodeError, match="no records"):
        codec.encode(KIT, [])


def test_base_fields_hold_until_they_are_given_again():
    decoded = read(
        [
            {"bn": "urn:dev:vigie:k7:", "bt": 1_762_999_000, "bu": "ppm", "bv": 400, "bver": 10, "n": "co2", "v": 50},
            {"n": "co2", "t": 60, "v": 60.5},
            {"n": "co2", "t": 120},
            {"bv": 0, "bt": 1_762_999_500.25, "n": "temperature", "u": "K", "v": 293.15, "sim": True},
            {"n": "co2", "v": 420, "t": 0.5},
        ]
    )
    assert decoded.problems == ()
    rows = decoded.readings
    assert rows.value == [450.0, 460.5, 400.0, 20.0, 420.0]
    assert rows.instant == [
        1_762_999_000_000,
        1_762_999_060_000,
        1_762_999_120_000,
        1_762_999_500_250,
        1_762_999_500_750,
    ]
    assert rows.simulated == [False, False, False, True, True]


def test_units_are_converted_at_the_door():
    at = {"t": 1_762_999_000}
    decoded = read(
        [
            {"n": "temperature", "u": "°F", "v": 68, **at},
            {"n": "humidity", "u": "/", "v": 0.44, **at},
            {"n": "pressure", "u": "Pa", "v": 101_325, **at},
            {"n": "voc_index", "v": 120, **at},
        ]
    )
    assert decoded.problems == ()
    assert decoded.readings.value == pytest.approx([20.0, 44.0, 1013.25, 120.0], rel=1e-12)


def test_time_relative_to_now_counts_from_the_arrival_and_is_suspect():
    decoded = read([{"n": "co2", "u": "ppm", "v": 500}, {"n": "co2", "u": "ppm", "v": 501, "t": -60.5}])
    assert decoded.readings.instant == [ARRIVAL, ARRIVAL - 60_500]
    assert decoded.readings.flag == [Flag.SUSPECT, Flag.SUSPECT]


def test_retained_message_cannot_be_dated_relative_to_its_arrival():
    decoded = read(
        [{"n": "co2", "u": "ppm", "v": 500}, {"n": "co2", "u": "ppm", "v": 501, "t": 1_762_999_000}], Delivery.RETAINED
    )
    assert decoded.readings.value == [501.0]
    assert "retained" in decoded.problems[0]


def test_one_bad_record_leaves_its_neighbours_alone():
    good = {"n": "co2", "u": "ppm", "v": 500, "t": 1_762_999_000}
    bad: list[tuple[dict[str, object], str]] = [
        ({**good, "v": math.nan}, "$[1].v is NaN; expected a finite number in ppm"),
        ({**good, "v": -math.inf}, "$[1].v is -Infinity; expected a finite number in ppm"),
        ({**good, "v": "500"}, "$[1].v is '500'; expected a number"),
        ({**good, "v": None}, "$[1].v is null; expected a number"),
        ({**good, "v": True}, "$[1].v is true; expected a number"),
        ({**good, "n": "cO3"}, "$[1].n:"),
        ({**good, "u": "furlong"}, "$[1].u:"),
        ({"n": "co2", "v": 500, "t": 1_762_999_000}, "$[1].u: missing"),
        ({**good, "t": 2_000_000_000}, "$[1].t is 2033-05-18T03:33:20.000Z, later than its arrival"),
        ({**good, "t": 900_000_000}, "$[1].t is 1998-07-09T16:00:00.000Z, before 2000"),
        ({**good, "t": math.nan}, "$[1].t is NaN; expected a time"),
        ({"n": "co2", "u": "ppm", "vs": "open", "t": 1_762_999_000}, "$[1].vs is 'open'; expected a number in v"),
        ({"n": "co2", "u": "ppm", "vb": True, "t": 1_762_999_000}, "$[1].vb is true; expected a number in v"),
        ({"n": "co2", "u": "ppm", "vd": "AQ", "t": 1_762_999_000}, "$[1].vd is 'AQ'; expected a number in v"),
        ({"n": "co2", "u": "ppm", "s": 3, "t": 1_762_999_000}, "$[1].v is missing"),
    ]
    for record, problem in bad:
        decoded = read([good, record, {**good, "v": 502, "t": 1_762_999_060}])
        assert decoded.readings.value == [500.0, 502.0], problem
        assert len(decoded.problems) == 1
        assert decoded.problems[0].startswith(problem), decoded.problems[0]


def test_record_that_is_no_object_leaves_its_neighbours_alone():
    payload = b'[{"n":"co2","u":"ppm","v":500,"t":1762999000},"co2=500"]'
    decoded = senml_json.decode(payload, KIT, ARRIVAL)
    assert decoded.readings.value == [500.0]
    assert decoded.problems == ("$[1] is 'co2=500'; expected a SenML record (an object)",)


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"bn": "urn:dev:vigie:k8:"}, "the kit of the topic"),
        ({"bn": "urn:dev:mac:0024befffe804ff1/"}, "the kit of the topic"),
        ({"bver": 11}, "bver is 11"),
        ({"calibrated_": True}, "must be understood"),
        ({"bt": "today"}, "$[0].bt is 'today'; expected a number of seconds"),
    ],
)
def test_pack_that_means_something_else_is_refused_whole(extra, reason):
    good = {"n": "co2", "u": "ppm", "v": 500, "t": 1_762_999_000}
    decoded = read([{**good, **extra}, good])
    assert len(decoded.readings) == 0
    assert reason in decoded.problems[-1]
    assert "whole message is refused" in decoded.problems[-1]


def test_unknown_fields_are_ignored():
    decoded = read([{"n": "co2", "u": "ppm", "v": 500, "t": 1_762_999_000, "site": "hall", "ut": 60}])
    assert decoded.readings.value == [500.0]
    assert decoded.problems == ()


def test_record_of_base_fields_alone_says_nothing_wrong():
    decoded = read([{"bn": "urn:dev:vigie:k7:", "bt": 1_762_999_000}, {"n": "co2", "u": "ppm", "v": 500}])
    assert decoded.readings.value == [500.0]
    assert decoded.problems == ()


def test_json_with_infinity_beyond_a_double_keeps_the_neighbours():
    payload = b'[{"n":"co2","u":"ppm","v":1e999,"t":1762999000},{"n":"co2","u":"ppm","v":5,"t":1762999000}]'
    decoded = senml_json.decode(payload, KIT, ARRIVAL)
    assert decoded.readings.value == [5.0]
    assert decoded.problems == ("$[0].v is Infinity; expected a finite number in ppm",)


def test_cbor_decimal_fraction_is_a_number():
    decoded = senml_cbor.decode(
        bytes.fromhex("81a40063636f32016370706d02c48220191388") + bytes.fromhex("061a6914fd58"), KIT, ARRIVAL
    )
    assert decoded.problems == ()
    assert decoded.readings.value == [500.0]


@pytest.mark.parametrize("payload", [b"[", b'[{"n":', b"[1,2", b"[" * 100_000, b'["\xff"]', b"[NaN", b"{}"])
def test_broken_json_is_a_problem_not_an_exception(payload):
    decoded = senml_json.decode(payload, KIT, ARRIVAL)
    assert len(decoded.readings) == 0
    assert decoded.problems


@given(payload=st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_bytes_raise(payload):
    for codec in (senml_json, senml_cbor):
        decoded = codec.decode(payload, KIT, ARRIVAL)
        assert decoded.problems or not len(decoded.readings)


@CODECS
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_payload_cut_short_gives_no_reading(codec, data):
    payload = codec.encode(KIT, [Record(CO2, ARRIVAL, 500.5), Record(CO2, ARRIVAL + 1, 501.5)])
    decoded = codec.decode(payload[: data.draw(st.integers(1, len(payload) - 1))], KIT, ARRIVAL)
    assert len(decoded.readings) == 0
    assert decoded.problems
