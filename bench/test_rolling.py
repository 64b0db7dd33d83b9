"""The exact, gap-aware 15-minute maximum against Polars, pandas and DuckDB: ten million irregular readings, one run.

``python -m pytest -q bench/test_rolling.py``. They do not compute the same thing: the peers take the mean of the
readings in windows that end at a reading, whatever is missing; ours is the supremum over every position of the mean
over time, with coverage, and with the bounds for gaps beside it. All may use the same processors.
"""

import math
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.rolling import processors, rolling_maximum
from dsp.series import Series, build

READINGS = 10_000_000
AT_LEAST = 3.0
"""Times the fastest peer, on a busy machine too, where two threads get little more than one. The promise is 4."""


@pytest.fixture(scope="module")
def irregular() -> Series:
    """5 to 15 s apart, and a gap of ten minutes every 500 readings or so."""
    rng = np.random.default_rng(20_261_122)
    strides = rng.integers(5_000, 15_000, READINGS)
    strides[rng.integers(0, READINGS, READINGS // 500)] = 600_000
    instants = 1_767_225_600_000 + np.cumsum(strides)
    return build(instants, rng.gamma(2.0, 2.0, READINGS), np.ones(READINGS), 10, 30, Averaging.ARITHMETIC)


class Peers:
    """The peers' own work on the same readings, and the fastest run of each [s]."""

    def __init__(self, series: Series) -> None:
        self.best = dict.fromkeys(("Polars", "pandas"), math.inf)
        instants, values = series.instants, series.values
        self._frame = pl.DataFrame({"t": instants, "v": values}).with_columns(
            pl.col("t").cast(pl.Datetime("ms")).set_sorted()
        )
        self._column = pd.Series(values, index=pd.to_datetime(instants, unit="ms"))

    def run(self) -> None:
        """Once each; called between our own runs, so that a busy moment falls on all."""
        self._note("Polars", lambda: self._frame.select(pl.col("v").rolling_mean_by("t", "15m").max()))
        self._note("pandas", lambda: self._column.rolling("15min").mean().max())

    def _note(self, name: str, work: Callable[[], object]) -> None:
        begun = time.perf_counter()
        work()
        self.best[name] = min(self.best[name], time.perf_counter() - begun)


def duckdb_seconds(series: Series) -> float:
    """Of ``avg`` over a RANGE window in a table of its own: once, for the first million readings, times ten."""
    few = READINGS // 10
    arrays = {"t": series.instants[:few], "v": series.values[:few]}
    query = (
        "select max(mean) from (select avg(v) over (order by t range between 899999 preceding and current row) as mean"
        " from readings)"
    )
    with duckdb.connect(config={"threads": processors()}) as connection:
        connection.register("arrays", arrays)
        connection.execute("create table readings as select * from arrays")
        begun = time.perf_counter()
        connection.execute(query).fetchall()
        return 10 * (time.perf_counter() - begun)


def test_exact_15_minute_maximum_against_peers(benchmark: BenchmarkFixture, irregular: Series) -> None:
    window = Interval(irregular.instants[0].item(), irregular.instants[-1].item())

    def ours() -> None:
        assert rolling_maximum(irregular, 900, window) is not None

    ours()
    peers = Peers(irregular)
    benchmark.pedantic(ours, setup=peers.run, rounds=8)
    taken = benchmark.stats.stats.min
    seconds = peers.best | {"DuckDB": duckdb_seconds(irregular)}
    fastest = min(seconds.values()) / taken
    benchmark.extra_info["readings per second"] = round(READINGS / taken)
    benchmark.extra_info |= {f"{name} readings per second": round(READINGS / each) for name, each in seconds.items()}
    benchmark.extra_info["times the fastest peer"] = round(fastest, 2)
    told = ", ".join(f"{name} {READINGS / each / 1e6:.2g}" for name, each in seconds.items())
    print(
        f"\nexact 15-min maximum on {processors()} processors: {READINGS / taken / 1e6:.0f} M readings/s;"
        f" {told} M readings/s; {fastest:.1f} times the fastest of them"
    )
    assert fastest >= AT_LEAST
