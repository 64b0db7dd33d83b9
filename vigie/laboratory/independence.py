"""Whether results can be one per worker and shift: minute data of a sensor makes every test of them meaningless."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from vigie.errors import UsageError
from vigie.laboratory.files import LabFile, LabRow

MOST_RESULTS = 60
"""More results than the official table has rows are taken for readings, unless a person says what they are."""

_SHORTEST_DISTANCE = 4 * 3600.0
"""Between two shifts of one worker [s]."""
_MEND = "reduce them to one average per worker and shift first; if they are that already, say --one-per-shift"


def check_count(n: int, source: str) -> None:
    """Refuse so many values that they can hardly be laboratory results.

    Raises
    ------
    UsageError
        More than 60.
    """
    if n > MOST_RESULTS:
        raise UsageError(
            f"{source}: {n} values; expected laboratory results, one per worker and shift. Readings of a sensor follow "
            f"each other too closely to be independent: {_MEND}"
        )


def check_independence(file: LabFile) -> None:
    """Refuse results that their times or workers show to be several of one shift.

    Raises
    ------
    UsageError
        Too many values, time stamps hours or minutes apart, or two results of one worker on one day.
    """
    check_count(len(file.rows), file.name)
    by_worker: dict[str | None, list[LabRow]] = defaultdict(list)
    for row in file.rows:
        by_worker[row.worker].append(row)
    for worker, rows in by_worker.items():
        _check_clock(file.name, worker, rows)
        if worker is not None:
            _check_days(file.name, worker, rows)


def _check_clock(file: str, worker: str | None, rows: Sequence[LabRow]) -> None:
    moments = sorted(row.when for row in rows if row.when is not None and row.has_clock)
    if len(moments) < 3:
        return
    distance = median((later - earlier).total_seconds() for earlier, later in pairwise(moments))
    if distance < _SHORTEST_DISTANCE:
        whose = f" of {worker}" if worker is not None else ""
        mend = _MEND if worker is not None else f"name the column of the worker with --worker, or {_MEND}"
        raise UsageError(
            f"{file}: the results{whose} are {_in_words(distance)} apart; expected one per worker and shift; {mend}"
        )


def _check_days(file: str, worker: str, rows: Sequence[LabRow]) -> None:
    seen: dict[object, int] = {}
    for row in rows:
        if row.when is None:
            continue
        day = row.when.date()
        if day in seen:
            raise UsageError(
                f"{file}:{row.line}: {worker} has a second result on {day} (the first is on line {seen[day]}); "
                f"expected one per worker and shift; {_MEND}"
            )
        seen[day] = row.line


def _in_words(distance: float) -> str:
    minutes = distance / 60
    return f"{minutes:.3g} min" if minutes < 120 else f"{minutes / 60:.3g} h"
