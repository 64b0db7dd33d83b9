"""Mistakes of one line in a registry file, each with the message that tells it."""

from tests.catalog.registry_text import WHOLE

LINES = WHOLE.splitlines(keepends=True)


def line_of(text: str, occurrence: int = 1) -> int:
    """Number of the line that holds ``text`` (its first, second… occurrence)."""
    return [number for number, line in enumerate(LINES, start=1) if text in line][occurrence - 1]


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
    (
        "gain: 1.01",
        "gain: 11",
        'calibrations[0].gain is "11"; expected a gain from 0.1 to 10; mend or replace the sensor',
    ),
    (
        "offset: -12",
        "offset: -12e3",
        (
            'calibrations[0].offset is "-12e3"; expected at most the whole range of co2, 9700 ppm; '
            "check the number and its unit"
        ),
    ),
    (
        "uncertainty: { absolute: 20 }",
        "uncertainty: { absolute: 0 }",
        (
            "calibrations[1].uncertainty is zero; expected a standard uncertainty above zero; "
            "read it on the certificate (U divided by k)"
        ),
    ),
]
