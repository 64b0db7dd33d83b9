"""Kits whose readings tell their own number, so that what arrived tells which samplings were lost."""

from dataclasses import dataclass

import numpy as np

from catalog.identifiers import KitId, QuantityId, ZoneId
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_life import UNTROUBLED, KitLife
from firmware_sim.payloads import KitMessage, PayloadFormat
from firmware_sim.zones import Instants, Truth
from ingest.decode import Decoded, decode

START = 1_763_640_000_000
"""A whole minute [ms UTC]."""

MINUTE = 60_000
LATER = START + 400 * 86_400_000
CO2, TEMPERATURE = QuantityId("co2"), QuantityId("temperature")


def minutes(count: float) -> int:
    """So long after the start [ms UTC]."""
    return START + round(count * MINUTE)


def kit(
    count: int,
    life: KitLife = UNTROUBLED,
    payload: PayloadFormat = PayloadFormat.SENML_JSON,
    together: int = 1,
) -> VirtualKit:
    """A kit with so many samplings, the first one period after the start; CO₂ is 400 and the number of the sampling."""
    return kit_at(START + life.period * (1 + np.arange(count, dtype=np.int64)), life, payload, together)


def kit_at(
    instants: Instants,
    life: KitLife = UNTROUBLED,
    payload: PayloadFormat = PayloadFormat.SENML_JSON,
    together: int = 1,
) -> VirtualKit:
    """The same at instants of its own."""
    numbers = np.arange(instants.size, dtype=float)
    values = {CO2: 400.0 + numbers, TEMPERATURE: 20.0 + numbers / 64}
    truth = Truth(ZoneId("z"), instants, numbers, values, values, values)
    return VirtualKit(KitId("k7"), truth, instants, values, "b1", payload, together, life)


@dataclass(frozen=True, slots=True)
class Came:
    """What one message said, and when it left [ms UTC]."""

    message: KitMessage
    decoded: Decoded

    @property
    def numbers(self) -> list[int]:
        """Samplings in it."""
        readings = self.decoded.readings
        return [
            round(value - 400) for name, value in zip(readings.quantity, readings.value, strict=True) if name == CO2
        ]

    @property
    def stamps(self) -> list[int]:
        """Instants of these [ms UTC]."""
        readings = self.decoded.readings
        return [at for name, at in zip(readings.quantity, readings.instant, strict=True) if name == CO2]


def came(sender: VirtualKit) -> list[Came]:
    """All messages as the collector decodes them; none of them may have a problem."""
    decoded = [Came(message, decode(message.topic, message.payload, LATER)) for message in sender.messages()]
    assert [problem for one in decoded for problem in one.decoded.problems] == []
    return decoded


def numbers_sent(sender: VirtualKit) -> list[int]:
    """Samplings in the order in which they came."""
    return [number for one in came(sender) for number in one.numbers]


def statuses(sender: VirtualKit) -> list[str]:
    """Births and wills: minute, state, boot."""
    return [
        f"{(one.message.instant - START) / MINUTE:g} {one.decoded.status.state.value} {one.decoded.status.boot}"
        for one in came(sender)
        if one.decoded.status is not None
    ]
