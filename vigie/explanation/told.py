"""What is told of a ticket's revision, from the ticket down to the readings; instants are datetimes UTC.

The page a person reads and the JSON a program reads are both made of these values and of nothing else.
"""

from dataclasses import dataclass
from datetime import date, datetime

from catalog.kits import Calibration
from catalog.places import TransferFactor
from catalog.quantities import Uncertainty
from dsp.exposure import UncertaintyParts
from rules.kit_check_rule import KitCheckRule
from rules.rule import DatedLimit, Rule, SignOff


@dataclass(frozen=True, slots=True)
class TicketTold:
    """The ticket as one of its revisions has it.

    Attributes
    ----------
    state : str
        As it is now.
    employer, establishment, zone_name, timezone : str
        As they were then.
    written : datetime
        When the revision was recorded.
    """

    ticket: int
    revision: int
    newest_revision: int
    validated_revision: int | None
    state: str
    kind: str
    level: str
    priority: int
    agent: str
    rule: str
    zone: str
    zone_name: str
    establishment: str
    employer: str
    timezone: str
    title_fr: str
    reason_fr: str
    advice_fr: str
    held_back_by: str | None
    simulated: bool
    written: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class PackTold:
    """A rule pack by name and content, and who answers for it."""

    pack: str
    version: str
    digest: str
    signed_off: SignOff | None


@dataclass(frozen=True, slots=True)
class FoundationTold:
    """What the revision was computed from.

    Attributes
    ----------
    readings_version : int
        Delta version of the readings table.
    registry : str
        Digest of what is kept of places, kits and calibrations.
    packs : tuple of PackTold
        In the order they were judged in.
    """

    computed_at: datetime
    readings_version: int
    registry: str
    software: str
    packs: tuple[PackTold, ...]


@dataclass(frozen=True, slots=True)
class DeploymentTold:
    """A kit in the zone, as the registry had it."""

    deployment: str
    kit: str
    label: str
    model: str
    start: datetime
    end: datetime | None
    position: str


@dataclass(frozen=True, slots=True)
class StateTold:
    """A change of the rule's state, in event time."""

    at: datetime
    state: str
    level: str
    kind: str | None
    priority: int | None
    flapping: bool


@dataclass(frozen=True, slots=True)
class TestTold:
    """How many readings of a window a quality test flagged."""

    test: str
    flag: str
    readings: int
    parameters: str


@dataclass(frozen=True, slots=True)
class CalibrationTold:
    """A calibration that speaks of readings of a window."""

    calibration: Calibration
    overdue: bool


@dataclass(frozen=True, slots=True)
class SourceTold:
    """Readings of one quantity behind a window, and what was made of them on the way to the value.

    Attributes
    ----------
    lowest, highest : float or None
        As read, of the usable ones.
    usable, suspect, dropped : int
        Of ``readings``: those that count, those of them that are doubtful, and those that do not count.
    making : int
        Of ``usable``: those the value is made of, inside the hours worked or where a rolling value was reached.
    mean : float or None
        Of these as they count, weighted by the time each stands for (levels as energies) [unit].
    step : float or None
        Median step of the readings [s].
    period, hold : float
        Nominal period, and the longest time a reading may stand for [s].
    instrument, repeatability, place : Uncertainty
        Standard uncertainties before calibrations, each with where it comes from.
    """

    kit: str
    quantity: str
    unit: str
    readings: int
    first: datetime | None
    last: datetime | None
    lowest: float | None
    highest: float | None
    usable: int
    suspect: int
    dropped: int
    making: int
    mean: float | None
    step: float | None
    period: float
    hold: float
    tests: tuple[TestTold, ...]
    calibrations: tuple[CalibrationTold, ...]
    correction: str | None
    transfer: TransferFactor | None
    instrument: Uncertainty
    instrument_from: str
    repeatability: Uncertainty
    repeatability_from: str
    place: Uncertainty
    place_from: str


@dataclass(frozen=True, slots=True)
class DifferenceTold:
    """Something that is not the same: as it is stored, and as it came out now."""

    what: str
    stored: str
    again: str


@dataclass(frozen=True, slots=True)
class LimitTold:
    """The limit a window was held against, as its pack had it.

    Attributes
    ----------
    dated : DatedLimit or None
        None where the pack no longer says which of a level's limits it was.
    """

    rule: str
    level: str
    value: float
    source: str
    dated: DatedLimit | None


@dataclass(frozen=True, slots=True)
class WindowTold:
    """One window the ticket rests on.

    Attributes
    ----------
    number : int
        From 1, in the ticket's order.
    day : date
        Local day whose limits apply.
    exposure_revision : int or None
        In the table of exposures.
    seen : float or None
        Share of the whole window that was seen, where the coverage is that of the time a rolling value was reached in.
    parts : UncertaintyParts or None
        Standard uncertainties; from the table of exposures, else as they came out now.
    reached_from, reached_to : datetime or None
        Where in the window a rolling value was reached.
    minimum_coverage, exceedance_from, none_up_to : float or None
        What the rule asks for.
    differences : tuple of DifferenceTold
        Empty where the computation gave every bit of it again; see ``repeated``.
    repeated : bool
        Whether it could be computed again at all.
    """

    number: int
    kit: str
    deployment: str
    quantity: str
    unit: str
    measure: str
    window_kind: str
    start: datetime
    end: datetime
    day: date
    exposure_revision: int | None
    value: float | None
    uncertainty: float | None
    parts: UncertaintyParts | None
    coverage: float
    seen: float | None
    low: float | None
    high: float | None
    suspect: float | None
    reached_from: datetime | None
    reached_to: datetime | None
    limit: LimitTold
    probability: float | None
    decision: str
    minimum_coverage: float | None
    exceedance_from: float | None
    none_up_to: float | None
    sources: tuple[SourceTold, ...]
    repeated: bool
    differences: tuple[DifferenceTold, ...]


@dataclass(frozen=True, slots=True)
class RepetitionTold:
    """What came of computing it again.

    Attributes
    ----------
    possible : bool
        False where what it rested on was not kept, or is damaged.
    same : bool
        Everything came out to the last bit, and nothing that is stored was changed.
    readings_version : int or None
        Delta version that was read.
    problems : tuple of str
        What is wrong with what is stored.
    differences : tuple of DifferenceTold
        Of the ticket as a whole: its words, its windows.
    causes : tuple of str
        What may explain a difference, the likeliest first.
    """

    possible: bool
    same: bool
    readings_version: int | None
    problems: tuple[str, ...]
    differences: tuple[DifferenceTold, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one revision of a ticket.

    Attributes
    ----------
    foundation : FoundationTold or None
        None for a revision of before Vigie kept what it computed from.
    rule : Rule, KitCheckRule or None
        Whole, as its pack had it.
    states : tuple of StateTold
        Those the ticket's log tells up to this revision, in event time.
    since : tuple of str
        What is not as it was then.
    """

    ticket: TicketTold
    foundation: FoundationTold | None
    rule: Rule | KitCheckRule | None
    states: tuple[StateTold, ...]
    deployments: tuple[DeploymentTold, ...]
    windows: tuple[WindowTold, ...]
    repetition: RepetitionTold
    since: tuple[str, ...]
