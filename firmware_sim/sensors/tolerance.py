"""What every sensor has: a gain and an offset of its own, drift, noise, a response time, a range and so many digits."""

import math
from dataclasses import dataclass

import numpy as np

from firmware_sim.kernels import lag
from firmware_sim.rooms import Floats

SPREAD_LIMIT = 2.0
"""A sensor further out than this many standard deviations does not pass the incoming inspection."""

SECONDS_PER_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far sensors of one type are from the truth; spreads are standard deviations from one sensor to the next.

    Attributes
    ----------
    gain, offset : float
        Spread of the gain [1] and the offset [unit].
    gain_drift, offset_drift : float
        Spread of what they change by in a day [1/d, unit/d].
    noise_relative, noise_absolute : float
        Standard deviation from one reading to the next, as a share of the value and fixed [1, unit].
    response : float
        Time to follow 63 % of a step [s]; 0 for what is at once.
    decimals : int
        Digits after the decimal point the sensor reports.
    low, high : float
        Ends of the sensor's range: it reports nothing beyond [unit].
    """

    gain: float
    offset: float
    noise_relative: float
    noise_absolute: float
    response: float
    decimals: int
    low: float
    high: float
    gain_drift: float = 0.0
    offset_drift: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """One sensor as it came from the production line, for as long as it lives.

    Attributes
    ----------
    gain, offset : float
        On the first instant of the record [1, unit].
    gain_drift, offset_drift : float
        [1/d, unit/d]
    """

    tolerance: Tolerance
    gain: float
    offset: float
    gain_drift: float = 0.0
    offset_drift: float = 0.0

    @classmethod
    def made(cls, tolerance: Tolerance, rng: np.random.Generator) -> "Piece":
        """A sensor as it comes from the production line."""
        of = tolerance
        return cls(
            of,
            1.0 + drawn(rng) * of.gain,
            drawn(rng) * of.offset,
            drawn(rng) * of.gain_drift,
            drawn(rng) * of.offset_drift,
        )

    def seen(self, true: Floats, step: float) -> Floats:
        """What the sensor makes of a true signal at equal steps [s], before noise and digits.

        Notes
        -----
        (gain + gain drift · t) · (what has arrived of the signal) + offset + offset drift · t, t in days.
        """
        arrived = follow(true, self.tolerance.response, step)
        if self.gain_drift == 0.0 and self.offset_drift == 0.0:
            return arrived * self.gain + self.offset
        days = np.arange(true.size) * (step / SECONDS_PER_DAY)
        return np.asarray(arrived * (self.gain + self.gain_drift * days) + (self.offset + self.offset_drift * days))

    def reported(self, seen: Floats, noise: Floats) -> Floats:
        """What the sensor says of what it sees.

        Parameters
        ----------
        seen : array
            [unit]
        noise : array
            Standard normal numbers, one a reading.
        """
        of = self.tolerance
        relative, absolute = of.noise_relative, of.noise_absolute
        spread = np.hypot(relative * seen, absolute) if relative else absolute
        return to_digits(seen + noise * spread, of)


def drawn(rng: np.random.Generator) -> float:
    """A standard normal number within :data:`SPREAD_LIMIT`."""
    return min(max(float(rng.normal()), -SPREAD_LIMIT), SPREAD_LIMIT)


def to_digits(values: Floats, tolerance: Tolerance) -> Floats:
    """Values within a sensor's range, to its digits."""
    scale = 10.0**tolerance.decimals
    inside = np.clip(values, tolerance.low, tolerance.high)
    # adding zero turns -0.0 into 0.0, which a person would take for a fault
    return np.asarray(np.rint(inside * scale) / scale + 0.0)


def follow(true: Floats, response: float, step: float) -> Floats:
    """A first-order lag: what a sensor of response time ``response`` [s] shows of values at equal steps [s]."""
    if response <= 0.0 or true.size == 0:
        return true
    signal = np.ascontiguousarray(true, dtype=np.float64)
    shown = np.empty_like(signal)
    lag.follow(signal, float(signal[0]), math.exp(-step / response), shown)
    return shown
