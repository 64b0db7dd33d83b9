"""What a pack may not say: every mistake with its line, what was expected and how to mend it."""

from datetime import date

import pytest

from rules.check import check_pack
from rules.errors import PackError
from rules.pack import load_pack

GOOD = """\
id: mine
version: "2"
title_fr: Le mien
title_en: Mine
signed_off: { name: Dr Martin, date: 2026-11-01 }
rules:
  - id: air
    agent: co2
    quantity: co2
    measure: max_1h
    window: shift
    zones: [office]
    comparability: direct
    tiers: none
    minimum_coverage: 0.75
    probabilities: { exceedance: 0.95, none: 0.05 }
    repetition: { onset: repeated, shifts: 2, window_share: 0.2, working_days: 5 }
    clear: { margin: 50, shifts: 3 }
    metrology: { method_fr: Débit d'air neuf, method_en: Outdoor air flow }
    title_fr: Air
    title_en: Air
    advice_fr: Aérer.
    advice_en: Ventilate.
    law_fr: Repère.
    law_en: Guide.
    levels:
      - name: one
        title_fr: dépassé
        title_en: exceeded
        limit: co2-inrs-office-1000
        standing: guide
        on_exceedance: workplace_action
        on_inconclusive: targeted_metrology
        priority: 3
        amt_type: ventilation
"""

NO_ACTION = (
    ("on_exceedance: workplace_action", "on_exceedance: targeted_metrology"),
    ("        amt_type: ventilation\n", ""),
)
"""The level asks for metrology, and so for no kind of workplace action."""


def mistakes(*changes: tuple[str, str]) -> list[str]:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return check_pack(text, "mine.yaml")


def only(*changes: tuple[str, str]) -> str:
    found = mistakes(*changes)
    assert len(found) == 1, found
    return found[0]


def measuring(quantity: str, agent: str, measure: str, limit: str, *more: tuple[str, str]) -> list[str]:
    return mistakes(
        ("quantity: co2", f"quantity: {quantity}"),
        ("agent: co2", f"agent: {agent}"),
        ("measure: max_1h", f"measure: {measure}"),
        ("limit: co2-inrs-office-1000", f"limit: {limit}"),
        *more,
    )


def test_good_pack_is_read() -> None:
    pack = load_pack(GOOD, "mine.yaml")
    assert pack.version == "2"
    assert pack.signed_off is not None
    assert pack.signed_off.date == date(2026, 11, 1)
    assert pack.rules[0].levels[0].limits[0].value == 1000.0


def test_mistakes_raise_one_error_with_all_of_them() -> None:
    with pytest.raises(PackError) as caught:
        load_pack(GOOD.replace("window: shift", "window: fortnight").replace("priority: 3", "priority: 9"), "mine.yaml")
    assert len(caught.value.messages) == 2
    assert caught.value.messages[0].startswith("mine.yaml:11: ")


def test_unknown_field_is_told_with_its_line_and_the_word_meant() -> None:
    assert only(("    tiers: none", "    tiers: none\n    tier: none")) == (
        'mine.yaml:15: "tier" is no field of rules[0]; did you mean "tiers"?'
    )


def test_missing_field_is_told_where_it_belongs() -> None:
    assert only(("    comparability: direct\n", "")) == (
        "mine.yaml:7: rules[0].comparability is missing; expected one of direct, indication_only; add it"
    )


def test_unknown_kind_of_zone_is_told_with_the_nearest() -> None:
    assert 'did you mean "office"?' in only(("zones: [office]", "zones: [ofice]"))


def test_field_given_twice_is_refused() -> None:
    assert "is given twice" in only(("    tiers: none", "    tiers: none\n    tiers: none"))


def test_text_that_is_no_yaml_is_told_with_its_line() -> None:
    found = check_pack("id: [1\nversion: 2\n", "mine.yaml")
    assert len(found) == 1
    assert found[0].startswith("mine.yaml:2: this is no YAML")


@pytest.mark.parametrize("text", ["", "- a\n", "nothing"])
def test_text_that_is_no_pack_is_refused(text: str) -> None:
    found = check_pack(text, "mine.yaml")
    assert len(found) == 1
    assert found[0].startswith("mine.yaml:1: the file is ")


@pytest.mark.parametrize("written", ["0,75", "yes", ".nan", ".inf", "1.5", "-0.1", "many"])
def test_coverage_that_is_no_share_is_refused(written: str) -> None:
    assert "rules[0].minimum_coverage is" in only(("minimum_coverage: 0.75", f"minimum_coverage: {written}"))


def test_unknown_quantity_is_told_with_the_nearest() -> None:
    assert 'did you mean "co2"?' in only(("quantity: co2", "quantity: c02"))


def test_agent_is_the_quantitys_own() -> None:
    assert 'co2 is of agent "co2"; write that' in only(("agent: co2", "agent: noise"))


def test_unknown_limit_is_told_with_the_nearest() -> None:
    assert 'did you mean "co2-inrs-office-1000"?' in only(("co2-inrs-office-1000", "co2-inrs-ofice-1000"))


def test_row_that_is_no_number_is_refused() -> None:
    found = measuring("illuminance", "light", "p10", "light-task-general-ratio")
    assert "cannot be compared with a value" in found[0]


@pytest.mark.parametrize("quantity", ["tvoc", "voc_index"])
def test_voc_sensor_against_a_vlep_is_refused(quantity: str) -> None:
    found = measuring(quantity, "voc", "twa_8h", "toluene-8h" if quantity == "none" else "formaldehyde-vlep-8h")
    assert len(found) == 1
    assert "cannot be held against VLEP 8h" in found[0]
    assert found[0].startswith("mine.yaml:30: rules[0].levels[0].limit is ")


def test_ambient_level_against_the_limit_under_the_protector_is_refused() -> None:
    noise = measuring("laeq", "noise", "lex_8h", "noise-lex8h-limit-87")
    peak = measuring("lcpeak", "noise", "peak", "noise-lcpeak-limit-140")
    assert "holds under the hearing protector" in noise[0]
    assert "holds under the hearing protector" in peak[0]


def test_optical_dust_against_the_law_must_be_an_indication() -> None:
    change = ("zones: [office]", "zones: [specific_pollution]")
    found = measuring("pm10", "dust", "twa_8h", "dust-specific-total-4", change)
    assert len(found) == 1
    assert "comparability: indication_only" in found[0]


def test_indication_may_not_ask_for_action() -> None:
    found = measuring(
        "pm10",
        "dust",
        "twa_8h",
        "dust-specific-total-4",
        ("zones: [office]", "zones: [specific_pollution]"),
        ("comparability: direct", "comparability: indication_only"),
    )
    assert len(found) == 1
    assert "write targeted_metrology" in found[0]


def test_dust_law_of_specific_pollution_is_refused_in_an_office() -> None:
    found = measuring(
        "pm10",
        "dust",
        "twa_8h",
        "dust-specific-total-4",
        ("comparability: direct", "comparability: indication_only"),
        *NO_ACTION,
    )
    assert len(found) == 1
    assert "does not hold in office" in found[0]


def test_school_rule_is_refused_in_a_workshop() -> None:
    found = only(("co2-inrs-office-1000", "co2-erp-1500"), ("zones: [office]", "zones: [office, workshop]"))
    assert "does not hold in workshop" in found


def test_unverified_value_is_no_law_and_asks_for_no_action() -> None:
    found = mistakes(
        ("co2-inrs-office-1000", "co2-vlep-8h-5000"),
        ("measure: max_1h", "measure: twa_8h"),
        ("standing: guide", "standing: legal"),
    )
    assert len(found) == 2
    assert "nobody verified" in found[1] or "nobody verified" in found[0]
    assert any("is not verified against its source; write guide" in line for line in found)


def test_guide_is_no_law() -> None:
    assert 'is "legal", but "co2-inrs-office-1000" is a guide' in only(("standing: guide", "standing: legal"))


def test_limit_of_another_country_is_no_law_here() -> None:
    found = measuring("laeq", "noise", "lex_8h", "noise-lex8h-upper-85-eu", ("standing: guide", "standing: legal"))
    assert any("of jurisdiction EU, not FR" in line for line in found)


@pytest.mark.parametrize(
    ("quantity", "agent", "measure", "limit", "said"),
    [
        (
            "illuminance",
            "light",
            "p10",
            "light-en12464-office-writing-500",
            "use measure mean or p50",
        ),
        ("co2", "co2", "mean", "co2-vlep-8h-5000", "use measure twa_8h"),
        ("laeq", "noise", "leq", "noise-lex8h-lower-80", "use measure lex_8h"),
        ("pm10", "dust", "max_24h", "pm10-who-annual-15", "not computed for pm10 over a shift"),
        ("pm10", "dust", "mean", "pm10-who-annual-15", "no measure of a shift or day speaks of it"),
        (
            "temperature",
            "heat",
            "max_1h",
            "heat-wbgt-iso7243-class0-acclimatised-33",
            "no kit measures what it is about",
        ),
        ("lafmax", "noise", "peak", "noise-lcpeak-lower-135", "it can be compared with lcpeak"),
    ],
)
def test_measure_must_speak_of_what_the_limit_is_about(
    quantity: str, agent: str, measure: str, limit: str, said: str
) -> None:
    assert any(said in line for line in measuring(quantity, agent, measure, limit))


def test_heat_value_of_physical_work_needs_physical_work() -> None:
    found = measuring("temperature", "heat", "max_1h", "heat-inrs-physical-28")
    assert "write intensities: [physical]" in found[0]


def test_limit_that_has_ended_without_a_successor_is_refused() -> None:
    found = measuring("formaldehyde", "formaldehyde", "mean", "formaldehyde-guide-long-term-30")
    assert any("add the one in force after it" in line for line in found)


def test_limits_in_force_on_the_same_day_are_refused() -> None:
    found = only(("limit: co2-inrs-office-1000", "limit: [co2-inrs-office-1000, co2-inrs-epidemic-800]"))
    assert "in force on the same day" in found


def test_gap_between_limits_is_refused() -> None:
    found = measuring(
        "pm10",
        "dust",
        "twa_8h",
        "[dust-specific-total-10, dust-specific-total-4]",
        ("zones: [office]", "zones: [specific_pollution]"),
        ("comparability: direct", "comparability: indication_only"),
        *NO_ACTION,
    )
    assert len(found) == 1
    assert "leaves 2022-01-01 to 2023-06-30 without a limit" in found[0]


def test_value_of_ones_own_is_read_in_its_unit() -> None:
    own = "limit: { value: 0.09, unit: '%', comparator: '>', source: Note de service, status: guide }"
    pack = load_pack(GOOD.replace("limit: co2-inrs-office-1000", own), "mine.yaml")
    assert pack.rules[0].levels[0].limits[0].value == pytest.approx(900.0)


def test_value_of_ones_own_is_never_the_law() -> None:
    own = "limit: { value: 900, unit: ppm, comparator: '>', source: Note, status: binding }"
    assert "a value of your own is a guide or comfort" in only(("limit: co2-inrs-office-1000", own))


def test_value_of_ones_own_in_a_wrong_unit_is_refused() -> None:
    own = "limit: { value: 900, unit: lx, comparator: '>', source: Note, status: guide }"
    assert 'limit.unit is "lx"' in only(("limit: co2-inrs-office-1000", own))


def test_levels_are_written_from_the_mildest() -> None:
    level = GOOD[GOOD.index("      - name: one") :]
    second = level.replace("name: one", "name: two").replace("co2-inrs-office-1000", "co2-inrs-epidemic-800")
    found = check_pack(GOOD + second, "mine.yaml")
    assert len(found) == 1
    assert "not more severe than the level before it" in found[0]


def test_upper_and_lower_limits_are_two_rules() -> None:
    text = GOOD.replace("quantity: co2", "quantity: humidity").replace("agent: co2", "agent: humidity")
    for old, new in NO_ACTION:
        text = text.replace(old, new)
    text = text.replace("measure: max_1h", "measure: mean").replace("co2-inrs-office-1000", "humidity-en16798-dry-20")
    level = text[text.index("      - name: one") :]
    second = level.replace("name: one", "name: two").replace("humidity-en16798-dry-20", "humidity-office-upper-70")
    found = check_pack(text + second, "mine.yaml")
    assert len(found) == 1
    assert "write two rules" in found[0]


def test_tiers_are_for_legal_chemical_limits() -> None:
    assert "tiers are shares of a legal limit" in only(("tiers: none", "tiers: legal_chemical"))


def test_kit_check_is_no_outcome_of_an_exceedance() -> None:
    assert "a kit is checked for missing data" in only(("on_exceedance: workplace_action", "on_exceedance: kit_check"))


def test_two_rules_of_one_name_are_refused() -> None:
    rule = GOOD[GOOD.index("  - id: air") :]
    found = check_pack(GOOD + rule, "mine.yaml")
    assert len(found) == 1
    assert 'is "air" again' in found[0]


def test_probabilities_on_the_wrong_side_are_refused() -> None:
    change = ("{ exceedance: 0.95, none: 0.05 }", "{ exceedance: 0.05, none: 0.95 }")
    assert len(mistakes(change)) == 2
