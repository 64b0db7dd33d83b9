"""Quality tests in the pipeline: what they flag, what that does to exposures, and that no way there matters."""

from pathlib import Path

import polars as pl
import pytest

from catalog.registry import parse_registry
from store.registry import save
from store.scope import Scope
from tests.vigie.test_live_as_recomputed import REGISTRY, exposures, instant
from vigie.compute import compute
from vigie.workspace import Workspace, create_workspace

TWO_KITS = (REGISTRY % ("08:00", "16:00")).replace(
    "  - {id: k1, model: sck-2.1, label: Kit 1}",
    "  - {id: k1, model: sck-2.1, label: Kit 1}\n  - {id: k2, model: sck-2.1, label: Kit 2}",
) + "  - {id: d2, kit: k2, zone: machines, start: 2026-03-01 00:00}\n"


def workspace(folder: Path) -> Workspace:
    place = create_workspace(folder, "test")
    save(place.database, parse_registry(TWO_KITS, "registry.yaml"), readings=place.readings)
    return place


def readings(first: str, last: str, quantity: str, value: pl.Expr, kit: str = "k1") -> pl.DataFrame:
    instants = list(range(instant(first), instant(last) + 1, 30_000))
    return pl.DataFrame({"instant": instants}).with_columns(
        kit=pl.lit(kit),
        quantity=pl.lit(quantity),
        value=value.cast(pl.Float64),
        flag=pl.lit(1, pl.Int8),
        received=pl.col("instant"),
        simulated=pl.lit(value=False),
    )


COURSE = 21 + (pl.col("instant") // 30_000 % 40) / 20
"""Up and down by two degrees, slowly enough for the rate of change."""


def marks(place: Workspace) -> pl.DataFrame:
    with place.database.reading() as session:
        return place.quality.read(Scope.service(), session)


def flags_of(place: Workspace, quantity: str) -> set[tuple[str, int]]:
    return set(marks(place).filter(pl.col("quantity") == quantity).select("test", "flag").iter_rows())


def test_stuck_sensor_is_bad_after_a_day_and_counts_no_more(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    place.readings.append_frame(readings("2026-03-02 00:00", "2026-03-04 00:00", "temperature", pl.lit(21.5)))
    compute(place, instant("2026-03-04 08:00"))

    assert flags_of(place, "temperature") == {("flat_line", 3), ("flat_line", 4)}
    days = place.exposures.read(kits=["k1"], measures=["mean"], window_kinds=["day"])
    coverage = dict(days.filter(pl.col("quantity") == "temperature").select("start", "coverage").iter_rows())
    assert [round(share, 2) for share in coverage.values()] == [1.0, 0.0]


def test_kit_whose_clock_is_ahead_is_suspect_and_a_late_file_is_not(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    ahead = readings("2026-03-02 08:00", "2026-03-02 12:00", "temperature", COURSE).with_columns(
        received=pl.col("instant") - 20_000
    )
    late = readings("2026-03-02 12:00:30", "2026-03-02 16:00", "temperature", COURSE).with_columns(
        received=pl.col("instant") + 90 * 86_400_000
    )
    place.readings.append_frame(pl.concat([ahead, late]))
    compute(place, instant("2026-03-03 08:00"))

    found = marks(place).filter(pl.col("test") == "clock")
    assert found["readings"].to_list() == [481]


def test_two_values_for_one_instant_are_told(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    place.readings.append_frame(readings("2026-03-02 08:00", "2026-03-02 12:00", "temperature", COURSE))
    place.readings.append_frame(readings("2026-03-02 09:00", "2026-03-02 09:01", "temperature", COURSE + 1))
    compute(place, instant("2026-03-03 08:00"))

    found = marks(place).filter(pl.col("test") == "duplicate")
    assert found["readings"].to_list() == [3]


def test_kits_of_a_zone_that_disagree_for_a_day_are_suspect_the_next_one(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    for kit, more in (("k1", 0), ("k2", 3)):
        course = readings("2026-03-02 00:00", "2026-03-04 00:00", "temperature", COURSE + more, kit)
        place.readings.append_frame(course)
    compute(place, instant("2026-03-04 08:00"))

    found = marks(place).filter(pl.col("test") == "neighbour")
    assert found["kit"].to_list() == ["k1", "k2"]
    assert found["start"].dt.epoch("ms").to_list() == [instant("2026-03-03 00:00:30")] * 2
    assert found["readings"].to_list() == [2880, 2880]


def test_employer_sees_no_flagged_reading(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    place.readings.append_frame(readings("2026-03-02 08:00", "2026-03-02 12:00", "temperature", pl.lit(70)))
    compute(place, instant("2026-03-03 08:00"))
    with place.database.reading() as session:
        assert not place.quality.read(Scope.service(), session).is_empty()
        assert place.quality.read(Scope.employer("menuiserie"), session).is_empty()


@pytest.mark.parametrize("late", [False, True])
def test_computed_as_readings_come_or_at_once_the_flags_and_exposures_are_the_same(tmp_path: Path, late: bool) -> None:
    """Spikes on both sides of a closing shift and of midnight, a kit that disagrees, a batch that comes a day late."""
    spike = pl.when(pl.col("instant") // 30_000 % 11 == 0).then(9.0).otherwise(0.0)
    whole = pl.concat(
        [
            readings("2026-03-02 00:00", "2026-03-04 18:00", "temperature", COURSE + spike),
            readings("2026-03-02 00:00", "2026-03-04 18:00", "temperature", COURSE + 3, "k2"),
            readings("2026-03-02 00:00", "2026-03-04 18:00", "humidity", pl.lit(40) + COURSE, "k2"),
            readings("2026-03-02 00:00", "2026-03-04 18:00", "humidity", pl.lit(60) + COURSE),
            readings("2026-03-02 00:00", "2026-03-04 18:00", "pm2_5", pl.lit(40)),
            readings("2026-03-02 00:00", "2026-03-04 18:00", "pm1", pl.lit(80)),
        ]
    )
    live, once = workspace(tmp_path / "live"), workspace(tmp_path / "once")
    held_back = pl.col("instant").is_between(instant("2026-03-02 15:30"), instant("2026-03-02 16:30"))
    sent = instant("2026-03-01 23:00")
    for now in (
        *("2026-03-02 16:00", "2026-03-02 16:00:45", "2026-03-02 16:01", "2026-03-02 16:02:30", "2026-03-02 16:04"),
        *("2026-03-02 23:59:45", "2026-03-03 00:00", "2026-03-03 00:01", "2026-03-03 00:04", "2026-03-03 16:00:15"),
        *("2026-03-04 00:00:15", "2026-03-04 16:00:20", "2026-03-04 16:05"),
    ):
        fresh = whole.filter(pl.col("instant") > sent, pl.col("instant") <= instant(now))
        if late:
            fresh = fresh.filter(~held_back)
        if late and now.startswith("2026-03-03 16"):
            fresh = pl.concat([fresh, whole.filter(held_back)])
        if not fresh.is_empty():
            live.readings.append_frame(fresh)
        sent = instant(now)
        compute(live, sent)
    once.readings.append_frame(whole.filter(pl.col("instant") <= sent).sample(fraction=1, shuffle=True, seed=1))
    compute(once, sent, everything=True)

    assert {"spike", "neighbour", "particle_order"} <= set(marks(once)["test"])
    assert marks(live).equals(marks(once))
    assert exposures(live).equals(exposures(once))
