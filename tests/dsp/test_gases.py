"""Gas units against the legal pairs of R4412-149 and against numbers computed independently (oracle O-8)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.substances import UnknownSubstanceError, substance, substances
from dsp.air.gases import REFERENCE, Conditions, GasError, at_reference, gas_of_pid, mg_m3_of_ppm, ppm_of_mg_m3

ATOMIC_WEIGHTS = {"H": 1.008, "C": 12.011, "O": 15.999, "S": 32.06, "Cl": 35.45}
"""Conventional atomic weights, IUPAC CIAAW 2021."""

# Agent, ppm, mg/m³ computed (published.md O-8, from M of the table and V_m = 24.0551 L/mol)
COMPUTED = [
    ("benzene", 1, 3.247),
    ("toluene", 20, 76.61),
    ("xylenes", 50, 220.7),
    ("styrene", 23.3, 100.9),
    ("acetone", 500, 1207.2),
    ("formaldehyde", 0.3, 0.375),
    ("co", 20, 23.29),
    ("co", 100, 116.4),
    ("co2", 5000, 9147.7),
    ("dichloromethane", 50, 176.5),
    ("methanol", 200, 266.4),
    ("hydrogen_sulfide", 5, 7.08),
    ("isobutylene", 1, 2.333),
]
# The official pair of the decree, ppm and mg/m³ (Code du travail, R4412-149): rounded, up to 2.5 % off the formula
LEGAL = [
    ("benzene", 1, 3.25),
    ("toluene", 20, 76.8),
    ("xylenes", 50, 221),
    ("styrene", 23.3, 100),
    ("acetone", 500, 1210),
    ("formaldehyde", 0.3, 0.37),
    ("co", 20, 23),
    ("co", 100, 117),
    ("co2", 5000, 9000),
    ("dichloromethane", 50, 178),
    ("methanol", 200, 260),
    ("hydrogen_sulfide", 5, 7),
]


@pytest.mark.parametrize(("name", "ppm", "mg"), COMPUTED)
def test_mass_concentration_at_the_reference(name: str, ppm: float, mg: float) -> None:
    assert mg_m3_of_ppm(ppm, substance(name)) == pytest.approx(mg, rel=1.5e-3)


@pytest.mark.parametrize(("name", "ppm", "mg"), LEGAL)
def test_legal_pairs_are_within_their_rounding(name: str, ppm: float, mg: float) -> None:
    assert mg_m3_of_ppm(ppm, substance(name)) == pytest.approx(mg, rel=0.026)


def test_molar_volumes_and_actual_air() -> None:
    assert REFERENCE.molar_volume == pytest.approx(24.0551, abs=5e-5)
    assert Conditions(25.0).molar_volume == pytest.approx(24.4654, abs=5e-5)
    toluene = substance("toluene")
    actual = Conditions(30, 95.0)
    assert mg_m3_of_ppm(1.0, toluene, actual) == pytest.approx(3.473, abs=5e-4)
    assert at_reference(mg_m3_of_ppm(1.0, toluene, actual), actual) == pytest.approx(mg_m3_of_ppm(1.0, toluene))


@pytest.mark.parametrize("each", substances().values(), ids=lambda each: each.id)
def test_molar_masses_are_the_sums_of_their_atoms(each: object) -> None:
    found = substance(each.id)  # type: ignore[attr-defined]
    parts = re.findall(r"([A-Z][a-z]?)(\d*)", found.formula)
    assert found.molar_mass == pytest.approx(sum(ATOMIC_WEIGHTS[e] * int(n or 1) for e, n in parts), abs=0.006)


@given(st.floats(1e-6, 1e6), st.sampled_from(sorted(substances())), st.floats(-40, 60), st.floats(60, 110))
def test_there_and_back_gives_the_same(ppm: float, name: str, temperature: float, pressure: float) -> None:
    air = Conditions(temperature, pressure)
    assert ppm_of_mg_m3(mg_m3_of_ppm(ppm, substance(name), air), substance(name), air) == pytest.approx(ppm, rel=1e-12)


@pytest.mark.parametrize("name", ["TVOC", "voc_index", "eCO2", "COV"])
def test_a_sum_or_an_index_is_never_converted(name: str) -> None:
    with pytest.raises(UnknownSubstanceError, match="never converted"):
        substance(name)


def test_a_misspelt_substance_names_the_nearest() -> None:
    with pytest.raises(UnknownSubstanceError, match='did you mean "toluene"'):
        substance("toluen")


def test_a_pid_needs_a_gas_and_a_plausible_factor() -> None:
    assert gas_of_pid(10.0, substance("toluene"), 0.5) == 5.0
    with pytest.raises(GasError, match="maker's table"):
        gas_of_pid(10.0, substance("toluene"), 0.0)


@pytest.mark.parametrize(
    ("temperature", "pressure", "says"), [(293, 101, "temperature is 293"), (20, 1013, "1013 hPa")]
)
def test_conditions_no_room_has_are_refused_by_name(temperature: float, pressure: float, says: str) -> None:
    with pytest.raises(GasError, match=says):
        Conditions(temperature, pressure)
