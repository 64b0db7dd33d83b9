"""The columns of the readings table, and the door rows pass before they are stored."""

from collections.abc import Sequence

import polars as pl
from deltalake import Field, Schema
from deltalake.schema import PrimitiveType

from catalog.readings import Flag, ReadingColumns
from store.delta import Layout
from store.errors import RefusedReadingsError

INSTANT = pl.Datetime("us", "UTC")
COLUMNS = {
    "kit": pl.String(),
    "quantity": pl.String(),
    "instant": INSTANT,
    "value": pl.Float64(),
    "flag": pl.Int8(),
    "received": INSTANT,
    "simulated": pl.Boolean(),
}
"""What a reader gets, in this order."""

STORED = {**COLUMNS, "conflict": pl.Boolean()}
_END_OF_TIME = 253_402_300_800_000
"""Milliseconds UTC of the year 10000, which no calendar of ours reaches."""


def _schema() -> Schema:
    kinds = {
        pl.String: "string",
        pl.Datetime: "timestamp",
        pl.Float64: "double",
        pl.Int8: "byte",
        pl.Boolean: "boolean",
    }
    fields = [Field(name, PrimitiveType(kinds[type(kind)]), nullable=False) for name, kind in STORED.items()]
    return Schema([*fields, Field("day", PrimitiveType("date"), nullable=False)])


LAYOUT = Layout(_schema(), "day", ("kit", "quantity", "instant"), ("kit", "quantity", "instant"))


def to_frame(columns: ReadingColumns) -> pl.DataFrame:
    """Reading columns as a frame, instants still in milliseconds.

    Raises
    ------
    RefusedReadingsError
        The columns are not of one length, or hold something of another type.
    """
    data: dict[str, Sequence[object]] = {name: getattr(columns, name) for name in COLUMNS}
    lengths = {name: len(values) for name, values in data.items()}
    if len(set(lengths.values())) > 1:
        raise RefusedReadingsError(f"columns of readings are of different length ({lengths}); expected one row in each")
    kinds = {name: pl.Int64() if kind == INSTANT else kind for name, kind in COLUMNS.items()}
    try:
        return pl.DataFrame(data, schema=kinds, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise RefusedReadingsError(f"readings of a wrong type ({error}); expected numbers, names and flags") from error


def admit(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows as they are stored, or a refusal.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns ``kit, quantity, instant, value, flag, received, simulated``; instants as milliseconds UTC or as
        time-zoned datetimes.

    Raises
    ------
    RefusedReadingsError
        A column is missing; a value is absent, NaN or infinite; a name is empty; a flag is none; an instant lies
        outside the years 1970 to 9999. Nothing of the batch may be stored then.
    """
    missing = [name for name in COLUMNS if name not in frame.columns]
    if missing:
        raise RefusedReadingsError(f"readings lack {', '.join(missing)}; expected the columns {', '.join(COLUMNS)}")
    rows = frame.select(_typed(frame, name) for name in COLUMNS)
    flags = [int(flag) for flag in Flag]
    wrong = {
        "has an empty field; expected every field filled": pl.any_horizontal(pl.all().is_null()),
        "has a value that is no finite number; leave such a reading out, or send it to the dead letters": ~pl.col(
            "value"
        ).is_finite(),
        "has an empty kit or quantity name": (pl.col("kit") == "") | (pl.col("quantity") == ""),
        f"has an unknown flag; expected one of {flags}": ~pl.col("flag").is_in(flags),
        "has an instant outside the years 1970 to 9999": pl.any_horizontal(
            ~pl.col(name).dt.epoch("ms").is_between(0, _END_OF_TIME, closed="left") for name in ("instant", "received")
        ),
    }
    found = rows.select(rule.fill_null(value=False).arg_true().first().alias(text) for text, rule in wrong.items())
    for message, position in found.row(0, named=True).items():
        if position is not None:
            row = frame.row(position, named=True)
            raise RefusedReadingsError(f"row {position} of the readings {message}: {row}; nothing of it was stored")
    return rows.with_columns(
        pl.col("value") + 0.0,  # minus zero is zero
        pl.lit(value=False).alias("conflict"),
        pl.col("instant").dt.date().alias("day"),
    )


def _typed(frame: pl.DataFrame, name: str) -> pl.Expr:
    column = pl.col(name)
    if COLUMNS[name] != INSTANT:
        return column.cast(COLUMNS[name])
    kind = frame.schema[name]
    if isinstance(kind, pl.Datetime):
        if kind.time_zone is None:
            raise RefusedReadingsError(f"column {name} has no time zone; expected instants in UTC")
        # whole milliseconds, so that an instant is the same one whichever way it came in
        return column.dt.convert_time_zone("UTC").dt.truncate("1ms").dt.cast_time_unit("us")
    return (column.cast(pl.Int64).clip(-1, _END_OF_TIME) * 1000).cast(INSTANT)  # clipped: refused, not wrapped round
