"""A message told again says the same readings, under the name and at the time it shall, and is marked."""

import json

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers import KitId, QuantityId
from firmware_sim.corruption import heard
from firmware_sim.payloads import PayloadFormat, encode
from firmware_sim.retelling import CannotBeToldError, Origin, Telling, status_told_again, told_again
from ingest.codecs.frame import Mark
from ingest.codecs.records import Record

START = 1_700_000_000_123
K1, K2 = KitId("k1"), KitId("k2-é")


@pytest.mark.parametrize("payload_format", list(PayloadFormat))
@given(
    values=st.lists(st.floats(0, 5000), min_size=1, max_size=8),
    step=st.integers(1, 100_000),
    offset=st.integers(-7 * 10**11, 10**12),  # before 2000 no kit has lived
    name=st.sampled_from([K1, K2]),
    origin=st.sampled_from(Origin),
    simulated=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_the_same_readings_moved_renamed_and_marked(
    payload_format: PayloadFormat,
    values: list[float],
    step: int,
    offset: int,
    name: KitId,
    origin: Origin,
    simulated: bool,
) -> None:
    records = [
        Record(QuantityId("co2"), START + number * step, value, simulated) for number, value in enumerate(values)
    ]
    payload = encode(payload_format, K1, records, Mark("boot", 7))

    told = heard(told_again(payload, K1, Telling(name, offset, origin)), name)

    assert told.problems == ()
    assert told.readings.kit == [name] * len(values)
    assert told.readings.value == values
    assert told.readings.instant == [record.instant + offset for record in records]
    assert told.readings.simulated == [simulated or origin is Origin.SIMULATED] * len(values)
    if payload_format is PayloadFormat.FRAME:
        assert (told.boot, told.sequence) == ("boot", 7)


@pytest.mark.parametrize("payload_format", list(PayloadFormat))
def test_what_needs_no_change_keeps_its_bytes(payload_format: PayloadFormat) -> None:
    simulated = encode(payload_format, K1, [Record(QuantityId("co2"), START, 1 / 3, True)])
    real = encode(payload_format, K1, [Record(QuantityId("co2"), START, 1 / 3)])

    assert told_again(simulated, K1, Telling(K1)) == simulated
    assert told_again(real, K1, Telling(K1, 0, Origin.RECORDED)) == real


def test_a_field_nobody_knows_and_a_broken_record_stay_where_they_are() -> None:
    pack = [
        {"bn": "urn:dev:vigie:k1:", "bt": 1_700_000_000, "n": "co2", "u": "ppm", "v": 600, "rssi": -71},
        {"n": "c02", "u": "ppm", "v": 1},
        {"n": "temperature", "u": "Cel", "v": 21.5, "t": 60, "sim": False},
    ]

    told = json.loads(told_again(json.dumps(pack).encode(), K1, Telling(K2, 5_000)))

    assert told == [
        {**pack[0], "bn": "urn:dev:vigie:k2-é:", "bt": 1_700_000_005.0, "sim": True},
        pack[1],
        {"n": "temperature", "u": "Cel", "v": 21.5, "t": 60},
    ]


def test_a_pack_of_a_broken_sensor_is_marked_too() -> None:
    payload = b'[{"n":"co2","u":"ppm","v":NaN,"bt":1700000000},{"n":"humidity","u":"%RH","v":40}]'

    told = heard(told_again(payload, K1, Telling(K1)), K1)

    assert told.readings.simulated == [True]
    assert len(told.problems) == 1


def test_times_without_a_base_and_full_names_are_moved_and_renamed() -> None:
    payload = b'[{"n":"urn:dev:vigie:k1:co2","u":"ppm","v":600,"t":1700000000.5}]'

    assert json.loads(told_again(payload, K1, Telling(K2, 1_500, Origin.RECORDED))) == [
        {"n": "urn:dev:vigie:k2-é:co2", "u": "ppm", "v": 600, "t": 1700000002.0}
    ]


def test_a_time_relative_to_the_arrival_stays_so() -> None:
    payload = b'[{"n":"co2","u":"ppm","v":600,"t":-30}]'

    told = told_again(payload, K1, Telling(K1, 86_400_000))

    assert json.loads(told) == [{"n": "co2", "u": "ppm", "v": 600, "t": -30, "sim": True}]


@pytest.mark.parametrize(
    "payload", [b"", b"CO2=612", b'[{"n":"co2"', b"[1,2]", b"\x9f", cbor2.dumps({0: 2, 1: "k1"}), b'["\xff"]']
)
def test_a_dead_letter_goes_as_it_is(payload: bytes) -> None:
    assert told_again(payload, K1, Telling(K2, 1000)) == payload


def test_a_message_whose_changed_form_says_something_else_is_not_told() -> None:
    # labels of the JSON form in CBOR: readers take them, whoever tells it again does not
    payload = cbor2.dumps([{"n": "co2", "u": "ppm", "v": 600, "t": 1_700_000_000}])
    assert len(heard(payload, K1).readings) == 1

    with pytest.raises(CannotBeToldError, match="a message of k1 cannot be changed"):
        told_again(payload, K1, Telling(K1, 1_000))


def test_a_status_is_marked_and_otherwise_left() -> None:
    birth = b'{"state": "online", "boot": "b1", "simulated": false, "battery": 87}'

    assert json.loads(status_told_again(birth, Telling(K1))) == {**json.loads(birth), "simulated": True}
    assert status_told_again(birth, Telling(K1, 0, Origin.RECORDED)) == birth
    for other in (b"", b"up", b"[]", b'{"state":"online","simulated":true}'):
        assert status_told_again(other, Telling(K1)) == other
