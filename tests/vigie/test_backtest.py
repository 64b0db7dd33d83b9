"""vigie rules backtest: what another pack would have asked for over what is stored, and what became of the tickets."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from catalog.registry import parse_registry
from rules.backtest import Change
from rules.errors import PackError
from rules.metrology import Measurement
from rules.pack import default_packs, load_pack
from rules.roles import Actor, Role
from rules.ticket_events import DismissalReason
from store.metrology import Entry, enter
from store.registry import save
from store.scope import Scope
from store.ticket_steps import TicketSteps
from tests.vigie.running import PROJECT, rows, vigie
from vigie.backtest.period import Period
from vigie.backtest.run import Backtest, run_backtest
from vigie.backtest.words import BACKTEST_FIELDS, backtest_rows, backtest_sheets, notes, summary
from vigie.compute import compute
from vigie.workspace import Workspace, create_workspace, find_workspace

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 3, 2)
WHOLE = Period(None, None)
ENGINEER = Actor("a@b.example", Role.ENGINEER)

REGISTRY = """
employers:
  - id: firm
    name: Firm
    siret: "73282932000074"
    naf: 62.01Z
    establishments:
      - id: site
        name: Site
        timezone: Europe/Paris
        country: FR
        zones:
          - id: room
            name: Room
            kind: office
            headcount: 6
            work_unit: Bureau
            intensity: sedentary
            schedule: {shifts: [{name: day, days: mon-fri, start: "08:00", end: "18:00"}]}
          - id: empty
            name: Empty
            kind: office
            headcount: 6
            work_unit: Bureau
            intensity: sedentary
            schedule: {shifts: [{name: day, days: mon-fri, start: "08:00", end: "18:00"}]}
kits:
  - {id: k1, model: vigie-sim, label: Kit 1}
deployments:
  - {id: d1, kit: k1, zone: room, start: 2026-03-02 00:00, end: 2026-03-14 00:00}
"""

HEAD = """
id: {name}
version: "1"
title_fr: Essai
title_en: Trial
extends: [fr-code-du-travail, aigu, reperes, capteurs]
"""
LOWER = HEAD.format(name="lower") + (
    """
override:
  co2-ventilation:
    repetition: { shifts: 8, window_share: 0.2, working_days: 5 }
    levels:
      objective-1000: { limit: { value: 900, unit: ppm, comparator: ">", source: Note 12, status: guide } }
"""
)
"""Over 900 ppm on eight shifts, or on one and a fifth of five days: time above 900 ppm is not stored."""

WITHOUT = HEAD.format(name="without") + "disable:\n  co2-ventilation: La ventilation est neuve.\n"


def instant(day: date, hour: float = 0.0) -> int:
    midnight = datetime(day.year, day.month, day.day, tzinfo=PARIS)
    return round((midnight + timedelta(hours=hour)).timestamp() * 1000)


def minutes(day: date, stale_hours: float, stale: float) -> pl.DataFrame:
    """A day of a room: so many stale hours from ten o'clock on, never twice the same value."""
    instants = [instant(day) + 60_000 * n for n in range(1, 24 * 60 + 1)]
    values = [stale if 600 < n <= 600 + 60 * stale_hours else 600.0 for n in range(1, 24 * 60 + 1)]
    return pl.DataFrame({"instant": instants, "value": [v + n % 11 for n, v in enumerate(values)]})


def office(folder: Path, hours_of_930: float, days_heard: int = 12) -> Workspace:
    """Two working weeks: two hours of 1300 ppm on the first day, some of 930 ppm on the next four, then none."""
    place = create_workspace(folder, "Service")
    save(place.database, parse_registry(REGISTRY, "registry.yaml"), readings=place.readings)
    days = [minutes(MONDAY, 2.0, 1300.0)]
    days += [minutes(MONDAY + timedelta(days=n), hours_of_930 if n < 5 else 0.0, 930.0) for n in range(1, days_heard)]
    place.readings.append_frame(
        pl.concat(days).with_columns(
            kit=pl.lit("k1"),
            quantity=pl.lit("co2"),
            flag=pl.lit(1, pl.Int8),
            received=pl.col("instant"),
            simulated=pl.lit(value=False),
        )
    )
    compute(place, NOW)
    return place


NOW = instant(MONDAY + timedelta(days=40))


@pytest.fixture(scope="module")
def often(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hours a day over 900 ppm: 28 % of the first week."""
    return office(tmp_path_factory.mktemp("often") / "service", 3.0).root


@pytest.fixture(scope="module")
def seldom(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour and twelve minutes a day: 14 % of it."""
    return office(tmp_path_factory.mktemp("seldom") / "service", 1.2).root


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Workspace]:
    """A workspace of its own to change."""

    def copy(place: Path) -> Workspace:
        shutil.copytree(place, tmp_path / "copy")
        return find_workspace(tmp_path / "copy")

    return copy


def backtest(place: Workspace, pack: str, period: Period = WHOLE, zones: Sequence[str] | None = None) -> Backtest:
    return run_backtest(place, [load_pack(pack, "pack.yaml")], zones, period, NOW)


def the_row(found: Backtest) -> dict[str, object]:
    (row,) = backtest_rows(found)
    return row


def put_in_force(place: Workspace, pack: str) -> Workspace:
    (place.root / "mine.yaml").write_text(pack, encoding="utf-8")
    settings = place.root / "vigie.toml"
    text = settings.read_text(encoding="utf-8")
    lines = ['pack = "mine.yaml"' if line.startswith("# pack = ") else line for line in text.splitlines()]
    settings.write_text("\n".join(lines), encoding="utf-8")
    changed = find_workspace(place.root)
    assert changed.settings.rules.pack == "mine.yaml"
    return changed


def test_packs_in_force_against_themselves_change_nothing(often: Path) -> None:
    found = backtest(find_workspace(often), HEAD.format(name="same"))

    assert [each.compared.change for each in found.judged] == [Change.SAME]
    assert (found.anew, found.unknown, found.cut) == (0, 0, 0)
    assert backtest_sheets(found) == []
    assert notes(found) == []


def test_time_beyond_a_limit_nobody_counted_is_counted_from_the_readings(often: Path) -> None:
    found = backtest(find_workspace(often), LOWER)
    row = the_row(found)

    assert (row["in_force_kind"], row["kind"]) == ("targeted_metrology", "workplace_action")
    assert row["first_day"] == "2026-03-06", "a fifth of five working days is known when the fifth is over"
    assert found.anew == 10
    assert any("10 times beyond a limit, one a shift, counted anew" in note for note in notes(found))


def test_where_it_was_seldom_beyond_it_the_same_pack_asks_for_nothing(seldom: Path) -> None:
    row = the_row(backtest(find_workspace(seldom), LOWER))

    assert (row["change"], row["why"]) == ("missed", None)


@pytest.mark.parametrize("pack", [LOWER, WITHOUT])
@pytest.mark.parametrize("room", ["often", "seldom"])
def test_a_candidate_asks_for_what_it_asks_for_once_it_is_in_force(
    room: str, pack: str, request: pytest.FixtureRequest, copy_of: Callable[[Path], Workspace]
) -> None:
    root: Path = request.getfixturevalue(room)
    before = [each.compared.candidate for each in backtest(find_workspace(root), pack).judged]

    place = put_in_force(copy_of(root), pack)
    compute(place, NOW, everything=True)
    after = [each.compared.in_force for each in backtest(place, pack).judged]
    tickets = [t for t in place.views.tickets(Scope.service()).lines if t.supported]

    assert [asked for asked in before if asked] == after
    assert [(t.kind, t.level, t.priority) for t in tickets] == [(a.kind, a.level, a.priority) for a in after if a]


def test_where_the_readings_are_gone_it_says_that_it_cannot_know(
    often: Path, copy_of: Callable[[Path], Workspace]
) -> None:
    place = copy_of(often)
    shutil.rmtree(place.readings_path)
    found = backtest(place, LOWER)
    row = the_row(found)

    assert (row["change"], row["unsure"]) == ("missed", True)
    assert found.unknown == 10
    assert any("neither stored nor in the readings" in note for note in notes(found))
    assert backtest_sheets(found)[0].rows[0][0] == "room?"


def test_a_campaign_that_begins_before_the_period_is_said_to_be_cut(often: Path) -> None:
    place = find_workspace(often)
    found = backtest(place, WITHOUT, Period("2026-03-03", "2026-03-09"))

    assert the_row(found)["cut"] is True
    assert the_row(found)["in_force_first_day"] == "2026-03-04", "Monday is not in it: two open shifts by Wednesday"
    assert any("1 deployment cut by the period" in note for note in notes(found))
    assert backtest(place, WITHOUT, Period("2026-03-02", "2026-03-13")).cut == 0


def test_last_day_of_the_period_is_judged_and_the_next_is_not(often: Path) -> None:
    one = backtest(find_workspace(often), WITHOUT, Period("2026-03-02", "2026-03-03"))
    assert the_row(one)["in_force_shifts"] == 2

    assert backtest(find_workspace(often), WITHOUT, Period("2026-03-02", "2026-03-02")).judged == ()


def test_a_disabled_rule_says_why_it_is_missed(often: Path) -> None:
    assert the_row(backtest(find_workspace(often), WITHOUT))["why"] == "disabled: La ventilation est neuve."


def test_a_disabled_kit_check_says_why_it_is_missed(tmp_path: Path) -> None:
    place = office(tmp_path / "silent", 0.0, days_heard=5)
    disabled = HEAD.format(name="without") + "disable:\n  kit-check: Le technicien passe chaque jour.\n"
    missed = next(row for row in backtest_rows(backtest(place, disabled)) if row["change"] == "missed")
    alone = backtest_rows(run_backtest(place, default_packs()[:1], None, WHOLE, NOW))

    assert (missed["rule"], missed["why"]) == ("kit-check-k1", "disabled: Le technicien passe chaque jour.")
    assert [row["why"] for row in alone if row["rule"] == "kit-check-k1"] == ["no such rule"]


def test_a_missed_ticket_that_was_a_false_alarm_is_told_as_one(
    often: Path, copy_of: Callable[[Path], Workspace]
) -> None:
    place = copy_of(often)
    TicketSteps(place.database).dismiss(1, ENGINEER, NOW, DismissalReason.FALSE_ALARM, "un capteur mal placé")
    found = backtest(place, WITHOUT)

    assert backtest_sheets(found)[0].title == "1 ticket no longer raised: 1 dismissed as false alarm"
    assert the_row(found)["dismissed"] == "false_alarm"


def test_a_missed_ticket_that_metrology_confirmed_is_told_as_one(
    often: Path, copy_of: Callable[[Path], Workspace]
) -> None:
    place = copy_of(often)
    TicketSteps(place.database).validate(1, ENGINEER, NOW)
    result = Entry(MONDAY, "co2", Measurement(1500.0, 100.0), "ppm", "NDIR de référence", "Laboratoire")
    enter(place.database, 1, ENGINEER, NOW, result)
    found = backtest(place, WITHOUT)

    assert backtest_sheets(found)[0].title == "1 ticket no longer raised: 1 validated and confirmed by metrology"
    assert (the_row(found)["ticket_state"], the_row(found)["metrology"]) == ("validated", "confirmed")


def test_a_ticket_that_rests_on_another_time_is_not_the_one_of_the_period(often: Path) -> None:
    """The second week alone: what is judged there is not what the ticket of the first week rests on."""
    place = find_workspace(often)
    quiet = HEAD.format(name="quiet") + (
        "override:\n  co2-ventilation:\n    clear: { margin: 50 }\n    levels:\n"
        '      objective-1000: { limit: { value: 500, unit: ppm, comparator: ">", source: N, status: guide } }\n'
    )
    row = the_row(backtest(place, quiet, Period("2026-03-09", "2026-03-13")))

    assert (row["change"], row["ticket"]) == ("raised", None)


def test_a_rule_nothing_stored_speaks_to_is_named(often: Path) -> None:
    loud = HEAD.format(name="loud") + "override:\n  noise-peak:\n    repetition: { shifts: 3 }\n"

    assert notes(backtest(find_workspace(often), loud)) == [
        "1 rule of the candidate without a stored exposure to judge: noise-peak"
    ]


def test_summary_has_a_line_for_each_side(often: Path) -> None:
    before, after = summary(backtest(find_workspace(often), WITHOUT))

    assert before.endswith("capteurs 1.0: 1 ticket")
    assert after == ("candidate  without 1: 0 tickets (0 raised anew, 1 no longer raised, 0 changed, 0 the same)")


def test_command_prints_the_documented_names_and_keeps_notes_apart(often: Path) -> None:
    (often / "lower.yaml").write_text(LOWER, encoding="utf-8")
    done = vigie("rules", "backtest", often / "lower.yaml", "-w", often, "--json")

    assert [list(row) for row in json.loads(done.stdout)] == [list(BACKTEST_FIELDS)]
    assert "counted anew" in done.stderr
    page = (PROJECT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    section = page.partition("## `vigie rules backtest --json`\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(BACKTEST_FIELDS)
    assert rows("rules", "backtest", often / "lower.yaml", "-w", often)[0]["change"] == "changed"


def test_command_shows_a_table_and_what_a_shipped_pack_alone_would_miss(often: Path) -> None:
    told = vigie("rules", "backtest", "aigu", "-w", often, "--from", "2026-03-02", "--zone", "room").stdout

    assert "1 ticket no longer raised: 1 still proposed" in told
    assert "no such rule" in told
    assert "1 zone judged, from 2026-03-02" in told


def test_mistakes_of_a_pack_are_told_as_check_tells_them(often: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(LOWER.replace("ppm", "lx").replace("co2-ventilation", "co2-ventilaton"), encoding="utf-8")
    with pytest.raises(PackError):
        load_pack(wrong.read_text(encoding="utf-8"), str(wrong))

    checked = vigie("rules", "check", wrong, code=1)
    tested = vigie("rules", "backtest", wrong, "-w", often, code=1)

    assert (tested.stdout, tested.stderr) == (checked.stdout, checked.stderr)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("reperees",), 2, 'reperees: is neither a file nor a pack of Vigie; did you mean "reperes"?'),
        (("reperes", "--zone", "rom"), 2, 'did you mean "room"?'),
        (("reperes", "--from", "2020"), 2, '--from is "2020"; expected a date'),
        (("reperes", "--from", "2026-03-05", "--to", "2026-03-04"), 2, "mend one of them"),
        (("reperes", "--json", "--csv"), 2, "exclude each other"),
        (("reperes", "--zone", "empty"), 1, "no exposures of empty to judge (all that is stored)"),
        (("reperes", "--from", "2027-01-01"), 1, "no exposures to judge (from 2027-01-01)"),
    ],
)
def test_what_is_mistyped_or_empty_is_said_in_one_line(
    often: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = vigie("rules", "backtest", *arguments, "-w", often, code=code)

    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
