"""A small service with two employers, in real stores: what the portal's tests sign in to."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path

import numpy as np
from argon2 import PasswordHasher

from catalog.identifiers import (
    DeploymentId,
    EmployerId,
    EstablishmentId,
    KitId,
    KitModelId,
    QuantityId,
    RuleId,
    ZoneId,
)
from catalog.kits import Deployment, Kit
from catalog.places import (
    Employer,
    Establishment,
    ShiftPattern,
    WorkIntensity,
    WorkSchedule,
    Zone,
    ZoneKind,
)
from catalog.quantities import quantities
from catalog.readings import Flag, ReadingColumns
from catalog.registry import Registry
from dsp.exposure import Exposure, Measure, UncertaintyParts, WindowKind
from rules.decision import Assessment, Decision, exposure_key
from rules.roles import Role
from rules.tickets import TicketKind, TicketProposal
from store.accounts import AccountStore
from store.database import open_database
from store.exposures import ExposureStore
from store.readings import ReadingStore
from store.registry import save
from store.tickets import ComputedFrom, TicketStore
from tests.dashboards.findings import DAY, HOUR, MONDAY

MINUTE = 60_000
NOW = MONDAY + 4 * DAY + 9 * HOUR
"""Friday 7 November 2025, 09:00 in Paris."""

_WEEK = WorkSchedule((ShiftPattern("journée", frozenset({1, 2, 3, 4, 5}), time(8), time(16)),))


def _zone(zone: str, establishment: str, name: str, kind: ZoneKind, headcount: int) -> Zone:
    return Zone(
        ZoneId(zone), EstablishmentId(establishment), name, kind, headcount, name, WorkIntensity.SEDENTARY, _WEEK
    )


def registry() -> Registry:
    """A joinery with a workshop and an office of two, and an agency with an open-plan office."""
    employers = [
        Employer(EmployerId("menuiserie"), "Menuiserie Durand et fils", "73282932000074", "16.23Z"),
        Employer(EmployerId("agence"), "Agence Horizon", "55210055400013", "70.22Z"),
    ]
    establishments = [
        Establishment(
            EstablishmentId("atelier"),
            EmployerId("menuiserie"),
            "Atelier de Saint-Herblain",
            "Europe/Paris",
            "FR",
            None,
            "12 rue des Chênes, 44800 Saint-Herblain",
        ),
        Establishment(EstablishmentId("siege"), EmployerId("agence"), "Siège", "Europe/Paris", "FR", None),
    ]
    zones = [
        _zone("debit", "atelier", "Débit et usinage", ZoneKind.SPECIFIC_POLLUTION, 6),
        _zone("bureau", "atelier", "Bureau de l'atelier", ZoneKind.OFFICE, 2),
        _zone("plateau", "siege", "Plateau commercial", ZoneKind.OPEN_PLAN_OFFICE, 12),
    ]
    kits = [
        Kit(KitId("vigie-0001"), KitModelId("vigie-sim"), "Kit 1", simulated=True),
        Kit(KitId("vigie-0002"), KitModelId("uci-office"), "Kit 2"),
        Kit(KitId("vigie-0003"), KitModelId("uci-office"), "Kit 3"),
    ]
    deployments = [
        Deployment(DeploymentId("d1"), KitId("vigie-0001"), ZoneId("debit"), MONDAY, None),
        Deployment(DeploymentId("d2"), KitId("vigie-0002"), ZoneId("bureau"), MONDAY, None),
        Deployment(DeploymentId("d3"), KitId("vigie-0003"), ZoneId("plateau"), MONDAY, None),
    ]
    return Registry(
        {employer.id: employer for employer in employers},
        {establishment.id: establishment for establishment in establishments},
        {zone.id: zone for zone in zones},
        {kit.id: kit for kit in kits},
        {deployment.id: deployment for deployment in deployments},
    )


def readings() -> ReadingColumns:
    """Three days a minute at a time, with half a night missing in the workshop."""
    columns = ReadingColumns()
    columns.extend(
        [
            _signal("vigie-0001", "laeq", 45.0, 38.0, simulated=True),
            _signal("vigie-0001", "pm10", 30.0, 2500.0, simulated=True),
            _signal("vigie-0002", "co2", 450.0, 900.0, simulated=False),
            _signal("vigie-0003", "co2", 450.0, 750.0, simulated=False),
        ]
    )
    return columns


def _signal(kit: str, quantity: str, base: float, rise: float, *, simulated: bool) -> ReadingColumns:
    instants = MONDAY + MINUTE * np.arange(1, 3 * 1440 + 1)
    hours = ((instants - MONDAY) % DAY) / HOUR
    noise = np.random.default_rng(len(kit + quantity)).normal(0, 0.01, instants.size)
    values = base + rise * np.where((hours > 8) & (hours <= 16), np.sin((hours - 8) / 8 * math.pi), 0) + base * noise
    kept = (instants < MONDAY + 20 * HOUR) | (instants > MONDAY + 26 * HOUR)
    count = int(kept.sum())
    return ReadingColumns(
        [kit] * count,
        [quantity] * count,
        [int(instant) for instant in instants[kept]],
        [float(value) for value in values[kept]],
        [int(Flag.GOOD)] * count,
        [int(instant) + 2_000 for instant in instants[kept]],
        [simulated] * count,
    )


def _assessments(
    zone: str, kit: str, deployment: str, quantity: str, measure: Measure, values: list[float | None], limit: float
) -> Iterator[Assessment]:
    simulated = kit == "vigie-0001"
    for day, value in enumerate(values):
        start = MONDAY + day * DAY + 8 * HOUR
        exposure = Exposure(
            ZoneId(zone),
            KitId(kit),
            DeploymentId(deployment),
            QuantityId(quantity),
            measure,
            WindowKind.SHIFT,
            start,
            start + 8 * HOUR,
            value,
            quantities()[QuantityId(quantity)].unit,
            1.0 if value is not None else 0.3,
            value,
            value,
            None if value is None else UncertaintyParts(value * 0.01, 0.0, 0.0, value * 0.02),
            None,
            None,
            None,
            True,
            0.0,
            simulated,
        )
        if value is None:
            decision = Decision.INSUFFICIENT_DATA
        elif value > limit * 1.04:
            decision = Decision.EXCEEDANCE_INDICATED
        elif value < limit * 0.96:
            decision = Decision.NO_EXCEEDANCE_INDICATED
        else:
            decision = Decision.INCONCLUSIVE
        yield Assessment(
            RuleId(f"{quantity}-rule"),
            "first",
            exposure,
            limit,
            "Code du travail R4431-2 3°" if quantity == "laeq" else "RSDT art. 64 (non vérifié / unverified)",
            decision,
            None if value is None else 0.5,
        )


def assessments() -> dict[str, list[Assessment]]:
    """What the rules said of each zone."""
    noise = _assessments("debit", "vigie-0001", "d1", "laeq", Measure.LEX_8H, [85.9, 80.5, None], 80.0)
    dust = _assessments("debit", "vigie-0001", "d1", "pm10", Measure.TWA_8H, [1500.0, 1600.0, 1590.0], 4000.0)
    office = _assessments("bureau", "vigie-0002", "d2", "co2", Measure.MAX_1H, [1320.0, 1340.0, 1300.0], 1000.0)
    agency = _assessments("plateau", "vigie-0003", "d3", "co2", Measure.MAX_1H, [1190.0, 1180.0, 990.0], 1000.0)
    return {"debit": [*noise, *dust], "bureau": list(office), "plateau": list(agency)}


def proposal(zone: str, agent: str, title_fr: str, title_en: str) -> TicketProposal:
    """A ticket the rules ask for."""
    evidence = [item for item in assessments()[zone] if item.rule == {"noise": "laeq-rule", "co2": "co2-rule"}[agent]]
    return TicketProposal(
        ZoneId(zone),
        agent,
        RuleId(f"{agent}-rule"),
        TicketKind.WORKPLACE_ACTION,
        "first",
        2,
        title_fr,
        title_en,
        f"{title_fr} : 2 postes sur 3 au-dessus de la limite.",
        f"{title_en}: 2 shifts of 3 above the limit.",
        "Réduire à la source ; faire mesurer.",
        "Reduce at the source; have it measured.",
        evidence[0].limit_source,
        "vigie-base",
        "1.0.0",
        tuple(evidence),
        None,
        zone == "debit",
    )


PROPOSALS = {
    "debit": ("noise", "Bruit à réduire au débit", "Noise to be reduced at the saws"),
    "bureau": ("co2", "Aérer le bureau de l'atelier", "Air the workshop's office"),
    "plateau": ("co2", "Aérer le plateau commercial", "Air the sales floor"),
}


PASSWORD = "un mot de passe assez long"
ENGINEER = "claire.martin@sante-travail.example"
JOINER = "durand@menuiserie.example"
AGENT = "horizon@agence.example"
PHYSICIAN = "ines.kaci@sante-travail.example"
TECHNICIAN = "tom.leroy@sante-travail.example"
EXPERT = "eve@acoustique.example"
OTHER_EXPERT = "otto@aeraulique.example"


@dataclass(frozen=True, slots=True)
class Seeded:
    """Where the seeded stores lie."""

    database_url: str
    readings: Path
    exposures: Path
    attachments: Path


def stores_in(folder: Path) -> Seeded:
    """Where the stores of a folder lie."""
    return Seeded(f"sqlite:///{folder / 'vigie.db'}", folder / "readings", folder / "exposures", folder / "attachments")


def seed(folder: Path) -> Seeded:
    """Fill stores in a folder: registry, accounts, readings, exposures, proposed tickets."""
    places = stores_in(folder)
    database = open_database(places.database_url)
    save(database, registry())
    accounts = AccountStore(database, PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    accounts.create(ENGINEER, "Claire Martin", Role.ENGINEER, PASSWORD, NOW)
    accounts.create(JOINER, "Paul Durand", Role.EMPLOYER, PASSWORD, NOW, employer="menuiserie")
    accounts.create(AGENT, "Ana Horizon", Role.EMPLOYER, PASSWORD, NOW, employer="agence")
    accounts.create(PHYSICIAN, "Inès Kaci", Role.PHYSICIAN, PASSWORD, NOW)
    accounts.create(TECHNICIAN, "Tom Leroy", Role.TECHNICIAN, PASSWORD, NOW)
    accounts.create(EXPERT, "Eve Sonnet", Role.EXPERT, PASSWORD, NOW)
    accounts.create(OTHER_EXPERT, "Otto Brise", Role.EXPERT, PASSWORD, NOW)
    version = ReadingStore(places.readings).append(readings())
    exposures, tickets = ExposureStore(places.exposures), TicketStore(database)
    for zone, found in assessments().items():
        governing = {exposure_key(item.exposure): item for item in found}
        exposures.put(ZoneId(zone), [item.exposure for item in found], governing, timezone="Europe/Paris", at=NOW)
        tickets.apply(ZoneId(zone), [proposal(zone, *PROPOSALS[zone])], NOW, ComputedFrom(version))
    database.close()
    return places
