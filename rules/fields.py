"""Fields that rules and kit checks have in common."""

from rules.bilingual import Bilingual
from rules.document import Record

PRIORITIES = (1, 4)
"""From *at once* to *when there is time*."""


def read_bilingual(record: Record, name: str) -> Bilingual:
    """A text in both languages: ``name_fr`` and ``name_en``."""
    return Bilingual(record.text(f"{name}_fr"), record.text(f"{name}_en"))


def read_not_negative(record: Record, name: str, unit: str) -> float:
    """A number of zero or more; ``unit`` is told in words."""
    value = record.number(name)
    if value < 0.0:
        record.mistake(name, f"is {value:g}; expected zero or more, {unit}")
    return value


def read_priority(record: Record) -> int:
    """How urgent a ticket is."""
    low, high = PRIORITIES
    priority = record.count("priority")
    if record.has("priority") and not low <= priority <= high:
        record.mistake("priority", f"is {priority}; expected {low} (at once) to {high} (when there is time)")
    return priority
