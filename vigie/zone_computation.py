"""One zone: from what is stored of its deployments to exposures, decisions and tickets."""

from dataclasses import dataclass

from catalog.places import Zone
from catalog.registry import Registry
from rules.decision import exposure_key
from rules.engine import governing
from store.tickets import ComputedFrom, TicketStore
from vigie.software import texts_to_keep, vigie_version
from vigie.workspace import Workspace
from vigie.zone_answer import answer_for


@dataclass(frozen=True, slots=True)
class ZoneSummary:
    """How many deployments were computed, exposures changed, and tickets opened or amended."""

    deployments: int
    exposures: int
    tickets: int


def compute_zone(place: Workspace, registry: Registry, zone: Zone, now: int, version: int) -> ZoneSummary:
    """Compute all deployments of a zone and store what changed."""
    answer = answer_for(place.readings, registry, place.packs, zone, now, version)
    put = place.exposures.put(
        zone.id,
        answer.exposures,
        governing(answer.assessments),
        timezone=registry.establishment_of(zone).timezone,
        readings_version=version,
        at=now,
    )
    place.exposures.put_exceedances(zone.id, answer.exceedances, readings_version=version, at=now)
    place.quality.put(zone.id, answer.marks, readings_version=version, at=now)
    proposals = answer.judgement.proposals
    keys = [exposure_key(evidence.exposure) for proposal in proposals for evidence in proposal.evidence]
    kept = texts_to_keep(registry, zone, place.packs)
    packs = tuple(pack.content.digest for pack in kept.packs)
    applied = TicketStore(place.database).apply(
        zone.id,
        proposals,
        at=now,
        computed_from=ComputedFrom(version, now, kept.zone.digest, packs, vigie_version()),
        revisions=place.exposures.revisions_of(keys),
        statuses=answer.judgement.statuses,
        snapshots=kept,
    )
    return ZoneSummary(len(answer.deployments), put.new + put.changed, applied.opened + applied.amended)
