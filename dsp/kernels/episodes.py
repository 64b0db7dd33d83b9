"""Kernel of exceedance episodes: hysteresis, on-delay, off-delay, and what a gap does to them."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Switches = npt.NDArray[np.bool_]


# One state machine over one loop; its states are easier to check side by side than behind calls.
@njit(cache=True, nogil=True, error_model="numpy")
def find_episodes(
    instants: Instants,
    weights: Instants,
    values: Values,
    signal: Values,
    firsts: Instants,
    starts: Instants,
    ends: Instants,
    sign: float,
    limit: float,
    signal_limit: float,
    hysteresis: float,
    on_delay: int,
    off_delay: int,
    begins: Instants,
    finishes: Instants,
    peaks: Values,
    integrals: Values,
    valid: Instants,
    excesses: Values,
    cuts: Switches,
) -> int:
    """Fill the episodes of each piece (starts, ends] and return how many there are.

    ``firsts`` is, for each piece, the index of the first reading later than its start.

    ``integrals`` are ∫ signal dt and ``excesses`` ∫ max(0, sign·(signal − signal_limit)) dt over valid time [·ms].
    What is summed while the signal is under the clear level counts only if it comes back before the off-delay.
    """
    count = 0
    for piece in range(starts.size):
        active = False
        falling = False
        begin = finish = under = 0
        known = starts[piece]
        total = excess = 0.0
        time = 0
        peak = -math.inf
        kept_total = kept_excess = 0.0
        kept_time = 0
        i = firsts[piece]
        while True:
            since = ends[piece]
            if i < instants.size:
                since = min(max(instants[i] - weights[i], starts[piece]), ends[piece])
            over = since >= ends[piece]
            cut = since - known > off_delay
            cleared = falling and under >= off_delay
            if active and (cleared or cut or over):
                if not falling:
                    finish, kept_total, kept_excess, kept_time = known, total, excess, time
                if finish - begin >= on_delay:
                    begins[count] = begin
                    finishes[count] = finish
                    peaks[count] = sign * peak
                    integrals[count] = kept_total
                    excesses[count] = kept_excess
                    valid[count] = kept_time
                    cuts[count] = cut and not cleared
                    count += 1
                active = False
                falling = False
            if over:
                break
            until = min(instants[i], ends[piece])
            height = sign * values[i]
            if not active and height > sign * limit:
                active = True
                begin = since
                total = excess = 0.0
                time = 0
                peak = -math.inf
            if active:
                if height < sign * limit - hysteresis:
                    if not falling:
                        falling = True
                        finish, kept_total, kept_excess, kept_time = since, total, excess, time
                        under = 0
                    under += until - since
                else:
                    falling = False
                total += signal[i] * (until - since)
                excess += max(0.0, sign * (signal[i] - signal_limit)) * (until - since)
                time += until - since
                peak = max(peak, height)
            known = until
            i += 1
    return count
