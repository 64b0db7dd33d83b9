"""``vigie measure light``: a luxmeter's grid, or what the kits of a zone saw while people were there."""

import json
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import FromOption, ToOption, WorkspaceOption, number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dsp.light import Uniformity
    from vigie.light_of_zone import KitLight, ZoneLight

ObjectOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_BRIGHTEST = 200_000.0
"""[lx]: more than the sun gives."""
_EXPANDED = 2.0
"""What stands after ±: nine values in ten lie within."""


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("light")(light)


def light(
    grid: Annotated[
        str | None, typer.Option("--grid", metavar="LUX", help='Luxmeter values, e.g. "520,480,610,300".')
    ] = None,
    required: Annotated[
        float | None,
        typer.Option("--required", parser=number, metavar="LUX", help="Mean asked for, e.g. 500 by EN 12464-1."),
    ] = None,
    minimum: Annotated[
        float | None,
        typer.Option("--minimum", parser=number, metavar="LUX", help="Least at any point, e.g. 120 by R4223-4."),
    ] = None,
    uniformity: Annotated[
        float | None,
        typer.Option("--uniformity", parser=number, metavar="U0", help="Least lowest / mean; default: 0.6, of a task."),
    ] = None,
    general: Annotated[
        float | None,
        typer.Option("--general", parser=number, metavar="LUX", help="General lighting of the room around the grid."),
    ] = None,
    u_luxmeter: Annotated[
        float,
        typer.Option(
            "--u-luxmeter", parser=number, metavar="SHARE", help="Relative standard uncertainty of the luxmeter."
        ),
    ] = 0.05,
    length: Annotated[
        float | None, typer.Option("--length", parser=number, metavar="M", help="Of an area: where to measure.")
    ] = None,
    width: Annotated[float | None, typer.Option("--width", parser=number, metavar="M", help="Of that area.")] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="ZONE", help="What the kits of this zone saw instead of a grid.")
    ] = None,
    artificial_only: Annotated[
        float | None,
        typer.Option(
            "--artificial-only", parser=number, metavar="LUX", help="What the lamps alone give, for the daylight share."
        ),
    ] = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: ObjectOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Points of a luxmeter's grid with their uncertainty, where to measure them, or what a zone's kits saw.

    Example: vigie measure light --grid "520,480,610,300,450,500" --required 500 --minimum 120
    """
    if (length is None) != (width is None):
        raise UsageError("--length and --width go together; give both sides of the area in metres")
    ways = [name for name, given in (("--grid", grid), ("--zone", zone), ("--length", length)) if given is not None]
    if len(ways) != 1:
        raise UsageError(
            f"{' and '.join(ways) or 'nothing'} given; expected one of --grid LUX, --zone ZONE, --length M --width M"
        )
    if length is not None and width is not None:
        _tell_points(length, width, as_json)
    elif grid is not None:
        _tell_grid(grid, required, minimum, uniformity, general, u_luxmeter, as_json)
    else:
        from vigie.light_of_zone import light_of_zone

        found = light_of_zone(workspace, zone or "", since, until, artificial_only)
        if as_json:
            _print(_zone_object(found))
        else:
            _tell_zone(found)


def _tell_points(length: float, width: float, as_json: bool) -> None:
    from dsp.light import measuring_grid

    found = measuring_grid(length, width)
    if as_json:
        _print({"spacing": found.spacing, "along": found.along, "across": found.across})
        return
    sys.stdout.write(
        f"{length:g} × {width:g} m: {found.along} × {found.across} points,"
        f" no more than {found.spacing:.2f} m apart (EN 12464-1)\n"
    )


def _tell_grid(
    grid: str,
    required: float | None,
    minimum: float | None,
    uniformity: float | None,
    general: float | None,
    u_luxmeter: float,
    as_json: bool,
) -> None:
    from dsp.light import TASK_UNIFORMITY, is_balanced, task_to_general
    from dsp.light import uniformity as measured

    for option, asked in (("--required", required), ("--minimum", minimum), ("--general", general)):
        if asked is not None and not 0.0 < asked <= _BRIGHTEST:
            raise UsageError(f"{option} is {asked:g}; expected lux, above 0 to {_BRIGHTEST:.0f}")
    if uniformity is None:
        uniformity = TASK_UNIFORMITY
    if not 0.0 < uniformity <= 1.0:
        raise UsageError(f"--uniformity is {uniformity:g}; expected a share, above 0 to 1")
    found = measured(_grid(grid), u_luxmeter)
    ratio = None if general is None else task_to_general(found.mean, general)
    rows = {"uniformity": _against(found.ratio, found.u_ratio, uniformity)}
    if required is not None:
        rows["mean"] = _against(found.mean, found.u_mean, required)
    if minimum is not None:
        rows["minimum"] = _against(found.minimum, found.u_minimum, minimum)
    if as_json:
        balanced = None if ratio is None else is_balanced(ratio)
        _print({**_uniformity_object(found), "task_to_general": ratio, "balanced": balanced, "verdicts": rows})
        return
    sys.stdout.write(
        f"points      {found.points}\n"
        f"mean        {found.mean:6.0f} ± {_EXPANDED * found.u_mean:.0f} lx"
        f"{_asked(required, ' lx', rows.get('mean'))}\n"
        f"lowest      {found.minimum:6.0f} ± {_EXPANDED * found.u_minimum:.0f} lx"
        f"{_asked(minimum, ' lx', rows.get('minimum'))}\n"
        f"uniformity  {found.ratio:6.2f} ± {_EXPANDED * found.u_ratio:.2f}"
        f"{_asked(uniformity, '', rows['uniformity'])}\n"
        "± is k = 2, the luxmeter's own uncertainty included\n"
    )
    if ratio is not None:
        said = "within" if is_balanced(ratio) else "outside"
        sys.stdout.write(f"to general  {ratio:6.1f}          {said} 1 to 5 (R4223-6)\n")


def _grid(text: str) -> list[float]:
    """Values apart by commas (decimal points), or by semicolons (decimal commas too)."""
    stripped = text.strip()
    apart = r"[;\s]+" if ";" in stripped else r"[,\s]+"
    if ";" not in stripped and re.search(r"\d,\d", stripped) and re.search(r"\d\s+\d|,\s", stripped):
        raise UsageError(
            f'--grid "{stripped}" has commas with and without a blank: between values or decimal commas?'
            ' Write semicolons between the values, e.g. "520;480,5;610"'
        )
    parts = [part for part in re.split(apart, stripped) if part]
    for place, part in enumerate(parts, 1):
        if not re.fullmatch(r"\d{1,7}([.,]\d+)?", part):
            raise UsageError(f'--grid, value {place}, is "{part}"; expected lux such as 520 or 520.5, commas between')
    return [float(part.replace(",", ".")) for part in parts]


def _against(value: float, uncertainty: float, limit: float) -> str:
    from catalog.limits import Comparator
    from rules.decision import decide

    said = decide(value, uncertainty, limit, Comparator.BELOW).decision.value
    return {"exceedance_indicated": "under it", "no_exceedance_indicated": "reached"}.get(said, "inconclusive")


def _asked(limit: float | None, unit: str, verdict: str | None) -> str:
    return "" if limit is None else f"   asked: {limit:g}{unit}: {verdict}"


def _uniformity_object(found: "Uniformity") -> dict[str, object]:
    return {
        "points": found.points,
        "mean": found.mean,
        "u_mean": found.u_mean,
        "minimum": found.minimum,
        "u_minimum": found.u_minimum,
        "uniformity": found.ratio,
        "u_uniformity": found.u_ratio,
    }


def _tell_zone(found: "ZoneLight") -> None:
    from dsp.light_time import LEVELS
    from vigie.output import Sheet, print_sheet

    rows = [
        [
            each.kit,
            each.since.isoformat(),
            f"{each.time.measured / 3600:.1f} ({each.time.coverage:.0%})",
            f"{each.time.minimum:.0f}",
            f"{each.time.p5:.0f}",
            f"{each.time.p10:.0f} ± {_EXPANDED * each.u_p10:.0f}",
            f"{each.time.median:.0f} ± {_EXPANDED * each.u_median:.0f}",
            f"{each.time.p90:.0f}",
            *(f"{share:.0%}" for share in each.time.below),
            "?" if each.daylight is None else f"≥ {int(100 * each.daylight)}%",
        ]
        for each in found.kits
    ]
    columns = ["kit", "since", "hours seen", "minimum", "P5", "P10", "median", "P90"]
    columns += [f"under {level:g}" for level in LEVELS] + ["daylight"]
    print_sheet(Sheet(f"Light in {found.zone} while people were there (lx; ± is k = 2)", columns, rows))
    if found.uniformity is not None:
        even = found.uniformity
        sys.stdout.write(
            f"Uniformity of {even.points} kits' means: {even.ratio:.2f} ± {_EXPANDED * even.u_ratio:.2f} (k = 2);"
            " a hint, a luxmeter's grid is the finding.\n"
        )
    for remark in found.remarks:
        sys.stdout.write(f"{remark}\n")


def _zone_object(found: "ZoneLight") -> dict[str, object]:
    return {
        "zone": found.zone,
        "kits": [_kit_object(each) for each in found.kits],
        "uniformity": None if found.uniformity is None else _uniformity_object(found.uniformity),
        "remarks": list(found.remarks),
    }


def _kit_object(each: "KitLight") -> dict[str, object]:
    from dsp.light_time import LEVELS

    time = each.time
    return {
        "kit": each.kit,
        "since": each.since.isoformat(),
        "measured_s": time.measured,
        "coverage": time.coverage,
        "minimum": time.minimum,
        "p5": time.p5,
        "p10": time.p10,
        "u_p10": each.u_p10,
        "median": time.median,
        "u_median": each.u_median,
        "p90": time.p90,
        "below": _named(LEVELS, time.below),
        "dark": each.dark,
        "daylight_at_least": each.daylight,
    }


def _named(levels: "Sequence[float]", shares: "Sequence[float]") -> dict[str, float]:
    return {f"{level:g}": share for level, share in zip(levels, shares, strict=True)}


def _print(answer: "Mapping[str, object]") -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
