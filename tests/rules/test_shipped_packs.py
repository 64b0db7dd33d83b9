"""The packs that come with Vigie: which limits it applies where and when, and what it says in words."""

import re
from datetime import date
from pathlib import Path

import pytest

from catalog.limits import Comparator, reference_rows
from catalog.places import WorkIntensity, ZoneKind
from dsp.exposure import Measure
from rules import engine
from rules.check import check_default_packs, check_pack
from rules.not_applied import why_not_applied
from rules.pack import PACKS, default_packs
from rules.rule import Comparability, Onset, Pack, Rule
from rules.tickets import TicketKind
from tests.rules.situations import days_of, measured, proposed, working_days, zone

DAY = date(2026, 3, 2)


def pack(name: str) -> Pack:
    return next(each for each in default_packs() if each.id == name)


def rules() -> list[Rule]:
    return [rule for each in default_packs() for rule in each.rules]


def values(kind: ZoneKind, quantity: str, day: date = DAY) -> list[float]:
    found = engine.thresholds(default_packs(), zone(kind), day)
    return [round(t.value, 1) for t in found.get(quantity, ())]  # type: ignore[call-overload]  # a QuantityId is a str


@pytest.mark.parametrize("path", sorted(PACKS.glob("*.yaml")), ids=lambda p: p.name)
def test_shipped_packs_have_no_mistake(path: Path) -> None:
    assert check_pack(path.read_text(encoding="utf-8"), path.name) == []


def test_noise_has_its_three_action_values_with_their_comparators() -> None:
    rule = next(r for r in rules() if r.id == "noise-daily-exposure")
    found = [(level.limits[0].value, level.limits[0].comparator) for level in rule.levels]
    assert found == [(80.0, Comparator.ABOVE), (85.0, Comparator.AT_OR_ABOVE), (85.0, Comparator.ABOVE)]
    assert values(ZoneKind.WORKSHOP, "lcpeak") == [135.0, 137.0]


def test_dust_before_the_first_law_has_no_limit() -> None:
    assert values(ZoneKind.SPECIFIC_POLLUTION, "pm10", date(2008, 4, 30)) == []


def test_dust_is_compared_in_premises_with_specific_pollution_only() -> None:
    for kind in ZoneKind:
        if kind is not ZoneKind.SPECIFIC_POLLUTION:
            assert set(values(kind, "pm10")) <= {45.0}, "the guideline for indoor air and nothing else"
            assert values(kind, "pm4") == []


def test_dust_only_ever_leads_to_metrology() -> None:
    for rule in pack("fr-code-du-travail").rules:
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
    assert values(kind, "illuminance")[:1] == [minimum]
    binding = [r for r in pack("fr-code-du-travail").rules if r.quantity == "illuminance" and kind in r.zones]
    assert [level.limits[0].value for rule in binding for level in rule.levels] == [minimum]


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
    for rule in rules():
        texts = [rule.title, rule.advice, rule.law, *(level.advice for level in rule.levels)]
        for text in texts:
            assert not forbidden.search(text.fr)
            assert not forbidden.search(text.en)


def test_tvoc_has_a_guide_of_its_own_and_the_voc_index_is_held_against_nothing() -> None:
    for kind in ZoneKind:
        assert values(kind, "voc_index") == []
        assert set(values(kind, "tvoc")) <= {660.0}
    rule = next(r for r in rules() if r.quantity == "tvoc")
    assert rule.comparability is Comparability.INDICATION_ONLY
    assert [limit.id for level in rule.levels for limit in level.limits] == [None]


def test_shipped_packs_say_nothing_against_each_other() -> None:
    checked = check_default_packs(DAY)
    assert checked.mistakes == ()
    assert (checked.packs, checked.kit_checks) == (4, 1)


def test_no_rule_is_in_two_packs() -> None:
    names = [rule.id for rule in rules()]
    assert len(names) == len(set(names))


def test_nobody_has_signed_the_shipped_packs() -> None:
    assert [each.signed_off for each in default_packs()] == [None] * 4


def test_acute_rules_wait_for_nothing_and_look_at_extremes() -> None:
    for rule in pack("aigu").rules:
        assert rule.repetition.onset is Onset.IMMEDIATE
        assert rule.measure in {Measure.PEAK, Measure.MAX_15MIN, Measure.MAX_1H}
        assert rule.delays.no_data <= 900.0


@pytest.mark.parametrize(
    ("limit", "articles"),
    [("co-vlep-8h-20", "R4412-28"), ("co2-vlep-8h-5000", "R4412-29"), ("formaldehyde-vlep-8h", "R4412-77")],
    ids=["binding", "indicative", "carcinogen"],
)
def test_the_law_asks_for_another_reaction_to_each_kind_of_limit(limit: str, articles: str) -> None:
    rule = next(r for r in rules() for level in r.levels if level.limits[0].id == limit)
    assert articles in rule.law.fr
    assert articles in rule.law.en


def test_every_binding_or_indicative_limit_a_kit_can_be_held_against_is_applied() -> None:
    applied = {each.id for rule in rules() for level in rule.levels for each in level.limits}
    for row in reference_rows():
        limit = row.limit
        law = row.jurisdiction.startswith("FR") and row.legal_status.split()[0] in {"binding", "indicative"}
        if law and "guide elsewhere" not in row.legal_status:
            reason = why_not_applied(row)
            assert (row.id in applied) != (reason is not None), (row.id, reason)
            if row.id in applied:
                assert limit is not None
                assert limit.comparable_with


def test_ticket_says_which_measurement_to_ask_for_or_to_confirm_with() -> None:
    days = working_days(DAY, 3)
    dusty = [measured("pm10", Measure.TWA_8H, day, 9_000.0) for day in days]
    [ticket] = proposed(dusty, zone(ZoneKind.SPECIFIC_POLLUTION))
    assert "Mesurage à demander\u00a0: prélèvement individuel des poussières inhalables et pesée" in ticket.advice_fr
    assert "Measurement to ask for: personal sampling of inhalable dust and weighing" in ticket.advice_en
    loud = [measured("laeq", Measure.LEX_8H, day, 95.0) for day in days]
    [ticket] = proposed(loud, zone(ZoneKind.WORKSHOP))
    assert "To confirm: measurement of the noise exposure on persons (EN ISO 9612" in ticket.advice_en
    stale = [measured("co2", Measure.MAX_1H, day, 2_500.0) for day in days]
    [ticket] = proposed(stale)
    assert "easurement to ask for" not in ticket.advice_en
    doubtful = [measured("co2", Measure.MAX_1H, day, 1_050.0) for day in days]
    [ticket] = proposed(doubtful)
    assert ticket.kind is TicketKind.TARGETED_METROLOGY
    assert "Measurement to ask for: measurement of the outdoor air flow" in ticket.advice_en
