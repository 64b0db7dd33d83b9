"""From assessments to proposals: at most one a rule, at its highest level that happened often enough."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from catalog.identifiers import KitId
from catalog.places import Zone
from dsp.exposure import Exposure
from rules.decision import Assessment, exposure_key
from rules.findings import LevelFinding, ShiftFinding, campaigns, find
from rules.kit_checks import kit_checks
from rules.rule import Pack, Rule
from rules.sentences import Case, advice, reason, titles
from rules.tickets import TicketKind, TicketProposal

LEAST_URGENT = 4


def propose(
    packs: Sequence[Pack],
    zone: Zone,
    assessments: Sequence[Assessment],
    kit_exposures: Sequence[Exposure],
    shift_days: Mapping[int, date],
) -> list[TicketProposal]:
    """What the rules ask for in a zone.

    Parameters
    ----------
    assessments : sequence of Assessment
        What :func:`rules.engine.assess` made of the zone's exposures, in any order.
    kit_exposures : sequence of Exposure
        All exposures of the zone's kits, time above and below limits among them, in any order.
    shift_days : mapping of int to datetime.date
        Start of a window [ms UTC] → local day it starts on; the rules know no time zone.

    Returns
    -------
    list of TicketProposal
        One a (zone, agent, rule), the most urgent first. A rule proposes for the latest campaign in which it has cause
        to: a campaign that found nothing does not unsay an earlier one, a person closes that ticket.

    Notes
    -----
    Of a rule's levels the highest that *fires* (exceedance indicated on enough shifts) decides; where none does, the
    highest that repeated doubt leaves open asks for targeted metrology. Several kits in a zone: a shift counts as its
    worst kit has it. An exposure proposal that rests only on kits with a kit check of their own is held back and says
    so.
    """
    own = sorted((a for a in assessments if a.exposure.zone == zone.id), key=_order)
    exposures = sorted((e for e in kit_exposures if e.zone == zone.id), key=exposure_key)
    checks = kit_checks(packs, zone.id, own, exposures, shift_days)
    checked = {a.exposure.kit for check in checks for a in check.evidence}
    found = list(checks)
    for pack in packs:
        for rule in pack.rules:
            if not rule.applies_to(zone):
                continue
            of_rule = [a for a in own if a.rule == rule.id]
            for campaign in reversed(campaigns(of_rule)):
                cause = _cause(rule, campaign, exposures, shift_days)
                if cause is not None:
                    found.append(_held_back(_proposal(pack, zone, cause), checked))
                    break
    return sorted(found, key=lambda p: (p.priority, p.agent, p.rule))


def _order(assessment: Assessment) -> tuple[int, int, str, str, str]:
    exposure = assessment.exposure
    return (exposure.start, exposure.end, exposure.kit, exposure.deployment, assessment.level)


@dataclass(frozen=True, slots=True)
class _Cause:
    """The level that decides and the next one that stays open."""

    rule: Rule
    finding: LevelFinding
    still_open: LevelFinding | None


def _cause(
    rule: Rule, campaign: Sequence[Assessment], exposures: Sequence[Exposure], shift_days: Mapping[int, date]
) -> _Cause | None:
    findings = [find(rule, level, campaign, exposures, shift_days) for level in rule.levels]
    fired = [finding for finding in findings if finding.fires]
    doubted = [finding for finding in findings if finding.doubts]
    if fired:
        above = findings[findings.index(fired[-1]) + 1 :]
        return _Cause(rule, fired[-1], next((finding for finding in above if finding.doubts), None))
    return _Cause(rule, doubted[-1], None) if doubted else None


def _proposal(pack: Pack, zone: Zone, cause: _Cause) -> TicketProposal:
    finding = cause.finding
    shifts = finding.sure if finding.fires else tuple(s for s in finding.shifts if s.sure or s.doubtful)
    evidence = tuple(a for shift in shifts for a in _counting(shift, finding))
    worst = _worst(cause.rule, evidence)
    still_open = cause.still_open
    case = Case(
        rule=cause.rule,
        finding=finding,
        shifts=shifts,
        worst=worst,
        still_open=None if still_open is None else still_open.doubtful[-1].doubtful[0],
    )
    why, what, todo = reason(case), titles(case), advice(case)
    level = finding.level
    return TicketProposal(
        zone=zone.id,
        agent=cause.rule.agent,
        rule=cause.rule.id,
        kind=level.on_exceedance if finding.fires else TicketKind.TARGETED_METROLOGY,
        level=level.name,
        priority=level.priority if finding.fires else min(level.priority + 1, LEAST_URGENT),
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
        held_back_by=None,
        simulated=any(a.exposure.simulated for a in evidence),
    )


def _counting(shift: ShiftFinding, finding: LevelFinding) -> tuple[Assessment, ...]:
    """What of a shift a proposal rests on."""
    if finding.fires:
        return shift.sure
    return tuple(sorted((*shift.sure, *shift.doubtful), key=_order))


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


def _held_back(proposal: TicketProposal, checked: set[KitId]) -> TicketProposal:
    kits = sorted({a.exposure.kit for a in proposal.evidence})
    if not set(kits) <= checked:
        return proposal
    named = ", ".join(kits)
    return replace(
        proposal,
        held_back_by=(
            f"Contrôle du kit {named} en attente : cette proposition ne repose que sur lui. / "
            f"A check of kit {named} is pending: this proposal rests on it alone."
        ),
    )
