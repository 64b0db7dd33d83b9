"""Who may do what to a ticket: the professions of an occupational-health service, its outside experts, employers."""

from dataclasses import dataclass
from enum import Enum

from rules.ticket_events import EventKind
from rules.ticket_kinds import TicketKind


class Role(Enum):
    """What an account is.

    The professional who stands under a ticket is a prevention engineer or a physician of the service; a technician
    looks after the kits; an expert from outside works on what is assigned to them; an employer sees what was validated.
    """

    ENGINEER = "engineer"
    PHYSICIAN = "physician"
    TECHNICIAN = "technician"
    EXPERT = "expert"
    EMPLOYER = "employer"


PROFESSIONALS = frozenset({Role.ENGINEER, Role.PHYSICIAN})
"""Who answers for a decision with their name."""

OF_THE_SERVICE = PROFESSIONALS | {Role.TECHNICIAN}
"""Who sees every ticket of the service."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step: the address of an account, and what it is."""

    email: str
    role: Role


_ANYBODY = frozenset(Role)
_MAY = {
    EventKind.VALIDATED: PROFESSIONALS,
    EventKind.ASSIGNED: PROFESSIONALS,
    EventKind.STARTED: PROFESSIONALS,
    EventKind.DONE: PROFESSIONALS,
    EventKind.VERIFIED: PROFESSIONALS,
    EventKind.REOPENED: PROFESSIONALS,
    EventKind.DISMISSED: PROFESSIONALS,
    EventKind.SNOOZED: OF_THE_SERVICE,
    EventKind.RESCHEDULED: PROFESSIONALS,
    EventKind.REPRIORITISED: PROFESSIONALS,
    EventKind.METROLOGY: PROFESSIONALS,
    EventKind.COMMENTED: _ANYBODY,
    EventKind.ATTACHED: _ANYBODY,
}
_TECHNICIAN_ON_KITS = frozenset(
    {
        EventKind.VALIDATED,
        EventKind.ASSIGNED,
        EventKind.STARTED,
        EventKind.DONE,
        EventKind.REOPENED,
        EventKind.DISMISSED,
        EventKind.RESCHEDULED,
    }
)
_ASSIGNEE = frozenset({EventKind.STARTED, EventKind.DONE, EventKind.METROLOGY})


def may(role: Role, step: EventKind, kind: TicketKind, *, is_assignee: bool) -> bool:
    """Whether somebody may take a step with a ticket they see.

    Parameters
    ----------
    role : Role
    step : EventKind
    kind : TicketKind
        Of the ticket; checks of kits are the technicians' own.
    is_assignee : bool
        Whether the ticket is assigned to them.

    Examples
    --------
    >>> may(Role.TECHNICIAN, EventKind.VALIDATED, TicketKind.KIT_CHECK, is_assignee=False)
    True
    >>> may(Role.EXPERT, EventKind.VALIDATED, TicketKind.WORKPLACE_ACTION, is_assignee=True)
    False
    """
    if role in _MAY.get(step, frozenset()):
        return True
    if is_assignee and step in _ASSIGNEE and role is not Role.EMPLOYER:
        return True
    return role is Role.TECHNICIAN and kind is TicketKind.KIT_CHECK and step in _TECHNICIAN_ON_KITS
