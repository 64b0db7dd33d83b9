"""The exact, gap-aware 15-minute maximum against Polars' ``rolling_mean_by``, ten million irregular readings, one run.

``python -m pytest -q bench/test_rolling.py``. The two do not compute the same thing: Polars takes the mean of the
readings in windows that end at a reading, whatever is missing; ours is the supremum over every position of the mean
over time, with coverage, and with the bounds for gaps beside it.
"""

import time
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.rolling import rolling_maximum
from dsp.series import Series, build

READINGS = 10_000_000
AT_LEAST = 2.0


@pytest.fixture(scope="module")
def irregular() -> Series:
    """5 to 15 s apart, and a gap of ten minutes every 500 readings or so."""
    rng = np.random.default_rng(20_261_122)
    strides = rng.integers(5_000, 15_000, READINGS)
    strides[rng.integers(0, READINGS, READINGS // 500)] = 600_000
    instants = 1_767_225_600_000 + np.cumsum(strides)
    return build(instants, rng.gamma(2.0, 2.0, READINGS), np.ones(READINGS), 10, 30, Averaging.ARITHMETIC)


def best_of(runs: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest run."""
    taken = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def test_exact_15_minute_maximum_against_polars(benchmark: BenchmarkFixture, irregular: Series) -> None:
    window = Interval(irregular.instants[0].item(), irregular.instants[-1].item())
    frame = pl.DataFrame({"t": irregular.instants, "v": irregular.values}).with_columns(
        pl.col("t").cast(pl.Datetime("ms")).set_sorted()
    )

    def ours() -> None:
        assert rolling_maximum(irregular, 900, window) is not None

    def peer() -> None:
        frame.select(pl.col("v").rolling_mean_by("t", "15m").max())

    ours()
    peer_seconds = best_of(4, peer)
    benchmark.pedantic(ours, rounds=4)
    ours_seconds = benchmark.stats.stats.min
    benchmark.extra_info["readings per second"] = round(READINGS / ours_seconds)
    benchmark.extra_info["Polars readings per second"] = round(READINGS / peer_seconds)
    benchmark.extra_info["times faster"] = round(peer_seconds / ours_seconds, 2)
    print(
        f"\nexact 15-min maximum: {READINGS / ours_seconds / 1e6:.0f} M readings/s; Polars rolling_mean_by: "
        f"{READINGS / peer_seconds / 1e6:.0f} M readings/s; {peer_seconds / ours_seconds:.1f} times faster"
    )
    assert peer_seconds / ours_seconds >= AT_LEAST
