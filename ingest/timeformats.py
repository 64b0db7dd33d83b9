"""Times as files write them: reading a column of them, and finding out which format it is."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

Instants: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

ISO8601, UNIX, UNIX_MS = "iso8601", "unix", "unix_ms"

EARLIEST_PLAUSIBLE = 631_152_000_000
"""1990-01-01: before it no kit existed; a year such as 24 for 2024 lies there [ms UTC]."""
LATEST_PLAUSIBLE = 4_102_444_800_000
"""2100-01-01 [ms UTC]."""

_DIRECTIVE = re.compile(r"%(\.\d?f|:z|#z|-?[a-zA-Z%])")
_KNOWN_DIRECTIVES = set("YymdebBjFHkIlMSTRpPz%") | {".f", ".3f", ".6f", ".9f", ":z", "#z", "-d", "-m", "-H", "-I", "-M"}


def format_problem(text: str) -> str | None:
    """What was expected of a time format, or None when ``text`` is one this module reads."""
    if text in {ISO8601, UNIX, UNIX_MS}:
        return None
    expected = f'"{ISO8601}", "{UNIX}", "{UNIX_MS}" or codes such as "%d/%m/%Y %H:%M:%S"'
    codes = _DIRECTIVE.findall(_with_point_fraction(text))
    if not codes:
        return expected
    if unknown := [code for code in codes if code not in _KNOWN_DIRECTIVES]:
        return f"{expected}; %{unknown[0]} is not a code of a time"
    given = {code.lstrip("-") for code in codes}
    if not (given & {"Y", "y", "F"} and given & {"m", "b", "B", "j", "F"} and given & {"d", "e", "j", "F"}):
        return f"{expected}, with year, month and day"
    if not given & {"H", "k", "I", "l", "T", "R"}:
        return f"{expected}, with the time of day"
    return None


def _with_point_fraction(text: str) -> str:
    # Python writes a fraction of a second ".%f"; for Polars a bare %f counts nanoseconds: wrong, and in silence.
    return re.sub(r"[.,]%f", "%.f", text)


class _Meaning(Enum):
    LOCAL = "local"
    ABSOLUTE = "absolute"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One strptime format to try on what the formats before it could not read."""

    format: str
    meaning: _Meaning


@dataclass(frozen=True, slots=True)
class Times:
    """A column of times.

    Attributes
    ----------
    milliseconds : array of int
        UTC where ``absolute``, otherwise the local wall clock as if it were UTC.
    known, absolute : array of bool
        Whether the text could be read; whether it carries its own offset from UTC.
    """

    milliseconds: Instants
    known: Mask
    absolute: Mask


def parse_times(texts: pl.Series, time_format: str) -> Times:
    """Read a column of times.

    Parameters
    ----------
    texts : polars.Series of str
    time_format : str
        ``iso8601``, ``unix``, ``unix_ms`` or strptime codes.

    Returns
    -------
    Times
    """
    size = len(texts)
    times = Times(np.zeros(size, np.int64), np.zeros(size, np.bool_), np.zeros(size, np.bool_))
    if time_format in {UNIX, UNIX_MS}:
        scale = 1000.0 if time_format == UNIX else 1.0
        seconds = texts.str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
        times.known[:] = np.isfinite(seconds) & (np.abs(seconds) * scale < 2.0**53)
        times.milliseconds[times.known] = np.round(seconds[times.known] * scale).astype(np.int64)
        times.absolute[:] = True
        return times
    where = np.flatnonzero(texts.is_not_null().to_numpy())
    remaining = texts.drop_nulls()
    for attempt, tidy in _attempts(time_format):
        if not where.size:
            break
        if tidy:
            remaining = remaining.str.strip_chars().str.replace_all(r"\s+", " ").str.replace(r",(\d+)", ".$1")
        if time_format == ISO8601:
            remaining = remaining.str.strip_chars().str.replace(" ", "T", literal=True)
        parsed = remaining.str.to_datetime(attempt.format, time_unit="ms", strict=False).dt.epoch("ms")
        read = parsed.is_not_null()
        got = read.to_numpy()
        times.milliseconds[where[got]] = parsed.drop_nulls().to_numpy()
        times.known[where[got]] = True
        times.absolute[where[got]] = attempt.meaning is _Meaning.ABSOLUTE
        where = where[~got]
        remaining = remaining.filter(~read)
    return times


def _attempts(time_format: str) -> Iterable[tuple[_Attempt, bool]]:
    """Formats in the order to try, the plain and fast ones first, each also on tidied text in the end."""
    if time_format == ISO8601:
        attempts = [
            _Attempt("%Y-%m-%dT%H:%M:%SZ", _Meaning.ABSOLUTE),
            _Attempt("%Y-%m-%dT%H:%M:%S", _Meaning.LOCAL),
            _Attempt("%Y-%m-%dT%H:%M:%S%.f%#z", _Meaning.ABSOLUTE),
            _Attempt("%Y-%m-%dT%H:%M:%S%.f", _Meaning.LOCAL),
            _Attempt("%Y-%m-%dT%H:%M", _Meaning.LOCAL),
            _Attempt("%Y-%m-%dT%H:%M%#z", _Meaning.ABSOLUTE),
        ]
    else:
        plain = _with_point_fraction(time_format)
        meaning = _Meaning.ABSOLUTE if re.search(r"%[:#]?z", plain) else _Meaning.LOCAL
        fractional = re.sub(r"%S(?!%\.)", "%S%.f", plain.replace("%T", "%H:%M:%S"))
        attempts = [_Attempt(form, meaning) for form in dict.fromkeys((plain, fractional))]
    for attempt in attempts:
        yield attempt, False
    yield attempts[0], True
    for attempt in attempts[1:]:
        yield attempt, False


_DATE = r"(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,4})"
_CLOCK = r"\d{1,2}:\d{2}(?P<seconds>:\d{2}(?P<fraction>[.,]\d+)?)?(?P<half>\s*[AaPp]\.?[Mm]\.?)?"
_OFFSET = r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?"
_MOMENT_PATTERN = re.compile(rf"{_DATE}(?P<between>T|\s+){_CLOCK}{_OFFSET}")
_DATE_PATTERN = re.compile(_DATE)
_CLOCK_PATTERN = re.compile(_CLOCK)


class CellKind(Enum):
    """What a cell looks like, as far as time is concerned."""

    MOMENT = "date and time"
    DATE = "date"
    CLOCK = "time of day"
    UNIX = "seconds since 1970"
    UNIX_MS = "milliseconds since 1970"
    OTHER = "no time"


def cell_kind(text: str) -> CellKind:
    """What a cell looks like; a bare number counts as Unix time only where it would lie between 2001 and 2065.

    Examples
    --------
    >>> cell_kind("2024-01-31 08:00").value, cell_kind("31/01/2024").value, cell_kind("21.5").value
    ('date and time', 'date', 'no time')
    """
    text = text.strip()
    if _MOMENT_PATTERN.fullmatch(text):
        return CellKind.MOMENT
    if _CLOCK_PATTERN.fullmatch(text):
        return CellKind.CLOCK
    if _DATE_PATTERN.fullmatch(text):
        return CellKind.DATE
    if re.fullmatch(r"[12]\d{9}(\.\d+)?", text):
        return CellKind.UNIX
    if re.fullmatch(r"[12]\d{12}", text):
        return CellKind.UNIX_MS
    return CellKind.OTHER


class DateOrder(Enum):
    """Order of day, month and year in a date."""

    YEAR_FIRST = "%Y{0}%m{0}%d"
    DAY_FIRST = "%d{0}%m{0}%Y"
    MONTH_FIRST = "%m{0}%d{0}%Y"


@dataclass(frozen=True, slots=True)
class DateShape:
    """What the dates of a sample have in common.

    Attributes
    ----------
    separator : str
    order : DateOrder or None
        None when the sample does not decide between day first and month first.
    short_year : bool
        Years have two digits.
    """

    separator: str
    order: DateOrder | None
    short_year: bool


def date_shape(texts: Sequence[str]) -> DateShape | None:
    """What dates (or dates with times) have in common, or None when they are not written alike."""
    matches = [match for text in texts if (match := re.match(_DATE, text.strip()))]
    if not matches or len(matches) != len(texts):
        return None
    separators = {match["sep"] for match in matches}
    if len(separators) != 1:
        return None
    if all(len(match["a"]) == 4 for match in matches):
        return DateShape(separators.pop(), DateOrder.YEAR_FIRST, short_year=False)
    if any(len(match["a"]) > 2 for match in matches):
        return None
    order = deciding_order([(int(match["a"]), int(match["b"])) for match in matches])
    return DateShape(separators.pop(), order, short_year=any(len(match["c"]) != 4 for match in matches))


def deciding_order(pairs: Iterable[tuple[int, int]]) -> DateOrder | None:
    """Day first or month first, decided by a number over 12; None when no pair decides or they disagree."""
    day_first = month_first = False
    for first, second in pairs:
        day_first |= first > 12
        month_first |= second > 12
    if day_first == month_first:
        return None
    return DateOrder.DAY_FIRST if day_first else DateOrder.MONTH_FIRST


def clock_format(texts: Sequence[str]) -> str | None:
    """Format of the time of day at the end of each text (with its offset), or None when they are not written alike."""
    matches = [re.search(rf"(?<![\d:]){_CLOCK}{_OFFSET}$", text.strip()) for text in texts]
    found = [match for match in matches if match]
    if not found or len(found) != len(texts):
        return None
    halves = {bool(match["half"]) for match in found}
    offsets = {bool(match["offset"]) for match in found}
    seconds = {bool(match["seconds"]) for match in found}
    if len(halves) + len(offsets) + len(seconds) > 3:
        return None
    form = ("%I" if halves.pop() else "%H") + ":%M"
    if seconds.pop():
        form += ":%S%.f" if any(match["fraction"] for match in found) else ":%S"
    if found[0]["half"]:
        form += " %p" if found[0]["half"][0].isspace() else "%p"
    if offsets.pop():
        offset_at = found[0].start("offset") - 1
        form += " %#z" if found[0].string[offset_at].isspace() else "%#z"
    return form
