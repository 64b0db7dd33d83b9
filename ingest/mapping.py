"""What a mapping file says: how a file of readings is laid out and which of its columns is which quantity."""

from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from catalog.identifiers import QuantityId

MissingMarker: TypeAlias = str | float
"""A missing marker: a text compared as written, or a number compared as a number."""


class Ambiguous(Enum):
    """Which of the two hours is meant when the clocks go back in October."""

    ORDER = "order"
    """The rows say it: the time goes back once inside the hour. Refused when it does not."""
    EARLIEST = "earliest"
    """The first one, still in summer time."""
    LATEST = "latest"
    """The second one, already in winter time."""
    REFUSE = "refuse"
    """A time inside that hour is an unreadable cell."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the text is cut into rows and fields; None where the file itself shall tell.

    Attributes
    ----------
    separator, decimal, encoding : str or None
    skip_lines : int or None
        Lines before the header.
    header_lines : int or None
        Lines of the header; the first one has the names.
    names : tuple of str
        Column names in place of the header's, as many as a row has fields.
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    skip_lines: int | None = None
    header_lines: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeRule:
    """Where a row's instant comes from.

    Attributes
    ----------
    columns : tuple of str
        One column, or a date column and a time column; empty where the file itself shall tell.
    format : str or None
        ``iso8601``, ``unix`` (seconds), ``unix_ms``, or strptime codes such as ``%d/%m/%Y %H:%M:%S``.
    timezone : str or None
        IANA name or fixed offset (``+01:00``) of local times; not needed where each time carries its own.
    """

    columns: tuple[str, ...] = ()
    format: str | None = None
    timezone: str | None = None
    ambiguous: Ambiguous = Ambiguous.ORDER


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One column that holds values of a quantity, with its unit in the file and its own missing markers."""

    name: str
    quantity: QuantityId
    unit: str
    missing: tuple[MissingMarker, ...] = ()


@dataclass(frozen=True, slots=True)
class FileMapping:
    """Everything a mapping file can say; what is left out is found in the file, or asked for.

    Attributes
    ----------
    source : str
        Name of the mapping file, for messages.
    kit : str or None
        Kit the readings belong to.
    columns : tuple of ColumnRule
        Empty where the headers themselves shall tell.
    ignored : tuple of str
        Columns left out on purpose.
    missing : tuple of str or float
        Markers of a missing value in every column; an empty cell always is one.
    """

    source: str = ""
    kit: str | None = None
    layout: Layout = field(default_factory=Layout)
    time: TimeRule = field(default_factory=TimeRule)
    columns: tuple[ColumnRule, ...] = ()
    ignored: tuple[str, ...] = ()
    missing: tuple[MissingMarker, ...] = ()


@dataclass(frozen=True, slots=True)
class Hints:
    """What a person says on the command line; it goes before the mapping file and before what the file shows."""

    timezone: str | None = None
    time_format: str | None = None
    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    ambiguous: Ambiguous | None = None
    missing: tuple[MissingMarker, ...] = ()

    def applied_to(self, mapping: FileMapping) -> FileMapping:
        """The mapping with these hints in the place of what it says itself; missing markers are added."""
        return FileMapping(
            source=mapping.source,
            kit=mapping.kit,
            layout=Layout(
                separator=self.separator or mapping.layout.separator,
                decimal=self.decimal or mapping.layout.decimal,
                encoding=self.encoding or mapping.layout.encoding,
                skip_lines=mapping.layout.skip_lines,
                header_lines=mapping.layout.header_lines,
                names=mapping.layout.names,
            ),
            time=TimeRule(
                columns=mapping.time.columns,
                format=self.time_format or mapping.time.format,
                timezone=self.timezone or mapping.time.timezone,
                ambiguous=self.ambiguous or mapping.time.ambiguous,
            ),
            columns=mapping.columns,
            ignored=mapping.ignored,
            missing=mapping.missing + self.missing,
        )


def quantity_in_two_columns(columns: tuple[ColumnRule, ...]) -> tuple[str, str, str] | None:
    """Quantity and names of two columns that would both give it, or None: one kit has one reading of it an instant."""
    first: dict[str, str] = {}
    for column in columns:
        if column.quantity in first:
            return column.quantity, first[column.quantity], column.name
        first[column.quantity] = column.name
    return None
