"""The shifts that are under way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from catalog.identifiers import ZoneId
from catalog.kits import Deployment
from catalog.registry import Registry
from catalog.schedule import Shift, shifts
from vigie.times import local_day


@dataclass(frozen=True, slots=True)
class OpenShift:
    """A shift of a deployment that is under way."""

    deployment: Deployment
    shift: Shift

    @property
    def key(self) -> str:
        """What it is found by in the saved state."""
        return f"{self.deployment.id} {self.shift.start} {self.shift.name}"


def open_shifts(registry: Registry, at: int) -> list[OpenShift]:
    """Shifts under way at an instant [ms UTC], of every deployment that is under way."""
    found: list[OpenShift] = []
    for deployment in registry.deployments.values():
        if deployment.start >= at or (deployment.end is not None and deployment.end <= at):
            continue
        zone = registry.zone_of(deployment)
        establishment = registry.establishment_of(zone)
        today = local_day(at, establishment.timezone)
        around = shifts(zone.schedule, establishment, today - timedelta(days=1), today)
        found += [OpenShift(deployment, shift) for shift in around if shift.start < at < shift.end and shift.pieces]
    return found


def zones_under_way(registry: Registry, kits: Collection[str], at: int) -> list[ZoneId]:
    """Zones in which one of the kits stands in a shift under way."""
    return list(
        dict.fromkeys(each.deployment.zone for each in open_shifts(registry, at) if each.deployment.kit in kits)
    )
