"""Which of two levels is the more severe, and which of two outcomes asks for more."""

from dataclasses import dataclass
from datetime import date

from catalog.limits import Comparator
from rules.rule import DatedLimit, InconclusiveOutcome, Level
from rules.ticket_kinds import TicketKind

_ASKED = {TicketKind.KIT_CHECK: 0, TicketKind.TARGETED_METROLOGY: 1, TicketKind.WORKPLACE_ACTION: 2}


@dataclass(frozen=True, slots=True, order=True)
class Demand:
    """How much it takes to breach a limit; higher is more severe. At one value ``>=`` is reached before ``>``."""

    value: float
    strict: bool


def demand(limit: DatedLimit) -> Demand:
    """How much it takes to breach a limit, on the side on which harm lies."""
    below = limit.comparator is Comparator.BELOW
    return Demand(-limit.value if below else limit.value, limit.comparator is Comparator.ABOVE)


def overlap(one: DatedLimit, other: DatedLimit) -> bool:
    """Whether both limits are in force on some day."""
    starts = max(one.first or date.min, other.first or date.min)
    return starts <= min(one.last or date.max, other.last or date.max)


def milder(one: Level, other: Level) -> bool:
    """Whether a level asks for less than another: for measuring instead of acting, or less urgently."""
    asked, compared = _ASKED[one.on_exceedance], _ASKED[other.on_exceedance]
    return asked < compared or (asked == compared and one.priority > other.priority)


def same_outcome(one: Level, other: Level) -> bool:
    """Whether two levels ask for the same, beyond their limits and in doubt."""
    return (one.on_exceedance, one.on_inconclusive, one.doubt_from, one.priority) == (
        other.on_exceedance,
        other.on_inconclusive,
        other.doubt_from,
        other.priority,
    )


def outcome_words(level: Level) -> str:
    """What a level asks for, as a person reads it in the file."""
    doubt = level.on_inconclusive
    likely = f" from a probability of {level.doubt_from:g}" if level.doubt_from else ""
    told = "" if doubt is InconclusiveOutcome.NOTHING else f", in doubt {doubt.value}{likely}"
    return f"{level.on_exceedance.value} with priority {level.priority}{told}"
