"""Bayesian estimate of log-normal exposures with the prior of Expostats, by quadrature: no sampler, no chance."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy import special

from dsp.statistics.lab_results import Array, Results, StatisticsError
from dsp.statistics.normal import Z95, log_interval_probability

BAND_EDGES = (0.01, 0.1, 0.5, 1.0)
"""Edges of the AIHA exposure bands 0 to 4, as shares of the limit: which of them the 95th percentile lies in."""

_PRIOR_LOG_SD_MEAN, _PRIOR_LOG_SD_PRECISION = -0.1744, 2.5523
_PRIOR_SD_LOW, _PRIOR_SD_HIGH = 0.095, 2.3
_MEAN_LIMIT = 20.0
_ROWS, _ROUGH_ROWS, _STEPS, _ROUGH_STEPS = 241, 97, 321, 65
_NEGLIGIBLE = 32.0
"""Logarithm of the factor below the greatest density from which on the posterior is left out: e⁻³² = 1e-14."""
_GOLDEN = (math.sqrt(5) - 1) / 2


class Prior(Enum):
    """What is thought of the spread of exposures before any result.

    ``informed_variance``: ln σ ~ N(−0.1744, precision 2.5523), from the spreads of many measured groups.
    ``uninformative``: σ ~ U(0.095, 2.3). In both μ ~ U(−20, 20), for results divided by the limit.
    """

    INFORMED_VARIANCE = "informed_variance"
    UNINFORMATIVE = "uninformative"


@dataclass(frozen=True, slots=True)
class Credible:
    """A quantity's posterior: median and the ends of its 90 % credible interval (5th and 95th percentile)."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BayesianEstimate:
    """What the results and the prior say together.

    Attributes
    ----------
    gm, gsd, p95, arithmetic_mean : Credible
        In the unit of the results; ``gsd`` has none.
    exceedance_fraction : Credible
        Share of shifts above the limit, 0 to 1.
    p95_upper : float
        Value that the 95th percentile stays below with a probability of 70 % [unit of the results].
    overexposure_risk : float
        Probability that the 95th percentile is above the limit, 0 to 1.
    bands : tuple of float
        Probability of the AIHA bands 0 to 4; see :data:`BAND_EDGES`.
    """

    gm: Credible
    gsd: Credible
    p95: Credible
    arithmetic_mean: Credible
    exceedance_fraction: Credible
    p95_upper: float
    overexposure_risk: float
    bands: tuple[float, ...]


def estimate(results: Results, limit: float, prior: Prior = Prior.INFORMED_VARIANCE) -> BayesianEstimate:
    """Posterior of a group's exposure with the prior of Expostats.

    Parameters
    ----------
    results : Results
        At least one, in any mixture of measured, left-, interval- and right-censored.
    limit : float
        Occupational exposure limit [unit of the results].
    prior : Prior

    Returns
    -------
    BayesianEstimate

    Raises
    ------
    StatisticsError
        Without results, or when they lie farther from the limit than the prior reaches (e⁻²⁰ to e²⁰ times).

    Notes
    -----
    ln(x/VLEP) ~ N(μ, σ²). For every σ of a grid in ln σ the posterior of μ is tabulated where it is not negligible and
    summed up (trapezoids with end corrections, cell by cell); the probability of any statement "μ is at most t(σ)" is
    the sum of those over the grid. ln GM = μ, ln P95 = μ + 1.645σ, ln AM = μ + σ²/2, and an exceedance fraction above e
    means μ > −σ·z₁₋ₑ, so all of them are such statements; medians and limits are found by bisection. Two runs agree to
    the bit. Grids four times as fine change no result by more than 1e-4.

    References
    ----------
    Lavoué et al., Ann. Work Expo. Health 63 (2019), 267–279, doi:10.1093/annweh/wxy100 (Expostats); Webexpo R library
    (``Webexpo.seg.globalbayesian.jags``, ``informedvar``); AIHA, A Strategy for Assessing and Managing Occupational
    Exposures (bands).

    Examples
    --------
    >>> from dsp.statistics.lab_results import measured
    >>> found = estimate(measured([24.7, 64.1, 13.8, 43.7, 19.9, 133, 32.1, 15, 53.7]), 100)
    >>> round(found.p95.median), round(found.overexposure_risk, 2)
    (123, 0.71)
    """
    if results.n == 0:
        raise StatisticsError("no results; expected at least one")
    return _summary(_posterior(results, limit, prior), limit)


@dataclass(frozen=True, slots=True)
class _Data:
    """Results divided by the limit, as logarithms; equal bounds counted once."""

    measured: int
    mean: float
    squares: float
    lower: Array
    upper: Array
    counts: Array

    @classmethod
    def of(cls, results: Results, limit: float) -> "_Data":
        logs = np.log(results.upper[results.detected] / limit)
        mean = float(logs.mean()) if logs.size else 0.0
        with np.errstate(divide="ignore"):
            bounds = np.log(np.stack((results.lower, results.upper))[:, ~results.detected] / limit)
        known = np.concatenate((logs, bounds[np.isfinite(bounds)]))
        if np.abs(known).max() >= _MEAN_LIMIT:
            raise StatisticsError(
                "a result and the limit differ by more than a factor of e²⁰ (5e8); are both in the same unit?"
            )
        distinct, counts = np.unique(bounds, axis=1, return_counts=True)
        return cls(
            logs.size, mean, float(((logs - mean) ** 2).sum()), distinct[0], distinct[1], counts.astype(np.float64)
        )

    def log_likelihood(self, mean: Array, spread: Array) -> Array:
        """Logarithm of the likelihood, without the constant."""
        found = -(self.measured * (mean - self.mean) ** 2 + self.squares) / (2 * spread * spread)
        found = found - self.measured * np.log(spread)
        for low, high, count in zip(self.lower, self.upper, self.counts, strict=True):
            found = found + count * log_interval_probability((low - mean) / spread, (high - mean) / spread)
        return np.asarray(found)


@dataclass(frozen=True, slots=True)
class _Posterior:
    """One row a σ: weight of the row, and the posterior of μ summed up along evenly spaced steps.

    Attributes
    ----------
    spread, weight : float64 array, shape (rows,)
        σ (evenly spaced in ln σ), and the row's share of the whole; ``summed`` is the running sum of the shares.
    start, step : float64 array, shape (rows,)
        First μ of each row and the distance of two.
    table : float64 array, shape (rows, steps)
        Probability that μ is at most that of the column, given σ: from 0 to 1.
    density : float64 array, shape (rows, steps)
        Its growth per step.
    """

    spread: Array
    weight: Array
    summed: Array
    start: Array
    step: Array
    table: Array
    density: Array

    def probability(self, threshold: Array) -> float:
        """Probability that μ ≤ threshold(σ)."""
        given = _summed_until(self.table, self.density, (threshold - self.start) / self.step)
        return float(_running_sum((self.weight * given)[None, :])[0, -1] / self.summed[-1])

    def spread_probability(self, log_spread: float) -> float:
        """Probability that ln σ is at most so much."""
        grid = np.log(self.spread)
        steps = (log_spread - grid[:1]) / (grid[-1] - grid[0]) * (grid.size - 1)
        summed = _summed_until(self.summed[None, :], self.weight[None, :], steps)
        return float(summed[0] / self.summed[-1])


def _running_sum(density: Array) -> Array:
    """Integral along each row from its first column on, in steps: trapezoids with end corrections."""
    slope = np.gradient(density, axis=1)
    summed = np.zeros_like(density)
    summed[:, 1:] = np.cumsum(0.5 * (density[:, 1:] + density[:, :-1]) - (slope[:, 1:] - slope[:, :-1]) / 12, axis=1)
    return summed


def _summed_until(table: Array, density: Array, steps: Array) -> Array:
    """The running sums of rows up to a place between columns, the density straight between two."""
    at = np.clip(steps, 0.0, table.shape[1] - 1.0)
    left = np.minimum(at.astype(np.int64), table.shape[1] - 2)
    rows = np.arange(table.shape[0])
    share = at - left
    dense, denser = density[rows, left], density[rows, left + 1]
    return np.asarray(table[rows, left] + share * (dense + 0.5 * share * (denser - dense)))


def _posterior(results: Results, limit: float, prior: Prior) -> _Posterior:
    """Tabulate the posterior where it is not negligible: twice roughly to find the place, then finely."""
    data = _Data.of(results, limit)
    # Results that are all equal drag σ towards 0; below e⁻⁴⁰ there is nothing left to tell apart.
    low = max(_PRIOR_LOG_SD_MEAN - (results.n + 30) / _PRIOR_LOG_SD_PRECISION, -40.0)
    high = 6.0
    if prior is Prior.UNINFORMATIVE:
        low, high = math.log(_PRIOR_SD_LOW), math.log(_PRIOR_SD_HIGH)
    for _ in range(2):
        grid = np.linspace(low, high, _ROUGH_ROWS)
        weight = _tabulate(data, grid, prior, _ROUGH_STEPS).weight
        seen = np.flatnonzero(weight > weight.max() * math.exp(-_NEGLIGIBLE))
        low = float(grid[max(seen[0] - 1, 0)])
        high = float(grid[min(seen[-1] + 1, grid.size - 1)])
    return _tabulate(data, np.linspace(low, high, _ROWS), prior, _STEPS)


def _tabulate(data: _Data, grid: Array, prior: Prior, steps: int) -> _Posterior:
    spread = np.exp(grid)
    top = _highest(data, spread)
    height = data.log_likelihood(top, spread)

    def negligible(mean: Array) -> Array:
        return np.asarray(data.log_likelihood(mean, spread) < height - _NEGLIGIBLE)

    start = _edge(negligible, top, np.full_like(top, -_MEAN_LIMIT))
    end = _edge(negligible, top, np.full_like(top, _MEAN_LIMIT))
    step = (end - start) / (steps - 1)
    means = start[:, None] + step[:, None] * np.arange(steps)
    # Where σ is far too small for the data, ln L has more digits than a float; such a row weighs nothing anyway.
    density = np.exp(np.minimum(data.log_likelihood(means, spread[:, None]) - height[:, None], 0.0))
    table = _running_sum(density)
    whole = table[:, -1].copy()
    table /= whole[:, None]
    density /= whole[:, None]
    log_weight = height + np.log(whole * step) + _log_prior(grid, prior)
    weight = np.exp(log_weight - log_weight.max())
    summed = _running_sum(weight[None, :])[0]
    return _Posterior(spread, weight, summed, start, step, table, density)


def _log_prior(grid: Array, prior: Prior) -> Array:
    """Logarithm of the prior's density in ln σ."""
    if prior is Prior.UNINFORMATIVE:
        return grid  # uniform in σ is proportional to σ in ln σ
    return np.asarray(-0.5 * _PRIOR_LOG_SD_PRECISION * (grid - _PRIOR_LOG_SD_MEAN) ** 2)


def _highest(data: _Data, spread: Array) -> Array:
    """The μ of the greatest likelihood for each σ: golden sections, as the likelihood is log-concave in μ."""
    low, high = np.full_like(spread, -_MEAN_LIMIT), np.full_like(spread, _MEAN_LIMIT)
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = data.log_likelihood(left, spread), data.log_likelihood(right, spread)
    for _ in range(60):
        keep_left = at_left > at_right
        low, high = np.where(keep_left, low, left), np.where(keep_left, right, high)
        new = np.where(keep_left, high - _GOLDEN * (high - low), low + _GOLDEN * (high - low))
        at_new = data.log_likelihood(new, spread)
        left, right = np.where(keep_left, new, right), np.where(keep_left, left, new)
        at_left, at_right = np.where(keep_left, at_new, at_right), np.where(keep_left, at_left, at_new)
    return 0.5 * (low + high)


def _edge(negligible: Callable[[Array], Array], inside: Array, outside: Array) -> Array:
    """Where the likelihood becomes negligible between a place inside and the prior's end, or that end."""
    for _ in range(40):
        middle = 0.5 * (inside + outside)
        out = negligible(middle)
        inside, outside = np.where(out, inside, middle), np.where(out, middle, outside)
    return outside


def _summary(posterior: _Posterior, limit: float) -> BayesianEstimate:
    spread = posterior.spread
    centre = posterior.start + 0.5 * posterior.step * (posterior.table.shape[1] - 1)
    reach = float(np.abs(centre).max() + 4 * _MEAN_LIMIT + np.square(spread).max())

    def credible(probability: Callable[[float], float]) -> Credible:
        return Credible(*(limit * _exp(_root(probability, share, -reach, reach)) for share in (0.5, 0.05, 0.95)))

    def p95_at_most(x: float) -> float:
        return posterior.probability(x - Z95 * spread)

    def fraction_at_most(score: float) -> float:
        # An exceedance fraction of at most Φ(score) means that μ is at most score·σ, the limit being at 0.
        return posterior.probability(score * spread)

    edges = [p95_at_most(math.log(edge)) for edge in BAND_EDGES]
    fraction = (float(special.ndtr(_root(fraction_at_most, share, -400.0, 400.0))) for share in (0.5, 0.05, 0.95))
    gsd = (math.exp(math.exp(_root(posterior.spread_probability, share, -45.0, 10.0))) for share in (0.5, 0.05, 0.95))
    return BayesianEstimate(
        gm=credible(lambda x: posterior.probability(np.full_like(spread, x))),
        gsd=Credible(*gsd),
        p95=credible(p95_at_most),
        arithmetic_mean=credible(lambda x: posterior.probability(x - 0.5 * spread * spread)),
        exceedance_fraction=Credible(*fraction),
        p95_upper=limit * _exp(_root(p95_at_most, 0.70, -reach, reach)),
        overexposure_risk=1 - edges[-1],
        bands=tuple(np.diff([0.0, *edges, 1.0]).tolist()),
    )


def _exp(exponent: float) -> float:
    """Exponential; what is too large for a float is 1e304, which says the same."""
    return math.exp(min(exponent, 700.0))


def _root(probability: Callable[[float], float], share: float, low: float, high: float) -> float:
    """Where a distribution function reaches a share."""
    for _ in range(60):
        middle = 0.5 * (low + high)
        if probability(middle) < share:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
