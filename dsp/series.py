"""A series: the usable readings of one kit and quantity, and the time each of them stands for."""

import sys
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from catalog.quantities import Averaging
from catalog.readings import Flag
from catalog.schedule import Interval
from dsp.kernels.signal import energies, standing_time

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HIGHEST_LEVEL = 1000.0
"""Levels beyond ± this many dB are refused: their energies leave the range of a double when summed."""

LONGEST_SPAN = 1 << 52
"""Milliseconds; instants beyond it cannot be told apart as doubles."""


class SeriesError(ValueError):
    """Readings that do not make a series."""


# no slots: cached_property keeps the energies in the instance's dict
@dataclass(frozen=True)
class Series:
    """The step function v(t) of exposure-semantics, section 1: reading *i* stands for (tᵢ − wᵢ, tᵢ].

    Make one with :func:`build`, which checks and copies what it is given.

    Attributes
    ----------
    instants : int64 array, shape (n,)
        Milliseconds UTC, strictly increasing.
    values : float64 array, shape (n,)
        In the quantity's unit (dB for levels).
    weights : int64 array, shape (n,)
        Time each reading stands for [ms]; steps never overlap.
    suspect : bool array, shape (n,)
        Readings flagged suspect; they count, and are counted.
    period, hold : int
        Nominal period of the channel and longest time one reading may stand for [ms].
    averaging : Averaging
        Whether values average as they are or as energies.
    """

    instants: Instants
    values: Values
    weights: Instants
    suspect: Flags
    period: int
    hold: int
    averaging: Averaging

    def __len__(self) -> int:
        return int(self.instants.size)

    @cached_property
    def signal(self) -> Values:
        """What is integrated: the values, or for levels their energies relative to 0 dB."""
        if self.averaging is Averaging.ARITHMETIC:
            return self.values
        out = np.empty_like(self.values)
        energies(self.values, out)
        return out

    def during(self, interval: Interval) -> "Series":
        """The part of the series taken in ``interval``, as one deployment sees it.

        Parameters
        ----------
        interval : Interval
            (start, end], milliseconds UTC.

        Returns
        -------
        Series
            Readings with start < t ≤ end; the first of them stands for no time before ``start``. A reading taken
            after ``end`` is left out whole: it was taken elsewhere.
        """
        first = int(np.searchsorted(self.instants, interval.start, side="right"))
        last = int(np.searchsorted(self.instants, interval.end, side="right"))
        weights = self.weights[first:last]
        if weights.size and weights[0] > self.instants[first] - interval.start:
            weights = weights.copy()
            weights[0] = self.instants[first] - interval.start
        part = Series(
            self.instants[first:last],
            self.values[first:last],
            weights,
            self.suspect[first:last],
            self.period,
            self.hold,
            self.averaging,
        )
        part.__dict__["signal"] = self.signal[first:last]
        return part


def build(
    instants: npt.ArrayLike,
    values: npt.ArrayLike,
    flags: npt.ArrayLike,
    channel_period_s: float,
    channel_hold_s: float,
    averaging: Averaging,
) -> Series:
    """Make a series of readings: drop the bad ones, say how long each of the others stands.

    Parameters
    ----------
    instants : array_like of int, shape (n,)
        Milliseconds UTC, sorted and one of a kind.
    values : array_like of float, shape (n,)
        In the quantity's unit (dB for levels).
    flags : array_like of int, shape (n,)
        :class:`catalog.readings.Flag` values; *bad* and *missing* are as if they had not been sent.
    channel_period_s : float
        Nominal reporting period of the channel [s].
    channel_hold_s : float
        Longest time one reading may stand for [s], at least the period.
    averaging : Averaging
        Arithmetic, or energetic for levels.

    Returns
    -------
    Series
        Its own copy of the data.

    Raises
    ------
    SeriesError
        (a ValueError) Lengths differ; instants are not sorted or not unique; a usable value is not finite, or is a
        level beyond ± 1000 dB; the hold is shorter than the period, or the period shorter than a millisecond.

    Notes
    -----
    wᵢ = tᵢ − tᵢ₋₁ where that is at most the hold, else the period; the first reading stands for one period. Because
    the hold is never under the period, steps never overlap.

    References
    ----------
    exposure-semantics, section 1.

    Examples
    --------
    >>> series = build([60_000, 120_000, 600_000], [5.0, 7.0, 6.0], [1, 1, 3], 60, 180, Averaging.ARITHMETIC)
    >>> series.weights.tolist()
    [60000, 60000, 60000]
    """
    period = _milliseconds(channel_period_s, "period")
    hold = _milliseconds(channel_hold_s, "hold")
    if hold < period:
        raise SeriesError(f"hold is {channel_hold_s} s; expected at least the period of {period / 1000} s")
    t = np.array(instants, dtype=np.int64)
    v = np.array(values, dtype=np.float64)
    f = np.asarray(flags, dtype=np.int64)
    if not (t.ndim == v.ndim == f.ndim == 1 and t.size == v.size == f.size):
        raise SeriesError(f"{t.shape} instants, {v.shape} values and {f.shape} flags; expected one of each per reading")
    _check_order(t)
    usable = (f != Flag.BAD) & (f != Flag.MISSING)
    if not usable.all():
        t, v, f = t[usable], v[usable], f[usable]
    _check_values(t, v, averaging)
    weights = np.empty_like(t)
    standing_time(t, period, hold, weights)
    return Series(t, v, weights, f == Flag.SUSPECT, period, hold, averaging)


def median_step(instants: npt.ArrayLike) -> float:
    """Period [s] of a channel nobody described: the median step of its instants (ms), the lower of two middle ones.

    Raises
    ------
    SeriesError
        Fewer than two instants.

    Examples
    --------
    >>> median_step([0, 60_000, 119_000, 180_000])
    60.0
    """
    steps = np.diff(np.array(instants, dtype=np.int64))
    if steps.size == 0:
        raise SeriesError("fewer than two instants; expected two to take a period from (name the period instead)")
    return int(np.sort(steps)[(steps.size - 1) // 2]) / 1000.0


def _milliseconds(seconds: float, name: str) -> int:
    if not 0.001 <= seconds <= 1e9:
        raise SeriesError(f"{name} is {seconds} s; expected at least 0.001 s")
    return round(seconds * 1000.0)


def _check_order(instants: Instants) -> None:
    if instants.size and (abs(int(instants[0])) > LONGEST_SPAN or abs(int(instants[-1])) > LONGEST_SPAN):
        raise SeriesError(f"instants run from {instants[0]} to {instants[-1]}; expected milliseconds UTC")
    late = instants[1:] <= instants[:-1]
    if late.any():
        at = int(late.argmax()) + 1
        raise SeriesError(
            f"instant {instants[at]} at row {at} follows {instants[at - 1]}; expected instants sorted, each only once"
        )


def _check_values(instants: Instants, values: Values, averaging: Averaging) -> None:
    highest = HIGHEST_LEVEL if averaging is Averaging.ENERGETIC else sys.float_info.max
    # NaN fails every comparison, and minimum and maximum hand it on
    if values.size and not (values.min() >= -highest and values.max() <= highest):
        at = int((~(np.abs(values) <= highest)).argmax())
        raise SeriesError(
            f"value at instant {instants[at]} is {values[at]}; expected a finite number"
            f"{' within ± 1000 dB' if averaging is Averaging.ENERGETIC else ''} (flag it bad to leave it out)"
        )
