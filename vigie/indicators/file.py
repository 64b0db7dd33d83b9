"""The exported file: what it speaks of in its head, a row a group and the total, a checksum in its foot."""

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar

from rules.indicator_rows import COUNTS, NAMES, Cell, Grouping, Row, Table
from store.indicators import KnownAt
from vigie.errors import UsageError
from vigie.indicators.report import TOTAL, Asked, Naming, Report

FORMAT = "vigie indicators 1"
_KEYS = ("period", "timezone", "by", "names", "known until", "log head", "left out", "rule packs", "software")
Kind = TypeVar("Kind", Grouping, Naming)
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2}) to (\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, slots=True)
class ReadFile:
    """An exported file, read again.

    Attributes
    ----------
    sound : bool
        Its checksum is that of its text.
    """

    asked: Asked
    known: KnownAt
    table: Table
    sound: bool


def as_text(report: Report, software: str) -> str:
    """The file of a report, as text."""
    asked = report.asked
    until = datetime.fromtimestamp(report.known.until / 1000, UTC).isoformat(timespec="milliseconds")
    head = {
        "period": f"{asked.first} to {asked.last}",
        "timezone": asked.timezone,
        "by": asked.by.value,
        "names": asked.naming.value,
        "known until": until,
        "log head": report.known.head or "empty",
        "left out": f"{report.simulated_tickets} simulated tickets; {report.simulated_campaigns} simulated campaigns",
        "rule packs": "; ".join(report.packs) or "none",
        "software": software,
    }
    lines = [f"# {FORMAT}\n", *(f"# {key}: {head[key]}\n" for key in _KEYS)]
    body = io.StringIO()
    writer = csv.writer(body, lineterminator="\n")
    writer.writerow(("group", *NAMES))
    for row in (*report.table.rows, report.table.total):
        writer.writerow((row.group, *(_cell(row.values[name]) for name in NAMES)))
    text = "".join(lines) + body.getvalue()
    return f"{text}# sha256: {_checksum(text)}\n"


def read_text(text: str, name: str) -> ReadFile:
    """Read an exported file.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for errors.

    Raises
    ------
    UsageError
        It is no file of :func:`as_text`; the message names the line.
    """
    lines = text.replace("\r\n", "\n").splitlines()
    if not lines or lines[0].strip() != f"# {FORMAT}":
        raise UsageError(f'{name}:1: expected "# {FORMAT}"; is it a file of vigie indicators --csv?')
    told = _told(lines, name)
    by = _one_of(Grouping, told, "by", name)
    naming = _one_of(Naming, told, "names", name)
    asked = Asked(*_period(told["period"], name), told["timezone"], by, naming)
    head = "" if told["log head"] == "empty" else told["log head"]
    rows = list(_rows(lines, name))
    if not rows or rows[-1].group != TOTAL:
        raise UsageError(f'{name}: expected the row "{TOTAL}" as the last one; a part of the file is missing')
    before, mark, checksum = text.replace("\r\n", "\n").rpartition("# sha256: ")
    return ReadFile(
        asked=asked,
        known=KnownAt(_instant(told["known until"], name), head),
        table=Table(by, tuple(rows[:-1]), rows[-1]),
        sound=bool(mark) and checksum.strip() == _checksum(before),
    )


def _told(lines: list[str], name: str) -> Mapping[str, str]:
    told = {}
    for number, (line, key) in enumerate(zip(lines[1:], _KEYS, strict=False), 2):
        mark, _, value = line.partition(": ")
        if mark != f"# {key}":
            raise UsageError(f'{name}:{number}: "{line[:60]}"; expected "# {key}: …"; the head of the file was changed')
        told[key] = value.strip()
    if len(told) != len(_KEYS):
        raise UsageError(f"{name}: ends after {len(lines)} lines; a part of the file is missing")
    return told


def _rows(lines: list[str], name: str) -> Iterator[Row]:
    at = len(_KEYS) + 2
    table = csv.reader(line for line in lines[at - 1 :] if not line.startswith("# sha256: "))
    header = next(table, [])
    if header != ["group", *NAMES]:
        raise UsageError(
            f"{name}:{at}: the columns are not those of this version of Vigie; check the file with the one its head "
            "names, or export it again"
        )
    for number, cells in enumerate(table, at + 1):
        if len(cells) != len(header):
            raise UsageError(f"{name}:{number}: {len(cells)} cells; expected {len(header)}")
        values = {key: _number(cell, key, f"{name}:{number}") for key, cell in zip(NAMES, cells[1:], strict=True)}
        yield Row(cells[0], values)


def _number(cell: str, key: str, place: str) -> Cell:
    if not cell:
        return None
    try:
        return int(cell) if key in COUNTS else float(cell)
    except ValueError:
        expected = "a whole number" if key in COUNTS else "a number"
        raise UsageError(f'{place}: {key} is "{cell}"; expected {expected}') from None


def _cell(value: Cell) -> str:
    return "" if value is None else repr(value)


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _period(text: str, name: str) -> "tuple[date, date]":
    match = _DAYS.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        return date.fromisoformat(match[1]), date.fromisoformat(match[2])
    except ValueError:
        raise UsageError(f'{name}:2: period is "{text}"; expected two days, such as 2026-01-01 to 2026-03-31') from None


def _instant(text: str, name: str) -> int:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise UsageError(f'{name}: known until is "{text}"; expected an instant in ISO 8601') from None


def _one_of(kinds: type[Kind], told: Mapping[str, str], key: str, name: str) -> Kind:
    found = next((kind for kind in kinds if kind.value == told[key]), None)
    if found is None:
        raise UsageError(f'{name}: {key} is "{told[key]}"; expected {" or ".join(kind.value for kind in kinds)}')
    return found
