"""What the rules make of the demo: the tickets it was built to show, and no other."""

from datetime import date, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from catalog.identifiers import ZoneId
from catalog.kits import kit_models
from catalog.quantities import quantity
from catalog.registry import Registry, parse_registry
from catalog.schedule import Interval, local_days, shifts
from dsp.campaign import exposures
from dsp.series import build
from dsp.subject import Subject, Threshold
from firmware_sim.kit import VirtualKit
from firmware_sim.workplaces import DEMO_DAYS, demo, first_demo_day, working_days
from firmware_sim.zones import local_instant
from rules.engine import assess, propose, thresholds
from rules.pack import default_packs

EXPECTED = {
    ("joinery-machines", "noise-daily-exposure", "workplace_action"),
    ("joinery-machines", "noise-peak", "targeted_metrology"),
    ("joinery-machines", "dust-total", "targeted_metrology"),
    ("joinery-machines", "dust-respirable", "targeted_metrology"),
    ("joinery-finishing", "kit-check-vs-02", "kit_check"),
    ("salon-floor", "formaldehyde-guide", "targeted_metrology"),
    ("salon-floor", "tvoc-guide", "targeted_metrology"),
    ("office-open-plan", "co2-ventilation", "workplace_action"),
    ("office-open-plan", "noise-open-plan", "targeted_metrology"),
}
PARIS = ZoneInfo("Europe/Paris")


def findings(kit: VirtualKit, registry: Registry, first: date) -> set[tuple[ZoneId, str, str]]:
    """Readings to proposals, without broker and tables: those have their own tests."""
    zone = registry.zones[kit.truth.zone]
    last = working_days(first, DEMO_DAYS)[-1]
    deployed = Interval(local_instant(first, "00:00", PARIS), local_instant(last + timedelta(days=1), "00:00", PARIS))
    worked = shifts(zone.schedule, registry.establishment_of(zone), first, last)
    days = local_days("Europe/Paris", deployed.start, deployed.end)
    packs = default_packs()
    found = []
    for name, values in kit.readings.items():
        said = ~np.isnan(values)
        measured = quantity(name)
        channel = kit_models()[registry.kits[kit.id].model].channel(name)
        assert channel is not None
        good = np.ones(int(said.sum()), dtype=np.int8)
        series = build(kit.instants[said], values[said], good, channel.period, channel.hold, measured.averaging)
        subject = Subject(
            zone.id, kit.id, next(iter(registry.deployments)), measured,
            measured.instrument, measured.repeatability, measured.place, deployed, simulated=True,
        )  # fmt: skip
        levels = {(level.value, level.direction) for level in thresholds(packs, zone, first).get(name, ())}
        found += exposures(subject, series, worked, days, [Threshold(*level) for level in sorted(levels)])
    starts = {shift.start: shift.day for shift in worked} | {interval.start: day for day, interval in days}
    proposals = propose(packs, zone, assess(packs, zone, found, starts), found, starts)
    return {(zone.id, str(proposal.rule), proposal.kind.value) for proposal in proposals}


@pytest.mark.parametrize(
    ("today", "seed"),
    [(date(2026, 11, 22), 1), (date(2026, 11, 22), 2026), (date(2026, 11, 25), 3), (date(2026, 7, 15), 4)],
)
def test_the_demo_shows_each_kind_of_ticket_where_it_was_built_to(today: date, seed: int) -> None:
    text = (files("vigie") / "data" / "demo-registry.yaml").read_text(encoding="utf-8")
    registry = parse_registry(text, "demo-registry.yaml")
    first = first_demo_day(today)
    assert set().union(*(findings(kit, registry, first) for kit in demo(first, seed))) == EXPECTED
