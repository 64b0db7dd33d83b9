"""Which quantity and unit a column heading names, in the French and English of loggers' exports."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from catalog.errors import UnitError
from catalog.identifiers import QuantityId
from catalog.units import conversion

# Words after plain(): no accents, lower case, "PM2.5" and "PM 2,5" written "pm2 5". Longer phrases are tried first.
_PHRASES: dict[str, tuple[str, ...]] = {
    "co2": ("co2", "dioxyde de carbone", "carbon dioxide", "gaz carbonique"),
    "tvoc": ("tvoc", "voc", "vocs", "cov", "covt", "cov totaux", "tvocs"),
    "voc_index": ("voc index", "indice cov", "cov index", "index cov", "iaq voc index"),
    "formaldehyde": ("formaldehyde", "hcho", "ch2o"),
    "co": ("co", "monoxyde de carbone", "carbon monoxide"),
    "pm1": ("pm1", "pm1 0", "pm 1", "pm 1 0"),
    "pm2_5": ("pm2 5", "pm25", "pm 2 5", "pm 25"),
    "pm4": ("pm4", "pm4 0", "pm 4", "pm 4 0"),
    "pm10": ("pm10", "pm10 0", "pm 10", "pm 10 0"),
    "laeq": (
        "laeq",
        "l aeq",
        "leq a",
        "laeq t",
        "noise",
        "noise a",
        "bruit",
        "niveau sonore",
        "sound level",
        "leq dba",
    ),
    "lafmax": ("lafmax", "laf max", "l afmax"),
    "lcpeak": ("lcpeak", "lc peak", "l cpeak", "lcpk", "lpeak c", "lc crete", "lpc", "lcrete c"),
    "illuminance": ("illuminance", "light", "lux", "eclairement", "lumiere", "luminosite", "lumination", "light level"),
    "temperature": ("temperature", "temp", "temperature de l air", "temperature ambiante", "air temperature"),
    "humidity": ("humidity", "hum", "humidite", "rh", "hr", "relative humidity", "humidite relative"),
    "pressure": ("pressure", "press", "pression", "barometric pressure", "pression atmospherique", "patm"),
}

_OTHER_THINGS = frozenset(
    {
        "dew",
        "rosee",
        "ratio",
        "absolute",
        "absolue",
        "index",
        "indice",
        "battery",
        "batterie",
        "set",
        "consigne",
        "cpu",
        "surface",
        "black",
        "globe",
        "wall",
        "mur",
        "min",
        "max",
        "mini",
        "maxi",
        "std",
        "sd",
        "ecart",
        "deviation",
        "target",
        "cible",
        "status",
        "statut",
        "flag",
        "qc",
        "error",
        "erreur",
        "count",
        "nombre",
        "eco2",
        "raw",
        "adc",
        "calibration",
        "offset",
        "z",
        "lceq",
        "lzeq",
        "wet",
        "humide",
        "mixing",
        "melange",
        "outdoor",
        "exterieure",
        "exterieur",
        "outside",
    }
)
"""Words that make a heading something else than the quantity it also names: *dew* temperature, *max* temperature."""

_TEMPERATURE_SIGNS = frozenset({"t", "ta", "t c", "t air", "t amb"})
"""Read as the temperature only when they are the whole heading: T°, Ta (°C)."""

_C_WEIGHTED = re.compile(r"\bc\b|\bdbc\b|\bdb c\b")

_UNIT_NEEDED = frozenset({"tvoc", "formaldehyde", "co"})
"""Written in ppm, ppb and mg/m³ alike: no unit can be assumed."""

_USUAL: dict[str, tuple[float, float]] = {
    "co2": (250, 20000),
    "temperature": (-30, 50),
    "humidity": (1.01, 110),
    "pressure": (500, 1200),
    "laeq": (15, 140),
    "lafmax": (15, 140),
    "lcpeak": (15, 170),
}
"""Range of the median in the catalog's unit; outside it a heading without a unit is asked about (°F, kPa, shares)."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column heading says.

    Attributes
    ----------
    quantity : QuantityId
    unit : str or None
        As written.
    doubt : str
        Why the heading alone does not say enough; empty when it does.
    """

    quantity: QuantityId
    unit: str | None
    doubt: str = ""


def plain(text: str) -> str:
    """Words of a heading without accents, case and punctuation.

    Examples
    --------
    >>> plain("Humidité relative"), plain("PM2,5"), plain("L_Aeq")
    ('humidite relative', 'pm2 5', 'l aeq')
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.findall(r"[a-z0-9]+", "".join(char for char in folded if not unicodedata.combining(char))))


def read_heading(cells: Sequence[str]) -> Heading | None:
    """Quantity and unit that the header cells over a column name, or None when they name none of the catalog.

    Parameters
    ----------
    cells : sequence of str
        The column's name first, then what other header lines say (units, long names).

    Examples
    --------
    >>> read_heading(["Temp. extérieure (°C)"]) is None
    True
    >>> read_heading(["PRESS", "kPa"])
    Heading(quantity='pressure', unit='kPa', doubt='')
    """
    for cell in cells:
        parts = _parted(cell)
        whole = plain(cell)
        for name in (whole, parts.name):
            quantity = _quantity(name)
            if quantity is None and _OTHER_THINGS & set(whole.split()):
                return None
            if quantity is None or (quantity == "laeq" and _C_WEIGHTED.search(whole)):
                continue
            others = [other for other in cells if other is not cell]
            unit = next((text for text in (*parts.units, *others) if _is_unit(quantity, text)), None)
            if unit is None and parts.bracketed and parts.units:
                unit = parts.units[0]
            return Heading(quantity, unit, _weighting_doubt(quantity, name, unit))
    return None


def unit_question(heading: Heading, median: float | None) -> str | None:
    """Why a person must be asked about a column, or None when its unit is known or can be assumed.

    Parameters
    ----------
    heading : Heading
    median : float or None
        Of the sample's values, in whatever unit they are.
    """
    if heading.doubt:
        return heading.doubt
    if heading.unit is not None:
        return None if _is_unit(heading.quantity, heading.unit) else f'its unit "{heading.unit}" is not known for it'
    if heading.quantity in _UNIT_NEEDED:
        return "its heading has no unit, and it is written in ppm, ppb and mg/m³ alike"
    low, high = _USUAL.get(heading.quantity, (float("-inf"), float("inf")))
    if median is not None and not low <= median <= high:
        return f"its heading has no unit and {median:g} is unusual in the catalog's unit"
    return None


@dataclass(frozen=True, slots=True)
class _Parts:
    name: str
    units: tuple[str, ...]
    bracketed: bool


def _parted(cell: str) -> _Parts:
    """A heading's words without the units it carries in brackets, after a slash or at its end; and those units."""
    text = re.sub(r"\bdB\s*[(\[]?\s*([AC])\b\s*[)\]]?(?=\W|$)", r"dB\1 ", cell, flags=re.IGNORECASE)
    units = tuple(unit.strip() for unit in re.findall(r"[(\[]([^()\[\]]*)[)\]]?", text))
    if units:
        return _Parts(plain(re.sub(r"[(\[].*", " ", text)), units, bracketed=True)
    if match := re.search(r"(?:\s+en\s+|\s*/\s*|[\s_]+)([^\s_]+)\s*$", text):
        return _Parts(plain(text[: match.start()]), (match[1],), bracketed=False)
    return _Parts(plain(text), (), bracketed=False)


def _quantity(name: str) -> QuantityId | None:
    words = name.split()
    for quantity, phrases in _PHRASES.items():
        if name in phrases:
            return QuantityId(quantity)
    if name in _TEMPERATURE_SIGNS:
        return QuantityId("temperature")
    if _OTHER_THINGS & set(words):
        return None
    found = {
        (len(phrase), quantity)
        for quantity, phrases in _PHRASES.items()
        for phrase in phrases
        if f" {phrase} " in f" {name} "
    }
    return QuantityId(max(found)[1]) if found else None


def _weighting_doubt(quantity: str, name: str, unit: str | None) -> str:
    """A level called noise, without A anywhere, may as well be C- or Z-weighted."""
    if quantity != "laeq" or re.search(r"\b(l ?aeq|leq a|noise a|laeq t)\b", name):
        return ""
    if unit is not None and plain(unit).replace(" ", "").endswith("a"):
        return ""
    return "neither its heading nor its unit says that the level is A-weighted, dB(A)"


def _is_unit(quantity: QuantityId, text: str) -> bool:
    try:
        conversion(quantity, text)
    except UnitError:
        return False
    return bool(text)
