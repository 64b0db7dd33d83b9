"""``vigie rules backtest``: what would another rule pack have asked for?"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import CsvOption, FromOption, JsonOption, ToOption, WorkspaceOption, form_of
from vigie.commands.rules import rules_app
from vigie.errors import RefusedError, UsageError
from vigie.output import Form, counted, print_sheet, show_rows
from vigie.pack_file import pack_text
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rules.rule import Pack


def register(_app: typer.Typer) -> None:
    """Add the verb of this module to ``vigie rules``."""
    rules_app.command("backtest")(backtest)


def backtest(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="A rule pack: a file, or the name of one that comes with Vigie.")
    ],
    since: FromOption = None,
    until: ToOption = None,
    zone: Annotated[
        list[str] | None, typer.Option("--zone", metavar="ZONE", help="Only this zone; may be given several times.")
    ] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Which tickets a pack would have raised, changed and missed, in the place of the packs in force.

    Judges the stored exposures whose windows end in the period, and changes nothing. A pack that is to stand beside
    those of Vigie extends them. Exit code 1: the pack has mistakes, or nothing is stored to judge.

    Example: vigie rules backtest rules.yaml --from 2026-01-01 --to 2026-06-30
    """
    from vigie.backtest.period import Period
    from vigie.backtest.run import run_backtest
    from vigie.backtest.words import BACKTEST_FIELDS, backtest_rows, backtest_sheets, notes, summary
    from vigie.progress import counted as progress_bar
    from vigie.times import now

    form = form_of(as_json, as_csv)
    place = find_workspace(workspace)
    period = Period(since, until)
    zones = _known_zones(place, zone)
    period.at(place.settings.service.timezone)  # mistyped times are told before anything is read
    candidate = _candidate(pack)
    with progress_bar("judging") as progress:
        found = run_backtest(place, [candidate], zones, period, now(), progress)
    if not found.zones:
        of_zones = f" of {', '.join(zones)}" if zones else ""
        raise RefusedError(f"no exposures{of_zones} to judge ({period}); vigie compute makes them of what was read")
    if form is not Form.TABLE:
        show_rows(backtest_rows(found), form, title="", nothing="", columns=BACKTEST_FIELDS)
        sys.stderr.writelines(f"note: {note}\n" for note in notes(found))
        return
    for sheet in backtest_sheets(found):
        print_sheet(sheet)
    sys.stdout.write(f"{counted(len(found.zones), 'zone')} judged, {period}\n")
    sys.stdout.writelines(f"{line}\n" for line in summary(found))
    sys.stdout.writelines(f"note: {note}\n" for note in notes(found))


def _candidate(name: str) -> "Pack":
    """The pack of a file or of a name; a pack with mistakes is told as ``vigie rules check`` tells it."""
    from catalog.suggest import did_you_mean
    from rules.errors import PackError
    from rules.pack import load_pack
    from rules.shipped import shipped_names, shipped_text

    path = Path(name)
    if path.is_file():
        text = pack_text(path)
    elif name in shipped_names():
        text, path = shipped_text(name), Path(f"{name}.yaml")
    else:
        raise UsageError(f"{name}: is neither a file nor a pack of Vigie; {did_you_mean(name, shipped_names())}")
    try:
        return load_pack(text, str(path))
    except PackError as error:
        sys.stdout.writelines(f"{line}\n" for line in error.messages)
        sys.stderr.write(f"{counted(len(error.messages), 'mistake')}\n")
        raise typer.Exit(1) from None


def _known_zones(place: Workspace, names: list[str] | None) -> list[str] | None:
    from catalog.suggest import did_you_mean
    from store.registry import load
    from store.scope import Scope

    if not names:
        return None
    known = load(place.database, Scope.service()).zones
    for name in names:
        if name not in known:
            raise UsageError(f'--zone is "{name}"; no such zone is registered; {did_you_mean(name, known)}')
    return names
