"""Kernels that sum a step function over windows: integrals, extremes, percentiles, time beyond limits, scatter.

``firsts`` is, for each piece, the index of the first reading later than its start. No kernel calls one of another
file: compiled code is kept as long as its own file is unchanged, and would not notice.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Switches = npt.NDArray[np.bool_]

SAMPLE = 11
"""Elements a pivot is chosen from."""


@njit(cache=True, nogil=True, error_model="numpy")
def _swap(values: Values, weights: Instants, a: int, b: int) -> None:
    values[a], values[b] = values[b], values[a]
    weights[a], weights[b] = weights[b], weights[a]


@njit(cache=True, nogil=True, error_model="numpy")
def _pivot(values: Values, weights: Instants, low: int, high: int, seed: int, rank: float) -> float:
    """Value near the given rank (0 to 1, from below) of the range, of a sample brought to its front and sorted.

    The places are scattered: a day that rises and falls would fool fixed ones. Only the speed depends on the sample.
    """
    size = min(SAMPLE, high - low)
    for k in range(size):
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        _swap(values, weights, low + k, low + k + seed % (high - low - k))
        at = low + k
        while at > low and values[at - 1] > values[at]:
            _swap(values, weights, at - 1, at)
            at -= 1
    pivot: float = values[low + min(max(int(rank * size), 0), size - 1)]
    return pivot


@njit(cache=True, nogil=True, error_model="numpy")
def _select(
    values: Values, weights: Instants, low: int, high: int, above: int, here: int, valid: int, percent: int
) -> tuple[float, int, int, int, int]:
    """Smallest value x in [low, high) with 100·time(v > x) ≤ percent·valid.

    ``above`` is the time beyond ``high``, ``here`` that of the range. Leaves the range split in three: smaller, equal
    (from, to), greater; returns x, from, to, time(v > x), time(v ≥ x).
    """
    seed = 20_261_122
    while True:
        seed = (seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        rank = 1.0 - (percent * valid - 100.0 * above) / (100.0 * here)
        pivot = _pivot(values, weights, low, high, seed, rank)
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
            here = greater
        elif first > low and 100 * (above + greater + equal) <= percent * valid:
            above += greater + equal
            here -= greater + equal
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
    centre, first, last, above, reached = _select(values, weights, 0, size, 0, valid, valid, above_percent[middle])
    out[middle] = centre
    # below and above the middle's own block: two ranges that never mix again
    for k in range(middle - 1, -1, -1):
        out[k] = out[k + 1]
        if 100 * reached <= above_percent[k] * valid:
            below = valid - reached
            out[k], first, _, _, reached = _select(values, weights, 0, first, reached, below, valid, above_percent[k])
    for k in range(middle + 1, above_percent.size):
        out[k] = out[k - 1]
        if 100 * above > above_percent[k] * valid:
            out[k], _, last, above, _ = _select(values, weights, last, size, 0, above, valid, above_percent[k])


@njit(cache=True, nogil=True, error_model="numpy")
def summarise(
    instants: Instants,
    weights: Instants,
    values: Values,
    signal: Values,
    suspect: Switches,
    firsts: Instants,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    above_percent: Instants,
    scratch_values: Values,
    scratch_weights: Instants,
    valid: Instants,
    suspected: Instants,
    integral: Values,
    squared_time: Values,
    squared_signal: Values,
    lowest: Values,
    highest: Values,
    percentiles: Values,
) -> None:
    """Everything a window's mean, extremes and percentiles need, in one pass over its steps.

    Window *w* has the pieces offsets[w] … offsets[w+1] − 1 of (starts, ends]. Filled: valid and suspected time [ms],
    ∫ signal dt [·ms] by error-free addition, Σ wᵢ² and Σ (wᵢ·signalᵢ)², extremes of the values (NaN: no valid time),
    and for each of ``above_percent`` the smallest value the signal is above for at most that share of the valid time.
    """
    for window in range(offsets.size - 1):
        covered = 0
        doubted = 0
        total = 0.0
        rest = 0.0
        squares = 0.0
        signal_squares = 0.0
        least = math.inf
        largest = -math.inf
        size = 0
        for piece in range(offsets[window], offsets[window + 1]):
            start = starts[piece]
            end = ends[piece]
            i = firsts[piece]
            while i < instants.size:
                since = max(instants[i] - weights[i], start)
                if since >= end:
                    break
                time = min(instants[i], end) - since
                covered += time
                if suspect[i]:
                    doubted += time
                x = signal[i] * time
                z = total + x
                y = z - total
                rest += (total - (z - y)) + (x - y)
                total = z
                squares += np.float64(time) * time
                signal_squares += x * x
                least = min(least, values[i])
                largest = max(largest, values[i])
                if above_percent.size > 0:
                    scratch_values[size] = values[i]
                    scratch_weights[size] = time
                    size += 1
                i += 1
        valid[window] = covered
        suspected[window] = doubted
        integral[window] = total + rest
        squared_time[window] = squares
        squared_signal[window] = signal_squares
        lowest[window] = least if covered > 0 else math.nan
        highest[window] = largest if covered > 0 else math.nan
        if above_percent.size > 0:
            order_statistics(scratch_values, scratch_weights, size, covered, above_percent, percentiles[window])


@njit(cache=True, nogil=True, error_model="numpy")
def block_variance(
    instants: Instants,
    weights: Instants,
    signal: Values,
    firsts: Instants,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    width: Instants,
    gappy: Switches,
    out: Values,
) -> None:
    """Variance of the mean of the block means, s_b²/n_b, for windows with gaps; 0 for the others.

    Blocks of ``width[w]`` ms are laid from the start of the window's first piece, by the clock, through breaks.
    """
    for window in range(offsets.size - 1):
        out[window] = 0.0
        if not gappy[window]:
            continue
        block_end = starts[offsets[window]] + width[window]
        blocks = 0
        centre = 0.0
        spread = 0.0
        total = 0.0
        time = 0
        for piece in range(offsets[window], offsets[window + 1]):
            i = firsts[piece]
            while i < instants.size:
                since = max(instants[i] - weights[i], starts[piece])
                if since >= ends[piece]:
                    break
                until = min(instants[i], ends[piece])
                while since < until:
                    if since >= block_end:
                        if time > 0:
                            blocks += 1
                            step = total / time - centre
                            centre += step / blocks
                            spread += step * (total / time - centre)
                        total = 0.0
                        time = 0
                        block_end += ((since - block_end) // width[window] + 1) * width[window]
                    cut = min(until, block_end)
                    total += signal[i] * (cut - since)
                    time += cut - since
                    since = cut
                i += 1
        if time > 0:
            blocks += 1
            step = total / time - centre
            centre += step / blocks
            spread += step * (total / time - centre)
        if blocks > 1:
            out[window] = spread / (blocks - 1) / blocks


@njit(cache=True, nogil=True, error_model="numpy")
def time_beyond(
    instants: Instants,
    weights: Instants,
    values: Values,
    firsts: Instants,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    sign: float,
    limits: Values,
    out: Instants,
) -> None:
    """Time [ms] the values are above (sign 1) or below (sign −1) each limit; ``out`` has shape (windows, limits)."""
    for window in range(offsets.size - 1):
        for k in range(limits.size):
            out[window, k] = 0
        for piece in range(offsets[window], offsets[window + 1]):
            i = firsts[piece]
            while i < instants.size:
                since = max(instants[i] - weights[i], starts[piece])
                if since >= ends[piece]:
                    break
                time = min(instants[i], ends[piece]) - since
                for k in range(limits.size):
                    if sign * values[i] > sign * limits[k]:
                        out[window, k] += time
                i += 1


@njit(cache=True, nogil=True, error_model="numpy")
def side_variance(
    instants: Instants,
    weights: Instants,
    values: Values,
    firsts: Instants,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    limit: float,
    spread: float,
    out: Values,
) -> None:
    """Variance [ms²] of the time beyond ``limit`` when each reading scatters by ``spread``: Σ wᵢ²·pᵢ·(1 − pᵢ)."""
    for window in range(offsets.size - 1):
        out[window] = 0.0
        if spread <= 0.0:
            continue
        for piece in range(offsets[window], offsets[window + 1]):
            i = firsts[piece]
            while i < instants.size:
                since = max(instants[i] - weights[i], starts[piece])
                if since >= ends[piece]:
                    break
                away = (values[i] - limit) / spread
                # further than 6 the product is under 1e-9
                if abs(away) < 6.0:
                    beyond = 0.5 * math.erfc(-away / math.sqrt(2.0))
                    time = np.float64(min(instants[i], ends[piece]) - since)
                    out[window] += time * time * beyond * (1.0 - beyond)
                i += 1
