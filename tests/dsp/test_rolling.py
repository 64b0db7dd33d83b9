"""Where the extreme of a rolling mean lies: at events, at the ends, and where coverage crosses its minimum."""

import math

import numpy as np
import pytest

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.rolling import RollingMean, rolling_maximum, rolling_minimum
from dsp.series import Series, build
from dsp.windows import WindowError


def spike_after_silence() -> Series:
    """Nothing before 0, 100 during (0, 2], 1 during (2, 10]."""
    return build([2, 10], [100.0, 1.0], [1, 1], 0.002, 0.008, Averaging.ARITHMETIC)


def test_supremum_where_coverage_crosses_its_minimum_between_two_milliseconds() -> None:
    """V(p) = p reaches a third of 10 ms at p = 10/3: (2·100 + 4/3·1)/(10/3) = 60.4; the next whole ms has coverage."""
    found = rolling_maximum(spike_after_silence(), 0.010, Interval(-20, 20), minimum_coverage=1 / 3)
    assert found is not None
    assert found.value == pytest.approx(60.4, rel=1e-14)
    assert (found.start, found.end, found.coverage) == (-6, 4, 0.4)


def test_infimum_where_coverage_falls_to_its_minimum() -> None:
    """Leaving the steps backwards: the last position with 8/3 ms ends at 18 − 2/3; its mean is the quiet one."""
    found = rolling_minimum(spike_after_silence(), 0.010, Interval(-20, 20), minimum_coverage=1 / 3)
    assert found is not None
    assert found.value == 1.0
    mirrored = build([8, 10], [1.0, 100.0], [1, 1], 0.008, 0.008, Averaging.ARITHMETIC)
    highest = rolling_maximum(mirrored, 0.010, Interval(-20, 30), minimum_coverage=1 / 3)
    assert highest is not None
    assert highest.value == pytest.approx(60.4, rel=1e-14)
    assert (highest.start, highest.end) == (6, 16)


def test_without_a_minimum_one_millisecond_is_enough() -> None:
    found = rolling_maximum(spike_after_silence(), 0.010, Interval(-20, 20), minimum_coverage=0.0)
    assert found is not None
    assert found.value == 100.0


def test_window_as_long_as_the_shift_has_one_position() -> None:
    found = rolling_maximum(spike_after_silence(), 0.010, Interval(0, 10))
    assert found == RollingMean(20.8, 0, 10, 1.0)
    assert rolling_maximum(spike_after_silence(), 0.010, Interval(0, 9)) is None


def test_no_position_with_enough_coverage_gives_no_number() -> None:
    assert rolling_maximum(spike_after_silence(), 0.020, Interval(-20, 20)) is None


def test_infinitely_many_equal_positions_give_the_first() -> None:
    series = build([10, 20, 30], [5.0, 5.0, 5.0], [1, 1, 1], 0.010, 0.010, Averaging.ARITHMETIC)
    found = rolling_maximum(series, 0.010, Interval(0, 30))
    assert found is not None
    assert (found.value, found.end) == (5.0, 10)


def test_negative_values_behind_a_gap_are_not_made_up() -> None:
    """The front edge stands at the gap: what lies behind it is nothing, not minus nothing."""
    instants = [10 * (i + 1) for i in range(20)] + [400 + 10 * i for i in range(20)]
    series = build(instants, [-3.0] * 40, [1] * 40, 0.010, 0.030, Averaging.ARITHMETIC)
    for found in (rolling_maximum(series, 0.1, Interval(0, 590)), rolling_minimum(series, 0.1, Interval(0, 590))):
        assert found is not None
        assert found.value == -3.0


def test_step_longer_than_the_window() -> None:
    series = build([50, 100], [4.0, 2.0], [1, 1], 0.050, 0.100, Averaging.ARITHMETIC)
    found = rolling_maximum(series, 0.010, Interval(0, 100))
    assert found == RollingMean(4.0, 0, 10, 1.0)


def test_levels_roll_as_energy() -> None:
    series = build([10, 20], [80.0, 90.0], [1, 1], 0.010, 0.010, Averaging.ENERGETIC)
    found = rolling_maximum(series, 0.020, Interval(0, 20))
    assert found is not None
    assert found.value == pytest.approx(10 * math.log10((1e8 + 1e9) / 2), abs=1e-12)


def test_precision_does_not_fade_along_a_long_series() -> None:
    """A million steps between 1e-3 and 1e12, then a quiet quarter of an hour: the minimum is exact to 1e-14."""
    rng = np.random.default_rng(5)
    values = 10.0 ** rng.uniform(6, 12, 1_000_000)
    values[-200:] = 1e-3
    instants = np.cumsum(rng.integers(5_000, 15_000, values.size))
    series = build(instants, values, np.ones(values.size), 10, 30, Averaging.ARITHMETIC)
    found = rolling_minimum(series, 900, Interval(0, int(instants[-1])))
    assert found is not None
    assert found.value == pytest.approx(1e-3, rel=1e-14)


@pytest.mark.parametrize(("width", "minimum"), [(0.0, 0.75), (900, -0.1), (900, 1.01), (900, math.nan)])
def test_width_and_coverage_that_make_no_sense_are_refused(width: float, minimum: float) -> None:
    with pytest.raises(WindowError, match="expected"):
        rolling_maximum(spike_after_silence(), width, Interval(0, 10), minimum)
