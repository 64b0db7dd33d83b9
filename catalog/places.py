"""Places: employer → establishment → zone, and the hours during which people work in a zone."""

from dataclasses import dataclass, field
from datetime import date, time
from enum import Enum

from catalog.corrections import HumidityCorrection
from catalog.identifiers import EmployerId, EstablishmentId, QuantityId, ZoneId
from catalog.quantities import Uncertainty


class ZoneKind(Enum):
    """What a zone is, as far as a limit depends on it."""

    OFFICE = "office"
    OPEN_PLAN_OFFICE = "open_plan_office"
    MEETING_ROOM = "meeting_room"
    CLASSROOM = "classroom"
    SHOP = "shop"
    WORKSHOP = "workshop"
    WAREHOUSE = "warehouse"
    BLIND_ROOM = "blind_room"
    SPECIFIC_POLLUTION = "specific_pollution"
    CIRCULATION = "circulation"
    STAIRS = "stairs"
    SANITARY = "sanitary"
    OUTDOOR = "outdoor"


class WorkIntensity(Enum):
    """How hard the work is, as far as heat advice depends on it (INRS, Travail à la chaleur)."""

    SEDENTARY = "sedentary"
    PHYSICAL = "physical"


@dataclass(frozen=True, slots=True)
class Break:
    """A pause inside a shift, local time; it may lie after midnight in a night shift."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    """A work period that comes back every week.

    Attributes
    ----------
    days : frozenset of int
        ISO weekdays the shift *starts* on, Monday is 1.
    start, end : datetime.time
        Local time; an end at or before the start lies on the next day (a night shift).
    breaks : tuple of Break
    breaks_count : bool
        True when people stay in the zone during breaks, so that breaks are part of the exposure.
    """

    name: str
    days: frozenset[int]
    start: time
    end: time
    breaks: tuple[Break, ...] = ()
    breaks_count: bool = False


@dataclass(frozen=True, slots=True)
class WorkSchedule:
    """The work periods of a zone, and the days nobody works."""

    shifts: tuple[ShiftPattern, ...]
    closed: frozenset[date] = frozenset()
    works_on_holidays: bool = False


@dataclass(frozen=True, slots=True)
class TransferFactor:
    """Measured relation sensor place → person for one quantity: factor for arithmetic quantities, dB for levels."""

    quantity: QuantityId
    factor: float
    uncertainty: Uncertainty
    source: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of an establishment whose people share an exposure (a *groupe d'exposition similaire* in space)."""

    id: ZoneId
    establishment: EstablishmentId
    name: str
    kind: ZoneKind
    headcount: int
    work_unit: str
    intensity: WorkIntensity
    schedule: WorkSchedule
    transfer_factors: tuple[TransferFactor, ...] = ()
    place_uncertainty: dict[QuantityId, Uncertainty] = field(default_factory=dict)
    corrections: tuple[HumidityCorrection, ...] = ()


@dataclass(frozen=True, slots=True)
class Establishment:
    """A site of an employer.

    Attributes
    ----------
    timezone : str
        IANA name; shifts are laid out in it.
    country, subdivision : str
        ISO codes for public holidays, subdivisions as the holidays library names them (overseas, Alsace-Moselle).
    """

    id: EstablishmentId
    employer: EmployerId
    name: str
    timezone: str
    country: str
    subdivision: str | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Employer:
    """A company the service looks after; the tenant.

    Attributes
    ----------
    siret : str
        14 digits, checked by their key.
    naf : str
        Activity code such as ``16.23Z``.
    """

    id: EmployerId
    name: str
    siret: str
    naf: str
