"""From a work schedule to true instants: shifts and local days, across holidays, nights and changes of clocks."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open time (start, end], milliseconds UTC."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Milliseconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Shift:
    """One work period as it really happened on the clock of the world.

    Attributes
    ----------
    day : datetime.date
        Local day the shift starts on; the limit in force that day applies.
    pieces : tuple of Interval
        The time people are in the zone, in order: the whole shift, less its breaks where breaks do not count.
    """

    name: str
    day: date
    start: int
    end: int
    pieces: tuple[Interval, ...]

    @property
    def worked(self) -> int:
        """Milliseconds people are in the zone."""
        return sum(piece.length for piece in self.pieces)
