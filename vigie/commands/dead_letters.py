"""``vigie dead-letters``: messages that could not be used, why, and again after a fix."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from vigie.commands.options import CsvOption, JsonOption, WorkspaceOption, form_of
from vigie.errors import RefusedError
from vigie.output import show_rows
from vigie.workspace import find_workspace

_COLUMNS = ("id", "received", "topic", "size", "reason")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("dead-letters")(dead_letters)


def dead_letters(
    letter: Annotated[int | None, typer.Argument(metavar="[ID]", help="Only this one.")] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Put them back into the inbox, to be decoded again.")] = False,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the raw bytes of the one named.")
    ] = None,
    limit: Annotated[int, typer.Option(help="At most so many, oldest first.")] = 1000,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """List messages that could not be decoded, with the reason; nothing is ever dropped.

    Example: vigie dead-letters 3 --save letter.bin, then vigie dead-letters 3 --retry
    """
    from vigie.times import as_datetime

    place = find_workspace(workspace)
    with place.open_inbox() as inbox:
        letters = [found for found in inbox.dead_letters(limit) if letter in (None, found.id)]
        if letter is not None and not letters:
            raise RefusedError(f"there is no dead letter {letter}; vigie dead-letters lists them")
        if save is not None:
            if letter is None:
                raise RefusedError("--save writes one dead letter; name it: vigie dead-letters ID --save FILE")
            save.write_bytes(inbox.dead_payload(letter))
            sys.stderr.write(f"{letters[0].size} bytes written to {save}\n")
        elif retry:
            moved = inbox.retry([found.id for found in letters])
            sys.stdout.write(f"{moved} put back into the inbox; the collector decodes them when it runs\n")
        else:
            rows: list[dict[str, object]] = [
                {
                    "id": found.id,
                    "received": as_datetime(found.received).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "topic": found.topic,
                    "size": found.size,
                    "reason": found.reason,
                }
                for found in letters
            ]
            show_rows(
                rows, form_of(as_json, as_csv), title="Dead letters", nothing="No dead letters.", columns=_COLUMNS
            )
