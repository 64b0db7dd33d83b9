"""What happened to a ticket and where it stands, in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboards.ticket_vocabulary import (
    AUDIENCES,
    DUE,
    EVENTS,
    FIRINGS,
    PRIORITIES,
    REASONS,
    RULE_STATES,
    STATES_OUTSIDE,
    STATES_TO_THE_SERVICE,
)
from dashboards.vocabulary import marked
from dashboards.words import Words
from rules.life import Standing
from rules.states import RuleState, Transition
from rules.ticket_events import (
    Assigned,
    Attached,
    Basis,
    Commented,
    Dismissed,
    Due,
    EventKind,
    Measured,
    Passed,
    Reprioritised,
    Snoozed,
    TicketEvent,
    Unsaid,
    Verified,
)
from rules.tickets import TicketState

Names = Mapping[str, str]
"""Names of people by the address of their account."""


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One change of a rule's state.

    Attributes
    ----------
    at : int
        Event time [ms UTC].
    taken_back : int or None
        When late data took it back [ms UTC]; None where it stands.
    """

    at: int
    words: str
    taken_back: int | None


def course(events: Sequence[TicketEvent], words: Words) -> list[ChangeShown]:
    """How the rule of a ticket went, in event time; with what late data took back."""
    taken_back = {event.detail.number: event.at for event in events if isinstance(event.detail, Unsaid)}
    changes = [
        ChangeShown(
            event.detail.transition.at, change_words(event.detail.transition, words), taken_back.get(event.number)
        )
        for event in events
        if isinstance(event.detail, Passed)
    ]
    return sorted(changes, key=lambda change: (change.at, change.taken_back is None))


def change_words(change: Transition, words: Words) -> str:
    """What a change of state says, e.g. *exceedance indicated*."""
    said = words.say(RULE_STATES[change.state])
    if change.state is RuleState.FIRING and change.kind is not None:
        said = words.say(FIRINGS[change.kind])
    if change.state is RuleState.NORMAL:
        said = words.say("back to normal")
    return words.say("%(state)s (it comes and goes)", state=said) if change.flapping else said


def cause(standing: Standing, words: Words) -> str:
    """Where the rule of a ticket stands now; empty where nobody followed it."""
    if not standing.transitions:
        return ""
    last = standing.transitions[-1]
    if last.state is RuleState.NO_DATA:
        return words.say(
            "No data since %(moment)s: silence clears nothing, the ticket stays as it is.", moment=words.moment(last.at)
        )
    if last.at > standing.updated:  # acute rules judge a shift before it is over
        return words.say(
            "By the latest data, in the shift under way: %(state)s.",
            state=change_words(Transition(last.at, last.state, last.level, last.kind), words),
        )
    return words.say(
        "By the latest data, since %(moment)s: %(state)s.",
        moment=words.moment(last.at),
        state=change_words(Transition(last.at, last.state, last.level, last.kind), words),
    )


def flapping(standing: Standing, words: Words) -> str:
    """Told where a matter comes and goes; else empty."""
    if not standing.flapping:
        return ""
    return words.say("This matter comes and goes: it is held as one ticket, and needs longer to clear.")


def state_sentence(state: TicketState, words: Words, *, outside: bool) -> str:
    """Where a ticket stands, for those who may read it."""
    told = STATES_OUTSIDE if outside else STATES_TO_THE_SERVICE
    return words.say(told[state]) if state in told else ""


def due_sentence(state: TicketState, due: int | None, words: Words) -> str:
    """By when somebody has to act; empty where nobody has."""
    if due is None or state not in DUE:
        return ""
    return words.say(DUE[state], day=words.day(words.local(due).date()))


def event_words(event: TicketEvent, words: Words, names: Names) -> str:
    """What happened, without who, when and their note."""
    match event.detail:
        case Due(due):
            day = words.day(words.local(due).date())
            return words.say(_WITH_A_DAY[event.kind], day=day, revision=event.revision)
        case Assigned(assignee):
            return words.say("assigned to %(person)s", person=names.get(assignee, assignee))
        case Verified(Basis.NEXT_CAMPAIGN, campaign):
            return words.say("verified by the campaign %(campaign)s", campaign=campaign)
        case Verified():
            return words.say("verified on a follow-up")
        case Dismissed(reason):
            return words.say("dismissed (%(reason)s)", reason=words.say(REASONS[reason]))
        case Commented(audience):
            return words.say("comment %(audience)s", audience=words.say(AUDIENCES[audience]))
        case Attached(name=name, audience=audience):
            return words.say("file %(name)s attached %(audience)s", name=name, audience=words.say(AUDIENCES[audience]))
        case Snoozed(int(until)):
            return words.say("put off until %(day)s", day=words.day(words.local(until).date()))
        case Snoozed():
            return words.say("no longer put off")
        case Reprioritised(priority):
            return words.say("priority set to %(priority)s", priority=words.say(PRIORITIES[priority]))
        case Measured(result):
            return words.say("metrology result no. %(number)s entered", number=result)
        case _:
            return words.say(EVENTS[event.kind], revision=event.revision)


_WITH_A_DAY: Mapping[EventKind, str] = {
    EventKind.VALIDATED: marked("validated (revision %(revision)s), to be done by %(day)s"),
    EventKind.DONE: marked("done, to be verified by %(day)s"),
    EventKind.REOPENED: marked("reopened because it did not help, to be done by %(day)s"),
    EventKind.RESCHEDULED: marked("due date set to %(day)s"),
}
