"""``vigie rules``: are the rule packs fit to be used, and what do they say?"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import CsvOption, JsonOption, WorkspaceOption, form_of
from vigie.errors import UsageError
from vigie.output import counted, show_rows
from vigie.pack_file import pack_text
from vigie.settings import FILE_NAME
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from datetime import date

    from rules.check import Checked
    from rules.rule import Pack

rules_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The rule packs: check, list, show.")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.add_typer(rules_app, name="rules")


@rules_app.command("check")
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE…]", help="Rule packs; none: those in force.", show_default=False),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Limits must be in force on this day; default: today.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Every mistake of a rule pack, each with its line and how to mend it; exit code 1 where there is one.

    Example: vigie rules check rules.yaml
    """
    day = _day(on)
    checked = [_check_file(path, day) for path in files] if files else [_check_in_force(workspace, day)]
    mistakes = [line for each in checked for line in each.mistakes]
    for line in mistakes:
        sys.stdout.write(line + "\n")
    if mistakes:
        sys.stderr.write(f"{counted(len(mistakes), 'mistake')}\n")
        raise typer.Exit(1)
    packs, rules = sum(each.packs for each in checked), sum(each.rules for each in checked)
    kit_checks = sum(each.kit_checks for each in checked)
    sys.stdout.write(
        f"{counted(packs, 'pack')} with {counted(rules, 'rule')} and {counted(kit_checks, 'kit check')}: no mistake; "
        f"every limit is in force on {day}\n"
    )


@rules_app.command("list")
def list_rules(as_json: JsonOption = False, as_csv: CsvOption = False, workspace: WorkspaceOption = None) -> None:
    """The rules in force, and what of the packs is disabled.

    Example: vigie rules list
    """
    from vigie.rule_words import RULE_COLUMNS, rule_rows

    packs = _in_force(workspace)
    columns = RULE_COLUMNS if any(pack.disabled for pack in packs) else RULE_COLUMNS[:-1]
    show_rows(rule_rows(packs), form_of(as_json, as_csv), title=_titles(packs), nothing="No rules.", columns=columns)


@rules_app.command("show")
def show_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its name, as vigie rules list has it.")],
    as_json: JsonOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """One rule: what it looks at, its limits, when it asks for what, and what it says.

    Example: vigie rules show co2-ventilation
    """
    from vigie.rule_words import rule_json, rule_text

    packs = _in_force(workspace)
    sys.stdout.write((rule_json(packs, rule) if as_json else rule_text(packs, rule)) + "\n")


def _day(typed: str | None) -> "date":
    from datetime import date

    from vigie.times import as_datetime, now

    if typed is None:
        return as_datetime(now()).date()
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise UsageError(f'--on is "{typed}"; expected a date such as 2023-07-01') from None


def _check_file(path: Path, on: "date") -> "Checked":
    from rules.check import check_file

    return check_file(pack_text(path), str(path), on)


def _check_in_force(workspace: Path | None, on: "date") -> "Checked":
    from rules.check import check_default_packs, check_file

    place = _workspace(workspace)
    if place is None or not place.settings.rules.pack:
        return check_default_packs(on)
    return check_file(place.pack_text(), place.settings.rules.pack, on)


def _in_force(workspace: Path | None) -> "tuple[Pack, ...]":
    from rules.pack import default_packs

    place = _workspace(workspace)
    return default_packs() if place is None else place.packs


def _workspace(given: Path | None) -> Workspace | None:
    """The workspace, or None where nothing names one: then the packs that come with Vigie are meant."""
    here = Path.cwd()
    named = given or os.environ.get("VIGIE_WORKSPACE")
    if named or any((folder / FILE_NAME).is_file() for folder in (here, *here.parents)):
        return find_workspace(given)
    return None


def _titles(packs: "tuple[Pack, ...]") -> str:
    named = [f"{pack.id} {pack.version} ({_signed(pack)}{_based_on(pack)})" for pack in packs]
    return f"{counted(sum(len(pack.rules) for pack in packs), 'rule')} of " + ", ".join(named)


def _signed(pack: "Pack") -> str:
    return f"signed off by {pack.signed_off.name}, {pack.signed_off.date}" if pack.signed_off else "not signed off"


def _based_on(pack: "Pack") -> str:
    below = ", ".join(f"{each.id} {each.version}" for each in pack.based_on)
    return f"; on {below}" if below else ""
