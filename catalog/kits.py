"""Kits: their models (what channels they have), the kits themselves, where they were lent, how they were calibrated."""

from dataclasses import dataclass
from datetime import date

from catalog.identifiers import DeploymentId, KitId, KitModelId, QuantityId, ZoneId
from catalog.quantities import Uncertainty


@dataclass(frozen=True, slots=True)
class Channel:
    """One quantity a kit model reports.

    Attributes
    ----------
    quantity : QuantityId
    period : float
        Nominal reporting period [s].
    hold : float
        Longest time one reading may stand for [s]; 3 × period unless the model says otherwise.
    sensor : str
        Sensing principle or part, e.g. ``NDIR``, ``MOX``.
    instrument, repeatability : Uncertainty or None
        In place of the catalog's defaults.
    """

    quantity: QuantityId
    period: float
    hold: float
    sensor: str
    instrument: Uncertainty | None = None
    repeatability: Uncertainty | None = None


@dataclass(frozen=True, slots=True)
class KitModel:
    """A model of kit and its channels by quantity."""

    id: KitModelId
    name: str
    maker: str
    channels: tuple[Channel, ...]

    def channel(self, quantity: QuantityId) -> Channel | None:
        """The channel that reports ``quantity``, or None when the model has no such sensor."""
        return next((c for c in self.channels if c.quantity == quantity), None)


@dataclass(frozen=True, slots=True)
class Kit:
    """A kit of the service, lent from employer to employer."""

    id: KitId
    model: KitModelId
    label: str
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class Deployment:
    """A kit in a zone, from an instant to another; who was exposed is read from here only.

    Attributes
    ----------
    start, end : int or None
        Milliseconds UTC, (start, end]; end is None while the kit is still there.
    """

    id: DeploymentId
    kit: KitId
    zone: ZoneId
    start: int
    end: int | None
    position: str = ""


@dataclass(frozen=True, slots=True)
class Calibration:
    """One calibration of one channel: true = gain × read + offset, with its standard uncertainty until due."""

    kit: KitId
    quantity: QuantityId
    performed: date
    due: date
    gain: float
    offset: float
    uncertainty: Uncertainty
    reference: str
