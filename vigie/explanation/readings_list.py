"""The readings behind the windows of a ticket as a list: as read, what tests said, as they count, and for how long."""

import numpy as np
import polars as pl

from catalog.readings import Flag
from vigie.explanation.behind import Behind
from vigie.explanation.sources import failed_tests
from vigie.explanation.windows import Windows

_INSTANT = pl.Datetime("us", "UTC")
READINGS_SCHEMA = {
    "window": pl.Int64(),
    "kit": pl.String(),
    "quantity": pl.String(),
    "time": _INSTANT,
    "read": pl.Float64(),
    "unit": pl.String(),
    "flag": pl.String(),
    "tests": pl.String(),
    "used": pl.Float64(),
    "suspect": pl.Boolean(),
    "stands_s": pl.Float64(),
    "counts_s": pl.Float64(),
    "received": _INSTANT,
    "simulated": pl.Boolean(),
}
"""``read`` is what the sensor said, ``used`` what counts (corrected, at the person; empty where it does not count),
``stands_s`` the time it stands for, ``counts_s`` the part of that the value is made of: a mean is that of ``used``
weighted by ``counts_s``."""


def readings_frame(windows: Windows, window: int | None) -> pl.DataFrame:
    """The readings behind all windows, or behind one, in order of window, quantity and instant."""
    chosen = [(number, each) for number, found in windows.behind.items() if window in (None, number) for each in found]
    return pl.concat([pl.DataFrame(schema=READINGS_SCHEMA), *(_frame(number, each) for number, each in chosen)])


def _frame(window: int, behind: Behind) -> pl.DataFrame:
    column, subject = behind.column, behind.channel.subject
    flags = {int(flag): flag.name.lower() for flag in Flag}
    return pl.DataFrame(
        {
            "window": [window] * column.instants.size,
            "kit": [str(subject.kit)] * column.instants.size,
            "quantity": [str(subject.quantity.id)] * column.instants.size,
            "time": pl.Series(column.instants * 1000).cast(_INSTANT),
            "read": column.values,
            "unit": [subject.quantity.unit] * column.instants.size,
            "flag": [flags[flag] for flag in column.flags.tolist()],
            "tests": _tests(behind),
            "used": pl.Series(behind.used).fill_nan(None),
            "suspect": behind.suspect,
            "stands_s": behind.stands / 1000,
            "counts_s": behind.counts / 1000,
            "received": pl.Series(column.received * 1000).cast(_INSTANT),
            "simulated": [subject.simulated] * column.instants.size,
        },
        schema=READINGS_SCHEMA,
    )


def _tests(behind: Behind) -> list[str | None]:
    """Names of the tests each reading failed."""
    instants = behind.column.instants
    failed: list[list[str]] = [[] for _ in range(instants.size)]
    for runs in behind.channel.marked:
        for at in np.flatnonzero(failed_tests(runs, instants)).tolist():
            failed[at].append(runs.test.value)
    return [", ".join(names) or None for names in failed]
