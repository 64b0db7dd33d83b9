"""What a kit lives on where there are no mains."""

from dataclasses import dataclass
from enum import Enum

JOULES_PER_WATT_HOUR = 3600.0


class Supply(Enum):
    """Where the kit's power comes from at the moment."""

    MAINS = "mains"
    BATTERY = "battery"


@dataclass(frozen=True, slots=True)
class Cell:
    """A battery and what is taken from it.

    Attributes
    ----------
    capacity, charge : float
        Full, and at the start [J].
    idle, charger : float
        What flows out all the time the kit runs on it, and in while there are mains [W].
    sampling, message : float
        On top, for each [J].
    """

    capacity: float
    charge: float
    idle: float
    sampling: float
    message: float
    charger: float


class Battery:
    """The battery in one life of a kit.

    Attributes
    ----------
    charge : float
        What is left [J].
    supply : Supply
        Set it to what it is from the instant last run to.
    """

    def __init__(self, cell: Cell, start: int, supply: Supply) -> None:
        self.charge = cell.charge
        self.supply = supply
        self._cell = cell
        self._at = start

    @property
    def empty(self) -> bool:
        """Whether a kit that runs on it stops."""
        return self.supply is Supply.BATTERY and self.charge <= 0

    def run_to(self, instant: int) -> None:
        """Time passes, until an instant [ms UTC]."""
        seconds = max(0, instant - self._at) / 1000
        self._at = max(self._at, instant)
        if self.supply is Supply.BATTERY:
            self._take(self._cell.idle * seconds)
        else:
            self.charge = min(self._cell.capacity, self.charge + self._cell.charger * seconds)

    def stand_by(self, start: int, end: int) -> None:
        """The kit is switched off by hand between two instants [ms UTC]: nothing flows."""
        self.run_to(start)
        self._at = max(self._at, end)

    def sample(self) -> None:
        """The kit measures."""
        self._take(self._cell.sampling)

    def send(self) -> None:
        """The kit sends a message."""
        self._take(self._cell.message)

    def _take(self, energy: float) -> None:
        if self.supply is Supply.BATTERY:
            self.charge = max(0.0, self.charge - energy)
