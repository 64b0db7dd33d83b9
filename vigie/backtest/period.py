"""The judged time, as typed: days of the place, whatever its time zone."""

from dataclasses import dataclass

from catalog.schedule import Interval
from vigie.errors import UsageError
from vigie.times import parse_instant, parse_until

_END = 253_402_300_800_000
_BEGINNING = -_END


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when; None is without end.

    Attributes
    ----------
    since, until : str or None
        A date (both inclusive) or an instant.
    """

    since: str | None
    until: str | None

    def at(self, timezone: str) -> Interval:
        """The time (start, end] at a place: windows that end in it are judged.

        Raises
        ------
        UsageError
            One is no time, or they are the wrong way round.
        """
        start = parse_instant(self.since, timezone, "--from") if self.since else _BEGINNING
        end = parse_until(self.until, timezone, "--to") if self.until else _END
        if end <= start:
            raise UsageError(f"--to {self.until} is not after --from {self.since}; mend one of them")
        return Interval(start, end)

    def __str__(self) -> str:
        parts = (f"from {self.since}" if self.since else "", f"to {self.until}" if self.until else "")
        return " ".join(part for part in parts if part) or "all that is stored"
