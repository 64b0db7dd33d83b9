"""Laboratory results as people write them: ``24.7``, ``24,7``, ``<5.5``, ``>120``, ``[40-90]``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.statistics.lab_results import Results

EXPECTED = 'a number above zero, "<5.5" below a limit of quantification, ">120" above the range, or "[40-90]"'

SMALLEST, LARGEST = 1e-12, 1e12
"""Results and limits beyond are mistyped: no unit is as large or as small as that."""

_NUMBER = r"\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?"
_PLAIN = re.compile(rf"({_NUMBER})")
_BELOW = re.compile(rf"[<≤]\s*({_NUMBER})")
_ABOVE = re.compile(rf"[>≥]\s*({_NUMBER})")
_BETWEEN = re.compile(rf"\[\s*({_NUMBER})\s*[-–;]\s*({_NUMBER})\s*\]")


@dataclass(frozen=True, slots=True)
class Bound:
    """One result: equal bounds for a number; lower 0 below a limit, upper infinite above a range."""

    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Cell:
    """A result as it was written, and where: ``results.csv:4``, ``--values``."""

    text: str
    place: str
    field: str


def parse_bound(cell: Cell) -> Bound:
    """Read one result.

    Raises
    ------
    UsageError
        It is none; the message names the place, the field, what was expected and the mend.

    Examples
    --------
    >>> parse_bound(Cell("<5,5", "--values", "result 1"))
    Bound(lower=0.0, upper=5.5)
    """
    text = cell.text.strip()
    if plain := _PLAIN.fullmatch(text):
        value = _number(plain[1])
        bound = Bound(value, value)
    elif below := _BELOW.fullmatch(text):
        bound = Bound(0.0, _number(below[1]))
    elif above := _ABOVE.fullmatch(text):
        bound = Bound(_number(above[1]), float("inf"))
    elif between := _BETWEEN.fullmatch(text):
        bound = Bound(_number(between[1]), _number(between[2]))
    else:
        raise _trouble(cell, _mend(text))
    if bound.upper <= 0 or bound.upper == bound.lower == float("inf"):
        raise _trouble(cell, "write a result that was not detected with its limit of quantification, e.g. <0.1")
    told = [value for value in (bound.lower, bound.upper) if 0 < value < float("inf")]
    if any(not SMALLEST <= value <= LARGEST for value in told):
        raise _trouble(cell, f"a result lies from {SMALLEST:g} to {LARGEST:g}; choose the unit so that it does")
    if bound.lower > bound.upper or (bound.lower == 0 and bound.upper == float("inf")):
        raise _trouble(cell, "write the lower bound first, and a bound above zero")
    return bound


def split_values(text: str) -> list[Cell]:
    """Typed results, separated by commas (decimal points), or by semicolons or blanks (decimal commas allowed).

    Examples
    --------
    >>> [cell.text for cell in split_values("24.7,<5.5")], [cell.text for cell in split_values("24,7; <5,5")]
    (['24.7', '<5.5'], ['24,7', '<5,5'])
    """
    stripped = text.strip()
    if ";" in re.sub(r"\[[^]]*\]", "", stripped):
        pieces = re.split(r";(?![^[]*\])", stripped)
    elif re.search(r",\s", stripped) and re.search(r"\d,\d", stripped):
        raise UsageError(
            f'--values "{stripped}" has commas with and without a blank: separators or decimal commas? '
            'Separate the results with semicolons, e.g. "24,7;64,1"'
        )
    elif "," in stripped and not re.search(r"[^,\s]\s+[^,\s]", re.sub(r"[<>≤≥]\s+", "<", stripped)):
        pieces = stripped.split(",")
    else:
        pieces = re.split(r"(?<![<>≤≥])\s+", stripped)
    if pieces and not pieces[-1].strip():
        pieces.pop()
    if not pieces:
        raise UsageError('--values is empty; expected results, e.g. --values "24.7,64.1,<5.5"')
    cells = [Cell(piece.strip(), "--values", f"result {number}") for number, piece in enumerate(pieces, 1)]
    check_decimals(cells)
    return cells


def whole_numbers(cells: Sequence[Cell], text: str) -> bool:
    """Whether typed results were cut at commas into whole numbers only, so that they may have been decimal commas.

    Raises
    ------
    UsageError
        They look like decimal commas: pairs whose second piece always has one digit while not all of the first have, or
        a piece that begins with 0.

    Examples
    --------
    >>> whole_numbers(split_values("25,64,14"), "25,64,14"), whole_numbers(split_values("25;64;14"), "25;64;14")
    (True, False)
    """
    pieces = [cell.text for cell in cells]
    if "," not in text or ";" in text or re.search(r"\s", text.strip()) or len(pieces) < 2:
        return False
    if not all(re.fullmatch(r"[<>≤≥]?\d+", piece) for piece in pieces):
        return False
    firsts, seconds = pieces[::2], pieces[1::2]
    decimals = all(re.fullmatch(r"\d", piece) for piece in seconds) and any(len(piece) > 1 for piece in firsts)
    pairs = len(pieces) % 2 == 0 and decimals
    if pairs or any(re.fullmatch(r"0\d*", piece) for piece in pieces[1:]):
        paired = ";".join(",".join(pieces[first : first + 2]) for first in range(0, len(pieces), 2))
        paired += ";" * (len(pieces) == 2)
        meant = f'"{paired}" for decimal commas, ' if pairs else 'such as "24,7;64,1" for decimal commas, '
        raise UsageError(
            f'--values "{text.strip()[:80]}": commas between whole numbers, or decimal commas? Write semicolons: '
            f'{meant}"{";".join(pieces)}" for {len(pieces)} results'
        )
    return True


def check_decimals(cells: Sequence[Cell]) -> None:
    """Refuse results of which some have a decimal comma and others a decimal point.

    Raises
    ------
    UsageError
        Both occur.
    """
    comma = next((cell for cell in cells if re.search(r"\d,\d", cell.text)), None)
    point = next((cell for cell in cells if re.search(r"\d\.\d", cell.text)), None)
    if comma is not None and comma is point:
        raise UsageError(
            f'{comma.place}: {comma.field} is "{comma.text}"; expected one decimal sign, without thousands separators'
        )
    if comma is not None and point is not None:
        raise UsageError(
            f'{comma.place}: {comma.field} is "{comma.text}" and {point.field} at {point.place} is "{point.text}"; '
            "expected one decimal sign; write all with a comma or all with a point, without thousands separators"
        )


def as_results(bounds: Sequence[Bound]) -> "Results":
    """Bounds as the measures take them."""
    import numpy as np

    from dsp.statistics.lab_results import Results

    return Results(np.array([bound.lower for bound in bounds]), np.array([bound.upper for bound in bounds]))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _trouble(cell: Cell, mend: str) -> UsageError:
    shown = " ".join(cell.text.split())[:80]
    return UsageError(f'{cell.place}: {cell.field} is "{shown}"; expected {EXPECTED}; {mend}')


def _mend(text: str) -> str:
    if not text:
        return "fill the cell or remove the row"
    if re.match(r"[-−]\s*\d", text):
        return "no concentration is negative; mend it, or write <LOQ with the number of the limit"
    if re.fullmatch(r"[<>≤≥]?\s*\d[\d.,]*\s*[^\W\d]\S*", text):
        return "write the number without its unit (--unit says it)"
    return "leave it out if it was not measured"
