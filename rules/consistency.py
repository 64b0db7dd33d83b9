"""Does a rule say something that can be defended? Each refusal with its reason and the mend."""

import itertools
from collections.abc import Sequence
from datetime import timedelta

from catalog.limits import Comparator, LegalStatus, Limit, Verification
from catalog.quantities import Quantity
from dsp.exposure import Measure, WindowKind
from dsp.measures import measures_of as measures_computed
from rules import comparability
from rules.document import Record, one_of
from rules.rule import Comparability, InconclusiveOutcome, Rule, Standing, Tiers
from rules.severity import demand, milder, outcome_words, overlap
from rules.ticket_kinds import TicketKind
from rules.traced import TracedLevel, TracedRule
from rules.workplace_actions import AmtType

_DURATIONS = (Measure.TIME_ABOVE, Measure.TIME_BELOW)
_CHEMICAL_MEASURES = (Measure.TWA_8H, Measure.MAX_15MIN)


def mistakes_of_rule(traced_rule: TracedRule) -> None:
    """Note what cannot be defended about a rule whose fields are right one by one."""
    record, rule, levels = traced_rule.record, traced_rule.rule, traced_rule.levels
    _agent_and_measure(record, rule, traced_rule.measured)
    _tiers(record, rule, levels)
    _metrology(record, rule)
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
    for traced in levels:
        if traced.level.doubt_from:
            traced.record.mistake(
                "doubt_from",
                "says which doubt counts, but tiers ask for metrology over half of the limit, however likely; "
                "take it away, or write tiers: none",
            )


def _metrology(record: Record, rule: Rule) -> None:
    asked = rule.tiers is Tiers.LEGAL_CHEMICAL or any(
        level.on_exceedance is TicketKind.TARGETED_METROLOGY
        or level.on_inconclusive is InconclusiveOutcome.TARGETED_METROLOGY
        for level in rule.levels
    )
    if asked and rule.metrology is None:
        record.mistake(
            "metrology",
            "is missing, but the rule asks for targeted metrology; "
            "add metrology: { method_fr: …, method_en: … }, the measurement to ask for",
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
    unverified = [
        limit.id or f"{limit.value:g}" for limit in level.limits if limit.verification is not Verification.YES
    ]
    if level.on_exceedance is TicketKind.WORKPLACE_ACTION and level.amt_type is None:
        traced.record.mistake(
            "amt_type", f"is missing, but the level asks for workplace_action; expected {one_of(AmtType)}; add it"
        )
    if level.on_exceedance is TicketKind.TARGETED_METROLOGY and level.amt_type is not None:
        traced.record.mistake(
            "amt_type", f'is "{level.amt_type.value}", but the level asks for no workplace action; leave it out'
        )
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
    if comparability.is_maintained_mean(row) and rule.comparability is Comparability.DIRECT:
        traced.record.mistake(
            "limit",
            f'is "{row.id}", a mean to be maintained over the points of a task area; one sensor only hints at it; '
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
    """Levels rise in severity on every day; at one value ``>=`` is reached before ``>``; outcomes never get milder."""
    below = {limit.comparator is Comparator.BELOW for traced in levels for limit in traced.level.limits}
    if len(below) > 1:
        mixed = next(traced for traced in levels if _is_below(traced) is not _is_below(levels[0]) or _is_mixed(traced))
        mixed.record.mistake("limit", "mixes upper and lower limits in one rule; write two rules")
        return
    for before, after in itertools.pairwise(levels):
        if any(
            overlap(a, b) and demand(b) <= demand(a)
            for a, b in itertools.product(before.level.limits, after.level.limits)
        ):
            after.record.mistake(
                "limit",
                "is not more severe than the level before it; write the levels from the mildest to the most severe",
            )
        elif milder(after.level, before.level):
            after.record.mistake(
                "on_exceedance",
                f"asks for {outcome_words(after.level)}, less than the level before it "
                f"({outcome_words(before.level)}); the more severe value asks for at least as much",
            )


def _is_below(traced: TracedLevel) -> bool:
    return traced.level.limits[0].comparator is Comparator.BELOW


def _is_mixed(traced: TracedLevel) -> bool:
    return len({limit.comparator is Comparator.BELOW for limit in traced.level.limits}) > 1
