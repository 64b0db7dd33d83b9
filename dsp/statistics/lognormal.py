"""The log-normal distribution of exposure results: geometric mean, percentiles, exceedance, tolerance limits."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from dsp.statistics.lab_results import StatisticsError
from dsp.statistics.normal import Z95

Array = NDArray[np.float64]

_FARTHEST = 40.0
"""Standard deviations beyond which a probability is zero in double precision."""


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A log-normal distribution estimated from results.

    Attributes
    ----------
    log_mean, log_sd : float
        Mean and standard deviation of the natural logarithm of the results.
    n : int
        Results it stands on, those below the limit of quantification included.
    """

    log_mean: float
    log_sd: float
    n: int

    @property
    def gm(self) -> float:
        """Geometric mean [unit of the results]."""
        return math.exp(self.log_mean)

    @property
    def gsd(self) -> float:
        """Geometric standard deviation [1]."""
        return math.exp(self.log_sd)

    @property
    def p95(self) -> float:
        """95th percentile [unit of the results]."""
        return math.exp(self.log_mean + Z95 * self.log_sd)


@dataclass(frozen=True, slots=True)
class Bounds:
    """One-sided confidence bounds of a quantity: each holds at the stated confidence by itself."""

    low: float
    high: float


def fit(values: Array) -> Lognormal:
    """Log-normal distribution of results that are all numbers.

    Parameters
    ----------
    values : float64 array, shape (n,)
        Results above zero [any unit].

    Returns
    -------
    Lognormal

    Raises
    ------
    StatisticsError
        For fewer than two results, or one that is not above zero.

    Notes
    -----
    MG = exp(mean ln x), SG = exp(s ln x) with n − 1 degrees of freedom.

    References
    ----------
    NF EN 689:2018, annex F; arrêté of 15 December 2009, annex 2.

    Examples
    --------
    >>> webexpo = fit(np.array([24.7, 64.1, 13.8, 43.7, 19.9, 133, 32.1, 15, 53.7]))
    >>> round(webexpo.gm, 2), round(webexpo.gsd, 3)
    (34.28, 2.101)
    """
    if values.size < 2:
        raise StatisticsError(f"{values.size} result; a geometric standard deviation needs at least two")
    if not (values > 0).all():
        raise StatisticsError("a log-normal distribution has no result of zero or below")
    logs = np.log(values)
    spread = 0.0 if np.ptp(values) == 0 else float(np.std(logs, ddof=1))
    return Lognormal(float(np.mean(logs)), spread, values.size)


def distance_to_limit(distribution: Lognormal, limit: float) -> float:
    """The statistic U: how many standard deviations of the logarithm the limit lies above the geometric mean.

    Parameters
    ----------
    distribution : Lognormal
    limit : float
        Occupational exposure limit [unit of the results].

    Returns
    -------
    float
        U = (ln VLEP − ln MG)/ln SG [1]; infinite where all results are equal.

    References
    ----------
    Arrêté of 15 December 2009, annex 2; NF EN 689:2018, 5.5.3 (U_R there).

    Examples
    --------
    >>> round(distance_to_limit(Lognormal(math.log(34.278), math.log(2.1009), 9), 100), 2)
    1.44
    """
    above = float(math.log(limit) - distribution.log_mean)
    if distribution.log_sd == 0:
        return math.copysign(math.inf, above)
    return above / distribution.log_sd


def exceedance_fraction(distribution: Lognormal, limit: float) -> float:
    """Share of all shifts of the group whose exposure exceeds a limit, best estimate.

    Parameters
    ----------
    distribution : Lognormal
    limit : float
        [unit of the results].

    Returns
    -------
    float
        1 − Φ(U), from 0 to 1.

    Examples
    --------
    >>> round(exceedance_fraction(Lognormal(np.log(34.2784519), np.log(2.1008963), 9), 100), 4)
    0.0746
    """
    return float(special.ndtr(-distance_to_limit(distribution, limit)))


def tolerance_factor(n: int, coverage: float = 0.95, confidence: float = 0.70) -> float:
    """Factor K of a one-sided upper tolerance limit GM·GSD^K.

    Parameters
    ----------
    n : int
        Results, at least two.
    coverage : float
        Share of the distribution below the limit, between 0 and 1.
    confidence : float
        Probability that the limit covers that share, between 0 and 1.

    Returns
    -------
    float
        K = t'(confidence; n − 1, δ)/√n with δ = Φ⁻¹(coverage)·√n.

    Raises
    ------
    StatisticsError
        For n < 2 or shares outside 0 to 1.

    References
    ----------
    Noncentral t: Hahn and Meeker, Statistical Intervals, 1991. K(n, 0.95, 0.70) is U_T of the arrêté of 15 December
    2009, annex 2, and of NF EN 689:2018, table F.1.

    Examples
    --------
    >>> round(tolerance_factor(9), 3), round(tolerance_factor(9, confidence=0.95), 3)
    (2.035, 3.031)
    """
    if n < 2:
        raise StatisticsError(f"{n} result; a tolerance limit needs at least two")
    for name, share in (("coverage", coverage), ("confidence", confidence)):
        if not 0 < share < 1:
            raise StatisticsError(f"{name} is {share:g}; expected a share between 0 and 1, e.g. 0.95")
    root = math.sqrt(n)
    return float(special.nctdtrit(n - 1, float(special.ndtri(coverage)) * root, confidence)) / root


def upper_tolerance_limit(distribution: Lognormal, coverage: float = 0.95, confidence: float = 0.70) -> float:
    """Value that covers a share of all exposures with a stated confidence, e.g. UTL95,70.

    Parameters
    ----------
    distribution : Lognormal
    coverage, confidence : float
        As for :func:`tolerance_factor`.

    Returns
    -------
    float
        GM·GSD^K [unit of the results].

    Notes
    -----
    Exact for results that are all numbers. With results below the limit of quantification the same K is used with all
    n results, as EnvStats does (``tolIntLnormCensored``): an approximation.

    Examples
    --------
    >>> round(upper_tolerance_limit(Lognormal(np.log(34.2784519), np.log(2.1008963), 9)), 1)
    155.2
    """
    factor = tolerance_factor(distribution.n, coverage, confidence)
    return math.exp(distribution.log_mean + factor * distribution.log_sd)


def exceedance_bounds(distribution: Lognormal, limit: float, confidence: float = 0.70) -> Bounds:
    """One-sided confidence bounds of the exceedance fraction.

    Parameters
    ----------
    distribution : Lognormal
    limit : float
        [unit of the results].
    confidence : float
        Of each bound by itself, between 0.5 and 1.

    Returns
    -------
    Bounds
        Shares from 0 to 1.

    Notes
    -----
    The upper bound is the share EF that solves F(U√n; n − 1, δ) = confidence with δ = Φ⁻¹(1 − EF)·√n and F the
    distribution function of the noncentral t; the lower bound solves it for 1 − confidence.

    References
    ----------
    Hewett and Ganser, J. Occup. Environ. Hyg. 3 (1997), 124–133; arrêté of 15 December 2009, annex 2.

    Examples
    --------
    >>> bounds = exceedance_bounds(Lognormal(np.log(34.2784519), np.log(2.1008963), 9), 100)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.0498, 0.1279)
    """
    if not 0.5 <= confidence < 1:
        raise StatisticsError(f"confidence is {confidence:g}; expected a share from 0.5 to below 1, e.g. 0.70")
    distance = distance_to_limit(distribution, limit)
    if math.isinf(distance):
        share = 0.0 if distance > 0 else 1.0
        return Bounds(share, share)
    return Bounds(
        float(special.ndtr(-_noncentral(distance, distribution.n, 1 - confidence))),
        float(special.ndtr(-_noncentral(distance, distribution.n, confidence))),
    )


def _noncentral(distance: float, n: int, probability: float) -> float:
    """δ/√n for which the noncentral t puts that probability below distance·√n: falls as the probability grows."""
    root = math.sqrt(n)
    low, high = -_FARTHEST, _FARTHEST
    for _ in range(80):
        middle = 0.5 * (low + high)
        if special.nctdtr(n - 1, middle * root, distance * root) > probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
