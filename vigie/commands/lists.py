"""``vigie readings | exposures | exceedances | tickets | kits``: list, filter, export."""

from typing import Annotated

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
from vigie.output import Form, show
from vigie.workspace import find_workspace

_TABLE_ROWS = 40
_NO_EXPOSURES = "No exposures. Compute them with vigie compute."

MeasureOption = Annotated[
    str | None, typer.Option("--measure", metavar="NAME", help="Only this measure: max_1h, lex_8h, mean…")
]
WindowOption = Annotated[
    str | None, typer.Option("--window", metavar="KIND", help="Only these windows: shift, day or campaign.")
]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("readings")(readings)
    app.command("exposures")(exposures)
    app.command("exceedances")(exceedances)
    app.command("tickets")(tickets)
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
    show(
        shown,
        form,
        output,
        title=f"{frame.height} readings" + (f", the last {shown.height}" if shown.height < frame.height else ""),
        nothing="No readings. Bring some with vigie import or vigie collect.",
        columns=("time", "kit", "quantity", "value", "unit", "flag"),
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

    place = find_workspace(workspace)
    frame = exposures_frame(place, Filter(kit, zone, quantity, since, until, measure, window))
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        title=f"{frame.height} exposures",
        nothing=_NO_EXPOSURES,
        columns=(
            "zone",
            "quantity",
            "measure",
            "window_kind",
            "start",
            "value",
            "unit",
            "uncertainty",
            "coverage",
            "limit",
            "decision",
        ),
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
        title=f"{frame.height} episodes",
        nothing="No exceedance episodes.",
        columns=("zone", "quantity", "limit", "unit", "start", "end", "duration", "peak", "mean", "cut"),
    )


def tickets(
    zone: ZoneOption = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only proposed, validated, dismissed or closed ones.")
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """What somebody should do: proposals of the rules, and what professionals made of them.

    Example: vigie tickets --state proposed
    """
    from vigie.listing import tickets_frame

    frame = tickets_frame(find_workspace(workspace), zone, state)
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        title=f"{frame.height} tickets",
        nothing="No tickets.",
        columns=("id", "state", "kind", "zone", "title_fr", "priority", "simulated"),
    )


def kits(
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Every kit: where it is, since when, what it last said.

    Example: vigie kits --json
    """
    from vigie.listing import kits_frame

    frame = kits_frame(find_workspace(workspace))
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        title=f"{frame.height} kits",
        nothing="No kits. The registry names them: vigie registry import FILE.",
        columns=("kit", "model", "zone", "since", "until", "state", "last_reading"),
    )
