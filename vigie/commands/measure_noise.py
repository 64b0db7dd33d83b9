"""``vigie measure noise``: the levels of a sound recording, as a sound level meter would tell them."""

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.soundlevel import SoundLevels
    from vigie.recording.calibration import FullScale
    from vigie.recording.files import SoundFile


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("noise")(noise)


def noise(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="WAV or FLAC, 44.1 kHz or more.")],
    full_scale_pa: Annotated[
        float | None,
        typer.Option(
            "--full-scale-pa", parser=number, metavar="PA", help="Sound pressure of the sample value 1.0, a peak value."
        ),
    ] = None,
    calibration: Annotated[
        list[Path] | None,
        typer.Option(
            "--calibration", metavar="FILE", help="Recording of a 1 kHz calibrator, same gain; twice: before and after."
        ),
    ] = None,
    calibrator: Annotated[
        float, typer.Option("--calibrator", parser=number, metavar="DB", help="Level of the calibrator.")
    ] = 94.0,
    channel: Annotated[
        int | None, typer.Option("--channel", metavar="N", help="Which of several channels, from 1.")
    ] = None,
    noise_floor: Annotated[
        float | None,
        typer.Option(
            "--noise-floor", parser=number, metavar="DB", help="A-weighted noise of the instrument itself: under range."
        ),
    ] = None,
    seconds: Annotated[
        Path | None,
        typer.Option("--seconds", metavar="FILE", help="Write LAeq, LAFmax, LCpeak of every second to a CSV file."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option("--start", metavar="WHEN", help="When it was recorded, for --seconds and vigie import."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Levels of a recording: LAeq, LCeq, LAFmax, LCpeak, percentiles, octaves and third octaves; no sound is kept.

    Example: vigie measure noise workshop.wav --calibration calibrator.wav --calibrator 94
    """
    from vigie.recording.calibration import full_scale
    from vigie.recording.files import open_sound
    from vigie.recording.seconds import seconds_file

    calibrations = calibration or []
    target = seconds_file(seconds, start, [file, *calibrations])
    sound = open_sound(file, channel)
    scale = full_scale(full_scale_pa, calibrations, calibrator, channel)
    levels = _measure(sound, scale.pressure, noise_floor)
    if target is not None:
        target.write(levels)
    if as_json:
        sys.stdout.write(json.dumps(as_object(levels, sound, scale), indent=2, allow_nan=False) + "\n")
    else:
        _tell(levels, sound, scale)


def _measure(sound: "SoundFile", pressure: float, noise_floor: float | None) -> "SoundLevels":
    from dsp.sound.weighting import SoundError, check_rate
    from dsp.soundlevel import FULL, SoundLevelMeter
    from vigie.compilation import announce_compilation
    from vigie.progress import bars

    floor = -math.inf if noise_floor is None else noise_floor
    full_sample = FULL if sound.bits is None else min(FULL, 1 - 2.0 ** (1 - sound.bits))
    try:
        check_rate(sound.sample_rate)
        announce_compilation()
        meter = SoundLevelMeter(sound.sample_rate, pressure, floor, full_sample)
        with bars() as progress:
            task = progress.add_task(sound.path.name, total=round(sound.frames / sound.sample_rate))
            for piece in sound.pieces():
                meter.feed(piece)
                progress.advance(task, piece.size / sound.sample_rate)
        return meter.result()
    except SoundError as error:
        raise UsageError(f"{sound.path}: {error}") from None


def as_object(levels: "SoundLevels", sound: "SoundFile", scale: "FullScale") -> dict[str, object]:
    """What ``--json`` prints; null for a level there is none of, with the reason in ``notes``."""
    from dsp.sound.bands import NOMINAL_OCTAVES, NOMINAL_THIRDS
    from dsp.soundlevel import PERCENTILES

    return {
        "file": str(sound.path),
        "channel": sound.channel,
        "sample_rate": sound.sample_rate,
        "full_scale_pa": scale.pressure,
        "calibration_drift": None if scale.drift is None else _number(scale.drift),
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
        "largest_sample": levels.largest_sample,
        "notes": _notes(levels, sound, scale),
    }


def _number(level: float) -> float | None:
    return round(level, 3) if math.isfinite(level) else None


def _notes(levels: "SoundLevels", sound: "SoundFile", scale: "FullScale") -> list[str]:
    from vigie.recording.remarks import remarks

    return [*scale.remarks, *remarks(levels, sound, scale.pressure)]


def _tell(levels: "SoundLevels", sound: "SoundFile", scale: "FullScale") -> None:
    from dsp.sound.bands import NOMINAL_OCTAVES, NOMINAL_THIRDS
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
    for note in _notes(levels, sound, scale):
        sys.stdout.write(f"{note}\n")
    drift = (
        ""
        if scale.drift is None or scale.drifted
        else f"; the calibrator reads {_text(scale.drift)} dB more after than before"
    )
    sys.stdout.write(
        f"Full scale is {scale.pressure:.4g} Pa{drift}. Percentiles: A-weighted Fast level every 10 ms, without the "
        "first 0.63 s. The filters add 0.1 dB at most; the uncertainty is that of the microphone and its calibration.\n"
    )


def _text(level: float) -> str:
    return f"{round(level, 1) + 0.0:.1f}" if math.isfinite(level) else "–"
