"""Peaks of VOC over a room's own baseline."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.quantities import Averaging
from dsp.air.voc import MEANING, PeakRule, VocError, peaks
from dsp.series import Series, build

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
RULE = PeakRule(floor=60.0)


def days(count: float, level: float = 100.0) -> "tuple[np.ndarray, np.ndarray]":
    minutes = np.arange(1, int(count * 1440) + 1) * MINUTE
    return minutes, np.full(minutes.size, level)


def series_of(instants: np.ndarray, values: np.ndarray) -> Series:
    return build(instants, values, np.ones(instants.size), 60, 180, Averaging.ARITHMETIC)


def test_one_peak_is_told_with_its_height_and_area() -> None:
    t, v = days(2)
    v[(t > 30 * HOUR) & (t <= 31 * HOUR)] = 500.0
    found = peaks(series_of(t, v), RULE)
    (peak,) = found.peaks
    assert (peak.start, peak.end, peak.height, peak.cut) == (30 * HOUR, 31 * HOUR, 5.0, False)
    assert peak.area == pytest.approx(400.0 * 3600)
    assert found.judged == pytest.approx(42 / 48, abs=0.01)
    assert found.share == pytest.approx(1 / 42, abs=0.001)
    assert "no concentration" in MEANING


def test_before_six_hours_nothing_is_judged() -> None:
    t, v = days(0.2)
    v[200:230] = 5000.0
    found = peaks(series_of(t, v), RULE)
    assert (found.peaks, found.judged, found.share) == ((), 0.0, 0.0)
    assert np.isnan(found.baseline).all()


def test_a_dip_above_the_end_level_does_not_split_a_peak() -> None:
    t, v = days(1)
    for start, level in ((600, 300.0), (610, 170.0), (620, 300.0), (630, 140.0), (640, 300.0)):
        v[start : start + 10] = level
    assert [(peak.start, peak.end) for peak in peaks(series_of(t, v), RULE).peaks] == [
        (600 * MINUTE, 630 * MINUTE),
        (640 * MINUTE, 650 * MINUTE),
    ]


def test_missing_time_cuts_a_peak() -> None:
    t, v = days(1)
    v[600:660] = 300.0
    kept = (np.arange(t.size) < 620) | (np.arange(t.size) >= 640)
    found = peaks(series_of(t[kept], v[kept]), RULE).peaks
    assert [peak.cut for peak in found] == [True, False]


def test_a_clean_room_is_held_against_the_floor() -> None:
    t, v = days(1, 2.0)
    v[600:620] = 20.0
    assert peaks(series_of(t, v), RULE).peaks == ()


def test_a_new_plateau_becomes_the_baseline_within_a_day() -> None:
    t, v = days(4)
    v[t > 2 * DAY] = 300.0
    found = peaks(series_of(t, v), RULE)
    (peak,) = found.peaks
    assert peak.start == 2 * DAY
    assert peak.end - peak.start < DAY
    assert found.baseline[-1] == 300.0


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 100.0), st.integers(0, 1000))
def test_the_unit_does_not_matter(factor: float, seed: int) -> None:
    t, v = days(1.5)
    v = v * np.exp(np.random.default_rng(seed).normal(0, 0.6, v.size).round(6))
    one = peaks(series_of(t, v), RULE)
    other = peaks(series_of(t, v * 2.0**3), PeakRule(floor=60.0 * 2.0**3))
    assert [(p.start, p.end, p.height) for p in one.peaks] == [(p.start, p.end, p.height) for p in other.peaks]
    assert [p.area * 8 for p in one.peaks] == pytest.approx([p.area for p in other.peaks])


def naive_baseline(t: np.ndarray, v: np.ndarray, at: int) -> float:
    """The baseline at one instant, one ten-minute mean after the other."""
    block = (at - 1) // (10 * MINUTE)
    means = []
    for k in range(block - 144, block):
        inside = v[(t > k * 10 * MINUTE) & (t <= (k + 1) * 10 * MINUTE)]
        if inside.size >= 5:
            means.append(inside.mean())
    if len(means) < 36:
        return float("nan")
    return float(max(sorted(means)[int(np.ceil(len(means) * 0.2)) - 1], 60.0))


def test_the_baseline_is_that_of_its_slow_twin() -> None:
    rng = np.random.default_rng(1)
    t, v = days(12)
    v = v * rng.lognormal(0, 0.5, v.size)
    kept = rng.random(t.size) > 0.3
    kept[3000:3600] = False
    t, v = t[kept], v[kept]
    found = peaks(build(t, v, np.ones(t.size), 60, 60, Averaging.ARITHMETIC), RULE).baseline
    for index in rng.integers(0, t.size, 60):
        assert found[index] == pytest.approx(naive_baseline(t, v, int(t[index])), rel=1e-9, nan_ok=True)


def test_nothing_gives_nothing() -> None:
    assert peaks(series_of(np.array([], np.int64), np.array([])), RULE).peaks == ()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: PeakRule(floor=0.0), "floor is 0"),
        (lambda: PeakRule(floor=1.0, starts=1.2, ends=1.5), "starts at 1.2"),
        (lambda: PeakRule(floor=1.0, percentile=90), "percentile is 90"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(make: object, says: str) -> None:
    with pytest.raises(VocError, match=says):
        make()  # type: ignore[operator]
