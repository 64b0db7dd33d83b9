"""Quality tests that need more than one series: the kit's other quantities, the zone's other kits, time of arrival."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.quality import Allowance, Span
from catalog.readings import Flag
from catalog.schedule import Interval
from dsp.quality.examine import ENOUGH, Instants, Marks, Readings, TestFlags, Values
from dsp.quality.kinds import QualityTest

CLOCK_AHEAD = 5_000
"""Milliseconds a kit's clock may be ahead of the service's."""


@dataclass(frozen=True, slots=True)
class OrderFlags:
    """What an order of two quantities says of each of them."""

    smaller: TestFlags
    larger: TestFlags


def arrival(instants: Instants, received: Instants, conflict: npt.NDArray[np.bool_]) -> tuple[Marks, Marks]:
    """Tests of how readings came: a clock ahead of the service's, and two values for one instant.

    Parameters
    ----------
    instants, received : int64 arrays, shape (n,)
        When it was read and when the service got it [ms UTC]. Files and buffers come long after: that is no fault.
    conflict : bool array, shape (n,)
        Whether the instant came with another value too.

    Returns
    -------
    tuple of two Marks
        Clock and duplicate, suspect at worst.

    Notes
    -----
    A clock that is slow cannot be told from a message that took long, and is not looked for.
    """
    ahead = instants - received > CLOCK_AHEAD
    return (
        Marks(QualityTest.CLOCK, f"received more than {CLOCK_AHEAD / 1000:g} s before it was read", _suspect(ahead)),
        Marks(QualityTest.DUPLICATE, "another value for the same instant", _suspect(conflict)),
    )


def humidity(readings: Readings, air: Readings, hold: int, domain: Span) -> Marks:
    """Readings taken where the air was too damp or too dry for the sensor, 3; 2 where nobody measured the air.

    Parameters
    ----------
    air : Readings
        Relative humidity at the same kit [%].
    hold : int
        Age of the latest humidity reading up to which it counts [ms].
    """
    flags = np.full(readings.instants.size, Flag.NOT_EVALUATED, np.uint8)
    usable = _usable(air)
    t, rh = air.instants[usable], air.values[usable]
    if t.size:
        latest = np.searchsorted(t, readings.instants, side="right") - 1
        known = (latest >= 0) & (readings.instants - t[latest] <= hold)
        at = rh[latest]
        flags[known] = _suspect((at < domain.low) | (at > domain.high))[known]
    return Marks(QualityTest.HUMIDITY, f"outside {domain.low:g} to {domain.high:g} % relative humidity", flags)


def order(smaller: Readings, larger: Readings, allowance: Allowance) -> OrderFlags:
    """Where a part is larger than the whole: PM1 above PM2.5, L_Aeq above L_AFmax; nobody knows which one is wrong.

    Parameters
    ----------
    smaller, larger : Readings
        Only readings of the same instant are compared; others are not evaluated (2).
    allowance : Allowance
        smaller > larger + absolute + relative × larger is out of order.

    Examples
    --------
    >>> at = np.array([0, 60_000])
    >>> fine = Readings(at, np.array([8.0, 30.0]), np.ones(2, np.int8))
    >>> coarse = Readings(at, np.array([9.0, 12.0]), np.ones(2, np.int8))
    >>> order(fine, coarse, Allowance(0.1, 2)).smaller.tolist()
    [1, 3]
    """
    found = OrderFlags(
        np.full(smaller.instants.size, Flag.NOT_EVALUATED, np.uint8),
        np.full(larger.instants.size, Flag.NOT_EVALUATED, np.uint8),
    )
    _, one, other = np.intersect1d(smaller.instants, larger.instants, assume_unique=True, return_indices=True)
    both = _usable(smaller)[one] & _usable(larger)[other]
    one, other = one[both], other[both]
    top = larger.values[other]
    flags = _suspect(smaller.values[one] > top + allowance.absolute + allowance.relative * np.abs(top))
    found.smaller[one] = flags
    found.larger[other] = flags
    return found


def day_medians(readings: Readings, days: Sequence[Interval], period: int, hold: int) -> Values:
    """Median by time of each day; NaN where less than 75 % of it was seen.

    Parameters
    ----------
    days : sequence of Interval
        (start, end] [ms UTC].
    period, hold : int
        Nominal period and longest time one reading stands for [ms].
    """
    usable = _usable(readings)
    t, v = readings.instants[usable], readings.values[usable]
    steps = np.diff(t, prepend=-np.inf)
    weights = np.where(steps <= hold, steps, period)
    medians = np.full(len(days), np.nan)
    for place, day in enumerate(days):
        first, end = np.searchsorted(t, [day.start, day.end], side="right")
        within = weights[first:end]
        seen = within.sum()
        if seen < ENOUGH * (day.end - day.start):
            continue
        rank = np.argsort(v[first:end], kind="stable")
        place_of_half = np.searchsorted(np.cumsum(within[rank]), seen / 2)
        medians[place] = v[first:end][rank[place_of_half]]
    return medians


def neighbours(
    instants: Instants,
    days: Sequence[Interval],
    own: Values,
    others: Sequence[Values],
    allowance: Allowance,
    words: str,
) -> Marks:
    """Readings of the day after one on which this kit and the others of the zone disagreed, 3.

    Parameters
    ----------
    days : sequence of Interval
        One after the other, (start, end] [ms UTC].
    own : float64 array, shape (days,)
        Medians of this kit, NaN where there is none; see :func:`day_medians`.
    others : sequence of float64 arrays, shape (days,)
        Those of each other kit. With more than one, their median is compared with.
    words : str
        The parameters, for a person.

    Notes
    -----
    A day says of the next one whether two kits agree, so that what was said of a reading never changes when later
    ones come. Readings of the first day, and after a day one of them missed, are not evaluated (2).
    """
    flags = np.full(instants.size, Flag.NOT_EVALUATED, np.uint8)
    table = np.array(others).reshape(len(others), len(days))
    for place in range(1, len(days)):
        said = table[:, place - 1]
        said = said[~np.isnan(said)]
        mine = own[place - 1]
        if said.size == 0 or np.isnan(mine):
            continue
        reference = float(np.median(said))
        apart = abs(mine - reference) > allowance.absolute + allowance.relative * abs(reference)
        first, end = np.searchsorted(instants, [days[place].start, days[place].end], side="right")
        flags[first:end] = Flag.SUSPECT if apart else Flag.GOOD
    return Marks(QualityTest.NEIGHBOUR, words, flags)


def _suspect(where: npt.NDArray[np.bool_]) -> TestFlags:
    return np.where(where, Flag.SUSPECT, Flag.GOOD).astype(np.uint8)


def _usable(readings: Readings) -> npt.NDArray[np.bool_]:
    said = np.isfinite(readings.values)
    said &= (readings.flags != Flag.BAD) & (readings.flags != Flag.MISSING)
    return said
