"""Quality tests of a kit's readings in one deployment: the flag each reading goes on with, and what each test found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from catalog.kits import Channel, Deployment
from catalog.places import Zone
from catalog.quality import FlatClock
from catalog.quantities import quantity
from catalog.registry import Registry
from catalog.schedule import Interval, shifts
from dsp.quality.between import arrival, humidity, order
from dsp.quality.examine import Channel as Timing
from dsp.quality.examine import Instants, Marks, Readings, combine, examine
from dsp.quality.kinds import QualityTest
from dsp.quality.runs import MarkedRuns, runs
from vigie.kit_columns import Column, ColumnSource
from vigie.quality_neighbours import zone_days
from vigie.times import local_day

_Any = TypeVar("_Any", bound=np.generic)
_PARTICLES = ("pm1", "pm2_5", "pm4", "pm10")
_LEVELS = ("laeq", "lafmax", "lcpeak")


@dataclass(frozen=True, slots=True)
class ExaminedColumn:
    """A column with the flags its readings go on with.

    Attributes
    ----------
    column : Column
        Readings before the deployment keep the flags they came with: they are another deployment's.
    runs : tuple of MarkedRuns
        What each test found in the deployment.
    """

    column: Column
    runs: tuple[MarkedRuns, ...]


def examined_columns(
    store: ColumnSource,
    registry: Registry,
    deployment: Deployment,
    columns: Mapping[str, Column],
    channels: Mapping[str, Channel],
    span: Interval,
    version: int | None = None,
) -> dict[str, ExaminedColumn]:
    """Put every reading of a kit to every test that applies to it.

    Parameters
    ----------
    columns : mapping of str to Column
        As they were read, by quantity.
    channels : mapping of str to Channel
        How each of them reports, and the parameters of its tests.
    span : Interval
        The deployment, as far as it is to be computed [ms UTC]; readings outside are neither tested nor looked at.
    version : int, optional
        Delta version of the readings, for those of other kits in the zone.

    Notes
    -----
    A function of the stored readings and the registry alone. No test looks further ahead of a reading than the hold
    time of its channel, so that the flags of a closed window never change with what comes later
    (:func:`vigie.plan.settled_until`).
    """
    zone = registry.zone_of(deployment)
    tallies = {name: _Tally(column, span) for name, column in columns.items()}
    for name, tally in tallies.items():
        channel, read = channels[name], tally.readings
        occupied = _occupied(registry, zone, read.instants) if _needs_clock(channel) else None
        timing = Timing(round(1000 * channel.period), round(1000 * channel.hold), occupied)
        tally.add(examine(read, channel.tests, timing, quantity(name).unit))
        tally.add(arrival(read.instants, tally.late(columns[name].received), tally.late(columns[name].conflict)))
    _add_humidity(tallies, channels)
    _add_order(tallies, channels, _PARTICLES, QualityTest.PARTICLE_ORDER)
    _add_order(tallies, channels, _LEVELS, QualityTest.LEVEL_ORDER)
    readings = {name: tally.readings for name, tally in tallies.items()}
    days = zone_days(store, registry, deployment, readings, channels, span, version)
    if days is not None:
        for name in days.quantities:
            tallies[name].add([days.marks(name, readings[name].instants, channels[name].tests)])
    return {name: tally.column() for name, tally in tallies.items()}


class _Tally:
    """One column's readings in the deployment, with all that was found so far; the marks themselves are let go."""

    def __init__(self, column: Column, span: Interval) -> None:
        self._column = column
        self._first = int(np.searchsorted(column.instants, span.start, side="right"))
        self._runs: list[MarkedRuns] = []
        self.readings = Readings(self.late(column.instants), self.late(column.values), self.late(column.flags))

    def late(self, of_column: npt.NDArray[_Any]) -> npt.NDArray[_Any]:
        """The part of an array of the column that belongs to the deployment."""
        return of_column[self._first :]

    def add(self, marks: Iterable[Marks]) -> None:
        """Count what some tests found."""
        found = list(marks)
        self._runs += runs(self.readings.instants, found)
        self.readings = replace(self.readings, flags=combine(self.readings.flags, found))

    def column(self) -> ExaminedColumn:
        """The column as its readings go on."""
        flags = np.concatenate([self._column.flags[: self._first], self.readings.flags])
        return ExaminedColumn(replace(self._column, flags=flags), tuple(self._runs))


def _needs_clock(channel: Channel) -> bool:
    flat = channel.tests.flat_line
    return flat is not None and flat.clock is FlatClock.OCCUPIED


def _occupied(registry: Registry, zone: Zone, instants: Instants) -> Instants:
    """Working time in the zone up to each instant [ms]."""
    if not instants.size:
        return instants
    establishment = registry.establishment_of(zone)
    first, last = (local_day(int(instants[end]), establishment.timezone) for end in (0, -1))
    worked = shifts(zone.schedule, establishment, first - timedelta(days=1), last)
    pieces = sorted((piece.start, piece.end) for shift in worked for piece in shift.pieces)
    if not pieces:
        return np.zeros_like(instants)
    starts, ends = (np.array(edge, np.int64) for edge in zip(*pieces, strict=True))
    before = np.concatenate([[0], np.cumsum(ends - starts)])
    piece = np.searchsorted(starts, instants, side="left") - 1
    into = np.clip(instants - starts[piece], 0, ends[piece] - starts[piece])
    clock: Instants = np.where(piece < 0, 0, before[piece] + into)
    return clock


def _add_humidity(tallies: Mapping[str, _Tally], channels: Mapping[str, Channel]) -> None:
    none = np.empty(0, np.int64)
    damp = tallies.get("humidity")
    air = damp.readings if damp else Readings(none, np.empty(0), np.empty(0, np.int8))
    hold = round(1000 * channels["humidity"].hold) if damp else 0
    for name, tally in tallies.items():
        domain = channels[name].tests.humidity
        if domain is not None:
            tally.add([humidity(tally.readings, air, hold, domain)])


def _add_order(
    tallies: Mapping[str, _Tally], channels: Mapping[str, Channel], kinds: tuple[str, ...], test: QualityTest
) -> None:
    """Each quantity against the next larger one the kit has."""
    present = [name for name in kinds if name in tallies]
    for smaller, larger in pairwise(present):
        allowance = channels[smaller].tests.order
        if allowance is None:
            continue
        unit = quantity(smaller).unit
        beyond = f"{allowance.absolute:g} {unit}" + (f" + {100 * allowance.relative:g} %" if allowance.relative else "")
        words = f"{smaller} above {larger} by more than {beyond}"
        flags = order(tallies[smaller].readings, tallies[larger].readings, allowance)
        tallies[smaller].add([Marks(test, words, flags.smaller)])
        tallies[larger].add([Marks(test, words, flags.larger)])
