"""Readings in columns: what sensors said, as plain lists that codecs fill and the store takes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum


class Flag(IntEnum):
    """Quality of a reading (QARTOD values)."""

    GOOD = 1
    NOT_EVALUATED = 2
    SUSPECT = 3
    BAD = 4
    MISSING = 9


@dataclass(slots=True)
class ReadingColumns:
    """Readings side by side; row *i* of every list is one reading.

    Attributes
    ----------
    kit : list of str
    quantity : list of str
        Catalog names.
    instant : list of int
        Milliseconds UTC.
    value : list of float
        In the quantity's unit; always finite.
    flag : list of int
        :class:`Flag` values.
    received : list of int
        Milliseconds UTC at which the service got it; of two readings of one instant the one received last wins.
    simulated : list of bool
        True for a reading no sensor ever made.
    """

    kit: list[str] = field(default_factory=list)
    quantity: list[str] = field(default_factory=list)
    instant: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    flag: list[int] = field(default_factory=list)
    received: list[int] = field(default_factory=list)
    simulated: list[bool] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.instant)

    def extend(self, others: "Iterable[ReadingColumns]") -> None:
        """Append the rows of ``others`` in their order."""
        for other in others:
            self.kit += other.kit
            self.quantity += other.quantity
            self.instant += other.instant
            self.value += other.value
            self.flag += other.flag
            self.received += other.received
            self.simulated += other.simulated
