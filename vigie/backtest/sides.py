"""The packs in force and the candidate, and what they have in common."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from catalog.identifiers import QuantityId, RuleId
from rules.rule import Pack


@dataclass(frozen=True, slots=True)
class Sides:
    """Two sets of packs.

    Attributes
    ----------
    shared : frozenset of RuleId
        Rules both have, word for word.
    own : tuple of Pack
        The candidate without them.
    """

    in_force: tuple[Pack, ...]
    candidate: tuple[Pack, ...]
    shared: frozenset[RuleId]
    own: tuple[Pack, ...]

    @classmethod
    def of(cls, in_force: Sequence[Pack], candidate: Sequence[Pack]) -> "Sides":
        """Hold two sets of packs side by side."""
        known = {rule.id: rule for pack in in_force for rule in pack.rules}
        shared = frozenset(rule.id for pack in candidate for rule in pack.rules if known.get(rule.id) == rule)
        own = [replace(pack, rules=tuple(r for r in pack.rules if r.id not in shared)) for pack in candidate]
        return cls(tuple(in_force), tuple(candidate), shared, tuple(own))

    @property
    def all(self) -> tuple[Pack, ...]:
        """Both, every rule once where both have it."""
        return (*self.in_force, *self.own)

    def quantities(self, rules: Collection[RuleId]) -> frozenset[QuantityId]:
        """What some rules look at."""
        return frozenset(rule.quantity for pack in self.all for rule in pack.rules if rule.id in rules)
