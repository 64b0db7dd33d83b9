"""Readings for a single measure: of a kit in a workspace, or of a file for somebody without one."""

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import numpy as np

from catalog.identifiers import EmployerId, EstablishmentId, KitId, QuantityId
from catalog.kits import Deployment
from catalog.places import Establishment, ShiftPattern, WorkSchedule
from catalog.quantities import quantity
from catalog.registry import Registry
from catalog.schedule import Interval, shifts
from catalog.suggest import did_you_mean
from dsp.series import Series, build, median_step
from ingest.files import read_file, read_mapping
from ingest.mapping import Hints
from store.registry import load
from store.scope import Scope
from vigie.channels import channel_series
from vigie.errors import RefusedError, UsageError
from vigie.times import local_day, now, parse_instant, parse_until
from vigie.workspace import Workspace, find_workspace

_HOLD_PERIODS = 3
_HOURS = re.compile(r"(\d{1,2})(?:[:h](\d{2})?)?\s*-\s*(\d{1,2})(?:[:h](\d{2})?)?")
_WORKING_DAYS = frozenset(range(1, 6))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which readings a person points at.

    Attributes
    ----------
    kit, file : optional
        Exactly one of them.
    since, until : str or None
        As typed.
    hours : str or None
        When people are there, Monday to Friday, e.g. ``09:00-17:00``; in place of the zone's schedule.
    """

    kit: str | None = None
    file: Path | None = None
    mapping: Path | None = None
    timezone: str | None = None
    since: str | None = None
    until: str | None = None
    hours: str | None = None
    workspace: Path | None = None


@dataclass(frozen=True, slots=True)
class MeasuredSeries:
    """Readings a measure is asked of.

    Attributes
    ----------
    whole : Series
        Everything there is, also outside the span: a baseline reaches back.
    series : Series
        The part in ``span``.
    occupied : tuple of Interval
        When people are there, in the span [ms UTC]; empty where nobody said.
    """

    name: str
    timezone: str
    whole: Series
    series: Series
    span: Interval
    occupied: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A series, where its clock stands, and the hours of its place."""

    name: str
    timezone: str
    series: Series
    occupied: tuple[Interval, ...]


def measured_series(asked: Asked, name: str) -> MeasuredSeries:
    """Readings of one quantity as they were asked for.

    Raises
    ------
    UsageError
        Neither a kit nor a file, or both; a kit or a time that is none.
    RefusedError
        There are no readings of it.
    """
    if (asked.kit is None) == (asked.file is None):
        raise UsageError("name either --kit KIT (of a workspace) or --file FILE (CSV or Parquet), one of the two")
    found = _of_file(asked, asked.file, name) if asked.file is not None else _of_kit(asked, name)
    span = _span(asked, found)
    part = found.series.during(span)
    if not len(part):
        raise RefusedError(f"{found.name}: no readings of {name} in that time; choose another with --from and --to")
    occupied = _hours(asked.hours, found, span) if asked.hours else found.occupied
    inside = tuple(
        Interval(max(piece.start, span.start), min(piece.end, span.end))
        for piece in occupied
        if max(piece.start, span.start) < min(piece.end, span.end)
    )
    return MeasuredSeries(found.name, found.timezone, found.series, part, span, inside)


def _of_file(asked: Asked, file: Path, name: str) -> _Found:
    if not file.is_file():
        what = "is a folder" if file.is_dir() else "no such file"
        raise UsageError(f"{file}: {what}; expected readings as CSV or Parquet")
    mapping = read_mapping(asked.mapping) if asked.mapping else None
    zone = asked.timezone or (mapping.time.timezone if mapping else None)
    # to a single measure it does not matter what zone the times of a file are in, as long as it is one
    hints = Hints(timezone=asked.timezone or (None if zone else "UTC"))
    reading = read_file(file, mapping, KitId("file"), received=now(), hints=hints)
    measured = quantity(name)
    parts = [chunk.frame.filter(chunk.frame["quantity"] == name) for chunk in reading]
    instants = np.concatenate([part["instant"].to_numpy() for part in parts]).astype(np.int64)
    if instants.size == 0:
        raise RefusedError(f"{file.name}: has no {name}; {_columns(reading.report.columns)}")
    values = np.concatenate([part["value"].to_numpy() for part in parts])
    flags = np.concatenate([part["flag"].to_numpy() for part in parts])
    order = np.argsort(instants, kind="stable")
    last = np.append(np.diff(instants[order]) > 0, True)
    kept = order[last]
    if kept.size == 1:
        raise RefusedError(
            f"{file.name}: has one reading of {name}; expected two or more, to know what time one stands for"
        )
    period = median_step(instants[kept])
    series = build(instants[kept], values[kept], flags[kept], period, _HOLD_PERIODS * period, measured.averaging)
    if not len(series):
        raise RefusedError(
            f"{file.name}: every one of its {kept.size} readings of {name} lies outside"
            f" {measured.physical_low:g} to {measured.physical_high:g} {measured.unit}"
        )
    return _Found(file.name, zone if zone and "/" in zone else "UTC", series, ())


def _columns(names: tuple[str, ...]) -> str:
    return f"its columns with a quantity are {', '.join(names)}" if names else "name its columns in a --mapping"


def _of_kit(asked: Asked, name: str) -> _Found:
    place = find_workspace(asked.workspace)
    registry = load(place.database, Scope.service())
    kit = KitId(asked.kit or "")
    if kit not in registry.kits:
        raise UsageError(f'--kit is "{kit}"; {did_you_mean(kit, registry.kits)}')
    lent = sorted((d for d in registry.deployments.values() if d.kit == kit), key=lambda d: d.start)
    if not lent:
        raise RefusedError(
            f"{kit}: was never deployed, so nobody knows its room and hours; add a deployment, or use --file"
        )
    parts = [part for each in lent if (part := _deployed(place, registry, each, name)) is not None]
    if not parts:
        raise RefusedError(f"{kit}: has no readings of {name}")
    timezone = registry.establishment_of(registry.zone_of(lent[-1])).timezone
    return _Found(kit, timezone, _joined(parts), _worked(registry, lent, int(parts[-1].instants[-1])))


def _deployed(place: Workspace, registry: Registry, lent: Deployment, name: str) -> Series | None:
    span = Interval(lent.start, lent.end if lent.end is not None else now())
    for channel in channel_series(place.readings, registry, lent, span):
        if channel.subject.quantity.id == QuantityId(name) and len(channel.series):
            part = channel.series.during(span)
            return part if len(part) else None
    return None


def _joined(parts: list[Series]) -> Series:
    first = parts[0]
    return Series(
        np.concatenate([part.instants for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.suspect for part in parts]),
        first.period,
        first.hold,
        first.averaging,
    )


def _worked(registry: Registry, lent: list[Deployment], last: int) -> tuple[Interval, ...]:
    found: list[Interval] = []
    for each in lent:
        zone = registry.zone_of(each)
        establishment = registry.establishment_of(zone)
        end = min(each.end if each.end is not None else last, last)
        first_day = local_day(each.start, establishment.timezone) - timedelta(days=1)
        for shift in shifts(zone.schedule, establishment, first_day, local_day(end, establishment.timezone)):
            found += [
                Interval(max(piece.start, each.start), min(piece.end, end))
                for piece in shift.pieces
                if max(piece.start, each.start) < min(piece.end, end)
            ]
    return tuple(found)


def _hours(text: str, found: _Found, span: Interval) -> tuple[Interval, ...]:
    match = _HOURS.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        start = time(int(match[1]), int(match[2] or 0))
        end = time(int(match[3]), int(match[4] or 0))
    except ValueError:
        raise UsageError(
            f'--hours is "{text}"; expected when people are there, Monday to Friday: 09:00-17:00'
        ) from None
    anywhere = Establishment(EstablishmentId("-"), EmployerId("-"), "-", found.timezone, "FR", None)
    schedule = WorkSchedule((ShiftPattern("hours", _WORKING_DAYS, start, end),), works_on_holidays=True)
    days: list[date] = [local_day(span.start, found.timezone) - timedelta(days=1), local_day(span.end, found.timezone)]
    return tuple(piece for shift in shifts(schedule, anywhere, days[0], days[1]) for piece in shift.pieces)


def _span(asked: Asked, found: _Found) -> Interval:
    series = found.series
    start = int(series.instants[0] - series.weights[0])
    end = int(series.instants[-1])
    if asked.since:
        start = parse_instant(asked.since, found.timezone, "--from")
    if asked.until:
        end = parse_until(asked.until, found.timezone, "--to")
    if end <= start:
        first, last = local_day(start, found.timezone), local_day(end, found.timezone)
        raise UsageError(f"the time asked for ends ({last}) before it starts ({first}); mend --from or --to")
    return Interval(start, end)
