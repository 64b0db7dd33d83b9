"""A pack stored beside a ticket is the same pack when it is read again."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.errors import PackError
from rules.pack import default_packs, load_pack
from rules.pack_text import from_text, to_text
from rules.rule import Pack
from tests.rules.a_pack import overlay, pack, rule

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.none() | st.dates()
ON_TOP = overlay("override:\n  co2-ventilation: { hysteresis: 0.1 }\ndisable:\n  co2-classroom: Non.\n")


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    """A pack of Vigie with other numbers, dates and words in one of its rules."""
    found = draw(st.sampled_from(default_packs()[:3]))
    at = draw(st.integers(0, len(found.rules) - 1))
    changed = found.rules[at]
    limit = replace(changed.levels[0].limits[0], value=draw(NUMBERS), first=draw(DAYS), last=draw(DAYS))
    first = replace(changed.levels[0], limits=(limit,), name=draw(st.text()))
    changed = replace(changed, levels=(first, *changed.levels[1:]), hysteresis=draw(NUMBERS), metrology=None)
    return replace(found, version=draw(st.text()), rules=(*found.rules[:at], changed, *found.rules[at + 1 :]))


@given(packs())
def test_stored_text_is_the_same_pack_again(found: Pack) -> None:
    again = from_text(to_text(found))
    assert again == found
    assert again.digest == found.digest
    assert to_text(again) == to_text(found)


@pytest.mark.parametrize("found", [*default_packs(), load_pack(ON_TOP, "mine.yaml")], ids=lambda p: p.id)
def test_every_shipped_pack_and_one_on_top_come_back(found: Pack) -> None:
    assert from_text(to_text(found)) == found


def test_digest_is_of_what_a_pack_says_and_not_of_how_it_is_written() -> None:
    text = pack(rule())
    plain = load_pack(text, "mine.yaml")
    assert load_pack("# a word of explanation\n" + text.replace("{ margin: 50,", "{  margin: 50.0,"), "x").digest == (
        plain.digest
    )
    assert load_pack(text.replace("shifts: 3", "shifts: 4"), "mine.yaml").digest != plain.digest


def test_digest_changes_with_a_limit_of_the_catalog() -> None:
    found = default_packs()[0]
    level = found.rules[0].levels[0]
    other = replace(level, limits=(replace(level.limits[0], last=date(2030, 1, 1)),))
    first = replace(found.rules[0], levels=(other, *found.rules[0].levels[1:]))
    assert replace(found, rules=(first, *found.rules[1:])).digest != found.digest


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"id": 3}', "id: mine"])
def test_text_that_is_no_stored_pack_is_refused(text: str) -> None:
    with pytest.raises(PackError, match="expected the text that was stored with the ticket"):
        from_text(text)
