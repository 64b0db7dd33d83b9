"""``vigie doctor``: is everything well."""

import sys
from typing import Annotated

import typer

from vigie.commands.options import JsonOption, WorkspaceOption
from vigie.output import Form, show_rows
from vigie.times import now
from vigie.workspace import find_workspace

_MARKS = {"well": "ok  ", "look": "LOOK", "broken": "BAD "}


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("doctor")(doctor)


def doctor(
    head: Annotated[
        str | None,
        typer.Option(
            "--head", metavar="HASH", help="A head of the log of tickets, noted earlier: is it still in the log?"
        ),
    ] = None,
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Is everything well: broker, inbox, tables, kits, clocks, disk. Exit code 1 when something is broken.

    Example: vigie doctor --workspace my-service
    """
    from vigie.health import State, examine, noted_head

    place = find_workspace(workspace)
    findings = list(examine(place, now()))
    if head is not None:
        findings.append(noted_head(place, head))
    if as_json:
        rows: list[dict[str, object]] = [
            {"check": found.check, "state": found.state.value, "words": found.words} for found in findings
        ]
        show_rows(rows, Form.JSON, title="", nothing="", columns=())
    else:
        for found in findings:
            sys.stdout.write(f"{_MARKS[found.state.value]}  {found.check}: {found.words}\n")
    if any(found.state is State.BROKEN for found in findings):
        raise typer.Exit(1)
