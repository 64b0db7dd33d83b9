"""What is not as it was when a ticket's revision was computed: registry, rules, readings, software."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import polars as pl

from catalog.kits import Calibration
from catalog.quantities import quantity
from catalog.registry import Registry
from rules.kit_check_rule import KitCheckRule
from rules.rule import DatedLimit, Level, Pack, Rule
from store.readings import ReadingStore
from store.snapshots import ZoneSnapshot
from store.ticket_content import Evidence
from vigie.output import counted


def registry_changes(then: Registry, now: Registry) -> Iterator[str]:
    """What the registry says of a zone today and did not, or no longer does.

    Parameters
    ----------
    then, now : Registry
        Both of that zone alone.
    """
    for kind, before, after in (
        ("employer", then.employers, now.employers),
        ("establishment", then.establishments, now.establishments),
        ("zone", then.zones, now.zones),
        ("kit", then.kits, now.kits),
        ("deployment", then.deployments, now.deployments),
    ):
        yield from _changed(kind, before, after)
    yield from _calibration_changes(then.calibrations, now.calibrations)


def software_changes(then: ZoneSnapshot, now: ZoneSnapshot, version: str, current: str) -> Iterator[str]:
    """What computes today and did not: Vigie, its data on kits and quantities, the libraries under it."""
    if version != current:
        yield f"computed by vigie {version}; this is vigie {current}"
    for name in sorted({*then.data, *now.data}):
        if then.data.get(name) != now.data.get(name):
            yield f"the catalog's {name} is another than then"
    for name in sorted({*then.libraries, *now.libraries}):
        if then.libraries.get(name) != now.libraries.get(name):
            yield f"{name} was {then.libraries.get(name, 'not used')}, is {now.libraries.get(name, 'not used')}"


def pack_changes(then: Sequence[Pack], now: Sequence[Pack], rule: str) -> Iterator[str]:
    """How the rules of today differ from those then; of the ticket's own rule, in what."""
    current = {pack.id: pack for pack in now}
    for pack in then:
        other = current.pop(pack.id, None)
        if other is None:
            yield f"pack {pack.id} is not in force any more"
        elif other.digest != pack.digest:
            yield f"pack {pack.id} was {pack.version} ({pack.digest[:12]}), is {other.version} ({other.digest[:12]})"
    for pack in current.values():
        yield f"pack {pack.id} {pack.version} is in force now and was not"
    before, after = rule_of(then, rule), rule_of(now, rule)
    if before is not None and after is None:
        yield f"rule {rule} is not in force any more"
    elif isinstance(before, Rule) and isinstance(after, Rule):
        yield from _rule_changes(before, after)
    elif before != after:
        yield f"rule {rule} is another now"


def late_readings(readings: ReadingStore, evidence: Sequence[Evidence], version: int) -> Iterator[str]:
    """Readings in the ticket's windows that came, or were said otherwise, after a version of the readings table."""
    for number, item in enumerate(evidence, start=1):
        known = quantity(item.quantity)
        names = known.computed_from or (known.id,)
        now = readings.read([item.kit], names, item.start, item.end)
        then = readings.read([item.kit], names, item.start, item.end, version).with_columns(known=pl.lit(value=True))
        both = now.join(then, on=["kit", "quantity", "instant"], how="left", suffix="_then")
        late = both.filter(pl.col("known").is_null()).height
        other = both.filter(
            pl.col("known") & ((pl.col("value") != pl.col("value_then")) | (pl.col("flag") != pl.col("flag_then")))
        ).height
        told = [counted(late, "late reading")] if late else []
        told += [f"{counted(other, 'reading')} with another value or flag"] if other else []
        if told:
            yield f"window {number}: {' and '.join(told)} of {' and '.join(names)} from kit {item.kit}"


def rule_of(packs: Sequence[Pack], name: str) -> Rule | KitCheckRule | None:
    """A rule by the name a ticket gives it; a kit check's ends in the kit's."""
    for pack in packs:
        for rule in pack.rules:
            if rule.id == name:
                return rule
    checks = [check for pack in packs for check in pack.kit_checks if name.startswith(f"{check.id}-")]
    return max(checks, key=lambda check: len(check.id), default=None)


def _changed(kind: str, before: Mapping[Any, object], after: Mapping[Any, object]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old is None:
            yield f"{kind} {name} was entered since"
        elif new is None:
            yield f"{kind} {name} is not there any more"
        elif old != new:
            told = ", ".join(_field_change(field, old, new) for field in _differing(old, new))
            yield f"{kind} {name}: {told}"


def _field_change(field: str, old: object, new: object) -> str:
    values = (getattr(old, field), getattr(new, field))
    words = field.replace("_", " ")
    if all(isinstance(value, str | int | float) for value in values) and field not in ("start", "end"):
        return f"{words} was {values[0]}, is {values[1]}"
    return f"{words} is another now"


def _differing(old: object, new: object) -> list[str]:
    return [field.name for field in fields(old) if getattr(old, field.name) != getattr(new, field.name)]  # type: ignore[arg-type]


def _calibration_changes(then: Sequence[Calibration], now: Sequence[Calibration]) -> Iterator[str]:
    before = {(done.kit, done.quantity, done.performed): done for done in then}
    after = {(done.kit, done.quantity, done.performed): done for done in now}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        what = f"calibration of {key[1]} of kit {key[0]} on {key[2]}"
        if old is None and new is not None:
            yield f"{what} was entered since ({_curve(new)})"
        elif old is not None and new is not None and old != new:
            yield f"{what} was corrected: {_curve(old)} then, {_curve(new)} now"


def _curve(done: Calibration) -> str:
    return f"gain {done.gain:g}, offset {done.offset:g}, due {done.due}"


def _rule_changes(before: Rule, after: Rule) -> Iterator[str]:
    names = [name for name in _differing(before, after) if name != "levels"]
    if names:
        yield f"rule {before.id}: {', '.join(name.replace('_', ' ') for name in names)} changed"
    levels = {level.name: level for level in after.levels}
    for level in before.levels:
        other = levels.pop(level.name, None)
        if other is None:
            yield f"rule {before.id}: level {level.name} is gone"
        elif other != level:
            yield f"rule {before.id}, level {level.name}: {_level_change(level, other)}"
    for name in levels:
        yield f"rule {before.id}: level {name} is new"


def _level_change(before: Level, after: Level) -> str:
    if before.limits != after.limits:
        return f"limit was {_limits(before.limits)}, is {_limits(after.limits)}"
    return f"{', '.join(name.replace('_', ' ') for name in _differing(before, after))} changed"


def _limits(limits: Sequence[DatedLimit]) -> str:
    return "; ".join(
        f"{limit.comparator.value} {limit.value:g}" + (f" from {limit.first}" if limit.first else "")
        for limit in limits
    )
