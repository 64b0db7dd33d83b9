"""A shift under way: what is followed of it, and what is told of it as far as its newest reading."""

from dataclasses import dataclass

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.episodes import Delays, Episode
from dsp.rolling import RollingMean
from dsp.subject import Threshold

LONGEST = 1 << 30
"""Milliseconds (12 days): longest shift and longest hold a row can keep."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A limit time is counted beyond of, and when an episode beyond it begins and ends."""

    threshold: Threshold
    delays: Delays


@dataclass(frozen=True, slots=True)
class Track:
    """One quantity of one kit during one shift: a row of the state.

    Attributes
    ----------
    period, hold : int
        Nominal period of the channel and longest time one reading may stand for [ms].
    deployed : Interval
        (start, end] of the deployment, milliseconds UTC.
    pieces : tuple of Interval
        The shift: time people are in the zone, in order and apart.
    watches : tuple of Watch
    """

    period: int
    hold: int
    averaging: Averaging
    deployed: Interval
    pieces: tuple[Interval, ...]
    watches: tuple[Watch, ...] = ()

    def reach(self) -> int:
        """Readings at or before this instant [ms UTC] have no part in the shift."""
        return self.pieces[0].start - self.hold


@dataclass(frozen=True, slots=True)
class LiveMeasures:
    """A shift as far as its newest reading; values in the quantity's unit, None where coverage is insufficient.

    Attributes
    ----------
    newest : int or None
        Newest usable reading [ms UTC]; the shift is cut there. None where there was none.
    elapsed : int
        Length of the shift's pieces up to there [ms].
    coverage, suspect : float
        Share of ``elapsed`` that readings stand for, and share of that time that is suspect [1].
    mean : float or None
        Arithmetic mean, or L_eq.
    highest, lowest : float or None
        Extremes, whatever the coverage.
    max_15min, max_1h, min_1h : RollingMean or None
        None where no position had enough coverage.
    beyond : tuple of float
        Time beyond each limit [s].
    finished : tuple of tuple of Episode
        For each limit, the episodes that are over.
    under_way : tuple of (Episode or None)
        For each limit, the episode under way as it would be told if the shift ended now.
    """

    newest: int | None
    elapsed: int
    coverage: float
    suspect: float
    mean: float | None
    highest: float | None
    lowest: float | None
    max_15min: RollingMean | None
    max_1h: RollingMean | None
    min_1h: RollingMean | None
    beyond: tuple[float, ...]
    finished: tuple[tuple[Episode, ...], ...]
    under_way: tuple[Episode | None, ...]
