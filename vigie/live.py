"""The live state of the open shifts: fed from the readings table as it grows, saved, and told as a table."""

import logging
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from catalog.kits import Deployment
from catalog.registry import Registry
from catalog.schedule import Interval
from dsp.batch import WindowError
from dsp.live_shift import Track, Watch
from dsp.series import Series
from dsp.stream import LiveState
from rules.rule import Pack
from store.live import LIVE_SCHEMA, SHOWN_AFTER, LiveStateError
from store.registry import load
from store.scope import Scope
from vigie.channels import ChannelSeries, channel_series
from vigie.derived_channels import derived_channels
from vigie.live_file import Kept, KeptShift, pack, unpack
from vigie.open_shifts import OpenShift, open_shifts
from vigie.pipeline import watches_of
from vigie.recent_readings import RecentReadings
from vigie.workspace import Workspace

logger = logging.getLogger(__name__)

_CONTEXT = 24 * 3_600_000
"""Milliseconds before a shift whose readings the quality tests may look at."""
_LONGEST_KEPT = 4 * _CONTEXT
"""Milliseconds back from now after which a kit's readings are read anew, from a later beginning."""
_SAVE_EVERY = 60_000
_SUSPECT, _GOOD = 3, 1


@dataclass(slots=True)
class Running:
    """The state of one open shift: a row a quantity.

    Attributes
    ----------
    fed : list of int
        For each row, how many readings it has taken.
    marks : list of int
        For each row, the checksum of those: flags and corrections of old readings may change as new ones come.
    """

    open: OpenShift
    quantities: tuple[str, ...]
    units: tuple[str, ...]
    simulated: tuple[bool, ...]
    state: LiveState
    fed: list[int] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)


class Live:
    """Live measures of a workspace.

    Parameters
    ----------
    place : Workspace
    save_every : int
        Milliseconds between two times the state is saved; the values are shown after every round.

    Notes
    -----
    :meth:`refresh` reads the rows that were committed since the last time, from the version of the readings table it
    had seen; so nothing depends on having heard of a batch, and after a crash the saved state goes on where it was.
    Readings of open shifts stay in memory. Each touched shift is gone through as ``vigie compute`` does (flags,
    calibration, corrections, transfer factor). Where the readings it had taken are still the same, the new ones are
    added; else (late data, a changed flag or registry) its rows begin again.
    """

    def __init__(self, place: Workspace, save_every: int = _SAVE_EVERY) -> None:
        self._place = place
        self._save_every = save_every
        self._saved_at: int | None = None
        self._watches: dict[tuple[str, str], tuple[Watch, ...]] = {}
        self._shown: dict[str, list[dict[str, object]]] = {}
        self._version: int | None = None
        self._registry: Registry | None = None
        self._running: dict[str, Running] = {}
        self._recent = RecentReadings(place.readings)
        self._resumed = False

    def refresh(self, at: int) -> bool:
        """Bring the open shifts up to date, save them, and say whether anything changed.

        Parameters
        ----------
        at : int
            Now, milliseconds UTC.
        """
        registry = load(self._place.database, Scope.service())
        if not self._resumed:
            self._resume(registry, at)
        touched = self._place.readings.touched_since(self._version)
        zones = {lent.zone for span in touched.spans for lent in _lent(registry, span.kit)}
        everything = registry != self._registry
        found = {each.key: each for each in open_shifts(registry, at)}
        changed = bool(self._running.keys() - found.keys())
        self._running = {key: running for key, running in self._running.items() if key in found}
        self._recent.advance(touched.version)
        self._recent.keep_only({each.deployment.kit for each in found.values()}, at - _LONGEST_KEPT)
        if everything:
            self._watches.clear()
        packs = self._place.packs
        for key, each in found.items():
            if everything or key not in self._running or each.deployment.zone in zones:
                self._follow(registry, packs, each, at)
                self._shown[key] = _rows(self._running[key])
                changed = True
        self._version, self._registry = touched.version, registry
        before = len(self._shown)
        self._shown = {key: rows for key, rows in self._shown.items() if key in found or _ended_lately(rows, at)}
        changed = changed or len(self._shown) < before
        if changed:
            self._place.live.show(self.values())
            if self._saved_at is None or not 0 <= at - self._saved_at < self._save_every:
                self._place.live.save(self._packed())
                self._saved_at = at
        return changed

    @property
    def kept_bytes(self) -> int:
        """Memory of the readings kept of the open shifts and what the quality tests look back at."""
        return self._recent.size

    def values(self) -> pl.DataFrame:
        """One row a quantity of a shift that is open, or ended lately: :data:`store.live.LIVE_SCHEMA`."""
        missing = {key: _rows(running) for key, running in self._running.items() if key not in self._shown}
        self._shown |= missing
        rows = [row for shown in self._shown.values() for row in shown]
        return pl.DataFrame(rows, schema=LIVE_SCHEMA, orient="row").sort("zone", "kit", "quantity", "since")

    def _follow(self, registry: Registry, packs: Sequence[Pack], each: OpenShift, at: int) -> None:
        channels = _channels(self._recent, registry, each, at)
        tracks = tuple(_track(channel, each, self._watched(registry, packs, each, channel)) for channel in channels)
        running = self._running.get(each.key)
        names = tuple(channel.subject.quantity.id for channel in channels)
        if running is None or running.state.tracks != tracks or running.quantities != names:
            running = Running(
                each,
                names,
                tuple(channel.subject.quantity.unit for channel in channels),
                tuple(channel.subject.simulated for channel in channels),
                LiveState(tracks),
                [0] * len(tracks),
                [0] * len(tracks),
            )
            self._running[each.key] = running
        for row, channel in enumerate(channels):
            _feed(running, row, channel.series)

    def _watched(
        self, registry: Registry, packs: Sequence[Pack], each: OpenShift, channel: ChannelSeries
    ) -> tuple[Watch, ...]:
        """Limits the rules compare a quantity with; looked for once, as long as the registry stays."""
        key = (each.key, channel.subject.quantity.id)
        if key not in self._watches:
            zone = registry.zone_of(each.deployment)
            self._watches[key] = watches_of(packs, zone, each.shift.day, channel.subject)
        return self._watches[key]

    def _resume(self, registry: Registry, at: int) -> None:
        self._resumed = True
        try:
            content = self._place.live.state()
            if content is None:
                return
            kept = unpack(content)
            found = {each.key: each for each in open_shifts(registry, at)}
            self._running = {
                shift.key: Running(
                    found[shift.key],
                    shift.quantities,
                    shift.units,
                    shift.simulated,
                    LiveState.restored(shift.tracks, shift.arrays),
                    list(shift.fed),
                    list(shift.marks),
                )
                for shift in kept.shifts
                if shift.key in found
            }
            self._version = kept.version
            self._registry = registry if kept.registry == _fingerprint(registry, self._place.packs) else None
        except (LiveStateError, WindowError) as error:
            logger.warning("live state: %s; it is built again from the readings", error)
            self._running = {}

    def _packed(self) -> bytes:
        shifts_ = tuple(
            KeptShift(
                key,
                running.quantities,
                running.units,
                running.simulated,
                running.state.tracks,
                tuple(running.fed),
                tuple(running.marks),
                running.state.saved(),
            )
            for key, running in self._running.items()
        )
        assert self._registry is not None  # noqa: S101 - refresh has just loaded it
        return pack(Kept(self._version or 0, _fingerprint(self._registry, self._place.packs), shifts_))


def _lent(registry: Registry, kit: str) -> Iterable[Deployment]:
    return [deployment for deployment in registry.deployments.values() if deployment.kit == kit]


def _channels(recent: RecentReadings, registry: Registry, each: OpenShift, at: int) -> list[ChannelSeries]:
    """Every channel of the kit as far as it is known, with what the tests of its first readings look back at."""
    heard = Interval(max(each.deployment.start, each.shift.start - _CONTEXT), at)
    channels = list(channel_series(recent, registry, each.deployment, heard))
    return channels + derived_channels(channels, heard)


def _track(channel: ChannelSeries, each: OpenShift, watches: tuple[Watch, ...]) -> Track:
    series = channel.series
    return Track(series.period, series.hold, series.averaging, channel.subject.deployed, each.shift.pieces, watches)


def _feed(running: Running, row: int, series: Series) -> None:
    """Add what is new; begin again where what was taken before is not what the series says now."""
    state = running.state
    first = int(np.searchsorted(series.instants, state.tracks[row].reach(), side="right"))
    instants, values, suspect = series.instants[first:], series.values[first:], series.suspect[first:]
    flags = np.where(suspect, _SUSPECT, _GOOD).astype(np.int8)
    known = running.fed[row]
    if known <= instants.size and _mark(instants[:known], values[:known], flags[:known]) == running.marks[row]:
        size = instants.size - known
        state.update(np.full(size, row), instants[known:], values[known:], flags[known:])
    else:
        state.recompute(row, instants, values, flags)
    if row in state.behind:
        state.recompute(row, instants, values, flags)
    running.fed[row] = instants.size
    running.marks[row] = _mark(instants, values, flags)


def _mark(*columns: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> int:
    mark = 0
    for column in columns:
        mark = zlib.crc32(np.ascontiguousarray(column).tobytes(), mark)
    return mark


def _fingerprint(registry: Registry, packs: Sequence[Pack]) -> int:
    """What rows are laid out by; another after a change of registry or rules, and then everything is looked at."""
    return zlib.crc32(repr((registry, packs)).encode())


def _rows(running: Running) -> list[dict[str, object]]:
    each = running.open
    return [
        _row(running, row, name, unit, simulated)
        | {
            "zone": each.deployment.zone,
            "kit": each.deployment.kit,
            "deployment": each.deployment.id,
            "shift": each.shift.name,
            "since": each.shift.start,
            "until": each.shift.end,
        }
        for row, (name, unit, simulated) in enumerate(
            zip(running.quantities, running.units, running.simulated, strict=True)
        )
    ]


def _ended_lately(rows: Sequence[Mapping[str, object]], at: int) -> bool:
    return any(at - SHOWN_AFTER < int(str(row["until"])) <= at for row in rows)


def _row(running: Running, row: int, name: str, unit: str, simulated: bool) -> dict[str, object]:
    said = running.state.measures(row)
    watches = running.state.tracks[row].watches
    return {
        "quantity": name,
        "unit": unit,
        "simulated": simulated,
        "newest": said.newest,
        "coverage": said.coverage,
        "suspect": said.suspect,
        "mean": said.mean,
        "peak": said.highest,
        "max_15min": said.max_15min.value if said.max_15min else None,
        "max_1h": said.max_1h.value if said.max_1h else None,
        "limits": [
            {
                "limit": watch.threshold.value,
                "direction": watch.threshold.direction,
                "seconds": seconds,
                "episodes": len(finished) + (under_way is not None),
                "episode_since": under_way.start if under_way is not None else None,
            }
            for watch, seconds, finished, under_way in zip(
                watches, said.beyond, said.finished, said.under_way, strict=True
            )
        ],
    }
