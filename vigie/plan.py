"""Which windows must be computed again: what late or new readings touch, and what closed since the last time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.kits import Deployment
from catalog.registry import Registry
from vigie.times import local_day

_REACH = 3_600_000
"""Milliseconds a reading may matter beyond its own instant through the hold time; generous, it costs only work."""


@dataclass(frozen=True, slots=True)
class Span:
    """Readings of one kit between two instants [ms UTC] that were stored since the last computation."""

    kit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Job:
    """One deployment whose windows that start on local days ``first`` to ``last`` are to be computed again."""

    deployment: Deployment
    first: date
    last: date


def plan(registry: Registry, spans: Iterable[Span], closed_since: int | None, now: int) -> list[Job]:
    """The jobs, one a deployment, in the registry's order.

    Parameters
    ----------
    spans : iterable of Span
        Newly stored readings; those outside any deployment belong to nobody and plan nothing.
    closed_since : int or None
        Instant of the last computation [ms UTC]: windows that ended since then are planned although no reading is new.
        None where everything with readings is planned anyway.
    now : int
        Windows that end after it are not closed.

    Notes
    -----
    A reading reaches a shift that started the day before (night shifts) and 24-hour windows that end the day after.
    """
    first: dict[str, date] = {}
    last: dict[str, date] = {}

    def widen(deployment: Deployment, start: date, end: date) -> None:
        first[deployment.id] = min(first.get(deployment.id, start), start)
        last[deployment.id] = max(last.get(deployment.id, end), end)

    for span in spans:
        for deployment in registry.deployments.values():
            if deployment.kit != span.kit:
                continue
            start = max(span.start, deployment.start)
            end = span.end if deployment.end is None else min(span.end, deployment.end)
            if end < start:
                continue
            timezone = _timezone(registry, deployment)
            a_day = timedelta(days=1)
            widen(deployment, local_day(start - _REACH, timezone) - a_day, local_day(end + _REACH, timezone) + a_day)
    if closed_since is not None:
        for deployment in registry.deployments.values():
            if deployment.start >= now or (deployment.end is not None and deployment.end + _REACH < closed_since):
                continue
            timezone = _timezone(registry, deployment)
            start = max(closed_since, deployment.start)
            widen(deployment, local_day(start, timezone) - timedelta(days=1), local_day(now, timezone))
    return [Job(deployment, first[key], last[key]) for key, deployment in registry.deployments.items() if key in first]


def _timezone(registry: Registry, deployment: Deployment) -> str:
    zone = registry.zones[deployment.zone]
    return registry.establishments[zone.establishment].timezone
