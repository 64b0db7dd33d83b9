"""Is a rule pack fit to be used? Every mistake at once, for a person at a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rules.contradictions import contradictions
from rules.pack_reader import Reading, read_pack, read_shipped
from rules.shipped import shipped_names
from rules.traced import TracedRule


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, and what is wrong with it.

    Attributes
    ----------
    mistakes : tuple of str
        One line a mistake: ``file:line: what was found; what was expected; how to mend it``.
    """

    packs: int
    rules: int
    kit_checks: int
    mistakes: tuple[str, ...]


def check_pack(text: str, filename: str, on: date | None = None) -> list[str]:
    """All mistakes of a pack, in the order of its lines; empty when it can be used.

    Parameters
    ----------
    text : str
        The YAML text.
    filename : str
        Named in every line.
    on : date, optional
        A limit that is not in force on this day is a mistake too.

    Examples
    --------
    >>> check_pack("", "mine.yaml")[0][:32]
    'mine.yaml:1: the file is empty; '
    """
    return list(check_file(text, filename, on).mistakes)


def check_file(text: str, filename: str, on: date | None = None) -> Checked:
    """Like :func:`check_pack`, with what was read."""
    return _checked([read_pack(text, filename)], on)


def check_default_packs(on: date | None = None) -> Checked:
    """The packs that come with Vigie, each and against each other."""
    return _checked([read_shipped(name) for name in shipped_names()], on)


def _checked(readings: Sequence[Reading], on: date | None) -> Checked:
    rules = [rule for reading in readings for rule in reading.rules]
    messages = [message for reading in readings for message in reading.messages]
    if len(readings) > 1:
        messages += contradictions(rules)
    if on is not None:
        messages += [told for rule in rules for told in _not_in_force(rule, on)]
    return Checked(len(readings), len(rules), sum(len(reading.kit_checks) for reading in readings), tuple(messages))


def _not_in_force(found: TracedRule, on: date) -> Iterator[str]:
    """Levels that say nothing on a day."""
    for traced in found.levels:
        level = traced.level
        if level.limit_on(on) is None:
            named = ", ".join(f'"{limit.id}"' for limit in level.limits)
            first = next((limit.first for limit in level.limits if limit.first is not None and limit.first > on), None)
            when = f"it starts on {first}" if first else f"it ended on {level.limits[-1].last}"
            yield traced.record.told(
                "limit", f"is {named}, not in force on {on}: {when}; take the limit that applies then"
            )
