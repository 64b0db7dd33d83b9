"""Frequency weightings A, C and Z of IEC 61672-1 as second-order sections that are right up to 20 kHz.

A bilinear transform squeezes the double pole at 12.2 kHz: at 48 kHz it reads 6.2 dB low at 16 kHz. Here only the
low poles are transformed; the section for the high pole is fitted to the curve itself.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

Sections = npt.NDArray[np.float64]
"""Second-order sections, one a row: b0, b1, b2, 1, a1, a2, as SciPy has them."""

SAMPLE_RATES = (44_100, 48_000, 88_200, 96_000, 176_400, 192_000)
"""Rates [Hz] whose filters were checked; below 44.1 kHz the top third octaves of class 1 are not in the recording."""

_F1, _F2, _F3, _F4 = 20.598997, 107.65265, 737.86223, 12194.217
_A_1000, _C_1000 = -2.000, -0.062
_Z_CORNER = 1.0
_REFERENCE = 1000.0
_LOW_PASS = {
    44_100: (0.530663807872, 0.613976054588, 0.14929731119, 1.0, 0.506384768052, -0.212447594401),
    48_000: (0.497667536692, 0.643876497664, 0.172773467828, 1.0, 0.600867909909, -0.286550407725),
    88_200: (0.262790624216, 0.0752786318953, -0.00241842402856, 1.0, -0.841775725831, 0.177426557914),
    96_000: (0.235735621983, 0.0676586341825, -0.001778295468, 1.0, -0.901878400813, 0.203494361511),
    176_400: (0.0968391925809, 0.0276038233655, -0.000326466540694, 1.0, -1.29540110939, 0.4195176588),
    192_000: (0.084478200007, 0.0240582906032, -0.000268766202606, 1.0, -1.34192144749, 0.450189171898),
}
"""The section for the high pole by sample rate, up to a gain: fitted once (tests/dsp/low_pass_fit.py), since a fit made
anew on every processor ends in other last digits."""


class SoundError(ValueError):
    """A recording, rate or calibration no level can be told from; the message says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Weightings:
    """The three weightings at one sample rate, as they share their sections.

    Attributes
    ----------
    z : Sections
        One row: all frequencies, with what is below 1 Hz (the offset of a converter) taken away.
    c : Sections
        Two rows: the high-pass at 20.6 Hz, the fitted low-pass at 12.2 kHz.
    a : Sections
        Three rows: those of C, and the high-passes at 107.7 Hz and 737.9 Hz with the gain of A.
    """

    z: Sections
    c: Sections
    a: Sections


def check_rate(sample_rate: int) -> None:
    """Refuse a sample rate the filters were not checked for.

    Raises
    ------
    SoundError
        Below 44.1 kHz, or none of ``SAMPLE_RATES``.
    """
    if sample_rate in SAMPLE_RATES:
        return
    known = ", ".join(f"{rate / 1000:g}" for rate in SAMPLE_RATES)
    low = "its top is missing for class 1 weighting up to 16 kHz, and resampling does not bring it back"
    why = low if sample_rate < SAMPLE_RATES[0] else "not checked"
    raise SoundError(f"sample rate {sample_rate} Hz: {why}; record at 48 kHz (accepted: {known} kHz)")


def a_weighting(frequency: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """A-weighting of the design formula.

    Parameters
    ----------
    frequency : array_like
        Frequencies [Hz], above 0, any shape.

    Returns
    -------
    ndarray
        Weighting [dB], same shape.

    References
    ----------
    IEC 61672-1:2013, annex E.

    Examples
    --------
    >>> print(a_weighting([31.62278, 2511.886]).round(1))
    [-39.4   1.3]
    """
    f2 = np.square(np.asarray(frequency, np.float64))
    gain = _F4**2 * f2**2 / ((f2 + _F1**2) * np.sqrt(f2 + _F2**2) * np.sqrt(f2 + _F3**2) * (f2 + _F4**2))
    return np.asarray(20.0 * np.log10(gain) - _A_1000)


def c_weighting(frequency: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """C-weighting of the design formula.

    Parameters
    ----------
    frequency : array_like
        Frequencies [Hz], above 0, any shape.

    Returns
    -------
    ndarray
        Weighting [dB], same shape.

    References
    ----------
    IEC 61672-1:2013, annex E.

    Examples
    --------
    >>> print(c_weighting(7943.282).round(1))
    -3.0
    """
    f2 = np.square(np.asarray(frequency, np.float64))
    return np.asarray(20.0 * np.log10(_F4**2 * f2 / ((f2 + _F1**2) * (f2 + _F4**2))) - _C_1000)


@cache
def weightings(sample_rate: int) -> Weightings:
    """The digital weightings of one sample rate.

    Parameters
    ----------
    sample_rate : int
        One of ``SAMPLE_RATES`` [Hz].

    Returns
    -------
    Weightings
        Within 0.1 dB of the design formula from 10 Hz to 20 kHz (Z: from 10 Hz on, 0.04 dB low there).

    Raises
    ------
    SoundError
        A rate that is not among them.

    Notes
    -----
    High-passes: bilinear transform, each pole put at its own frequency. Low-pass at f4: |H|² is a rational function
    of x = sin²(πf/fs), of degree 2 for a second-order section. It was fitted to f4⁴/(f² + f4²)² up to 20.6 kHz in the
    largest error in dB, then split into the factors inside the unit circle; the coefficients stand in a table.

    References
    ----------
    IEC 61672-1:2013, 5.5 and annex E.
    """
    check_rate(sample_rate)
    low, high = _high_pass(_F1, _F1, sample_rate), np.array(_LOW_PASS[sample_rate])
    middle = _high_pass(_F2, _F3, sample_rate)
    c = np.stack([low, high])
    c[1, :3] *= 10 ** (c_weighting(_REFERENCE).item() / 20) / _gain(c, sample_rate)
    a = np.vstack([c, middle])
    a[2, :3] *= 10 ** (a_weighting(_REFERENCE).item() / 20) / _gain(a, sample_rate)
    pole = np.exp(-2 * np.pi * _Z_CORNER / sample_rate)
    z = np.array([[1.0, -1.0, 0.0, 1.0, -pole, 0.0]])
    z[0, :3] /= _gain(z, sample_rate)
    return Weightings(z, c, a)


def response(sections: Sections, frequency: npt.ArrayLike, sample_rate: float) -> npt.NDArray[np.float64]:
    """Gain of second-order sections.

    Parameters
    ----------
    sections : Sections
        Rows of b0, b1, b2, 1, a1, a2.
    frequency : array_like
        Frequencies [Hz].
    sample_rate : float
        [Hz]

    Returns
    -------
    ndarray
        Gain [dB], same shape as ``frequency``.
    """
    back = np.exp(-2j * np.pi * np.asarray(frequency, np.float64) / sample_rate)
    total = np.zeros(back.shape)
    for b0, b1, b2, _, a1, a2 in sections:
        total = total + 20 * np.log10(np.abs((b0 + back * (b1 + back * b2)) / (1 + back * (a1 + back * a2))))
    return np.asarray(total)


def _gain(sections: Sections, sample_rate: float) -> float:
    return float(10 ** (response(sections, _REFERENCE, sample_rate).item() / 20))


def _high_pass(first: float, second: float, sample_rate: float) -> Sections:
    poles = [(1 - np.tan(np.pi * f / sample_rate)) / (1 + np.tan(np.pi * f / sample_rate)) for f in (first, second)]
    return np.array([1.0, -2.0, 1.0, 1.0, -(poles[0] + poles[1]), poles[0] * poles[1]])
