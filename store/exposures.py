"""What readings mean: exposures and exceedance episodes, every revision of them."""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from catalog.identifiers import ZoneId
from dsp.exposure import Exceedance, Exposure
from rules.decision import Assessment, ExposureKey, exposure_key
from store.revisions import INSTANT, PutResult, Recomputed, RevisedTable, Revisions, instant

__all__ = ["ExposureStore", "PutResult", "Recomputed", "Revisions"]

EXPOSURE_COLUMNS: dict[str, pl.DataType] = {
    "zone": pl.String(),
    "kit": pl.String(),
    "deployment": pl.String(),
    "quantity": pl.String(),
    "measure": pl.String(),
    "window_kind": pl.String(),
    "threshold": pl.Float64(),
    "start": INSTANT,
    "end": INSTANT,
    "day": pl.Date(),
    "value": pl.Float64(),
    "unit": pl.String(),
    "coverage": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "uncertainty": pl.Float64(),
    "u_instrument": pl.Float64(),
    "u_repeatability": pl.Float64(),
    "u_missing": pl.Float64(),
    "u_place": pl.Float64(),
    "at_start": INSTANT,
    "at_end": INSTANT,
    "whole": pl.Boolean(),
    "suspect": pl.Float64(),
    "simulated": pl.Boolean(),
    "limit": pl.Float64(),
    "limit_source": pl.String(),
    "rule": pl.String(),
    "level": pl.String(),
    "decision": pl.String(),
    "probability": pl.Float64(),
}
"""An exposure in a table; the key is what :data:`EXPOSURE_KEY` names. ``day`` is the local day the window starts on."""

_TAKEN_OVER = (
    *("zone", "kit", "deployment", "quantity", "threshold", "start", "end", "value", "unit", "coverage"),
    *("low", "high", "at_start", "at_end", "whole", "suspect", "simulated"),
)

EXPOSURE_KEY = ("zone", "kit", "deployment", "quantity", "measure", "window_kind", "threshold", "start")

EXCEEDANCE_COLUMNS: dict[str, pl.DataType] = {
    "zone": pl.String(),
    "kit": pl.String(),
    "deployment": pl.String(),
    "quantity": pl.String(),
    "limit": pl.Float64(),
    "start": INSTANT,
    "end": INSTANT,
    "unit": pl.String(),
    "peak": pl.Float64(),
    "mean": pl.Float64(),
    "dose": pl.Float64(),
    "cut": pl.Boolean(),
    "simulated": pl.Boolean(),
}
EXCEEDANCE_KEY = ("zone", "kit", "deployment", "quantity", "limit", "start")


class ExposureStore:
    """Exposures and exceedances, two Delta tables in one folder.

    Parameters
    ----------
    path : Path
        Folder that holds ``exposures`` and ``exceedances``; made when it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._exposures = RevisedTable(Path(path) / "exposures", EXPOSURE_COLUMNS, EXPOSURE_KEY)
        self._exceedances = RevisedTable(Path(path) / "exceedances", EXCEEDANCE_COLUMNS, EXCEEDANCE_KEY)

    def put(
        self,
        zone: ZoneId,
        exposures: Sequence[Exposure],
        governing: Mapping[ExposureKey, Assessment],
        *,
        timezone: str | None = None,
        readings_version: int | None = None,
        recomputed: Sequence[Recomputed] | None = None,
        at: int | None = None,
    ) -> PutResult:
        """Store the exposures of a zone that were computed anew.

        Parameters
        ----------
        zone : ZoneId
        exposures : sequence of Exposure
            All of that zone.
        governing : mapping of ExposureKey to Assessment
            The one limit to show beside an exposure; those without have none.
        timezone : str, optional
            IANA name of the establishment's time zone, for the local ``day`` of each row; without it that stays empty.
        readings_version : int, optional
            Version of the readings table they were computed from.
        recomputed : sequence of Recomputed, optional
            What the exposures replace, where it is not the whole zone: stored ones in it that are no longer there get a
            last, withdrawn revision. An empty sequence withdraws nothing.
        at : int, optional
            When they were computed [ms UTC]; the clock says when it is not given.
        """
        rows = exposure_rows(exposures, governing, timezone)
        _of_zone(rows, zone)
        spans = [Recomputed(zone)] if recomputed is None else recomputed
        return self._exposures.put(rows, spans, _now() if at is None else at, readings_version)

    def put_exceedances(
        self,
        zone: ZoneId,
        exceedances: Sequence[Exceedance],
        *,
        readings_version: int | None = None,
        recomputed: Sequence[Recomputed] | None = None,
        at: int | None = None,
    ) -> PutResult:
        """Store the exceedance episodes of a zone that were computed anew; see :meth:`put`."""
        rows = exceedance_rows(exceedances)
        _of_zone(rows, zone)
        spans = [Recomputed(zone)] if recomputed is None else recomputed
        return self._exceedances.put(rows, spans, _now() if at is None else at, readings_version)

    def read(
        self,
        zones: Collection[str] | None = None,
        *,
        quantities: Collection[str] | None = None,
        measures: Collection[str] | None = None,
        window_kinds: Collection[str] | None = None,
        kits: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
        revisions: Revisions = Revisions.CURRENT,
    ) -> pl.DataFrame:
        """Exposures as a table, sorted by :data:`EXPOSURE_KEY`.

        Parameters
        ----------
        zones, quantities, measures, window_kinds, kits : collection of str, optional
            Only these; an empty collection gives nothing, None gives all.
        start, end : int, optional
            Only windows that meet (start, end] [ms UTC].
        revisions : Revisions
            CURRENT leaves out earlier revisions and what was withdrawn.

        Returns
        -------
        polars.DataFrame
            :data:`EXPOSURE_COLUMNS`, ``revision``, ``withdrawn``, ``computed_at`` and ``readings_version``.
        """
        named = {"quantity": quantities, "measure": measures, "window_kind": window_kinds, "kit": kits}
        return self._exposures.read(_named(named), _zones(zones), revisions).filter(_meets(start, end))

    def read_exceedances(
        self,
        zones: Collection[str] | None = None,
        *,
        quantities: Collection[str] | None = None,
        kits: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
        revisions: Revisions = Revisions.CURRENT,
    ) -> pl.DataFrame:
        """Exceedance episodes as a table: :data:`EXCEEDANCE_COLUMNS` and what :meth:`read` adds."""
        condition = _named({"quantity": quantities, "kit": kits})
        return self._exceedances.read(condition, _zones(zones), revisions).filter(_meets(start, end))

    def revisions_of(self, keys: Iterable[ExposureKey]) -> dict[ExposureKey, int]:
        """The current revision of each exposure; one that is not stored has none."""
        wanted = {_stored_key(key): key for key in keys}
        if not wanted:
            return {}
        zones = {key.zone for key in wanted.values()}
        starts = [key.start for key in wanted.values()]
        inside = pl.col("start").is_between(instant(min(starts)), instant(max(starts)))
        rows = self._exposures.read(inside, set(zones), Revisions.CURRENT)
        milliseconds = pl.col("start").dt.epoch("ms")
        found = rows.select(*EXPOSURE_KEY[:-1], milliseconds, "revision").iter_rows()
        return {wanted[row[:-1]]: row[-1] for row in found if row[:-1] in wanted}


def exposure_rows(
    exposures: Sequence[Exposure], governing: Mapping[ExposureKey, Assessment], timezone: str | None
) -> pl.DataFrame:
    """Exposures as rows of the table."""
    columns = _columns(exposures, _TAKEN_OVER)
    columns["measure"] = [e.measure.value for e in exposures]
    columns["window_kind"] = [e.window_kind.value for e in exposures]
    parts = [e.uncertainty for e in exposures]
    columns["uncertainty"] = [None if u is None else u.combined for u in parts]
    for name in ("instrument", "repeatability", "missing", "place"):
        columns[f"u_{name}"] = [None if u is None else getattr(u, name) for u in parts]
    shown = [governing.get(exposure_key(e)) for e in exposures] if governing else [None] * len(exposures)
    for name in ("limit", "limit_source", "rule", "level", "probability"):
        columns[name] = [None if a is None else getattr(a, name) for a in shown]
    columns["decision"] = [None if a is None else a.decision.value for a in shown]
    columns["day"] = [None] * len(exposures) if timezone is None else _local_days(columns["start"], timezone)
    return _frame(columns, EXPOSURE_COLUMNS)


def exceedance_rows(exceedances: Sequence[Exceedance]) -> pl.DataFrame:
    """Episodes as rows of the table."""
    return _frame(_columns(exceedances, tuple(EXCEEDANCE_COLUMNS)), EXCEEDANCE_COLUMNS)


def _columns(things: Sequence[Exposure] | Sequence[Exceedance], names: tuple[str, ...]) -> dict[str, list[object]]:
    values = zip(*map(attrgetter(*names), things), strict=True) if things else ([] for _ in names)
    return {name: list(column) for name, column in zip(names, values, strict=True)}


def _frame(columns: Mapping[str, list[object]], kinds: Mapping[str, pl.DataType]) -> pl.DataFrame:
    plain = {name: pl.Int64() if kind == INSTANT else kind for name, kind in kinds.items()}
    frame = pl.DataFrame({name: columns[name] for name in kinds}, schema=plain)
    return frame.with_columns((pl.col(name) * 1000).cast(INSTANT) for name, kind in kinds.items() if kind == INSTANT)


def _local_days(starts: Sequence[object], timezone: str) -> list[object]:
    zone = ZoneInfo(timezone)
    day = cache(lambda start: datetime.fromtimestamp(start / 1000, zone).date())
    return [day(start) for start in starts]


def _stored_key(key: ExposureKey) -> tuple[object, ...]:
    threshold = None if key.threshold == float("-inf") else key.threshold
    names = (key.zone, key.kit, key.deployment, key.quantity, key.measure, key.window_kind)
    return (*names, threshold, key.start)


def _of_zone(rows: pl.DataFrame, zone: ZoneId) -> None:
    others = sorted(set(rows["zone"].unique()) - {zone})
    if others:
        raise ValueError(f"rows of {', '.join(others)} in what was computed for {zone}; put each zone by itself")


def _zones(zones: Collection[str] | None) -> set[str] | None:
    return None if zones is None else set(zones)


def _named(wanted: Mapping[str, Collection[str] | None]) -> pl.Expr:
    conditions = [pl.col(name).is_in(sorted(values)) for name, values in wanted.items() if values is not None]
    return pl.all_horizontal(pl.lit(value=True), *conditions)


def _meets(start: int | None, end: int | None) -> pl.Expr:
    condition = pl.lit(value=True)
    if start is not None:
        condition &= pl.col("end") > instant(start)
    if end is not None:
        condition &= pl.col("start") < instant(end)
    return condition


def _now() -> int:
    return time.time_ns() // 1_000_000
