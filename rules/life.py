"""The life of a ticket: its log of events folded into where it stands, and which step may follow.

proposed → validated → assigned → in progress → done → verified
dismissed from any of the first four; done → in progress again where it did not help
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from rules.states import RuleState, Transition
from rules.ticket_events import (
    Assigned,
    Due,
    EventKind,
    Passed,
    Reprioritised,
    Said,
    Snoozed,
    TicketEvent,
    Unsaid,
)
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState

DAY = 86_400_000
FOLLOW_UP = 182 * DAY
"""Half a year after what was asked for is done, somebody looks whether it helped [ms]."""

OPEN = frozenset({TicketState.PROPOSED, TicketState.VALIDATED, TicketState.ASSIGNED, TicketState.IN_PROGRESS})
"""States in which somebody still has to do something; a matter is in one of them once only."""

VISIBLE_OUTSIDE = frozenset(TicketState) - {TicketState.PROPOSED, TicketState.DISMISSED}
"""States in which somebody outside the service may see a ticket."""

_DAYS_TO_ACT = {
    TicketKind.WORKPLACE_ACTION: (1, 7, 30, 90),
    TicketKind.TARGETED_METROLOGY: (7, 30, 60, 90),
    TicketKind.KIT_CHECK: (1, 7, 7, 14),
}
_DAYS_TO_DECIDE = (1, 7, 7, 7)

_FROM = {
    EventKind.VALIDATED: OPEN,
    EventKind.ASSIGNED: OPEN - {TicketState.PROPOSED},
    EventKind.STARTED: frozenset({TicketState.VALIDATED, TicketState.ASSIGNED}),
    EventKind.DONE: OPEN - {TicketState.PROPOSED},
    EventKind.VERIFIED: frozenset({TicketState.DONE}),
    EventKind.REOPENED: frozenset({TicketState.DONE}),
    EventKind.DISMISSED: OPEN,
    EventKind.SNOOZED: OPEN,
    EventKind.RESCHEDULED: OPEN - {TicketState.PROPOSED} | {TicketState.DONE},
    EventKind.REPRIORITISED: OPEN,
}
"""Where a step may be taken from; what is not here may happen in every state."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands: the fold of its events.

    Attributes
    ----------
    validated_revision : int or None
        The revision a professional answers for, which the employer sees.
    supported : bool
        False when the rules no longer ask for it.
    priority : int
        As a professional set it, else as the rules have it.
    due : int or None
        When it is to be decided, done, or looked at again [ms UTC]; None once it is over.
    transitions : tuple of Transition
        Those of the rule that late data did not take back, in order of event time.
    events : int
        How many were folded.
    """

    state: TicketState
    revision: int
    validated_revision: int | None
    said: Said
    supported: bool
    priority: int
    own_priority: int | None
    assignee: str | None
    due: int | None
    snoozed_until: int | None
    created: int
    updated: int
    transitions: tuple[Transition, ...]
    events: int

    @property
    def cause(self) -> RuleState | None:
        """The state of its rule by the latest transition; None where nobody followed it."""
        return self.transitions[-1].state if self.transitions else None

    @property
    def flapping(self) -> bool:
        """Whether it keeps coming back and is held as one matter."""
        return bool(self.transitions) and self.transitions[-1].flapping

    @property
    def kind(self) -> TicketKind:
        """What it asks for."""
        return self.said.kind


def due_to_decide(priority: int, at: int) -> int:
    """When a proposal is to be validated or dismissed [ms UTC]: a day for what is urgent, else a week."""
    return at + _DAYS_TO_DECIDE[priority - 1] * DAY


def due_to_act(kind: TicketKind, priority: int, at: int) -> int:
    """When what a ticket asks for is to be done [ms UTC], from its validation on.

    Notes
    -----
    Proposals of this project, by kind and priority (1 to 4): workplace action 1, 7, 30, 90 days; targeted metrology 7,
    30, 60, 90 days (an accredited body has to come); check of a kit 1, 7, 7, 14 days. A professional may set another.
    """
    return at + _DAYS_TO_ACT[kind][priority - 1] * DAY


def may_follow(state: TicketState, step: EventKind) -> bool:
    """Whether a step may be taken from a state."""
    return state in _FROM.get(step, frozenset(TicketState))


def states_before(step: EventKind) -> Sequence[TicketState]:
    """The states a step may be taken from, in the order of a ticket's life."""
    return [state for state in TicketState if may_follow(state, step)]


def fold(events: Iterable[TicketEvent]) -> Standing:
    """Where a ticket stands after its events.

    Parameters
    ----------
    events : iterable of TicketEvent
        All of the ticket, in order of their numbers.

    Raises
    ------
    ValueError
        The log does not begin with *opened*, skips a number, or takes a step no ticket can take.
    """
    iterator = iter(events)
    first = next(iterator, None)
    if first is None or first.kind is not EventKind.OPENED or not isinstance(first.detail, Said) or first.number != 1:
        raise ValueError("a ticket's log begins with number 1, opened")
    passed: dict[int, Transition] = {}
    return reduce(lambda standing, event: _after(standing, event, passed), iterator, _opened(first, first.detail))


def _opened(event: TicketEvent, said: Said) -> Standing:
    return Standing(
        state=TicketState.PROPOSED,
        revision=event.revision,
        validated_revision=None,
        said=said,
        supported=True,
        priority=said.priority,
        own_priority=None,
        assignee=None,
        due=due_to_decide(said.priority, event.at),
        snoozed_until=None,
        created=event.at,
        updated=event.at,
        transitions=(),
        events=1,
    )


def _after(before: Standing, event: TicketEvent, passed: dict[int, Transition]) -> Standing:
    if event.number != before.events + 1:
        raise ValueError(f"event {event.number} follows event {before.events}; expected {before.events + 1}")
    if not may_follow(before.state, event.kind):
        raise ValueError(f"event {event.number}: a ticket that is {before.state.value} cannot be {event.kind.value}")
    seen = replace(before, revision=event.revision, updated=event.at, events=event.number)
    detail = event.detail
    if isinstance(detail, Said):
        priority = seen.own_priority or detail.priority
        due = seen.due
        if seen.state is TicketState.PROPOSED and due is not None:
            due = min(due, due_to_decide(priority, event.at))
        return replace(seen, said=replace(detail, follows=before.said.follows), priority=priority, due=due)
    if isinstance(detail, Passed | Unsaid):
        if isinstance(detail, Passed):
            passed[event.number] = detail.transition
        elif passed.pop(detail.number, None) is None:
            raise ValueError(f"event {event.number} takes back event {detail.number}, which is no transition")
        return replace(seen, transitions=tuple(sorted(passed.values(), key=lambda each: each.at)))
    if isinstance(detail, Snoozed):
        return replace(seen, snoozed_until=detail.until)
    if isinstance(detail, Reprioritised):
        return replace(seen, priority=detail.priority, own_priority=detail.priority)
    if isinstance(detail, Assigned):
        return replace(seen, state=TicketState.ASSIGNED, assignee=detail.assignee)
    return _stepped(seen, event)


def _stepped(seen: Standing, event: TicketEvent) -> Standing:
    due = event.detail.due if isinstance(event.detail, Due) else seen.due
    if event.kind is EventKind.VALIDATED:
        state = TicketState.VALIDATED if seen.state is TicketState.PROPOSED else seen.state
        return replace(seen, state=state, validated_revision=event.revision, due=due)
    if event.kind in (EventKind.STARTED, EventKind.REOPENED):
        return replace(seen, state=TicketState.IN_PROGRESS, due=due)
    if event.kind is EventKind.DONE:
        return replace(seen, state=TicketState.DONE, due=due, snoozed_until=None)
    if event.kind is EventKind.VERIFIED:
        return replace(seen, state=TicketState.VERIFIED, due=None)
    if event.kind is EventKind.DISMISSED:
        return replace(seen, state=TicketState.DISMISSED, due=None, snoozed_until=None)
    if event.kind is EventKind.RESCHEDULED:
        return replace(seen, due=due)
    if event.kind in (EventKind.SUPPORT_LOST, EventKind.SUPPORT_REGAINED):
        return replace(seen, supported=event.kind is EventKind.SUPPORT_REGAINED)
    return seen
