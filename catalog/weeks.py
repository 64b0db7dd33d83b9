"""Working weeks: the hours worked from a Monday to the next, as weekly exposure levels take them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from catalog.places import Establishment, WorkSchedule
from catalog.schedule import Interval, Shift, instant_of, shifts

_A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WorkWeek:
    """A local week, Monday 00:00 to the next, and the time worked in the shifts that start in it.

    Attributes
    ----------
    monday : datetime.date
    start, end : int
        Milliseconds UTC.
    pieces : tuple of Interval
        In order, at least one. A night shift of Sunday evening is of the week it starts in, whole.
    """

    monday: date
    start: int
    end: int
    pieces: tuple[Interval, ...]

    @property
    def closed(self) -> int:
        """Instant at which the week and the last of its shifts are over [ms UTC]."""
        return max(self.end, self.pieces[-1].end)


def work_weeks(schedule: WorkSchedule, establishment: Establishment, first: date, last: date) -> list[WorkWeek]:
    """The weeks that hold any of the local days ``first`` to ``last``, each whole.

    Parameters
    ----------
    schedule, establishment
        As for :func:`catalog.schedule.shifts`.
    first, last : datetime.date
        Local days, both included.

    Returns
    -------
    list of WorkWeek
        In order. Weeks nobody works in are left out, and those in which two shifts start on one day: nobody works both,
        and a registry does not say who works which.

    Examples
    --------
    >>> from catalog.identifiers import EmployerId, EstablishmentId
    >>> from catalog.places import ShiftPattern
    >>> office = WorkSchedule((ShiftPattern("day", frozenset({1, 2, 3, 4, 5}), time(8), time(16)),))
    >>> paris = Establishment(EstablishmentId("e"), EmployerId("f"), "Atelier", "Europe/Paris", "FR", None)
    >>> weeks = work_weeks(office, paris, date(2026, 5, 13), date(2026, 5, 18))
    >>> [(str(week.monday), len(week.pieces)) for week in weeks]
    [('2026-05-11', 4), ('2026-05-18', 5)]
    """
    zone = ZoneInfo(establishment.timezone)
    found = []
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        worked = shifts(schedule, establishment, monday, monday + _A_WEEK - timedelta(days=1))
        if worked and _one_a_day(worked):
            start, end = (instant_of(datetime.combine(day, time()), zone) for day in (monday, monday + _A_WEEK))
            found.append(WorkWeek(monday, start, end, tuple(piece for shift in worked for piece in shift.pieces)))
        monday += _A_WEEK
    return found


def _one_a_day(worked: Sequence[Shift]) -> bool:
    return len({shift.day for shift in worked}) == len(worked)
