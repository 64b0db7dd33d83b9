"""Which deployments must be computed again: those with a closed window that new readings touch, or that just closed."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from catalog.kits import Deployment, kit_models
from catalog.places import WorkSchedule
from catalog.registry import Registry
from catalog.schedule import local_days, shifts
from store.touched import Span
from vigie.times import local_day

_UNKNOWN_HOLD = 3_600_000
"""Milliseconds a reading of a kit without a known model may matter beyond its own instant."""
_LOOK_BACK = 3 * 86_400_000
"""Milliseconds in which every zone has closed some window: a local day at least."""


def plan(registry: Registry, spans: Iterable[Span], computed_at: int | None, now: int) -> list[Deployment]:
    """The deployments to compute, in the registry's order.

    Parameters
    ----------
    spans : iterable of Span
        Newly stored readings; those outside any deployment belong to nobody and plan nothing.
    computed_at : int or None
        Instant of the last computation [ms UTC]; None where there was none.
    now : int
        Windows that end after it are not closed.

    Notes
    -----
    A deployment is always computed whole: its exposures are a function of its readings and of nothing else. What keeps
    this cheap is that readings of a window that is still open plan nothing; it is planned once, when it closes.
    """
    chosen: set[str] = set()
    for span in spans:
        for deployment in registry.deployments.values():
            if deployment.kit == span.kit and _touches(registry, deployment, span, now):
                chosen.add(deployment.id)
    if computed_at is not None:
        for deployment in registry.deployments.values():
            if _closed_since(registry, deployment, computed_at, now):
                chosen.add(deployment.id)
    return [deployment for key, deployment in registry.deployments.items() if key in chosen]


def _touches(registry: Registry, deployment: Deployment, span: Span, now: int) -> bool:
    """Whether readings of a span count for a window of the deployment that is closed."""
    if span.end <= deployment.start or (deployment.end is not None and span.start > deployment.end):
        return False
    settled = settled_until(registry, deployment, now)
    return settled is not None and span.start <= settled


def settled_until(registry: Registry, deployment: Deployment, now: int) -> int | None:
    """The latest instant [ms UTC] a reading that matters for a closed window can have; None before the first closes.

    What is computed looks no further: readings that plan nothing must not change anything either, or an exposure would
    depend on when it was last computed. A reading within the hold time after a window may stand for time in it, and
    its quality flag may rest on readings within another hold time (a spike is told by what follows).
    """
    closed = _last_close(registry, deployment, now)
    return None if closed is None else closed + 2 * _hold(registry, deployment) - 1


def _closed_since(registry: Registry, deployment: Deployment, before: int, now: int) -> bool:
    """Whether some window of a deployment ended after an earlier instant."""
    zone = registry.zone_of(deployment)
    # were every public holiday worked, more windows would close; where none does, nobody need know which days those are
    schedules = (replace(zone.schedule, works_on_holidays=True), zone.schedule)
    closes = (_last_close_in(registry, deployment, schedule, now) for schedule in schedules)
    return all(close is not None and close > before for close in closes)


def _last_close(registry: Registry, deployment: Deployment, now: int) -> int | None:
    """When the last window of a deployment that is closed by now ended [ms UTC]; None before the first."""
    return _last_close_in(registry, deployment, registry.zone_of(deployment).schedule, now)


def _last_close_in(registry: Registry, deployment: Deployment, schedule: WorkSchedule, now: int) -> int | None:
    establishment = registry.establishment_of(registry.zone_of(deployment))
    until = now if deployment.end is None else min(now, deployment.end + _LOOK_BACK)
    since = until - _LOOK_BACK
    first, last = (local_day(instant, establishment.timezone) for instant in (since, until))
    ends = [shift.end for shift in shifts(schedule, establishment, first - timedelta(days=1), last)]
    ends += [day.end for _, day in local_days(establishment.timezone, since, until)]
    return max((end for end in ends if deployment.start < end <= until), default=None)


def _hold(registry: Registry, deployment: Deployment) -> int:
    kit = registry.kits.get(deployment.kit)
    model = kit_models().get(kit.model) if kit else None
    return round(1000 * max(channel.hold for channel in model.channels)) if model else _UNKNOWN_HOLD
