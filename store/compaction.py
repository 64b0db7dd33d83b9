"""From many small files to few sorted ones, day by day, while appends go on."""

from collections.abc import Iterator
from datetime import date
from typing import cast

import polars as pl

from store.delta import Change, DurableTable, NewFile
from store.duplicates import resolve
from store.durability import exclusive
from store.reading_rows import STORED
from store.touched import REARRANGED

_OPEN_DAY_FILES = 32
"""Small files a day still being written may have before they are merged."""

_SMALL = 500_000
"""Rows below which a file of an open day is merged again; above, it waits for the day to close."""

_ROWS_AT_ONCE = 6_000_000
"""Rows held in memory at a time (0.5 GB); a larger day is rewritten a group of kits at a time."""


def compact(table: DurableTable, today: date) -> int:
    """Merge what can be merged; see :meth:`store.readings.ReadingStore.compact`."""
    went = 0
    # Alone: two that replaced the same files would each add them again (reads would resolve it, disk would not).
    with exclusive(table.path / "_compaction.lock"):
        for day, files in _by_day(table.snapshot().files):
            for group in _worth_merging(day, files, today):
                table.commit(
                    _rewrite(table, day, group), removed=group, change=Change.ARRANGEMENT, metadata={REARRANGED: "yes"}
                )
                went += len(group)
        if went:
            table.tidy()
    return went


def _by_day(files: pl.DataFrame) -> Iterator[tuple[date, pl.DataFrame]]:
    if files.is_empty():
        return
    for (day,), of_day in files.sort("partition.day").partition_by("partition.day", as_dict=True).items():
        yield cast(date, day), of_day


def _worth_merging(day: date, files: pl.DataFrame, today: date) -> list[pl.DataFrame]:
    if day >= today:
        small = files.filter(pl.col("num_records") < _SMALL)
        return [small] if len(small) >= _OPEN_DAY_FILES else []
    return [group for group in _packed(_overlapping(files)) if len(group) > 1]


def _packed(groups: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Neighbouring groups together, as long as their rows fit in memory."""
    packs: list[pl.DataFrame] = []
    for group in groups:
        if packs and _rows(packs[-1]) + _rows(group) <= _ROWS_AT_ONCE:
            packs[-1] = pl.concat([packs[-1], group])
        else:
            packs.append(group)
    return packs


def _overlapping(files: pl.DataFrame) -> list[pl.DataFrame]:
    """Files in groups that have no kit in common with one another, so that what is merged already stays as it is."""
    ordered = files.sort("min.kit", "max.kit")
    reach = pl.col("max.kit").rank("dense").cum_max()  # ranks: names have no running maximum
    ordered = ordered.with_columns(_reach=reach)
    names = ordered["max.kit"].unique().sort()
    furthest = pl.Series([names[rank - 1] for rank in ordered["_reach"].to_list()])
    starts = (ordered["min.kit"] > furthest.shift(1)).fill_null(value=True)
    ordered = ordered.with_columns(_group=starts.cum_sum()).drop("_reach")
    return [group.drop("_group") for group in ordered.partition_by("_group", maintain_order=True)]


def _rows(files: pl.DataFrame) -> int:
    return int(files["num_records"].sum())


def _rewrite(table: DurableTable, day: date, files: pl.DataFrame) -> list[NewFile]:
    rows = table.scan(files["path"].to_list()).select(list(STORED))
    if _rows(files) <= _ROWS_AT_ONCE:
        return [table.write(resolve(rows.collect()), day)]
    counts = rows.group_by("kit").agg(pl.len()).collect().sort("kit")
    groups = counts.with_columns(part=(pl.col("len").cum_sum() - 1) // _ROWS_AT_ONCE).partition_by("part")
    return [
        table.write(resolve(rows.filter(pl.col("kit").is_in(kits["kit"].to_list())).collect()), day) for kits in groups
    ]
