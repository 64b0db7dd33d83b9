"""The limits a level of a rule names: rows of the catalog's table, or one value of the pack's own."""

from dataclasses import dataclass

from catalog.errors import CatalogError
from catalog.limits import Comparator, LegalStatus, Limit, Verification, limit, value_in
from catalog.quantities import Quantity
from catalog.units import to_catalog_unit
from rules.comparability import cannot_compare
from rules.document import Record
from rules.rule import DatedLimit

OWN_LIMIT_FIELDS = ("value", "unit", "comparator", "source", "status", "verified")


@dataclass(frozen=True, slots=True)
class LimitsRead:
    """The limits of a level by first day, and the rows of the catalog behind them (none for a value of its own)."""

    limits: tuple[DatedLimit, ...] = ()
    rows: tuple[Limit, ...] = ()


def read_limits(record: Record, measured: Quantity | None) -> LimitsRead:
    """The limits of one level; empty with the mistakes noted."""
    if measured is None:
        return LimitsRead()
    if record.is_mapping("limit"):
        own = record.record("limit", OWN_LIMIT_FIELDS)
        return LimitsRead() if own is None else LimitsRead((_own_limit(own, measured),))
    rows = [row for row in (_row(record, name, measured) for name in record.texts("limit")) if row is not None]
    rows.sort(key=lambda row: row.in_force_from.toordinal() if row.in_force_from else 0)
    return LimitsRead(tuple(_dated(row, measured) for row in rows), tuple(rows))


def _row(record: Record, name: str, measured: Quantity) -> Limit | None:
    try:
        row = limit(name)
    except CatalogError as error:
        record.mistake("limit", f'is "{name}"; {error}')
        return None
    reason = cannot_compare(measured.id, row)
    if reason is not None:
        record.mistake("limit", f'is "{name}"; {reason}')
        return None
    return row


def _dated(row: Limit, measured: Quantity) -> DatedLimit:
    return DatedLimit(
        id=row.id,
        value=value_in(row, measured.id),
        comparator=row.comparator,
        source=row.source,
        status=row.legal_status,
        verification=row.verification,
        first=row.in_force_from,
        last=row.in_force_to,
    )


def _own_limit(record: Record, measured: Quantity) -> DatedLimit:
    """A value the pack gives itself: a guide of the service, never the law."""
    unit, value, status = record.text("unit"), record.number("value"), record.choice("status", LegalStatus)
    try:
        value = to_catalog_unit(measured.id, value, unit)
    except CatalogError as error:
        if unit:
            record.mistake("unit", f'is "{unit}"; {error}')
    if record.has("status") and status in {LegalStatus.BINDING, LegalStatus.INDICATIVE}:
        record.mistake(
            "status",
            f'is "{status.value}"; a value of your own is a guide or comfort; '
            "take a legal value from catalog/data/limits.csv by its id",
        )
    return DatedLimit(
        id=None,
        value=value,
        comparator=record.choice("comparator", Comparator),
        source=record.text("source"),
        status=status,
        verification=record.choice("verified", Verification) if record.has("verified") else Verification.YES,
        first=None,
        last=None,
    )
