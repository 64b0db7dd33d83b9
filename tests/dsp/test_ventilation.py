"""Air change from CO2: closed forms with noise, jitter and gaps; refusals; real evenings; oracle O-6."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit
from scipy.stats import linregress

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.air.build_up import Source, build_up
from dsp.air.decay import decay, decays
from dsp.air.ventilation import (
    AirChange,
    Ground,
    Outdoor,
    PerPerson,
    Refusal,
    Room,
    VentilationError,
    between,
    flow_per_person,
    generation,
    steady_co2,
)
from dsp.series import build
from tests.dsp.test_co2 import office
from tests.shared_data import require_shared

MINUTE, HOUR = 60_000, 3_600_000
EXACT = Outdoor(420.0, 0.0)


def air_change(result: AirChange | Refusal) -> AirChange:
    assert isinstance(result, AirChange), result
    return result


def ground(result: object) -> Ground:
    assert isinstance(result, Refusal), result
    assert "expected" in result.says
    return result.ground


def irregular(rng: np.random.Generator, hours: float) -> np.ndarray:
    """Instants about once a minute with jitter of some seconds; a fifth of them never came, and 20 minutes at once."""
    instants = np.arange(0, int(hours * 60)) * MINUTE + rng.integers(-5000, 5000, int(hours * 60))
    kept = rng.random(instants.size) > 0.2
    kept[30:50] = False
    return np.asarray(instants[kept])


# steady state -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("co2", "litres", "cubic"), [(800, 13.7, 49.3), (1000, 8.97, 32.3), (1500, 4.81, 17.3)])
def test_flow_per_person(co2: float, litres: float, cubic: float) -> None:
    """published.md O-6: G = 0.0052 L/s, outdoors 420 ppm; 800 ppm is HCSP's 50 m³/h."""
    found = flow_per_person(co2, Outdoor(420.0))
    assert isinstance(found, PerPerson)
    assert found.litres_per_second == pytest.approx(litres, abs=0.05)
    assert found.cubic_metres_per_hour == pytest.approx(cubic, abs=0.05)


@pytest.mark.parametrize(("flow", "co2"), [(25, 1140), (30, 1020), (45, 820), (60, 720)])
def test_steady_concentration(flow: float, co2: float) -> None:
    """published.md O-6: 18 L/h a person."""
    assert steady_co2(flow / 3.6, Outdoor(420.0), 18 / 3600) == pytest.approx(co2, abs=0.5)


def test_generation_of_an_adult_in_an_office() -> None:
    """methods section 4: 0.0052 L/s, 18.5 L/h for 1.8 m², 1.2 met, RQ 0.83."""
    assert generation() == pytest.approx(0.0052, abs=6e-5)
    assert generation() * 3600 == pytest.approx(18.5, abs=0.05)


def test_a_small_excess_gives_no_flow() -> None:
    assert ground(flow_per_person(480.0, Outdoor(420.0))) is Ground.EXCESS_TOO_LOW


# decay --------------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.floats(0.2, 5.0), st.floats(450, 3000), st.floats(380, 480))
def test_an_exact_decay_gives_its_rate(rate: float, excess: float, outside: float) -> None:
    t = np.arange(0, 12 * HOUR, MINUTE)
    found = air_change(decay(t, outside + excess * np.exp(-rate * t / HOUR), Outdoor(outside, 0.0)))
    assert found.rate == pytest.approx(rate, rel=1e-9)
    assert found.r_squared == pytest.approx(1.0)
    assert found.start_co2 == pytest.approx(outside + excess)


@given(st.floats(0.3, 4.0), st.floats(0.2, 5.0))
@settings(max_examples=30, deadline=None)
def test_time_scales(rate: float, factor: float) -> None:
    """Twice as slow a clock, half the rate: λ carries the unit of time and nothing else."""
    t = np.arange(0, 3 * HOUR, MINUTE)
    c = 420 + 900 * np.exp(-rate * t / HOUR)
    slow = air_change(decay(np.round(t * factor).astype(np.int64) + np.arange(t.size), c, EXACT))
    assert slow.rate * factor == pytest.approx(air_change(decay(t, c, EXACT)).rate, rel=1e-3)


@pytest.mark.parametrize("rate", [0.3, 1.0, 3.0])
def test_noise_jitter_and_gaps_are_within_the_uncertainty(rate: float) -> None:
    """Of noisy decays 95 % lie within two standard uncertainties; outdoor CO2 is off by what it is said to be."""
    rng = np.random.default_rng(5)
    inside = given = 0
    for _ in range(200):
        t = irregular(rng, 4.0)
        c = 420.0 + 900.0 * np.exp(-rate * t / HOUR) + rng.normal(0, 5, t.size)
        found = decay(t, c, Outdoor(420.0 + rng.normal(0, 30.0), 30.0))
        if isinstance(found, AirChange):
            given += 1
            inside += abs(found.rate - rate) <= 2 * found.uncertainty
    assert given >= 140  # outdoor CO2 that is far off bends the line: refused
    assert inside >= 0.92 * given


def test_the_line_is_that_of_scipy() -> None:
    rng = np.random.default_rng(3)
    t = irregular(rng, 2.0)
    c = 420.0 + 900.0 * np.exp(-0.8 * t / HOUR) + rng.normal(0, 5, t.size)
    found, peer = air_change(decay(t, c, EXACT)), linregress(t / HOUR, np.log(c - 420.0))
    assert found.rate == pytest.approx(-peer.slope, rel=1e-12)
    assert found.u_fit == pytest.approx(peer.stderr, rel=1e-9)
    assert found.r_squared == pytest.approx(peer.rvalue**2, rel=1e-12)


def test_outdoor_air_dominates_the_uncertainty() -> None:
    t = np.arange(0, 3 * HOUR, MINUTE)
    c = 420 + 900 * np.exp(-1.0 * t / HOUR)
    sure, unsure = air_change(decay(t, c, Outdoor(420, 5))), air_change(decay(t, c, Outdoor(420, 30)))
    assert unsure.u_outdoor > 5 * sure.u_outdoor > 0.0
    assert unsure.u_outdoor > unsure.u_fit
    assert Room(100.0).flow(unsure.rate) == pytest.approx(100.0)


def test_a_decay_stops_within_100_ppm_of_outdoors() -> None:
    t = np.arange(0, 8 * HOUR, MINUTE)
    found = air_change(decay(t, 420 + 900 * np.exp(-1.0 * t / HOUR), EXACT))
    assert found.end_co2 == pytest.approx(520, abs=2.0)
    assert found.end == pytest.approx(np.log(9) * HOUR, abs=MINUTE)


@pytest.mark.parametrize(
    ("excess", "rate", "minutes", "expected"),
    [
        (390, 1.0, 120, Ground.START_TOO_LOW),
        (900, 1.0, 9, Ground.TOO_FEW_POINTS),
        (900, 30.0, 60, Ground.TOO_FEW_POINTS),
        (900, 0.0, 60, Ground.NO_FALL),
        (900, -0.5, 60, Ground.NO_FALL),
    ],
)
def test_a_decay_under_other_conditions_is_refused(excess: float, rate: float, minutes: int, expected: Ground) -> None:
    t = np.arange(minutes) * MINUTE
    assert ground(decay(t, 420 + excess * np.exp(-rate * t / HOUR), EXACT)) is expected


def test_a_window_opened_halfway_is_no_decay() -> None:
    t = np.arange(120) * MINUTE
    c = np.where(t < HOUR, 420 + 1500 * np.exp(-0.05 * t / HOUR), 420 + 1426 * np.exp(-3.0 * (t - HOUR) / HOUR))
    assert ground(decay(t, c, EXACT)) is Ground.NOT_EXPONENTIAL


def test_no_readings_are_refused_and_wrong_ones_are_an_error() -> None:
    assert ground(decay([], [], EXACT)) is Ground.TOO_FEW_POINTS
    with pytest.raises(VentilationError, match="not finite"):
        decay([0, 1], [1000.0, float("nan")], EXACT)
    with pytest.raises(VentilationError, match="not in order"):
        decay([1, 0], [1000.0, 900.0], EXACT)
    with pytest.raises(VentilationError, match="one value for each"):
        decay([1, 2], [1000.0], EXACT)
    with pytest.raises(VentilationError, match="outdoor CO2 is 42"):
        Outdoor(42.0)
    with pytest.raises(VentilationError, match="volume is 0"):
        Room(0.0)


def test_the_evening_is_found_although_somebody_stayed() -> None:
    minutes = np.arange(0, 14 * 60)
    stayed = 45
    c = np.where(minutes < stayed, 1400.0, 430 + 970 * np.exp(-1.2 * (minutes - stayed) / 60))
    series = build((minutes + 1) * MINUTE, c, np.ones(minutes.size), 60, 180, Averaging.ARITHMETIC)
    (found,) = decays(series, [Interval(0, 14 * HOUR)], Outdoor(430.0))
    assert air_change(found.result).rate == pytest.approx(1.2, abs=0.06)


def test_cleaners_end_a_decay() -> None:
    minutes = np.arange(0, 300)
    c = 430 + 900 * np.exp(-0.8 * minutes / 60) + np.where(minutes > 90, 200.0, 0.0)
    series = build((minutes + 1) * MINUTE, c, np.ones(minutes.size), 60, 180, Averaging.ARITHMETIC)
    (found,) = decays(series, [Interval(0, 10 * HOUR)], Outdoor(430.0))
    assert air_change(found.result).rate == pytest.approx(0.8, abs=1e-6)
    assert air_change(found.result).points == 91


def test_the_time_between() -> None:
    pieces = [Interval(0, 10), Interval(5, 20), Interval(40, 60)]
    assert between(pieces, Interval(5, 50)) == [Interval(20, 40)]
    assert between([], Interval(5, 50)) == [Interval(5, 50)]


def test_real_evenings_of_an_office() -> None:
    """UCI occupancy recording of 4 to 10 February 2015: two evenings have enough CO2, and both are plausible."""
    series = office(require_shared("datasets/uci_occupancy/datatraining.txt"))
    start = int(np.datetime64("2015-02-04T18:00", "ms").astype(np.int64))
    nights = [Interval(start + day * 24 * HOUR, start + day * 24 * HOUR + 14 * HOUR) for day in range(6)]
    found = [each.result for each in decays(series, nights, Outdoor(421.0))]
    rates = [result.rate for result in found if isinstance(result, AirChange)]
    assert len(rates) == 2
    assert all(0.2 <= rate <= 5.0 for rate in rates)
    assert all(isinstance(result, AirChange) or result.ground is Ground.START_TOO_LOW for result in found)


# build-up -----------------------------------------------------------------------------------------------------------


def risen(t: np.ndarray, rate: float, rise: float, start: float = 450.0) -> np.ndarray:
    e = np.exp(-rate * t / HOUR)
    return np.asarray(420.0 + rise * (1 - e) + (start - 420.0) * e)


@settings(max_examples=40, deadline=None)
@given(st.floats(0.5, 5.0), st.floats(500, 3000))
def test_an_exact_rise_gives_its_rate(rate: float, rise: float) -> None:
    t = np.arange(0, 4 * HOUR, MINUTE)
    found = air_change(build_up(t, risen(t, rate, rise), EXACT))
    assert found.rate == pytest.approx(rate, rel=1e-4)
    assert found.asymptote == pytest.approx(420 + rise, rel=1e-4)


@pytest.mark.parametrize("rate", [0.6, 1.5, 4.0])
def test_a_noisy_rise_is_within_its_uncertainty(rate: float) -> None:
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(100):
        t = irregular(rng, 3.0)
        found = air_change(build_up(t, risen(t, rate, 900.0) + rng.normal(0, 8, t.size), Outdoor()))
        inside += abs(found.rate - rate) <= 2 * found.uncertainty
    assert inside >= 90


def test_the_fit_is_that_of_scipy() -> None:
    rng = np.random.default_rng(2)
    t = irregular(rng, 3.0)
    c = risen(t, 1.5, 900.0) + rng.normal(0, 8, t.size)
    found = air_change(build_up(t, c, Outdoor()))
    x = (t - t[0]) / HOUR
    best, covariance = curve_fit(lambda x, r, e, s: e + (s - e) * np.exp(-r * x), x, c, p0=(1.0, 1200.0, 450.0))
    assert found.rate == pytest.approx(best[0], rel=1e-5)
    assert found.u_fit == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-3)


def test_a_known_source_allows_a_shorter_rise() -> None:
    source = Source(people=2, per_person=0.0052, room=Room(40.0))
    rate = 1.5
    t = np.arange(0, HOUR // 2, MINUTE)
    c = risen(t, rate, source.rise / rate)
    assert ground(build_up(t, c, Outdoor())) is Ground.TOO_SHORT
    found = air_change(build_up(t, c, Outdoor(), Source(2, 0.0052, Room(40.0), 0.05)))
    assert found.rate == pytest.approx(rate, rel=1e-5)
    assert found.u_source > found.u_fit


@pytest.mark.parametrize(
    ("rate", "rise", "minutes", "expected"),
    [(1.0, 900, 9, Ground.TOO_FEW_POINTS), (1.0, 100, 240, Ground.NO_RISE), (1.0, 2000, 20, Ground.TOO_SHORT)],
)
def test_a_rise_under_other_conditions_is_refused(rate: float, rise: float, minutes: int, expected: Ground) -> None:
    t = np.arange(minutes) * MINUTE
    assert ground(build_up(t, risen(t, rate, rise), Outdoor())) is expected


def test_people_who_come_and_go_are_no_build_up() -> None:
    t = np.arange(240) * MINUTE
    c = risen(t, 1.0, 900.0) + 300 * np.sin(t / HOUR * 6)
    assert ground(build_up(t, c, Outdoor())) is Ground.NOT_EXPONENTIAL
    assert ground(build_up(t, np.full(t.size, 800.0), Outdoor())) is Ground.NO_RISE
