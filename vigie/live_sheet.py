"""The shifts under way as rows and as a table for a person."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from catalog.quantities import quantity as quantity_named
from catalog.suggest import did_you_mean
from store.live import SHOWN_AFTER, STALE_AFTER
from store.registry import load
from store.scope import Scope
from vigie.errors import UsageError
from vigie.output import Sheet, cell
from vigie.times import as_datetime, now
from vigie.workspace import Workspace


def live_frame(place: Workspace, kit: str | None, zone: str | None, quantity: str | None) -> pl.DataFrame:
    """Shifts under way, or over since the last computation, and their quantities.

    Returns
    -------
    polars.DataFrame
        :data:`store.live.LIVE_SCHEMA` and ``standing``: ``under way``, ``stale`` or ``ended``.
    """
    registry = load(place.database, Scope.service())
    _known("--zone", zone, registry.zones)
    _known("--kit", kit, registry.kits)
    if quantity is not None:
        quantity = quantity_named(quantity).id
    at = as_datetime(now())
    stale = pl.col("newest").is_null() | (pl.col("newest") < at - timedelta(milliseconds=STALE_AFTER))
    standing = pl.when(pl.col("until") <= at).then(pl.lit("ended")).when(stale).then(pl.lit("stale"))
    frame = place.live.values().with_columns(standing.otherwise(pl.lit("under way")).alias("standing"))
    frame = frame.filter(pl.col("until") > at - timedelta(milliseconds=SHOWN_AFTER))
    for name, wanted in (("kit", kit), ("zone", zone), ("quantity", quantity)):
        if wanted is not None:
            frame = frame.filter(pl.col(name) == wanted)
    return frame


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """The limits as text, for files that hold no lists."""
    texts = [_limits(row["limits"]) for row in frame.iter_rows(named=True)]
    return frame.with_columns(pl.Series("limits", texts, pl.String()))


def live_sheet(frame: pl.DataFrame, timezone: str) -> Sheet:
    """One line a quantity of an open shift, local time."""
    zone = ZoneInfo(timezone)
    rows = [
        [
            row["zone"],
            row["kit"],
            row["quantity"],
            cell(row["since"], zone),
            cell(row["newest"], zone),
            f"{100 * row['coverage']:.0f} %",
            cell(row["mean"], zone),
            cell(row["max_15min"], zone),
            cell(row["max_1h"], zone),
            row["unit"],
            _limits(row["limits"]),
            _open(row["limits"], zone),
            _standing(row, zone),
        ]
        for row in frame.iter_rows(named=True)
    ]
    simulated = ", SIMULATED READINGS" if frame["simulated"].any() else ""
    columns = ["zone", "kit", "quantity", "since", "newest", "seen", "mean", "max 15 min", "max 1 h", "unit"]
    return Sheet(f"Shifts under way{simulated}", [*columns, "beyond limits", "episode since", "standing"], rows)


def _limits(limits: list[dict[str, object]]) -> str:
    said = [f"{each['direction']} {each['limit']:g}: {_minutes(each['seconds'])}" for each in limits if each["seconds"]]
    return ", ".join(said) or "–"


def _standing(row: dict[str, object], zone: ZoneInfo) -> str:
    if row["standing"] == "ended":
        return "ended, computed at next compute"
    if row["standing"] == "stale":
        return f"stale: stands at {cell(row['newest'], zone)}" if row["newest"] else "no reading yet"
    return "under way"


def _minutes(seconds: object) -> str:
    return f"{float(str(seconds)) / 60:.1f} min"


def _open(limits: list[dict[str, object]], zone: ZoneInfo) -> str:
    since = [each["episode_since"] for each in limits if isinstance(each["episode_since"], datetime)]
    return cell(min(since), zone) if since else "–"


def _known(option: str, name: str | None, known: Collection[str]) -> None:
    if name is not None and name not in known:
        raise UsageError(f'{option} is "{name}"; none of that name is registered; {did_you_mean(name, known)}')
