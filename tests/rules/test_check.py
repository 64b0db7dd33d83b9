"""What `vigie rules check` finds beyond single fields: contradictions, what can never speak, what is not in force."""

from datetime import date
from pathlib import Path

import pytest

from rules.check import check_default_packs, check_pack
from tests.rules.a_pack import METROLOGY, level, own, pack, rule

TEN_MISTAKES = Path(__file__).with_name("packs") / "ten-mistakes.yaml"
EXPECTED = (
    (14, "rules[0].quantity", 'did you mean "co2"?'),
    (63, "rules[1].levels[0].limit.unit", 'unit "lx" cannot be converted to °C'),
    (92, "rules[2].levels[0].limit", "a VOC index is relative to its own room and has no concentration"),
    (121, "rules[3].levels[0].limit", "87 dB(A) holds under the hearing protector"),
    (150, "rules[4].levels[0].limit", "it does not hold in workshop"),
    (179, "rules[5].levels[0].limit", 'ends with "dust-specific-total-7" on 2023-06-30'),
    (238, "rules[7].levels[0].limit", 'contradicts level "level" of rule "air-acts" (ten-mistakes.yaml:205)'),
    (267, "rules[8].levels[0].limit", "the level can never speak"),
    (285, '"flaping" is no field of rules[9]', 'did you mean "flapping"?'),
    (314, "rules[10].clear.margin", "the ticket could never clear"),
)


def only(text: str, on: date | None = None) -> str:
    found = check_pack(text, "mine.yaml", on)
    assert len(found) == 1, found
    return found[0]


def test_ten_deliberate_mistakes_are_ten_precise_lines() -> None:
    found = check_pack(TEN_MISTAKES.read_text(encoding="utf-8"), TEN_MISTAKES.name)
    assert len(found) == len(EXPECTED)
    for line, (number, where, what) in zip(found, EXPECTED, strict=True):
        assert line.startswith(f"ten-mistakes.yaml:{number}: {where}"), line
        assert what in line


def test_limit_not_yet_in_force_on_a_day_is_told_with_the_day_it_starts() -> None:
    text = pack(
        rule(
            level(limit="co-vlep-8h-20", standing="legal"),
            agent="co",
            quantity="co",
            measure="twa_8h",
            clear="{ margin: 1, shifts: 3 }",
        )
    )
    assert check_pack(text, "mine.yaml", date(2020, 7, 1)) == []
    assert "not in force on 2020-06-30: it starts on 2020-07-01" in only(text, date(2020, 6, 30))


def test_guide_serves_an_earlier_day_and_is_no_mistake() -> None:
    assert check_pack(pack(rule()), "mine.yaml", date(2015, 1, 1)) == []


def test_dust_limits_are_in_force_before_and_after_the_first_of_july_2023() -> None:
    for day in (date(2023, 6, 30), date(2023, 7, 1)):
        assert check_default_packs(day).mistakes == ()


def test_the_same_question_asked_twice_would_be_two_tickets() -> None:
    said = only(pack(rule(), rule(id="again", zones="[office, shop]")))
    assert 'asks again what level "one" of rule "air" (mine.yaml:25) asks of max_1h of co2' in said


def test_one_value_with_two_outcomes_is_a_contradiction() -> None:
    said = only(pack(rule(), rule(level(priority="1"), id="other")))
    assert said.startswith("mine.yaml:")
    assert "this asks for workplace_action with priority 1, in doubt targeted_metrology" in said
    assert "that for workplace_action with priority 3, in doubt targeted_metrology; keep one of them" in said


def test_the_more_severe_value_may_not_ask_for_less() -> None:
    said = only(pack(rule(), rule(level(limit=own(2000), **METROLOGY), id="severe")))
    assert "the more severe 2000 ppm asks for targeted_metrology with priority 3" in said
    assert "at 1000; give the more severe value at least the same outcome" in said
    milder_first = only(pack(rule(level(limit=own(2000), **METROLOGY)), rule(id="mild")))
    assert "the more severe 2000 ppm asks for targeted_metrology" in milder_first


def test_levels_of_one_rule_may_not_ask_for_less_as_they_rise() -> None:
    said = only(pack(rule(level(), level(name="two", limit="co2-erp-1500", priority="4"))))
    assert (
        "asks for workplace_action with priority 4, in doubt targeted_metrology, less than the level before it" in said
    )


def test_no_value_is_right_between_two_limits_that_cross() -> None:
    humid = {"agent": "humidity", "quantity": "humidity", "measure": "mean", "clear": "{ margin: 1, shifts: 3 }"}
    text = pack(
        rule(level(limit=own(40, "%", "<"), **METROLOGY), **humid),
        rule(level(limit=own(30, "%"), **METROLOGY), id="damp", **humid),
    )
    assert "no mean of humidity is right, under 40 and above 30 % are both a cause" in only(text)
    apart = text.replace("value: 30", "value: 60")
    assert check_pack(apart, "mine.yaml") == []


@pytest.mark.parametrize(
    "different",
    [{"zones": "[shop]"}, {"measure": "max_15min"}, {"window": "day", "measure": "mean"}],
    ids=["other zones", "another measure", "another window"],
)
def test_rules_that_never_meet_do_not_contradict_each_other(different: dict[str, str]) -> None:
    other = level(limit=own(1000), priority="1")
    found = check_pack(pack(rule(hysteresis="20"), rule(other, id="other", hysteresis="20", **different)), "mine.yaml")
    assert found == []


def test_intensities_that_never_meet_do_not_contradict_each_other() -> None:
    heat = {"agent": "heat", "quantity": "temperature", "clear": "{ margin: 1, shifts: 3 }"}
    still = rule(level(limit=own(30, "°C")), intensities="[sedentary]", **heat)
    hard = rule(level(limit=own(30, "°C"), priority="1"), id="hard", intensities="[physical]", **heat)
    assert check_pack(pack(still, hard), "mine.yaml") == []
    assert "contradicts level" in only(pack(still, hard.replace("physical", "sedentary")))


def test_episodes_beyond_one_value_cannot_end_in_two_ways() -> None:
    acute = rule(level(limit=own(1000)), id="acute", measure="max_15min", delays="{ on: 0 }")
    said = only(pack(rule(), acute))
    assert 'delays and hysteresis contradict rule "air"' in said
    assert "episodes beyond 1000 ppm of co2 are counted once" in said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"clear": "{ margin: 700, shifts: 3 }"}, "clear.margin is 700; it asks for co2 under 300 ppm"),
        ({"hysteresis": "700"}, "hysteresis is 700; it asks for co2 under 300 ppm"),
        (
            {"repetition": "{ onset: immediate, shifts: 2, window_share: 0.2, working_days: 5 }"},
            "the onset is immediate: it never decides",
        ),
        (
            {"repetition": "{ onset: repeated, shifts: 2, window_share: 0.2, working_days: 66 }"},
            "no campaign has more than 65 working days",
        ),
        ({"repetition": "{ onset: repeated, shifts: 196, working_days: 5 }"}, "no campaign has more than 195 shifts"),
        (
            {"repetition": "{ onset: repeated, shifts: 2, window_share: 0, working_days: 5 }"},
            "window_share is 0: it is always reached",
        ),
        ({"delays": "{ on: 86400 }"}, "delays.on is 86400 s; no shift is as long"),
        ({"delays": "{ off: 90000 }"}, "an episode could never end"),
        ({"flapping": "{ times: 3, shifts: 5 }"}, "3 relapses take at least 6 shifts"),
        ({"zones": "[]"}, "zones is a list; expected a list with at least one item"),
        ({"intensities": "[]"}, "intensities is a list; expected a list with at least one item"),
    ],
)
def test_what_can_never_come_true_is_a_mistake(fields: dict[str, str], said: str) -> None:
    assert said in only(pack(rule(**fields)))


def test_conditions_that_can_just_come_true_are_fine() -> None:
    fields = {
        "clear": "{ margin: 699, shifts: 3 }",
        "hysteresis": "699",
        "repetition": "{ onset: repeated, shifts: 195, window_share: 0.01, working_days: 65 }",
        "delays": "{ on: 86399, off: 86399, no_data: 0 }",
        "flapping": "{ times: 3, shifts: 6 }",
    }
    assert check_pack(pack(rule(**fields)), "mine.yaml") == []


def test_lower_limit_under_what_the_sensor_can_say_never_speaks() -> None:
    dark = {"agent": "light", "quantity": "illuminance", "measure": "p10", "clear": "{ margin: 1, shifts: 3 }"}
    assert "illuminance is never under 0 lx" in only(pack(rule(level(limit=own(0, "lx", "<")), **dark)))


def test_day_of_twenty_four_hours_can_be_three_times_the_highest_reading() -> None:
    long = {"measure": "twa_8h"}
    assert check_pack(pack(rule(level(limit=own(29_999)), **long)), "mine.yaml") == []
    assert "never goes beyond 30000 ppm" in only(pack(rule(level(limit=own(30_000)), **long)))


def test_level_without_the_kind_of_action_it_asks_for_is_told_which_there_are() -> None:
    said = only(pack(rule(level(amt_type=""))))
    assert "amt_type is missing, but the level asks for workplace_action; expected one of substitution" in said
    assert "leave it out" in only(pack(rule(level(on_exceedance="targeted_metrology"))))


def test_rule_that_asks_for_metrology_says_which() -> None:
    assert "metrology is missing, but the rule asks for targeted metrology" in only(pack(rule(metrology="")))
    assert check_pack(pack(rule(level(on_inconclusive="nothing"), metrology="")), "mine.yaml") == []


def test_doubt_that_counts_from_a_probability_leads_to_something() -> None:
    assert check_pack(pack(rule(level(doubt_from="0.5"))), "mine.yaml") == []
    assert "doubt_from is 50; expected a share from 0 to 1" in only(pack(rule(level(doubt_from="50"))))
    quiet = level(on_inconclusive="nothing", doubt_from="0.5")
    assert "doubt_from says which doubt counts, but doubt leads to nothing here" in only(
        pack(rule(quiet, metrology=""))
    )


def test_doubt_that_could_never_count_is_refused() -> None:
    assert check_pack(pack(rule(level(doubt_from="0.94"))), "mine.yaml") == []
    said = only(pack(rule(level(doubt_from="0.95"))))
    assert "doubt_from is 0.95; from 0.95 on an exceedance is indicated and nothing is in doubt" in said


def test_tiers_do_not_ask_how_likely_a_breach_is() -> None:
    co = {"agent": "co", "quantity": "co", "measure": "twa_8h", "clear": "{ margin: 1, shifts: 3 }"}
    tiered = {**co, "tiers": "legal_chemical"}
    limit = {"limit": "co-vlep-8h-20", "standing": "legal"}
    assert check_pack(pack(rule(level(**limit), **tiered)), "mine.yaml") == []
    assert check_pack(pack(rule(level(doubt_from="0.5", **limit), **co)), "mine.yaml") == []
    said = only(pack(rule(level(doubt_from="0.5", **limit), **tiered)))
    assert "doubt_from says which doubt counts, but tiers ask for metrology over half of the limit" in said


def test_design_mean_of_the_light_is_only_hinted_at() -> None:
    light = {"agent": "light", "quantity": "illuminance", "measure": "p50", "clear": "{ margin: 1, shifts: 3 }"}
    lamp = level(limit="light-en12464-office-writing-500", **METROLOGY)
    assert "a mean to be maintained over the points of a task area" in only(pack(rule(lamp, **light)))
    assert check_pack(pack(rule(lamp, **light, comparability="indication_only")), "mine.yaml") == []


def test_value_of_ones_own_that_nobody_verified_asks_for_no_action() -> None:
    unverified = own(900).replace("status: guide", "status: guide, verified: no")
    assert 'is "workplace_action" on' in only(pack(rule(level(limit=unverified))))
    assert check_pack(pack(rule(level(limit=unverified, **METROLOGY))), "mine.yaml") == []
