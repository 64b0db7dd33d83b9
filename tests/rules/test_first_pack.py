"""The pack that comes with Vigie: which limits it applies where and when, and what it says in words."""

import re
from datetime import date
from pathlib import Path

import pytest

from catalog.limits import Comparator
from catalog.places import WorkIntensity, ZoneKind
from dsp.exposure import Measure
from rules import engine
from rules.check import check_pack
from rules.decision import Decision
from rules.pack import PACKS, default_packs
from rules.rule import Comparability
from rules.tickets import TicketKind
from tests.rules.situations import days_of, measured, zone

DAY = date(2026, 3, 2)


def values(kind: ZoneKind, quantity: str, day: date = DAY) -> list[float]:
    found = engine.thresholds(default_packs(), zone(kind), day)
    return [round(t.value, 1) for t in found.get(quantity, ())]  # type: ignore[call-overload]  # a QuantityId is a str


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.yaml")), ids=lambda p: p.name)
def test_shipped_packs_have_no_mistake(path: Path) -> None:
    assert check_pack(path.read_text(encoding="utf-8"), path.name) == []


def test_noise_has_its_three_action_values_with_their_comparators() -> None:
    rule = next(r for r in default_packs()[0].rules if r.id == "noise-daily-exposure")
    found = [(level.limits[0].value, level.limits[0].comparator) for level in rule.levels]
    assert found == [(80.0, Comparator.ABOVE), (85.0, Comparator.AT_OR_ABOVE), (85.0, Comparator.ABOVE)]
    assert values(ZoneKind.WORKSHOP, "lcpeak") == [135.0, 137.0]


def test_school_rule_is_not_applied_to_a_workshop() -> None:
    assert values(ZoneKind.WORKSHOP, "co2") == []
    assert values(ZoneKind.SPECIFIC_POLLUTION, "co2") == []
    assert values(ZoneKind.OFFICE, "co2") == [1000.0, 1500.0]
    assert values(ZoneKind.CLASSROOM, "co2") == [800.0, 1500.0]


@pytest.mark.parametrize(
    ("day", "total", "respirable"),
    [
        (date(2021, 12, 31), 10_000.0, 5_000.0),
        (date(2022, 1, 1), 7_000.0, 3_500.0),
        (date(2023, 6, 30), 7_000.0, 3_500.0),
        (date(2023, 7, 1), 4_000.0, 900.0),
        (date(2026, 3, 2), 4_000.0, 900.0),
    ],
)
def test_dust_limit_is_the_one_in_force_on_the_day_of_the_shift(day: date, total: float, respirable: float) -> None:
    assert values(ZoneKind.SPECIFIC_POLLUTION, "pm10", day) == [total]
    assert values(ZoneKind.SPECIFIC_POLLUTION, "pm4", day) == [respirable]


def test_dust_before_the_first_law_has_no_limit() -> None:
    assert values(ZoneKind.SPECIFIC_POLLUTION, "pm10", date(2008, 4, 30)) == []


def test_dust_is_compared_in_premises_with_specific_pollution_only() -> None:
    for kind in ZoneKind:
        if kind is not ZoneKind.SPECIFIC_POLLUTION:
            assert values(kind, "pm10") == []


def test_dust_only_ever_leads_to_metrology() -> None:
    for rule in default_packs()[0].rules:
        if rule.agent == "dust":
            assert rule.comparability is Comparability.INDICATION_ONLY
            assert {level.on_exceedance for level in rule.levels} == {TicketKind.TARGETED_METROLOGY}


@pytest.mark.parametrize(
    ("kind", "minimum"),
    [
        (ZoneKind.OFFICE, 120.0),
        (ZoneKind.WORKSHOP, 120.0),
        (ZoneKind.BLIND_ROOM, 200.0),
        (ZoneKind.WAREHOUSE, 60.0),
        (ZoneKind.STAIRS, 60.0),
        (ZoneKind.CIRCULATION, 40.0),
    ],
)
def test_minimum_light_by_kind_of_room(kind: ZoneKind, minimum: float) -> None:
    assert values(kind, "illuminance") == [minimum]


def test_heat_depends_on_how_hard_the_work_is() -> None:
    packs = default_packs()
    sedentary = engine.thresholds(packs, zone(ZoneKind.WORKSHOP, WorkIntensity.SEDENTARY), DAY)
    physical = engine.thresholds(packs, zone(ZoneKind.WORKSHOP, WorkIntensity.PHYSICAL), DAY)
    temperature = next(q for q in sedentary if q == "temperature")
    assert [t.value for t in sedentary[temperature]] == [30.0]
    assert [t.value for t in physical[temperature]] == [28.0]


def test_formaldehyde_guide_is_compared_in_the_sensors_unit() -> None:
    assert values(ZoneKind.OFFICE, "formaldehyde") == [80.1]
    assert values(ZoneKind.WORKSHOP, "formaldehyde") == [300.0, 600.0]


def test_85_reached_exactly_asks_for_protectors_and_not_for_a_programme() -> None:
    exposures = [measured("laeq", Measure.LEX_8H, DAY, 85.0, uncertainty=0.0)]
    found = engine.assess(default_packs(), zone(ZoneKind.WORKSHOP), exposures, days_of(exposures))
    assert {a.level: a.decision for a in found} == {
        "lower-action-value": Decision.EXCEEDANCE_INDICATED,
        "upper-action-value-protectors": Decision.EXCEEDANCE_INDICATED,
        "upper-action-value-programme": Decision.NO_EXCEEDANCE_INDICATED,
    }


def test_guide_serves_a_recording_older_than_itself_and_says_so() -> None:
    exposures = [measured("co2", Measure.MAX_1H, date(2015, 2, 9), 2005.0)]
    found = engine.assess(default_packs(), zone(), exposures, days_of(exposures))
    assert [a.limit for a in found] == [1000.0, 1500.0]
    assert all("publié après la mesure / guide published after" in a.limit_source for a in found)
    exposures = [measured("co2", Measure.MAX_1H, DAY, 2005.0)]
    found = engine.assess(default_packs(), zone(), exposures, days_of(exposures))
    assert all("après la mesure" not in a.limit_source for a in found)


def test_unverified_guide_says_so_in_both_languages() -> None:
    exposures = [measured("humidity", Measure.MEAN, DAY, 12.0)]
    found = engine.assess(default_packs(), zone(), exposures, days_of(exposures))
    assert found
    assert all("non vérifié / unverified" in a.limit_source for a in found)


def test_no_text_says_that_a_place_complies() -> None:
    forbidden = re.compile(r"\b(conforme|conformité|compliant|compliance)\b", re.IGNORECASE)
    for rule in default_packs()[0].rules:
        texts = [rule.title, rule.advice, rule.law, *(level.advice for level in rule.levels)]
        for text in texts:
            assert not forbidden.search(text.fr)
            assert not forbidden.search(text.en)


def test_tvoc_and_voc_index_are_held_against_nothing() -> None:
    for kind in ZoneKind:
        assert values(kind, "tvoc") == values(kind, "voc_index") == []
