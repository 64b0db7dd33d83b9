"""Water vapour against published points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim import humid_air


def test_saturation_pressure_agrees_with_steam_tables() -> None:
    # IAPWS: 611.2 Pa at 0 °C, 2339 Pa at 20 °C, 4246 Pa at 30 °C
    np.testing.assert_allclose(humid_air.saturation_pressure([0.0, 20.0, 30.0]), [611.2, 2339.0, 4246.0], rtol=3e-3)


def test_saturated_air_at_20_degrees_holds_17_3_grams_a_cubic_metre() -> None:
    assert float(humid_air.vapour_density(100.0, 20.0)) == pytest.approx(17.29, rel=5e-3)


@given(humidity=st.floats(1, 99), celsius=st.floats(-10, 45))
def test_humidity_survives_the_way_over_vapour_density(humidity: float, celsius: float) -> None:
    density = humid_air.vapour_density(humidity, celsius)
    assert float(humid_air.relative_humidity(density, celsius)) == pytest.approx(humidity, rel=1e-9)


def test_air_that_cools_below_its_dew_point_stays_saturated() -> None:
    assert float(humid_air.relative_humidity(humid_air.vapour_density(80.0, 25.0), 10.0)) == 100.0
