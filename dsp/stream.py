"""Live measures: open shifts of many series, brought up to date by each batch of readings instead of computed again.

What :func:`LiveState.measures` says of a row equals what the whole shift, cut at the newest reading, gives when it is
computed from all its readings (exposure-semantics, section 6): the same steps, the same positions, error-free sums.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from catalog.quantities import Averaging
from dsp.batch import WindowError, lay_out, sign_of
from dsp.episodes import Episode
from dsp.exposure import Measure
from dsp.kernels import stream as kernel
from dsp.kernels.stream_rows import make_rows
from dsp.levels import energy, level_of
from dsp.live_shift import LONGEST, LiveMeasures, Track, Watch
from dsp.measures import ROLLING
from dsp.rolling import MINIMUM_COVERAGE, RollingMean
from dsp.series import Instants, SeriesError

WIDTHS = (ROLLING[Measure.MAX_15MIN].width, ROLLING[Measure.MAX_1H].width)
"""Milliseconds of the rolling windows a row keeps."""

_SPARE = 1.06
"""Steps kept beyond an hour of the nominal period: clocks jitter. A ring that still fills up is made larger."""
_SPARE_STEPS = 4
_EVENTS = 4096


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
    >>> from catalog.schedule import Interval
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
        self._state = make_rows(count, limits)
        periods = np.array([track.period for track in self.tracks], np.int64)
        rooms = np.ceil(_SPARE * WIDTHS[-1] / np.maximum(periods, 1)).astype(np.int64) + _SPARE_STEPS
        self._state.rows["room"] = rooms
        self._state.rows["origin"] = np.cumsum(rooms) - rooms
        self._ring_ends = np.full(int(rooms.sum()), kernel.EARLIEST, np.int32)
        self._ring_signals = np.zeros(int(rooms.sum()))
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
        arrays = (self._state.memory, self._ring_ends, self._ring_signals)
        layout = (self._starts, self._ends, self._piece_origins)
        return sum(array.nbytes for array in (*arrays, *layout)) / max(len(self), 1)

    @property
    def behind(self) -> Instants:
        """Rows that must be recomputed from all readings of their shift: late readings, or a ring that was full."""
        status = self._state.rows["status"]
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
        order, touched = np.empty(row.size, np.int64), np.empty(min(row.size, len(self)), np.int64)
        offsets = np.empty(touched.size + 1, np.int64)
        runs = kernel.group(row, np.empty(len(self) + 1, np.int64), order, touched, offsets)
        progress = np.zeros(2, np.int64)
        self._make_room_for_events()
        while progress[kernel.RUN] < runs:
            finished = kernel.update(
                progress, runs, order, touched, offsets, t, v, f, self._state.memory.reshape(-1), self._state.rows,
                self._state.rolls, self._state.limits, self._ring_ends, self._ring_signals, self._starts, self._ends,
                self._events, self._event_values,
            )  # fmt: skip
            self._keep_events(finished)
        refused = np.flatnonzero(self._state.rows["status"] == kernel.REFUSED)
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
            if self._state.rows[row]["status"] != kernel.FULL:
                return
            self._enlarge_ring(row)

    def newest(self, row: int) -> int | None:
        """Newest usable reading a row has taken [ms UTC]."""
        instant: int = self._state.rows["newest"][row].item()
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
        track, said = self.tracks[row], self._state.rows[row]
        newest = self.newest(row)
        reached = track.pieces[0].start if newest is None else newest
        elapsed = sum(max(0, min(piece.end, reached) - piece.start) for piece in track.pieces)
        valid = said["valid"].item()
        coverage = valid / elapsed if elapsed else 0.0
        mean = None
        if valid and coverage >= self.minimum_coverage:
            mean = _in_unit(track, (said["total"] + said["rest"]).item() / valid)
        finished = [[_episode(track, event) for event in self._events_of(row, k)] for k in range(len(track.watches))]
        return LiveMeasures(
            newest=newest,
            elapsed=elapsed,
            coverage=coverage,
            suspect=said["suspected"].item() / max(valid, 1),
            mean=mean,
            highest=said["highest"].item() if valid else None,
            lowest=said["lowest"].item() if valid else None,
            max_15min=self._rolled(row, 0, "best"),
            max_1h=self._rolled(row, 1, "best"),
            min_1h=self._rolled(row, 1, "least"),
            beyond=tuple(
                beyond / 1000.0 for beyond in self._state.limits["beyond"][row, : len(track.watches)].tolist()
            ),
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
            "memory": self._state.memory,
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
        state._state.memory[:] = saved["memory"]
        state._ring_ends, state._ring_signals = saved["ring_ends"].copy(), saved["ring_signals"].copy()  # type: ignore[assignment]
        rows = state._state.rows
        if int((rows["origin"] + rows["room"]).max(initial=0)) > min(state._ring_ends.size, state._ring_signals.size):
            raise WindowError("saved state: the rings are cut short")
        state._put_events(saved["events"], saved["event_values"])
        return state

    def _reset(self, row: int) -> None:
        track, state = self.tracks[row], self._state.rows[row]
        origin, room = state["origin"], state["room"]
        state_of_row = self._state.memory[row]
        state_of_row[:] = 0
        state["origin"], state["room"] = origin, room
        state["newest"] = kernel.NEVER
        state["period"], state["hold"] = track.period, track.hold
        state["deployed_start"], state["deployed_end"] = track.deployed.start, track.deployed.end
        state["piece"], state["last_piece"] = self._piece_origins[row : row + 2]
        state["piece_start"], state["piece_end"] = track.pieces[0].start, track.pieces[0].end
        state["base"] = track.pieces[0].start
        state["is_level"] = track.averaging is Averaging.ENERGETIC
        state["limits"] = len(track.watches)
        state["highest"], state["lowest"] = -np.inf, np.inf
        for roll, width in zip(self._state.rolls[row], WIDTHS, strict=True):
            roll["width"] = width
            roll["best"] = roll["above"] = -np.inf
            roll["least"] = roll["below"] = np.inf
            roll["floor"] = max(self.minimum_coverage * width, 0.5)
        self._ring_ends[origin : origin + room] = kernel.EARLIEST
        for k, watch in enumerate(track.watches):
            self._reset_limit(row, k, watch)
        self._episodes.pop(row, None)

    def _reset_limit(self, row: int, k: int, watch: Watch) -> None:
        state, limit = self._state.limits[row, k], watch.threshold.value
        is_level = self.tracks[row].averaging is Averaging.ENERGETIC
        state["on_delay"] = round(watch.delays.on_delay_s * 1000.0)
        state["off_delay"] = round(watch.delays.off_delay_s * 1000.0)
        state["sign"] = sign_of(watch.threshold.direction)
        state["limit"] = limit
        state["signal_limit"] = energy(limit) if is_level else limit
        state["hysteresis"] = watch.delays.hysteresis

    def _enlarge_ring(self, row: int) -> None:
        """A ring twice as large, behind all others; the old one stays unused until the shift is over."""
        state = self._state.rows[row]
        state["room"] *= 2
        state["origin"] = self._ring_ends.size
        self._ring_ends = np.concatenate([self._ring_ends, np.zeros(state["room"], np.int32)])
        self._ring_signals = np.concatenate([self._ring_signals, np.zeros(state["room"])])

    def _make_room_for_events(self) -> None:
        most = int(np.diff(self._piece_origins).max(initial=0))
        needed = 2 * self._state.limits.shape[1] * most
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

    def _rolled(self, row: int, k: int, which: Literal["best", "least"]) -> RollingMean | None:
        roll = self._state.rolls[row, k]
        signal = roll[which].item()
        if not np.isfinite(signal):
            return None
        end = roll[f"{which}_at"].item()
        covered = roll[f"{which}_valid"].item() / WIDTHS[k]
        return RollingMean(_in_unit(self.tracks[row], signal), end - WIDTHS[k], end, covered)

    def _under_way(self, row: int, k: int) -> Episode | None:
        limit = self._state.limits[row, k]
        if limit["state"] == kernel.IDLE:
            return None
        falling = limit["state"] == kernel.FALLING
        finish = limit["finish"] if falling else self._state.rows[row]["known"]
        if finish - limit["begin"] < limit["on_delay"]:
            return None
        event = _Event(
            limit=k,
            begin=limit["begin"].item(),
            finish=finish.item(),
            valid=limit["kept_time" if falling else "time"].item(),
            cut=False,
            peak=(limit["sign"] * limit["peak"]).item(),
            integral=limit["kept_integral" if falling else "integral"].item(),
            excess=limit["kept_excess" if falling else "excess"].item(),
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
