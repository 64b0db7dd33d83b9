"""The quantities a kit can measure: unit, how they average, what is physically possible, how well they are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from types import MappingProxyType

from catalog.data_files import Table, load_toml
from catalog.errors import UnknownQuantityError
from catalog.identifiers import QuantityId
from catalog.suggest import did_you_mean


class Averaging(Enum):
    """How values of a quantity combine over time (exposure-semantics, section 2)."""

    ARITHMETIC = "arithmetic"
    ENERGETIC = "energetic"


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """A standard uncertainty with a part that grows with the value and one that does not.

    Attributes
    ----------
    relative : float
        Share of the value [1].
    absolute : float
        In the quantity's unit (dB for levels).
    """

    relative: float
    absolute: float

    def at(self, value: float) -> float:
        """Standard uncertainty at ``value``, in the quantity's unit: √((relative·value)² + absolute²)."""
        return float(((self.relative * value) ** 2 + self.absolute**2) ** 0.5)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measurable quantity of the catalog.

    Attributes
    ----------
    id : QuantityId
        Catalog name, used in tables, payloads and on the command line.
    agent : str
        What people are exposed to (``noise``, ``co2``, ``dust``…): the key a ticket is grouped by.
    name_fr, name_en : str
        Words for a page.
    symbol : str
        The field's symbol, e.g. ``L_Aeq``.
    unit : str
        The one unit of every stored value, e.g. ``ppm``.
    averaging : Averaging
        Arithmetic mean or energetic mean.
    physical_low, physical_high : float
        Values outside cannot come from a working sensor [unit]; they are kept and flagged bad.
    instrument, repeatability, place : Uncertainty
        Default standard uncertainties (exposure-semantics, section 4).
    uncertainty_source : str
        Where the defaults come from; printed wherever they are shown.
    decimals : int
        Digits worth showing a person after the decimal point.
    computed_from : tuple of QuantityId
        Empty for what a sensor measures. Otherwise what the quantity is computed from: no kit or file may send it, and
        ``instrument`` is the method's own part, on top of what the quantities it is computed from carry.
    """

    id: QuantityId
    agent: str
    name_fr: str
    name_en: str
    symbol: str
    unit: str
    averaging: Averaging
    physical_low: float
    physical_high: float
    instrument: Uncertainty
    repeatability: Uncertainty
    place: Uncertainty
    uncertainty_source: str
    decimals: int
    computed_from: tuple[QuantityId, ...] = ()

    @property
    def is_computed(self) -> bool:
        """Whether it is computed and never received."""
        return bool(self.computed_from)


@cache
def quantities() -> Mapping[QuantityId, Quantity]:
    """Every quantity of the catalog by its id, in the catalog's order."""
    tables = load_toml("quantities.toml").tables("quantity")
    return MappingProxyType({quantity.id: quantity for quantity in map(_quantity, tables)})


@cache
def measured_quantities() -> Mapping[QuantityId, Quantity]:
    """The quantities a kit or a file may send, in the catalog's order."""
    return MappingProxyType({name: known for name, known in quantities().items() if not known.is_computed})


def quantity(id: str) -> Quantity:  # noqa: A002 - the name the rooms agreed on
    """The quantity of that name.

    Raises
    ------
    UnknownQuantityError
        When the catalog has no such quantity; the message suggests the nearest.

    Examples
    --------
    >>> quantity("co2").unit
    'ppm'
    """
    try:
        return quantities()[QuantityId(id)]
    except KeyError:
        message = f'"{id}" is no quantity of the catalog; {did_you_mean(id, quantities())}'
        raise UnknownQuantityError(message) from None


def read_uncertainty(table: Table) -> Uncertainty:
    """An uncertainty from ``{ relative = 0.025, absolute = 25 }``; an absent part is zero."""
    result = Uncertainty(table.number("relative", 0.0), table.number("absolute", 0.0))
    for part, value in (("relative", result.relative), ("absolute", result.absolute)):
        if value < 0:
            raise table.error(part, f"is {value:g}; a standard uncertainty is zero or more")
    table.close()
    return result


def _quantity(table: Table) -> Quantity:
    """One ``[[quantity]]`` table of the data file."""
    result = Quantity(
        id=QuantityId(table.text("id")),
        agent=table.text("agent"),
        name_fr=table.text("name_fr"),
        name_en=table.text("name_en"),
        symbol=table.text("symbol"),
        unit=table.text("unit"),
        averaging=Averaging(table.text("averaging")),
        physical_low=table.number("physical_low"),
        physical_high=table.number("physical_high"),
        instrument=read_uncertainty(table.table("instrument")),
        repeatability=read_uncertainty(table.table("repeatability")),
        place=read_uncertainty(table.table("place")),
        uncertainty_source=table.text("uncertainty_source"),
        decimals=int(table.number("decimals")),
        computed_from=tuple(map(QuantityId, table.text("computed_from").split())) if table.has("computed_from") else (),
    )
    table.close()
    return result
