"""How many pascals full scale of a recording is: as typed, or from recordings of a calibrator."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vigie.errors import UsageError

_LOOKED_AT = 60
"""Seconds of a calibration that are looked at."""
_DRIFT = 0.5
"""Calibrations before and after that are further apart are told [dB]."""
_CALIBRATORS = (94.0, 104.0, 114.0, 124.0)
_CORRECTION = 1.0
"""Most that a microphone's correction takes from a calibrator's level [dB]."""


@dataclass(frozen=True, slots=True)
class FullScale:
    """Sound pressure of the sample value 1.0.

    Attributes
    ----------
    pressure : float
        [Pa]
    drift : float or None
        Calibration after against calibration before [dB].
    remarks : tuple of str
        What looks wrong about it.
    """

    pressure: float
    drift: float | None = None
    remarks: tuple[str, ...] = ()

    @property
    def drifted(self) -> bool:
        """Whether the two calibrations are so far apart that a remark says it."""
        return self.drift is not None and abs(self.drift) > _DRIFT


def full_scale(given: float | None, recordings: Sequence[Path], level: float, channel: int | None) -> FullScale:
    """The pressure that was typed, or that of one calibration, or of one before and one after.

    Raises
    ------
    UsageError
        Both, neither, not above 0, more than two calibrations, or one that is none.
    """
    if given is not None and recordings:
        raise UsageError("--full-scale-pa and --calibration exclude each other; choose one")
    if given is not None:
        return _typed(given)
    if not recordings:
        raise UsageError(
            "a recording alone has no sound level, only dB re full scale; add --full-scale-pa PA (pressure of the "
            "sample value 1.0) or --calibration FILE (recording of a calibrator with the same gain)"
        )
    return _recorded(recordings, level, channel)


def _typed(given: float) -> FullScale:
    if not 0 < given < math.inf:
        raise UsageError(f"--full-scale-pa {given:g}; expected a pressure above 0, in Pa")
    if given in _CALIBRATORS:
        remark = f"--full-scale-pa {given:g} is a pressure in Pa; was the level of a calibrator meant? Then give its "
        return FullScale(given, None, (remark + "recording: --calibration FILE",))
    return FullScale(given)


def _recorded(recordings: Sequence[Path], level: float, channel: int | None) -> FullScale:
    if len(recordings) > 2:
        raise UsageError(f"--calibration given {len(recordings)} times; expected one, or one before and one after")
    if len({path.resolve() for path in recordings}) < len(recordings):
        raise UsageError(f"--calibration {recordings[0]} given twice; expected one before and one after, or one")
    pressures = [_pressure(path, level, channel) for path in recordings]
    remarks = []
    if min(abs(level - usual) for usual in _CALIBRATORS) > _CORRECTION:
        remarks.append(f"--calibrator {level:g}: calibrators give 94, 104, 114 or 124 dB; all levels move with it")
    if len(pressures) == 1:
        return FullScale(pressures[0], None, tuple(remarks))
    # the more pascals full scale is, the less the calibrator reads
    drift = 20 * math.log10(pressures[0] / pressures[1])
    if abs(drift) > _DRIFT:
        remarks.append(f"the calibrator reads {drift:+.1f} dB after against before: levels are no surer than that")
    return FullScale(pressures[0], drift, tuple(remarks))


def _pressure(path: Path, level: float, channel: int | None) -> float:
    import numpy as np

    from dsp.sound.calibrator import calibrate
    from dsp.sound.weighting import SoundError
    from vigie.recording.files import open_sound

    sound = open_sound(path, channel)
    pieces, length = [], 0
    for piece in sound.pieces():
        pieces.append(piece)
        length += piece.size
        if length >= _LOOKED_AT * sound.sample_rate:
            break
    try:
        return calibrate(np.concatenate(pieces)[: _LOOKED_AT * sound.sample_rate], sound.sample_rate, level)
    except SoundError as error:
        raise UsageError(f"{path}: {error}") from None
