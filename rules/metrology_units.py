"""Units of metrology results: the way from one to another, for quantities of the catalog, substances and mixtures."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from catalog.errors import CatalogError, UnitError
from catalog.identifiers import QuantityId
from catalog.limits import Limit
from catalog.quantities import quantities
from catalog.substances import Substance, UnknownSubstanceError, substance
from catalog.units import Conversion, conversion, same_unit
from dsp.air.gases import mg_m3_of_ppm

_PER_MG: Mapping[str, float] = MappingProxyType({"mg/m3": 1.0, "µg/m3": 1e-3, "ng/m3": 1e-6, "g/m3": 1e3})
_PER_PPM: Mapping[str, float] = MappingProxyType({"ppm": 1.0, "ppb": 1e-3, "ppt": 1e-6})
_PAIR = re.compile(r"\((\d+(?:\.\d+)?) mg/m3\)")


def known_name(name: str) -> str:
    """The catalog's name of what was measured: a quantity, else a substance by name or CAS number, else as given.

    >>> known_name("CO2"), known_name("108-88-3"), known_name("wood dust")
    ('co2', 'toluene', 'wood dust')
    """
    plain = " ".join(name.split())
    if plain.casefold() in quantities():
        return plain.casefold()
    found = _substance(plain)
    return plain if found is None else found.id


def way(quantity: str, unit: str, to: str) -> Conversion:
    """The way from one unit of a result into another.

    Parameters
    ----------
    quantity : str
        As :func:`known_name` has it.
    unit, to : str
        As people write them.

    Returns
    -------
    Conversion
        Gases between mass and volume at 20 °C and 101.325 kPa.

    Raises
    ------
    UnitError
        There is none; the message says what would make one.

    Examples
    --------
    >>> round(way("toluene", "mg/m3", "ppm").of(76.8), 2)
    20.05
    """
    if same_unit(unit, to):
        return Conversion(1.0)
    if quantity in quantities():
        return _catalog_way(QuantityId(quantity), unit, to)
    for family in (_PER_MG, _PER_PPM):
        own, wanted = _factor(family, unit), _factor(family, to)
        if own is not None and wanted is not None:
            return Conversion(own / wanted)
    named = _substance(quantity)
    if named is None:
        raise UnitError(
            f'"{unit}" cannot be converted to {to} for {quantity}: no molar mass is known for it; '
            f"give the result in {to}, or name one substance of the catalog with --quantity, such as toluene"
        )
    own, wanted = _mg_of(unit, named), _mg_of(to, named)
    if own is None or wanted is None:
        raise UnitError(f'"{unit}" cannot be converted to {to} for {quantity}; give the result in {to}')
    return Conversion(own / wanted)


def limit_in(limit: Limit, quantity: str, unit: str) -> float:
    """A limit's value in the unit of a result.

    Notes
    -----
    The law prints many limits twice, in ppm and in mg/m³, both rounded. A result in mg/m³ is held against the printed
    one: 76.8 mg/m³ of toluene are the limit, although they come to 20.05 ppm.

    Raises
    ------
    UnitError
        When the units cannot be converted.

    Examples
    --------
    >>> from catalog.limits import limit
    >>> limit_in(limit("toluene-vlep-8h"), "toluene", "mg/m3")
    76.8
    """
    printed = _PAIR.search(limit.level_name)
    per_mg = _factor(_PER_MG, unit)
    if printed is not None and same_unit(limit.unit, "ppm") and per_mg is not None:
        return float(printed[1]) / per_mg
    return way(quantity, limit.unit, unit).of(limit.value)


def _catalog_way(quantity: QuantityId, unit: str, to: str) -> Conversion:
    try:
        own, wanted = conversion(quantity, unit), conversion(quantity, to)
    except CatalogError as error:
        if quantities()[quantity].is_computed:
            raise UnitError(f'{quantity}: "{unit}" cannot be converted to {to}; give the result in {to}') from None
        mend = "" if quantity not in ("tvoc", "voc_index") else "; name one substance with --quantity, and its --limit"
        raise UnitError(f"{error}{mend}") from None
    return Conversion(own.factor / wanted.factor, (own.offset - wanted.offset) / wanted.factor)


def _mg_of(unit: str, named: Substance) -> float | None:
    """Milligrams per cubic metre in one unit of a substance."""
    mass, volume = _factor(_PER_MG, unit), _factor(_PER_PPM, unit)
    if volume is not None:
        return mg_m3_of_ppm(volume, named)
    return mass


def _factor(family: Mapping[str, float], unit: str) -> float | None:
    return next((factor for name, factor in family.items() if same_unit(name, unit)), None)


def _substance(name: str) -> Substance | None:
    try:
        return substance(name)
    except UnknownSubstanceError:
        return None
