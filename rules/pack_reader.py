"""From the YAML of a rule pack to its rules, with every mistake on the way."""

from dataclasses import dataclass
from functools import cache

from catalog.suggest import did_you_mean
from rules.contradictions import contradictions
from rules.document import Mistakes, Record, compose
from rules.fields import read_bilingual
from rules.kit_check_reader import KIT_CHECK_FIELDS, TracedKitCheck, read_kit_check
from rules.overlay import read_overlay
from rules.rule import Pack, PackReference, SignOff
from rules.rule_reader import RULE_FIELDS, read_rule
from rules.shipped import shipped_names, shipped_text
from rules.traced import TracedRule

PACK_FIELDS = ("id", "version", "title_fr", "title_en", "signed_off", "rules", "kit_checks")
OVERLAY_FIELDS = ("extends", "override", "disable")
"""Of a pack that is written on top of those of Vigie."""
ALL_FIELDS = (*PACK_FIELDS, *OVERLAY_FIELDS)


@dataclass(frozen=True, slots=True)
class Reading:
    """What came out of a file: a pack, or the mistakes that stand in its way.

    Attributes
    ----------
    rules : tuple of TracedRule
        Those without mistakes of their own; of a pack on top of others, theirs first.
    """

    pack: Pack | None
    mistakes: Mistakes
    rules: tuple[TracedRule, ...] = ()
    kit_checks: tuple[TracedKitCheck, ...] = ()

    @property
    def messages(self) -> tuple[str, ...]:
        """All mistakes, in the order of their lines."""
        return tuple(sorted(self.mistakes.messages, key=_line))


def read_pack(text: str, filename: str) -> Reading:
    """Read a rule pack strictly; all mistakes at once, in the order of their lines."""
    mistakes = Mistakes(filename)
    root = compose(text, mistakes, ALL_FIELDS)
    if root is None:
        return Reading(None, mistakes)
    signed_off = None
    if root.has("signed_off"):
        signature = root.record("signed_off", ("name", "date"))
        signed_off = None if signature is None else SignOff(signature.text("name"), signature.day("date"))
    name, version, title = root.text("id"), root.text("version"), read_bilingual(root, "title")
    below = _below(root)
    overlay = read_overlay(root, below.rules, below.kit_checks)
    own = _own(root, below)
    kept = tuple(rule for rule in below.rules if rule.rule.id not in overlay.gone)
    rules = (*kept, *overlay.rules, *own.rules)
    mistakes.messages += contradictions(rules)
    checks = (*(c for c in below.kit_checks if c.check.id not in overlay.gone), *overlay.kit_checks, *own.kit_checks)
    if mistakes.messages:
        return Reading(None, mistakes, rules, checks)
    pack = Pack(
        id=name,
        version=version,
        title=title,
        signed_off=signed_off,
        rules=tuple(traced.rule for traced in rules),
        kit_checks=tuple(traced.check for traced in checks),
        based_on=below.references,
        disabled=overlay.disabled,
    )
    return Reading(pack, mistakes, rules, checks)


@dataclass(frozen=True, slots=True)
class _Below:
    """What a pack is written on top of."""

    rules: tuple[TracedRule, ...] = ()
    kit_checks: tuple[TracedKitCheck, ...] = ()
    references: tuple[PackReference, ...] = ()

    def names(self) -> set[str]:
        return {traced.rule.id for traced in self.rules} | {traced.check.id for traced in self.kit_checks}


def _below(root: Record) -> _Below:
    """The packs a pack extends; those it cannot extend are noted."""
    if not root.has("extends"):
        for name in ("override", "disable"):
            if root.has(name):
                root.mistake(name, "changes other packs, but the pack extends none; add extends: [reperes], say")
        return _Below()
    rules: list[TracedRule] = []
    checks: list[TracedKitCheck] = []
    references = []
    names = root.texts("extends")
    for name in dict.fromkeys(names):
        if name not in shipped_names():
            root.mistake("extends", f'has "{name}", which is no pack of Vigie; {did_you_mean(name, shipped_names())}')
            continue
        below = read_shipped(name)
        rules += below.rules
        checks += below.kit_checks
        if below.pack is not None:
            references.append(below.pack.reference)
    return _Below(tuple(rules), tuple(checks), tuple(references))


@cache
def read_shipped(name: str) -> Reading:
    """A pack that comes with Vigie."""
    return read_pack(shipped_text(name), f"{name}.yaml")


@dataclass(frozen=True, slots=True)
class _Own:
    """What a pack adds."""

    rules: tuple[TracedRule, ...]
    kit_checks: tuple[TracedKitCheck, ...]


def _own(root: Record, below: _Below) -> _Own:
    taken = below.names()
    seen: set[str] = set()

    def free(record: Record, name: str) -> bool:
        if name in seen:
            record.mistake("id", f'is "{name}" again; expected every rule to have its own name; rename one')
        elif name in taken:
            record.mistake("id", f'is "{name}", a rule of the packs extended; change it under override, or rename it')
        known = name in seen or name in taken
        seen.add(name)
        return not known

    needed = not root.has("extends") and not root.has("kit_checks")
    given = root.records("rules", RULE_FIELDS) if root.has("rules") or needed else []
    rules = [traced for traced in map(read_rule, given) if traced and free(traced.record, traced.rule.id)]
    given = root.records("kit_checks", KIT_CHECK_FIELDS) if root.has("kit_checks") else []
    checks = [traced for traced in map(read_kit_check, given) if traced and free(traced.record, traced.check.id)]
    return _Own(tuple(rules), tuple(checks))


def _line(message: str) -> int:
    """The line of a message ``file:line: …``; file names of Windows drives carry a colon too."""
    return next(int(part) for part in message.split(":") if part.isdigit())
