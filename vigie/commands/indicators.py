"""``vigie indicators``: what the service reports about a period, exported with its checks."""

import json
import sys
from datetime import date
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import WorkspaceOption
from vigie.errors import RefusedError, UsageError
from vigie.times import local_day, now
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.indicator_rows import Table
    from vigie.indicators.file import ReadFile
    from vigie.indicators.report import Report

_MOST_TOLD = 20


class By(Enum):
    """What rows are told apart by."""

    ESTABLISHMENT = "establishment"
    MONTH = "month"
    NAF = "naf"
    AGENT = "agent"


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("indicators")(indicators)


def indicators(
    since: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="First day, e.g. 2026-01-01; local, included.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="Last day, included; default: today.")
    ] = None,
    by: Annotated[By | None, typer.Option("--by", help="A row for each of them, and a total.")] = None,
    names: Annotated[
        bool, typer.Option("--names", help="Name establishments and employers; otherwise they have pseudonyms.")
    ] = False,
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write all figures, with head and checksum.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="An array of flat objects, the total last; names are in the documentation.")
    ] = False,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", help="Check an exported file, and count it again.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Campaigns, positive rate, workplace actions, metrology, delays, dismissals, follow-ups of a period.

    Simulated kits and tickets are left out. Nothing is exported that does not add up.

    Example: vigie indicators --from 2026-01-01 --to 2026-03-31 --by month --csv indicateurs.csv
    """
    if check is not None:
        if since or until or by or file or as_json or names:
            raise UsageError("--check stands alone: the file says itself which period it is about")
        _check(find_workspace(workspace), check)
        return
    if file is not None and as_json:
        raise UsageError("--csv and --json exclude each other; choose one")
    place = find_workspace(workspace)
    found = _report(place, since, until, by, names)
    _refuse_wrong(found.table)
    if file is not None:
        _write(found, file)
    elif as_json:
        _print(found)
    else:
        _show(found)


def _report(place: Workspace, since: str | None, until: str | None, by: By | None, names: bool) -> "Report":
    from rules.indicator_rows import Grouping
    from store.indicators import known_now
    from vigie.indicators.report import Asked, Naming, report

    timezone = place.settings.service.timezone
    at = now()
    today = local_day(at, timezone)
    if since is None:
        raise UsageError(f"--from is missing; name the first day of the period, e.g. --from {today.year}-01-01")
    first = _day(since, "--from")
    last = today if until is None else _day(until, "--to")
    if last > today:
        raise UsageError(f"--to is {last}, which is to come; expected {today} at the latest")
    if last < first:
        raise UsageError(f"--to {last} is before --from {first}")
    grouping = Grouping.NOTHING if by is None else Grouping(by.value)
    asked = Asked(first, last, timezone, grouping, Naming.NAME if names else Naming.PSEUDONYM)
    with place.database.reading() as session:
        return report(session, asked, known_now(session, min(asked.period.end, at)), place.portal_secret())


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f'{option} is "{text}"; expected a day such as 2026-03-31') from None


def _refuse_wrong(table: "Table") -> None:
    from rules.indicator_rows import problems

    found = problems(table)
    if found:
        raise RefusedError("\n".join(["the figures do not add up, nothing is exported; please report it:", *found]))


def _write(found: "Report", file: Path) -> None:
    from vigie.indicators.file import as_text
    from vigie.software import vigie_version

    try:
        file.write_text(as_text(found, f"vigie {vigie_version()}"), encoding="utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror or error})") from None
    sys.stderr.write(
        f"{len(found.table.rows) + 1} rows written to {file}; check it with: vigie indicators --check {file}\n"
    )


def _print(found: "Report") -> None:
    period = {"from": found.asked.first.isoformat(), "to": found.asked.last.isoformat()}
    rows = [
        {"group": row.group, **period, **row.values, "log_head": found.known.head}
        for row in (*found.table.rows, found.table.total)
    ]
    sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")


def _show(found: "Report") -> None:
    from rules.indicator_rows import Grouping
    from vigie.indicators.words import footnotes, page, sheet
    from vigie.output import print_sheet

    if found.table.by is Grouping.NOTHING:
        sys.stdout.write(page(found))
        return
    print_sheet(sheet(found))
    sys.stdout.write("\n".join(footnotes(found)).lstrip("\n") + "\n")


def _check(place: Workspace, path: Path) -> None:
    from vigie.indicators.file import read_text

    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); expected a file of vigie indicators") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not text in UTF-8; expected a file of vigie indicators --csv") from None
    read = read_text(text, str(path))
    found = list(_problems(place, read))
    for line in found[:_MOST_TOLD]:
        sys.stdout.write(f"{path}: {line}\n")
    if len(found) > _MOST_TOLD:
        sys.stdout.write(f"{path}: and {len(found) - _MOST_TOLD} more\n")
    if found:
        raise typer.Exit(1)
    sys.stdout.write(
        f"{path}: good; {read.asked.first} to {read.asked.last}, every row adds up, and the log of tickets up to "
        f"{read.known.head[:16] or 'its empty start'} gives the same figures\n"
    )


def _problems(place: Workspace, read: "ReadFile") -> "Iterator[str]":
    """What is wrong with a file: its text, its sums, and what this workspace's log says now."""
    from rules.indicator_rows import problems
    from store.errors import UnknownError
    from vigie.indicators.report import report

    if not read.sound:
        yield "the file was changed after it was written: its checksum does not match"
    yield from problems(read.table)
    try:
        with place.database.reading() as session:
            again = report(session, read.asked, read.known, place.portal_secret())
    except UnknownError as error:
        yield str(error)
        return
    yield from _differences(read.table, again.table)


def _differences(told: "Table", counted: "Table") -> "Iterator[str]":
    now_there = {row.group: row for row in (*counted.rows, counted.total)}
    for row in (*told.rows, told.total):
        other = now_there.pop(row.group, None)
        if other is None:
            yield f"{row.group}: no such row when counted again"
            continue
        for name, value in row.values.items():
            if other.values[name] != value:
                mend = "; places may have been registered since" if name.startswith("campaigns_") else ""
                yield f"{row.group}: {name} is {_told(value)}, counted again {_told(other.values[name])}{mend}"
    for group in now_there:
        yield f"{group}: is not in the file, but there when counted again"


def _told(value: float | None) -> str:
    return "empty" if value is None else f"{value:g}"
