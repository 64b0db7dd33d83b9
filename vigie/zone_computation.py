"""One zone: from what is stored of its deployments to exposures, decisions and tickets."""

from dataclasses import dataclass
from datetime import date

from catalog.places import Zone
from catalog.registry import Registry
from rules.decision import exposure_key
from rules.engine import assess, governing, propose
from store.tickets import ComputedFrom, TicketStore
from vigie.pipeline import compute_deployment
from vigie.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ZoneSummary:
    """How many deployments were computed, exposures changed, and tickets opened or amended."""

    deployments: int
    exposures: int
    tickets: int


def compute_zone(place: Workspace, registry: Registry, zone: Zone, now: int, version: int) -> ZoneSummary:
    """Compute all deployments of a zone and store what changed."""
    packs = place.packs
    deployments = registry.deployments_of(zone)
    computed = [compute_deployment(place.readings, registry, packs, lent, now, version) for lent in deployments]
    days: dict[int, date] = {}
    for result in computed:
        days |= result.days
    exposures = [exposure for result in computed for exposure in result.exposures]
    assessments = assess(packs, zone, exposures, days)
    put = place.exposures.put(
        zone.id,
        exposures,
        governing(assessments),
        timezone=registry.establishment_of(zone).timezone,
        readings_version=version,
        at=now,
    )
    episodes = [episode for result in computed for episode in result.exceedances]
    place.exposures.put_exceedances(zone.id, episodes, readings_version=version, at=now)
    marks = [mark for result in computed for mark in result.marks]
    place.quality.put(zone.id, marks, readings_version=version, at=now)
    proposals = propose(packs, zone, assessments, exposures, days)
    keys = [exposure_key(evidence.exposure) for proposal in proposals for evidence in proposal.evidence]
    applied = TicketStore(place.database).apply(
        zone.id,
        proposals,
        at=now,
        computed_from=ComputedFrom(version, now),
        revisions=place.exposures.revisions_of(keys),
    )
    return ZoneSummary(len(deployments), put.new + put.changed, applied.opened + applied.amended)
