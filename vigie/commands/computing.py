"""``vigie compute``: exposures, decisions and tickets from what is stored."""

import sys
from typing import Annotated

import typer

from vigie.commands.options import WorkspaceOption
from vigie.times import now
from vigie.workspace import find_workspace


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("compute")(compute)


def compute(
    everything: Annotated[bool, typer.Option("--all", help="Everything again, not only what is new.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Compute exposures and propose tickets for what is new; merge small files of readings.

    Example: vigie compute --workspace my-service
    """
    from vigie.compilation import announce_compilation
    from vigie.compute import compute as compute_what_is_new
    from vigie.progress import counted

    place = find_workspace(workspace)
    with counted("computing") as progress:
        summary = compute_what_is_new(
            place, now(), everything=everything, prepare=announce_compilation, progress=progress
        )
    place.readings.compact()
    sys.stdout.write(f"{summary}\n")
