"""Kernel of a first-order lag: what slowly follows a signal."""

import numpy as np
import numpy.typing as npt
from numba import njit

Values = npt.NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def follow(values: Values, initial: float, left: float, shown: Values) -> None:
    """Fill ``shown``: of every step's difference ``left`` remains at its end [1]."""
    now = initial
    for k in range(values.size):
        now = values[k] + (now - values[k]) * left
        shown[k] = now
