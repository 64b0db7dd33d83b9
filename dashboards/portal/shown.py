"""What pages show: plain values that templates read, made from what the store answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import EmployerId, EstablishmentId, KitId, QuantityId, ZoneId
from catalog.places import Establishment, Zone, ZoneKind
from catalog.quantities import Quantity
from dashboards.charts import Course
from dashboards.portal.ticket_shown import TicketShown
from dashboards.standing import AgentStanding
from dashboards.words import Words
from rules.language import UNVERIFIED, Language, source_words


@dataclass(frozen=True, slots=True)
class Source:
    """Where a limit comes from, and whether somebody checked its value there."""

    words: str
    unverified: bool


def source_of(text: str, words: Words) -> Source:
    """A source in the reader's language; the mark of an unchecked value is taken off, for the page shows it loudly.

    Examples
    --------
    >>> from dashboards.words import Language, Words
    >>> french, english = Words(Language.FRENCH, "Europe/Paris"), Words(Language.ENGLISH, "Europe/Paris")
    >>> source_of("Anses 2013 quoted in INRS FT47 (non vérifié / unverified; guide)", french)
    Source(words='Anses 2013, cité par INRS FT47 (guide)', unverified=True)
    >>> source_of("Code du travail R4431-2", english)
    Source(words='Code du travail R4431-2', unverified=False)
    """
    source = text.replace(f"{UNVERIFIED}; ", "").replace(f" ({UNVERIFIED})", "").replace(UNVERIFIED, "").strip()
    told = words.pick(source_words(source, Language.FRENCH), source_words(source, Language.ENGLISH))
    return Source(told, UNVERIFIED in text)


@dataclass(frozen=True, slots=True)
class PlaceCard:
    """An establishment on the first page."""

    id: EstablishmentId
    name: str
    address: str
    zones: int
    open_tickets: int
    silent_kits: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class EmployerCard:
    """An employer on the first page."""

    id: EmployerId
    name: str
    siret: str
    naf: str
    establishments: Sequence[PlaceCard]


@dataclass(frozen=True, slots=True)
class ZoneCard:
    """A zone on its establishment's page."""

    id: ZoneId
    name: str
    kind: ZoneKind
    headcount: int
    standings: Sequence[AgentStanding]
    simulated: bool


@dataclass(frozen=True, slots=True)
class ChartShown:
    """A chart on a zone's page; ``wide`` and ``phone`` are width and height of its two drawings [px]."""

    address: str
    description: str
    caption: str
    wide: tuple[int, int]
    phone: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Panel:
    """One agent on a zone's page."""

    standing: AgentStanding
    sentence: str
    others: str
    measured: str
    quantity: Quantity | None
    source: Source
    sureness: str
    coverage: str
    tickets: Sequence[TicketShown]
    nothing_to_do: str
    charts: Sequence[ChartShown]
    confinement: str


class LiveStanding(Enum):
    """Whether a shift's values still grow."""

    UNDER_WAY = "under way"
    STALE = "stale"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class LiveShown:
    """One quantity of a shift under way, as far as it has got; ``kit`` is its label, instants are milliseconds UTC."""

    quantity: Quantity
    kit: str
    since: int
    newest: int | None
    coverage: float
    mean: float | None
    highest_15min: float | None
    highest_1h: float | None
    beyond: str
    episode_since: int | None
    simulated: bool
    standing: LiveStanding


@dataclass(frozen=True, slots=True)
class KitShown:
    """A kit on the engineers' page; ``last_seen`` is milliseconds UTC."""

    id: KitId
    label: str
    model: str
    status: str
    silent: bool
    last_seen: int | None
    zone: ZoneId | None
    zone_name: str
    simulated: bool
    calibration: str


@dataclass(frozen=True, slots=True)
class ZonePlace:
    """A zone the reader may see, with the establishment it is part of."""

    zone: Zone
    establishment: Establishment


@dataclass(frozen=True, slots=True)
class SignalShown:
    """A signal as far as the reader may see it.

    Attributes
    ----------
    courses : mapping of KitId to Course
        Empty where nothing may be shown or nothing was measured.
    resolution : int or None
        Length [s] each value is a mean of; None for readings as they came.
    withheld : bool
        True where the group is too small for a time course.
    """

    courses: Mapping[KitId, Course]
    resolution: int | None
    withheld: bool
    simulated: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What the table of values is narrowed to; None is all."""

    quantity: QuantityId | None
    window: str | None
