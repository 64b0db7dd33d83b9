"""Which readings are new since a version of the table, so that only what they touch is computed again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from store.delta import DurableTable

TOUCHED = "vigie.touched"
"""Name of the commit's own record of what it appended; written in the same step as the rows."""

REARRANGED = "vigie.rearranged"
"""Name under which a commit says that it moved rows between files and changed none."""

_MOST_COMMITS = 5_000
"""Log entries worth reading one by one (0.5 s); beyond, everything counts as touched."""


class Span(NamedTuple):
    """Readings of one kit, first and last instant [ms UTC], both of them readings."""

    kit: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Touched:
    """What was appended up to a version.

    Attributes
    ----------
    version : int
    spans : list of Span
        Sorted by kit and start; those of one kit do not overlap.
    """

    version: int
    spans: list[Span]


def spans_of(rows: pl.DataFrame) -> list[Span]:
    """The spans of rows that are about to be appended: one a kit for days without a hole between them."""
    daily = rows.group_by("kit", "day").agg(
        pl.col("instant").min().dt.epoch("ms").alias("start"), pl.col("instant").max().dt.epoch("ms").alias("end")
    )
    spans: list[Span] = []
    last = None
    for kit, day, start, end in daily.sort("kit", "day").iter_rows():
        if last is not None and spans[-1].kit == kit and (day - last).days == 1:
            spans[-1] = Span(kit, spans[-1].start, end)
        else:
            spans.append(Span(kit, start, end))
        last = day
    return spans


def touched_since(table: DurableTable, version: int | None) -> Touched:
    """What was appended to a readings table after a version; see :meth:`store.readings.ReadingStore.touched_since`."""
    newest = table.version()
    if version is None or version > newest or newest - version > _MOST_COMMITS:
        return _everything(table)
    spans: list[Span] = []
    for info in table.commits_after(version, newest):
        recorded = _recorded(info)
        if recorded is None:
            return _everything(table)
        spans += recorded
    return Touched(newest, _merged(spans))


def _recorded(info: Mapping[str, object] | None) -> list[Span] | None:
    """What a commit says it appended; None when it does not say."""
    if info is None:
        return None
    if REARRANGED in info or info.get("operation") == "CREATE TABLE":
        return []
    if TOUCHED not in info:
        return None
    return [Span(*span) for span in json.loads(str(info[TOUCHED]))]


def _everything(table: DurableTable) -> Touched:
    snapshot = table.snapshot()
    if snapshot.files.is_empty():
        return Touched(snapshot.version, [])
    milliseconds = pl.col("instant").dt.epoch("ms")
    rows = table.scan(snapshot.files["path"].to_list()).group_by("kit")
    extent = rows.agg(milliseconds.min().alias("start"), milliseconds.max().alias("end")).collect()
    return Touched(snapshot.version, [Span(*row) for row in extent.sort("kit").iter_rows()])


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and merged[-1].kit == span.kit and span.start <= merged[-1].end:
            merged[-1] = Span(span.kit, merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
