"""Quality tests of single series: each leaves a flag for every reading; nothing is ever removed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from catalog.quality import BaselineTest, FlatClock, FlatLineTest, QualityLimits, RateTest, SpikeTest
from catalog.readings import Flag
from dsp.kernels import quality as kernels
from dsp.quality.kinds import QualityTest
from dsp.quality.words import (
    baseline_words,
    flat_line_words,
    range_words,
    rate_words,
    saturation_words,
    spike_words,
    warm_up_words,
)

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
TestFlags = npt.NDArray[np.uint8]

ENOUGH = 0.75
"""Share of its window a test of days needs to have been seen."""
LOWEST_SHARE = 0.01
_DAY = 86_400_000
_FOR_EVER = float(1 << 62)


_ORDER = {test: place for place, test in enumerate(QualityTest)}


class QualityError(ValueError):
    """Readings that cannot be tested."""


@dataclass(frozen=True, slots=True)
class Readings:
    """One quantity of one kit as it was read.

    Attributes
    ----------
    instants : int64 array, shape (n,)
        Milliseconds UTC, strictly increasing.
    values : float64 array, shape (n,)
        In the quantity's unit; a value that is not finite is missing.
    flags : integer array, shape (n,)
        :class:`catalog.readings.Flag` values the readings came with.
    """

    instants: Instants
    values: Values
    flags: npt.NDArray[np.int8]

    def __post_init__(self) -> None:
        if not self.instants.shape == self.values.shape == self.flags.shape == (self.instants.size,):
            raise QualityError(
                f"{self.instants.shape} instants, {self.values.shape} values and {self.flags.shape} flags;"
                " expected one of each per reading"
            )
        row = kernels.first_out_of_order(self.instants)
        if row >= 0:
            raise QualityError(
                f"instant {self.instants[row]} at row {row} follows {self.instants[row - 1]};"
                " expected instants sorted, each only once"
            )


@dataclass(frozen=True, slots=True)
class Marks:
    """What one test says of every reading.

    Attributes
    ----------
    test : QualityTest
    parameters : str
        As they were, for a person.
    flags : uint8 array, shape (n,)
        1 good, 2 not evaluated, 3 suspect, 4 bad, 9 missing.
    """

    test: QualityTest
    parameters: str
    flags: TestFlags


@dataclass(frozen=True, slots=True)
class Channel:
    """How a channel reports, for the tests that look at time.

    Attributes
    ----------
    period, hold : int
        Nominal period and longest time one reading stands for [ms].
    occupied : int64 array or None
        Working time up to each reading [ms]; None where nobody knows it.
    """

    period: int
    hold: int
    occupied: Instants | None = None


def examine(readings: Readings, limits: QualityLimits, channel: Channel, unit: str = "") -> tuple[Marks, ...]:
    """Every test one series can be put to by itself, in order of their names in :class:`QualityTest`.

    Parameters
    ----------
    readings : Readings
    limits : QualityLimits
        A test without parameters is not made.
    channel : Channel
    unit : str
        Of the values, for the text of the parameters.

    Returns
    -------
    tuple of Marks
        One each for range, spike, flat line, rate, gap, warm-up, saturation and baseline, as far as they apply.

    Notes
    -----
    All windows are times, never counts of readings. What is impossible, was flagged bad or missing, or was taken
    during warm-up says nothing about its neighbours: the other tests pass it over (2).

    - **range**: outside ``fail`` bad, outside ``suspect`` suspect (QARTOD gross range).
    - **spike**: a reading above (or below) both neighbours by more than the threshold, and further than the threshold
      (absolute and relative) and k median absolute deviations from the median of all within the hold time on both
      sides. The neighbours of a spike stay good, and so does a step.
    - **flat line**: the longest stretch without a gap that ends here, in which the values differ by no more than the
      tolerance, lasts T₁ (suspect) or T₂ (bad).
    - **rate**: \\|vᵢ − vⱼ\\| / (tᵢ − tⱼ), j the latest reading at least ``over`` before; not across a gap.
    - **gap**: nothing was heard for longer than the hold time before it.
    - **warm-up**: the first reading, and one after a silence longer than the warm-up, begins it.
    - **baseline**: the lowest percent by time of the last days lies outside its span.

    References
    ----------
    .. [1] US IOOS, Manuals for Real-Time Quality Control of Oceanographic Data (QARTOD): flags and test semantics.
    .. [2] F. R. Hampel, The influence curve and its role in robust estimation, J. Am. Stat. Assoc. 69 (1974) 383-393.

    Examples
    --------
    >>> from catalog.quality import quality_limits
    >>> minutes = 60_000 * np.arange(1, 6)
    >>> co2 = np.array([600.0, 605.0, 1900.0, 610.0, 250.0])
    >>> readings = Readings(minutes, co2, np.ones(5, np.int8))
    >>> for marks in examine(readings, quality_limits("co2"), Channel(60_000, 180_000), "ppm")[:2]:
    ...     print(marks.test, marks.flags, marks.parameters)
    range [1 1 1 1 4] bad outside 300 to 10000 ppm, suspect outside 380 to 5000 ppm
    spike [2 1 3 2 2] 300 ppm from the median within 180 s on both sides
    """
    found = _spans(readings, limits, unit)
    finite = np.isfinite(readings.values)
    usable = (readings.flags != Flag.BAD) & (readings.flags != Flag.MISSING) & (found[0].flags != Flag.BAD) & finite
    if limits.warm_up > 0:
        found.append(_warm_up(readings.instants, limits.warm_up))
        usable &= found[-1].flags != Flag.BAD
    found += _scattered(_between(_only(readings, usable), limits, _at(channel, usable), unit), usable)
    if not finite.all():
        for marks in found:
            marks.flags[~finite] = Flag.MISSING
    return tuple(sorted(found, key=lambda marks: _ORDER[marks.test]))


def combine(flags: npt.NDArray[np.int8], marks: Iterable[Marks]) -> npt.NDArray[np.int8]:
    """The one flag a reading goes on with: the worst of its own and of all tests.

    Parameters
    ----------
    flags : int8 array, shape (n,)
        As the readings came; none gets better.
    marks : iterable of Marks

    Returns
    -------
    int8 array, shape (n,)
        3 and 4 of a test count; 1 and 2 change nothing; what is missing (9) stays missing.
    """
    worst = flags.astype(np.uint8)
    for one in marks:
        kernels.worst(one.flags, worst)
    return worst.astype(np.int8)


def spikes(readings: Readings, test: SpikeTest, reach: int) -> TestFlags:
    """Readings that stand alone, 3; 2 where there is no neighbour within ``reach`` [ms] on both sides.

    Examples
    --------
    >>> minutes = np.arange(8) * 60_000
    >>> values = np.array([10, 12, 999.99, 13, 15, 40, 9, 9])
    >>> spikes(Readings(minutes, values, np.ones(8, np.int8)), SpikeTest(25), 60_000).tolist()
    [2, 1, 3, 1, 1, 1, 1, 2]
    """
    flags = np.empty(readings.instants.size, np.uint8)
    t, v = readings.instants, readings.values
    most = kernels.spike_candidates(t, v, reach, test.threshold, flags)
    if most:
        kernels.confirm_spikes(t, v, reach, test.threshold, test.relative, test.deviations, np.empty(most), flags)
    return flags


def flat_lines(readings: Readings, test: FlatLineTest, hold: int, clock: Instants | None = None) -> TestFlags:
    """Readings at the end of a flat stretch of ``suspect_after`` (3) or ``fail_after`` (4).

    Parameters
    ----------
    hold : int
        A longer gap ends a stretch [ms].
    clock : int64 array, optional
        Time that counts, up to each reading [ms]; the instants themselves unless given.
    """
    size = readings.instants.size
    flags = np.empty(size, np.uint8)
    kernels.flat_line_flags(
        readings.instants,
        readings.instants if clock is None else clock,
        readings.values,
        hold,
        test.tolerance,
        test.relative,
        test.floor,
        test.ceiling,
        min(1000 * test.suspect_after, _FOR_EVER),
        min(1000 * test.fail_after, _FOR_EVER),
        np.empty(size),
        np.empty(size),
        flags,
    )
    return flags


def rates(readings: Readings, test: RateTest, hold: int) -> TestFlags:
    """Readings that changed faster than they may, 3; 2 after a gap longer than ``hold`` [ms]."""
    flags = np.empty(readings.instants.size, np.uint8)
    over = round(1000 * test.over)
    kernels.rate_flags(readings.instants, readings.values, hold, over, test.per_minute / 60_000, flags)
    return flags


def gaps(readings: Readings, hold: int) -> TestFlags:
    """Readings before which nothing was heard for longer than ``hold`` [ms], 3."""
    flags = np.empty(readings.instants.size, np.uint8)
    kernels.gap_flags(readings.instants, hold, flags)
    return flags


def baselines(readings: Readings, test: BaselineTest, period: int, hold: int) -> TestFlags:
    """Readings at the end of days whose lowest percent lies outside the span, 3; 2 before so many days were seen."""
    flags = np.empty(readings.instants.size, np.uint8)
    span = round(test.days * _DAY)
    kernels.baseline_flags(
        readings.instants, readings.values, period, hold, test.low, test.high, span, LOWEST_SHARE, ENOUGH, flags
    )
    return flags


def _spans(readings: Readings, limits: QualityLimits, unit: str) -> list[Marks]:
    """Range, and saturation where somebody knows when."""
    size = readings.values.size
    span, saturated = np.empty(size, np.uint8), np.empty(size, np.uint8)
    fail, inner = limits.fail, limits.suspect or limits.fail
    top = np.inf if limits.saturation is None else limits.saturation
    kernels.span_flags(readings.values, fail.low, fail.high, inner.low, inner.high, top, span, saturated)
    found = [Marks(QualityTest.RANGE, range_words(limits, unit), span)]
    if limits.saturation is not None:
        found.append(Marks(QualityTest.SATURATION, saturation_words(top, unit), saturated))
    return found


def _between(readings: Readings, limits: QualityLimits, channel: Channel, unit: str) -> list[Marks]:
    """The tests that compare readings with each other; all readings are usable."""
    found = []
    hold = channel.hold
    if limits.spike:
        flags = spikes(readings, limits.spike, hold)
        found.append(Marks(QualityTest.SPIKE, spike_words(limits.spike, hold, unit), flags))
    if limits.flat_line and (limits.flat_line.clock is FlatClock.ALWAYS or channel.occupied is not None):
        clock = channel.occupied if limits.flat_line.clock is FlatClock.OCCUPIED else None
        flags = flat_lines(readings, limits.flat_line, hold, clock)
        found.append(Marks(QualityTest.FLAT_LINE, flat_line_words(limits.flat_line, unit), flags))
    found.append(Marks(QualityTest.GAP, f"nothing for more than {hold / 1000:g} s", gaps(readings, hold)))
    if limits.rate:
        found.append(Marks(QualityTest.RATE, rate_words(limits.rate, unit), rates(readings, limits.rate, hold)))
    if limits.baseline:
        flags = baselines(readings, limits.baseline, channel.period, hold)
        found.append(Marks(QualityTest.BASELINE, baseline_words(limits.baseline, unit), flags))
    return found


def _warm_up(instants: Instants, seconds: float) -> Marks:
    """A sensor is switched on with its first reading, and anew after a silence longer than it takes to warm up."""
    flags = np.full(instants.size, Flag.GOOD, np.uint8)
    if instants.size:
        begins = np.flatnonzero(np.diff(instants, prepend=instants[0]) > 1000 * seconds)
        begins = np.concatenate([[0], begins])
        for begin, warm in zip(begins, np.searchsorted(instants, instants[begins] + 1000 * seconds), strict=True):
            flags[begin:warm] = Flag.BAD
    return Marks(QualityTest.WARM_UP, warm_up_words(seconds), flags)


def _only(readings: Readings, usable: npt.NDArray[np.bool_]) -> Readings:
    if usable.all():
        return readings
    return Readings(readings.instants[usable], readings.values[usable], readings.flags[usable])


def _at(channel: Channel, usable: npt.NDArray[np.bool_]) -> Channel:
    if channel.occupied is None or usable.all():
        return channel
    return replace(channel, occupied=channel.occupied[usable])


def _scattered(found: list[Marks], usable: npt.NDArray[np.bool_]) -> list[Marks]:
    """Marks of the usable readings as marks of all: the others are not evaluated."""
    if usable.all():
        return found
    out = []
    for marks in found:
        flags = np.full(usable.size, Flag.NOT_EVALUATED, np.uint8)
        flags[usable] = marks.flags
        out.append(replace(marks, flags=flags))
    return out
