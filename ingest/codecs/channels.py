"""From a name and a unit in a payload to a catalog quantity: looked up once, then remembered."""

from dataclasses import dataclass

from catalog.errors import UnitError, UnknownQuantityError
from catalog.identifiers import QuantityId
from catalog.quantities import quantity
from catalog.units import conversion

REMEMBERED = 4096
"""Pairs of name and unit kept; only pairs the catalog knows are, so a hostile kit cannot fill the memory."""

SENML_UNITS = {"°C": "Cel", "% RH": "%RH", "%": "%RH", "µg/m³": "ug/m3"}
"""SenML's registered symbol for a catalog unit, where it has one of its own (RFC 8428 section 12.1, RFC 9100)."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A quantity as one kit sends it.

    Attributes
    ----------
    unit : str
        The catalog's unit, for messages.
    factor, offset : float
        value in the catalog's unit = sent value × factor + offset.
    same : bool
        True when nothing is to be converted, so that a value passes bit for bit.
    low, high : float
        Physical range in the catalog's unit.
    """

    quantity: QuantityId
    unit: str
    factor: float
    offset: float
    same: bool
    low: float
    high: float


class ChannelError(ValueError):
    """A name or unit the catalog does not have; ``field`` is which of the two."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


_known: dict[tuple[str, str | None], Channel] = {}


def channel(name: str, unit: str | None) -> Channel:
    """The channel for a quantity's name and the unit it is sent in.

    Parameters
    ----------
    name : str
        Catalog name.
    unit : str or None
        None when the payload gives none, which is allowed for quantities that have no unit.

    Raises
    ------
    ChannelError
        When the catalog has no such quantity, or cannot convert from that unit.
    """
    found = _known.get((name, unit))
    if found is None:
        found = _look_up(name, unit)
        if len(_known) < REMEMBERED:
            _known[(name, unit)] = found
    return found


def channel_as_catalog(name: str) -> Channel:
    """The channel for a quantity sent in the catalog's own unit.

    Raises
    ------
    ChannelError
        When the catalog has no such quantity.
    """
    try:
        return channel(name, quantity(name).unit)
    except UnknownQuantityError as error:
        raise ChannelError("n", str(error)) from None


def senml_unit(name: QuantityId) -> str:
    """The unit symbol an encoder writes for a quantity."""
    unit = quantity(name).unit
    return SENML_UNITS.get(unit, unit)


def _look_up(name: str, unit: str | None) -> Channel:
    try:
        found = quantity(name)
    except UnknownQuantityError as error:
        raise ChannelError("n", str(error)) from None
    if unit is None and found.unit != "1":
        raise ChannelError("u", f"missing; expected the unit of {name}, e.g. {found.unit}")
    try:
        change = conversion(found.id, found.unit if unit is None else unit)
    except UnitError as error:
        raise ChannelError("u", str(error)) from None
    return Channel(
        found.id,
        found.unit,
        change.factor,
        change.offset,
        change.factor == 1.0 and change.offset == 0.0,
        found.physical_low,
        found.physical_high,
    )
