"""Workplace files: what cannot be is told in one line, with the line and the field it is about."""

from importlib.resources import files
from pathlib import Path
from textwrap import indent

import pytest

from firmware_sim.errors import WorkplaceError
from firmware_sim.workplace_file import load_workplace

BAKERY = (files("firmware_sim") / "workplaces" / "bakery.yaml").read_text(encoding="utf-8")
DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"
DOOR = "        air_changes: 10\n"


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("kind: shop", "kind: shoop", r'zones\[1\]\.place\.kind is "shoop"; expected one of office, '),
        ("id: bakery-shop", "id: bakery-bakehouse", r'zones\[1\]\.id is "bakery-bakehouse" as that of another zone'),
        ("id: vs-08", "id: vs-07", r'zones\[1\]\.kit\.id is "vs-07" as that of another kit'),
        (
            "- name: fermentation",
            "- name: deck oven",
            r'activities\[3\]\.name is "deck oven" as that of another activity',
        ),
        ("- name: near", "- name: over", r'variants\[2\]\.name is "over" as that of another variant'),
        (
            "[bakery-bakehouse, bakery-shop]",
            "[bakery-bakehouse, yard]",
            r'between names "yard"; expected a zone of this',
        ),
        (
            "[bakery-bakehouse, bakery-shop]",
            "[bakery-shop, bakery-shop]",
            r'is "bakery-shop" twice; expected two zones',
        ),
        (
            "{zone: bakery-bakehouse, rule: heat",
            "{zone: oven, rule: heat",
            r'concerns\[1\]\.zone names "oven"; expected',
        ),
        (
            "zones: [bakery-bakehouse]",
            "zones: [oven]",
            r'variants\[0\]\.zones names "oven"; expected a zone of this file',
        ),
        (
            DOOR,
            f"{DOOR}        door: {{with: bakery-shop, air: 9}}\n",
            r'door\.with names "bakery-shop"; expected a zone',
        ),
        ('to: "12:00"', 'to: "03:00"', r"zones\[0\]\.place ends before it starts \(04:00 to 03:00\)"),
        (
            'from: "08:00", to: "08:30"',
            'from: "12:10", to: "12:30"',
            r"breaks\[0\] lies outside the working hours 04:00 to",
        ),
        ('from: "04:30"', 'from: "11:45"', r"activities\[1\] ends before it starts"),
        ('from: "06:55", to: "09:30"', 'from: "06:55", to: "06:30"', r"presence\[0\] ends before it starts"),
        ("share: 0.40", "share: 1.40", r"activities\[0\]\.share is 1\.4; expected a number <= 1"),
        ("share: 0.40", "share: often", r'activities\[0\]\.share is "often"; expected a number$'),
        ("volume: ", "volume: -", r"room\.volume is -\d+; expected a number > 0"),
        ("volume: ", "volume: .inf # ", r"room\.volume is inf; expected a number <= 1000000000"),
        ("volume: ", "volume: .nan # ", r"room\.volume is nan; expected a number"),
        ("latitude: ", "latitude: 1", r"outdoors\.latitude is 1\d\d.*; expected a number <= 90"),
        ("humidity: ", "humidity: 10", r"outdoors\.humidity is 10\d\d.*; expected a number <= 100"),
        ('from: "04:30"', "from: 4:30", r'from is .*; expected a time of day in quotation marks, such as "07:30"'),
        ('from: "04:30"', 'from: "25:30"', r'from is "25:30"; expected a time of day'),
        ("id: bakery-shop", "id: L’échoppe", r'zones\[1\]\.id is "L’échoppe"; expected up to 60 letters'),
        ("payload: senml-json", "payload: xml", r'kit\.payload is "xml", which is none of the words'),
        ("days: [", "days: [] # ", r"place\.days is empty; expected a list of length >= 1"),
        ("zones:\n  - id: bakery-bakehouse", "zones: []\nwas:\n  - id: b", r"unknown field `was`"),
    ],
)
def test_what_cannot_be_is_told_with_its_field(written: str, instead: str, told: str) -> None:
    assert written in BAKERY
    with pytest.raises(WorkplaceError, match=rf"^mine\.yaml:\d+: .*{told}") as refused:
        load_workplace(BAKERY.replace(written, instead, 1), "mine.yaml")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("pm20: {source: measured here, relative: 0.5}", r"pm20 is no quantity; expected one of co2, "),
        ("laeq: {source: measured here, relative: 0.5}", r"laeq\.relative is 0\.5; a level takes absolute only \[dB\]"),
    ],
)
def test_place_uncertainty_is_of_a_quantity_and_in_its_unit(stated: str, told: str) -> None:
    text = BAKERY.replace("      kind: shop\n", f"      kind: shop\n      place_uncertainty:\n        {stated}\n", 1)
    line = line_of(text, stated)
    with pytest.raises(WorkplaceError, match=rf"^mine\.yaml:{line}: zones\[1\]\.place\.place_uncertainty\.{told}"):
        load_workplace(text, "mine.yaml")


def test_the_line_is_that_of_the_mistake() -> None:
    text = BAKERY.replace("kind: shop", "kind: shoop", 1)
    with pytest.raises(WorkplaceError, match=rf"^mine\.yaml:{line_of(text, 'kind: shoop')}: "):
        load_workplace(text, "mine.yaml")


@pytest.mark.parametrize("text", ["", "a joinery", "- 1\n- 2\n", "{name: [", "name: \x00\n", "name: &a *b\n"])
def test_what_is_no_workplace_at_all_is_one_line(text: str) -> None:
    with pytest.raises(WorkplaceError, match=r"^mine\.yaml") as refused:
        load_workplace(text, "mine.yaml")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("page", ["virtual-kits.md", "virtual-sensors.md"])
def test_the_kit_a_page_shows_can_be_had(page: str) -> None:
    shown = next(block for block in (DOCS / page).read_text(encoding="utf-8").split("```yaml\n")[1:])
    kit = indent(shown.partition("```")[0], "    ")
    (before,) = [line for line in BAKERY.splitlines(keepends=True) if "id: vs-07" in line]
    found = load_workplace(BAKERY.replace(before, kit), "mine.yaml").zones[0].kit
    assert found.sensor_faults or found.buffer.samplings == 120


def test_a_workplace_without_a_zone_is_refused() -> None:
    start = BAKERY[: BAKERY.index("zones:")]
    with pytest.raises(WorkplaceError, match="zones is empty; expected at least one zone"):
        load_workplace(f"{start}zones: []\n", "mine.yaml")
