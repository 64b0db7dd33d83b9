"""Psychrometrics, heat, comfort and mould against published numbers (O-9 to O-11), validation tables and peers."""

import json
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythermalcomfort import psychrometrics as peer
from pythermalcomfort.models import heat_index_rothfusz
from pythermalcomfort.models import humidex as peer_humidex
from pythermalcomfort.models import wbgt as peer_wbgt

from dsp.heat.comfort import Surroundings, comfort, dissatisfied
from dsp.heat.felt_heat import heat_index, humidex
from dsp.heat.mould import critical_humidity, humid_surface_temperature
from dsp.heat.psychrometrics import (
    absolute_humidity,
    air_density,
    dew_point,
    dew_point_of,
    frost_point_of,
    heat_content,
    mixing_ratio,
    pressure_at,
    saturation_pressure,
    vapour_pressure,
    wet_bulb,
)
from dsp.heat.wbgt import (
    Acclimatisation,
    Basis,
    Clothing,
    Heat,
    HeatIndication,
    MetabolicClass,
    bernard_wet_bulb,
    natural_wet_bulb,
    niosh_limit,
    reference_limit,
    wbgt,
    wbgt_estimate,
    wbgt_in_sun,
)
from dsp.validity import OutOfRangeError
from tests.dsp.naive_psychrometrics import full_saturation_pressure, stull_wet_bulb
from tests.shared_data import require_shared

TABLES = "oracles/thermal/validation-data-comfort-models"

# O-9 [CALC]: t, RH → dew point, absolute humidity, wet bulb, Stull, Bernard wet bulb, Bernard WBGT, heat index, Humidex
O9 = [
    (20, 50, 9.26, 8.62, 13.84, 13.70, 13.79, 15.84, 19.4, 20.9),
    (25, 50, 13.85, 11.48, 17.96, 18.00, 17.91, 20.25, 24.9, 28.3),
    (30, 40, 14.93, 12.10, 20.17, 20.45, 20.10, 23.37, 29.7, 33.9),
    (30, 50, 18.44, 15.13, 22.09, 22.30, 22.04, 24.67, 31.0, 36.3),
    (30, 80, 26.17, 24.21, 27.12, 27.13, 27.11, 28.06, 37.7, 43.7),
    (40, 20, 12.78, 10.20, 22.23, 22.70, 22.12, 28.02, 39.4, 42.7),
]

temperatures = st.floats(0.0, 50.0)
humidities = st.floats(1.0, 100.0)


def table(name: str) -> dict[str, list[dict[str, dict[str, float]]]]:
    found: dict[str, list[dict[str, dict[str, float]]]] = json.loads(
        require_shared(f"{TABLES}/{name}").read_text(encoding="utf-8")
    )
    return found


@pytest.mark.parametrize("row", O9, ids=lambda row: f"{row[0]}-{row[1]}")
def test_every_column_of_the_recomputed_table(row: tuple[float, ...]) -> None:
    """O-9; digits as printed."""
    t, rh, *expected = row
    found = [
        dew_point(t, rh),
        absolute_humidity(t, rh),
        wet_bulb(t, rh),
        stull_wet_bulb(t, rh),
        bernard_wet_bulb(t, rh),
        wbgt_estimate(t, rh),
        heat_index(t, rh),
        humidex(t, rh),
    ]
    tolerances = [0.006] * 6 + [0.06] * 2
    for value, wanted, tolerance in zip(found, expected, tolerances, strict=True):
        assert float(value) == pytest.approx(wanted, abs=tolerance)


@pytest.mark.parametrize(
    ("temperature", "magnus", "sonntag"),
    [
        (0, 6.112, 6.112),
        (10, 12.260, 12.281),
        (20, 23.326, 23.392),
        (25, 31.601, 31.699),
        (30, 42.337, 42.470),
        (40, 73.675, 73.853),
    ],
)
def test_saturation_pressure_by_both_formulas(temperature: float, magnus: float, sonntag: float) -> None:
    """O-9 [CALC], hPa; the short formula is under 0.4 % from the full one."""
    assert float(saturation_pressure(temperature)) == pytest.approx(magnus, abs=6e-4)
    assert full_saturation_pressure(temperature) == pytest.approx(sonntag, abs=6e-4)


@pytest.mark.parametrize(("temperature", "pascal"), [(5, 872.6), (25, 3169.7), (50, 12351.3), (100, 101418)])
def test_full_formula_is_that_of_ashrae(temperature: float, pascal: float) -> None:
    """O-9 [PUB: psychrolib tests], tolerance 0.03 %."""
    assert 100 * full_saturation_pressure(temperature) == pytest.approx(pascal, rel=3e-4)


@given(st.floats(0.0, 60.0))
def test_magnus_is_under_four_thousandths_from_the_full_formula(temperature: float) -> None:
    assert float(saturation_pressure(temperature)) == pytest.approx(full_saturation_pressure(temperature), rel=4e-3)


@pytest.mark.parametrize(("temperature", "pascal"), [(-20, 103.24), (-5, 401.74)])
def test_frost_point_is_that_of_ashrae(temperature: float, pascal: float) -> None:
    """O-9 [PUB: psychrolib tests], tolerance 0.03 %: 0.004 °C."""
    assert float(frost_point_of(pascal / 100)) == pytest.approx(temperature, abs=0.004)


@given(st.floats(0.01, 6.11))
def test_frost_grows_on_surfaces_warmer_than_the_dew_point(pressure: float) -> None:
    frost, dew = float(frost_point_of(pressure)), float(dew_point_of(pressure))
    assert dew <= frost <= min(0.0, dew + 0.125 * abs(dew))


@given(st.floats(10.0, 45.0), st.floats(10.0, 95.0))
def test_wet_bulb_is_within_a_degree_of_stull(t: float, rh: float) -> None:
    assert float(wet_bulb(t, rh)) == pytest.approx(stull_wet_bulb(t, rh), abs=1.0)


@pytest.mark.parametrize(
    ("t", "rh", "expected"), [(31.6, 59.6, 22.78), (29.3, 75.4, 24.50), (10, 50, 0.06), (40, 50, 27.59)]
)
def test_published_dew_points(t: float, rh: float, expected: float) -> None:
    """O-9 [PUB: pythermalcomfort], ± 0.1 °C."""
    assert float(dew_point(t, rh)) == pytest.approx(expected, abs=0.1)


def test_published_wet_bulb_and_mixing_ratio() -> None:
    """O-9 [PUB: pythermalcomfort]; its wet bulb is Stull's."""
    assert round(stull_wet_bulb(25, 50), 1) == 18.0
    assert round(stull_wet_bulb(27.1, 66.4), 1) == 22.4
    assert float(mixing_ratio(25, 50)) == pytest.approx(0.00988, rel=5e-3)


@pytest.mark.parametrize(("altitude", "pascal"), [(0, 101_325), (500, 95_461), (1000, 89_875)])
def test_pressure_of_the_standard_atmosphere(altitude: float, pascal: float) -> None:
    """O-9 [PUB: psychrolib tests]."""
    assert 100 * float(pressure_at(altitude)) == pytest.approx(pascal, abs=1)


def test_heat_content_and_density_of_moist_air() -> None:
    """O-9 [PUB: psychrolib tests]: 30 °C, 0.02 kg/kg."""
    assert 1000 * float(heat_content(30, 0.02)) == pytest.approx(81_316, rel=3e-4)
    assert float(air_density(30, 0.02, 954.61)) == pytest.approx(1.08412, rel=3e-4)


def test_altitudes_nobody_works_at_are_refused() -> None:
    with pytest.raises(OutOfRangeError, match="altitude is 9000 m; expected -500 to 5000 m"):
        pressure_at(9000)
    with pytest.raises(OutOfRangeError, match=r"mixing ratio is -0\.1"):
        heat_content(30, -0.1)


@pytest.mark.parametrize(
    ("t", "dew", "wet", "expected"),
    [
        (16.4, 7.867316, 11.6787, 13.2367),
        (21.6, 9.813383, 14.6677, 16.9553),
        (22.8, 10.906993, 15.6382, 18.0016),
    ],
)
def test_bernard_as_the_r_package_heatstress_has_it(t: float, dew: float, wet: float, expected: float) -> None:
    """O-10 [PUB: HeatStress, Salamanca]."""
    rh = 100 * float(saturation_pressure(dew) / saturation_pressure(t))
    assert float(bernard_wet_bulb(t, rh)) == pytest.approx(wet, abs=1e-3)
    assert float(wbgt_estimate(t, rh)) == pytest.approx(expected, abs=1e-3)


def test_wbgt_validation_table() -> None:
    """O-10; ts_wbgt.json, with the tolerance it names."""
    data = table("ts_wbgt.json")
    tolerance = data["tolerance"]["wbgt"]  # type: ignore[call-overload]
    seen = 0
    for row in data["data"]:
        given_, expected = row["inputs"], row["outputs"]
        if given_.get("with_solar_load"):
            if "tdb" not in given_:
                continue
            found = wbgt_in_sun(given_["twb"], given_["tg"], given_["tdb"])
        else:
            found = wbgt(given_["twb"], given_["tg"])
        assert found.tolist() == pytest.approx(expected["wbgt"], abs=tolerance)
        seen += 1
    assert seen >= 6
    assert float(wbgt(25, 32)) == pytest.approx(peer_wbgt(twb=25, tg=32, round_output=False).wbgt)


def test_humidex_validation_table_within_its_tolerance() -> None:
    """ts_humidex.json names ± 1 and holds the "rana" variant; ours is Masterson's, up to 0.5 more from 10 to 40 °C."""
    data = table("ts_humidex.json")
    tolerance = data["tolerance"]["humidex"]  # type: ignore[call-overload]
    for row in data["data"]:
        given_ = row["inputs"]
        assert float(humidex(given_["tdb"], given_["rh"])) == pytest.approx(row["outputs"]["humidex"], abs=tolerance)


@pytest.mark.parametrize(
    ("t", "rh", "expected"), [(21, 100, 29.3), (34, 100, 58.9), (43, 20, 47.1), (30, 30, 31.5), (31, 55, 39.3)]
)
def test_masterson_humidex(t: float, rh: float, expected: float) -> None:
    """O-10 [PUB: ECCC En57-23-1-79]."""
    assert float(humidex(t, rh)) == pytest.approx(expected, abs=0.2)
    assert float(humidex(t, rh)) == pytest.approx(float(peer_humidex(t, rh, model="masterson").humidex), abs=0.2)


@pytest.mark.parametrize(
    ("fahrenheit", "rh", "expected"),
    [(80, 40, 80), (86, 90, 105), (90, 70, 106), (100, 50, 118), (96, 65, 121), (110, 40, 136)],
)
def test_heat_index_of_the_weather_service(fahrenheit: float, rh: float, expected: float) -> None:
    """O-10 [CALC], °F."""
    found = float(heat_index((fahrenheit - 32) / 1.8, rh)) * 1.8 + 32
    assert found == pytest.approx(expected, abs=0.6)


def test_heat_index_validation_table_where_the_regression_holds() -> None:
    """ts_heat_index.json ± 0.1; its first row (25 °C) is the bare regression outside its range: ours is 1 °C less."""
    data = table("ts_heat_index.json")
    tolerance = data["tolerance"]["hi"]  # type: ignore[call-overload]
    outside, inside = data["data"]
    assert float(heat_index(30, 80)) == pytest.approx(inside["outputs"]["hi"], abs=tolerance)
    assert outside["outputs"]["hi"] - float(heat_index(25, 50)) == pytest.approx(1.0, abs=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert float(heat_index(35, 50)) == pytest.approx(float(heat_index_rothfusz(35, 50).hi), abs=0.1)
    assert float(heat_index(29, 50)) == pytest.approx(29.7, abs=tolerance)  # O-10 [PUB: pythermalcomfort]


@pytest.mark.parametrize(
    ("watts", "used", "new"),
    [(115, 33.0, 30.8), (180, 30.8, 28.1), (300, 28.2, 25.0), (415, 26.6, 23.0), (520, 25.5, 21.6)],
)
def test_niosh_limits(watts: float, used: float, new: float) -> None:
    """O-10."""
    assert niosh_limit(watts, Acclimatisation.ACCLIMATISED) == pytest.approx(used, abs=0.051)
    assert niosh_limit(watts, Acclimatisation.NOT_ACCLIMATISED) == pytest.approx(new, abs=0.051)


def test_reference_values_are_those_of_the_limits_table() -> None:
    used = [reference_limit(work, Acclimatisation.ACCLIMATISED).value for work in MetabolicClass]
    new = [reference_limit(work, Acclimatisation.NOT_ACCLIMATISED).value for work in MetabolicClass]
    assert used == [33, 30, 28, 26, 25]
    assert new == [32, 29, 26, 23, 20]


def test_pmv_of_every_row_of_iso_7730() -> None:
    """O-11: published PMV ± 0.1 (rows as the standard rounds them), and ± 0.02 of the recomputed ones."""
    rows = json.loads(require_shared("oracles/thermal/iso7730_pmv_rows.json").read_text(encoding="utf-8"))
    inside = [row for row in rows if row["source"]]
    assert len(inside) == len(rows) - 1  # one row asks for values outside the standard; ours refuses them by name
    for row in inside:
        i = row["inputs"]
        found = comfort(Surroundings(i["tdb"], i["rh"], i["met"], i["clo"], i["tr"], i["vr"]))
        assert found.pmv == pytest.approx(row["published"]["pmv"], abs=0.1)
        assert found.pmv == pytest.approx(row["pythermalcomfort_unrounded"]["pmv"], abs=0.02)
        assert found.ppd == pytest.approx(row["published"]["ppd"], abs=1.0)
        assert found.ppd == pytest.approx(row["pythermalcomfort_unrounded"]["ppd"], abs=0.1)


def test_pmv_validation_table_of_the_iso_model() -> None:
    """ts_pmv_ppd.json: the ISO rows inside the standard's range, with the tolerances it names."""
    data = table("ts_pmv_ppd.json")
    tolerance = data["tolerance"]
    seen = 0
    for row in data["data"]:
        i, expected = row["inputs"], row["outputs"]
        if str(i.get("standard", "")).upper() != "ISO" or i.get("limit_inputs") is False or isinstance(i["tdb"], list):
            continue
        found = comfort(Surroundings(i["tdb"], i["rh"], i["met"], i["clo"], i["tr"], i["vr"]))
        assert found.pmv == pytest.approx(expected["pmv"], abs=tolerance["pmv"])  # type: ignore[call-overload]
        assert found.ppd == pytest.approx(expected["ppd"], abs=tolerance["ppd"])  # type: ignore[call-overload]
        seen += 1
    assert seen >= 10


def test_comfort_outside_iso_7730_names_each_input() -> None:
    with pytest.raises(OutOfRangeError) as raised:
        comfort(Surroundings(34.0, 60.0, 5.0, 3.0))
    for named in ("air temperature is 34 °C", "metabolism is 5 met", "clothing is 3 clo"):
        assert named in str(raised.value)
    with pytest.raises(OutOfRangeError, match="vapour pressure is"):
        comfort(Surroundings(30.0, 90.0, 1.0, 0.5))
    with pytest.raises(OutOfRangeError, match="PMV is"):
        comfort(Surroundings(11.0, 40.0, 0.8, 0.2))


def test_comfort_is_never_surer_than_its_assumptions() -> None:
    assert comfort(Surroundings(22.0, 50.0, 1.2, 0.7)).uncertainty == pytest.approx(0.5)
    assert comfort(Surroundings(22.0, 50.0, 1.2, 0.7, 22.0, 0.1)).uncertainty == pytest.approx(0.3)
    assert comfort(Surroundings(22.0, 50.0, 1.2, 0.7), 0.5, 3.0).uncertainty > 0.5
    assert dissatisfied(0.0) == 5.0


def test_near_the_reference_without_a_globe_says_measure() -> None:
    assert Heat(27.0, 0.1, Basis.ESTIMATED).against(28.0) is HeatIndication.MEASURE
    assert Heat(25.9, 0.1, Basis.ESTIMATED).against(28.0) is HeatIndication.BELOW
    assert Heat(30.1, 0.1, Basis.ESTIMATED).against(28.0) is HeatIndication.ABOVE
    assert Heat(27.0, 0.5, Basis.MEASURED).against(28.0) is HeatIndication.BELOW
    assert Basis.ESTIMATED.uncertainty >= 1.5
    assert [kind.adjustment for kind in Clothing] == [0.0, 3.0, 11.0]


def test_radiation_warms_the_natural_wet_bulb_only_from_4_degrees_on() -> None:
    still = float(natural_wet_bulb(30, 50, None, 1.0))
    assert float(natural_wet_bulb(30, 50, 33.9, 1.0)) == still
    wet = float(bernard_wet_bulb(30, 50))
    assert float(natural_wet_bulb(30, 50, 40.0, 2.0)) == pytest.approx(wet + 2.5 - 0.1)
    assert float(natural_wet_bulb(30, 50, 40.0, 0.5)) == pytest.approx(wet + 2.5 + 0.1 / 0.5**1.1 - 0.2)


def test_mould_needs_damp_surfaces() -> None:
    assert float(critical_humidity(5.0)) == pytest.approx(88.0, abs=0.1)
    assert float(critical_humidity(35.0)) == 80.0
    surface = float(humid_surface_temperature(21.0, 60.0))
    assert 100 * float(vapour_pressure(21.0, 60.0) / saturation_pressure(surface)) == pytest.approx(80.0)
    assert float(dew_point(21.0, 60.0)) < surface < 21.0


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: dew_point(90.0, 120.0), ("air temperature is 90 °C", "relative humidity is 120 %")),
        (lambda: dew_point(20.0, 0.0), ("relative humidity is 0 %",)),
        (lambda: wbgt_estimate(60.0, 50.0, 9.0), ("air temperature is 60 °C", "air speed is 9 m/s")),
        (lambda: frost_point_of(7.0), ("vapour pressure is 7 hPa; expected 0.005 to 6.112 hPa",)),
        (lambda: wet_bulb(20.0, 50.0, 200.0), ("air pressure is 200 hPa",)),
        (lambda: saturation_pressure(float("nan")), ("air temperature is nan °C",)),
        (lambda: humidex(5.0, 50.0), ("air temperature is 5 °C; expected 10 to 60 °C (Humidex)",)),
        (lambda: dew_point([20.0, 99.0, 98.0], 50.0), ("air temperature is 99 °C",)),
    ],
)
def test_out_of_range_is_said_by_name(call, named: tuple[str, ...]) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(OutOfRangeError) as raised:
        call()
    for text in named:
        assert text in str(raised.value)


def test_peer_for_psychrometrics() -> None:
    """pythermalcomfort: dew point and Stull's wet bulb agree; its vapour pressure is another formula, 0.4 % off."""
    for t, rh in ((10.0, 50.0), (25.0, 30.0), (31.6, 59.6), (40.0, 80.0)):
        assert float(dew_point(t, rh)) == pytest.approx(float(peer.dew_point_tmp(t, rh)), abs=0.1)
        assert stull_wet_bulb(t, rh) == pytest.approx(float(peer.wet_bulb_tmp(t, rh)), abs=0.06)
        assert 100 * float(saturation_pressure(t)) == pytest.approx(float(peer.p_sat(t)), rel=5e-3)


@given(temperatures, humidities)
def test_dew_point_wet_bulb_and_air_stand_in_order(t: float, rh: float) -> None:
    dew, wet = float(dew_point(t, rh)), float(wet_bulb(t, rh))
    assert dew <= wet + 1e-9
    assert wet <= t + 1e-9
    assert abs(float(bernard_wet_bulb(t, rh)) - wet) < 0.35
    assert float(dew_point_of(vapour_pressure(t, rh))) == pytest.approx(dew, abs=1e-9)


@given(temperatures, humidities)
def test_wet_bulb_solves_its_equation(t: float, rh: float) -> None:
    wet = float(wet_bulb(t, rh))
    left = float(saturation_pressure(wet)) - 6.53e-4 * (1 + 0.000944 * wet) * 1013.25 * (t - wet)
    assert left == pytest.approx(float(vapour_pressure(t, rh)), abs=1e-9)


@given(st.floats(0.0, 49.0), st.floats(1.0, 99.0))
def test_warmer_or_damper_is_never_less(t: float, rh: float) -> None:
    for measure in (wbgt_estimate, absolute_humidity, dew_point, wet_bulb):
        here = float(measure(t, rh))
        assert float(measure(t + 1.0, rh)) > here
        assert float(measure(t, rh + 1.0)) > here


@given(st.lists(st.tuples(temperatures, humidities), min_size=1, max_size=40), st.integers(0, 39))
def test_an_element_does_not_depend_on_its_neighbours(rows: list[tuple[float, float]], at: int) -> None:
    t, rh = (np.array(column) for column in zip(*rows, strict=True))
    at %= t.size
    for measure in (wbgt_estimate, absolute_humidity, dew_point, wet_bulb):
        assert measure(t, rh)[at] == measure(t[at : at + 1], rh[at : at + 1])[0]
