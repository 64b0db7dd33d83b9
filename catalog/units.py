"""Units a kit or file may use, and the way into the catalog's unit: value × factor + offset.

Gases are turned from mass into volume fraction at 20 °C and 101.325 kPa, the reference state of French limit values
(Code du travail R4412-149, note 5), molar volume 24.055 L/mol. A VOC index is relative to its room and is never
converted; neither is a metal-oxide "TVOC" into a mass (methods.md, section 8).
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from catalog.errors import UnitError
from catalog.identifiers import QuantityId
from catalog.quantities import quantity as quantity_of

MOLAR_VOLUME = 24.055
"""Of an ideal gas at 20 °C and 101.325 kPa [L/mol]."""

MOLAR_MASSES: Mapping[str, float] = MappingProxyType({"co2": 44.009, "co": 28.010, "formaldehyde": 30.026})
"""[g/mol], from the 2021 standard atomic weights."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """``value × factor + offset`` is in the quantity's unit."""

    factor: float
    offset: float = 0.0

    def of(self, value: float) -> float:
        """``value`` in the quantity's unit."""
        return value * self.factor + self.offset


_SAME = Conversion(1.0)
_PPM = {"ppm": 1.0, "ppb": 1e-3, "/": 1e6, "%": 1e4}
_PPB = {"ppb": 1.0, "ppm": 1e3, "ppt": 1e-3, "/": 1e9}
_DUST = {"µg/m³": 1.0, "ug/m3": 1.0, "mg/m3": 1e3, "ng/m3": 1e-3, "g/m3": 1e6, "kg/m3": 1e9}
_A_LEVEL = ("dB(A)", "dBA", "dB A", "dB", "dBspl", "dB SPL", "dB(A)spl", "dBA SPL")
_C_LEVEL = ("dB(C)", "dBC", "dB C", "dB", "dBspl", "dB SPL", "dB(C)spl", "dBC SPL")
_PRESSURE = {"hPa": 1.0, "Pa": 0.01, "kPa": 10.0, "mbar": 1.0, "bar": 1000.0, "mmHg": 1.33322387415}
_LIGHT = {"lx": 1.0, "lux": 1.0, "klx": 1e3, "klux": 1e3}
_HUMIDITY = {"%": 1.0, "%RH": 1.0, "RH%": 1.0, "%rF": 1.0, "%HR": 1.0, "/": 100.0}
_INDEX = ("1", "/", "index", "VOC index")
_TEMPERATURE = {
    "°C": _SAME,
    "Cel": _SAME,
    "C": _SAME,
    "degC": _SAME,
    "K": Conversion(1.0, -273.15),
    "°F": Conversion(5 / 9, -160 / 9),
    "F": Conversion(5 / 9, -160 / 9),
    "degF": Conversion(5 / 9, -160 / 9),
}


def conversion(quantity: QuantityId, unit: str) -> Conversion:
    """The way from a unit into the catalog's unit of a quantity.

    Parameters
    ----------
    quantity : QuantityId
        Catalog name.
    unit : str
        As kits, SenML (RFC 8428, RFC 8798) and people write it: ``Cel``, ``°F``, ``%RH``, ``ug/m3``, ``dBA``, ``kPa``…
        Upper and lower case, spaces, ``^3`` or ``³`` and both signs for micro make no difference.

    Returns
    -------
    Conversion

    Raises
    ------
    UnknownQuantityError
        When the catalog has no such quantity.
    UnitError
        When the unit cannot be converted; the message lists what can. Or when the quantity is computed: no value of it
        is received.

    Examples
    --------
    >>> conversion(QuantityId("pressure"), "kPa").of(101.325)
    1013.25
    """
    accepted = _accepted(quantity)
    known = quantity_of(quantity)
    if known.is_computed:
        raise UnitError(
            f"{quantity} is computed from {' and '.join(known.computed_from)} and never received; "
            "leave it out, and send those"
        )
    found = accepted.get(_plain(unit))
    if found is None:
        raise UnitError(
            f'{quantity}: unit "{unit}" cannot be converted to {quantity_of(quantity).unit}; '
            f"accepted: {', '.join(accepted_units(quantity))}"
        )
    return found


def to_catalog_unit(quantity: QuantityId, value: float, unit: str) -> float:
    """A value in the catalog's unit of its quantity; raises what :func:`conversion` raises.

    >>> round(to_catalog_unit(QuantityId("formaldehyde"), 0.1, "mg/m3"), 1)
    80.1
    """
    return conversion(quantity, unit).of(value)


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings are of one unit: ``µg/m³``, ``ug/m^3`` and ``UG/M3`` are.

    >>> same_unit("mg/m3", "mg/m³"), same_unit("mg/m3", "µg/m3")
    (True, False)
    """
    return _plain(one) == _plain(other)


def accepted_units(quantity: QuantityId) -> tuple[str, ...]:
    """Units of a quantity as a person would write them, the catalog's own first; none of a computed one."""
    known = quantity_of(quantity)
    if known.is_computed:
        return ()
    own = known.unit
    return (own, *(unit for unit in _spellings(quantity) if _plain(unit) != _plain(own)))


@cache
def _accepted(quantity: QuantityId) -> Mapping[str, Conversion]:
    quantity_of(quantity)
    return {_plain(unit): way for unit, way in _spellings(quantity).items()}


@cache
def _spellings(quantity: QuantityId) -> Mapping[str, Conversion]:
    """Every unit of a quantity with its conversion."""
    simple: dict[str, Mapping[str, float] | Iterable[str]] = {
        "co2": _PPM | _mass(quantity, 1.0),
        "co": _PPM | _mass(quantity, 1.0),
        "formaldehyde": _PPB | _mass(quantity, 1e3),
        "tvoc": _PPB,
        "voc_index": _INDEX,
        "laeq": _A_LEVEL,
        "lafmax": _A_LEVEL,
        "lcpeak": _C_LEVEL,
        "illuminance": _LIGHT,
        "humidity": _HUMIDITY,
        "pressure": _PRESSURE,
    }
    if quantity == "temperature":
        return _TEMPERATURE
    units = simple.get(quantity, _DUST)
    if isinstance(units, Mapping):
        return {unit: Conversion(factor) for unit, factor in units.items()}
    return dict.fromkeys(units, _SAME)


def _mass(quantity: QuantityId, volume_unit_per_ppm: float) -> dict[str, float]:
    """Mass concentrations of a gas: ppm = mg/m³ · Vm / M."""
    mass = MOLAR_MASSES.get(quantity)
    if mass is None:
        return {}
    per_milligram = volume_unit_per_ppm * MOLAR_VOLUME / mass
    return {"mg/m3": per_milligram, "µg/m3": per_milligram / 1e3}


def _plain(unit: str) -> str:
    """One spelling for all ways to write a unit: ``µg/m³``, ``ug/m^3`` and ``UG/M3`` are one."""
    folded = unicodedata.normalize("NFKC", unit).casefold().replace("μ", "u").replace("^", "")
    return "".join(folded.split())
