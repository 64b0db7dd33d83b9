"""Kits: their models (what channels they have), the kits themselves, where they were lent, how they were calibrated."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType

from catalog.data_files import Table, load_toml, toml_names
from catalog.errors import CatalogError
from catalog.identifiers import DeploymentId, KitId, KitModelId, QuantityId, ZoneId
from catalog.quality import QualityLimits, quality_limits, read_quality
from catalog.quantities import Averaging, Uncertainty, quantity, read_uncertainty

HOLD_PERIODS = 3
"""Periods one reading may stand for unless the model says otherwise (exposure-semantics, section 1)."""


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
    drift : Uncertainty or None
        What the instrument uncertainty grows by a day once a calibration is past due: relative [1/d], absolute
        [unit/d]. None where the model does not say.
    quality : QualityLimits or None
        Parameters of the quality tests where the model knows better than the catalog.
    """

    quantity: QuantityId
    period: float
    hold: float
    sensor: str
    instrument: Uncertainty | None = None
    repeatability: Uncertainty | None = None
    drift: Uncertainty | None = None
    quality: QualityLimits | None = None

    @property
    def tests(self) -> QualityLimits:
        """Parameters of the quality tests: the model's own, else the catalog's for this kind of sensor."""
        return self.quality or quality_limits(self.quantity, self.sensor)


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
    """One calibration of one channel: true = gain × read + offset, with its standard uncertainty until due.

    It speaks of readings taken from the start of the day it was performed on, on the clock of the place they were
    taken at, and is in date to the end of the day it is due.
    """

    kit: KitId
    quantity: QuantityId
    performed: date
    due: date
    gain: float
    offset: float
    uncertainty: Uncertainty
    reference: str

    def is_overdue(self, day: date) -> bool:
        """Whether it is past due on a day; on the day it is due it is not."""
        return day > self.due


@cache
def kit_models() -> Mapping[KitModelId, KitModel]:
    """Every kit model of the catalog by its id, one file of ``catalog/data/kits`` each."""
    models = [read_kit_model(load_toml(name)) for name in toml_names("kits")]
    return MappingProxyType({model.id: model for model in models})


def read_kit_model(table: Table) -> KitModel:
    """A kit model from its TOML table.

    Parameters
    ----------
    table : Table
        ``id``, ``name``, ``maker`` and ``[[channel]]`` tables with ``quantity``, ``period`` [s], ``sensor``, and where
        the defaults do not fit ``hold`` [s], ``instrument``, ``repeatability``, ``drift`` a day past due
        and ``quality`` (tests as in ``quality.toml``).

    Raises
    ------
    CatalogError
        When a key is unknown or missing, or a period, hold or quantity makes no sense; the message says where.
    """
    id, name, maker = table.text("id"), table.text("name"), table.text("maker")  # noqa: A001 - the type's field name
    channels = tuple(_channel(channel) for channel in table.tables("channel"))
    twice = {c.quantity for c in channels if sum(d.quantity == c.quantity for d in channels) > 1}
    if twice:
        raise table.error("channel", f"has {', '.join(sorted(twice))} more than once; a kit reports a quantity once")
    return KitModel(KitModelId(id), name, maker, channels)


def _channel(table: Table) -> Channel:
    """One ``[[channel]]`` table."""
    try:
        known = quantity(table.text("quantity"))
    except CatalogError as error:
        raise table.error("quantity", str(error)) from None
    if known.is_computed:
        raise table.error("quantity", f"is {known.id}, computed from {' and '.join(known.computed_from)}; name those")
    period = table.number("period")
    if not period > 0:
        raise table.error("period", f"is {period:g}; expected a time above 0 s")
    hold = table.number("hold", HOLD_PERIODS * period)
    if hold < period:
        raise table.error("hold", f"is {hold:g}; expected at least the period, {period:g} s")
    sensor = table.text("sensor")
    tests = quality_limits(known.id, sensor)
    result = Channel(
        quantity=known.id,
        period=period,
        hold=hold,
        sensor=sensor,
        instrument=read_uncertainty(table.table("instrument")) if table.has("instrument") else None,
        repeatability=read_uncertainty(table.table("repeatability")) if table.has("repeatability") else None,
        drift=_drift(table, known.averaging) if table.has("drift") else None,
        quality=read_quality(table.table("quality"), tests) if table.has("quality") else None,
    )
    table.close()
    return result


def _drift(table: Table, averaging: Averaging) -> Uncertainty:
    """``drift = { relative = 0.0002 }`` a day; a level drifts in dB alone."""
    inner = table.table("drift")
    found = read_uncertainty(inner)
    if averaging is Averaging.ENERGETIC and found.relative:
        raise inner.error("relative", f"is {found.relative:g}; a level drifts in dB a day, under absolute")
    return found
