"""Cells of a value column → numbers: decimal comma, missing markers, and cells that are neither."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.mapping import MissingMarker

_SPACE = r"[ \u00a0\u2009\u202f]"
_THOUSANDS = re.compile(rf"[+-]?\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:\.\d+)?")
_SPACES = re.compile(_SPACE)


@dataclass(frozen=True, slots=True)
class Markers:
    """Missing markers of a column: texts (upper and lower case alike) and numbers."""

    texts: frozenset[str]
    numbers: tuple[float, ...]

    @classmethod
    def of(cls, markers: Sequence[MissingMarker]) -> "Markers":
        """Markers as a mapping or the command line gives them; a text that is a number stands for the number."""
        texts, numbers = set(), []
        for marker in markers:
            number = _number(marker, ".") if isinstance(marker, str) else marker
            if number is None or not np.isfinite(number):
                texts.add(str(marker).strip().casefold())
            else:
                numbers.append(number)
        return cls(frozenset(texts), tuple(numbers))


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values : array of float
        NaN where there is no number.
    bad : array of bool
        Where the cell is neither a number nor missing.
    """

    values: NDArray[np.float64]
    bad: NDArray[np.bool_]


def parse_numbers(texts: pl.Series, decimal: str, markers: Markers) -> Numbers:
    """Read a column of numbers.

    Parameters
    ----------
    texts : polars.Series of str
        Null and blank cells are missing.
    decimal : str
        ``.`` or ``,``. A cell with the other sign is bad, never guessed at.
    markers : Markers

    Returns
    -------
    Numbers
    """
    plain = texts.str.replace(",", ".", literal=True) if decimal == "," else texts
    values = plain.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy().copy()
    doubtful = ~np.isfinite(values)
    if decimal == ",":
        doubtful |= texts.str.contains(".", literal=True).fill_null(value=False).to_numpy()
    doubtful &= texts.is_not_null().to_numpy()
    bad = np.zeros(values.size, dtype=np.bool_)
    if doubtful.any():
        where = np.flatnonzero(doubtful)
        cells = texts.filter(pl.Series(doubtful))
        distinct = cells.unique().to_list()
        read = [_read(text, decimal, markers) for text in distinct]
        outcome = cells.replace_strict(distinct, pl.Series(read, dtype=pl.Float64), return_dtype=pl.Float64).to_numpy()
        bad[where] = np.isinf(outcome)
        values[where] = np.where(np.isinf(outcome), np.nan, outcome)
    if markers.numbers:
        values[np.isin(values, markers.numbers)] = np.nan
    return Numbers(values, bad)


def check_numbers(values: NDArray[np.float64], absent: NDArray[np.bool_], markers: Markers) -> Numbers:
    """The same for a column that holds numbers already; a NaN that no marker names is bad, as it is in text."""
    odd = ~np.isfinite(values) & ~absent
    bad = odd & ~np.isnan(values) if "nan" in markers.texts else odd
    kept = np.where(np.isfinite(values), values, np.nan)
    if markers.numbers:
        kept[np.isin(kept, markers.numbers)] = np.nan
    return Numbers(kept, bad)


def _read(text: str, decimal: str, markers: Markers) -> float:
    """Value of a cell the fast way could not read: NaN when it is missing, infinite when it is bad."""
    stripped = text.strip()
    if not stripped or stripped.casefold() in markers.texts:
        return np.nan
    number = _number(stripped, decimal)
    return np.inf if number is None or not np.isfinite(number) else number


def _number(text: str, decimal: str) -> float | None:
    stripped = text.strip()
    if decimal == ",":
        if "." in stripped:
            return None
        stripped = stripped.replace(",", ".", 1)
    if _THOUSANDS.fullmatch(stripped):
        stripped = _SPACES.sub("", stripped)
    stripped = stripped.replace("−", "-")  # the typographic minus some exports write
    # float() would also take 1_000, and the words nan and inf, which only a marker may give a meaning.
    return float(stripped) if re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", stripped) else None
