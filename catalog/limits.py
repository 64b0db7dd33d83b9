"""The limits table: what a value may be compared with, by which law or guide, from when to when, verified or not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from types import MappingProxyType

from catalog.data_files import csv_rows
from catalog.errors import CatalogError
from catalog.identifiers import LimitId, QuantityId
from catalog.suggest import did_you_mean
from catalog.units import to_catalog_unit


class Comparator(Enum):
    """When a value breaches a limit: ``value comparator limit``."""

    ABOVE = ">"
    AT_OR_ABOVE = ">="
    BELOW = "<"


class LegalStatus(Enum):
    """What the law asks when a limit is breached."""

    BINDING = "binding"
    INDICATIVE = "indicative"
    GUIDE = "guide"
    COMFORT = "comfort"


class Verification(Enum):
    """Whether somebody checked the value against its source."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of the limits table.

    Attributes
    ----------
    id : LimitId
        Stable readable name, e.g. ``noise-lex8h-upper-hpd``; every row has one.
    value : float
        In ``unit`` as the source prints it.
    averaging_period : float or None
        [s]; zero is instantaneous, None where the source gives no number.
    legal_status : LegalStatus
        In a workplace. A method that binds schools and nurseries and guides elsewhere is a guide here.
    in_force_from, in_force_to : date or None
        First and last day in force; None is open. Conventions for imprecise texts: :mod:`catalog.build_limits`.
    legal_status_text, in_force_text : str
        What the reference table says, word for word, e.g. ``binding (directive)`` and ``before 2020``.
    comparable_with : tuple of QuantityId
        What an ambient kit measures that may be held against it; empty for limits no such kit can decide.
    """

    id: LimitId
    agent: str
    quantity: str
    unit: str
    metric: str
    averaging_period: float | None
    comparator: Comparator
    value: float
    level_name: str
    context: str
    jurisdiction: str
    legal_status: LegalStatus
    source: str
    in_force_from: date | None
    in_force_to: date | None
    verification: Verification
    verification_note: str
    notes: str
    legal_status_text: str = ""
    in_force_text: str = ""
    comparable_with: tuple[QuantityId, ...] = ()

    def in_force_on(self, day: date) -> bool:
        """Whether the limit applies to a shift that starts on ``day``."""
        after = self.in_force_from is None or self.in_force_from <= day
        before = self.in_force_to is None or day <= self.in_force_to
        return after and before


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """Any row of the limits table, also one no number can be compared with (``outside[1,5]``, a formula, a colour).

    All texts stand as the reference table has them; ``limit`` is the comparable limit, or None.
    """

    id: LimitId
    agent: str
    quantity: str
    unit: str
    metric: str
    averaging_period: str
    comparator: str
    value: str
    level_name: str
    context: str
    jurisdiction: str
    legal_status: str
    source: str
    effective_from: str
    verified: str
    notes: str
    limit: Limit | None


@cache
def reference_rows() -> tuple[ReferenceRow, ...]:
    """All rows of the limits table, in its order."""
    return tuple(_reference_row(row) for row in csv_rows("limits.csv"))


@cache
def limits() -> Mapping[LimitId, Limit]:
    """The rows of the limits table a number can be compared with, by id."""
    return MappingProxyType({row.id: row.limit for row in reference_rows() if row.limit is not None})


def limit(id: str) -> Limit:  # noqa: A002 - the name the rooms agreed on
    """The limit of that id.

    Raises
    ------
    CatalogError
        When there is none, or its row in the table is no number to compare with; the message suggests the nearest.

    Examples
    --------
    >>> limit("noise-lex8h-upper-hpd-85").comparator
    <Comparator.AT_OR_ABOVE: '>='>
    """
    found = limits().get(LimitId(id))
    if found is not None:
        return found
    row = next((row for row in reference_rows() if row.id == id), None)
    if row is not None:
        raise CatalogError(
            f'limit "{id}" cannot be compared with a value: the table says "{row.comparator} {row.value}"; '
            "take a limit with a comparator >, >= or < and a number"
        )
    raise CatalogError(f'"{id}" is no limit of the catalog; {_near(id)}')


def value_in(limit: Limit, quantity_id: QuantityId) -> float:
    """A limit's value in the unit of a quantity that may be held against it.

    Parameters
    ----------
    limit : Limit
    quantity_id : QuantityId
        One of ``limit.comparable_with``.

    Returns
    -------
    float
        In the quantity's catalog unit. Gases at 20 °C and 101.325 kPa.

    Raises
    ------
    CatalogError
        When the quantity cannot be compared with the limit (air temperature with WBGT, say).

    Examples
    --------
    >>> round(value_in(limit("formaldehyde-vgai-1h"), QuantityId("formaldehyde")), 1)
    80.1
    """
    if quantity_id not in limit.comparable_with:
        mend = "use one of: " + ", ".join(limit.comparable_with) if limit.comparable_with else "no kit can decide it"
        raise CatalogError(
            f'limit {limit.id} is about "{limit.quantity}"; {quantity_id} cannot be held against it; {mend}'
        )
    return to_catalog_unit(quantity_id, limit.value, limit.unit)


def _near(id: str) -> str:  # noqa: A002 - as above
    """The nearest id, or where to look."""
    suggestion = did_you_mean(id, limits())
    return suggestion if suggestion.startswith("did") else "see catalog/data/limits.csv for the ids"


def _reference_row(row: Mapping[str, str]) -> ReferenceRow:
    return ReferenceRow(
        id=LimitId(row["id"]),
        agent=row["agent"],
        quantity=row["quantity"],
        unit=row["unit"],
        metric=row["metric"],
        averaging_period=row["averaging_period_s"],
        comparator=row["comparator"],
        value=row["value"],
        level_name=row["level_name"],
        context=row["context"],
        jurisdiction=row["jurisdiction"],
        legal_status=row["legal_status"],
        source=row["source"],
        effective_from=row["effective_from"],
        verified=row["verified"],
        notes=row["notes"],
        limit=_limit(row),
    )


def _limit(row: Mapping[str, str]) -> Limit | None:
    """The comparable limit of a row, or None where its comparator or value is no comparison of numbers."""
    comparator = next((c for c in Comparator if c.value == row["comparator"]), None)
    value = _number(row["value"])
    if comparator is None or value is None:
        return None
    verification, _, note = row["verified"].partition(":")
    return Limit(
        id=LimitId(row["id"]),
        agent=row["agent"],
        quantity=row["quantity"],
        unit=row["unit"],
        metric=row["metric"],
        averaging_period=_number(row["averaging_period_s"]),
        comparator=comparator,
        value=value,
        level_name=row["level_name"],
        context=row["context"],
        jurisdiction=row["jurisdiction"],
        legal_status=_legal_status(row["legal_status"]),
        source=row["source"],
        in_force_from=_day(row["in_force_from"]),
        in_force_to=_day(row["in_force_to"]),
        verification=Verification(re.split(r"\W", verification, maxsplit=1)[0]),
        verification_note=note.strip(),
        notes=row["notes"],
        legal_status_text=row["legal_status"],
        in_force_text=row["effective_from"],
        comparable_with=tuple(QuantityId(name) for name in row["comparable_with"].split()),
    )


def _legal_status(text: str) -> LegalStatus:
    """The status in a workplace: what guides everywhere but in schools (``… / guide elsewhere``) is a guide."""
    if "guide elsewhere" in text:
        return LegalStatus.GUIDE
    return LegalStatus(text.split()[0])


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
