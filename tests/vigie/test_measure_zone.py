"""Light and mould of stored readings, and the transfer factor of a visit, on the command line."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from catalog.registry import parse_registry
from tests.vigie.running import rows, vigie
from vigie.cli import main

REGISTRY = """
employers:
  - id: menuiserie
    name: Menuiserie
    siret: "73282932000074"
    naf: 16.23Z
    establishments:
      - id: atelier
        name: Atelier
        timezone: Europe/Paris
        country: FR
        zones:
          - id: machines
            name: Machines
            kind: workshop
            headcount: 4
            work_unit: Usinage
            intensity: physical
            schedule:
              shifts:
                - {name: jour, days: mon-fri, start: 08:00, end: 16:00}
            TRANSFER
kits:
  - {id: near, model: generic}
  - {id: far, model: generic}
  - {id: silent, model: generic}
deployments:
  - {id: d1, kit: near, zone: machines, start: 2026-03-16 00:00, end: 2026-03-18 00:00}
  - {id: d2, kit: far, zone: machines, start: 2026-03-16 00:00, end: 2026-03-18 00:00}
  - {id: d3, kit: silent, zone: machines, start: 2026-03-16 00:00, end: 2026-03-18 00:00}
"""


def day(light: float, cold: float) -> str:
    """Two days in Paris: lamps from 8 to 16 h and twice as much light from noon on, hot from 13 to 16 h."""
    lines = ["time,temperature (°C),humidity (%),illuminance (lx)"]
    start = datetime(2026, 3, 15, 23, tzinfo=UTC)
    for minute in range(1, 2 * 1440 + 1):
        hour = (minute - 1) % 1440 / 60
        lux = 2.0 if not 8 <= hour < 16 else light if hour < 12 else 2 * light
        warm = cold if not 13 <= hour < 16 else 31.0
        damp = 85.0 if 2 <= hour < 5 else 60.0 + math.sin(minute)
        at = (start + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:%SZ")
        lines.append(f"{at},{warm},{damp:.2f},{lux + minute % 3 / 10:.1f}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zone")
    enter(folder, "")
    for kit, light, cold in (("near", 400.0, 21.0), ("far", 200.0, -3.0)):
        (folder / f"{kit}.csv").write_text(day(light, cold), encoding="utf-8")
        vigie("import", folder / f"{kit}.csv", "--kit", kit, "-w", folder / "service")
    vigie("compute", "-w", folder / "service")
    return folder / "service"


def enter(folder: Path, transfer: str) -> None:
    if not (folder / "service").exists():
        vigie("init", folder / "service")
    (folder / "registry.yaml").write_text(REGISTRY.replace("TRANSFER", transfer), encoding="utf-8")
    vigie("registry", "import", folder / "registry.yaml", "-w", folder / "service")


def test_light_of_a_zone(place: Path) -> None:
    found = json.loads(vigie("measure", "light", "--zone", "machines", "-w", place, "--json").stdout)
    near = next(kit for kit in found["kits"] if kit["kit"] == "near")
    assert near["measured_s"] == pytest.approx(16 * 3600, abs=240)
    assert near["minimum"] == pytest.approx(400, abs=1)
    assert near["p90"] == pytest.approx(800, abs=1)
    assert near["below"] == {"120": 0.0, "200": 0.0, "500": pytest.approx(0.5, abs=0.01)}
    assert near["dark"] == pytest.approx(2.0, abs=0.2)
    assert near["since"] == "2026-03-16"
    assert near["daylight_at_least"] is None
    assert found["uniformity"]["uniformity"] == pytest.approx(2 / 3, abs=0.01)
    told = " ".join(found["remarks"])
    for missing in ("No transfer factor", "silent: sent no illuminance", "--artificial-only"):
        assert missing in told


def test_daylight_share_takes_darkness_off(place: Path) -> None:
    """Half the time the lamps' 398 lx, half the time as much again and 2 lx: 1/3 of the light is the sun's."""
    asked = ("measure", "light", "--zone", "machines", "--artificial-only", "398", "-w", place)
    found = json.loads(vigie(*asked, "--json").stdout)
    near = next(kit for kit in found["kits"] if kit["kit"] == "near")
    assert near["daylight_at_least"] == pytest.approx(400 / 1196, abs=0.01)
    told = vigie(*asked).stdout
    assert "≥ 33%" in told
    assert "lower bound" in told


def test_mould_of_a_zone_and_of_a_kit(place: Path) -> None:
    """Three hours a night at 85 %: over 80 % at 21 °C; the cold room is not judged but for its hot hours."""
    near, far = json.loads(vigie("measure", "mould", "--zone", "machines", "-w", place, "--json").stdout)
    assert near["source"] == "near"
    assert near["over"] == pytest.approx(3 / 24, abs=0.001)
    assert near["over_low"] == near["over_high"] == near["over"]
    assert near["longest_s"] == pytest.approx(3 * 3600, abs=120)
    assert far["outside_s"] == pytest.approx(42 * 3600, abs=600)
    assert far["over"] == 0.0
    told = vigie("measure", "mould", "--kit", "near", "-w", place).stdout
    assert "longest run       3.0 h, 2026-03-16 02:0" in told
    assert "80 % on surfaces" in told
    file = vigie("measure", "mould", "--file", place.parent / "near.csv", "--json").stdout
    assert json.loads(file)[0]["over"] == pytest.approx(near["over"], abs=0.001)


def test_where_wbgt_does_not_hold_is_listed_with_its_reason(place: Path) -> None:
    marks = rows("quality", "--kit", "far", "--test", "domain", "-w", place)
    assert {mark["quantity"] for mark in marks} == {"wbgt_indoor"}
    assert {mark["parameters"] for mark in marks} == {"air temperature outside 0 to 50 °C (WBGT estimate of Bernard)"}
    assert sum(mark["readings"] for mark in marks) == pytest.approx(42 * 60, abs=10)


def test_time_above_28_degrees_of_physical_work_is_an_exposure(place: Path) -> None:
    """Three of eight hours at 31 °C."""
    asked = ("--measure", "time_above", "-q", "temperature", "--kit", "near", "--window", "shift", "-w", place)
    found = rows("exposures", *asked)
    assert [row["threshold"] for row in found] == [28.0, 28.0]
    assert [row["value"] for row in found] == pytest.approx([3 * 3600, 3 * 3600], abs=120)


def test_transfer_factor_is_pasted_into_the_registry() -> None:
    """180:310 and 175:300 with the lamps, 400:650 by day: k is the mean of 1.718 and 1.625."""
    told = vigie("measure", "transfer-factor", "--artificial", "180:310,175:300", "--daylight", "400:650").stdout
    assert "factor  1.672 ± 12% (k = 2)" in told
    lines = told.split("\n\n")[1].splitlines()
    pasted = "\n".join(line if i == 0 else " " * 12 + line for i, line in enumerate(lines))
    (zone,) = parse_registry(REGISTRY.replace("TRANSFER", pasted), "registry.yaml").zones.values()
    (factor,) = zone.transfer_factors
    assert (factor.quantity, factor.factor, factor.uncertainty.relative) == ("illuminance", 1.672, 0.058)


def test_transfer_factor_of_a_level_is_a_difference() -> None:
    found = json.loads(vigie("measure", "transfer-factor", "--level", "78:81,80:84", "-q", "laeq", "--json").stdout)
    assert found["quantity"] == "laeq"
    assert found["factor"] == 3.5
    assert found["uncertainty"] == {"relative": 0.0, "absolute": pytest.approx(math.hypot(1.5, math.sqrt(0.5)))}


def test_where_to_hold_the_luxmeter_and_the_light_around() -> None:
    assert (
        "9 × 6 points, no more than 0.70 m apart" in vigie("measure", "light", "--length", "6", "--width", "4").stdout
    )
    found = json.loads(vigie("measure", "light", "--grid", "500,520", "--general", "100", "--json").stdout)
    assert (found["task_to_general"], found["balanced"]) == (5.1, False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("light",), "nothing given; expected one of --grid LUX"),
        (("light", "--length", "6"), "--length and --width go together"),
        (("light", "--length", "6", "--width", "0"), "expected 0.1 to 100 m (EN 12464-1)"),
        (("transfer-factor",), "expected either --artificial"),
        (("transfer-factor", "--artificial", "180"), 'pair 1, is "180"'),
        (("transfer-factor", "--daylight", "180:300"), "no pair with the lamps only"),
        (("transfer-factor", "--level", "80:84", "-q", "co2"), "no level"),
        (("transfer-factor", "--level", "5:84"), "sound level is 5 dB"),
        (("mould",), "name one of --kit KIT, --zone ZONE or --file FILE"),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["measure", *arguments])
    said = capsys.readouterr()
    assert (end.value.code, said.out, len(said.err.strip().splitlines())) == (2, "", 1)
    assert says in said.err


def test_an_unknown_zone_is_told_with_the_nearest(place: Path) -> None:
    done = vigie("measure", "mould", "--zone", "machine", "-w", place, code=2)
    assert 'did you mean "machines"?' in done.stderr
