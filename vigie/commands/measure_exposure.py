"""``vigie measure noise-exposure``, ``iso9612`` and ``levels``: occupational noise from levels and durations."""

import json
import math
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.iso9612 import Sampled, TaskBased
    from dsp.noise import Stay
    from vigie.level_log import LevelSummary

ObjectOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_DURATION = re.compile(r"(?:(?P<hours>\d+(?:[.,]\d+)?)\s*h)?\s*(?:(?P<minutes>\d+(?:[.,]\d+)?)\s*(?:min|mn|m)?)?")
_ACTION_VALUES = (80.0, 85.0)
"""Lower and upper daily action value of L_EX,8h [dB(A)] (Code du travail, R4431-2)."""
_PROTECTED_LIMIT = 87.0
"""Exposure limit under the protector [dB(A)] (Code du travail, R4431-2 and R4431-3)."""


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("noise-exposure")(noise_exposure)
    app.command("iso9612")(iso9612)
    app.command("levels")(levels)


def noise_exposure(
    stays: Annotated[
        list[str] | None,
        typer.Argument(metavar="LEVEL:TIME...", help="Level in dB(A) and time in it, e.g. 95:2h 85:1h30 100:15min."),
    ] = None,
    week: Annotated[
        str | None, typer.Option("--week", metavar="LEVELS", help='L_EX,8h of each day worked, e.g. "90,82,85,79,88".')
    ] = None,
    as_json: ObjectOption = False,
) -> None:
    """Daily level, dose and how long one may stay in each noise; or the weekly level of several days.

    Example: vigie measure noise-exposure 90:4h 85:2h 80:2h
    """
    if bool(stays) == (week is not None):
        raise UsageError("give either levels with times (95:2h 85:30min) or --week with daily levels, not both")
    if week is not None:
        _tell_week(
            [_level(text, "--week") for text in re.split(r"[;\s]+|,(?=\s*\d{2})", week.strip()) if text], as_json
        )
    else:
        _tell_day([_stay(text) for text in stays or ()], as_json)


def iso9612(
    plan: Annotated[
        Path, typer.Argument(metavar="FILE", help="What was measured: strategy, instrument, levels (YAML).")
    ],
    as_json: ObjectOption = False,
) -> None:
    """Daily level of a worker from a professional's measurements (ISO 9612), with its uncertainty budget.

    Example: vigie measure iso9612 examples/iso9612/welders.yaml
    """
    from dsp.iso9612 import TaskBased
    from vigie.noise_plan import read_plan

    result = read_plan(plan)
    if as_json:
        _print(_result_object(result))
        return
    if isinstance(result, TaskBased):
        _tell_tasks(result)
    else:
        sys.stdout.write(
            f"L_Aeq of the samples      {result.laeq:.1f} dB(A)\n"
            f"scatter of the samples    {result.u1:.1f} dB, adds c1·u1 = {result.c1u1:.1f} dB\n"
        )
    _tell_result(result)


def levels(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The log of a sound level meter: CSV or Parquet.")],
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", metavar="FILE", help="Which column is what (TOML).")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Of times without an offset; any will do here.")
    ] = None,
    as_json: ObjectOption = False,
) -> None:
    """What the log of a sound level meter comes to: L_eq by energy, highest level, L1 to L99, L10 - L90.

    Example: vigie measure levels det_global_1000ms_semicolon_1dec.csv --mapping examples/cirrus/mapping.toml
    """
    from ingest.mapping import Hints
    from vigie.level_log import summarise_log

    if not file.is_file():
        what = "is a folder" if file.is_dir() else "no such file"
        raise UsageError(f"{file}: {what}; expected the log of a sound level meter")
    found = summarise_log(file, mapping, Hints(timezone=timezone or (None if mapping else "UTC")))
    if as_json:
        _print({summary.quantity: _summary_object(summary) for summary in found})
    else:
        for summary in found:
            _tell_summary(summary)


def _tell_day(stays: "list[Stay]", as_json: bool) -> None:
    from dsp import noise

    day = noise.daily_exposure_level(stays)
    worked = sum(stay.hours for stay in stays)
    reach = {limit: [noise.longest_stay(stay.level, limit) for stay in stays] for limit in _ACTION_VALUES}
    if as_json:
        _print(
            {
                "laeq": noise.combined_level(stays),
                "hours": worked,
                "lex_8h": day,
                "dose_80_percent": noise.dose(stays, 80.0),
                "dose_85_percent": noise.dose(stays, 85.0),
                "sound_exposure_pa2h": noise.sound_exposure(stays),
                "stays": [
                    {
                        "level": stay.level,
                        "hours": stay.hours,
                        "hours_to_80": reach[80.0][i],
                        "hours_to_85": reach[85.0][i],
                    }
                    for i, stay in enumerate(stays)
                ],
            }
        )
        return
    sys.stdout.write(
        f"L_Aeq over {_time(worked):<13} {noise.combined_level(stays):6.1f} dB(A)\n"
        f"L_EX,8h                  {day:6.1f} dB(A)\n"
        f"dose, 85 dB(A) = 100 %   {noise.dose(stays, 85.0):6.0f} %   (3 dB exchange rate)\n"
        f"sound exposure           {noise.sound_exposure(stays):6.2f} Pa²·h\n"
    )
    for i, stay in enumerate(stays):
        sys.stdout.write(
            f"alone in {stay.level:g} dB(A), 80 dB(A) is reached after {_time(reach[80.0][i])}, 85 after "
            f"{_time(reach[85.0][i])}\n"
        )
    sys.stdout.write("Typed levels carry no uncertainty here; measured ones do: vigie measure iso9612.\n")


def _tell_week(days: list[float], as_json: bool) -> None:
    from dsp.noise import weekly_exposure_level

    level = weekly_exposure_level(days)
    if as_json:
        _print({"days": days, "lex_40h": level})
        return
    sys.stdout.write(
        f"L_EX,40h over {len(days)} {'day' if len(days) == 1 else 'days'}   {level:.1f} dB(A)\n"
        "The weekly level may stand in for the daily one only where exposure differs markedly from day to day, after\n"
        "telling the labour inspectorate, and up to 87 dB(A) (Code du travail, R4431-4).\n"
    )


def _tell_tasks(result: "TaskBased") -> None:
    from vigie.output import Sheet, print_sheet

    rows = [
        [
            budget.task.name,
            f"{budget.task.duration.hours:g} h",
            str(len(budget.task.levels)),
            f"{budget.laeq:.1f}",
            f"{budget.lex_8h:.1f}",
            f"{budget.c1a:.3f}",
            f"{budget.u1a:.2f}",
            f"{budget.c1b:.2f}",
            f"{budget.u1b:.2f}",
        ]
        for budget in result.tasks
    ]
    columns = ("task", "time", "n", "L_Aeq dB(A)", "adds L_EX dB(A)", "c1a", "u1a dB", "c1b dB/h", "u1b h")
    print_sheet(Sheet("Tasks of the nominal day", columns, rows))
    for budget in result.tasks:
        for remark in budget.remarks:
            sys.stdout.write(f"{budget.task.name}: {remark.value}\n")


def _tell_result(result: "TaskBased | Sampled") -> None:
    from dsp.iso9612 import TaskBased

    sys.stdout.write(
        f"L_EX,8h = {result.lex_8h:.1f} dB(A), u = {result.u:.1f} dB, U = {result.expanded:.1f} dB "
        "(one-sided 95 %, k = 1.65)\n"
    )
    if not isinstance(result, TaskBased):
        for remark in result.remarks:
            sys.stdout.write(f"{remark.value}\n")
    for limit in _ACTION_VALUES:
        sys.stdout.write(f"action value {limit:g} dB(A): {_verdict(result.lex_8h, result.expanded, limit)}\n")
    sys.stdout.write(
        f"the limit of {_PROTECTED_LIMIT:g} dB(A) holds under the hearing protector: this value does not decide it\n"
    )


def _verdict(level: float, expanded: float, limit: float) -> str:
    over, under = _sum(level, expanded, limit), _sum(level, -expanded, limit)
    if level + expanded < limit:
        return f"below, with 95 % confidence ({over})"
    if level - expanded >= limit:
        return f"reached, with 95 % confidence ({under})"
    return (
        f"cannot be said to be below ({over})" if level < limit else f"reached, but not with 95 % confidence ({under})"
    )


def _sum(level: float, change: float, limit: float) -> str:
    """The sum in as many digits as it takes to come out right, on its own side of the limit."""
    total = level + change
    for digits in (1, 2, 3):
        shown = round(total, digits)
        adds_up = math.isclose(round(level, digits) + round(change, digits), shown, abs_tol=1e-9)
        if adds_up and (shown < limit) == (total < limit):
            break
    return f"{level:.{digits}f} {'−' if change < 0 else '+'} {abs(change):.{digits}f} = {total:.{digits}f}"


def _result_object(result: "TaskBased | Sampled") -> dict[str, object]:
    from dsp.iso9612 import TaskBased

    shared: dict[str, object] = {
        "lex_8h": result.lex_8h,
        "u": result.u,
        "expanded_uncertainty": result.expanded,
        "remarks": [remark.value for remark in result.remarks],
    }
    if not isinstance(result, TaskBased):
        return shared | {"laeq": result.laeq, "u1": result.u1, "c1u1": result.c1u1}
    return shared | {
        "tasks": [
            {
                "name": budget.task.name,
                "hours": budget.task.duration.hours,
                "levels": list(budget.task.levels),
                "laeq": budget.laeq,
                "lex_8h": budget.lex_8h,
                "c1a": budget.c1a,
                "c1b": budget.c1b,
                "u1a": budget.u1a,
                "u1b": budget.u1b,
                "remarks": [remark.value for remark in budget.remarks],
            }
            for budget in result.tasks
        ]
    }


def _tell_summary(summary: "LevelSummary") -> None:
    sys.stdout.write(
        f"{summary.quantity}: {summary.readings} readings every {summary.period:g} s, {summary.duration:g} s, "
        f"coverage {100 * summary.coverage:.0f} %\n"
    )
    if summary.left_out:
        from catalog.quantities import quantity

        known = quantity(summary.quantity)
        possible = f"{known.physical_low:g} to {known.physical_high:g} {known.unit}"
        sys.stdout.write(f"  {summary.left_out} more left out: outside {possible}\n")
    if summary.leq is not None:
        named = "  ".join(f"L{share} {level:.1f}" for share, level in summary.exceeded.items())
        spread = summary.exceeded[10] - summary.exceeded[90]
        sys.stdout.write(f"  L_eq {summary.leq:.2f}  highest {summary.highest:.1f} {summary.unit}\n  {named}\n")
        sys.stdout.write(f"  L10 − L90 {spread:.1f} dB (of the logged levels, one every {summary.period:g} s)\n")
    else:
        sys.stdout.write(f"  highest {summary.highest:.1f} {summary.unit}\n")


def _summary_object(summary: "LevelSummary") -> dict[str, object]:
    found = asdict(summary)
    exceeded = found.pop("exceeded")
    found.pop("quantity")
    found |= {f"l{share}": level for share, level in exceeded.items()}
    if exceeded:
        found["l10_l90"] = exceeded[10] - exceeded[90]
    return found


def _print(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def _stay(text: str) -> "Stay":
    from dsp.noise import Stay

    level, separator, time = text.partition(":")
    hours = _duration(time.strip()) if separator else None
    if hours is None:
        raise UsageError(f'"{text}": expected LEVEL:TIME with the time as 2h, 1h30 or 15min, e.g. 95:2h')
    return Stay(_level(level, text), hours)


def _duration(text: str) -> float | None:
    """Hours; None when it is no time."""
    found = _DURATION.fullmatch(text)
    if not text or found is None or (found["hours"] is None and not text.rstrip().endswith(("min", "mn", "m"))):
        return None
    hours, minutes = (float((found[part] or "0").replace(",", ".")) for part in ("hours", "minutes"))
    return hours + minutes / 60.0


def _level(text: str, place: str) -> float:
    try:
        level = float(text.strip().replace(",", "."))
    except ValueError:
        level = -1.0
    if not 0.0 <= level <= 200.0:
        raise UsageError(f'"{place}": "{text.strip()}" is no level; expected dB(A) from 0 to 200')
    return level


def _time(hours: float) -> str:
    """Hours as a person says them."""
    if hours > 24.0:
        return "more than a day"
    minutes = round(60.0 * hours)
    if minutes < 10:
        return f"{60.0 * hours:.1f} min"
    return (
        f"{minutes} min"
        if minutes < 60
        else f"{minutes // 60} h {minutes % 60:02d}"
        if minutes % 60
        else f"{minutes // 60} h"
    )
