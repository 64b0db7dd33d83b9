"""Shifts under way: from the stored rows to what an engineer's page shows."""

from typing import Any

import polars as pl

from catalog.identifiers import KitId, QuantityId
from catalog.quantities import Quantity, quantities
from dashboards.portal.shown import LiveShown
from dashboards.words import Words


def live_of(frame: pl.DataFrame, words: Words) -> list[LiveShown]:
    """Every row of a frame of :data:`store.live.LIVE_SCHEMA`."""
    instants = frame.with_columns(pl.col(name).dt.epoch("ms") for name in ("since", "newest"))
    return [_shown(row, words) for row in instants.iter_rows(named=True)]


def _shown(row: dict[str, Any], words: Words) -> LiveShown:
    quantity = quantities()[QuantityId(row["quantity"])]
    since = [round(each["episode_since"].timestamp() * 1000) for each in row["limits"] if each["episode_since"]]
    return LiveShown(
        quantity,
        KitId(row["kit"]),
        row["since"],
        row["newest"],
        row["coverage"],
        row["mean"],
        row["max_15min"],
        row["max_1h"],
        ", ".join(_beyond(each, quantity, words) for each in row["limits"] if each["seconds"]),
        min(since, default=None),
        row["simulated"],
    )


def _beyond(limit: dict[str, Any], quantity: Quantity, words: Words) -> str:
    sign = ">" if limit["direction"] == "above" else "<"
    value = words.plain(limit["limit"], max(quantity.decimals, 2))
    return f"{sign}\N{NO-BREAK SPACE}{value}\N{NO-BREAK SPACE}{quantity.unit}: {words.duration(limit['seconds'])}"
