"""A real broker and somebody who listens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto, mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path / "mosquitto") as running:
        yield running


@pytest.fixture
def listener(broker: Mosquitto) -> Iterator[Listener]:
    listening = Listener(broker)
    yield listening
    listening.close()
