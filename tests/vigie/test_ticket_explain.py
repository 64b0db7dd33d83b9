"""Why this ticket: its revisions explain themselves as they were, and come out again to the last bit."""

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from sqlalchemy import text

from catalog.identifiers import KitId, QuantityId, ZoneId
from catalog.kits import Calibration
from catalog.places import TransferFactor
from catalog.quantities import Uncertainty
from catalog.registry import parse_registry
from rules.rule import Rule
from store.registry import load, save
from store.scope import Scope
from tests.rules.a_pack import overlay
from tests.vigie.running import vigie
from tests.vigie.test_live_as_recomputed import REGISTRY, instant, readings, workspace
from tests.vigie.test_rules import on_top
from vigie.compute import compute
from vigie.errors import RefusedError
from vigie.explanation.explain import Explained, explain
from vigie.explanation.page import page
from vigie.explanation.readings_list import readings_frame
from vigie.workspace import Workspace, create_workspace

NOW = instant("2026-03-05 00:00")
ZONE = ZoneId("machines")


def stale(first: str, last: str, ppm: float = 1400.0) -> pl.DataFrame:
    """CO2 about a level."""
    return readings(first, last, quantity="co2", step=60).with_columns(value=ppm + pl.col("instant") / 60_000 % 7)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """Three stale days with a hole on the second morning, computed."""
    opened = workspace(tmp_path / "service")
    opened.readings.append_frame(stale("2026-03-02 07:00", "2026-03-03 08:20"))
    opened.readings.append_frame(stale("2026-03-03 09:10", "2026-03-04 17:00", 1500.0))
    compute(opened, NOW)
    return opened


def number(place: Workspace, rule: str = "co2-ventilation") -> int:
    (line,) = [line for line in place.views.tickets(Scope.service()).lines if line.rule == rule]
    return line.id


def explained(place: Workspace, revision: int | None = None, rule: str = "co2-ventilation") -> Explained:
    return explain(Workspace(place.root, place.settings), number(place, rule), revision)


def change(place: Workspace, statement: str) -> None:
    """What somebody with a database tool may do."""
    with place.database.writing() as session:
        session.execute(text(statement))


def calibrate(place: Workspace, gain: float, performed: date) -> None:
    done = Calibration(
        KitId("k1"), QuantityId("co2"), performed, date(2026, 3, 3), gain, -12.0, Uncertainty(0.01, 5.0), "gaz étalon"
    )
    save(place.database, replace(load(place.database, Scope.service()), calibrations=(done,)))


def test_ticket_comes_out_again_to_the_last_bit_and_nothing_is_written(place: Workspace) -> None:
    before = (place.readings.version(), place.exposures.read())
    found = explained(place).explanation
    assert found.repetition.same
    assert all(window.repeated and not window.differences for window in found.windows)
    assert len(found.windows) >= 2
    assert (place.readings.version(), place.exposures.read().equals(before[1])) == (before[0], True)


def test_value_is_followed_down_to_its_readings(place: Workspace) -> None:
    found = explained(place)
    rows = readings_frame(found.windows, None)
    for window in found.explanation.windows:
        own = rows.filter((pl.col("window") == window.number) & (pl.col("counts_s") > 0))
        mean = (own["used"] * own["counts_s"]).sum() / own["counts_s"].sum()
        assert window.value == pytest.approx(mean, rel=1e-12)
        assert own["counts_s"].sum() == 3600 * window.coverage
        (source,) = window.sources
        assert source.making == own.height
        assert source.mean == pytest.approx(mean, rel=1e-12)
        assert window.parts is not None
        assert window.uncertainty == window.parts.combined


def test_everything_of_then_is_told_on_the_page(place: Workspace) -> None:
    calibrate(place, 1.1, date(2026, 3, 2))
    compute(place, NOW, everything=True)
    found = explained(place)
    told = page(found.explanation, found.packs)
    for part in (
        "Machines (machines), Atelier, Menuiserie",
        "rule co2-ventilation of pack reperes",
        "signed off by nobody",
        "> 1000 ppm, level objective-1000: INRS",
        "in force since 2021-01-01, verified against",
        "2026-03-02, in date, due 2026-03-03: true = 1.1 × read − 12 ppm, u 1 % and 5 ppm; gaz étalon",
        "2026-03-02, OVERDUE, was due 2026-03-03",
        "no transfer factor was measured: u 10 %",
        "version 2 of the readings table",
        "kit k1 (Kit 1; model sck-2.1)",
        "2026-03-02 16:00  pending",
        "firing at objective-1000",
        "the same to the last bit",
    ):
        assert part in told, f"{part}\n{told}"
    assert max(map(len, told.splitlines())) <= 120


def test_old_and_new_revision_both_come_out_again_after_everything_changed(place: Workspace) -> None:
    first = explained(place).explanation
    calibrate(place, 1.05, date(2026, 3, 2))
    change_ = 'limit: { value: 700, unit: ppm, comparator: ">", source: Note 12, status: guide }'
    place = on_top(
        place.root, overlay(f"override:\n  co2-ventilation: {{ levels: {{ objective-1000: {{ {change_} }} }} }}\n")
    )
    place.readings.append_frame(stale("2026-03-03 08:21", "2026-03-03 09:09", 2900.0))
    assert place.readings.compact(date(2026, 4, 1)) > 0
    compute(place, NOW + 3_600_000, everything=True)

    old, new = explained(place, 1).explanation, explained(place).explanation
    assert (old.ticket.revision, old.ticket.newest_revision, new.ticket.revision) == (1, 2, 2)
    assert old.repetition.same
    assert new.repetition.same
    assert old.windows == first.windows
    assert {window.limit.value for window in old.windows} == {1000.0}
    assert {window.limit.value for window in new.windows} == {700.0}
    assert isinstance(old.rule, Rule)
    assert old.rule.levels[0].limits[0].value == 1000.0
    assert new.foundation is not None
    assert [pack.pack for pack in new.foundation.packs] == ["mine"]
    assert not any(source.calibrations for window in old.windows for source in window.sources)
    assert all(source.calibrations for window in new.windows for source in window.sources)
    since = "\n".join(old.since)
    assert "revision 2 is its newest" in since
    assert (
        "calibration of co2 of kit k1 on 2026-03-02 was entered since (gain 1.05, offset -12, due 2026-03-03)" in since
    )
    assert "rule co2-ventilation, level objective-1000: limit was > 1000 from 2021-01-01, is > 700" in since
    assert "49 late readings of co2 from kit k1" in since
    assert new.since == ()


def test_names_and_hours_are_those_of_then(place: Workspace) -> None:
    today = load(place.database, Scope.service())
    zone = today.zones[ZONE]
    save(place.database, replace(today, zones={ZONE: replace(zone, name="Ancien atelier", headcount=9)}))
    found = explained(place).explanation
    assert found.ticket.zone_name == "Machines"
    assert "zone machines: name was Machines, is Ancien atelier, headcount was 4, is 9" in found.since


def test_limit_is_the_one_in_force_on_the_day_of_each_window(tmp_path: Path) -> None:
    place = create_workspace(tmp_path / "service", "test")
    registry = (REGISTRY % ("08:00", "16:00")).replace("kind: office", "kind: specific_pollution")
    save(place.database, parse_registry(registry.replace("2026-03-01", "2023-06-01"), "registry.yaml"))
    dust = readings("2023-06-29 07:00", "2023-07-04 17:00", quantity="pm10", step=60)
    place.readings.append_frame(dust.with_columns(value=6000.0 + pl.col("instant") / 60_000 % 7))
    compute(place, instant("2023-07-05 00:00"))

    found = explained(place, rule="dust-total").explanation
    assert found.repetition.same
    limits = {str(window.day): window.limit for window in found.windows}
    assert {day: limit.value for day, limit in limits.items()} == {
        "2023-06-29": 7000.0, "2023-06-30": 7000.0, "2023-07-03": 4000.0, "2023-07-04": 4000.0,
    }  # fmt: skip
    before, after = limits["2023-06-30"].dated, limits["2023-07-03"].dated
    assert before is not None
    assert after is not None
    assert (before.last, after.first) == (date(2023, 6, 30), date(2023, 7, 1))


def test_changed_value_in_the_ticket_is_found(place: Workspace) -> None:
    found = explained(place).explanation
    value = found.windows[0].value
    assert value is not None
    other = float.fromhex((value + 2**-42).hex())
    assert other != value
    change(place, f"UPDATE ticket_revisions SET content = replace(content, '{value!r}', '{other!r}')")  # noqa: S608
    again = explained(place).explanation
    assert not again.repetition.same
    assert [(d.what, d.stored, d.again) for d in again.windows[0].differences] == [
        ("value", repr(other), repr(value)),
    ]
    assert again.repetition.problems[0].startswith("revision 1 was changed after it was written")
    assert again.repetition.causes[0] == again.repetition.problems[0]


def test_changed_snapshot_is_found_and_cannot_be_repeated(place: Workspace) -> None:
    change(place, "UPDATE registry_snapshots SET content = replace(content, '08:00:00', '07:00:00')")
    found = explained(place).explanation
    assert not found.repetition.possible
    assert "was changed after it was written" in found.repetition.problems[0]


def test_changed_reading_on_the_disk_is_found(place: Workspace) -> None:
    for file in sorted(place.readings.path.glob("day=2026-03-04/*.parquet")):
        rows = pl.read_parquet(file, hive_partitioning=False)
        rows.with_columns(pl.col("value") * (1 + 1e-12)).write_parquet(file)
    found = explained(place).explanation
    assert not found.repetition.same
    assert found.repetition.problems == ()
    differing = [window for window in found.windows if window.differences]
    assert {str(window.day) for window in differing} == {"2026-03-04"}
    assert "value" in [each.what for each in differing[0].differences]
    assert "the files of version 2 of the readings" in found.repetition.causes[0]


def test_vacuumed_version_is_repeated_on_the_newest_and_says_so(place: Workspace) -> None:
    place.readings.append_frame(stale("2026-03-04 17:01", "2026-03-04 18:00", 600.0))
    assert place.readings.compact(date(2026, 4, 1)) > 0
    DeltaTable(place.readings.path).vacuum(0, dry_run=False, enforce_retention_duration=False)
    found = explained(place).explanation
    assert found.repetition.same
    assert found.repetition.readings_version == place.readings.version()
    assert any("version 2 of the readings cannot be read" in change for change in found.since)

    place.readings.append_frame(stale("2026-03-03 08:21", "2026-03-03 09:09", 2900.0))
    later = explained(place).explanation
    assert not later.repetition.same
    assert "readings that came later are in it" in later.repetition.causes[0]

    for file in place.readings.path.glob("day=2026-03-03/*.parquet"):
        file.unlink()
    with pytest.raises(RefusedError, match=r"cannot be read .* back from a backup"):
        explained(place)


def test_other_software_is_told_and_named_as_the_cause_of_a_difference(place: Workspace) -> None:
    change(place, "UPDATE ticket_revisions SET software = '0.0.9'")
    found = explained(place).explanation
    assert found.repetition.same
    assert "computed by vigie 0.0.9; this is vigie 0.1.0" in found.since
    change(place, "UPDATE ticket_revisions SET content = replace(content, 'Guichard', 'Guishard')")
    assert "computed by vigie 0.0.9; this is vigie 0.1.0" in explained(place).explanation.repetition.causes


def test_revision_of_before_snapshots_says_that_it_cannot_be_repeated(place: Workspace) -> None:
    change(place, "UPDATE ticket_revisions SET registry_digest = NULL, computed_at = NULL, packs = '[]', software = ''")
    found = explained(place)
    assert not found.explanation.repetition.possible
    told = page(found.explanation, found.packs)
    assert "not possible: this revision is of before Vigie kept what it computed from" in told
    assert "WINDOW 1 of" in told
    assert found.explanation.windows[0].parts is not None


def test_level_through_a_transfer_factor_is_averaged_as_energy(tmp_path: Path) -> None:
    place = workspace(tmp_path / "service")
    today = load(place.database, Scope.service())
    factor = TransferFactor(QuantityId("laeq"), 3.0, Uncertainty(0.0, 1.0), "sonomètre à l'oreille")
    save(place.database, replace(today, zones={ZONE: replace(today.zones[ZONE], transfer_factors=(factor,))}))
    noise = readings("2026-03-02 07:00", "2026-03-04 17:00", quantity="laeq", step=60)
    place.readings.append_frame(noise.with_columns(value=88.0 + pl.col("instant") / 60_000 % 7))
    compute(place, NOW)

    found = explained(place, rule="noise-daily-exposure")
    assert found.explanation.repetition.same
    window = found.explanation.windows[0]
    (source,) = window.sources
    assert window.value == pytest.approx(source.mean, abs=1e-9)  # a shift of eight hours
    rows = readings_frame(found.windows, 1)
    assert (rows["used"] - rows["read"]).to_list() == pytest.approx([3.0] * rows.height)
    assert "+3 dB, sonomètre à l'oreille: u 1 dB" in page(found.explanation, found.packs)


def test_kit_check_explains_the_shifts_the_kit_missed(tmp_path: Path) -> None:
    place = workspace(tmp_path / "service")
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        place.readings.append_frame(stale(f"{day} 07:00", f"{day} 09:30"))
    compute(place, NOW)
    (rule,) = [line.rule for line in place.views.tickets(Scope.service()).lines if line.kind.value == "kit_check"]
    found = explained(place, rule=rule)
    assert found.explanation.repetition.same
    told = page(found.explanation, found.packs)
    assert "where 2 of the last" in told
    assert "insufficient_data" in told
    assert (
        "100.0 % of the time it was reached in was seen, 18.8 % of the whole shift (at least 75 % asked for)"
        in " ".join(told.split())
    )


def test_ticket_of_a_shift_under_way_comes_out_again_when_the_shift_is_over(tmp_path: Path) -> None:
    place = workspace(tmp_path / "service")
    gas = readings("2026-03-03 07:30", "2026-03-03 10:30", quantity="co")
    place.readings.append_frame(gas.with_columns(value=pl.lit(400.0) + pl.col("instant") / 30_000 % 3))
    compute(place, instant("2026-03-03 10:31"))
    rest = readings("2026-03-03 10:30:30", "2026-03-03 16:30", quantity="co").with_columns(value=pl.lit(2.0))
    place.readings.append_frame(rest)
    compute(place, instant("2026-03-03 17:00"))
    first, last = explained(place, 1, "co-15min").explanation, explained(place, None, "co-15min").explanation
    assert first.repetition.same
    assert last.repetition.same
    assert first.windows[0].sources[0].making > 0


def test_person_explains_a_ticket_at_the_terminal(place: Workspace, tmp_path: Path) -> None:
    ticket, root = number(place), place.root
    told = vigie("ticket", "explain", ticket, "-w", root).stdout
    assert vigie("ticket", ticket, "explain", "-w", root).stdout == told
    assert "COMPUTED AGAIN\n  the same to the last bit" in told
    found = json.loads(vigie("ticket", "explain", ticket, "--json", "-w", root).stdout)
    assert found["repetition"]["same"] is True
    assert found["windows"][0]["start"] == "2026-03-02T07:00:00Z"

    file = tmp_path / "behind.csv"
    vigie("ticket", "explain", ticket, "--window", 1, "--readings", "-o", file, "-w", root)
    with file.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if float(row["counts_s"]) > 0]
    mean = sum(float(row["used"]) * float(row["counts_s"]) for row in rows) / 3600
    assert mean == pytest.approx(found["windows"][0]["value"], rel=1e-12)

    for wrong, words in (
        (["999"], "there is no ticket 999"),
        ([ticket, "--revision", 3], "--revision is 3; ticket"),
        ([ticket, "--window", 99], "--window is 99; ticket"),
        ([ticket, "--csv"], "--csv goes with --readings"),
    ):
        assert words in vigie("ticket", "explain", *wrong, "-w", root, code=2).stderr
    change(place, "UPDATE ticket_revisions SET content = replace(content, 'Guichard', 'Guishard')")
    assert "NOT THE SAME" in vigie("ticket", "explain", ticket, "-w", root, code=1).stdout
