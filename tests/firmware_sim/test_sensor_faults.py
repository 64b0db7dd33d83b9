"""Faults of virtual sensors: stuck, spiking, silent, drifting away; and the service's quality tests see them."""

from datetime import date
from importlib.resources import files

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import KitModelId, QuantityId
from catalog.kits import kit_models
from catalog.readings import Flag
from dsp.quality.examine import Channel, Readings, examine
from dsp.quality.kinds import QualityTest
from firmware_sim.errors import WorkplaceError
from firmware_sim.rooms import Floats
from firmware_sim.sensing import sense
from firmware_sim.sensor_faults import SensorFault, SensorFaultKind, faulty
from firmware_sim.workplace_file import load_workplace
from firmware_sim.workplaces import virtual_kits

CO2, HUMIDITY = QuantityId("co2"), QuantityId("humidity")
HOUR, DAY = 60, 1440
MODEL = kit_models()[KitModelId("vigie-sim")]
TUESDAY = date(2026, 11, 17)


def a_room(days: int) -> dict[QuantityId, Floats]:
    minutes = np.arange(days * DAY)
    swing = np.sin(2.0 * np.pi * minutes / DAY)
    return {CO2: 700.0 - 270.0 * swing, HUMIDITY: 45.0 + 8.0 * swing}


def read(days: int, *faults: SensorFault) -> dict[QuantityId, Floats]:
    return sense(MODEL, a_room(days), 60.0, 5, "k", faults)


def flags(name: QuantityId, values: Floats, test: QualityTest) -> np.ndarray:
    """What a quality test says of each minute; 2 where there is no reading."""
    said = ~np.isnan(values)
    instants = 60_000 * (np.arange(values.size, dtype=np.int64) + 1)[said]
    readings = Readings(instants, values[said], np.ones(instants.size, np.int8))
    channel = MODEL.channel(name)
    assert channel is not None
    marks = examine(readings, channel.tests, Channel(60_000, 180_000))
    found = np.full(values.size, Flag.NOT_EVALUATED, np.uint8)
    found[said] = next(one.flags for one in marks if one.test is test)
    return found


def test_the_service_finds_a_stuck_sensor() -> None:
    start, end = 8 * HOUR, 22 * HOUR
    stuck = SensorFault(CO2, SensorFaultKind.STUCK, start * 60.0, end * 60.0)
    sound, wrong = read(2)[CO2], read(2, stuck)[CO2]
    assert np.all(wrong[start:end] == sound[start - 1])
    assert np.array_equal(wrong[end:], sound[end:])
    found = flags(CO2, wrong, QualityTest.FLAT_LINE)
    assert np.all(found[start + 3 * HOUR : start + 11 * HOUR] == Flag.SUSPECT)
    assert np.all(found[start + 12 * HOUR : end] == Flag.BAD)
    assert not np.any(flags(CO2, sound, QualityTest.FLAT_LINE) > Flag.NOT_EVALUATED)


@pytest.mark.parametrize(("name", "size"), [(CO2, 600.0), (HUMIDITY, -15.0)])
def test_the_service_finds_spikes_and_nothing_beside_them(name: QuantityId, size: float) -> None:
    spikes = SensorFault(name, SensorFaultKind.SPIKE, 0.0, size=size, per_hour=1.0)
    sound, wrong = read(4)[name], read(4, spikes)[name]
    hit = np.flatnonzero(wrong != sound)
    assert hit.size == pytest.approx(96, abs=30)
    np.testing.assert_allclose((wrong - sound)[hit], size, atol=0.51)
    found = flags(name, wrong, QualityTest.SPIKE)
    told = np.isin(hit, np.flatnonzero(found == Flag.SUSPECT))
    assert told.mean() > 0.9  # two within three minutes hide each other
    assert np.isin(np.flatnonzero(found == Flag.SUSPECT), hit).all()


def test_the_service_finds_a_channel_that_drops_out() -> None:
    silent = SensorFault(CO2, SensorFaultKind.DROP_OUT, 600.0, 1800.0)
    wrong = read(1, silent)[CO2]
    assert np.array_equal(np.flatnonzero(np.isnan(wrong)), np.arange(10, 30))
    assert flags(CO2, wrong, QualityTest.GAP)[30] == Flag.SUSPECT


def test_the_service_finds_a_co2_sensor_that_drifts_away_by_its_baseline() -> None:
    away = SensorFault(CO2, SensorFaultKind.DRIFT_AWAY, 2 * DAY * 60.0, size=25.0)
    sound, wrong = read(15)[CO2], read(15, away)[CO2]
    assert np.array_equal(wrong[: 2 * DAY], sound[: 2 * DAY])
    assert wrong[-1] - sound[-1] == pytest.approx(13 * 25.0, abs=1.0)
    assert flags(CO2, wrong, QualityTest.BASELINE)[-1] == Flag.SUSPECT
    assert flags(CO2, sound, QualityTest.BASELINE)[-1] == Flag.GOOD


def test_a_share_of_readings_drops_out() -> None:
    share = SensorFault(CO2, SensorFaultKind.DROP_OUT, 0.0, share=0.3)
    assert np.isnan(read(5, share)[CO2]).mean() == pytest.approx(0.3, abs=0.03)


def test_a_fault_of_one_channel_changes_no_other_and_of_none_nothing() -> None:
    spikes = SensorFault(CO2, SensorFaultKind.SPIKE, 0.0, size=500.0)
    elsewhere = SensorFault(QuantityId("co"), SensorFaultKind.STUCK, 0.0)
    assert np.array_equal(read(1, spikes)[HUMIDITY], read(1)[HUMIDITY])
    assert np.array_equal(read(1, elsewhere)[CO2], read(1)[CO2])
    assert np.array_equal(read(1, spikes)[CO2], read(1, spikes)[CO2])


@given(st.sampled_from(list(SensorFaultKind)), st.floats(0.0, 5e4), st.floats(0.0, 5e4), st.integers(0, 2**32 - 1))
def test_outside_its_time_a_fault_changes_nothing(
    kind: SensorFaultKind, start: float, length: float, seed: int
) -> None:
    values = np.linspace(400.0, 900.0, 700)
    fault = SensorFault(CO2, kind, start, start + length, size=50.0, per_hour=30.0, share=0.5)
    wrong = faulty(values, [fault], 60.0, np.random.default_rng(seed))
    ends = (np.arange(values.size) + 1) * 60.0
    outside = (ends <= start) | (ends > start + length)
    assert np.array_equal(wrong[outside], values[outside])
    assert values[0] == 400.0  # what came in stays as it was


def office(**kit: object) -> str:
    document = yaml.safe_load((files("firmware_sim") / "workplaces" / "open_plan_office.yaml").read_text("utf-8"))
    document["zones"][0]["kit"] |= kit
    return yaml.safe_dump(document, allow_unicode=True)


def test_a_workplace_file_scripts_faults_by_day_and_local_time() -> None:
    script = [
        {"quantity": "co2", "kind": "stuck", "day": 1, "from": "10:00", "to": "11:00"},
        {"quantity": "temperature", "kind": "drop-out", "day": 2, "from": "09:00"},
        {"quantity": "co2", "kind": "spike", "day": 9, "from": "09:00", "size": 900},
    ]
    days = [TUESDAY, date(2026, 11, 18)]
    (sound,) = virtual_kits(load_workplace(office(), "o.yaml"), days, 1)
    (wrong,) = virtual_kits(load_workplace(office(sensor_faults=script), "o.yaml"), days, 1)
    changed = np.flatnonzero(sound.readings[CO2] != wrong.readings[CO2])
    ten = 1_794_906_000_000  # 2026-11-17 10:00 in Paris
    assert ten < sound.instants[changed[0]] <= sound.instants[changed[-1]] <= ten + 3_600_000
    assert np.unique(wrong.readings[CO2][changed[0] : changed[-1]]).size == 1
    missing = np.isnan(wrong.readings[QuantityId("temperature")])
    assert sound.instants[missing].min() == pytest.approx(ten + 23 * 3_600_000, abs=60_000)
    assert missing[-1]


@pytest.mark.parametrize(
    ("kit", "told"),
    [
        (
            {"sensor_faults": [{"quantity": "co", "kind": "stuck", "day": 1, "from": "10:00"}]},
            r'sensor_faults\[0\]\.quantity is "co"; expected a channel of vigie-sim \(co2, ',
        ),
        (
            {"sensor_faults": [{"quantity": "co2", "kind": "stuck", "day": 2, "from": "10:00", "to": "09:00"}]},
            "ends before it starts",
        ),
        (
            {"sensor_faults": [{"quantity": "co2", "kind": "spike", "day": 1, "from": "10:00"}]},
            r"sensor_faults\[0\]\.size is 0, so that this spike changes nothing; say how far",
        ),
        (
            {"sensor_faults": [{"quantity": "co2", "kind": "stuck", "day": 1, "from": "10:00", "to_day": 2}]},
            r"to_day is 2 without a time",
        ),
        ({"sensor_faults": [{"quantity": "co2", "kind": "dead", "day": 1, "from": "10:00"}]}, "dead"),
        ({"sound": "samples", "sampling": 1}, "sound is samples with a sampling every 1 s; expected at least 2 s"),
    ],
)
def test_a_fault_that_cannot_be_is_told(kit: dict[str, object], told: str) -> None:
    with pytest.raises(WorkplaceError, match=told):
        load_workplace(office(**kit), "o.yaml")
