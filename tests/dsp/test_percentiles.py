"""Percentiles of long windows against a sort; energies of levels against forty digits."""

import math
from fractions import Fraction

import numpy as np
import pytest

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.batch import lay_out, order_statistics, spans_of, summarise
from dsp.kernels.signal import energies
from dsp.series import Series, build
from tests.dsp import naive

SHARES = (95, 90, 50, 10, 5)
SIZE = 3000
RANDOM = np.random.default_rng(20_261_122)
HOSTILE = {
    "spread": RANDOM.gamma(3.0, 200.0, SIZE),
    "whole numbers": RANDOM.integers(400, 420, SIZE).astype(np.float64),
    "two values": RANDOM.integers(0, 2, SIZE).astype(np.float64),
    "one value": np.full(SIZE, 7.25),
    "one spike far above": np.append(RANDOM.normal(20.0, 1.0, SIZE - 1), 1e12),
    "one dip far below": np.append(-1e12, RANDOM.normal(20.0, 1.0, SIZE - 1)),
    "every size": 10.0 ** RANDOM.uniform(-300, 300, SIZE),
    "neighbouring doubles": 1.0 + np.arange(SIZE) % 5 * 2.0**-52,
    "more than a double apart": RANDOM.choice([-1.7e308, -1.0, 1.0, 1.7e308], SIZE),
    "hardly any number": RANDOM.integers(0, 40, SIZE) * 5e-324,
    "rising": np.arange(SIZE, dtype=np.float64),
    "falling below zero": -np.arange(SIZE, dtype=np.float64),
}


def sorted_percentile(values: np.ndarray, times: np.ndarray, percent: int) -> float:
    """The smallest value whose signal is above it for at most so many percent of the time."""
    if not values.size:
        return math.nan
    order = np.argsort(values, kind="stable")
    ranked, held = values[order], times[order]
    reached = np.cumsum(held)
    valid = int(reached[-1])
    last_of_equals = np.append(ranked[1:] != ranked[:-1], True)
    enough = 100 * (valid - reached) <= percent * valid
    return float(ranked[last_of_equals & enough][0])


def irregular(values: np.ndarray) -> Series:
    strides = np.random.default_rng(3).integers(5_000, 15_000, values.size)
    strides[::97] = 90_000
    return build(np.cumsum(strides), values, np.ones(values.size), 10, 30, Averaging.ARITHMETIC)


@pytest.mark.parametrize("name", list(HOSTILE))
def test_percentiles_of_long_windows_are_those_of_a_sort(name: str) -> None:
    series = irregular(HOSTILE[name])
    last = int(series.instants[-1])
    spots = [(1, last - 1), (last // 3 + 1, last + 50_000), (-40_000, last // 2), (0, 700_000), (77_000, 78_000)]
    windows = [[Interval(*spot)] for spot in spots]
    windows.append([Interval(4_321, last // 4), Interval(last // 4, last // 2 + 7), Interval(last - 8, last + 8)])
    laid = lay_out(windows)
    found = order_statistics(series, laid, spans_of(series, laid), SHARES)
    for row, window in zip(found, windows, strict=True):
        since = series.instants - series.weights
        times = sum(np.clip(np.minimum(series.instants, p.end) - np.maximum(since, p.start), 0, None) for p in window)
        inside = times > 0
        expected = [sorted_percentile(series.values[inside], times[inside], n) for n in SHARES]
        assert np.array_equal(row, expected, equal_nan=True)


def test_spans_are_those_of_the_summary() -> None:
    series = irregular(HOSTILE["falling below zero"])
    last = int(series.instants[-1])
    windows = lay_out(
        [[Interval(k * 33_333, k * 33_333 + k * 7_919)] for k in range(1, 120)] + [[], [Interval(last, last + 9)]]
    )
    spans, summaries = spans_of(series, windows), summarise(series, windows)
    for name in ("valid", "lowest", "highest"):
        assert np.array_equal(getattr(spans, name), getattr(summaries, name), equal_nan=True)


def test_energies_to_the_last_bits_and_the_same_in_any_slice() -> None:
    levels = np.concatenate(
        [RANDOM.uniform(-1000.0, 1000.0, 500), RANDOM.uniform(20.0, 140.0, 500), np.arange(-50.0, 150.0)]
    )
    out = np.empty_like(levels)
    energies(levels, out)
    for level, energy in zip(levels.tolist(), out.tolist(), strict=True):
        exact = naive.energy(level)
        assert abs(Fraction(energy) - exact) <= Fraction(4e-16) * exact
    for first, last in ((0, 1), (1, 2), (3, 20), (5, 1199), (1198, 1200)):
        part = np.empty(last - first)
        energies(levels[first:last], part)
        assert part.tolist() == out[first:last].tolist()
