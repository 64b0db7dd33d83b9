"""Mistakes in registry files: each is told with its line, what was found, what was expected and how to mend it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import CatalogError, RegistryErrors
from catalog.registry import parse_registry
from tests.catalog.registry_mistakes import DESK, LINES, ONE_LINE, SHIFT, SITE, ZONE, line_of
from tests.catalog.registry_text import WHOLE


def messages(text: str) -> tuple[str, ...]:
    with pytest.raises(RegistryErrors) as raised:
        parse_registry(text, "registry.yaml")
    return raised.value.messages


def changed(old: str, new: str, occurrence: int = 1) -> str:
    """The whole file with one line changed."""
    number = line_of(old, occurrence)
    line = LINES[number - 1].replace(old, new)
    return "".join([*LINES[: number - 1], line, *LINES[number:]])


@pytest.mark.parametrize(("right", "wrong", "message"), ONE_LINE, ids=[f"{wrong}" for _, wrong, _ in ONE_LINE])
def test_one_wrong_line_is_told(right: str, wrong: str, message: str) -> None:
    told = messages(changed(right, wrong))
    assert f"registry.yaml:{line_of(right)}: {message}" in told


def without(text: str) -> str:
    number = line_of(text)
    return "".join([*LINES[: number - 1], *LINES[number:]])


@pytest.mark.parametrize(
    ("line", "where", "message"),
    [
        ("siret:", "- id: joinery", "employers[0].siret is missing; expected a SIRET, 14 digits with a valid key"),
        ("timezone:", "- id: metz", f"{SITE}.timezone is missing; expected a time zone such as Europe/Paris"),
        ("work_unit: Débit", "- id: saw", f"{ZONE}.work_unit is missing; expected a text; add work_unit: …"),
        (
            "days: [sun",
            "- name: nuit",
            f"{SHIFT}.days is missing; expected days of the week; write mon-fri or [mon, thu]",
        ),
        ("start: 22:00", "- name: nuit", f"{SHIFT}.start is missing; expected a time of day; add start: …"),
        (
            "model: generic",
            "- id: kit-1",
            "kits[0].model is missing; expected a kit model of the catalog; add model: …",
        ),
        ("reference:", "- kit: kit-1", "calibrations[0].reference is missing; expected a text; add reference: …"),
        (
            "uncertainty: { relative: 0.015",
            "- kit: kit-1",
            "calibrations[0].uncertainty is missing; expected its standard uncertainty; add uncertainty: …",
        ),
    ],
)
def test_missing_key_is_told_at_the_thing_it_belongs_to(line: str, where: str, message: str) -> None:
    (told,) = messages(without(line))
    assert told.startswith(f"registry.yaml:{line_of(where)}: {message}")


def test_key_given_twice_is_told_with_both_lines() -> None:
    number = line_of("naf: 1623Z")
    text = "".join([*LINES[:number], "  naf: 4332A\n", *LINES[number:]])
    assert messages(text) == (
        (
            f"registry.yaml:{number + 1}: employers[0].naf is given twice (first on line {number}); "
            "expected once; remove one"
        ),
    )


def test_calibration_of_a_channel_the_kit_has_not() -> None:
    text = changed("model: generic", "model: uci-office").replace("quantity: co2", "quantity: laeq")
    told = messages(text)
    number = line_of("quantity: co2")
    assert told[0] == (
        f'registry.yaml:{number}: calibrations[0].quantity is "laeq"; expected a channel of model uci-office; '
        "it has co2, temperature, humidity, illuminance"
    )


def test_level_is_calibrated_by_an_offset_in_decibels() -> None:
    level = WHOLE.replace("quantity: co2\n  performed: 2026", "quantity: laeq\n  performed: 2026")
    assert level != WHOLE
    assert parse_registry(level, "registry.yaml").calibrations[1].gain == 1.0
    number = line_of("performed: 2026-02-01")
    assert messages(level.replace("offset: 4", "gain: 1.02")) == (
        (
            f'registry.yaml:{number + 2}: calibrations[1].gain is "1.02"; expected 1 for a level; '
            "a level is corrected by its offset in dB alone"
        ),
    )


def test_overlapping_shifts_round_the_week_end() -> None:
    text = changed("days: 6", "days: 7")
    assert messages(text) == (
        (
            f'registry.yaml:{line_of("start: 16:00")}: {ZONE}.schedule.shifts[1].start is "16:00"; '
            'expected a shift apart from "nuit"; move it, or give the groups a zone each'
        ),
    )
    sunday_into_monday = changed("days: 6", "days: mon").replace("start: 16:00", "start: 05:30")
    assert 'expected a shift apart from "nuit"' in messages(sunday_into_monday)[0]


def test_breaks_that_overlap_and_breaks_that_leave_no_work() -> None:
    number = line_of("end: 13:00")
    double = "".join([*LINES[:number], "                - {start: 12:30, end: 13:30}\n", *LINES[number:]])
    assert messages(double) == (
        (
            f'registry.yaml:{number + 1}: {DESK}.schedule.shifts[0].breaks[1].start is "12:30"; '
            "expected a break apart from the others; join them or move one"
        ),
    )
    (told,) = messages(changed("start: 12:00", "start: 08:00").replace("end: 13:00", "end: 17:00"))
    assert "expected breaks that leave some work in the shift, 08:00 to 17:00; shorten the breaks" in told


def test_two_employers_of_one_siret() -> None:
    text = WHOLE.replace("kits:\n", "- {id: other, name: B, siret: 73282932000074, naf: 1623Z}\nkits:\n", 1)
    assert messages(text) == (
        (
            f'registry.yaml:{line_of("kits:")}: employers[1].siret is "73282932000074"; '
            f"expected a SIRET no other employer has (line {line_of('siret:')} has it); mend one"
        ),
    )


def test_zone_without_a_schedule_or_without_a_shift() -> None:
    zone = "{id: z, name: Z, kind: shop, headcount: 1, work_unit: V, intensity: sedentary%s}"
    site = "employers:\n- {id: e, name: E, siret: 73282932000074, naf: 1623Z, establishments: [{id: s, name: S, "
    site += "timezone: Europe/Paris, country: FR, zones: [\n%s]}]}\n"
    assert messages(site % (zone % "")) == (
        f"registry.yaml:3: {ZONE}.schedule is missing; expected a work schedule with its shifts; add schedule: …",
    )
    assert messages(site % (zone % ", schedule: {shifts: []}")) == (
        f"registry.yaml:3: {ZONE}.schedule.shifts has no shift; expected when people work; add one with a dash",
    )


def test_all_mistakes_are_told_together_in_the_order_of_the_file() -> None:
    text = (
        WHOLE.replace("00074", "00075").replace("headcount: 4", "headcount: x").replace("zone: desk", "zone: nowhere")
    )
    told = messages(text)
    numbers = [int(message.split(":")[1]) for message in told]
    assert numbers == [line_of("siret:"), line_of("headcount: 4"), line_of("zone: desk")]
    with pytest.raises(CatalogError) as raised:
        parse_registry(text, "registry.yaml")
    assert str(raised.value) == "\n".join(told)


def test_one_mistake_does_not_breed_others() -> None:
    assert len(messages(changed("start: 2026-03-02 08:00", "start: soon"))) == 1
    assert len(messages(changed("end: 2026-03-09 08:00", "end: later"))) == 1
    assert len(messages(changed("end: 06:00", "end: late"))) == 1
    assert len(messages(changed("Europe/Paris", "Paris"))) == 1
    assert len(messages(changed("zone: saw", "zone: sew"))) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "registry.yaml:1: is empty; expected employers, kits, deployments and calibrations"),
        ("- a\n- b\n", "registry.yaml:1: is a list; expected employers"),
        ("just words\n", 'registry.yaml:1: is "just words"; expected employers'),
        ("employers:\n\t- id: x\n", "registry.yaml:2: cannot be read as YAML: found character '\\t'"),
        ("employers:\n  - id: x\n name: y\n", "registry.yaml:3: cannot be read as YAML: "),
        ("kits: [a\n", "registry.yaml:2: cannot be read as YAML: "),
        ("kits: {}\n---\nkits: {}\n", "registry.yaml:2: cannot be read as YAML: but found another document"),
        ("kits:\n  \x00", "registry.yaml:2: has a character that is no text; expected YAML in UTF-8"),
        ("kits: " + "[" * 5000, "registry.yaml:1: "),
        ("kits: *nowhere\n", "registry.yaml:1: cannot be read as YAML: found undefined alias"),
        ("kits: kit-1\n", 'registry.yaml:1: kits is "kit-1"; expected a list of kits; start each with a dash'),
        ("kits:\n- kit-1\n", 'registry.yaml:2: kits[0] is "kit-1"; expected one of the kits; write its keys'),
        ("kits:\n- ? [a]\n  : b\n", "registry.yaml:2: kits[0] has a key that is no word; expected name: value"),
        ("employrs: []\n", 'registry.yaml:1: employrs is not a key here; did you mean "employers"?'),
        ("kits:\n- &a\n  <<: *a\n", "registry.yaml:"),
    ],
)
def test_file_of_another_shape(text: str, message: str) -> None:
    assert messages(text)[0].startswith(message)


@given(st.integers(0, len(LINES) - 1), st.text(st.characters(codec="utf-8"), max_size=12), st.integers(0, 30))
def test_no_mistake_ever_ends_in_a_traceback(line: int, junk: str, column: int) -> None:
    broken = LINES[line][:column] + junk + LINES[line][column:]
    text = "".join([*LINES[:line], broken, *LINES[line + 1 :]])
    told: tuple[str, ...] = ("registry.yaml: nothing wrong",)
    try:
        parse_registry(text, "registry.yaml")
    except RegistryErrors as errors:
        told = errors.messages
    assert told
    assert all(message.startswith("registry.yaml:") and "\n" not in message for message in told)
