"""``vigie demo``: everything once, on virtual kits."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from vigie.demo import DemoResult
    from vigie.workspace import Workspace

_USUAL_PORT = 8080


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("demo")(demo)


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End when the tickets are there; do not serve the portal.")
    ] = False,
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="The demo's workspace; an earlier demo there is replaced.")
    ] = Path("vigie-demo"),
    port: Annotated[
        int | None, typer.Option("--port", help="Port of the portal; default: 8080, or a free one where that is taken.")
    ] = None,
    faults: Annotated[
        Path | None, typer.Option("--faults", metavar="FILE", help="What befalls the line of the kits (YAML).")
    ] = None,
) -> None:
    """The whole pipeline on virtual kits: broker, collector, tables, exposures, tickets, portal.

    Example: vigie demo --once
    """
    from vigie.compilation import announce_compilation
    from vigie.demo import make_workspace, preferred_port, run_demo, today_in_france
    from vigie.fault_words import fault_lines, read_faults
    from vigie.progress import bars

    script = read_faults(faults)
    chosen = preferred_port(_USUAL_PORT) if port is None else port
    workspace = make_workspace(folder, chosen)
    announce_compilation()
    with bars() as progress:
        result = run_demo(workspace, today_in_france(), progress, script)
    _tell(workspace, result)
    sys.stdout.writelines(f"{line}\n" for line in fault_lines(script, result.faults))
    if once:
        sys.stdout.write(f"\nThe portal: vigie serve --workspace {folder}\n")
        _accounts(result)
        return
    from vigie.ending import wait_until_asked_to_end
    from vigie.portal import portal_in_background

    with portal_in_background(workspace, chosen) as address:
        sys.stdout.write(f"\nThe portal: {address}  (Ctrl-C ends)\n")
        _accounts(result)
        sys.stdout.flush()
        wait_until_asked_to_end()
        sys.stdout.write("The demo has ended; its workspace stays.\n")


def _tell(workspace: "Workspace", result: "DemoResult") -> None:
    from store.scope import Scope

    summary = result.summary
    sys.stdout.write(
        f"\n{result.messages} messages, {result.readings} readings, {result.dead_letters} dead letters\n"
        f"{summary.exposures} exposures, {summary.tickets} tickets proposed (simulated readings):\n"
    )
    for line in workspace.views.tickets(Scope.service()).lines:
        content = workspace.views.ticket(Scope.service(), line.id).content
        sys.stdout.write(f"  {line.id:>3}  {line.kind.value:<20} {line.zone}: {line.title_fr}\n")
        sys.stdout.write(f"       {content.reason_fr}\n")


def _accounts(result: "DemoResult") -> None:
    sys.stdout.write("Sign in with one of:\n")
    for account in result.accounts:
        sys.stdout.write(f"  {account.email}  {account.password}  ({account.who})\n")
