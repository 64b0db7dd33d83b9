"""The quality tests again, slow and obvious: every window is looked at whole, one reading at a time."""

import math
from itertools import pairwise
from statistics import median

import numpy as np


def gaps(instants, hold):
    return [1] + [3 if b - a > hold else 1 for a, b in pairwise(instants)] if instants else []


def spikes(instants, values, reach, threshold, relative, deviations):
    flags = []
    for i, (t, v) in enumerate(zip(instants, values, strict=True)):
        around = [w for s, w in zip(instants, values, strict=True) if abs(s - t) <= reach]
        before = [s for s in instants if t - reach <= s < t]
        after = [s for s in instants if t < s <= t + reach]
        if not before or not after:
            flags.append(2)
            continue
        left, right = values[i - 1], values[i + 1]
        alone = (v - left > threshold and v - right > threshold) or (left - v > threshold and right - v > threshold)
        middle = median(around)
        limit = max(threshold, relative * abs(middle))
        if deviations:
            limit = max(limit, deviations * median([abs(w - middle) for w in around]))
        flags.append(3 if alone and abs(v - middle) > limit else 1)
    return flags


def rates(instants, values, hold, over, per_millisecond):
    flags = []
    for i, (t, v) in enumerate(zip(instants, values, strict=True)):
        earlier = [j for j in range(i) if t - instants[j] >= over]
        if not earlier:
            flags.append(2)
            continue
        j = earlier[-1]
        # every step up to one that is far enough back, and no further, must be without a gap
        if any(instants[k + 1] - instants[k] > hold for k in range(j, i)):
            flags.append(2)
        else:
            flags.append(3 if abs(v - values[j]) > per_millisecond * (t - instants[j]) else 1)
    return flags


def flat_lines(instants, clock, values, hold, tolerance, relative, floor, ceiling, suspect_after, fail_after):
    flags = []
    for i in range(len(values)):
        longest = -math.inf
        for start in range(i + 1):
            part = values[start : i + 1]
            together = all(instants[k + 1] - instants[k] <= hold for k in range(start, i))
            inside = all(floor < v < ceiling for v in part)
            if together and inside and max(part) - min(part) <= tolerance + relative * max(part):
                longest = max(longest, clock[i] - clock[start])
        flags.append(4 if longest >= max(suspect_after, fail_after) else 3 if longest >= suspect_after else 1)
    return flags


def baselines(instants, values, period, hold, low, high, span, share, enough):
    flags = []
    stands = [
        t - s if s is not None and t - s <= hold else period for s, t in zip([None, *instants], instants, strict=False)
    ]
    for i, t in enumerate(instants):
        within = [k for k in range(i + 1) if instants[k] > t - span]
        seen = sum(stands[k] for k in within)
        if t - instants[0] < span or seen < enough * span:
            flags.append(2)
            continue
        total, lowest = 0, None
        for k in sorted(within, key=lambda k: values[k]):
            total += stands[k]
            if total >= share * seen:
                lowest = values[k]
                break
        flags.append(1 if low <= lowest <= high else 3)
    return flags


def spans(values, fail_low, fail_high, low, high):
    return [
        4 if not fail_low <= v <= fail_high else 3 if not low <= v <= high else 1 for v in np.asarray(values).tolist()
    ]
