"""The shift that decides: of a rule's windows the worst, or the second worst for a rule that waits for two."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from catalog.limits import Comparator
from rules.decision import Assessment, Decision, Scale, scale_of
from rules.rule import Onset, Rule


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a true value lies from a limit.

    Attributes
    ----------
    value : float
        Value over limit, limit over value for a lower limit [1]; for levels value less limit [dB].
    scale : Scale
    """

    value: float
    scale: Scale


def deciding_score(rule: Rule, assessments: Sequence[Assessment]) -> float | None:
    """Stated probability that the mildest limit is breached in the shift that decides [1].

    Parameters
    ----------
    assessments : sequence of Assessment
        Of one rule and zone; several kits: a shift counts as its worst kit has it.

    Returns
    -------
    float or None
        None where too few shifts say anything. Where gaps hide the value and their bounds decide, 0 or 1.
    """
    worst: dict[int, float] = {}
    for assessment in _mildest(assessments):
        stated = _stated(assessment)
        if stated is not None:
            start = assessment.exposure.start
            worst[start] = max(stated, worst.get(start, 0.0))
    return _of_the_shift_that_decides(rule, worst.values())


def true_distance(rule: Rule, assessments: Sequence[Assessment]) -> Distance | None:
    """From the true value of the shift that decides to the mildest limit.

    Parameters
    ----------
    assessments : sequence of Assessment
        Of one rule and zone, of the truth.

    Returns
    -------
    Distance or None
        None where the campaign has too few shifts to decide.
    """
    mildest = _mildest(assessments)
    distances = [distance(a) for a in mildest if a.exposure.value is not None]
    found = _of_the_shift_that_decides(rule, distances)
    return None if found is None else Distance(found, scale_of(mildest[0].exposure.unit))


def distance(assessment: Assessment) -> float:
    """How far a value is on the wrong side of a limit: a ratio (above 1), or a difference of levels (above 0) [dB]."""
    value, limit = assessment.exposure.value, assessment.limit
    if value is None:
        return math.nan
    if scale_of(assessment.exposure.unit) is Scale.LEVEL:
        return value - limit
    if assessment.comparator is Comparator.BELOW:
        return limit / value if value > 0.0 else math.inf
    return value / limit


def _of_the_shift_that_decides(rule: Rule, badness: Iterable[float]) -> float | None:
    needed = 1 if rule.repetition.onset is Onset.IMMEDIATE else rule.repetition.shifts
    ordered = sorted(badness, reverse=True)
    return ordered[needed - 1] if len(ordered) >= needed else None


def _mildest(assessments: Sequence[Assessment]) -> list[Assessment]:
    """Each exposure against the limit it reaches first."""
    found: dict[int, Assessment] = {}
    for assessment in assessments:
        key = id(assessment.exposure)
        other = found.get(key)
        if other is None or _milder(assessment, other):
            found[key] = assessment
    return list(found.values())


def _milder(one: Assessment, other: Assessment) -> bool:
    return one.limit > other.limit if one.comparator is Comparator.BELOW else one.limit < other.limit


def _stated(assessment: Assessment) -> float | None:
    if assessment.probability is not None:
        return assessment.probability
    bounds = {Decision.EXCEEDANCE_INDICATED: 1.0, Decision.NO_EXCEEDANCE_INDICATED: 0.0}
    return bounds.get(assessment.decision)
