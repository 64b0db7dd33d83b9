"""What sensors said: the readings table, appended exactly once, read with every reading once."""

import json
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from catalog.readings import Flag, ReadingColumns
from store.compaction import compact
from store.delta import DurableTable, Transaction
from store.duplicates import resolve
from store.reading_rows import COLUMNS, INSTANT, LAYOUT, STORED, admit, to_frame
from store.touched import TOUCHED, Span, Touched, spans_of, touched_since

__all__ = ["ReadingStore", "Span", "Touched", "Transaction"]

_WRITERS = 2
"""Day files written at a time; Polars itself uses every core for a large one."""


class ReadingStore:
    """The readings table in a folder.

    Parameters
    ----------
    path : Path
        The folder of the Delta table; made when it is not there.

    Notes
    -----
    Safe to use from several threads and several processes at once. Partitioned by UTC day, files sorted by kit,
    quantity and instant, with statistics of the three in the log: one kit-day is read from those of
    the day's files that have the kit.
    """

    def __init__(self, path: Path) -> None:
        self._table = DurableTable(Path(path), LAYOUT)

    @property
    def path(self) -> Path:
        """The folder of the Delta table."""
        return self._table.path

    def version(self) -> int:
        """The newest version of the table."""
        return self._table.version()

    def transaction_version(self, app_id: str) -> int | None:
        """How far a writer got by its own count, or None when it never wrote."""
        return self._table.transaction_version(app_id)

    def append(self, columns: ReadingColumns, transaction: Transaction | None = None) -> int:
        """Add readings; they are on the disk for good when this returns.

        Parameters
        ----------
        columns : ReadingColumns
            In any order; readings the table has already change nothing.
        transaction : Transaction, optional
            Committed together with the readings. When its version is at or below the stored one, nothing is done.

        Returns
        -------
        int
            The version of the table that has them.

        Raises
        ------
        RefusedReadingsError
            A value is no finite number, or a column is not what it should be; nothing was written.
        """
        return self.append_frame(to_frame(columns), transaction)

    def append_frame(self, frame: pl.DataFrame, transaction: Transaction | None = None) -> int:
        """Add readings from a frame, e.g. of an import; the same as :meth:`append` otherwise.

        Parameters
        ----------
        frame : polars.DataFrame
            Columns ``kit, quantity, instant, value, flag, received, simulated``; instants as integers [ms UTC] or as
            datetimes with a time zone.
        """
        rows = admit(frame)
        if rows.is_empty() or (transaction is not None and self._is_done(transaction)):
            return self.version()
        ordered = rows.sort("day", *LAYOUT.order)
        days = ordered.partition_by("day", maintain_order=True)
        with ThreadPoolExecutor(_WRITERS) as pool:
            files = list(pool.map(lambda day: self._table.write(day, day.item(0, "day")), days))
        metadata = {TOUCHED: json.dumps(spans_of(ordered))}
        version = self._table.commit(files, metadata=metadata, transaction=transaction)
        return self.version() if version is None else version

    def read(
        self,
        kits: Collection[str] | None = None,
        quantities: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Readings, each once.

        Parameters
        ----------
        kits, quantities : collection of str, optional
            Only these; an empty collection gives no readings, None gives all.
        start, end : int, optional
            Only instants in (start, end] [ms UTC], as deployments and windows are cut.
        version : int, optional
            The table as it was at that version.

        Returns
        -------
        polars.DataFrame
            Columns ``kit, quantity, instant, value, flag, received, simulated``, sorted by the first three; instants as
            datetimes (µs, UTC). Of several rows of one reading the one received last counts; where their values differ,
            its flag is at least *suspect*. The order in which they came, or lie on the disk, makes no difference.
        """
        return self.read_arrivals(kits, quantities, start, end, version).select(list(COLUMNS))

    def read_arrivals(
        self,
        kits: Collection[str] | None = None,
        quantities: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
        version: int | None = None,
    ) -> pl.DataFrame:
        """Readings as :meth:`read` gives them, and with ``conflict``: whether an instant came with different values."""
        snapshot = self._table.snapshot(version)
        files = _relevant(snapshot.files, kits, quantities, start, end)
        if files.is_empty():
            return pl.DataFrame(schema=STORED)
        rows = self._table.scan(files["path"].to_list()).filter(*_conditions(kits, quantities, start, end))
        return _resolved(rows)

    def last_instants(self, kits: Collection[str]) -> dict[str, int]:
        """When each kit took its newest reading [ms UTC]; kits without readings are not in it."""
        files = self._table.snapshot().files
        found: dict[str, int] = {}
        while not files.is_empty() and (left := set(kits) - set(found)):
            newest = files["partition.day"].max()
            of_day = _relevant(files.filter(pl.col("partition.day") == newest), left, None, None, None)
            files = files.filter(pl.col("partition.day") < newest)
            if of_day.is_empty():
                continue
            rows = self._table.scan(of_day["path"].to_list()).filter(pl.col("kit").is_in(sorted(left)))
            last = rows.group_by("kit").agg(pl.col("instant").max().dt.epoch("ms")).collect()
            found |= dict(last.iter_rows())
        return found

    def touched_since(self, version: int | None) -> Touched:
        """Which kits got readings, from when to when, after a version of the table.

        Parameters
        ----------
        version : int or None
            A version returned by :meth:`append`, :meth:`version` or an earlier :class:`Touched`; None means never.

        Returns
        -------
        Touched
            With the newest version, to ask from the next time. Where the log does not reach back, everything is
            touched. The spans hold the instants of the readings: a new one also changes how long the next one
            stands for, so widen them by the hold time.
        """
        return touched_since(self._table, version)

    def read_added(self, since: int, until: int) -> pl.DataFrame | None:
        """Rows that were appended after one version of the table and up to another, each reading once.

        Parameters
        ----------
        since, until : int
            Versions, as :attr:`Touched.version` tells them.

        Returns
        -------
        polars.DataFrame or None
            As :meth:`read_arrivals`, of these rows alone. None where the log no longer says which they are.
        """
        files = self._table.added_after(since, until)
        if files is None:
            return None
        if not files:
            return pl.DataFrame(schema=STORED)
        try:
            return _resolved(self._table.scan(files))
        except FileNotFoundError:
            return None

    def compact(self, today: date | None = None) -> int:
        """Rewrite days of many small files into few sorted ones, duplicates resolved; how many files went.

        Parameters
        ----------
        today : date, optional
            Days before it (UTC) are closed: they are rewritten whenever files can be merged. Others only when they have
            many small ones. The clock says when it is not given.

        Notes
        -----
        Reads give the same before and after. Appends may go on meanwhile: exactly the files that were read are
        replaced, in one commit a day. Replaced files stay on the disk, so that older versions can be read.
        """
        return compact(self._table, today or datetime.now(UTC).date())

    def _is_done(self, transaction: Transaction) -> bool:
        stored = self._table.transaction_version(transaction.app_id)
        return stored is not None and stored >= transaction.version


def _resolved(rows: pl.LazyFrame) -> pl.DataFrame:
    """Each reading once; where its values differed, its flag is at least suspect."""
    resolved = resolve(rows.select(list(STORED)).collect())
    suspect = pl.max_horizontal(pl.col("flag"), pl.lit(int(Flag.SUSPECT), pl.Int8))
    return resolved.with_columns(flag=pl.when("conflict").then(suspect).otherwise("flag")).select(list(STORED))


def _relevant(
    files: pl.DataFrame,
    kits: Collection[str] | None,
    quantities: Collection[str] | None,
    start: int | None,
    end: int | None,
) -> pl.DataFrame:
    """The files that may have such readings."""
    if files.is_empty():
        return files
    conditions = [pl.lit(value=True)]
    for column, names in (("kit", kits), ("quantity", quantities)):
        if names is not None:
            least, greatest = pl.col(f"min.{column}"), pl.col(f"max.{column}")
            inside = [(least <= name) & (greatest >= name) for name in sorted(set(names))]
            conditions.append(pl.any_horizontal(inside) if inside else pl.lit(value=False))
    if start is not None:
        conditions.append(pl.col("max.instant") > _instant(start))
    if end is not None:
        conditions.append(pl.col("min.instant") <= _instant(end))
    return files.filter(*conditions)


def _conditions(
    kits: Collection[str] | None, quantities: Collection[str] | None, start: int | None, end: int | None
) -> list[pl.Expr]:
    """The same, for rows."""
    conditions = [pl.lit(value=True)]
    for column, names in (("kit", kits), ("quantity", quantities)):
        if names is not None:
            conditions.append(pl.col(column).is_in(sorted(set(names))))
    if start is not None:
        conditions.append(pl.col("instant") > _instant(start))
    if end is not None:
        conditions.append(pl.col("instant") <= _instant(end))
    return conditions


def _instant(milliseconds: int) -> pl.Expr:
    return pl.lit(milliseconds * 1000, pl.Int64).cast(INSTANT)
