"""Kernels of the third-octave bank: halving the sample rate, and the energy of one octave's three bands.

They continue where the arrays of the block before ended.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

Values = npt.NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def halve(samples: Values, size: int, taps: Values, memory: Values, out: Values) -> int:
    """Halve the sample rate; number of values written to ``out``.

    Two branches of four first-order all-passes each (``taps``: even, odd); an elliptic half-band filter. ``memory``:
    five values a branch, then the sample that waits for its partner and whether there is one.
    """
    a0, a1, a2, a3 = taps[0], taps[2], taps[4], taps[6]
    b0, b1, b2, b3 = taps[1], taps[3], taps[5], taps[7]
    p0, p1, p2, p3, p4 = memory[0], memory[1], memory[2], memory[3], memory[4]
    q0, q1, q2, q3, q4 = memory[5], memory[6], memory[7], memory[8], memory[9]
    first = memory[10]
    waiting = memory[11] > 0.0
    start = 1 if waiting and size > 0 else 0
    pairs = (size + start) // 2
    for k in range(pairs):
        i = 2 * k - start
        early = samples[i] if i >= 0 else first
        late = samples[i + 1]
        u1 = a0 * (late - p1) + p0
        u2 = a1 * (u1 - p2) + p1
        u3 = a2 * (u2 - p3) + p2
        u4 = a3 * (u3 - p4) + p3
        p0, p1, p2, p3, p4 = late, u1, u2, u3, u4
        v1 = b0 * (early - q1) + q0
        v2 = b1 * (v1 - q2) + q1
        v3 = b2 * (v2 - q3) + q2
        v4 = b3 * (v3 - q4) + q3
        q0, q1, q2, q3, q4 = early, v1, v2, v3, v4
        out[k] = 0.5 * (u4 + v4)
    if size > 0:
        memory[11] = 1.0 if (size + start) % 2 else 0.0
        if memory[11] > 0.0:
            memory[10] = samples[size - 1]
    memory[0], memory[1], memory[2], memory[3], memory[4] = p0, p1, p2, p3, p4
    memory[5], memory[6], memory[7], memory[8], memory[9] = q0, q1, q2, q3, q4
    return pairs


@njit(cache=True, nogil=True, error_model="numpy")
def double(samples: Values, taps: Values, memory: Values, out: Values) -> None:
    """Double the sample rate into ``out``: the same two all-pass branches; ``memory``: five values a branch."""
    a0, a1, a2, a3 = taps[0], taps[2], taps[4], taps[6]
    b0, b1, b2, b3 = taps[1], taps[3], taps[5], taps[7]
    p0, p1, p2, p3, p4 = memory[0], memory[1], memory[2], memory[3], memory[4]
    q0, q1, q2, q3, q4 = memory[5], memory[6], memory[7], memory[8], memory[9]
    for i in range(samples.size):
        x = samples[i]
        u1 = a0 * (x - p1) + p0
        u2 = a1 * (u1 - p2) + p1
        u3 = a2 * (u2 - p3) + p2
        u4 = a3 * (u3 - p4) + p3
        p0, p1, p2, p3, p4 = x, u1, u2, u3, u4
        v1 = b0 * (x - q1) + q0
        v2 = b1 * (v1 - q2) + q1
        v3 = b2 * (v2 - q3) + q2
        v4 = b3 * (v3 - q4) + q3
        q0, q1, q2, q3, q4 = x, v1, v2, v3, v4
        out[2 * i] = u4
        out[2 * i + 1] = v4
    memory[0], memory[1], memory[2], memory[3], memory[4] = p0, p1, p2, p3, p4
    memory[5], memory[6], memory[7], memory[8], memory[9] = q0, q1, q2, q3, q4


@njit(cache=True, nogil=True, error_model="numpy")
def band_squares(samples: Values, size: int, poles: Values, memory: Values, sums: Values) -> None:
    """Add the squares of the three bands of an octave to ``sums``.

    A band is three sections (1 - z⁻²)/(1 + a1·z⁻¹ + a2·z⁻²), its gain left out. ``poles`` and ``memory``: nine rows of
    two values, band after band. The nine sections run side by side: none waits for the sample the other is at.
    """
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = (
        poles[0, 0], poles[1, 0], poles[2, 0], poles[3, 0], poles[4, 0], poles[5, 0], poles[6, 0], poles[7, 0],
        poles[8, 0],
    )  # fmt: skip
    b0, b1, b2, b3, b4, b5, b6, b7, b8 = (
        poles[0, 1], poles[1, 1], poles[2, 1], poles[3, 1], poles[4, 1], poles[5, 1], poles[6, 1], poles[7, 1],
        poles[8, 1],
    )  # fmt: skip
    s0, s1, s2, s3, s4, s5, s6, s7, s8 = (
        memory[0, 0], memory[1, 0], memory[2, 0], memory[3, 0], memory[4, 0], memory[5, 0], memory[6, 0], memory[7, 0],
        memory[8, 0],
    )  # fmt: skip
    t0, t1, t2, t3, t4, t5, t6, t7, t8 = (
        memory[0, 1], memory[1, 1], memory[2, 1], memory[3, 1], memory[4, 1], memory[5, 1], memory[6, 1], memory[7, 1],
        memory[8, 1],
    )  # fmt: skip
    low, middle, high = sums[0], sums[1], sums[2]
    for i in range(size):
        x = samples[i]
        y0, y3, y6 = x + s0, x + s3, x + s6
        s0, s3, s6 = t0 - a0 * y0, t3 - a3 * y3, t6 - a6 * y6
        t0, t3, t6 = -x - b0 * y0, -x - b3 * y3, -x - b6 * y6
        y1, y4, y7 = y0 + s1, y3 + s4, y6 + s7
        s1, s4, s7 = t1 - a1 * y1, t4 - a4 * y4, t7 - a7 * y7
        t1, t4, t7 = -y0 - b1 * y1, -y3 - b4 * y4, -y6 - b7 * y7
        y2, y5, y8 = y1 + s2, y4 + s5, y7 + s8
        s2, s5, s8 = t2 - a2 * y2, t5 - a5 * y5, t8 - a8 * y8
        t2, t5, t8 = -y1 - b2 * y2, -y4 - b5 * y5, -y7 - b8 * y8
        low += y2 * y2
        middle += y5 * y5
        high += y8 * y8
    sums[0], sums[1], sums[2] = low, middle, high
    memory[0, 0], memory[1, 0], memory[2, 0], memory[3, 0], memory[4, 0] = s0, s1, s2, s3, s4
    memory[5, 0], memory[6, 0], memory[7, 0], memory[8, 0] = s5, s6, s7, s8
    memory[0, 1], memory[1, 1], memory[2, 1], memory[3, 1], memory[4, 1] = t0, t1, t2, t3, t4
    memory[5, 1], memory[6, 1], memory[7, 1], memory[8, 1] = t5, t6, t7, t8
