"""Kernel of rolling windows: the exact supremum of the mean over every position of a window."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Switches = npt.NDArray[np.bool_]


@njit(cache=True, nogil=True, error_model="numpy")
def _cell(
    instants: Instants, weights: Instants, signal: Values, i: int, since: int, far: int
) -> tuple[int, float, int]:
    """End, value and presence of the cell that begins at ``since``: step ``i``, or the missing time before it."""
    if i >= instants.size:
        return far, 0.0, 0
    if instants[i] - weights[i] > since:
        return instants[i] - weights[i], 0.0, 0
    return instants[i], signal[i], 1


# One loop on purpose: its state (two cells, two sums) lives in registers, and splitting it costs a third of the speed.
@njit(cache=True, nogil=True, error_model="numpy")
def _roll(  # noqa: C901 - see above
    instants: Instants,
    weights: Instants,
    signal: Values,
    sign: float,
    width: int,
    least: float,
    origin: int,
    beyond: int,
    start: int,
    end: int,
    opened: bool,
    fill: float,
) -> tuple[float, int, int, float, float, int]:
    """Extremes over the positions of a window inside (start, end]; see :func:`extremes`.

    ``total + rest`` is the integral over the cells (steps and gaps) strictly between the cell the window's front edge
    is in and the one its back edge is in; whole cells enter and leave it by error-free addition, the two cut cells are
    added afresh at each position. So no error is carried along: a peak of 140 dB that left the window leaves nothing
    behind.
    """
    best = -math.inf
    best_at = -1
    best_valid = 0
    low = -math.inf
    high = -math.inf
    most = -1
    at = start + width
    if at > end:
        return best, best_at, best_valid, low, high, most
    floor = max(least, 0.5)
    far = end + width + 1
    stop = min(beyond, instants.size - 1)
    i = origin
    j = origin
    front_start = start
    front_end, front, front_on = _cell(instants, weights, signal, i, start, far)
    back_end, back, back_on = front_end, front, front_on
    total = -(front * (front_end - front_start))
    rest = 0.0
    valid = 0
    while front_end <= at:
        x = front * (front_end - front_start)
        z = total + x
        y = z - total
        rest += (total - (z - y)) + (x - y)
        total = z
        valid += front_on * (front_end - front_start)
        front_start = front_end
        i += front_on
        front_end, front, front_on = _cell(instants, weights, signal, i, front_start, far)
    valid += front_on * (at - front_start)
    slope = front_on - back_on
    # a position that belongs to the day before counts only as the limit of later ones
    barred = opened and valid == least and slope < 0
    while True:
        integral = (total + rest) + (front * (at - front_start) + back * (back_end - (at - width)))
        if valid >= floor and not barred:
            mean = sign * integral / valid
            if mean > best:
                best = mean
                best_at = at
                best_valid = valid
        barred = False
        low = max(low, sign * integral)
        high = max(high, sign * (integral + fill * (width - valid)))
        most = max(most, valid)
        if at >= end:
            break
        if valid == width and front_on == 1 and back_on == 1 and origin < i and i < stop:
            # No gap in reach: each event is the front edge leaving step i or the back edge entering step j + 1, chosen
            # without a branch (they alternate at random: a mispredicted jump would cost more than all the sums).
            top = -math.inf
            top_at = at
            while True:
                leaves = instants[np.uint64(i)]
                enters = instants[np.uint64(j)] + width
                forward = leaves <= enters
                at = min(leaves, enters)
                moved = int(forward)
                k = np.uint64(i if forward else j + 1)
                x = (signal[k] * weights[k]) * (1.0 if forward else -1.0)
                z = total + x
                y = z - total
                rest += (total - (z - y)) + (x - y)
                total = z
                i += moved
                j += 1 - moved
                front_start = instants[np.uint64(i)] - weights[np.uint64(i)]
                # the position reached is looked at by the general case: the front edge may stand at a gap
                if i >= stop or front_start > at:
                    break
                integral = (total + rest) + (
                    signal[np.uint64(i)] * (at - front_start)
                    + signal[np.uint64(j)] * (instants[np.uint64(j)] - (at - width))
                )
                if sign * integral > top:
                    top = sign * integral
                    top_at = at
            if top / width > best:
                best = top / width
                best_at = top_at
                best_valid = width
            low = max(low, top)
            high = max(high, top)
            front_start = min(front_start, at)
            front_end, front, front_on = _cell(instants, weights, signal, i, front_start, far)
            back_end, back, back_on = instants[j], signal[j], 1
            slope = front_on - back_on
            continue
        ahead = min(front_end - at, back_end - (at - width), end - at)
        if slope != 0:
            later = valid + slope * ahead
            if (valid >= floor) != (later >= floor):
                # coverage crosses its minimum between two events: the mean there is a supremum too, exactly
                offset = (floor - valid) * slope
                mean = sign * (integral + offset * (front - back)) / floor
                if mean > best and offset > 0.0:
                    best = mean
                    best_at = at + (math.ceil(offset) if slope > 0 else math.floor(offset))
                    best_valid = math.ceil(floor)
            valid = later
        at += ahead
        if at == front_end:
            x = front * (front_end - front_start)
            z = total + x
            y = z - total
            rest += (total - (z - y)) + (x - y)
            total = z
            front_start = front_end
            i += front_on
            front_end, front, front_on = _cell(instants, weights, signal, i, front_start, far)
        if at - width == back_end:
            since = back_end
            j += back_on
            back_end, back, back_on = _cell(instants, weights, signal, j, since, far)
            x = -(back * (back_end - since))
            z = total + x
            y = z - total
            rest += (total - (z - y)) + (x - y)
            total = z
        slope = front_on - back_on
    return best, best_at, best_valid, low, high, most


@njit(cache=True, nogil=True, error_model="numpy")
def extremes(
    instants: Instants,
    weights: Instants,
    signal: Values,
    sign: float,
    width: int,
    least: float,
    firsts: Instants,
    lasts: Instants,
    starts: Instants,
    ends: Instants,
    offsets: Instants,
    opened: Switches,
    fills: Values,
    best: Values,
    best_at: Instants,
    best_valid: Instants,
    low: Values,
    high: Values,
    most: Instants,
) -> None:
    """Largest (sign 1) or smallest (sign −1) mean over every position of a window of ``width`` ms.

    Window *w* has the pieces offsets[w] … offsets[w+1] − 1 of (starts, ends]; a position lies inside one piece.
    ``firsts`` and ``lasts`` are, for each piece, the indices of the first reading later than its start and its end.

    Filled for each window: ``best`` over the positions with at least ``least`` ms of valid time (NaN: none), the end
    ``best_at`` of that position and its valid time; ``low`` and ``high`` over all positions, with missing time at zero
    and at ``fills``; ``most``, the longest valid time of any position (0: no position). ``opened`` says that the first
    position itself is not one of the window's, only those after it.
    """
    for window in range(offsets.size - 1):
        best[window] = math.nan
        low[window] = math.nan
        high[window] = math.nan
        best_at[window] = 0
        best_valid[window] = 0
        most[window] = 0
        for piece in range(offsets[window], offsets[window + 1]):
            found, at, valid, below, above, covered = _roll(
                instants,
                weights,
                signal,
                sign,
                width,
                least,
                firsts[piece],
                lasts[piece],
                starts[piece],
                ends[piece],
                opened[window],
                fills[window],
            )
            if covered < 0:
                continue
            if found > -math.inf and not sign * best[window] >= found:
                best[window] = sign * found
                best_at[window] = at
                best_valid[window] = valid
            if not sign * low[window] >= below / width:
                low[window] = sign * below / width
            if not sign * high[window] >= above / width:
                high[window] = sign * above / width
            most[window] = max(most[window], covered)
