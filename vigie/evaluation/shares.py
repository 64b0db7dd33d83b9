"""Shares counted in the rows of an evaluation, with their interval; rows of one campaign are not independent."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from dsp.statistics.clustered import korn_graubard
from dsp.statistics.proportion import Interval

CLUSTER = "cluster"
"""Column: which campaign of its family a row is of. Whatever its length, kits and grade, one number is one cluster."""

_KEY = ("family", "number")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many.

    Attributes
    ----------
    cases, of : int
        Cases that were so, and cases in all.
    interval : Interval
        95 %, exact (Clopper and Pearson) where each campaign gives one case, else widened for cases of one campaign
        (Korn and Graubard); 0 to 1 where there was no case.
    """

    cases: int
    of: int
    interval: Interval

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None where there was no case."""
        return self.cases / self.of if self.of else None


def clustered(table: pl.DataFrame) -> pl.DataFrame:
    """A table of an evaluation with its clusters, in an order that does not depend on how its rows came."""
    plain = table.with_columns(pl.col(pl.Float64).fill_nan(None))
    return plain.with_columns(pl.struct(*_KEY).rank("dense").cast(pl.Int64).alias(CLUSTER)).sort(plain.columns)


def share(rows: pl.DataFrame, so: pl.Expr) -> Share:
    """Share of the rows for which an expression is true."""
    found = rows.select(pl.col(CLUSTER), so.fill_null(value=False).alias("so"))
    clusters = np.unique(found[CLUSTER].to_numpy(), return_inverse=True)[1].ravel()
    said = found["so"].to_numpy()
    trials = np.bincount(clusters).astype(np.int64)
    successes = np.bincount(clusters[said], minlength=trials.size).astype(np.int64)
    return Share(int(successes.sum()), int(trials.sum()), korn_graubard(successes, trials))
