"""Do rules contradict each other? Two answers to one question, or one question asked twice."""

import itertools
from collections.abc import Iterator, Sequence

from catalog.limits import Comparator
from catalog.places import WorkIntensity
from rules.rule import DatedLimit, Rule
from rules.severity import demand, milder, outcome_words, overlap, same_outcome
from rules.traced import TracedLevel, TracedRule


def contradictions(rules: Sequence[TracedRule]) -> list[str]:
    """What two rules say against each other, told at the later of them; one line a pair."""
    found = (
        _outcomes(earlier, later) or _episodes(earlier, later)
        for earlier, later in itertools.combinations(rules, 2)
        if earlier.rule.id != later.rule.id and _meet(earlier.rule, later.rule)
    )
    return [told for told in found if told is not None]


def _meet(one: Rule, other: Rule) -> bool:
    """Whether some zone has both rules."""
    intensities = [set(rule.intensities or WorkIntensity) for rule in (one, other)]
    zones = bool(set(one.zones) & set(other.zones))
    return one.quantity == other.quantity and zones and bool(intensities[0] & intensities[1])


def _pairs(earlier: TracedRule, later: TracedRule) -> Iterator[tuple[TracedLevel, TracedLevel]]:
    return itertools.product(earlier.levels, later.levels)


def _outcomes(earlier: TracedRule, later: TracedRule) -> str | None:
    """Two rules on one measure that ask for different things, or the same thing twice."""
    one, other = earlier.rule, later.rule
    if (one.measure, one.window_kind) != (other.measure, other.window_kind):
        return None
    for known, new in _pairs(earlier, later):
        for limit, compared in itertools.product(known.level.limits, new.level.limits):
            if not overlap(limit, compared):
                continue
            said = _against(earlier, known, later, new, limit, compared)
            if said is not None:
                return new.record.told("limit", said)
    return None


def _against(
    earlier: TracedRule,
    known: TracedLevel,
    later: TracedRule,
    new: TracedLevel,
    limit: DatedLimit,
    compared: DatedLimit,
) -> str | None:
    """What is wrong between two levels that hold on one day, or None."""
    of = f'level "{known.level.name}" of rule "{earlier.rule.id}" ({known.record.place})'
    what = f"{later.rule.measure.value} of {later.measured.id}"
    if limit.comparator is not compared.comparator and Comparator.BELOW in (limit.comparator, compared.comparator):
        upper, lower = (compared, limit) if limit.comparator is Comparator.BELOW else (limit, compared)
        if upper.value < lower.value:
            return (
                f"contradicts {of}: no {what} is right, under {lower.value:g} and above {upper.value:g} "
                f"{later.measured.unit} are both a cause; move one of the limits"
            )
        return None
    if demand(limit) == demand(compared):
        if same_outcome(known.level, new.level):
            return f"asks again what {of} asks of {what}: there would be two tickets; keep one of them"
        return (
            f"contradicts {of}: of {what} at {compared.value:g} {later.measured.unit} this asks for "
            f"{outcome_words(new.level)}, that for {outcome_words(known.level)}; keep one of them"
        )
    more, less = (new, known) if demand(compared) > demand(limit) else (known, new)
    if milder(more.level, less.level):
        values = sorted((limit.value, compared.value), reverse=compared.comparator is Comparator.BELOW)
        return (
            f"contradicts {of}: of {what} the more severe {values[1]:g} {later.measured.unit} asks for "
            f"{outcome_words(more.level)}, less than {outcome_words(less.level)} at {values[0]:g}; "
            "give the more severe value at least the same outcome"
        )
    return None


def _episodes(earlier: TracedRule, later: TracedRule) -> str | None:
    """Two rules that follow one value of one quantity with different delays: its episodes are counted once."""
    known, new = ((each.rule.hysteresis, each.rule.delays.on, each.rule.delays.off) for each in (earlier, later))
    if known == new:
        return None
    for one, other in _pairs(earlier, later):
        for limit, compared in itertools.product(one.level.limits, other.level.limits):
            side = limit.comparator is Comparator.BELOW
            if limit.value == compared.value and side is (compared.comparator is Comparator.BELOW):
                return later.record.told(
                    "delays",
                    f'and hysteresis contradict rule "{earlier.rule.id}" ({earlier.record.place}): episodes beyond '
                    f"{limit.value:g} {later.measured.unit} of {later.measured.id} are counted once; "
                    "write the same in both",
                )
    return None
