"""Log-normal distribution of results of which some are only known to lie below, above or between bounds."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy import special

from dsp.statistics.lab_results import Array, Results, StatisticsError
from dsp.statistics.lognormal import Lognormal, fit
from dsp.statistics.normal import log_density, log_interval_probability

MOST_CENSORED = 0.8
"""Share of censored results above which no distribution is fitted: then only the highest result says something."""

_FEWEST_DETECTS, _FEWEST_RESULTS = 3, 5
_STEPS = 200


class Method(Enum):
    """How the distribution was estimated."""

    SAMPLE = "sample"
    ROS = "ros"
    MLE = "mle"
    HALF_LOQ = "half_loq"


@dataclass(frozen=True, slots=True)
class Estimate:
    """A distribution and how it was found."""

    distribution: Lognormal
    method: Method


@dataclass(frozen=True, slots=True)
class RegressionOnOrder:
    """What regression on order statistics finds.

    Attributes
    ----------
    distribution : Lognormal
        Of the measured results and those put in for the censored ones.
    values : float64 array, shape (n,)
        The results in their order, censored ones replaced.
    intercept, slope : float
        Of the line ln x = intercept + slope·z through the measured results.
    """

    distribution: Lognormal
    values: Array
    intercept: float
    slope: float


def plotting_positions(results: Results) -> Array:
    """Empirical probability of each result, measured or below a limit of quantification.

    Parameters
    ----------
    results : Results
        Measured and left-censored results, any number of limits of quantification.

    Returns
    -------
    float64 array, shape (n,)
        Shares between 0 and 1 in the order of the results.

    Raises
    ------
    StatisticsError
        With results above or between bounds, for which these positions are not defined.

    Notes
    -----
    For limits of quantification d₁ < d₂ < …, the probability of exceeding dⱼ is
    Pⱼ = Pⱼ₊₁ + (1 − Pⱼ₊₁)·Aⱼ/(Aⱼ + Bⱼ), with Aⱼ the results measured in [dⱼ, dⱼ₊₁) and Bⱼ all results known to lie
    below dⱼ. Measured results between two limits share Pⱼ − Pⱼ₊₁ in equal steps, results "below dⱼ" share 1 − Pⱼ.

    References
    ----------
    Hirsch and Stedinger, Water Resour. Res. 23 (1987), 715–727, doi:10.1029/WR023i004p00715; Helsel and Cohn,
    Water Resour. Res. 24 (1988), 1997–2004, doi:10.1029/WR024i012p01997.

    Examples
    --------
    >>> five = Results(np.array([0.0, 2, 3, 4]), np.array([1.0, 2, 3, 4]))
    >>> plotting_positions(five).tolist()
    [0.125, 0.4375, 0.625, 0.8125]
    """
    detected, left = results.detected, results.left
    if not (detected | left).all():
        raise StatisticsError("order statistics take measured results and results below a bound only")
    values = results.upper
    limits = np.unique(values[left])
    if not limits.size or values[detected].min(initial=np.inf) < limits[0]:
        limits = np.concatenate((np.zeros(1), limits))
    edges = np.append(limits, np.inf)
    exceeding = np.zeros(edges.size)
    positions = np.empty(results.n)
    for j in range(limits.size - 1, -1, -1):
        here = detected & (values >= edges[j]) & (values < edges[j + 1])
        censored = left & (values == edges[j])
        below = int((detected & (values < edges[j])).sum() + (left & (values <= edges[j])).sum())
        measured = int(here.sum())
        share = measured / (measured + below) if measured + below else 0.0
        exceeding[j] = exceeding[j + 1] + (1 - exceeding[j + 1]) * share
        step = (exceeding[j] - exceeding[j + 1]) / (measured + 1)
        positions[here] = 1 - exceeding[j] + step * _ranks(values[here])
        positions[censored] = (1 - exceeding[j]) * np.arange(1, censored.sum() + 1) / (censored.sum() + 1)
    return positions


def regression_on_order(results: Results) -> RegressionOnOrder:
    """Robust regression on order statistics (ROS) for results below limits of quantification.

    Parameters
    ----------
    results : Results
        Measured and left-censored results, at least two different measured ones.

    Returns
    -------
    RegressionOnOrder
        Values in the unit of the results.

    Raises
    ------
    StatisticsError
        With fewer than two different measured results, or with results above or between bounds.

    Notes
    -----
    The logarithms of the measured results are regressed on the normal scores of their plotting positions; each
    censored result is replaced by the line's value at its own position; mean and standard deviation of all
    logarithms follow. Only measured results shape the line, so one value put in never stands alone.

    References
    ----------
    Helsel, Statistics for Censored Environmental Data, 2nd ed., Wiley 2012, chapter 6; NF EN 689:2018, annex H;
    the R packages NADA (``ros``) and Webexpo (``fun.NdExpo.lognorm``) compute the same.

    Examples
    --------
    >>> measured = [28.9, 19.4, 149.9, 26.42, 56.1]
    >>> found = regression_on_order(Results(np.array([*measured, 0]), np.array([*measured, 5.5])))
    >>> round(float(found.values[-1]), 2)
    5.33
    """
    return regression_at(results, plotting_positions(results))


def regression_at(results: Results, positions: Array) -> RegressionOnOrder:
    """Regression on order statistics at given plotting positions (EnvStats, for one, takes Michael and Schucany's).

    Parameters
    ----------
    results : Results
        Measured and left-censored results, at least two different measured ones.
    positions : float64 array, shape (n,)
        Empirical probability of each result, between 0 and 1.

    Returns
    -------
    RegressionOnOrder
        Values in the unit of the results.
    """
    detected = results.detected
    logs = np.log(results.upper[detected])
    if logs.size < 2 or np.ptp(logs) == 0:
        raise StatisticsError("a regression on order statistics needs at least two different measured results")
    scores = special.ndtri(positions)
    centred = scores[detected] - scores[detected].mean()
    slope = float(centred @ logs / (centred @ centred))
    intercept = float(logs.mean() - slope * scores[detected].mean())
    values = results.upper.copy()
    values[~detected] = np.exp(intercept + slope * scores[~detected])
    return RegressionOnOrder(fit(values), values, intercept, slope)


def maximum_likelihood(results: Results) -> Lognormal:
    """Maximum-likelihood estimate from measured, left-, interval- and right-censored results.

    Parameters
    ----------
    results : Results
        At least two different measured results.

    Returns
    -------
    Lognormal
        ``log_sd`` is the likelihood's maximum (no n − 1).

    Raises
    ------
    StatisticsError
        With fewer than two different measured results: the likelihood may then have no maximum.

    Notes
    -----
    The likelihood is the density of each measured result times the probability of each bound or interval. In the
    parameters a = μ/σ and h = 1/σ its logarithm is concave, so Newton's method finds the one maximum from anywhere.

    References
    ----------
    Olsen, Econometrica 46 (1978), 1211–1215, doi:10.2307/1911445; Cohen, Technometrics 1 (1959), 217–237.

    Examples
    --------
    >>> measured = [28.9, 19.4, 149.9, 26.42, 56.1]
    >>> found = maximum_likelihood(Results(np.array([*measured, 0]), np.array([*measured, 5.5])))
    >>> round(found.gm, 2), round(found.gsd, 2)
    (27.11, 3.26)
    """
    detected = results.detected
    if np.unique(results.upper[detected]).size < 2:
        raise StatisticsError("a maximum of the likelihood needs at least two different measured results")
    logs = np.log(results.upper[detected])
    centre, scale = float(logs.mean()), float(logs.std())
    with np.errstate(divide="ignore"):
        data = _Standardised(
            (logs - centre) / scale,
            (np.log(results.lower[~detected]) - centre) / scale,
            (np.log(results.upper[~detected]) - centre) / scale,
        )
    parameters = np.array([0.0, 1.0])
    current = data.log_likelihood(parameters)
    for _ in range(_STEPS):
        slope = data.slope(parameters)
        step = np.linalg.solve(slope.curvature, -slope.gradient)
        length = 1.0
        while True:
            trial = parameters + length * step
            reached = data.log_likelihood(trial)
            if reached >= current or length < 1e-12:
                break
            length /= 2
        gain, current, parameters = reached - current, reached, trial
        if abs(gain) < 1e-13 * (1 + abs(current)) and np.abs(length * step).max() < 1e-9:
            break
    spread = scale / parameters[1]
    return Lognormal(float(centre + parameters[0] * spread), float(spread), results.n)


def half_of_the_bound(results: Results) -> Lognormal:
    """Distribution with half the limit of quantification put in: the last resort for very few results.

    Parameters
    ----------
    results : Results
        Measured and left-censored results.

    Returns
    -------
    Lognormal

    Notes
    -----
    Biased; only for fewer than five results or three measured ones, where nothing better can be fitted.

    References
    ----------
    Webexpo R library, ``fun.NdExpo.lognorm`` (same rule); Hornung and Reed, Appl. Occup. Environ. Hyg. 5 (1990), 46–51.

    Examples
    --------
    >>> round(half_of_the_bound(Results(np.array([0.0, 4.0]), np.array([2.0, 4.0]))).gm, 6)
    2.0
    """
    if not (results.detected | results.left).all():
        raise StatisticsError("half of the bound is defined for results below a bound only")
    return fit(np.where(results.left, results.upper / 2, results.upper))


def estimate(results: Results, method: Method) -> Estimate:
    """Distribution of results by a method, or by the nearest one that their number allows.

    Parameters
    ----------
    results : Results
        At least two.
    method : Method
        ROS or MLE; without censored results both give way to the sample's own mean and standard deviation.

    Returns
    -------
    Estimate
        With the method that was used.

    Raises
    ------
    StatisticsError
        When more than 80 % are censored, or no distribution can be fitted.
    """
    if not results.censored:
        return Estimate(fit(results.upper), Method.SAMPLE)
    if results.censored > MOST_CENSORED * results.n:
        raise StatisticsError(
            f"{results.censored} of {results.n} results are no numbers; "
            f"with more than {MOST_CENSORED:.0%} of them no distribution is fitted"
        )
    if method is Method.MLE:
        return Estimate(maximum_likelihood(results), Method.MLE)
    few = int(results.detected.sum()) < _FEWEST_DETECTS or results.n < _FEWEST_RESULTS
    if few and (results.detected | results.left).all():
        return Estimate(half_of_the_bound(results), Method.HALF_LOQ)
    return Estimate(regression_on_order(results).distribution, Method.ROS)


def distribution_free_bound(high: int, n: int, confidence: float) -> float:
    """Upper bound of the exceedance fraction that assumes no distribution: what is left when none can be fitted.

    Parameters
    ----------
    high : int
        Results above the limit, or that may be.
    n : int
        Results in all, at least one.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    float
        Share from 0 to 1; 1 − (1 − confidence)^(1/n) where no result is above.

    References
    ----------
    Clopper and Pearson, Biometrika 26 (1934), 404–413, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> round(distribution_free_bound(0, 9, 0.70), 4)
    0.1252
    """
    return 1.0 if high >= n else float(special.betaincinv(high + 1, n - high, confidence))


@dataclass(frozen=True, slots=True)
class _Slope:
    gradient: Array
    curvature: Array


@dataclass(frozen=True, slots=True)
class _Standardised:
    """Logarithms of the results, standardised; the likelihood in a = μ/σ and h = 1/σ."""

    measured: Array
    lower: Array
    upper: Array

    def log_likelihood(self, parameters: Array) -> float:
        """Logarithm of the likelihood; minus infinity where h is not above zero."""
        a, h = parameters
        if h <= 0:
            return -np.inf
        z = h * self.measured - a
        known = self.measured.size * np.log(h) - 0.5 * float(z @ z)
        return float(known + log_interval_probability(h * self.lower - a, h * self.upper - a).sum())

    def slope(self, parameters: Array) -> _Slope:
        """Gradient and matrix of second derivatives."""
        a, h = parameters
        y = self.measured
        z = h * y - a
        gradient = np.array([z.sum(), y.size / h - z @ y])
        curvature = np.array([[-y.size, y.sum()], [y.sum(), -y.size / h**2 - y @ y]])
        low, high = h * self.lower - a, h * self.upper - a
        # as logarithms: forty standard deviations out, density and share are both too small for a double
        share = log_interval_probability(low, high)
        at_low, at_high = np.exp(log_density(low) - share), np.exp(log_density(high) - share)
        y_low, y_high, z_low, z_high = (np.where(np.isfinite(x), x, 0.0) for x in (self.lower, self.upper, low, high))
        second_low, second_high = z_low * at_low - at_low**2, -z_high * at_high - at_high**2
        mixed = at_low * at_high
        gradient += np.array([(at_low - at_high).sum(), (at_high * y_high - at_low * y_low).sum()])
        across = -(second_low + mixed) * y_low - (second_high + mixed) * y_high
        both = second_low * y_low**2 + second_high * y_high**2 + 2 * mixed * y_low * y_high
        curvature += np.array(
            [[(second_low + second_high + 2 * mixed).sum(), across.sum()], [across.sum(), both.sum()]]
        )
        return _Slope(gradient, curvature)


def _ranks(values: Array) -> Array:
    """Ranks from 1; equal values follow each other."""
    ranks = np.empty(values.size)
    ranks[np.argsort(values, kind="stable")] = np.arange(1, values.size + 1)
    return ranks
