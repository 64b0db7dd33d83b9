"""Heat, comfort and light typed on the command line."""

import json

import pytest

from dsp.heat.wbgt import wbgt_estimate
from vigie.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    with pytest.raises(SystemExit) as end:
        main(["measure", *arguments])
    assert end.value.code == code
    out = capsys.readouterr()
    return out.out if code == 0 else out.err


def test_heat_near_its_reference_asks_for_a_globe(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "heat", "--temperature", "31", "--humidity", "55")
    assert "too near to tell: inconclusive" in told
    assert "Measure with a globe thermometer before deciding." in told
    found = json.loads(run(capsys, "heat", "--temperature", "31", "--humidity", "55", "--json"))
    assert found["wbgt"] == pytest.approx(float(wbgt_estimate(31.0, 55.0)))
    assert found["uncertainty"] >= 1.5
    assert found["measure_globe"] is True
    assert found["reference"] == 28.0


def test_heat_with_both_thermometers_is_the_standards_own(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--temperature", "30", "--humidity", "40", "--globe", "40", "--natural-wet-bulb", "23", "--json")
    found = json.loads(run(capsys, "heat", *arguments))
    assert found["wbgt"] == pytest.approx(0.7 * 23 + 0.3 * 40)
    assert found["uncertainty"] == 0.5
    assert found["measure_globe"] is False


def test_heat_in_the_sun_is_the_standards_other_formula(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--temperature", "30", "--humidity", "40", "--globe", "45", "--natural-wet-bulb", "23", "--sun")
    found = json.loads(run(capsys, "heat", *arguments, "--json"))
    assert found["wbgt"] == pytest.approx(0.7 * 23 + 0.2 * 45 + 0.1 * 30)
    assert found["sun"] is True
    assert "(ISO 7243), in the sun)" in run(capsys, "heat", *arguments)


def test_heat_tells_water_and_felt_heat_where_their_formulas_hold(capsys: pytest.CaptureFixture[str]) -> None:
    """Published values of published.md O-9 and O-10 for 30 °C and 50 %; 25 °C for the mixing ratio."""
    found = json.loads(run(capsys, "heat", "--temperature", "30", "--humidity", "50", "--json"))
    assert (found["heat_index"], found["humidex"]) == (pytest.approx(31.0, abs=0.06), pytest.approx(36.3, abs=0.06))
    assert found["frost_point"] is None
    found = json.loads(run(capsys, "heat", "--temperature", "25", "--humidity", "50", "--json"))
    assert found["mixing_ratio"] == pytest.approx(0.00988, rel=5e-3)
    high = json.loads(run(capsys, "heat", "--temperature", "25", "--humidity", "50", "--pressure", "84", "--json"))
    assert high["mixing_ratio"] > found["mixing_ratio"]
    assert high["wet_bulb"] < found["wet_bulb"]
    assert found["heat_content"] == pytest.approx(1.006 * 25 + found["mixing_ratio"] * (2501 + 1.86 * 25))
    assert found["air_density"] > high["air_density"]
    cold = ("heat", "--temperature", "5", "--humidity", "50")
    found = json.loads(run(capsys, *cold, "--json"))
    assert found["dew_point"] < found["frost_point"] < 0
    assert found["heat_index"] is None
    assert "(frost from \N{MINUS SIGN}4.0 °C)" in run(capsys, *cold)
    assert "heat index             none: only from 10 to 50 °C" in run(capsys, *cold)
    assert "dew point              \N{MINUS SIGN}4.6 °C" in run(capsys, *cold)


def test_heat_takes_the_altitude_where_nobody_read_a_barometer(capsys: pytest.CaptureFixture[str]) -> None:
    """published.md O-9: 898.75 hPa at 1000 m in the standard atmosphere."""
    air = ("heat", "--temperature", "25", "--humidity", "50")
    found = json.loads(run(capsys, *air, "--altitude", "1000", "--json"))
    assert found["pressure"] == pytest.approx(89.875, abs=0.006)
    assert found == json.loads(run(capsys, *air, "--pressure", repr(found["pressure"]), "--json"))
    told = run(capsys, *air, "--altitude", "1000")
    assert "at 89.87 kPa" in told or "at 89.88 kPa" in told
    assert "kJ/kg of dry air" in told


@pytest.mark.parametrize(("used", "limit", "kind"), [((), 26.6, "exposure"), (("--not-acclimatised",), 23.0, "alert")])
def test_heat_names_the_limit_of_niosh_for_information(
    used: tuple[str, ...], limit: float, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """O-10: 415 W."""
    arguments = ("heat", "--temperature", "31", "--humidity", "55", "--work", "heavy", *used)
    assert json.loads(run(capsys, *arguments, "--json"))["niosh_limit"] == pytest.approx(limit, abs=0.051)
    assert f"recommended {kind} limit of NIOSH (2016-106) at 415 W: {limit} °C." in run(capsys, *arguments)


def test_an_unverified_reference_value_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "unverified" in run(capsys, "heat", "--temperature", "31", "--humidity", "55", "--work", "heavy")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("heat", "--temperature", "71", "--humidity", "105"), "relative humidity is 105 %; expected 1 to 100 %"),
        (("heat", "--temperature", "31", "--humidity", "55", "--work", "hard"), "expected one of resting, light"),
        (("heat", "--temperature", "31", "--humidity", "55", "--clothing", "suit"), "vapour-barrier"),
        (("heat", "--temperature", "31", "--humidity", "55", "--natural-wet-bulb", "25"), "without --globe"),
        (
            ("heat", "--temperature", "31", "--humidity", "55", "--sun", "--globe", "40"),
            "nothing estimates the WBGT in",
        ),
        (("heat", "--temperature", "31", "--humidity", "55", "--pressure", "1013"), "1013 hPa are 101.3 kPa"),
        (("heat", "--temperature", "31", "--humidity", "55", "--altitude", "9000"), "--altitude is 9000; expected"),
        (
            ("heat", "--temperature", "31", "--humidity", "55", "--altitude", "900", "--pressure", "90"),
            "--pressure and --altitude; one of the two",
        ),
        (("comfort", "--temperature", "34", "--humidity", "60"), "air temperature is 34 °C; expected 10 to 30 °C"),
        (("light", "--grid", "520,abc"), 'value 2, is "abc"'),
        (("light", "--grid", "520"), "expected at least two points"),
        (("light", "--grid", "310,5 290,2 305,1"), "between values or decimal commas?"),
        (("light", "--grid", "520,480", "--required", "nan"), "--required is nan; expected lux"),
        (("light", "--grid", "520,480", "--minimum", "-3"), "--minimum is -3; expected lux"),
        (("light", "--grid", "520,480", "--uniformity", "nan"), "--uniformity is nan; expected a share"),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, *arguments, code=2)
    assert says in told
    assert len(told.strip().splitlines()) == 1


def test_comfort_names_what_it_assumes(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "comfort", "--temperature", "27", "--humidity", "60")
    assert "PMV   +0.77" in told
    assert "walls and windows as warm as the air, air speed 0.1 m/s" in told
    found = json.loads(run(capsys, "comfort", "--temperature", "27", "--humidity", "60", "--json"))
    assert found["ppd"] == pytest.approx(17.3, abs=0.1)
    assert found["uncertainty"] >= 0.5


def test_grid_of_o_12(capsys: pytest.CaptureFixture[str]) -> None:
    """477 ± 40 lx: under the 500 asked for by its number, and not for sure."""
    grid = ("light", "--grid", "520,480,610,300,450,500", "--required", "500", "--minimum", "120")
    found = json.loads(run(capsys, *grid, "--json"))
    assert found["mean"] == pytest.approx(476.67, abs=0.01)
    assert found["uniformity"] == pytest.approx(0.629, abs=0.001)
    assert found["verdicts"] == {"uniformity": "reached", "mean": "inconclusive", "minimum": "reached"}
    assert "inconclusive" in run(capsys, *grid)


@pytest.mark.parametrize(
    "grid", ["310,5;290,2;305,1", "310,5; 290,2; 305,1;", "310.5, 290.2, 305.1", "310.5 290.2 305.1"]
)
def test_grid_with_decimal_commas_as_french_people_type_it(grid: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "light", "--grid", grid, "--json"))
    assert (found["points"], found["minimum"]) == (3, 290.2)
