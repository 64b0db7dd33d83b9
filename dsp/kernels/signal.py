"""Kernels that prepare a series: how long each reading stands, and energies of levels."""

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]

DOUBLINGS = 0.33219280948873623
"""log₂(10)/10: doublings of an energy per dB."""

DOUBLING = 3.010299956638846
"""10·log₁₀(2) [dB], its first 41 bits."""

DOUBLING_REST = 9.657549718401459e-13
"""What is left of 10·log₁₀(2) [dB]."""

NEPERS = 0.23025850929940456
"""ln(10)/10: nepers of energy per dB."""

MOST_DOUBLINGS = 340
"""Of an energy and its inverse: levels of ± 1000 dB have 333."""

POWERS = 2.0 ** np.arange(-MOST_DOUBLINGS, MOST_DOUBLINGS + 1)


@njit(cache=True, nogil=True, error_model="numpy")
def standing_time(instants: Instants, period: int, hold: int, weights: Instants) -> None:
    """Fill ``weights`` with the time [ms] each reading stands for (exposure-semantics, section 1)."""
    for i in range(instants.size):
        weights[i] = period
        if i > 0 and instants[i] - instants[i - 1] <= hold:
            weights[i] = instants[i] - instants[i - 1]


@njit(cache=True, nogil=True, error_model="numpy")
def energies(levels: Values, out: Values) -> None:
    """Fill ``out`` with energies relative to 0 dB: 10^(level/10), for levels within ± 1000 dB.

    10^(level/10) = 2^n · exp(r·ln 10/10) with level = n·10·log₁₀2 + r, |r| ≤ 1.51 dB. 10·log₁₀2 is in two parts, the
    first short enough that n times it is exact, and the series of exp ends where its next term is under 1e-17: the
    relative error is under 4e-16. No branch and no order of its own, so a processor computes several at a time, with
    the same bits in any slice.
    """
    for i in range(levels.size):
        n = math.floor(levels[i] * DOUBLINGS + 0.5)
        x = ((levels[i] - n * DOUBLING) - n * DOUBLING_REST) * NEPERS
        series = 1.0 / 6227020800.0
        series = series * x + 1.0 / 479001600.0
        series = series * x + 1.0 / 39916800.0
        series = series * x + 1.0 / 3628800.0
        series = series * x + 1.0 / 362880.0
        series = series * x + 1.0 / 40320.0
        series = series * x + 1.0 / 5040.0
        series = series * x + 1.0 / 720.0
        series = series * x + 1.0 / 120.0
        series = series * x + 1.0 / 24.0
        series = series * x + 1.0 / 6.0
        series = series * x + 0.5
        series = (series * x) * x
        out[i] = (1.0 + (x + series)) * POWERS[np.uint64(n + MOST_DOUBLINGS)]
