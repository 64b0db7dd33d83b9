"""The rooms' physics against closed forms and slow twins."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from firmware_sim.rooms import Floats, concentrations, temperatures
from tests.firmware_sim import slow_rooms

HOUR = 3600.0
EXACT = 1e-12
"""Relative; what a few thousand steps of rounding leave."""


def alone(initial: float, inflow: Floats, removal: Floats, step: float) -> Floats:
    """Concentration of one substance in one room."""
    found = concentrations(
        np.array([[initial]]), inflow[np.newaxis, :, np.newaxis], removal[:, np.newaxis],
        np.zeros((removal.size, 1, 1)), step,
    )  # fmt: skip
    return found[0, :, 0]


def warmth(outdoor: Floats, gains: Floats, conductance: Floats, initial: float, power: float, step: float) -> Floats:
    """Temperature of one room of 4 MJ/K with a thermostat at 21 °C."""
    return temperatures(
        np.array([initial]), outdoor[:, np.newaxis], gains[:, np.newaxis], conductance[:, np.newaxis],
        np.zeros((outdoor.size, 1, 1)), np.array([4e6]), np.array([21.0]), np.array([power]), step,
    )[:, 0]  # fmt: skip


def rooms_drawn(seed: int, steps: int, size: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Two substances in rooms whose doors open and shut at random: initial, inflow, removal, exchange."""
    rng = np.random.default_rng(seed)
    volumes = rng.uniform(30, 500, size)
    flow = rng.uniform(0, 800 / HOUR, (steps, size, size)) * (rng.uniform(size=(steps, size, size)) < 0.4)
    flow = np.triu(flow, 1)
    exchange = (flow + flow.transpose(0, 2, 1)) / volumes[:, np.newaxis]
    removal = rng.uniform(0.1, 10, (steps, size)) / HOUR
    return rng.uniform(0, 2000, (2, size)), rng.uniform(0, 1, (2, steps, size)), removal, exchange


def test_co2_with_constant_people_reaches_the_steady_state_of_methods_md() -> None:
    # Q = 1e6 G / (Cin - Cout): 10 people of 0.0052 L/s and 0.1 m3/s of air are 520 ppm over outdoors
    volume, air, people = 300.0, 0.1, 10
    inflow = np.full(24 * 60, 1000.0 * 0.0052 * people / volume + 420.0 * air / volume)
    co2 = alone(420.0, inflow, np.full(24 * 60, air / volume), 60.0)
    assert co2[-1] == pytest.approx(420.0 + 520.0, abs=1e-3)


def test_co2_builds_up_to_63_percent_within_one_time_constant() -> None:
    # ASTM D6245: after 1/ACH hours 1 - 1/e of the rise is there, after three times that 95 %
    rise = alone(0.0, np.full(180, 500.0 / HOUR), np.full(180, 1.0 / HOUR), 60.0) / 500.0
    assert rise[59] == pytest.approx(1 - 1 / math.e, rel=EXACT)
    assert rise[179] == pytest.approx(1 - math.exp(-3), rel=EXACT)


def test_co2_decays_with_the_air_change_rate_when_everybody_has_left() -> None:
    rate = 1.5 / HOUR
    co2 = alone(1500.0, np.full(180, 420.0 * rate), np.full(180, rate), 60.0)
    hours = np.arange(1, 181) / 60
    np.testing.assert_allclose(co2, 420.0 + 1080.0 * np.exp(-1.5 * hours), rtol=EXACT)


def test_gas_in_a_room_without_any_air_stays_and_adds_up() -> None:
    found = alone(100.0, np.full(60, 0.5), np.zeros(60), 60.0)
    np.testing.assert_allclose(found, 100.0 + 0.5 * 60.0 * np.arange(1, 61), rtol=EXACT)


def test_two_rooms_with_an_open_door_share_a_gas_as_the_differential_equation_has_it() -> None:
    volumes, flow = np.array([40.0, 120.0]), 300.0 / HOUR
    removal, source = np.array([0.5, 2.0]) / HOUR, np.array([0.2, 0.0])
    exchange = np.array([[0.0, flow], [flow, 0.0]]) / volumes[:, np.newaxis]

    def slope(_: float, c: Floats) -> Floats:
        return np.asarray(source - removal * c + exchange @ c - exchange.sum(1) * c)

    steps = 240
    wanted = solve_ivp(
        slope, (0.0, steps * 60.0), [0.0, 50.0], t_eval=np.arange(1, steps + 1) * 60.0, rtol=1e-11, atol=1e-10
    )
    found = concentrations(
        np.array([[0.0, 50.0]]), np.broadcast_to(source, (1, steps, 2)), np.broadcast_to(removal, (steps, 2)),
        np.broadcast_to(exchange, (steps, 2, 2)), 60.0,
    )  # fmt: skip
    np.testing.assert_allclose(found[0].T, wanted.y, rtol=1e-8)


@pytest.mark.parametrize("size", [2, 3, 5])
def test_rooms_whose_doors_open_and_shut_agree_with_the_matrix_exponential_of_scipy(size: int) -> None:
    drawn = rooms_drawn(size, 200, size)
    np.testing.assert_allclose(concentrations(*drawn, 60.0), slow_rooms.concentrations(*drawn, 60.0), rtol=EXACT)


def test_hour_long_steps_with_a_gale_through_the_rooms_are_exact_too() -> None:
    initial, inflow, removal, exchange = rooms_drawn(4, 50, 3)
    found = concentrations(initial, inflow, removal, exchange * 20, HOUR)
    wanted = slow_rooms.concentrations(initial, inflow, removal, exchange * 20, HOUR)
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


def test_room_without_passage_is_to_the_bit_what_it_is_alone() -> None:
    initial, inflow, removal, exchange = rooms_drawn(7, 500, 3)
    exchange[:, 0, :] = 0.0
    exchange[:, :, 0] = 0.0
    together = concentrations(initial, inflow, removal, exchange, 60.0)
    single = concentrations(
        initial[:, :1], inflow[:, :, :1], removal[:, :1], np.zeros((500, 1, 1)), 60.0
    )  # fmt: skip
    assert together[:, :, 0].tobytes() == single[:, :, 0].tobytes()
    np.testing.assert_allclose(
        single[0, :, 0], slow_rooms.one_room(initial[0, 0], inflow[0, :, 0], removal[:, 0], 60.0), rtol=EXACT
    )


def test_what_is_given_off_is_in_the_rooms_or_has_left_or_has_settled() -> None:
    # what leaves is the integral of λ·V·C: Simpson's rule over two halves of each step, small enough to be as good
    # as exact
    steps, parts = 120, 30
    initial, inflow, removal, exchange = rooms_drawn(11, steps, 3)
    volumes = np.array([60.0, 200.0, 35.0])
    flow = np.triu(exchange[:, :, :], 1) * 100.0
    exchange = (flow + flow.transpose(0, 2, 1)) / volumes[:, np.newaxis]
    fine = concentrations(
        initial, np.repeat(inflow, 2 * parts, axis=1), np.repeat(removal, 2 * parts, axis=0),
        np.repeat(exchange, 2 * parts, axis=0), 60.0 / (2 * parts),
    )  # fmt: skip
    at = np.concatenate((initial[:, np.newaxis], fine), axis=1)
    means = (at[:, 0:-1:2] + 4 * at[:, 1::2] + at[:, 2::2]) / 6.0
    left = (means * np.repeat(removal, parts, axis=0) * volumes).sum(axis=(1, 2)) * 60.0 / parts
    emitted = (inflow * volumes).sum(axis=(1, 2)) * 60.0
    before, after = (initial * volumes).sum(axis=1), (fine[:, -1] * volumes).sum(axis=1)
    np.testing.assert_allclose(before + emitted, after + left, rtol=1e-9)


def test_closed_rooms_with_open_doors_keep_every_gram() -> None:
    initial, inflow, removal, exchange = rooms_drawn(12, 2000, 4)
    volumes = np.array([60.0, 200.0, 35.0, 90.0])
    flow = np.triu(exchange, 1) * 100.0
    exchange = (flow + flow.transpose(0, 2, 1)) / volumes[:, np.newaxis]
    found = concentrations(initial, inflow, np.zeros_like(removal), exchange, 60.0)
    there = (found * volumes).sum(axis=2)
    emitted = (inflow * volumes).sum(axis=2).cumsum(axis=1) * 60.0
    np.testing.assert_allclose(there, (initial * volumes).sum(axis=1)[:, np.newaxis] + emitted, rtol=1e-11)


@settings(deadline=None)
@given(
    initial=st.floats(0, 5000), source=st.floats(0, 1), changes=st.floats(0.01, 20), doors=st.floats(0, 20),
    cuts=st.integers(1, 30),
)  # fmt: skip
def test_the_mass_balance_does_not_depend_on_the_step(
    initial: float, source: float, changes: float, doors: float, cuts: int
) -> None:
    def after_an_hour(steps: int) -> Floats:
        exchange = np.zeros((steps, 2, 2))
        exchange[:, 0, 1], exchange[:, 1, 0] = doors / HOUR, doors / 3 / HOUR
        inflow = np.zeros((1, steps, 2))
        inflow[..., 0] = source
        removal = np.full((steps, 2), changes / HOUR)
        return concentrations(np.array([[initial, 0.0]]), inflow, removal, exchange, HOUR / steps)[0, -1]

    np.testing.assert_allclose(after_an_hour(cuts), after_an_hour(1), rtol=1e-10, atol=1e-12)


@settings(max_examples=30, deadline=None)  # the first call may have to compile
@given(seed=st.integers(0, 2**32), factor=st.floats(0, 1e4), size=st.integers(1, 4))
def test_sources_add_up_and_scale_and_nothing_is_ever_less_than_nothing(seed: int, factor: float, size: int) -> None:
    initial, inflow, removal, exchange = rooms_drawn(seed, 40, size)
    one, other = concentrations(initial, inflow, removal, exchange, 60.0)
    both = concentrations(
        initial.sum(axis=0, keepdims=True), inflow.sum(axis=0, keepdims=True), removal, exchange, 60.0
    )  # fmt: skip
    np.testing.assert_allclose(both[0], one + other, rtol=1e-11)
    scaled = concentrations(factor * initial, factor * inflow, removal, exchange, 60.0)
    np.testing.assert_allclose(scaled[0], factor * one, rtol=1e-11, atol=1e-300)
    silent = concentrations(np.eye(2, size), np.zeros_like(inflow), removal, exchange, 60.0)
    assert silent.min() >= 0.0


def test_a_heated_room_settles_where_heating_balances_the_losses() -> None:
    steps = 5 * 24 * 60
    inside = warmth(np.full(steps, 5.0), np.zeros(steps), np.full(steps, 200.0), 15.0, 6000.0, 60.0)
    # (21 - T)·6000 = 200·(T - 5)
    assert inside[-1] == pytest.approx((21 * 6000 + 200 * 5) / 6200, abs=1e-9)


def test_a_room_in_a_heat_wave_settles_above_the_outdoors_by_gains_over_conductance() -> None:
    steps = 10 * 24 * 60
    inside = warmth(np.full(steps, 35.0), np.full(steps, 900.0), np.full(steps, 300.0), 21.0, 6000.0, 60.0)
    assert inside[-1] == pytest.approx(35.0 + 900.0 / 300.0, abs=1e-9)


def test_a_room_without_heating_follows_the_weather_with_its_time_constant() -> None:
    inside = warmth(np.zeros(600), np.zeros(600), np.full(600, 4e6 / 36_000), 20.0, 0.0, 60.0)
    # C/UA is ten hours: after ten hours 1/e is left
    assert inside[-1] == pytest.approx(20.0 / math.e, rel=EXACT)


@pytest.mark.parametrize(("initial", "outdoor"), [(14.0, 5.0), (26.0, -5.0), (20.5, 30.0), (21.0, 21.0), (20.0, -60.0)])
def test_one_step_through_every_state_of_the_thermostat_is_the_sum_of_many_small_ones(
    initial: float, outdoor: float
) -> None:
    drive = np.full(1, outdoor), np.full(1, 500.0), np.full(1, 200.0)
    whole = warmth(*drive, initial, 6000.0, 6 * HOUR)
    cut = warmth(*(np.repeat(each, 720) for each in drive), initial, 6000.0, 30.0)
    slow = slow_rooms.temperature(initial, *drive, 4e6, 21.0, 6000.0, 6 * HOUR, 200_000)
    assert whole[0] == pytest.approx(cut[-1], abs=1e-9)
    assert whole[0] == pytest.approx(slow[0], abs=1e-3)


def test_two_rooms_with_an_open_door_warm_each_other_as_the_differential_equation_has_it() -> None:
    capacity, walls, door = np.array([3e6, 9e6]), np.array([80.0, 200.0]), 150.0
    gains, power, setpoint = np.array([3000.0, 0.0]), np.array([2000.0, 4000.0]), np.array([20.0, 18.0])

    def slope(_: float, t: Floats) -> Floats:
        heating = np.clip((setpoint - t) * power, 0.0, power)
        return np.asarray((gains + heating - walls * (t - 4.0) + door * (t[::-1] - t)) / capacity)

    steps = 600
    wanted = solve_ivp(
        slope, (0.0, steps * 60.0), [10.0, 12.0], t_eval=np.arange(1, steps + 1) * 60.0, max_step=30.0, rtol=1e-8
    )
    between = np.broadcast_to(np.array([[0.0, door], [door, 0.0]]), (steps, 2, 2))
    found = temperatures(
        np.array([10.0, 12.0]), np.full((steps, 2), 4.0), np.broadcast_to(gains, (steps, 2)),
        np.broadcast_to(walls, (steps, 2)), between, capacity, setpoint, power, 60.0,
    )  # fmt: skip
    np.testing.assert_allclose(found.T, wanted.y, atol=0.01)
