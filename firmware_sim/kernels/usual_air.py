"""Kernel of what a gas sensor learns to take for the usual air of its room."""

import numpy as np
import numpy.typing as npt
from numba import njit

Values = npt.NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def learn(answers: Values, initial: float, left: float, gate: float, patience: int, usual: Values) -> None:
    """Fill ``usual`` with what was taken for usual before each answer; both are logarithms.

    Of every step's difference ``left`` remains at its end. An answer further above the usual than ``gate`` is not
    learned from, until ``patience`` of them came in a row.
    """
    now = initial
    above = 0
    for k in range(answers.size):
        usual[k] = now
        above = above + 1 if answers[k] - now > gate else 0
        if above == 0 or above > patience:
            now = answers[k] + (now - answers[k]) * left
