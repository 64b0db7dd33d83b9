"""``vigie ticket explain``: why a ticket, from its words down to the readings, and the same computation once more."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import CsvOption, OutputOption, WorkspaceOption, form_of
from vigie.commands.ticket import TicketArgument, ticket_app
from vigie.errors import UsageError
from vigie.output import Form, Sheet, plain_sheet, show
from vigie.progress import counted
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    import polars as pl

    from catalog.kits import Deployment
    from vigie.explanation.explain import Explained

_TABLE_ROWS = 40


def register(_: typer.Typer) -> None:
    """Add the verb of this module to ``vigie ticket``."""
    ticket_app.command("explain")(explain_ticket)


def explain_ticket(
    ticket: TicketArgument,
    revision: Annotated[
        int | None, typer.Option("--revision", metavar="N", help="Of the ticket; default: the newest.")
    ] = None,
    window: Annotated[
        int | None, typer.Option("--window", metavar="N", help="Only this window, by its number on the page.")
    ] = None,
    readings: Annotated[
        bool, typer.Option("--readings", help="The readings behind the windows instead; -o keeps them in a file.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as one JSON object.")] = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Why a ticket: its rule, limit, windows, readings and calibrations as they were, computed once more.

    Exit code 0: everything came out the same to the last bit; 1: it did not, or what it rested on was not kept.

    Example: vigie ticket explain 3 --window 1 --readings -o readings.csv
    """
    if not readings and (as_csv or output is not None):
        raise UsageError(f"{'--csv' if as_csv else '--output'} goes with --readings; the page is text or --json")
    from vigie.explanation.explain import explain

    place = find_workspace(workspace)
    with counted("computing again") as bar:
        found = explain(place, ticket, revision, _deployments(bar))
    _check_window(found, ticket, window)
    if readings:
        _show_readings(found, window, form_of(as_json, as_csv), output)
    elif as_json:
        import msgspec

        sys.stdout.write(msgspec.json.format(msgspec.json.encode(found.explanation), indent=2).decode() + "\n")
    else:
        from vigie.explanation.page import page

        sys.stdout.write(page(found.explanation, found.packs, window))
    if not found.explanation.repetition.same:
        raise typer.Exit(1)


def _deployments(bar: Callable[[int, int, str], None]) -> "Callable[[int, int, Deployment], None]":
    """A bar where there is more than one deployment to compute."""

    def update(done: int, total: int, lent: "Deployment") -> None:
        if total > 1:
            bar(done, total, lent.id)

    return update


def _check_window(found: "Explained", ticket: int, window: int | None) -> None:
    of = len(found.explanation.windows)
    if window is not None and not 1 <= window <= of:
        raise UsageError(f"--window is {window}; ticket {ticket} rests on windows 1 to {of}")


def _show_readings(found: "Explained", window: int | None, form: Form, output: Path | None) -> None:
    import polars as pl

    from vigie.explanation.readings_list import readings_frame

    frame = readings_frame(found.windows, window)
    timezone = found.explanation.ticket.timezone
    shown = frame.head(_TABLE_ROWS) if form is Form.TABLE and output is None else frame
    title = f"{frame.height} readings" + (f", the first {shown.height}" if shown.height < frame.height else "")

    def sheet(rows: "pl.DataFrame") -> Sheet:
        columns = ("window", "kit", "quantity", "time", "read", "unit", "flag", "tests", "used", "stands_s", "counts_s")
        clock = pl.col("time").dt.convert_time_zone(timezone).dt.strftime("%Y-%m-%d %H:%M:%S")
        return plain_sheet(rows.with_columns(clock), columns, title, timezone)

    show(shown, form, output, nothing="No readings: what the ticket rested on was not kept.", table=sheet)
