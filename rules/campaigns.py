"""The campaigns of a rule at a zone: which windows belong together, and what they give cause to ask for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from catalog.identifiers import DeploymentId
from rules.decision import Assessment
from rules.occupation import Occupation, WorkedShift
from rules.rule import Level, Onset, Rule
from rules.ticket_kinds import TicketKind
from rules.windows import RuleWindow, Said

CAMPAIGN_GAP = 14 * 86_400_000
"""Milliseconds between two windows after which another deployment is another campaign: a kit that is swapped, moved
within the zone or away for repair goes on with the same one."""

LEAST_URGENT = 4
"""Lowest priority of a ticket."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a campaign has cause to ask for.

    Attributes
    ----------
    index : int
        Of the rule's level that decides.
    fires : bool
        An exceedance is indicated often enough; otherwise it cannot be ruled out often enough.
    """

    index: int
    fires: bool
    level: str
    kind: TicketKind
    priority: int


def firing_matter(level: Level, index: int) -> Matter:
    """What a level asks for where it fires."""
    return Matter(index, True, level.name, level.on_exceedance, level.priority)


def doubtful_matter(level: Level, index: int) -> Matter:
    """What a level asks for where doubt about it repeats: metrology, a little less urgent."""
    priority = min(level.priority + 1, LEAST_URGENT)
    return Matter(index, False, level.name, TicketKind.TARGETED_METROLOGY, priority)


@dataclass(slots=True)
class Tally:
    """How often a level was sure or left open in a campaign, and whether a share of the worked time was enough.

    Attributes
    ----------
    share : float or None
        The largest, told once the campaign is over or all is known of it; None where it was not enough.
    """

    sure: int = 0
    open: int = 0
    often: bool = False
    fires: bool = False
    doubts: bool = False
    share: float | None = None


@dataclass(slots=True)
class Campaign:
    """A campaign of a rule: its windows so far, what each says, what they come to, and what it has cause to ask for.

    A campaign is all windows of a deployment; deployments of one zone that overlap or follow within fourteen days are
    one campaign, so that a kit swapped half-way does not halve what was seen.
    """

    tallies: list[Tally]
    windows: list[RuleWindow] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    deployments: set[DeploymentId] = field(default_factory=set)
    reached: int = 0
    matter: Matter | None = None


def goes_on(reached: int, deployments: Collection[DeploymentId], start: int, window: Iterable[Assessment]) -> bool:
    """Whether a window is of the campaign before it.

    Parameters
    ----------
    reached : int
        Latest end of the campaign's windows [ms UTC].
    deployments : collection of DeploymentId
        Of the campaign.
    start : int
        Of the window [ms UTC].
    window : iterable of Assessment
        All that was made of it.
    """
    return start - reached <= CAMPAIGN_GAP or any(a.exposure.deployment in deployments for a in window)


class Counter:
    """Counts the windows of a rule at a zone, in order of their ends, campaign by campaign.

    Attributes
    ----------
    campaign : Campaign or None
        The one under way.
    cause : Campaign or None
        The latest with cause to ask for something.
    """

    __slots__ = ("_asking", "_doubtful", "_firing", "_needed", "_occupation", "_rule", "campaign", "cause")

    def __init__(self, rule: Rule, worked: Sequence[WorkedShift], asking: int) -> None:
        self._rule = rule
        self._asking = asking
        self._needed = 1 if rule.repetition.onset is Onset.IMMEDIATE else rule.repetition.shifts
        self._firing = [firing_matter(level, index) for index, level in enumerate(rule.levels)]
        self._doubtful = [doubtful_matter(level, index) for index, level in enumerate(rule.levels)]
        self._occupation = None if rule.repetition.window_share is None else Occupation(rule, worked)
        self.campaign: Campaign | None = None
        self.cause: Campaign | None = None

    @property
    def idle(self) -> bool:
        """Whether a window that is neither sure nor open changes nothing: no share of the worked time matters yet."""
        return self._occupation is None or self._occupation.idle

    def file(self, window: RuleWindow, said: Said) -> Campaign:
        """Put a window to its campaign, which may begin with it."""
        campaign = self.campaign
        if campaign is None or not goes_on(campaign.reached, campaign.deployments, window.start, window.assessments):
            self.tell_shares()
            campaign = self.campaign = Campaign([Tally() for _ in self._rule.levels])
            if self._occupation is not None:
                self._occupation.begin(window.start)
        deployments = campaign.deployments
        for assessment in window.assessments:
            deployments.add(assessment.exposure.deployment)
        campaign.windows.append(window)
        campaign.said.append(said)
        if window.end > campaign.reached:
            campaign.reached = window.end
        return campaign

    def count(self, campaign: Campaign, window: RuleWindow, said: Said) -> bool:
        """Whether, with this window, its campaign has cause to ask for something it did not ask for before."""
        changed = said.sure | said.open
        if changed:
            for index, tally in enumerate(campaign.tallies):
                if said.sure >> index & 1:
                    tally.sure += 1
                elif said.open >> index & 1:
                    tally.open += 1
        if self._occupation is not None:
            changed |= self._count_shares(self._occupation, campaign, window, said.sure)
        if not changed:
            return False
        matter = self._weigh(campaign)
        if matter is None or matter is campaign.matter:
            return False
        campaign.matter = matter
        self.cause = campaign
        return True

    def tell_shares(self) -> None:
        """Note the largest shares of the campaign under way, where it has cause to ask for something."""
        campaign = self.campaign
        if self._occupation is not None and campaign is not None and campaign is self.cause:
            for tally, share in zip(campaign.tallies, self._occupation.largest(), strict=True):
                tally.share = share if tally.often else None

    def _count_shares(self, occupation: Occupation, campaign: Campaign, window: RuleWindow, sure: int) -> int:
        """The levels (bits) whose share of the worked time has now been enough, and was not before."""
        occupation.mark(window.day, sure)
        least = self._rule.repetition.window_share
        changed = 0
        for index, share in enumerate(occupation.shares(window.end)):
            tally = campaign.tallies[index]
            if share is not None and least is not None and share >= least and not tally.often:
                tally.often = True
                changed |= 1 << index
        return changed

    def _weigh(self, campaign: Campaign) -> Matter | None:
        """The highest level that fires, else the highest that stays open often enough that it must be measured."""
        enough = self._rule.repetition.shifts
        firing = doubted = -1
        for index, tally in enumerate(campaign.tallies):
            tally.fires = tally.sure >= self._needed or tally.often
            asks = self._asking >> index & 1
            tally.doubts = bool(asks) and not tally.fires and tally.open > 0 and tally.sure + tally.open >= enough
            if tally.fires:
                firing = index
            elif tally.doubts:
                doubted = index
        if firing >= 0:
            return self._firing[firing]
        return self._doubtful[doubted] if doubted >= 0 else None
