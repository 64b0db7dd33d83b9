"""Mistakes in registry files: each is told with its line, what was found, what was expected and how to mend it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import CatalogError, RegistryErrors
from catalog.registry import parse_registry
from tests.catalog.registry_text import WHOLE

LINES = WHOLE.splitlines(keepends=True)


def line_of(text: str, occurrence: int = 1) -> int:
    """Number of the line that holds ``text`` (its first, second… occurrence)."""
    return [number for number, line in enumerate(LINES, start=1) if text in line][occurrence - 1]


def messages(text: str) -> tuple[str, ...]:
    with pytest.raises(RegistryErrors) as raised:
        parse_registry(text, "registry.yaml")
    return raised.value.messages


def changed(old: str, new: str, occurrence: int = 1) -> str:
    """The whole file with one line changed."""
    number = line_of(old, occurrence)
    line = LINES[number - 1].replace(old, new)
    return "".join([*LINES[: number - 1], line, *LINES[number:]])


ZONE = "employers[0].establishments[0].zones[0]"
DESK = "employers[0].establishments[0].zones[1]"
SITE = "employers[0].establishments[0]"
SHIFT = f"{ZONE}.schedule.shifts[0]"

# (what stands in the file, what somebody writes instead, the message after "registry.yaml:<its line>: ")
ONE_LINE = [
    (
        "732 829 320 00074",
        "732 829 320 0007",
        (
            'employers[0].siret is "732 829 320 0007"; expected a SIRET, 14 digits with a valid key; '
            "13 digits, expected 14"
        ),
    ),
    (
        "732 829 320 00074",
        "732 829 320 00075",
        (
            'employers[0].siret is "732 829 320 00075"; expected a SIRET, 14 digits with a valid key; '
            "key does not match: a digit is mistyped"
        ),
    ),
    (
        "naf: 1623Z",
        "naf: 162Z",
        ('employers[0].naf is "162Z"; expected an activity code such as 16.23Z; write its four digits and its letter'),
    ),
    (
        "id: joinery",
        "id: la menuiserie",
        (
            'employers[0].id is "la menuiserie"; expected an id of letters, digits, dot, dash and underscore, '
            "at most 64; use no spaces or accents"
        ),
    ),
    ("name: Menuiserie du Fjord", "name:", "employers[0].name is empty; expected a text; add name: …"),
    ("name: Menuiserie du Fjord", 'name: ""', "employers[0].name is empty; expected a text; write it after the colon"),
    (
        "name: Menuiserie du Fjord",
        "name: [a, b]",
        "employers[0].name is a list; expected a text; write one value after the colon",
    ),
    (
        "Europe/Paris",
        "Europe/Pariss",
        f'{SITE}.timezone is "Europe/Pariss"; expected a time zone such as Europe/Paris; did you mean "Europe/Paris"?',
    ),
    (
        "country: FR",
        "country: FRANCE",
        f'{SITE}.country is "FRANCE"; expected a country code such as FR; write the two letters of ISO 3166',
    ),
    (
        'subdivision: "57"',
        "subdivision: Alsac",
        f'{SITE}.subdivision is "Alsac"; expected a subdivision of FR for public holidays; did you mean "Alsace"?',
    ),
    (
        "kind: specific_pollution",
        "kind: specific_polution",
        f'{ZONE}.kind is "specific_polution"; expected a kind of zone; did you mean "specific_pollution"?',
    ),
    (
        "headcount: 4",
        "headcount: four",
        f'{ZONE}.headcount is "four"; expected a number of people, 1 or more; write digits only',
    ),
    (
        "headcount: 4",
        "headcount: 0",
        f'{ZONE}.headcount is "0"; expected a number of people, 1 or more; write digits only',
    ),
    ("headcount: 4", "headcnt: 4", f'{ZONE}.headcnt is not a key here; did you mean "headcount"?'),
    (
        "intensity: physical",
        "intensity: hard",
        f'{ZONE}.intensity is "hard"; expected how hard the work is; known: sedentary, physical',
    ),
    (
        "days: [sun, mon-wed, jeu]",
        "days: [sun, mon-wend, jeu]",
        (
            f'{SHIFT}.days[1] is "mon-wend"; expected days of the week; '
            "write mon, tue, wed, thu, fri, sat, sun or a range such as mon-fri"
        ),
    ),
    (
        "days: [sun, mon-wed, jeu]",
        "days: []",
        f"{SHIFT}.days is empty; expected days of the week; write mon-fri or [mon, thu]",
    ),
    ("start: 22:00", "start: 1320", f'{SHIFT}.start is "1320"; expected a time of day; write it such as 08:30'),
    (
        "end: 06:00",
        "end: 06:60",
        (
            f'{SHIFT}.end is "06:60"; expected a time of day, up to 24:00; '
            "hours go from 00 to 23, minutes and seconds from 00 to 59"
        ),
    ),
    (
        "start: 16:00",
        "start: 24:00",
        (
            f'{ZONE}.schedule.shifts[1].start is "24:00"; expected a time of day; '
            "hours go from 00 to 23, minutes and seconds from 00 to 59"
        ),
    ),
    (
        "end: 06:00",
        "end: 22:00",
        f'{SHIFT}.end is "22:00"; expected a time other than the start; a shift of 24 hours goes from 00:00 to 24:00',
    ),
    (
        "end: 02:30",
        "end: 02:00",
        f'{SHIFT}.breaks[0].end is "02:00"; expected a time other than the start; a break takes some time',
    ),
    (
        "start: 12:00",
        "start: 07:30",
        (
            f'{DESK}.schedule.shifts[0].breaks[0].start is "07:30"; expected a break inside the shift, 08:00 to 17:00; '
            "move the break or lengthen the shift"
        ),
    ),
    (
        "end: 13:00",
        "end: 17:30",
        (
            f'{DESK}.schedule.shifts[0].breaks[0].end is "17:30"; expected a break inside the shift, 08:00 to 17:00; '
            "move the break or lengthen the shift"
        ),
    ),
    ("breaks_count: yes", "breaks_count: 1", f'{SHIFT}.breaks_count is "1"; expected yes or no; write one of the two'),
    (
        "2026-08-14",
        "2026-02-30",
        f'{ZONE}.schedule.closed[0] is "2026-02-30"; expected a day; that day is not in the calendar',
    ),
    (
        "2026-08-14",
        "14/08/2026",
        f'{ZONE}.schedule.closed[0] is "14/08/2026"; expected a day; write year-month-day such as 2026-03-29',
    ),
    (
        "- quantity: illuminance",
        "- quantity: light",
        (
            f'{ZONE}.transfer_factors[0].quantity is "light"; expected a quantity of the catalog; known: '
            "co2, tvoc, voc_index, formaldehyde, co, pm1, pm2_5, pm4, pm10, laeq, lafmax, lcpeak, illuminance, "
            "temperature, humidity, pressure"
        ),
    ),
    (
        "factor: 1.35",
        "factor: 1,35",
        f'{ZONE}.transfer_factors[0].factor is "1,35"; expected a number; write the decimals after a point',
    ),
    (
        "factor: 1.35",
        "factor: 0",
        (
            f'{ZONE}.transfer_factors[0].factor is "0"; expected a factor above zero; '
            "divide the value at the person by the value at the sensor"
        ),
    ),
    ("factor: 1.35", "factor: .nan", f'{ZONE}.transfer_factors[0].factor is ".nan"; expected a number; write digits'),
    ("factor: 1.35", "factor: nan", f'{ZONE}.transfer_factors[0].factor is "nan"; expected a number; write digits'),
    (
        "{ relative: 0.08 }",
        "{ relative: -0.08 }",
        (
            f'{ZONE}.transfer_factors[0].uncertainty.relative is "-0.08"; expected a standard uncertainty, '
            "zero or more; remove the minus sign"
        ),
    ),
    (
        "laeq: { absolute: 2.0 }",
        "laeq: { relative: 0.1 }",
        (
            f'{ZONE}.place_uncertainty.laeq.relative is "0.1"; expected no relative part for a level; '
            "write it in dB under absolute"
        ),
    ),
    (
        "laeq: { absolute: 2.0 }",
        "laeq: {}",
        (
            f"{ZONE}.place_uncertainty.laeq has neither part; expected relative, absolute or both; "
            "write { relative: 0.1, absolute: 0 }"
        ),
    ),
    (
        "laeq: { absolute: 2.0 }",
        "laeq: 2.0",
        (
            f'{ZONE}.place_uncertainty.laeq is "2.0"; expected a standard uncertainty such as {{ relative: 0.1 }}; '
            "write its keys on the lines below, two spaces further right"
        ),
    ),
    (
        "id: desk",
        "id: saw",
        f'{DESK}.id is "saw"; expected an id nothing else has (line {line_of("id: saw")} has it); choose another',
    ),
    (
        "model: vigie-sim",
        "model: vigie-simm",
        'kits[1].model is "vigie-simm"; expected a kit model of the catalog; did you mean "vigie-sim"?',
    ),
    (
        "simulated: yes",
        "simulated: maybe",
        'kits[1].simulated is "maybe"; expected yes or no; write one of the two',
    ),
    ("kit: kit-2", "kit: kit-22", 'deployments[1].kit is "kit-22"; expected a kit of this file; did you mean "kit-2"?'),
    ("zone: desk", "zone: dsk", 'deployments[2].zone is "dsk"; expected a zone of this file; did you mean "desk"?'),
    (
        "end: 2026-03-09 08:00",
        "end: 2026-03-02 08:00",
        (
            'deployments[0].end is "2026-03-02 08:00"; expected a time after the start, 2026-03-02 08:00; '
            "mend one of the two"
        ),
    ),
    (
        "end: 2026-03-09 08:00",
        "end: 2026-03-09",
        'deployments[0].end is "2026-03-09"; expected a day and time; add the time of day: 2026-03-09 08:00',
    ),
    (
        "start: 2026-03-09 08:00",
        "start: 0026-03-09 08:00",
        'deployments[2].start is "0026-03-09 08:00"; expected a day and time; the year goes from 1990 to 2100',
    ),
    (
        "2026-08-14",
        "2206-08-14",
        f'{ZONE}.schedule.closed[0] is "2206-08-14"; expected a day; the year goes from 1990 to 2100',
    ),
    (
        "end: 2026-03-09 08:00",
        "end: 9 mars",
        'deployments[0].end is "9 mars"; expected a day and time; write it such as 2026-03-29 08:30',
    ),
    (
        "end: 2026-03-09 08:00",
        "end: 2026-03-29 02:30",
        (
            'deployments[0].end is "2026-03-29 02:30"; expected a time that exists in Europe/Paris, where the clocks '
            "change then; add the offset, +01:00 or +02:00, after the time"
        ),
    ),
    (
        "start: 2026-03-02 08:00",
        "start: 2025-10-26 02:30",
        (
            'deployments[0].start is "2025-10-26 02:30"; expected a time that happens once in Europe/Paris, where the '
            "clocks change then; add the offset, +02:00 or +01:00, after the time"
        ),
    ),
    (
        "start: 2026-03-09 08:00",
        "start: 2026-03-09 07:59",
        (
            'deployments[2].start is "2026-03-09 07:59"; expected kit kit-1 in one place at a time '
            f"(line {line_of('- id: lent-1')} has it); end one before the other starts"
        ),
    ),
    (
        "performed: 2026-02-01",
        "performed: 2025-02-01",
        (
            'calibrations[1].performed is "2025-02-01"; expected one calibration a day '
            f"(line {line_of('- kit: kit-1')} has it); remove one"
        ),
    ),
    (
        "due: 2026-02-01",
        "due: 2025-01-31",
        'calibrations[0].due is "2025-01-31"; expected a day after 2025-02-01; mend one of the two',
    ),
    (
        "gain: 1.01",
        "gain: 0",
        'calibrations[0].gain is "0"; expected a gain above zero; true value = gain × reading + offset',
    ),
]


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
