"""Tickets: what somebody should do, proposed by a rule for a zone and an agent; a person decides."""

from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import RuleId, ZoneId
from rules.decision import Assessment
from rules.states import RuleStatus
from rules.ticket_kinds import TicketKind

__all__ = ["TicketKind", "TicketProposal", "TicketState"]


class TicketState(Enum):
    """A ticket's life: proposed by Vigie, then in the hands of people (:mod:`rules.life`)."""

    PROPOSED = "proposed"
    VALIDATED = "validated"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    VERIFIED = "verified"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class TicketProposal:
    """What the rules ask for, before it meets the tickets that exist.

    Attributes
    ----------
    level : str
        Name of the rule's level that decided.
    reason_fr, reason_en : str
        One sentence with numbers: how many shifts, worst value ± uncertainty, limit and its source.
    advice_fr, advice_en : str
    evidence : tuple of Assessment
        What it rests on, in order of time.
    held_back_by : str or None
        Why an exposure ticket is held back (an open kit check on the only kit it rests on), else None.
    simulated : bool
        True when any evidence is simulated; such a ticket can never be taken for a real one.
    status : RuleStatus or None
        Where the rule stands at the zone and how it got there; None where nobody followed it.
    """

    zone: ZoneId
    agent: str
    rule: RuleId
    kind: TicketKind
    level: str
    priority: int
    title_fr: str
    title_en: str
    reason_fr: str
    reason_en: str
    advice_fr: str
    advice_en: str
    limit_source: str
    pack: str
    pack_version: str
    evidence: tuple[Assessment, ...]
    held_back_by: str | None
    simulated: bool
    status: RuleStatus | None = None
