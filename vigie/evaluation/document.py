"""The figures of an evaluation as JSON: for other programs, and for the table of the documentation."""

import math
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from enum import Enum

from vigie.evaluation.answers import answers
from vigie.evaluation.conditions import Conditions
from vigie.evaluation.detection import Estimate
from vigie.evaluation.figures import Summary
from vigie.evaluation.measure_errors import FamilyCoverage, MeasureErrors
from vigie.evaluation.shares import Share

_DIGITS = 6
"""Of shares and bounds: what a processor rounds otherwise is not told."""


def summary_document(summary: Summary, conditions: Conditions) -> dict[str, object]:
    """Everything the report says but for the points of its curves; null where nothing can be told.

    A share is ``{"cases", "of", "value", "low", "high"}``, with its 95 % interval.
    """
    told = {each.name: _plain(getattr(summary, each.name)) for each in fields(summary) if each.name != "roc"}
    areas = [
        {"name": each.name, "area": _plain(each.area), "without_score": each.without_score} for each in summary.roc
    ]
    return {
        "conditions": _plain(conditions),
        "answers": [
            {
                "question": answer.question.value,
                "share": _plain(answer.share),
                "target": answer.target,
                "verdict": answer.verdict.value,
            }
            for answer in answers(summary)
        ],
        **told,
        "roc": areas,
    }


def _plain(found: object) -> object:
    """What JSON has words for."""
    if isinstance(found, Share):
        return {"cases": found.cases, "of": found.of, "value": _number(found.value), **_ends(found)}
    if isinstance(found, Estimate):
        return {"value": _number(found.value), **_ends(found)}
    if isinstance(found, MeasureErrors | FamilyCoverage):
        return {**{each.name: _plain(getattr(found, each.name)) for each in fields(found)}, "honest": found.honest}
    if isinstance(found, Enum):
        return found.value
    if isinstance(found, float):
        return _number(found)
    if isinstance(found, Sequence) and not isinstance(found, str):
        return [_plain(each) for each in found]
    if is_dataclass(found) and not isinstance(found, type):
        return {each.name: _plain(getattr(found, each.name)) for each in fields(found)}
    return found


def _ends(found: Share | Estimate) -> dict[str, object]:
    return {"low": _number(found.interval.low), "high": _number(found.interval.high)}


def _number(value: float | None) -> float | None:
    """Rounded to so many significant digits."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")
