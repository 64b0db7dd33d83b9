"""Readings → exposures → tickets: takes what the stores hold, has the pure rooms compute, and stores what is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from rules.engine import thresholds
from store.readings import ReadingStore

from catalog.kits import Deployment
from catalog.registry import Registry
from catalog.schedule import Interval, Shift, local_days, shifts
from dsp.campaign import Threshold, exceedances, exposures
from dsp.exposure import Exceedance, Exposure
from rules.pack import Pack
from vigie.channels import ChannelSeries, channel_series
from vigie.plan import Job
from vigie.times import instant_of

_BEFORE = 25 * 3_600_000
"""Milliseconds read before the first window: a 24-hour window and the hold time."""
_AFTER = 3_600_000
"""Milliseconds read after the last window: a reading stands for the time before it."""

Progress = Callable[[int, int, str], None]
"""Called with (done, total, name of the deployment) as deployments are computed."""


@dataclass(slots=True)
class Computed:
    """What one deployment's readings mean.

    Attributes
    ----------
    first, last : date
        Local days whose windows were computed; the store replaces exactly these.
    shifts : list of Shift
        The shifts looked at.
    """

    deployment: Deployment
    first: date
    last: date
    shifts: list[Shift] = field(default_factory=list)
    exposures: list[Exposure] = field(default_factory=list)
    exceedances: list[Exceedance] = field(default_factory=list)


def compute_deployment(
    store: ReadingStore, registry: Registry, packs: Sequence[Pack], job: Job, now: int, version: int
) -> Computed:
    """All exposures and episodes of one deployment in the windows a job names.

    Parameters
    ----------
    now : int
        Milliseconds UTC; a window that ends later is not closed and not computed.
    version : int
        Delta version of the readings, so that the computation can be repeated.
    """
    deployment = job.deployment
    establishment = registry.establishments[registry.zones[deployment.zone].establishment]
    zone = registry.zones[deployment.zone]
    result = Computed(deployment, job.first, job.last)
    deployed = Interval(deployment.start, deployment.end if deployment.end is not None else now)

    def concerns(start: int, end: int) -> bool:
        return end <= now and start < deployed.end and end > deployed.start

    result.shifts = [s for s in shifts(zone.schedule, establishment, job.first, job.last) if concerns(s.start, s.end)]
    midnight = instant_of(job.first, establishment.timezone)
    after = instant_of(job.last + timedelta(days=1), establishment.timezone)
    days = [(d, i) for d, i in local_days(establishment.timezone, midnight, after) if concerns(i.start, i.end)]
    if not result.shifts and not days:
        return result
    edges = [(s.start, s.end) for s in result.shifts] + [(i.start, i.end) for _, i in days]
    span = Interval(min(e[0] for e in edges) - _BEFORE, max(e[1] for e in edges) + _AFTER)
    for channel in channel_series(store, registry, deployment, span, version=version):
        limits = _limits(packs, registry, channel, job)
        result.exposures += exposures(channel.subject, channel.series, result.shifts, days, limits)
        for limit in limits:
            result.exceedances += exceedances(channel.subject, channel.series, result.shifts, limit)
    return result


def _limits(packs: Sequence[Pack], registry: Registry, channel: ChannelSeries, job: Job) -> list[Threshold]:
    """Every limit in force on some day of the job, each once, in order."""
    zone = registry.zones[job.deployment.zone]
    found = set()
    for day in (job.first, job.last):
        for level in thresholds(packs, zone, day).get(channel.subject.quantity.id, ()):
            found.add(Threshold(level.value, level.direction))
    return sorted(found, key=lambda limit: (limit.direction, limit.value))
