"""Humidity corrections of particle readings against published code and numbers (oracle O-7)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.corrections import CorrectionMethod, cannot_correct
from dsp.air.particles import (
    HUMIDITY_CAP,
    ParticleError,
    barkjohn_2021,
    barkjohn_2022,
    correct,
    epa_airnow_2021,
    growth_factor,
    kappa_koehler,
    mass_factor,
)

# (cf_atm, RH) → µg/m³, published.md O-7 (US EPA piecewise, from the published code)
EPA = [
    (0.5, 30, 3.426),
    (10, 50, 6.680),
    (20, 40, 12.782),
    (30, 50, 17.160),
    (40, 50, 27.640),
    (50, 50, 40.740),
    (100, 60, 79.178),
    (210, 50, 166.500),
    (235, 50, 200.042),
    (260, 50, 242.124),
    (300, 50, 289.526),
]


@pytest.mark.parametrize(("x", "humidity", "expected"), EPA)
def test_epa_piecewise(x: float, humidity: float, expected: float) -> None:
    assert epa_airnow_2021([x], [humidity]).values[0] == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize("joint", [30.0, 50.0, 210.0, 260.0])
@pytest.mark.parametrize("humidity", [10.0, 50.0, 95.0])
def test_epa_piecewise_is_continuous(joint: float, humidity: float) -> None:
    below, above = epa_airnow_2021([joint - 1e-9, joint + 1e-9], [humidity, humidity]).values
    assert below == pytest.approx(above, abs=1e-6)


def test_barkjohn_2022_jumps_where_it_says() -> None:
    below, above = barkjohn_2022([343 - 1e-9, 343.0], [50.0, 50.0]).values
    assert above - below == pytest.approx(27.18, abs=0.01)
    assert barkjohn_2022([100.0], [40.0]).values == barkjohn_2021([100.0], [40.0]).values


def test_a_result_below_zero_is_zero_and_suspect() -> None:
    for method in (epa_airnow_2021, barkjohn_2021, barkjohn_2022):
        found = method([0.0, 20.0], [95.0, 50.0])
        assert found.values[0] == 0.0
        assert found.suspect.tolist() == [True, False]


def test_kappa_koehler_factors() -> None:
    """published.md O-7, κ = 0.4."""
    humidity = [50, 70, 85, 90, 95]
    assert mass_factor(humidity, 0.4) == pytest.approx([1.242, 1.566, 2.374, 3.182, 5.606], abs=6e-4)
    assert growth_factor(humidity, 0.4) == pytest.approx([1.119, 1.246, 1.484, 1.663, 2.049], abs=6e-4)


def test_above_the_cap_the_factor_is_held_and_the_reading_suspect() -> None:
    found = kappa_koehler([100.0] * 4, [85.0, 85.001, 100.0, 120.0], 0.4)
    assert found.values == pytest.approx([100 / 2.37373737] * 4, rel=1e-3)
    assert found.suspect.tolist() == [False, True, True, True]
    assert np.isfinite(found.values).all()


def test_a_reading_without_humidity_is_not_a_number_of_the_correction() -> None:
    found = kappa_koehler([10.0], [np.nan], 0.4)
    assert found.suspect.all()
    assert np.isnan(found.values).all()


@given(st.floats(0, 1000), st.floats(0, 100), st.floats(0, 1.5), st.floats(0.1, 10))
def test_kappa_koehler_only_dries_and_scales(reading: float, humidity: float, kappa: float, scale: float) -> None:
    found = kappa_koehler([reading], [humidity], kappa).values[0]
    assert found <= reading
    assert kappa_koehler([reading * scale], [humidity], kappa).values[0] == pytest.approx(found * scale)


@given(st.floats(0, 84), st.floats(0.01, 1.5))
def test_more_water_means_less_dust(humidity: float, kappa: float) -> None:
    dry, humid = kappa_koehler([100.0, 100.0], [humidity, humidity + 1.0], kappa).values
    assert humid < dry


def test_dust_that_takes_no_water_is_left_alone() -> None:
    assert kappa_koehler([42.0], [84.0], 0.0).values[0] == 42.0


def test_vectors_and_numbers_alike() -> None:
    x, humidity = np.linspace(0, 500, 101), np.full(101, 55.0)
    for method in CorrectionMethod:
        kappa = 0.4 if method is CorrectionMethod.KAPPA_KOEHLER else None
        whole = correct(method, kappa, x, humidity).values
        singly = [correct(method, kappa, [each], [55.0]).values[0] for each in x]
        assert whole.tolist() == singly


def test_wrong_input_is_told_by_name() -> None:
    with pytest.raises(ParticleError, match="kappa is 2"):
        kappa_koehler([1.0], [50.0], 2.0)
    with pytest.raises(ParticleError, match="humidity is 100"):
        mass_factor([100.0], 0.4)
    with pytest.raises(ParticleError, match="cap is 99"):
        kappa_koehler([1.0], [50.0], 0.4, cap=99.0)
    with pytest.raises(ParticleError, match="kappa is missing"):
        correct(CorrectionMethod.KAPPA_KOEHLER, None, [1.0], [50.0])
    assert HUMIDITY_CAP <= 90.0
    assert "no particle mass" in (cannot_correct("co2", CorrectionMethod.KAPPA_KOEHLER) or "")
    assert "PM2.5" in (cannot_correct("pm10", CorrectionMethod.BARKJOHN_2021) or "")
