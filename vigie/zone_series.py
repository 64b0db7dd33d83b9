"""Readings of every kit of a zone, for a single measure of the zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.kits import Deployment
from catalog.places import Establishment, Zone
from catalog.registry import Registry
from catalog.schedule import Interval, shifts
from catalog.suggest import did_you_mean
from dsp.series import Series
from dsp.subject import Subject
from store.registry import load
from store.scope import Scope
from vigie.channels import channel_series
from vigie.errors import RefusedError, UsageError
from vigie.times import local_day, now, parse_instant, parse_until
from vigie.workspace import Workspace, find_workspace


@dataclass(frozen=True, slots=True)
class KitSeries:
    """What one deployment in the zone measured of each quantity asked for.

    Attributes
    ----------
    subjects, series : tuple
        In the order the quantities were named in.
    span : Interval
        Deployed, as far as it was asked for [ms UTC].
    occupied, empty : tuple of Interval
        When people were there and when they were not, in the span.
    """

    kit: str
    subjects: tuple[Subject, ...]
    series: tuple[Series, ...]
    span: Interval
    occupied: tuple[Interval, ...]
    empty: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class ZoneSeries:
    """All of them.

    Attributes
    ----------
    without : tuple of str
        Kits of the zone that sent nothing of what was asked for in that time.
    """

    zone: Zone
    timezone: str
    kits: tuple[KitSeries, ...]
    without: tuple[str, ...]


def zone_series(
    workspace: Path | None, zone: str, names: Sequence[str], since: str | None, until: str | None
) -> ZoneSeries:
    """Series of some quantities of every kit that was in a zone, with the hours of its schedule.

    Parameters
    ----------
    names : sequence of str
        Quantities; a kit that lacks one of them counts as one without.
    since, until : str or None
        As typed, in the time of the place.

    Raises
    ------
    UsageError
        No such zone; a time that is none.
    RefusedError
        No kit measured what was asked for there.
    """
    place = find_workspace(workspace)
    registry = load(place.database, Scope.service())
    known = next((each for each in registry.zones.values() if each.id == zone), None)
    if known is None:
        raise UsageError(f'--zone is "{zone}"; {did_you_mean(zone, registry.zones)}')
    establishment = registry.establishment_of(known)
    asked = Interval(
        parse_instant(since, establishment.timezone, "--from") if since else 0,
        parse_until(until, establishment.timezone, "--to") if until else now(),
    )
    if asked.length <= 0:
        raise UsageError(f"--to {until} is not after --from {since}; mend one of them")
    found: list[KitSeries] = []
    without: list[str] = []
    for lent in registry.deployments_of(known):
        span = Interval(max(lent.start, asked.start), min(lent.end or asked.end, asked.end))
        if span.length <= 0:
            continue
        one = _deployed(place, registry, establishment, lent, span, names)
        if one is None:
            without.append(str(lent.kit))
        else:
            found.append(one)
    silent = [kit for kit in dict.fromkeys(without) if kit not in {each.kit for each in found}]
    if not found:
        raise RefusedError(f"{zone}: no kit measured {' and '.join(names)} there in that time")
    return ZoneSeries(known, establishment.timezone, tuple(found), tuple(silent))


def _deployed(
    place: Workspace,
    registry: Registry,
    establishment: Establishment,
    lent: Deployment,
    span: Interval,
    names: Sequence[str],
) -> KitSeries | None:
    channels = {
        str(channel.subject.quantity.id): channel for channel in channel_series(place.readings, registry, lent, span)
    }
    chosen = [channels[name] for name in names if name in channels and len(channels[name].series.during(span))]
    if len(chosen) < len(names):
        return None
    parts = tuple(channel.series.during(span) for channel in chosen)
    seen = Interval(
        max(int(part.instants[0] - part.weights[0]) for part in parts), min(int(part.instants[-1]) for part in parts)
    )
    if seen.length <= 0:
        return None
    occupied = _occupied(registry.zone_of(lent), establishment, seen)
    return KitSeries(
        str(lent.kit), tuple(channel.subject for channel in chosen), parts, seen, occupied, _between(occupied, seen)
    )


def _occupied(zone: Zone, establishment: Establishment, span: Interval) -> tuple[Interval, ...]:
    first, last = (local_day(end, establishment.timezone) for end in (span.start - 86_400_000, span.end))
    pieces = [piece for shift in shifts(zone.schedule, establishment, first, last) for piece in shift.pieces]
    cut = [Interval(max(piece.start, span.start), min(piece.end, span.end)) for piece in pieces]
    return tuple(piece for piece in cut if piece.length > 0)


def _between(occupied: Sequence[Interval], span: Interval) -> tuple[Interval, ...]:
    edges = [span.start, *(edge for piece in occupied for edge in (piece.start, piece.end)), span.end]
    gaps = [Interval(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return tuple(gap for gap in gaps if gap.length > 0)
