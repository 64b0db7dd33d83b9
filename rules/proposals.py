"""From a rule's history to its proposal: at most one a rule, at its highest level that happened often enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.identifiers import KitId
from catalog.places import Zone
from rules.campaigns import CAMPAIGN_GAP, Campaign, Matter
from rules.course_sentences import Course
from rules.decision import Assessment
from rules.findings import LevelFinding, ShiftFinding, find
from rules.history import RuleHistory
from rules.language import Language, enumeration, typeset_french
from rules.rule import Onset, Pack, Rule
from rules.sentences import Case, advice, reason, titles
from rules.states import RuleState, RuleStatus
from rules.tickets import TicketProposal


@dataclass(frozen=True, slots=True)
class _Cause:
    """The level that decides and the next one that stays open."""

    finding: LevelFinding
    still_open: LevelFinding | None


def proposal_of(
    pack: Pack, rule: Rule, zone: Zone, history: RuleHistory, status: RuleStatus, checks: Sequence[TicketProposal]
) -> TicketProposal | None:
    """What a rule asks for in a zone, for the latest campaign in which it has cause to.

    Parameters
    ----------
    checks : sequence of TicketProposal
        The kit checks of the zone. A proposal that rests only on kits to be checked in the same campaign is held back
        and says so; an acute one is not, and says that too.
    """
    campaign = history.campaign
    if campaign is None or campaign.matter is None:
        return None
    matter = campaign.matter
    cause = _cause(rule, campaign, matter)
    finding = cause.finding
    shifts = finding.sure if finding.fires else tuple(s for s in finding.shifts if s.sure or s.doubtful)
    evidence = tuple(a for shift in shifts for a in _counting(shift, finding))
    worst = _worst(rule, evidence)
    kits = _only_checked(evidence, checks, campaign)
    acute = finding.fires and rule.repetition.onset is Onset.IMMEDIATE
    case = Case(
        rule=rule,
        finding=finding,
        shifts=shifts,
        worst=worst,
        still_open=None if cause.still_open is None else cause.still_open.doubtful[-1].doubtful[0],
        course=_course(rule, history, kits if acute else ()),
    )
    why, what, todo = reason(case), titles(case), advice(case)
    return TicketProposal(
        zone=zone.id,
        agent=rule.agent,
        rule=rule.id,
        kind=matter.kind,
        level=matter.level,
        priority=matter.priority,
        title_fr=what.fr,
        title_en=what.en,
        reason_fr=why.fr,
        reason_en=why.en,
        advice_fr=todo.fr,
        advice_en=todo.en,
        limit_source=worst.limit_source,
        pack=pack.id,
        pack_version=pack.version,
        evidence=evidence,
        held_back_by=_held_back(kits) if kits and not acute else None,
        simulated=any(a.exposure.simulated for a in evidence),
        status=status,
    )


def _cause(rule: Rule, campaign: Campaign, matter: Matter) -> _Cause:
    deciding = find(rule, matter.index, campaign)
    if not matter.fires:
        return _Cause(deciding, None)
    above = range(matter.index + 1, len(rule.levels))
    still_open = next((index for index in above if campaign.tallies[index].doubts), None)
    return _Cause(deciding, None if still_open is None else find(rule, still_open, campaign))


def _course(rule: Rule, history: RuleHistory, checked: tuple[KitId, ...]) -> Course:
    flapping = history.flapping
    return Course(
        state=history.state,
        easing=history.easing if history.state in {RuleState.RECOVERING, RuleState.NORMAL} else None,
        flapping=flapping,
        shifts=rule.clearing.shifts * (2 if flapping else 1),
        checked=checked,
    )


def _counting(shift: ShiftFinding, finding: LevelFinding) -> tuple[Assessment, ...]:
    """What of a shift a proposal rests on."""
    if finding.fires:
        return shift.sure
    return tuple(sorted((*shift.sure, *shift.doubtful), key=lambda a: (a.exposure.kit, a.exposure.deployment)))


def _worst(rule: Rule, evidence: Sequence[Assessment]) -> Assessment:
    """The most extreme value; a bound stands for a value that gaps hide, and the first in time among equals."""

    def extremity(assessment: Assessment) -> float:
        exposure = assessment.exposure
        if rule.direction == "below":
            known = exposure.value if exposure.value is not None else exposure.high
            return float("-inf") if known is None else -known
        known = exposure.value if exposure.value is not None else exposure.low
        return float("-inf") if known is None else known

    return max(evidence, key=extremity)


def _only_checked(
    evidence: Sequence[Assessment], checks: Sequence[TicketProposal], campaign: Campaign
) -> tuple[KitId, ...]:
    """The kits a proposal rests on, where all of them are to be checked for what they missed in its campaign.

    The check may be about another quantity, whose windows are others: what belongs to the same campaign is told by the
    deployment and by the gap between campaigns.
    """
    first, last = campaign.windows[0].start - CAMPAIGN_GAP, campaign.reached + CAMPAIGN_GAP
    missed = (a.exposure for check in checks for a in check.evidence)
    checked = {e.kit for e in missed if e.deployment in campaign.deployments or (first <= e.start and e.end <= last)}
    kits = {a.exposure.kit for a in evidence}
    return tuple(sorted(kits)) if kits <= checked else ()


def _held_back(kits: Sequence[KitId]) -> str:
    if len(kits) == 1:
        french = f"Contrôle du kit {kits[0]} en attente : cette proposition ne repose que sur lui."
        english = f"A check of kit {kits[0]} is pending: this proposal rests on it alone."
    else:
        of_fr, of_en = enumeration(kits, Language.FRENCH), enumeration(kits, Language.ENGLISH)
        french = f"Contrôle des kits {of_fr} en attente : cette proposition ne repose que sur eux."
        english = f"A check of kits {of_en} is pending: this proposal rests on them alone."
    return f"{typeset_french(french)} / {english}"
