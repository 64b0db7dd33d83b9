"""What the shifts of a campaign say, level by level, and whether it has happened often enough."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.identifiers import DeploymentId
from dsp.exposure import Exposure, Measure, WindowKind
from rules.decision import Assessment, Decision
from rules.rule import InconclusiveOutcome, Level, Onset, Rule, Tiers
from rules.tiers import Tier, tier_of

CAMPAIGN_GAP = 14 * 86_400_000
"""Milliseconds between two windows after which another deployment is another campaign: a kit that is swapped, moved
within the zone or away for repair goes on with the same one."""

_SAME_LIMIT = 1e-9
"""Relative difference within which a time above is above the level's limit."""


@dataclass(frozen=True, slots=True)
class ShiftFinding:
    """What one shift says about one level, all kits of the zone together: the worst counts.

    Attributes
    ----------
    sure, doubtful : tuple of Assessment
        Those that indicate an exceedance, and those that leave it open.
    usable : bool
        Whether any kit has enough data to say something.
    """

    start: int
    end: int
    day: date
    sure: tuple[Assessment, ...]
    doubtful: tuple[Assessment, ...]
    usable: bool


@dataclass(frozen=True, slots=True)
class LevelFinding:
    """What a campaign says about one level.

    Attributes
    ----------
    shifts : tuple of ShiftFinding
        In order of time.
    share : float or None
        Largest share of the occupied time of the rule's working days beyond the limit, around a sure shift.
    fires : bool
        An exceedance is indicated often enough.
    doubts : bool
        It is not, but it cannot be ruled out often enough that it must be measured.
    """

    level: Level
    shifts: tuple[ShiftFinding, ...]
    share: float | None
    fires: bool
    doubts: bool

    @property
    def sure(self) -> tuple[ShiftFinding, ...]:
        """Shifts with an exceedance indicated."""
        return tuple(shift for shift in self.shifts if shift.sure)

    @property
    def doubtful(self) -> tuple[ShiftFinding, ...]:
        """Shifts that leave the question open."""
        return tuple(shift for shift in self.shifts if shift.doubtful and not shift.sure)

    @property
    def usable(self) -> int:
        """Number of shifts that say something."""
        return sum(shift.usable for shift in self.shifts)


def campaigns(assessments: Iterable[Assessment]) -> list[tuple[Assessment, ...]]:
    """Assessments apart by campaign, in order of time.

    A campaign is all shifts of a deployment; deployments of one zone that overlap or follow within fourteen days are
    one campaign, so that a kit swapped half-way does not halve what was seen.
    """
    groups: list[list[Assessment]] = []
    reached = -math.inf
    deployments: set[DeploymentId] = set()
    for assessment in sorted(assessments, key=lambda a: (a.exposure.start, a.exposure.end)):
        exposure = assessment.exposure
        if exposure.start - reached > CAMPAIGN_GAP and exposure.deployment not in deployments:
            groups.append([])
            deployments = set()
        groups[-1].append(assessment)
        deployments.add(exposure.deployment)
        reached = max(reached, exposure.end)
    return [tuple(group) for group in groups]


def find(
    rule: Rule,
    level: Level,
    assessments: Iterable[Assessment],
    exposures: Sequence[Exposure],
    shift_days: Mapping[int, date],
) -> LevelFinding:
    """What one campaign's assessments of a rule say about one of its levels.

    Parameters
    ----------
    assessments : iterable of Assessment
        Of the rule and one campaign.
    exposures : sequence of Exposure
        All of the zone, time above and below the limit among them.
    shift_days : mapping
        Start of a window → local day.
    """
    by_shift: dict[tuple[int, int], list[Assessment]] = {}
    for assessment in assessments:
        if assessment.level == level.name:
            by_shift.setdefault((assessment.exposure.start, assessment.exposure.end), []).append(assessment)
    shifts = tuple(
        _shift_finding(rule, start, end, shift_days[start], by_shift[start, end]) for start, end in sorted(by_shift)
    )
    sure = sum(bool(shift.sure) for shift in shifts)
    open_ones = sum(bool(shift.doubtful) and not shift.sure for shift in shifts)
    repetition = rule.repetition
    needed = 1 if repetition.onset is Onset.IMMEDIATE else repetition.shifts
    share = _largest_share(rule, level, shifts, exposures, shift_days) if sure else None
    often = share is not None and repetition.window_share is not None and share >= repetition.window_share
    fires = sure >= needed or often
    asks = level.on_inconclusive is InconclusiveOutcome.TARGETED_METROLOGY
    doubts = not fires and asks and open_ones > 0 and sure + open_ones >= repetition.shifts
    return LevelFinding(level, shifts, share if often else None, fires, doubts)


def _shift_finding(rule: Rule, start: int, end: int, day: date, assessments: list[Assessment]) -> ShiftFinding:
    ordered = sorted(assessments, key=lambda a: (a.exposure.kit, a.exposure.deployment))
    return ShiftFinding(
        start=start,
        end=end,
        day=day,
        sure=tuple(a for a in ordered if a.decision is Decision.EXCEEDANCE_INDICATED),
        doubtful=tuple(a for a in ordered if _leaves_open(rule, a)),
        usable=any(a.decision is not Decision.INSUFFICIENT_DATA for a in ordered),
    )


def _leaves_open(rule: Rule, assessment: Assessment) -> bool:
    if rule.tiers is Tiers.LEGAL_CHEMICAL:
        return tier_of(assessment) is Tier.TARGETED_METROLOGY
    return assessment.decision is Decision.INCONCLUSIVE


def _largest_share(
    rule: Rule,
    level: Level,
    shifts: Sequence[ShiftFinding],
    exposures: Sequence[Exposure],
    shift_days: Mapping[int, date],
) -> float | None:
    """Largest share of the occupied time beyond the limit over the rule's consecutive working days, one of them sure.

    Notes
    -----
    A working day is one with a shift. The worst kit of a shift counts, missing time counts as not beyond, and breaks
    that do not count stay in the occupied time: the share is rather too small than too large. Fewer working days than
    the rule asks for say nothing.
    """
    if rule.repetition.window_share is None:
        return None
    measure = Measure.TIME_BELOW if rule.direction == "below" else Measure.TIME_ABOVE
    first, last = shifts[0].start, shifts[-1].end
    occupied: dict[date, dict[tuple[int, int], float]] = {}
    beyond: dict[date, dict[tuple[int, int], float]] = {}
    for exposure in exposures:
        inside = first <= exposure.start and exposure.end <= last
        if exposure.quantity != rule.quantity or exposure.window_kind is not WindowKind.SHIFT or not inside:
            continue
        day = shift_days.get(exposure.start)
        if day is None:
            continue
        window = (exposure.start, exposure.end)
        occupied.setdefault(day, {})[window] = (exposure.end - exposure.start) / 1000.0
        if exposure.measure is measure and exposure.threshold is not None and exposure.value is not None:
            limit = level.limit_on(day)
            if limit is not None and math.isclose(exposure.threshold, limit.value, rel_tol=_SAME_LIMIT):
                times = beyond.setdefault(day, {})
                times[window] = max(times.get(window, 0.0), exposure.value)
    working = sorted(occupied)
    sure_days = {shift.day for shift in shifts if shift.sure}
    width = rule.repetition.working_days
    shares = []
    for index in range(len(working) - width + 1):
        run = working[index : index + width]
        if sure_days.isdisjoint(run):
            continue
        there = math.fsum(second for day in run for second in occupied[day].values())
        over = math.fsum(second for day in run for second in beyond.get(day, {}).values())
        shares.append(over / there)
    return max(shares, default=None)
