"""The registry: employers, establishments, zones, kits, where kits were lent and how they were calibrated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from catalog.identifiers import DeploymentId, EmployerId, EstablishmentId, KitId, QuantityId, ZoneId
from catalog.kits import Calibration, Deployment, Kit
from catalog.places import Employer, Establishment, Zone


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything a registry file says, each thing by its id in the file's order; references between them hold."""

    employers: Mapping[EmployerId, Employer] = field(default_factory=dict)
    establishments: Mapping[EstablishmentId, Establishment] = field(default_factory=dict)
    zones: Mapping[ZoneId, Zone] = field(default_factory=dict)
    kits: Mapping[KitId, Kit] = field(default_factory=dict)
    deployments: Mapping[DeploymentId, Deployment] = field(default_factory=dict)
    calibrations: tuple[Calibration, ...] = ()

    def zone_of(self, deployment: Deployment) -> Zone:
        """The zone a kit was lent to."""
        return self.zones[deployment.zone]

    def establishment_of(self, zone: Zone) -> Establishment:
        """The establishment a zone is part of."""
        return self.establishments[zone.establishment]

    def employer_of(self, zone: Zone) -> Employer:
        """The employer a zone belongs to: the tenant."""
        return self.employers[self.establishment_of(zone).employer]

    def deployments_of(self, zone: Zone) -> tuple[Deployment, ...]:
        """The deployments in a zone, in order of start."""
        return tuple(sorted((d for d in self.deployments.values() if d.zone == zone.id), key=lambda d: (d.start, d.id)))

    def deployment_at(self, kit: KitId, instant: int) -> Deployment | None:
        """Where a kit was when it took a reading at ``instant`` [ms UTC], or None: it then belongs to nobody."""
        return next(
            (
                d
                for d in self.deployments.values()
                if d.kit == kit and d.start < instant and (d.end is None or instant <= d.end)
            ),
            None,
        )

    def calibration_on(self, kit: KitId, quantity: QuantityId, day: date) -> Calibration | None:
        """The last calibration of a channel performed on or before ``day``, due or not."""
        done = [c for c in self.calibrations if c.kit == kit and c.quantity == quantity and c.performed <= day]
        return max(done, key=lambda c: c.performed, default=None)
