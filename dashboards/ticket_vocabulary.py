"""The words for tickets: what they ask for, where they stand, what happens to them, who does it."""

from collections.abc import Mapping

from dashboards.vocabulary import marked
from rules.roles import Role
from rules.states import RuleState
from rules.ticket_events import Audience, DismissalReason, EventKind
from rules.tickets import TicketKind, TicketState

TICKET_KINDS: Mapping[TicketKind, str] = {
    TicketKind.WORKPLACE_ACTION: marked("Act at the workplace"),
    TicketKind.TARGETED_METROLOGY: marked("Measure this properly"),
    TicketKind.KIT_CHECK: marked("Check the kit"),
}

TICKET_STATES: Mapping[TicketState, str] = {
    TicketState.PROPOSED: marked("proposed"),
    TicketState.VALIDATED: marked("validated"),
    TicketState.ASSIGNED: marked("assigned"),
    TicketState.IN_PROGRESS: marked("in progress"),
    TicketState.DONE: marked("done"),
    TicketState.VERIFIED: marked("verified"),
    TicketState.DISMISSED: marked("dismissed"),
}

STATES_TO_THE_SERVICE: Mapping[TicketState, str] = {
    TicketState.PROPOSED: marked(
        "The rules propose this ticket; it waits for a decision. The employer does not see it."
    ),
    TicketState.VALIDATED: marked("A professional validated it; nobody has it in hand yet."),
    TicketState.ASSIGNED: marked("It is assigned; work has not begun."),
    TicketState.IN_PROGRESS: marked("Work on it is under way."),
    TicketState.DONE: marked("What it asked for was done; somebody still has to see whether it helped."),
    TicketState.VERIFIED: marked("It was done, and it helped."),
    TicketState.DISMISSED: marked("It was set aside; nothing is to be done."),
}

STATES_OUTSIDE: Mapping[TicketState, str] = {
    TicketState.VALIDATED: marked("A prevention professional of your service confirmed that something is to be done."),
    TicketState.ASSIGNED: marked(
        "A prevention professional of your service confirmed it, and somebody has it in hand."
    ),
    TicketState.IN_PROGRESS: marked("Work on it is under way."),
    TicketState.DONE: marked("What was asked for was done; your service will look whether it helped."),
    TicketState.VERIFIED: marked("It was done, and your service found that it helped."),
}
"""Proposed and dismissed tickets are not told outside the service."""

DUE: Mapping[TicketState, str] = {
    TicketState.PROPOSED: marked("to be decided by %(day)s"),
    TicketState.VALIDATED: marked("to be done by %(day)s"),
    TicketState.ASSIGNED: marked("to be done by %(day)s"),
    TicketState.IN_PROGRESS: marked("to be done by %(day)s"),
    TicketState.DONE: marked("to be verified by %(day)s"),
}

PRIORITIES: Mapping[int, str] = {
    1: marked("1 – at once"),
    2: marked("2 – soon"),
    3: marked("3 – planned"),
    4: marked("4 – when there is time"),
}

REASONS: Mapping[DismissalReason, str] = {
    DismissalReason.FALSE_ALARM: marked("false alarm"),
    DismissalReason.KNOWN: marked("already known"),
    DismissalReason.OUT_OF_SCOPE: marked("out of scope"),
}

AUDIENCES: Mapping[Audience, str] = {
    Audience.SERVICE: marked("for the service only"),
    Audience.EVERYBODY: marked("for the employer too"),
}

ROLES: Mapping[Role, str] = {
    Role.ENGINEER: marked("prevention engineer"),
    Role.PHYSICIAN: marked("physician"),
    Role.TECHNICIAN: marked("technician"),
    Role.EXPERT: marked("expert from outside"),
    Role.EMPLOYER: marked("employer"),
}

RULE_STATES: Mapping[RuleState, str] = {
    RuleState.NORMAL: marked("normal"),
    RuleState.PENDING: marked("first signs, to be confirmed"),
    RuleState.FIRING: marked("asks for something"),
    RuleState.RECOVERING: marked("recovering, to be confirmed"),
    RuleState.NO_DATA: marked("no data"),
}

FIRINGS: Mapping[TicketKind, str] = {
    TicketKind.WORKPLACE_ACTION: marked("exceedance indicated"),
    TicketKind.TARGETED_METROLOGY: marked("to be measured properly"),
    TicketKind.KIT_CHECK: marked("kit to be checked"),
}
"""What a rule that fires says, by what it asks for."""

EVENTS: Mapping[EventKind, str] = {
    EventKind.OPENED: marked("proposed by the rules"),
    EventKind.AMENDED: marked("amended by the rules (revision %(revision)s)"),
    EventKind.SUPPORT_LOST: marked("the rules no longer ask for it"),
    EventKind.SUPPORT_REGAINED: marked("the rules ask for it again"),
    EventKind.STARTED: marked("work begun"),
}
"""Events that need no more than these words; the others are in :mod:`dashboards.ticket_sentences`."""
