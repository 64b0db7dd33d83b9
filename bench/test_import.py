"""Import of files: one million rows of five columns, parsed to readings."""

import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ingest.files import read_file
from ingest.mapping import Hints

ROWS = 1_000_000
AT_MOST = 2.5
"""Seconds for the parsing alone; with the table's part an import of a million rows stays under five."""


@pytest.fixture(scope="module")
def million_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(20240115)
    start = np.datetime64("2024-01-15T00:00:00", "s")
    path = tmp_path_factory.mktemp("import") / "million.csv"
    pl.DataFrame(
        {
            "date": (start + 5 * np.arange(ROWS)).astype("datetime64[us]"),
            "CO2": rng.uniform(400, 1500, ROWS).round(1),
            "Temperature": rng.uniform(15, 25, ROWS).round(2),
            "Humidity": rng.uniform(30, 60, ROWS).round(2),
            "LAeq": rng.uniform(40, 90, ROWS).round(1),
        }
    ).write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S")
    return path


def test_a_million_csv_rows_become_readings(million_rows: Path) -> None:
    best = float("inf")
    for _ in range(2):
        began = time.perf_counter()
        reading = read_file(million_rows, kit="kit-1", received=0, hints=Hints(timezone="UTC"))
        readings = sum(chunk.frame.height for chunk in reading)
        best = min(best, time.perf_counter() - began)
        assert readings == 4 * ROWS
    print(f"\n{ROWS:,} CSV rows of 5 columns to readings: {best:.2f} s, {readings / best / 1e6:.1f} M readings/s")
    assert best < AT_MOST
