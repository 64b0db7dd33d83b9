"""Instants as people type them and as screens show them; inside, everything is milliseconds UTC."""

import re
from datetime import UTC, date, datetime, time
from time import time_ns
from zoneinfo import ZoneInfo

from vigie.errors import UsageError


def now() -> int:
    """Milliseconds UTC by this machine's clock; the rooms below get it as an argument."""
    return time_ns() // 1_000_000


def parse_instant(text: str, timezone: str, option: str) -> int:
    """Milliseconds UTC of a date or an ISO 8601 date and time.

    Parameters
    ----------
    text : str
        ``2026-03-02``, ``2026-03-02 07:30`` or ``2026-03-02T06:30Z``; without an offset it is local time.
    timezone : str
        IANA name of the local time.
    option : str
        Name of the option, for the error.

    Raises
    ------
    UsageError
        It is none of these.

    Examples
    --------
    >>> parse_instant("1970-01-02", "UTC", "--from")
    86400000
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f'{option} is "{text}"; expected a date such as 2026-03-02, or 2026-03-02T07:30') from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return round(moment.timestamp() * 1000)


def parse_until(text: str, timezone: str, option: str) -> int:
    """Like :func:`parse_instant`, but a bare date means the end of that day: ``--to 2026-03-02`` includes the 2nd.

    Examples
    --------
    >>> parse_until("1970-01-01", "UTC", "--to")
    86400000
    """
    if re.fullmatch(r"\s*\d{4}-\d{2}-\d{2}\s*", text):
        start = parse_instant(text, timezone, option)
        day = local_day(start, timezone)
        return instant_of(date.fromordinal(day.toordinal() + 1), timezone)
    return parse_instant(text, timezone, option)


def local_day(instant: int, timezone: str) -> date:
    """Local calendar day of an instant [ms UTC]."""
    return datetime.fromtimestamp(instant / 1000, ZoneInfo(timezone)).date()


def instant_of(day: date, timezone: str) -> int:
    """Milliseconds UTC of a local midnight."""
    return round(datetime.combine(day, time.min, ZoneInfo(timezone)).timestamp() * 1000)


def as_datetime(instant: int) -> datetime:
    """UTC datetime of milliseconds."""
    return datetime.fromtimestamp(instant / 1000, UTC)
