"""Kernel that tells where a rolling mean may be extreme, by bounds that cost a fraction of the exact evaluation."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Switches = npt.NDArray[np.bool_]

_TRIAL = 512
"""Blocks after which a segment is left as it is when most of them may hold extremes."""
_ROUNDING = 2.0**-50
"""Of one addition, over the sum of the absolute values that were added: eight times the unit roundoff."""


# Sums may be taken in any order: they only bound, and their rounding is allowed for.
@njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "nsz"})
def _sums(
    weights: Instants, signal: Values, sign: float, first: int, last: int, level: float
) -> tuple[float, float, float, int]:
    """Over readings first … last − 1: integral, the sum of absolute values, the integral above a level, and time."""
    integral = 0.0
    size = 0.0
    above = 0.0
    time = 0
    for r in range(first, last):
        weight = weights[np.uint64(r)]
        x = sign * signal[np.uint64(r)]
        integral += x * weight
        size += abs(x * weight)
        above += max((x - level) * weight, 0.0)
        time += weight
    return integral, size, above, time


@njit(cache=True, nogil=True, error_model="numpy")
def _block_end(
    instants: Instants, weights: Instants, block: int, limit: int, f: int, last: int, a: int, end: int
) -> tuple[int, int]:
    """Where a block of positions that begins at ``a`` ends, and the first reading the front edge has not passed there.

    After ``block`` readings; sooner where that takes longer than ``limit``: at a reading, or within missing time.
    """
    f2 = min(f + block, last)
    b = instants[f2 - 1] if f2 == f + block else end
    if b - a <= limit:
        return b, f2
    f2 = f
    while f2 < last and instants[f2] <= a + limit:
        f2 += 1
    if f2 > f:
        return instants[f2 - 1], f2
    begin = instants[f] - weights[f] if f < instants.size else end
    if begin > a:
        return min(begin, a + limit, end), f
    return (instants[f], f + 1) if f < last else (end, f)


@njit(cache=True, nogil=True, error_model="numpy")
def may_hold_extremes(  # noqa: C901 - one sweep; its state is a dozen sums
    instants: Instants,
    weights: Instants,
    signal: Values,
    sign: float,
    width: int,
    least: float,
    block: int,
    firsts: Instants,
    fronts: Instants,
    lasts: Instants,
    starts: Instants,
    ends: Instants,
    fills: Values,
    whole: Switches,
    means: Values,
    lows: Values,
    highs: Values,
    most: Instants,
    offsets: Instants,
    begins: Instants,
    finishes: Instants,
    counts: Instants,
) -> None:
    """Find the positions that may hold an extreme mean, or an extreme bound of it, of their segment.

    The front edge of a window of ``width`` ms goes from starts[s] + width to ends[s]. ``firsts``, ``fronts`` and
    ``lasts`` are the first readings later than the start, than the first position, and than the end.

    ``means``, ``lows``, ``highs`` hold a mean, and bounds of one, that some position is known to reach (with the sign
    that makes the largest the extreme; −∞: none is known). They are raised to what is found on the way, and ``most``
    to the longest valid time. ``counts`` is filled with the number of stretches of positions that may hold extremes,
    and ``begins`` and ``finishes``, from offsets[s] on, with the windows' start at their first position and end at
    their last. Stretches less than a width apart are joined, and the last one goes on where there is no room for more.
    A segment that is ``whole`` or has less than four blocks to the width is one stretch, and so is the rest of one in
    which more than half of the first blocks may hold extremes: there is little to gain.

    The mean at some position of a block exceeds T only where the integral of (signal − T) over valid time is positive.
    It is at most the integral over the steps all positions of the block have in common, plus the integral of the
    positive part over the steps at the two edges.
    """
    floor = max(least, 0.5)
    limit = max(width // 4, 1)
    for segment in range(firsts.size):
        fill = sign * fills[segment]
        end = ends[segment]
        last = lasts[segment]
        a = starts[segment] + width
        at = offsets[segment]
        past = offsets[segment + 1]
        counts[segment] = 0
        if a > end:
            continue
        j = firsts[segment]
        f = fronts[segment]
        if whole[segment] or (last - j) * width < 4 * block * (end - starts[segment]):
            begins[at], finishes[at], counts[segment] = starts[segment], end, 1
            continue
        # over the steps j … f − 1: those a window that ends at a is over
        total, entered, _, valid = _sums(weights, signal, sign, j, f, 0.0)
        mean, low, high = means[segment], lows[segment], highs[segment]
        longest = most[segment]
        found = seen = kept = 0
        while True:
            b, f2 = _block_end(instants, weights, block, limit, f, last, a, end)
            is_last = b >= end
            if is_last:
                f2 = min(last + 1, instants.size)
            j2 = min(j + f2 - f, f2)
            while j2 < f2 and instants[np.uint64(j2)] <= b - width:
                j2 += 1
            while j2 > j and instants[np.uint64(j2 - 1)] > b - width:
                j2 -= 1
            level = min(low, high) if mean == -math.inf else min(mean, low, high)
            ahead, size, above, time = _sums(weights, signal, sign, f, f2, level)
            left, _, above_behind, time_left = _sums(weights, signal, sign, j, min(j2, f), level)
            entered += size
            common, common_time = total - left, valid - time_left
            if j2 < f:
                x = sign * signal[j2]
                common -= x * weights[j2]
                common_time -= weights[j2]
                above_behind += max((x - level) * weights[j2], 0.0)
            reach = (max(b, instants[f2 - 1]) if f2 > f else b) - (
                min(a - width, instants[j] - weights[j]) if j < f2 else a - width
            )
            missing = reach - valid - time
            rounding = _ROUNDING * (f2 - firsts[segment] + 8)
            if missing == 0:
                longest = width
            covered = instants[f - 1] - instants[j2] if j2 + 1 < f else 0
            unknown = level == -math.inf or (mean == -math.inf and valid + time >= floor)
            keep = unknown or min(valid + time, common_time + width - covered) > longest
            if not keep:
                excess = common - level * common_time + above + above_behind
                excess += missing * max(0.0, -low, fill - high)
                keep = not excess < -rounding * (entered + (abs(level) + abs(fill)) * reach)
                if keep and missing > 0:
                    keep = False
                    for which in range(3):
                        # missing time is passed over, at zero, and at the fill
                        if which == 0 and valid + time < floor:
                            continue
                        level = mean if which == 0 else low if which == 1 else high
                        empty = mean if which == 0 else 0.0 if which == 1 else fill
                        front = _sums(weights, signal, sign, f, f2, level)
                        back = _sums(weights, signal, sign, j, min(j2 + 1, f), level)
                        excess = common - level * common_time + front[2] + back[2]
                        inside = covered - common_time
                        excess += (empty - level) * inside + max(empty - level, 0.0) * (missing - inside)
                        if not excess < -rounding * (entered + (abs(level) + abs(empty)) * reach):
                            keep = True
            seen += 1
            kept += keep
            gives_up = seen == _TRIAL and 2 * kept > seen
            if keep or gives_up:
                if found == 0 or (a - finishes[at] >= width and at + 1 < past):
                    at += found > 0
                    found += 1
                    begins[at] = a - width
                finishes[at] = end if gives_up else b
            if is_last or gives_up:
                break
            passed, _, _, time_passed = _sums(weights, signal, sign, f, j2, level)
            total += ahead - left - passed
            valid += time - time_left - time_passed
            cut = max(0, b - width - (instants[j2] - weights[j2])) if j2 < f2 else 0
            slack = rounding * entered
            integral = total - slack - (sign * signal[j2] * cut if cut > 0 else 0.0)
            has = valid - cut
            longest = max(longest, has)
            if has > 0 and has >= floor:
                mean = max(mean, integral / has)
            low = max(low, integral / width)
            high = max(high, (integral + fill * (width - has) - slack) / width)
            a, f, j = b, f2, j2
        means[segment], lows[segment], highs[segment] = mean, low, high
        most[segment] = longest
        counts[segment] = found
