"""``vigie run`` as a service: collects, computes and shows in one process, and ends cleanly."""

import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.mosquitto import free_port
from tests.shared_data import require_shared
from tests.vigie.running import OFFICE, rows, stored, vigie


def test_run_collects_computes_and_serves_and_ends_on_sigterm(tmp_path: Path) -> None:
    place = tmp_path / "service"
    vigie("init", place)
    broker, portal = free_port(), free_port()
    settings = place / "vigie.toml"
    text = (
        settings.read_text(encoding="utf-8").replace(":1883", f":{broker}").replace("port = 8080", f"port = {portal}")
    )
    settings.write_text(re.sub(r"compute_seconds = \S+", "compute_seconds = 0.5", text), encoding="utf-8")
    vigie("registry", "import", OFFICE / "registry.yaml", "-w", place)
    service = subprocess.Popen(
        [sys.executable, "-m", "vigie", "run", "-w", str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert service.stdout is not None
        assert "embedded broker" in service.stdout.readline()
        assert f":{portal}/" in service.stdout.readline()
        recording = require_shared("datasets/uci_occupancy/datatest.txt")
        vigie("replay", recording, "-m", OFFICE / "mapping.toml", "-w", place, "--as-recorded")
        deadline = time.monotonic() + 60
        while not rows("tickets", "-w", place):
            assert time.monotonic() < deadline, "no ticket after a minute"
        with urllib.request.urlopen(f"http://127.0.0.1:{portal}/healthz", timeout=10) as answer:
            assert answer.status == 200
    finally:
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate(timeout=60)

    assert service.returncode == 0, said
    assert "Traceback" not in said
    assert stored(place) == 10_660
