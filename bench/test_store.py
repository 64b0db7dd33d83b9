"""Speed of the store: appends of a live collector, one kit-day out of many, a large import."""

from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from catalog.identifiers import DeploymentId, KitId, QuantityId, RuleId, ZoneId
from catalog.readings import ReadingColumns
from dsp.exposure import Exposure, Measure, UncertaintyParts, WindowKind
from rules.decision import Assessment, Decision, exposure_key
from store.exposures import ExposureStore
from store.readings import ReadingStore, Transaction

NOON = 1_774_785_600_000
DAY = 86_400_000
QUANTITIES = ("co2", "tvoc", "pm2_5", "pm10", "laeq", "illuminance", "temperature", "humidity")
APPENDS_PER_SECOND = 25
KIT_DAY_SECONDS = 0.1
IMPORT_SECONDS = 3.0
PUT_SECONDS = 2.0


def batch(start: int, kits: int, steps: int) -> ReadingColumns:
    """``kits`` × 8 quantities × ``steps`` readings, as a collector hands them over: by time, kits mixed."""
    rows = [(f"kit-{k:04d}", q, start + 10_000 * s) for s in range(steps) for k in range(kits) for q in QUANTITIES]
    n = len(rows)
    return ReadingColumns(
        kit=[row[0] for row in rows],
        quantity=[row[1] for row in rows],
        instant=[row[2] for row in rows],
        value=[400.0 + i % 977 for i in range(n)],
        flag=[1] * n,
        received=[start] * n,
        simulated=[False] * n,
    )


def import_frame(rows: int) -> pl.DataFrame:
    """One kit, 8 quantities at 60 s: a million rows are 87 days."""
    steps = rows // len(QUANTITIES)
    one = pl.DataFrame({"instant": NOON + 60_000 * np.arange(steps), "value": np.linspace(0, 99, steps)})
    return pl.concat([one.with_columns(quantity=pl.lit(name)) for name in QUANTITIES]).with_columns(
        kit=pl.lit("kit-0001"), flag=pl.lit(1), received=pl.lit(NOON), simulated=pl.lit(value=False)
    )


def test_append_of_a_second_of_readings(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "readings")
    columns = batch(NOON, 125, 10)
    assert len(columns) == 10_000
    numbers: Iterator[int] = count(1)
    benchmark.pedantic(lambda: store.append(columns, Transaction("inbox", next(numbers))), rounds=60, warmup_rounds=2)
    assert benchmark.stats["median"] < 1 / APPENDS_PER_SECOND


def test_append_of_thirty_thousand_readings(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "readings")
    columns = batch(NOON, 125, 30)
    benchmark.pedantic(lambda: store.append(columns), rounds=20, warmup_rounds=2)
    benchmark.extra_info["readings_per_second"] = round(len(columns) / benchmark.stats["median"])
    assert benchmark.extra_info["readings_per_second"] > 30_000


@pytest.fixture(scope="module")
def many_days(tmp_path_factory: pytest.TempPathFactory) -> ReadingStore:
    """40 days of 50 kits at 60 s, 2 quantities: 5.8 M readings, compacted."""
    store = ReadingStore(tmp_path_factory.mktemp("bench") / "readings")
    instants = pl.DataFrame({"instant": NOON - NOON % DAY + 60_000 * np.arange(1, 1441)})
    kits = pl.DataFrame({"kit": [f"kit-{k:04d}" for k in range(50)]})
    whole = instants.join(kits, how="cross").join(pl.DataFrame({"quantity": ["co2", "laeq"]}), how="cross")
    whole = whole.with_columns(value=pl.lit(50.0), flag=pl.lit(1), received=pl.lit(NOON), simulated=pl.lit(value=False))
    for day in range(40):
        store.append_frame(whole.with_columns(pl.col("instant") + day * DAY))
    store.compact(date(2030, 1, 1))
    return store


def test_one_kit_day_out_of_many(benchmark: BenchmarkFixture, many_days: ReadingStore) -> None:
    start = NOON - NOON % DAY + 17 * DAY
    frame = benchmark(lambda: many_days.read(kits=["kit-0033"], start=start, end=start + DAY))
    assert len(frame) == 2 * 1440
    assert benchmark.stats["median"] < KIT_DAY_SECONDS


def test_one_kit_of_many_all_days(benchmark: BenchmarkFixture, many_days: ReadingStore) -> None:
    frame = benchmark(lambda: many_days.read(kits=["kit-0033"]))
    assert len(frame) == 40 * 2 * 1440


def test_import_of_a_million_rows(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    frame = import_frame(1_000_000)
    names = (tmp_path / f"readings{i}" for i in count())
    benchmark.pedantic(lambda: ReadingStore(next(names)).append_frame(frame), rounds=3)
    assert benchmark.stats["median"] < IMPORT_SECONDS


def test_a_year_of_one_kit_is_read_and_resolved(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    store = ReadingStore(tmp_path / "readings")
    store.append_frame(import_frame(4_200_000))
    frame = benchmark.pedantic(lambda: store.read(kits=["kit-0001"]), rounds=2)
    assert len(frame) == 4_200_000


def a_year_of_exposures() -> list[Exposure]:
    """8 quantities × (365 days + 250 shifts) × 13 measures: 64 000 rows."""
    windows = [(WindowKind.DAY, day) for day in range(365)] + [(WindowKind.SHIFT, day) for day in range(250)]
    parts = UncertaintyParts(25.0, 1.0, 2.0, 80.0)
    return [
        Exposure(
            ZoneId("z"), KitId("k"), DeploymentId("d"), QuantityId(name), measure, window, NOON + day * DAY,
            NOON + (day + 1) * DAY, 700.0 + day, "ppm", 0.98, 690.0, 720.0, parts, None, None, None, True, 0.0, False,
        )
        for name in QUANTITIES
        for window, day in windows
        for measure in list(Measure)[:13]
    ]  # fmt: skip


def test_put_of_a_year_of_one_zone_again(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    exposures = a_year_of_exposures()
    verdict = (800.0, "RSDT", Decision.INCONCLUSIVE, 0.5)
    governing = {exposure_key(e): Assessment(RuleId("air"), "guide", e, *verdict) for e in exposures}
    store = ExposureStore(tmp_path / "exposures")
    store.put(ZoneId("z"), exposures, governing)
    result = benchmark.pedantic(lambda: store.put(ZoneId("z"), exposures, governing), rounds=3)
    assert result.unchanged == len(exposures)
    assert benchmark.stats["median"] < PUT_SECONDS
