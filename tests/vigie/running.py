"""Vigie as a person runs it: its own process, its own workspace."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
OFFICE = PROJECT / "examples" / "uci-office"
RECORDINGS = ("datatest.txt", "datatraining.txt", "datatest2.txt")
READINGS = 10_660 + 32_572 + 39_008
"""Readings of the three recordings: four quantities a row."""


def vigie(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run one verb to its end; a traceback or another exit code fails the test."""
    done = subprocess.run(
        [sys.executable, "-m", "vigie", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=240,
        env={**os.environ, "COLUMNS": "160"},
        check=False,
    )
    said = f"vigie {' '.join(map(str, arguments))}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, said
    assert done.returncode == code, said
    return done


def rows(*arguments: object) -> list[dict[str, Any]]:
    """What a list says with ``--json``."""
    found = json.loads(vigie(*arguments, "--json").stdout)
    assert isinstance(found, list)
    return found


def workspace(folder: Path, broker: str | None = None) -> Path:
    """A new workspace with the example office in it; on an outside broker where one is named."""
    vigie("init", folder)
    if broker:
        settings = folder / "vigie.toml"
        text = settings.read_text(encoding="utf-8")
        text = re.sub(r'url = "[^"]*"', f'url = "{broker}"', text, count=1).replace(
            "embedded = true", "embedded = false"
        )
        settings.write_text(text, encoding="utf-8")
    vigie("registry", "import", OFFICE / "registry.yaml", "-w", folder)
    return folder


class Collector:
    """``vigie collect`` in a process of its own."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it collects."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vigie", "collect", "-w", str(self._place)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "Collecting" in line, line

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As a service manager does: what was received is written."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.communicate(timeout=60)
            self._process = None


@contextmanager
def collecting(place: Path) -> Iterator[Collector]:
    """A running collector, ended at the end."""
    collector = Collector(place)
    collector.start()
    try:
        yield collector
    finally:
        collector.stop()


def stored(place: Path) -> int:
    """Distinct readings in the table."""
    from store.readings import ReadingStore

    return ReadingStore(place / "data" / "readings").read().height


def wait_until_stored(place: Path, count: int, patience: float = 60) -> None:
    """Wait until the table holds so many distinct readings."""
    deadline = time.monotonic() + patience
    while (found := stored(place)) < count:
        assert time.monotonic() < deadline, f"{found} of {count} readings are stored after {patience} s"
        time.sleep(0.3)


def found(place: Path) -> dict[str, list[dict[str, object]]]:
    """What was made of a stream; what tells when it was computed is left out."""
    vigie("compute", "-w", place)
    tickets = [{k: t[k] for k in ("zone", "agent", "kind", "state", "simulated")} for t in rows("tickets", "-w", place)]
    return {"exposures": rows("exposures", "-w", place), "tickets": tickets}
