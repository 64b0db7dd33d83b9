"""What goes into an encoder and comes out of a decoder, the same for every payload format."""

from dataclasses import dataclass, field
from enum import Enum

from catalog.identifiers import KitId, QuantityId
from catalog.readings import ReadingColumns

EARLIEST_INSTANT = 946_684_800_000
"""2000-01-01T00:00:00Z [ms UTC]; a reading from before was made by a kit whose clock was never set."""

CLOCK_TOLERANCE = 300_000
"""How far after its arrival a reading may claim to have been made [ms]."""


class EncodeError(ValueError):
    """Records a payload format cannot carry; the message says which and why."""


class Delivery(Enum):
    """How a message came: it decides whether "now" in a payload means anything.

    A retained message was published at an unknown time before, so a reading in it that is dated relative to its
    arrival cannot be dated at all.
    """

    LIVE = "live"
    RETAINED = "retained"


class KitState(Enum):
    """Whether a kit is connected, as its birth message or its will says."""

    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Record:
    """One reading to encode.

    Attributes
    ----------
    quantity : QuantityId
    instant : int
        Milliseconds UTC.
    value : float
        In the quantity's unit; finite.
    simulated : bool
        True for a reading no sensor ever made.
    """

    quantity: QuantityId
    instant: int
    value: float
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class KitStatus:
    """What a kit says about itself when it connects, or the broker in its name when it is gone.

    Attributes
    ----------
    boot : str
        Changes at every start of the kit; empty when it does not say.
    received : int
        Milliseconds UTC.
    """

    kit: KitId
    state: KitState
    boot: str
    firmware: str
    simulated: bool
    received: int


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one message says.

    Attributes
    ----------
    kit : KitId
        From the topic; empty when the topic names none.
    readings : ReadingColumns
        Every reading that can be used, whatever is wrong with its neighbours.
    status : KitStatus or None
    problems : tuple of str
        One line for each thing that cannot be used; a message with problems also goes to the dead letters, whole.
    boot : str
        Boot the kit was in, where the format says so.
    sequence : int or None
        The kit's message counter since that boot, where the format has one.
    """

    kit: KitId
    readings: ReadingColumns = field(default_factory=ReadingColumns)
    status: KitStatus | None = None
    problems: tuple[str, ...] = ()
    boot: str = ""
    sequence: int | None = None
