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


def test_gas_and_particles() -> None:
    found = answer("gas", 1, "ppm", "-s", "toluene", "--temperature", 30, "--pressure", 95)
    assert found["value"] == pytest.approx(3.473, abs=5e-4)
    assert answer("gas", 374.5, "µg/m3", "-s", "50-00-0", "--to", "ppb")["value"] == pytest.approx(300, abs=0.1)
    assert answer("gas", 10, "ppm", "-s", "toluene", "--pid-factor", 0.5, "--to", "ppm")["value"] == 5.0
    dry = answer("particles", 100, "--humidity", 90, "--kappa", 0.4)
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
        (("gas", "50", "ppm", "-s", "tvoc"), "never converted"),
        (("gas", "50", "ppm", "-s", "toluen"), 'did you mean "toluene"?'),
        (("gas", "50", "grains", "-s", "toluene"), "expected ppm, ppb, mg/m3 or µg/m3"),
        (("gas", "50", "ppm", "-s", "toluene", "--pressure", "1013"), "1013 hPa are 101.3 kPa"),
        (("gas", "nan", "ppm", "-s", "toluene"), "value is nan; expected a number, 0 or more"),
        (("gas", "inf", "ppm", "-s", "toluene"), "value is inf; expected a number, 0 or more"),
        (("gas", "1e308", "ppm", "-s", "toluene"), "expected at most 1000000 ppm"),
        (("gas", "5e6", "mg/m3", "-s", "toluene"), "5e+06 mg/m3 is 1.31e+06 ppm; expected at most 1000000 ppm"),
        (("particles", "nan", "--humidity", "50", "--kappa", "0.4"), "value is nan; expected 0 to 1000000 µg/m³"),
        (("particles", "1e308", "--humidity", "50", "--kappa", "0.4"), "expected 0 to 1000000 µg/m³"),
        (("particles", "100", "--humidity", "120", "--kappa", "0.4"), "expected 0 to 100 %"),
        (("particles", "100", "--humidity", "50"), "kappa is missing"),
        (("particles", "100", "--humidity", "50", "--correction", "barkjohn"), "did you mean"),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    done = vigie("measure", *arguments, code=2)
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr
