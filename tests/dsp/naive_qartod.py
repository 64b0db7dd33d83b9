"""The classic QARTOD tests, to compare with: neighbours by count, as US IOOS defines them."""

import numpy as np
import numpy.typing as npt

from catalog.readings import Flag

_FEWEST = 3


def spike(values: npt.ArrayLike, suspect: float, fail: float) -> npt.NDArray[np.uint8]:
    """QARTOD spike test by the mean of the two neighbours.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        One after the other, whatever the time between them.
    suspect, fail : float
        Distances beyond which a value is flagged [unit of the values].

    Returns
    -------
    uint8 array, shape (n,)
        1, 3, 4; the first and the last are not evaluated (2).

    Notes
    -----
    \\|xᵢ − (xᵢ₋₁ + xᵢ₊₁)/2\\| is large for the neighbours of a spike too, and they are flagged with it.
    :func:`dsp.quality.examine.spikes` compares with the median and leaves them.

    References
    ----------
    US IOOS, Manual for Real-Time Quality Control of In-situ Temperature and Salinity Data, test 6.

    Examples
    --------
    >>> spike([10, 12, 999.99, 13, 15, 40, 9, 9], 25, 50).tolist()
    [2, 4, 4, 4, 1, 3, 1, 2]
    """
    v = np.asarray(values, dtype=np.float64)
    flags = np.full(v.size, Flag.NOT_EVALUATED, np.uint8)
    distance = np.abs(v[1:-1] - (v[:-2] + v[2:]) / 2)
    flags[1:-1] = np.where(distance > fail, Flag.BAD, np.where(distance > suspect, Flag.SUSPECT, Flag.GOOD))
    return flags


def rate_of_change(instants: npt.ArrayLike, values: npt.ArrayLike, per_second: float) -> npt.NDArray[np.uint8]:
    """QARTOD rate of change: suspect (3) where a value differs from the one before by more than so much a second.

    Parameters
    ----------
    instants : array_like of int, shape (n,)
        [ms]
    values : array_like of float, shape (n,)
    per_second : float
        [unit/s]

    Examples
    --------
    >>> rate_of_change([0, 1000, 2000], [1.0, 1.5, 4.0], 2.0).tolist()
    [1, 1, 3]
    """
    v = np.asarray(values, dtype=np.float64)
    flags = np.full(v.size, Flag.GOOD, np.uint8)
    seconds = np.diff(np.asarray(instants, dtype=np.float64)) / 1000
    flags[1:][np.abs(np.diff(v) / seconds) > per_second] = Flag.SUSPECT
    return flags


def flat_line(
    instants: npt.ArrayLike, values: npt.ArrayLike, tolerance: float, suspect: float, fail: float
) -> npt.NDArray[np.uint8]:
    """QARTOD flat line: the range of a trailing window of so many *readings* is under the tolerance.

    Parameters
    ----------
    instants : array_like of int, shape (n,)
        [ms]
    values : array_like of float, shape (n,)
    tolerance : float
        [unit]
    suspect, fail : float
        Lengths of the windows [s]; each is cut down to a whole number of median steps.

    Examples
    --------
    >>> flat_line([0, 1000, 2000, 3000], [5.0, 5.0, 5.0, 5.0], 0.1, 2, 3).tolist()
    [1, 1, 3, 4]
    """
    v = np.asarray(values, dtype=np.float64)
    flags = np.full(v.size, Flag.GOOD, np.uint8)
    if v.size < _FEWEST:
        return flags
    step = float(np.median(np.diff(np.asarray(instants, dtype=np.int64)))) // 1000
    for length, flag in ((suspect, Flag.SUSPECT), (fail, Flag.BAD)):
        steps = int(length / step)
        if steps < v.size:
            window = np.lib.stride_tricks.sliding_window_view(v, steps + 1)
            flat = window.max(axis=1) - window.min(axis=1) < tolerance
            flags[steps:][flat] = flag
    return flags
