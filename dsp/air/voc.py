"""Peaks of volatile organic compounds over a room's own baseline: a screening indicator, not a concentration."""

from dataclasses import dataclass

import numpy as np

from dsp.batch import Windows, summarise
from dsp.series import Instants, Series, Values

BLOCK = 600_000
"""Milliseconds of the means the baseline is taken from."""
BASELINE_SPAN = 86_400_000
"""Milliseconds the baseline reaches back."""
_BLOCKS = BASELINE_SPAN // BLOCK
_LEAST_BLOCKS = _BLOCKS // 4
MEANING = (
    "screening indicator: how far the sensor rose over this room's own low level of the day before; no concentration,"
    " no limit, not comparable between rooms or sensors"
)
"""To be said wherever peaks are shown."""


class VocError(ValueError):
    """A parameter out of range; the message says which and what was expected."""


@dataclass(frozen=True, slots=True)
class PeakRule:
    """What counts as a peak.

    Attributes
    ----------
    floor : float
        The baseline is never taken lower than this [unit of the series]: a ratio to nothing means nothing.
    starts, ends : float
        A peak starts at this many times the baseline and ends below that many times [1].
    percentile : float
        Of the ten-minute means of the last 24 h, which one is the baseline [%].
    """

    floor: float
    starts: float = 2.0
    ends: float = 1.5
    percentile: float = 20.0

    def __post_init__(self) -> None:
        if not self.floor > 0.0:
            raise VocError(
                f"floor is {self.floor:g}; expected more than 0, such as three times the sensor's uncertainty"
            )
        if not 1.0 < self.ends <= self.starts:
            raise VocError(f"a peak starts at {self.starts:g} and ends at {self.ends:g}; expected 1 < end ≤ start")
        if not 1.0 <= self.percentile <= 50.0:
            raise VocError(f"percentile is {self.percentile:g}; expected 1 to 50 %")


@dataclass(frozen=True, slots=True)
class Peak:
    """One time the signal stood out.

    Attributes
    ----------
    start, end : int
        Milliseconds UTC.
    height : float
        Highest value over the baseline of its time [1].
    area : float
        ∫ (value − baseline) dt [unit·s].
    cut : bool
        Missing time ended it, or the readings did: it may have gone on.
    """

    start: int
    end: int
    height: float
    area: float
    cut: bool


@dataclass(frozen=True, slots=True)
class Peaks:
    """What stood out over a baseline.

    Attributes
    ----------
    baseline : float64 array, shape (readings,)
        Baseline each reading is held against, NaN where too little was seen before [unit].
    judged : float
        Share of the time seen that has a baseline [1].
    share : float
        Share of the judged time that is in a peak [1]; 0 where nothing was judged.
    """

    peaks: tuple[Peak, ...]
    baseline: Values
    judged: float
    share: float


def peaks(series: Series, rule: PeakRule) -> Peaks:
    """Peaks of a VOC signal over the room's own baseline.

    Parameters
    ----------
    series : Series
        VOC index [1] or TVOC [ppb] of one sensor in one room.
    rule : PeakRule

    Returns
    -------
    Peaks
        In order of time; their times are unions of the steps of the series.

    Notes
    -----
    The baseline at a moment is a low percentile of the 10-minute means (those at least half seen) of the 24 h before
    it, by the clock and not by a count of readings; it needs 6 h of them, before that nothing is judged. So a peak
    shorter than some hours does not lift its own baseline, while a plateau becomes the baseline within a day. A reading
    is held against the baseline of the last full ten minutes. Missing time ends a peak and marks it cut.

    A MOX or PID signal answers to many compounds with different strength and drifts; the peak tells *when* something
    happened, which a technician can lay beside the work that was done. It says nothing of which substance or how much.

    Examples
    --------
    >>> from catalog.quantities import Averaging
    >>> from dsp.series import build
    >>> minutes = np.arange(1, 1441) * 60_000
    >>> values = np.where((minutes > 43_200_000) & (minutes <= 43_800_000), 600.0, 100.0)
    >>> found = peaks(build(minutes, values, np.ones(1440), 60, 180, Averaging.ARITHMETIC), PeakRule(floor=60.0))
    >>> [(peak.start, peak.end, peak.height, peak.area) for peak in found.peaks]
    [(43200000, 43800000, 6.0, 300000.0)]
    """
    if not len(series):
        return Peaks((), np.empty(0), 0.0, 0.0)
    baseline = _baseline(series, rule)
    with np.errstate(invalid="ignore"):
        ratio = series.values / baseline
    known = ~np.isnan(baseline)
    state = _in_peak(ratio, known, _after_gap(series), rule)
    weights = series.weights
    judged = int(weights[known].sum())
    total = int(weights.sum())
    found = _collect(series, baseline, ratio, state)
    inside = int(weights[state].sum())
    return Peaks(found, baseline, judged / max(total, 1), inside / judged if judged else 0.0)


def _baseline(series: Series, rule: PeakRule) -> Values:
    """Baseline of each reading: one step in each ten minutes."""
    first = int(series.instants[0] - series.weights[0]) // BLOCK
    last = -(-int(series.instants[-1]) // BLOCK)
    starts = np.arange(first, last, dtype=np.int64) * BLOCK
    count = starts.size
    windows = Windows(starts, starts + BLOCK, np.arange(count + 1, dtype=np.int64), np.full(count, BLOCK, np.int64))
    summed = summarise(series, windows)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(2 * summed.valid >= BLOCK, summed.integral / summed.valid, np.nan)
    padded = np.concatenate([np.full(_BLOCKS, np.nan), means])
    low = np.concatenate(
        [_low(padded[at : at + _BLOCKS + 1023], rule.percentile) for at in range(0, count, 1024)] or [np.empty(0)]
    )[:count]
    # block k of ``low`` looks back at the 24 h before starts[k]
    block = (series.instants - 1) // BLOCK - first
    return np.asarray(np.maximum(low[block], rule.floor), dtype=np.float64)


def _low(means: Values, percentile: float) -> Values:
    """Low percentile of each 24 h of ten-minute means, no interpolation; NaN with too few of them."""
    rows = np.sort(np.lib.stride_tricks.sliding_window_view(means, _BLOCKS), axis=1)
    known = np.count_nonzero(~np.isnan(rows), axis=1)
    rank = np.maximum(np.ceil(known * percentile / 100.0).astype(np.int64) - 1, 0)
    chosen = rows[np.arange(rows.shape[0]), rank]
    return np.asarray(np.where(known >= _LEAST_BLOCKS, chosen, np.nan), dtype=np.float64)


def _after_gap(series: Series) -> "np.typing.NDArray[np.bool_]":
    """Readings whose time does not follow on that of the reading before."""
    apart = np.ones(len(series), np.bool_)
    apart[1:] = series.instants[1:] - series.weights[1:] > series.instants[:-1]
    return apart


def _in_peak(
    ratio: Values,
    known: "np.typing.NDArray[np.bool_]",
    apart: "np.typing.NDArray[np.bool_]",
    rule: PeakRule,
) -> "np.typing.NDArray[np.bool_]":
    """Whether each reading is in a peak: the last reading that said yes or no decides, and a gap says no."""
    with np.errstate(invalid="ignore"):
        yes, no = ratio >= rule.starts, ratio < rule.ends
    said = yes | no | ~known | apart
    last: Instants = np.maximum.accumulate(np.where(said, np.arange(ratio.size), 0))
    return np.asarray(yes[last] & known, dtype=np.bool_)


def _collect(series: Series, baseline: Values, ratio: Values, state: "np.typing.NDArray[np.bool_]") -> tuple[Peak, ...]:
    apart = _after_gap(series)
    begins = np.flatnonzero(state & (np.append(True, ~state[:-1]) | apart))
    ends = np.flatnonzero(state & np.append(~state[1:] | apart[1:], True))
    found = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        inside = slice(begin, end + 1)
        excess = (series.values[inside] - baseline[inside]) @ series.weights[inside]
        found.append(
            Peak(
                start=int(series.instants[begin] - series.weights[begin]),
                end=int(series.instants[end]),
                height=float(ratio[inside].max()),
                area=float(excess) / 1000.0,
                cut=end + 1 == len(series) or bool(apart[end + 1]),
            )
        )
    return tuple(found)
