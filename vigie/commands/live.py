"""``vigie live``: the shifts that are under way, as far as they have got."""

from typing import TYPE_CHECKING

import typer

from vigie.commands.options import (
    CsvOption,
    JsonOption,
    KitOption,
    OutputOption,
    QuantityOption,
    WorkspaceOption,
    ZoneOption,
    form_of,
)
from vigie.output import show
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    import polars as pl

    from vigie.output import Sheet


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("live")(live)


def live(
    kit: KitOption = None,
    zone: ZoneOption = None,
    quantity: QuantityOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Shifts under way: mean, 15-minute and 1-hour maxima, time beyond limits so far; as vigie run saved them last.

    Example: vigie live --zone office
    """
    from vigie.live_sheet import flat, live_frame, live_sheet
    from vigie.output import Form

    place = find_workspace(workspace)
    form = form_of(as_json, as_csv)
    frame = live_frame(place, kit, zone, quantity)

    def sheet(found: "pl.DataFrame") -> "Sheet":
        return live_sheet(found, place.settings.service.timezone)

    nested = output is None and form is Form.JSON
    show(
        frame if nested or (form is Form.TABLE and output is None) else flat(frame),
        form,
        output,
        nothing="No shift is under way, or nobody watches: vigie run and vigie collect keep the live measures.",
        table=sheet,
    )
