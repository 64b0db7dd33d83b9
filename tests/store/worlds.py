"""A small world for the tests of the store: two employers, three zones, two kits."""

from datetime import time

from catalog.identifiers import DeploymentId, EmployerId, EstablishmentId, KitId, KitModelId, QuantityId, RuleId, ZoneId
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
from catalog.registry import Registry
from dsp.exposure import Exceedance, Exposure, Measure, UncertaintyParts, WindowKind
from rules.decision import Assessment, Decision
from rules.tickets import TicketKind, TicketProposal

NOON = 1_774_785_600_000  # 2026-03-29T12:00Z
HOUR = 3_600_000
DAY = 24 * HOUR

SCHEDULE = WorkSchedule((ShiftPattern("jour", frozenset({1, 2, 3, 4, 5}), time(8), time(16)),))


def zone(id_: str, establishment: str, headcount: int = 5) -> Zone:
    return Zone(
        ZoneId(id_), EstablishmentId(establishment), f"Zone {id_}", ZoneKind.WORKSHOP, headcount, "UT1",
        WorkIntensity.PHYSICAL, SCHEDULE,
    )  # fmt: skip


def place(id_: str, employer: str) -> Establishment:
    return Establishment(EstablishmentId(id_), EmployerId(employer), f"Site {id_}", "Europe/Paris", "FR", None)


def lent(id_: str, kit: str, zone_id: str, start: int, end: int | None) -> Deployment:
    return Deployment(DeploymentId(id_), KitId(kit), ZoneId(zone_id), start, end)


def registry() -> Registry:
    """A has zone a1 (kit k1, then away) and a2 (kit k2, 2 people); B has zone b1 (kit k1 after A)."""
    employers = [
        Employer(EmployerId("A"), "Menuiserie A", "73282932000074", "16.23Z"),
        Employer(EmployerId("B"), "Coiffure B", "35600000000048", "96.02A"),
    ]
    places = [place("siteA", "A"), place("siteB", "B")]
    zones = [zone("a1", "siteA"), zone("a2", "siteA", headcount=2), zone("b1", "siteB")]
    kits = [Kit(KitId(k), KitModelId("generic"), f"Kit {k}") for k in ("k1", "k2", "k3")]
    deployments = [
        lent("d1", "k1", "a1", NOON, NOON + 5 * DAY),
        lent("d2", "k2", "a2", NOON, None),
        lent("d3", "k1", "b1", NOON + 6 * DAY, None),
    ]
    return Registry(
        {e.id: e for e in employers},
        {p.id: p for p in places},
        {z.id: z for z in zones},
        {k.id: k for k in kits},
        {d.id: d for d in deployments},
    )


def exposure(
    zone_id: str = "a1",
    start: int = NOON,
    value: float | None = 812.0,
    measure: Measure = Measure.MEAN,
    window: WindowKind = WindowKind.SHIFT,
    threshold: float | None = None,
    kit: str = "k1",
    deployment: str = "d1",
    quantity: str = "co2",
    end: int | None = None,
) -> Exposure:
    return Exposure(
        ZoneId(zone_id), KitId(kit), DeploymentId(deployment), QuantityId(quantity), measure, window, start,
        start + 8 * HOUR if end is None else end, value, "ppm", 0.9, 700.0, 900.0,
        None if value is None else UncertaintyParts(30.0, 1.0, 2.0, 80.0), threshold, start, start + 15 * 60_000,
        True, 0.0, False,
    )  # fmt: skip


def episode(zone_id: str = "a1", start: int = NOON, minutes: int = 20) -> Exceedance:
    return Exceedance(
        ZoneId(zone_id), KitId("k1"), DeploymentId("d1"), QuantityId("co2"), 1000.0, "ppm", start,
        start + minutes * 60_000, 1300.0, 1100.0, 100.0 * minutes * 60, False, False,
    )  # fmt: skip


def assessment(
    of: Exposure, decision: Decision = Decision.EXCEEDANCE_INDICATED, limit: float = 800.0, level: str = "guide"
) -> Assessment:
    return Assessment(RuleId("co2-air"), level, of, limit, "RSDT art. 64", decision, 0.97)


def proposal(
    zone_id: str = "a1",
    *evidence: Assessment,
    level: str = "guide",
    priority: int = 3,
    kind: TicketKind = TicketKind.WORKPLACE_ACTION,
    reason: str = "Deux postes au-dessus",
    agent: str = "co2",
    held: str | None = None,
    rule: str = "co2-air",
) -> TicketProposal:
    return TicketProposal(
        ZoneId(zone_id), agent, RuleId(rule), kind, level, priority, "Air confiné", "Stale air", reason,
        "Two shifts above", "Aérer", "Air the room", "RSDT art. 64", "vigie-base", "1",
        evidence or (assessment(exposure(zone_id)),), held, False,
    )  # fmt: skip
