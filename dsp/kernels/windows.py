"""Kernels that sum a step function over windows: integrals, extremes, percentiles, time beyond limits, scatter.

``firsts`` and ``lasts`` are, for each piece, the indices of the first reading later than its start and its end. No
kernel calls one of another file: compiled code is kept as long as its own file is unchanged, and would not notice.
"""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Switches = npt.NDArray[np.bool_]
Bins = npt.NDArray[np.int32]

SAMPLE = 11
"""Elements a pivot is chosen from."""

BINS = 1024
"""Most bins the values of a window are counted into: 8 kB, which stays in the first-level cache."""

FEW = 64
"""Steps of a window whose percentiles are selected without counting into bins first."""


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
def _order_statistics(
    values: Values, weights: Instants, size: int, valid: int, above_percent: Instants, out: Values
) -> None:
    """Fill ``out`` with the smallest values the signal is above for at most ``above_percent`` of its time.

    ``above_percent`` falls; the first ``size`` values and weights are put in another order. Weights are summed as
    integers: the answer is one of the values, exactly.
    """
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
def _time(instants: Instants, weights: Instants, i: int, start: int, end: int) -> int:
    """Time [ms] step ``i`` has inside (start, end]; only the first and the last step of a piece can be cut."""
    return min(instants[i], end) - max(instants[i] - weights[i], start)


@njit(cache=True, nogil=True, error_model="numpy")
def _stop(instants: Instants, weights: Instants, last: int, end: int) -> int:
    """One past the last step that begins before ``end``; ``last`` is the first reading later than it."""
    return last + 1 if last < instants.size and instants[last] - weights[last] < end else last


@njit(cache=True, nogil=True, error_model="numpy")
def summarise(
    instants: Instants,
    weights: Instants,
    values: Values,
    signal: Values,
    suspect: Switches,
    firsts: Instants,
    lasts: Instants,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    valid: Instants,
    suspected: Instants,
    integral: Values,
    squared_time: Values,
    squared_signal: Values,
    lowest: Values,
    highest: Values,
) -> None:
    """Everything a window's mean and extremes need, in one pass over its steps.

    Window *w* has the pieces offsets[w] … offsets[w+1] − 1 of (starts, ends]. Filled: valid and suspected time [ms],
    ∫ signal dt [·ms] by error-free addition, Σ wᵢ² and Σ (wᵢ·signalᵢ)², extremes of the values (NaN: no valid time).
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
        for piece in range(offsets[window], offsets[window + 1]):
            first = firsts[piece]
            stop = _stop(instants, weights, lasts[piece], ends[piece])
            for i in range(first, stop):
                time = weights[i]
                if i == first or i == stop - 1:
                    time = _time(instants, weights, i, starts[piece], ends[piece])
                covered += time
                doubted += time * suspect[i]
                x = signal[i] * time
                z = total + x
                y = z - total
                rest += (total - (z - y)) + (x - y)
                total = z
                squares += np.float64(time) * time
                signal_squares += x * x
                least = min(least, values[i])
                largest = max(largest, values[i])
        valid[window] = covered
        suspected[window] = doubted
        integral[window] = total + rest
        squared_time[window] = squares
        squared_signal[window] = signal_squares
        lowest[window] = least if covered > 0 else math.nan
        highest[window] = largest if covered > 0 else math.nan


@njit(cache=True, nogil=True, error_model="numpy")
def _copy(
    instants: Instants,
    weights: Instants,
    values: Values,
    first: int,
    stop: int,
    start: int,
    end: int,
    scratch_values: Values,
    scratch_weights: Instants,
    size: int,
) -> int:
    """Append the steps of a piece to the scratch arrays; returns their new size."""
    for i in range(first, stop):
        scratch_values[size] = values[i]
        scratch_weights[size] = _time(instants, weights, i, start, end)
        size += 1
    return size


@njit(cache=True, nogil=True, error_model="numpy")
def percentiles(
    instants: Instants,
    weights: Instants,
    values: Values,
    firsts: Instants,
    lasts: Instants,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    valid: Instants,
    lowest: Values,
    highest: Values,
    above_percent: Instants,
    keys: Bins,
    scratch_values: Values,
    scratch_weights: Instants,
    out: Values,
) -> None:
    """Fill ``out``, shape (windows, shares), with the smallest value the signal is above for at most each share.

    ``valid``, ``lowest`` and ``highest`` are those of :func:`summarise`; NaN where nothing is valid. ``above_percent``
    falls. The values are counted into bins of equal width between the extremes, weighted by whole milliseconds; what is
    in the bins that hold an answer is selected from exactly. Bins only decide how much that is.
    """
    times = np.zeros(BINS + 1, np.int64)
    wanted = np.zeros(BINS + 1, np.bool_)
    targets = np.zeros(above_percent.size, np.int64)
    beyond = np.zeros(above_percent.size, np.int64)
    for window in range(offsets.size - 1):
        low = lowest[window]
        span = highest[window] - low
        for k in range(above_percent.size):
            out[window, k] = low
        if valid[window] <= 0 or span == 0.0:
            continue
        count = 0
        for piece in range(offsets[window], offsets[window + 1]):
            count += _stop(instants, weights, lasts[piece], ends[piece]) - firsts[piece]
        bins = min(BINS, max(count // 4, 1))
        scale = bins / span
        if count <= FEW or not 0.0 < scale < math.inf:
            size = 0
            for piece in range(offsets[window], offsets[window + 1]):
                first, start, end = firsts[piece], starts[piece], ends[piece]
                stop = _stop(instants, weights, lasts[piece], end)
                size = _copy(
                    instants, weights, values, first, stop, start, end, scratch_values, scratch_weights, size
                )
            _order_statistics(scratch_values, scratch_weights, size, valid[window], above_percent, out[window])
            continue
        for k in range(bins + 1):
            times[k] = 0
        size = 0
        for piece in range(offsets[window], offsets[window + 1]):
            first, start, end = firsts[piece], starts[piece], ends[piece]
            stop = _stop(instants, weights, lasts[piece], end)
            if stop <= first:  # a piece nothing was heard in
                continue
            for k in range(stop - first):
                keys[size + k] = np.int32((values[first + k] - low) * scale)
            times[keys[size]] -= weights[first] - _time(instants, weights, first, start, end)
            if stop - 1 > first:
                times[keys[size + stop - 1 - first]] -= weights[stop - 1] - _time(
                    instants, weights, stop - 1, start, end
                )
            for k in range(stop - first):
                times[keys[size + k]] += weights[first + k]
            size += stop - first
        bin_ = bins
        above = 0
        for k in range(above_percent.size - 1, -1, -1):
            while 100 * (above + times[bin_]) <= above_percent[k] * valid[window]:
                above += times[bin_]
                bin_ -= 1
            targets[k] = bin_
            beyond[k] = above
            wanted[bin_] = True
        k = 0
        size = 0
        for piece in range(offsets[window], offsets[window + 1]):
            first, start, end = firsts[piece], starts[piece], ends[piece]
            for i in range(first, _stop(instants, weights, lasts[piece], end)):
                if wanted[keys[k]]:
                    keys[size] = keys[k]
                    scratch_values[size] = values[i]
                    scratch_weights[size] = _time(instants, weights, i, start, end)
                    size += 1
                k += 1
        for k in range(above_percent.size):
            wanted[targets[k]] = False
            here = size
            for i in range(size):
                if keys[i] == targets[k]:
                    scratch_values[here] = scratch_values[i]
                    scratch_weights[here] = scratch_weights[i]
                    here += 1
            out[window, k], _, _, _, _ = _select(
                scratch_values,
                scratch_weights,
                size,
                here,
                beyond[k],
                times[targets[k]],
                valid[window],
                above_percent[k],
            )


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
