"""``vigie readings | exposures | exceedances | quality | kits``: list, filter, export."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import (
    CsvOption,
    FromOption,
    JsonOption,
    KitOption,
    OutputOption,
    QuantityOption,
    ToOption,
    WorkspaceOption,
    ZoneOption,
    form_of,
)
from vigie.output import Form, Sheet, plain_sheet, show
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    import polars as pl

_TABLE_ROWS = 40
_NO_EXPOSURES = "No exposures. Compute them with vigie compute."

MeasureOption = Annotated[
    str | None, typer.Option("--measure", metavar="NAME", help="Only this measure: max_1h, lex_8h, mean…")
]
WindowOption = Annotated[
    str | None, typer.Option("--window", metavar="KIND", help="Only these windows: shift, day, week or campaign.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("readings")(readings)
    app.command("exposures")(exposures)
    app.command("exceedances")(exceedances)
    app.command("quality")(quality)
    app.command("kits")(kits)


def readings(
    kit: KitOption = None,
    zone: ZoneOption = None,
    quantity: QuantityOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """What sensors said, each reading once; a table shows the last ones, files and JSON hold all.

    Example: vigie readings --kit uci-office-1 -q co2 --from 2015-02-03 --to 2015-02-03 -o co2.parquet
    """
    from vigie.listing import Filter, readings_frame

    place = find_workspace(workspace)
    form = form_of(as_json, as_csv)
    frame = readings_frame(place, Filter(kit, zone, quantity, since, until))
    shown = frame.tail(_TABLE_ROWS) if form is Form.TABLE and output is None else frame
    title = f"{frame.height} readings" + (f", the last {shown.height}" if shown.height < frame.height else "")
    show(
        shown,
        form,
        output,
        nothing="No readings. Bring some with vigie import or vigie collect.",
        table=_sheet(place, title, "time", "kit", "quantity", "value", "unit", "flag"),
    )


def exposures(
    kit: KitOption = None,
    zone: ZoneOption = None,
    quantity: QuantityOption = None,
    measure: MeasureOption = None,
    window: WindowOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """What the readings mean for the people in a zone: value, coverage, uncertainty, limit, decision.

    Example: vigie exposures --zone office -q co2 --measure max_1h
    """
    from vigie.listing import Filter, exposures_frame
    from vigie.sheets import exposures_sheet

    place = find_workspace(workspace)
    frame = exposures_frame(place, Filter(kit, zone, quantity, since, until, measure, window))
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        nothing=_NO_EXPOSURES,
        table=lambda found: exposures_sheet(found, place.settings.service.timezone),
    )


def exceedances(
    kit: KitOption = None,
    zone: ZoneOption = None,
    quantity: QuantityOption = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """When a signal was beyond a limit during working time: start, end, peak, mean, dose.

    Example: vigie exceedances --zone office -q co2 --json
    """
    from vigie.listing import Filter, exceedances_frame

    place = find_workspace(workspace)
    frame = exceedances_frame(place, Filter(kit, zone, quantity, since, until))
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        nothing="No exceedance episodes.",
        table=_sheet(
            place,
            f"{frame.height} episodes, durations in seconds",
            *("zone", "quantity", "limit", "unit", "start", "end", "duration", "peak", "mean", "cut"),
        ),
    )


def quality(
    kit: KitOption = None,
    zone: ZoneOption = None,
    quantity: QuantityOption = None,
    test: Annotated[
        str | None, typer.Option("--test", metavar="NAME", help="Only this test: range, spike, flat_line, rate…")
    ] = None,
    flag: Annotated[str | None, typer.Option("--flag", metavar="FLAG", help="Only suspect, bad or missing.")] = None,
    since: FromOption = None,
    until: ToOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Which readings the quality tests flagged, test by test, in runs; computed with the exposures.

    Example: vigie quality --zone office --flag suspect
    """
    from vigie.listing import Filter, quality_frame

    place = find_workspace(workspace)
    frame = quality_frame(place, Filter(kit, zone, quantity, since, until), test, flag)
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        nothing="No reading is flagged. Flags are made by vigie compute.",
        table=_sheet(
            place,
            f"{frame.height} runs of flagged readings (flag 3 is suspect, 4 bad, 9 missing)",
            *("kit", "quantity", "test", "flag", "start", "end", "readings", "parameters"),
        ),
    )


def kits(
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Every kit: where it is, since when, what it last said, which channels are overdue for calibration.

    Example: vigie kits --json
    """
    from vigie.listing import kits_frame

    place = find_workspace(workspace)
    frame = kits_frame(place)
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        nothing="No kits. The registry names them: vigie registry import FILE.",
        table=_sheet(
            place, "Kits", "kit", "model", "zone", "since", "until", "state", "last_reading", "calibration_overdue"
        ),
    )


def _sheet(place: Workspace, title: str, *columns: str) -> "Callable[[pl.DataFrame], Sheet]":
    return lambda frame: plain_sheet(frame, columns, title, place.settings.service.timezone)
