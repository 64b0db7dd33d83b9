"""Several agents at once: what a zone has over half of its limits in one campaign, and sums of shares of limits."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.identifiers import DeploymentId, LimitId, RuleId, ZoneId
from catalog.limits import Verification, limit
from catalog.places import Zone
from dsp.exposure import Exposure, Measure
from rules.campaigns import goes_on
from rules.decision import Assessment, Decision, Scale, scale_of
from rules.language import UNVERIFIED
from rules.rule import Comparability, Pack, Rule, Standing, Tiers

HALF = 0.5
"""Share of a limit over which an agent counts."""

SEVERAL = 2

ADDITIVITY = LimitId("chemical-mixture-additivity")
"""The limit of a sum of shares, in the table of limits."""

_INTERVAL_UNITS = frozenset({"°C", "%"})
"""Units of scales on which half of a value means nothing: half of 28 °C is no half of the heat."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One agent of several, at its worst in a campaign.

    Attributes
    ----------
    share : float or None
        Of the limit [1]: value / limit; for levels in dB the share of the dose, 10^((value − limit) / 10), so that half
        is 3 dB under; for a minimum the mirror, limit / value, so that half is twice the minimum. None where the scale
        has no half.
    value : float
        In the exposure's unit; the bound that is sure where gaps hide the value.
    day : datetime.date
        On which the shift started.
    """

    agent: str
    share: float | None
    value: float
    day: date
    standing: Standing
    comparability: Comparability
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class AdditiveIndex:
    """The sum of the shares of legal chemical limits in one shift, the largest of a campaign.

    Attributes
    ----------
    measure : Measure
        Shares of limits of one averaging time only are added.
    value : float
        Σ C/L [1].
    terms : tuple of Contribution
        The largest share first; one an agent.
    limit : float
        Of the sum [1].
    source : str
        Of the convention, with "(unverified)" where nobody checked it.
    """

    measure: Measure
    day: date
    start: int
    end: int
    value: float
    terms: tuple[Contribution, ...]
    limit: float
    source: str


@dataclass(frozen=True, slots=True)
class PolyExposure:
    """Several agents over half of their limits in one zone in one campaign.

    Attributes
    ----------
    start, end : int
        First start and last end of the campaign's windows [ms UTC].
    contributions : tuple of Contribution
        Two at least, the largest share first.
    indices : tuple of AdditiveIndex
        For each averaging time with two chemical agents at least. That effects add up is an assumption, which a
        professional must check: it holds for agents that act on one organ in one way.
    """

    zone: ZoneId
    start: int
    end: int
    first: date
    last: date
    contributions: tuple[Contribution, ...]
    indices: tuple[AdditiveIndex, ...]
    simulated: bool


def poly_exposures(
    packs: Sequence[Pack], zone: Zone, assessments: Iterable[Assessment], shift_days: Mapping[int, date]
) -> tuple[PolyExposure, ...]:
    """The campaigns of a zone with several agents over half of their limits, the latest first.

    Parameters
    ----------
    assessments : iterable of Assessment
        What :func:`rules.engine.assess` made of the zone's exposures, in any order.
    shift_days : mapping of int to datetime.date
        Start of a window [ms UTC] → local day it starts on.

    Notes
    -----
    Each agent counts once, at its worst shift against the first limit it would reach. Legal limits count from half of
    them on. Guide values are no measure of harm by halves (half of the guide for CO2 is nearly outdoor air): they count
    where an exceedance is indicated, and stand behind a legal limit of the same agent.

    References
    ----------
    exposure-semantics, section 5; methods, section 1 (mixtures): the convention of INRS ED 984, unverified.
    """
    rules = {rule.id: rule for pack in packs for rule in pack.rules if rule.applies_to(zone)}
    own = [a for a in assessments if a.exposure.zone == zone.id and a.rule in rules]
    found = []
    for campaign in _campaigns(own):
        contributions = _worst_by_agent(rules, campaign, shift_days)
        if len(contributions) < SEVERAL:
            continue
        first = min((a.exposure for a in campaign), key=lambda e: e.start)
        last = max((a.exposure for a in campaign), key=lambda e: (e.end, e.start))
        found.append(
            PolyExposure(
                zone=zone.id,
                start=first.start,
                end=last.end,
                first=shift_days[first.start],
                last=shift_days[last.start],
                contributions=contributions,
                indices=_indices(rules, campaign, shift_days),
                simulated=any(a.exposure.simulated for a in campaign),
            )
        )
    return tuple(reversed(found))


def share_of(exposure: Exposure, of: float, rule: Rule) -> float | None:
    """The share of a limit a value takes [1], see :class:`Contribution`; None where there is none."""
    value = _known(exposure, rule)
    if value is None or exposure.unit in _INTERVAL_UNITS:
        return None
    if scale_of(exposure.unit) is Scale.LEVEL:
        return float(10.0 ** ((value - of) / 10.0))
    if rule.direction == "below":
        return of / value if value > 0.0 else math.inf
    return value / of


def _known(exposure: Exposure, rule: Rule) -> float | None:
    """The value, or the bound that is sure."""
    if exposure.value is not None:
        return exposure.value
    return exposure.high if rule.direction == "below" else exposure.low


def _campaigns(assessments: Sequence[Assessment]) -> list[list[Assessment]]:
    """Apart by campaign, in order of time, whatever rule they are of."""
    windows: dict[tuple[int, int], list[Assessment]] = {}
    for assessment in assessments:
        windows.setdefault((assessment.exposure.end, assessment.exposure.start), []).append(assessment)
    found: list[list[Assessment]] = []
    deployments: set[DeploymentId] = set()
    reached = 0
    for end, start in sorted(windows):
        own = windows[end, start]
        if not found or not goes_on(reached, deployments, start, own):
            found.append([])
            deployments = set()
        found[-1] += own
        deployments.update(a.exposure.deployment for a in own)
        reached = max(reached, end)
    return found


def _contribution(rule: Rule, assessment: Assessment, day: date) -> Contribution | None:
    known = _known(assessment.exposure, rule)
    if assessment.decision is Decision.INSUFFICIENT_DATA or known is None:
        return None
    return Contribution(
        agent=rule.agent,
        share=share_of(assessment.exposure, assessment.limit, rule),
        value=known,
        day=day,
        standing=rule.level(assessment.level).standing,
        comparability=rule.comparability,
        assessment=assessment,
    )


def _counts(contribution: Contribution) -> bool:
    if contribution.standing is Standing.LEGAL and contribution.share is not None:
        return contribution.share > HALF
    return contribution.assessment.decision is Decision.EXCEEDANCE_INDICATED


def _rank(contribution: Contribution) -> tuple[bool, float]:
    """Legal before guide, then by share."""
    share = contribution.share
    return (contribution.standing is Standing.LEGAL, -1.0 if share is None else share)


def _worst_by_agent(
    rules: Mapping[RuleId, Rule], campaign: Iterable[Assessment], shift_days: Mapping[int, date]
) -> tuple[Contribution, ...]:
    worst: dict[str, Contribution] = {}
    for assessment in sorted(campaign, key=_order):
        one = _contribution(rules[assessment.rule], assessment, shift_days[assessment.exposure.start])
        if one is not None and _counts(one) and (one.agent not in worst or _rank(one) > _rank(worst[one.agent])):
            worst[one.agent] = one
    return tuple(sorted(worst.values(), key=_largest_first))


def _largest_first(contribution: Contribution) -> tuple[float, str]:
    share = contribution.share
    return (1.0 if share is None else -share, contribution.agent)


def _order(assessment: Assessment) -> tuple[int, str]:
    exposure = assessment.exposure
    return (exposure.end, f"{exposure.start} {exposure.kit} {exposure.deployment} {assessment.rule} {assessment.level}")


def _indices(
    rules: Mapping[RuleId, Rule], campaign: Iterable[Assessment], shift_days: Mapping[int, date]
) -> tuple[AdditiveIndex, ...]:
    """The largest sum of each averaging time; an agent counts once a shift, at its worst."""
    convention = limit(ADDITIVITY)
    checked = convention.verification is Verification.YES
    by_shift: dict[str, dict[tuple[int, int], dict[str, Contribution]]] = {}
    for assessment in sorted(campaign, key=_order):
        rule, exposure = rules[assessment.rule], assessment.exposure
        one = _contribution(rule, assessment, shift_days[exposure.start])
        if rule.tiers is not Tiers.LEGAL_CHEMICAL or one is None or one.share is None:
            continue
        if one.standing is Standing.LEGAL and rule.direction == "above":
            shifts = by_shift.setdefault(exposure.measure.value, {})
            agents = shifts.setdefault((exposure.end, exposure.start), {})
            if one.agent not in agents or _rank(one) > _rank(agents[one.agent]):
                agents[one.agent] = one
    found = []
    for measure, shifts in sorted(by_shift.items()):
        sums = [
            AdditiveIndex(
                measure=Measure(measure),
                day=shift_days[start],
                start=start,
                end=end,
                value=math.fsum(one.share or 0.0 for one in agents.values()),
                terms=tuple(sorted(agents.values(), key=_largest_first)),
                limit=convention.value,
                source=convention.source if checked else f"{convention.source} ({UNVERIFIED})",
            )
            for (end, start), agents in sorted(shifts.items())
            if len(agents) >= SEVERAL
        ]
        if sums:
            found.append(max(sums, key=lambda index: index.value))
    return tuple(found)
