"""Messages broken on their way, so that whoever reads them notices.

A corruption is drawn again until the collector would complain of it, and until what it still reads is what was sent:
no reading is invented, and none loses its mark as simulated. A flipped digit that makes another plausible value is not
what a line does to MQTT (TCP has a checksum); here it would only put wrong numbers into a table.
"""

from collections import Counter

import numpy as np

from catalog.identifiers import KitId
from catalog.readings import ReadingColumns
from firmware_sim.faults import FaultKind
from ingest.codecs import readings
from ingest.codecs.records import Decoded

FAR = 32_503_680_000_000
"""Year 3000 [ms UTC]. Heard then, no clock is ahead: only what the bytes themselves say is judged."""

_TRIES = 64


def heard(payload: bytes, kit: KitId) -> Decoded:
    """What a collector would make of a readings payload, whenever it came."""
    return readings.decode(payload, kit, FAR)


def corrupted(payload: bytes, kit: KitId, kind: FaultKind, bits: int, chance: np.random.Generator) -> bytes:
    """The payload broken in one of the three ways.

    Parameters
    ----------
    kit : KitId
        The kit of its topic.
    kind : FaultKind
        BIT_FLIP, TRUNCATION or WRONG_ENCODING.
    bits : int
        How many are flipped.
    """
    sent = _counted(heard(payload, kit).readings)
    for _ in range(_TRIES):
        broken = _broken(payload, kind, bits, chance)
        if _is_noticed(broken, sent, kit):
            return broken
    for length in range(len(payload) - 1, -1, -1):  # whatever the payload is, its beginning is no longer it
        if _is_noticed(payload[:length], sent, kit):
            return payload[:length]
    return b""


def _broken(payload: bytes, kind: FaultKind, bits: int, chance: np.random.Generator) -> bytes:
    match kind:
        case FaultKind.TRUNCATION:
            return payload[: int(chance.integers(len(payload)))] if payload else b""
        case FaultKind.WRONG_ENCODING:
            return _other_encoding(payload)
        case _:
            broken = bytearray(payload)
            for place in chance.choice(len(payload) * 8, min(bits, len(payload) * 8), replace=False) if payload else ():
                broken[place // 8] ^= 1 << (place % 8)
            return bytes(broken)


def _other_encoding(payload: bytes) -> bytes:
    """Text in UTF-16, as a careless Windows program writes it; binary as hexadecimal text."""
    try:
        return payload.decode("utf-8").encode("utf-16")
    except UnicodeDecodeError:
        return payload.hex().encode("ascii")


def _is_noticed(broken: bytes, sent: "Counter[tuple[str, int, float, int, bool]]", kit: KitId) -> bool:
    decoded = heard(broken, kit)
    return bool(decoded.problems) and _counted(decoded.readings) <= sent


def _counted(columns: ReadingColumns) -> "Counter[tuple[str, int, float, int, bool]]":
    return Counter(zip(columns.quantity, columns.instant, columns.value, columns.flag, columns.simulated, strict=True))
