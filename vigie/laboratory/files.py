"""A file of laboratory results: which column they are in, and the campaign, day and worker of each where it says so."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from vigie.errors import UsageError
from vigie.laboratory.values import Bound, Cell, check_decimals, parse_bound

_LARGEST = 4 << 20
"""A file of laboratory results is never that large [bytes]; a file of readings is."""

_PREAMBLE_AT_MOST = 40
"""Rows looked at for the header."""

_NAMES = {
    "campaign": ("campaign", "campagne"),
    "when": ("date", "day", "jour", "time", "datetime", "timestamp", "start", "début", "debut", "date de prélèvement"),
    "worker": ("worker", "travailleur", "salarié", "salarie", "opérateur", "operateur", "matricule", "name", "nom"),
}
_RESULT_NAMES = (
    "result",
    "results",
    "résultat",
    "resultat",
    "résultats",
    "value",
    "valeur",
    "concentration",
    "exposure",
)
_NO_HEADER = {"", "n/a", "na", "nd", "nan", "null", "-", "–", "none"}
_SUMMARIES = {
    "total",
    "totaux",
    "somme",
    "sum",
    "moyenne",
    "moyenne arithmétique",
    "moyenne géométrique",
    "mean",
    "average",
    "geometric mean",
    "médiane",
    "mediane",
    "median",
    "minimum",
    "maximum",
    "écart-type",
    "ecart-type",
    "écart type",
    "standard deviation",
}
"""What a cell says in a row that sums others up."""
_UNIT = re.compile(
    r"(?:^|[\s(\[,])((?:[mnµ\u03bcu]?g\s?/\s?m[3³])|ppm|ppb|f(?:ibres?)?\s?/\s?(?:cm[3³]|ml|l))(?:$|[\s)\],])", re.I
)
_BEGINS_AS_RESULT = re.compile(r"[<>≤≥\[]?\s*[-−+]?\d")
"""No heading does, and a result with its unit behind it does."""
_DATES = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M")


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """Columns a person named; None where the file's own headings decide."""

    result: str | None = None
    campaign: str | None = None
    when: str | None = None
    worker: str | None = None


@dataclass(frozen=True, slots=True)
class LabRow:
    """One result with what the file says about it."""

    line: int
    bound: Bound
    campaign: str | None
    when: dt.datetime | None
    has_clock: bool
    worker: str | None


@dataclass(frozen=True, slots=True)
class LabFile:
    """The results of a file; the unit is that of the heading, empty where it names none.

    Attributes
    ----------
    header_line : int
        Where the header is below something that was not read; else 0.
    """

    name: str
    rows: tuple[LabRow, ...]
    unit: str = ""
    header_line: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    result: int
    campaign: int | None
    when: int | None
    worker: int | None


def read_lab_file(path: Path, names: ColumnNames) -> LabFile:
    """Read a file of laboratory results.

    Parameters
    ----------
    path : Path
        CSV with one column of results or several named columns; separated by semicolons, tabs or commas.
    names : ColumnNames

    Raises
    ------
    UsageError
        A cell is no result, or the file can be read in more than one way; one line says where and what to do.
    ingest.file_errors.FileImportError
        The file is absent, empty or no text.
    """
    everything = _rows(_text(path), path.name)
    rows = _table(everything, names)
    header = _header(rows[0], names)
    body = rows[1:] if header else rows
    if not body:
        raise UsageError(f"{path.name}: has a header and no results; expected one result a line under it")
    width = max(len(row.fields) for row in body)
    headings = header or tuple(f"column {number}" for number in range(1, width + 1))
    columns = _columns(headings, body, names, path.name)
    cells = [Cell(_field(row, columns.result), f"{path.name}:{row.line}", headings[columns.result]) for row in body]
    for row, cell in zip(body, cells, strict=True):
        if len(row.fields) > len(headings):
            raise UsageError(
                f"{cell.place}: the row has {len(row.fields)} fields and the header {len(headings)}; "
                "separate the columns with semicolons when numbers have decimal commas"
            )
    _refuse_summaries(body, columns, path.name)
    bounds = [parse_bound(cell) for cell in cells]
    check_decimals(cells)
    return LabFile(
        path.name,
        tuple(_lab_row(row, bound, columns, path.name) for row, bound in zip(body, bounds, strict=True)),
        _unit_in(headings[columns.result]),
        rows[0].line if rows[0] is not everything[0] else 0,
    )


def _refuse_summaries(body: Sequence[_Row], columns: _Columns, file: str) -> None:
    """A total or a mean under the results is no result of a worker."""
    for row in body:
        for index, field in enumerate(row.fields):
            if index != columns.result and field.rstrip(" :").casefold() in _SUMMARIES:
                raise UsageError(
                    f'{file}:{row.line}: "{field}" sums up other rows; expected one result of one worker a line; '
                    "remove the row"
                )


def _text(path: Path) -> str:
    from ingest.sniff import FileKind, file_kind, find_encoding, utf8_stream

    if file_kind(path) is not FileKind.TEXT:
        raise UsageError(f"{path.name}: is a Parquet file; expected CSV with one laboratory result a line")
    if path.stat().st_size > _LARGEST:
        raise UsageError(
            f"{path.name}: is {path.stat().st_size >> 20} MB; laboratory results are one value per worker and shift, "
            "never readings of a sensor; import those with vigie import"
        )
    return b"".join(utf8_stream(path, find_encoding(path, None).name)).decode()


def _rows(text: str, file: str) -> list[_Row]:
    """Rows that are neither blank nor comments."""
    from ingest.dialect import sample_rows

    found = [
        _Row(row.line, tuple(field.strip() for field in row.fields))
        for row in sample_rows(text, _separator(text, file))
        if not row.is_blank and not row.fields[0].lstrip().startswith("#") and not row.fields[0].startswith("sep=")
    ]
    if not found:
        raise UsageError(f"{file}: has no results; expected one a line")
    return found


def _separator(text: str, file: str) -> str:
    """Semicolon or tab where there is one; a comma, unless it is a decimal comma; else one column."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    table = lines[len(lines) // 2 :]  # whatever is said above the header, the second half is the table
    for separator in (";", "\t"):
        if sum(separator in line for line in lines) > len(lines) / 2 or all(separator in line for line in table):
            return separator
    commas = [line for line in lines[1:] or lines if "," in line]
    if not commas:
        return "," if lines and "," in lines[0] else ";"
    if not all(re.fullmatch(r"[<>≤≥]?\s*\d+,\d+", line) for line in commas):
        return ","
    if "," in lines[0] and not re.fullmatch(r"[<>≤≥]?\s*\d+,\d+", lines[0]):
        return ","
    if "," not in lines[0] or len(commas) < len(lines[1:]):
        return ";"  # the header, or some result, has no comma: one column of decimal commas
    raise UsageError(
        f'{file}:1: "{lines[0]}" may be one number with a decimal comma or two columns; '
        "put a header line above (one name for one column), or separate columns with semicolons"
    )


def _table(rows: list[_Row], names: ColumnNames) -> list[_Row]:
    """The rows from the header on, where something is said above it: the number of the report, the client, the date."""
    width = Counter(_filled(row) for row in rows[len(rows) // 2 :]).most_common(1)[0][0]
    above = rows[:_PREAMBLE_AT_MOST]
    named = next((row for row in above if _filled(row) >= min(2, width) and _names_results(row, names)), None)
    if named is None and _filled(rows[0]) < width:
        named = next(
            (
                row
                for row, below in pairwise(above)
                if _filled(row) >= 2 and _header(row, names) and any(map(_is_result, below.fields))
            ),
            None,
        )
    return rows if named is None else rows[rows.index(named) :]


def _filled(row: _Row) -> int:
    return sum(field != "" for field in row.fields)


def _names_results(row: _Row, names: ColumnNames) -> bool:
    """Whether a row is a header that names the results: as a person said, by a usual name, or by their unit."""
    if _header(row, names) is None:
        return False
    if names.result is not None and not names.result.isdigit():
        return names.result in row.fields
    return any(_plain_heading(field) in _RESULT_NAMES or _unit_in(field) for field in row.fields)


def _header(first: _Row, names: ColumnNames) -> tuple[str, ...] | None:
    """The first row, where it is a header: it has no cell that is a result."""
    wanted = {name for name in (names.result, names.campaign, names.when, names.worker) if name}
    if wanted & set(first.fields):
        return first.fields
    words = [field for field in first.fields if field.casefold() not in _NO_HEADER]
    if not words or any(_is_result(field) or _BEGINS_AS_RESULT.match(field) for field in words):
        return None
    return first.fields


def _columns(headings: Sequence[str], body: Sequence[_Row], names: ColumnNames, file: str) -> _Columns:
    campaign = _named(headings, names.campaign, _NAMES["campaign"], "--campaign", file)
    when = _named(headings, names.when, _NAMES["when"], "--date", file)
    worker = _named(headings, names.worker, _NAMES["worker"], "--worker", file)
    if names.result is not None and names.result.isdigit() and names.result not in headings:
        if not 1 <= int(names.result) <= len(headings):
            raise UsageError(f"{file}: --column {names.result} is outside 1 to {len(headings)}")
        return _Columns(int(names.result) - 1, campaign, when, worker)
    result = _named(headings, names.result, _RESULT_NAMES, "--column", file)
    if result is None:
        taken = {campaign, when, worker}
        free = [index for index in range(len(headings)) if index not in taken]
        likely = [index for index in free if sum(_is_result(_field(row, index)) for row in body) > len(body) / 2]
        if len(free) == 1:
            likely = free
        if len(likely) != 1:
            listed = ", ".join(headings)
            raise UsageError(f"{file}: which column has the results? Say it with --column; the file has {listed}")
        result = likely[0]
    return _Columns(result, campaign, when, worker)


def _named(headings: Sequence[str], wanted: str | None, usual: Sequence[str], option: str, file: str) -> int | None:
    if wanted is not None:
        from ingest.dialect import column_index

        return column_index(headings, wanted, f"{file}: {option}")
    plain = [_plain_heading(heading) for heading in headings]
    return next((plain.index(name) for name in usual if name in plain), None)


def _plain_heading(heading: str) -> str:
    return re.sub(r"\s*[(\[].*", "", heading).strip().casefold()


def _lab_row(row: _Row, bound: Bound, columns: _Columns, file: str) -> LabRow:
    campaign = _field(row, columns.campaign) if columns.campaign is not None else None
    if campaign == "":
        raise UsageError(f"{file}:{row.line}: campaign is empty; expected the campaign of the result, e.g. 1")
    text = _field(row, columns.when) if columns.when is not None else ""
    moment = _moment(text, f"{file}:{row.line}") if text else None
    worker = _field(row, columns.worker) if columns.worker is not None else ""
    return LabRow(row.line, bound, campaign, moment, ":" in text, worker or None)


def _moment(text: str, place: str) -> dt.datetime:
    """A date, or a date and time as the clock on the wall showed it."""
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        pass
    for form in _DATES:
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=None)  # noqa: DTZ007 - a wall clock has no zone
        except ValueError:
            continue
    raise UsageError(f'{place}: date is "{text}"; expected 2026-03-02, 02/03/2026 or one of them with the time of day')


def _unit_in(heading: str) -> str:
    """The unit of a concentration in a heading such as ``Résultat (mg/m³)`` or ``résultat en ppm``; else empty."""
    found = _UNIT.search(heading)
    return found[1] if found else ""


def _field(row: _Row, index: int) -> str:
    return row.fields[index] if index < len(row.fields) else ""


def _is_result(text: str) -> bool:
    try:
        parse_bound(Cell(text, "", ""))
    except UsageError:
        return False
    return True
