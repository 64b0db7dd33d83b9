"""The whole way once, on a real recording, through a real broker, with processes that die in the middle."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.mosquitto import Autosave, mosquitto
from tests.shared_data import require_shared
from tests.vigie.running import OFFICE, READINGS, RECORDINGS, collecting, rows, vigie, wait_until_stored, workspace

MAPPING = OFFICE / "mapping.toml"
SHARE_ABOVE_1000 = {"datatraining.txt": 12.0, "datatest.txt": 22.3, "datatest2.txt": 15.5}
"""Share of the readings' time with CO2 above 1000 ppm [%], to be found near these."""


def recordings() -> list[Path]:
    return [require_shared(f"datasets/uci_occupancy/{name}") for name in RECORDINGS]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace the three recordings were imported into, computed."""
    place = workspace(tmp_path_factory.mktemp("imported") / "service")
    vigie("import", *recordings(), "-m", MAPPING, "-w", place)
    vigie("compute", "-w", place)
    return place


@pytest.mark.broker
def test_replayed_through_mosquitto_and_imported_give_identical_readings_and_exposures(
    imported: Path, tmp_path: Path
) -> None:
    with mosquitto(tmp_path / "broker") as broker:
        place = workspace(tmp_path / "service", broker.url)
        with collecting(place):
            for recording in recordings():
                vigie("replay", recording, "-m", MAPPING, "-w", place, "--as-recorded")
            wait_until_stored(place, READINGS)
        vigie("compute", "-w", place)

    assert rows("readings", "-w", place) == rows("readings", "-w", imported)
    assert rows("exposures", "-w", place) == rows("exposures", "-w", imported)
    assert rows("exceedances", "-w", place) == rows("exceedances", "-w", imported)
    assert rows("dead-letters", "-w", place) == []


def test_office_gets_the_one_ticket_an_engineer_would_expect(imported: Path) -> None:
    tickets = rows("tickets", "-w", imported)

    assert [(t["zone"], t["agent"], t["kind"], t["state"]) for t in tickets] == [
        ("office", "co2", "workplace_action", "proposed")
    ]


def test_time_above_1000_ppm_is_what_the_recordings_hold(imported: Path) -> None:
    readings = rows("readings", "-q", "co2", "-w", imported)
    spans = {
        "datatest.txt": ("2015-02-02", "2015-02-04T10:00"),
        "datatraining.txt": ("2015-02-04T16:00", "2015-02-10T10:00"),
        "datatest2.txt": ("2015-02-11T12:00", "2015-02-18T10:00"),
    }
    for name, (first, last) in spans.items():
        values = [r["value"] for r in readings if first <= r["time"] <= last]
        share = 100 * sum(value > 1000 for value in values) / len(values)
        assert share == pytest.approx(SHARE_ABOVE_1000[name], abs=0.1)


def test_importing_and_computing_again_changes_nothing(imported: Path) -> None:
    before = rows("exposures", "-w", imported)

    vigie("import", *recordings(), "-m", MAPPING, "-w", imported)
    again = vigie("compute", "-w", imported)

    assert "0 exposures new or changed, 0 tickets opened or amended" in again.stdout
    assert rows("exposures", "-w", imported) == before
    assert len(rows("readings", "-w", imported)) == READINGS


def test_computing_everything_again_gives_no_new_revision(imported: Path) -> None:
    again = vigie("compute", "--all", "-w", imported)

    assert "0 exposures new or changed" in again.stdout
    assert {row["revision"] for row in rows("exposures", "-w", imported)} == {1}


@pytest.mark.broker
def test_collector_killed_twice_in_the_middle_of_a_replay_loses_nothing(imported: Path, tmp_path: Path) -> None:
    with mosquitto(tmp_path / "broker") as broker:
        place = workspace(tmp_path / "service", broker.url)
        with collecting(place) as collector:
            replay = _replay_in_background(place, speed=250_000)
            wait_until_stored(place, 1)
            for _ in range(2):
                time.sleep(0.7)
                collector.kill()
                time.sleep(0.3)
                collector.start()
            assert replay.wait(timeout=120) == 0
            wait_until_stored(place, READINGS)

    assert rows("readings", "-w", place) == rows("readings", "-w", imported)


@pytest.mark.broker
def test_broker_killed_in_the_middle_of_a_replay_loses_nothing(imported: Path, tmp_path: Path) -> None:
    with mosquitto(tmp_path / "broker", autosave=Autosave.EVERY_SECOND) as broker:
        place = workspace(tmp_path / "service", broker.url)
        with collecting(place):
            replay = _replay_in_background(place, speed=250_000)
            wait_until_stored(place, 1)
            assert replay.poll() is None, "the replay ended before its middle"
            broker.kill()
            time.sleep(0.5)
            broker.start()
            assert replay.wait(timeout=120) == 0
            wait_until_stored(place, READINGS)

    assert rows("readings", "-w", place) == rows("readings", "-w", imported)


def _replay_in_background(place: Path, speed: float) -> "subprocess.Popen[bytes]":
    """Two weeks in six seconds or so, so that there is a middle."""
    command = [sys.executable, "-m", "vigie", "replay", *map(str, recordings()), "-m", str(MAPPING), "-w", str(place)]
    return subprocess.Popen([*command, "--speed", str(speed), "--as-recorded"], stdout=subprocess.DEVNULL)


def test_sensor_that_sends_only_impossible_values_is_insufficient_and_stops_nobody(tmp_path: Path) -> None:
    place = workspace(tmp_path / "service")
    file = tmp_path / "broken.csv"
    times = [f"2015-02-03T{hour:02}:{minute:02}:00+01:00" for hour in range(8, 18) for minute in range(60)]
    file.write_text(
        "time,co2 (ppm),temperature (°C)\n" + "".join(f"{time},-900,21.5\n" for time in times), encoding="utf-8"
    )
    vigie("import", file, "--kit", "uci-office-1", "-w", place)

    vigie("compute", "-w", place)

    found = rows("exposures", "--measure", "mean", "--window", "shift", "--to", "2015-02-03", "-w", place)
    assert {row["quantity"]: row["value"] for row in found} == {"co2": None, "temperature": 21.5}
