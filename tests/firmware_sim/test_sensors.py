"""Sensors err as their type says, and the same way every time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import KitModelId, QuantityId
from catalog.kits import KitModel, kit_models
from firmware_sim.rooms import Floats
from firmware_sim.sensing import sense
from firmware_sim.sensors import cells, climate, mox, ndir, optical, pid, voc_index
from firmware_sim.sensors.grades import Grade, grade_of
from firmware_sim.sensors.surroundings import HYDROGEN, HYDROGEN_SPREAD, Surroundings, hydrogen
from firmware_sim.sensors.tolerance import Piece, Tolerance, drawn, follow, to_digits

MINUTE, HOUR, DAY = 60.0, 60, 1440
IDEAL = Tolerance(0.0, 0.0, 0.0, 0.0, 0.0, 1, -1000.0, 1000.0)
EVERYTHING = {
    "co2": 900.0, "tvoc": 400.0, "voc_index": 130.0, "formaldehyde": 30.0, "co": 4.0, "pm1": 8.0, "pm2_5": 14.0,
    "pm4": 20.0, "pm10": 35.0, "laeq": 68.0, "lafmax": 80.0, "lcpeak": 98.0, "illuminance": 480.0, "temperature": 22.0,
    "humidity": 45.0, "pressure": 1008.0,
}  # fmt: skip


def signals(size: int, **levels: float) -> dict[QuantityId, Floats]:
    return {QuantityId(name): np.full(size, float(level)) for name, level in levels.items()}


def around(size: int, step: float = MINUTE, **levels: float) -> Surroundings:
    return Surroundings(signals(size, **levels), step, np.full(size, HYDROGEN))


def model(name: str) -> KitModel:
    return kit_models()[KitModelId(name)]


def test_an_ideal_sensor_only_rounds() -> None:
    piece = Piece.made(IDEAL, np.random.default_rng(1))
    read = piece.reported(piece.seen(np.array([1.26, -0.04, 19.949]), MINUTE), np.zeros(3))
    assert read.tolist() == [1.3, 0.0, 19.9]
    assert math.copysign(1.0, read[1]) == 1.0


def test_a_slow_sensor_shows_63_percent_of_a_step_after_its_response_time() -> None:
    shown = follow(np.concatenate(([0.0], np.ones(600))), 60.0, 1.0)
    np.testing.assert_allclose(shown, -np.expm1(-np.arange(601) / 60.0), atol=1e-12)


def test_gain_and_offset_stay_and_drift_goes_on_for_the_life_of_a_sensor() -> None:
    piece = Piece(IDEAL, gain=1.02, offset=-5.0, gain_drift=0.01, offset_drift=2.0)
    seen = piece.seen(np.full(3 * DAY + 1, 500.0), MINUTE)
    np.testing.assert_allclose(seen[[0, DAY, 3 * DAY]], [505.0, 512.0, 526.0], atol=1e-9)


def test_noise_has_the_stated_spread() -> None:
    piece = Piece(Tolerance(0.0, 0.0, 0.03, 4.0, 0.0, 6, -1e9, 1e9), 1.0, 0.0)
    read = piece.reported(np.full(40_000, 100.0), np.random.default_rng(5).normal(size=40_000))
    assert read.std() == pytest.approx(math.hypot(3.0, 4.0), rel=0.02)
    assert read.mean() == pytest.approx(100.0, abs=0.1)


def test_no_sensor_leaves_the_factory_far_out() -> None:
    rng = np.random.default_rng(3)
    numbers = np.array([drawn(rng) for _ in range(4000)])
    assert np.abs(numbers).max() == 2.0
    assert numbers.std() == pytest.approx(0.96, abs=0.03)


@given(st.floats(-1e4, 1e4), st.integers(0, 3))
def test_a_reading_lies_on_the_grid_of_its_digits_and_within_the_range(value: float, decimals: int) -> None:
    scale = Tolerance(0.0, 0.0, 0.0, 0.0, 0.0, decimals, -500.0, 800.0)
    read = float(to_digits(np.array([value]), scale)[0])
    assert -500.0 <= read <= 800.0
    assert read == round(read, decimals)
    if -500.0 <= value <= 800.0:
        assert abs(read - value) <= 0.5 * 10.0**-decimals + 1e-9


def test_the_grade_is_a_word_of_the_channel() -> None:
    assert grade_of("NDIR, basic, virtual") is Grade.BASIC
    assert grade_of("class 1 microphone, reference, virtual") is Grade.REFERENCE
    assert grade_of("NDIR, virtual") is grade_of("basics") is Grade.STANDARD


def test_hydrogen_wanders_around_what_is_outdoors() -> None:
    air = hydrogen(400_000, MINUTE, np.random.default_rng(4))
    assert air.mean() == pytest.approx(HYDROGEN, abs=0.02)
    assert air.std() == pytest.approx(HYDROGEN_SPREAD, rel=0.1)
    assert np.corrcoef(air[:-120], air[120:])[0, 1] == pytest.approx(math.exp(-1.0), abs=0.08)


def test_a_room_aired_every_night_keeps_its_co2_sensor_right() -> None:
    days = np.arange(16 * DAY) % DAY
    co2 = np.where((days > 8 * HOUR) & (days < 18 * HOUR), 1100.0, 420.0)
    corrections = ndir.baseline_corrections(co2 + 45.0, 420.0, MINUTE)
    first = round(ndir.BASELINE_PERIOD / MINUTE)
    assert np.all(corrections[:first] == 0.0)
    assert np.all(corrections[first:] == -45.0)


def test_a_room_never_aired_makes_its_co2_sensor_read_low_by_what_it_took_for_fresh_air() -> None:
    size, period = 14 * DAY, round(ndir.BASELINE_PERIOD / MINUTE)
    stale = np.arange(size) % DAY < DAY // 2
    co2 = np.where(stale, 700.0, 1000.0)
    read = ndir.read(around(size), co2, Grade.STANDARD, np.random.default_rng(8))
    late = stale & (np.arange(size) > period + HOUR) & (np.arange(size) % DAY > HOUR)
    assert (read - co2)[late].mean() == pytest.approx(420.0 - 700.0, abs=5.0)
    # a sensor that learns nothing from the room keeps its error
    steady = ndir.read(around(size), co2, Grade.REFERENCE, np.random.default_rng(8)) - co2
    assert abs(steady[late].mean()) < 40.0


def test_one_period_moves_the_baseline_by_no_more_than_400_ppm() -> None:
    corrections = ndir.baseline_corrections(np.full(24 * DAY, 1100.0), 420.0, MINUTE)
    assert np.unique(corrections).tolist() == [-680.0, -400.0, 0.0]


def test_a_co2_sensor_without_barometer_reads_low_on_a_mountain() -> None:
    co2 = np.full(HOUR, 1000.0)
    at_sea, up = (
        ndir.read(around(HOUR, pressure=p), co2, Grade.BASIC, np.random.default_rng(2)).mean()
        for p in (1013.25, 913.25)
    )
    assert (up - at_sea) / 1000.0 == pytest.approx(-0.158, abs=0.012)


def test_particles_are_dry_below_65_percent_and_wet_above_75() -> None:
    growth = optical.growth(np.array([20.0, 65.0, 70.0, 75.0, 85.0]), 0.4)
    # 1 + kappa/1.65 * a/(1 - a), Crilley et al. 2018
    wet = [1.0 + 0.4 / 1.65 * a / (1.0 - a) for a in (0.70, 0.75, 0.85)]
    np.testing.assert_allclose(growth, [1.0, 1.0, 1.0 + (wet[0] - 1.0) / 2.0, wet[1], wet[2]], rtol=1e-12)
    assert np.all(np.isfinite(optical.growth(np.array([100.0, 0.0]), 0.6)))


def test_damp_air_reads_as_dust() -> None:
    dry, damp = (
        optical.read(around(HOUR, pm10=100.0, humidity=rh), Grade.STANDARD, np.random.default_rng(6))["pm10"].mean()
        for rh in (50.0, 85.0)
    )
    lowest, highest = (1.0 + kappa / 1.65 * 0.85 / 0.15 for kappa in (0.3, 0.6))
    assert lowest * 0.95 < damp / dry < highest * 1.05


def test_a_counter_loses_particles_in_a_crowd_and_loses_them_first_when_it_is_cheap() -> None:
    np.testing.assert_allclose(optical.counted(np.array([0.0, 1e4]), 1e-4), [1.0, 0.5])
    loss = []
    for grade in Grade:
        thin, thick = (
            optical.read(around(HOUR, pm1=pm, pm2_5=pm, pm4=pm, pm10=pm), grade, np.random.default_rng(1))["pm1"].mean()
            for pm in (200.0, 2000.0)
        )
        loss.append(1.0 - thick / (10.0 * thin))
    assert loss[0] > loss[1] > loss[2] > 0.0
    assert loss[0] > 0.4


@given(st.lists(st.floats(0.0, 800.0), min_size=4, max_size=4), st.integers(0, 2**32 - 1), st.sampled_from(list(Grade)))
def test_a_larger_size_never_reads_less_than_a_smaller_one(slices: list[float], seed: int, grade: Grade) -> None:
    sizes = dict(zip(optical.SIZES, np.cumsum(slices).tolist(), strict=True))
    read = optical.read(around(30, **sizes), grade, np.random.default_rng(seed))
    for smaller, larger in zip(optical.SIZES[:-1], optical.SIZES[1:], strict=True):
        assert np.all(read[smaller] <= read[larger])


def test_usual_air_is_100_and_polluted_air_far_above() -> None:
    truth = np.full(3 * DAY, 100.0)
    truth[DAY : DAY + 2 * HOUR] = 350.0
    indices = [
        voc_index.read(around(truth.size), truth, Grade.STANDARD, np.random.default_rng(seed)) for seed in range(40)
    ]
    mean = np.mean(indices, axis=0)
    assert mean[HOUR:DAY].mean() == pytest.approx(100.0, abs=8.0)
    assert mean[DAY + 10 : DAY + 2 * HOUR].mean() == pytest.approx(350.0, abs=25.0)
    assert min(index.min() for index in indices) >= 1.0
    assert max(index.max() for index in indices) <= 500.0


def test_air_that_is_always_polluted_becomes_usual() -> None:
    truth = np.concatenate((np.full(DAY, 100.0), np.full(5 * DAY, 300.0)))
    index = voc_index.read(around(truth.size), truth, Grade.BASIC, np.random.default_rng(9))
    assert index[DAY + 30 : DAY + 2 * HOUR].mean() > 200.0
    assert index[-DAY:].mean() == pytest.approx(100.0, abs=10.0)


def test_a_metal_oxide_is_not_warm_at_once() -> None:
    warmth = mox.warming(200, MINUTE, 2.0, 1200.0)
    assert warmth[0] == 3.0
    assert warmth[20] == pytest.approx(1.0 + 2.0 / math.e)
    read = mox.read(around(DAY), np.full(DAY, 400.0), Grade.BASIC, np.random.default_rng(3))
    assert read[:3].mean() > 2.0 * read[-HOUR:].mean()


def test_a_metal_oxide_answers_to_hydrogen_and_a_photo_ionisation_detector_does_not() -> None:
    clean, smoky = np.full(HOUR, HYDROGEN), np.full(HOUR, HYDROGEN + 5.0)
    vapour = np.full(HOUR, 400.0)
    for read, more in ((mox.read, 100.0), (pid.read, 0.0)):
        at_rest, disturbed = (
            read(Surroundings({}, MINUTE, air), vapour, Grade.STANDARD, np.random.default_rng(5)).mean()
            for air in (clean, smoky)
        )
        assert disturbed - at_rest == pytest.approx(more, abs=0.25 * more + 1.0)


def test_damp_air_quenches_a_photo_ionisation_detector() -> None:
    np.testing.assert_allclose(pid.quenched(np.array([50.0, 90.0, 10.0]), 0.0017), [1.0, 0.932, 1.068])
    vapour = np.full(HOUR, 1000.0)
    dry, damp = (
        pid.read(around(HOUR, humidity=rh), vapour, Grade.BASIC, np.random.default_rng(7)).mean() for rh in (20.0, 90.0)
    )
    assert 0.7 < damp / dry < 0.98


def test_hair_spray_reads_as_formaldehyde() -> None:
    formaldehyde = np.full(HOUR, 20.0)
    plain, sprayed = (
        cells.read_formaldehyde(around(HOUR, tvoc=tvoc), formaldehyde, Grade.BASIC, np.random.default_rng(1)).mean()
        for tvoc in (0.0, 5000.0)
    )
    assert 0.0 < sprayed - plain < 5000.0 * 0.010 * 2.5


def test_hydrogen_reads_as_carbon_monoxide() -> None:
    charging = Surroundings({}, MINUTE, np.full(HOUR, HYDROGEN + 10.0))  # beside a battery that is charged
    plain = cells.read_carbon_monoxide(around(HOUR), np.full(HOUR, 5.0), Grade.STANDARD, np.random.default_rng(1))
    beside = cells.read_carbon_monoxide(charging, np.full(HOUR, 5.0), Grade.STANDARD, np.random.default_rng(1))
    assert 0.0 < (beside - plain).mean() < 10.0 * 0.3 * 2.2


def test_a_warm_housing_is_drier_than_the_air() -> None:
    humidity = climate.at_own_temperature(np.array([50.0]), np.array([20.0]), np.array([1.0]))
    assert humidity[0] == pytest.approx(47.0, abs=0.1)  # e_s(20 °C)/e_s(21 °C) = 23.39/24.88
    own = climate.own_warming(200, MINUTE, 0.5)
    assert own[0] == 0.0
    assert own[20] == pytest.approx(0.5 * -math.expm1(-1.0))


def test_thermometer_and_hygrometer_share_one_housing() -> None:
    """A kit whose thermometer reads high has a hygrometer that reads low, over many kits."""
    errors = []
    for seed in range(300):
        read = sense(model("vigie-sim-basic"), signals(60, temperature=22.0, humidity=70.0), 600.0, seed, "k")
        errors.append([read[QuantityId("temperature")].mean() - 22.0, read[QuantityId("humidity")].mean() - 70.0])
    assert np.corrcoef(np.transpose(errors))[0, 1] < -0.25


def test_same_seed_same_readings_and_every_kit_its_own() -> None:
    true = signals(DAY, **EVERYTHING)
    once, again = (sense(model("vigie-sim-chem"), true, MINUTE, 7, "k1") for _ in range(2))
    for name in once:
        assert np.array_equal(once[name], again[name])
    for other in (
        sense(model("vigie-sim-chem"), true, MINUTE, 7, "k2"),
        sense(model("vigie-sim-chem"), true, MINUTE, 8, "k1"),
    ):
        assert all(not np.array_equal(once[name], other[name]) for name in once)


@pytest.mark.parametrize("name", ["tvoc", "pm10"])
def test_two_kits_of_one_place_err_alike_by_what_the_place_does(name: str) -> None:
    def errors(place: str) -> list[list[float]]:
        pairs = []
        for seed in range(200):
            kits = [
                sense(model("vigie-sim-basic"), signals(60, **EVERYTHING), 600.0, seed, kit, place=place or kit)
                for kit in ("k1", "k2")
            ]
            pairs.append([np.log(read[QuantityId(name)][10:].mean()) for read in kits])
        return pairs

    assert np.corrcoef(np.transpose(errors("bay")))[0, 1] > 0.4
    assert abs(np.corrcoef(np.transpose(errors("")))[0, 1]) < 0.25


def test_the_order_of_channels_and_which_there_are_change_no_reading() -> None:
    true = signals(DAY, **EVERYTHING)
    whole = model("vigie-sim-chem")
    reverse = KitModel(whole.id, whole.name, whole.maker, whole.channels[::-1])
    some = KitModel(whole.id, whole.name, whole.maker, whole.channels[3:9:2])
    expected = sense(whole, true, MINUTE, 11, "k")
    assert len(expected) == 16
    for read in (sense(reverse, true, MINUTE, 11, "k"), sense(some, true, MINUTE, 11, "k")):
        assert read
        for name, values in read.items():
            assert np.array_equal(values, expected[name])


def test_a_channel_without_a_true_signal_reads_nothing() -> None:
    assert set(sense(model("vigie-sim"), signals(5, co2=500.0, radon=3.0), MINUTE, 1, "k")) == {"co2"}
    assert sense(model("vigie-sim"), {}, MINUTE, 1, "k") == {}


def test_a_better_grade_errs_less() -> None:
    true = signals(48, **EVERYTHING)
    spread = {
        name: {
            quantity: np.std([sense(model(name), true, 600.0, seed, "k")[quantity].mean() for seed in range(60)])
            for quantity in true
        }
        for name in ("vigie-sim-basic", "vigie-sim-chem", "vigie-sim-reference")
    }
    for quantity in true:
        basic, standard, reference = (spread[name][quantity] for name in spread)
        assert basic > standard > reference, quantity
