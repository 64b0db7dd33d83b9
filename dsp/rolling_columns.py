"""Columns of rolling measures: the positions a window may take, its extreme mean, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.schedule import Interval
from dsp import uncertainty
from dsp.batch import Windows, lay_out, order_statistics, spans_of, summarise
from dsp.columns import Column
from dsp.exposure import Measure
from dsp.measures import ROLLING
from dsp.rolling import extremes
from dsp.series import Series, Values
from dsp.subject import Subject
from dsp.window_columns import as_signal, in_unit, is_below_zero


@dataclass(frozen=True, slots=True)
class Positions:
    """Where rolling windows may lie, and what missing time is filled with for the bounds.

    Attributes
    ----------
    windows : Windows
        A rolling window lies wholly inside one piece.
    opened : bool array, shape (windows,)
        The first position is only the limit of those after it.
    high_fill : float64 array, shape (windows,)
        Signal of the 95th percentile of the valid time.
    below_zero : bool array, shape (windows,)
        Zero is no lower bound for missing time.
    """

    windows: Windows
    opened: npt.NDArray[np.bool_]
    high_fill: Values
    below_zero: npt.NDArray[np.bool_]

    @classmethod
    def ending_in(cls, days: Sequence[Interval], deployed: Interval, width: int, series: Series) -> "Positions":
        """Windows of ``width`` ms inside the deployment that end in each local day (00:00, 24:00]."""
        pieces: list[tuple[Interval, ...]] = []
        opened = np.zeros(len(days), np.bool_)
        for k, day in enumerate(days):
            first = max(day.start, deployed.start + width)
            last = min(day.end, deployed.end)
            # a window that ends at 00:00 belongs to the day before
            opened[k] = first == day.start
            none = first > last or last == day.start
            pieces.append(() if none else (Interval(first - width, last),))
        windows = lay_out(pieces)
        spans = spans_of(series, windows)
        high_fill = np.zeros(len(windows))
        gappy = np.flatnonzero((spans.valid < windows.lengths) & (spans.valid > 0))
        if gappy.size:
            p95 = order_statistics(series, windows.only(gappy), spans.where(gappy), (5,))
            high_fill[gappy] = as_signal(series.averaging, p95[:, 0])
        return cls(windows, opened, high_fill, is_below_zero(series, spans.lowest))


def rolling_column(subject: Subject, series: Series, positions: Positions, measure: Measure, minimum: float) -> Column:
    """The extreme rolling mean of each window; ``coverage``, ``suspect`` and uncertainty are those of its position."""
    rolling = ROLLING[measure]
    width = rolling.width
    windows = positions.windows
    found = extremes(series, windows, rolling.direction, width, minimum, positions.opened, positions.high_fill)
    value = in_unit(series.averaging, found.signal)
    there = ~np.isnan(value)
    seen = found.most > 0
    ends = np.where(there, found.at_end, 0)
    best = Windows(
        starts=np.where(there, ends - width, 0),
        ends=ends,
        offsets=np.arange(len(windows) + 1, dtype=np.int64),
        lengths=np.full(len(windows), width, np.int64),
    )
    summaries = summarise(series, best)
    thirds = np.full(len(windows), max(width // 3, 1), np.int64)
    bounded = seen & ~(positions.below_zero & (found.low != found.high))
    return Column(
        measure=measure,
        unit=subject.quantity.unit,
        value=value,
        coverage=np.where(there, found.valid, found.most) / width,
        low=np.where(bounded, in_unit(series.averaging, found.low), np.nan),
        high=np.where(seen, in_unit(series.averaging, found.high), np.nan),
        parts=uncertainty.of_means(subject, series, best, summaries, thirds, value),
        suspect=summaries.suspected / np.maximum(summaries.valid, 1),
        at_end=ends,
        width=width,
    )
