"""A service's own pack on top of those of Vigie: what it changes, and what it leaves out and why."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import yaml

from catalog.identifiers import RuleId
from catalog.suggest import did_you_mean
from rules.document import Entry, Record
from rules.kit_check_reader import KIT_CHECK_FIELDS, TracedKitCheck, read_kit_check
from rules.rule import DisabledRule
from rules.rule_reader import LEVEL_FIELDS, RULE_FIELDS, read_rule
from rules.traced import TracedRule

_WHOLE = "limit"
"""A field that is replaced as a whole even where it is a mapping: half of a value of one's own is no value."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a pack changes of the packs below it.

    Attributes
    ----------
    rules, kit_checks : tuple
        As they are after the change.
    """

    rules: tuple[TracedRule, ...]
    kit_checks: tuple[TracedKitCheck, ...]
    disabled: tuple[DisabledRule, ...]
    changed: frozenset[str]

    @property
    def gone(self) -> frozenset[str]:
        """Names of what no longer stands as the packs below have it."""
        return self.changed | {each.rule for each in self.disabled}


def read_overlay(root: Record, rules: Sequence[TracedRule], kit_checks: Sequence[TracedKitCheck]) -> Overlay:
    """The changes of a pack to the rules and kit checks below it, with every mistake noted."""
    known: dict[str, TracedRule | TracedKitCheck] = {traced.rule.id: traced for traced in rules}
    known |= {traced.check.id: traced for traced in kit_checks}
    disabled = _disabled(root, known)
    changed_rules, changed_checks, changed = [], [], set()
    for entry in root.entries("override") if root.has("override") else ():
        below = known.get(entry.name)
        if below is None:
            entry.mistake(f"is no rule of the packs extended; {did_you_mean(entry.name, known)}")
            continue
        if any(each.rule == entry.name for each in disabled):
            entry.mistake("is overridden and disabled: the change can never speak; keep one of the two")
            continue
        changed.add(entry.name)
        if isinstance(below, TracedRule):
            rule = _changed_rule(entry, below)
            changed_rules += [] if rule is None else [rule]
        else:
            check = _changed_check(entry, below)
            changed_checks += [] if check is None else [check]
    return Overlay(tuple(changed_rules), tuple(changed_checks), disabled, frozenset(changed))


def _disabled(root: Record, known: Mapping[str, object]) -> tuple[DisabledRule, ...]:
    found = []
    for entry in root.entries("disable") if root.has("disable") else ():
        reason = entry.text()
        if entry.name not in known:
            entry.mistake(f"is no rule of the packs extended; {did_you_mean(entry.name, known)}")
        elif reason:
            found.append(DisabledRule(RuleId(entry.name), reason))
    return tuple(found)


def _changed_rule(entry: Entry, below: TracedRule) -> TracedRule | None:
    changes = entry.mapping(RULE_FIELDS[1:])
    if changes is None or _renames(entry, changes):
        return None
    merged = _merged(entry, below.record.node, changes)
    levels = _field(changes, "levels")
    if levels is not None:
        if not isinstance(levels, yaml.MappingNode):
            entry.mistake(
                "changes levels, and they are a list; expected the name of each level and what changes of it, "
                "as levels: { " + below.levels[0].level.name + ": { priority: 2 } }"
            )
            return None
        named = _changed_levels(entry, below, levels)
        if named is None:
            return None
        _set(merged, "levels", named)
    return read_rule(entry.record(merged, RULE_FIELDS))


def _changed_levels(entry: Entry, below: TracedRule, changes: yaml.MappingNode) -> yaml.SequenceNode | None:
    """The levels of the rule below, each with its changes."""
    names = [traced.level.name for traced in below.levels]
    wanted: dict[str, yaml.MappingNode] = {}
    for key, value in changes.value:
        name = str(key.value)
        if name not in names:
            entry.mistake(f'changes level "{name}", which the rule does not have; {did_you_mean(name, names)}')
            return None
        if not isinstance(value, yaml.MappingNode):
            entry.mistake(f'changes level "{name}" to no mapping; expected some of {", ".join(LEVEL_FIELDS)}')
            return None
        wanted[name] = value
    nodes = [
        _merged(entry, traced.record.node, wanted[traced.level.name])
        if traced.level.name in wanted
        else _moved(traced.record.node, entry.key)
        for traced in below.levels
    ]
    return yaml.SequenceNode("tag:yaml.org,2002:seq", nodes, entry.key.start_mark, entry.key.end_mark)


def _changed_check(entry: Entry, below: TracedKitCheck) -> TracedKitCheck | None:
    changes = entry.mapping(KIT_CHECK_FIELDS[1:])
    if changes is None or _renames(entry, changes):
        return None
    return read_kit_check(entry.record(_merged(entry, below.record.node, changes), KIT_CHECK_FIELDS))


def _renames(entry: Entry, changes: yaml.MappingNode) -> bool:
    if _field(changes, "id") is None:
        return False
    entry.mistake("changes id; a rule keeps its name; disable it and add another under rules")
    return True


def _merged(entry: Entry, below: yaml.MappingNode, changes: yaml.MappingNode) -> yaml.MappingNode:
    """The fields of both; what comes from below stands, for messages, at the line of the entry that changes it."""
    merged = _moved(below, entry.key)
    assert isinstance(merged, yaml.MappingNode)  # noqa: S101 - a moved mapping is a mapping
    for key, value in changes.value:
        known = _field(merged, str(key.value))
        both = isinstance(known, yaml.MappingNode) and isinstance(value, yaml.MappingNode)
        if both and key.value not in (_WHOLE, "levels"):
            value = _merged(entry, known, value)  # type: ignore[arg-type]  # both are mappings
        _set(merged, str(key.value), value, key)
    return merged


def _field(node: yaml.MappingNode, name: str) -> yaml.Node | None:
    return next((value for key, value in node.value if key.value == name), None)


def _set(node: yaml.MappingNode, name: str, value: yaml.Node, key: yaml.Node | None = None) -> None:
    """Replace a field, or add it."""
    for index, (known, _) in enumerate(node.value):
        if known.value == name:
            node.value[index] = (key or known, value)
            return
    node.value.append((key, value))


def _moved(node: yaml.Node, to: yaml.Node) -> yaml.Node:
    """A copy of a node that stands where another does."""
    moved = copy.copy(node)
    moved.start_mark, moved.end_mark = to.start_mark, to.end_mark
    if isinstance(moved, yaml.MappingNode):
        moved.value = [(_moved(key, to), _moved(value, to)) for key, value in node.value]
    elif isinstance(moved, yaml.SequenceNode):
        moved.value = [_moved(item, to) for item in node.value]
    return moved
