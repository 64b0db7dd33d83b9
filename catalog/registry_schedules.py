"""Work schedules in a registry file, and the checks that make them layable on a calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from catalog.places import Break, ShiftPattern, WorkSchedule
from catalog.registry_kinds import CLOCK, CLOSING_CLOCK, DAY, FLAG, TEXT, UNREAD, WEEKDAYS
from catalog.yaml_nodes import Item, texts_of

_DAY = 24 * 3600
_WEEK = 7 * _DAY


@dataclass(frozen=True, slots=True)
class _Span:
    """Seconds from the midnight a shift starts after."""

    start: int
    end: int


def read_schedule(zone: Item) -> WorkSchedule:
    """The ``schedule`` of a zone; what is wrong with it is among the file's problems."""
    item = zone.needed_item("schedule", "a work schedule with its shifts")
    if item is None:
        return WorkSchedule(())
    shift_items = item.items("shifts", "shifts")
    if not shift_items:
        zone.problems.add(
            item.line, f"{item.at('shifts')} has no shift; expected when people work; add one with a dash"
        )
    patterns = [_shift(shift) for shift in shift_items]
    _no_overlaps(shift_items, patterns)
    schedule = WorkSchedule(
        shifts=tuple(patterns),
        closed=frozenset(texts_of(item.texts("closed"), DAY)),
        works_on_holidays=item.read("works_on_holidays", FLAG, default=False),
    )
    item.close()
    return schedule


def _shift(item: Item) -> ShiftPattern:
    """One shift with its breaks."""
    name = item.read("name", TEXT)
    day_texts = item.needed_texts("days", WEEKDAYS.expected, "write mon-fri or [mon, thu]")
    break_items = item.items("breaks", "breaks")
    pattern = ShiftPattern(
        name=name,
        days=frozenset().union(*texts_of(day_texts, WEEKDAYS)),
        start=item.read("start", CLOCK),
        end=item.read("end", CLOSING_CLOCK),
        breaks=tuple(_break(pause) for pause in break_items),
        breaks_count=item.read("breaks_count", FLAG, default=False),
    )
    if _was_read(pattern) and pattern.start == pattern.end and not item.raw("end").startswith("24"):
        item.problem("end", "a time other than the start", "a shift of 24 hours goes from 00:00 to 24:00")
    _breaks_inside(break_items, pattern)
    item.close()
    return pattern


def _break(item: Item) -> Break:
    """One break."""
    pause = Break(item.read("start", CLOCK), item.read("end", CLOSING_CLOCK))
    if _was_read(pause) and pause.start == pause.end:
        item.problem("end", "a time other than the start", "a break takes some time")
    item.close()
    return pause


def _breaks_inside(items: Sequence[Item], pattern: ShiftPattern) -> None:
    """Breaks lie inside their shift, apart from each other, and leave some work."""
    if not _was_read(pattern):
        return
    shift = _span(pattern.start, pattern.end)
    hours = f"{pattern.start:%H:%M} to {pattern.end:%H:%M}"
    spans: list[_Span] = []
    for item, pause in zip(items, pattern.breaks, strict=True):
        if not _was_read(pause) or pause.start == pause.end:
            continue
        late = _DAY if pause.start < pattern.start else 0
        span = _span(pause.start, pause.end)
        span = _Span(span.start + late, span.end + late)
        if span.start < shift.start or span.end > shift.end:
            key = "start" if span.start < shift.start or span.start >= shift.end else "end"
            item.problem(key, f"a break inside the shift, {hours}", "move the break or lengthen the shift")
        elif any(span.start < other.end and other.start < span.end for other in spans):
            item.problem("start", "a break apart from the others", "join them or move one")
        spans.append(span)
    if spans and sum(span.end - span.start for span in spans) >= shift.end - shift.start and not pattern.breaks_count:
        items[0].problem("start", f"breaks that leave some work in the shift, {hours}", "shorten the breaks")


def _no_overlaps(items: Sequence[Item], patterns: Sequence[ShiftPattern]) -> None:
    """Nobody is counted twice: shifts of a zone lie apart, round the whole week."""
    for later, pattern in enumerate(patterns):
        for earlier in range(later):
            if _was_read(pattern) and _was_read(patterns[earlier]) and _meet(pattern, patterns[earlier]):
                name = patterns[earlier].name
                items[later].problem("start", f'a shift apart from "{name}"', "move it, or give the groups a zone each")
                break


def _was_read(times: ShiftPattern | Break) -> bool:
    """Whether both clock times could be read; what is said about them would only confuse otherwise."""
    return UNREAD not in (times.start, times.end)


def _meet(one: ShiftPattern, other: ShiftPattern) -> bool:
    """Whether two patterns ever have people at the same time."""
    return any(
        (b.start - a.start) % _WEEK < a.end - a.start or (a.start - b.start) % _WEEK < b.end - b.start
        for a in _in_week(one)
        for b in _in_week(other)
    )


def _in_week(pattern: ShiftPattern) -> list[_Span]:
    """Each shift of the week, seconds from Monday's midnight."""
    span = _span(pattern.start, pattern.end)
    return [_Span(span.start + (day - 1) * _DAY, span.end + (day - 1) * _DAY) for day in sorted(pattern.days)]


def _span(start: time, end: time) -> _Span:
    """From a clock time to the next occurrence of another."""
    first = start.hour * 3600 + start.minute * 60 + start.second
    last = end.hour * 3600 + end.minute * 60 + end.second
    return _Span(first, last if last > first else last + _DAY)
