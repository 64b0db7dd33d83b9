"""Two judgements of one zone side by side: what a candidate pack raises, misses and changes against those in force."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import DeploymentId, RuleId, ZoneId
from rules.judgement import ZoneJudgement
from rules.states import RuleState
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketProposal


class Change(Enum):
    """What becomes of a matter under the candidate."""

    RAISED = "raised"
    MISSED = "missed"
    CHANGED = "changed"
    SAME = "same"


class Difference(Enum):
    """In what two proposals of one matter differ."""

    KIND = "kind"
    LEVEL = "level"
    PRIORITY = "priority"
    EARLIER = "earlier"
    LATER = "later"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pack asks for in a zone about one matter.

    Attributes
    ----------
    since : int
        End of the window with which it was first asked for [ms UTC], in whatever campaign; of a kit check the end of
        the first shift with too little data.
    shifts : int
        Windows the proposal rests on, those of its latest campaign.
    deployments : frozenset of DeploymentId
        Whose windows these are.
    """

    kind: TicketKind
    level: str
    priority: int
    since: int
    shifts: int
    held_back: bool
    simulated: bool
    deployments: frozenset[DeploymentId]


@dataclass(frozen=True, slots=True)
class Compared:
    """One matter (zone, agent, rule) under both; at least one of them asks for something."""

    zone: ZoneId
    agent: str
    rule: RuleId
    in_force: Asked | None
    candidate: Asked | None

    @property
    def change(self) -> Change:
        """What becomes of it."""
        if self.in_force is None:
            return Change.RAISED
        if self.candidate is None:
            return Change.MISSED
        return Change.CHANGED if self.differences else Change.SAME

    @property
    def differences(self) -> tuple[Difference, ...]:
        """In what two proposals differ; none where there are not two.

        How many windows they rest on is told and is no difference: another limit nearly always changes it.
        """
        before, after = self.in_force, self.candidate
        if before is None or after is None:
            return ()
        found = (
            (Difference.KIND, before.kind is not after.kind),
            (Difference.LEVEL, before.level != after.level),
            (Difference.PRIORITY, before.priority != after.priority),
            (Difference.EARLIER, after.since < before.since),
            (Difference.LATER, after.since > before.since),
            (Difference.HELD_BACK, before.held_back != after.held_back),
        )
        return tuple(difference for difference, holds in found if holds)

    @property
    def asked(self) -> Asked:
        """What the candidate asks for, or else what is in force does."""
        known = self.candidate or self.in_force
        if known is None:
            raise ValueError(f"{self.zone}, {self.rule}: neither pack asks for anything")
        return known


def compare(in_force: ZoneJudgement, candidate: ZoneJudgement) -> tuple[Compared, ...]:
    """Every matter either judgement has, the most urgent first.

    Parameters
    ----------
    in_force, candidate : ZoneJudgement
        Of one zone, over the same windows.
    """
    before, after = _by_matter(in_force.proposals), _by_matter(candidate.proposals)
    found = [
        Compared(matter.zone, matter.agent, matter.rule, before.get(matter), after.get(matter))
        for matter in dict.fromkeys((*before, *after))
    ]
    return tuple(sorted(found, key=lambda each: (each.asked.priority, each.agent, each.rule)))


@dataclass(frozen=True, slots=True)
class _Matter:
    zone: ZoneId
    agent: str
    rule: RuleId


def _by_matter(proposals: Iterable[TicketProposal]) -> dict[_Matter, Asked]:
    return {_Matter(each.zone, each.agent, each.rule): _asked(each) for each in proposals}


def _asked(proposal: TicketProposal) -> Asked:
    exposures = [assessment.exposure for assessment in proposal.evidence]
    return Asked(
        kind=proposal.kind,
        level=proposal.level,
        priority=proposal.priority,
        since=_since(proposal),
        shifts=len({(exposure.start, exposure.end) for exposure in exposures}),
        held_back=proposal.held_back_by is not None,
        simulated=proposal.simulated,
        deployments=frozenset(exposure.deployment for exposure in exposures),
    )


def _since(proposal: TicketProposal) -> int:
    if proposal.status is not None:
        for transition in proposal.status.history:
            if transition.state is RuleState.FIRING:
                return transition.at
    return min(assessment.exposure.end for assessment in proposal.evidence)
