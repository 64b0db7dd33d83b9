"""The rooms' physics against closed forms and published points."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim import rooms

HOURS = 3600.0


def test_co2_with_constant_people_reaches_the_steady_state_of_methods_md() -> None:
    # Q = 1e6 G / (Cin - Cout): 10 people of 0.0052 L/s and 0.1 m3/s of air are 520 ppm over outdoors
    volume, air, people = 300.0, 0.1, 10
    steps = 24 * 60
    source = np.full(steps, 1000.0 * 0.0052 * people / volume)
    removal = np.full(steps, air / volume)
    co2 = rooms.mass_balance(420.0, source, removal, 420.0, 60.0)
    assert co2[-1] == pytest.approx(420.0 + 520.0, abs=1e-3)


def test_co2_decays_with_the_air_change_rate_when_everybody_has_left() -> None:
    removal = np.full(180, 1.5 / HOURS)
    co2 = rooms.mass_balance(1500.0, np.zeros(180), removal, 420.0, 60.0)
    hours = np.arange(1, 181) / 60
    np.testing.assert_allclose(co2, 420.0 + 1080.0 * np.exp(-1.5 * hours), rtol=1e-12)


@given(
    initial=st.floats(0, 5000),
    outdoor=st.floats(300, 500),
    source=st.floats(0, 1),
    changes=st.floats(0.1, 20),
    cuts=st.integers(1, 30),
)
def test_the_mass_balance_does_not_depend_on_the_step(
    initial: float, outdoor: float, source: float, changes: float, cuts: int
) -> None:
    whole = rooms.mass_balance(initial, np.full(1, source), np.full(1, changes / HOURS), outdoor, 3600.0)
    parts = rooms.mass_balance(initial, np.full(cuts, source), np.full(cuts, changes / HOURS), outdoor, 3600.0 / cuts)
    assert parts[-1] == pytest.approx(whole[-1], rel=1e-9)


def test_two_equal_sources_are_three_decibels_louder_than_one() -> None:
    assert float(rooms.level_sum([80.0, 80.0])) == pytest.approx(80.0 + 10 * math.log10(2))


def test_a_machine_that_runs_a_tenth_of_the_minute_is_ten_decibels_lower() -> None:
    assert float(rooms.level_sum([95.0], [0.1])) == pytest.approx(85.0)


@given(st.lists(st.floats(20, 130), min_size=1, max_size=8))
def test_the_sum_of_levels_is_the_sum_of_their_energies(levels: list[float]) -> None:
    energy = sum(10 ** (level / 10) for level in levels)
    assert float(rooms.level_sum(levels)) == pytest.approx(10 * math.log10(energy), abs=1e-9)


def test_a_heated_room_settles_where_heating_balances_the_losses() -> None:
    steps = 5 * 24 * 60
    inside = rooms.temperature(
        initial=15.0,
        outdoor=np.full(steps, 5.0),
        gains=np.zeros(steps),
        conductance=np.full(steps, 200.0),
        capacity=4e6,
        setpoint=21.0,
        heating_power=6000.0,
        step=60.0,
    )
    # (21 - T)·6000 = 200·(T - 5)
    assert inside[-1] == pytest.approx((21 * 6000 + 200 * 5) / 6200, abs=1e-6)


def test_a_room_without_heating_follows_the_weather_with_its_time_constant() -> None:
    steps = 600
    inside = rooms.temperature(
        20.0, np.zeros(steps), np.zeros(steps), np.full(steps, 100.0), 3.6e6, -100.0, 0.0, step=60.0
    )
    # C/UA is ten hours: after ten hours 1/e is left
    assert inside[-1] == pytest.approx(20.0 / math.e, rel=2e-3)


def test_saturation_pressure_agrees_with_steam_tables() -> None:
    # IAPWS: 611.2 Pa at 0 °C, 2339 Pa at 20 °C, 4246 Pa at 30 °C
    np.testing.assert_allclose(rooms.saturation_pressure([0.0, 20.0, 30.0]), [611.2, 2339.0, 4246.0], rtol=3e-3)


@given(humidity=st.floats(1, 99), celsius=st.floats(-10, 45))
def test_humidity_survives_the_way_over_vapour_density(humidity: float, celsius: float) -> None:
    density = rooms.vapour_density(humidity, celsius)
    assert float(rooms.relative_humidity(density, celsius)) == pytest.approx(humidity, rel=1e-9)


def test_daylight_is_nothing_at_midnight_and_most_at_the_local_noon() -> None:
    midsummer = 1_782_000_000_000 // 86_400_000 * 86_400_000  # 2026-06-21
    instants = midsummer + np.arange(0, 86_400_000, 60_000, dtype=np.int64)
    outside = rooms.daylight(instants, 48.0, 0.0, 1.0)
    assert outside[0] == 0.0
    assert abs(int(outside.argmax()) - 720) <= 1
    assert 80_000 < outside.max() < 100_000


def test_voc_index_is_100_in_usual_air_and_never_above_500() -> None:
    np.testing.assert_allclose(rooms.voc_index([150.0, 1e9], 150.0), [100.0, 500.0], rtol=1e-6)
