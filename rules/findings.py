"""What the shifts of a campaign say about one level of a rule."""

from dataclasses import dataclass
from datetime import date

from rules.campaigns import Campaign
from rules.decision import Assessment, Decision
from rules.rule import Level, Rule
from rules.windows import leaves_open


@dataclass(frozen=True, slots=True)
class ShiftFinding:
    """What one shift says about one level, all kits of the zone together: the worst counts.

    Attributes
    ----------
    sure, doubtful : tuple of Assessment
        Those that indicate an exceedance, and those that leave it open; one of both at least.
    """

    start: int
    end: int
    day: date
    sure: tuple[Assessment, ...]
    doubtful: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class LevelFinding:
    """What a campaign says about one level.

    Attributes
    ----------
    shifts : tuple of ShiftFinding
        The sure and the doubtful ones, in order of time.
    usable : int
        Number of shifts that say something.
    share : float or None
        Largest share of the occupied time of the rule's working days beyond the limit, around a sure shift.
    fires : bool
        An exceedance is indicated often enough.
    doubts : bool
        It is not, but it cannot be ruled out often enough that it must be measured.
    """

    level: Level
    shifts: tuple[ShiftFinding, ...]
    usable: int
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
    shifts: list[ShiftFinding] = []
    usable = 0
    for window, said in zip(campaign.windows, campaign.said, strict=True):
        heard = [
            a for a in window.assessments if a.level == level.name and a.decision is not Decision.INSUFFICIENT_DATA
        ]
        usable += bool(heard)
        if (said.sure | said.open) >> index & 1:
            sure = tuple(a for a in heard if a.decision is Decision.EXCEEDANCE_INDICATED)
            doubtful = tuple(a for a in heard if leaves_open(rule, a))
            shifts.append(ShiftFinding(window.start, window.end, window.day, sure, doubtful))
    return LevelFinding(level, tuple(shifts), usable, tally.share, tally.fires, tally.doubts)
