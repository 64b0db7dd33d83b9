"""What can happen to a ticket: the events of its log, each with what belongs to it."""

from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import DeploymentId
from rules.states import Transition
from rules.ticket_kinds import TicketKind


class EventKind(Enum):
    """The kinds of events; the first six are the rules' own, the others somebody's decision."""

    OPENED = "opened"
    AMENDED = "amended"
    TRANSITION = "transition"
    WITHDRAWN = "withdrawn"
    SUPPORT_LOST = "support_lost"
    SUPPORT_REGAINED = "support_regained"
    VALIDATED = "validated"
    ASSIGNED = "assigned"
    STARTED = "started"
    DONE = "done"
    VERIFIED = "verified"
    REOPENED = "reopened"
    DISMISSED = "dismissed"
    COMMENTED = "commented"
    ATTACHED = "attached"
    SNOOZED = "snoozed"
    RESCHEDULED = "rescheduled"
    REPRIORITISED = "reprioritised"
    METROLOGY = "metrology"


class DismissalReason(Enum):
    """Why a professional sets a ticket aside."""

    FALSE_ALARM = "false_alarm"
    KNOWN = "known"
    OUT_OF_SCOPE = "out_of_scope"


class Basis(Enum):
    """What shows that something helped."""

    NEXT_CAMPAIGN = "next_campaign"
    FOLLOW_UP = "follow_up"


class Audience(Enum):
    """Who reads a comment or an attachment."""

    SERVICE = "service"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Said:
    """What a revision of a ticket says, in short (OPENED, AMENDED).

    Attributes
    ----------
    content : str
        SHA-256 of the whole content, so that the log vouches for it.
    follows : int or None
        The earlier ticket of the same matter, where there is one.
    basis : str
        SHA-256 of what it was computed from; "" in logs of before that was recorded.
    zone, agent, rule : str
        The matter, which never changes; "" in logs of before it was recorded.
    """

    kind: TicketKind
    level: str
    priority: int
    title_fr: str
    title_en: str
    simulated: bool
    held_back: bool
    content: str
    follows: int | None = None
    basis: str = ""
    zone: str = ""
    agent: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Passed:
    """A change of the rule's state (TRANSITION), in event time."""

    transition: Transition


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A change of state that late data took back (WITHDRAWN): the number of its event in the ticket."""

    number: int


@dataclass(frozen=True, slots=True)
class Due:
    """When something is to be done [ms UTC] (VALIDATED, DONE: the follow-up, RESCHEDULED)."""

    due: int


@dataclass(frozen=True, slots=True)
class Assigned:
    """To whom (ASSIGNED): an account's address."""

    assignee: str


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Why (DISMISSED)."""

    reason: DismissalReason


@dataclass(frozen=True, slots=True)
class Verified:
    """By what (VERIFIED).

    Attributes
    ----------
    campaign : DeploymentId or None
        The deployment of the next campaign; None for a follow-up visit.
    """

    basis: Basis
    campaign: DeploymentId | None = None


@dataclass(frozen=True, slots=True)
class Commented:
    """For whom (COMMENTED); the words are the event's note."""

    audience: Audience


@dataclass(frozen=True, slots=True)
class Attached:
    """A file (ATTACHED), kept by its checksum.

    Attributes
    ----------
    size : int
        Bytes.
    sha256 : str
        Hexadecimal.
    """

    name: str
    media_type: str
    size: int
    sha256: str
    audience: Audience


@dataclass(frozen=True, slots=True)
class Snoozed:
    """Until when [ms UTC] nobody is reminded (SNOOZED); None ends it."""

    until: int | None


@dataclass(frozen=True, slots=True)
class Reprioritised:
    """1 (at once) to 4 (when there is time) (REPRIORITISED)."""

    priority: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The number of a metrology result (METROLOGY).

    Attributes
    ----------
    content : str
        SHA-256 of the result as entered, so that the log vouches for it.
    """

    result: int
    content: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """No more than the event itself."""


Detail = (
    Said
    | Passed
    | Unsaid
    | Due
    | Assigned
    | Dismissed
    | Verified
    | Commented
    | Attached
    | Snoozed
    | Reprioritised
    | Measured
    | Nothing
)

DETAILS: dict[EventKind, type[Detail]] = {
    EventKind.OPENED: Said,
    EventKind.AMENDED: Said,
    EventKind.TRANSITION: Passed,
    EventKind.WITHDRAWN: Unsaid,
    EventKind.SUPPORT_LOST: Nothing,
    EventKind.SUPPORT_REGAINED: Nothing,
    EventKind.VALIDATED: Due,
    EventKind.ASSIGNED: Assigned,
    EventKind.STARTED: Nothing,
    EventKind.DONE: Due,
    EventKind.VERIFIED: Verified,
    EventKind.REOPENED: Due,
    EventKind.DISMISSED: Dismissed,
    EventKind.COMMENTED: Commented,
    EventKind.ATTACHED: Attached,
    EventKind.SNOOZED: Snoozed,
    EventKind.RESCHEDULED: Due,
    EventKind.REPRIORITISED: Reprioritised,
    EventKind.METROLOGY: Measured,
}
"""What belongs to each kind of event."""


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """One thing that happened to a ticket.

    Attributes
    ----------
    number : int
        In the ticket, from 1.
    at : int
        When it was recorded [ms UTC]; what it speaks of may be earlier, see :class:`Passed`.
    by : str
        Account, or ``vigie`` for the rules.
    role : str
        Of the account then; "" for the rules.
    revision : int
        Of the content, after the event.
    note : str
        What the person wrote.
    """

    number: int
    at: int
    kind: EventKind
    by: str
    role: str
    revision: int
    note: str
    detail: Detail
