"""Full-scale pressure from the recording of an acoustic calibrator, refused where it is no steady tone."""

import math

import numpy as np
import numpy.typing as npt

from dsp.sound.weighting import SoundError, check_rate
from dsp.soundlevel import REFERENCE_PRESSURE, Samples

SHORTEST = 3.0
"""A shorter recording does not show that the tone is steady [s]."""

_TONE, _OFF_BY = 1000.0, 0.02
_STEADY = 0.2
_PURE = 0.9
_CLIPPED_RUN = 3
_FULL = 1.0 - 2.0**-15
_LOWEST, _HIGHEST = 80.0, 130.0
_FAINTEST = -80.0


def calibrate(samples: npt.ArrayLike, sample_rate: int, level: float) -> float:
    """Sound pressure of full scale, from a recording of a 1 kHz calibrator.

    Parameters
    ----------
    samples : array_like
        Shares of full scale, one channel, shape (n,), at least 3 s, the tone from its first to its last sample.
    sample_rate : int
        One of ``dsp.sound.weighting.SAMPLE_RATES`` [Hz].
    level : float
        Sound pressure level of the calibrator at the microphone [dB], mostly 94 or 114 (with the correction of its
        maker for the microphone, e.g. 93.8).

    Returns
    -------
    float
        Pressure of the sample value 1.0 [Pa].

    Raises
    ------
    SoundError
        Too short, clipped, too faint; frequency more than 2 % from 1 kHz; level that moves by more than 0.2 dB
        between half-seconds; less than 90 % of the energy from 500 Hz to 2 kHz in the tone.

    Notes
    -----
    Only the energy of the tone (1 kHz ± 5 %) counts, so that hum and rumble of the room do not. The level of the tone
    is taken from the spectrum of each half-second (Hann window), averaged as energy.

    References
    ----------
    IEC 60942 allows class 2 calibrators ± 2 % in frequency; IEC 61672-1:2013, 5.2 asks for such a check before use.

    Examples
    --------
    >>> tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(192_000) / 48_000)
    >>> print(f"{calibrate(tone, 48_000, 94.0):.2f}")
    14.18
    """
    check_rate(sample_rate)
    if not _LOWEST <= level <= _HIGHEST:
        raise SoundError(f"calibrator level {level:g} dB; expected that of a calibrator, mostly 94 or 114")
    tone = np.asarray(samples, np.float64)
    half = sample_rate // 2
    if tone.ndim != 1 or tone.size < SHORTEST * sample_rate:
        raise SoundError(f"the calibration lasts {tone.size / sample_rate:.3g} s; record at least {SHORTEST:g} s")
    if not np.isfinite(tone).all():
        raise SoundError("the calibration holds samples that are not numbers; record it again")
    if _longest_run(np.abs(tone) >= _FULL) >= _CLIPPED_RUN:
        raise SoundError("the calibration is clipped (samples at full scale); lower the gain and record again")
    spectra = _spectra(tone, half)
    frequency = np.asarray(np.fft.rfftfreq(half, 1 / sample_rate), np.float64)
    near = np.abs(frequency / _TONE - 1) <= 0.05
    around = (frequency >= 500) & (frequency <= 2000)
    _check_tone(spectra.mean(axis=0), frequency)
    energies = spectra[:, near].sum(axis=1)
    _check_pure(float(energies.sum() / spectra[:, around].sum()))
    _check_steady(energies)
    effective = math.sqrt(float(energies.mean()))
    return REFERENCE_PRESSURE * 10 ** (level / 20) / effective


def _spectra(tone: Samples, half: int) -> Samples:
    """Mean squares per line of every half-second."""
    pieces = tone[: tone.size // half * half].reshape(-1, half)
    window = np.hanning(half + 1)[:-1]
    lines = np.fft.rfft(pieces * window, axis=1)
    return np.asarray(2 * np.abs(lines) ** 2 / (half * np.sum(window**2)))


def _check_tone(spectrum: Samples, frequency: Samples) -> None:
    audible = frequency >= 50
    if 10 * math.log10(max(float(spectrum[audible].sum()), 1e-30)) < _FAINTEST:
        raise SoundError("the calibration holds no tone: it is as good as silent; was the calibrator on?")
    top = int(np.argmax(np.where(audible, spectrum, 0.0)))
    lines = slice(max(top - 2, 0), top + 3)
    found = float(np.average(frequency[lines], weights=spectrum[lines]))
    if abs(found / _TONE - 1) > _OFF_BY:
        raise SoundError(f"the loudest tone of the calibration is at {found:.0f} Hz; expected 1000 Hz within 2 %")


def _check_pure(share: float) -> None:
    if share < _PURE:
        raise SoundError(
            f"only {share:.0%} of the calibration's energy around 1 kHz is the tone; expected 90 % or more: "
            "record it in a quiet place, with the calibrator well seated"
        )


def _check_steady(energies: Samples) -> None:
    spread = 10 * math.log10(float(energies.max()) / max(float(energies.min()), 1e-30))
    if spread > _STEADY:
        raise SoundError(
            f"the calibration's level moves by {spread:.1f} dB; expected at most {_STEADY:g} dB: "
            "cut the recording to the steady tone"
        )


def _longest_run(marks: npt.NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marks.view(np.int8), [0]))))
    return int((edges[1::2] - edges[::2]).max(initial=0))
