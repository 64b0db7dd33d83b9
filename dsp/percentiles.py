"""Percentiles weighted by time."""

import math

from catalog.schedule import Interval
from dsp.batch import WindowError, lay_out, summarise
from dsp.series import Series


def exceeded_level(series: Series, percent: int, window: Interval) -> float:
    """The field's L_n: the smallest value whose signal is above it for at most n % of the valid time.

    Parameters
    ----------
    series : Series
    percent : int
        n [%], 1 to 99.
    window : Interval
        (start, end], milliseconds UTC.

    Returns
    -------
    float
        One of the values of the series, in its unit, never an interpolation; NaN where nothing was measured.

    Raises
    ------
    WindowError
        ``percent`` is not a whole number from 1 to 99.

    Notes
    -----
    Times are summed as whole milliseconds, so the comparison with n % is exact. The same order holds for levels and
    their energies: percentiles of levels are taken of the levels.

    References
    ----------
    exposure-semantics, section 2.

    Examples
    --------
    >>> from catalog.quantities import Averaging
    >>> from dsp.series import build
    >>> series = build([60_000, 120_000, 180_000], [3.0, 1.0, 2.0], [1, 1, 1], 60, 180, Averaging.ARITHMETIC)
    >>> exceeded_level(series, 50, Interval(0, 180_000))
    2.0
    """
    if percent != int(percent) or not 1 <= percent <= 99:
        raise WindowError(f"percent is {percent}; expected a whole number from 1 to 99")
    if window.length <= 0:
        return math.nan
    return summarise(series, lay_out([(window,)]), (percent,)).percentiles.item()


def percentile(series: Series, rank: int, window: Interval) -> float:
    """The rank-th percentile, L_(100 − rank): ``percentile(series, 95, window)`` is exceeded 5 % of the time.

    Parameters, result and errors are those of :func:`exceeded_level`, with ``rank`` [%] in place of 100 − n.
    """
    return exceeded_level(series, 100 - rank, window)
