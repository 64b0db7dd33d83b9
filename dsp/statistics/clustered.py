"""A share counted in cases that come in clusters: cases of one cluster say less than as many on their own."""

import numpy as np
from numpy.typing import NDArray

from dsp.statistics.lab_results import StatisticsError
from dsp.statistics.proportion import Interval, beta_interval

Counts = NDArray[np.int64]


def korn_graubard(successes: Counts, trials: Counts, confidence: float = 0.95) -> Interval:
    """Two-sided interval of a share, exact where every cluster has one case.

    Parameters
    ----------
    successes, trials : int64 array, shape (clusters,)
        Cases that were so, and cases in all, of each cluster.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Interval
        From 0 to 1 where there was no case at all: nothing is known then.

    Raises
    ------
    StatisticsError
        Counts that are none, or a confidence out of range.

    Notes
    -----
    Clopper and Pearson's interval for the effective number of cases n* = n/deff · (t(n − 1)/t(I − 1))², with I
    clusters, the variance of the share between clusters var = I/(I − 1) · Σ(xᵢ − p·nᵢ)²/n², and the design effect
    deff = var/(p(1 − p)/(n − 1)), never below 1. A share of 0 or 1 has no variance to be estimated: each cluster
    counts as one case then, which is the most that cases of a cluster can be alike.

    References
    ----------
    Korn and Graubard, Survey Methodology 24 (1998), 193-201.

    Examples
    --------
    >>> found = korn_graubard(np.array([1, 0, 1, 1]), np.array([1, 1, 1, 1]))
    >>> round(found.low, 4), round(found.high, 4)
    (0.1941, 0.9937)
    """
    if successes.shape != trials.shape or np.any(successes < 0) or np.any(successes > trials):
        raise StatisticsError("successes of a cluster must be from 0 to its trials")
    if not 0.0 < confidence < 1.0:
        raise StatisticsError(f"confidence is {confidence:g}; expected between 0 and 1")

    some = trials > 0
    n = int(trials.sum())
    if n == 0:
        return Interval(0.0, 1.0)
    share = float(successes.sum()) / n
    cases = _effective_cases(successes[some], trials[some], confidence)
    return beta_interval(share * cases, cases, confidence)


def _effective_cases(successes: Counts, trials: Counts, confidence: float) -> float:
    """How many independent cases say as much."""
    from scipy import special

    n, clusters = int(trials.sum()), trials.size
    share = float(successes.sum()) / n
    if n == clusters or clusters == 1 or share in (0.0, 1.0):
        return float(clusters)
    between = float(np.sum((successes - share * trials) ** 2)) * clusters / (clusters - 1) / n**2
    effect = max(1.0, between / (share * (1 - share) / (n - 1)))
    upper = 1.0 - (1.0 - confidence) / 2.0
    wider = float(special.stdtrit(n - 1, upper) / special.stdtrit(clusters - 1, upper))
    return n / effect * wider**2
