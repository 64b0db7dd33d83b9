"""Named substances and their molar masses: what a gas concentration needs to change its unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from catalog.data_files import Table, load_toml
from catalog.errors import CatalogError
from catalog.suggest import did_you_mean


class UnknownSubstanceError(CatalogError):
    """No substance of the table has that name, or the name is of no substance at all."""


@dataclass(frozen=True, slots=True)
class Substance:
    """One substance.

    Attributes
    ----------
    cas : str
        CAS registry number.
    formula : str
        Molecular formula, e.g. ``C7H8``.
    molar_mass : float
        [g/mol].
    """

    id: str
    name_fr: str
    name_en: str
    cas: str
    formula: str
    molar_mass: float


_NO_SUBSTANCE = {
    "tvoc": "is a sum of whatever a sensor reacts to",
    "voc": "is a group of substances",
    "cov": "is a group of substances",
    "voc_index": "is an index relative to its own room",
    "eco2": "is computed from a VOC sensor and is no CO2 measurement",
}


@cache
def substances() -> Mapping[str, Substance]:
    """Every substance by its id, in the order of the data file."""
    tables = load_toml("substances.toml").tables("substance")
    return MappingProxyType({each.id: each for each in map(_substance, tables)})


def substance(name: str) -> Substance:
    """The substance of that id or CAS number.

    Raises
    ------
    UnknownSubstanceError
        There is none; a sum or an index (TVOC, VOC index, eCO2) is refused with the reason: it has no molar mass.

    Examples
    --------
    >>> substance("toluene").molar_mass
    92.14
    >>> substance("108-88-3").id
    'toluene'
    """
    wanted = name.strip().lower().replace("-", "_").replace(" ", "_")
    if wanted in _NO_SUBSTANCE:
        raise UnknownSubstanceError(
            f'substance is "{name}", which {_NO_SUBSTANCE[wanted]}: it has no molar mass and is never converted; '
            "name one substance, such as toluene"
        )
    if wanted in substances():
        return substances()[wanted]
    for each in substances().values():
        if each.cas == name.strip():
            return each
    raise UnknownSubstanceError(f'substance is "{name}"; {did_you_mean(wanted, substances())}')


def _substance(table: Table) -> Substance:
    found = Substance(
        id=table.text("id"),
        name_fr=table.text("name_fr"),
        name_en=table.text("name_en"),
        cas=table.text("cas"),
        formula=table.text("formula"),
        molar_mass=table.number("molar_mass"),
    )
    table.close()
    return found
