"""Live measures: open shifts of many series, brought up to date by each batch of readings instead of computed again.

What :func:`LiveState.measures` says of a row equals what the whole shift, cut at the newest reading, gives when it is
computed from all its readings (exposure-semantics, section 6): the same steps, the same positions, error-free sums.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.batch import WindowError, lay_out, sign_of
from dsp.episodes import Delays, Episode
from dsp.exposure import Measure
from dsp.kernels import stream as kernel
from dsp.levels import energy, level_of
from dsp.measures import ROLLING
from dsp.rolling import MINIMUM_COVERAGE, RollingMean
from dsp.series import Instants, SeriesError
from dsp.subject import Threshold

WIDTHS = (ROLLING[Measure.MAX_15MIN].width, ROLLING[Measure.MAX_1H].width)
"""Milliseconds of the rolling windows a row keeps."""

LONGEST = 1 << 30
"""Milliseconds (12 days): longest shift and longest hold a row can keep."""

_SPARE = 1.06
"""Steps kept beyond an hour of the nominal period: clocks jitter. A ring that still fills up is made larger."""
_SPARE_STEPS = 4
_EVENTS = 4096


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


@dataclass(frozen=True, slots=True)
class _Event:
    limit: int
    begin: int
    finish: int
    valid: int
    cut: bool
    peak: float
    integral: float
    excess: float


class LiveState:
    """The incremental state of many rows.

    Parameters
    ----------
    tracks : sequence of Track
    minimum_coverage : float
        Share of a window that readings must stand for [1].

    Raises
    ------
    WindowError
        (a ValueError) Pieces overlap; a shift or a hold is longer than 12 days; the minimum coverage is no share.

    Notes
    -----
    A row keeps the sums and extremes of its shift so far, those of two rolling windows, each limit's time and episode,
    and a ring of the steps of the last hour: 4.6 kB for an hour of readings every 10 s, under 6 kB a row with four
    limits. Nothing is approximated; a ring that would overflow puts its row :attr:`behind` instead.

    A reading no newer than the newest one of its row (late, or a second one of the same instant) puts the row behind
    too: it takes nothing more until :meth:`recompute` has been given all readings of its open shift.

    References
    ----------
    exposure-semantics, sections 1 to 3 and 6.

    Examples
    --------
    >>> shift = Interval(0, 28_800_000)
    >>> state = LiveState([Track(60_000, 180_000, Averaging.ARITHMETIC, shift, (shift,))])
    >>> state.update([0, 0], [60_000, 120_000], [5.0, 7.0], [1, 1])
    >>> state.measures(0).mean
    6.0
    """

    def __init__(self, tracks: Sequence[Track], minimum_coverage: float = MINIMUM_COVERAGE) -> None:
        if not 0.0 <= minimum_coverage <= 1.0:
            raise WindowError(f"minimum coverage is {minimum_coverage}; expected a share from 0 to 1")
        self.tracks = tuple(tracks)
        self.minimum_coverage = minimum_coverage
        for track in self.tracks:
            _check(track)
        count = len(self.tracks)
        limits = max((len(track.watches) for track in self.tracks), default=0)
        laid = lay_out([track.pieces for track in self.tracks])
        self._piece_origins, self._starts, self._ends = laid.offsets, laid.starts, laid.ends
        self._whole = np.zeros((count, kernel.WHOLE_SIZE), np.int64)
        self._real = np.zeros((count, kernel.REAL_SIZE))
        self._limit_whole = np.zeros((count, limits, kernel.LIMIT_WHOLE_SIZE), np.int64)
        self._limit_real = np.zeros((count, limits, kernel.LIMIT_REAL_SIZE))
        periods = np.array([track.period for track in self.tracks], np.int64)
        self._rooms = np.ceil(_SPARE * WIDTHS[-1] / np.maximum(periods, 1)).astype(np.int64) + _SPARE_STEPS
        self._origins = np.concatenate([np.zeros(1, np.int64), np.cumsum(self._rooms)])[:count]
        self._ring_ends = np.zeros(int(self._rooms.sum()), np.int32)
        self._ring_signals = np.zeros(int(self._rooms.sum()))
        self._episodes: dict[int, list[_Event]] = {}
        self._events = np.zeros((_EVENTS, 6), np.int64)
        self._event_values = np.zeros((_EVENTS, 3))
        for row in range(count):
            self._reset(row)

    def __len__(self) -> int:
        return len(self.tracks)

    @property
    def bytes_per_row(self) -> float:
        """Memory of the state, ring included [bytes a row]; finished episodes come on top, 80 bytes each."""
        arrays = (self._whole, self._real, self._limit_whole, self._limit_real, self._ring_ends, self._ring_signals)
        layout = (self._rooms, self._origins, self._starts, self._ends, self._piece_origins)
        return sum(array.nbytes for array in (*arrays, *layout)) / max(len(self), 1)

    @property
    def behind(self) -> Instants:
        """Rows that must be recomputed from all readings of their shift: late readings, or a ring that was full."""
        status = self._whole[:, kernel.STATUS]
        return np.flatnonzero((status == kernel.LATE) | (status == kernel.FULL))

    def update(self, rows: npt.ArrayLike, instants: npt.ArrayLike, values: npt.ArrayLike, flags: npt.ArrayLike) -> None:
        """Take a batch of readings, in any order of rows.

        Parameters
        ----------
        rows : array_like of int, shape (n,)
            Row each reading belongs to.
        instants : array_like of int, shape (n,)
            Milliseconds UTC.
        values : array_like of float, shape (n,)
            In the quantity's unit (dB for levels).
        flags : array_like of int, shape (n,)
            :class:`catalog.readings.Flag` values.

        Raises
        ------
        SeriesError
            Lengths differ; there is no such row; a usable value is not finite, or is a level beyond ± 1000 dB. The
            rows named take nothing more until they are recomputed.
        """
        row = np.ascontiguousarray(rows, np.int64)
        t = np.ascontiguousarray(instants, np.int64)
        v = np.ascontiguousarray(values, np.float64)
        f = np.ascontiguousarray(flags, np.int8)
        if not (row.ndim == 1 and row.size == t.size == v.size == f.size):
            raise SeriesError(f"{row.shape} rows, {t.shape} instants, {v.shape} values, {f.shape} flags; expected one")
        if row.size and not (row.min() >= 0 and row.max() < len(self)):
            raise SeriesError(f"rows from {row.min()} to {row.max()}; expected 0 to {len(self) - 1}")
        order = np.empty(row.size, np.int64)
        kernel.group(row, np.empty(len(self) + 1, np.int64), order)
        position, finished = 0, np.zeros(2, np.int64)
        self._make_room_for_events()
        while position < row.size:
            position = kernel.update(
                order, position, row, t, v, f, self._whole, self._real, self._limit_whole, self._limit_real,
                self._origins, self._rooms, self._ring_ends, self._ring_signals, self._piece_origins, self._starts,
                self._ends, self._events, self._event_values, finished,
            )  # fmt: skip
            self._keep_events(finished[0].item())
        refused = np.flatnonzero(self._whole[:, kernel.STATUS] == kernel.REFUSED)
        if refused.size:
            raise SeriesError(f"row {refused[0]}: a usable value is not finite, or a level beyond ± 1000 dB")

    def recompute(self, row: int, instants: npt.ArrayLike, values: npt.ArrayLike, flags: npt.ArrayLike) -> None:
        """Begin a row again from all readings of its shift.

        Parameters
        ----------
        row : int
        instants, values, flags : array_like, shape (n,)
            Every reading after :meth:`Track.reach`, sorted and one of a kind, as a series is built of them.

        Raises
        ------
        SeriesError
            As :meth:`update`; or instants are not sorted or not unique.
        """
        t = np.ascontiguousarray(instants, np.int64)
        if np.any(t[1:] <= t[:-1]):
            raise SeriesError("instants to recompute from are not sorted, each only once")
        while True:
            self._reset(row)
            self.update(np.full(t.size, row, np.int64), t, values, flags)
            if self._whole[row, kernel.STATUS] != kernel.FULL:
                return
            self._enlarge_ring(row)

    def newest(self, row: int) -> int | None:
        """Newest usable reading a row has taken [ms UTC]."""
        instant: int = self._whole[row, kernel.NEWEST].item()
        return None if instant == kernel.NEVER else instant

    def measures(self, row: int) -> LiveMeasures:
        """What a row amounts to so far.

        Parameters
        ----------
        row : int

        Returns
        -------
        LiveMeasures
            As the shift computed from its readings would be, were it cut at the newest of them.

        Notes
        -----
        mean = ∫ v dt / V and coverage = V / elapsed over the pieces up to the newest reading; rolling means are the
        exact suprema (infima) over every position up to there. Missing time counts neither way.

        References
        ----------
        exposure-semantics, sections 2 and 3.
        """
        track, whole, real = self.tracks[row], self._whole[row], self._real[row]
        newest = self.newest(row)
        reached = track.pieces[0].start if newest is None else newest
        elapsed = sum(max(0, min(piece.end, reached) - piece.start) for piece in track.pieces)
        valid = whole[kernel.VALID].item()
        coverage = valid / elapsed if elapsed else 0.0
        mean = None
        if valid and coverage >= self.minimum_coverage:
            mean = _in_unit(track, (real[kernel.TOTAL] + real[kernel.REST]).item() / valid)
        finished = [[_episode(track, event) for event in self._events_of(row, k)] for k in range(len(track.watches))]
        return LiveMeasures(
            newest=newest,
            elapsed=elapsed,
            coverage=coverage,
            suspect=whole[kernel.SUSPECTED].item() / max(valid, 1),
            mean=mean,
            highest=real[kernel.HIGHEST].item() if valid else None,
            lowest=real[kernel.LOWEST].item() if valid else None,
            max_15min=self._rolled(row, 0, kernel.BEST),
            max_1h=self._rolled(row, 1, kernel.BEST),
            min_1h=self._rolled(row, 1, kernel.LEAST),
            beyond=tuple(self._limit_whole[row, k, kernel.BEYOND].item() / 1000.0 for k in range(len(track.watches))),
            finished=tuple(tuple(each) for each in finished),
            under_way=tuple(self._under_way(row, k) for k in range(len(track.watches))),
        )

    def saved(self) -> dict[str, npt.NDArray[np.generic]]:
        """Everything the tracks do not say, as arrays by name; :meth:`restored` makes the state of them again."""
        events = [
            (row, e.limit, e.begin, e.finish, e.valid, int(e.cut)) for row, of in self._episodes.items() for e in of
        ]
        values = [(e.peak, e.integral, e.excess) for of in self._episodes.values() for e in of]
        return {
            "whole": self._whole,
            "real": self._real,
            "limit_whole": self._limit_whole,
            "limit_real": self._limit_real,
            "rooms": self._rooms,
            "origins": self._origins,
            "ring_ends": self._ring_ends,
            "ring_signals": self._ring_signals,
            "events": np.array(events, np.int64).reshape(-1, 6),
            "event_values": np.array(values, np.float64).reshape(-1, 3),
        }

    @classmethod
    def restored(
        cls,
        tracks: Sequence[Track],
        saved: Mapping[str, npt.NDArray[np.generic]],
        minimum_coverage: float = MINIMUM_COVERAGE,
    ) -> Self:
        """The state that :meth:`saved` its arrays, for the same tracks.

        Raises
        ------
        WindowError
            An array is missing or does not fit the tracks.
        """
        state = cls(tracks, minimum_coverage)
        for name, array in state.saved().items():
            found = saved.get(name)
            free = name.startswith(("ring_", "event"))
            shape = array.shape[1:] if free else array.shape
            if found is None or found.dtype != array.dtype or (found.shape[1:] if free else found.shape) != shape:
                raise WindowError(f"saved state: {name} does not fit {len(state)} rows")
            if not name.startswith("event"):
                setattr(state, f"_{name}", found.copy())
        if int((state._origins + state._rooms).max(initial=0)) > state._ring_ends.size:
            raise WindowError("saved state: the rings are cut short")
        state._put_events(saved["events"], saved["event_values"])
        return state

    def _reset(self, row: int) -> None:
        track, whole, real = self.tracks[row], self._whole[row], self._real[row]
        whole[:] = 0
        real[:] = 0.0
        whole[kernel.NEWEST] = kernel.NEVER
        whole[kernel.PERIOD], whole[kernel.HOLD] = track.period, track.hold
        whole[kernel.DEPLOYED_START], whole[kernel.DEPLOYED_END] = track.deployed.start, track.deployed.end
        whole[kernel.BASE] = track.pieces[0].start
        whole[kernel.IS_LEVEL] = track.averaging is Averaging.ENERGETIC
        whole[kernel.LIMITS] = len(track.watches)
        real[kernel.HIGHEST], real[kernel.LOWEST] = -np.inf, np.inf
        for k, width in enumerate(WIDTHS):
            whole[kernel.ROLL + k * kernel.ROLL_SIZE + kernel.WIDTH] = width
            column = kernel.REAL_ROLL + k * kernel.REAL_ROLL_SIZE
            real[column + kernel.BEST], real[column + kernel.LEAST] = -np.inf, np.inf
            real[column + kernel.FLOOR] = max(self.minimum_coverage * width, 0.5)
        self._ring_ends[self._origins[row] : self._origins[row] + self._rooms[row]] = kernel.EARLIEST
        for k, watch in enumerate(track.watches):
            self._reset_limit(row, k, watch)
        self._episodes.pop(row, None)

    def _reset_limit(self, row: int, k: int, watch: Watch) -> None:
        counts, level = self._limit_whole[row, k], self._limit_real[row, k]
        counts[:] = 0
        level[:] = 0.0
        limit = watch.threshold.value
        is_level = self.tracks[row].averaging is Averaging.ENERGETIC
        counts[kernel.ON_DELAY] = round(watch.delays.on_delay_s * 1000.0)
        counts[kernel.OFF_DELAY] = round(watch.delays.off_delay_s * 1000.0)
        level[kernel.SIGN] = sign_of(watch.threshold.direction)
        level[kernel.LIMIT] = limit
        level[kernel.SIGNAL_LIMIT] = energy(limit) if is_level else limit
        level[kernel.HYSTERESIS] = watch.delays.hysteresis

    def _enlarge_ring(self, row: int) -> None:
        """A ring twice as large, behind all others; the old one stays unused until the shift is over."""
        self._rooms[row] *= 2
        self._origins[row] = self._ring_ends.size
        self._ring_ends = np.concatenate([self._ring_ends, np.zeros(self._rooms[row], np.int32)])
        self._ring_signals = np.concatenate([self._ring_signals, np.zeros(self._rooms[row])])

    def _make_room_for_events(self) -> None:
        most = int(np.diff(self._piece_origins).max(initial=0))
        needed = 2 * self._limit_whole.shape[1] * most
        if needed > self._events.shape[0]:
            self._events, self._event_values = np.zeros((needed, 6), np.int64), np.zeros((needed, 3))

    def _keep_events(self, count: int) -> None:
        self._put_events(self._events[:count], self._event_values[:count])

    def _put_events(self, events: npt.NDArray[np.generic], values: npt.NDArray[np.generic]) -> None:
        for (row, limit, begin, finish, valid, cut), (peak, integral, excess) in zip(
            events.tolist(), values.tolist(), strict=True
        ):
            event = _Event(limit, begin, finish, valid, bool(cut), peak, integral, excess)
            self._episodes.setdefault(row, []).append(event)

    def _events_of(self, row: int, limit: int) -> list[_Event]:
        return [event for event in self._episodes.get(row, ()) if event.limit == limit]

    def _rolled(self, row: int, k: int, which: int) -> RollingMean | None:
        at = kernel.ROLL + k * kernel.ROLL_SIZE
        signal = self._real[row, kernel.REAL_ROLL + k * kernel.REAL_ROLL_SIZE + which].item()
        if not np.isfinite(signal):
            return None
        end_column, valid_column = kernel.BEST_AT, kernel.BEST_VALID
        if which == kernel.LEAST:
            end_column, valid_column = kernel.LEAST_AT, kernel.LEAST_VALID
        end = self._whole[row, at + end_column].item()
        covered = self._whole[row, at + valid_column].item() / WIDTHS[k]
        return RollingMean(_in_unit(self.tracks[row], signal), end - WIDTHS[k], end, covered)

    def _under_way(self, row: int, k: int) -> Episode | None:
        counts, level = self._limit_whole[row, k], self._limit_real[row, k]
        state = counts[kernel.STATE].item()
        if state == kernel.IDLE:
            return None
        falling = state == kernel.FALLING
        finish = counts[kernel.FINISH] if falling else self._whole[row, kernel.KNOWN]
        if finish - counts[kernel.BEGIN] < counts[kernel.ON_DELAY]:
            return None
        event = _Event(
            limit=k,
            begin=counts[kernel.BEGIN].item(),
            finish=finish.item(),
            valid=counts[kernel.KEPT_TIME if falling else kernel.TIME].item(),
            cut=False,
            peak=(level[kernel.SIGN] * level[kernel.PEAK]).item(),
            integral=level[kernel.KEPT_INTEGRAL if falling else kernel.INTEGRAL].item(),
            excess=level[kernel.KEPT_EXCESS if falling else kernel.EXCESS].item(),
        )
        return _episode(self.tracks[row], event)


def _check(track: Track) -> None:
    if not 0 < track.period <= track.hold <= LONGEST:
        raise WindowError(f"period {track.period} ms, hold {track.hold} ms; expected period ≤ hold ≤ {LONGEST} ms")
    if not track.pieces:
        raise WindowError("a shift without a piece; expected at least one")
    if track.pieces[-1].end - track.pieces[0].start > LONGEST:
        raise WindowError(f"a shift of {track.pieces[-1].end - track.pieces[0].start} ms; expected at most {LONGEST}")
    for watch in track.watches:
        delays = watch.delays
        if not np.isfinite(watch.threshold.value) or watch.threshold.direction not in ("above", "below"):
            raise WindowError(f"{watch.threshold}; expected a finite value, above or below")
        if not all(0.0 <= each < 1e12 for each in (delays.hysteresis, delays.on_delay_s, delays.off_delay_s)):
            raise WindowError(f"{delays}; expected zero or more")


def _in_unit(track: Track, signal: float) -> float:
    return level_of(signal) if track.averaging is Averaging.ENERGETIC else signal


def _episode(track: Track, event: _Event) -> Episode:
    limit = track.watches[event.limit].threshold.value
    excess = event.excess / 1000.0
    return Episode(
        start=event.begin,
        end=event.finish,
        peak=event.peak,
        mean=_in_unit(track, event.integral / event.valid),
        dose=excess / energy(limit) if track.averaging is Averaging.ENERGETIC else excess,
        cut=event.cut,
    )
