"""Tables of indicators add up, whatever happened to the tickets, however they are grouped; a wrong one is told."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.identifiers import DeploymentId, EmployerId, EstablishmentId, ZoneId
from rules.indicator_rows import COUNTS, NAMES, Grouping, Row, Table, problems
from rules.indicators import CampaignFacts, Raised, TicketFacts
from rules.life import may_follow
from rules.ticket_events import (
    Basis,
    DismissalReason,
    Dismissed,
    Due,
    EventKind,
    Nothing,
    Said,
    TicketEvent,
    Verified,
)
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.indicators import Facts, KnownAt, PlaceFacts
from vigie.errors import UsageError
from vigie.indicators.file import as_text, read_text
from vigie.indicators.report import Asked, Naming, Report, tabulate

DAY = 86_400_000
FIRST = date(2026, 1, 15)
LAST = date(2026, 4, 10)
START = 1_768_431_600_000  # 2026-01-15T00:00+01:00
SITES = ("siteA", "siteB", "siteC")
NAF = {"siteA": "16.23Z", "siteB": "96.02A", "siteC": "16.23Z"}
AGENTS = ("noise", "co2", "voc")
_AFTER = {
    EventKind.VALIDATED: TicketState.VALIDATED,
    EventKind.STARTED: TicketState.IN_PROGRESS,
    EventKind.REOPENED: TicketState.IN_PROGRESS,
    EventKind.DONE: TicketState.DONE,
    EventKind.VERIFIED: TicketState.VERIFIED,
    EventKind.DISMISSED: TicketState.DISMISSED,
}
_STEPS = (*_AFTER, EventKind.RESCHEDULED, EventKind.METROLOGY, EventKind.AMENDED)


def said(kind: TicketKind, priority: int) -> Said:
    return Said(kind, "guide", priority, "Air confiné", "Stale air", False, False, "")


@st.composite
def logs(draw: st.DrawFn) -> tuple[TicketEvent, ...]:
    """A log any ticket could have, from before the period to after it."""
    at = START + draw(st.integers(-60, 90)) * DAY
    kind = draw(st.sampled_from(TicketKind))
    events = [TicketEvent(1, at, EventKind.OPENED, "vigie", "", 1, "", said(kind, 3))]
    state = TicketState.PROPOSED
    for number in range(2, 2 + draw(st.integers(0, 8))):
        possible = [step for step in _STEPS if may_follow(state, step)]
        step = draw(st.sampled_from(possible))
        at += draw(st.sampled_from([0, 1, DAY, 20 * DAY]))
        detail: object = Nothing()
        if step in (EventKind.VALIDATED, EventKind.DONE, EventKind.REOPENED, EventKind.RESCHEDULED):
            detail = Due(at + draw(st.integers(1, 60)) * DAY)
        elif step is EventKind.DISMISSED:
            detail = Dismissed(draw(st.sampled_from(DismissalReason)))
        elif step is EventKind.VERIFIED:
            detail = Verified(draw(st.sampled_from(Basis)))
        elif step is EventKind.AMENDED:
            detail = said(draw(st.sampled_from(TicketKind)), 2)
        if step is not EventKind.VALIDATED or state is TicketState.PROPOSED:
            state = _AFTER.get(step, state)
        events.append(TicketEvent(number, at, step, "ada", "engineer", 1, "", detail))  # type: ignore[arg-type]
    return tuple(events)


@st.composite
def tickets(draw: st.DrawFn) -> TicketFacts:
    events = draw(logs())
    site = draw(st.sampled_from(SITES))
    results = tuple(event.at for event in events if event.kind is EventKind.METROLOGY)
    number = draw(st.integers(1, 10**9))
    return TicketFacts(number, draw(st.sampled_from(AGENTS)), EstablishmentId(site), NAF[site], events, results)


@st.composite
def campaigns(draw: st.DrawFn) -> CampaignFacts:
    site = draw(st.sampled_from(SITES))
    start = START + draw(st.integers(-90, 80)) * DAY
    length = draw(st.none() | st.integers(1, 60))
    return CampaignFacts(
        deployment=DeploymentId("d"),
        zone=ZoneId(f"{site}-{draw(st.integers(1, 3))}"),
        establishment=EstablishmentId(site),
        employer=EmployerId("A" if site != "siteB" else "B"),
        naf=NAF[site],
        headcount=5,
        start=start,
        end=None if length is None else start + length * DAY,
        raised=tuple(draw(st.lists(st.builds(Raised, st.sampled_from(AGENTS), st.booleans()), max_size=3))),
    )


def facts(found: list[TicketFacts], lent: list[CampaignFacts], until: int) -> Facts:
    known = []
    for ticket in found:
        events = tuple(event for event in ticket.events if event.at < until)
        results = tuple(at for at in ticket.results if at < until)
        if events:
            known.append(replace(ticket, events=events, results=results))
    places = {
        EstablishmentId(site): PlaceFacts(EstablishmentId(site), site, EmployerId("A"), "Menuiserie A", NAF[site])
        for site in SITES
    }
    return Facts(tuple(known), tuple(one for one in lent if one.start < until), places, 0, 0, ())


def asked(by: Grouping) -> Asked:
    return Asked(FIRST, LAST, "Europe/Paris", by, Naming.PSEUDONYM)


UNTIL = st.sampled_from([asked(Grouping.NOTHING).period.end, START + 30 * DAY])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(tickets(), max_size=12), st.lists(campaigns(), max_size=6), st.sampled_from(Grouping), UNTIL)
def test_whatever_happened_adds_up(
    found: list[TicketFacts], lent: list[CampaignFacts], by: Grouping, until: int
) -> None:
    table = tabulate(asked(by), facts(found, lent, until), until, "secret")
    assert problems(table) == []


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(tickets(), max_size=8), st.lists(campaigns(), max_size=4), st.sampled_from(Grouping), st.randoms())
def test_the_order_of_tickets_and_campaigns_does_not_matter(
    found: list[TicketFacts], lent: list[CampaignFacts], by: Grouping, random: object
) -> None:
    until = asked(by).period.end
    one = tabulate(asked(by), facts(found, lent, until), until, "secret")
    random.shuffle(found)  # type: ignore[attr-defined]
    random.shuffle(lent)  # type: ignore[attr-defined]
    assert tabulate(asked(by), facts(found, lent, until), until, "secret") == one


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(tickets(), min_size=1, max_size=6),
    st.lists(campaigns(), max_size=3),
    st.sampled_from(sorted(COUNTS)),
    st.sampled_from([-1, 1]),
)
def test_no_single_count_can_be_changed_unseen(
    found: list[TicketFacts], lent: list[CampaignFacts], name: str, by_one: int
) -> None:
    until = asked(Grouping.NAF).period.end
    table = tabulate(asked(Grouping.NAF), facts(found, lent, until), until, "secret")
    changed = {**table.total.values, name: (table.total.values[name] or 0) + by_one}
    assert problems(Table(table.by, table.rows, Row(table.total.group, changed)))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(tickets(), max_size=8), st.lists(campaigns(), max_size=4), st.sampled_from(Grouping))
def test_an_exported_file_is_read_as_it_was_written(
    found: list[TicketFacts], lent: list[CampaignFacts], by: Grouping
) -> None:
    until = asked(by).period.end
    table = tabulate(asked(by), facts(found, lent, until), until, "secret")
    text = as_text(Report(asked(by), KnownAt(until, "ab" * 32), table, 1, 2, ("reperes 1.0",)), "vigie 0")
    read = read_text(text, "f.csv")
    assert (read.asked, read.known, read.table) == (asked(by), KnownAt(until, "ab" * 32), table)
    assert read.sound
    assert read_text(text.replace("\n", "\r\n"), "f.csv").sound
    assert not read_text(text.replace("reperes 1.0", "reperes 1.1"), "f.csv").sound


def written() -> str:
    until = asked(Grouping.NOTHING).period.end
    table = tabulate(asked(Grouping.NOTHING), facts([], [], until), until, "secret")
    return as_text(Report(asked(Grouping.NOTHING), KnownAt(until, ""), table, 0, 0, ()), "vigie 0")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace("# vigie indicators 1", "group"), "f.csv:1: expected"),
        (lambda text: text.replace("# period: 2026-01-15", "# period: 15/01/2026"), "f.csv:2: period is"),
        (lambda text: text.replace("# by: nothing\n", ""), 'f.csv:4: "# names: pseudonym"; expected "# by: …"'),
        (lambda text: text.replace("# by: nothing", "# by: months"), 'by is "months"; expected nothing or'),
        (lambda text: text.replace("amt_opened", "amt_open"), "f.csv:11: the columns are not those"),
        (lambda text: text.replace("total,0,", "total,x,"), 'f.csv:12: campaigns_under_way_before is "x"'),
        (lambda text: text.replace("total,0,", "total,"), "f.csv:12: 82 cells; expected 83"),
        (lambda text: text.partition("total,")[0], 'expected the row "total"'),
        (lambda text: "\n".join(text.splitlines()[:5]), "a part of the file is missing"),
        (lambda _: "", "f.csv:1: expected"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(change, message: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_text(change(written()), "f.csv")
    assert message in str(refused.value)


def test_every_indicator_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(NAMES) == 82
