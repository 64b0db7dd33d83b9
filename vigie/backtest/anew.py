"""Times beyond limits nobody counted yet: between what they lie, and from the readings what they are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from catalog.identifiers import DeploymentId, KitId, ZoneId
from catalog.kits import Deployment
from catalog.registry import Registry
from catalog.schedule import Shift, shifts
from dsp.campaign import exposures
from dsp.exposure import Exposure, Measure, WindowKind
from dsp.subject import Direction, Threshold
from rules.times_asked import TimeBeyond, TimeBounds, same_limit, time_bounds
from store.readings import ReadingStore
from vigie.backtest.stored import StoredZone, is_time
from vigie.pipeline import deployment_channels
from vigie.times import local_day


@dataclass(frozen=True, slots=True)
class Uncounted:
    """The time beyond a limit in one shift that is not stored, and between what it lies."""

    zone: ZoneId
    kit: KitId
    deployment: DeploymentId
    start: int
    end: int
    asked: TimeBeyond
    bounds: TimeBounds

    def exposure(self, seconds: float) -> Exposure:
        """As an exposure, were it so many seconds."""
        return Exposure(
            zone=self.zone,
            kit=self.kit,
            deployment=self.deployment,
            quantity=self.asked.quantity,
            measure=self.asked.measure,
            window_kind=WindowKind.SHIFT,
            start=self.start,
            end=self.end,
            value=seconds,
            unit="s",
            coverage=1.0,
            low=None,
            high=None,
            uncertainty=None,
            threshold=self.asked.limit,
            at_start=None,
            at_end=None,
            whole=True,
            suspect=0.0,
            simulated=False,
        )


@dataclass(frozen=True, slots=True)
class _Window:
    kit: str
    deployment: str
    start: int


def uncounted(stored: StoredZone, zone: ZoneId, asked: Iterable[TimeBeyond]) -> list[Uncounted]:
    """The times beyond limits that are asked for and not stored, shift by shift.

    A shift of which too little was seen has none: it counts as not beyond, whatever the limit.
    """
    seen = stored.shifts.filter(pl.col("seen").is_not_null())
    found = []
    for each in asked:
        of_quantity = pl.col("quantity") == each.quantity
        counted = stored.times.filter(is_time(each))
        window = ["kit", "deployment", "start", "end"]
        missing = seen.filter(of_quantity).join(counted, on=window, how="anti")
        if missing.is_empty():
            continue
        known = _known(stored.times.filter(of_quantity & (pl.col("measure") == each.measure.value)))
        for kit, deployment, start, end, longest in missing.select(*window, "seen").iter_rows():
            bounds = time_bounds(each, known.get(_Window(kit, deployment, start), {}), longest)
            found.append(Uncounted(zone, kit, deployment, start, end, each, bounds))
    return found


def _known(rows: pl.DataFrame) -> Mapping[_Window, Mapping[float, float | None]]:
    """Seconds beyond the limits that are stored, by shift."""
    found: dict[_Window, dict[float, float | None]] = {}
    columns = ("kit", "deployment", "start", "threshold", "value")
    for kit, deployment, start, threshold, value in rows.select(columns).iter_rows():
        found.setdefault(_Window(kit, deployment, start), {})[threshold] = value
    return found


@dataclass(frozen=True, slots=True)
class Counted:
    """What the readings say of times that were not stored.

    Attributes
    ----------
    exposures : list of Exposure
        Of the shifts whose readings are there.
    unknown : list of Uncounted
        Of the others.
    """

    exposures: list[Exposure]
    unknown: list[Uncounted]


def count_anew(
    readings: ReadingStore, registry: Registry, missing: Sequence[Uncounted], now: int, version: int
) -> Counted:
    """Count times beyond limits from the readings, deployment by deployment.

    Parameters
    ----------
    now : int
        Milliseconds UTC; as for :func:`vigie.pipeline.compute_deployment`.
    version : int
        Delta version of the readings.
    """
    counted, unknown = [], []
    for name in dict.fromkeys(each.deployment for each in missing):
        of_deployment = [each for each in missing if each.deployment == name]
        deployment = registry.deployments.get(name)
        found = {} if deployment is None else _counted(readings, registry, deployment, of_deployment, now, version)
        for each in of_deployment:
            exposure = found.get(_Asked(each.asked, each.start, each.end))
            if exposure is None:
                unknown.append(each)
            else:
                counted.append(exposure)
    return Counted(counted, unknown)


@dataclass(frozen=True, slots=True)
class _Asked:
    asked: TimeBeyond
    start: int
    end: int


def _counted(
    readings: ReadingStore,
    registry: Registry,
    deployment: Deployment,
    missing: Sequence[Uncounted],
    now: int,
    version: int,
) -> dict[_Asked, Exposure]:
    asked = {each.asked for each in missing}
    worked = _shifts(registry, deployment, missing)
    found: dict[_Asked, Exposure] = {}
    if not worked:
        return found
    for channel in deployment_channels(readings, registry, deployment, now, version):
        of_channel = [each for each in asked if each.quantity == channel.subject.quantity.id]
        if not of_channel:
            continue
        limits = [Threshold(each.limit, _direction(each.measure)) for each in of_channel]
        for exposure in exposures(channel.subject, channel.series, worked, (), limits):
            threshold = exposure.threshold
            if threshold is None:
                continue
            for each in of_channel:
                if exposure.measure is each.measure and same_limit(threshold, each.limit):
                    found[_Asked(each, exposure.start, exposure.end)] = exposure
    return found


def _direction(measure: Measure) -> Direction:
    return "below" if measure is Measure.TIME_BELOW else "above"


def _shifts(registry: Registry, deployment: Deployment, missing: Sequence[Uncounted]) -> list[Shift]:
    """The shifts in question as the schedule lays them out; one that it no longer has is left out."""
    zone = registry.zone_of(deployment)
    establishment = registry.establishment_of(zone)
    wanted = {(each.start, each.end) for each in missing}
    first = local_day(min(each.start for each in missing), establishment.timezone) - timedelta(days=1)
    last = local_day(max(each.end for each in missing), establishment.timezone)
    worked = shifts(zone.schedule, establishment, first, last)
    return [shift for shift in worked if (shift.start, shift.end) in wanted]
