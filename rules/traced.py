"""Rules with the place they were read from, so that what is wrong with them can be told where it stands."""

from dataclasses import dataclass

from catalog.limits import Limit
from catalog.quantities import Quantity
from rules.document import Record
from rules.rule import Level, Rule


@dataclass(frozen=True, slots=True)
class TracedLevel:
    """A level, where it stands in the file, and the catalog rows behind it (none for a value of the pack's own)."""

    record: Record
    level: Level
    rows: tuple[Limit, ...]


@dataclass(frozen=True, slots=True)
class TracedRule:
    """A rule, where it stands in the file, and its levels likewise."""

    record: Record
    rule: Rule
    measured: Quantity
    levels: tuple[TracedLevel, ...]
