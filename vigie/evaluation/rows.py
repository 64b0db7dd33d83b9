"""What one campaign adds to the four tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.identifiers import KitId, QuantityId, RuleId, ZoneId
from catalog.places import Zone
from catalog.schedule import Shift
from dsp.exposure import Exposure, Measure, WindowKind
from firmware_sim.scenario import Concern
from rules.decision import Assessment, breaches
from rules.engine import ZoneJudgement
from rules.rule import Pack, Rule
from rules.states import RuleState
from rules.ticket_kinds import TicketKind
from vigie.evaluation.campaign import Campaign
from vigie.evaluation.deciding import deciding_score, true_distance
from vigie.evaluation.truth import TrueAnswer
from vigie.zone_answer import ZoneAnswer

Row = tuple[object, ...]
"""In the order of a table's columns."""

NO_PROPOSAL = "none"
_DAY = 86_400_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of each table, in the order of :mod:`vigie.evaluation.tables`."""

    campaigns: list[Row] = field(default_factory=list)
    outcomes: list[Row] = field(default_factory=list)
    values: list[Row] = field(default_factory=list)
    decisions: list[Row] = field(default_factory=list)

    def extend(self, other: "Rows") -> None:
        """Add another campaign's."""
        self.campaigns.extend(other.campaigns)
        self.outcomes.extend(other.outcomes)
        self.values.extend(other.values)
        self.decisions.extend(other.decisions)


@dataclass(frozen=True, slots=True)
class JudgedZone:
    """A zone of a campaign: what was said of it, and what is true."""

    zone: Zone
    answer: ZoneAnswer
    truth: TrueAnswer


@dataclass(frozen=True, slots=True)
class KeptShift:
    """The one shift of a campaign, as one kit saw it, whose values are kept."""

    zone: ZoneId
    kit: KitId
    shift: Shift

    def is_of(self, exposure: Exposure) -> bool:
        """Whether an exposure is of this shift and kind of value; times beyond a limit are left out."""
        return (
            exposure.window_kind is WindowKind.SHIFT
            and exposure.threshold is None
            and exposure.start == self.shift.start
            and exposure.end == self.shift.end
        )


def rows_of(campaign: Campaign, packs: Sequence[Pack], zones: Sequence[JudgedZone], kept: KeptShift | None) -> Rows:
    """Everything a campaign adds to the tables.

    Parameters
    ----------
    kept : KeptShift or None
        Whose values are kept; None where nobody works in the zone that was drawn.
    """
    of = _campaign(campaign)
    concerns = set(campaign.workplace.concerns)
    proposals = [proposal for judged in zones for proposal in judged.answer.judgement.proposals]
    checks = sum(proposal.kind is TicketKind.KIT_CHECK for proposal in proposals)
    rows = Rows([(*of, len(proposals) - checks, checks)])
    for judged in zones:
        rows.outcomes.extend(_outcomes(of, packs, judged, concerns))
        if kept is not None and judged.zone.id == kept.zone:
            truth = _true_values(judged.truth, kept)
            rows.values.extend(_values(of, judged.answer, kept, truth))
            rows.decisions.extend(_decisions(of, judged.answer, kept, truth))
    return rows


def _campaign(campaign: Campaign) -> Row:
    return (
        campaign.family,
        campaign.variant,
        campaign.number,
        campaign.days,
        campaign.kits,
        str(campaign.grade),
    )


def _outcomes(of: Row, packs: Sequence[Pack], judged: JudgedZone, concerns: set[Concern]) -> Iterator[Row]:
    zone, answer, truth = judged.zone, judged.answer, judged.truth
    said, true = _by_rule(answer.assessments), _by_rule(truth.assessments)
    proposed = _proposed(answer.judgement)
    truly_proposed = _proposed(truth.judgement)
    for rule in _rules(packs, zone):
        if rule.id not in true:
            continue  # nothing of its quantity is simulated, or no window of its kind was over
        known = true_distance(rule, true[rule.id])
        mine, really = proposed.get(rule.id), truly_proposed.get(rule.id)
        yield (
            *of,
            str(zone.id),
            str(rule.id),
            rule.agent,
            Concern(zone=str(zone.id), rule=str(rule.id)) in concerns,
            NO_PROPOSAL if really is None else really.kind,
            None if known is None else known.value,
            None if known is None else known.scale.value,
            NO_PROPOSAL if mine is None else mine.kind,
            mine is not None and mine.held,
            deciding_score(rule, said.get(rule.id, ())),
            None if mine is None or really is None else (mine.at - really.at) / _DAY,
        )


class _Proposed(NamedTuple):
    """A proposal: its kind, whether it is held back, and the end of the shift with which it first came [ms UTC]."""

    kind: str
    held: bool
    at: int


def _proposed(judgement: ZoneJudgement) -> Mapping[RuleId, _Proposed]:
    first = {
        status.rule: next((t.at for t in status.history if t.state is RuleState.FIRING), status.watermark)
        for status in judgement.statuses
    }
    return {
        proposal.rule: _Proposed(proposal.kind.value, proposal.held_back_by is not None, first[proposal.rule])
        for proposal in judgement.proposals
        if proposal.kind is not TicketKind.KIT_CHECK
    }


def _rules(packs: Sequence[Pack], zone: Zone) -> Iterator[Rule]:
    return (rule for pack in packs for rule in pack.rules if rule.applies_to(zone))


def _by_rule(assessments: Sequence[Assessment]) -> dict[RuleId, list[Assessment]]:
    found: dict[RuleId, list[Assessment]] = {}
    for assessment in assessments:
        found.setdefault(assessment.rule, []).append(assessment)
    return found


class _Key(NamedTuple):
    quantity: QuantityId
    measure: Measure


def _true_values(truth: TrueAnswer, kept: KeptShift) -> Mapping[_Key, float]:
    return {
        _Key(exposure.quantity, exposure.measure): exposure.value
        for exposure in truth.exposures
        if kept.is_of(exposure) and exposure.value is not None
    }


def _values(of: Row, answer: ZoneAnswer, kept: KeptShift, truth: Mapping[_Key, float]) -> Iterator[Row]:
    for exposure in answer.exposures:
        if exposure.kit != kept.kit or not kept.is_of(exposure):
            continue
        true = truth.get(_Key(exposure.quantity, exposure.measure))
        if exposure.value is None or exposure.uncertainty is None or true is None:
            continue
        yield (
            *of,
            str(exposure.zone),
            str(exposure.kit),
            str(exposure.quantity),
            exposure.measure.value,
            exposure.unit,
            exposure.value,
            exposure.uncertainty.combined,
            true,
        )


def _decisions(of: Row, answer: ZoneAnswer, kept: KeptShift, truth: Mapping[_Key, float]) -> Iterator[Row]:
    for assessment in answer.assessments:
        exposure = assessment.exposure
        if exposure.kit != kept.kit or not kept.is_of(exposure):
            continue
        true = truth.get(_Key(exposure.quantity, exposure.measure))
        if true is None:
            continue
        yield (
            *of,
            str(exposure.zone),
            str(exposure.kit),
            str(assessment.rule),
            str(exposure.quantity),
            exposure.measure.value,
            assessment.level,
            exposure.unit,
            assessment.limit,
            assessment.decision.value,
            assessment.probability,
            true,
            breaches(true, assessment.limit, assessment.comparator),
        )
