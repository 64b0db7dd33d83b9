"""Columns of the measures that one pass over each window gives: means, percentiles, extremes, times."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.quantities import Averaging
from dsp import uncertainty
from dsp.batch import Summaries, Windows, side_variances, summarise, times_beyond
from dsp.columns import Column
from dsp.exposure import Measure
from dsp.levels import energy, level_of
from dsp.measures import ABOVE_PERCENT, PERCENTILES
from dsp.series import Series, Values
from dsp.subject import Direction, Subject, Threshold
from dsp.uncertainty import Parts
from dsp.windows import EIGHT_HOURS

_P95 = PERCENTILES.index(Measure.P95)


def in_unit(averaging: Averaging, signal: Values) -> Values:
    """Signals in the quantity's unit: levels of energies, one scalar logarithm at a time (the same bits anywhere)."""
    if averaging is Averaging.ARITHMETIC:
        return signal
    return np.array([level_of(each) for each in signal.tolist()], dtype=np.float64)


def as_signal(averaging: Averaging, values: Values) -> Values:
    """Values as they are integrated: energies of levels; 0 for NaN, where nothing was measured to fill gaps with."""
    known = np.where(np.isnan(values), 0.0, values)
    if averaging is Averaging.ARITHMETIC:
        return known
    return np.array([energy(each) for each in known.tolist()], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured in a set of windows, and the columns made of it.

    Attributes
    ----------
    enough : bool array, shape (windows,)
        Coverage is at least the minimum.
    high_fill : float64 array, shape (windows,)
        Signal of the 95th percentile of the valid time; 0 where nothing was measured.
    below_zero : bool array, shape (windows,)
        An arithmetic quantity went below zero: zero is no lower bound for missing time.
    """

    subject: Subject
    series: Series
    windows: Windows
    summaries: Summaries
    coverage: Values
    suspect: Values
    enough: npt.NDArray[np.bool_]
    high_fill: Values
    below_zero: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, subject: Subject, series: Series, windows: Windows, minimum: float) -> "Measured":
        """Measure the windows."""
        summaries = summarise(series, windows, ABOVE_PERCENT)
        valid, lengths = summaries.valid, windows.lengths
        return cls(
            subject=subject,
            series=series,
            windows=windows,
            summaries=summaries,
            coverage=valid / np.maximum(lengths, 1),
            suspect=summaries.suspected / np.maximum(valid, 1),
            enough=(valid > 0) & (valid >= minimum * lengths),
            high_fill=as_signal(series.averaging, summaries.percentiles[:, _P95]),
            below_zero=is_below_zero(series, summaries.lowest),
        )

    def columns(self, measure: Measure, thresholds: Sequence[Threshold]) -> list[Column]:
        """The column of a measure; for times above or below, one for each threshold of that direction."""
        if measure in (Measure.MEAN, Measure.LEQ):
            return [self._mean(measure)]
        if measure is Measure.TWA_8H:
            return [self._twa_8h()]
        if measure is Measure.LEX_8H:
            return [self._lex_8h()]
        if measure in PERCENTILES:
            return [self._percentile(measure)]
        if measure is Measure.NOISE_CLIMATE:
            return [self._noise_climate()]
        if measure in (Measure.PEAK, Measure.MINIMUM):
            return [self._extreme(measure)]
        direction: Direction = "above" if measure is Measure.TIME_ABOVE else "below"
        return [self._time(measure, each) for each in thresholds if each.direction == direction]

    def _column(self, measure: Measure, value: Values, low: Values, high: Values, parts: Parts) -> Column:
        unit = self.subject.quantity.unit
        column = Column(measure, unit, value, self.coverage, low, high, parts, self.suspect)
        return column.only_where(self.enough)

    def _mean(self, measure: Measure) -> Column:
        total, valid, lengths = self.summaries.integral, self.summaries.valid, self.windows.lengths
        averaging = self.series.averaging
        with np.errstate(invalid="ignore", divide="ignore"):
            value = in_unit(averaging, total / valid)
            low = in_unit(averaging, total / lengths)
            high = in_unit(averaging, (total + self.high_fill * (lengths - valid)) / lengths)
        blocks = uncertainty.blocks_of(lengths)
        parts = uncertainty.of_means(self.subject, self.series, self.windows, self.summaries, blocks, value)
        low = np.where((valid == 0) | self.below_zero & (valid < lengths), np.nan, low)
        return self._column(measure, value, low, np.where(valid == 0, np.nan, high), parts)

    def _twa_8h(self) -> Column:
        mean = self._mean(Measure.MEAN)
        factor = self.windows.lengths / EIGHT_HOURS
        return self._column(
            Measure.TWA_8H, mean.value * factor, mean.low * factor, mean.high * factor, mean.parts.scaled(factor)
        )

    def _lex_8h(self) -> Column:
        leq = self._mean(Measure.LEQ)
        shift = in_unit(Averaging.ENERGETIC, self.windows.lengths / EIGHT_HOURS)
        return self._column(Measure.LEX_8H, leq.value + shift, leq.low + shift, leq.high + shift, leq.parts)

    def _percentile(self, measure: Measure) -> Column:
        value = self.summaries.percentiles[:, PERCENTILES.index(measure)]
        none = np.full_like(value, np.nan)
        return self._column(measure, value, none, none, uncertainty.of_readings(self.subject, self.windows, value))

    def _noise_climate(self) -> Column:
        """L10 − L90: what moves all levels together, the microphone and its place, cancels out of the difference."""
        value = self._percentile(Measure.P90).value - self._percentile(Measure.P10).value
        none = np.full_like(value, np.nan)
        parts = uncertainty.of_differences(self.subject, value)
        column = Column(Measure.NOISE_CLIMATE, "dB", value, self.coverage, none, none, parts, self.suspect)
        return column.only_where(self.enough)

    def _extreme(self, measure: Measure) -> Column:
        value = self.summaries.highest if measure is Measure.PEAK else self.summaries.lowest
        unseen = np.where(self.summaries.valid < self.windows.lengths, np.nan, value)
        low, high = (value, unseen) if measure is Measure.PEAK else (unseen, value)
        return self._column(measure, value, low, high, uncertainty.of_readings(self.subject, self.windows, value))

    def _time(self, measure: Measure, threshold: Threshold) -> Column:
        subject, limit = self.subject, threshold.value
        u_p = subject.place.at(limit)
        times = np.empty((len(self.windows), 5))
        # windows of one instrument uncertainty together: all of them, unless a calibration grows old or is renewed
        u_instrument = uncertainty.of_instrument(subject, self.windows, np.full(len(self.windows), limit))
        for u_s in np.unique(u_instrument).tolist():
            chosen = np.flatnonzero(u_instrument == u_s)
            limits = (limit, limit - u_s, limit + u_s, limit - u_p, limit + u_p)
            windows = self.windows if chosen.size == len(self.windows) else self.windows.only(chosen)
            times[chosen] = times_beyond(self.series, windows, threshold.direction, limits) / 1000.0
        sides = side_variances(self.series, self.windows, limit, subject.repeatability.at(limit)) / 1e6
        missing = (self.windows.lengths - self.summaries.valid) / 1000.0
        seen = self.summaries.valid > 0
        value = np.where(seen, times[:, 0], np.nan)
        parts = uncertainty.of_times(times[:, 1] - times[:, 2], times[:, 3] - times[:, 4], sides, missing)
        column = Column(
            measure, "s", value, self.coverage, value, value + missing, parts, self.suspect, threshold=limit
        )
        return column.only_where(self.enough)


def is_below_zero(series: Series, lowest: Values) -> npt.NDArray[np.bool_]:
    """Where an arithmetic quantity went below zero (an energy never does)."""
    if series.averaging is Averaging.ENERGETIC:
        return np.zeros(lowest.size, np.bool_)
    return lowest < 0.0
