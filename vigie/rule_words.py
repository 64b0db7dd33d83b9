"""Rules as rows and as a page of text, for a person at a terminal."""

import json
import textwrap
from collections.abc import Sequence

import msgspec

from catalog.places import ZoneKind
from catalog.quantities import quantity
from catalog.suggest import did_you_mean
from rules.kit_check_rule import KitCheckRule
from rules.language import typeset_french
from rules.rule import DatedLimit, Level, Onset, Pack, Rule
from vigie.errors import UsageError

_WIDTH = 110
_TEXT = len("metrology  ")

RULE_COLUMNS = ("pack", "version", "rule", "quantity", "measure", "zones", "limits", "ticket", "priority", "disabled")
"""What a table shows; JSON and CSV carry every field."""


def rule_rows(packs: Sequence[Pack]) -> list[dict[str, object]]:
    """One row a rule, kit check and disabled rule, in the packs' order."""
    rows: list[dict[str, object]] = []
    for pack in packs:
        rows += [_row(pack, rule) for rule in pack.rules]
        rows += [_kit_check_row(pack, check) for check in pack.kit_checks]
        rows += [_empty_row(pack, each.rule) | {"disabled": each.reason} for each in pack.disabled]
    return rows


def rule_text(packs: Sequence[Pack], name: str) -> str:
    """A page about one rule.

    Raises
    ------
    UsageError
        No such rule.
    """
    for pack in packs:
        for rule in pack.rules:
            if rule.id == name:
                return _text(pack, rule)
        for check in pack.kit_checks:
            if check.id == name:
                return _kit_check_text(pack, check)
    raise _unknown(packs, name)


def rule_json(packs: Sequence[Pack], name: str) -> str:
    """All of one rule, as the stored text of its pack has it.

    Raises
    ------
    UsageError
        No such rule.
    """
    for pack in packs:
        for rule in _named(pack):
            if rule.id == name:
                known = {"pack": pack.id, "version": pack.version, "digest": pack.digest}
                return json.dumps(known | msgspec.to_builtins(rule), ensure_ascii=False, indent=2)
    raise _unknown(packs, name)


def _named(pack: Pack) -> tuple[Rule | KitCheckRule, ...]:
    return (*pack.rules, *pack.kit_checks)


def _unknown(packs: Sequence[Pack], name: str) -> UsageError:
    for pack in packs:
        for each in pack.disabled:
            if each.rule == name:
                return UsageError(f'rule "{name}" is disabled by {pack.id} {pack.version}: {each.reason}')
    known = [rule.id for pack in packs for rule in _named(pack)]
    return UsageError(f'there is no rule "{name}"; {did_you_mean(name, known)}')


def _empty_row(pack: Pack, rule: str) -> dict[str, object]:
    fields = ("quantity", "measure", "window", "zones", "limits", "ticket", "priority", "disabled")
    signed = None if pack.signed_off is None else f"{pack.signed_off.name}, {pack.signed_off.date}"
    return {"pack": pack.id, "version": pack.version, "signed_off": signed, "rule": rule} | dict.fromkeys(fields)


def _row(pack: Pack, rule: Rule) -> dict[str, object]:
    asked = dict.fromkeys(level.on_exceedance.value for level in rule.levels)
    return _empty_row(pack, rule.id) | {
        "quantity": rule.quantity,
        "measure": rule.measure.value,
        "window": rule.window_kind.value,
        "zones": zones_words(rule),
        "limits": ", ".join(_value(level.limits[-1], rule) for level in rule.levels),
        "ticket": ", ".join(asked),
        "priority": min(level.priority for level in rule.levels),
    }


def _kit_check_row(pack: Pack, check: KitCheckRule) -> dict[str, object]:
    return _empty_row(pack, check.id) | {
        "measure": "coverage",
        "window": "shift",
        "zones": "all",
        "limits": f"{check.insufficient} of {check.recent} shifts",
        "ticket": "kit_check",
        "priority": check.priority,
    }


def zones_words(rule: Rule) -> str:
    """The kinds of zone and of work a rule speaks of."""
    zones = "all" if set(rule.zones) == set(ZoneKind) else " ".join(kind.value for kind in rule.zones)
    work = " ".join(kind.value for kind in rule.intensities)
    return f"{zones}, {work} work" if work else zones


def _value(limit: DatedLimit, rule: Rule) -> str:
    return f"{limit.comparator.value} {round(limit.value, 2):g} {quantity(rule.quantity).unit}"


def _text(pack: Pack, rule: Rule) -> str:
    unit = quantity(rule.quantity).unit
    lines = [
        f"{typeset_french(rule.title.fr)} / {rule.title.en}",
        f"rule {rule.id} of pack {pack.id} {pack.version}, digest {pack.digest[:12]}",
        f"looks at   {rule.measure.value} of {rule.quantity} over each {rule.window_kind.value}, {rule.agent}",
        f"zones      {zones_words(rule)}",
        f"asks       {_repetition(rule)}",
        f"clears     after {rule.clearing.shifts} in a row better than the limit by {rule.clearing.margin:g} {unit}",
        f"flapping   {rule.flapping.times} relapses within {rule.flapping.shifts} {rule.window_kind.value}s",
        f"episodes   {_episodes(rule, unit)}",
        f"decides    {_decision(rule)}",
    ]
    for level in rule.levels:
        lines += ["", *_level(level, rule)]
    lines += ["", f"law        {typeset_french(rule.law.fr)}", f"           {rule.law.en}"]
    if rule.metrology is not None:
        lines += [f"metrology  {typeset_french(rule.metrology.fr)}", f"           {rule.metrology.en}"]
    return _wrapped(lines)


def _wrapped(lines: Sequence[str]) -> str:
    """Lines no longer than a page is wide; what goes on stands under the text and not under its name."""
    folded = []
    for line in lines:
        named = line[:_TEXT].endswith(" ") and (not line.startswith(" ") or line.startswith(" " * _TEXT))
        indent = " " * (_TEXT if named else 2)
        folded.append(textwrap.fill(line, _WIDTH, subsequent_indent=indent, break_on_hyphens=False) if line else "")
    return "\n".join(folded)


def _episodes(rule: Rule, unit: str) -> str:
    delays = rule.delays
    back = f"{delays.off:g} s after coming back by {rule.hysteresis:g} {unit}"
    return f"count from {delays.on:g} s, end {back}; no data after {delays.no_data:g} s"


def _decision(rule: Rule) -> str:
    at, coverage = rule.probabilities, f"coverage at least {100 * rule.minimum_coverage:g} %"
    how = f"{rule.comparability.value}; tiers {rule.tiers.value}"
    return f"at probability {at.exceedance:g}, none at {at.none:g}; {coverage}; {how}"


def _repetition(rule: Rule) -> str:
    often, window = rule.repetition, rule.window_kind.value
    if often.onset is Onset.IMMEDIATE:
        return f"at once; in doubt after {often.shifts} {window}s"
    share = (
        ""
        if often.window_share is None
        else (f", or one and {100 * often.window_share:g} % of the time of {often.working_days} working days")
    )
    return f"after {often.shifts} {window}s{share}"


def _level(level: Level, rule: Rule) -> list[str]:
    action = f", {level.amt_type.value}" if level.amt_type else ""
    asked = f"{level.on_exceedance.value}{action}, priority {level.priority}"
    doubt = f" (from a probability of {level.doubt_from:g})" if level.doubt_from else ""
    lines = [
        f"level {level.name}: {typeset_french(level.title.fr)} / {level.title.en}",
        f"  {level.standing.value}; beyond it {asked}; in doubt {level.on_inconclusive.value}{doubt}",
    ]
    lines += [f"  {_value(limit, rule)}  {_days(limit)}  {limit.applied().source}" for limit in level.limits]
    return [*lines, f"  {typeset_french(level.advice.fr)}", f"  {level.advice.en}"]


def _days(limit: DatedLimit) -> str:
    first = f"from {limit.first}" if limit.first else ""
    last = f"to {limit.last}" if limit.last else ""
    return f"{first} {last}".strip() or "no date given"


def _kit_check_text(pack: Pack, check: KitCheckRule) -> str:
    return _wrapped(
        (
            f"{typeset_french(check.title.fr)} / {check.title.en}",
            f"kit check {check.id} of pack {pack.id} {pack.version}, digest {pack.digest[:12]}",
            f"asks       where {check.insufficient} of the last {check.recent} whole shifts have too little data,",
            f"           or more than {100 * check.campaign_share:g} % of all; over at least {check.delay:g} s",
            f"ticket     kit_check, priority {check.priority}",
            f"advice     {typeset_french(check.advice.fr)}",
            f"           {check.advice.en}",
        )
    )
