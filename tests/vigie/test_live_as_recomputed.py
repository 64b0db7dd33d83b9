"""Computed as readings come or all at once: the same exposures, whatever the window that is still open holds."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from catalog.registry import parse_registry
from rules.pack import default_packs
from store.progress import ComputeState
from store.registry import Ownership, save
from vigie.compute import compute
from vigie.pipeline import compute_deployment
from vigie.workspace import Workspace, create_workspace

MINUTE = 60_000
REGISTRY = """
employers:
  - id: menuiserie
    name: Menuiserie
    siret: "73282932000074"
    naf: 16.23Z
    establishments:
      - id: atelier
        name: Atelier
        timezone: Europe/Paris
        country: FR
        zones:
          - id: machines
            name: Machines
            kind: office
            headcount: 4
            work_unit: Usinage
            intensity: physical
            schedule:
              shifts:
                - {name: poste, days: mon-fri, start: "%s", end: "%s"}
kits:
  - {id: k1, model: sck-2.1, label: Kit 1}
deployments:
  - {id: d1, kit: k1, zone: machines, start: 2026-03-01 00:00}
"""
BOOKKEEPING = ("revision", "withdrawn", "computed_at", "readings_version")


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).timestamp() * 1000)


def workspace(folder: Path, start: str = "08:00", end: str = "16:00") -> Workspace:
    place = create_workspace(folder, "test")
    save(place.database, parse_registry(REGISTRY % (start, end), "registry.yaml"), readings=place.readings)
    return place


def readings(
    first: str, last: str, *, quantity: str = "temperature", step: int = 30, simulated: bool = False
) -> pl.DataFrame:
    instants = range(instant(first), instant(last) + 1, step * 1000)
    return pl.DataFrame({"instant": list(instants)}).with_columns(
        kit=pl.lit("k1"),
        quantity=pl.lit(quantity),
        value=20.0 + pl.col("instant") / 1000 % 7,
        flag=pl.lit(1, pl.Int8),
        received=pl.col("instant"),
        simulated=pl.lit(value=simulated),
    )


def exposures(place: Workspace) -> pl.DataFrame:
    return place.exposures.read().drop(BOOKKEEPING)


def test_readings_of_the_open_shift_change_no_closed_one(tmp_path: Path) -> None:
    """The kit model has no CO2 channel: its period is the median step of what was sent."""
    before = readings("2026-03-02 07:00", "2026-03-02 17:00", quantity="co2", step=240)
    after = readings("2026-03-03 08:00", "2026-03-03 11:00", quantity="co2", step=10, simulated=True)
    now = instant("2026-03-03 11:00")
    live, once = workspace(tmp_path / "live"), workspace(tmp_path / "once")

    live.readings.append_frame(before)
    compute(live, instant("2026-03-03 07:00"))
    live.readings.append_frame(after)
    compute(live, now)
    once.readings.append_frame(pl.concat([before, after]))
    compute(once, now, everything=True)

    assert not exposures(live).is_empty()
    assert exposures(live).equals(exposures(once))


def test_kit_that_speaks_again_after_a_fortnight_changes_nothing_before_a_window_closes(tmp_path: Path) -> None:
    before = readings("2026-03-02 07:00", "2026-03-02 17:00")
    after = readings("2026-03-18 09:00", "2026-03-18 09:30")
    live, once = workspace(tmp_path / "live"), workspace(tmp_path / "once")

    live.readings.append_frame(before)
    compute(live, instant("2026-03-18 08:59"))
    live.readings.append_frame(after)
    once.readings.append_frame(pl.concat([before, after]))
    for now in ("2026-03-18 09:31", "2026-03-18 16:01"):
        compute(live, instant(now))
        compute(once, instant(now), everything=True)
        assert exposures(live).equals(exposures(once))


def test_night_shift_is_of_the_evening_though_the_first_reading_came_after_midnight(tmp_path: Path) -> None:
    place = workspace(tmp_path / "night", "22:00", "06:00")
    place.readings.append_frame(readings("2026-03-03 01:00", "2026-03-05 07:00"))
    registry = parse_registry(REGISTRY % ("22:00", "06:00"), "registry.yaml")
    lent = next(iter(registry.deployments.values()))

    now, version = instant("2026-03-05 08:00"), place.readings.version()
    days = compute_deployment(place.readings, registry, default_packs(), lent, now, version).days

    assert str(days[instant("2026-03-02 22:00")]) == "2026-03-02"


def test_deployment_entered_for_the_wrong_zone_leaves_nothing_there_once_corrected(tmp_path: Path) -> None:
    text = REGISTRY % ("08:00", "16:00")
    zone = text[text.index("          - id: machines") : text.index("kits:")]
    both = text.replace("kits:", zone.replace("id: machines", "id: bureau").replace("Machines", "Bureau") + "kits:")
    place = create_workspace(tmp_path / "service", "test")
    save(place.database, parse_registry(both, "registry.yaml"), readings=place.readings)
    place.readings.append_frame(readings("2026-03-02 07:00", "2026-03-04 17:00"))
    now = instant("2026-03-05 08:00")
    compute(place, now)
    assert set(exposures(place)["zone"]) == {"machines"}

    moved = parse_registry(both.replace("zone: machines", "zone: bureau"), "registry.yaml")
    save(place.database, moved, Ownership.CORRECT, place.readings)
    ComputeState(place.database).forget()
    compute(place, now)

    assert set(exposures(place)["zone"]) == {"bureau"}
