"""The quantities of the catalog."""

import pytest

from catalog.errors import CatalogError, UnknownQuantityError
from catalog.identifiers import QuantityId
from catalog.quantities import Averaging, measured_quantities, quantities, quantity

UNITS = {
    "co2": "ppm",
    "tvoc": "ppb",
    "voc_index": "1",
    "formaldehyde": "ppb",
    "co": "ppm",
    "pm1": "µg/m³",
    "pm2_5": "µg/m³",
    "pm4": "µg/m³",
    "pm10": "µg/m³",
    "laeq": "dB(A)",
    "lafmax": "dB(A)",
    "lcpeak": "dB(C)",
    "illuminance": "lx",
    "temperature": "°C",
    "humidity": "%",
    "pressure": "hPa",
    "wbgt_indoor": "°C",
    "absolute_humidity": "g/m³",
    "dew_point": "°C",
}

# exposure-semantics, section 4: instrument (relative, absolute), repeatability, place.
SECTION_4 = {
    "co2": ((0.025, 25), (0, 10), (0.10, 0)),
    "tvoc": ((0.15, 20), (0.05, 0), (0.30, 0)),
    "formaldehyde": ((0.10, 10), (0, 5), (0.20, 0)),
    "pm2_5": ((0.25, 3), (0.05, 0), (0.30, 0)),
    "pm10": ((0.25, 3), (0.05, 0), (0.30, 0)),
    "laeq": ((0, 1.0), (0, 0.2), (0, 2.5)),
    "lafmax": ((0, 1.0), (0, 0.2), (0, 2.5)),
    "lcpeak": ((0, 1.5), (0, 0.5), (0, 3.0)),
    "illuminance": ((0.08, 2), (0.02, 0), (0.25, 0)),
    "temperature": ((0, 0.25), (0, 0.05), (0, 0.5)),
    "humidity": ((0, 2.0), (0, 0.3), (0, 2.0)),
    "co": ((0.05, 1), (0, 0.5), (0.20, 0)),
}


def test_the_rooms_find_the_names_and_units_they_agreed_on() -> None:
    assert {name: known.unit for name, known in quantities().items()} == UNITS


@pytest.mark.parametrize("name", SECTION_4)
def test_default_uncertainties_are_those_of_section_4(name: str) -> None:
    known = quantity(name)
    found = tuple((part.relative, part.absolute) for part in (known.instrument, known.repeatability, known.place))
    assert found == SECTION_4[name]


def test_every_default_says_it_is_a_proposal() -> None:
    for known in quantities().values():
        assert known.uncertainty_source.startswith("engineering proposal")
    for name, known in measured_quantities().items():
        assert known.uncertainty_source.startswith("engineering proposal (exposure-semantics section 4)")
        assert ("no row of its own" in known.uncertainty_source) == (name not in SECTION_4)


def test_levels_average_as_energy_and_nothing_else_does() -> None:
    energetic = {name for name, known in quantities().items() if known.averaging is Averaging.ENERGETIC}
    assert energetic == {"laeq", "lafmax", "lcpeak"}


def test_levels_have_no_relative_uncertainty() -> None:
    for known in quantities().values():
        if known.averaging is Averaging.ENERGETIC:
            assert known.instrument.relative == known.repeatability.relative == known.place.relative == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("co2", 350), ("humidity", 99), ("humidity", 100), ("pm2_5", 0), ("illuminance", 0), ("laeq", 28)],
)
def test_real_readings_are_physically_possible(name: str, value: float) -> None:
    assert quantity(name).physical_low <= value <= quantity(name).physical_high


@pytest.mark.parametrize(("name", "value"), [("co2", 0), ("humidity", 101), ("pm2_5", -1), ("temperature", -273)])
def test_readings_no_sensor_can_mean_are_outside(name: str, value: float) -> None:
    known = quantity(name)
    assert not known.physical_low <= value <= known.physical_high


def test_agents_group_quantities() -> None:
    agents: dict[str, set[str]] = {}
    for name, known in quantities().items():
        agents.setdefault(known.agent, set()).add(name)
    assert agents["dust"] == {"pm1", "pm2_5", "pm4", "pm10"}
    assert agents["noise"] == {"laeq", "lafmax", "lcpeak"}
    assert agents["voc"] == {"tvoc", "voc_index"}
    assert set(agents) == {"co2", "voc", "formaldehyde", "co", "dust", "noise", "light", "heat", "humidity", "pressure"}


def test_uncertainty_grows_with_the_value() -> None:
    assert quantity("co2").instrument.at(1000) == pytest.approx((25**2 + 25**2) ** 0.5)


def test_unknown_quantity_is_told_the_nearest() -> None:
    with pytest.raises(UnknownQuantityError, match='"CO2" is no quantity of the catalog; did you mean "co2"') as raised:
        quantity("CO2")
    assert isinstance(raised.value, CatalogError)
    assert isinstance(raised.value, KeyError)


def test_nobody_can_change_the_catalog() -> None:
    with pytest.raises(TypeError):
        quantities()[QuantityId("co2")] = quantity("co")  # type: ignore[index]  # that is the point
