"""What the charts of laboratory results show, from their report."""

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from dsp.statistics.censored import plotting_positions
from dsp.statistics.lab_results import Results
from dsp.statistics.lognormal import Lognormal, tolerance_factor
from vigie.laboratory.report import LabReport

if TYPE_CHECKING:
    from dashboards.statistics_charts import FittedPoint, PlottedResult, StatisticsChart

_CONFIDENCE = 0.95
"""Of each edge of the band: together they enclose 90 %."""

_FARTHEST_SCORE = 4.0


def chart_of(report: LabReport) -> "StatisticsChart":
    """The charts' data: results at their plotting positions, the fitted line with its band, the exposure bands."""
    from dashboards.statistics_charts import StatisticsChart

    known = report.distribution
    return StatisticsChart(
        results=_plotted(report.lab_set.results),
        fitted=_fitted(known) if known is not None else (),
        limit=report.limit.value,
        unit=report.limit.unit,
        bands=report.bayes.bands,
    )


def _plotted(results: Results) -> "list[PlottedResult]":
    """Each result at its plotting position; what lies between bounds is ranked by its geometric middle."""
    from dashboards.statistics_charts import Mark, PlottedResult

    shown = results.upper.copy()
    shown[results.right] = results.lower[results.right]
    shown[results.interval] = np.sqrt(results.lower[results.interval] * results.upper[results.interval])
    lower = np.where(results.left, 0.0, shown)
    scores = special.ndtri(plotting_positions(Results(lower, shown)))
    marks = np.select([results.left, results.right, results.interval], [1, 2, 3], 0)
    kinds = (Mark.MEASURED, Mark.BELOW, Mark.ABOVE, Mark.BETWEEN)
    return [
        PlottedResult(float(score), float(value), kinds[mark])
        for score, value, mark in zip(scores, shown, marks, strict=True)
    ]


def _fitted(known: Lognormal) -> "list[FittedPoint]":
    from dashboards.statistics_charts import FittedPoint

    points = []
    for score in np.linspace(-_FARTHEST_SCORE, _FARTHEST_SCORE, 81).tolist():
        share = float(special.ndtr(score))
        low, high = (tolerance_factor(known.n, share, confidence) for confidence in (1 - _CONFIDENCE, _CONFIDENCE))
        value, least, most = np.exp(known.log_mean + known.log_sd * np.array([score, low, high])).tolist()
        points.append(FittedPoint(score, value, least, most))
    return points
