"""``vigie measure mould``: how long a room's air was damp enough for mould, and how cold a surface had to be."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import FromOption, ToOption, WorkspaceOption, number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.heat.mould import MouldTime
    from vigie.air_of_rooms import RoomAir


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("mould")(mould)


def mould(
    kit: Annotated[str | None, typer.Option("--kit", metavar="KIT", help="Readings of this kit.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", metavar="ZONE", help="Readings of every kit of a zone.")] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Readings of a CSV or Parquet file.")
    ] = None,
    since: FromOption = None,
    until: ToOption = None,
    u_humidity: Annotated[
        float, typer.Option("--u-humidity", parser=number, metavar="%", help="Standard uncertainty of the humidity.")
    ] = 3.0,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", "-m", metavar="FILE", help="Which column of the file is what (TOML).")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Of the file's times, e.g. Europe/Paris.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON array, one object a kit.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Time the air was over the humidity mould needs, and how cold a surface had to be to be that damp.

    Example: vigie measure mould --kit uci-office-1 --from 2015-02-04 --to 2015-02-10
    """
    if sum(given is not None for given in (kit, zone, file)) != 1:
        raise UsageError("name one of --kit KIT, --zone ZONE or --file FILE")
    if not 0 <= u_humidity <= 20:
        raise UsageError(f"--u-humidity is {u_humidity:g}; expected 0 to 20")
    from dsp.heat.mould import mould_time
    from vigie.air_of_rooms import air_as_asked, air_of_zone
    from vigie.measured_series import Asked

    if zone is not None:
        rooms = air_of_zone(workspace, zone, since, until)
    else:
        rooms = air_as_asked(Asked(kit, file, mapping, timezone, since, until, None, workspace))
    found = [mould_time(room.temperature, room.humidity, u_humidity) for room in rooms]
    if as_json:
        objects = [_object(room, each) for room, each in zip(rooms, found, strict=True)]
        sys.stdout.write(json.dumps(objects, ensure_ascii=False, indent=2) + "\n")
        return
    for room, each in zip(rooms, found, strict=True):
        _tell(room, each, u_humidity)
    sys.stdout.write(
        "Mould takes weeks over the curve. A sensor in the room knows its air, not its walls:"
        " measure the coldest surface.\n"
    )


def _tell(room: "RoomAir", found: "MouldTime", u_humidity: float) -> None:
    longest = "none"
    if found.longest is not None:
        since, until = (_local(end, room) for end in (found.longest.start, found.longest.end))
        longest = f"{found.longest.length / 3_600_000:.1f} h, {since} to {until}"
    sys.stdout.write(
        f"{room.name}\n"
        f"judged            {found.measured / 3600:.1f} h\n"
        f"over the curve    {found.over:.1%} of it ({found.over_low:.1%} to {found.over_high:.1%}"
        f" with the humidity {1.645 * u_humidity:.1f} % lower and higher, 1.645 u)\n"
        f"longest run       {longest}\n"
        f"80 % on surfaces  {found.surface_mean:.1f} °C and colder on average,"
        f" {found.surface_p95:.1f} °C for one twentieth of the time\n"
    )
    if found.outside:
        sys.stdout.write(f"not judged        {found.outside / 3600:.1f} h: outside 0 to 50 °C or 0 to 100 %\n")


def _object(room: "RoomAir", found: "MouldTime") -> dict[str, object]:
    longest = found.longest
    return {
        "source": room.name,
        "measured_s": found.measured,
        "outside_s": found.outside,
        "over": found.over,
        "over_low": found.over_low,
        "over_high": found.over_high,
        "longest_s": 0.0 if longest is None else longest.length / 1000,
        "longest_start": None if longest is None else _iso(longest.start),
        "longest_end": None if longest is None else _iso(longest.end),
        "surface_mean": found.surface_mean,
        "surface_p95": found.surface_p95,
    }


def _iso(instant: int) -> str:
    from vigie.times import as_datetime

    return as_datetime(instant).strftime("%Y-%m-%dT%H:%M:%SZ")


def _local(instant: int, room: "RoomAir") -> str:
    from zoneinfo import ZoneInfo

    from vigie.times import as_datetime

    return as_datetime(instant).astimezone(ZoneInfo(room.timezone)).strftime("%Y-%m-%d %H:%M")
