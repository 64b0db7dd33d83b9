"""Shifts under way: from the stored rows to what an engineer's page shows."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from catalog.identifiers import KitId, QuantityId
from catalog.kits import Kit
from catalog.quantities import Quantity, quantities
from dashboards.portal.shown import LiveShown, LiveStanding
from dashboards.words import Words
from store.live import STALE_AFTER


def live_of(frame: pl.DataFrame, kits: Mapping[KitId, Kit], words: Words, now: int) -> list[LiveShown]:
    """Every row of a frame of :data:`store.live.LIVE_SCHEMA`."""
    instants = frame.with_columns(pl.col(name).dt.epoch("ms") for name in ("since", "until", "newest"))
    return [_shown(row, kits, words, now) for row in instants.iter_rows(named=True)]


def _shown(row: dict[str, Any], kits: Mapping[KitId, Kit], words: Words, now: int) -> LiveShown:
    quantity = quantities()[QuantityId(row["quantity"])]
    known = kits.get(KitId(row["kit"]))
    since = [round(each["episode_since"].timestamp() * 1000) for each in row["limits"] if each["episode_since"]]
    return LiveShown(
        quantity,
        known.label if known is not None else row["kit"],
        row["since"],
        row["newest"],
        row["coverage"],
        row["mean"],
        row["max_15min"],
        row["max_1h"],
        ", ".join(_beyond(each, quantity, words) for each in row["limits"] if each["seconds"]),
        min(since, default=None),
        row["simulated"],
        _standing(row, now),
    )


def _standing(row: dict[str, Any], now: int) -> LiveStanding:
    if row["until"] <= now:
        return LiveStanding.ENDED
    stale = row["newest"] is None or row["newest"] < now - STALE_AFTER
    return LiveStanding.STALE if stale else LiveStanding.UNDER_WAY


def _beyond(limit: dict[str, Any], quantity: Quantity, words: Words) -> str:
    sign = ">" if limit["direction"] == "above" else "<"
    value = words.plain(limit["limit"], max(quantity.decimals, 2))
    colon = words.pick("\N{NO-BREAK SPACE}: ", ": ")
    return f"{sign}\N{NO-BREAK SPACE}{value}\N{NO-BREAK SPACE}{quantity.unit}{colon}{words.duration(limit['seconds'])}"
