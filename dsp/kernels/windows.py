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
) -> float:
    """Smallest value x of the range [low, high) with 100·time(v > x) ≤ percent·valid; leaves it in another order.

    ``above`` is the time of all that is greater than the range, ``here`` that of the range.
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
            return pivot


@njit(cache=True, nogil=True, error_model="numpy")
def _time(instants: Instants, weights: Instants, i: int, start: int, end: int) -> int:
    """Time [ms] step ``i`` has inside (start, end]; only the first and the last step of a piece can be cut."""
    time: int = min(instants[i], end) - max(instants[i] - weights[i], start)
    return time


@njit(cache=True, nogil=True, error_model="numpy")
def _stop(instants: Instants, weights: Instants, last: int, end: int) -> int:
    """One past the last step that begins before ``end``; ``last`` is the first reading later than it."""
    if last < instants.size and instants[last] - weights[last] < end:
        return last + 1
    return last


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
def spans(
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
) -> None:
    """Valid time and extremes alone, as in :func:`summarise`, several times as fast: for windows that overlap a lot."""
    for window in range(offsets.size - 1):
        covered = 0
        least = math.inf
        largest = -math.inf
        for piece in range(offsets[window], offsets[window + 1]):
            first = firsts[piece]
            stop = _stop(instants, weights, lasts[piece], ends[piece])
            for i in range(first, stop):
                covered += weights[i]
            if stop > first:
                covered -= weights[first] - _time(instants, weights, first, starts[piece], ends[piece])
            if stop > first + 1:
                covered -= weights[stop - 1] - _time(instants, weights, stop - 1, starts[piece], ends[piece])
            # four at a time: one comparison would wait for the other
            even = first + (stop - first) // 4 * 4
            low_a = low_b = low_c = low_d = math.inf
            high_a = high_b = high_c = high_d = -math.inf
            for i in range(first, even, 4):
                low_a = min(low_a, values[i])
                low_b = min(low_b, values[i + 1])
                low_c = min(low_c, values[i + 2])
                low_d = min(low_d, values[i + 3])
                high_a = max(high_a, values[i])
                high_b = max(high_b, values[i + 1])
                high_c = max(high_c, values[i + 2])
                high_d = max(high_d, values[i + 3])
            least = min(least, min(min(low_a, low_b), min(low_c, low_d)))
            largest = max(largest, max(max(high_a, high_b), max(high_c, high_d)))
            for i in range(even, stop):
                least = min(least, values[i])
                largest = max(largest, values[i])
        valid[window] = covered
        lowest[window] = least if covered > 0 else math.nan
        highest[window] = largest if covered > 0 else math.nan


@njit(cache=True, nogil=True, error_model="numpy")
def _count(
    instants: Instants,
    weights: Instants,
    values: Values,
    first: int,
    stop: int,
    start: int,
    end: int,
    low: float,
    scale: float,
    keys: Bins,
    times: Instants,
) -> None:
    """Fill ``keys`` with the bin of each step of a piece, and add its time to that bin."""
    for k in range(stop - first):
        keys[k] = np.int32((values[first + k] - low) * scale)
    for k in range(stop - first):
        times[keys[k]] += weights[first + k]
    # only the first and the last step of a piece can be cut
    if stop > first:
        times[keys[0]] -= weights[first] - _time(instants, weights, first, start, end)
    if stop > first + 1:
        times[keys[stop - 1 - first]] -= weights[stop - 1] - _time(instants, weights, stop - 1, start, end)


@njit(cache=True, nogil=True, error_model="numpy")
def _aim(times: Instants, bins: int, valid: int, above_percent: Instants, targets: Instants, beyond: Instants) -> None:
    """Fill, for each share, the bin its answer is in and the time beyond that bin.

    That is the lowest bin with any time in it beyond which there is at most the share: its largest value will do.
    """
    at = bins
    above = 0
    for k in range(above_percent.size - 1, -1, -1):
        while 100 * (above + times[at]) <= above_percent[k] * valid:
            above += times[at]
            at -= 1
        targets[k] = at
        beyond[k] = above


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(keys: Bins, bin_: int, size: int, values: Values, weights: Instants) -> int:
    """Copy those of the first ``size`` elements that are in a bin behind them; returns where the copies end."""
    last = size
    for i in range(size):
        if keys[i] == bin_:
            values[last] = values[i]
            weights[last] = weights[i]
            last += 1
    return last


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

    ``keys`` has room for every step of a window, ``scratch_values`` and ``scratch_weights`` for twice as many.
    """
    times = np.zeros(BINS + 1, np.int64)
    wanted = np.zeros(BINS + 1, np.bool_)
    targets = np.zeros(above_percent.size, np.int64)
    beyond = np.zeros(above_percent.size, np.int64)
    for window in range(offsets.size - 1):
        low = lowest[window]
        span = highest[window] - low
        out[window, :] = low
        if valid[window] <= 0 or span == 0.0:
            continue
        count = 0
        for piece in range(offsets[window], offsets[window + 1]):
            count += _stop(instants, weights, lasts[piece], ends[piece]) - firsts[piece]
        bins = min(BINS, max(count // 4, 1))
        scale = bins / span
        if not 0.0 < scale < math.inf or not span < math.inf:
            # values too far apart or too close to be told by a quotient: all in one bin
            bins = 1
            scale = 0.0
            low = 0.0
        times[: bins + 1] = 0
        size = 0
        for piece in range(offsets[window], offsets[window + 1]):
            first = firsts[piece]
            stop = _stop(instants, weights, lasts[piece], ends[piece])
            _count(instants, weights, values, first, stop, starts[piece], ends[piece], low, scale, keys[size:], times)
            size += stop - first
        _aim(times, bins, valid[window], above_percent, targets, beyond)
        for k in range(above_percent.size):
            wanted[targets[k]] = True
        k = 0
        size = 0
        for piece in range(offsets[window], offsets[window + 1]):
            first = firsts[piece]
            for i in range(first, _stop(instants, weights, lasts[piece], ends[piece])):
                if wanted[keys[k]]:
                    keys[size] = keys[k]
                    scratch_values[size] = values[i]
                    scratch_weights[size] = _time(instants, weights, i, starts[piece], ends[piece])
                    size += 1
                k += 1
        for k in range(above_percent.size):
            wanted[targets[k]] = False
            last = _gather(keys, targets[k], size, scratch_values, scratch_weights)
            here = times[targets[k]]
            out[window, k] = _select(
                scratch_values, scratch_weights, size, last, beyond[k], here, valid[window], above_percent[k]
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
