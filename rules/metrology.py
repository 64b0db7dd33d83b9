"""Metrology that comes back: what one result says about a limit, and how it agrees with what the screening said."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from catalog.limits import Comparator
from rules.decision import Probabilities, breach_probability, breaches

COVERAGE_FACTOR = 2.0
"""Of an expanded uncertainty, unless the report says another: what laboratories report."""


class MetrologyVerdict(Enum):
    """What one result says about a limit; never that a place complies, which takes several (EN 689)."""

    EXCEEDS = "exceeds"
    DOES_NOT_EXCEED = "does_not_exceed"
    INCONCLUSIVE = "inconclusive"


class Agreement(Enum):
    """How metrology stands to a screening that asked for it."""

    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    UNDECIDED = "undecided"


class Scale(Enum):
    """How two values of a quantity are told apart: by their ratio, or where zero means nothing by their difference."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Measurement:
    """One result as its report states it.

    Attributes
    ----------
    value : float
        [unit of the limit]; the limit of quantification where the result is below it.
    expanded_uncertainty : float or None
        [unit of the limit]; None where the report gives none.
    coverage_factor : float
        What ``expanded_uncertainty`` was expanded by [1].
    """

    value: float
    expanded_uncertainty: float | None = None
    coverage_factor: float = COVERAGE_FACTOR
    below_loq: bool = False

    def __post_init__(self) -> None:
        spread = 0.0 if self.expanded_uncertainty is None else self.expanded_uncertainty
        if not math.isfinite(self.value) or not 0.0 <= spread < math.inf or not 0.0 < self.coverage_factor < math.inf:
            raise ValueError(
                f"result {self.value} ± {self.expanded_uncertainty} (k = {self.coverage_factor}); expected finite "
                "numbers, an uncertainty of zero or more and a coverage factor above zero"
            )

    @property
    def standard_uncertainty(self) -> float | None:
        """Standard uncertainty [unit of the limit], or None."""
        return None if self.expanded_uncertainty is None else self.expanded_uncertainty / self.coverage_factor


def verdict_of(found: Measurement, limit: float, comparator: Comparator) -> MetrologyVerdict:
    """What one result says about a limit.

    Parameters
    ----------
    found : Measurement
    limit : float
        In the result's unit.
    comparator : Comparator

    Notes
    -----
    With an uncertainty the probability that the true value breaches the limit decides: 95 % and more *exceeds*, 5 % and
    less *does not exceed*, in between *inconclusive*. Without one the comparator decides, and whoever tells it must say
    that the value stands alone. Of a result below a limit of quantification only the bound is known: it decides where
    the whole range below it lies on one side.

    References
    ----------
    JCGM 106:2012, 7.2 and 8.3 (guarded acceptance and rejection, the same risk on both sides).

    Examples
    --------
    >>> verdict_of(Measurement(3.4, 0.6), 4.0, Comparator.ABOVE).value
    'does_not_exceed'
    >>> verdict_of(Measurement(3.6, 0.6), 4.0, Comparator.ABOVE).value
    'inconclusive'
    """
    if found.below_loq:
        if found.value > limit:
            return MetrologyVerdict.INCONCLUSIVE
        below = comparator is Comparator.BELOW
        return MetrologyVerdict.EXCEEDS if below else MetrologyVerdict.DOES_NOT_EXCEED
    spread = found.standard_uncertainty
    if spread is None:
        beyond = breaches(found.value, limit, comparator)
        return MetrologyVerdict.EXCEEDS if beyond else MetrologyVerdict.DOES_NOT_EXCEED
    probability = breach_probability(found.value, spread, limit, comparator)
    at = Probabilities()
    if probability >= at.exceedance:
        return MetrologyVerdict.EXCEEDS
    return MetrologyVerdict.DOES_NOT_EXCEED if probability <= at.none else MetrologyVerdict.INCONCLUSIVE


def agreement_of(verdicts: Iterable[MetrologyVerdict]) -> Agreement | None:
    """How all results of a ticket together stand to its screening; None where there is no result.

    Notes
    -----
    One result beyond the limit is an exceedance, whatever the others found. Where none is, one that could not tell
    leaves it undecided.

    Examples
    --------
    >>> agreement_of([MetrologyVerdict.DOES_NOT_EXCEED, MetrologyVerdict.EXCEEDS]).value
    'confirmed'
    """
    all_ = set(verdicts)
    if not all_:
        return None
    if MetrologyVerdict.EXCEEDS in all_:
        return Agreement.CONFIRMED
    return Agreement.UNDECIDED if MetrologyVerdict.INCONCLUSIVE in all_ else Agreement.NOT_CONFIRMED


@dataclass(frozen=True, slots=True)
class Comparison:
    """A result beside the value the screening had.

    Attributes
    ----------
    scale : Scale
    distance : float or None
        Ratio [1] or difference [unit], metrology to screening; the most it can be where the result is below its limit
        of quantification. None where the screening has no value, or zero to divide by.
    overlap : bool or None
        Whether the two intervals (k = 2, or as the report has it) have a value in common; None without both.
    """

    scale: Scale
    distance: float | None
    overlap: bool | None


def scale_of(unit: str) -> Scale:
    """Levels and temperatures are told apart by their difference.

    >>> scale_of("dB(A)").value, scale_of("mg/m³").value
    ('difference', 'ratio')
    """
    return Scale.DIFFERENCE if unit.startswith(("dB", "°")) else Scale.RATIO


def compare(found: Measurement, value: float | None, uncertainty: float | None, scale: Scale) -> Comparison:
    """A result beside the value the screening had.

    Parameters
    ----------
    found : Measurement
        In the unit of the screening.
    value, uncertainty : float or None
        Of the screening, with its combined standard uncertainty.
    scale : Scale
    """
    if value is None:
        return Comparison(scale, None, None)
    if scale is Scale.DIFFERENCE:
        distance: float | None = found.value - value
    else:
        distance = found.value / value if value > 0.0 else None
    return Comparison(scale, distance, _overlap(found, value, uncertainty))


def _overlap(found: Measurement, value: float, uncertainty: float | None) -> bool | None:
    if uncertainty is None or (found.expanded_uncertainty is None and not found.below_loq):
        return None
    half = COVERAGE_FACTOR * uncertainty
    if found.below_loq:
        return value - half < found.value
    spread = found.expanded_uncertainty or 0.0
    return value - half <= found.value + spread and found.value - spread <= value + half
