"""The rules at work: which limits apply to a zone, how its exposures stand against them, what is proposed."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from catalog.identifiers import DeploymentId, KitId, QuantityId, RuleId
from catalog.limits import Comparator
from catalog.places import Zone
from dsp.exposure import Exposure, Measure, WindowKind
from rules.decision import (
    Assessment,
    Decision,
    ExposureKey,
    exposure_key,
    severity,
)
from rules.held import Question, questions_of
from rules.judgement import ZoneJudgement, judge, propose
from rules.rule import Direction, Pack, Rule

__all__ = ["LevelThreshold", "ZoneJudgement", "assess", "governing", "judge", "propose", "thresholds"]


@dataclass(frozen=True, slots=True)
class LevelThreshold:
    """The value of one level of one rule on one day.

    Attributes
    ----------
    value : float
        In the quantity's unit.
    direction : {"above", "below"}
        Where harm lies.
    """

    rule: RuleId
    level: str
    quantity: QuantityId
    value: float
    direction: Direction


def thresholds(packs: Sequence[Pack], zone: Zone, day: date) -> Mapping[QuantityId, tuple[LevelThreshold, ...]]:
    """The values that matter in a zone on a local day, by quantity, in the packs' order.

    Two levels may share a value (85 dB(A) is one for hearing protection and one for the programme): both are there.
    """
    found: dict[QuantityId, list[LevelThreshold]] = {}
    for rule in _rules(packs, zone):
        for level in rule.levels:
            limit = level.limit_on(day)
            if limit is not None:
                threshold = LevelThreshold(rule.id, level.name, rule.quantity, limit.value, rule.direction)
                found.setdefault(rule.quantity, []).append(threshold)
    return {quantity: tuple(levels) for quantity, levels in found.items()}


def assess(
    packs: Sequence[Pack], zone: Zone, exposures: Sequence[Exposure], shift_days: Mapping[int, date]
) -> list[Assessment]:
    """Hold the exposures of a zone against every level that applies to them.

    Parameters
    ----------
    packs : sequence of Pack
    zone : Zone
        Exposures of other zones are passed over.
    exposures : sequence of Exposure
        In any order; the result does not depend on it.
    shift_days : mapping of int to datetime.date
        Start of a window [ms UTC] → the local day it starts on: the limit in force that day applies.

    Returns
    -------
    list of Assessment
        In order of time, kit, quantity, measure, then as the packs have it.

    Raises
    ------
    ValueError
        When a window that a rule speaks of has no local day.
    """
    questions = questions_of(packs, zone)
    seen: dict[_Window, float] = {}
    asked: list[_Asked] = []
    for exposure in exposures:
        if exposure.threshold is not None:
            continue
        of_quantity = questions.get(exposure.quantity)
        if of_quantity is None or exposure.zone != zone.id:
            continue
        measure, window_kind = exposure.measure, exposure.window_kind
        if (measure is Measure.MEAN or measure is Measure.LEQ) and window_kind is WindowKind.SHIFT:
            window = _window(exposure)
            seen[window] = min(seen.get(window, math.inf), exposure.coverage)
        for question in of_quantity:
            if question.measure is measure and question.window_kind is window_kind:
                asked.append(_Asked(exposure, question))
                break
    asked.sort(key=_ORDER)
    found: list[Assessment] = []
    for exposure, question in asked:
        day = shift_days.get(exposure.start)
        if day is None:
            raise ValueError(
                f"the {exposure.window_kind.value} of zone {exposure.zone} that starts at {exposure.start} ms has no "
                "local day; expected every window's start in shift_days"
            )
        share = seen.get(_window(exposure))
        for rule in question.rules:
            rule.hold(exposure, day, share, found)
    return found


def governing(assessments: Sequence[Assessment]) -> Mapping[ExposureKey, Assessment]:
    """The one limit to show beside each exposure.

    The most severe decision counts; among equals the most severe limit where it is exceeded, otherwise the mildest: the
    next one to reach.
    """
    found: dict[ExposureKey, Assessment] = {}
    for assessment in assessments:
        key = exposure_key(assessment.exposure)
        other = found.get(key)
        if other is None or _rank(assessment) > _rank(other):
            found[key] = assessment
    return found


def _rank(assessment: Assessment) -> tuple[int, float, float, str, str]:
    """Order of assessments of one exposure, the one to show highest; names only make it certain."""
    below = assessment.comparator is Comparator.BELOW
    demand = -assessment.limit if below else assessment.limit
    strict = 1.0 if assessment.comparator is Comparator.ABOVE else 0.0
    sign = 1.0 if assessment.decision is Decision.EXCEEDANCE_INDICATED else -1.0
    return (severity(assessment.decision), sign * demand, sign * strict, assessment.rule, assessment.level)


def _rules(packs: Sequence[Pack], zone: Zone) -> Iterator[Rule]:
    return (rule for pack in packs for rule in pack.rules if rule.applies_to(zone))


class _Window(NamedTuple):
    kit: KitId
    deployment: DeploymentId
    quantity: QuantityId
    start: int
    end: int


class _Asked(NamedTuple):
    """An exposure and the question it answers."""

    exposure: Exposure
    question: Question


_ORDER = attrgetter(
    "exposure.start", "exposure.end", "exposure.kit", "exposure.deployment", "exposure.quantity", "question.name"
)
"""Time, kit, quantity, measure."""


def _window(exposure: Exposure) -> _Window:
    return _Window(exposure.kit, exposure.deployment, exposure.quantity, exposure.start, exposure.end)
