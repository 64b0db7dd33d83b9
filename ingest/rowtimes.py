"""Times of a file's rows → instants; rows without a usable time are told apart: bad, blank, or a header again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.csvrows import Rows
from ingest.file_errors import BadCell, shown_cell
from ingest.localtime import LocalClock, example_offsets
from ingest.plan import ImportPlan
from ingest.timeformats import EARLIEST_PLAUSIBLE, LATEST_PLAUSIBLE, Times, parse_times


@dataclass(frozen=True, slots=True)
class RowInstants:
    """Instants of some rows.

    Attributes
    ----------
    instants : array of int [ms UTC]
        Meaningful where ``known``.
    known : array of bool
    unused : array of bool
        Blank rows and header lines written again: nothing in them is bad.
    blank_rows, repeated_headers : int
    bad : tuple of BadCell
        The first rows whose time cannot be used.
    bad_count : int
        All of them.
    """

    instants: NDArray[np.int64]
    known: NDArray[np.bool_]
    unused: NDArray[np.bool_]
    blank_rows: int
    repeated_headers: int
    bad: tuple[BadCell, ...]
    bad_count: int


class _Complaints:
    """Rows whose time cannot be used: the first of each kind are told, all are counted."""

    def __init__(self, name: str, texts: pl.Series, lines: NDArray[np.int64], listed: int) -> None:
        self._name = name
        self._texts = texts
        self._lines = lines
        self._listed = listed
        self.cells: list[BadCell] = []
        self.count = 0

    def add(self, where: NDArray[np.int64], problem: Callable[[int], str]) -> None:
        """Rows at ``where`` are bad; ``problem`` says why, given the row."""
        self.count += where.size
        self.cells.extend(
            BadCell(int(self._lines[row]), self._name, shown_cell(self._texts[row] or ""), problem(row))
            for row in where[: self._listed].tolist()
        )


class RowTimes:
    """Places the rows of one file, given chunk by chunk in file order, on the UTC time line."""

    def __init__(self, plan: ImportPlan, listed: int) -> None:
        self._plan = plan
        self._listed = listed
        self._name = " ".join(plan.names[index] for index in plan.time_indices)
        rule = plan.mapping.time
        self._clock = LocalClock(rule.timezone, rule.ambiguous, plan.file) if rule.timezone else None

    def instants(self, rows: Rows) -> RowInstants:
        """Instants of the rows; raises QuestionError when they do not say which of October's two hours they mean."""
        texts, times = self._times(rows)
        complaints = _Complaints(self._name, texts, rows.lines, self._listed)
        instants, known = times.milliseconds, times.known.copy()
        unread = np.flatnonzero(~known)
        headers = texts.gather(unread).str.strip_chars().eq_missing(self._name).to_numpy()
        empty = texts.gather(unread).fill_null("").str.strip_chars().eq("").to_numpy()
        blank = empty & self._without_values(rows, unread)
        form = self._plan.mapping.time.format
        complaints.add(unread[~(headers | blank)], lambda _: f"expected a time as {form or 'in the other rows'}")
        self._place(np.flatnonzero(known & ~times.absolute), instants, known, rows.lines, complaints)
        implausible = known & ((instants < EARLIEST_PLAUSIBLE) | (instants >= LATEST_PLAUSIBLE))
        complaints.add(
            np.flatnonzero(implausible), lambda _: "expected a year from 1990 to 2099: is the time format right?"
        )
        unused = np.zeros(known.size, np.bool_)
        unused[unread[headers | blank]] = True
        return RowInstants(
            instants=instants,
            known=known & ~implausible,
            unused=unused,
            blank_rows=int(blank.sum()),
            repeated_headers=int(headers.sum()),
            bad=tuple(complaints.cells),
            bad_count=complaints.count,
        )

    def finish(self) -> None:
        """Say that there are no more rows; raises QuestionError when an October hour is left open."""
        if self._clock is not None:
            self._clock.finish()

    def _place(
        self,
        local: NDArray[np.int64],
        instants: NDArray[np.int64],
        known: NDArray[np.bool_],
        lines: NDArray[np.int64],
        complaints: _Complaints,
    ) -> None:
        """Turn the local times at ``local`` into instants, in place."""
        if not local.size:
            return
        if self._clock is None:
            complaints.add(local, lambda _: "expected an offset from UTC as in the other rows, or --timezone")
            known[local] = False
            return
        zone = self._clock.zone
        wall = instants.copy()
        placed = self._clock.place(instants[local], lines[local])
        complaints.add(
            local[placed.nonexistent],
            lambda row: (
                f"there is no such time in {zone} (the clocks went forward); if the logger's clock is never changed, "
                f"give its fixed offset: --timezone {example_offsets(zone, int(wall[row]))}"
            ),
        )
        complaints.add(
            local[placed.refused],
            lambda _: f"it comes twice in {zone} (the clocks went back) and the mapping refuses such times",
        )
        instants[local] = placed.instants
        known[local[placed.nonexistent | placed.refused]] = False

    def _times(self, rows: Rows) -> tuple[pl.Series, Times]:
        columns = [rows.cells[str(index)] for index in self._plan.time_indices]
        first = columns[0]
        if isinstance(first.dtype, pl.Datetime):
            known = first.is_not_null().to_numpy()
            milliseconds = first.dt.epoch("ms").fill_null(0).to_numpy().copy()
            absolute = np.full(known.size, first.dtype.time_zone is not None)
            return first.cast(pl.String), Times(milliseconds, known, absolute)
        texts = first.cast(pl.String)
        if len(columns) == 2:
            both = pl.DataFrame({"date": texts, "clock": columns[1].cast(pl.String)})
            texts = both.select(pl.concat_str("date", "clock", separator=" ")).to_series()
        return texts, parse_times(texts, self._plan.mapping.time.format or "")

    def _without_values(self, rows: Rows, where: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether rows have no value either: such rows are blank, not bad."""
        empty = np.ones(where.size, np.bool_)
        for column in self._plan.columns if where.size else ():
            cells = rows.cells[str(column.index)].gather(where).cast(pl.String)
            empty &= cells.fill_null("").str.strip_chars().eq("").to_numpy()
        return empty
