"""Slow, obvious twins of the sound level meter: SciPy's filters over the whole signal at once."""

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, lfilter, resample_poly, sosfilt

from dsp.sound.weighting import weightings

Samples = npt.NDArray[np.float64]
P0 = 20e-6


def level(mean_square: float) -> float:
    """Level re 20 µPa of a mean square in Pa²."""
    return float(10 * np.log10(mean_square / P0**2))


def at_rest(pressure: Samples, rate: int) -> Samples:
    """The signal without the offset it begins with, the mean of its first 0.5 s."""
    return pressure - pressure[: rate // 2].mean()


def weighted(pressure: Samples, rate: int, curve: str) -> Samples:
    """The signal after A, C or Z, section by section."""
    return np.asarray(sosfilt(getattr(weightings(rate), curve), pressure))


def time_weighted(signal: Samples, rate: int, tau: float) -> Samples:
    """Mean square with an exponential memory of tau."""
    share = -np.expm1(-1 / (rate * tau))
    return np.asarray(lfilter([share], [1, share - 1], signal**2))


def third_octave(pressure: Samples, rate: int, middle: float) -> float:
    """Level of one third octave, filtered at four times the rate where the band is high, never below the rate."""
    if middle > rate / 10:
        pressure, rate = resample_poly(pressure, 4, 1), rate * 4
    edges = [middle * 10**-0.049, middle * 10**0.049]
    return level(float(np.mean(sosfilt(butter(3, edges, "bandpass", fs=rate, output="sos"), pressure) ** 2)))
