"""From a work schedule to true instants: shifts and local days, across holidays, nights and changes of clocks."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from catalog.places import Break, Establishment, ShiftPattern, WorkSchedule
from catalog.public_holidays import is_holiday


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open time (start, end], milliseconds UTC."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Milliseconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Shift:
    """One work period as it really happened on the clock of the world.

    Attributes
    ----------
    day : datetime.date
        Local day the shift starts on; the limit in force that day applies.
    pieces : tuple of Interval
        The time people are in the zone, in order: the whole shift, less its breaks where breaks do not count.
    """

    name: str
    day: date
    start: int
    end: int
    pieces: tuple[Interval, ...]

    @property
    def worked(self) -> int:
        """Milliseconds people are in the zone."""
        return sum(piece.length for piece in self.pieces)


def shifts(schedule: WorkSchedule, establishment: Establishment, first: date, last: date) -> list[Shift]:
    """The shifts that start on the local days ``first`` to ``last``, both included, in order of start.

    Parameters
    ----------
    schedule : WorkSchedule
        The weekly pattern; its closed days, and public holidays unless people work on them, are left out.
    establishment : Establishment
        Gives the time zone the pattern is laid out in and the country and subdivision of the public holidays.
    first, last : datetime.date
        Local days. A night shift belongs to the day it starts on.

    Returns
    -------
    list of Shift
        With true lengths: a 22:00-06:00 shift has 7 h when the clocks go forward and 9 h when they go back.

    Notes
    -----
    A wall-clock time that does not exist (clocks go forward) is the moment the clocks jump; one that happens twice is
    the first. Both keep the order of times, so shifts that follow each other neither overlap nor leave a hole. A shift
    whose whole time was skipped by the clock did not happen. A break starts by the clock and keeps its agreed length.
    """
    zone = ZoneInfo(establishment.timezone)
    found: list[Shift] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if _works_on(day, schedule, establishment):
            made = (_shift(pattern, day, zone) for pattern in schedule.shifts if day.isoweekday() in pattern.days)
            found += [shift for shift in made if shift is not None]
    return sorted(found, key=lambda shift: (shift.start, shift.end))


def local_days(timezone: str, start: int, end: int) -> list[tuple[date, Interval]]:
    """The whole local days, 00:00 to 24:00, that meet the time (start, end].

    Parameters
    ----------
    timezone : str
        IANA name.
    start, end : int
        Milliseconds UTC.

    Returns
    -------
    list of (datetime.date, Interval)
        In order, without hole or overlap; the first and last reach beyond start and end where these are no midnights,
        so that a day is the same day whoever asks. A day has 23 h or 25 h when the clocks change in it.

    Examples
    --------
    >>> days = local_days("Europe/Paris", 1774742400000, 1774828800000)
    >>> [(str(day), whole.length // 3_600_000) for day, whole in days]
    [('2026-03-29', 23), ('2026-03-30', 24)]
    """
    zone = ZoneInfo(timezone)
    if end <= start:
        return []
    day = datetime.fromtimestamp(start / 1000, zone).date()
    days: list[tuple[date, Interval]] = []
    midnight = instant_of(datetime.combine(day, time()), zone)
    while midnight < end:
        following = day + timedelta(days=1)
        next_midnight = instant_of(datetime.combine(following, time()), zone)
        if next_midnight > max(start, midnight):
            days.append((day, Interval(midnight, next_midnight)))
        day, midnight = following, next_midnight
    return days


def instant_of(local: datetime, zone: ZoneInfo) -> int:
    """The instant of a wall-clock time, milliseconds UTC.

    A time that happens twice is the first; a time the clocks skip is the moment they jump.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1))
    if second < first:  # only a time the clocks skip has its two readings in this order (PEP 495)
        return _jump(zone, math.floor(second), math.ceil(first)) * 1000
    return round(first * 1000)


def _jump(zone: ZoneInfo, before: int, after: int) -> int:
    """The second, in (before, after], from which the clocks of ``zone`` are those of ``after``."""
    offset = datetime.fromtimestamp(after, zone).utcoffset()
    while after - before > 1:
        middle = (before + after) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def _works_on(day: date, schedule: WorkSchedule, establishment: Establishment) -> bool:
    if day in schedule.closed:
        return False
    return schedule.works_on_holidays or not is_holiday(day, establishment.country, establishment.subdivision)


def _shift(pattern: ShiftPattern, day: date, zone: ZoneInfo) -> Shift | None:
    """The shift of a pattern that starts on ``day``, or None when the clocks skipped it whole."""
    start = instant_of(datetime.combine(day, pattern.start), zone)
    end = instant_of(datetime.combine(day + timedelta(days=pattern.end <= pattern.start), pattern.end), zone)
    if end <= start:
        return None
    pieces: tuple[Interval, ...] = (Interval(start, end),)
    if not pattern.breaks_count:
        for pause in pattern.breaks:
            pieces = _without(pieces, _break(pause, pattern, day, zone))
    return Shift(pattern.name, day, start, end, pieces)


def _break(pause: Break, pattern: ShiftPattern, day: date, zone: ZoneInfo) -> Interval:
    """A break of the shift that starts on ``day``; before the shift's first hour on the clock means after midnight."""
    begin = datetime.combine(day + timedelta(days=pause.start < pattern.start), pause.start)
    finish = datetime.combine(begin.date() + timedelta(days=pause.end <= pause.start), pause.end)
    start = instant_of(begin, zone)
    return Interval(start, start + (finish - begin) // timedelta(milliseconds=1))


def _without(pieces: tuple[Interval, ...], pause: Interval) -> tuple[Interval, ...]:
    """The pieces less a pause."""
    left = [
        part
        for piece in pieces
        for part in (
            Interval(piece.start, min(piece.end, pause.start)),
            Interval(max(piece.start, pause.end), piece.end),
        )
        if part.length > 0
    ]
    return tuple(left)
