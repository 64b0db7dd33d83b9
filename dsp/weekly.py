"""The working week: weekly noise exposure levels of the hours worked in a zone."""

from collections.abc import Sequence

import numpy as np

from catalog.weeks import WorkWeek
from dsp.batch import lay_out
from dsp.columns import Column, Frame
from dsp.exposure import Exposure, Measure, WindowKind
from dsp.levels import level_of
from dsp.measures import measures_of
from dsp.rolling import MINIMUM_COVERAGE
from dsp.series import Series
from dsp.subject import Subject
from dsp.window_columns import Measured

FORTY_HOURS = 144_000_000
"""Reference duration of the weekly level [ms]."""


def weekly_exposures(
    subject: Subject, series: Series, weeks: Sequence[WorkWeek], minimum_coverage: float = MINIMUM_COVERAGE
) -> list[Exposure]:
    """Weekly noise exposure level L_EX,40h of each week a deployment meets; of levels only.

    Parameters
    ----------
    subject, series, minimum_coverage
        As for :func:`dsp.campaign.exposures`.
    weeks : sequence of WorkWeek
        Whole weeks; hours worked before or after the deployment count as missing, so that half a week seen is
        *insufficient* and not a quiet week.

    Returns
    -------
    list of Exposure
        None for quantities that have no weekly level.

    Notes
    -----
    L_EX,40h = L_eq,week + 10·log₁₀(hours worked / 40 h): energy of the week's shifts over forty hours. It is the level
    of somebody who works every shift of the zone's schedule. Uncertainty parts are those of the L_eq.

    References
    ----------
    exposure-semantics, section 3; Directive 2003/10/EC, article 2 (c); Code du travail, R4431-4.
    """
    if not measures_of(subject.quantity, WindowKind.WEEK):
        return []
    deployed = subject.deployed
    met = [week for week in weeks if _overlaps(week, deployed.start, deployed.end)]
    if not met:
        return []
    windows = lay_out([week.pieces for week in met])
    (leq,) = Measured.of(subject, series.during(deployed), windows, minimum_coverage).columns(Measure.LEQ, ())
    hours = np.array([level_of(length / FORTY_HOURS) for length in windows.lengths.tolist()])
    column = Column(
        Measure.LEX_40H,
        leq.unit,
        leq.value + hours,
        leq.coverage,
        leq.low + hours,
        leq.high + hours,
        leq.parts,
        leq.suspect,
    )
    frame = Frame(subject, WindowKind.WEEK, [week.start for week in met], [week.end for week in met])
    return frame.exposures([column])


def _overlaps(week: WorkWeek, start: int, end: int) -> bool:
    return any(max(piece.start, start) < min(piece.end, end) for piece in week.pieces)
