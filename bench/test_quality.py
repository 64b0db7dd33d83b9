"""Quality flags: every test of a single series, against two tests of ioos_qc in the same run.

``python -m pytest -q bench/test_quality.py -s``.
"""

import time
import warnings
from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from catalog.identifiers import QuantityId
from catalog.quality import quality_limits
from dsp.quality.examine import Channel, Readings, combine, examine

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from ioos_qc import qartod

READINGS = 5_000_000
FOR_PEER = 200_000
AT_LEAST = 15_000_000
"""Readings a second and core, of the 50 million of a machine with nothing else to do."""
RATIO = 50


def said(name: str, size: int) -> Readings:
    """Years of irregular minutes: a day's course, noise, spikes, a night that is nearly flat, gaps."""
    rng = np.random.default_rng(1)
    steps = rng.integers(57_000, 63_000, size)
    steps[rng.integers(0, size, size // 5_000)] = 3_600_000
    instants = 1_700_000_000_000 + np.cumsum(steps)
    day = np.maximum(np.sin(instants / 86_400_000 * 2 * np.pi), 0)
    noise = rng.normal(0, 1, size)
    values = {
        "co2": 430 + 600 * day + (2 + 8 * (day > 0)) * noise,
        "temperature": 20 + 3 * day + 0.04 * noise,
        "pm2_5": np.abs(8 + 20 * day * rng.gamma(2.0, 1.0, size) + noise),
        "laeq": 38 + 30 * (day > 0) + 3 * noise,
    }[name]
    values[rng.integers(0, size, size // 10_000)] *= 2.0
    return Readings(instants, values.round(1), np.ones(size, np.int8))


def best_of(times: int, work: Callable[[], object]) -> float:
    """Seconds of the fastest run."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


@pytest.mark.parametrize("name", ["co2", "temperature", "pm2_5", "laeq"])
def test_every_test_of_a_series(benchmark: BenchmarkFixture, name: str) -> None:
    read = said(name, READINGS)
    limits = quality_limits(QuantityId(name))

    def ours() -> int:
        # checked again each time: that is part of the work
        readings = Readings(read.instants, read.values, read.flags)
        marks = examine(readings, limits, Channel(60_000, 180_000))
        return int((combine(readings.flags, marks) != 1).sum()) + len(marks)

    part = said(name, FOR_PEER)
    times = (part.instants // 1000).astype("datetime64[s]")

    def theirs() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            qartod.spike_test(part.values, 25, 50)
            qartod.flat_line_test(part.values, times, 10_800, 43_200, 2)

    ours()
    benchmark.pedantic(ours, rounds=5)
    rate = READINGS / benchmark.stats.stats.min
    peer = FOR_PEER / best_of(2, theirs)
    benchmark.extra_info["readings per second"] = round(rate)
    print(f"\n{name}: {rate / 1e6:.0f} M readings/s on one core; ioos_qc, two tests: {peer / 1e6:.2f} M/s")
    assert rate >= AT_LEAST
    assert rate >= RATIO * peer
