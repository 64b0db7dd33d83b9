"""The pages about rules name every field, and the pack they show is one that can be used."""

import re
from pathlib import Path

import pytest

from rules.check import check_file
from rules.kit_check_reader import KIT_CHECK_FIELDS
from rules.rule_reader import LEVEL_FIELDS, RULE_FIELDS
from rules.workplace_actions import AmtType

DOCS = Path(__file__).resolve().parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "rules.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return REFERENCE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("title", "fields"),
    [("A rule", RULE_FIELDS), ("A level", LEVEL_FIELDS), ("A kit check", KIT_CHECK_FIELDS)],
)
def test_every_field_is_on_the_page(title: str, fields: tuple[str, ...]) -> None:
    named = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (.*?) \|", section(title), re.MULTILINE))))
    assert named == set(fields)


def test_every_kind_of_workplace_action_is_on_the_page_in_both_languages() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", section("Kinds of workplace action"), re.MULTILINE)
    assert rows == [(kind.value, kind.title.en, kind.title.fr) for kind in AmtType]


def test_pack_of_the_howto_has_no_mistake() -> None:
    page = (DOCS / "howto" / "rule-packs.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    checked = check_file(text, "rules.yaml")
    assert checked.mistakes == ()
    assert f"1 pack with {checked.rules} rules and {checked.kit_checks} kit check: no mistake" in page


def test_mistakes_of_the_howto_are_the_ones_that_are_told() -> None:
    page = (DOCS / "howto" / "rule-packs.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    for right, wrong in (
        ("  co2-ventilation:", "  co2-ventilaton:"),
        ("[shop]", "[shoop]"),
        ("unit: ppm", "unit: lx"),
    ):
        assert right in text
        text = text.replace(right, wrong)
    told = re.findall(r"^rules\.yaml:.*$", page, re.MULTILINE)
    assert list(check_file(text, "rules.yaml").mistakes) == told
