"""The classic QARTOD tests, as published and as ioos_qc has them; where ours mean the same, they agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.quality import FlatClock, FlatLineTest, RateTest, SpikeTest
from dsp.quality.examine import Readings, flat_lines, rates, spikes
from tests.dsp.naive_qartod import flat_line, rate_of_change, spike
from tests.peers import peer

QUARTER = 900_000

# Oracle O-14: test data of ioos_qc.
SPIKE = [10, 12, 999.99, 13, 15, 40, 9, 9]
FLAT = [1, 2, 2.0001, 2, 2.0001, 2, 2.0001, 2, 4, 5, 3, 3.0001, 3.0005, 3.00001]
RATE = [2, 10, 2.1, 3, 4, 5, 7, 10, 0, 2, 2.2, 2, 1, 2, 3, 90, 91, 92, 93, 1, 2, 3, 4, 5]


def said(values: list[float], step: int = QUARTER) -> Readings:
    return Readings(step * np.arange(len(values)), np.array(values, np.float64), np.ones(len(values), np.int8))


def test_published_spikes_and_their_neighbours() -> None:
    assert spike(SPIKE, 25, 50).tolist() == [2, 4, 4, 4, 1, 3, 1, 2]


def test_our_spike_test_leaves_the_neighbours_of_a_spike_alone() -> None:
    assert spikes(said(SPIKE), SpikeTest(25), QUARTER).tolist() == [2, 1, 3, 1, 1, 1, 1, 2]


def test_our_spike_test_leaves_a_step_alone() -> None:
    assert spikes(said([10, 10, 10, 90, 90, 90]), SpikeTest(25), QUARTER).tolist() == [2, 1, 1, 1, 1, 2]


def test_published_flat_lines() -> None:
    instants = QUARTER * np.arange(len(FLAT))
    assert flat_line(instants, FLAT, 0.01, 3000, 4800).tolist() == [1, 1, 1, 1, 3, 3, 4, 4, 1, 1, 1, 1, 1, 3]


def test_published_rates_of_change() -> None:
    flags = rate_of_change(QUARTER * np.arange(len(RATE)), RATE, 5 / 900)
    assert np.flatnonzero(flags == 3).tolist() == [1, 2, 8, 15, 19]
    assert set(flags.tolist()) == {1, 3}


series = st.lists(st.integers(0, 6), min_size=3, max_size=60)


@settings(max_examples=60, deadline=None)
@given(series)
def test_the_classic_tests_are_those_of_ioos_qc(values: list[int]) -> None:
    qartod = peer("ioos_qc.qartod")
    instants = QUARTER * np.arange(len(values))
    theirs = (instants // 1000).astype(float)
    times = theirs.astype("datetime64[s]")
    v = [float(x) for x in values]
    with np.errstate(all="ignore"):
        assert spike(v, 1, 3).tolist() == qartod.spike_test(v, 1, 3).tolist()
        assert rate_of_change(instants, v, 2 / 900).tolist() == qartod.rate_of_change_test(v, times, 2 / 900).tolist()
        assert (
            flat_line(instants, v, 1.5, 2700, 4500).tolist()
            == qartod.flat_line_test(v, times, 2700, 4500, 1.5).tolist()
        )


@settings(max_examples=60, deadline=None)
@given(series, st.sampled_from([0, 20, 900]))
def test_on_a_regular_series_our_rate_is_that_of_ioos_qc(values: list[int], over: int) -> None:
    """But for the first reading, which QARTOD calls good and we call not evaluated."""
    qartod = peer("ioos_qc.qartod")
    readings = said([float(x) for x in values])
    times = (readings.instants // 1000).astype("datetime64[s]")
    theirs = qartod.rate_of_change_test(readings.values, times, 2.5 / 900).tolist()
    ours = rates(readings, RateTest(60 * 2.5 / 900, over), 3 * QUARTER).tolist()
    assert ours[1:] == theirs[1:]
    assert ours[0] == 2


@settings(max_examples=100, deadline=None)
@given(series, st.integers(1, 8), st.integers(0, 8), st.integers(0, 4))
def test_on_a_regular_series_our_flat_line_is_that_of_ioos_qc(
    values: list[int], suspect: int, more: int, tolerance: int
) -> None:
    """Where the times are whole steps and no range is exactly the tolerance (theirs must be under it)."""
    qartod = peer("ioos_qc.qartod")
    readings = said([float(x) for x in values])
    times = (readings.instants // 1000).astype("datetime64[s]")
    first, second = 900 * suspect, 900 * (suspect + more)
    theirs = qartod.flat_line_test(readings.values, times, first, second, tolerance + 0.5).tolist()
    infinite = float("inf")
    test = FlatLineTest(tolerance + 0.5, 0.0, -infinite, infinite, first, second, FlatClock.ALWAYS)
    assert flat_lines(readings, test, 3 * QUARTER).tolist() == theirs


def test_ioos_qc_counts_readings_where_we_count_time() -> None:
    """The same stuck sensor, heard half as often for a while: half of the steps are still the same hours."""
    qartod = peer("ioos_qc.qartod")
    instants = np.concatenate([np.arange(0, 20, 2), np.arange(20, 60)]) * 60_000
    values = np.concatenate([np.full(10, 5.0), np.arange(40, dtype=float)])
    readings = Readings(instants, values, np.ones(instants.size, np.int8))
    test = FlatLineTest(0.1, 0.0, float("-inf"), float("inf"), 18 * 60, 1e9, FlatClock.ALWAYS)
    assert flat_lines(readings, test, 180_000)[9] == 3
    times = (instants // 1000).astype("datetime64[s]")
    assert qartod.flat_line_test(values, times, 18 * 60, 10**9, 0.1).tolist()[9] == pytest.approx(1)
