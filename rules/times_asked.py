"""The times beyond limits a judgement rests on, and what is known of one that nobody measured."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from catalog.identifiers import QuantityId, RuleId
from catalog.places import Zone
from dsp.exposure import Measure
from rules.decision import Assessment, Decision
from rules.rule import Pack

SAME_LIMIT = 1e-9
"""Relative difference within which a time above is above a level's limit, as :mod:`rules.occupation` has it."""


@dataclass(frozen=True, slots=True)
class TimeBeyond:
    """The time a quantity spends beyond a limit.

    Attributes
    ----------
    measure : Measure
        ``TIME_ABOVE`` or ``TIME_BELOW``.
    limit : float
        In the quantity's unit.
    """

    quantity: QuantityId
    measure: Measure
    limit: float


@dataclass(frozen=True, slots=True)
class TimeBounds:
    """Between what a time beyond a limit must lie [s]."""

    low: float
    high: float


def times_asked(
    packs: Sequence[Pack], zone: Zone, assessments: Iterable[Assessment], days: Collection[date]
) -> frozenset[TimeBeyond]:
    """The times beyond limits that may decide something in a zone.

    Parameters
    ----------
    assessments : iterable of Assessment
        Of the zone against the packs.
    days : collection of datetime.date
        Local days of its windows: the limit of another day of the run counts too.

    Notes
    -----
    A share of the worked time counts for levels with a sure shift only (:class:`rules.occupation.Occupation`), so no
    other level asks for any.
    """
    rules = {
        rule.id: rule
        for pack in packs
        for rule in pack.rules
        if rule.repetition.window_share is not None and rule.applies_to(zone)
    }
    sure: dict[RuleId, set[str]] = {}
    for assessment in assessments:
        if assessment.decision is Decision.EXCEEDANCE_INDICATED and assessment.rule in rules:
            sure.setdefault(assessment.rule, set()).add(assessment.level)
    found = set()
    for name, levels in sure.items():
        rule = rules[name]
        measure = Measure.TIME_BELOW if rule.direction == "below" else Measure.TIME_ABOVE
        limits = {rule.level(level).limit_on(day) for level in levels for day in days}
        found |= {TimeBeyond(rule.quantity, measure, limit.value) for limit in limits if limit is not None}
    return frozenset(found)


def time_bounds(asked: TimeBeyond, known: Mapping[float, float | None], longest: float) -> TimeBounds:
    """Between what the time beyond a limit lies, by those beyond other limits in the same window.

    Parameters
    ----------
    known : mapping of float to float or None
        Limit → seconds beyond it; None where too little was seen: then too little was seen for any limit, and the
        window counts as not beyond.
    longest : float
        Time seen [s]: no longer than that was anything beyond.

    Examples
    --------
    >>> time_bounds(TimeBeyond("co2", Measure.TIME_ABOVE, 900.0), {800.0: 5000.0, 1000.0: 3600.0}, 28800.0)
    TimeBounds(low=3600.0, high=5000.0)
    """
    if None in known.values():
        return TimeBounds(0.0, 0.0)
    sign = -1.0 if asked.measure is Measure.TIME_BELOW else 1.0
    low, high = 0.0, longest
    for limit, seconds in known.items():
        if seconds is None:
            continue
        if sign * limit >= sign * asked.limit:
            low = max(low, seconds)
        if sign * limit <= sign * asked.limit:
            high = min(high, seconds)
    return TimeBounds(low, max(low, high))


def same_limit(one: float, other: float) -> bool:
    """Whether a time beyond one limit is that beyond the other."""
    return math.isclose(one, other, rel_tol=SAME_LIMIT)
