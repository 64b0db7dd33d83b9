"""The questions an evaluation is made to answer, each with what it has to reach."""

from dataclasses import dataclass
from enum import Enum

from dsp.statistics.proportion import Interval
from vigie.evaluation.figures import Summary
from vigie.evaluation.shares import Share

CLEAR_TARGET = 0.95
"""Clear exceedances that are proposed, at least."""

QUIET_TARGET = 0.98
"""Campaigns of the quiet control without an exposure ticket, at least."""


class Question(Enum):
    """What is asked."""

    CLEAR = "clear_exceedances_proposed"
    QUIET = "quiet_control_without_ticket"
    BAND = "undecided_band_to_metrology"
    DOUBT = "stated_doubt_to_metrology"
    HONEST = "honest_intervals"
    NARROW = "no_interval_too_narrow"
    SENSITIVITY = "sensitivity"
    SPECIFICITY = "specificity"


class Verdict(Enum):
    """Whether it is reached; by the share itself, not by its interval."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    NOT_ENOUGH = "not_enough"
    TOLD = "told"
    """Nothing is to be reached."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer; ``target`` is the least share, None where it is only told."""

    question: Question
    share: Share
    target: float | None

    @property
    def verdict(self) -> Verdict:
        """Whether the target is reached."""
        if self.share.value is None:
            return Verdict.NOT_ENOUGH
        if self.target is None:
            return Verdict.TOLD
        return Verdict.REACHED if self.share.value >= self.target else Verdict.NOT_REACHED


def answers(summary: Summary) -> tuple[Answer, ...]:
    """The answers, the most important one first."""
    overall = summary.overall
    control = [each.without_ticket for each in summary.quiet if each.control]
    honest = [each.honest for each in summary.coverage if each.honest is not None]
    wide_enough = [not each.too_narrow for each in summary.errors if each.too_narrow is not None]
    return (
        Answer(Question.CLEAR, overall.clear_proposed, CLEAR_TARGET),
        Answer(Question.QUIET, control[0] if len(control) == 1 else _pooled(control), QUIET_TARGET),
        Answer(Question.HONEST, Share(sum(honest), len(honest), Interval(0.0, 1.0)), 1.0),
        Answer(Question.NARROW, Share(sum(wide_enough), len(wide_enough), Interval(0.0, 1.0)), 1.0),
        Answer(Question.BAND, overall.band_metrology, None),
        Answer(Question.DOUBT, overall.doubt_metrology, None),
        Answer(Question.SENSITIVITY, overall.any_ticket.sensitivity, None),
        Answer(Question.SPECIFICITY, overall.any_ticket.specificity, None),
    )


def _pooled(controls: list[Share]) -> Share:
    from dsp.statistics.proportion import clopper_pearson

    cases, of = sum(each.cases for each in controls), sum(each.of for each in controls)
    return Share(cases, of, clopper_pearson(cases, of))
