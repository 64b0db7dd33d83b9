"""Temperature and relative humidity in a housing that its own electronics warm."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.humid_air import saturation_pressure
from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import Surroundings
from firmware_sim.sensors.tolerance import Piece, Tolerance, drawn

HEATING_UP = 1200.0
"""Time in which a kit switched on reaches 63 % of its own warming [s]: engineering estimate, a housing like a palm."""


@dataclass(frozen=True, slots=True)
class Climate:
    """One type of thermometer and hygrometer.

    Attributes
    ----------
    warming : float
        How much warmer the sensor is than the air, less what the firmware takes off for it: standard deviation from
        one kit to the next [K].
    """

    temperature: Tolerance
    humidity: Tolerance
    warming: float


CLIMATE: Mapping[Grade, Climate] = {
    # ± 0.5 °C, ± 4 %: Aosong DHT22 class
    Grade.BASIC: Climate(
        Tolerance(0.0, 0.25, 0.0, 0.06, 600.0, 1, -20.0, 60.0, offset_drift=0.0005),
        Tolerance(0.0, 2.2, 0.0, 0.3, 60.0, 0, 0.0, 100.0, offset_drift=0.003),
        0.35,
    ),
    # ± 0.2 °C, ± 2 %: Sensirion SHT31, in a housing that takes five minutes; drift: the catalog's
    Grade.STANDARD: Climate(
        Tolerance(0.0, 0.15, 0.0, 0.03, 300.0, 2, -20.0, 60.0, offset_drift=0.0001),
        Tolerance(0.0, 1.4, 0.0, 0.15, 60.0, 1, 0.0, 100.0, offset_drift=0.001),
        0.14,
    ),
    # ± 0.1 °C, ± 1 %: Sensirion SHT35 and SHT45, with forced air around them
    Grade.REFERENCE: Climate(
        Tolerance(0.0, 0.07, 0.0, 0.02, 120.0, 2, -20.0, 60.0, offset_drift=0.00005),
        Tolerance(0.0, 0.8, 0.0, 0.1, 30.0, 1, 0.0, 100.0, offset_drift=0.0005),
        0.05,
    ),
}


def read_temperature(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of air temperature [°C] of one kit, which is a little warmer than the air.

    Parameters
    ----------
    true : array
        Air temperature where the kit hangs [°C].
    """
    kind = CLIMATE[grade]
    own = own_warming(true.size, around.step, kind.warming * drawn(rng))
    piece = Piece.made(kind.temperature, rng)
    return piece.reported(piece.seen(true, around.step) + own, rng.normal(size=true.size))


def read_humidity(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of relative humidity [%] of one kit: that of the air at the sensor's own temperature.

    Parameters
    ----------
    true : array
        Relative humidity where the kit hangs [%].

    Notes
    -----
    The same water in warmer air is a lower relative humidity: RH·e_s(t)/e_s(t + own warming).
    """
    kind = CLIMATE[grade]
    own = own_warming(true.size, around.step, kind.warming * drawn(rng))
    rng = rng.spawn(1)[0]  # the warming is that of the thermometer beside it, nothing else is
    piece = Piece.made(kind.humidity, rng)
    at_sensor = at_own_temperature(true, around.of("temperature"), own)
    return piece.reported(piece.seen(at_sensor, around.step), rng.normal(size=true.size))


def own_warming(size: int, step: float, final: float) -> Floats:
    """How much warmer than the air a sensor is [K] at equal steps [s] after the kit was switched on."""
    return np.asarray(final * -np.expm1(-np.arange(size) * (step / HEATING_UP)))


def at_own_temperature(humidity: Floats, temperature: Floats, warming: Floats) -> Floats:
    """Relative humidity [%] of the same air once it is ``warming`` [K] warmer than ``temperature`` [°C]."""
    return np.asarray(humidity * saturation_pressure(temperature) / saturation_pressure(temperature + warming))
