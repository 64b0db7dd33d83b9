"""Kernels of the sound level meter: one pass for weightings and ballistics, the peak between samples, clipping.

They continue where the arrays of the block before ended. Signals are in shares of full scale.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Values = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]


@njit(cache=True, nogil=True, error_model="numpy")
def weigh(
    samples: Values,
    sections: Values,
    memory: Values,
    ballistics: Values,
    step: int,
    sums: Values,
    c: Values,
    fast: Values,
) -> None:
    """Weight one block by Z, C and A and follow its Fast and Slow mean squares.

    ``sections``: rows Z, C low, C high, A middle of b0, b1, b2, a1, a2; ``memory``: two values a row.
    ``ballistics``: shares of Fast and Slow per sample, their mean squares, their maxima. ``sums``: squares of A, C, Z
    of this block. ``c``: the C-weighted signal, from its 17th place on. ``fast``: every ``step``-th Fast mean square.
    """
    zb0, zb1, za1 = sections[0, 0], sections[0, 1], sections[0, 3]
    lb0, lb1, lb2, la1, la2 = sections[1, 0], sections[1, 1], sections[1, 2], sections[1, 3], sections[1, 4]
    hb0, hb1, hb2, ha1, ha2 = sections[2, 0], sections[2, 1], sections[2, 2], sections[2, 3], sections[2, 4]
    mb0, mb1, mb2, ma1, ma2 = sections[3, 0], sections[3, 1], sections[3, 2], sections[3, 3], sections[3, 4]
    z1 = memory[0, 0]
    l1, l2, h1, h2, m1, m2 = memory[1, 0], memory[1, 1], memory[2, 0], memory[2, 1], memory[3, 0], memory[3, 1]
    of_fast, of_slow = ballistics[0], ballistics[1]
    now_fast, now_slow, top_fast, top_slow = ballistics[2], ballistics[3], ballistics[4], ballistics[5]
    sum_a, sum_c, sum_z = 0.0, 0.0, 0.0
    place, until = 0, step
    for i in range(samples.size):
        x = samples[i]
        z = zb0 * x + z1
        z1 = zb1 * x - za1 * z
        low = lb0 * x + l1
        l1 = l2 + lb1 * x - la1 * low
        l2 = lb2 * x - la2 * low
        high = hb0 * low + h1
        h1 = h2 + hb1 * low - ha1 * high
        h2 = hb2 * low - ha2 * high
        a = mb0 * high + m1
        m1 = m2 + mb1 * high - ma1 * a
        m2 = mb2 * high - ma2 * a
        c[16 + i] = high
        square = a * a
        sum_a += square
        sum_c += high * high
        sum_z += z * z
        now_fast += of_fast * (square - now_fast)
        now_slow += of_slow * (square - now_slow)
        top_fast = now_fast if now_fast > top_fast else top_fast
        top_slow = now_slow if now_slow > top_slow else top_slow
        until -= 1
        if until == 0:
            fast[place] = now_fast
            place += 1
            until = step
    memory[0, 0] = z1
    memory[1, 0], memory[1, 1], memory[2, 0], memory[2, 1], memory[3, 0], memory[3, 1] = l1, l2, h1, h2, m1, m2
    ballistics[2], ballistics[3], ballistics[4], ballistics[5] = now_fast, now_slow, top_fast, top_slow
    sums[0], sums[1], sums[2] = sum_a, sum_c, sum_z


@njit(cache=True, nogil=True, error_model="numpy")
def peak(c: Values, first: int, end: int, taps: Values, highest: Values) -> None:
    """Raise ``highest[0]`` to the largest modulus of ``c[first:end]``, between samples, too; 8 more on either side.

    Where a sample is larger than its neighbours and than half the peak so far, the signal is computed at -2/3, -1/3,
    +1/3 and +2/3 of a sample around it (``taps``: one row each, 16 wide) and a parabola put through the top.
    """
    most = 0.0
    for i in range(first, end):
        modulus = abs(c[i])
        most = modulus if modulus > most else most
    top = highest[0]
    if most * 2.0 > top:
        for i in range(first, end):
            modulus = abs(c[i])
            if modulus * 2.0 > top and modulus >= abs(c[i - 1]) and modulus >= abs(c[i + 1]):
                sign = 1.0 if c[i] > 0.0 else -1.0
                before, here, after = 0.0, 0.0, 0.0
                p0, p1, p3, p4 = 0.0, 0.0, 0.0, 0.0
                for k in range(16):
                    left, right = c[i - 8 + k], c[i - 7 + k]
                    p0 += taps[0, k] * left
                    p1 += taps[1, k] * left
                    p3 += taps[2, k] * right
                    p4 += taps[3, k] * right
                p0, p1, p2, p3, p4 = sign * p0, sign * p1, modulus, sign * p3, sign * p4
                if p1 > p2 and p1 >= p3:
                    before, here, after = p0, p1, p2
                elif p3 > p2:
                    before, here, after = p2, p3, p4
                else:
                    before, here, after = p1, p2, p3
                bend = before - 2.0 * here + after
                found = here
                if bend < 0.0 and here >= before and here >= after:
                    found = here - (after - before) * (after - before) / (8.0 * bend)
                top = found if found > top else top
        top = most if most > top else top
    highest[0] = top


@njit(cache=True, nogil=True, error_model="numpy")
def clipping(samples: Values, full: float, run: int, counts: Counts) -> float:
    """Count samples that are no number and runs at full scale; the largest modulus is returned.

    ``counts``: no number, run going on, full runs.
    """
    most, wrong = 0.0, 0
    for i in range(samples.size):
        modulus = abs(samples[i])
        most = modulus if modulus > most else most
        wrong += 0 if modulus < np.inf else 1
    counts[0] += wrong
    if most < full:
        counts[1] = 0
        return most
    going = counts[1]
    for i in range(samples.size):
        going = going + 1 if abs(samples[i]) >= full else 0
        if going == run:
            counts[2] += 1
    counts[1] = going
    return most
