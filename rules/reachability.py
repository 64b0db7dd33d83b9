"""Does every part of a rule have a chance to speak? What never can is a mistake, not a matter of taste."""

import math
from collections.abc import Iterator

from catalog.limits import Comparator
from catalog.quantities import Averaging, Quantity
from dsp.exposure import Measure
from rules.document import Record
from rules.rule import DatedLimit, Onset, Rule
from rules.traced import TracedLevel, TracedRule

LONGEST_CAMPAIGN = 65
"""Working days of the longest campaign rules are made for: a quarter of a year."""

SHIFTS_A_DAY = 3
"""Shifts a zone may have on one day."""

LONGEST_SHIFT = 86_400.0
"""Seconds no shift lasts longer than."""

_EIGHT_HOURS = 28_800.0


def unreachable(found: TracedRule) -> None:
    """Note the levels, conditions and delays of a rule that can never come true."""
    rule = found.rule
    for level in found.levels:
        for limit in level.level.limits:
            _level(level, limit, rule, found.measured)
        _doubt(level, rule)
    _clearing(found)
    _repetition(found.record, rule)
    _delays(found.record, rule)


def _level(level: TracedLevel, limit: DatedLimit, rule: Rule, measured: Quantity) -> None:
    """A level no usable reading can reach."""
    low, high = _reach(rule.measure, measured)
    named = f'"{limit.id}"' if limit.id else "a value of your own"
    if limit.comparator is not Comparator.BELOW and limit.value >= high:
        level.record.mistake(
            "limit",
            f"is {named}, {limit.value:g} {measured.unit}; {rule.measure.value} of {measured.id} never goes beyond "
            f"{high:g} {measured.unit}, above that no reading is usable: the level can never speak; "
            "take a lower value or leave the level out",
        )
    elif limit.comparator is Comparator.BELOW and limit.value <= low:
        level.record.mistake(
            "limit",
            f"is {named}, {limit.value:g} {measured.unit}; {measured.id} is never under {low:g} {measured.unit}: "
            "the level can never speak; take a higher value or leave the level out",
        )


def _doubt(level: TracedLevel, rule: Rule) -> None:
    """Doubt that counts only where there is none any more."""
    least, sure = level.level.doubt_from, rule.probabilities.exceedance
    if least >= sure:
        level.record.mistake(
            "doubt_from",
            f"is {least:g}; from {sure:g} on an exceedance is indicated and nothing is in doubt: "
            f"doubt could never count; write less than {sure:g}",
        )


def _reach(measure: Measure, measured: Quantity) -> tuple[float, float]:
    """The lowest and highest value a measure of usable readings can have [quantity's unit]."""
    longest = LONGEST_SHIFT / _EIGHT_HOURS
    high = measured.physical_high
    if measure is Measure.TWA_8H:
        high *= longest
    elif measure in (Measure.LEX_8H, Measure.LEX_40H) and measured.averaging is Averaging.ENERGETIC:
        high += 10.0 * math.log10(longest)
    return measured.physical_low, high


def _clearing(found: TracedRule) -> None:
    """A ticket that can never clear, an episode that can never end."""
    margin = found.rule.clearing.margin
    fields = found.record.record("clear", ("margin", "shifts"))
    for limit in _mildest(found):
        never = _never_back(limit, margin, found)
        if never is not None and fields is not None:
            fields.mistake("margin", f"is {margin:g}; {never}: the ticket could never clear; take a smaller margin")
            break
    for limit in _mildest(found):
        never = _never_back(limit, found.rule.hysteresis, found)
        if never is not None:
            found.record.mistake(
                "hysteresis",
                f"is {found.rule.hysteresis:g}; {never}: an episode could never end; take a smaller hysteresis",
            )
            break


def _mildest(found: TracedRule) -> Iterator[DatedLimit]:
    return iter(found.rule.levels[0].limits)


def _never_back(limit: DatedLimit, by: float, found: TracedRule) -> str | None:
    """Why a value can never lie so far behind a limit, or None where it can."""
    measured = found.measured
    if limit.comparator is Comparator.BELOW:
        needed, bound = limit.value + by, measured.physical_high
        return (
            f"it asks for {measured.id} over {needed:g} {measured.unit}, beyond what it can be ({bound:g})"
            if (needed >= bound)
            else None
        )
    needed, bound = limit.value - by, measured.physical_low
    return (
        f"it asks for {measured.id} under {needed:g} {measured.unit}, below what it can be ({bound:g})"
        if (needed <= bound)
        else None
    )


def _repetition(record: Record, rule: Rule) -> None:
    often = rule.repetition
    fields = record.record("repetition", ("onset", "shifts", "window_share", "working_days"))
    if fields is None:
        return
    if often.onset is Onset.IMMEDIATE and often.window_share is not None:
        fields.mistake(
            "window_share", f"is {often.window_share:g}, but the onset is immediate: it never decides; leave it out"
        )
    if often.window_share == 0.0:
        fields.mistake("window_share", "is 0: it is always reached; write onset: immediate, or a share above 0")
    if often.window_share is not None and often.working_days > LONGEST_CAMPAIGN:
        fields.mistake(
            "working_days",
            f"is {often.working_days}; no campaign has more than {LONGEST_CAMPAIGN} working days: "
            "the share could never be reached; write fewer",
        )
    if often.shifts > LONGEST_CAMPAIGN * SHIFTS_A_DAY:
        fields.mistake(
            "shifts",
            f"is {often.shifts}; no campaign has more than {LONGEST_CAMPAIGN * SHIFTS_A_DAY} shifts: "
            "the rule could never ask for anything; write fewer",
        )


def _delays(record: Record, rule: Rule) -> None:
    delays = record.record("delays", ("on", "off", "no_data")) if record.has("delays") else None
    for name, value in (("on", rule.delays.on), ("off", rule.delays.off)):
        if delays is not None and value >= LONGEST_SHIFT:
            delays.mistake(
                name,
                f"is {value:g} s; no shift is as long as {LONGEST_SHIFT:g} s: an episode could never "
                f"{'count' if name == 'on' else 'end'}; write a shorter delay",
            )
    flapping = rule.flapping
    fields = record.record("flapping", ("times", "shifts")) if record.has("flapping") else None
    if fields is not None and flapping.shifts < 2 * flapping.times:
        fields.mistake(
            "shifts",
            f"is {flapping.shifts}; {flapping.times} relapses take at least {2 * flapping.times} shifts; "
            "write more shifts or fewer times",
        )
