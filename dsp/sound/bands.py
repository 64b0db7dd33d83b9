"""Octave and third-octave bands of IEC 61260-1, base ten: their frequencies, filters, and the bank that runs them."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dsp.kernels import sound_bands

Values = npt.NDArray[np.float64]

NOMINAL_THIRDS = (
    "12.5", "16", "20", "25", "31.5", "40", "50", "63", "80", "100", "125", "160", "200", "250", "315", "400", "500",
    "630", "800", "1000", "1250", "1600", "2000", "2500", "3150", "4000", "5000", "6300", "8000", "10000", "12500",
    "16000", "20000",
)  # fmt: skip
"""Nominal mid-band frequencies [Hz] of the third octaves."""

NOMINAL_OCTAVES = NOMINAL_THIRDS[1::3]
"""Nominal mid-band frequencies [Hz] of the octaves."""

_OCTAVES = len(NOMINAL_OCTAVES)
_LOWEST = -19
_HIGHEST_EDGE = 0.26
"""Largest upper edge of an octave as a share of the rate it is filtered at; above, the bilinear transform bends the
skirts of its bands so far that the lower one leaves class 1. At 44.1 and 48 kHz the top octave runs at twice the rate.
"""
_NARROWER = 0.98
"""A Butterworth filter lets through 4.7 % more of white noise than lies between its 3 dB points. These are put 2 %
closer together: bands of a broadband sound then add up to 0.1 dB more than the whole, and the octaves made of them
stay 0.16 dB inside class 1 (fully corrected, 4.5 %, they would leave it)."""
_TRACE = 1e-200
_TRANSITION = 0.033
_TAPS = 8


@dataclass(frozen=True, slots=True)
class Band:
    """A third octave and how it is filtered.

    Attributes
    ----------
    nominal : str
        Nominal mid-band frequency [Hz].
    middle, lower, upper : float
        Exact mid-band and edge frequencies [Hz].
    halvings : int
        How often the sample rate is halved before the filter; -1: it is doubled.
    gain : float
        Of the filter; 0 where the band does not fit under half the sample rate.
    poles : tuple of tuple
        a1 and a2 of its three sections (1 - z⁻²)/(1 + a1·z⁻¹ + a2·z⁻²).
    """

    nominal: str
    middle: float
    lower: float
    upper: float
    halvings: int
    gain: float
    poles: tuple[tuple[float, float], ...]

    @property
    def fits(self) -> bool:
        """Whether the whole band is under half the sample rate."""
        return self.gain > 0.0


def middle_of_third(number: int) -> float:
    """Exact mid-band frequency of a third octave.

    Parameters
    ----------
    number : int
        Counted from 1 kHz, 0.

    Returns
    -------
    float
        [Hz]

    References
    ----------
    IEC 61260-1:2014, 5.2 and 5.4: base ten, G = 10^(3/10).

    Examples
    --------
    >>> round(middle_of_third(13), 1)
    19952.6
    """
    return float(1000.0 * 10.0 ** (number / 10.0))


@cache
def third_octaves(sample_rate: int) -> tuple[Band, ...]:
    """The third-octave filters of one sample rate, 12.5 Hz to 20 kHz.

    Parameters
    ----------
    sample_rate : int
        [Hz]

    Returns
    -------
    tuple of Band
        One for each of ``NOMINAL_THIRDS``. At 44.1 kHz the 20 kHz band, which ends at 22.4 kHz, does not fit.

    Notes
    -----
    Butterworth band-passes of order 6 (bilinear transform; 3 dB points 2 % of a band closer together than its edges,
    so that bands add up to within 0.12 dB of the whole), each octave at a rate of about four times its upper edge;
    rates are halved and doubled by an elliptic half-band filter of two all-pass branches.

    References
    ----------
    IEC 61260-1:2014, table 1, class 1.
    """
    return tuple(_band(i, sample_rate) for i in range(3 * _OCTAVES))


def half_band_taps() -> Values:
    """All-pass coefficients of the filter before each halving: more than 80 dB from 0.2665 of the rate on.

    Notes
    -----
    Closed form of the elliptic half-band filter by theta functions of the transition width, 0.033 of the rate.

    References
    ----------
    R. A. Valenzuela, A. G. Constantinides: Digital signal processing schemes for efficient interpolation and
    decimation, IEE Proceedings G 130 (1983) 225-235, doi:10.1049/ip-g-1.1983.0044.
    """
    k = math.tan((1 - 2 * _TRANSITION) * math.pi / 4) ** 2
    root = (1 - k * k) ** 0.25
    e = 0.5 * (1 - root) / (1 + root)
    q = e * (1 + e**4 * (2 + e**4 * (15 + 150 * e**4)))
    return np.array([_tap(place, k, q) for place in range(1, _TAPS + 1)])


class Bank:
    """Mean squares of all third octaves of a signal that comes block by block.

    Parameters
    ----------
    sample_rate : int
        [Hz]
    block : int
        Most samples a block has.
    """

    def __init__(self, sample_rate: int, block: int) -> None:
        self._bands = third_octaves(sample_rate)
        self._halvings = tuple(self._bands[3 * octave].halvings for octave in range(_OCTAVES))
        depth = max(self._halvings)
        self._taps = half_band_taps()
        self._poles = np.array([band.poles for band in self._bands]).reshape(_OCTAVES, 9, 2)
        self._memory = np.zeros((_OCTAVES, 9, 2))
        self._sums = np.zeros((_OCTAVES, 3))
        self._double_memory = np.zeros(10)
        self._half_memory = np.zeros((depth, 12))
        self._counts = np.zeros(depth + 2, np.int64)
        self._doubled = np.empty(2 * block)
        self._halved = [np.empty(block // 2**level + 1) for level in range(1, depth + 1)]

    def feed(self, samples: Values) -> None:
        """Filter one block."""
        if self._halvings[-1] < 0:
            sound_bands.double(samples, self._taps, self._double_memory, self._doubled)
            self._filter(-1, self._doubled, 2 * samples.size)
        source, size = samples, samples.size
        self._filter(0, source, size)
        for level, target in enumerate(self._halved, start=1):
            size = sound_bands.halve(source, size, self._taps, self._half_memory[level - 1], target)
            source = target
            self._filter(level, source, size)
        for memory in (self._memory, self._half_memory, self._double_memory):
            forget_traces(memory)

    def _filter(self, halvings: int, signal: Values, size: int) -> None:
        self._counts[halvings] += size
        for octave, level in enumerate(self._halvings):
            if level == halvings:
                sound_bands.band_squares(signal, size, self._poles[octave], self._memory[octave], self._sums[octave])

    def thirds(self) -> Values:
        """Mean squares of the third octaves; NaN where a band does not fit under half the sample rate."""
        means = np.full(len(self._bands), np.nan)
        for i, band in enumerate(self._bands):
            count = self._counts[band.halvings]
            if band.fits:
                means[i] = self._sums[i // 3, i % 3] * band.gain**2 / count if count else 0.0
        return means

    def octaves(self) -> Values:
        """Mean squares of the octaves, each that of its three thirds together (meets class 1 as an octave filter)."""
        return np.asarray(self.thirds().reshape(_OCTAVES, 3).sum(axis=1))


def forget_traces(memory: Values) -> None:
    """Set what digital silence has left of a signal to zero: processors are slow with the smallest numbers."""
    memory[np.abs(memory) < _TRACE] = 0.0


def _band(index: int, sample_rate: int) -> Band:
    from scipy.signal import butter

    number = _LOWEST + index
    middle, half = middle_of_third(number), 10**0.05
    lower, upper = middle / half, middle * half
    octave_edge = middle_of_third(_LOWEST + 3 * (index // 3) + 2) * half
    halvings = math.floor(math.log2(_HIGHEST_EDGE * sample_rate / octave_edge))
    rate = sample_rate / 2.0**halvings
    if upper > sample_rate / 2:
        return Band(NOMINAL_THIRDS[index], middle, lower, upper, halvings, 0.0, ((0.0, 0.0),) * 3)
    inner = half**_NARROWER
    _, poles, gain = butter(3, [middle / inner, middle * inner], "bandpass", fs=rate, output="zpk")
    sections = tuple((float(-2 * pole.real), float(abs(pole) ** 2)) for pole in poles if pole.imag > 0)
    return Band(NOMINAL_THIRDS[index], middle, lower, upper, halvings, float(gain), sections)


def _tap(place: int, k: float, q: float) -> float:
    turn = place * math.pi / (2 * _TAPS + 1)
    above = q**0.25 * sum((-1) ** i * q ** (i * (i + 1)) * math.sin((2 * i + 1) * turn) for i in range(9))
    below = 0.5 + sum((-1) ** i * q ** (i * i) * math.cos(2 * i * turn) for i in range(1, 9))
    square = (above / below) ** 2
    x = math.sqrt((1 - square * k) * (1 - square / k)) / (1 + square)
    return float((1 - x) / (1 + x))
