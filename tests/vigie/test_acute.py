"""What cannot wait: carbon monoxide in a shift under way raises its ticket at once; the closed shift says the same."""

from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from rules.roles import Actor, Role
from rules.states import RuleState
from rules.ticket_events import DismissalReason
from store.rule_states import history_of
from store.scope import Scope
from store.tables import RuleStateRow
from store.ticket_list import TicketLine
from store.ticket_log import problems_of_log
from store.ticket_steps import TicketSteps
from store.ticket_views import TicketView
from tests.vigie.test_live_as_recomputed import instant, readings, workspace
from vigie.compute import compute
from vigie.workspace import Workspace

ADA = Actor("ada@service.fr", Role.ENGINEER)


def co(first: str, last: str, value: float) -> pl.DataFrame:
    return readings(first, last, quantity="co").with_columns(value=pl.lit(value))


def lines(place: Workspace) -> list[TicketLine]:
    return [line for line in place.views.tickets(Scope.service()).lines if line.rule == "co-15min"]


def only(place: Workspace) -> TicketView:
    (line,) = lines(place)
    return place.views.ticket(Scope.service(), line.id)


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A quiet day is behind, the next one has begun quietly."""
    opened = workspace(tmp_path / "w")
    opened.readings.append_frame(co("2026-03-02 07:30", "2026-03-02 16:30", 2.0))
    compute(opened, instant("2026-03-02 18:00"))
    opened.readings.append_frame(co("2026-03-03 07:30", "2026-03-03 10:00", 2.0))
    compute(opened, instant("2026-03-03 10:00"))
    assert lines(opened) == []
    return opened


def test_ticket_is_there_while_the_shift_goes_on_and_stays_one(place: Workspace) -> None:
    place.readings.append_frame(co("2026-03-03 10:00:30", "2026-03-03 10:30", 400.0))
    summary = compute(place, instant("2026-03-03 10:31"))
    assert summary.tickets >= 1
    ticket = only(place)
    assert (ticket.priority, ticket.content.evidence[0].end) == (1, instant("2026-03-03 16:00"))
    assert ticket.created == instant("2026-03-03 10:31")
    before = ticket.revision
    place.readings.append_frame(co("2026-03-03 10:30:30", "2026-03-03 16:30", 2.0))
    assert compute(place, instant("2026-03-03 12:00")).tickets == 0  # told already
    compute(place, instant("2026-03-03 16:40"))
    closed = only(place)
    assert closed.service is not None
    assert closed.service.supported
    assert closed.content.evidence[0].value == ticket.content.evidence[0].value
    assert closed.revision >= before
    assert closed.service.standing.transitions[-1].at == instant("2026-03-03 16:00")
    with place.database.reading() as session:
        assert problems_of_log(session) == []


def test_what_happened_does_not_depend_on_how_often_somebody_looked(place: Workspace, tmp_path: Path) -> None:
    peak = pl.concat(
        [
            co("2026-03-03 10:00:30", "2026-03-03 10:30", 400.0),
            co("2026-03-03 10:30:30", "2026-03-03 16:30", 2.0),
        ]
    )
    place.readings.append_frame(peak[:40])
    compute(place, instant("2026-03-03 10:21"))
    place.readings.append_frame(peak[40:])
    compute(place, instant("2026-03-03 16:40"))

    once = workspace(tmp_path / "once")
    day_before = co("2026-03-02 07:30", "2026-03-02 16:30", 2.0)
    once.readings.append_frame(pl.concat([day_before, co("2026-03-03 07:30", "2026-03-03 10:00", 2.0), peak]))
    compute(once, instant("2026-03-03 16:40"), everything=True)

    def told(where: Workspace) -> list[object]:
        service = only(where).service
        assert service is not None
        return [only(where).content.evidence, service.standing.transitions, service.standing.said.level]

    assert told(place)[1:] == told(once)[1:]
    assert [item.value for item in only(place).content.evidence] == [i.value for i in only(once).content.evidence]


def test_late_data_of_another_shift_do_not_take_an_acute_ticket_back(place: Workspace) -> None:
    place.readings.append_frame(co("2026-03-03 10:00:30", "2026-03-03 10:30", 400.0))
    compute(place, instant("2026-03-03 10:31"))
    place.readings.append_frame(co("2026-03-02 16:00:15", "2026-03-02 16:00:15", 3.0))
    compute(place, instant("2026-03-03 10:32"))
    service = only(place).service
    assert service is not None
    assert service.supported


def test_dismissed_by_a_professional_it_is_not_raised_again_by_the_same_shift(place: Workspace) -> None:
    place.readings.append_frame(co("2026-03-03 10:00:30", "2026-03-03 10:30", 400.0))
    compute(place, instant("2026-03-03 10:31"))
    TicketSteps(place.database).dismiss(
        only(place).id, ADA, instant("2026-03-03 10:40"), DismissalReason.FALSE_ALARM, "gaz d’essai"
    )
    place.readings.append_frame(co("2026-03-03 10:30:30", "2026-03-03 11:00", 400.0))
    compute(place, instant("2026-03-03 11:01"))
    compute(place, instant("2026-03-03 17:00"))
    assert [line.state.value for line in lines(place)] == ["dismissed"]


def test_rule_that_waits_for_repetition_does_not_speak_of_an_open_shift(place: Workspace) -> None:
    """The 8-hour limit of CO is no matter of minutes."""
    place.readings.append_frame(co("2026-03-03 10:00:30", "2026-03-03 10:30", 400.0))
    compute(place, instant("2026-03-03 10:31"))
    with place.database.reading() as session:
        rows = {row.rule: history_of(row) for row in session.scalars(select(RuleStateRow))}
    assert rows["co-15min"][-1].state is RuleState.FIRING
    assert rows["co-8h"][-1].at < instant("2026-03-03 00:00")
