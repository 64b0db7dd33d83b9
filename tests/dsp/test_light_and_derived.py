"""Light on grids and against a luxmeter (O-12), and quantities computed from two others."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import QuantityId
from catalog.limits import Comparator
from catalog.quantities import Averaging, Uncertainty
from catalog.readings import Flag
from catalog.schedule import Interval
from dsp.derived import DERIVATIONS, derive, propagated
from dsp.heat.mould import MouldError, humid_surface_temperature, mould_time
from dsp.heat.wbgt import wbgt_estimate
from dsp.light import (
    LightError,
    LightPair,
    commissioned_factor,
    grid_spacing,
    is_balanced,
    task_to_general,
    uniformity,
)
from dsp.light_time import dark_reading, daylight_share, light_time, uniformity_of_kits
from dsp.series import Series, build
from dsp.transfer import LevelPair, TransferError, level_offset
from dsp.validity import OutOfRangeError
from rules.decision import Decision, decide
from tests.dsp.situations import examples

GRID = (520, 480, 610, 300, 450, 500)
HOUR = 3_600_000


def hourly(*values: float) -> Series:
    return build(
        [HOUR * (i + 1) for i in range(len(values))], values, [1] * len(values), 3600, 7200, Averaging.ARITHMETIC
    )


def test_grid_of_an_office_task() -> None:
    """O-12: Ē 476.7, E_min 300, U_o 0.629: under 500 lx, uniform enough, over the legal minimum."""
    found = uniformity(GRID)
    assert found.mean == pytest.approx(476.7, abs=0.05)
    assert found.minimum == 300
    assert found.ratio == pytest.approx(0.629, abs=5e-4)
    assert found.mean < 500
    assert found.ratio >= 0.60
    for least in (120, 200):  # R4223-4, work rooms and blind rooms
        answer = decide(found.minimum, found.u_minimum, least, Comparator.BELOW)
        assert answer.decision is Decision.NO_EXCEEDANCE_INDICATED


def test_blind_room_of_185_lx_is_inconclusive() -> None:
    """O-12: 185 ± 15 % (k = 2, u = 13.9) against 200 lx: 185 + 1.645·13.9 = 207.8."""
    assert abs(185 + 1.645 * 13.9 - 207.8) < 0.1
    assert decide(185, 0.15 * 185 / 2, 200, Comparator.BELOW).decision is Decision.INCONCLUSIVE


def test_uncertainty_of_uniformity_is_that_of_a_simulation() -> None:
    rng = np.random.default_rng(7)
    values = np.array(GRID) * (1 + rng.normal(0, 0.05, (200_000, 1))) * (1 + rng.normal(0, 0.02, (200_000, 6)))
    found = uniformity(GRID, 0.05, 0.02)
    assert found.u_mean == pytest.approx(values.mean(axis=1).std(), rel=0.02)
    assert found.u_ratio == pytest.approx((values[:, 3] / values.mean(axis=1)).std(), rel=0.02)


def test_one_point_or_darkness_has_no_uniformity() -> None:
    with pytest.raises(LightError, match="1 illuminances; expected at least two"):
        uniformity([500.0])
    with pytest.raises(LightError, match="0 lx"):
        uniformity([0.0, 0.0])
    with pytest.raises(OutOfRangeError, match="illuminance is -1 lx"):
        uniformity([500.0, -1.0])


def test_kits_of_a_zone_are_compared_over_their_means() -> None:
    found = uniformity_of_kits([hourly(600, 600), hourly(300, 500)], [Interval(0, 2 * HOUR)], 0.1)
    assert found.ratio == 0.8
    with pytest.raises(LightError, match="1 kits"):
        uniformity_of_kits([hourly(600)], [Interval(0, HOUR)], 0.1)


def test_grid_spacing_and_ratio_of_task_to_room() -> None:
    assert grid_spacing(1.0) == pytest.approx(0.2)
    assert grid_spacing(100.0) == pytest.approx(5.0)
    assert is_balanced(task_to_general(500, 100))
    assert not is_balanced(task_to_general(600, 100))
    assert not is_balanced(task_to_general(90, 100))


def test_transfer_factor_of_a_visit() -> None:
    lamps = [LightPair(400, 200)]
    alone = commissioned_factor(lamps, [])
    assert alone.factor == pytest.approx(2.0)
    assert alone.uncertainty.relative == pytest.approx(math.hypot(0.05, 0.05))
    window = commissioned_factor(lamps, [LightPair(900, 900)])
    assert window.factor == pytest.approx(1.5)
    assert window.uncertainty.relative > 0.19  # lamps and daylight differ by a factor of two
    with pytest.raises(LightError, match="lamps only"):
        commissioned_factor([], [LightPair(900, 900)])
    with pytest.raises(OutOfRangeError, match="illuminance is 0 lx"):
        commissioned_factor([LightPair(400, 0)], [])


def test_daylight_share_is_a_lower_bound() -> None:
    assert daylight_share(hourly(300, 900), 300, [Interval(0, 2 * HOUR)]) == 0.5
    assert daylight_share(hourly(305, 905), 300, [Interval(0, 2 * HOUR)], dark=5) == 0.5
    assert daylight_share(hourly(0, 0), 300, [Interval(0, 2 * HOUR)]) == 0.0
    assert daylight_share(hourly(300, 900), 300, [Interval(HOUR, 2 * HOUR)]) == pytest.approx(2 / 3)
    assert math.isnan(daylight_share(hourly(300), 300, [Interval(5 * HOUR, 6 * HOUR)]))


def test_distribution_counts_only_the_time_people_were_there() -> None:
    day = hourly(3, 150, 300, 600, 3)
    found = light_time(day, [Interval(HOUR, 2 * HOUR), Interval(3 * HOUR, 4 * HOUR)])
    assert (found.minimum, found.p10, found.median, found.p90) == (150.0, 150.0, 150.0, 600.0)
    assert found.below == (0.0, 0.5, 0.5)
    assert (found.measured, found.coverage) == (7200.0, 1.0)
    assert daylight_share(day, 100, [Interval(0, 2 * HOUR), Interval(3 * HOUR, 4 * HOUR)]) == pytest.approx(550 / 753)
    with pytest.raises(LightError, match="no light was measured"):
        light_time(day, [Interval(9 * HOUR, 10 * HOUR)])


def test_darkness_is_what_the_sensor_says_at_night_unless_a_lamp_burns() -> None:
    assert dark_reading(hourly(4, 3, 500), [Interval(0, 2 * HOUR)]) == 3.0
    assert dark_reading(hourly(200, 200), [Interval(0, 2 * HOUR)]) is None
    assert dark_reading(hourly(4, 3), []) is None


def test_level_at_the_ear_is_a_difference() -> None:
    found = level_offset(QuantityId("laeq"), [LevelPair(84.0, 80.0)], 0.7)
    assert (found.factor, found.uncertainty) == (4.0, Uncertainty(0.0, math.hypot(0.7, 1.5)))
    with pytest.raises(TransferError, match="no pair"):
        level_offset(QuantityId("laeq"), [])
    with pytest.raises(OutOfRangeError, match="sound level is 5 dB"):
        level_offset(QuantityId("laeq"), [LevelPair(5.0, 80.0)])


def test_time_over_the_mould_curve_and_its_longest_run() -> None:
    """79 % is under 80 % and within 3 % of it; a silence ends a run."""
    warm, damp = hourly(*[21.0] * 8), hourly(60, 85, 90, 79, 85, 60, 85, 85)
    found = mould_time(warm, damp, 3.0)
    assert (found.measured, found.outside) == (8 * 3600.0, 0.0)
    assert (found.over, found.over_low, found.over_high) == (5 / 8, 5 / 8, 6 / 8)
    assert found.longest == Interval(HOUR, 3 * HOUR)
    assert found.surface_p95 == pytest.approx(float(humid_surface_temperature(21.0, 90.0)))
    assert mould_time(warm, hourly(*[50] * 8), 3.0).longest is None
    with pytest.raises(MouldError, match="never stood together"):
        mould_time(hourly(20), hourly(), 3.0)


steps = st.lists(
    st.tuples(st.integers(1, 12), st.integers(-5, 55), st.sampled_from([Flag.GOOD, Flag.SUSPECT, Flag.BAD])),
    min_size=1,
    max_size=25,
)


def made(rows: list[tuple[int, int, Flag]], scale: float) -> Series:
    instants = np.cumsum([1000 * step for step, _, _ in rows])
    return build(instants, [scale * v for _, v, _ in rows], [f for _, _, f in rows], 3, 9, Averaging.ARITHMETIC)


def standing(series: Series, instant: int) -> int | None:
    """The reading that stands at an instant, looking at one after the other."""
    return next(
        (i for i in range(len(series)) if series.instants[i] - series.weights[i] < instant <= series.instants[i]), None
    )


@examples(200)
@given(steps, steps)
def test_a_derived_value_stands_where_both_stand_and_is_their_formula(
    first: list[tuple[int, int, Flag]], second: list[tuple[int, int, Flag]]
) -> None:
    warm, damp = made(first, 1.0), made(second, 2.0)
    (found,) = derive([DERIVATIONS["wbgt_indoor"]], warm, damp)
    series, seen = found.series, 0
    end = 1000 * max(sum(s for s, _, _ in first), sum(s for s, _, _ in second))
    for instant in range(500, end, 500):
        i, j, k = standing(warm, instant), standing(damp, instant), standing(series, instant)
        inside = i is not None and j is not None and 0 <= warm.values[i] <= 50 and 1 <= damp.values[j] <= 100
        assert (k is not None) == inside
        if i is not None and j is not None and k is not None:
            assert series.values[k] == wbgt_estimate(warm.values[i : i + 1], damp.values[j : j + 1])[0]
            assert series.suspect[k] == (warm.suspect[i] or damp.suspect[j])
            seen += 1
    assert bool(seen) <= bool(len(series))


@examples(100)
@given(steps, st.integers(0, 60), st.integers(1, 60))
def test_a_piece_gives_what_the_whole_gives(rows: list[tuple[int, int, Flag]], start: int, length: int) -> None:
    warm, damp = made(rows, 1.0), made([(s + 1, v, f) for s, v, f in rows], 2.0)
    piece = Interval(1000 * start, 1000 * (start + length))
    whole = derive([DERIVATIONS["dew_point"]], warm, damp)[0].series
    part = derive([DERIVATIONS["dew_point"]], warm.during(piece), damp.during(piece))[0].series
    for instant in range(piece.start + 500, piece.end, 500):
        i, j = standing(part, instant), standing(whole, instant)
        if i is not None:
            assert j is not None
            assert part.values[i] == whole.values[j]


def test_what_a_formula_does_not_hold_for_is_missing_with_a_reason() -> None:
    (found,) = derive([DERIVATIONS["wbgt_indoor"]], hourly(20, 55, -3), hourly(50, 50, 0))
    assert len(found.series) == 1
    assert found.outside == 2 * HOUR
    assert [(run.parameters, run.first.tolist(), run.readings.tolist()) for run in found.runs] == [
        ("air temperature outside 0 to 50 °C (WBGT estimate of Bernard)", [2 * HOUR], [2]),
        ("relative humidity outside 1 to 100 % (drier air has no dew point a sensor can tell)", [3 * HOUR], [1]),
    ]


def test_propagated_uncertainty_bounds_a_simulation() -> None:
    rng = np.random.default_rng(11)
    for name in ("wbgt_indoor", "absolute_humidity", "dew_point"):
        u = propagated(DERIVATIONS[name], Uncertainty(0.0, 0.25), Uncertainty(0.0, 2.0))
        formula = DERIVATIONS[name].formula
        margins = []
        for t, rh in ((15.0, 30.0), (20.0, 40.0), (25.0, 50.0), (35.0, 70.0), (15.0, 70.0), (35.0, 30.0)):
            simulated = formula(t + rng.normal(0, 0.25, 20_000), rh + rng.normal(0, 2.0, 20_000)).std()
            margins.append(u.at(float(formula(t, rh))) / simulated)
        assert min(margins) > 0.97
        assert max(margins) < 3.2
