"""CO2 as a sign of confinement: ICONE. What it says against outdoor air is in :mod:`dsp.air.outdoor_co2`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.schedule import Interval
from dsp.batch import Windows, lay_out, summarise
from dsp.columns import Column
from dsp.exposure import Measure
from dsp.rolling import MINIMUM_COVERAGE
from dsp.series import Series, Values
from dsp.subject import Subject
from dsp.uncertainty import Parts, of_instrument

BLOCK = 600_000
"""Milliseconds of one of ICONE's means."""
CONFINED, VERY_CONFINED = 1000.0, 1700.0
"""ICONE's two thresholds [ppm]."""
OCCUPIED_WEEK = 4 * 86_400_000
"""Milliseconds from the first occupied moment to the last that make a working week: Monday morning to Friday."""

ICONE_WORDS_FR = ("nul", "faible", "moyen", "élevé", "très élevé", "extrême")
"""The decree's words for ICONE 0 to 5 (*confinement nul* …)."""
ICONE_WORDS_EN = ("none", "low", "medium", "high", "very high", "extreme")


class Co2Error(ValueError):
    """A share, a concentration or a baseline that cannot be; the message says which and what was expected."""


@dataclass(frozen=True, slots=True)
class Icone:
    """The air stuffiness index ICONE of some occupied time.

    Attributes
    ----------
    over_1000 : float
        Share of the 10-minute means in (1000, 1700] ppm [1].
    over_1700 : float
        Share of them above 1700 ppm [1].
    unrounded : float
        0 to 5 [1].
    """

    over_1000: float
    over_1700: float
    unrounded: float

    @property
    def index(self) -> int:
        """Rounded to the nearest integer, half up: 0 (none) to 5 (extreme)."""
        return math.floor(self.unrounded + 0.5)


@dataclass(frozen=True, slots=True)
class MeasuredIcone:
    """ICONE of a series over occupied time.

    Attributes
    ----------
    icone : Icone
        Over the 10-minute means there are.
    low, high : Icone
        With every missing mean at or under 1000 ppm, and with every one above 1700 ppm.
    blocks, seen : int
        10-minute means the occupied time has, and those with enough readings.
    span : int
        From the first occupied moment to the last [ms].
    problem : str
        Why it is no valid ICONE, in words; empty where it is one.
    """

    icone: Icone
    low: Icone
    high: Icone
    blocks: int
    seen: int
    span: int
    problem: str


def icone(over_1000: float, over_1700: float) -> Icone:
    """ICONE of two shares of the occupied time.

    Parameters
    ----------
    over_1000 : float
        Share of the 10-minute means in (1000, 1700] ppm [1].
    over_1700 : float
        Share of the 10-minute means above 1700 ppm [1].

    Returns
    -------
    Icone

    Raises
    ------
    Co2Error
        A share is not from 0 to 1, or they add up to more than 1.

    Notes
    -----
    (2.5/lg 2)·lg(1 + f₁ + 3·f₂), rounded half up (2.5 is 3, where rounding half to even would say 2).

    References
    ----------
    .. [1] Décret n° 2012-14 du 5 janvier 2012 (évaluation des moyens d'aération, indice de confinement ICONE).
    .. [2] CSTB, protocol for CO2 in schools, 2023 (one mean every 10 minutes, six-step scale).

    Examples
    --------
    >>> icone(0.3, 0.4).index, icone(1.0, 0.0).index
    (3, 3)
    """
    for name, share in (("in (1000, 1700] ppm", over_1000), ("above 1700 ppm", over_1700)):
        if not 0.0 <= share <= 1.0:
            raise Co2Error(f"share {name} is {share:g}; expected 0 to 1 (20 % is 0.2)")
    if over_1000 + over_1700 > 1.0 + 1e-9:
        raise Co2Error(
            f"shares add up to {over_1000 + over_1700:g}; expected at most 1: the first one ends at 1700 ppm"
        )
    # the logarithm to base 2 is exact where the scale is: f1 = 1 gives 2.5, f2 = 1 gives 5
    return Icone(over_1000, over_1700, 2.5 * math.log2(1.0 + over_1000 + 3.0 * over_1700))


def measured_icone(
    series: Series, occupied: Sequence[Interval], minimum_coverage: float = MINIMUM_COVERAGE
) -> MeasuredIcone:
    """ICONE of CO2 readings over occupied time.

    Parameters
    ----------
    series : Series
        CO2 [ppm].
    occupied : sequence of Interval
        When people are in the room, in order and apart [ms UTC]; at least one.
    minimum_coverage : float
        Share of a 10-minute mean that readings must stand for, and share of the means that there must be [1].

    Returns
    -------
    MeasuredIcone
        ``problem`` says where it is no valid ICONE: under an occupied week, or too few means.

    Raises
    ------
    Co2Error
        There is no occupied stretch of ten minutes.

    Notes
    -----
    - Means are of 10 minutes counted from the start of each occupied stretch; what is left at its end is not used.
    - It is assumed that people *are* there in the occupied time: the schedule is taken at its word. Empty hours in it
      make the index better than it is.
    - Gaps: a mean with too little coverage is missing; ``low`` and ``high`` bound what the missing ones may hide.
    - A week: the occupied time reaches over at least four days, as from Monday morning to Friday.

    References
    ----------
    As of :func:`icone`.

    Examples
    --------
    >>> from catalog.quantities import Averaging
    >>> from dsp.series import build
    >>> series = build([600_000, 1_200_000], [900.0, 1800.0], [1, 1], 600, 600, Averaging.ARITHMETIC)
    >>> found = measured_icone(series, [Interval(0, 1_200_000)])
    >>> found.icone.over_1700, found.icone.index, found.problem[:36]
    (0.5, 3, 'occupied time reaches over 0.0 days;')
    """
    windows = _blocks(occupied)
    if not len(windows):
        raise Co2Error("there is no occupied stretch of ten minutes; expected at least one (check the shifts)")
    means = _means(series, windows, minimum_coverage)
    span = occupied[-1].end - occupied[0].start
    seen = int(np.count_nonzero(~np.isnan(means)))
    low, high = _bounds(means)
    return MeasuredIcone(
        icone=_of_means(means),
        low=low,
        high=high,
        blocks=len(windows),
        seen=seen,
        span=span,
        problem=_problem(seen, len(windows), span, minimum_coverage),
    )


def icone_column(subject: Subject, series: Series, occupied: Sequence[Interval], minimum_coverage: float) -> Column:
    """ICONE of a campaign as a column of one row, for :func:`dsp.whole_campaign.campaign_exposures`.

    The value is the rounded index, none where it is not valid; ``coverage`` is the share of the 10-minute means there
    are; ``low`` and ``high`` are the rounded bounds. Uncertainty, of the unrounded index: instrument (as its
    calibrations leave it over the campaign) and place move all means together, so it is half the difference between the
    index with both thresholds lowered and raised by u; the repeatability of single readings is lost in means of 10
    minutes and left out; missing means are a rectangle between the bounds.
    """
    windows = _blocks(occupied)
    none = np.array([np.nan])
    if not len(windows):
        zero = np.array([0.0])
        return Column(Measure.ICONE, "1", none, zero, none, none, Parts(none, none, none, none), zero)
    means = _means(series, windows, minimum_coverage)
    seen = int(np.count_nonzero(~np.isnan(means)))
    problem = _problem(seen, len(windows), occupied[-1].end - occupied[0].start, minimum_coverage)
    low, high = _bounds(means)
    summed = summarise(series, windows)
    return Column(
        measure=Measure.ICONE,
        unit="1",
        value=none if problem else np.array([float(_of_means(means).index)]),
        coverage=np.array([seen / len(windows)]),
        low=np.array([float(low.index)]) if seen else none,
        high=np.array([float(high.index)]) if seen else none,
        parts=Parts(
            instrument=np.array([_moved(means, *_instrument(subject, occupied))]),
            repeatability=np.array([0.0]),
            missing=np.array([(high.unrounded - low.unrounded) / math.sqrt(12.0)]),
            place=np.array([_moved(means, subject.place.at(CONFINED), subject.place.at(VERY_CONFINED))]),
        ),
        suspect=np.array([float(summed.suspected.sum()) / max(float(summed.valid.sum()), 1.0)]),
    )


def _blocks(occupied: Sequence[Interval]) -> Windows:
    starts = np.concatenate(
        [np.arange(piece.start, piece.end - BLOCK + 1, BLOCK, dtype=np.int64) for piece in occupied]
        or [np.empty(0, np.int64)]
    )
    count = starts.size
    return Windows(starts, starts + BLOCK, np.arange(count + 1, dtype=np.int64), np.full(count, BLOCK, np.int64))


def _means(series: Series, windows: Windows, minimum: float) -> Values:
    """10-minute means [ppm], NaN where too little was seen."""
    summed = summarise(series, windows)
    enough = (summed.valid > 0) & (summed.valid >= minimum * BLOCK)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(enough, summed.integral / summed.valid, np.nan), dtype=np.float64)


def _of_means(means: Values, lower: float = CONFINED, upper: float = VERY_CONFINED) -> Icone:
    known = means[~np.isnan(means)]
    count = max(known.size, 1)
    very = int(np.count_nonzero(known > upper))
    over = int(np.count_nonzero(known > lower))
    return icone((over - very) / count, very / count)


def _bounds(means: Values) -> "tuple[Icone, Icone]":
    return _of_means(np.nan_to_num(means, nan=0.0)), _of_means(np.nan_to_num(means, nan=np.inf))


def _instrument(subject: Subject, occupied: Sequence[Interval]) -> list[float]:
    """Instrument uncertainty over the campaign at both thresholds [ppm]."""
    campaign = lay_out([occupied, occupied])
    found: list[float] = of_instrument(subject, campaign, np.array([CONFINED, VERY_CONFINED])).tolist()
    return found


def _moved(means: Values, at_lower: float, at_upper: float) -> float:
    stricter = _of_means(means, CONFINED - at_lower, VERY_CONFINED - at_upper).unrounded
    milder = _of_means(means, CONFINED + at_lower, VERY_CONFINED + at_upper).unrounded
    return (stricter - milder) / 2.0


def _problem(seen: int, blocks: int, span: int, minimum: float) -> str:
    if span < OCCUPIED_WEEK:
        days = span / 86_400_000
        return (
            f"occupied time reaches over {days:.1f} days; expected an occupied week"
            " (4 days from the first to the last moment)"
        )
    if seen < minimum * blocks or seen == 0:
        return f"{seen} of {blocks} ten-minute means were seen; expected at least {minimum:.0%} of them"
    return ""
