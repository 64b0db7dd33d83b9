"""The readings behind one window of a deployment, reading by reading, and how much of the value each of them makes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from catalog.identifiers import QuantityId
from catalog.kits import Deployment
from catalog.places import Zone
from catalog.quantities import quantity
from catalog.registry import Registry
from catalog.schedule import Interval, shifts
from catalog.weeks import work_weeks
from dsp.exposure import WindowKind
from store.readings import ReadingStore
from store.ticket_content import Evidence
from vigie.acute import channels_so_far
from vigie.channels import ChannelSeries
from vigie.explanation.stored import Foundation
from vigie.kit_columns import Column, read_columns
from vigie.pipeline import deployment_channels
from vigie.times import local_day

Channels = Mapping[QuantityId, ChannelSeries]
"""The series of one deployment by quantity."""


@dataclass(frozen=True, slots=True)
class Behind:
    """Readings of one quantity behind a window; arrays of one length, in order of instant.

    Attributes
    ----------
    column : Column
        As they were read.
    used : float64 array
        As they count, corrected and at the person [unit]; NaN for those that do not count.
    suspect : bool array
        Those that count and are doubtful.
    stands : int64 array
        Time each of them stands for [ms]; 0 for those that do not count.
    counts : int64 array
        How much of that time the value is made of [ms]: inside the hours worked, or where a rolling value was reached.
    """

    channel: ChannelSeries
    column: Column
    used: npt.NDArray[np.float64]
    suspect: npt.NDArray[np.bool_]
    stands: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


def channels_of(readings: ReadingStore, foundation: Foundation, evidence: Evidence, version: int) -> Channels:
    """The series of the deployment a window belongs to, as its value was computed from them."""
    registry, now = foundation.known.registry, foundation.computed_at
    lent = registry.deployments[evidence.deployment]
    if evidence.end > now:  # of a shift under way
        found = channels_so_far(readings, registry, lent, evidence.start, now, version)
    else:
        found = deployment_channels(readings, registry, lent, now, version)
    return {channel.subject.quantity.id: channel for channel in found}


def behind(
    readings: ReadingStore,
    foundation: Foundation,
    evidence: Evidence,
    pieces: Sequence[Interval],
    channels: Channels,
    version: int,
) -> tuple[Behind, ...]:
    """The readings behind a window, one entry a quantity a sensor sent: two for a computed one.

    Parameters
    ----------
    pieces : sequence of Interval
        The time the value is made of, in order.
    channels : mapping
        Of the window's deployment.
    version : int
        Delta version of the readings.
    """
    known = quantity(evidence.quantity)
    names = [name for name in known.computed_from or (known.id,) if name in channels]
    span = _span(foundation.known.registry.deployments[evidence.deployment], evidence, foundation.computed_at)
    hold = max((channels[name].series.hold for name in names), default=0)
    columns = read_columns(readings, evidence.kit, span.start, span.end + hold, version, names)
    lent = [Interval(max(piece.start, span.start), piece.end) for piece in pieces]
    return tuple(_behind(channels[name], columns[name], span, lent) for name in names if name in columns)


def pieces_of(registry: Registry, evidence: Evidence, reached: Interval | None) -> tuple[Interval, ...]:
    """The time the value of a window is made of: where a rolling value was reached, else the hours worked in it."""
    if reached is not None:
        return (reached,)
    zone = registry.zones[evidence.zone]
    window = Interval(evidence.start, evidence.end)
    if evidence.window_kind == WindowKind.DAY.value:
        return (window,)
    found = [piece for piece in _worked(registry, zone, window, evidence.window_kind) if piece.length > 0]
    return tuple(sorted(found, key=lambda piece: piece.start)) or (window,)


def _worked(registry: Registry, zone: Zone, window: Interval, kind: str) -> list[Interval]:
    establishment = registry.establishment_of(zone)
    first, last = (local_day(instant, establishment.timezone) for instant in (window.start, window.end))
    if kind == WindowKind.WEEK.value:
        weeks = work_weeks(zone.schedule, establishment, first, first)
        return [piece for week in weeks for piece in week.pieces]
    worked = shifts(zone.schedule, establishment, first - timedelta(days=1), last)
    if kind == WindowKind.SHIFT.value:
        worked = [shift for shift in worked if (shift.start, shift.end) == (window.start, window.end)]
    pieces = (piece for shift in worked for piece in shift.pieces)
    return [Interval(max(piece.start, window.start), min(piece.end, window.end)) for piece in pieces]


def _span(lent: Deployment, evidence: Evidence, now: int) -> Interval:
    end = now if lent.end is None else min(lent.end, now)
    return Interval(max(lent.start, evidence.start), min(end, evidence.end))


def _behind(channel: ChannelSeries, column: Column, window: Interval, pieces: Sequence[Interval]) -> Behind:
    series = channel.series
    at = np.minimum(np.searchsorted(series.instants, column.instants), len(series) - 1)
    counted = series.instants[at] == column.instants if len(series) else np.zeros(at.size, np.bool_)
    stands = np.zeros(at.size, np.int64)
    stands[counted] = series.weights[at[counted]]
    # a reading after the window may still stand for its last moments
    chosen = (column.instants <= window.end) | (column.instants - stands < window.end)
    column, at, counted, stands = _only(column, chosen), at[chosen], counted[chosen], stands[chosen]
    used, suspect = np.full(stands.size, np.nan), np.zeros(stands.size, np.bool_)
    used[counted], suspect[counted] = series.values[at[counted]], series.suspect[at[counted]]
    counts = np.zeros(stands.size, np.int64)
    for piece in pieces:
        counts += _overlap(column.instants, stands, piece)
    return Behind(channel, column, used, suspect, stands, counts)


def _overlap(instants: npt.NDArray[np.int64], stands: npt.NDArray[np.int64], piece: Interval) -> npt.NDArray[np.int64]:
    begins, ends = np.maximum(instants - stands, piece.start), np.minimum(instants, piece.end)
    shared: npt.NDArray[np.int64] = np.maximum(ends - begins, 0)
    return shared


def _only(column: Column, chosen: npt.NDArray[np.bool_]) -> Column:
    return Column(
        column.instants[chosen],
        column.values[chosen],
        column.flags[chosen],
        column.simulated,
        column.received[chosen],
        column.conflict[chosen],
    )
