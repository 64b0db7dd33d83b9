"""Debian's mosquitto for tests: started on a free port, killed without warning, started again on the same state."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

import pytest

SETTINGS = """\
allow_anonymous true
persistence true
max_queued_messages 0
max_inflight_messages 0
message_size_limit 0
set_tcp_nodelay true
"""
"""What deploy/mosquitto.conf sets for a service, as far as tests need it; nothing is dropped from a queue."""


class Autosave(Enum):
    """When the broker saves its state. Every change is 250 messages/s at best, so only where one kills the broker."""

    EVERY_CHANGE = "autosave_on_changes true\nautosave_interval 1\n"
    EVERY_SECOND = "autosave_on_changes false\nautosave_interval 1\n"


def executable() -> str:
    """Path of mosquitto; without it the test is skipped, or fails where it must not be missing (``CI=true``)."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        message = "mosquitto is not installed: sudo apt-get install mosquitto"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


def free_port() -> int:
    """A TCP port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker process and the folder it keeps its state in."""

    def __init__(self, folder: Path, extra: str = "", autosave: Autosave = Autosave.EVERY_SECOND) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._folder = folder
        self._executable = executable()
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        # Started as root, mosquitto gives up root for the user "mosquitto", who could not write here.
        user = "user root\n" if os.geteuid() == 0 else ""
        (folder / "mosquitto.conf").write_text(
            f"listener {self.port} 127.0.0.1\n{user}{SETTINGS}{autosave.value}persistence_location {folder}/\n{extra}",
            encoding="utf-8",
        )

    @property
    def log(self) -> str:
        """What the broker said."""
        return (self._folder / "log.txt").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Start the process and wait until it takes connections."""
        with (self._folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                [self._executable, "-c", str(self._folder / "mosquitto.conf")], stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                pytest.fail(f"mosquitto ended at once: {self.log}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.02)
        pytest.fail(f"mosquitto does not listen: {self.log}")

    def kill(self) -> None:
        """kill -9: what it had not saved is gone."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as a service manager does; it saves its state."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=20)
            self._process = None


@contextmanager
def mosquitto(folder: Path, extra: str = "", autosave: Autosave = Autosave.EVERY_SECOND) -> Iterator[Mosquitto]:
    """A running broker, ended at the end."""
    broker = Mosquitto(folder, extra, autosave)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
