"""``vigie measure ventilation``, ``icone`` and ``voc``: the air of a room over time."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import FromOption, ToOption, WorkspaceOption, number
from vigie.errors import RefusedError, UsageError

if TYPE_CHECKING:
    from dsp.air.co2 import Icone
    from dsp.air.outdoor_co2 import Baseline
    from dsp.air.ventilation import Room
    from dsp.air.voc import Peaks
    from vigie.air_changes import FollowedRoom
    from vigie.measured_series import MeasuredSeries

ObjectOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
KitOption = Annotated[str | None, typer.Option("--kit", metavar="KIT", help="Readings of this kit of the workspace.")]
FileOption = Annotated[
    Path | None, typer.Option("--file", metavar="FILE", help="Readings of a CSV or Parquet file; needs no workspace.")
]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", "-m", metavar="FILE", help="Which column of the file is what (TOML).")
]
TimezoneOption = Annotated[
    str | None, typer.Option("--timezone", metavar="ZONE", help="Of the file's times, e.g. Europe/Paris.")
]
HoursOption = Annotated[
    str | None,
    typer.Option("--hours", metavar="FROM-TO", help="When people are there, Monday to Friday, e.g. 09:00-17:00."),
]
OutdoorOption = Annotated[
    float | None,
    typer.Option(
        "--outdoor", parser=number, metavar="PPM", help="CO2 measured outdoors; else the kit's own low point."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    for verb in (ventilation, icone, voc):
        app.command(verb.__name__)(verb)


def ventilation(
    kit: KitOption = None,
    file: FileOption = None,
    since: FromOption = None,
    until: ToOption = None,
    method: Annotated[
        str, typer.Option("--method", metavar="NAME", help="decay (after people left) or build-up (after they came).")
    ] = "decay",
    volume: Annotated[
        float | None, typer.Option("--volume", parser=number, metavar="M3", help="Of the room: gives a flow.")
    ] = None,
    people: Annotated[
        int | None, typer.Option("--people", metavar="N", help="With --volume, the source of a build-up.")
    ] = None,
    outdoor: OutdoorOption = None,
    hours: HoursOption = None,
    mapping: MappingOption = None,
    timezone: TimezoneOption = None,
    as_json: ObjectOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Air change of a room from CO2: every decay in the time nobody is there, or one build-up.

    Example: vigie measure ventilation --kit uci-office-1 --from 2015-02-04 --to 2015-02-10 --volume 110
    """
    from dsp.air.ventilation import Room
    from vigie.air_changes import followed_decays, told_baseline
    from vigie.measured_series import Asked, measured_series

    if method not in ("decay", "build-up"):
        raise UsageError(f'--method is "{method}"; expected decay or build-up')
    if people is not None and (volume is None or method != "build-up"):
        raise UsageError("--people is the source of a build-up in a known room; add --method build-up and --volume M3")
    room = Room(volume) if volume is not None else None
    read = measured_series(Asked(kit, file, mapping, timezone, since, until, hours, workspace), "co2")
    told = None if outdoor is None else told_baseline(outdoor)
    found = followed_decays(read, told) if method == "decay" else [_build_up(read, told, room, people)]
    bases = list(dict.fromkeys(each.outdoor for each in found if each.outdoor is not None))
    if as_json:
        _print(
            {
                "source": read.name,
                "method": method,
                "caveat": next((base.caveat for base in bases if base.caveat), None),
                "results": [_followed_object(each, room) for each in found],
            }
        )
    else:
        _tell_ventilation(read, bases, found, room)
    if not any(_is_found(each) for each in found):
        raise RefusedError(
            f"{read.name}: no air change; the conditions of the method do not hold anywhere in that time"
        )


def icone(
    over_1000: Annotated[
        float | None,
        typer.Option("--over-1000", parser=number, metavar="SHARE", help="Of 10-minute means in (1000, 1700] ppm."),
    ] = None,
    over_1700: Annotated[
        float | None,
        typer.Option("--over-1700", parser=number, metavar="SHARE", help="Of 10-minute means above 1700 ppm."),
    ] = None,
    kit: KitOption = None,
    file: FileOption = None,
    since: FromOption = None,
    until: ToOption = None,
    hours: HoursOption = None,
    mapping: MappingOption = None,
    timezone: TimezoneOption = None,
    as_json: ObjectOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Air stuffiness index ICONE (0 to 5) of occupied time, from readings or from two shares.

    Example: vigie measure icone --over-1000 0.2 --over-1700 0.1
    """
    from dsp.air import co2

    if over_1000 is not None or over_1700 is not None:
        if kit is not None or file is not None:
            raise UsageError("give either the two shares or readings (--kit, --file), not both")
        _tell_icone(co2.icone(over_1000 or 0.0, over_1700 or 0.0), as_json)
        return
    from vigie.measured_series import Asked, measured_series

    read = measured_series(Asked(kit, file, mapping, timezone, since, until, hours, workspace), "co2")
    if not read.occupied:
        raise UsageError("nobody said when people are there; add --hours 09:00-17:00")
    found = co2.measured_icone(read.series, read.occupied)
    if as_json:
        _print(
            {
                "source": read.name,
                **_icone_object(found.icone),
                "valid": not found.problem,
                "problem": found.problem or None,
                "low": found.low.index,
                "high": found.high.index,
                "means": found.seen,
                "means_expected": found.blocks,
            }
        )
    else:
        _tell_icone(found.icone, as_json=False)
        missing = (
            "" if found.seen == found.blocks else f"; with the missing ones {found.low.index} to {found.high.index}"
        )
        sys.stdout.write(f"{found.seen} of {found.blocks} ten-minute means of the occupied time were seen{missing}\n")
        sys.stdout.write("The schedule is taken at its word: empty hours in it make the index better than it is.\n")
    if found.problem:
        raise RefusedError(f"{read.name}: not a valid ICONE: {found.problem}")


def voc(
    kit: KitOption = None,
    file: FileOption = None,
    quantity: Annotated[
        str, typer.Option("--quantity", "-q", metavar="NAME", help="tvoc, voc_index or formaldehyde.")
    ] = "tvoc",
    since: FromOption = None,
    until: ToOption = None,
    mapping: MappingOption = None,
    timezone: TimezoneOption = None,
    as_json: ObjectOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Peaks of VOC over the room's own baseline: when something happened, never how much of what.

    Example: vigie measure voc --kit atelier-7 -q tvoc --from 2026-03-16 --to 2026-03-20
    """
    from catalog.quantities import quantity as quantity_named
    from dsp.air.voc import MEANING, PeakRule, peaks
    from vigie.measured_series import Asked, measured_series

    if quantity not in ("tvoc", "voc_index", "formaldehyde"):
        raise UsageError(f'--quantity is "{quantity}"; expected tvoc, voc_index or formaldehyde')
    read = measured_series(Asked(kit, file, mapping, timezone, since, until, None, workspace), quantity)
    measured = quantity_named(quantity)
    found = peaks(read.series, PeakRule(floor=3.0 * measured.instrument.absolute))
    if as_json:
        listed = [{**asdict(peak), "start": _iso(peak.start), "end": _iso(peak.end)} for peak in found.peaks]
        _print(
            {
                "source": read.name,
                "quantity": quantity,
                "meaning": MEANING,
                "judged": found.judged,
                "share_in_peaks": found.share,
                "peaks": listed,
            }
        )
    else:
        _tell_peaks(read, found, measured.unit)


def _build_up(
    read: "MeasuredSeries", told: "Baseline | None", room: "Room | None", people: int | None
) -> "FollowedRoom":
    from dsp.air.build_up import Source
    from dsp.air.ventilation import OFFICE_GENERATION
    from vigie.air_changes import followed_build_up

    source = Source(people, OFFICE_GENERATION, room) if people is not None and room is not None else None
    return followed_build_up(read, told, source)


def _is_found(each: "FollowedRoom") -> bool:
    from dsp.air.ventilation import AirChange

    return isinstance(each.followed.result, AirChange)


def _followed_object(each: "FollowedRoom", room: "Room | None") -> dict[str, object]:
    from dsp.air.ventilation import Refusal

    stretch, result = each.followed.stretch, each.followed.result
    outdoor = {
        "outdoor": each.outdoor.value if each.outdoor else None,
        "u_outdoor_co2": each.outdoor.uncertainty if each.outdoor else None,
    }
    if isinstance(result, Refusal):
        return {
            "start": _iso(stretch.start),
            "end": _iso(stretch.end),
            "air_change": None,
            **outdoor,
            "refused": result.ground.value,
            "reason": result.says,
        }
    return {
        "start": _iso(result.start),
        "end": _iso(result.end),
        "air_change": result.rate,
        "uncertainty": result.uncertainty,
        "u_fit": result.u_fit,
        "u_outdoor": result.u_outdoor,
        **outdoor,
        "u_source": result.u_source,
        "r_squared": result.r_squared,
        "points": result.points,
        "start_co2": result.start_co2,
        "end_co2": result.end_co2,
        "flow_m3_h": room.flow(result.rate) if room else None,
        "u_flow_m3_h": room.flow(result.uncertainty) if room else None,
        "refused": None,
        "reason": None,
    }


def _tell_ventilation(
    read: "MeasuredSeries", bases: "list[Baseline]", found: "list[FollowedRoom]", room: "Room | None"
) -> None:
    from dsp.air.ventilation import Refusal
    from vigie.output import Sheet, print_sheet

    rows = []
    for each in found:
        stretch, result = each.followed.stretch, each.followed.result
        outside = f"{each.outdoor.value:.0f}" if each.outdoor else "?"
        if isinstance(result, Refusal):
            rows.append([_local(stretch.start, read), _local(stretch.end, read), "–", "", "", "", outside, result.says])
            continue
        flow = f"{room.flow(result.rate):.0f} ± {room.flow(2 * result.uncertainty):.0f}" if room else ""
        rows.append(
            [
                _local(result.start, read),
                _local(result.end, read),
                f"{result.rate:.2f} ± {2 * result.uncertainty:.2f}",
                flow,
                f"{result.r_squared:.3f}",
                str(result.points),
                outside,
                f"CO2 {result.start_co2:.0f} → {result.end_co2:.0f} ppm",
            ]
        )
    columns = ["from", "to", "air change 1/h", "flow m³/h", "R²", "points", "outdoor ppm", "what"]
    print_sheet(Sheet(f"Air change of {read.name}, ± is twice the standard uncertainty", columns, rows))
    if bases:
        low, high = (f"{end(base.value for base in bases):.0f}" for end in (min, max))
        said = low if low == high else f"{low} to {high} (of the week of each row)"
        sys.stdout.write(f"Outdoor CO2 {said} ± {2 * bases[0].uncertainty:.0f} ppm")
        sys.stdout.write(f": {bases[0].caveat}.\n" if bases[0].caveat else ", as told.\n")


def _tell_icone(found: "Icone", as_json: bool) -> None:
    from dsp.air.co2 import ICONE_WORDS_EN, ICONE_WORDS_FR

    if as_json:
        _print(_icone_object(found))
        return
    sys.stdout.write(
        f"ICONE {found.index} of 5: confinement {ICONE_WORDS_FR[found.index]} ({ICONE_WORDS_EN[found.index]});"
        f" {found.unrounded:.2f} before rounding\n"
        f"{found.over_1000:.0%} of the ten-minute means in (1000, 1700] ppm, {found.over_1700:.0%} above 1700 ppm\n"
    )


def _icone_object(found: "Icone") -> dict[str, object]:
    from dsp.air.co2 import ICONE_WORDS_FR

    return {
        "icone": found.index,
        "unrounded": found.unrounded,
        "confinement": ICONE_WORDS_FR[found.index],
        "over_1000": found.over_1000,
        "over_1700": found.over_1700,
    }


def _tell_peaks(read: "MeasuredSeries", found: "Peaks", unit: str) -> None:
    from dsp.air.voc import MEANING
    from vigie.output import Sheet, print_sheet

    if found.peaks:
        area = "area" if unit == "1" else f"area {unit}·h"
        rows = [
            [
                _local(peak.start, read),
                _local(peak.end, read),
                f"{peak.height:.1f} ×",
                f"{peak.area / 3600:.4g}",
                "yes" if peak.cut else "no",
            ]
            for peak in found.peaks
        ]
        print_sheet(Sheet(f"Peaks of {read.name} over its own baseline", ["from", "to", "height", area, "cut"], rows))
    sys.stdout.write(
        f"{len(found.peaks)} peaks, {found.share:.1%} of the time judged;"
        f" {found.judged:.0%} of the time seen had a baseline\n"
        f"{MEANING.capitalize()}.\n"
    )


def _iso(instant: int) -> str:
    from vigie.times import as_datetime

    return as_datetime(instant).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant % 1000:03d}Z"


def _local(instant: int, read: "MeasuredSeries") -> str:
    from zoneinfo import ZoneInfo

    from vigie.times import as_datetime

    return as_datetime(instant).astimezone(ZoneInfo(read.timezone)).strftime("%Y-%m-%d %H:%M")


def _print(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
