"""The limits table: what a value may be compared with, by which law or guide, from when to when, verified or not."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from catalog.identifiers import LimitId


class Comparator(Enum):
    """When a value breaches a limit: ``value comparator limit``."""

    ABOVE = ">"
    AT_OR_ABOVE = ">="
    BELOW = "<"


class LegalStatus(Enum):
    """What the law asks when a limit is breached."""

    BINDING = "binding"
    INDICATIVE = "indicative"
    GUIDE = "guide"
    COMFORT = "comfort"


class Verification(Enum):
    """Whether somebody checked the value against its source."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the limits table.

    Attributes
    ----------
    id : LimitId
        Stable readable name, e.g. ``noise-lex8h-upper-hpd``; every row has one.
    value : float
        In ``unit`` as the source prints it.
    in_force_from, in_force_to : date or None
        First and last day in force; None is open.
    """

    id: LimitId
    agent: str
    quantity: str
    unit: str
    metric: str
    averaging_period: float | None
    comparator: Comparator
    value: float
    level_name: str
    context: str
    jurisdiction: str
    legal_status: LegalStatus
    source: str
    in_force_from: date | None
    in_force_to: date | None
    verification: Verification
    verification_note: str
    notes: str

    def in_force_on(self, day: date) -> bool:
        """Whether the limit applies to a shift that starts on ``day``."""
        after = self.in_force_from is None or self.in_force_from <= day
        before = self.in_force_to is None or day <= self.in_force_to
        return after and before
