"""The three things a ticket can ask for."""

from enum import Enum


class TicketKind(Enum):
    """What somebody should do."""

    WORKPLACE_ACTION = "workplace_action"
    TARGETED_METROLOGY = "targeted_metrology"
    KIT_CHECK = "kit_check"
