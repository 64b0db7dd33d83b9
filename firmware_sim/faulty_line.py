"""Messages on their way through a script of faults: the same messages and seed give the same faults, at any speed."""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock

from catalog.identifiers import KitId
from firmware_sim.corruption import corrupted
from firmware_sim.faults import CORRUPTIONS, OF_CONNECTIONS, Fault, FaultCount, FaultKind, FaultScript, LineEvent
from firmware_sim.payloads import KitMessage, kit_of

_MESSAGE, _OCCURRENCE = 0, 1
"""What dice are for: one message, or one occurrence."""


class FaultTally:
    """Counts what met which fault, from any thread."""

    def __init__(self, script: FaultScript) -> None:
        self._script = script
        self._lock = Lock()
        self._messages = [0] * len(script.faults)
        self._readings = [0] * len(script.faults)
        self._details: list[defaultdict[str, int]] = [defaultdict(int) for _ in script.faults]

    def count(self, number: int, readings: int = 0) -> None:
        """One message, or one occurrence, of the fault of that number."""
        with self._lock:
            self._messages[number] += 1
            self._readings[number] += readings

    def add(self, number: int, details: Mapping[str, int]) -> None:
        """More to say of a fault."""
        with self._lock:
            for what, count in details.items():
                self._details[number][what] += count

    def counts(self) -> tuple[FaultCount, ...]:
        """Of every fault, in the order of the script."""
        with self._lock:
            return tuple(
                FaultCount(fault, self._messages[number], self._readings[number], dict(self._details[number]))
                for number, fault in enumerate(self._script.faults)
            )


class FaultyLine:
    """One line to the broker, with what befalls it.

    Status messages pass untouched: faults are of readings.

    Parameters
    ----------
    script : FaultScript
    tally : FaultTally
    kits : iterable of KitId
        Behind this line; faults of connections that concern none of them do not come.
    first : int or None
        Instant from which the script counts [ms UTC]; that of the first message when None.
    """

    def __init__(self, script: FaultScript, tally: FaultTally, kits: Iterable[KitId], first: int | None = None) -> None:
        self._script = script
        self._tally = tally
        self._kits = tuple(kits)
        self._first = first
        self._waiting: list[tuple[int, int, KitMessage | LineEvent]] = []
        self._order = itertools.count()
        self._held: dict[KitId, list[_Held]] = defaultdict(list)
        self._dice: dict[tuple[int, KitId], Iterator[float]] = {}
        self._ordinal: dict[KitId, int] = defaultdict(int)

    def through(self, messages: Iterable[KitMessage]) -> Iterator[KitMessage | LineEvent]:
        """What leaves the line, in order of instant, when these messages enter it in order of instant."""
        last = None
        for message in messages:
            if last is None:
                self._begin(message.instant)
            last = message.instant
            yield from self._leaving(last)
            for leaving in self._meet(message):
                if leaving.instant > last:
                    self._keep(leaving.instant, leaving)
                else:
                    yield from self._emit(leaving)
        if last is None:
            return
        while self._waiting:
            instant, _, item = heapq.heappop(self._waiting)
            if isinstance(item, KitMessage):
                yield from self._emit(item)
            elif instant <= last:
                yield from self._come(item)
        for held in self._held.values():
            yield from (one.message for one in held)  # nothing was left to overtake them
        self._held.clear()

    def _begin(self, instant: int) -> None:
        if self._first is None:
            self._first = instant
        for number, fault in enumerate(self._script.faults):
            if fault.kind in OF_CONNECTIONS and any(fault.concerns(kit) for kit in self._kits):
                self._keep(self._first + fault.start, LineEvent(self._first + fault.start, number))

    def _keep(self, instant: int, item: KitMessage | LineEvent) -> None:
        heapq.heappush(self._waiting, (instant, next(self._order), item))

    def _leaving(self, instant: int) -> Iterator[KitMessage | LineEvent]:
        """What has waited long enough."""
        while self._waiting and self._waiting[0][0] <= instant:
            item = heapq.heappop(self._waiting)[2]
            if isinstance(item, KitMessage):
                yield from self._emit(item)
            else:
                yield from self._come(item)

    def _come(self, event: LineEvent) -> Iterator[LineEvent]:
        """A fault of the connection, if the dice want it; the next one of its kind takes its place."""
        fault, first = self._script.faults[event.number], self._first or 0
        if fault.every is not None:
            following = event.instant + fault.every
            if fault.holds_at(following - first):
                self._keep(following, LineEvent(following, event.number))
        chance = self._script.chance(event.number, self._kits[0], _OCCURRENCE, event.instant - first)
        if fault.probability >= 1 or chance.random() < fault.probability:
            yield event

    def _emit(self, message: KitMessage) -> Iterator[KitMessage]:
        """A message, and those that waited for it to overtake them."""
        yield message
        kit = kit_of(message.topic)
        held = self._held.get(kit) if kit is not None else None
        if not held:
            return
        for one in held:
            one.places -= 1
            if one.places == 0:
                self._tally.count(one.number, one.message.readings)
        released = [one.message for one in held if one.places == 0]
        held[:] = [one for one in held if one.places > 0]
        for later in released:
            if later.instant > message.instant:  # it is late besides
                self._keep(later.instant, later)
            else:
                yield later._replace(instant=message.instant)

    def _meet(self, message: KitMessage) -> list[KitMessage]:
        """What becomes of a message: itself or nothing, changed or not, and its copies."""
        kit = kit_of(message.topic)
        if kit is None or not message.topic.endswith("/readings"):
            return [message]
        ordinal = self._ordinal[kit]
        self._ordinal[kit] += 1
        copies: list[KitMessage] = []
        intact = message.payload
        for number, fault in enumerate(self._script.faults):
            if fault.kind in OF_CONNECTIONS or not self._comes(number, fault, kit, message.instant):
                continue
            if fault.kind in CORRUPTIONS and message.payload != intact:
                continue  # broken once is broken: as many dead letters as the report says
            if fault.kind is FaultKind.REORDER:
                self._held[kit].append(_Held(message, fault.places, number))
                return copies
            self._tally.count(number, message.readings)
            if fault.kind is FaultKind.LOSS:
                return copies
            message = self._befallen(message, kit, number, ordinal, copies)
        return [message, *copies]

    def _befallen(
        self, message: KitMessage, kit: KitId, number: int, ordinal: int, copies: list[KitMessage]
    ) -> KitMessage:
        fault = self._script.faults[number]
        chance = self._script.chance(number, kit, _MESSAGE, ordinal)
        if fault.kind in CORRUPTIONS:
            return message._replace(payload=corrupted(message.payload, kit, fault.kind, fault.bits, chance))
        if fault.kind is FaultKind.DELAY:
            return message._replace(instant=message.instant + int(chance.integers(fault.least, fault.most + 1)))
        copies += [message._replace(instant=message.instant + fault.least)] * fault.copies
        return message

    def _comes(self, number: int, fault: Fault, kit: KitId, instant: int) -> bool:
        """One throw for every message of a kit, whether the fault can come now or not: a window moves no dice."""
        if not fault.concerns(kit):
            return False
        dice = self._dice.get((number, kit))
        if dice is None:
            dice = self._dice[number, kit] = _throws(self._script, number, kit)
        return next(dice) < fault.probability and fault.holds_at(instant - (self._first or 0))


class _Held:
    """A message that waits until others have overtaken it."""

    __slots__ = ("message", "number", "places")

    def __init__(self, message: KitMessage, places: int, number: int) -> None:
        self.message = message
        self.places = places
        self.number = number


def _throws(script: FaultScript, number: int, kit: KitId) -> Iterator[float]:
    """Numbers from 0 up to, not including, 1; drawn by the thousand, which is thirty times faster than one by one."""
    chance = script.chance(number, kit)
    while True:
        yield from chance.random(1000).tolist()
