"""Virtual kits: messages of eight readings made on one core, without a broker; memory of five thousand kits at once.

Run with ``make bench`` or ``pytest bench/test_kits.py -s``.
"""

import heapq
import time
import tracemalloc
from collections.abc import Mapping

import numpy as np
import pytest

from catalog.identifiers import KitId, QuantityId, ZoneId
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_battery import Cell
from firmware_sim.kit_clock import HOUR, Quartz
from firmware_sim.kit_life import UNTROUBLED, KitLife, Store
from firmware_sim.payloads import PayloadFormat
from firmware_sim.rooms import Floats
from firmware_sim.zones import STEP, Span, Truth

QUANTITIES = ("co2", "tvoc", "pm2_5", "pm10", "laeq", "lcpeak", "temperature", "humidity")
START = 1_763_640_000_000
MESSAGES = 20_000
AT_LEAST = 10_000
"""Messages of eight readings a second of processor time."""

KITS = 5_000
MINUTES = 30
MEGABYTES_AT_MOST = 500
"""On top of the readings themselves, which the kits share."""

TROUBLED = KitLife(
    outages=tuple(Span(START + hour * HOUR, START + hour * HOUR + HOUR // 2) for hour in range(1, 300, 3)),
    reboots=tuple(START + hour * HOUR for hour in range(2, 300, 5)),
    keep_alive=STEP,
    store=Store(size=20),
    battery=Cell(1e9, 1e9, idle=0.05, sampling=0.5, message=0.5, charger=5.0),
    clock=Quartz(drift=20.0, error=20.0),
)
"""Everything at once: what an untroubled kit need not pay for."""


def readings(count: int) -> Mapping[QuantityId, Floats]:
    rng = np.random.default_rng(1)
    return {QuantityId(name): np.round(rng.normal(50.0, 3.0, count), 2) for name in QUANTITIES}


def kit(
    name: str,
    values: Mapping[QuantityId, Floats],
    life: KitLife = UNTROUBLED,
    payload: PayloadFormat = PayloadFormat.SENML_JSON,
) -> VirtualKit:
    count = next(iter(values.values())).size
    instants = START + STEP * (1 + np.arange(count, dtype=np.int64))
    truth = Truth(ZoneId("z"), instants, np.zeros(count), values, values, values)
    return VirtualKit(KitId(name), truth, instants, values, "b1", payload, life=life)


@pytest.mark.parametrize("payload", list(PayloadFormat), ids=lambda payload: payload.value)
@pytest.mark.parametrize("life", [UNTROUBLED, TROUBLED], ids=["untroubled", "troubled"])
def test_messages_of_eight_readings_made_on_one_core(payload: PayloadFormat, life: KitLife) -> None:
    sender = kit("bench", readings(MESSAGES), life, payload)
    began = time.process_time()
    made = sum(message.readings for message in sender.messages())
    took = time.process_time() - began
    account = sender.account()
    rate = account.messages / took
    print(f"\nkit, {payload.value}: {rate:,.0f} messages/s/core, {made / took:,.0f} readings/s/core")
    assert made == account.readings
    assert account.messages > MESSAGES / 2
    assert rate >= AT_LEAST


def test_five_thousand_kits_play_at_once_in_half_a_gigabyte() -> None:
    values = readings(MINUTES)
    tracemalloc.start()
    kits = [kit(f"k{number}", values) for number in range(KITS)]
    count = sum(1 for _ in heapq.merge(*(one.messages() for one in kits), key=lambda message: message.instant))
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    print(f"\n{KITS} kits at once: {count:,} messages, {peak:.0f} MB at most")
    assert count == KITS * MINUTES
    assert peak <= MEGABYTES_AT_MOST
