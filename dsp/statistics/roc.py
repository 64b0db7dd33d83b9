"""How well a score tells what is so from what is not: the ROC curve and the area under it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.statistics.lab_results import StatisticsError
from dsp.statistics.proportion import Interval, clopper_pearson

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
Clusters = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RocPoint:
    """What a threshold of the score does.

    Attributes
    ----------
    threshold : float
        Called so from this score on; infinite for nothing at all.
    false_alarms : float
        Share of what is not so that is called so [1].
    sensitivity : float
        Share of what is so that is called so [1].
    """

    threshold: float
    false_alarms: float
    sensitivity: float


@dataclass(frozen=True, slots=True)
class Area:
    """Area under the ROC curve: how often a case that is so has the higher score than one that is not; ties half.

    Attributes
    ----------
    value : float
        0 to 1; 0.5 tells nothing.
    interval : Interval
        95 %.
    positives, negatives : int
        Cases that are so, and that are not.
    """

    value: float
    interval: Interval
    positives: int
    negatives: int


def roc_points(scores: Scores, so: Mask) -> tuple[RocPoint, ...]:
    """The curve from (0, 0) to (1, 1), one point for each score that occurs; empty where either kind is missing.

    Examples
    --------
    >>> [(p.false_alarms, p.sensitivity) for p in roc_points(np.array([0.9, 0.2]), np.array([True, False]))]
    [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]
    """
    _check(scores, so)
    positives, negatives = int(so.sum()), int((~so).sum())
    if positives == 0 or negatives == 0:
        return ()
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.diff(scores[order]) != 0, [True])
    hits, alarms = np.cumsum(so[order])[last] / positives, np.cumsum(~so[order])[last] / negatives
    return (
        RocPoint(math.inf, 0.0, 0.0),
        *(
            RocPoint(float(threshold), float(alarm), float(hit))
            for threshold, alarm, hit in zip(scores[order][last], alarms, hits, strict=True)
        ),
    )


def area_under_roc(scores: Scores, so: Mask, clusters: Clusters | None = None) -> Area | None:
    """Area under the ROC curve with its 95 % interval.

    Parameters
    ----------
    scores : float64 array, shape (n,)
        Higher is more likely so; only their order counts.
    so : bool array, shape (n,)
    clusters : int64 array, shape (n,), optional
        Which cases belong together; by default each is on its own.

    Returns
    -------
    Area or None
        None where everything is so or nothing is.

    Raises
    ------
    StatisticsError
        Arrays of different lengths, or a score that is no number.

    Notes
    -----
    Variance by the structural components of DeLong, summed within clusters as Obuchowski does; the interval is
    symmetric on the logit scale. Where the scores part the two kinds without fault, that variance is 0 and says
    nothing: as many disjoint pairs as there are clusters of the rarer kind were all in order then, and the interval is
    the exact one of that share. It is 0 to 1 where either kind comes from one cluster only.

    References
    ----------
    DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988), 837-845; Obuchowski, Biometrics 53 (1997), 567-578.
    """
    _check(scores, so)
    above, below = scores[so], scores[~so]
    if above.size == 0 or below.size == 0:
        return None
    groups = np.arange(scores.size) if clusters is None else np.unique(clusters, return_inverse=True)[1].ravel()
    of_above, of_below = _shares_below(below, above), 1.0 - _shares_below(above, below)
    value = float(of_above.mean())
    deviation = _standard_error(of_above - value, of_below - value, groups[so], groups[~so])
    pairs = min(np.unique(groups[so]).size, np.unique(groups[~so]).size)
    return Area(value, _interval(value, deviation, pairs), above.size, below.size)


def _check(scores: Scores, so: Mask) -> None:
    if scores.shape != so.shape:
        raise StatisticsError(f"{scores.size} scores of {so.size} cases; expected one of each")
    if not np.isfinite(scores).all():
        raise StatisticsError("a score is no number")


def _shares_below(others: Scores, scores: Scores) -> Scores:
    """Share of the others that each score is above; equal ones count half."""
    ranked = np.sort(others)
    found: Scores = (np.searchsorted(ranked, scores, "left") + np.searchsorted(ranked, scores, "right")) / (
        2 * ranked.size
    )
    return found


def _standard_error(above: Scores, below: Scores, of_above: Clusters, of_below: Clusters) -> float:
    """Of the area, from what each case departs from it; NaN where a kind comes from one cluster only."""
    size = 1 + int(max(of_above.max(), of_below.max()))
    sums = np.bincount(of_above, above, size), np.bincount(of_below, below, size)
    known = np.bincount(of_above, minlength=size) > 0, np.bincount(of_below, minlength=size) > 0
    either = int((known[0] | known[1]).sum())
    least = min(int(known[0].sum()), int(known[1].sum()))
    if least < 2:
        return math.nan
    parts = [
        each.sum() / (each.sum() - 1) * float(part @ part) / cases**2
        for part, each, cases in zip(sums, known, (above.size, below.size), strict=True)
    ]
    joint = either / (either - 1) * float(sums[0] @ sums[1]) / (above.size * below.size)
    return math.sqrt(max(0.0, parts[0] + parts[1] + 2 * joint))


def _interval(value: float, deviation: float, pairs: int) -> Interval:
    if value in (0.0, 1.0):
        return clopper_pearson(pairs * round(value), pairs)
    if not deviation > 0:
        return Interval(0.0, 1.0)
    from scipy import special

    middle, reach = special.logit(value), float(special.ndtri(0.975)) * deviation / (value * (1 - value))
    return Interval(float(special.expit(middle - reach)), float(special.expit(middle + reach)))
