"""Units at the door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import UnitError, UnknownQuantityError
from catalog.identifiers import QuantityId
from catalog.quantities import measured_quantities, quantities
from catalog.units import accepted_units, conversion, to_catalog_unit

FINITE = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(
    ("quantity", "value", "unit", "expected"),
    [
        ("temperature", 21.5, "Cel", 21.5),
        ("temperature", 294.65, "K", 21.5),
        ("temperature", 32.0, "°F", 0.0),
        ("temperature", 212.0, "degF", 100.0),
        ("temperature", 21.5, "℃", 21.5),
        ("humidity", 45.0, "%RH", 45.0),
        ("humidity", 0.45, "/", 45.0),
        ("pressure", 101.325, "kPa", 1013.25),
        ("pressure", 102184.5, "Pa", 1021.845),
        ("pressure", 1004.7, "mbar", 1004.7),
        ("co2", 0.0004, "/", 400.0),
        ("co2", 9148.0, "mg/m3", 5000.2),
        ("co2", 850.0, " PPM ", 850.0),
        ("co", 23.0, "mg/m³", 19.75),
        ("formaldehyde", 100.0, "µg/m3", 80.11),
        ("formaldehyde", 0.37, "mg/m3", 296.4),
        ("formaldehyde", 0.3, "ppm", 300.0),
        ("tvoc", 0.5, "ppm", 500.0),
        ("voc_index", 100.0, "1", 100.0),
        ("voc_index", 100.0, "/", 100.0),
        ("pm2_5", 0.025, "mg/m3", 25.0),
        ("pm10", 12.0, "ug/m^3", 12.0),
        ("pm10", 12.0, "μg/m³", 12.0),
        ("laeq", 62.1, "dBA", 62.1),
        ("laeq", 62.1, "dB(A)", 62.1),
        ("lafmax", 70.0, "dBspl", 70.0),
        ("lcpeak", 110.0, "dB(C)", 110.0),
        ("illuminance", 300.0, "Lux", 300.0),
        ("illuminance", 0.3, "klx", 300.0),
    ],
)
def test_units_kits_send(quantity: str, value: float, unit: str, expected: float) -> None:
    assert to_catalog_unit(QuantityId(quantity), value, unit) == pytest.approx(expected, rel=2e-4, abs=1e-9)


def test_legal_pairs_agree_with_the_reference_state_within_their_rounding() -> None:
    # Code du travail R4412-149: 0.3 ppm = 0.37 mg/m³ formaldehyde, 20 ppm = 23 mg/m³ CO.
    assert to_catalog_unit(QuantityId("formaldehyde"), 0.37, "mg/m3") == pytest.approx(300, rel=0.025)
    assert to_catalog_unit(QuantityId("co"), 23, "mg/m3") == pytest.approx(20, rel=0.025)


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ("voc_index", "ppb"),
        ("tvoc", "mg/m3"),
        ("laeq", "dB(C)"),
        ("lcpeak", "dBA"),
        ("temperature", "V"),
        ("co2", ""),
        ("pressure", "°C"),
    ],
)
def test_unit_that_means_something_else_is_refused(quantity: str, unit: str) -> None:
    with pytest.raises(UnitError, match="cannot be converted"):
        conversion(QuantityId(quantity), unit)


def test_the_message_lists_what_is_accepted() -> None:
    with pytest.raises(UnitError) as raised:
        conversion(QuantityId("temperature"), "V")
    assert str(raised.value) == (
        'temperature: unit "V" cannot be converted to °C; accepted: °C, Cel, C, degC, K, °F, F, degF'
    )


def test_unknown_quantity_is_told_before_its_unit() -> None:
    with pytest.raises(UnknownQuantityError):
        conversion(QuantityId("no2"), "ppb")


@pytest.mark.parametrize("quantity", measured_quantities())
@given(value=FINITE)
def test_own_unit_changes_nothing(quantity: QuantityId, value: float) -> None:
    assert to_catalog_unit(quantity, value, quantities()[quantity].unit) == value


@pytest.mark.parametrize("quantity", measured_quantities())
def test_every_spelling_keeps_the_order_of_values(quantity: QuantityId) -> None:
    assert accepted_units(quantity)[0] == quantities()[quantity].unit
    for unit in accepted_units(quantity):
        assert conversion(quantity, unit).factor > 0


@given(FINITE)
def test_fahrenheit_and_kelvin_agree(celsius: float) -> None:
    temperature = QuantityId("temperature")
    from_fahrenheit = to_catalog_unit(temperature, celsius * 9 / 5 + 32, "°F")
    from_kelvin = to_catalog_unit(temperature, celsius + 273.15, "K")
    assert from_fahrenheit == pytest.approx(from_kelvin, abs=1e-8)


@pytest.mark.parametrize("name", sorted(quantities().keys() - measured_quantities().keys()))
def test_a_computed_quantity_is_never_received(name: QuantityId) -> None:
    with pytest.raises(UnitError, match="is computed from temperature and humidity and never received"):
        conversion(name, quantities()[name].unit)
    assert accepted_units(name) == ()
