"""The latest readings of many kits in memory: each row of the table is read once, when it has been appended."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import polars as pl

from catalog.identifiers import KitId
from store.duplicates import resolve
from store.readings import ReadingStore
from vigie.kit_columns import Column, read_columns

_REACH = 60 * 86_400_000
"""Milliseconds after its beginning a kit's readings are kept; no shift lasts that long."""


@dataclass(slots=True)
class _Kept:
    """A kit's readings after an instant [ms UTC]."""

    start: int
    columns: dict[str, Column]


class RecentReadings:
    """Readings as :func:`vigie.kit_columns.read_columns` gives them, of one version of the table at a time.

    Parameters
    ----------
    store : ReadingStore

    Notes
    -----
    A kit is read from the table when it is first asked for. From then on :meth:`advance` adds what was appended; where
    a row comes again, or late, the rules of :func:`store.duplicates.resolve` hold, which give the same in any order.
    """

    def __init__(self, store: ReadingStore) -> None:
        self._store = store
        self._version: int | None = None
        self._kits: dict[KitId, _Kept] = {}

    def advance(self, version: int) -> None:
        """Go on to a version of the table, never an older one."""
        if self._version is not None and self._kits and version != self._version:
            added = self._store.read_added(self._version, version)
            if added is None:
                self._kits.clear()
            else:
                self._add(added.filter(pl.col("kit").is_in(list(self._kits))))
        self._version = version

    def keep_only(self, kits: Collection[KitId], start: int) -> None:
        """Let go of other kits, and of kits read from long before an instant [ms UTC] on."""
        self._kits = {kit: kept for kit, kept in self._kits.items() if kit in kits and kept.start >= start}

    def columns(self, kit: KitId, start: int, end: int, quantities: Collection[str] | None = None) -> dict[str, Column]:
        """Readings of a kit in (start, end] [ms UTC], by quantity."""
        kept = self._kits.get(kit)
        if kept is None or kept.start > start:
            kept = _Kept(start, read_columns(self._store, kit, start, start + _REACH, self._version))
            self._kits[kit] = kept
        found = {
            name: _between(column, start, end)
            for name, column in kept.columns.items()
            if quantities is None or name in quantities
        }
        return {name: column for name, column in found.items() if column.instants.size}

    @property
    def size(self) -> int:
        """Memory of the readings [bytes]."""
        return sum(
            array.nbytes
            for kept in self._kits.values()
            for column in kept.columns.values()
            for array in (column.instants, column.values, column.flags, column.received, column.conflict)
        )

    def _add(self, added: pl.DataFrame) -> None:
        """Rows sorted by kit, quantity, instant, each reading once."""
        whole = _column(added)
        runs = added.group_by("kit", "quantity", maintain_order=True).agg(pl.len(), pl.col("simulated").any())
        first = 0
        for kit, quantity, count, simulated in runs.iter_rows():
            part = slice(first, first + count)
            first += count
            kept = self._kits[kit]
            new = _between(_cut(whole, part, simulated), kept.start, kept.start + _REACH)
            if new.instants.size:
                known = kept.columns.get(quantity)
                kept.columns[quantity] = new if known is None else _merged(known, new)


def _between(column: Column, start: int, end: int) -> Column:
    first, last = np.searchsorted(column.instants, [start, end], side="right").tolist()
    return _cut(column, slice(first, last), column.simulated)


def _cut(column: Column, part: slice, simulated: bool) -> Column:
    return Column(
        column.instants[part],
        column.values[part],
        column.flags[part],
        simulated,
        column.received[part],
        column.conflict[part],
    )


def _merged(known: Column, new: Column) -> Column:
    if new.instants[0] > known.instants[-1]:
        return Column(
            np.concatenate([known.instants, new.instants]),
            np.concatenate([known.values, new.values]),
            np.concatenate([known.flags, new.flags]),
            known.simulated or new.simulated,
            np.concatenate([known.received, new.received]),
            np.concatenate([known.conflict, new.conflict]),
        )
    both = resolve(pl.concat([_frame(known), _frame(new)]))
    suspect = pl.max_horizontal(pl.col("flag"), pl.lit(3, pl.Int8))
    return _column(both.with_columns(flag=pl.when("conflict").then(suspect).otherwise("flag")))


def _frame(column: Column) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "kit": pl.repeat("", column.instants.size, eager=True),
            "quantity": pl.repeat("", column.instants.size, eager=True),
            "instant": pl.Series(column.instants * 1000).cast(pl.Datetime("us", "UTC")),
            "value": column.values,
            "flag": column.flags,
            "received": pl.Series(column.received * 1000).cast(pl.Datetime("us", "UTC")),
            "simulated": pl.repeat(column.simulated, column.instants.size, eager=True),
            "conflict": column.conflict,
        }
    )


def _column(rows: pl.DataFrame) -> Column:
    return Column(
        rows["instant"].dt.epoch("ms").to_numpy().astype(np.int64),
        rows["value"].to_numpy(),
        rows["flag"].to_numpy(),
        bool(rows["simulated"].any()),
        rows["received"].dt.epoch("ms").to_numpy().astype(np.int64),
        rows["conflict"].to_numpy(),
    )
