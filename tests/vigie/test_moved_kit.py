"""A kit that moves from one employer to another: what it saw at the one says nothing of the other."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from catalog.registry import parse_registry
from store.registry import save
from store.scope import Scope
from vigie.compute import compute
from vigie.workspace import Workspace, create_workspace

PLACE = """
  - id: {firm}
    name: {firm}
    siret: "{siret}"
    naf: 16.23Z
    establishments:
      - id: {firm}-site
        name: Site
        timezone: Europe/Paris
        country: FR
        zones:
          - id: {firm}-room
            name: Room
            kind: office
            headcount: 6
            work_unit: Bureau
            intensity: sedentary
            schedule:
              shifts:
                - {{name: day, days: mon-fri, start: "08:00", end: "18:00"}}
"""
REGISTRY = (
    "employers:"
    + PLACE.format(firm="first", siret="73282932000074")
    + PLACE.format(firm="second", siret="35600000000048")
    + """
kits:
  - {id: k1, model: vigie-sim, label: Kit 1}
deployments:
  - {id: d1, kit: k1, zone: first-room, start: 2026-03-02 00:00, end: 2026-03-03 12:00}
  - {id: d2, kit: k1, zone: second-room, start: 2026-03-03 12:00, end: 2026-03-05 00:00}
"""
)
NOON = "2026-03-03 12:00"


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).timestamp() * 1000)


def minutes(first: str, last: str, quantity: str, value: float) -> pl.DataFrame:
    """Readings in (first, last], never twice the same value."""
    instants = list(range(instant(first) + 60_000, instant(last) + 1, 60_000))
    return pl.DataFrame({"instant": instants}).with_columns(
        kit=pl.lit("k1"),
        quantity=pl.lit(quantity),
        value=value + pl.col("instant") / 60_000 % 11,
        flag=pl.lit(1, pl.Int8),
        received=pl.col("instant"),
        simulated=pl.lit(value=False),
    )


def computed(folder: Path, readings: list[pl.DataFrame]) -> Workspace:
    place = create_workspace(folder, "test")
    save(place.database, parse_registry(REGISTRY, "registry.yaml"), readings=place.readings)
    place.readings.append_frame(pl.concat(readings))
    compute(place, instant("2026-03-06 00:00"), everything=True)
    return place


def of_zone(place: Workspace, zone: str) -> pl.DataFrame:
    rows = place.exposures.read().filter(pl.col("zone") == zone)
    return rows.drop("revision", "withdrawn", "computed_at", "readings_version").sort(pl.all())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moved")


@pytest.fixture(scope="module")
def both(folders: Path) -> Workspace:
    return computed(folders / "both", [*at_first(), *at_second()])


def at_first() -> list[pl.DataFrame]:
    return [
        minutes("2026-03-02 06:00", NOON, name, value)
        for name, value in (("co2", 3000.0), ("temperature", 35.0), ("humidity", 90.0), ("pm2_5", 400.0))
    ]


def at_second() -> list[pl.DataFrame]:
    return [
        minutes(NOON, "2026-03-04 20:00", name, value)
        for name, value in (("co2", 500.0), ("temperature", 20.0), ("humidity", 40.0), ("pm2_5", 5.0))
    ]


def test_second_employer_has_what_they_would_have_if_the_kit_had_come_new(both: Workspace, folders: Path) -> None:
    alone = computed(folders / "second", at_second())
    assert not of_zone(alone, "second-room").is_empty()
    assert of_zone(both, "second-room").equals(of_zone(alone, "second-room"))


def test_first_employer_has_what_they_would_have_if_the_kit_had_never_left(both: Workspace, folders: Path) -> None:
    alone = computed(folders / "first", at_first())
    assert not of_zone(alone, "first-room").is_empty()
    assert of_zone(both, "first-room").equals(of_zone(alone, "first-room"))


def test_reading_taken_at_the_moment_of_the_move_is_the_first_employers(both: Workspace) -> None:
    """(start, end]: the reading of noon stands for the minute before it."""
    rows = both.exposures.read().filter(pl.col("quantity") == "co2", pl.col("measure") == "peak")
    first, second = (
        rows.filter(pl.col("zone") == zone)["value"].drop_nulls() for zone in ("first-room", "second-room")
    )
    assert first.min() > 2999.0
    assert second.max() < 520.0


def test_marks_of_a_place_come_from_that_place(both: Workspace) -> None:
    """The fall from 3000 to 500 ppm is the move, and no fast change of the air."""
    with both.database.reading() as session:
        marks = both.quality.read(Scope.service(), session)
    assert marks.filter(pl.col("quantity") == "co2", pl.col("test").is_in(["rate", "spike"])).is_empty()
