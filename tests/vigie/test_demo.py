"""The demo, as a newcomer starts it."""

import re
import socket
from pathlib import Path

import pytest

from firmware_sim.workplaces import demo, first_demo_day
from tests.vigie.running import rows, vigie
from vigie.demo import SEED, preferred_port, today_in_france


@pytest.mark.slow
def test_demo_runs_the_whole_pipeline_once_and_ends_by_itself(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = vigie("demo", "--once", "--folder", folder)

    said = re.search(r"(\d+) messages, (\d+) readings, 0 dead letters", done.stdout)
    assert said is not None
    messages, readings = map(int, said.groups())
    assert messages > 10_000
    assert readings == len(rows("readings", "-w", folder))
    assert "vigie serve" in done.stdout
    assert "ingenieur@demo.example" in done.stdout

    tickets = {(t["zone"], t["agent"], t["kind"]) for t in rows("tickets", "-w", folder)}
    assert ("joinery-machines", "noise", "workplace_action") in tickets
    assert ("office-open-plan", "co2", "workplace_action") in tickets
    assert not [zone for zone, _, _ in tickets if zone == "joinery-office"], "nothing is wrong in the quiet office"
    assert all(t["simulated"] for t in rows("tickets", "-w", folder))


def test_demo_never_deletes_a_folder_that_is_not_a_demo(tmp_path: Path) -> None:
    (tmp_path / "important.txt").write_text("mine", encoding="utf-8")

    done = vigie("demo", "--once", "--folder", tmp_path, code=2)

    assert "is not a demo" in done.stderr
    assert (tmp_path / "important.txt").exists()


def test_demo_takes_a_free_port_for_the_portal_where_the_usual_one_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert preferred_port(port) == 0
    assert preferred_port(port) == port


@pytest.mark.slow
def test_demo_over_a_bad_line_misses_what_the_report_says_and_nothing_else(tmp_path: Path) -> None:
    folder, faults = tmp_path / "demo", tmp_path / "faults.yaml"
    faults.write_text(
        "seed: 3\nfaults:\n  - {kind: loss, probability: 0.01}\n  - {kind: disconnect, every: 9 h}\n"
        "  - {kind: broker_restart, from: 30 h}\n",
        encoding="utf-8",
    )

    done = vigie("demo", "--once", "--folder", folder, "--faults", faults)

    lost = re.search(r"loss +(\d+) messages \((\d+) readings\)", done.stdout)
    assert lost is not None
    assert int(lost[1]) > 100
    assert "broker_restart  came 1 time" in done.stdout
    whole = sum(kit.reading_count for kit in demo(first_demo_day(today_in_france()), SEED))
    assert len(rows("readings", "-w", folder)) == whole - int(lost[2])


def test_demo_tells_a_mistake_in_the_faults_before_it_begins(tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("faults:\n  - kind: los\n", encoding="utf-8")

    done = vigie("demo", "--once", "--folder", tmp_path / "demo", "--faults", faults, code=2)

    assert "faults.yaml:2" in done.stderr
    assert not (tmp_path / "demo").exists()
