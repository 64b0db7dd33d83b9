"""Computed rows that keep their history: what changed gets a new revision, what did not stays as it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import polars as pl
from deltalake import Field, Schema
from deltalake.schema import PrimitiveType

from store.delta import Change, DurableTable, Layout
from store.durability import exclusive
from store.errors import StoreError

INSTANT = pl.Datetime("us", "UTC")
BOOKKEEPING = {
    "revision": pl.Int64(),
    "withdrawn": pl.Boolean(),
    "computed_at": INSTANT,
    "readings_version": pl.Int64(),
}
"""What the store adds to each row."""

_KINDS = {
    pl.String: "string",
    pl.Datetime: "timestamp",
    pl.Date: "date",
    pl.Float64: "double",
    pl.Int64: "long",
    pl.Boolean: "boolean",
}
_MOST_FILES = 48
"""Files of one table that are merged into one; each put makes one."""

_LARGE = 1_000_000
"""Rows of a file that is merged no further."""


class Revisions(Enum):
    """Which revisions a reader wants."""

    CURRENT = "current"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class PutResult:
    """What a put changed, in rows.

    Attributes
    ----------
    new : int
        Had no row before.
    changed : int
        Got a new revision, or came back after they were withdrawn.
    unchanged : int
        Are as they were; nothing was written.
    withdrawn : int
        Are no longer computed; a last revision says so.
    """

    new: int
    changed: int
    unchanged: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Which stored rows a put speaks of: those with a window that starts in [start, end).

    Attributes
    ----------
    zone : str
    deployment : str or None
        None speaks of every deployment there ever was in the zone.
    start, end : int or None
        Milliseconds UTC; None is without end.
    """

    zone: str
    deployment: str | None = None
    start: int | None = None
    end: int | None = None

    def condition(self) -> pl.Expr:
        """The rows it speaks of."""
        rows = pl.col("zone") == self.zone
        if self.deployment is not None:
            rows &= pl.col("deployment") == self.deployment
        if self.start is not None:
            rows &= pl.col("start") >= instant(self.start)
        if self.end is not None:
            rows &= pl.col("start") < instant(self.end)
        return rows


class RevisedTable:
    """A Delta table of computed rows with their revisions.

    Parameters
    ----------
    path : Path
    columns : mapping of str to polars type
        What is computed; ``zone``, ``deployment`` and ``start`` are among them.
    key : sequence of str
        What makes a row the same row when it is computed again.
    """

    def __init__(self, path: Path, columns: Mapping[str, pl.DataType], key: Sequence[str]) -> None:
        self.columns: dict[str, pl.DataType] = {**columns, **BOOKKEEPING}
        self._key = list(key)
        self._content = [name for name in columns if name not in key]
        kinds = {name: PrimitiveType(_KINDS[type(kind)]) for name, kind in self.columns.items()}
        schema = Schema([Field(name, kind, nullable=True) for name, kind in kinds.items()])
        self._table = DurableTable(path, Layout(schema, None, ("zone", "start"), ("zone", "start")))

    def put(
        self, rows: pl.DataFrame, recomputed: Sequence[Recomputed], computed_at: int, readings_version: int | None
    ) -> PutResult:
        """Store what was computed anew.

        Parameters
        ----------
        rows : polars.DataFrame
            The computed columns.
        recomputed : sequence of Recomputed
            What the rows replace: a stored row in it that is not among them is withdrawn.
        computed_at : int
            Milliseconds UTC.

        Raises
        ------
        StoreError
            Two rows are the same row, or a number is not finite.
        """
        self._check(rows)
        with exclusive(self._table.path / "_put.lock"):
            zones = {span.zone for span in recomputed} | set(rows["zone"].unique())
            stored = self.read(pl.col("zone").is_in(sorted(zones)), zones, Revisions.ALL)
            last = stored.filter(_is_last(self._key))
            compared = rows.join(last, on=self._key, how="left", nulls_equal=True, suffix=":before")
            known = pl.col("revision").is_not_null()
            differs = pl.any_horizontal(
                pl.col(name).ne_missing(pl.col(f"{name}:before")) for name in self._content
            ) | pl.col("withdrawn")
            fresh = compared.filter(~known)
            changed = compared.filter(known & differs)
            gone = self._gone(rows, last, recomputed)
            out = pl.concat(
                [
                    fresh.select(list(rows.columns)).with_columns(revision=pl.lit(1, pl.Int64), withdrawn=False),
                    changed.select(*rows.columns, pl.col("revision") + 1).with_columns(withdrawn=False),
                    gone.select(*rows.columns, pl.col("revision") + 1).with_columns(withdrawn=True),
                ]
            )
            if not out.is_empty():
                at = instant(computed_at)
                version = pl.lit(readings_version, pl.Int64)
                written = out.with_columns(computed_at=at, readings_version=version).select(list(self.columns))
                self._table.commit([self._table.write(written.sort("zone", "start"))])
                self._merge_files()
        known_count = len(rows) - len(fresh)
        return PutResult(len(fresh), len(changed), known_count - len(changed), len(gone))

    def read(self, condition: pl.Expr, zones: Collection[str] | None, which: Revisions) -> pl.DataFrame:
        """Rows of some zones (None: all) that meet a condition on the key.

        A condition on anything else could leave out the last revision and make an earlier one look current.
        """
        files = self._table.snapshot().files
        if not files.is_empty() and zones is not None:
            has = [(pl.col("min.zone") <= zone) & (pl.col("max.zone") >= zone) for zone in sorted(zones)]
            files = files.filter(pl.any_horizontal(has) if has else pl.lit(value=False))
        if files.is_empty():
            return pl.DataFrame(schema=self.columns)
        rows = self._table.scan(files["path"].to_list()).select(list(self.columns)).filter(condition)
        if zones is not None:
            rows = rows.filter(pl.col("zone").is_in(sorted(zones)))
        found = rows.collect()
        if which is Revisions.CURRENT:
            found = found.filter(_is_last(self._key) & ~pl.col("withdrawn"))
        return found.sort(*self._key, "revision")

    def _gone(self, rows: pl.DataFrame, last: pl.DataFrame, recomputed: Sequence[Recomputed]) -> pl.DataFrame:
        conditions = [span.condition() for span in recomputed]
        in_question = last.filter(pl.any_horizontal(conditions) if conditions else pl.lit(value=False))
        missing = in_question.join(rows, on=self._key, how="anti", nulls_equal=True)
        return missing.filter(~pl.col("withdrawn"))

    def _check(self, rows: pl.DataFrame) -> None:
        twice = rows.filter(pl.struct(self._key).is_duplicated())
        if not twice.is_empty():
            raise StoreError(f"computed twice, so that nobody knows which counts: {twice.row(0, named=True)}")
        floats = [name for name, kind in rows.schema.items() if kind == pl.Float64]
        infinite = [~pl.col(name).is_finite().fill_null(value=True) for name in floats]
        odd = rows.filter(pl.any_horizontal(pl.lit(value=False), *infinite))
        if not odd.is_empty():
            raise StoreError(f"a computed number is not finite: {odd.row(0, named=True)}")

    def _merge_files(self) -> None:
        """Rewrite many small files as one; called by the one that holds the lock."""
        files = self._table.snapshot().files
        small = files.filter(pl.col("num_records") < _LARGE)
        if len(small) < _MOST_FILES:
            return
        rows = self._table.scan(small["path"].to_list()).select(list(self.columns)).collect()
        merged = self._table.write(rows.sort("zone", "start"))
        self._table.commit([merged], removed=small, change=Change.ARRANGEMENT)


def instant(milliseconds: int) -> pl.Expr:
    """An instant [ms UTC] as the tables have it."""
    return pl.lit(milliseconds * 1000, pl.Int64).cast(INSTANT)


def _is_last(key: Sequence[str]) -> pl.Expr:
    return pl.col("revision") == pl.col("revision").max().over(key)
