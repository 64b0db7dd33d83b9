"""What the texts of a registry file must be: identifiers, days, clock times, numbers and names the catalog knows."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from enum import Enum
from functools import lru_cache
from typing import TypeVar
from zoneinfo import available_timezones

from catalog.errors import CatalogError
from catalog.kits import kit_models
from catalog.quantities import measured_quantities
from catalog.siret import check_naf, check_siret
from catalog.suggest import did_you_mean
from catalog.yaml_nodes import Kind, Misread

E = TypeVar("E", bound=Enum)
D = TypeVar("D", bound=date)

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEARS = range(1990, 2101)
_YES, _NO = ("yes", "true", "on"), ("no", "false", "off")
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "lun", "lundi"),
            ("tue", "tuesday", "mar", "mardi"),
            ("wed", "wednesday", "mer", "mercredi"),
            ("thu", "thursday", "jeu", "jeudi"),
            ("fri", "friday", "ven", "vendredi"),
            ("sat", "saturday", "sam", "samedi"),
            ("sun", "sunday", "dim", "dimanche"),
        ),
        start=1,
    )
    for name in (*names, str(number))
}


def _text(text: str) -> str:
    if not text:
        raise Misread
    return text


def _identifier(text: str) -> str:
    if not _IDENTIFIER.fullmatch(text):
        raise Misread
    return text


def _siret(text: str) -> str:
    try:
        return check_siret(text)
    except CatalogError as error:
        raise Misread(str(error)) from None


def _naf(text: str) -> str:
    try:
        return check_naf(text)
    except CatalogError:
        raise Misread("write its four digits and its letter") from None


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Misread("write the decimals after a point" if "," in text else "write digits") from None
    if value != value or abs(value) == float("inf") or "_" in text:
        raise Misread("write digits")
    return value


def _share(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise Misread("remove the minus sign")
    return value


def _headcount(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        raise Misread
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() not in (*_YES, *_NO):
        raise Misread
    return text.lower() in _YES


def _of_our_time(day: D) -> D:
    """The day itself, unless its year can only be a slip of the finger."""
    if day.year not in _YEARS:
        raise Misread(f"the year goes from {_YEARS.start} to {_YEARS.stop - 1}")
    return day


def _day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise Misread("write year-month-day such as 2026-03-29")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Misread("that day is not in the calendar") from None
    return _of_our_time(day)


def _clock(text: str) -> time:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise Misread("write it such as 08:30")
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        raise Misread("hours go from 00 to 23, minutes and seconds from 00 to 59") from None


def _closing_clock(text: str) -> time:
    return time() if text in ("24:00", "24:00:00") else _clock(text)


def _moment(text: str) -> datetime:
    if _DAY.fullmatch(text):
        raise Misread(f"add the time of day: {text} 08:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Misread("write it such as 2026-03-29 08:30") from None
    return _of_our_time(moment)


def _weekdays(text: str) -> frozenset[int]:
    first, dash, last = (part.strip().lower() for part in text.partition("-"))
    for part in (first, last) if dash else (first,):
        if part not in _WEEKDAYS:
            raise Misread("write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri")
    start, end = _WEEKDAYS[first], _WEEKDAYS[last] if dash else _WEEKDAYS[first]
    return frozenset((start - 1 + step) % 7 + 1 for step in range((end - start) % 7 + 1))


def one_of(names: Callable[[], Iterable[str]], expected: str, mend: str = "look it up") -> Kind[str]:
    """A name out of a list; a near miss is told in the mend."""

    def parse(text: str) -> str:
        known = list(names())
        if text in known:
            return text
        suggestion = did_you_mean(text, known)
        raise Misread(suggestion if len(known) <= 30 or suggestion.startswith("did") else mend)

    return Kind(expected, parse, "")


def member_of(closed_set: type[E], expected: str) -> Kind[E]:
    """A member of an enum by its value."""
    by_value = {str(member.value): member for member in closed_set}

    def parse(text: str) -> E:
        if text not in by_value:
            raise Misread(did_you_mean(text, by_value))
        return by_value[text]

    return Kind(expected, parse, next(iter(closed_set)))


@lru_cache(maxsize=1)
def _timezones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


TEXT = Kind("a text", _text, "", "write it after the colon")
IDENTIFIER = Kind(
    "an id of letters, digits, dot, dash and underscore, at most 64", _identifier, "", "use no spaces or accents"
)
SIRET = Kind("a SIRET, 14 digits with a valid key", _siret, "")
NAF = Kind("an activity code such as 16.23Z", _naf, "")
HEADCOUNT = Kind("a number of people, 1 or more", _headcount, 1, "write digits only")
NUMBER = Kind("a number", _number, 1.0)
SHARE = Kind("a standard uncertainty, zero or more", _share, 0.0)
FLAG = Kind("yes or no", _flag, False, "write one of the two")
DAY = Kind("a day", _day, date.min)
UNREAD = time(microsecond=1)
"""Stands in for a clock time that could not be read; no file can say it."""

CLOCK = Kind("a time of day", _clock, UNREAD)
CLOSING_CLOCK = Kind("a time of day, up to 24:00", _closing_clock, UNREAD)
MOMENT: Kind[datetime | None] = Kind("a day and time", _moment, None)
WEEKDAYS: Kind[frozenset[int]] = Kind("days of the week", _weekdays, frozenset())
TIMEZONE = one_of(_timezones, "a time zone such as Europe/Paris", "write its IANA name, continent and city")
MODEL = one_of(kit_models, "a kit model of the catalog")
QUANTITY = one_of(measured_quantities, "a quantity of the catalog")
