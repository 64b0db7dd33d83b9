"""``vigie measure`` of the air of a room, as a technician types it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.shared_data import require_shared
from tests.vigie.running import OFFICE, vigie, workspace


def answer(*arguments: object, code: int = 0) -> dict[str, Any]:
    return dict(json.loads(vigie("measure", *arguments, "--json", code=code).stdout))


def recording(folder: Path, minutes: int, level: "np.ndarray | float", name: str = "co2") -> Path:
    path = folder / f"{name}.csv"
    stamps = np.datetime64("2026-03-02T17:00", "s") + np.arange(minutes) * np.timedelta64(60, "s")
    values = np.broadcast_to(level, minutes)
    rows = [f"{stamp},{value:.3f}" for stamp, value in zip(stamps, values, strict=True)]
    unit = "ppm" if name == "co2" else "ppb"
    path.write_text(f"time,{name} ({unit})\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_a_decay_of_a_file(tmp_path: Path) -> None:
    file = recording(tmp_path, 720, 430 + 900 * np.exp(-1.5 * np.arange(720) / 60))
    found = answer("ventilation", "--file", file, "--outdoor", "430", "--volume", "50")
    (result,) = found["results"]
    assert result["air_change"] == pytest.approx(1.5, rel=1e-3)
    assert result["flow_m3_h"] == pytest.approx(75, rel=1e-3)
    assert found["caveat"] is None
    said = vigie("measure", "ventilation", "--file", file, "--volume", "50").stdout
    assert "automatic calibration" in said


def test_a_build_up_with_people(tmp_path: Path) -> None:
    hours = np.arange(60) / 60
    rise = 1e6 * 2 * 0.0052 * 3.6 / 60
    file = recording(tmp_path, 60, 430 + rise / 1.2 * (1 - np.exp(-1.2 * hours)))
    found = answer(
        "ventilation", "--file", file, "--method", "build-up", "--volume", 60, "--people", 2, "--outdoor", "430"
    )
    (result,) = found["results"]
    assert result["air_change"] == pytest.approx(1.2, rel=1e-3)
    assert result["u_source"] > result["u_fit"]


def test_where_no_decay_can_be_found_the_answer_is_no_with_its_reason(tmp_path: Path) -> None:
    file = recording(tmp_path, 720, 500.0)
    done = vigie("measure", "ventilation", "--file", file, "--outdoor", "430", code=1)
    assert "CO2 starts 70 ppm over outdoors" in done.stdout
    assert "conditions of the method do not hold" in done.stderr


def test_the_office_from_a_file_and_from_the_workspace(tmp_path: Path) -> None:
    file = require_shared("datasets/uci_occupancy/datatraining.txt")
    mapping = OFFICE / "mapping.toml"
    of_file = answer("ventilation", "--file", file, "-m", mapping, "--hours", "09:00-17:00")
    rates = [each["air_change"] for each in of_file["results"] if each["air_change"]]
    assert rates
    assert all(0.2 <= rate <= 5.0 for rate in rates)
    index = answer("icone", "--file", file, "-m", mapping, "--hours", "09:00-17:00")
    assert index["valid"] is True
    assert index["icone"] in (1, 2, 3)

    place = workspace(tmp_path / "service")
    vigie("import", file, "-m", mapping, "-w", place)
    stored = answer("ventilation", "--kit", "uci-office-1", "-w", place)
    evenings = [each["air_change"] for each in stored["results"] if each["air_change"]]
    assert evenings
    assert all(0.2 <= rate <= 5.0 for rate in evenings)
    vigie("compute", "-w", place)
    (exposure,) = json.loads(vigie("exposures", "--measure", "icone", "-w", place, "--json").stdout)
    assert exposure["value"] == answer("icone", "--kit", "uci-office-1", "-w", place)["icone"]
    assert (exposure["unit"], exposure["window_kind"]) == ("1", "campaign")


def test_a_long_recording_gives_each_evening_the_outdoor_air_of_its_own_week(tmp_path: Path) -> None:
    place = workspace(tmp_path / "service")
    mapping = OFFICE / "mapping.toml"
    week = require_shared("datasets/uci_occupancy/datatraining.txt")
    vigie("import", week, "-m", mapping, "-w", place)
    vigie("import", require_shared("datasets/uci_occupancy/datatest2.txt"), "-m", mapping, "-w", place)

    def evening(*source: object) -> dict[str, Any]:
        found = answer("ventilation", *source)["results"]
        return next(each for each in found if each["start"].startswith("2015-02-09") and each["air_change"])

    alone = evening("--file", week, "-m", mapping, "--hours", "09:00-17:00")
    within = evening("--kit", "uci-office-1", "-w", place, "--hours", "09:00-17:00")
    assert within["outdoor"] == pytest.approx(421, abs=1)
    assert within["air_change"] == pytest.approx(alone["air_change"], rel=0.01)
    weeks = {each["outdoor"] for each in answer("ventilation", "--kit", "uci-office-1", "-w", place)["results"]}
    assert len(weeks) > 1


def test_icone_of_shares_and_of_too_little() -> None:
    assert answer("icone", "--over-1000", 0.3, "--over-1700", 0.4)["icone"] == 3
    assert "confinement faible" in vigie("measure", "icone", "--over-1000", "0.2", "--over-1700", "0.1").stdout


def test_icone_of_a_day_is_shown_and_refused(tmp_path: Path) -> None:
    done = vigie("measure", "icone", "--file", recording(tmp_path, 1440, 900.0), "--hours", "08:00-18:00", code=1)
    assert "ICONE 0 of 5" in done.stdout
    assert "expected an occupied week" in done.stderr


def test_peaks_over_the_baseline(tmp_path: Path) -> None:
    level = np.full(2880, 100.0)
    level[2000:2030] = 700.0
    found = answer("voc", "--file", recording(tmp_path, 2880, level, "tvoc"))
    (peak,) = found["peaks"]
    assert peak["height"] == pytest.approx(7.0)
    assert "no concentration" in str(found["meaning"])


@pytest.mark.parametrize("verb", ["ventilation", "icone"])
def test_a_file_without_a_possible_value_says_so(verb: str, tmp_path: Path) -> None:
    file = recording(tmp_path, 1440, -5.0)
    outdoor = ("--outdoor", "420") if verb == "ventilation" else ("--hours", "08:00-18:00")
    done = vigie("measure", verb, "--file", file, *outdoor, code=1)
    assert done.stderr.strip() == "co2.csv: every one of its 1440 readings of co2 lies outside 300 to 10000 ppm"


def test_a_file_of_one_reading_says_so(tmp_path: Path) -> None:
    done = vigie("measure", "ventilation", "--file", recording(tmp_path, 1, 900.0), "--outdoor", "420", code=1)
    assert (
        done.stderr.strip() == "co2.csv: has one reading of co2; expected two or more, to know what time one stands for"
    )


def test_co2_of_a_room_says_how_much_outdoor_air_there_is() -> None:
    found = answer("co2", 1000, "--people", 4, "--volume", 60)
    assert found["over_outdoor"] == 580
    assert found["rebreathed_fraction"] == pytest.approx(580 / 38_000)
    assert found["flow_per_person_m3_h"] == pytest.approx(32.3, abs=0.05)  # published.md O-6
    assert found["u_flow_per_person_m3_h"] / found["flow_per_person_m3_h"] == pytest.approx(np.hypot(30 / 580, 0.2))
    assert found["air_change"] == pytest.approx(4 * found["flow_per_person_m3_h"] / 60)
    assert found["hours_to_steady"] == pytest.approx(3 / found["air_change"])
    said = vigie("measure", "co2", 1000, "--people", 4, "--volume", 60).stdout
    assert "Holds after 1.4 h (three time constants) with the same people" in said
    assert "25 m³/h a person: offices" in said
    assert "3/λ hours" in vigie("measure", "co2", 1000).stdout


def test_co2_under_outdoors_is_said_so() -> None:
    said = vigie("measure", "co2", 350).stdout
    assert "under outdoors       70 ppm" in said
    assert "CO2 is 70 ppm under outdoors (420 ppm); expected at least 100 ppm" in said


def test_a_flow_says_the_co2_it_leads_to_and_back() -> None:
    found = answer("co2", "--flow", 25, "--met", 1.2)
    assert found["co2"] == pytest.approx(1162, abs=1)  # 18.5 L/h a person
    assert found["u_flow_per_person_m3_h"] is None
    assert answer("co2", found["co2"], "--met", 1.2)["flow_per_person_m3_h"] == pytest.approx(25)
    assert "steady CO2         1169 ppm with 25 m³/h" in vigie("measure", "co2", "--flow", 25).stdout


def test_co2_near_outdoors_gives_no_flow_but_the_reason() -> None:
    found = answer("co2", 470)
    assert found["flow_per_person_m3_h"] is None
    assert found["refused"] == "CO2 is 50 ppm over outdoors (420 ppm); expected at least 100 ppm"
    assert found["refused"] in vigie("measure", "co2", 470).stdout
    assert "none: CO2 is not over outdoors" in vigie("measure", "co2", 400).stdout


def test_vapours_nobody_named_at_the_conditions_of_the_limits() -> None:
    found = answer("gas", 120, "mg/m3", "--temperature", 30, "--pressure", 95)
    assert found["mg_m3_at_20c"] == pytest.approx(120 * 303.15 / 293.15 * 101.325 / 95)
    assert found["ppm"] is None
    told = vigie("measure", "gas", 120, "mg/m3", "--temperature", 30, "--pressure", 95).stdout
    assert "limits of gases and vapours are told, to 132.4 mg/m3" in told


def test_gas_and_particles() -> None:
    found = answer("gas", 1, "ppm", "-s", "toluene", "--temperature", 30, "--pressure", 95)
    assert found["value"] == pytest.approx(3.473, abs=5e-4)
    assert answer("gas", 374.5, "µg/m3", "-s", "50-00-0", "--to", "ppb")["value"] == pytest.approx(300, abs=0.1)
    high = answer("gas", 1, "ppm", "-s", "toluene", "--temperature", 30, "--altitude", 500)
    assert high["value"] == pytest.approx(3.473 * 95.46 / 95, rel=2e-4)
    assert answer("gas", 10, "ppm", "-s", "toluene", "--pid-factor", 0.5, "--to", "ppm")["value"] == 5.0
    dry = answer("particles", 100, "--humidity", 90, "--kappa", 0.4)
    assert dry["growth_factor"] == pytest.approx(1.484, abs=6e-4)  # held at 85 %, as the mass is; published.md O-7
    assert answer("particles", 100, "--humidity", 50, "--correction", "barkjohn-2021")["growth_factor"] is None
    assert dry["value"] == pytest.approx(100 / 2.374, rel=1e-3)
    assert dry["suspect"] is True


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ventilation",), "name either --kit KIT"),
        (("ventilation", "--file", "nothing.csv"), "no such file"),
        (("ventilation", "--file", "nothing.csv", "--method", "wind"), "expected decay or build-up"),
        (("ventilation", "--file", "nothing.csv", "--people", "2"), "add --method build-up and --volume"),
        (("icone", "--over-1000", "20"), "expected 0 to 1 (20 % is 0.2)"),
        (("icone", "--over-1000", "0.2", "--kit", "k"), "not both"),
        (("voc", "--file", "nothing.csv", "-q", "co2"), "expected tvoc, voc_index or formaldehyde"),
        (("co2",), "give the CO2 of the room in ppm, or --flow"),
        (("co2", "850", "--flow", "25"), "one of them"),
        (("co2", "850", "--people", "4"), "--people and --volume together"),
        (("co2", "850", "--people", "0", "--volume", "60"), "--people is 0; expected 1 to 100000"),
        (("co2", "nan"), "CO2 is nan ppm; expected 300 to 100000 ppm"),
        (("co2", "--flow", "nan"), "--flow is nan; expected 0.1 to 3600 m³/h a person"),
        (("co2", "850", "--outdoor", "42"), "outdoor CO2 is 42 ppm; expected 300 to 800 ppm"),
        (("gas", "50", "ppm"), "expected mg/m3 or µg/m3 where no --substance is named"),
        (("gas", "50", "mg/m3", "--to", "ppm"), "where no --substance is named"),
        (("gas", "50", "mg/m3", "--pid-factor", "2"), "name it with --substance"),
        (("gas", "50", "ppm", "-s", "tvoc"), "never converted"),
        (("gas", "50", "ppm", "-s", "toluen"), 'did you mean "toluene"?'),
        (("gas", "50", "grains", "-s", "toluene"), "expected ppm, ppb, mg/m3 or µg/m3"),
        (("gas", "50", "ppm", "-s", "toluene", "--pressure", "1013"), "1013 hPa are 101.3 kPa"),
        (("gas", "50", "ppm", "-s", "toluene", "--altitude", "9000"), "expected -500 to 5000 m"),
        (("gas", "nan", "ppm", "-s", "toluene"), "value is nan; expected a number, 0 or more"),
        (("gas", "inf", "ppm", "-s", "toluene"), "value is inf; expected a number, 0 or more"),
        (("gas", "1e308", "ppm", "-s", "toluene"), "expected at most 1000000 ppm"),
        (("gas", "5e6", "mg/m3", "-s", "toluene"), "5e+06 mg/m3 is 1.31e+06 ppm; expected at most 1000000 ppm"),
        (("particles", "nan", "--humidity", "50", "--kappa", "0.4"), "value is nan; expected 0 to 1000000 µg/m³"),
        (("particles", "1e308", "--humidity", "50", "--kappa", "0.4"), "expected 0 to 1000000 µg/m³"),
        (("particles", "100", "--humidity", "120", "--kappa", "0.4"), "expected 0 to 100 %"),
        (("particles", "100", "--humidity", "0.85", "--kappa", "0.4"), "expected per cent, e.g. 85"),
        (("particles", "100", "--humidity", "50"), "kappa is missing"),
        (("particles", "100", "--humidity", "50", "--correction", "barkjohn"), "did you mean"),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = vigie("measure", *arguments, code=2)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr
