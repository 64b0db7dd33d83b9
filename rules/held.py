"""A rule made ready to be held against many exposures: its limits by the days on which they change."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from catalog.identifiers import QuantityId
from catalog.limits import Comparator
from catalog.places import Zone
from dsp.exposure import Exposure, Measure, WindowKind
from rules.decision import Assessment, decide_exposure
from rules.rule import Pack, Rule


@dataclass(frozen=True, slots=True)
class _InForce:
    """A level and its limit."""

    level: str
    value: float
    comparator: Comparator
    source: str


class HeldRule:
    """A rule and, for each span of days on which nothing changes, its levels that have a limit then."""

    __slots__ = ("_changes", "_in_force", "_rule")

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        changes: set[date] = set()
        for level in rule.levels:
            for limit in level.limits:
                if limit.first is not None:
                    changes.add(limit.first)
                if limit.last is not None and limit.last < date.max:
                    changes.add(limit.last + timedelta(days=1))
        self._changes = sorted(changes)
        self._in_force: dict[int, list[_InForce]] = {}

    def hold(self, exposure: Exposure, day: date, seen: float | None, found: list[Assessment]) -> None:
        """Add the exposure held against every level that has a limit on a local day.

        Parameters
        ----------
        seen : float or None
            Share of the whole window that was seen, see :func:`rules.decision.decide_exposure`.
        """
        rule = self._rule
        for limit in self._on(day):
            verdict = decide_exposure(
                exposure, limit.value, limit.comparator, rule.minimum_coverage, seen, rule.probabilities
            )
            found.append(
                Assessment(
                    rule.id,
                    limit.level,
                    exposure,
                    limit.value,
                    limit.source,
                    verdict.decision,
                    verdict.probability,
                    limit.comparator,
                )
            )

    def _on(self, day: date) -> list[_InForce]:
        span = bisect_right(self._changes, day)
        known = self._in_force.get(span)
        if known is None:
            limits = ((level.name, level.limit_on(day)) for level in self._rule.levels)
            known = [_InForce(name, each.value, each.comparator, each.source) for name, each in limits if each]
            self._in_force[span] = known
        return known


@dataclass(slots=True)
class Question:
    """What some rules ask of one measure over one kind of window.

    Attributes
    ----------
    name : str
        Of the measure and the window, to order by.
    rules : list of HeldRule
        In the packs' order.
    """

    measure: Measure
    window_kind: WindowKind
    name: str
    rules: list[HeldRule] = field(default_factory=list)


def questions_of(packs: Sequence[Pack], zone: Zone) -> Mapping[QuantityId, Sequence[Question]]:
    """What the rules that apply to a zone ask, by quantity."""
    found: dict[QuantityId, dict[str, Question]] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.applies_to(zone):
                name = f"{rule.measure.value} {rule.window_kind.value}"
                of_quantity = found.setdefault(rule.quantity, {})
                question = of_quantity.setdefault(name, Question(rule.measure, rule.window_kind, name))
                question.rules.append(HeldRule(rule))
    return {quantity: tuple(questions.values()) for quantity, questions in found.items()}
