"""A recording of a broker as a stream: the same bytes, or those bytes told again where something has to change."""

from collections.abc import Iterator
from functools import cached_property

from catalog.identifiers import KitId
from firmware_sim.errors import ReplayError
from firmware_sim.payloads import KitMessage, kit_of
from firmware_sim.record_file import Recorded, Recording
from firmware_sim.retelling import CannotBeToldError, Origin, Telling, status_told_again, told_again
from firmware_sim.stream import EVERYTHING, Choice, Unit


class RecordedStream:
    """What kits published while somebody recorded.

    Parameters
    ----------
    recording : Recording
    choice : Choice
        By the wall clock at which messages arrived.
    origin : Origin
        RECORDED sends every byte as it came, unless a kit is renamed.

    Raises
    ------
    ReplayError
        Nothing is chosen, or a kit that is named is not in it.
    """

    announced = True
    unit = Unit.MESSAGES

    def __init__(self, recording: Recording, choice: Choice = EVERYTHING, origin: Origin = Origin.SIMULATED) -> None:
        self.recording = recording
        self.origin = origin
        self.simulated = origin is Origin.SIMULATED
        self.held_back = 0
        """Messages not told so far, because a changed form would have said something else."""
        self._choice = choice
        there = {kit for message in recording.messages() if (kit := kit_of(message.topic)) is not None}
        unknown = sorted((set(choice.names) | (choice.kits or frozenset())) - there)
        if unknown:
            raise ReplayError(
                f"{recording.path}: there is no kit {unknown[0]}; it has {', '.join(sorted(there)) or 'none'}"
            )
        self.size = 0
        kits: set[KitId] = set()
        first = last = None
        for kit, message in self._chosen():
            self.size += 1
            last = self._departure(message)
            first = last if first is None else first
            kits.add(choice.name(kit))
        if first is None or last is None:
            raise ReplayError(f"{recording.path}: no message of a kit to replay{_between(choice)}")
        self.first, self.last = first, last
        self.kits = sorted(kits)

    @cached_property
    def step(self) -> int:
        """From one message to the next, on the average [ms]."""
        return max(1, (self.last - self.first) // max(1, self.size - 1))

    def messages(self, offset: int) -> Iterator[KitMessage]:
        """All of it, in the order and with the spacing it came."""
        for kit, message in self._chosen():
            told = self._told(kit, message, offset)
            if told is None:
                self.held_back += 1
            else:
                yield told

    def _told(self, kit: KitId, message: Recorded, offset: int) -> KitMessage | None:
        instant = self._departure(message) + offset
        telling = Telling(self._choice.name(kit), offset, self.origin)
        topic = message.topic.replace(f"/{kit}/", f"/{telling.kit}/", 1)
        if topic.endswith("/status"):
            return KitMessage(topic, status_told_again(message.payload, telling), instant, message.retain)
        try:
            return KitMessage(topic, told_again(message.payload, kit, telling), instant, message.retain)
        except CannotBeToldError:
            return None

    def _chosen(self) -> Iterator[tuple[KitId, Recorded]]:
        wanted = self._choice.kits
        for message in self.recording.messages():
            kit = kit_of(message.topic)
            if kit is not None and (wanted is None or kit in wanted) and self._choice.holds(message.at):
                yield kit, message

    def _departure(self, message: Recorded) -> int:
        """When it came [ms UTC], by the clock that is never set."""
        return self.recording.head.started + message.after // 1000


def _between(choice: Choice) -> str:
    return " in that time" if choice.since is not None or choice.until is not None else ""
