"""The registry: employers, establishments, zones, kits, where kits were lent and how they were calibrated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from catalog.errors import RegistryErrors
from catalog.identifiers import DeploymentId, EmployerId, EstablishmentId, KitId, QuantityId, ZoneId
from catalog.kits import Calibration, Deployment, Kit
from catalog.places import Employer, Establishment, Zone
from catalog.registry_kits import read_calibrations, read_deployments, read_kits
from catalog.registry_places import Read, by_id, read_places
from catalog.yaml_nodes import Item, Problems, read_document


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

    def calibrations_on(self, kit: KitId, day: date) -> tuple[Calibration, ...]:
        """The last calibration of each of a kit's channels performed on or before ``day``, the soonest due first."""
        last: dict[QuantityId, Calibration] = {}
        for done in sorted((c for c in self.calibrations if c.kit == kit), key=lambda c: c.performed):
            if done.performed <= day:
                last[done.quantity] = done
        return tuple(sorted(last.values(), key=lambda c: (c.due, c.quantity)))


def parse_registry(text: str, filename: str) -> Registry:
    """A registry file, checked to the last reference.

    Parameters
    ----------
    text : str
        YAML; see the annotated example ``examples/uci-office/registry.yaml``.
    filename : str
        Stands in front of every message.

    Returns
    -------
    Registry

    Raises
    ------
    RegistryErrors
        With every problem found, one line each: ``registry.yaml:12: employers[0].siret is "…"; expected …; mend``.
    """
    problems = Problems(filename)
    root = read_document(text, problems, "employers, kits, deployments and calibrations")
    registry = _registry(root) if root else Registry()
    if problems.found:
        raise RegistryErrors(problems.messages())
    return registry


def _registry(root: Item) -> Registry:
    """The registry of a document, in which references hold when the document had no problem."""
    places = read_places(root)
    employers = by_id(places.employers, lambda employer: employer.id)
    establishments = by_id(places.establishments, lambda establishment: establishment.id)
    zones = by_id(places.zones, lambda zone: zone.id)
    _one_employer_a_siret(places.employers)
    kits = by_id(read_kits(root), lambda kit: kit.id)
    timezones = {
        zone.id: establishments[zone.establishment].timezone
        for zone in zones.values()
        if zone.establishment in establishments
    }
    deployments = by_id(read_deployments(root, kits, timezones), lambda deployment: deployment.id)
    calibrations = read_calibrations(root, kits)
    root.close()
    return Registry(employers, establishments, zones, kits, deployments, calibrations)


def _one_employer_a_siret(employers: Sequence[Read[Employer]]) -> None:
    """Two employers with one SIRET are one, or a mistake that would show one's tickets to the other."""
    lines: dict[str, int] = {}
    for read in employers:
        siret = read.value.siret
        if siret and siret in lines:
            read.item.problem("siret", f"a SIRET no other employer has (line {lines[siret]} has it)", "mend one")
        lines.setdefault(siret, read.item.line_of("siret"))
