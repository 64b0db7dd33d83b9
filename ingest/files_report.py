"""What an import found in a file, for the person who started it."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ingest.file_errors import BadCell
from ingest.filerows import Chunk

KEPT_CELLS = 1000
"""Bad cells kept with their text; all are counted."""


@dataclass(slots=True)
class ImportReport:
    """Counts of one file.

    Attributes
    ----------
    file : str
    columns : tuple of str
        Imported columns; ``missing`` and ``impossible`` go by their names.
    ignored : tuple of str
        Columns that were not imported.
    notes : tuple of str
        What was guessed.
    rows, readings, blank_rows : int
        Rows with a time; values that became readings; rows without anything in them.
    repeated_headers : int
        Header lines a logger wrote again among the rows.
    missing, impossible : dict
        By column: cells without a value; values outside the physical range (kept, flagged bad).
    bad : tuple of BadCell
        The first of the cells that could not be read.
    bad_count : int
        All of them.
    first, last : int or None
        Earliest and latest instant [ms UTC].
    out_of_order, repeated_instants : int
        Rows earlier than the row before; rows with the very instant of the row before.
    """

    file: str
    columns: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rows: int = 0
    readings: int = 0
    blank_rows: int = 0
    repeated_headers: int = 0
    missing: dict[str, int] = field(default_factory=dict)
    impossible: dict[str, int] = field(default_factory=dict)
    bad: tuple[BadCell, ...] = ()
    bad_count: int = 0
    first: int | None = None
    last: int | None = None
    out_of_order: int = 0
    repeated_instants: int = 0
    _steps: Counter[int] = field(default_factory=Counter)
    _previous: int | None = None

    @property
    def median_step(self) -> float | None:
        """Median time from a row to the next later one [s]; None with fewer than two instants."""
        total = sum(self._steps.values())
        passed = 0
        for step in sorted(self._steps):
            passed += self._steps[step]
            if 2 * passed >= total:
                return step / 1000
        return None

    def count(self, chunk: Chunk) -> None:
        """Add the rows of a chunk."""
        self.rows += chunk.rows
        self.blank_rows += chunk.blank_rows
        self.repeated_headers += chunk.repeated_headers
        self.bad_count += chunk.bad_count
        self.bad += chunk.bad_cells[: KEPT_CELLS - len(self.bad)]
        for name, values, missing, impossible in zip(
            self.columns, chunk.values, chunk.missing, chunk.impossible, strict=True
        ):
            self.readings += int(np.count_nonzero(~np.isnan(values)))
            self.missing[name] = self.missing.get(name, 0) + missing
            self.impossible[name] = self.impossible.get(name, 0) + impossible
        if not chunk.rows:
            return
        first, last = int(chunk.instants.min()), int(chunk.instants.max())
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)
        before = [] if self._previous is None else [self._previous]
        steps = np.diff(np.concatenate((np.array(before, dtype=np.int64), chunk.instants)))
        self._previous = int(chunk.instants[-1])
        self.out_of_order += int(np.count_nonzero(steps < 0))
        self.repeated_instants += int(np.count_nonzero(steps == 0))
        lengths, counts = np.unique(steps[steps > 0], return_counts=True)
        self._steps.update(dict(zip(lengths.tolist(), counts.tolist(), strict=True)))
