"""Each kernel of the quality tests against its slow twin, on irregular readings with gaps."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.quality import BaselineTest, FlatClock, FlatLineTest, QualityLimits, RateTest, Span, SpikeTest
from dsp.kernels import quality as kernels
from dsp.quality.examine import Channel, Readings, baselines, examine, flat_lines, gaps, rates, spikes
from dsp.quality.kinds import QualityTest
from tests.dsp import naive_quality as naive

HOLD = 12
SECONDS = 0.001
"""Milliseconds of the small examples as the seconds of the parameters."""


@st.composite
def readings(draw: st.DrawFn, most: int = 30) -> Readings:
    """Few values, many steps and gaps: everything that can meet does."""
    size = draw(st.integers(0, most))
    steps = draw(st.lists(st.integers(1, 16), min_size=size, max_size=size))
    values = draw(st.lists(st.integers(0, draw(st.integers(0, 9))), min_size=size, max_size=size))
    return Readings(np.cumsum(np.array(steps, np.int64)), np.array(values, np.float64), np.ones(size, np.int8))


@settings(max_examples=150, deadline=None)
@given(readings(), st.integers(1, 30), st.integers(0, 3), st.sampled_from([0.0, 0.25, 1.0]), st.integers(0, 3))
def test_spikes_by_the_median_around(said: Readings, reach: int, threshold: int, share: float, k: int) -> None:
    test = SpikeTest(threshold + 0.5, share, k)
    expected = naive.spikes(said.instants.tolist(), said.values.tolist(), reach, threshold + 0.5, share, k)
    assert spikes(said, test, reach).tolist() == expected


@settings(max_examples=150, deadline=None)
@given(readings(), st.integers(0, 25), st.sampled_from([0.05, 0.1, 0.5]))
def test_rates_from_far_enough_back(said: Readings, over: int, per_millisecond: float) -> None:
    test = RateTest(per_millisecond * 60_000, over * SECONDS)
    per = test.per_minute / 60_000
    assert rates(said, test, HOLD).tolist() == naive.rates(
        said.instants.tolist(), said.values.tolist(), HOLD, over, per
    )
    assert gaps(said, HOLD).tolist() == naive.gaps(said.instants.tolist(), HOLD)


@settings(max_examples=250, deadline=None)
@given(
    readings(),
    st.integers(0, 3),
    st.sampled_from([0.0, 0.3]),
    st.sampled_from([float("-inf"), 0.0, 1.0]),
    st.sampled_from([float("inf"), 8.0]),
    st.integers(1, 60),
    st.sampled_from([0, 5, 40, float("inf")]),
    st.sampled_from([3, HOLD, 1000]),
    st.integers(1, 3),
)
def test_flat_lines_by_the_longest_stretch(
    said: Readings,
    tolerance: int,
    relative: float,
    floor: float,
    ceiling: float,
    suspect: int,
    more: float,
    hold: int,
    slow: int,
) -> None:
    """The clock stands still at times: only a part of the time counts. It never runs faster than time."""
    test = FlatLineTest(
        tolerance, relative, floor, ceiling, suspect * SECONDS, (suspect + more) * SECONDS, FlatClock.OCCUPIED
    )
    clock = said.instants // (20 * slow) * (10 * slow) + np.minimum(said.instants % (20 * slow), 10 * slow)
    expected = naive.flat_lines(
        said.instants.tolist(), clock.tolist(), said.values.tolist(), hold, tolerance, relative, floor, ceiling,
        1000 * test.suspect_after, 1000 * test.fail_after,
    )  # fmt: skip
    assert flat_lines(said, test, hold, clock).tolist() == expected


@settings(max_examples=150, deadline=None)
@given(readings(), st.integers(1, 4), st.integers(0, 4), st.integers(5, 120), st.integers(1, 6))
def test_baselines_by_sorting_the_window(said: Readings, low: int, wide: int, span: int, period: int) -> None:
    flags = np.empty(said.instants.size, np.uint8)
    high = low + wide
    kernels.baseline_flags(said.instants, said.values, period, HOLD, low, high, span, 0.2, 0.75, flags)
    expected = naive.baselines(said.instants.tolist(), said.values.tolist(), period, HOLD, low, high, span, 0.2, 0.75)
    assert flags.tolist() == expected


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-5, 15), max_size=30), st.integers(0, 3), st.integers(6, 9))
def test_spans(values: list[float], low: int, high: int) -> None:
    said = Readings(np.arange(len(values)), np.array(values), np.ones(len(values), np.int8))
    found = examine(said, QualityLimits(Span(-1, 10), Span(low, high)), Channel(1, HOLD))
    assert found[0].test is QualityTest.RANGE
    assert found[0].flags.tolist() == naive.spans(values, -1, 10, low, high)


def test_a_baseline_of_seven_days_is_told_in_days() -> None:
    instants = np.arange(0, 9 * 86_400_000, 600_000)
    said = Readings(instants, np.full(instants.size, 390.0), np.ones(instants.size, np.int8))
    flags = baselines(said, BaselineTest(400, 480, 7), 600_000, 1_800_000)
    assert set(flags[: 7 * 144].tolist()) == {2}
    assert set(flags[7 * 144 :].tolist()) == {3}
