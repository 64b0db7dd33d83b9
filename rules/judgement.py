"""What the rules say of a zone: what they ask for, and where each of them stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.identifiers import RuleId
from catalog.places import Zone
from dsp.exposure import Exposure
from rules.decision import Assessment
from rules.history import follow
from rules.kit_checks import check_kits
from rules.occupation import worked_shifts
from rules.proposals import proposal_of
from rules.rule import Pack
from rules.states import RuleStatus
from rules.tickets import TicketProposal
from rules.windows import rule_windows


@dataclass(frozen=True, slots=True)
class ZoneJudgement:
    """What the rules say of a zone.

    Attributes
    ----------
    proposals : tuple of TicketProposal
        One a (zone, agent, rule), the most urgent first; each with the status of its rule.
    statuses : tuple of RuleStatus
        Of every rule that has a window there, in the packs' order, then of every kit (agent *kit*).
    """

    proposals: tuple[TicketProposal, ...]
    statuses: tuple[RuleStatus, ...]


def judge(
    packs: Sequence[Pack],
    zone: Zone,
    assessments: Sequence[Assessment],
    kit_exposures: Sequence[Exposure],
    shift_days: Mapping[int, date],
    watermark: int | None = None,
    until: int | None = None,
    under_way: Sequence[Assessment] = (),
) -> ZoneJudgement:
    """What the rules ask for in a zone, and where each of them stands at a watermark.

    Parameters
    ----------
    assessments : sequence of Assessment
        What :func:`rules.engine.assess` made of the zone's exposures, in any order.
    kit_exposures : sequence of Exposure
        All exposures of the zone's kits, time above and below limits among them, in any order.
    shift_days : mapping of int to datetime.date
        Start of a window [ms UTC] → local day it starts on; the rules know no time zone.
    watermark : int, optional
        Event time up to which everything is known [ms UTC]; windows that end later are left out. By default the end of
        the last window.
    until : int, optional
        End of the zone's last deployment [ms UTC]; None while one is under way.
    under_way : sequence of Assessment
        Of shifts of the zone that end after the watermark, where an acute rule's answer is sure already: it will be
        the same when they are over. Their transitions are at the end of the shift, before and after.

    Notes
    -----
    A rule proposes for the latest campaign in which it has cause to: a campaign that found nothing does not unsay an
    earlier one, a person closes that ticket. Of a rule's levels the highest that *fires* (exceedance indicated on
    enough shifts) decides; where none does, the highest that repeated doubt leaves open asks for targeted metrology.
    Several kits in a zone: a shift counts as its worst kit has it.
    """
    own = [a for a in assessments if a.exposure.zone == zone.id]
    if watermark is None:
        watermark = max((a.exposure.end for a in own), default=0)
    own = [a for a in own if a.exposure.end <= watermark]
    exposures = [e for e in kit_exposures if e.zone == zone.id and e.end <= watermark]
    by_rule: dict[RuleId, list[Assessment]] = {}
    for assessment in (*own, *(a for a in under_way if a.exposure.zone == zone.id)):
        by_rule.setdefault(assessment.rule, []).append(assessment)
    applying = [(pack, rule) for pack in packs for rule in pack.rules if rule.id in by_rule and rule.applies_to(zone)]
    shares = {rule.quantity for _, rule in applying if rule.repetition.window_share is not None}
    worked = worked_shifts(exposures, shares, shift_days)
    kits = check_kits(packs, zone.id, own, exposures, shift_days, watermark)
    proposals = list(kits.proposals)
    statuses = []
    for pack, rule in applying:
        windows = rule_windows(by_rule[rule.id], shift_days)
        history = follow(rule, windows, worked.get(rule.quantity, ()), watermark, until)
        status = RuleStatus(zone.id, rule.agent, rule.id, watermark, history.transitions)
        statuses.append(status)
        proposal = proposal_of(pack, rule, zone, history, status, kits.pending)
        if proposal is not None:
            proposals.append(proposal)
    return ZoneJudgement(
        tuple(sorted(proposals, key=lambda p: (p.priority, p.agent, p.rule))), (*statuses, *kits.statuses)
    )


def propose(
    packs: Sequence[Pack],
    zone: Zone,
    assessments: Sequence[Assessment],
    kit_exposures: Sequence[Exposure],
    shift_days: Mapping[int, date],
) -> list[TicketProposal]:
    """What the rules ask for in a zone, all its windows taken: the proposals of :func:`judge`."""
    return list(judge(packs, zone, assessments, kit_exposures, shift_days).proposals)
