"""How much of the worked time of consecutive working days lay beyond a limit."""

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from catalog.identifiers import QuantityId
from dsp.exposure import Exposure, Measure, WindowKind
from rules.rule import Direction, Rule

_SAME_LIMIT = 1e-9
"""Relative difference within which a time above is above the level's limit."""


@dataclass(slots=True)
class WorkedShift:
    """One shift of a zone and the time a quantity spent beyond limits in it, the worst kit taken.

    Attributes
    ----------
    start, end : int
        Milliseconds UTC.
    above, below : dict of float to float
        Limit → seconds beyond it.
    """

    start: int
    end: int
    day: date
    above: dict[float, float] = field(default_factory=dict)
    below: dict[float, float] = field(default_factory=dict)


def worked_shifts(
    exposures: Iterable[Exposure], quantities: Iterable[QuantityId], shift_days: Mapping[int, date]
) -> Mapping[QuantityId, Sequence[WorkedShift]]:
    """The shifts in which some quantities of one zone were looked at, in order of their ends.

    Parameters
    ----------
    exposures : iterable of Exposure
        Of one zone, times above and below limits among them, in any order.
    """
    found: dict[QuantityId, dict[tuple[int, int], WorkedShift]] = {name: {} for name in quantities}
    for exposure in exposures:
        of_quantity = found.get(exposure.quantity)
        if of_quantity is None or exposure.window_kind is not WindowKind.SHIFT:
            continue
        key = (exposure.end, exposure.start)
        shift = of_quantity.get(key)
        if shift is None:
            day = shift_days.get(exposure.start)
            if day is None:
                continue
            shift = of_quantity[key] = WorkedShift(exposure.start, exposure.end, day)
        if exposure.threshold is not None and exposure.value is not None:
            if exposure.measure is Measure.TIME_ABOVE:
                times = shift.above
            elif exposure.measure is Measure.TIME_BELOW:
                times = shift.below
            else:
                continue
            times[exposure.threshold] = max(times.get(exposure.threshold, 0.0), exposure.value)
    return {name: [shifts[key] for key in sorted(shifts)] for name, shifts in found.items()}


@dataclass(slots=True)
class _Day:
    """One working day so far: worked seconds, and for each level those beyond its limit and whether a shift is sure."""

    day: date
    worked: float
    beyond: list[float]


class Occupation:
    """The working days of one rule's campaign, shift by shift.

    Notes
    -----
    A working day is one with a shift. The worst kit of a shift counts, missing time counts as not beyond, and breaks
    that do not count stay in the worked time: the share is rather too small than too large. Fewer working days than
    the rule asks for say nothing. A run of days counts as soon as its last day has a shift: what that day is still to
    bring is not known then.
    """

    __slots__ = (
        "_days",
        "_direction",
        "_index",
        "_largest",
        "_last_sure",
        "_levels",
        "_none",
        "_rule",
        "_shifts",
        "_since",
        "_sure",
        "_width",
    )

    def __init__(self, rule: Rule, shifts: Sequence[WorkedShift]) -> None:
        self._rule = rule
        self._levels = rule.levels
        self._none: list[float | None] = [None] * len(rule.levels)
        self._direction: Direction = rule.direction
        self._width = rule.repetition.working_days
        self._shifts = shifts
        self._index = 0
        self.begin(0)

    def begin(self, since: int) -> None:
        """A campaign begins: nothing of shifts that started before ``since`` [ms UTC] counts."""
        self._since = since
        self._days: list[_Day] = []
        self._sure: dict[date, int] = {}
        self._last_sure = date.min
        self._largest: list[float | None] = [None] * len(self._levels)

    @property
    def idle(self) -> bool:
        """Whether no shift of the campaign was sure: no share matters yet."""
        return not self._sure

    def mark(self, day: date, sure: int) -> None:
        """A shift of a day is sure at some levels (bits)."""
        if sure:
            self._sure[day] = self._sure.get(day, 0) | sure
            self._last_sure = max(self._last_sure, day)

    def shares(self, until: int) -> list[float | None]:
        """By level: the share of the latest run of working days with a sure one in it, of shifts that ended by then."""
        if not self._sure:
            return self._none  # what was worked until then is looked at when it matters
        while self._index < len(self._shifts) and self._shifts[self._index].end <= until:
            shift = self._shifts[self._index]
            self._index += 1
            if shift.start >= self._since:
                self._add(shift)
        return self._latest()

    def largest(self) -> list[float | None]:
        """By level: the largest share of any run of the campaign, each with all the shifts of its days."""
        self._keep()
        return self._largest

    def _add(self, shift: WorkedShift) -> None:
        day = self._day(shift.day)
        day.worked += (shift.end - shift.start) / 1000.0
        times = shift.below if self._direction == "below" else shift.above
        if any(times.values()):
            for index, level in enumerate(self._levels):
                limit = level.limit_on(shift.day)
                if limit is not None:
                    day.beyond[index] += max((s for t, s in times.items() if _same(t, limit.value)), default=0.0)

    def _day(self, day: date) -> _Day:
        days = self._days
        if days and days[-1].day == day:
            return days[-1]
        position = len(days)
        if days and day < days[-1].day:  # shifts overlap, and the one that began first ends last
            position = bisect_left(days, day, key=lambda each: each.day)
            if days[position].day == day:
                return days[position]
        self._keep()
        days.insert(position, _Day(day, 0.0, [0.0] * len(self._levels)))
        return days[position]

    def _latest(self) -> list[float | None]:
        if len(self._days) < self._width or self._last_sure < self._days[-self._width].day:
            return self._none
        run = self._days[-self._width :]
        sure = 0
        for day in run:
            sure |= self._sure.get(day.day, 0)
        if not sure:
            return self._none
        worked = math.fsum(day.worked for day in run)
        return [
            math.fsum(day.beyond[index] for day in run) / worked if sure >> index & 1 else None
            for index in range(len(self._levels))
        ]

    def _keep(self) -> None:
        latest = self._latest()
        if latest is self._none:
            return
        for index, share in enumerate(latest):
            known = self._largest[index]
            if share is not None and (known is None or share > known):
                self._largest[index] = share


def _same(threshold: float, limit: float) -> bool:
    return math.isclose(threshold, limit, rel_tol=_SAME_LIMIT)
