"""Weekly noise exposure of a zone, and its noise climate."""

import math
from datetime import date, time

import numpy as np
import pytest

from catalog.places import ShiftPattern, WorkSchedule
from catalog.quantities import Averaging
from catalog.schedule import Interval
from catalog.weeks import WorkWeek, work_weeks
from dsp.campaign import exposures
from dsp.exposure import Exposure, Measure, WindowKind
from dsp.noise import weekly_exposure_level
from dsp.series import Series, build
from dsp.weekly import weekly_exposures
from tests.dsp.campaigns import CO2, HOUR, MINUTE, NOISE, PARIS, minutes, of, shift
from tests.dsp.situations import subject

OFFICE = WorkSchedule((ShiftPattern("day", frozenset(range(1, 6)), time(8), time(16)),))
(WEEK,) = work_weeks(OFFICE, PARIS, date(2026, 3, 2), date(2026, 3, 2))
LEVELS = (90.0, 82.0, 85.0, 79.0, 88.0)


def worked_week(levels: tuple[float | None, ...]) -> Series:
    """A level a day over the eight hours worked, every minute; None is a day nothing was heard."""
    instants, values = [], []
    for piece, level in zip(WEEK.pieces, levels, strict=True):
        if level is not None:
            instants += list(range(piece.start + MINUTE, piece.end + 1, MINUTE))
            values += [level] * 480
    return build(instants, values, [1] * len(values), 60, 180, Averaging.ENERGETIC)


def weekly(series: Series, deployed: Interval, weeks: tuple[WorkWeek, ...] = (WEEK,)) -> list[Exposure]:
    return weekly_exposures(subject(NOISE, deployed), series, weeks)


def test_week_of_five_days_is_the_published_one() -> None:
    """O-3.2: 90/82/85/79/88 → 86.41."""
    (found,) = weekly(worked_week(LEVELS), Interval(WEEK.start, WEEK.end))
    assert found.value == pytest.approx(weekly_exposure_level(LEVELS), abs=1e-9)
    assert round(found.value, 2) == 86.41
    assert (found.measure, found.window_kind, found.unit) == (Measure.LEX_40H, WindowKind.WEEK, "dB(A)")
    assert (found.start, found.end, found.coverage, found.whole) == (WEEK.start, WEEK.end, 1.0, True)
    assert found.uncertainty is not None
    assert found.uncertainty.place == 2.5


def test_week_seen_from_wednesday_on_is_insufficient_and_no_quiet_week() -> None:
    series = worked_week((None, None, *LEVELS[2:]))
    (found,) = weekly(series, Interval(WEEK.pieces[2].start, WEEK.end))
    assert found.value is None
    assert found.coverage == pytest.approx(0.6)
    assert not found.whole
    assert found.low is not None
    assert found.low < 86.41


def test_week_with_four_of_five_days_is_the_mean_of_what_was_heard_over_all_hours() -> None:
    (found,) = weekly(worked_week((*LEVELS[:4], None)), Interval(WEEK.start, WEEK.end))
    assert found.value == pytest.approx(weekly_exposure_level(LEVELS[:4]) + 10 * math.log10(5 / 4), abs=1e-9)


def test_week_outside_the_deployment_and_quantities_without_weekly_level_give_nothing() -> None:
    series = worked_week(LEVELS)
    assert weekly(series, Interval(WEEK.end, WEEK.end + HOUR)) == []
    air = build(series.instants, series.values, np.ones(len(series)), 60, 180, Averaging.ARITHMETIC)
    assert weekly_exposures(subject(CO2, Interval(WEEK.start, WEEK.end)), air, (WEEK,)) == []


def test_noise_climate_is_the_difference_of_two_percentiles_and_knows_no_offset() -> None:
    values = [40.0] * 60 + [50.0] * 360 + [65.0] * 60
    found = exposures(
        subject(NOISE, Interval(0, 8 * HOUR)), minutes(values, Averaging.ENERGETIC), [shift(0, 8 * HOUR)], []
    )
    climate = of(found, Measure.NOISE_CLIMATE)
    assert climate.value == of(found, Measure.P90).value - of(found, Measure.P10).value == 25.0
    assert climate.unit == "dB"
    assert climate.uncertainty is not None
    assert climate.uncertainty.combined == pytest.approx(0.2 * math.sqrt(2))
