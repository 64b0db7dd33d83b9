"""Light over the time people were there: how much, how little, how long too little, how much of it the sun's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.batch import WindowError, lay_out, summarise, times_beyond
from dsp.light import ILLUMINANCE, LightError, Uniformity, uniformity
from dsp.series import Series
from dsp.validity import Input, require

LEVELS = (120.0, 200.0, 500.0)
"""Illuminances time is counted under [lx]: R4223-4 for rooms, for rooms without daylight; EN 12464-1 for offices."""
MOST_DARK = 10.0
"""What a sensor may say in darkness [lx]; more is no darkness, but a lamp that burns at night."""
_RANKS = (5, 10, 50, 90)


@dataclass(frozen=True, slots=True)
class LightTime:
    """Distribution of illuminance over the time people were there.

    Attributes
    ----------
    minimum, p5, p10, median, p90 : float
        [lx], each a value that was read: 5 % of the time was at or under ``p5``.
    below : tuple of float
        Share of the time measured under each of :data:`LEVELS` [1].
    measured : float
        Time readings stand for [s].
    coverage : float
        Its share of the time people were there [1].
    """

    minimum: float
    p5: float
    p10: float
    median: float
    p90: float
    below: tuple[float, ...]
    measured: float
    coverage: float


def light_time(series: Series, pieces: Sequence[Interval]) -> LightTime:
    """Distribution of illuminance over the time people were there.

    Parameters
    ----------
    series : Series
        Illuminance of one kit [lx], at the person where the zone has a transfer factor.
    pieces : sequence of Interval
        When people were there, each (start, end] [ms UTC], apart from each other.

    Raises
    ------
    LightError
        Nothing was measured in that time.

    References
    ----------
    exposure-semantics, section 2 (percentiles by time); Code du travail R4223-4.

    Examples
    --------
    >>> from dsp.series import build
    >>> hours = [3_600_000 * (i + 1) for i in range(4)]
    >>> day = build(hours, [100.0, 150.0, 300.0, 600.0], [1] * 4, 3600, 3600, Averaging.ARITHMETIC)
    >>> found = light_time(day, [Interval(0, 14_400_000)])
    >>> found.minimum, found.median, found.below
    (100.0, 150.0, (0.25, 0.5, 0.75))
    """
    windows = lay_out([pieces])
    found = summarise(series, windows, [100 - rank for rank in _RANKS])
    valid = int(found.valid[0])
    if not valid:
        raise LightError("no light was measured while people were there")
    p5, p10, median, p90 = found.percentiles.ravel().tolist()
    below = times_beyond(series, windows, "below", LEVELS).ravel() / valid
    coverage = valid / int(windows.lengths[0])
    return LightTime(float(found.lowest[0]), p5, p10, median, p90, tuple(below.tolist()), valid / 1000.0, coverage)


def dark_reading(series: Series, pieces: Sequence[Interval]) -> float | None:
    """What a sensor says in darkness [lx], to be taken off; None where it never was dark.

    Parameters
    ----------
    series : Series
        Illuminance of one kit [lx].
    pieces : sequence of Interval
        When nobody was there, each (start, end] [ms UTC].

    Notes
    -----
    The tenth percentile of that time, if it is not over :data:`MOST_DARK`: then a tenth of it or more was dark.

    Examples
    --------
    >>> from dsp.series import build
    >>> night = build([3_600_000, 7_200_000], [2.0, 2.0], [1, 1], 3600, 3600, Averaging.ARITHMETIC)
    >>> dark_reading(night, [Interval(0, 7_200_000)])
    2.0
    """
    if not pieces:
        return None
    found = summarise(series, lay_out([pieces]), [90])
    lowest = found.percentiles.item()
    return lowest if lowest <= MOST_DARK else None


def _mean(series: Series, pieces: Sequence[Interval]) -> float:
    found = summarise(series, lay_out([pieces]))
    return float(found.integral[0] / found.valid[0]) if found.valid[0] else math.nan


def uniformity_of_kits(kits: Sequence[Series], pieces: Sequence[Interval], single: float) -> Uniformity:
    """Uniformity over the kits of one zone: of the mean each of them saw while people were there.

    Parameters
    ----------
    kits : sequence of Series
        Illuminance of each kit, at the person (transfer factor applied).
    pieces : sequence of Interval
        When people were there, each (start, end] [ms UTC].
    single : float
        Relative standard uncertainty of one kit [1].

    Raises
    ------
    LightError
        Fewer than two kits saw anything; a few kits are a hint, a grid is a finding.

    Examples
    --------
    >>> from dsp.series import build
    >>> near, far = (build([3_600_000], [e], [1], 3600, 3600, Averaging.ARITHMETIC) for e in (600.0, 400.0))
    >>> uniformity_of_kits([near, far], [Interval(0, 3_600_000)], 0.1).ratio
    0.8
    """
    seen = [value for kit in kits if math.isfinite(value := _mean(kit, pieces))]
    if len(seen) < 2:
        raise LightError(f"{len(seen)} kits measured light in that time; expected at least two")
    return uniformity(seen, 0.0, single)


def daylight_share(series: Series, lamps: float, pieces: Sequence[Interval], dark: float = 0.0) -> float:
    """At least this share of the light of that time came from the sun.

    Parameters
    ----------
    series : Series
        Illuminance of one kit [lx].
    lamps : float
        What the lamps alone give at the sensor [lx]: a value after dark with the lights on, or of the commissioning.
    pieces : sequence of Interval
        When people were there, each (start, end] [ms UTC].
    dark : float
        What the sensor says in darkness [lx], taken off.

    Returns
    -------
    float
        ∫max(0, E − dark − lamps)dt / ∫max(0, E − dark)dt [1]; 0 where there was no light;
        NaN where nothing was measured.

    Raises
    ------
    WindowError
        The pieces overlap or have no length, or the series is one of levels.
    OutOfRangeError
        ``lamps`` or ``dark`` is no illuminance.

    Notes
    -----
    A lower bound: it takes the lamps for lit all the time. Where they were off, more of the light was the sun's; a
    dimming installation hides daylight altogether. A sensor alone cannot tell one from the other.

    References
    ----------
    methods, section 11.

    Examples
    --------
    >>> from dsp.series import build
    >>> day = build([3_600_000, 7_200_000], [300.0, 900.0], [1, 1], 3600, 3600, Averaging.ARITHMETIC)
    >>> daylight_share(day, 300.0, [Interval(0, 7_200_000)])
    0.5
    """
    require(Input(lamps, ILLUMINANCE), Input(dark, ILLUMINANCE))
    if series.averaging is not Averaging.ARITHMETIC:
        raise WindowError("daylight share of levels; expected illuminance")
    windows = lay_out([pieces])
    standing = np.zeros(len(series), np.int64)
    for start, end in zip(windows.starts.tolist(), windows.ends.tolist(), strict=True):
        since = np.maximum(series.instants - series.weights, start)
        standing += np.maximum(np.minimum(series.instants, end) - since, 0)
    if not standing.any():
        return math.nan
    light = np.maximum(series.values - dark, 0.0)
    total = float((light * standing).sum())
    return float((np.maximum(light - lamps, 0.0) * standing).sum()) / total if total > 0.0 else 0.0
