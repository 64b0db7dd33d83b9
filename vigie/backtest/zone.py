"""One zone under two sets of packs: the same stored windows, judged twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from catalog.identifiers import RuleId
from catalog.places import Zone
from catalog.registry import Registry
from catalog.schedule import Interval
from dsp.exposure import Exposure
from rules.backtest import Compared, compare
from rules.engine import assess, judge
from rules.times_asked import times_asked
from store.exposures import ExposureStore
from store.readings import ReadingStore
from vigie.backtest.anew import Uncounted, count_anew, uncounted
from vigie.backtest.sides import Sides
from vigie.backtest.stored import Cut, StoredZone, read_zone, times_of


@dataclass(frozen=True, slots=True)
class Source:
    """What a backtest reads.

    Attributes
    ----------
    now : int
        Milliseconds UTC.
    version : int
        Delta version of the readings.
    """

    exposures: ExposureStore
    readings: ReadingStore
    registry: Registry
    now: int
    version: int


@dataclass(frozen=True, slots=True)
class ZoneBacktest:
    """What two sets of packs ask for in a zone.

    Attributes
    ----------
    unsure : frozenset of RuleId
        Rules whose verdict rests on times beyond a limit that are neither stored nor in the readings; what is compared
        takes the least they can be.
    anew, unknown : int
        Times beyond a limit, of one shift each, that were counted from the readings, and that nothing is known of.
    judged : frozenset of RuleId
        Rules of the candidate that had windows to speak of.
    """

    zone: Zone
    compared: tuple[Compared, ...]
    unsure: frozenset[RuleId]
    anew: int
    unknown: int
    judged: frozenset[RuleId]
    cut: tuple[Cut, ...]


def backtest_zone(source: Source, sides: Sides, zone: Zone, period: Interval) -> ZoneBacktest | None:
    """Judge what is stored of a zone by the packs in force and by the candidate.

    Parameters
    ----------
    period : Interval
        Windows that end in (start, end] count [ms UTC].

    Returns
    -------
    ZoneBacktest or None
        None where nothing is stored that a rule of either speaks of.

    Notes
    -----
    A rule may rest on the time beyond its limit, which is stored only for limits that were in force when it was
    computed. Where it is not, both ends of what it can be are judged first; only where they differ are the readings
    looked at. What is compared depends on such times monotonically, so where both ends agree all between them do.
    """
    stored = read_zone(source.exposures, zone, sides.all, period, source.registry.establishment_of(zone).timezone)
    if stored is None:
        return None
    judging = _Judging(sides, zone, stored)
    known = times_of(stored, judging.asked)
    missing = uncounted(stored, zone.id, judging.asked)
    anew = 0
    low = judging.compared(known + _at(missing, _low))
    differing = judging.differing(low, known + _at(missing, _high)) if missing else frozenset()
    if differing:
        doubtful = sides.quantities(differing)
        wanted = [each for each in missing if each.asked.quantity in doubtful]
        counted = count_anew(source.readings, source.registry, wanted, source.now, source.version)
        known += counted.exposures
        anew = len(counted.exposures)
        missing = [each for each in missing if each.asked.quantity not in doubtful] + counted.unknown
        low = judging.compared(known + _at(missing, _low))
        differing = judging.differing(low, known + _at(missing, _high)) if missing else frozenset()
    return ZoneBacktest(
        zone=zone,
        compared=low,
        unsure=differing,
        anew=anew,
        unknown=sum(each.asked.quantity in sides.quantities(differing) for each in missing),
        judged=frozenset(a.rule for a in judging.candidate),
        cut=stored.cut,
    )


class _Judging:
    """The assessments of a zone by both sides; what both have in common is assessed once."""

    def __init__(self, sides: Sides, zone: Zone, stored: StoredZone) -> None:
        self._sides = sides
        self._zone = zone
        self._stored = stored
        self.in_force = assess(sides.in_force, zone, stored.exposures, stored.days)
        own = {rule.quantity for pack in sides.own for rule in pack.rules}
        spoken_of = [exposure for exposure in stored.exposures if exposure.quantity in own]
        self.candidate = [a for a in self.in_force if a.rule in sides.shared]
        self.candidate += assess(sides.own, zone, spoken_of, stored.days)
        days = set(stored.days.values())
        self.asked = times_asked(sides.in_force, zone, self.in_force, days) | times_asked(
            sides.candidate, zone, self.candidate, days
        )

    def compared(self, times: list[Exposure]) -> tuple[Compared, ...]:
        """Both judgements, given the times beyond limits."""
        exposures = self._stored.exposures + times
        days = self._stored.days
        before = judge(self._sides.in_force, self._zone, self.in_force, exposures, days)
        after = judge(self._sides.candidate, self._zone, self.candidate, exposures, days)
        return compare(before, after)

    def differing(self, low: tuple[Compared, ...], times: list[Exposure]) -> frozenset[RuleId]:
        """The rules that say something else of other times."""
        return frozenset(each.rule for each in set(low) ^ set(self.compared(times)))


def _low(each: Uncounted) -> float:
    return each.bounds.low


def _high(each: Uncounted) -> float:
    return each.bounds.high


def _at(missing: Sequence[Uncounted], end: Callable[[Uncounted], float]) -> list[Exposure]:
    return [each.exposure(seconds) for each in missing if (seconds := end(each)) > 0.0]
