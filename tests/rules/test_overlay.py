"""A service's own pack on top of those of Vigie: what it changes, leaves out and adds, and what it cannot."""

import pytest

from rules.check import check_pack
from rules.errors import PackError
from rules.pack import default_packs, load_pack
from rules.rule import InconclusiveOutcome, Pack, Rule
from tests.rules.a_pack import overlay, own, pack, rule


def loaded(text: str, extends: str = "[fr-code-du-travail, aigu, reperes, capteurs]") -> Pack:
    return load_pack(overlay(text, extends), "mine.yaml")


def only(text: str, extends: str = "[fr-code-du-travail, aigu, reperes, capteurs]") -> str:
    found = check_pack(overlay(text, extends), "mine.yaml")
    assert len(found) == 1, found
    return found[0]


def shipped() -> dict[str, Rule]:
    return {rule.id: rule for each in default_packs() for rule in each.rules}


def test_pack_that_changes_nothing_has_the_rules_of_those_it_extends() -> None:
    mine = loaded("")
    assert {rule.id: rule for rule in mine.rules} == shipped()
    assert [check.id for check in mine.kit_checks] == ["kit-check"]
    assert mine.based_on == tuple(each.reference for each in default_packs())


def test_subset_of_the_packs_may_be_extended() -> None:
    mine = loaded("", "[reperes]")
    assert {rule.id for rule in mine.rules} == {
        r.id for each in default_packs() if each.id == "reperes" for r in each.rules
    }
    assert mine.kit_checks == ()


def test_changed_fields_are_changed_and_no_others() -> None:
    mine = loaded("""\
override:
  co2-ventilation:
    repetition: { shifts: 4 }
    levels:
      corrective-1500: { priority: 1 }
""")
    before = shipped()["co2-ventilation"]
    after = next(rule for rule in mine.rules if rule.id == "co2-ventilation")
    assert after.repetition.shifts == 4
    assert after.repetition.window_share == before.repetition.window_share
    assert [level.priority for level in after.levels] == [3, 1]
    assert after.levels[0] == before.levels[0]
    assert (after.zones, after.clearing, after.metrology) == (before.zones, before.clearing, before.metrology)
    assert len(mine.rules) == len(shipped())


def test_doubt_that_counted_from_a_probability_can_be_let_be() -> None:
    changed = "override:\n  tvoc-guide:\n    levels:\n      hygiene-660: {{ on_inconclusive: nothing{} }}\n"
    assert "doubt leads to nothing here; take it away, or write 0" in only(changed.format(""))
    mine = loaded(changed.format(", doubt_from: 0"))  # what a pack below says cannot be taken away
    (level,) = next(rule for rule in mine.rules if rule.id == "tvoc-guide").levels
    assert (level.on_inconclusive, level.doubt_from) == (InconclusiveOutcome.NOTHING, 0.0)


def test_value_of_ones_own_takes_the_place_of_a_limit() -> None:
    mine = loaded(f"override:\n  co2-ventilation:\n    levels:\n      objective-1000: {{ limit: {own(900)} }}\n")
    [limit] = next(rule for rule in mine.rules if rule.id == "co2-ventilation").levels[0].limits
    assert (limit.id, limit.value, limit.source) == (None, 900.0, "Note de service")


def test_kit_check_is_changed_like_a_rule() -> None:
    [check] = loaded("override:\n  kit-check: { delay: 86400, insufficient: 3 }\n").kit_checks
    assert (check.delay, check.insufficient, check.recent) == (86_400.0, 3, 3)


def test_disabled_rule_is_gone_and_its_reason_kept() -> None:
    mine = loaded("disable:\n  co2-classroom: Aucune école.\n  kit-check: Fait par le prestataire.\n")
    assert "co2-classroom" not in {rule.id for rule in mine.rules}
    assert mine.kit_checks == ()
    assert [(each.rule, each.reason) for each in mine.disabled] == [
        ("co2-classroom", "Aucune école."),
        ("kit-check", "Fait par le prestataire."),
    ]


def test_added_rule_stands_beside_the_others() -> None:
    added = rule(id="salon", zones="[shop]", measure="p90").replace("co2-inrs-office-1000", own(1200))
    mine = loaded("rules:\n" + added)
    assert mine.rules[-1].id == "salon"
    assert len(mine.rules) == len(shipped()) + 1


def test_mistake_in_a_change_is_told_at_its_line_in_the_services_file() -> None:
    assert only("override:\n  co2-ventilation:\n    zones: [office, worksop]\n").startswith(
        'mine.yaml:8: override.co2-ventilation.zones is "worksop"; expected one of office,'
    )


def test_change_that_contradicts_what_it_changes_is_told_where_it_stands() -> None:
    said = check_pack(overlay("override:\n\n  co2-classroom: { measure: p50 }\n"), "mine.yaml")
    assert all(line.startswith("mine.yaml:8: override.co2-classroom.levels[") for line in said)
    assert len(said) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("override:\n  co2-ventilaton: { measure: mean }\n", 'did you mean "co2-ventilation"?'),
        ("disable:\n  humidty-dry: Inutile.\n", 'did you mean "humidity-dry"?'),
        ("disable:\n  humidity-dry:\n", "disable.humidity-dry is empty; expected a text"),
        ("override:\n  co2-ventilation:\n", "override.co2-ventilation is empty; expected a mapping"),
        ("override:\n  co2-ventilation: { id: other }\n", "a rule keeps its name"),
        ("override:\n  co2-ventilation: { mesure: mean }\n", 'did you mean "measure"?'),
        ("override:\n  co2-ventilation: { levels: { corective-1500: { priority: 1 } } }\n", '"corrective-1500"?'),
        ("override:\n  co2-ventilation: { levels: { corrective-1500: 1 } }\n", "to no mapping"),
        ("override:\n  co2-ventilation: { levels: [{ name: corrective-1500 }] }\n", "expected the name of each level"),
        ("override:\n  a: { measure: mean }\n  a: { measure: p50 }\n", 'has "a" twice as a name'),
        ("override: []\n", "override is a list; expected a mapping"),
        ("rules:\n" + rule(id="humidity-dry", zones="[outdoor]"), "change it under override, or rename it"),
    ],
)
def test_what_a_pack_on_top_cannot_say_is_told(text: str, said: str) -> None:
    text = text.replace("co2-inrs-office-1000", own(1200))
    found = check_pack(overlay(text), "mine.yaml")
    assert any(said in line for line in found), found
    assert all(line.startswith("mine.yaml:") for line in found)


def test_change_of_a_disabled_rule_can_never_speak() -> None:
    said = only("override:\n  heat-physical: { hysteresis: 1 }\ndisable:\n  heat-physical: Jamais.\n")
    assert "is overridden and disabled: the change can never speak" in said


def test_unknown_pack_is_told_with_the_nearest() -> None:
    assert 'did you mean "reperes"?' in only("", "[repères, aigu]")


def test_added_rule_may_not_ask_what_a_pack_below_asks() -> None:
    said = only("rules:\n" + rule(hysteresis="25"))
    assert said.startswith("mine.yaml:")
    assert 'asks again what level "objective-1000" of rule "co2-ventilation" (reperes.yaml:' in said


def test_changes_without_packs_to_change_are_refused() -> None:
    text = pack(rule()) + "override:\n  air: { measure: mean }\ndisable:\n  air: Non.\n"
    found = check_pack(text, "mine.yaml")
    assert len([line for line in found if "the pack extends none; add extends" in line]) == 2


def test_pack_on_top_with_mistakes_raises_them_all() -> None:
    with pytest.raises(PackError) as caught:
        loaded("override:\n  co2-ventilation: { measure: p50 }\n")
    assert len(caught.value.messages) == 2
