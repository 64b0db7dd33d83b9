"""Laboratory results against an exposure limit: the French test of 2009 and the preliminary test of EN 689."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from dsp.statistics.lab_results import Mask, Results, StatisticsError
from dsp.statistics.lognormal import Lognormal, distance_to_limit, tolerance_factor

FEWEST_FIRST = 3
"""Results of the first campaign (arrêté of 15 December 2009, annex 1)."""
FEWEST_IN_ALL = 9
"""Results the statistical test of the arrêté asks for, over at most three campaigns."""
MOST_CAMPAIGNS = 3
LONGEST_SPAN_DAYS = 366
"""The campaigns lie within a year."""

_TENTH = 0.1
_LAST_ROW = 60
"""The official table ends with "60 and more"."""
_PRELIMINARY = {3: 0.1, 4: 0.15, 5: 0.2}


class Verdict(Enum):
    """The two diagnoses the arrêté knows, and that there is none."""

    EXCEEDANCE = "dépassement"
    NO_EXCEEDANCE = "non-dépassement"
    UNDECIDED = "undecided"


class Reason(Enum):
    """What the verdict rests on, or what is missing for one."""

    FEWER_THAN_THREE = "fewer_than_three_results"
    FIRST_CAMPAIGN_TOO_SMALL = "first_campaign_too_small"
    FIRST_CAMPAIGN_ABOVE = "first_campaign_above_limit"
    ALL_BELOW_A_TENTH = "all_below_a_tenth"
    NINE_NEEDED = "nine_results_needed"
    TOO_MANY_CAMPAIGNS = "more_than_three_campaigns"
    LONGER_THAN_A_YEAR = "longer_than_a_year"
    NO_DISTRIBUTION = "no_distribution"
    U_BELOW = "u_below_u_t"
    U_REACHES = "u_reaches_u_t"
    CAMPAIGN_UNKNOWN = "campaign_of_high_result_unknown"


@dataclass(frozen=True, slots=True)
class Campaigns:
    """When the results were taken, as far as it is known.

    Attributes
    ----------
    first : bool array, shape (n,)
        Which results are those of the first campaign.
    count : int
        Campaigns in all.
    """

    first: Mask
    count: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Outcome of the French test.

    Attributes
    ----------
    u, u_t : float or None
        The statistic and the least value it must reach; None where it cannot be computed.
    """

    verdict: Verdict
    reason: Reason
    u: float | None
    u_t: float | None


class Preliminary(Enum):
    """Outcome of the preliminary test of EN 689."""

    BELOW = "below"
    ABOVE = "above"
    MORE_RESULTS = "more_results_needed"
    STATISTICAL_TEST = "statistical_test"


def least_u(n: int) -> float:
    """U_T(n) of the official table: the value U must reach.

    Parameters
    ----------
    n : int
        Results, at least two; the table starts at 6 and ends at 60, which stands for all greater n.

    Returns
    -------
    float
        With three decimals, as the table is printed.

    Notes
    -----
    U_T(n) = t'(0.70; n − 1, 1.6449·√n)/√n with the noncentral t; all printed rows follow within 0.0005. U < U_T means
    that the upper bound of the exceedance fraction at 70 % confidence is above 5 %.

    References
    ----------
    Arrêté of 15 December 2009 (MTST0924705A), annex 2; NF EN 689:2018, table F.1.

    Examples
    --------
    >>> least_u(9), least_u(6), least_u(200)
    (2.035, 2.187, 1.762)
    """
    return round(tolerance_factor(min(n, _LAST_ROW)), 3)


def french_test(
    results: Results,
    limit: float,
    distribution: Lognormal | None,
    campaigns: Campaigns | None = None,
    span_days: int | None = None,
) -> Diagnosis:
    """Diagnosis of a group of similar exposure by the arrêté of 15 December 2009.

    Parameters
    ----------
    results : Results
        Laboratory results of personal sampling, one per worker and shift [unit of the limit].
    limit : float
        VLEP.
    distribution : Lognormal or None
        Estimated from the same results; None where none could be.
    campaigns : Campaigns or None
        Where they are not known, fewer than nine results are taken for the first campaign.
    span_days : int or None
        Days from the first to the last result, where the dates are known.

    Returns
    -------
    Diagnosis

    Notes
    -----
    First campaign, at least three results: any above the limit is a *dépassement*; all below a tenth of the limit are
    a *non-dépassement*. Otherwise at least nine results over up to three campaigns within a year are compared by
    U = (ln VLEP − ln MG)/ln SG: U < U_T(n) is a *dépassement*, U ≥ U_T(n) a *non-dépassement*.
    A result below a limit of quantification is below a tenth only if that limit of quantification is; a result above
    the measuring range is above the limit if the end of the range is. With nine results or more of unknown campaigns
    and one of them above the limit, a sufficient U stays undecided: it depends on the campaign of that result.

    References
    ----------
    Arrêté of 15 December 2009 (MTST0924705A), annexes 1 and 2.

    Examples
    --------
    >>> from dsp.statistics.lab_results import measured
    >>> french_test(measured([2.0, 3.1, 9.9]), 100, None).verdict.value
    'non-dépassement'
    """
    u = distance_to_limit(distribution, limit) if distribution is not None else None
    if u is not None and not np.isfinite(u):
        u = None
    u_t = least_u(results.n) if results.n >= FEWEST_FIRST else None

    def told(verdict: Verdict, reason: Reason) -> Diagnosis:
        return Diagnosis(verdict, reason, u, u_t)

    first = _first_campaign(results, campaigns)
    early = _before_the_statistics(results, first, limit)
    if early is not None:
        return told(early.verdict, early.reason)
    missing = _missing(results, campaigns, span_days)
    if missing is not None:
        return told(Verdict.UNDECIDED, missing)
    if u is None or u_t is None:
        return told(Verdict.UNDECIDED, Reason.NO_DISTRIBUTION)
    if u < u_t:
        return told(Verdict.EXCEEDANCE, Reason.U_BELOW)
    if campaigns is None and above(results, limit).any():
        return told(Verdict.UNDECIDED, Reason.CAMPAIGN_UNKNOWN)
    return told(Verdict.NO_EXCEEDANCE, Reason.U_REACHES)


def preliminary_test(results: Results, limit: float) -> Preliminary:
    """Preliminary test of EN 689 for three to five results.

    Parameters
    ----------
    results : Results
        At least three [unit of the limit].
    limit : float

    Returns
    -------
    Preliminary
        ``STATISTICAL_TEST`` for six results and more: U against U_T then decides.

    Raises
    ------
    StatisticsError
        For fewer than three results.

    Notes
    -----
    Below: three results all under 0.1, four under 0.15, five under 0.2 of the limit. Any result above the limit: above.
    The French arrêté has the first of these rows only, and asks for nine results where EN 689 asks for six.

    References
    ----------
    NF EN 689:2018, 5.5.2.

    Examples
    --------
    >>> from dsp.statistics.lab_results import measured
    >>> preliminary_test(measured([12, 14, 11, 9]), 100)
    <Preliminary.BELOW: 'below'>
    """
    if results.n < FEWEST_FIRST:
        raise StatisticsError(f"{results.n} results; the preliminary test of EN 689 needs at least {FEWEST_FIRST}")
    if above(results, limit).any():
        return Preliminary.ABOVE
    share = _PRELIMINARY.get(results.n)
    if share is None:
        return Preliminary.STATISTICAL_TEST
    return Preliminary.BELOW if below(results, share * limit).all() else Preliminary.MORE_RESULTS


def above(results: Results, limit: float) -> Mask:
    """Which results are surely above a limit."""
    return np.where(results.detected, results.lower > limit, results.lower >= limit)


def below(results: Results, limit: float) -> Mask:
    """Which results are surely below a limit."""
    return np.where(results.left, results.upper <= limit, results.upper < limit)


def _first_campaign(results: Results, campaigns: Campaigns | None) -> Results | None:
    """The first campaign's results; None where nobody knows which they are."""
    if campaigns is not None:
        return results.only(campaigns.first)
    return results if results.n < FEWEST_IN_ALL else None


@dataclass(frozen=True, slots=True)
class _Early:
    """A verdict that needs no statistics."""

    verdict: Verdict
    reason: Reason


def _before_the_statistics(results: Results, first: Results | None, limit: float) -> _Early | None:
    if results.n < FEWEST_FIRST:
        return _Early(Verdict.UNDECIDED, Reason.FEWER_THAN_THREE)
    if first is not None and first.n < FEWEST_FIRST:
        return _Early(Verdict.UNDECIDED, Reason.FIRST_CAMPAIGN_TOO_SMALL)
    if first is not None and above(first, limit).any():
        return _Early(Verdict.EXCEEDANCE, Reason.FIRST_CAMPAIGN_ABOVE)
    if below(results, _TENTH * limit).all():
        return _Early(Verdict.NO_EXCEEDANCE, Reason.ALL_BELOW_A_TENTH)
    return None


def _missing(results: Results, campaigns: Campaigns | None, span_days: int | None) -> Reason | None:
    if results.n < FEWEST_IN_ALL:
        return Reason.NINE_NEEDED
    if campaigns is not None and campaigns.count > MOST_CAMPAIGNS:
        return Reason.TOO_MANY_CAMPAIGNS
    if span_days is not None and span_days > LONGEST_SPAN_DAYS:
        return Reason.LONGER_THAN_A_YEAR
    return None
