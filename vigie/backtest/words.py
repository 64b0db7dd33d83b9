"""A backtest for a person at a terminal, and as flat rows."""

from collections import Counter
from collections.abc import Iterable, Sequence

from rules.backtest import Asked, Change, Compared, Difference
from rules.metrology import Agreement
from rules.rule import Pack
from rules.ticket_events import DismissalReason
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from vigie.backtest.reality import Fate
from vigie.backtest.run import Backtest, Judged
from vigie.output import Sheet, counted
from vigie.times import local_day

BACKTEST_FIELDS = (
    "change", "zone", "agent", "rule", "differences",
    "kind", "level", "priority", "first_day", "shifts", "held_back",
    "in_force_kind", "in_force_level", "in_force_priority", "in_force_first_day", "in_force_shifts",
    "in_force_held_back",
    "why", "ticket", "ticket_state", "dismissed", "metrology", "unsure", "cut", "simulated",
)  # fmt: skip
"""Of a row; what has no prefix is the candidate's."""

_KINDS = {
    TicketKind.WORKPLACE_ACTION: "action",
    TicketKind.TARGETED_METROLOGY: "metrology",
    TicketKind.KIT_CHECK: "kit check",
}
_DISMISSED = {
    DismissalReason.FALSE_ALARM: "dismissed as false alarm",
    DismissalReason.KNOWN: "dismissed as known",
    DismissalReason.OUT_OF_SCOPE: "dismissed as out of scope",
}
_STATES = {
    TicketState.PROPOSED: "still proposed",
    TicketState.VALIDATED: "validated",
    TicketState.ASSIGNED: "validated and assigned",
    TicketState.IN_PROGRESS: "in progress",
    TicketState.DONE: "done",
    TicketState.VERIFIED: "done and verified",
    TicketState.DISMISSED: "dismissed",
}
_METROLOGY = {
    Agreement.CONFIRMED: "confirmed by metrology",
    Agreement.NOT_CONFIRMED: "not confirmed by metrology",
    Agreement.UNDECIDED: "left open by metrology",
}
_HEADINGS = {
    Change.MISSED: "no longer raised",
    Change.RAISED: "raised anew",
    Change.CHANGED: "changed",
}
_COLUMNS = {
    Change.MISSED: ("zone", "rule, what it asks for", "since", "shifts", "why not", "ticket"),
    Change.RAISED: ("zone", "rule, what it asks for", "since", "shifts", "ticket"),
    Change.CHANGED: ("zone", "rule, what it asks for", "what changes", "shifts", "ticket"),
}


def backtest_rows(backtest: Backtest) -> list[dict[str, object]]:
    """One row a matter either asks for, what stays the same among them; fields :data:`BACKTEST_FIELDS`."""
    return [_row(backtest, each) for each in backtest.judged]


def backtest_sheets(backtest: Backtest) -> list[Sheet]:
    """A table of what is no longer raised, of what is raised anew and of what changes; empty ones are left out."""
    found = []
    for change, heading in _HEADINGS.items():
        chosen = backtest.of(change)
        if chosen:
            title = f"{counted(len(chosen), 'ticket')} {heading}"
            if any(each.fate is not None for each in chosen):
                title += f": {fates(each.fate for each in chosen)}"
            rows = [_cells(backtest, each) for each in chosen]
            found.append(Sheet(title, _COLUMNS[change], rows))
    return found


def summary(backtest: Backtest) -> list[str]:
    """One line for the packs in force and one for the candidate."""
    counts = {change: len(backtest.of(change)) for change in Change}
    kept = counts[Change.SAME] + counts[Change.CHANGED]
    before, after = kept + counts[Change.MISSED], kept + counts[Change.RAISED]
    what = (
        f"{counts[Change.RAISED]} raised anew, {counts[Change.MISSED]} no longer raised, "
        f"{counts[Change.CHANGED]} changed, {counts[Change.SAME]} the same"
    )
    return [
        f"in force   {_named(backtest.sides.in_force)}: {counted(before, 'ticket')}",
        f"candidate  {_named(backtest.sides.candidate)}: {counted(after, 'ticket')} ({what})",
    ]


def notes(backtest: Backtest) -> list[str]:
    """What a reader must know of how it was judged."""
    found = []
    if backtest.anew:
        found.append(
            f"{counted(backtest.anew, 'time')} beyond a limit, one a shift, counted anew from the readings: "
            "stored are those of the limits in force when they were computed"
        )
    if backtest.unknown:
        found.append(
            f"{counted(backtest.unknown, 'time')} beyond a limit, one a shift, neither stored nor in the readings; "
            f"{counted(sum(each.unsure for each in backtest.judged), 'line')} marked ? rest on them and take the least "
            "they can be"
        )
    if backtest.cut:
        found.append(
            f"{counted(backtest.cut, 'deployment')} cut by the period: only windows that end in it were judged, and "
            "what repeats across its ends was not seen (marked *)"
        )
    if backtest.unheard:
        found.append(
            f"{counted(len(backtest.unheard), 'rule')} of the candidate without a stored exposure to judge: "
            f"{', '.join(backtest.unheard)}"
        )
    simulated = sum(each.compared.asked.simulated for each in backtest.judged)
    if simulated:
        found.append(f"{counted(simulated, 'ticket')} of {len(backtest.judged)} on simulated readings")
    return found


def fates(found: Iterable[Fate | None]) -> str:
    """What became of some tickets: ``2 dismissed as false alarm, 1 validated and confirmed by metrology``."""
    words = Counter("without a ticket" if fate is None else _fate(fate) for fate in found)
    return ", ".join(f"{number} {word}" for word, number in words.most_common())


def _fate(fate: Fate) -> str:
    state = _STATES[fate.state] if fate.dismissed is None else _DISMISSED[fate.dismissed]
    return state if fate.metrology is None else f"{state} and {_METROLOGY[fate.metrology]}"


def _named(packs: Sequence[Pack]) -> str:
    return ", ".join(f"{pack.id} {pack.version}" for pack in packs)


def _cells(backtest: Backtest, judged: Judged) -> list[str]:
    compared = judged.compared
    zone = compared.zone + ("*" if judged.cut else "") + ("?" if judged.unsure else "")
    ticket = "–" if judged.fate is None else f"{judged.fate.ticket} {_fate(judged.fate)}"
    asked = [zone, f"{compared.rule}\n{_asked(compared.asked)}"]
    before, after = compared.in_force, compared.candidate
    if before is not None and after is not None:
        shifts = str(after.shifts) if after.shifts == before.shifts else f"{before.shifts} → {after.shifts}"
        return [*asked, _changes(before, after, compared, judged.timezone), shifts, ticket]
    since = str(local_day(compared.asked.since, judged.timezone))
    told = [*asked, since, str(compared.asked.shifts)]
    return [*told, _why(backtest, compared) or "does not fire", ticket] if after is None else [*told, ticket]


def _asked(asked: Asked) -> str:
    held = ", held back" if asked.held_back else ""
    return f"{_KINDS[asked.kind]} P{asked.priority} {asked.level}{held}"


def _changes(before: Asked, after: Asked, compared: Compared, timezone: str) -> str:
    days = abs((local_day(after.since, timezone) - local_day(before.since, timezone)).days)
    words = {
        Difference.KIND: f"{_KINDS[before.kind]} → {_KINDS[after.kind]}",
        Difference.LEVEL: f"{before.level} → {after.level}",
        Difference.PRIORITY: f"P{before.priority} → P{after.priority}",
        Difference.EARLIER: f"{_lapse(days)} earlier",
        Difference.LATER: f"{_lapse(days)} later",
        Difference.HELD_BACK: "held back" if after.held_back else "no longer held back",
    }
    return ", ".join(words[difference] for difference in compared.differences)


def _lapse(days: int) -> str:
    return counted(days, "day") if days else "within a day"


def _why(backtest: Backtest, compared: Compared) -> str | None:
    """Why a candidate does not ask, where that is because it has no such rule."""
    is_check = compared.asked.kind is TicketKind.KIT_CHECK  # its rule is that of the pack, and the kit
    for pack in backtest.sides.candidate:
        for each in pack.disabled:
            if compared.rule == each.rule or (is_check and compared.rule.startswith(f"{each.rule}-")):
                return f"disabled: {each.reason}"
        for rule in pack.rules:
            if rule.id == compared.rule:
                return None if rule.applies_to(backtest.zone(compared.zone)) else "not for such a zone"
        if is_check and any(compared.rule.startswith(f"{check.id}-") for check in pack.kit_checks):
            return None
    return "no such rule"


def _row(backtest: Backtest, judged: Judged) -> dict[str, object]:
    compared, fate = judged.compared, judged.fate
    values = (
        compared.change.value,
        compared.zone,
        compared.agent,
        compared.rule,
        " ".join(difference.value for difference in compared.differences),
        *_values(compared.candidate, judged.timezone),
        *_values(compared.in_force, judged.timezone),
        _why(backtest, compared) if compared.candidate is None else None,
        None if fate is None else fate.ticket,
        None if fate is None else fate.state.value,
        None if fate is None or fate.dismissed is None else fate.dismissed.value,
        None if fate is None or fate.metrology is None else fate.metrology.value,
        judged.unsure,
        judged.cut,
        compared.asked.simulated,
    )
    return dict(zip(BACKTEST_FIELDS, values, strict=True))


def _values(asked: Asked | None, timezone: str) -> tuple[object, ...]:
    if asked is None:
        return (None,) * 6
    day = local_day(asked.since, timezone).isoformat()
    return (asked.kind.value, asked.level, asked.priority, day, asked.shifts, asked.held_back)
