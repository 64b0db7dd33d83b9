"""From the series of a deployment to its exposures: every measure of every shift and local day.

Results of a window depend to the bit only on the steps that intersect it (for 8 h and 24 h maxima: on those that
intersect a window ending in the day). One day computed alone gives what the whole
campaign gives, from readings that reach back by the longest rolling window and the hold time, and on by the hold time.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np

from catalog.schedule import Interval, Shift
from dsp.batch import WindowError, lay_out
from dsp.columns import Frame
from dsp.episodes import Delays, episodes
from dsp.exposure import Exceedance, Exposure, WindowKind
from dsp.measures import ROLLING, measures_of
from dsp.rolling import MINIMUM_COVERAGE
from dsp.rolling_columns import Positions, rolling_column
from dsp.series import Series
from dsp.subject import Subject, Threshold
from dsp.window_columns import Measured

__all__ = ["Subject", "Threshold", "exceedances", "exposures"]


def exposures(
    subject: Subject,
    series: Series,
    shifts: Sequence[Shift],
    days: Sequence[tuple[date, Interval]],
    thresholds: Sequence[Threshold] = (),
    minimum_coverage: float = MINIMUM_COVERAGE,
) -> list[Exposure]:
    """Exposures of one quantity of one deployment.

    Parameters
    ----------
    subject : Subject
        Whose readings these are, where, from when to when, and how sure one of them is.
    series : Series
        Usable readings of the kit and quantity; only those taken during the deployment count.
    shifts : sequence of Shift
        Work periods of the zone; those that do not touch the deployment are passed over.
    days : sequence of (date, Interval)
        Local days, 23 to 25 h long; likewise.
    thresholds : sequence of Threshold
        Limits to count time above or below of, shift by shift.
    minimum_coverage : float
        Share of a window that readings must stand for [1]; a value with less is None, *insufficient*.

    Returns
    -------
    list of Exposure
        For each shift, then for each day, the measures of :func:`dsp.measures.measures_of` in that order.

    Raises
    ------
    WindowError
        (a ValueError) The minimum coverage is not a share; the series does not average as the quantity does; a
        threshold is not a finite number; pieces of a shift overlap.

    Notes
    -----
    - Means, percentiles and times are taken over the union of a shift's pieces, coverage over their summed length;
      TWA 8 h and L_EX,8h use that length as the time worked. A rolling window lies wholly inside one piece: a break
      that does not count interrupts the exposure.
    - Rolling 8 h and 24 h lie wholly inside the deployment and belong to the local day (00:00, 24:00] they end in.
    - Bounds of means: missing time at zero (``low``; no energy for levels; None where the quantity went below zero,
      which makes zero no bound) and at the 95th percentile of the window's valid time (``high``; for rolling means
      that of the shift, or of everything the day's windows reach). For a rolling maximum they are the maxima over all
      positions, whatever their coverage.
    - Bounds of an extreme: the one that is known. A peak seen is a lower bound of the peak; where time is missing
      there is no upper one. Of a time above or below: missing time wholly on the one side or the other.
    - A rolling measure without a position with enough coverage tells the best coverage there was; 0 where the pieces
      are shorter than the window.
    - Times above and below are in seconds; every other value is in the quantity's unit.

    References
    ----------
    exposure-semantics, sections 1 to 4 and 6.
    """
    _check(subject, series, thresholds, minimum_coverage)
    deployed = subject.deployed
    part = series.during(deployed)
    kept = [shift for shift in shifts if _touches(shift.start, shift.end, deployed)]
    local = [day for _, day in days if _touches(day.start, day.end, deployed)]
    return [
        *_of_shifts(subject, part, kept, tuple(dict.fromkeys(thresholds)), minimum_coverage),
        *_of_days(subject, part, local, minimum_coverage),
    ]


def exceedances(
    subject: Subject,
    series: Series,
    shifts: Sequence[Shift],
    threshold: Threshold,
    hysteresis: float,
    on_delay_s: float,
    off_delay_s: float,
) -> list[Exceedance]:
    """Exceedance episodes of one quantity of one deployment, inside its shifts.

    Parameters
    ----------
    subject, series, shifts
        As for :func:`exposures`.
    threshold : Threshold
        The limit and its wrong side.
    hysteresis : float
        How far the signal must come back behind the limit [unit of the quantity; dB for levels].
    on_delay_s, off_delay_s : float
        Shortest episode that counts, and how long the signal must have come back [s].

    Returns
    -------
    list of Exceedance
        In order of time. ``dose`` is ∫ excess dt [unit·s]; for levels the excess energy as seconds at the limit [s].

    Raises
    ------
    WindowError
        As for :func:`exposures`; or a negative hysteresis or delay.

    Notes
    -----
    Each piece of a shift is looked at on its own: an episode does not reach through a break that does not count, nor
    out of the shift. See :func:`dsp.episodes.episodes` for when an episode begins and ends.

    References
    ----------
    exposure-semantics, section 3.
    """
    _check(subject, series, (threshold,), MINIMUM_COVERAGE)
    deployed = subject.deployed
    pieces = [piece for shift in shifts if _touches(shift.start, shift.end, deployed) for piece in shift.pieces]
    found = episodes(series.during(deployed), threshold, Delays(hysteresis, on_delay_s, off_delay_s), pieces)
    return [
        Exceedance(
            zone=subject.zone,
            kit=subject.kit,
            deployment=subject.deployment,
            quantity=subject.quantity.id,
            limit=threshold.value,
            unit=subject.quantity.unit,
            start=episode.start,
            end=episode.end,
            peak=episode.peak,
            mean=episode.mean,
            dose=episode.dose,
            cut=episode.cut,
            simulated=subject.simulated,
        )
        for episode in found
    ]


def _of_shifts(
    subject: Subject, series: Series, shifts: Sequence[Shift], thresholds: Sequence[Threshold], minimum: float
) -> list[Exposure]:
    measures = measures_of(subject.quantity, WindowKind.SHIFT)
    if not shifts:
        return []
    windows = lay_out([shift.pieces for shift in shifts])
    measured = Measured.of(subject, series, windows, minimum)
    positions = Positions(windows, np.zeros(len(windows), np.bool_), measured.high_fill, measured.below_zero)
    columns = []
    for measure in measures:
        if measure in ROLLING:
            columns.append(rolling_column(subject, series, positions, measure, minimum))
        else:
            columns += measured.columns(measure, thresholds)
    frame = Frame(subject, WindowKind.SHIFT, [s.start for s in shifts], [s.end for s in shifts])
    return frame.exposures(columns)


def _of_days(subject: Subject, series: Series, days: Sequence[Interval], minimum: float) -> list[Exposure]:
    measures = measures_of(subject.quantity, WindowKind.DAY)
    if not days or not measures:
        return []
    measured = Measured.of(subject, series, lay_out([(day,) for day in days]), minimum)
    columns = []
    for measure in measures:
        if measure in ROLLING:
            positions = Positions.ending_in(days, subject.deployed, ROLLING[measure].width, series)
            columns.append(rolling_column(subject, series, positions, measure, minimum))
        else:
            columns += measured.columns(measure, ())
    return Frame(subject, WindowKind.DAY, [d.start for d in days], [d.end for d in days]).exposures(columns)


def _touches(start: int, end: int, deployed: Interval) -> bool:
    return max(start, deployed.start) < min(end, deployed.end)


def _check(subject: Subject, series: Series, thresholds: Sequence[Threshold], minimum: float) -> None:
    if not 0.0 <= minimum <= 1.0:
        raise WindowError(f"minimum coverage is {minimum}; expected a share from 0 to 1")
    if series.averaging is not subject.quantity.averaging:
        raise WindowError(
            f"{subject.quantity.id}: the series averages {series.averaging.value}; "
            f"expected {subject.quantity.averaging.value} as the catalog says"
        )
    for threshold in thresholds:
        if not np.isfinite(threshold.value) or threshold.direction not in ("above", "below"):
            raise WindowError(f"{subject.quantity.id}: {threshold}; expected a finite value, above or below")
