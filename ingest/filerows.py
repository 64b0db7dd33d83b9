"""Rows of text → instants and values in catalog units, with every cell that cannot be read told by line and column."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.cells import Numbers, check_numbers, parse_numbers
from ingest.csvrows import Rows, parquet_rows, text_rows
from ingest.file_errors import BadCell, FileImportError, shown_cell
from ingest.plan import ImportPlan, PlannedColumn
from ingest.rowtimes import RowTimes
from ingest.sniff import FileKind


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows of a file as numbers.

    Attributes
    ----------
    instants : array of int [ms UTC]
    values : tuple of array of float
        One a planned column, in the catalog's unit; NaN where a row has none.
    missing, impossible : tuple of int
        One a planned column.
    bad_cells : tuple of BadCell
        In order of line; the first of them when the reader lists no more.
    bad_count : int
        All of them.
    blank_rows, repeated_headers : int
    """

    instants: NDArray[np.int64]
    values: tuple[NDArray[np.float64], ...]
    missing: tuple[int, ...]
    impossible: tuple[int, ...]
    bad_cells: tuple[BadCell, ...]
    bad_count: int
    blank_rows: int
    repeated_headers: int

    @property
    def rows(self) -> int:
        """Rows with an instant."""
        return int(self.instants.size)

    @property
    def size(self) -> int:
        """Memory of the numbers [bytes]."""
        return int(self.instants.nbytes + sum(values.nbytes for values in self.values))


class RowReader:
    """Reads one file from its first row to its last, following a plan.

    Parameters
    ----------
    plan : ImportPlan
    listed : int
        Bad cells a chunk tells one by one; the rest are counted.
    """

    def __init__(self, plan: ImportPlan, listed: int) -> None:
        self._plan = plan
        self._listed = listed
        self._times = RowTimes(plan, listed)

    def chunks(self, progress: Callable[[int], None] | None) -> Iterator[Chunk]:
        """All rows of the file.

        Raises
        ------
        QuestionError
            When the rows do not say which of October's two hours they mean.
        """
        plan = self._plan
        indices = (*plan.time_indices, *(column.index for column in plan.columns))
        if plan.kind is FileKind.PARQUET:
            pieces = parquet_rows(plan.path, plan.names, indices, progress)
        else:
            pieces = text_rows(plan.path, plan.mapping.layout, len(plan.names), indices, progress)
        for rows in pieces:
            yield self._chunk(rows)
        self._times.finish()

    def _chunk(self, rows: Rows) -> Chunk:
        when = self._times.instants(rows)
        bad = [*rows.misfits[: self._listed], *when.bad]
        bad_count = len(rows.misfits) + when.bad_count
        values, missing, impossible = [], [], []
        for column in self._plan.columns:
            numbers = self._numbers(rows.cells[str(column.index)], column)
            where = np.flatnonzero(numbers.bad & ~when.unused)
            bad += self._bad_values(rows, column, where[: self._listed])
            bad_count += where.size
            kept = numbers.values[when.known]
            if column.way.factor != 1.0 or column.way.offset != 0.0:
                kept = kept * column.way.factor + column.way.offset
            values.append(kept)
            missing.append(int(np.count_nonzero(np.isnan(kept) & ~numbers.bad[when.known])))
            impossible.append(int(np.count_nonzero((kept < column.low) | (kept > column.high))))
        return Chunk(
            instants=when.instants[when.known],
            values=tuple(values),
            missing=tuple(missing),
            impossible=tuple(impossible),
            bad_cells=tuple(sorted(bad, key=lambda cell: cell.line)[: self._listed]),
            bad_count=bad_count,
            blank_rows=rows.blank_rows + when.blank_rows,
            repeated_headers=when.repeated_headers,
        )

    def _numbers(self, cells: pl.Series, column: PlannedColumn) -> Numbers:
        if cells.dtype == pl.String:
            return parse_numbers(cells, self._plan.mapping.layout.decimal or ".", column.markers)
        if not cells.dtype.is_numeric():
            kind = f"{self._plan.file}: column {column.name} holds {cells.dtype}"
            raise FileImportError(f"{kind}; expected numbers in {column.unit}")
        values = cells.cast(pl.Float64).fill_null(np.nan).to_numpy()
        return check_numbers(values, cells.is_null().to_numpy(), column.markers)

    def _bad_values(self, rows: Rows, column: PlannedColumn, where: NDArray[np.int64]) -> list[BadCell]:
        texts = rows.cells[str(column.index)].gather(where).cast(pl.String).to_list() if where.size else []
        found = []
        for at, text in zip(where.tolist(), texts, strict=True):
            mend = f"(use --missing {_as_argument(text)} to read it as missing)"
            other = {".": ",", ",": "."}[self._plan.mapping.layout.decimal or "."]
            if text.count(other) == 1 and text.replace(other, "").lstrip("+-").isdigit():
                sign = {",": "comma", ".": "point"}[other]
                mend = f'(the rest of the file has no decimal {sign}; mend the cell, or say --decimal "{other}")'
            expected = f"expected a number in {column.unit} {mend}"
            found.append(BadCell(int(rows.lines[at]), column.name, shown_cell(text), expected))
        return found


def _as_argument(text: str) -> str:
    flat = text.strip()
    return flat if flat.replace("/", "").replace("-", "").replace(".", "").isalnum() else f'"{shown_cell(flat)}"'
