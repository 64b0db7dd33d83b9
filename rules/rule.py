"""What a rule pack says, as plain values: packs, rules, their levels, and which limit applies on which day."""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Literal

from catalog.identifiers import LimitId, QuantityId, RuleId
from catalog.limits import Comparator, LegalStatus, Verification
from catalog.places import WorkIntensity, Zone, ZoneKind
from dsp.exposure import Measure, WindowKind
from rules.bilingual import Bilingual as Bilingual
from rules.canonical import canonical_text
from rules.decision import Probabilities
from rules.kit_check_rule import KitCheckRule
from rules.language import LATER_GUIDE, UNVERIFIED
from rules.tickets import TicketKind
from rules.workplace_actions import AmtType

Direction = Literal["above", "below"]
"""On which side of a limit harm lies, as ``time_above`` and ``time_below`` name it."""


class Standing(Enum):
    """How a level uses its limit: as the law that binds here, or as a guide (also other law, by analogy)."""

    LEGAL = "legal"
    GUIDE = "guide"


class Comparability(Enum):
    """Whether the sensor's value is of the limit's kind, or only hints at it (optical PM against gravimetric dust)."""

    DIRECT = "direct"
    INDICATION_ONLY = "indication_only"


class Tiers(Enum):
    """Whether shares of the limit matter too: for a legal chemical limit, over half of it calls for metrology."""

    NONE = "none"
    LEGAL_CHEMICAL = "legal_chemical"


class Onset(Enum):
    """When an exceedance is enough: repeated, or at once (acute agents and peaks)."""

    REPEATED = "repeated"
    IMMEDIATE = "immediate"


class InconclusiveOutcome(Enum):
    """What repeated doubt leads to."""

    TARGETED_METROLOGY = "targeted_metrology"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class AppliedLimit:
    """The limit of a level on one day, in the quantity's unit, with the source a person is shown."""

    value: float
    comparator: Comparator
    source: str


@dataclass(frozen=True, slots=True)
class DatedLimit:
    """One limit a level refers to, from its first to its last day in force.

    Attributes
    ----------
    id : LimitId or None
        None for a value the pack gives itself.
    value : float
        In the rule's quantity's unit.
    """

    id: LimitId | None
    value: float
    comparator: Comparator
    source: str
    status: LegalStatus
    verification: Verification
    first: date | None
    last: date | None

    def in_force_on(self, day: date) -> bool:
        """Whether ``day`` lies between the first and the last day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def applied(self, *remarks: str) -> AppliedLimit:
        """The limit with its source and what must be said about it."""
        unverified = () if self.verification is Verification.YES else (UNVERIFIED,)
        notes = [*unverified, *remarks]
        return AppliedLimit(
            self.value, self.comparator, f"{self.source} ({'; '.join(notes)})" if notes else self.source
        )


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a rule; the levels of a rule rise in severity.

    Attributes
    ----------
    limits : tuple of DatedLimit
        By first day; periods do not overlap.
    on_exceedance : TicketKind
    on_inconclusive : InconclusiveOutcome
    doubt_from : float
        Probability of a breach from which an inconclusive window counts as doubt [1]; 0 counts every one.
    priority : int
        1 (at once) to 4 (when there is time).
    amt_type : AmtType or None
        What is to be done at the workplace; None where an exceedance asks for none.
    """

    name: str
    title: Bilingual
    limits: tuple[DatedLimit, ...]
    standing: Standing
    on_exceedance: TicketKind
    on_inconclusive: InconclusiveOutcome
    priority: int
    advice: Bilingual
    amt_type: AmtType | None = None
    doubt_from: float = 0.0

    def limit_on(self, day: date) -> AppliedLimit | None:
        """The limit for a shift that starts on a local day, or None where there is none yet or none any more.

        Notes
        -----
        Law does not reach back. Knowledge does: a guide published in 2021 also says something of air breathed in 2015,
        so the earliest guide serves earlier days, and says that it is later than the measurement.
        """
        for limit in self.limits:
            if limit.in_force_on(day):
                return limit.applied()
        earliest = self.limits[0]
        if self.standing is Standing.GUIDE and earliest.first is not None and day < earliest.first:
            return earliest.applied(LATER_GUIDE)
        return None


@dataclass(frozen=True, slots=True)
class Repetition:
    """How often something must happen before a ticket is proposed.

    Attributes
    ----------
    onset : Onset
        Whether one exceedance is enough. Doubt must always repeat.
    shifts : int
        Shifts of one campaign with the same finding.
    window_share : float or None
        Or, with one sure shift: share of the occupied time of ``working_days`` consecutive working days beyond the
        limit. None where time beyond the limit says nothing about it (a limit for a dose of eight hours).
    """

    onset: Onset = Onset.REPEATED
    shifts: int = 2
    window_share: float | None = 0.2
    working_days: int = 5


@dataclass(frozen=True, slots=True)
class Clearing:
    """When a ticket's cause is over: ``shifts`` in a row better than the limit by ``margin`` [quantity's unit]."""

    margin: float
    shifts: int


@dataclass(frozen=True, slots=True)
class Delays:
    """How long something must last before it counts [s].

    Attributes
    ----------
    on : float
        Episodes beyond a limit that are shorter do not count.
    off : float
        An episode is over when the signal has been back behind the limit (and its hysteresis) for so long.
    no_data : float
        Counted from the last reading: silence longer than this is *no data*, which never clears a ticket.
    """

    on: float = 60.0
    off: float = 300.0
    no_data: float = 3600.0


@dataclass(frozen=True, slots=True)
class Flapping:
    """When a cause that comes and goes is held as one ticket.

    Attributes
    ----------
    times : int
        Relapses (beyond the limit again after it had cleared) that make it flapping.
    shifts : int
        Shifts in a row within which they are counted. While it flaps, clearing takes twice the shifts it usually does.
    """

    times: int = 2
    shifts: int = 10


@dataclass(frozen=True, slots=True)
class Rule:
    """One question asked of one measure of one quantity.

    Attributes
    ----------
    intensities : tuple of WorkIntensity
        Empty where the intensity of work does not matter.
    minimum_coverage : float
        Share of the window that must have been seen [1].
    law : Bilingual
        What the law (or the guide) asks for when the limit is breached; law asks for another reaction beyond a binding
        limit (R4412-28), an indicative one (R4412-29) and one of a carcinogen (R4412-77).
    hysteresis : float
        How far behind a limit the signal must come back to end an episode [quantity's unit].
    metrology : Bilingual or None
        The measurement to ask for, where the rule asks for one.
    """

    id: RuleId
    agent: str
    quantity: QuantityId
    measure: Measure
    window_kind: WindowKind
    zones: tuple[ZoneKind, ...]
    intensities: tuple[WorkIntensity, ...]
    comparability: Comparability
    tiers: Tiers
    probabilities: Probabilities
    minimum_coverage: float
    repetition: Repetition
    clearing: Clearing
    title: Bilingual
    advice: Bilingual
    law: Bilingual
    levels: tuple[Level, ...]
    hysteresis: float = 0.0
    delays: Delays = Delays()
    flapping: Flapping = Flapping()
    metrology: Bilingual | None = None

    @property
    def direction(self) -> Direction:
        """The side on which harm lies; all levels of a rule agree."""
        return "below" if self.levels[0].limits[0].comparator is Comparator.BELOW else "above"

    def applies_to(self, zone: Zone) -> bool:
        """Whether the rule speaks of zones of this kind and intensity."""
        return zone.kind in self.zones and (not self.intensities or zone.intensity in self.intensities)

    def level(self, name: str) -> Level:
        """The level of that name."""
        return next(level for level in self.levels if level.name == name)


@dataclass(frozen=True, slots=True)
class SignOff:
    """Who of the service answers for a pack, and since when."""

    name: str
    date: date


@dataclass(frozen=True, slots=True)
class PackReference:
    """A pack by name and content."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class DisabledRule:
    """A rule of the packs below that a service does not apply, and why."""

    rule: RuleId
    reason: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A set of rules a service works by.

    Attributes
    ----------
    signed_off : SignOff or None
        None until a professional has put their name to it.
    kit_checks : tuple of KitCheckRule
        When a kit that does not deliver is to be checked.
    based_on : tuple of PackReference
        The packs a service's own is written on top of; their rules are in ``rules``.
    disabled : tuple of DisabledRule
        What of them is not.
    """

    id: str
    version: str
    title: Bilingual
    signed_off: SignOff | None
    rules: tuple[Rule, ...]
    kit_checks: tuple[KitCheckRule, ...] = ()
    based_on: tuple[PackReference, ...] = ()
    disabled: tuple[DisabledRule, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over the resolved content: the same for two packs that say the same, limits and sources included."""
        return hashlib.sha256(canonical_text(self).encode()).hexdigest()

    @property
    def reference(self) -> PackReference:
        """Name and content, as a ticket keeps them."""
        return PackReference(self.id, self.version, self.digest)
