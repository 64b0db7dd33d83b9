"""What can be replayed: messages of some kits, in order, that can be told again and again, later each time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from catalog.identifiers import KitId
from firmware_sim.payloads import KitMessage
from firmware_sim.retelling import Origin

__all__ = ["EVERYTHING", "Choice", "Origin", "Stream", "Unit"]


class Unit(Enum):
    """What the length of a stream is counted in."""

    READINGS = "readings"
    MESSAGES = "messages"


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a source is replayed, and under which names.

    Attributes
    ----------
    since, until : int or None
        Only what happened after the one and up to the other [ms UTC], as windows and deployments are cut.
    names : Mapping of KitId to KitId
        New names of kits; the others keep theirs.
    kits : frozenset of KitId or None
        Only these, by the names they had; None for all.
    """

    since: int | None = None
    until: int | None = None
    names: Mapping[KitId, KitId] = field(default_factory=dict)
    kits: frozenset[KitId] | None = None

    def holds(self, instant: int) -> bool:
        """Whether an instant is within."""
        return (self.since is None or instant > self.since) and (self.until is None or instant <= self.until)

    def name(self, kit: KitId) -> KitId:
        """What a kit is called now."""
        return self.names.get(kit, kit)


EVERYTHING = Choice()


class Stream(Protocol):
    """Messages of some kits in the order they happened."""

    @property
    def origin(self) -> Origin:
        """Whether all of it is marked as simulated, or left as it was recorded."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether anything of it is marked as simulated."""
        ...

    @property
    def kits(self) -> list[KitId]:
        """Whose messages they are, in order of name."""
        ...

    @property
    def unit(self) -> Unit:
        """What :attr:`size` counts."""
        ...

    @property
    def size(self) -> int:
        """How long it is."""
        ...

    @property
    def first(self) -> int:
        """Its first instant [ms UTC]."""
        ...

    @property
    def last(self) -> int:
        """Its last instant [ms UTC]."""
        ...

    @property
    def step(self) -> int:
        """From one instant to the next, as a rule [ms]."""
        ...

    @property
    def announced(self) -> bool:
        """Whether the kits' births and wills are in it; else whoever replays it says them."""
        ...

    def messages(self, offset: int) -> Iterator[KitMessage]:
        """All of it, so much later than it happened [ms]."""
        ...
