"""Quality tests as a whole: which readings are looked at, what flags come to, and the tests between series."""

import numpy as np
import pytest

from catalog.identifiers import QuantityId
from catalog.quality import Allowance, QualityLimits, Span, SpikeTest, quality_limits
from catalog.schedule import Interval
from dsp.quality.between import arrival, day_medians, humidity, neighbours, order
from dsp.quality.examine import Channel, QualityError, Readings, combine, examine
from dsp.quality.kinds import QualityTest
from dsp.quality.runs import runs

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
TIMING = Channel(MINUTE, 3 * MINUTE)


def said(values: list[float], flags: list[int] | None = None, step: int = MINUTE) -> Readings:
    instants = step * np.arange(1, len(values) + 1)
    return Readings(instants, np.array(values, np.float64), np.array(flags or [1] * len(values), np.int8))


def flags_of(readings: Readings, limits: QualityLimits, test: QualityTest) -> list[int]:
    found = {marks.test: marks.flags for marks in examine(readings, limits, TIMING)}
    return [int(flag) for flag in found[test]]


def test_unsorted_readings_are_refused() -> None:
    with pytest.raises(QualityError, match="instant 1 at row 1 follows 2; expected instants sorted"):
        Readings(np.array([2, 1]), np.zeros(2), np.ones(2, np.int8))


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(QualityError, match="expected one of each per reading"):
        Readings(np.array([1, 2]), np.zeros(3), np.ones(2, np.int8))


def test_no_readings_have_no_flags() -> None:
    for marks in examine(said([]), quality_limits(QuantityId("co2")), TIMING):
        assert marks.flags.size == 0


def test_flag_never_gets_better_and_the_worst_test_counts() -> None:
    readings = said([50.0, 50.0, 150.0, 250.0, 50.0], [4, 9, 2, 1, 2])
    marks = examine(readings, QualityLimits(Span(0, 200), Span(0, 100)), TIMING)
    assert combine(readings.flags, marks).tolist() == [4, 9, 3, 4, 2]


def test_impossible_value_says_nothing_about_its_neighbours() -> None:
    limits = QualityLimits(Span(0, 200), spike=SpikeTest(5))
    assert flags_of(said([20, 20, 999, 20, 20]), limits, QualityTest.SPIKE) == [2, 1, 2, 1, 2]


def test_value_that_is_no_number_is_missing_in_every_test() -> None:
    limits = QualityLimits(Span(0, 200), spike=SpikeTest(5), warm_up=60)
    for marks in examine(said([20, 20, float("nan"), 20, 20]), limits, TIMING):
        assert marks.flags[2] == 9


def test_sensor_warms_up_again_after_a_long_silence() -> None:
    instants = np.array([1, 2, 3, 4, 20, 21, 22, 23]) * HOUR
    readings = Readings(instants, np.full(8, 5.0), np.ones(8, np.int8))
    limits = QualityLimits(Span(0, 9), warm_up=2 * 3600)
    assert flags_of(readings, limits, QualityTest.WARM_UP) == [4, 4, 1, 1, 4, 4, 1, 1]


def test_saturated_reading_counts_as_the_lower_bound_it_is() -> None:
    readings = said([100.0, 113.0, 116.0])
    marks = examine(readings, QualityLimits(Span(0, 140), saturation=113), TIMING)
    assert combine(readings.flags, marks).tolist() == [1, 3, 3]


def test_clock_ahead_by_more_than_five_seconds_is_suspect_and_a_late_file_is_not() -> None:
    instants = np.array([10_000, 20_000, 30_000, 40_000])
    received = np.array([5_000, 14_999, 30_000, 9_000_000])
    clock, _ = arrival(instants, received, np.zeros(4, np.bool_))
    assert clock.flags.tolist() == [1, 3, 1, 1]


def test_damp_air_makes_particles_suspect_and_unknown_air_not_evaluated() -> None:
    air = said([80.0, 90.0], step=HOUR)
    particles = said([5.0] * 16, step=15 * MINUTE)
    flags = humidity(particles, air, HOUR // 2, Span(0, 85)).flags
    assert flags.tolist() == [2, 2, 2, 1, 1, 1, 2, 3, 3, 3, 2, 2, 2, 2, 2, 2]


def test_peak_must_be_three_decibels_above_the_maximum() -> None:
    found = order(said([80.0, 80.0, 80.0]), said([82.0, 83.0, 84.0]), Allowance(0, -3))
    assert found.smaller.tolist() == found.larger.tolist() == [3, 1, 1]


def test_bad_readings_are_not_put_in_order() -> None:
    found = order(said([80.0, 80.0], [4, 1]), said([70.0, 70.0]), Allowance(0, 0))
    assert found.smaller.tolist() == [2, 3]


def test_median_of_a_day_goes_by_time_and_needs_three_quarters_of_it() -> None:
    days = [Interval(0, DAY), Interval(DAY, 2 * DAY)]
    dense = np.arange(1, 8 * 60 + 1) * MINUTE
    sparse = np.arange(9, 24 + 1) * HOUR
    instants = np.concatenate([dense, sparse, DAY + dense])
    values = np.concatenate([np.full(480, 10.0), np.full(16, 20.0), np.full(480, 10.0)])
    medians = day_medians(Readings(instants, values, np.ones(instants.size, np.int8)), days, MINUTE, HOUR)
    assert medians[0] == 20.0
    assert np.isnan(medians[1])


def test_of_three_kits_the_one_apart_is_suspect_the_day_after() -> None:
    days = [Interval(0, DAY), Interval(DAY, 2 * DAY)]
    instants = np.array([HOUR, DAY + HOUR])
    a, b, c = np.array([20.0, 20.0]), np.array([20.5, 20.5]), np.array([24.0, 24.0])
    limit = Allowance(0, 2)
    assert neighbours(instants, days, c, [a, b], limit, "").flags.tolist() == [2, 3]
    assert neighbours(instants, days, a, [b], limit, "").flags.tolist() == [2, 1]
    assert neighbours(instants, days, a, [np.full(2, np.nan)], limit, "").flags.tolist() == [2, 2]


def test_no_reading_has_no_run() -> None:
    """A quantity that was heard before the deployment and never in it: computing once ended in an error."""
    none = Readings(np.empty(0, np.int64), np.empty(0), np.empty(0, np.int8))
    marks = examine(none, quality_limits(QuantityId("co2")), Channel(60_000, 180_000))
    assert marks
    assert runs(none.instants, marks) == []
