"""Lists on the command line: a table to read, JSON to process, CSV or Parquet to keep; one set of names for all."""

import json
import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

_INSTANT = "%Y-%m-%dT%H:%M:%S%.3fZ"


_UNWATCHED_WIDTH = 200
_PADDING = 3
_NEVER_CUT = 26
"""Columns whose cells are all at most that long are kept on one line; longer texts fold."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table for a person."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Form(Enum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show(
    frame: "pl.DataFrame", form: Form, output: Path | None, *, nothing: str, table: "Callable[[pl.DataFrame], Sheet]"
) -> None:
    """Print or write a list.

    Parameters
    ----------
    frame : polars.DataFrame
        One row a thing; instants as UTC datetimes.
    form : Form
        Ignored where ``output`` names a file: its ending decides.
    output : Path or None
        ``.csv``, ``.parquet`` or ``.json`` file to write instead of printing.
    nothing : str
        What to say when there is no row.
    table : callable
        Makes the sheet a person reads; files and JSON carry all fields instead.
    """
    if output is not None:
        _write(frame, output)
        sys.stderr.write(f"{frame.height} rows written to {output}\n")
    elif form is Form.JSON:
        print_json(frame)
    elif form is Form.CSV:
        sys.stdout.write(_instants_as_text(frame).write_csv())
    elif frame.is_empty():
        sys.stdout.write(nothing + "\n")
    else:
        print_sheet(table(frame))


def print_json(frame: "pl.DataFrame") -> None:
    """An array of flat objects."""
    sys.stdout.write(_instants_as_text(frame).write_json() + "\n")


def show_rows(
    rows: Sequence[dict[str, object]], form: Form, *, title: str, nothing: str, columns: Sequence[str]
) -> None:
    """Print a short list of flat rows, without loading a table engine."""
    if form is Form.JSON:
        sys.stdout.write(json.dumps(list(rows), ensure_ascii=False, indent=2, default=str) + "\n")
    elif form is Form.CSV:
        import csv

        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]) if rows else list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    elif not rows:
        sys.stdout.write(nothing + "\n")
    else:
        cells = [["" if row[name] is None else str(row[name]) for name in columns] for row in rows]
        print_sheet(Sheet(title, columns, cells))


def _write(frame: "pl.DataFrame", output: Path) -> None:
    writers = {".csv": "csv", ".parquet": "parquet", ".json": "json"}
    kind = writers.get(output.suffix.lower())
    if kind is None:
        raise UsageError(f"{output}: cannot tell the format; end the name in .csv, .parquet or .json")
    try:
        if kind == "csv":
            _instants_as_text(frame).write_csv(output)
        elif kind == "parquet":
            frame.write_parquet(output)
        else:
            _instants_as_text(frame).write_json(output)
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror or error})") from None


def _instants_as_text(frame: "pl.DataFrame") -> "pl.DataFrame":
    import polars as pl
    import polars.selectors as cs

    return frame.with_columns(
        cs.datetime().dt.convert_time_zone("UTC").dt.to_string(_INSTANT), cs.date().cast(pl.String)
    )


def print_sheet(sheet: Sheet) -> None:
    """Print a sheet as wide as the terminal, or as wide as its numbers need: no number is ever cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    widths = [max(len(name), *(len(row[i]) for row in sheet.rows)) for i, name in enumerate(sheet.columns)]
    needed = sum(min(width, _NEVER_CUT) + _PADDING for width in widths)
    console = Console(width=_UNWATCHED_WIDTH if not sys.stdout.isatty() else None)
    console.width = max(console.width, needed)
    table = Table(title=sheet.title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for name, width in zip(sheet.columns, widths, strict=True):
        table.add_column(name, no_wrap=width <= _NEVER_CUT, overflow="fold")
    for row in sheet.rows:
        table.add_row(*row)
    console.print(table, highlight=False)


def plain_sheet(frame: "pl.DataFrame", columns: Sequence[str], title: str, timezone: str) -> Sheet:
    """Some columns of a list as text: instants in local time, numbers with the digits that matter."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(timezone)
    rows = [[cell(value, zone) for value in row] for row in frame.select(columns).iter_rows()]
    return Sheet(title, [name.replace("_", " ") for name in columns], rows)


def rounded(spread: float) -> str:
    """An uncertainty with two significant digits, without an exponent.

    Examples
    --------
    >>> rounded(243.6), rounded(0.0517)
    ('240', '0.052')
    """
    if spread == 0:
        return "0"
    digits = 1 - math.floor(math.log10(abs(spread)))
    return f"{round(spread, digits):.{max(digits, 0)}f}"


def with_spread(value: float, spread: float) -> str:
    """A value and its uncertainty, the value to the digit at which its uncertainty ends.

    Examples
    --------
    >>> with_spread(904.8, 188.4), with_spread(54.82, 5.38), with_spread(15.98, 0.57), with_spread(12.3456, 0.0)
    ('900 ± 190', '54.8 ± 5.4', '15.98 ± 0.57', '12.35 ± 0')
    """
    if spread == 0:
        return f"{value:.4g} ± 0"
    digits = 1 - math.floor(math.log10(abs(spread)))
    return f"{round(value, digits):.{max(digits, 0)}f} ± {rounded(spread)}"


def counted(number: int, thing: str) -> str:
    """A number of things.

    Examples
    --------
    >>> counted(1, "kit"), counted(0, "kit"), counted(3, "kit")
    ('1 kit', '0 kits', '3 kits')
    """
    return f"{number} {thing}{'' if number == 1 else 's'}"


def with_minus(text: str) -> str:
    """Text in which negative numbers have a minus sign in place of the hyphen.

    Examples
    --------
    >>> with_minus("-2.4 °C of NIOSH (2016-106)")
    '−2.4 °C of NIOSH (2016-106)'
    """
    return re.sub(r"(?<![\w.])-(?=\d)", "\N{MINUS SIGN}", text)


def cell(value: object, zone: tzinfo) -> str:
    """One value as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return str(value)
