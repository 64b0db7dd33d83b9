"""``vigie readings | exposures | exceedances | tickets | kits``: list, filter, export."""

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    pass

_TABLE_ROWS = 40


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("readings")(readings)


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
    from vigie.listing import readings_frame

    place = find_workspace(workspace)
    form = form_of(as_json, as_csv)
    frame = readings_frame(place, kit=kit, zone=zone, quantity=quantity, since=since, until=until)
    if form is Form.TABLE and output is None:
        frame = frame.tail(_TABLE_ROWS)
    show(
        frame,
        form,
        output,
        title=f"Readings (the last {_TABLE_ROWS} at most)",
        nothing="No readings. Bring some with vigie import or vigie collect.",
        columns=("time", "kit", "quantity", "value", "unit", "flag"),
    )
