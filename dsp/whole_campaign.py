"""The campaign: all shifts of a deployment as one window."""

from collections.abc import Iterable, Sequence

from catalog.schedule import Interval, Shift
from dsp.air.co2 import icone_column
from dsp.batch import lay_out
from dsp.columns import Frame
from dsp.exposure import Exposure, Measure, WindowKind
from dsp.measures import measures_of
from dsp.rolling import MINIMUM_COVERAGE
from dsp.series import Series
from dsp.subject import Subject, Threshold
from dsp.window_columns import Measured


def campaign_exposures(
    subject: Subject,
    series: Series,
    shifts: Sequence[Shift],
    thresholds: Sequence[Threshold] = (),
    minimum_coverage: float = MINIMUM_COVERAGE,
) -> list[Exposure]:
    """Exposures of one quantity over all shifts of one deployment together.

    Parameters
    ----------
    subject, series, thresholds, minimum_coverage
        As for :func:`dsp.campaign.exposures`.
    shifts : sequence of Shift
        Every shift of the deployment; what lies outside it does not count, neither as time worked nor as missing.

    Returns
    -------
    list of Exposure
        One of each measure of :func:`dsp.measures.measures_of` for campaigns, over the window from the start of the
        first shift to the end of the last; empty where no shift meets the deployment.

    Notes
    -----
    The mean is that of the time worked, not the mean of the shifts' means: a long shift weighs more than a short one.
    Shifts that overlap (two teams at once) count once.

    References
    ----------
    exposure-semantics, section 3.
    """
    worked = _union(
        Interval(max(piece.start, subject.deployed.start), min(piece.end, subject.deployed.end))
        for shift in shifts
        for piece in shift.pieces
    )
    if not worked:
        return []
    part = series.during(subject.deployed)
    measured = Measured.of(subject, part, lay_out([worked]), minimum_coverage)
    columns = []
    for measure in measures_of(subject.quantity, WindowKind.CAMPAIGN):
        if measure is Measure.ICONE:
            columns.append(icone_column(subject, part, worked, minimum_coverage))
        else:
            columns += measured.columns(measure, tuple(dict.fromkeys(thresholds)))
    return Frame(subject, WindowKind.CAMPAIGN, [worked[0].start], [worked[-1].end]).exposures(columns)


def _union(pieces: Iterable[Interval]) -> list[Interval]:
    """The pieces in order, those that overlap or touch made one, empty ones left out."""
    merged: list[Interval] = []
    for piece in sorted((p for p in pieces if p.length > 0), key=lambda p: (p.start, p.end)):
        if merged and piece.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, piece.end))
        else:
            merged.append(piece)
    return merged
