"""Where a rule stands in a zone, in event time: what its windows say one after another, whenever they were heard."""

from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import RuleId, ZoneId
from rules.ticket_kinds import TicketKind


class RuleState(Enum):
    """The state of a rule at a zone (exposure-semantics, section 5)."""

    NORMAL = "normal"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of a rule's state at a zone.

    Attributes
    ----------
    at : int
        Event time [ms UTC]: the end of the window that made it; for *no data* the end of the last window that said
        something, plus the rule's delay. Never when it was computed.
    state : RuleState
        The state from then on.
    level : str
        Name of the rule's level that decides while *firing* (and *recovering* from it), else "".
    kind : TicketKind or None
        What is asked for while firing or recovering.
    priority : int or None
        1 (at once) to 4, while firing or recovering.
    flapping : bool
        It has come back so often that it is held as one matter and needs longer to clear.
    """

    at: int
    state: RuleState
    level: str = ""
    kind: TicketKind | None = None
    priority: int | None = None
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """Where a rule stands at a zone, and how it got there.

    Attributes
    ----------
    watermark : int
        Event time up to which windows are taken into account [ms UTC].
    history : tuple of Transition
        In order of time, at least one; the last one is the state. A pure function of the assessments up to the
        watermark: neither order of arrival nor batches nor restarts matter.
    """

    zone: ZoneId
    agent: str
    rule: RuleId
    watermark: int
    history: tuple[Transition, ...]

    @property
    def now(self) -> Transition:
        """The latest transition."""
        return self.history[-1]
