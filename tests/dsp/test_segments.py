"""A long piece is rolled over in segments: the same to the bit for any number of threads, and the same maximum."""

import numpy as np
import pytest

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp import rolling, segments
from dsp.batch import Windows, lay_out
from dsp.rolling import Extremes, extremes
from dsp.series import Series, build
from dsp.subject import Direction

SIZE = 6000
WIDTH = 900_000


def gappy(averaging: Averaging) -> Series:
    rng = np.random.default_rng(7)
    strides = rng.integers(5_000, 15_000, SIZE)
    strides[rng.integers(0, SIZE, 60)] = 400_000
    return build(np.cumsum(strides), rng.normal(60.0, 9.0, SIZE), np.ones(SIZE), 10, 30, averaging)


def windows_of(series: Series) -> Windows:
    last = int(series.instants[-1])
    return lay_out(
        [
            [Interval(0, last)],
            [],
            [Interval(last // 7, last // 2), Interval(last // 2, last // 2 + 1000), Interval(last // 2 + 5000, last)],
            [Interval(last, last + 1)],
            [Interval(-10_000_000, last + 10_000_000)],
        ]
    )


def rolled(series: Series, direction: Direction, opened: bool) -> Extremes:
    windows = windows_of(series)
    fills = np.linspace(1.0, 2.0, len(windows))
    return extremes(series, windows, direction, WIDTH, 0.75, np.full(len(windows), opened), fills)


def same(one: Extremes, other: Extremes) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("signal", "valid", "low", "high", "most")
    ) and np.array_equal(one.at_end[~np.isnan(one.signal)], other.at_end[~np.isnan(one.signal)])


@pytest.mark.parametrize("averaging", list(Averaging))
@pytest.mark.parametrize("direction", ["above", "below"])
@pytest.mark.parametrize("opened", [False, True])
def test_segments_and_threads_change_nothing(
    monkeypatch: pytest.MonkeyPatch, averaging: Averaging, direction: Direction, opened: bool
) -> None:
    series = gappy(averaging)
    whole = rolled(series, direction, opened)
    monkeypatch.setattr(rolling, "SEGMENT", 250)
    answers = []
    for threads in (1, 2, 5, 64):
        monkeypatch.setattr(rolling, "processors", lambda threads=threads: threads)
        answers.append(rolled(series, direction, opened))
    assert all(same(answers[0], other) for other in answers[1:])
    there = ~np.isnan(whole.signal)
    assert there.sum() == 3
    assert np.array_equal(np.isnan(answers[0].signal), ~there)
    for name in ("signal", "low", "high"):
        assert np.allclose(getattr(answers[0], name), getattr(whole, name), rtol=1e-13, atol=0.0, equal_nan=True)
    for name in ("at_end", "valid"):
        assert np.array_equal(getattr(answers[0], name)[there], getattr(whole, name)[there])
    assert np.array_equal(answers[0].most, whole.most)


def test_a_long_piece_depends_on_its_own_readings_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "SEGMENT", 250)
    series = gappy(Averaging.ARITHMETIC)
    last = int(series.instants[-1])
    window = lay_out([[Interval(last // 5, last // 5 * 4)]])
    kept = (series.instants > last // 5 - 50_000) & (series.instants < last // 5 * 4 + 50_000)
    part = build(series.instants[kept], series.values[kept], np.ones(int(kept.sum())), 10, 30, Averaging.ARITHMETIC)
    nothing = np.zeros(1)
    answers = [extremes(each, window, "above", WIDTH, 0.75, nothing > 0, nothing) for each in (series, part)]
    assert same(*answers)


def test_a_long_window_is_the_same_alone_and_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling, "SEGMENT", 100)
    series = gappy(Averaging.ENERGETIC)
    last = int(series.instants[-1])
    # the fourth has fewer readings than a segment in one piece, and more in the other
    mixed = [Interval(last // 3, last // 3 + 400_000), Interval(last // 2, last)]
    short = [[Interval(start, start + 950_000)] for start in range(0, last, 7_000_000)]
    windows = lay_out([[Interval(0, last)], [Interval(0, last // 2)], [], mixed, *short])
    fills = np.linspace(1.0, 2.0, len(windows))
    together = extremes(series, windows, "above", WIDTH, 0.75, np.zeros(len(windows), np.bool_), fills)
    for number in range(len(windows)):
        only = windows.only(np.array([number]))
        alone = extremes(series, only, "above", WIDTH, 0.75, np.zeros(1, np.bool_), fills[[number]])
        assert same(alone, together.part(slice(number, number + 1)))


def wild(rng: np.random.Generator, averaging: Averaging) -> Series:
    """Steps of all lengths, silences, plateaus, and one reading that dwarfs the others."""
    size = int(rng.integers(300, 3000))
    strides = rng.integers(1, 15_000, size)
    strides[rng.integers(0, size, size // 40)] = rng.integers(20_000, 2_000_000)
    values = np.round(rng.normal(rng.choice([-20.0, 0.0, 60.0]), 9.0, size), int(rng.integers(-1, 3)))
    values = np.where(rng.random() < 0.5, np.sort(values), values)
    values[rng.integers(0, size)] = rng.choice([0.0, 140.0, -1e6 if averaging is Averaging.ARITHMETIC else 10.0])
    return build(np.cumsum(strides), values, np.ones(size), 10, 30, averaging)


@pytest.mark.parametrize("averaging", list(Averaging))
@pytest.mark.parametrize("direction", ["above", "below"])
@pytest.mark.parametrize("seed", range(60))
def test_what_bounds_leave_out_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, averaging: Averaging, direction: Direction, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    series = wild(rng, averaging)
    windows = windows_of(series)
    width = int(rng.integers(60_000, 2_000_000))
    coverage = float(rng.choice([0.0, 0.5, 0.75, 1.0]))
    opened = np.full(len(windows), rng.random() < 0.5)
    fills = rng.normal(0.0, 60.0, len(windows))
    whole = extremes(series, windows, direction, width, coverage, opened, fills)
    monkeypatch.setattr(rolling, "SEGMENT", int(rng.choice([40, 250, 1000])))
    monkeypatch.setattr(segments, "BLOCK", int(rng.choice([1, 2, 5, 16])))
    found = extremes(series, windows, direction, width, coverage, opened, fills)
    there = ~np.isnan(whole.signal)
    assert np.array_equal(np.isnan(found.signal), ~there)
    scale = float(np.abs(series.signal).max())
    for name in ("signal", "low", "high"):
        here, expected = getattr(found, name), getattr(whole, name)
        assert np.allclose(here, expected, rtol=1e-13, atol=1e-15 * scale, equal_nan=True), name
    assert np.array_equal(found.most, whole.most)
