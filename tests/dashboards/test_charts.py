"""A chart shows the signal, its gaps, its limit, its shifts, and the clock of the place."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.schedule import Interval
from dashboards.charts import (
    ChartSize,
    ChartTheme,
    Course,
    LimitLine,
    SignalChart,
    path_points,
    pixels,
    signal_svg,
    thin,
)
from dashboards.words import Language, Words
from tests.dashboards.findings import DAY, HOUR, MONDAY

MINUTE = 60_000
FRENCH = Words(Language.FRENCH, "Europe/Paris")


def _course(minutes: int, gaps: list[tuple[int, int]] | None = None) -> Course:
    starts = MONDAY + MINUTE * np.arange(minutes, dtype=np.int64)
    kept = np.ones(minutes, dtype=bool)
    for first, last in gaps or []:
        kept[first:last] = False
    values = 500 + 300 * np.sin(np.arange(minutes) / 50)
    return Course(starts[kept], starts[kept] + MINUTE, values[kept])


def _chart(course: Course, days: int = 1, watermark: str = "") -> SignalChart:
    shifts = [Interval(MONDAY + 8 * HOUR, MONDAY + 16 * HOUR)]
    span = Interval(MONDAY, MONDAY + days * DAY)
    return SignalChart("CO₂ (ppm)", {"kit-1": course}, span, shifts, [LimitLine(1000.0)], "Limite 1 000 ppm", watermark)


@pytest.mark.parametrize("size", ChartSize)
@pytest.mark.parametrize("theme", ChartTheme)
def test_a_chart_has_its_limit_its_shift_and_its_unit(size: ChartSize, theme: ChartTheme) -> None:
    svg = signal_svg(_chart(_course(1440)), FRENCH, size, theme)
    assert "Limite 1 000 ppm" in svg
    assert "CO₂ (ppm)" in svg
    assert "mark-rect" in svg
    assert "mark-rule" in svg
    assert f'width="{pixels(size)[0]}"' in svg


def test_two_kits_of_a_zone_are_told_apart_by_name() -> None:
    one = _chart(_course(1440))
    both = SignalChart(
        one.axis, {"kit-1": _course(1440), "kit-2": _course(700)}, one.span, one.shifts, one.limits, one.limit_words, ""
    )
    svg = signal_svg(both, FRENCH, ChartSize.PHONE, ChartTheme.LIGHT)
    assert ">kit-1<" in svg
    assert ">kit-2<" in svg
    assert ">kit-1<" not in signal_svg(one, FRENCH, ChartSize.PHONE, ChartTheme.LIGHT)


def test_no_letter_is_too_small_for_a_phone() -> None:
    svg = signal_svg(_chart(_course(1440)), FRENCH, ChartSize.PHONE, ChartTheme.LIGHT)
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)px"', svg)) >= 12


def test_simulated_data_are_written_across_the_chart() -> None:
    svg = signal_svg(_chart(_course(1440), watermark="DONNÉES SIMULÉES"), FRENCH, ChartSize.PHONE, ChartTheme.LIGHT)
    assert "DONNÉES SIMULÉES" in svg


def test_a_chart_needs_no_script_and_no_network() -> None:
    svg = signal_svg(_chart(_course(1440)), FRENCH, ChartSize.WIDE, ChartTheme.LIGHT)
    assert "<script" not in svg
    assert not re.search(r'(href|src)="https?:', svg)


def test_a_day_of_a_chart_is_labelled_in_the_time_of_the_place() -> None:
    svg = signal_svg(_chart(_course(1440)), FRENCH, ChartSize.WIDE, ChartTheme.LIGHT)
    assert ">12:00<" in svg
    assert "lun. 3/11" in svg
    english = signal_svg(_chart(_course(1440)), Words(Language.ENGLISH, "UTC"), ChartSize.WIDE, ChartTheme.LIGHT)
    assert "Mon" in signal_svg(
        _chart(_course(1440), days=5), Words(Language.ENGLISH, "Europe/Paris"), ChartSize.WIDE, ChartTheme.LIGHT
    )
    assert ">12:00<" in english


def test_ticks_stay_at_local_midnight_across_a_change_of_clocks() -> None:
    start = MONDAY - 9 * DAY - HOUR  # Saturday 25 October 2025, 00:00 in Paris, summer time
    course = Course(np.array([start]), np.array([start + HOUR]), np.array([500.0]))
    span = Interval(start, start + 4 * DAY + HOUR)
    chart = SignalChart("CO₂", {"kit-1": course}, span, [], [], "", "")
    svg = signal_svg(chart, FRENCH, ChartSize.WIDE, ChartTheme.LIGHT)
    for label in ("sam. 25/10", "dim. 26/10", "lun. 27/10", "mar. 28/10", "mer. 29/10"):
        assert label in svg


def test_the_line_is_lifted_over_a_gap() -> None:
    points = path_points(thin(_course(100, [(40, 60)])))
    assert [point["t"] for point in points if point["v"] is None] == [MONDAY + 40 * MINUTE]


def test_an_unknown_value_is_a_gap() -> None:
    course = _course(10)
    course.values[4] = np.nan
    points = path_points(thin(course))
    assert sum(point["v"] is None for point in points) == 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 900)), max_size=4), st.integers(0, 2**32 - 1))
def test_thinning_keeps_extremes_and_never_draws_over_a_gap(gaps: list[tuple[int, int]], seed: int) -> None:
    course = _course(10_000, [(first, first + length) for first, length in gaps])
    noisy = Course(
        course.starts, course.ends, course.values + np.random.default_rng(seed).normal(0, 30, course.starts.size)
    )
    thinned = thin(noisy)
    assert thinned.starts.size <= 2000 + 2 * (len(gaps) + 1)
    assert thinned.values.max() == noisy.values.max()
    assert thinned.values.min() == noisy.values.min()
    assert (thinned.starts < thinned.ends).all()
    assert (thinned.ends[:-1] <= thinned.starts[1:]).all()
    assert (thinned.starts[0], thinned.ends[-1]) == (noisy.starts[0], noisy.ends[-1])
    breaks = np.flatnonzero(noisy.starts[1:] > noisy.ends[:-1])
    for gap in breaks:
        inside = (thinned.starts < noisy.starts[gap + 1]) & (thinned.ends > noisy.ends[gap])
        assert not inside.any()
