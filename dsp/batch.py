"""Many windows at once: how they are laid out for the kernels, and what the kernels find in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from catalog.schedule import Interval
from dsp.kernels import windows as kernels
from dsp.series import Instants, Series, Values
from dsp.subject import Direction


class WindowError(ValueError):
    """A window that is no stretch of time, or a measure that does not fit the series."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Many windows, each of one or more pieces, as kernels take them.

    Attributes
    ----------
    starts, ends : int64 array, shape (pieces,)
        Milliseconds UTC of each piece (start, end].
    offsets : int64 array, shape (windows + 1,)
        Window *w* has the pieces offsets[w] … offsets[w+1] − 1.
    lengths : int64 array, shape (windows,)
        Summed length of the pieces [ms].
    """

    starts: Instants
    ends: Instants
    offsets: Instants
    lengths: Instants

    def __len__(self) -> int:
        return int(self.lengths.size)

    @property
    def begins(self) -> Instants:
        """Start of the first piece of each window; meaningless for one without pieces."""
        return np.append(self.starts, 0)[self.offsets[:-1]]

    @property
    def finishes(self) -> Instants:
        """End of the last piece of each window; meaningless for one without pieces."""
        return np.append(self.ends, 0)[self.offsets[1:] - 1]

    def only(self, chosen: Instants) -> "Windows":
        """The windows of these numbers, in that order."""
        counts = self.offsets[chosen + 1] - self.offsets[chosen]
        offsets = np.append(0, np.cumsum(counts))
        pieces = np.repeat(self.offsets[chosen] - offsets[:-1], counts) + np.arange(offsets[-1])
        return Windows(self.starts[pieces], self.ends[pieces], offsets, self.lengths[chosen])

    @property
    def pieces(self) -> int:
        """How many pieces all windows have."""
        return int(self.starts.size)


@dataclass(frozen=True, slots=True)
class Spans:
    """How much of each of many windows was seen, and between which values; arrays of shape (windows,).

    Attributes
    ----------
    valid : int64 array
        Time that readings stand for [ms].
    lowest, highest : float64 array
        Extremes of the values, in the quantity's unit; NaN where nothing was measured.
    """

    valid: Instants
    lowest: Values
    highest: Values

    def where(self, these: Instants) -> "Spans":
        """Those of the windows with these numbers."""
        return Spans(self.valid[these], self.lowest[these], self.highest[these])


@dataclass(frozen=True, slots=True)
class Summaries:
    """What was measured in each of many windows; arrays of shape (windows,) unless said otherwise.

    Attributes
    ----------
    valid, suspected : int64 array
        Time that readings stand for, and that suspect ones stand for [ms].
    integral : float64 array
        ∫ signal dt over valid time [signal·ms].
    squared_time, squared_signal : float64 array
        Σ wᵢ² [ms²] and Σ (wᵢ·signalᵢ)² [(signal·ms)²].
    lowest, highest : float64 array
        Extremes of the values, in the quantity's unit; NaN where nothing was measured.
    percentiles : float64 array, shape (windows, n)
        One column for each share asked for; NaN where nothing was measured.
    """

    valid: Instants
    suspected: Instants
    integral: Values
    squared_time: Values
    squared_signal: Values
    lowest: Values
    highest: Values
    percentiles: Values


def lay_out(windows: Sequence[Sequence[Interval]]) -> Windows:
    """Put windows side by side for the kernels.

    Parameters
    ----------
    windows : sequence of sequence of Interval
        The pieces of each window in order; they must not overlap. A window may have none.

    Raises
    ------
    WindowError
        A piece ends before it starts, or starts before the piece before it ends.
    """
    for pieces in windows:
        known = None
        for piece in pieces:
            if piece.end < piece.start or (known is not None and piece.start < known):
                raise WindowError(f"piece ({piece.start}, {piece.end}]: expected pieces in order and apart")
            known = piece.end
    flat = [piece for pieces in windows for piece in pieces]
    starts = np.array([piece.start for piece in flat], dtype=np.int64)
    ends = np.array([piece.end for piece in flat], dtype=np.int64)
    offsets = np.zeros(len(windows) + 1, dtype=np.int64)
    offsets[1:] = np.cumsum(np.array([len(pieces) for pieces in windows], dtype=np.int64))
    lengths = np.array([sum(piece.length for piece in pieces) for pieces in windows], dtype=np.int64)
    return Windows(starts, ends, offsets, lengths)


def summarise(series: Series, windows: Windows, above_percent: Sequence[int] = ()) -> Summaries:
    """Sums, extremes and percentiles of many windows, one pass over the steps of each for the sums.

    Parameters
    ----------
    series : Series
    windows : Windows
    above_percent : sequence of int
        For each percentile wanted, the share of the valid time the signal may be above it [%], falling:
        ``(95, 5)`` gives p5 and p95.

    Returns
    -------
    Summaries

    Notes
    -----
    A window's numbers are made of the steps that intersect it and of nothing else, in their order, so they are the
    same to the bit whatever else the series holds. ∫ signal dt is summed with error-free additions: its relative
    error is at most 2u + O(n·u²), u = 2⁻⁵³, of ∫ |signal| dt, however long the window.
    """
    count = len(windows)
    out = Summaries(
        valid=np.empty(count, np.int64),
        suspected=np.empty(count, np.int64),
        integral=np.empty(count),
        squared_time=np.empty(count),
        squared_signal=np.empty(count),
        lowest=np.empty(count),
        highest=np.empty(count),
        percentiles=np.empty((count, 0)),
    )
    kernels.summarise(
        series.instants,
        series.weights,
        series.values,
        series.signal,
        series.suspect,
        readings_after(series, windows.starts),
        readings_after(series, windows.ends),
        windows.starts,
        windows.ends,
        windows.offsets,
        out.valid,
        out.suspected,
        out.integral,
        out.squared_time,
        out.squared_signal,
        out.lowest,
        out.highest,
    )
    if above_percent:
        spans = Spans(out.valid, out.lowest, out.highest)
        return replace(out, percentiles=order_statistics(series, windows, spans, above_percent))
    return out


def spans_of(series: Series, windows: Windows) -> Spans:
    """Valid time and extremes of many windows, where nothing else is wanted of them."""
    count = len(windows)
    out = Spans(np.empty(count, np.int64), np.empty(count), np.empty(count))
    kernels.spans(
        series.instants,
        series.weights,
        series.values,
        readings_after(series, windows.starts),
        readings_after(series, windows.ends),
        windows.starts,
        windows.ends,
        windows.offsets,
        out.valid,
        out.lowest,
        out.highest,
    )
    return out


def order_statistics(series: Series, windows: Windows, spans: Spans, above_percent: Sequence[int]) -> Values:
    """Percentiles weighted by time, float64 array of shape (windows, shares); NaN where nothing was measured.

    Parameters
    ----------
    spans : Spans
        Of the same windows.
    above_percent : sequence of int
        As for :func:`summarise`.

    Notes
    -----
    The smallest value the signal is above for at most n % of the valid time: values are counted into bins weighted by
    whole milliseconds, then selected from the bin that holds the answer, so it is one of the values, exactly.
    """
    room = len(series) + windows.pieces
    out = np.empty((len(windows), len(above_percent)))
    kernels.percentiles(
        series.instants,
        series.weights,
        series.values,
        readings_after(series, windows.starts),
        readings_after(series, windows.ends),
        windows.starts,
        windows.ends,
        windows.offsets,
        spans.valid,
        spans.lowest,
        spans.highest,
        np.array(above_percent, dtype=np.int64),
        np.empty(room, np.int32),
        np.empty(2 * room),
        np.empty(2 * room, np.int64),
        out,
    )
    return out


def block_variances(series: Series, windows: Windows, widths: Instants, gappy: npt.NDArray[np.bool_]) -> Values:
    """s_b²/n_b of each window with gaps, in signal²; 0 for windows without (exposure-semantics, section 4).

    Parameters
    ----------
    widths : int64 array, shape (windows,)
        Length of a block [ms]; blocks run from the start of the window's first piece.
    gappy : bool array, shape (windows,)
    """
    out = np.empty(len(windows))
    kernels.block_variance(
        series.instants,
        series.weights,
        series.signal,
        readings_after(series, windows.starts),
        windows.starts,
        windows.ends,
        windows.offsets,
        widths,
        gappy,
        out,
    )
    return out


def times_beyond(series: Series, windows: Windows, direction: Direction, limits: Sequence[float]) -> Instants:
    """Time [ms] above (or below) each limit in each window, shape (windows, limits); time at a limit does not count."""
    out = np.empty((len(windows), len(limits)), np.int64)
    kernels.time_beyond(
        series.instants,
        series.weights,
        series.values,
        readings_after(series, windows.starts),
        windows.starts,
        windows.ends,
        windows.offsets,
        sign_of(direction),
        np.array(limits, dtype=np.float64),
        out,
    )
    return out


def side_variances(series: Series, windows: Windows, limit: float, spread: float) -> Values:
    """Variance [ms²] of the time beyond ``limit`` when single readings scatter by ``spread`` (standard deviation)."""
    out = np.empty(len(windows))
    kernels.side_variance(
        series.instants,
        series.weights,
        series.values,
        readings_after(series, windows.starts),
        windows.starts,
        windows.ends,
        windows.offsets,
        float(limit),
        float(spread),
        out,
    )
    return out


def readings_after(series: Series, instants: Instants) -> Instants:
    """Index of the first reading later than each instant (the length of the series where there is none)."""
    return series.instants.searchsorted(instants, side="right").astype(np.int64, copy=False)


def sign_of(direction: Direction) -> float:
    """1 for what grows worse upwards, −1 for what grows worse downwards."""
    return 1.0 if direction == "above" else -1.0
