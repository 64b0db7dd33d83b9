"""Every kernel against its slow twin, on series made up by hypothesis.

Also run with the kernels interpreted instead of compiled (see test_without_jit.py).
"""

import math
from fractions import Fraction

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.quantities import Averaging
from dsp.batch import block_variances, lay_out, summarise, times_beyond
from dsp.episodes import Delays, episodes
from dsp.rolling import extremes
from dsp.subject import Threshold
from tests.dsp import naive
from tests.dsp.situations import ULP, Readings, examples, intervals, pieces, readings

SHARES = (95, 90, 50, 10, 5)


@examples(300)
@given(readings(), st.lists(pieces(), min_size=1, max_size=4))
def test_sums_extremes_and_percentiles_of_windows(said: Readings, windows: list[list[tuple[int, int]]]) -> None:
    found = summarise(said.series(), lay_out([intervals(w) for w in windows]), SHARES)
    for k, window in enumerate(windows):
        inside = naive.pieces_cut(said.steps(), window)
        assert found.valid[k] == sum(d for d, _ in inside)
        assert found.suspected[k] == sum(d for d, s in inside if s.suspect)
        exact = sum((d * Fraction(s.value) for d, s in inside), Fraction(0))
        size = sum((d * abs(Fraction(s.value)) for d, s in inside), Fraction(0))
        assert abs(Fraction(found.integral[k].item()) - exact) <= Fraction(2.5 * ULP) * size
        assert found.squared_time[k] == sum(d * d for d, _ in inside)
        squared = float(sum(((d * Fraction(s.value)) ** 2 for d, s in inside), Fraction(0)))
        assert math.isclose(found.squared_signal[k], squared, rel_tol=1e-14)
        if inside:
            assert found.lowest[k] == min(s.value for _, s in inside)
            assert found.highest[k] == max(s.value for _, s in inside)
            expected = [naive.percentile(said.steps(), window, n) for n in SHARES]
            assert found.percentiles[k].tolist() == expected
        else:
            assert np.isnan([found.lowest[k], found.highest[k], *found.percentiles[k]]).all()


@examples(600)
@given(
    readings(),
    pieces(most=2),
    st.integers(1, 30),
    st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]),
    st.sampled_from([0.0, 2.0, -7.25]),
    st.sampled_from([1, -1]),
)
def test_rolling_extremes_over_every_position(
    said: Readings, window: list[tuple[int, int]], width: int, minimum: float, fill: float, sign: int
) -> None:
    found = extremes(
        said.series(),
        lay_out([intervals(window)]),
        "above" if sign > 0 else "below",
        width,
        minimum,
        np.zeros(1, np.bool_),
        np.array([fill]),
    )
    exact = naive.rolled(said.steps(), window, width, Fraction(minimum), Fraction(fill), sign)
    if exact is None:
        assert math.isnan(found.signal[0])
        assert math.isnan(found.low[0])
        assert found.most[0] == 0
        return
    assert found.most[0] == math.floor(exact.most)
    biggest = max([abs(v) for v in said.values] + [abs(fill)])
    # integral over at most the window and the two cut steps, each rounded a few times
    room = 8 * ULP * biggest * (width + 2 * 9) / width
    assert abs(found.low[0] - exact.low) <= room
    assert abs(found.high[0] - exact.high) <= room
    assert math.isnan(found.signal[0]) == (exact.best is None)
    if exact.best is None:
        return
    assert abs(found.signal[0] - exact.best) <= room * width / max(minimum * width, 1)
    end = found.at_end[0].item()
    assert any(start + width <= end <= stop for start, stop in window)
    there = naive.cut(said.steps(), end - width, end)
    valid = sum((d for d, _ in there), Fraction(0))
    assert valid >= Fraction(minimum) * width
    assert found.valid[0] == valid
    if (4 * minimum * width) % 4 == 0:
        mean = sum((d * Fraction(s.value) for d, s in there), Fraction(0)) / valid
        assert abs(mean - exact.best) <= room * width / max(minimum * width, 1)


@examples(200)
@given(readings(), pieces(), st.integers(1, 30))
def test_scatter_of_blocks(said: Readings, window: list[tuple[int, int]], width: int) -> None:
    found = block_variances(
        said.series(), lay_out([intervals(window)]), np.array([width], np.int64), np.ones(1, np.bool_)
    )
    biggest = max([abs(v) for v in said.values], default=0.0)
    exact = naive.block_variance(said.steps(), window, width)
    assert abs(found[0] - exact) <= 1e-13 * biggest**2


@examples(200)
@given(readings(), pieces(), st.lists(st.integers(-1, 5).map(float), min_size=1, max_size=3))
def test_time_above_and_below(said: Readings, window: list[tuple[int, int]], limits: list[float]) -> None:
    laid = lay_out([intervals(window)])
    inside = naive.pieces_cut(said.steps(), window)
    above = [sum(d for d, s in inside if s.value > limit) for limit in limits]
    below = [sum(d for d, s in inside if s.value < limit) for limit in limits]
    assert times_beyond(said.series(), laid, "above", limits)[0].tolist() == above
    assert times_beyond(said.series(), laid, "below", limits)[0].tolist() == below


@examples(400)
@given(
    readings(values=st.integers(0, 6).map(float), most=30),
    pieces(),
    st.sampled_from([2.0, 3.5]),
    st.sampled_from([0.0, 1.0, 2.5]),
    st.integers(0, 12),
    st.integers(0, 12),
)
def test_episodes_one_millisecond_at_a_time(
    said: Readings, window: list[tuple[int, int]], limit: float, hysteresis: float, on_delay: int, off_delay: int
) -> None:
    delays = Delays(hysteresis, on_delay / 1000, off_delay / 1000)
    expected = naive.episodes(said.steps(), window, limit, hysteresis, on_delay, off_delay)
    found = episodes(said.series(), Threshold(limit, "above"), delays, intervals(window))
    assert [(e.start, e.end, e.peak, e.cut) for e in found] == [(e.start, e.end, e.peak, e.cut) for e in expected]
    for got, exact in zip(found, expected, strict=True):
        assert math.isclose(got.mean, exact.mean, rel_tol=1e-14)
        assert math.isclose(got.dose, exact.excess / 1000, rel_tol=1e-13)
    # the mirror image, for a lower limit
    mirrored = Readings(said.instants, [-v for v in said.values], said.flags).series()
    below = episodes(mirrored, Threshold(-limit, "below"), delays, intervals(window))
    assert [(e.start, e.end, -e.peak, e.cut, -e.mean, e.dose) for e in below] == [
        (e.start, e.end, e.peak, e.cut, e.mean, e.dose) for e in found
    ]


@examples(60)
@given(readings(values=st.floats(20.0, 140.0)), pieces())
def test_levels_are_summed_as_energy(said: Readings, window: list[tuple[int, int]]) -> None:
    assume(said.instants)
    found = summarise(said.series(Averaging.ENERGETIC), lay_out([intervals(window)]))
    inside = naive.pieces_cut(said.steps(), window)
    exact = sum((d * naive.energy(s.value) for d, s in inside), Fraction(0))
    assert abs(Fraction(found.integral[0].item()) - exact) <= Fraction(6 * ULP) * exact
