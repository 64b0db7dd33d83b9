"""Lists on the command line: a table to read, JSON to process, CSV or Parquet to keep; one set of names for all."""

import json
import sys
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

_INSTANT = "%Y-%m-%dT%H:%M:%S%.3fZ"


class Form(Enum):
    """How a list is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def show(
    frame: "pl.DataFrame", form: Form, output: Path | None, *, title: str, nothing: str, columns: Sequence[str]
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
    title, nothing : str
        Heading of the table; what to say when there is no row.
    columns : sequence of str
        The columns of the table a person reads; files and JSON carry all.
    """
    if output is not None:
        _write(frame, output)
        sys.stderr.write(f"{frame.height} rows written to {output}\n")
    elif form is Form.JSON:
        sys.stdout.write(_instants_as_text(frame).write_json() + "\n")
    elif form is Form.CSV:
        sys.stdout.write(_instants_as_text(frame).write_csv())
    elif frame.is_empty():
        sys.stdout.write(nothing + "\n")
    else:
        _table(frame.select(columns), title)


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
        _print_table(
            columns, [["" if row[name] is None else str(row[name]) for name in columns] for row in rows], title
        )


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


def _table(frame: "pl.DataFrame", title: str) -> None:
    rows = [[_cell(value) for value in row] for row in frame.iter_rows()]
    _print_table(frame.columns, rows, title)


def _cell(value: object) -> str:
    import datetime as dt

    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.0f}"
    if isinstance(value, dt.datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
