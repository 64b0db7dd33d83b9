"""How a text file is laid out: its separator, where its header is, and the names of its columns."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

from ingest.file_errors import FileImportError, QuestionError, did_you_mean
from ingest.timeformats import CellKind, cell_kind

SEPARATORS = (";", "\t", "|", ",")
"""In the order of trust: a comma may be a decimal comma, the others hardly are anything but separators."""

_SEPARATOR_NAMES = {";": "semicolon", "\t": "tab", "|": "bar", ",": "comma"}
_HEADER_LINES_AT_MOST = 6
_SEPARATOR_LINE = re.compile(r"sep=")
"""The line by which Excel is told the separator; it is no header."""


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One row of the sample: the lines it spans and its fields."""

    line: int
    last_line: int
    fields: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """True for an empty line and for a line of separators only."""
        return not any(field.strip() for field in self.fields)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the rows begin and how the columns are called.

    Attributes
    ----------
    skip_lines, header_lines : int
        Lines before the header, lines of the header.
    names : tuple of str
        One a field of a row; an empty string for a column without a name.
    other_cells : tuple of tuple of str
        For each column, what the header says under the name (units, long names).
    rows : tuple of SampleRow
        Rows of the sample under the header, blank ones left out.
    notes : tuple of str
        What was guessed.
    """

    skip_lines: int
    header_lines: int
    names: tuple[str, ...]
    other_cells: tuple[tuple[str, ...], ...]
    rows: tuple[SampleRow, ...]
    notes: tuple[str, ...]


def sample_rows(text: str, separator: str) -> list[SampleRow]:
    """Rows of a sample, quoted newlines respected."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    rows, line = [], 1
    try:
        for fields in reader:
            rows.append(SampleRow(line, reader.line_num, tuple(fields)))
            line = reader.line_num + 1
    except csv.Error:
        pass  # a field longer than csv takes: the rows before it are sample enough
    return rows


def find_separator(text: str, file: str) -> str:
    """The separator that cuts most lines into the same number of fields.

    Raises
    ------
    FileImportError
        When no separator cuts the lines into columns.
    """
    votes, cut = {}, {}
    for separator in SEPARATORS:
        widths = Counter(len(row.fields) for row in sample_rows(text, separator) if not row.is_blank)
        widths.pop(1, None)
        votes[separator] = max(widths.values(), default=0)
        cut[separator] = widths.total()
    best = max(votes.values())
    if best < 2:  # a header and one row that do not fit: which, is asked later
        votes, best = cut, max(cut.values())
    if best < 2:
        listed = ", ".join(_SEPARATOR_NAMES[separator] for separator in SEPARATORS)
        raise FileImportError(
            f"{file}: no two lines are cut into columns by any separator ({listed}); "
            "expected a header and rows of readings; say the separator with --separator if it is another"
        )
    return next(separator for separator in SEPARATORS if votes[separator] >= 0.8 * best)


def separator_name(separator: str) -> str:
    """Word for a separator."""
    return _SEPARATOR_NAMES.get(separator, f'"{separator}"')


def tidy_name(name: str) -> str:
    """A column name without what the eye does not see: µ and μ, no-break spaces and outer blanks are made alike.

    Examples
    --------
    >>> tidy_name(" PM2.5 (\\u00b5g/m\\u00b3) ") == tidy_name("PM2.5 (\\u03bcg/m3)")
    True
    """
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip()


def find_header(
    text: str,
    separator: str,
    file: str,
    *,
    skip_lines: int | None = None,
    header_lines: int | None = None,
    names: Sequence[str] = (),
    wanted: Sequence[str] = (),
) -> Header:
    """Find the header of a text file, or take the one a mapping describes.

    Parameters
    ----------
    text : str
        Sample from the beginning of the file.
    separator : str
    file : str
        For messages.
    skip_lines, header_lines : int or None
        What the mapping says.
    names : sequence of str
        Column names in place of the header's.
    wanted : sequence of str
        Column names the mapping uses: the line that has them is the header.

    Returns
    -------
    Header

    Raises
    ------
    FileImportError, QuestionError
        When there is no header, no row under it, or names and fields do not go together.
    """
    rows = [
        row for row in sample_rows(text, separator) if not row.is_blank and not _SEPARATOR_LINE.match(row.fields[0])
    ]
    said = skip_lines is not None or header_lines is not None
    notes: list[str] = []
    if said:
        first, lines = skip_lines or 0, 1 if header_lines is None else header_lines
    else:
        first, lines = _place(rows, file, bool(names), [tidy_name(name) for name in wanted])
        if first:
            notes.append(f"{first} line{'s' * (first > 1)} before the header")
        if lines > 1:
            notes.append(f"{lines} header lines")
    heads = [row for row in rows if first < row.line <= first + lines]
    body = [row for row in rows if row.line > first + lines]
    if not body:
        raise FileImportError(f"{file}: has a header and no rows; expected rows of readings under it")
    width = Counter(len(row.fields) for row in body).most_common(1)[0][0]
    if names:
        if len(names) != width:
            raise FileImportError(
                f"{file}:{body[0].line}: rows have {width} fields, file.names has {len(names)} names; give one a field"
            )
        return Header(first, lines, tuple(names), _under(heads, 0, width), tuple(body), tuple(notes))
    if not heads:
        raise FileImportError(f"{file}:{first + 1}: expected the header here (file.skip_lines is {first})")
    found, shift, note = _names(heads[0], body, width, separator, file)
    return Header(
        first, lines, found, _under(heads[1:], shift, width), tuple(body), (*notes, note) if note else tuple(notes)
    )


def _place(rows: list[SampleRow], file: str, nameless: bool, wanted: list[str]) -> tuple[int, int]:
    """Lines before the header and lines of the header, told by the first row that looks like readings."""
    data = next((index for index, row in enumerate(rows) if _looks_like_data(row)), None)
    if wanted and (named := next((row for row in rows if set(wanted) <= set(map(tidy_name, row.fields))), None)):
        below = rows[data].line if data is not None and rows[data].line > named.last_line else named.last_line + 1
        return named.line - 1, below - named.line
    if data is None:
        raise FileImportError(
            f"{file}: no row has a date and time that can be recognised; "
            "describe the file in a mapping: [time] column and format, [file] skip_lines"
        )
    if nameless:
        return 0, rows[data].line - 1
    width = len(rows[data].fields)
    top = data
    while (
        top > 0
        and data - top < _HEADER_LINES_AT_MOST
        and len(rows[top - 1].fields) >= max(2, width - 1)
        and rows[top - 1].last_line + 1 == rows[top].line
    ):
        top -= 1
    if top == data and data > 0 and len(rows[data - 1].fields) >= 2:
        top = data - 1  # a blank line between the header and the rows, or a header that does not fit: asked below
    if top == data:
        raise FileImportError(
            f"{file}:{rows[data].line}: the readings begin here and no header is above; "
            'name the columns in a mapping: [file] header_lines = 0, names = ["time", "CO2", …]'
        )
    return rows[top].line - 1, rows[data].line - rows[top].line


def _looks_like_data(row: SampleRow) -> bool:
    kinds = [cell_kind(field) for field in row.fields]
    has_time = CellKind.MOMENT in kinds or CellKind.DATE in kinds
    has_time |= CellKind.UNIX in kinds or CellKind.UNIX_MS in kinds
    return has_time and len(row.fields) > 1


def _under(heads: list[SampleRow], shift: int, width: int) -> tuple[tuple[str, ...], ...]:
    def cell(row: SampleRow, index: int) -> str:
        return row.fields[index - shift].strip() if 0 <= index - shift < len(row.fields) else ""

    return tuple(tuple(text for row in heads if (text := cell(row, index))) for index in range(width))


def _names(
    head: SampleRow, body: list[SampleRow], width: int, separator: str, file: str
) -> tuple[tuple[str, ...], int, str]:
    """Names of the columns, how far they are shifted against the header, and what was guessed."""
    names = [re.sub(r"[\x00-\x1f\x7f]", " ", field).strip() for field in head.fields]
    while len(names) > width and not names[-1]:
        names.pop()
    full = [row.fields for row in body if len(row.fields) == width]
    if len(names) == width:
        return tuple(names), 0, ""
    if len(names) == width - 1 and all(not fields[-1].strip() for fields in full):
        return (*names, ""), 0, ""
    if len(names) == width - 1 and _counts_up([fields[0] for fields in full]):
        return ("", *names), 1, "the first column has no name and counts the rows"
    decimal_commas = separator == "," and len(names) < width
    mend = (
        "are these decimal commas? Export with semicolons between columns, or with a decimal point"
        if decimal_commas
        else "give the names of all columns in a mapping: [file] names = [...]"
    )
    raise QuestionError(
        f"{file}:{body[0].line}: rows have {width} fields and the header on line {head.line} has {len(names)}; {mend}"
    )


def _counts_up(texts: list[str]) -> bool:
    if not all(re.fullmatch(r"\d{1,15}", text.strip()) for text in texts):
        return False
    return all(int(text) == expected for text, expected in zip(texts, count(int(texts[0])), strict=False))


def column_index(names: Sequence[str], wanted: str, place: str) -> int:
    """Index of a column by its name.

    Raises
    ------
    FileImportError
        When the file has no such column, or two of that name; ``place`` begins the message.
    """
    tidy = tidy_name(wanted)
    found = [index for index, name in enumerate(names) if tidy_name(name) == tidy]
    if len(found) == 1:
        return found[0]
    if found:
        raise FileImportError(
            f'{place}: the file has {len(found)} columns named "{wanted}"; name them apart (file.names)'
        )
    listed = ", ".join(name or "(no name)" for name in names)
    raise FileImportError(
        f'{place}: the file has no column "{wanted}"{did_you_mean(tidy, [tidy_name(name) for name in names if name])}; '
        f"it has {listed}"
    )


def find_decimal(cells: Sequence[tuple[str, int, str]], separator: str, file: str) -> str:
    """Decimal sign of number cells, given as (column, line, text).

    Raises
    ------
    QuestionError
        When both signs occur, or when ``1,234`` could be a thousand and more or one and a bit.
    """
    comma = point = None
    sure = False
    for column, line, text in cells:
        number = text.strip()
        if re.fullmatch(r"[+-]?\d[\d\s]*,\d+", number):
            comma = comma or (column, line, number)
            sure |= not re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", number)
        elif re.fullmatch(r"[+-]?\d*\.\d+([eE][+-]?\d+)?", number):
            point = point or (column, line, number)
    if comma and point:
        raise QuestionError(
            f'{file}:{comma[1]}: {comma[0]} is "{comma[2]}" and on line {point[1]} {point[0]} is "{point[2]}"; '
            'say which is the decimal sign with --decimal "," or --decimal "."'
        )
    if comma and not sure and separator != ";":
        raise QuestionError(
            f'{file}:{comma[1]}: {comma[0]} is "{comma[2]}": a decimal comma or a thousand? '
            'say --decimal "," if it is a decimal comma, else export without thousands separators'
        )
    return "," if comma else "."
