"""The quantities a kit can measure: unit, how they average, what is physically possible, how well they are known."""

from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import QuantityId


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
