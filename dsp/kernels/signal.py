"""Kernels that prepare a series: how long each reading stands, and energies of levels."""

import numpy as np
import numpy.typing as npt
from numba import njit

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def standing_time(instants: Instants, period: int, hold: int, weights: Instants) -> None:
    """Fill ``weights`` with the time [ms] each reading stands for (exposure-semantics, section 1)."""
    for i in range(instants.size):
        weights[i] = period
        if i > 0 and instants[i] - instants[i - 1] <= hold:
            weights[i] = instants[i] - instants[i - 1]


@njit(cache=True, nogil=True, error_model="numpy")
def energies(levels: Values, out: Values) -> None:
    """Fill ``out`` with energies relative to 0 dB, one scalar power at a time: the same to the bit in any slice."""
    for i in range(levels.size):
        out[i] = 10.0 ** (levels[i] / 10.0)
