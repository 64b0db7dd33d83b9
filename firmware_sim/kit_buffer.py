"""What a kit has measured and cannot send yet: a queue with a size, and a count of what no longer fitted."""

from collections import deque
from enum import Enum
from typing import NamedTuple

UNLIMITED = 2**63 - 1


class Overflow(Enum):
    """What is lost when there is no more room."""

    OLDEST = "oldest"
    NEWEST = "newest"


class Memory(Enum):
    """Where the queue is: flash survives a restart, RAM does not."""

    FLASH = "flash"
    RAM = "ram"


class Sampling(NamedTuple):
    """One report of a kit, before it leaves.

    Attributes
    ----------
    row : int
        Of the kit's readings.
    stamp : int
        What the kit's clock said [ms UTC].
    steps : int
        How often the clock had been set by then: stamps on both sides of a step are not equally spaced.
    """

    row: int
    stamp: int
    steps: int = 0


class Buffer:
    """Store and forward.

    Parameters
    ----------
    size : int
        Samplings there is room for.
    overflow : Overflow

    Attributes
    ----------
    lost : int
        Samplings there was no room for.
    """

    def __init__(self, size: int = UNLIMITED, overflow: Overflow = Overflow.OLDEST) -> None:
        self.lost = 0
        self._size = size
        self._overflow = overflow
        self._kept: deque[Sampling] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, sampling: Sampling) -> None:
        """Take one more, at the price of another or of itself when there is no room."""
        if len(self._kept) >= self._size:
            self.lost += 1
            if self._overflow is Overflow.NEWEST:
                return
            self._kept.popleft()
        self._kept.append(sampling)

    def peek(self, index: int) -> Sampling:
        """The oldest is number 0."""
        return self._kept[index]

    def take(self, count: int) -> list[Sampling]:
        """The oldest ones, which leave."""
        return [self._kept.popleft() for _ in range(min(count, len(self._kept)))]

    def forget(self) -> int:
        """Lose all, and tell how many."""
        count = len(self._kept)
        self._kept.clear()
        return count
