"""One campaign judged: simulated readings through the same code as ``vigie compute``, and beside it the truth."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from catalog.identifiers import DeploymentId, KitModelId
from catalog.kits import Deployment, Kit
from catalog.places import Zone
from catalog.quantities import quantities
from catalog.registry import Registry
from catalog.schedule import shifts
from dsp.exposure import WindowKind
from firmware_sim.kit import VirtualKit
from firmware_sim.scenario import Workplace
from firmware_sim.zones import seeded
from rules.rule import Pack
from vigie.evaluation.campaign import YEAR, Campaign, Choices, Family, campaign_of
from vigie.evaluation.kept import DropOuts, KeptReadings
from vigie.evaluation.rows import JudgedZone, KeptShift, Rows, rows_of
from vigie.evaluation.truth import TrueWindows, asked_windows, true_answer
from vigie.pipeline import WantedWindows
from vigie.simulation.registry import registry_of
from vigie.times import instant_of
from vigie.zone_answer import answer_for

_LATER = 7 * 86_400_000
"""Milliseconds after a campaign's end at which it is judged: all windows are closed, all readings in."""

_ANY_DAY = date(YEAR, 1, 1)


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Judges campaigns of one family.

    Attributes
    ----------
    places : Registry
        Of the family, without kits: a workplace file is read once, not for every campaign.
    """

    family: Family
    seed: int
    choices: Choices
    packs: tuple[Pack, ...]
    drop_outs: DropOuts
    places: Registry

    @classmethod
    def of(cls, family: Family, seed: int, choices: Choices, packs: Sequence[Pack], drop_outs: DropOuts) -> "Evaluator":
        """An evaluator of a family's campaigns."""
        return cls(family, seed, choices, tuple(packs), drop_outs, _places(family.workplace))

    def campaign(self, number: int) -> Campaign:
        """A campaign by its number."""
        return campaign_of(self.family, number, self.seed, self.choices)

    def rows(self, number: int) -> Rows:
        """What a campaign adds to the tables, by its number."""
        campaign = self.campaign(number)
        return self.judged(campaign, campaign.virtual_kits())

    def wanted(self, zone: Zone) -> WantedWindows:
        """The windows a campaign is judged by: every shift, and what else the rules of the zone look at.

        Day and campaign values nobody asks about are a quarter of the work.
        """
        return {name: {WindowKind.SHIFT} for name in quantities()} | asked_windows(self.packs, zone)

    def judged(self, campaign: Campaign, kits: Sequence[VirtualKit]) -> Rows:
        """What a campaign adds to the tables, by what its kits read."""
        registry = _with_kits(self.places, campaign, kits)
        readings = KeptReadings(kits, self.drop_outs, campaign.seed)
        kept = _kept(registry, campaign)
        zones = []
        for zone in registry.zones.values():
            lent = registry.deployments_of(zone)[0]
            truth = next(kit.truth for kit in kits if kit.id == lent.kit)
            here = kept.shift if kept is not None and kept.zone == zone.id else None
            told = TrueWindows.of(registry, lent, campaign.first, campaign.last, here)
            after = told.deployed.end + _LATER
            answer = answer_for(readings, registry, self.packs, zone, after, 0, wanted=self.wanted(zone))
            zones.append(JudgedZone(zone, answer, true_answer(self.packs, zone, told, truth)))
        return rows_of(campaign, self.packs, zones, kept)


def _kept(registry: Registry, campaign: Campaign) -> KeptShift | None:
    """The kit and shift whose values are kept, drawn: one of each campaign, so that the values are independent."""
    rng = seeded(campaign.seed, "values kept")
    zones = list(registry.zones.values())
    zone = zones[rng.integers(len(zones))]
    lent = registry.deployments_of(zone)
    worked = shifts(zone.schedule, registry.establishment_of(zone), campaign.first, campaign.last)
    if not worked:
        return None
    return KeptShift(zone.id, lent[rng.integers(len(lent))].kit, worked[rng.integers(len(worked))])


def _places(workplace: Workplace) -> Registry:
    """Employer, establishment and zones of a workplace."""
    return registry_of(workplace, (), _ANY_DAY, _ANY_DAY)


def _with_kits(places: Registry, campaign: Campaign, kits: Sequence[VirtualKit]) -> Registry:
    """The registry of a campaign."""
    (establishment,) = places.establishments.values()
    start = instant_of(campaign.first, establishment.timezone)
    end = instant_of(campaign.last + timedelta(days=1), establishment.timezone)
    models = {zone.id: zone.kit.model for zone in campaign.workplace.zones}
    lent = [Deployment(DeploymentId(f"{kit.id}-{campaign.number}"), kit.id, kit.truth.zone, start, end) for kit in kits]
    return replace(
        places,
        kits={kit.id: Kit(kit.id, KitModelId(models[kit.truth.zone]), str(kit.id), simulated=True) for kit in kits},
        deployments={each.id: each for each in lent},
    )
