"""Everything ``vigie stats`` says about a set of laboratory results, computed once for text, JSON and charts."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING

from dsp.statistics import censored, en689, expostats, lognormal
from dsp.statistics.lab_results import Results, StatisticsError
from vigie.laboratory.values import as_results

if TYPE_CHECKING:
    from vigie.laboratory.files import LabFile


@dataclass(frozen=True, slots=True)
class ComparedLimit:
    """The limit, and where it comes from: empty texts for one that was typed."""

    value: float
    unit: str
    id: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class LabSet:
    """Results of one group of similar exposure, and when they were taken as far as it is known.

    Attributes
    ----------
    read_as : str
        The results as they were read, where they could have been meant otherwise; else empty.
    header_line : int
        Line of the header in a file where something stands above it; else 0.
    """

    results: Results
    campaigns: en689.Campaigns | None = None
    span_days: int | None = None
    last_day: date | None = None
    unit: str = ""
    read_as: str = ""
    header_line: int = 0


class Note(Enum):
    """What a reader must know to read the numbers rightly."""

    READ_AS = "read_as"
    HEADER_LINE = "header_line"
    TOO_CENSORED = "too_censored"
    ALL_EQUAL = "all_equal"
    ONE_RESULT = "one_result"
    NO_FIT = "no_fit"
    HALF_LOQ = "half_loq"
    MLE_FOR_BOUNDS = "mle_for_bounds"
    LOQ_TOO_HIGH = "loq_too_high"
    PRIOR_WEIGHS = "prior_weighs"
    WIDE_SPREAD = "wide_spread"


@dataclass(frozen=True, slots=True)
class LabReport:
    """The report.

    Attributes
    ----------
    distribution : Lognormal or None
        None where no distribution can be fitted; the notes say why.
    confidence : float
        Of ``exceedance`` and ``utl``, 0 to 1.
    exceedance_high : float
        Upper bound of the exceedance fraction; without a distribution the one that assumes none.
    """

    lab_set: LabSet
    limit: ComparedLimit
    distribution: lognormal.Lognormal | None
    method: censored.Method | None
    confidence: float
    exceedance: float | None
    exceedance_low: float | None
    exceedance_high: float
    utl95_70: float | None
    utl: float | None
    diagnosis: en689.Diagnosis
    preliminary: en689.Preliminary | None
    bayes: expostats.BayesianEstimate
    notes: tuple[Note, ...]


def lab_set_of(file: "LabFile") -> LabSet:
    """The results of a file with their campaigns, in order of time where days are known, else of the file."""
    import numpy as np

    rows = file.rows
    results = as_results([row.bound for row in rows])
    moments = [row.when for row in rows if row.when is not None]
    span = (max(moments) - min(moments)).days if moments else None
    last = max(moments).date() if moments else None
    if any(row.campaign is None for row in rows):
        return LabSet(results, None, span, last, file.unit, header_line=file.header_line)
    begins: dict[str | None, tuple[int, int]] = {}
    for index, row in enumerate(rows):
        key = (row.when.toordinal() if row.when is not None else 0, index)
        begins[row.campaign] = min(begins.get(row.campaign, key), key)
    first = min(begins, key=lambda campaign: begins[campaign])
    chosen = np.array([row.campaign == first for row in rows])
    campaigns = en689.Campaigns(chosen, len(begins))
    return LabSet(results, campaigns, span, last, file.unit, header_line=file.header_line)


def report(lab_set: LabSet, limit: ComparedLimit, method: censored.Method | None, confidence: float) -> LabReport:
    """Compute the report.

    Parameters
    ----------
    lab_set : LabSet
    limit : ComparedLimit
        In the unit of the results.
    method : Method or None
        ROS or MLE for results that are no numbers; None takes ROS, and MLE where there are upper or interval bounds.
    confidence : float
        Of the bounds of the exceedance fraction and of ``utl``, 0.5 to 1.

    Raises
    ------
    StatisticsError
        ROS was asked for and there are results above a range or between bounds.
    """
    results = lab_set.results
    notes: list[Note] = [Note.READ_AS] if lab_set.read_as else []
    notes += [Note.HEADER_LINE] if lab_set.header_line else []
    estimate = _estimate(results, method, notes)
    known = estimate.distribution if estimate is not None else None
    bounds = lognormal.exceedance_bounds(known, limit.value, confidence) if known is not None else None
    maybe_above = int(
        (~(en689.below(results, limit.value) | (results.detected & (results.upper <= limit.value)))).sum()
    )
    notes.extend(_notes(results, limit.value, known))
    return LabReport(
        lab_set=lab_set,
        limit=limit,
        distribution=known,
        method=estimate.method if estimate is not None else None,
        confidence=confidence,
        exceedance=lognormal.exceedance_fraction(known, limit.value) if known is not None else None,
        exceedance_low=bounds.low if bounds is not None else None,
        exceedance_high=bounds.high
        if bounds is not None
        else censored.distribution_free_bound(maybe_above, results.n, confidence),
        utl95_70=lognormal.upper_tolerance_limit(known) if known is not None else None,
        utl=lognormal.upper_tolerance_limit(known, confidence=confidence) if known is not None else None,
        diagnosis=en689.french_test(results, limit.value, known, lab_set.campaigns, lab_set.span_days),
        preliminary=en689.preliminary_test(results, limit.value) if results.n >= en689.FEWEST_FIRST else None,
        bayes=expostats.estimate(results, limit.value),
        notes=tuple(notes),
    )


def _estimate(results: Results, method: censored.Method | None, notes: list[Note]) -> censored.Estimate | None:
    """The distribution, or None and a note that says why there is none."""
    bounded = bool((results.right | results.interval).any())
    if method is censored.Method.ROS and bounded:
        raise StatisticsError(
            "--method ros takes numbers and results below a limit of quantification only; "
            "use --method mle for results above a range or between bounds"
        )
    if results.n < 2:
        notes.append(Note.ONE_RESULT)
        return None
    if results.censored > censored.MOST_CENSORED * results.n:
        notes.append(Note.TOO_CENSORED)
        return None
    if results.upper.max() == results.upper.min() == results.lower.min():
        notes.append(Note.ALL_EQUAL)
        return None
    if bounded and method is None:
        notes.append(Note.MLE_FOR_BOUNDS)
    try:
        wanted = censored.Method.MLE if bounded else method or censored.Method.ROS
        estimate = censored.estimate(results, wanted)
    except StatisticsError:
        notes.append(Note.NO_FIT)
        return None
    if estimate.distribution.log_sd == 0:
        notes.append(Note.ALL_EQUAL)
        return None
    if estimate.method is censored.Method.HALF_LOQ:
        notes.append(Note.HALF_LOQ)
    return estimate


def _notes(results: Results, limit: float, distribution: lognormal.Lognormal | None) -> list[Note]:
    notes = []
    if (results.left & (results.upper > limit / 10)).any():
        notes.append(Note.LOQ_TOO_HIGH)
    if distribution is None or results.n < en689.FEWEST_FIRST:
        notes.append(Note.PRIOR_WEIGHS)
    if distribution is not None and distribution.gsd > 3.5:
        notes.append(Note.WIDE_SPREAD)
    return notes


def highest(results: Results) -> str:
    """The highest result as it is known: a number, or a bound.

    Examples
    --------
    >>> import numpy as np
    >>> highest(Results(np.array([0.0, 3.0]), np.array([5.5, 3.0])))
    '<5.5'
    """
    import numpy as np

    at = int(np.argmax(results.upper))
    if results.right.any():
        at = int(np.argmax(np.where(results.right, results.lower, 0)))
        return f">{results.lower[at]:g}"
    if results.detected[at] or (results.detected & (results.upper == results.upper[at])).any():
        return f"{results.upper[at]:g}"
    return f"<{results.upper[at]:g}" if results.left[at] else f"[{results.lower[at]:g}-{results.upper[at]:g}]"
