"""``vigie tickets``: what somebody should do, filtered, by urgency or by zone."""

from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import CsvOption, JsonOption, OutputOption, WorkspaceOption, ZoneOption, form_of
from vigie.output import Sheet, counted, plain_sheet, show
from vigie.times import now
from vigie.workspace import find_workspace

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = ("id", "state", "priority", "kind", "zone", "title_fr", "due", "assignee")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("tickets")(tickets)


def tickets(
    zone: ZoneOption = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="STATE",
            help="Only proposed, validated, assigned, in_progress, done, verified or dismissed ones; several: a,b.",
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", metavar="KIND", help="Only workplace_action, targeted_metrology or kit_check."),
    ] = None,
    agent: Annotated[
        str | None, typer.Option("--agent", metavar="AGENT", help="Only of this agent: noise, co2…")
    ] = None,
    priority: Annotated[
        int | None, typer.Option("--priority", metavar="1…4", min=1, max=4, help="Only of this priority.")
    ] = None,
    employer: Annotated[str | None, typer.Option("--employer", metavar="ID", help="Only of this employer.")] = None,
    assignee: Annotated[str | None, typer.Option("--assignee", metavar="EMAIL", help="Only in their hands.")] = None,
    words: Annotated[str, typer.Option("--search", metavar="WORDS", help="Only with these words in the title.")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what should be done by now.")] = False,
    awake: Annotated[bool, typer.Option("--awake", help="Without what is put off.")] = False,
    by_zone: Annotated[bool, typer.Option("--by-zone", help="Zone by zone instead of by urgency.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="The first N only.")] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    output: OutputOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """What somebody should do: proposals of the rules, and what professionals made of them; the most urgent first.

    Example: vigie tickets --state proposed --overdue
    """
    from vigie.ticket_rows import Wanted, tickets_listed

    place = find_workspace(workspace)
    wanted = Wanted(
        zone,
        state,
        kind,
        agent,
        priority,
        employer,
        assignee,
        words,
        now() if overdue else None,
        now() if awake else None,
    )
    listed = tickets_listed(place, wanted, limit)
    frame = listed.frame.sort("zone", maintain_order=True) if by_zone else listed.frame
    shown = "" if frame.height == listed.total else f", the first {frame.height}"
    title = f"{counted(listed.total, 'ticket')}{shown}; vigie ticket show ID tells all"
    show(
        frame,
        form_of(as_json, as_csv),
        output,
        nothing="No tickets.",
        table=lambda rows: _sheet(rows, title, place.settings.service.timezone),
    )


def _sheet(frame: "pl.DataFrame", title: str, timezone: str) -> Sheet:
    """Columns that say nothing in any row are left out."""
    columns = [name for name in _COLUMNS if name not in ("assignee", "due") or frame[name].is_not_null().any()]
    marked = [*columns, "simulated"] if frame["simulated"].any() else columns
    return plain_sheet(frame, marked, title, timezone)
