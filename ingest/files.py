"""Readings from CSV and Parquet files: checked whole before the first is handed out, in chunks of bounded memory."""

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np
import polars as pl

from catalog.identifiers import KitId
from catalog.readings import Flag, ReadingColumns
from ingest.file_errors import BadCell, FileImportError, UnreadableCellsError
from ingest.filerows import Chunk, RowReader
from ingest.files_report import KEPT_CELLS, ImportReport
from ingest.mapping import FileMapping, Hints
from ingest.mapping_toml import load_mapping, mapping_text
from ingest.plan import ImportPlan, plan_import

__all__ = [
    "BadCells",
    "FileReading",
    "ImportChunk",
    "read_file",
    "read_mapping",
    "suggest_mapping",
]

KEPT_BYTES = 192 << 20
"""Parsed rows kept from the check for handing out [bytes]; a longer file is parsed a second time."""


class BadCells(Enum):
    """What to do with cells that can be read neither as a value nor as missing."""

    STOP = "stop"
    """Import nothing and say where they are."""
    SKIP = "skip"
    """Leave them out, count and list them."""


@dataclass(frozen=True, slots=True)
class ImportChunk:
    """Some readings of a file.

    Attributes
    ----------
    frame : polars.DataFrame
        Columns kit, quantity (str), instant [ms UTC, int64], value (float64, catalog unit), flag (int8),
        received [ms UTC, int64], simulated (bool).
    rows : int
        Rows of the file they come from.
    """

    frame: pl.DataFrame
    rows: int

    def columns(self) -> ReadingColumns:
        """The same readings as plain lists."""
        return ReadingColumns(**{name: self.frame[name].to_list() for name in self.frame.columns})


def read_mapping(path: Path) -> FileMapping:
    """Read a mapping file; raises MappingError, whose message names the file and the key."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FileImportError(f"{path.name}: there is no such mapping file in {path.parent}") from error
    except UnicodeDecodeError as error:
        raise FileImportError(f"{path.name}: is not UTF-8 text; save the mapping as UTF-8") from error
    return load_mapping(text, path.name)


def suggest_mapping(path: Path, mapping: FileMapping | None = None, hints: Hints | None = None) -> str:
    """Text of a mapping file for a file of readings, with everything that was found out: a start for one's own.

    Raises
    ------
    FileImportError
        As :func:`read_file`.
    """
    plan = plan_import(path, (hints or Hints()).applied_to(mapping or FileMapping()))
    return mapping_text(plan.mapping)


def read_file(
    path: Path,
    mapping: FileMapping | None = None,
    kit: KitId | None = None,
    *,
    received: int,
    hints: Hints | None = None,
    bad_cells: BadCells = BadCells.STOP,
    rejects: Path | None = None,
    simulated: bool = False,
    progress: Callable[[int], None] | None = None,
) -> "FileReading":
    """Read a file of readings.

    The whole file is checked before this returns, so nothing has to be taken back when its last row is bad.

    Parameters
    ----------
    path : Path
        CSV (UTF-8, UTF-16, cp1252…; plain, gz, bz2 or xz) or Parquet.
    mapping : FileMapping, optional
        Without one, layout, time and columns are found in the file.
    kit : KitId, optional
        Goes before the mapping's.
    received : int
        Instant of the import [ms UTC].
    hints : Hints, optional
        What the command line says; goes before the mapping.
    bad_cells : BadCells
    rejects : Path, optional
        With ``BadCells.SKIP``: a CSV of every cell left out is written here.
    simulated : bool
        Marks readings no sensor made.
    progress : callable, optional
        Told the bytes of text read so far.

    Returns
    -------
    FileReading
        Iterate over it for the chunks; its ``report`` is complete from the start.

    Raises
    ------
    FileImportError
        When the file is no table of readings, lacks a column, or has no usable row.
    QuestionError
        When it could be read in more than one way.
    UnreadableCellsError
        When cells are unreadable and ``bad_cells`` is STOP.
    """
    complete = (hints or Hints()).applied_to(mapping or FileMapping())
    plan = plan_import(path, complete)
    name = kit or complete.kit
    if not name:
        raise FileImportError(
            f"{path.name}: which kit do these readings come from? Say it with --kit, or kit = in a mapping"
        )
    reading = FileReading(plan, KitId(name), received, simulated)
    reading.check(bad_cells, rejects, progress)
    return reading


class FileReading:
    """A checked file, ready to be handed out in chunks.

    Attributes
    ----------
    plan : ImportPlan
    report : ImportReport
    """

    def __init__(self, plan: ImportPlan, kit: KitId, received: int, simulated: bool) -> None:
        self.plan = plan
        self.kit = kit
        self.received = received
        self.simulated = simulated
        self.report = ImportReport(plan.file, tuple(column.name for column in plan.columns), plan.ignored, plan.notes)
        self._kept: list[Chunk] | None = []
        self._seen = _state(plan.path)

    def check(self, bad_cells: BadCells, rejects: Path | None, progress: Callable[[int], None] | None) -> None:
        """Read the whole file once: the report is complete after it, and what must stop the import has been raised."""
        kept_bytes = 0
        written = _Rejects(rejects if bad_cells is BadCells.SKIP else None)
        reader = RowReader(self.plan, listed=KEPT_CELLS if written.path is None else sys.maxsize)
        for chunk in reader.chunks(progress):
            self.report.count(chunk)
            written.add(chunk.bad_cells)
            kept_bytes += chunk.size
            if kept_bytes > KEPT_BYTES:
                self._kept = None
            if self._kept is not None:
                self._kept.append(chunk)
        if self.report.bad and bad_cells is BadCells.STOP:
            raise UnreadableCellsError(self.plan.file, self.report.bad, self.report.bad_count)
        if not self.report.readings:
            missing = "no row has a value" if self.report.rows else "has a header and no rows"
            raise FileImportError(f"{self.plan.file}: {missing}; expected rows of readings")

    def __iter__(self) -> Iterator[ImportChunk]:
        if self._kept is not None:
            chunks: Iterator[Chunk] = iter(self._kept)
        else:
            chunks = RowReader(self.plan, listed=0).chunks(None)
        for chunk in chunks:
            if _state(self.plan.path) != self._seen:
                raise FileImportError(f"{self.plan.file}: changed while it was imported; import it again")
            if chunk.rows:
                yield ImportChunk(self._frame(chunk), chunk.rows)

    def _frame(self, chunk: Chunk) -> pl.DataFrame:
        parts = []
        for column, values in zip(self.plan.columns, chunk.values, strict=True):
            there = ~np.isnan(values)
            kept = values[there]
            possible = (kept >= column.low) & (kept <= column.high)
            parts.append(
                pl.DataFrame({"instant": chunk.instants[there], "value": kept, "possible": possible}).select(
                    pl.lit(column.quantity).alias("quantity"),
                    "instant",
                    "value",
                    pl.when("possible").then(int(Flag.GOOD)).otherwise(int(Flag.BAD)).cast(pl.Int8).alias("flag"),
                )
            )
        return pl.concat(parts).select(
            pl.lit(str(self.kit)).alias("kit"),
            "quantity",
            "instant",
            "value",
            "flag",
            pl.lit(self.received, dtype=pl.Int64).alias("received"),
            pl.lit(self.simulated).alias("simulated"),
        )


def _state(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


class _Rejects:
    """The file of cells left out; written only when there are any."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._begun = False

    def add(self, cells: tuple[BadCell, ...]) -> None:
        if self.path is None or not cells:
            return
        with self.path.open("a" if self._begun else "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            if not self._begun:
                writer.writerow(("line", "column", "text", "problem"))
            writer.writerows((cell.line, cell.column, cell.text, cell.problem) for cell in cells)
        self._begun = True
