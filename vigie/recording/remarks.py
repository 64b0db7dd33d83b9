"""What one must know beside the levels of a recording: what is missing, doubtful or hardly possible."""

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dsp.soundlevel import SoundLevels
    from vigie.recording.files import SoundFile

_SCATTER = 4.34
_SCATTER_TOLD = 1.0
_FAINTEST, _LOUDEST = 10.0, 140.0
"""LAeq outside these is hardly that of a workplace [dB]."""
_ABOVE_ROUNDING = 10.0
"""What is nearer to the noise of rounding is raised by it by more than 0.4 dB."""


def remarks(levels: "SoundLevels", sound: "SoundFile", pressure: float) -> list[str]:
    """What there is to say, the gravest first.

    Parameters
    ----------
    levels : SoundLevels
    sound : SoundFile
        Where they come from.
    pressure : float
        Of full scale [Pa].
    """
    return [*_range(levels), *_doubtful(levels, sound, pressure), *_bands(levels, sound)]


def _range(levels: "SoundLevels") -> list[str]:
    told = []
    if levels.over_range:
        told.append(
            f"OVER RANGE: clipped {levels.clipped_runs} times; the true levels, the peak most of all, are higher than "
            "these numbers by an unknown amount"
        )
    if levels.under_range:
        told.append("UNDER RANGE: LAeq is not above the instrument's own noise; the true level is at most this")
    if not math.isfinite(levels.laeq):
        told.append("digital silence: every sample is the same, so there is no level; was the microphone connected?")
    if levels.largest_sample > 1.0:
        told.append(
            f"the largest sample is {levels.largest_sample:.3g} times full scale, as floating-point numbers can be: "
            "counted as it is"
        )
    return told


def _doubtful(levels: "SoundLevels", sound: "SoundFile", pressure: float) -> list[str]:
    if not math.isfinite(levels.laeq):
        return []
    told = []
    if sound.announced > sound.frames:
        ends, announced = (count / sound.sample_rate for count in (sound.frames, sound.announced))
        told.append(
            f"the file ends after {ends:.1f} s of the {announced:.1f} s its header announces: was it copied whole?"
        )
    if not _FAINTEST <= levels.laeq <= _LOUDEST:
        told.append(
            f"LAeq {levels.laeq:.0f} dB is hardly that of a workplace: check full scale ({pressure:.4g} Pa; 94 dB is "
            "1 Pa) and that the calibration has the gain of the recording"
        )
    if sound.bits is not None:
        rounding = rounding_level(sound.bits, pressure)
        if levels.laeq < rounding + _ABOVE_ROUNDING:
            told.append(
                f"rounding to {sound.bits} bits makes a noise of {rounding:.0f} dB, less than 10 dB under LAeq: "
                "record with 24 bits or more gain"
            )
    return told


def rounding_level(bits: int, pressure: float) -> float:
    """Level of the noise that rounding to ``bits`` makes: an even spread over one step, q/√12, unweighted [dB].

    Examples
    --------
    >>> round(rounding_level(16, 20.0), 1)
    18.9
    """
    return 20 * math.log10(pressure * 2.0 ** (1 - bits) / math.sqrt(12) / 20e-6)


def _bands(levels: "SoundLevels", sound: "SoundFile") -> list[str]:
    from dsp.sound.bands import third_octaves

    told = []
    bands = third_octaves(sound.sample_rate)
    missing = [band.nominal for band in bands if not band.fits]
    if missing:
        told.append(f"no {', '.join(missing)} Hz band: it reaches beyond half the sample rate")
    scattered = [
        band.nominal
        for band in bands
        if _SCATTER / math.sqrt((band.upper - band.lower) * levels.duration) > _SCATTER_TOLD
    ]
    if scattered and math.isfinite(levels.laeq):
        told.append(
            f"third octaves up to {scattered[-1]} Hz: too short a recording; steady noise scatters by more than 1 dB"
        )
    return told
