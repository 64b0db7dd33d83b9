"""A kit's own bytes told again: under another name, at another time, marked as simulated; all else stays as it was.

What needs no change keeps its bytes. What does is heard before and after, and must say the same readings, moved and
marked; a message for which that fails is never sent. A message that says no reading at all goes as it is: it is a dead
letter, and a rehearsal of a field problem needs it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import cbor2

from catalog.identifiers import KitId
from catalog.readings import ReadingColumns
from firmware_sim.corruption import FAR, heard
from firmware_sim.errors import ReplayError
from ingest.codecs import senml_cbor
from ingest.codecs.cbor import SELF_DESCRIBED, CborError, read_item
from ingest.codecs.senml import RELATIVE_BELOW, name_base

_KIT, _START, _SIMULATED = 1, 2, 6
"""Keys of a frame, see :mod:`ingest.codecs.frame`."""


class Origin(Enum):
    """What the payloads say about where the readings come from."""

    RECORDED = "recorded"
    """As they were recorded: real ones real, simulated ones simulated."""

    SIMULATED = "simulated"
    """All marked as simulated."""


class CannotBeToldError(ReplayError):
    """A message of which a changed form would say something else than it did."""


@dataclass(frozen=True, slots=True)
class Telling:
    """How a message is told again.

    Attributes
    ----------
    kit : KitId
        Its name now.
    offset : int
        How much later everything happened [ms].
    origin : Origin
    """

    kit: KitId
    offset: int = 0
    origin: Origin = Origin.SIMULATED


def told_again(payload: bytes, kit: KitId, telling: Telling) -> bytes:
    """A readings payload of a kit, told again.

    Raises
    ------
    CannotBeToldError
        It cannot be changed so that it says the same readings.
    """
    same = telling.kit == kit and telling.offset == 0
    if same and telling.origin is Origin.RECORDED:
        return payload
    before = heard(payload, kit).readings
    if not len(before) or (same and all(before.simulated)):
        return payload
    changed = _changed(payload, kit, telling)
    after = heard(changed, telling.kit).readings
    if not _says_the_same(before, after, telling):
        raise CannotBeToldError(f"a message of {kit} cannot be changed without changing what it says")
    return changed


def status_told_again(payload: bytes, telling: Telling) -> bytes:
    """A status payload, marked as simulated where it has to be; what is no status goes as it is."""
    if telling.origin is Origin.RECORDED:
        return payload
    try:
        status = json.loads(payload)
    except (ValueError, RecursionError):
        return payload
    if not isinstance(status, dict) or status.get("simulated") is True:
        return payload
    return _json(status | {"simulated": True})


def _says_the_same(before: ReadingColumns, after: ReadingColumns, telling: Telling) -> bool:
    marked = [True] * len(before) if telling.origin is Origin.SIMULATED else before.simulated
    # what is dated relative to its arrival is not moved
    moved = [
        instant if instant > FAR - RELATIVE_BELOW * 1000 else instant + telling.offset for instant in before.instant
    ]
    return (
        after.quantity == before.quantity
        and after.value == before.value
        and after.instant == moved
        and after.flag == before.flag
        and after.simulated == marked
    )


def _changed(payload: bytes, kit: KitId, telling: Telling) -> bytes:
    """The payload with what has to change changed; unchanged where it is no pack and no frame."""
    try:
        if payload.lstrip(b" \t\r\n").startswith(b"["):
            pack = json.loads(payload)
            _change_pack(pack, kit, telling, lambda name: name)
            return _json(pack)
        item = read_item(payload)
        if isinstance(item, dict):
            _change_frame(item, telling)
        elif isinstance(item, list):
            _change_pack(item, kit, telling, lambda name: senml_cbor.LABELS.get(name, name))
        head = SELF_DESCRIBED if payload.startswith(SELF_DESCRIBED) else b""
        return head + cbor2.dumps(item)
    except (ValueError, TypeError, OverflowError, RecursionError, CborError, cbor2.CBOREncodeError):
        return payload


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _change_frame(frame: dict[Any, Any], telling: Telling) -> None:
    frame[_KIT] = telling.kit
    frame[_START] += telling.offset
    if telling.origin is Origin.SIMULATED:
        frame[_SIMULATED] = True


def _change_pack(pack: list[Any], kit: KitId, telling: Telling, label: Callable[[str], Any]) -> None:
    base, name = label("bn"), label("n")
    simulated = label("sim")
    clock = _Clock(telling.offset, label("bt"), label("t"))
    marked = telling.origin is not Origin.SIMULATED
    for record in pack:
        if not isinstance(record, dict):
            continue
        for key in (base, name):
            if isinstance(record.get(key), str) and record[key].startswith(name_base(kit)):
                record[key] = name_base(telling.kit) + record[key][len(name_base(kit)) :]
        clock.move(record)
        if telling.origin is Origin.SIMULATED:
            record.pop(simulated, None)
        if not marked:
            record[simulated] = True
            marked = True


class _Clock:
    """Moves the absolute times of a pack, record by record; a time relative to the arrival stays."""

    def __init__(self, offset: int, base: Any, time: Any) -> None:
        self._offset = offset
        self._base_key = base
        self._time_key = time
        self._old = 0.0
        self._new = 0.0

    def move(self, record: dict[Any, Any]) -> None:
        """Move one record's times."""
        if self._offset == 0:
            return
        if self._base_key in record:
            self._old = float(record[self._base_key])
            self._new = self._moved(self._old)
            record[self._base_key] = self._new
        time = float(record.get(self._time_key, 0.0))
        wanted = self._moved(self._old + time)
        if round((self._new + time) * 1000) != round(wanted * 1000):
            record[self._time_key] = (round(wanted * 1000) - round(self._new * 1000)) / 1000

    def _moved(self, seconds: float) -> float:
        if seconds < RELATIVE_BELOW:
            return seconds
        return (round(seconds * 1000) + self._offset) / 1000
