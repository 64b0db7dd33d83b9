"""The decision under uncertainty (exposure-semantics, section 5): what a value may say about a limit."""

import math
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import NamedTuple

from catalog.identifiers import DeploymentId, KitId, QuantityId, RuleId, ZoneId
from catalog.limits import Comparator
from dsp.exposure import Exposure, Measure

COVERAGE_FACTOR = 1.645
"""One-sided 95 % coverage factor of a normal distribution, as the semantics page prints it."""

WIDEST = 0.5
"""Share of the limit (or of a value above it) the one-sided uncertainty may fill and *none* still be said."""

_ROOT_2 = math.sqrt(2.0)

_HIGHEST = frozenset(
    {
        Measure.MAX_15MIN,
        Measure.MAX_30MIN,
        Measure.MAX_1H,
        Measure.MAX_8H,
        Measure.MAX_24H,
        Measure.PEAK,
    }
)
_LOWEST = frozenset({Measure.MIN_1H, Measure.MINIMUM})

EXTREMES = _HIGHEST | _LOWEST
"""Measures that can only become more extreme as a window goes on."""


class Decision(Enum):
    """Vigie screens; it never says *compliant*."""

    EXCEEDANCE_INDICATED = "exceedance_indicated"
    INCONCLUSIVE = "inconclusive"
    NO_EXCEEDANCE_INDICATED = "no_exceedance_indicated"
    INSUFFICIENT_DATA = "insufficient_data"


class Scale(Enum):
    """How a width is judged: against the limit's size, or not at all where the unit is a logarithm."""

    RATIO = "ratio"
    LEVEL = "level"


@cache
def scale_of(unit: str) -> Scale:
    """Levels in decibel are logarithms; everything else is judged against the limit's size."""
    return Scale.LEVEL if unit.startswith("dB") else Scale.RATIO


@dataclass(frozen=True, slots=True)
class Probabilities:
    """At which probability of a breach a decision falls.

    Attributes
    ----------
    exceedance : float
        At or above it an exceedance is indicated.
    none : float
        At or below it none is, if the uncertainty is narrow enough.
    """

    exceedance: float = 0.95
    none: float = 0.05


class Verdict(NamedTuple):
    """A decision and the probability of a breach it rests on; None where there is no value."""

    decision: Decision
    probability: float | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """One exposure held against one level of one rule.

    Attributes
    ----------
    limit : float
        In the exposure's unit.
    limit_source : str
        Article, standard or guide, with "(unverified)" where nobody checked the value.
    probability : float or None
        That the true value breaches the limit; None where there is no value.
    comparator : Comparator
        How the limit is breached: ``value comparator limit``.
    """

    rule: RuleId
    level: str
    exposure: Exposure
    limit: float
    limit_source: str
    decision: Decision
    probability: float | None
    comparator: Comparator = Comparator.ABOVE


@dataclass(frozen=True, slots=True, order=True)
class ExposureKey:
    """What makes an exposure the same exposure when it is computed again."""

    zone: ZoneId
    kit: KitId
    deployment: DeploymentId
    quantity: QuantityId
    measure: str
    window_kind: str
    start: int
    end: int
    threshold: float


def exposure_key(exposure: Exposure) -> ExposureKey:
    """The key of an exposure; a measure without a threshold has −∞ there, so that keys compare and sort."""
    return ExposureKey(
        exposure.zone,
        exposure.kit,
        exposure.deployment,
        exposure.quantity,
        exposure.measure.value,
        exposure.window_kind.value,
        exposure.start,
        exposure.end,
        -math.inf if exposure.threshold is None else exposure.threshold,
    )


def breaches(value: float, limit: float, comparator: Comparator) -> bool:
    """Whether ``value comparator limit`` holds, exactly.

    Examples
    --------
    >>> breaches(85.0, 85.0, Comparator.AT_OR_ABOVE), breaches(85.0, 85.0, Comparator.ABOVE)
    (True, False)
    """
    if comparator is Comparator.ABOVE:
        return value > limit
    if comparator is Comparator.AT_OR_ABOVE:
        return value >= limit
    return value < limit


def breach_probability(value: float, uncertainty: float, limit: float, comparator: Comparator) -> float:
    """Probability that the true value breaches a limit.

    Parameters
    ----------
    value, limit : float
        In one unit.
    uncertainty : float
        Combined standard uncertainty, in that unit; not negative.

    Returns
    -------
    float
        Φ((value − limit) / uncertainty), mirrored for a lower limit [1]. Without uncertainty the comparator decides.

    Raises
    ------
    ValueError
        When a number is not finite or the uncertainty is negative.

    References
    ----------
    exposure-semantics, section 5; JCGM 106:2012, 7.2.

    Examples
    --------
    >>> round(1 - breach_probability(92.0, 5.0, 100.0, Comparator.ABOVE), 3)
    0.945
    """
    if not (0.0 <= uncertainty < math.inf and math.isfinite(value) and math.isfinite(limit)):
        raise ValueError(
            f"value {value}, limit {limit} and standard uncertainty {uncertainty} cannot be decided on; "
            "expected finite numbers and an uncertainty of zero or more"
        )
    if uncertainty == 0.0:
        return 1.0 if breaches(value, limit, comparator) else 0.0
    distance = limit - value if comparator is Comparator.BELOW else value - limit
    return 0.5 * math.erfc(-distance / (uncertainty * _ROOT_2))


def decide(
    value: float,
    uncertainty: float,
    limit: float,
    comparator: Comparator,
    scale: Scale = Scale.RATIO,
    probabilities: Probabilities = Probabilities(),
) -> Verdict:
    """What a value with its uncertainty says about a limit.

    Parameters
    ----------
    value, uncertainty, limit : float
        In one unit; the uncertainty is the combined standard uncertainty.
    comparator : Comparator
    scale : Scale
        Whether the width of the uncertainty is judged.
    probabilities : Probabilities

    Notes
    -----
    *None* also needs an uncertainty narrow enough to have seen an exceedance: 1.645·u ≤ 0.5·max(limit, value). For an
    upper limit the value is then below the limit, so this is 0.5·limit, as the semantics page has it. For a lower limit
    the value is above it, and an uncertainty that is a share of the value is judged against the value: 420 lx ± 26 % is
    not in doubt against 120 lx because 26 % of 420 lx is more than half of 120 lx. For levels in dB the criterion has
    no meaning (half of 80 dB is no share of anything): the probability alone decides.

    References
    ----------
    exposure-semantics, section 5; methods, section 6; JCGM 106:2012.

    Examples
    --------
    >>> decide(185.0, 13.9, 200.0, Comparator.BELOW).decision.value
    'inconclusive'
    """
    probability = breach_probability(value, uncertainty, limit, comparator)
    if probability >= probabilities.exceedance:
        return Verdict(Decision.EXCEEDANCE_INDICATED, probability)
    if probability <= probabilities.none and (
        scale is Scale.LEVEL or COVERAGE_FACTOR * uncertainty <= WIDEST * max(limit, value)
    ):
        return Verdict(Decision.NO_EXCEEDANCE_INDICATED, probability)
    return Verdict(Decision.INCONCLUSIVE, probability)


def decide_within_gaps(low: float | None, high: float | None, limit: float, comparator: Comparator) -> Decision:
    """What the gap bounds say when too little of the window was seen.

    Parameters
    ----------
    low, high : float or None
        The value with missing time at zero, and at the 95th percentile of the valid time.

    Notes
    -----
    Gaps cannot hide an answer: where even the favourable bound breaches the limit, it is an exceedance; where even the
    unfavourable one does not, there is none.
    """
    favourable, unfavourable = (high, low) if comparator is Comparator.BELOW else (low, high)
    if favourable is not None and breaches(favourable, limit, comparator):
        return Decision.EXCEEDANCE_INDICATED
    if unfavourable is not None and not breaches(unfavourable, limit, comparator):
        return Decision.NO_EXCEEDANCE_INDICATED
    return Decision.INSUFFICIENT_DATA


def decide_exposure(
    exposure: Exposure,
    limit: float,
    comparator: Comparator,
    minimum_coverage: float,
    seen: float | None = None,
    probabilities: Probabilities = Probabilities(),
) -> Verdict:
    """What an exposure says about a limit, its gaps taken into account.

    Parameters
    ----------
    exposure : Exposure
    limit : float
        In the exposure's unit.
    minimum_coverage : float
        Share of the window that must have been seen [1].
    seen : float or None
        Share of the whole window that was seen, where the exposure's own coverage speaks of less: a rolling mean's is
        that of its hour, and an hour fully seen may lie in a shift hardly seen at all.

    Notes
    -----
    A highest (or, against a lower limit, lowest) value is a fact wherever it was seen: unseen time can only add to it.
    With short coverage it may therefore still indicate an exceedance or leave the question open, but never say *none*.
    """
    value, parts = exposure.value, exposure.uncertainty
    if value is None or parts is None:
        bounded = Verdict(decide_within_gaps(exposure.low, exposure.high, limit, comparator), None)
        hardly_seen = seen is not None and seen < minimum_coverage
        return _unless_none(bounded) if hardly_seen and _extreme(exposure, comparator) else bounded
    verdict = decide(value, parts.combined, limit, comparator, scale_of(exposure.unit), probabilities)
    if exposure.coverage >= minimum_coverage and (seen is None or seen >= minimum_coverage):
        return verdict
    if _extreme(exposure, comparator):
        return _unless_none(verdict)
    return Verdict(decide_within_gaps(exposure.low, exposure.high, limit, comparator), None)


def _extreme(exposure: Exposure, comparator: Comparator) -> bool:
    """Whether unseen time can only add to the value."""
    return exposure.measure in (_LOWEST if comparator is Comparator.BELOW else _HIGHEST)


def _unless_none(verdict: Verdict) -> Verdict:
    """What remains when too little was seen to say *none*."""
    if verdict.decision is Decision.NO_EXCEEDANCE_INDICATED:
        return Verdict(Decision.INSUFFICIENT_DATA, verdict.probability)
    return verdict


_SEVERITY = {
    Decision.EXCEEDANCE_INDICATED: 3,
    Decision.INCONCLUSIVE: 2,
    Decision.INSUFFICIENT_DATA: 1,
    Decision.NO_EXCEEDANCE_INDICATED: 0,
}


def severity(decision: Decision) -> int:
    """Rank of a decision, the most severe highest."""
    return _SEVERITY[decision]
