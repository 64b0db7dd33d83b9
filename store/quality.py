"""What the quality tests found: runs of flagged readings, as the last computation saw them, with their history."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy.orm import Session

from catalog.identifiers import DeploymentId, KitId, QuantityId, ZoneId
from dsp.quality.runs import MarkedRuns
from store.revisions import INSTANT, PutResult, Recomputed, RevisedTable, Revisions, instant
from store.scope import Scope

QUALITY_COLUMNS: dict[str, pl.DataType] = {
    "zone": pl.String(),
    "kit": pl.String(),
    "deployment": pl.String(),
    "quantity": pl.String(),
    "test": pl.String(),
    "parameters": pl.String(),
    "flag": pl.Int64(),
    "start": INSTANT,
    "end": INSTANT,
    "readings": pl.Int64(),
    "simulated": pl.Boolean(),
}
"""A run of flagged readings; ``start`` and ``end`` are the instants of the first and of the last."""

QUALITY_KEY = ("zone", "kit", "deployment", "quantity", "test", "parameters", "start")


@dataclass(frozen=True, slots=True)
class QualityMark:
    """Runs of readings one test flagged, and whose they are."""

    zone: ZoneId
    kit: KitId
    deployment: DeploymentId
    quantity: QuantityId
    runs: MarkedRuns
    simulated: bool


class QualityStore:
    """The table of flagged readings, beside the exposures that rest on them.

    Parameters
    ----------
    path : Path
        Folder of the exposures; the table is in its folder ``quality``.
    """

    def __init__(self, path: Path) -> None:
        self._table = RevisedTable(Path(path) / "quality", QUALITY_COLUMNS, QUALITY_KEY)

    def put(
        self, zone: ZoneId, marks: Iterable[QualityMark], *, at: int, readings_version: int | None = None
    ) -> PutResult:
        """Replace what was found in a zone.

        Parameters
        ----------
        marks : iterable of QualityMark
            All of that zone.
        at : int
            When they were computed [ms UTC].
        readings_version : int, optional
            Version of the readings table they were computed from.
        """
        return self._table.put(mark_rows(marks), [Recomputed(zone)], at, readings_version)

    def read(
        self,
        scope: Scope,
        session: Session,
        *,
        zones: Collection[str] | None = None,
        start: int | None = None,
        end: int | None = None,
    ) -> pl.DataFrame:
        """Flagged readings as a table, sorted by :data:`QUALITY_KEY`.

        Parameters
        ----------
        scope : Scope
            For whom. An employer sees none: a run tells the minute at which somebody was there.
        session : Session
            Of the database that knows the zones.
        zones : collection of str, optional
            Only these of the scope.
        start, end : int, optional
            Only runs that meet (start, end] [ms UTC].
        """
        visible = frozenset() if scope.is_outside else scope.zone_ids(session)
        wanted = {str(zone) for zone in visible if zones is None or zone in zones}
        rows = self._table.read(pl.lit(value=True), wanted, Revisions.CURRENT)
        if start is not None:
            rows = rows.filter(pl.col("end") > instant(start))
        if end is not None:
            rows = rows.filter(pl.col("start") <= instant(end))
        return rows.select(list(QUALITY_COLUMNS))


def mark_rows(marks: Iterable[QualityMark]) -> pl.DataFrame:
    """Marks as rows of the table, one a run."""
    return pl.concat([pl.DataFrame(schema=QUALITY_COLUMNS), *(_rows(mark) for mark in marks)])


def _rows(mark: QualityMark) -> pl.DataFrame:
    runs = mark.runs
    said = {"zone": mark.zone, "kit": mark.kit, "deployment": mark.deployment, "quantity": mark.quantity}
    same = {**said, "test": runs.test.value, "parameters": runs.parameters, "simulated": mark.simulated}
    own = {"flag": runs.flags, "start": runs.first, "end": runs.last, "readings": runs.readings}
    instants = ((pl.col(name) * 1000).cast(INSTANT) for name in ("start", "end"))
    constants = {name: pl.lit(value, QUALITY_COLUMNS[name]) for name, value in same.items()}
    frame = pl.DataFrame(own).with_columns(pl.col("flag").cast(pl.Int64), *instants, **constants)
    return frame.select(list(QUALITY_COLUMNS))
