"""The windows of one rule in a zone, in order of event time, and what each of them says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from rules.decision import Assessment, Decision
from rules.rule import InconclusiveOutcome, Rule, Tiers
from rules.tiers import METROLOGY_OVER, Tier, tier_of


@dataclass(slots=True)
class RuleWindow:
    """One window and everything a rule's levels made of it, all kits of the zone together.

    Attributes
    ----------
    start, end : int
        Milliseconds UTC.
    day : datetime.date
        The local day it starts on.
    assessments : list of Assessment
        By kit, deployment, then level as the rule has them.
    """

    start: int
    end: int
    day: date
    assessments: list[Assessment] = field(default_factory=list)


class Word(Enum):
    """What a window says of a rule, its worst kit taken.

    *Bad*: an exceedance is indicated, or left open by a level that asks for metrology then. *Good*: every kit that was
    to see the whole window says it is better than every level's limit by the rule's margin. *Between*: something was
    seen, but neither. *Silent*: too little was seen to say anything.
    """

    BAD = "bad"
    GOOD = "good"
    BETWEEN = "between"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Said:
    """What a window says: a word, and for each level (a bit, the mildest lowest) whether it is sure or open."""

    word: Word
    sure: int
    open: int


_SILENT = Said(Word.SILENT, 0, 0)
_GOOD = Said(Word.GOOD, 0, 0)
_BETWEEN = Said(Word.BETWEEN, 0, 0)


def rule_windows(assessments: Iterable[Assessment], shift_days: Mapping[int, date]) -> list[RuleWindow]:
    """The windows of one rule's assessments, in order of their ends, then starts.

    Parameters
    ----------
    assessments : iterable of Assessment
        Of one zone and one rule, in any order.
    shift_days : mapping
        Start of a window → local day.
    """
    found: dict[tuple[int, int], RuleWindow] = {}
    for assessment in assessments:
        exposure = assessment.exposure
        key = (exposure.end, exposure.start)
        window = found.get(key)
        if window is None:
            window = found[key] = RuleWindow(exposure.start, exposure.end, shift_days[exposure.start])
        window.assessments.append(assessment)
    for window in found.values():
        if len(window.assessments) > 1:
            window.assessments.sort(key=_kit_order)
    return [found[key] for key in sorted(found)]


def _kit_order(assessment: Assessment) -> tuple[str, str]:
    return (assessment.exposure.kit, assessment.exposure.deployment)


class Listener:
    """Tells what windows of one rule say."""

    __slots__ = ("_asking", "_below", "_bits", "_doubt_from", "_margin", "_tiers")

    def __init__(self, rule: Rule) -> None:
        self._bits = {level.name: 1 << index for index, level in enumerate(rule.levels)}
        self._asking = sum(
            self._bits[level.name]
            for level in rule.levels
            if level.on_inconclusive is InconclusiveOutcome.TARGETED_METROLOGY
        )
        self._doubt_from = {level.name: level.doubt_from for level in rule.levels}
        self._below = rule.direction == "below"
        self._margin = rule.clearing.margin
        self._tiers = rule.tiers

    @property
    def asking(self) -> int:
        """The levels that ask for metrology when doubt repeats, as bits."""
        return self._asking

    def said(self, window: RuleWindow) -> Said:
        """What a window says."""
        sure = left_open = 0
        heard = False
        good = True
        for assessment in window.assessments:
            decision = assessment.decision
            if decision is Decision.INSUFFICIENT_DATA:
                good = good and not assessment.exposure.whole
                continue
            heard = True
            if decision is Decision.EXCEEDANCE_INDICATED:
                sure |= self._bits[assessment.level]
            elif self._open(assessment):
                left_open |= self._bits[assessment.level]
            elif good:
                doubt = decision is Decision.INCONCLUSIVE and self._tiers is Tiers.NONE
                good = not doubt and self._better(assessment)
        if not heard:
            return _SILENT
        if sure or left_open:
            word = Word.BAD if sure or left_open & self._asking else Word.BETWEEN
            return Said(word, sure, left_open)
        return _GOOD if good else _BETWEEN

    def _open(self, assessment: Assessment) -> bool:
        """:func:`leaves_open`, without looking the level up."""
        return _left_open(assessment, self._doubt_from[assessment.level], self._tiers)

    def _better(self, assessment: Assessment) -> bool:
        """Whether a value that breaches nothing is better than the limit by the margin.

        Where over half of a legal chemical limit already counts as open, half of both.
        """
        exposure = assessment.exposure
        if self._below:
            value = exposure.value if exposure.value is not None else exposure.low
            return value is not None and value >= assessment.limit + self._margin
        value = exposure.value if exposure.value is not None else exposure.high
        share = METROLOGY_OVER if self._tiers is Tiers.LEGAL_CHEMICAL else 1.0
        return value is not None and value <= share * (assessment.limit - self._margin)


def leaves_open(rule: Rule, assessment: Assessment) -> bool:
    """Whether an assessment leaves the question open: doubt that counts, or a tier that calls for metrology."""
    return _left_open(assessment, rule.level(assessment.level).doubt_from, rule.tiers)


def _left_open(assessment: Assessment, doubt_from: float, tiers: Tiers) -> bool:
    if tiers is Tiers.LEGAL_CHEMICAL:
        return tier_of(assessment) is Tier.TARGETED_METROLOGY
    if assessment.decision is not Decision.INCONCLUSIVE:
        return False
    return assessment.probability is None or assessment.probability >= doubt_from
