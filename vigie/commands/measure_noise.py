"""``vigie measure noise``: the levels of a sound recording, as a sound level meter would tell them."""

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.soundlevel import SoundLevels
    from vigie.sound_files import SoundFile

_CALIBRATION_AT_MOST = 60
"""Seconds of a calibration that are looked at."""
_SCATTER = 4.34
_LOW_BANDS = 1.0


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("noise")(noise)


def noise(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="WAV or FLAC, 44.1 kHz or more.")],
    full_scale_pa: Annotated[
        float | None,
        typer.Option("--full-scale-pa", metavar="PA", help="Sound pressure of the sample value 1.0, a peak value."),
    ] = None,
    calibration: Annotated[
        Path | None, typer.Option("--calibration", metavar="FILE", help="Recording of a 1 kHz calibrator, same gain.")
    ] = None,
    calibrator: Annotated[float, typer.Option("--calibrator", metavar="DB", help="Level of the calibrator.")] = 94.0,
    channel: Annotated[
        int | None, typer.Option("--channel", metavar="N", help="Which of several channels, from 1.")
    ] = None,
    noise_floor: Annotated[
        float | None,
        typer.Option("--noise-floor", metavar="DB", help="A-weighted noise of the instrument itself: under range."),
    ] = None,
    seconds: Annotated[
        Path | None, typer.Option("--seconds", metavar="FILE", help="Write LAeq of every second to a CSV file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Levels of a recording: LAeq, LCeq, LAFmax, LCpeak, percentiles, octaves and third octaves; no sound is kept.

    Example: vigie measure noise workshop.wav --calibration calibrator.wav --calibrator 94
    """
    from vigie.sound_files import open_sound

    sound = open_sound(file, channel)
    pressure = _full_scale(full_scale_pa, calibration, calibrator, channel)
    levels = _measure(sound, pressure, noise_floor)
    if seconds is not None:
        _write_seconds(levels, seconds)
    if as_json:
        sys.stdout.write(json.dumps(as_object(levels, sound, pressure), indent=2, allow_nan=False) + "\n")
    else:
        _tell(levels, sound, pressure)


def _full_scale(given: float | None, calibration: Path | None, level: float, channel: int | None) -> float:
    """Pressure of full scale [Pa]."""
    if given is not None and calibration is not None:
        raise UsageError("--full-scale-pa and --calibration exclude each other; choose one")
    if given is not None:
        if not 0 < given < math.inf:
            raise UsageError(f"--full-scale-pa {given:g}; expected a pressure above 0, in Pa")
        return given
    if calibration is None:
        raise UsageError(
            "a recording alone has no sound level, only dB re full scale; add --full-scale-pa PA (pressure of the "
            "sample value 1.0) or --calibration FILE (recording of a calibrator with the same gain)"
        )
    return _calibrated(calibration, level, channel)


def _calibrated(path: Path, level: float, channel: int | None) -> float:
    import numpy as np

    from dsp.calibrator import calibrate
    from dsp.weighting import SoundError
    from vigie.sound_files import open_sound

    sound = open_sound(path, channel)
    pieces, length = [], 0
    for piece in sound.pieces():
        pieces.append(piece)
        length += piece.size
        if length >= _CALIBRATION_AT_MOST * sound.sample_rate:
            break
    try:
        return calibrate(
            np.concatenate(pieces)[: _CALIBRATION_AT_MOST * sound.sample_rate], sound.sample_rate, level
        )  # fmt: skip
    except SoundError as error:
        raise UsageError(f"{path}: {error}") from None


def _measure(sound: "SoundFile", pressure: float, noise_floor: float | None) -> "SoundLevels":
    from dsp.soundlevel import SoundLevelMeter
    from dsp.weighting import SoundError, check_rate
    from vigie.compilation import announce_compilation
    from vigie.progress import bars

    try:
        check_rate(sound.sample_rate)
        announce_compilation()
        meter = SoundLevelMeter(sound.sample_rate, pressure, -math.inf if noise_floor is None else noise_floor)
        with bars() as progress:
            task = progress.add_task(sound.path.name, total=round(sound.frames / sound.sample_rate))
            for piece in sound.pieces():
                meter.feed(piece)
                progress.advance(task, piece.size / sound.sample_rate)
        return meter.result()
    except SoundError as error:
        raise UsageError(f"{sound.path}: {error}") from None


def as_object(levels: "SoundLevels", sound: "SoundFile", pressure: float) -> dict[str, object]:
    """What ``--json`` prints; null for a level there is none of, with the reason in ``notes``."""
    from dsp.bands import NOMINAL_OCTAVES, NOMINAL_THIRDS
    from dsp.soundlevel import PERCENTILES

    return {
        "file": str(sound.path),
        "channel": sound.channel,
        "sample_rate": sound.sample_rate,
        "full_scale_pa": pressure,
        "duration": levels.duration,
        "laeq": _number(levels.laeq),
        "lceq": _number(levels.lceq),
        "lzeq": _number(levels.lzeq),
        "lceq_minus_laeq": _number(levels.lceq - levels.laeq),
        "lae": _number(levels.lae),
        "lafmax": _number(levels.lafmax),
        "lasmax": _number(levels.lasmax),
        "lcpeak": _number(levels.lcpeak),
        **{f"l{share}": _number(levels.exceeded(share)) for share in PERCENTILES},
        "octaves": {name: _number(levels.octave(name)) for name in NOMINAL_OCTAVES},
        "third_octaves": {name: _number(levels.third(name)) for name in NOMINAL_THIRDS},
        "over_range": levels.over_range,
        "under_range": levels.under_range,
        "clipped_runs": levels.clipped_runs,
        "notes": _notes(levels, sound),
    }


def _number(level: float) -> float | None:
    return round(level, 3) if math.isfinite(level) else None


def _notes(levels: "SoundLevels", sound: "SoundFile") -> list[str]:
    """What one must know beside the numbers."""
    from dsp.bands import third_octaves

    notes = []
    if levels.over_range:
        notes.append(
            f"OVER RANGE: clipped {levels.clipped_runs} times; the true levels, the peak most of all, are higher than "
            "these numbers by an unknown amount"
        )
    if levels.under_range:
        notes.append("UNDER RANGE: LAeq is not above the instrument's own noise; the true level is at most this")
    if not math.isfinite(levels.laeq):
        notes.append("digital silence: every sample is zero, so there is no level; was the microphone connected?")
    bands = third_octaves(sound.sample_rate)
    missing = [band.nominal for band in bands if not band.fits]
    if missing:
        notes.append(f"no {', '.join(missing)} Hz band: it reaches beyond half the sample rate")
    scattered = [
        band.nominal for band in bands if _SCATTER / math.sqrt((band.upper - band.lower) * levels.duration) > _LOW_BANDS
    ]
    if scattered:
        notes.append(
            f"third octaves up to {scattered[-1]} Hz: too short a recording; steady noise scatters by more than 1 dB"
        )
    return notes


def _tell(levels: "SoundLevels", sound: "SoundFile", pressure: float) -> None:
    from dsp.bands import NOMINAL_OCTAVES, NOMINAL_THIRDS
    from dsp.soundlevel import PERCENTILES
    from vigie.output import Sheet, print_sheet

    said = (
        ("LAeq", levels.laeq, "equivalent level, A"),
        ("LCeq", levels.lceq, "equivalent level, C"),
        ("LZeq", levels.lzeq, "equivalent level, unweighted"),
        ("LCeq - LAeq", levels.lceq - levels.laeq, "much low frequency above 10 dB"),
        ("LAE", levels.lae, "exposure level, re 1 s"),
        ("LAFmax", levels.lafmax, "largest, Fast"),
        ("LASmax", levels.lasmax, "largest, Slow"),
        ("LCpeak", levels.lcpeak, "peak, C"),
        *((f"L{share}", levels.exceeded(share), f"exceeded {share} % of the time") for share in PERCENTILES),
    )
    title = f"{sound.path.name}: {levels.duration:.1f} s, {sound.sample_rate / 1000:g} kHz, channel {sound.channel}"
    print_sheet(Sheet(title, ("level", "dB", "what"), [(name, _text(value), what) for name, value, what in said]))
    octaves = dict(zip(NOMINAL_OCTAVES, levels.octaves, strict=True))
    rows = [
        (name, _text(level), _text(octaves[name]) if name in octaves else "")
        for name, level in zip(NOMINAL_THIRDS, levels.thirds, strict=True)
    ]
    print_sheet(Sheet("Bands, unweighted", ("Hz", "third octave", "octave"), rows))
    for note in _notes(levels, sound):
        sys.stdout.write(f"{note}\n")
    sys.stdout.write(
        f"Full scale is {pressure:.4g} Pa. Percentiles: A-weighted Fast level every 10 ms, without the first 0.63 s. "
        "The filters add 0.1 dB at most; the uncertainty is that of the microphone and its calibration.\n"
    )


def _text(level: float) -> str:
    return f"{round(level, 1) + 0.0:.1f}" if math.isfinite(level) else "–"


def _write_seconds(levels: "SoundLevels", target: Path) -> None:
    lines = ["second,laeq"]
    lines += [f"{i},{level:.3f}" if math.isfinite(level) else f"{i}," for i, level in enumerate(levels.laeq_per_second)]
    try:
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror or error})") from None
    sys.stderr.write(f"{len(lines) - 1} seconds written to {target}\n")
