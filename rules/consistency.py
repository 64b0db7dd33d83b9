"""Does a rule say something that can be defended? Each refusal with its reason and the mend."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from catalog.limits import Comparator, LegalStatus, Limit, Verification
from catalog.quantities import Quantity
from dsp.exposure import Measure, WindowKind
from dsp.measures import measures_of as measures_computed
from rules import comparability
from rules.document import Record
from rules.rule import Comparability, Level, Rule, Standing, Tiers
from rules.tickets import TicketKind

_DURATIONS = (Measure.TIME_ABOVE, Measure.TIME_BELOW)
_CHEMICAL_MEASURES = (Measure.TWA_8H, Measure.MAX_15MIN)


@dataclass(frozen=True, slots=True)
class TracedLevel:
    """A level, where it stands in the file, and the catalog rows behind it (none for a value of the pack's own)."""

    record: Record
    level: Level
    rows: tuple[Limit, ...]


def mistakes_of_rule(record: Record, rule: Rule, measured: Quantity, levels: Sequence[TracedLevel]) -> None:
    """Note what cannot be defended about a rule whose fields are right one by one."""
    _agent_and_measure(record, rule, measured)
    _tiers(record, rule, levels)
    names: set[str] = set()
    for traced in levels:
        _name(traced, names)
        _dates(traced)
        _outcomes(traced, rule)
        for row in traced.rows:
            _row(traced, row, rule)
    _order(levels)


def _agent_and_measure(record: Record, rule: Rule, measured: Quantity) -> None:
    if rule.agent != measured.agent:
        record.mistake("agent", f'is "{rule.agent}"; {measured.id} is of agent "{measured.agent}"; write that')
    if rule.window_kind in (WindowKind.WEEK, WindowKind.CAMPAIGN):
        record.mistake("window", f'is "{rule.window_kind.value}"; a rule counts shifts or days; write shift or day')
        return
    known = [m for m in measures_computed(measured, rule.window_kind) if m not in _DURATIONS]
    if rule.measure not in known:
        expected = ", ".join(measure.value for measure in known) or "none"
        record.mistake(
            "measure",
            f'is "{rule.measure.value}", which is not computed for {measured.id} over a {rule.window_kind.value}; '
            f"expected one of {expected}",
        )


def _tiers(record: Record, rule: Rule, levels: Sequence[TracedLevel]) -> None:
    if rule.tiers is Tiers.NONE:
        return
    legal = all(traced.level.standing is Standing.LEGAL for traced in levels)
    if not legal or rule.measure not in _CHEMICAL_MEASURES:
        record.mistake(
            "tiers",
            'is "legal_chemical"; tiers are shares of a legal limit for 8 hours (twa_8h) or 15 minutes (max_15min); '
            "write none, or take such a limit with standing legal",
        )


def _name(traced: TracedLevel, names: set[str]) -> None:
    name = traced.level.name
    if name in names:
        traced.record.mistake("name", f'is "{name}" again; expected every level of a rule to have its own name')
    names.add(name)


def _dates(traced: TracedLevel) -> None:
    limits = traced.level.limits
    for limit in limits:
        if limit.first is not None and limit.last is not None and limit.last < limit.first:
            traced.record.mistake(
                "limit",
                f'is "{limit.id}", which is never in force: it ends on {limit.last} before it starts on {limit.first}; '
                "mend its dates in catalog/data/limits.csv",
            )
    for before, after in itertools.pairwise(limits):
        if before.last is None or after.first is None or after.first <= before.last:
            traced.record.mistake(
                "limit", f'has "{before.id}" and "{after.id}" in force on the same day; name one of them'
            )
        elif after.first > before.last + timedelta(days=1):
            traced.record.mistake(
                "limit",
                f"leaves {before.last + timedelta(days=1)} to {after.first - timedelta(days=1)} without a limit "
                f'between "{before.id}" and "{after.id}"; add the one that was in force then',
            )
    if limits and limits[-1].last is not None:
        traced.record.mistake(
            "limit",
            f'ends with "{limits[-1].id}" on {limits[-1].last}; add the one in force after it: it no longer applies',
        )


def _outcomes(traced: TracedLevel, rule: Rule) -> None:
    level = traced.level
    unverified = [limit.id for limit in level.limits if limit.verification is not Verification.YES]
    if level.on_exceedance is TicketKind.KIT_CHECK:
        traced.record.mistake(
            "on_exceedance",
            'is "kit_check"; a kit is checked for missing data; write workplace_action or targeted_metrology',
        )
    if rule.comparability is Comparability.INDICATION_ONLY and level.on_exceedance is not TicketKind.TARGETED_METROLOGY:
        traced.record.mistake(
            "on_exceedance",
            f'is "{level.on_exceedance.value}", but the rule is indication_only: the sensor only hints at the limit; '
            "write targeted_metrology",
        )
    if unverified and level.on_exceedance is TicketKind.WORKPLACE_ACTION:
        traced.record.mistake(
            "on_exceedance",
            f'is "workplace_action" on "{unverified[0]}", a value nobody verified; '
            "write targeted_metrology, or verify the row in catalog/data/limits.csv",
        )
    if level.standing is Standing.LEGAL:
        _legal_standing(traced, unverified[0] if unverified else None)


def _legal_standing(traced: TracedLevel, unverified: str | None) -> None:
    if unverified is not None:
        traced.record.mistake(
            "standing",
            f'is "legal", but "{unverified}" is not verified against its source; '
            "write guide, or verify the row in catalog/data/limits.csv",
        )
    for limit in traced.level.limits:
        if limit.status not in {LegalStatus.BINDING, LegalStatus.INDICATIVE}:
            shown = limit.id or f"{limit.value:g}"
            traced.record.mistake("standing", f'is "legal", but "{shown}" is a {limit.status.value}; write guide')
    for row in traced.rows:
        if "FR" not in row.jurisdiction.split("/"):
            traced.record.mistake(
                "standing", f'is "legal", but "{row.id}" is of jurisdiction {row.jurisdiction}, not FR; write guide'
            )


def _row(traced: TracedLevel, row: Limit, rule: Rule) -> None:
    if comparability.is_gravimetric_dust(row) and rule.comparability is Comparability.DIRECT:
        traced.record.mistake(
            "limit",
            f'is "{row.id}", for dust that is sampled and weighed; an optical counter only hints at it; '
            "write comparability: indication_only and on_exceedance: targeted_metrology",
        )
    measures = comparability.measures_of(row)
    if rule.measure not in measures:
        expected = " or ".join(sorted(m.value for m in measures))
        mend = (
            f"use measure {expected}" if measures else "no measure of a shift or day speaks of it; take another limit"
        )
        traced.record.mistake(
            "limit", f'is "{row.id}", a "{row.metric}"; {rule.measure.value} cannot be held against it; {mend}'
        )
    kinds = comparability.kinds_of(row)
    wrong = [kind.value for kind in rule.zones if kind not in kinds]
    if wrong:
        expected = ", ".join(sorted(kind.value for kind in kinds)) or "no kind of zone of a workplace"
        traced.record.mistake(
            "limit",
            f'is "{row.id}", made for "{row.context}"; it does not hold in {", ".join(wrong)}; it is for {expected}; '
            "take these zones out of the rule or take another limit",
        )
    intensity = comparability.intensity_of(row)
    if intensity is not None and rule.intensities != (intensity,):
        traced.record.mistake(
            "limit", f'is "{row.id}", made for "{row.context}"; write intensities: [{intensity.value}] in the rule'
        )


def _order(levels: Sequence[TracedLevel]) -> None:
    """Levels rise in severity; at one value, ``>=`` is reached before ``>``."""
    previous: tuple[float, float] | None = None
    below: bool | None = None
    for traced in levels:
        if not traced.level.limits:
            continue
        last = traced.level.limits[-1]
        directions = {limit.comparator is Comparator.BELOW for limit in traced.level.limits}
        if len(directions) > 1 or (below is not None and below not in directions):
            traced.record.mistake("limit", "mixes upper and lower limits in one rule; write two rules")
            return
        below = last.comparator is Comparator.BELOW
        rank = (-last.value if below else last.value, 1.0 if last.comparator is Comparator.ABOVE else 0.0)
        if previous is not None and rank <= previous:
            traced.record.mistake(
                "limit",
                "is not more severe than the level before it; write the levels from the mildest to the most severe",
            )
        previous = rank
