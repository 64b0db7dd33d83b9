"""A rule made ready to be held against many exposures: its limits by the days on which they change."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.identifiers import QuantityId
from catalog.limits import Comparator
from catalog.places import Zone
from dsp.exposure import Exposure
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
    """A rule and, for each span of days on which nothing changes, its levels that have a limit then.

    Attributes
    ----------
    measure, window_kind
        As the rule has them, at hand.
    """

    __slots__ = ("_changes", "_in_force", "_rule", "measure", "window_kind")

    def __init__(self, rule: Rule) -> None:
        self.measure = rule.measure
        self.window_kind = rule.window_kind
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

    def hold(self, exposure: Exposure, day: date, seen: float | None) -> list[Assessment]:
        """The exposure against every level that has a limit on a local day.

        Parameters
        ----------
        seen : float or None
            Share of the whole window that was seen, see :func:`rules.decision.decide_exposure`.
        """
        rule = self._rule
        found = []
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
        return found

    def _on(self, day: date) -> list[_InForce]:
        span = bisect_right(self._changes, day)
        known = self._in_force.get(span)
        if known is None:
            limits = ((level.name, level.limit_on(day)) for level in self._rule.levels)
            known = [_InForce(name, each.value, each.comparator, each.source) for name, each in limits if each]
            self._in_force[span] = known
        return known


def held_rules(packs: Sequence[Pack], zone: Zone) -> Mapping[QuantityId, Sequence[HeldRule]]:
    """The rules that apply to a zone, by quantity, in the packs' order."""
    found: dict[QuantityId, list[HeldRule]] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.applies_to(zone):
                found.setdefault(rule.quantity, []).append(HeldRule(rule))
    return found
