"""A calibration entered in the registry reaches values, uncertainties and lists; nobody needs to ask for everything."""

import math
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.vigie.running import OFFICE, rows, vigie

FIRST = datetime(2026, 3, 2, tzinfo=UTC) - timedelta(hours=1)
"""Midnight of Monday 2 March in Paris."""

REGISTRY = (
    re.sub(r"\ndeployments:.*", "", (OFFICE / "registry.yaml").read_text(encoding="utf-8"), flags=re.DOTALL)
    + """
deployments:
  - id: lent
    kit: uci-office-1
    zone: office
    start: 2026-03-02 00:00
    end: 2026-03-04 00:00
"""
)
CALIBRATION = """
calibrations:
  - kit: uci-office-1
    quantity: co2
    performed: {performed}
    due: {due}
    gain: 1.1
    offset: -20
    uncertainty: {{ relative: 0.01, absolute: 5 }}
    reference: gaz étalon 1000 ppm
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two days around 1000 ppm and 21 °C, computed as read."""
    folder = tmp_path / "service"
    vigie("init", folder)
    file = tmp_path / "readings.csv"
    times = [FIRST + timedelta(minutes=minute) for minute in range(1, 2 * 24 * 60 + 1)]
    waves = [math.sin(2 * math.pi * minute / 90) for minute in range(len(times))]
    lines = [
        f"{at.strftime('%Y-%m-%dT%H:%M:%SZ')},{1000 + 100 * wave:.1f},{21 + wave:.2f}"
        for at, wave in zip(times, waves, strict=True)
    ]
    file.write_text("\n".join(["time,co2 (ppm),temperature (°C)", *lines]) + "\n", encoding="utf-8")
    enter(folder, REGISTRY)
    vigie("import", file, "--kit", "uci-office-1", "-w", folder)
    vigie("compute", "-w", folder)
    return folder


def enter(place: Path, text: str) -> str:
    file = place.parent / "registry.yaml"
    file.write_text(text, encoding="utf-8")
    return vigie("registry", "import", file, "-w", place).stderr


def shifts(place: Path, quantity: str = "co2") -> list[dict[str, Any]]:
    return rows("exposures", "-q", quantity, "--measure", "mean", "--window", "shift", "-w", place)


def test_new_calibration_is_computed_without_asking_for_everything(place: Path) -> None:
    before, temperature = shifts(place), shifts(place, "temperature")
    assert "do not use" not in enter(place, REGISTRY + CALIBRATION.format(performed="2026-03-03", due="2027-03-03"))
    vigie("compute", "-w", place)
    monday, tuesday = shifts(place)
    assert monday == before[0]
    assert tuesday["value"] == pytest.approx(1.1 * before[1]["value"] - 20, rel=1e-12)
    assert tuesday["u_instrument"] == pytest.approx(((0.01 * tuesday["value"]) ** 2 + 25) ** 0.5, rel=1e-12)
    assert tuesday["u_place"] == pytest.approx(0.1 * tuesday["value"], rel=1e-12)
    assert (monday["revision"], tuesday["revision"]) == (1, 2)
    assert shifts(place, "temperature") == temperature
    assert max(reading["value"] for reading in rows("readings", "-q", "co2", "-w", place)) < 1100.05
    again = vigie("compute", "--all", "-w", place).stdout
    assert "0 exposures new or changed" in again


def test_overdue_calibration_is_less_sure_day_by_day_and_is_named(place: Path) -> None:
    enter(place, REGISTRY + CALIBRATION.format(performed="2020-01-15", due="2021-01-15"))
    vigie("compute", "-w", place)
    monday, tuesday = shifts(place)
    assert monday["u_instrument"] > 5 + 0.1 * 1800
    assert tuesday["u_instrument"] > monday["u_instrument"]
    (kit,) = rows("kits", "-w", place)
    assert (kit["calibration_due"], kit["calibration_overdue"]) == ("2021-01-15", "co2 since 2021-01-16")
    assert "co2 since 2021-01-16" in vigie("kits", "-w", place).stdout


def test_changed_place_and_transfer_factor_are_computed_too(place: Path) -> None:
    factor = """transfer_factors:
              - quantity: co2
                factor: 1.2
                uncertainty: { relative: 0.03 }
                source: mesuré
            place_uncertainty:
              temperature: { absolute: 0.2 }
"""
    before = shifts(place)
    changed = re.sub(r"(\n +)(work_unit: [^\n]*\n)", lambda m: f"{m[1]}{m[2]}            {factor}", REGISTRY, count=1)
    assert changed != REGISTRY
    enter(place, changed)
    vigie("compute", "-w", place)
    for old, new in zip(before, shifts(place), strict=True):
        assert new["value"] == pytest.approx(1.2 * old["value"], rel=1e-12)
        assert new["u_place"] == pytest.approx(0.03 * new["value"], rel=1e-12)
    assert {e["u_place"] for e in shifts(place, "temperature")} == {0.2}
