"""Rolling means: the exact supremum (or infimum) over every position of a window."""

import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.batch import WindowError, Windows, lay_out, readings_after, sign_of
from dsp.kernels import rolling as kernels
from dsp.levels import level_of
from dsp.segments import Search, candidates, cut, shared
from dsp.series import Instants, Series, Values
from dsp.subject import Direction

MINIMUM_COVERAGE = 0.75
"""Share of a window that readings must stand for (exposure-semantics, section 2)."""

SEGMENT = 1 << 17
"""Readings of a segment: sums start afresh there, whatever the number of threads."""


@dataclass(frozen=True, slots=True)
class Extremes:
    """Extreme rolling means of many windows; arrays of shape (windows,).

    Attributes
    ----------
    signal : float64 array
        Extreme mean over positions with enough coverage (energies for levels); NaN where there is none.
    at_end : int64 array
        End of the position that has it, milliseconds UTC; meaningless where ``signal`` is NaN.
    valid : int64 array
        Valid time of that position [ms].
    low, high : float64 array
        The same extreme over all positions with missing time at zero, and at a fill value; NaN without position.
    most : int64 array
        Longest valid time of any position [ms].
    """

    signal: Values
    at_end: Instants
    valid: Instants
    low: Values
    high: Values
    most: Instants

    def part(self, chosen: slice) -> "Extremes":
        """Views of some of them."""
        return Extremes(
            self.signal[chosen],
            self.at_end[chosen],
            self.valid[chosen],
            self.low[chosen],
            self.high[chosen],
            self.most[chosen],
        )


@dataclass(frozen=True, slots=True)
class RollingMean:
    """An extreme rolling mean and where it is.

    Attributes
    ----------
    value : float
        In the quantity's unit.
    start, end : int
        Position (start, end] of the window, milliseconds UTC.
    coverage : float
        Valid time over the window's width [1].
    """

    value: float
    start: int
    end: int
    coverage: float


def extremes(
    series: Series,
    windows: Windows,
    direction: Direction,
    width: int,
    minimum_coverage: float,
    opened: npt.NDArray[np.bool_],
    fills: Values,
) -> Extremes:
    """Extreme rolling means of many windows at once.

    Parameters
    ----------
    series : Series
    windows : Windows
        Positions lie wholly inside one piece of their window.
    direction : {"above", "below"}
        Supremum, or infimum for what grows worse downwards.
    width : int
        Of the rolling window [ms].
    minimum_coverage : float
        Share of the width that must be valid [1].
    opened : bool array, shape (windows,)
        True where the first position of the window is only the limit of those after it.
    fills : float64 array, shape (windows,)
        Signal that missing time is set to for ``high``.

    Notes
    -----
    With front edge p and width W, I(p) = ∫ signal over (p − W, p] and V(p), its valid time, are linear between two
    events (an edge of the window meets an edge of a step or of a gap). I/V is then a quotient of two linear functions:
    its derivative has one sign, so it is monotonic, and its supremum over the positions with V ≥ minimum is reached
    at an event, at the first or last position, or where V crosses the minimum. The crossing is solved exactly (it may
    fall between two milliseconds; the position is then given at the millisecond on the side that has coverage). The
    bounds ``low`` = I/W and ``high`` = (I + fill·(W − V))/W are linear, so events are enough.

    I(p) is summed from the start of the piece with error-free additions of whole steps, plus the two steps the edges
    cut, so the result depends to the bit only on steps that intersect the piece; its relative error is at most
    6u + O(n·u²), u = 2⁻⁵³, of ∫ |signal| over the longest of window and step at either edge, for any length of series.

    Where a piece has more than :data:`SEGMENT` readings, bounds first tell where extremes may be
    (:func:`dsp.segments.candidates`), in segments of so many readings shared by as many threads as there are
    processors; only those stretches are evaluated, each with sums of its own. Where they begin depends on the readings
    of the window alone, so the result is the same to the bit for any number of threads.
    """
    least = float(minimum_coverage * width)
    firsts, lasts = readings_after(series, windows.starts), readings_after(series, windows.ends)
    if (lasts - firsts).max(initial=0) <= SEGMENT:
        out = _room_for(len(windows))
        _run(series, direction, width, least, windows, opened, fills, out)
        return out
    search = Search(series, direction, width, least, fills, processors())
    found = candidates(search, cut(series, windows, width, SEGMENT))
    parts = found.segments
    apart = _room_for(len(parts))
    opened = opened[parts.owners] & parts.begins
    fills = fills[parts.owners]

    def run(chosen: slice) -> None:
        laid = parts.part(chosen).windows
        _run(series, direction, width, least, laid, opened[chosen], fills[chosen], apart.part(chosen))

    shared(search.threads, len(parts), run)
    out = _joined(apart, parts.owners, len(windows), sign_of(direction))
    np.maximum.at(out.most, found.owners, found.most)
    return out


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _joined(apart: Extremes, owners: Instants, count: int, sign: float) -> Extremes:
    """Extremes of windows from those of their segments, the first of equals."""
    out = _room_for(count)
    out.most[:] = out.at_end[:] = out.valid[:] = 0
    out.signal[:] = out.low[:] = out.high[:] = np.nan
    np.maximum.at(out.most, owners, apart.most)
    first = _first_of_largest(sign * apart.signal, owners)
    out.signal[owners[first]] = apart.signal[first]
    out.at_end[owners[first]] = apart.at_end[first]
    out.valid[owners[first]] = apart.valid[first]
    for joined, each in ((out.low, apart.low), (out.high, apart.high)):
        first = _first_of_largest(sign * each, owners)
        joined[owners[first]] = each[first]
    return out


def _first_of_largest(values: Values, owners: Instants) -> Instants:
    """Where the largest value of each owner is, the first of equals; nowhere for an owner that has only NaN."""
    there = np.flatnonzero(~np.isnan(values))
    order = there[np.lexsort((there, -values[there], owners[there]))]
    return order[np.unique(owners[order], return_index=True)[1]]


def _room_for(count: int) -> Extremes:
    return Extremes(
        signal=np.empty(count),
        at_end=np.empty(count, np.int64),
        valid=np.empty(count, np.int64),
        low=np.empty(count),
        high=np.empty(count),
        most=np.empty(count, np.int64),
    )


def _run(
    series: Series,
    direction: Direction,
    width: int,
    least: float,
    windows: Windows,
    opened: npt.NDArray[np.bool_],
    fills: Values,
    out: Extremes,
) -> None:
    kernels.extremes(
        series.instants,
        series.weights,
        series.signal,
        sign_of(direction),
        int(width),
        least,
        readings_after(series, windows.starts),
        readings_after(series, windows.ends),
        windows.starts,
        windows.ends,
        windows.offsets,
        opened,
        fills,
        out.signal,
        out.at_end,
        out.valid,
        out.low,
        out.high,
        out.most,
    )


def rolling_maximum(
    series: Series, width_s: float, window: Interval, minimum_coverage: float = MINIMUM_COVERAGE
) -> RollingMean | None:
    """Highest mean over any position of a rolling window inside a shift.

    Parameters
    ----------
    series : Series
        Levels roll as energy.
    width_s : float
        Width of the rolling window [s], e.g. 900 for a STEL.
    window : Interval
        (start, end] the rolling window must lie wholly inside, milliseconds UTC.
    minimum_coverage : float
        Share of the width that must be valid [1]; positions with less are passed over.

    Returns
    -------
    RollingMean or None
        None where no position has enough coverage, or the window is shorter than ``width_s``.

    Raises
    ------
    WindowError
        The width is under a millisecond, or the minimum coverage not a share.

    Notes
    -----
    The exact supremum over every position, not only over those that end at a reading; see :func:`extremes`.

    References
    ----------
    exposure-semantics, section 3.

    Examples
    --------
    >>> from dsp.series import build
    >>> minutes = [60_000 * (i + 1) for i in range(60)]
    >>> values = [90.0 if 20 <= i < 35 else 10.0 for i in range(60)]
    >>> series = build(minutes, values, [1] * 60, 60, 180, Averaging.ARITHMETIC)
    >>> rolling_maximum(series, 900, Interval(0, 3_600_000))
    RollingMean(value=90.0, start=1200000, end=2100000, coverage=1.0)
    """
    return _extreme(series, "above", width_s, window, minimum_coverage)


def rolling_minimum(
    series: Series, width_s: float, window: Interval, minimum_coverage: float = MINIMUM_COVERAGE
) -> RollingMean | None:
    """Lowest mean over any position of a rolling window; the mirror of :func:`rolling_maximum`, for lower limits.

    Examples
    --------
    >>> from dsp.series import build
    >>> series = build([60_000, 120_000], [200.0, 100.0], [1, 1], 60, 180, Averaging.ARITHMETIC)
    >>> rolling_minimum(series, 60, Interval(0, 120_000))
    RollingMean(value=100.0, start=60000, end=120000, coverage=1.0)
    """
    return _extreme(series, "below", width_s, window, minimum_coverage)


def _extreme(
    series: Series, direction: Direction, width_s: float, window: Interval, minimum_coverage: float
) -> RollingMean | None:
    if not (width_s >= 0.001 and 0.0 <= minimum_coverage <= 1.0):
        raise WindowError(f"width {width_s} s, minimum coverage {minimum_coverage}; expected ≥ 0.001 s, and 0 to 1")
    width = round(width_s * 1000.0)
    found = extremes(
        series, lay_out([(window,)]), direction, width, minimum_coverage, np.zeros(1, np.bool_), np.zeros(1)
    )
    signal = found.signal.item()
    if np.isnan(signal):
        return None
    value = signal if series.averaging is Averaging.ARITHMETIC else level_of(signal)
    end = found.at_end.item()
    return RollingMean(value, end - width, end, found.valid.item() / width)
