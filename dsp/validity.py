"""Where a formula holds: typed ranges that name what lies outside them, for one typed value or for a series."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class OutOfRangeError(ValueError):
    """A value a formula does not hold for; the message names each one, what was expected and why."""


@dataclass(frozen=True, slots=True)
class Domain:
    """The closed range of one input of a formula.

    Attributes
    ----------
    what : str
        The input's name in words.
    low, high : float
        Both ends belong to it.
    unit : str
    source : str
        Which formula or standard asks for it.
    """

    what: str
    low: float
    high: float
    unit: str
    source: str

    @property
    def reason(self) -> str:
        """Why a value outside is not used, for a flag."""
        return f"{self.what} outside {self._said} ({self.source})"

    def outside(self, values: npt.ArrayLike) -> Mask:
        """Which values the formula does not hold for; what is no number is outside.

        Examples
        --------
        >>> Domain("wind", 0.3, 3.0, "m/s", "Bernard").outside([0.1, 1.0]).tolist()
        [True, False]
        """
        array = np.asarray(values, np.float64)
        return ~((array >= self.low) & (array <= self.high))

    def complaint(self, values: npt.ArrayLike) -> str | None:
        """One sentence about the first value outside, or None."""
        array = np.atleast_1d(np.asarray(values, np.float64))
        wrong = self.outside(array)
        if not wrong.any():
            return None
        first = float(array[wrong][0])
        return f"{self.what} is {first:g}{self._unit}; expected {self._said} ({self.source})"

    @property
    def _unit(self) -> str:
        return "" if self.unit == "1" else f" {self.unit}"

    @property
    def _said(self) -> str:
        return f"{self.low:g} to {self.high:g}{self._unit}"


@dataclass(frozen=True, slots=True)
class Input:
    """Values and the range they must lie in."""

    values: npt.ArrayLike
    domain: Domain


def require(*inputs: Input) -> None:
    """Refuse inputs outside their range.

    Raises
    ------
    OutOfRangeError
        Naming every input with a value outside, one after the other.

    Examples
    --------
    >>> require(Input(120.0, Domain("relative humidity", 0, 100, "%", "a share of saturation")))
    Traceback (most recent call last):
    ...
    dsp.validity.OutOfRangeError: relative humidity is 120 %; expected 0 to 100 % (a share of saturation)
    """
    found: Sequence[str | None] = [given.domain.complaint(given.values) for given in inputs]
    if any(found):
        raise OutOfRangeError("; ".join(complaint for complaint in found if complaint))
