"""Kernel of time-weighted percentiles: weighted selection, without sorting everything."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def _swap(values: Values, weights: Instants, a: int, b: int) -> None:
    values[a], values[b] = values[b], values[a]
    weights[a], weights[b] = weights[b], weights[a]


@njit(cache=True, nogil=True, error_model="numpy")
def _pivot(values: Values, low: int, high: int, seed: int) -> float:
    """Median of three scattered elements; a day that rises and falls would fool fixed places."""
    span = high - low
    a = values[low + seed % span]
    b = values[low + (seed // 7) % span]
    c = values[low + (seed // 61) % span]
    median: float = max(min(a, b), min(max(a, b), c))
    return median


@njit(cache=True, nogil=True, error_model="numpy")
def _select(
    values: Values, weights: Instants, low: int, high: int, above: int, valid: int, percent: int
) -> tuple[float, int, int, int, int]:
    """Smallest value x in [low, high) with 100·time(v > x) ≤ percent·valid; ``above`` is the time beyond ``high``.

    Leaves the range split in three: smaller, equal (from, to), greater; returns x, from, to, time(v > x), time(v ≥ x).
    """
    seed = 20_261_122
    while True:
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        pivot = _pivot(values, low, high, seed)
        first = low
        i = low
        last = high
        greater = 0
        equal = 0
        while i < last:
            if values[i] < pivot:
                _swap(values, weights, first, i)
                first += 1
                i += 1
            elif values[i] > pivot:
                last -= 1
                greater += weights[i]
                _swap(values, weights, i, last)
            else:
                equal += weights[i]
                i += 1
        if 100 * (above + greater) > percent * valid:
            low = last
        elif first > low and 100 * (above + greater + equal) <= percent * valid:
            above += greater + equal
            high = first
        else:
            return pivot, first, last, above + greater, above + greater + equal


@njit(cache=True, nogil=True, error_model="numpy")
def order_statistics(
    values: Values, weights: Instants, size: int, valid: int, above_percent: Instants, out: Values
) -> None:
    """Fill ``out`` with the smallest values the signal is above for at most ``above_percent`` of its time.

    ``above_percent`` falls; the first ``size`` values and weights are put in another order. Weights are summed as
    integers: the answer is one of the values, exactly. NaN where there is no valid time.
    """
    if valid <= 0:
        for k in range(above_percent.size):
            out[k] = math.nan
        return
    middle = above_percent.size // 2
    centre, first, last, above, reached = _select(values, weights, 0, size, 0, valid, above_percent[middle])
    out[middle] = centre
    # below and above the middle's own block: two ranges that never mix again
    for k in range(middle - 1, -1, -1):
        out[k] = out[k + 1]
        if 100 * reached <= above_percent[k] * valid:
            out[k], first, _, _, reached = _select(values, weights, 0, first, reached, valid, above_percent[k])
    for k in range(middle + 1, above_percent.size):
        out[k] = out[k - 1]
        if 100 * above > above_percent[k] * valid:
            out[k], _, last, above, _ = _select(values, weights, last, size, 0, valid, above_percent[k])
