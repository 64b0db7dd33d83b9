"""A share counted in few cases, and how far the true one may lie from it."""

from dataclasses import dataclass

from dsp.statistics.lab_results import StatisticsError


@dataclass(frozen=True, slots=True)
class Interval:
    """Bounds of a share, 0 to 1."""

    low: float
    high: float


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Two-sided exact interval of a share.

    Parameters
    ----------
    successes : int
        Cases that were so, 0 to ``trials``.
    trials : int
        Cases in all, 0 or more.
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
    The shares for which neither as many cases nor as few would be rarer than (1 − confidence)/2. It covers the true
    share at least as often as it says, whatever the share: with few cases it is wide rather than wrong.

    References
    ----------
    Clopper and Pearson, Biometrika 26 (1934), 404–413, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> found = clopper_pearson(1, 1)
    >>> round(found.low, 3), found.high
    (0.025, 1.0)
    """
    if not 0 <= successes <= trials:
        raise StatisticsError(f"{successes} of {trials} cases; expected 0 ≤ successes ≤ trials")
    if not 0.0 < confidence < 1.0:
        raise StatisticsError(f"confidence is {confidence:g}; expected between 0 and 1")
    return beta_interval(successes, trials, confidence)


def beta_interval(successes: float, trials: float, confidence: float) -> Interval:
    """Clopper and Pearson's interval of any numbers of cases, effective ones among them; nothing is checked.

    Parameters
    ----------
    successes, trials : float
        0 ≤ successes ≤ trials.
    confidence : float
        Between 0 and 1.
    """
    from scipy import special  # half a second to import, for what a service rarely asks

    tail = (1.0 - confidence) / 2.0
    low = 0.0 if successes == 0 else float(special.betaincinv(successes, trials - successes + 1, tail))
    high = 1.0 if successes == trials else float(special.betaincinv(successes + 1, trials - successes, 1.0 - tail))
    return Interval(low, high)
