"""Ten working days of virtual zones (the bakery has two, and a door): rooms simulated, sensors read, readings a second.

The peer does the same mass balance of the same room, one step after the other in Python: the twin of the tests.

Run with ``make bench`` or ``pytest bench/test_simulation.py -s``.
"""

import time
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from firmware_sim.rooms import Floats, concentrations
from firmware_sim.workplaces import packaged_workplace, virtual_kits, working_days
from tests.firmware_sim import slow_rooms

DAYS = working_days(date(2026, 11, 16), 10)
AT_LEAST = 2_000_000
"""Readings for each second of processor time, messages not counted."""

TIMES_THE_TWIN = 10.0
"""How much faster the compiled mass balance has to be than its twin."""

ROUNDS = 5


def best(work: Callable[[], object]) -> float:
    """Least processor time of several rounds [s]."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("name", ["open_plan_office", "hair_salon", "bakery"])
def test_ten_working_days_simulated_and_sensed(name: str) -> None:
    workplace = packaged_workplace(name)
    readings = sum(kit.reading_count for kit in virtual_kits(workplace, DAYS, 1))
    took = best(lambda: virtual_kits(workplace, DAYS, 2))
    print(f"\nsimulation: {readings:,} readings in {took * 1000:.0f} ms, {readings / took / 1e6:.1f} M readings/s/core")
    assert readings / took >= AT_LEAST


def test_mass_balance_against_its_twin() -> None:
    steps, gases = 14 * 1440, 5
    rng = np.random.default_rng(1)
    initial, inflow = rng.uniform(0.0, 900.0, gases), rng.uniform(0.0, 1.0, (gases, steps))
    removal, shut = rng.uniform(1e-4, 1e-3, steps), np.zeros((steps, 1, 1))

    def ours() -> Floats:
        return concentrations(initial[:, np.newaxis], inflow[:, :, np.newaxis], removal[:, np.newaxis], shut, 60.0)

    def twin() -> Floats:
        rows = zip(initial.tolist(), inflow, strict=True)
        return np.stack([slow_rooms.one_room(start, row, removal, 60.0) for start, row in rows])

    np.testing.assert_allclose(ours()[:, :, 0], twin(), rtol=1e-12)
    fast, slow = best(ours), best(twin)
    print(
        f"\nmass balance, five gases of a room: {steps * gases / fast / 1e6:.0f} M steps/s; its twin in Python: "
        f"{steps * gases / slow / 1e6:.1f} M steps/s; {slow / fast:.0f} times faster"
    )
    assert slow / fast >= TIMES_THE_TWIN
