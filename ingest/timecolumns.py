"""Which columns hold a row's time, in which format: found in the file, or asked for."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ingest.dialect import column_index
from ingest.file_errors import FileImportError, QuestionError
from ingest.localtime import zone_problem
from ingest.mapping import FileMapping, TimeRule
from ingest.tablehead import TableHead
from ingest.timeformats import (
    ISO8601,
    UNIX,
    UNIX_MS,
    CellKind,
    DateOrder,
    cell_kind,
    clock_format,
    date_shape,
    deciding_order,
    format_problem,
)

DatePairs = Callable[[int], Iterator[tuple[int, int]]]
"""First and second number of every date in a column of the whole file."""

_UNIX_NAMES = re.compile(r"time|temps|date|epoch|unix|timestamp|horodat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A complete time rule, the columns it uses, and what was guessed."""

    rule: TimeRule
    indices: tuple[int, ...]
    notes: tuple[str, ...]


def find_time(head: TableHead, mapping: FileMapping, date_pairs: DatePairs) -> FoundTime:
    """Find the time columns and their format, or check those the mapping names.

    Parameters
    ----------
    head : TableHead
    mapping : FileMapping
    date_pairs : callable
        Reads the whole file's dates when the sample does not say whether days or months come first.

    Raises
    ------
    FileImportError
        When no column holds times.
    QuestionError
        When several could, when a date can be read two ways, or when local times have no zone.
    """
    rule = mapping.time
    place = f"{mapping.source}: time" if mapping.source else head.file
    if rule.timezone is not None and (problem := zone_problem(rule.timezone)):
        raise FileImportError(f'{place}: time zone is "{rule.timezone}"; expected {problem}')
    if rule.format is not None and (problem := format_problem(rule.format)):
        raise FileImportError(f'{place}: time format is "{rule.format}"; expected {problem}')
    notes: list[str] = []
    indices = tuple(column_index(head.names, name, place) for name in rule.columns)
    if not indices:
        indices = _time_columns(head)
        columns = tuple(head.names[index] for index in indices)
        if not all(columns):
            raise FileImportError(f"{head.file}: the column with the time has no name; name the columns in a mapping")
        rule = replace(rule, columns=columns)
        notes.append(f"time from {' and '.join(columns)}")
    is_moment = len(indices) == 1 and head.names[indices[0]] in head.moments
    if rule.format is None and not is_moment:
        rule = replace(rule, format=_format(head, indices, date_pairs))
        notes.append(f"time format {rule.format}")
    if rule.timezone is None:
        _ask_for_zone(head, indices, rule)
    return FoundTime(rule, indices, tuple(notes))


def _kind(texts: list[str]) -> CellKind:
    """What most cells of a column look like; a few may be damaged, which is told later, cell by cell."""
    kinds = Counter(cell_kind(text) for text in texts)
    del kinds[CellKind.OTHER]
    kind, count = kinds.most_common(1)[0] if kinds else (CellKind.OTHER, 0)
    return kind if 2 * count >= len(texts) else CellKind.OTHER


def _alike(texts: list[str]) -> list[str]:
    """The cells of the kind most of them are of."""
    kind = _kind(texts)
    return [text for text in texts if cell_kind(text) is kind]


def _time_columns(head: TableHead) -> tuple[int, ...]:
    kinds = [_kind(head.texts(index)) for index in range(len(head.names))]
    moments = [index for index, kind in enumerate(kinds) if kind is CellKind.MOMENT]
    if head.moments:
        moments = [index for index, name in enumerate(head.names) if name in head.moments]
    dates = [index for index, kind in enumerate(kinds) if kind is CellKind.DATE]
    clocks = [index for index, kind in enumerate(kinds) if kind is CellKind.CLOCK]
    unix = [
        index
        for index, kind in enumerate(kinds)
        if kind in {CellKind.UNIX, CellKind.UNIX_MS} and _UNIX_NAMES.search(head.names[index])
    ]
    if not moments and len(dates) == 1 and len(clocks) == 1:
        return dates[0], clocks[0]
    candidates = moments or ([] if dates else unix)
    if len(candidates) == 1:
        return (candidates[0],)
    several = candidates or (dates + clocks if dates and clocks else [])
    if several:
        listed = ", ".join(head.names[index] for index in several)
        raise QuestionError(
            f"{head.file}: the time could be in any of the columns {listed}; "
            "say which in a mapping: [time] column, or columns for a date and a time"
        )
    raise FileImportError(
        f"{head.file}: no column holds dates with times; "
        "name it in a mapping, with its format: [time] column and format"
    )


def _format(head: TableHead, indices: tuple[int, ...], date_pairs: DatePairs) -> str:
    texts = _alike(head.texts(indices[0]))
    if _kind(texts) is CellKind.UNIX:
        return UNIX
    if _kind(texts) is CellKind.UNIX_MS:
        return UNIX_MS
    shape = date_shape(texts) if texts else None
    clock = clock_format(_alike(head.texts(indices[-1]))) if texts else None
    is_iso = shape is not None and shape.order is DateOrder.YEAR_FIRST and shape.separator == "-" and len(indices) == 1
    if is_iso and (clock is None or "%.f" in clock or "z" in clock) and not any("m" in text.lower() for text in texts):
        return ISO8601  # which takes fractions and offsets in some rows only
    if shape is None or clock is None:
        raise FileImportError(
            f"{head.file}: the times in {' and '.join(head.names[index] for index in indices)} are not written alike; "
            'say their format with --time-format, e.g. "%d/%m/%Y %H:%M:%S"'
        )
    between = "T" if len(indices) == 1 and "T" in texts[0] else " "
    order = shape.order if not shape.short_year else None
    if order is None and not shape.short_year:
        order = deciding_order(date_pairs(indices[0]))
    if order is None:
        raise _date_question(head, indices, texts[0], shape.separator, f"{between}{clock}", shape.short_year)
    return order.value.format(shape.separator) + between + clock


def _date_question(
    head: TableHead, indices: tuple[int, ...], text: str, separator: str, tail: str, short_year: bool
) -> QuestionError:
    formats = [order.value.format(separator) + tail for order in (DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST)]
    if short_year:
        formats = [form.replace("%Y", "%y") for form in formats]
        formats.append(f"%y{separator}%m{separator}%d{tail}")
    options = " or ".join(f'--time-format "{form}"' for form in formats)
    line = head.cells[indices[0]][0][0]
    why = "its year has two digits" if short_year else "no row decides whether the day or the month comes first"
    return QuestionError(f'{head.file}:{line}: {head.names[indices[0]]} is "{text.strip()}" and {why}; say {options}')


def _ask_for_zone(head: TableHead, indices: tuple[int, ...], rule: TimeRule) -> None:
    """Ask for the time zone where the sample shows local times (rows without an offset further down are bad cells)."""
    if rule.format in {UNIX, UNIX_MS} or (rule.format and re.search(r"%[:#]?z", rule.format)):
        return
    line, text = next(iter(head.cells[indices[0]]), (1, ""))
    if rule.format == ISO8601 and re.search(r"(Z|[+-]\d{2}:?\d{2})$", text.strip()):
        return
    if head.names[indices[0]] in head.moments and re.search(r"[+-]\d{2}:\d{2}$", text):
        return
    raise QuestionError(
        f'{head.file}:{line}: {head.names[indices[0]]} is "{text.strip()}", a local time without its zone; '
        'say it with --timezone, e.g. --timezone Europe/Paris, or --timezone "+01:00" for a clock that is never changed'
    )
