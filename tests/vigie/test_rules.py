"""``vigie rules`` as a person runs it, and a workspace that works by its own pack."""

import json
from pathlib import Path

import polars as pl
import pytest

from rules.errors import PackError
from rules.pack import default_packs
from tests.rules.a_pack import overlay
from tests.vigie.running import PROJECT, rows, vigie
from tests.vigie.test_live_as_recomputed import instant, readings
from tests.vigie.test_live_as_recomputed import workspace as office
from vigie.compute import compute
from vigie.errors import UsageError
from vigie.settings import load_settings
from vigie.workspace import Workspace, create_workspace

TEN_MISTAKES = PROJECT / "tests" / "rules" / "packs" / "ten-mistakes.yaml"


def on_top(root: Path, text: str) -> Workspace:
    """A workspace whose settings name a pack of its own."""
    settings = root / "vigie.toml"
    told = settings.read_text(encoding="utf-8")
    assert '# pack = "rules.yaml"' in told
    settings.write_text(told.replace('# pack = "rules.yaml"', 'pack = "rules.yaml"'), encoding="utf-8")
    (root / "rules.yaml").write_text(text, encoding="utf-8")
    return Workspace(root, load_settings(settings))


def test_ten_mistakes_are_ten_lines_and_exit_code_one() -> None:
    done = vigie("rules", "check", TEN_MISTAKES, code=1)
    lines = done.stdout.splitlines()
    assert len(lines) == 10
    assert all(line.startswith(f"{TEN_MISTAKES}:") for line in lines)
    assert done.stderr == "10 mistakes\n"


def test_packs_in_force_have_no_mistake(tmp_path: Path) -> None:
    create_workspace(tmp_path / "service", "test")
    assert vigie("rules", "check", "-w", tmp_path / "service").stdout.startswith(
        "4 packs with 29 rules and 1 kit check: no mistake; every limit is in force on "
    )


def test_limits_of_another_day_are_asked_for() -> None:
    shipped = PROJECT / "rules" / "packs" / "aigu.yaml"
    assert "not in force on 2010-01-01" in vigie("rules", "check", shipped, "--on", "2010-01-01", code=1).stdout
    assert "expected a date such as" in vigie("rules", "check", shipped, "--on", "hier", code=2).stderr


def test_file_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    assert "cannot be read" in vigie("rules", "check", tmp_path / "none.yaml", code=2).stderr


def test_service_sees_its_own_pack_in_force(tmp_path: Path) -> None:
    create_workspace(tmp_path / "service", "test")
    on_top(tmp_path / "service", overlay("disable:\n  co2-classroom: Aucune école.\n"))

    listed = rows("rules", "list", "-w", tmp_path / "service")
    assert {row["pack"] for row in listed} == {"mine"}
    assert [row["disabled"] for row in listed if row["rule"] == "co2-classroom"] == ["Aucune école."]
    shown = json.loads(vigie("rules", "show", "co-8h", "--json", "-w", tmp_path / "service").stdout)
    assert (shown["pack"], shown["levels"][0]["limits"][0]["value"]) == ("mine", 20.0)
    told = vigie("rules", "show", "co2-classroom", "-w", tmp_path / "service", code=2).stderr
    assert told == 'rule "co2-classroom" is disabled by mine 1: Aucune école.\n'
    assert 'did you mean "co-8h"?' in vigie("rules", "show", "co-9h", "-w", tmp_path / "service", code=2).stderr


def test_rule_is_shown_with_its_limits_law_and_metrology() -> None:
    told = vigie("rules", "show", "dust-total").stdout
    assert "> 7000 µg/m³  from 2022-01-01 to 2023-06-30" in told
    assert "NF X43-257" in told
    assert "R4222-10" in told


def test_workspace_without_a_pack_of_its_own_works_by_those_of_vigie(tmp_path: Path) -> None:
    assert create_workspace(tmp_path / "service", "test").packs == default_packs()


def test_pack_that_is_missing_or_wrong_stops_the_computation(tmp_path: Path) -> None:
    create_workspace(tmp_path / "service", "test")
    place = on_top(tmp_path / "service", overlay("override:\n  co2-ventilaton: { hysteresis: 1 }\n"))
    with pytest.raises(PackError, match=r"rules\.yaml:7: "):
        _ = place.packs
    (place.root / "rules.yaml").unlink()
    with pytest.raises(UsageError, match=r"rules\.pack in vigie\.toml names it"):
        _ = Workspace(place.root, place.settings).packs


def stale(first: str, last: str, ppm: float) -> pl.DataFrame:
    """Readings about a level; a sensor that says one number for days is broken."""
    return readings(first, last, quantity="co2", step=60).with_columns(value=ppm + pl.col("instant") / 60_000 % 7)


@pytest.mark.parametrize(
    ("delays", "episodes"),
    [("{ on: 60, off: 300 }", 2), ("{ on: 1200, off: 300 }", 0), ("{ on: 60, off: 3000 }", 1)],
    ids=["as shipped", "too short to count", "too close to end"],
)
def test_episodes_begin_and_end_as_the_pack_says(tmp_path: Path, delays: str, episodes: int) -> None:
    service = office(tmp_path / "service")
    place = on_top(service.root, overlay(f"override:\n  co2-ventilation: {{ delays: {delays} }}\n"))
    place.readings.append_frame(
        pl.concat(
            [
                stale("2026-03-02 07:00", "2026-03-02 09:00", 600.0),
                stale("2026-03-02 09:01", "2026-03-02 09:15", 1200.0),
                stale("2026-03-02 09:16", "2026-03-02 09:45", 600.0),
                stale("2026-03-02 09:46", "2026-03-02 10:00", 1200.0),
                stale("2026-03-02 10:01", "2026-03-02 17:00", 600.0),
            ]
        )
    )
    compute(place, instant("2026-03-03 00:00"))
    found = place.exposures.read_exceedances()
    assert found.filter(pl.col("limit") == 1000.0).height == episodes


def test_tickets_are_raised_by_the_services_own_values(tmp_path: Path) -> None:
    service = office(tmp_path / "service")
    change = 'limit: { value: 700, unit: ppm, comparator: ">", source: Note 12, status: guide }'
    place = on_top(
        service.root, overlay(f"override:\n  co2-ventilation: {{ levels: {{ objective-1000: {{ {change} }} }} }}\n")
    )
    place.readings.append_frame(stale("2026-03-02 07:00", "2026-03-04 17:00", 950.0))
    compute(place, instant("2026-03-05 00:00"))

    [number] = [row["id"] for row in rows("tickets", "-w", service.root) if row["rule"] == "co2-ventilation"]
    [ticket] = rows("ticket", "show", number, "-w", service.root)
    assert (ticket["pack"], ticket["pack_version"], ticket["limit_source"]) == ("mine", "1", "Note 12")
