"""What the shifts of a campaign say about one level of a rule."""

from dataclasses import dataclass
from datetime import date

from rules.decision import Assessment, Decision
from rules.history import Campaign
from rules.rule import Level, Rule
from rules.windows import RuleWindow, leaves_open


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


def find(rule: Rule, index: int, campaign: Campaign) -> LevelFinding:
    """What a campaign says about one of a rule's levels.

    Parameters
    ----------
    index : int
        Of the level.
    campaign : Campaign
        As :func:`rules.history.follow` counted it.
    """
    level, tally = rule.levels[index], campaign.tallies[index]
    shifts = (_shift_finding(rule, level, window) for window in campaign.windows)
    return LevelFinding(level, tuple(s for s in shifts if s is not None), tally.share, tally.fires, tally.doubts)


def _shift_finding(rule: Rule, level: Level, window: RuleWindow) -> ShiftFinding | None:
    own = [assessment for assessment in window.assessments if assessment.level == level.name]
    if not own:
        return None
    return ShiftFinding(
        start=window.start,
        end=window.end,
        day=window.day,
        sure=tuple(a for a in own if a.decision is Decision.EXCEEDANCE_INDICATED),
        doubtful=tuple(a for a in own if leaves_open(rule, a)),
        usable=any(a.decision is not Decision.INSUFFICIENT_DATA for a in own),
    )
