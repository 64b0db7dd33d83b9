"""Long pieces of rolling windows in segments: cut for threads to share, and left out where bounds allow it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from dsp.batch import Windows, readings_after, sign_of
from dsp.kernels import screening
from dsp.series import Instants, Series, Values
from dsp.subject import Direction

BLOCK = 16
"""Readings the front edge passes in a block of positions that is left out or kept as one."""
SAMPLE = 16
"""One in so many segments of a window is looked at first: what they reach lets more of the others be left out."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Segments:
    """Positions of many windows in segments, each laid out as a window of one piece; arrays of shape (segments,).

    Attributes
    ----------
    starts, ends : int64 array
        Milliseconds UTC.
    owners : int64 array
        Number of the window each belongs to, ascending.
    begins : bool array
        Whether it is the first of its piece.
    whole : bool array
        Whether its piece is short enough to be evaluated as one, whatever other windows are looked at beside it.
    """

    starts: Instants
    ends: Instants
    owners: Instants
    begins: npt.NDArray[np.bool_]
    whole: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return int(self.starts.size)

    def part(self, chosen: slice) -> "Segments":
        """Some of them."""
        return Segments(
            self.starts[chosen], self.ends[chosen], self.owners[chosen], self.begins[chosen], self.whole[chosen]
        )

    def where(self, these: npt.NDArray[np.bool_]) -> "Segments":
        """Those that are true."""
        return Segments(self.starts[these], self.ends[these], self.owners[these], self.begins[these], self.whole[these])

    @property
    def places(self) -> Instants:
        """Place of each among the segments of its own window, from 0."""
        return np.arange(len(self)) - np.searchsorted(self.owners, self.owners)

    @property
    def windows(self) -> Windows:
        """Each as a window of one piece."""
        return Windows(self.starts, self.ends, np.arange(self.starts.size + 1, dtype=np.int64), self.ends - self.starts)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in a series, and by how many threads.

    Attributes
    ----------
    width : int
        Of the rolling window [ms].
    least : float
        Valid time a position must have [ms].
    fills : float64 array, shape (windows,)
        Signal that missing time is set to for the upper bound.
    """

    series: Series
    direction: Direction
    width: int
    least: float
    fills: Values
    threads: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What some position of each segment is known to reach; arrays of shape (segments,).

    Attributes
    ----------
    means, lows, highs : float64 array
        A mean with enough coverage, and bounds, with the sign that makes the largest the extreme; −∞ where unknown.
    most : int64 array
        Valid time [ms].
    """

    means: Values
    lows: Values
    highs: Values
    most: Instants

    def part(self, chosen: slice) -> "Reached":
        """Views of some of them."""
        return Reached(self.means[chosen], self.lows[chosen], self.highs[chosen], self.most[chosen])

    def by_window(self, owners: Instants, wanted: Instants) -> "Reached":
        """What is known of the window of each of other segments, from the window's own segments alone."""
        windows = int(wanted[-1]) + 1
        of_windows = _nothing_reached(windows)
        np.maximum.at(of_windows.means, owners, self.means)
        np.maximum.at(of_windows.lows, owners, self.lows)
        np.maximum.at(of_windows.highs, owners, self.highs)
        np.maximum.at(of_windows.most, owners, self.most)
        return Reached(
            of_windows.means[wanted], of_windows.lows[wanted], of_windows.highs[wanted], of_windows.most[wanted]
        )


def _nothing_reached(count: int) -> Reached:
    unknown = np.full((3, count), -np.inf)
    return Reached(unknown[0], unknown[1], unknown[2], np.zeros(count, np.int64))


@dataclass(frozen=True, slots=True)
class Candidates:
    """Where extremes may be.

    Attributes
    ----------
    segments : Segments
        Stretches of positions that bounds do not rule out, in order.
    owners, most : int64 array, shape (segments looked at,)
        Windows, and the longest valid time some position of theirs has [ms].
    """

    segments: Segments
    owners: Instants
    most: Instants


def cut(series: Series, windows: Windows, width: int, size: int) -> Segments:
    """Cut pieces where the front edge of the rolling window meets every ``size``-th reading."""
    starts: list[int] = []
    ends: list[int] = []
    owners: list[int] = []
    begins: list[bool] = []
    whole: list[bool] = []
    firsts, lasts = readings_after(series, windows.starts), readings_after(series, windows.ends)
    for window in range(len(windows)):
        for piece in range(windows.offsets[window], windows.offsets[window + 1]):
            start, end = windows.starts[piece].item(), windows.ends[piece].item()
            cuts = series.instants[firsts[piece] + size : lasts[piece] : size]
            cuts = cuts[(cuts > start + width) & (cuts < end)]
            starts += [start, *(cuts - width).tolist()]
            ends += [*cuts.tolist(), end]
            owners += [window] * (cuts.size + 1)
            begins += [True] + [False] * cuts.size
            whole += [bool(lasts[piece] - firsts[piece] <= size)] * (cuts.size + 1)
    return Segments(
        np.array(starts, np.int64),
        np.array(ends, np.int64),
        np.array(owners, np.int64),
        np.array(begins, np.bool_),
        np.array(whole, np.bool_),
    )


def candidates(search: Search, segments: Segments) -> Candidates:
    """Leave out the positions where bounds say that no extreme of the window can be.

    Notes
    -----
    Every extreme, the first of equals too, is at a position that stays: what is left out is less than what another
    position is known to reach, and all rounding of the bounds is allowed for. What stays depends on the readings of the
    window's pieces alone.
    """
    reached = _nothing_reached(len(segments))
    sample = segments.where((segments.places % SAMPLE == SAMPLE // 2) & ~segments.whole)
    if len(sample) > 0:
        sampled = _nothing_reached(len(sample))
        _screened(search, sample, sampled)
        reached = sampled.by_window(sample.owners, segments.owners)
    return Candidates(_screened(search, segments, reached), segments.owners, reached.most)


def _screened(search: Search, segments: Segments, reached: Reached) -> Segments:
    """Stretches of positions that may hold extremes; ``reached`` is raised to what was found on the way."""
    parts = shared(
        search.threads, len(segments), lambda chosen: _screen(search, segments.part(chosen), reached.part(chosen))
    )
    return Segments(
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.ends for part in parts]),
        np.concatenate([part.owners for part in parts]),
        np.concatenate([part.begins for part in parts]),
        np.concatenate([part.whole for part in parts]),
    )


def _screen(search: Search, segments: Segments, reached: Reached) -> Segments:
    series = search.series
    firsts, lasts = readings_after(series, segments.starts), readings_after(series, segments.ends)
    fronts = readings_after(series, segments.starts + search.width)
    offsets = np.append(0, np.cumsum(np.maximum(lasts - fronts, 0) // BLOCK + 1))
    begins, finishes = np.empty(offsets[-1], np.int64), np.empty(offsets[-1], np.int64)
    counts = np.empty(len(segments), np.int64)
    screening.may_hold_extremes(
        series.instants,
        series.weights,
        series.signal,
        sign_of(search.direction),
        search.width,
        search.least,
        BLOCK,
        firsts,
        fronts,
        lasts,
        segments.starts,
        segments.ends,
        search.fills[segments.owners],
        segments.whole,
        reached.means,
        reached.lows,
        reached.highs,
        reached.most,
        offsets,
        begins,
        finishes,
        counts,
    )
    of = np.repeat(np.arange(len(segments)), counts)
    chosen = offsets[of] + np.arange(of.size) - np.repeat(np.cumsum(counts) - counts, counts)
    starts = begins[chosen]
    first = segments.begins[of] & (starts == segments.starts[of])
    return Segments(starts, finishes[chosen], segments.owners[of], first, segments.whole[of])


def shared(threads: int, count: int, run: Callable[[slice], Result]) -> Sequence[Result]:
    """What a function gives for slices of so many items, in their order; the threads end with the call."""
    bounds = np.linspace(0, count, 1 + min(4 * threads, count)).astype(np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, [slice(*bound) for bound in pairwise(bounds)]))
