"""An explanation as a page of text: from the ticket down to the readings, one screen a window."""

import textwrap
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from rules.rule import Pack
from vigie.explanation.lines import line, lines, local, told_difference
from vigie.explanation.told import (
    Explanation,
    FoundationTold,
    PackTold,
    RepetitionTold,
    TicketTold,
    WindowTold,
)
from vigie.explanation.window_lines import window_lines
from vigie.output import counted
from vigie.rule_words import rule_text


def page(explanation: Explanation, packs: Iterable[Pack], window: int | None = None) -> str:
    """The page.

    Parameters
    ----------
    packs : iterable of Pack
        Those the revision was judged by; none where they were not kept.
    window : int, optional
        Tell this window alone, and the result.
    """
    zone = ZoneInfo(explanation.ticket.timezone)
    chosen = [each for each in explanation.windows if window in (None, each.number)]
    of = len(explanation.windows)
    blocks = [] if window is not None else list(_before_windows(explanation, packs, zone))
    blocks += [_block(window_lines(each, of, explanation.foundation, zone)) for each in chosen]
    blocks.append(_block(_result(explanation.repetition, explanation.windows)))
    if window is None:
        blocks.append(_block(_since(explanation.since)))
    return "\n\n".join(blocks) + "\n"


def _before_windows(explanation: Explanation, packs: Iterable[Pack], zone: ZoneInfo) -> Iterator[str]:
    yield _block(_ticket(explanation.ticket, zone))
    yield _block(_foundation(explanation.foundation, explanation.ticket, zone))
    if explanation.rule is not None:
        told = rule_text(list(packs), explanation.rule.id)
        yield "RULE, as it was\n" + textwrap.indent(told.rstrip("\n"), "  ")
    yield _block(_states(explanation, zone))
    yield _block(_deployments(explanation, zone))


def _ticket(ticket: TicketTold, zone: ZoneInfo) -> Iterator[str]:
    mark = "  SIMULATED READINGS" if ticket.simulated else ""
    yield f"TICKET {ticket.ticket}, revision {ticket.revision} of {ticket.newest_revision}{mark}"
    yield line("what", f"{ticket.kind}, priority {ticket.priority}; {ticket.state} now")
    yield line("where", f"{ticket.zone_name} ({ticket.zone}), {ticket.establishment}, {ticket.employer}")
    yield line("says", ticket.title_fr)
    yield line("", ticket.reason_fr)
    if ticket.held_back_by:
        yield line("held back", ticket.held_back_by)
    yield line("recorded", f"{local(ticket.written, zone)}, SHA-256 {ticket.sha256[:12]}")
    yield line("times", f"are those of {ticket.timezone}; uncertainties after ± are expanded (k = 2)")


def _foundation(foundation: FoundationTold | None, ticket: TicketTold, zone: ZoneInfo) -> Iterator[str]:
    yield "COMPUTED FROM"
    if foundation is None:
        yield "  what it was computed from is not there"
        return
    yield line("instant", f"{local(foundation.computed_at, zone)}: windows that ended later were not closed")
    yield line("readings", f"version {foundation.readings_version} of the readings table")
    yield line("registry", f"{foundation.registry[:12]} (places, kits, deployments, calibrations of {ticket.zone})")
    yield line("software", f"vigie {foundation.software}")
    yield from lines("rules", [_pack(pack) for pack in foundation.packs])


def _pack(pack: PackTold) -> str:
    signed = pack.signed_off
    who = "signed off by nobody" if signed is None else f"signed off by {signed.name} on {signed.date}"
    return f"{pack.pack} {pack.version} ({pack.digest[:12]}), {who}"


def _states(explanation: Explanation, zone: ZoneInfo) -> Iterator[str]:
    yield "STATES of the rule here, up to this revision"
    if not explanation.states:
        yield "  none was recorded"
    for state in explanation.states:
        level = f" at {state.level}" if state.level else ""
        asked = "" if state.kind is None else f": {state.kind}, priority {state.priority}"
        yield f"  {local(state.at, zone)}  {state.state}{level}{asked}{', comes and goes' if state.flapping else ''}"


def _deployments(explanation: Explanation, zone: ZoneInfo) -> Iterator[str]:
    yield "DEPLOYMENTS it rests on"
    for lent in explanation.deployments:
        end = "still there" if lent.end is None else f"to {local(lent.end, zone)}"
        model = f"model {lent.model}" if lent.model else ""
        what = "; ".join(text for text in (lent.label, model, lent.position) if text)
        yield f"  {lent.deployment}: from {local(lent.start, zone)} {end}"
        yield f"    kit {lent.kit} ({what})"


def _result(repetition: RepetitionTold, windows: tuple[WindowTold, ...]) -> Iterator[str]:
    yield "COMPUTED AGAIN"
    if not repetition.possible:
        for problem in repetition.problems:
            yield f"  not possible: {problem}"
        return
    checked = counted(len(windows), "window")
    if repetition.same:
        yield f"  the same to the last bit: {checked}, and every word of the ticket"
        return
    other = [each for each in windows if each.differences]
    yield f"  NOT THE SAME: {len(other)} of {checked} differ" if other else f"  NOT THE SAME ({checked} are)"
    for problem in repetition.problems:
        yield f"  {problem}"
    for difference in repetition.differences:
        yield f"  {told_difference(difference)}"
    yield from lines("may be", list(repetition.causes))


def _since(changes: tuple[str, ...]) -> Iterator[str]:
    yield "SINCE THEN"
    for change in changes or ("nothing changed: registry, rules, readings and software are as they were",):
        yield f"  {change}"


def _block(lines: Iterable[str]) -> str:
    return "\n".join(lines)
