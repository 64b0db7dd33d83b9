"""Daily and weekly noise exposure from levels and durations: published numbers (O-3) and what must always hold."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.noise import (
    NoiseError,
    Stay,
    combined_level,
    daily_exposure_level,
    dose,
    longest_stay,
    peak_level,
    sound_exposure,
    weekly_exposure_level,
)

POINTS = (1000, 790, 630, 500, 400, 315, 250, 200, 160, 125, 100, 80, 65, 50, 40, 32, 26, 20)
"""HSE weekly ready-reckoner: daily points of 95, 94, … 78 dB(A) over 8 h."""
levels = st.floats(30.0, 140.0)
days = st.lists(st.builds(Stay, levels, st.floats(0.01, 3.0)), min_size=1, max_size=8)


@pytest.mark.parametrize(("level", "points"), list(zip(range(95, 77, -1), POINTS, strict=True)))
def test_points_of_the_ready_reckoner(level: int, points: int) -> None:
    """The reckoner rounds its points to steps of up to 4 %: 83 dB(A) is 63.1, printed 65."""
    assert dose([Stay(level, 8)], 85.0) == pytest.approx(points, rel=0.035)


@pytest.mark.parametrize(("total", "weekly"), [(5000, 95), (2000, 91), (1600, 90), (1000, 88), (500, 85), (160, 80)])
def test_weekly_level_of_the_ready_reckoner(total: int, weekly: int) -> None:
    daily = 85.0 + 10.0 * math.log10(total / 5 / 100.0)
    assert weekly_exposure_level([daily] * 5) == pytest.approx(weekly, abs=0.06)


@pytest.mark.parametrize(
    ("level", "hours", "lex", "points"),
    [(95, 2, 88.98, 250), (90, 4, 86.99, 158), (100, 0.25, 84.95, 98.8), (105, 5 / 60, 85.18, None)],
)
def test_one_noise_for_a_part_of_the_day(level: float, hours: float, lex: float, points: float | None) -> None:
    """O-3.2."""
    assert daily_exposure_level([Stay(level, hours)]) == pytest.approx(lex, abs=0.005)
    if points is not None:
        assert dose([Stay(level, hours)], 85.0) == pytest.approx(points, abs=0.6)


def test_three_noises_and_a_week() -> None:
    """O-3.2."""
    assert round(daily_exposure_level([Stay(90, 4), Stay(85, 2), Stay(80, 2)]), 2) == 87.81
    assert round(weekly_exposure_level([90, 82, 85, 79, 88]), 2) == 86.41


@pytest.mark.parametrize(
    ("level", "minutes"),
    [(90, (48.0, 151.8, 240.6)), (95, (15.2, 48.0, 76.1)), (100, (4.8, 15.2, 24.1)), (105, (1.5, 4.8, 7.6))],
)
def test_minutes_until_80_85_and_87(level: float, minutes: tuple[float, ...]) -> None:
    """O-3.2."""
    found = [60.0 * longest_stay(level, limit) for limit in (80.0, 85.0, 87.0)]
    assert found == pytest.approx(minutes, abs=0.051)


@pytest.mark.parametrize(("level", "hours", "exposure"), [(90, 8, 3.2), (84.9485, 8, 1.0)])
def test_sound_exposure_anchors_of_iec_61252(level: float, hours: float, exposure: float) -> None:
    assert sound_exposure([Stay(level, hours)]) == pytest.approx(exposure, rel=1e-4)


def test_peak_pressures_of_the_law() -> None:
    """112, 140 and 200 Pa are the directive's 135, 137 and 140 dB(C)."""
    assert [peak_level(p) for p in (112.0, 140.0, 200.0)] == pytest.approx([135.0, 137.0, 140.0], abs=0.1)


@given(days, st.randoms())
def test_order_of_the_stays_changes_nothing(stays: list[Stay], random: object) -> None:
    shuffled = sorted(stays, key=lambda stay: (stay.hours, stay.level))
    assert daily_exposure_level(shuffled) == daily_exposure_level(stays)


@given(days)
def test_a_stay_cut_in_two_is_the_same_day(stays: list[Stay]) -> None:
    first, *rest = stays
    cut = [Stay(first.level, first.hours / 2), Stay(first.level, first.hours / 2), *rest]
    assert daily_exposure_level(cut) == pytest.approx(daily_exposure_level(stays), abs=1e-9)


@given(days, st.floats(-20.0, 20.0))
def test_louder_by_so_much_everywhere_is_louder_by_so_much(stays: list[Stay], shift: float) -> None:
    louder = [Stay(stay.level + shift, stay.hours) for stay in stays]
    assert daily_exposure_level(louder) == pytest.approx(daily_exposure_level(stays) + shift, abs=1e-9)


@given(days)
def test_level_of_the_day_lies_among_its_levels(stays: list[Stay]) -> None:
    everything = [stay.level for stay in stays]
    assert min(everything) - 1e-9 <= combined_level(stays) <= max(everything) + 1e-9


@given(levels, levels)
def test_staying_as_long_as_allowed_reaches_the_limit(level: float, limit: float) -> None:
    hours = longest_stay(level, limit)
    if 1e-6 < hours <= 24.0:
        assert daily_exposure_level([Stay(level, hours)]) == pytest.approx(limit, abs=1e-9)


@pytest.mark.parametrize(
    ("stays", "words"),
    [
        ([], "at least one level"),
        ([Stay(float("nan"), 1)], "level is nan"),
        ([Stay(950, 1)], "within ± 200 dB"),
        ([Stay(85, 0)], "a time above zero"),
        ([Stay(85, 20), Stay(80, 5)], "at most 24 h"),
    ],
)
def test_days_nobody_had_are_refused(stays: list[Stay], words: str) -> None:
    with pytest.raises(NoiseError, match=words):
        daily_exposure_level(stays)


def test_weeks_nobody_had_are_refused() -> None:
    with pytest.raises(NoiseError, match="1 to 7"):
        weekly_exposure_level([80.0] * 8)
    with pytest.raises(NoiseError, match="above zero"):
        peak_level(0.0)
