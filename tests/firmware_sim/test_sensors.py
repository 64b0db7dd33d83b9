"""Sensors err as their type says, and the same way every time."""

import math

import numpy as np
import pytest

from catalog.identifiers import QuantityId
from catalog.quantities import quantities
from firmware_sim.sensors import SENSOR_TYPES, Sensor, SensorType, follow

IDEAL = SensorType(0.0, 0.0, 0.0, 0.0, 1, 0.0, -1000.0, 1000.0)


def test_an_ideal_sensor_only_rounds() -> None:
    rng = np.random.default_rng(1)
    read = Sensor.made(IDEAL, rng).read(np.array([1.26, -0.04, 19.949]), 60.0, rng)
    assert read.tolist() == [1.3, 0.0, 19.9]
    assert math.copysign(1.0, read[1]) == 1.0


def test_a_slow_sensor_shows_63_percent_of_a_step_after_its_response_time() -> None:
    truth = np.concatenate(([0.0], np.ones(600)))
    shown = follow(truth, 60.0, 1.0)
    assert shown[60] == pytest.approx(1 - 1 / math.e, abs=1e-9)


def test_gain_and_offset_stay_the_same_for_the_life_of_a_sensor() -> None:
    sensor = Sensor(SensorType(0.0, 0.0, 0.0, 0.0, 3, 0.0, -1e9, 1e9), gain=1.02, offset=-5.0)
    read = sensor.read(np.array([0.0, 500.0, 1000.0]), 60.0, np.random.default_rng(0))
    np.testing.assert_allclose(read, [-5.0, 505.0, 1015.0], atol=1e-9)


def test_noise_has_the_stated_spread() -> None:
    sensor = Sensor(SensorType(0.0, 0.0, 0.03, 4.0, 6, 0.0, -1e9, 1e9), 1.0, 0.0)
    read = sensor.read(np.full(40_000, 100.0), 60.0, np.random.default_rng(5))
    assert read.std() == pytest.approx(math.hypot(3.0, 4.0), rel=0.02)
    assert read.mean() == pytest.approx(100.0, abs=0.1)


def test_a_sensor_reports_nothing_beyond_its_range() -> None:
    sensor = Sensor(SENSOR_TYPES[QuantityId("humidity")], 1.0, 0.0)
    assert sensor.read(np.full(50, 140.0), 60.0, np.random.default_rng(2)).max() == 100.0


def test_sensor_errors_stay_inside_what_the_catalog_declares() -> None:
    for name, sensor in SENSOR_TYPES.items():
        declared = quantities()[name]
        typical = {"co2": 1000.0, "tvoc": 500.0, "pressure": 1013.0, "formaldehyde": 50.0}.get(name, 50.0)
        own = math.hypot(sensor.gain_spread * typical, sensor.offset_spread)
        assert own <= declared.instrument.at(typical), name
        assert sensor.high <= declared.physical_high, name
