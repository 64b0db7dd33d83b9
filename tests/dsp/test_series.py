"""What a reading stands for, and what is not a series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.series import SeriesError, build, median_step
from tests.dsp.situations import Readings, examples, readings


def test_reading_stands_for_time_since_the_one_before_up_to_the_hold() -> None:
    series = build([10_000, 70_000, 250_000, 431_000], [1, 2, 3, 4], [1] * 4, 60, 180, Averaging.ARITHMETIC)
    assert series.weights.tolist() == [60_000, 60_000, 180_000, 60_000]


def test_bad_and_missing_readings_are_as_if_never_sent_and_suspect_ones_count() -> None:
    series = build([60_000, 120_000, 180_000, 240_000], [1, 2, 3, 4], [1, 4, 3, 9], 60, 180, Averaging.ARITHMETIC)
    assert series.instants.tolist() == [60_000, 180_000]
    assert series.weights.tolist() == [60_000, 120_000]
    assert series.suspect.tolist() == [False, True]


def test_duplicate_instants_are_refused() -> None:
    with pytest.raises(SeriesError, match=r"instant 60000 at row 1 follows 60000; expected instants sorted"):
        build([60_000, 60_000], [1, 2], [1, 1], 60, 180, Averaging.ARITHMETIC)


@pytest.mark.parametrize("order", [[2, 1], [1, 3, 2]])
def test_readings_out_of_order_are_refused(order: list[int]) -> None:
    with pytest.raises(ValueError, match="expected instants sorted"):
        build(order, order, [1] * len(order), 60, 180, Averaging.ARITHMETIC)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_usable_value_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(SeriesError, match="expected a finite number"):
        build([1], [value], [1], 60, 180, Averaging.ARITHMETIC)
    assert len(build([1], [value], [4], 60, 180, Averaging.ARITHMETIC)) == 0


def test_level_no_sound_ever_had_is_refused() -> None:
    with pytest.raises(SeriesError, match="1000 dB"):
        build([1], [4000.0], [1], 60, 180, Averaging.ENERGETIC)


@pytest.mark.parametrize(("period", "hold"), [(60, 59), (0, 180), (-1, 3), (float("nan"), 3), (60, float("nan"))])
def test_period_and_hold_that_make_no_sense_are_refused(period: float, hold: float) -> None:
    with pytest.raises(SeriesError, match="expected at least"):
        build([1], [1], [1], period, hold, Averaging.ARITHMETIC)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(SeriesError, match="one of each per reading"):
        build([1, 2], [1], [1, 1], 60, 180, Averaging.ARITHMETIC)


def test_series_keeps_its_own_copy() -> None:
    instants = np.array([60_000], np.int64)
    series = build(instants, [1.0], [1], 60, 180, Averaging.ARITHMETIC)
    instants[0] = 0
    assert series.instants[0] == 60_000


def test_part_taken_during_a_deployment_stands_for_no_time_outside_it() -> None:
    series = build([60_000, 120_000, 180_000], [1, 2, 3], [1] * 3, 60, 180, Averaging.ARITHMETIC)
    part = series.during(Interval(90_000, 150_000))
    assert part.instants.tolist() == [120_000]
    assert part.weights.tolist() == [30_000]
    assert len(series.during(Interval(180_000, 300_000))) == 0
    assert series.weights.tolist() == [60_000] * 3


def test_median_step_is_a_step_that_occurred() -> None:
    assert median_step([0, 59_000, 119_000, 180_000]) == 60.0
    assert median_step([0, 30_000, 90_000]) == 30.0
    with pytest.raises(SeriesError, match="expected two"):
        median_step([5])


@examples(100)
@given(readings())
def test_steps_never_overlap_and_weights_are_those_of_the_twin(said: Readings) -> None:
    series = said.series()
    assert [s.end - s.start for s in said.steps()] == series.weights.tolist()
    assert ((series.instants - series.weights)[1:] >= series.instants[:-1]).all()


@examples(50)
@given(readings(values=st.floats(-20, 140)), st.integers(0, 20), st.integers(0, 20))
def test_energies_are_the_same_bits_in_any_slice(said: Readings, first: int, count: int) -> None:
    whole = said.series(Averaging.ENERGETIC).signal
    kept = Readings(said.instants, said.values, [1] * len(said.flags))
    part = Readings(*(c[first : first + count] for c in (kept.instants, kept.values, kept.flags)))
    every = kept.series(Averaging.ENERGETIC).signal
    assert part.series(Averaging.ENERGETIC).signal.tobytes() == every[first : first + count].tobytes()
    assert set(whole.tolist()) <= set(every.tolist())
