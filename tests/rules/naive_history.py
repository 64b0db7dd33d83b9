"""The twin of the history anybody can check by eye: every state from scratch, from all windows up to it, by the words.

Nothing of it is shared with :mod:`rules.history`: shifts are gathered, counted and judged anew for each prefix.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from dsp.exposure import Exposure, Measure, WindowKind
from rules.decision import Assessment, Decision
from rules.rule import InconclusiveOutcome, Level, Onset, Rule, Tiers
from rules.states import RuleState, Transition
from rules.tickets import TicketKind

FOURTEEN_DAYS = 14 * 86_400_000


@dataclass(frozen=True)
class Shift:
    """All that was made of one window by one rule."""

    end: int
    start: int
    assessments: tuple[Assessment, ...]

    @property
    def usable(self) -> bool:
        """Whether anybody said anything."""
        return any(a.decision is not Decision.INSUFFICIENT_DATA for a in self.assessments)

    @property
    def due(self) -> bool:
        """Whether a kit was there for all of it."""
        return any(a.exposure.whole for a in self.assessments)


@dataclass(frozen=True)
class World:
    """All there is to know of one rule in one zone.

    ``notes`` keeps what was found out about each number of first shifts, or the tests would take for ever.
    """

    rule: Rule
    shifts: tuple[Shift, ...]
    exposures: tuple[Exposure, ...]
    days: Mapping[int, date]
    until: int | None
    notes: dict[tuple[str, int], object] = field(default_factory=dict)

    def up_to(self, count: int) -> "World":
        """With the first shifts only, and nothing that ended later."""
        shifts = self.shifts[:count]
        known = tuple(e for e in self.exposures if e.end <= shifts[-1].end) if shifts else ()
        return replace(self, shifts=shifts, exposures=known)


@dataclass(frozen=True)
class Standing:
    """State, level, kind, priority and flapping after some shifts; ``fell`` are the shifts on which it fell back."""

    state: RuleState
    level: str = ""
    kind: TicketKind | None = None
    priority: int | None = None
    flapping: bool = False
    row: int = 0
    fell: tuple[int, ...] = ()

    def at(self, instant: int) -> Transition:
        """As it is shown."""
        return Transition(instant, self.state, self.level, self.kind, self.priority, self.flapping)


@dataclass(frozen=True)
class Asked:
    """What a campaign asks for."""

    level: str
    kind: TicketKind
    priority: int


def world(
    rule: Rule,
    assessments: Sequence[Assessment],
    exposures: Sequence[Exposure],
    days: Mapping[int, date],
    until: int | None,
) -> World:
    """One rule's part of what is known of a zone."""
    own = [a for a in assessments if a.rule == rule.id]
    windows = sorted({(a.exposure.end, a.exposure.start) for a in own})
    shifts = tuple(
        Shift(end, start, tuple(a for a in own if (a.exposure.end, a.exposure.start) == (end, start)))
        for end, start in windows
    )
    return World(rule, shifts, tuple(exposures), days, until)


# ---- what a shift says


def open_(rule: Rule, a: Assessment) -> bool:
    """Whether an assessment leaves the question open."""
    if rule.tiers is Tiers.NONE:
        from_ = rule.level(a.level).doubt_from
        return a.decision is Decision.INCONCLUSIVE and (a.probability is None or not a.probability < from_)
    value = a.exposure.value if a.exposure.value is not None else a.exposure.high
    if a.decision in {Decision.INSUFFICIENT_DATA, Decision.EXCEEDANCE_INDICATED} or value is None:
        return False
    return value > 0.5 * a.limit or (a.decision is Decision.INCONCLUSIVE and value >= 0.1 * a.limit)


def bad(rule: Rule, shift: Shift) -> bool:
    """An exceedance, or doubt about a level that asks for metrology then."""
    return any(
        a.decision is Decision.EXCEEDANCE_INDICATED
        or (open_(rule, a) and rule.level(a.level).on_inconclusive is InconclusiveOutcome.TARGETED_METROLOGY)
        for a in shift.assessments
    )


def good(rule: Rule, shift: Shift) -> bool:
    """Every kit that was there for all of it is better than every limit by the margin, and so is every other one."""
    if not shift.usable:
        return False
    for a in shift.assessments:
        if a.decision is Decision.INSUFFICIENT_DATA:
            if a.exposure.whole:
                return False
            continue
        if a.decision is Decision.EXCEEDANCE_INDICATED or open_(rule, a):
            return False
        value = a.exposure.value
        if rule.direction == "below":
            value = a.exposure.low if value is None else value
            better = value is not None and value >= a.limit + rule.clearing.margin
        else:
            value = a.exposure.high if value is None else value
            target = a.limit - rule.clearing.margin
            better = value is not None and value <= (target if rule.tiers is Tiers.NONE else 0.5 * target)
        if not better:
            return False
    return True


# ---- what a campaign asks for


def campaign_starts(known: World) -> list[int]:
    """Positions of the shifts a campaign begins with."""
    starts: list[int] = []
    for position, shift in enumerate(known.shifts):
        before = known.shifts[starts[-1] : position] if starts else ()
        lent = {a.exposure.deployment for s in before for a in s.assessments}
        same = lent & {a.exposure.deployment for a in shift.assessments}
        if not before or (not same and shift.start - max(s.end for s in before) > FOURTEEN_DAYS):
            starts.append(position)
    return starts


def share(known: World, level: Level, shifts: Sequence[Shift]) -> float | None:
    """Largest share of the worked time of consecutive working days beyond the limit, one of them sure."""
    rule = known.rule
    sure = {
        known.days[s.start]
        for s in shifts
        if any(a.level == level.name and a.decision is Decision.EXCEEDANCE_INDICATED for a in s.assessments)
    }
    measure = Measure.TIME_BELOW if rule.direction == "below" else Measure.TIME_ABOVE
    own = [
        e
        for e in known.exposures
        if e.quantity == rule.quantity and e.window_kind is WindowKind.SHIFT and shifts[0].start <= e.start
    ]
    working = sorted({known.days[e.start] for e in own})
    found: list[float] = []
    for index in range(len(working) - rule.repetition.working_days + 1):
        run = working[index : index + rule.repetition.working_days]
        windows = {(e.start, e.end) for e in own if known.days[e.start] in run}
        over = 0.0
        for window in windows:
            limit = level.limit_on(known.days[window[0]])
            assert limit is not None
            times = [
                e.value
                for e in own
                if (e.start, e.end) == window
                and e.measure is measure
                and e.value is not None
                and e.threshold is not None
                and math.isclose(e.threshold, limit.value)
            ]
            over += max(times, default=0.0)
        if sure & set(run):
            found.append(over / sum((end - start) / 1000 for start, end in windows))
    return max(found, default=None)


def asked(known: World) -> Asked | None:
    """What the campaign of the last shift asks for, its shifts counted anew."""
    key = ("asked", len(known.shifts))
    if key not in known.notes:
        known.notes[key] = _asked(known)
    found = known.notes[key]
    assert found is None or isinstance(found, Asked)
    return found


def _asked(known: World) -> Asked | None:
    rule = known.rule
    start = campaign_starts(known)[-1]
    shifts = known.shifts[start:]
    firing: list[Level] = []
    doubted: list[Level] = []
    for level in rule.levels:
        of_level = [[a for a in s.assessments if a.level == level.name] for s in shifts]
        sure = sum(any(a.decision is Decision.EXCEEDANCE_INDICATED for a in own) for own in of_level)
        left = sum(
            any(open_(rule, a) for a in own) and not any(a.decision is Decision.EXCEEDANCE_INDICATED for a in own)
            for own in of_level
        )
        needed = 1 if rule.repetition.onset is Onset.IMMEDIATE else rule.repetition.shifts
        often = False
        if rule.repetition.window_share is not None:
            for count in range(start + 1, len(known.shifts) + 1):
                then = known.up_to(count)
                over = share(then, level, then.shifts[start:])
                often = often or (over is not None and over >= rule.repetition.window_share)
        if sure >= needed or often:
            firing.append(level)
        elif (
            level.on_inconclusive is InconclusiveOutcome.TARGETED_METROLOGY
            and left
            and sure + left >= rule.repetition.shifts
        ):
            doubted.append(level)
    if firing:
        return Asked(firing[-1].name, firing[-1].on_exceedance, firing[-1].priority)
    if doubted:
        return Asked(doubted[-1].name, TicketKind.TARGETED_METROLOGY, min(doubted[-1].priority + 1, 4))
    return None


# ---- states


def standing(known: World) -> Standing:
    """Where the rule stands after these shifts, silence apart."""
    key = ("standing", len(known.shifts))
    if key not in known.notes:
        known.notes[key] = _standing(known)
    found = known.notes[key]
    assert isinstance(found, Standing)
    return found


def _standing(known: World) -> Standing:
    if not known.shifts:
        return Standing(RuleState.NORMAL)
    rule, last = known.rule, known.shifts[-1]
    earlier = known.up_to(len(known.shifts) - 1)
    before = standing(earlier)
    starts = campaign_starts(known)
    begins = starts[-1] == len(known.shifts) - 1
    if begins:
        before = replace(before, fell=())
    now, asked_before = asked(known), None if begins else asked(earlier)
    new = now is not None and now != asked_before
    if not last.usable and not new:
        return before
    kept = (
        Asked(before.level, before.kind, before.priority)
        if before.kind is not None and before.priority is not None
        else None
    )
    is_bad = bad(rule, last)
    if new or (is_bad and now is not None):
        return fire(known, before, now)
    if is_bad and before.state is RuleState.RECOVERING:
        return fire(known, before, kept)
    if is_bad:
        state = RuleState.PENDING if before.state is RuleState.NORMAL else before.state
        return replace(before, state=state, row=0)
    if not good(rule, last):
        return replace(before, row=0)
    if before.state is RuleState.NORMAL:
        return before
    row = before.row + 1
    if row >= rule.clearing.shifts * (2 if before.flapping else 1):
        return Standing(RuleState.NORMAL, fell=() if before.flapping else before.fell)
    state = RuleState.RECOVERING if before.state is RuleState.FIRING else before.state
    return replace(before, state=state, row=row)


def fire(known: World, before: Standing, what: Asked | None) -> Standing:
    """Firing for something; fallen back when it fired before, in this campaign or when it began."""
    assert what is not None
    fell, flapping = before.fell, before.flapping
    if before.state is not RuleState.FIRING and fired_before(known):
        usable = [n for n, _ in enumerate(known.shifts) if said_something(known, n)]
        fell = (*fell, len(usable))
        times = known.rule.flapping.times
        recent = fell[-times:]
        flapping = flapping or (len(recent) == times and recent[-1] - recent[0] < known.rule.flapping.shifts)
    return Standing(RuleState.FIRING, what.level, what.kind, what.priority, flapping, 0, fell)


def said_something(known: World, position: int) -> bool:
    """Whether a shift said something: it is usable, or its times beyond the limit made the campaign ask for more."""
    if known.shifts[position].usable:
        return True
    first = position in campaign_starts(known)
    now = asked(known.up_to(position + 1))
    return now is not None and now != (None if first else asked(known.up_to(position)))


def fired_before(known: World) -> bool:
    """Whether the rule fired in this campaign, or was firing or recovering when it began."""
    start = campaign_starts(known)[-1]
    inherited = standing(known.up_to(start)).state in {RuleState.FIRING, RuleState.RECOVERING}
    return inherited or any(
        standing(known.up_to(count)).state is RuleState.FIRING for count in range(start + 1, len(known.shifts))
    )


def transitions(known: World, watermark: int) -> list[Transition]:
    """The history, one shift after another."""
    shown: list[Transition] = []

    def show(what: Transition) -> None:
        if not shown or replace(shown[-1], at=what.at) != what:
            shown.append(what)

    spoke: int | None = None
    for position, shift in enumerate(known.shifts):
        if not said_something(known, position):
            if not shown:
                show(Transition(shift.end, RuleState.NO_DATA))
            continue
        silent = silence(known, spoke, position)
        if silent is not None and silent < shift.end:
            show(Transition(silent, RuleState.NO_DATA))
            show(standing(known.up_to(position)).at(shift.end))
        show(standing(known.up_to(position + 1)).at(shift.end))
        spoke = position
    silent = silence(known, spoke, len(known.shifts))
    if silent is not None and silent <= watermark:
        show(Transition(silent, RuleState.NO_DATA))
    return shown


def silence(known: World, spoke: int | None, before: int) -> int | None:
    """When silence since a shift became *no data*: a shift that was due said nothing, and the delay was over."""
    if spoke is None:
        return None
    due = [shift.end for shift in known.shifts[spoke + 1 : before] if shift.due]
    if not due:
        return None
    at = max(known.shifts[spoke].end + round(1000 * known.rule.delays.no_data), due[0])
    return at if known.until is None or at <= known.until else None
