"""What happens in a zone: people come and go, machines and tasks are on and off, at random around their times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from firmware_sim.rooms import Floats
from firmware_sim.scenario import Activity, People, SimulatedZone
from firmware_sim.zones import STEP, Instants, Span, local_instant, seeded

LAMP_MARGIN = 900_000
"""Lamps are lit before the first person comes and until after the last one leaves [ms]."""


@dataclass(frozen=True, slots=True)
class Run:
    """An activity as it happened: the share of each step during which it was on."""

    activity: Activity
    share: Floats


@dataclass(frozen=True, slots=True)
class Happenings:
    """What happened in a zone.

    Attributes
    ----------
    instants : array
        Ends of the steps [ms UTC].
    people : array
        Mean number of people during each step.
    runs : tuple of Run
        One for each activity of the zone.
    lit : array
        Share of each step during which the lamps were on.
    """

    zone: SimulatedZone
    instants: Instants
    people: Floats
    runs: tuple[Run, ...]
    lit: Floats


def happenings(zone: SimulatedZone, days: Sequence[date], timezone: ZoneInfo, seed: int) -> Happenings:
    """What happened in a zone over whole local days in a row; its steps end when its kit samples."""
    phase = round(zone.kit.phase * 1000)
    first = local_instant(days[0], "00:00", timezone) + phase
    last = local_instant(days[-1] + timedelta(days=1), "00:00", timezone)
    # readings of a day lie in (00:00, 24:00]
    instants = np.arange(first if phase else first + STEP, last + 1, STEP, dtype=np.int64)
    edges = np.concatenate((instants[:1] - STEP, instants))

    stays = _presence(zone.people, days, timezone, seeded(seed, zone.id, "presence"))
    people = np.zeros(instants.size)
    for stay in stays:
        if stay.people:
            people += stay.people * _share(edges, [stay.span])
    occupied = _occupied(stays)
    runs = tuple(
        Run(
            activity,
            _share(edges, _switchings(activity, occupied, days, timezone, seeded(seed, zone.id, activity.name))),
        )
        for activity in zone.activities
    )
    return Happenings(zone, instants, people, runs, _share(edges, _lamp_spans(occupied, days, timezone)))


def _share(edges: Instants, spans: Sequence[Span]) -> Floats:
    """Share of each step between two edges that the spans, in order and apart, cover."""
    if not spans:
        return np.zeros(edges.size - 1)
    bounds = np.array([bound for span in spans for bound in (span.start, span.end)], dtype=float)
    lengths = np.diff(bounds)
    lengths[1::2] = 0.0  # between one span's end and the next one's start nothing is on
    covered = np.concatenate(([0.0], np.cumsum(lengths)))
    return np.diff(np.interp(edges, bounds, covered)) / np.diff(edges)


@dataclass(frozen=True, slots=True)
class _Stay:
    span: Span
    people: int


def _presence(people: People, days: Sequence[date], timezone: ZoneInfo, rng: np.random.Generator) -> list[_Stay]:
    """The presence blocks as people kept to them."""
    stays = []
    for day in days:
        for block in people.presence:
            late = np.clip(rng.normal(0.0, 1.0, 2), -2.0, 2.0) * people.punctuality * 60_000
            if day.isoweekday() not in block.days:
                continue
            start = local_instant(day, block.from_, timezone) + round(late[0])
            end = local_instant(day, block.to, timezone) + round(late[1])
            stays.append(_Stay(Span(start, max(start, end)), block.people))
    return stays


def _occupied(stays: Sequence[_Stay]) -> list[Span]:
    """When at least one person is there: the stays joined where they touch or overlap."""
    joined: list[Span] = []
    for stay in sorted(stays, key=lambda stay: stay.span.start):
        if joined and stay.span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, stay.span.end))
        else:
            joined.append(stay.span)
    return joined


def _switchings(
    activity: Activity, occupied: Sequence[Span], days: Sequence[date], timezone: ZoneInfo, rng: np.random.Generator
) -> list[Span]:
    """When an activity is on: runs and pauses of random length, while somebody is there and it is its time of day."""
    hours = [
        Span(local_instant(day, activity.from_, timezone), local_instant(day, activity.to, timezone)) for day in days
    ]
    spans: list[Span] = []
    for window in (_common(stay, hour) for stay in occupied for hour in hours):
        if window.end <= window.start:
            continue
        if activity.share >= 1.0:
            spans.append(window)
            continue
        if activity.share <= 0.0:
            continue
        on = activity.minutes * 60_000
        off = on * (1.0 - activity.share) / activity.share
        cycles = int((window.end - window.start) / (on + off) * 3) + 10
        runs = on * np.clip(rng.exponential(1.0, cycles), 0.2, 3.0)
        pauses = off * np.clip(rng.exponential(1.0, cycles), 0.2, 3.0)
        pauses[0] *= rng.uniform()
        ends = window.start + np.cumsum(pauses + runs)
        for start, end in zip((ends - runs).tolist(), ends.tolist(), strict=True):
            if start >= window.end:
                break
            spans.append(Span(round(start), min(round(end), window.end)))
    return sorted(spans, key=lambda span: span.start)


def _common(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))


def _lamp_spans(occupied: Sequence[Span], days: Sequence[date], timezone: ZoneInfo) -> list[Span]:
    """From before the first arrival of a day until after its last leave: nobody works in the dark."""
    spans = []
    for day in days:
        midnight = local_instant(day, "00:00", timezone)
        next_midnight = local_instant(day + timedelta(days=1), "00:00", timezone)
        of_day = [span for span in occupied if midnight <= span.start < next_midnight]
        if of_day:
            start = max(midnight, of_day[0].start - LAMP_MARGIN)
            spans.append(Span(start, min(next_midnight, of_day[-1].end + LAMP_MARGIN)))
    return spans
