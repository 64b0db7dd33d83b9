"""What a sensor makes of the truth: it is slow, a little off, a little noisy, and has so many digits."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from catalog.identifiers import QuantityId
from firmware_sim.rooms import Floats


@dataclass(frozen=True, slots=True)
class SensorType:
    """How far sensors of one type are from the truth.

    Attributes
    ----------
    gain_spread : float
        Standard deviation of the gain from one sensor to the next [1]; 0 for levels.
    offset_spread : float
        Standard deviation of the offset from one sensor to the next [unit].
    noise_relative, noise_absolute : float
        Standard deviation from one reading to the next, as a share of the value and fixed [1, unit].
    decimals : int
        Digits after the decimal point the sensor reports.
    response : float
        Time to follow 63 % of a step [s].
    low, high : float
        Ends of the sensor's range: it reports nothing beyond [unit].
    """

    gain_spread: float
    offset_spread: float
    noise_relative: float
    noise_absolute: float
    decimals: int
    response: float
    low: float
    high: float


SENSOR_TYPES: Mapping[QuantityId, SensorType] = {
    QuantityId(name): sensor
    for name, sensor in {
        "co2": SensorType(0.015, 15.0, 0.0, 6.0, 0, 60.0, 0.0, 10_000.0),
        "tvoc": SensorType(0.10, 10.0, 0.03, 1.0, 0, 20.0, 0.0, 60_000.0),
        "voc_index": SensorType(0.05, 2.0, 0.02, 0.0, 0, 20.0, 1.0, 500.0),
        "formaldehyde": SensorType(0.05, 4.0, 0.0, 2.0, 0, 120.0, 0.0, 10_000.0),
        "co": SensorType(0.03, 0.3, 0.0, 0.2, 1, 60.0, 0.0, 1_000.0),
        "pm1": SensorType(0.10, 0.5, 0.04, 0.2, 1, 10.0, 0.0, 10_000.0),
        "pm2_5": SensorType(0.10, 0.5, 0.04, 0.2, 1, 10.0, 0.0, 10_000.0),
        "pm4": SensorType(0.10, 0.5, 0.04, 0.2, 1, 10.0, 0.0, 10_000.0),
        "pm10": SensorType(0.10, 0.5, 0.04, 0.2, 1, 10.0, 0.0, 20_000.0),
        "laeq": SensorType(0.0, 0.5, 0.0, 0.1, 1, 0.0, 25.0, 130.0),
        "lafmax": SensorType(0.0, 0.5, 0.0, 0.2, 1, 0.0, 25.0, 135.0),
        "lcpeak": SensorType(0.0, 0.7, 0.0, 0.3, 1, 0.0, 40.0, 145.0),
        "illuminance": SensorType(0.05, 0.5, 0.01, 0.2, 0, 1.0, 0.0, 100_000.0),
        "temperature": SensorType(0.0, 0.15, 0.0, 0.03, 2, 300.0, -20.0, 60.0),
        "humidity": SensorType(0.0, 1.2, 0.0, 0.15, 1, 60.0, 0.0, 100.0),
        "pressure": SensorType(0.0, 0.5, 0.0, 0.03, 1, 1.0, 300.0, 1100.0),
    }.items()
}
"""Engineering estimates from typical data sheets, inside the catalog's default uncertainties; the place is apart."""

SPREAD_LIMIT = 2.0
"""A sensor further out than this many standard deviations does not pass the incoming inspection."""


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor: its type, and how this one differs from the ideal for as long as it lives."""

    type: SensorType
    gain: float
    offset: float

    @classmethod
    def made(cls, sensor_type: SensorType, rng: np.random.Generator) -> "Sensor":
        """A sensor as it comes from the production line."""
        gain, offset = np.clip(rng.normal(size=2), -SPREAD_LIMIT, SPREAD_LIMIT).tolist()
        return cls(sensor_type, 1.0 + gain * sensor_type.gain_spread, offset * sensor_type.offset_spread)

    def read(self, truth: Floats, step: float, rng: np.random.Generator) -> Floats:
        """Readings of a true signal.

        Parameters
        ----------
        truth : array
            Values at equal steps [unit].
        step : float
            [s]
        """
        noise = rng.normal(size=truth.size)
        seen = follow(truth, self.type.response, step) * self.gain + self.offset
        seen = seen + noise * np.hypot(self.type.noise_relative * seen, self.type.noise_absolute)
        clipped = np.clip(seen, self.type.low, self.type.high)
        # adding zero turns -0.0 into 0.0, which a person would take for a fault
        return np.asarray(np.round(clipped, self.type.decimals) + 0.0)


def follow(truth: Floats, response: float, step: float) -> Floats:
    """A first-order lag: what a sensor of response time ``response`` [s] shows of values at equal steps [s]."""
    if response <= 0.0:
        return truth
    left = float(np.exp(-step / response))
    shown = float(truth[0])
    out = []
    for value in truth.tolist():
        shown = value + (shown - value) * left
        out.append(shown)
    return np.array(out)
