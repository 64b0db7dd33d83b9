"""Exceedance episodes of a deployment: inside its shifts, cut by gaps, their dose."""

import pytest

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.campaign import exceedances
from dsp.subject import Threshold
from dsp.windows import WindowError
from tests.dsp.campaigns import CO2, DAY, HOUR, MINUTE, NOISE, minutes, shift
from tests.dsp.situations import quantity, subject


def test_exceedance_in_a_shift_and_not_in_the_break() -> None:
    said: list[float | None] = [900.0] * 10 + [1500.0] * 20 + [900.0] * 30
    work = shift(0, HOUR, (0, 20 * MINUTE), (25 * MINUTE, HOUR))
    found = exceedances(
        subject(CO2, Interval(0, DAY)), minutes(said), [work], Threshold(1000.0, "above"), 50.0, 60, 120
    )
    assert [(e.start // MINUTE, e.end // MINUTE, e.peak, e.mean, e.dose, e.cut) for e in found] == [
        (10, 20, 1500.0, 1500.0, 500.0 * 600, False),
        (25, 30, 1500.0, 1500.0, 500.0 * 300, False),
    ]
    assert (found[0].limit, found[0].unit, found[0].zone) == (1000.0, "ppm", "z")


def test_exceedance_cut_by_missing_time_says_so() -> None:
    said: list[float | None] = [1500.0] * 5 + [None] * 10 + [1500.0] * 5 + [None] * 2 + [1500.0] * 3
    found = exceedances(
        subject(CO2, Interval(0, DAY)), minutes(said), [shift(0, 25 * MINUTE)], Threshold(1000.0, "above"), 0, 0, 180
    )
    assert [(e.start // MINUTE, e.end // MINUTE, e.cut) for e in found] == [(0, 5, True), (15, 25, False)]


def test_dose_of_a_level_is_seconds_at_the_limit() -> None:
    """Ten minutes at 90 dB against 80: ten times the energy of the limit, so nine in excess: 5400 s at the limit."""
    series = minutes([70.0] * 5 + [90.0] * 10 + [70.0] * 5, Averaging.ENERGETIC)
    (found,) = exceedances(
        subject(NOISE, Interval(0, DAY)), series, [shift(0, HOUR)], Threshold(80.0, "above"), 2, 0, 60
    )
    assert found.dose == pytest.approx(5400.0, rel=1e-12)
    assert found.mean == pytest.approx(90.0, abs=1e-12)


def test_too_dark_is_an_exceedance_of_a_lower_limit() -> None:
    light = quantity("illuminance", unit="lx")
    series = minutes([500.0] * 10 + [100.0] * 5 + [500.0] * 10)
    (found,) = exceedances(
        subject(light, Interval(0, DAY)), series, [shift(0, HOUR)], Threshold(200.0, "below"), 20, 0, 60
    )
    assert (found.peak, found.dose, found.end - found.start) == (100.0, 100.0 * 300, 5 * MINUTE)


def test_negative_delay_is_refused() -> None:
    with pytest.raises(WindowError, match="on_delay_s is -1"):
        exceedances(subject(CO2, Interval(0, DAY)), minutes([1.0]), [], Threshold(1.0, "above"), 0, -1, 0)
