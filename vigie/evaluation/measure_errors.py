"""How far computed values are from the truth, and whether their stated uncertainty is honest."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from vigie.evaluation.shares import CLUSTER, Share, share

REACH = 1.959963984540054
"""Of a 95 % interval, in standard uncertainties."""

HONEST_LOW, HONEST_HIGH = 0.90, 0.98
"""A 95 % interval is honest where it holds the truth in this share of campaigns: below, people are misled; above, much
is called doubtful that is not."""

HELD = (pl.col("value") - pl.col("truth")).abs() <= REACH * pl.col("uncertainty")
"""Whether the interval holds the truth."""

FEWEST = 5
"""Values from which errors are told."""

FEWEST_TO_JUDGE = 500
"""Values from which the coverage itself is judged. Of fewer, the whole 95 % interval must be outside 90 to 98 % before
it is called dishonest: 24 of 24 is not too wide."""


@dataclass(frozen=True, slots=True)
class MeasureErrors:
    """Errors of one measure of one quantity.

    Attributes
    ----------
    group : str
        The family, or the grade of the kit.
    values : int
    bias : float
        Mean of (value − truth) [unit; dB for levels].
    relative_bias : float or None
        Bias over the mean truth [1]; None for levels, and where the mean truth is 0.
    spread : float or None
        Standard deviation of the errors [unit]; None for a single one.
    coverage : Share
        Values whose interval value ± 1.96 u holds the truth.
    score_mean, score_spread : float or None
        Mean and standard deviation of (value − truth)/u: 0 and 1 where the budget is right; None where u is 0.
    """

    group: str
    quantity: str
    measure: str
    unit: str
    values: int
    bias: float
    relative_bias: float | None
    spread: float | None
    coverage: Share
    score_mean: float | None
    score_spread: float | None

    @property
    def enough(self) -> bool:
        """Whether there are values enough to tell errors from."""
        return self.values >= FEWEST

    @property
    def honest(self) -> bool | None:
        """Whether the coverage is from 90 to 98 %; None where there are too few values to tell."""
        return _honest(self.coverage, self.values)

    @property
    def too_narrow(self) -> bool | None:
        """Whether the interval holds the truth in less than 90 %; None where there are too few values to tell."""
        return None if self.honest is None else (self.coverage.value or 0.0) < HONEST_LOW


@dataclass(frozen=True, slots=True)
class FamilyCoverage:
    """How often the 95 % interval holds the truth in a family, all values within reach of a limit together.

    Attributes
    ----------
    coverage : Share
        Of the values of all campaigns; those of one campaign are not independent, and its interval knows it.
    campaigns : int
        With such a value.
    """

    family: str
    coverage: Share
    campaigns: int

    @property
    def honest(self) -> bool | None:
        """Whether the coverage is from 90 to 98 %; None where there are too few campaigns to tell."""
        return _honest(self.coverage, self.campaigns)


def family_coverage(values: pl.DataFrame) -> tuple[FamilyCoverage, ...]:
    """The coverage of each family; rows without truth or uncertainty are left out."""
    known = values.drop_nulls(["value", "uncertainty", "truth"])
    parts = known.partition_by("family", as_dict=True, maintain_order=True)
    return tuple(
        FamilyCoverage(str(name), share(rows, HELD), rows[CLUSTER].n_unique())
        for (name,), rows in sorted(parts.items(), key=lambda part: str(part[0]))
    )


def measure_errors(values: pl.DataFrame, group: str) -> tuple[MeasureErrors, ...]:
    """Errors of every measure, by a column ("family" or "grade"); rows without truth or uncertainty are left out."""
    known = values.drop_nulls(["value", "uncertainty", "truth"])
    keys = [group, "quantity", "measure", "unit"]
    parts = known.partition_by(keys, as_dict=True, maintain_order=True)
    return tuple(_errors([str(each) for each in key], parts[key]) for key in sorted(parts))


def _errors(names: Sequence[str], rows: pl.DataFrame) -> MeasureErrors:
    group, quantity, measure, unit = names
    truth, uncertainty = rows["truth"].to_numpy(), rows["uncertainty"].to_numpy()
    errors = rows["value"].to_numpy() - truth
    level, mean_truth = unit.startswith("dB"), float(truth.mean())
    scores = errors / uncertainty if (uncertainty > 0).all() else None
    return MeasureErrors(
        group=group,
        quantity=quantity,
        measure=measure,
        unit=unit,
        values=rows.height,
        bias=float(errors.mean()),
        relative_bias=None if level or mean_truth == 0 else float(errors.mean()) / mean_truth,
        spread=float(np.std(errors, ddof=1)) if rows.height > 1 else None,
        coverage=share(rows, HELD),
        score_mean=float(scores.mean()) if scores is not None else None,
        score_spread=float(np.std(scores, ddof=1)) if scores is not None and rows.height > 1 else None,
    )


def _honest(coverage: Share, cases: int) -> bool | None:
    held, ends = coverage.value, coverage.interval
    if held is None or cases < FEWEST:
        return None
    if HONEST_LOW <= held <= HONEST_HIGH:
        return True
    outside = ends.high < HONEST_LOW or ends.low > HONEST_HIGH
    return False if outside or cases >= FEWEST_TO_JUDGE else None
