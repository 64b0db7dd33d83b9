"""Laboratory results of personal sampling: numbers, and results of which only a bound is known."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


class StatisticsError(ValueError):
    """Results that a statistic cannot be computed from; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Results:
    """Results of one group of similar exposure, one value per worker and shift.

    Attributes
    ----------
    lower, upper : float64 array, shape (n,)
        Bounds of each result [unit of the limit]. Equal: measured. Lower 0: below a limit of quantification
        (left-censored). Upper infinite: above the measuring range (right-censored). Otherwise between the two.
    """

    lower: Array
    upper: Array

    def __post_init__(self) -> None:
        if self.lower.ndim != 1 or self.lower.shape != self.upper.shape:
            raise StatisticsError("lower and upper bounds are two arrays of the same length")
        bad = ~((self.lower >= 0) & (self.upper >= self.lower) & (self.upper > 0) & np.isfinite(self.lower))
        bad |= (self.lower == 0) & np.isinf(self.upper)
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            raise StatisticsError(
                f"result {at + 1} lies between {self.lower[at]:g} and {self.upper[at]:g}; "
                "expected 0 ≤ lower ≤ upper and a bound above zero"
            )

    @property
    def n(self) -> int:
        """Number of results."""
        return self.lower.size

    @property
    def detected(self) -> Mask:
        """Where the result is a number."""
        return np.asarray(self.lower == self.upper)

    @property
    def left(self) -> Mask:
        """Where the result is below a limit of quantification."""
        return np.asarray((self.lower == 0) & (self.upper > 0))

    @property
    def right(self) -> Mask:
        """Where the result is above the measuring range."""
        return np.isinf(self.upper)

    @property
    def interval(self) -> Mask:
        """Where the result lies between two bounds that are both known."""
        return ~(self.detected | self.left | self.right)

    @property
    def censored(self) -> int:
        """How many results are no numbers."""
        return int(self.n - self.detected.sum())

    def only(self, chosen: Mask) -> "Results":
        """Some of the results."""
        return Results(self.lower[chosen], self.upper[chosen])


def measured(values: Sequence[float] | Array) -> Results:
    """Results that are all numbers.

    Parameters
    ----------
    values : sequence of float
        Above zero, in the unit of the limit.

    Returns
    -------
    Results

    Examples
    --------
    >>> measured([24.7, 64.1]).censored
    0
    """
    array = np.asarray(values, dtype=np.float64)
    return Results(array, array)
