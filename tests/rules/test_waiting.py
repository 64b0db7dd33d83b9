"""How long steps take, those that were never taken among them."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ticket_events import Due, EventKind, Nothing, TicketEvent
from rules.waiting import (
    Delay,
    End,
    FollowUp,
    Wait,
    delay_of,
    follow_ups_of,
    quantile,
    waits_for_result,
    waits_for_verification,
    waits_until,
)

DAY = 86_400_000
DAYS = st.lists(st.floats(0.0, 400.0), max_size=30)


def log(*steps: tuple[float, EventKind]) -> list[TicketEvent]:
    """Events by their day; done is looked at again 182 days later, rescheduled to day 500."""
    due = {EventKind.DONE: 182.0, EventKind.RESCHEDULED: None}
    events = []
    for number, (day, kind) in enumerate(steps, 1):
        detail: Due | Nothing = Nothing()
        if kind in due:
            later = due[kind]
            detail = Due(round((500.0 if later is None else day + later) * DAY))
        events.append(TicketEvent(number, round(day * DAY), kind, "ada", "engineer", 1, "", detail))
    return events


def by_hand(completed: list[float], waiting: list[float], share: float) -> float | None:
    """Redistribution to the right (Efron 1967): each that still waits gives its weight to those that wait longer."""
    marked = sorted([(days, 0) for days in completed] + [(days, 1) for days in waiting])
    weights = [1.0 / len(marked)] * len(marked) if marked else []
    gone = 0.0
    for index, (days, still_waits) in enumerate(marked):
        if still_waits:
            rest = len(marked) - index - 1
            for later in range(index + 1, len(marked)):
                weights[later] += weights[index] / rest
            continue
        gone += weights[index]
        if gone >= share - 1e-9:
            return days
    return None


@given(DAYS, DAYS, st.sampled_from([0.25, 0.5, 0.75]))
def test_quartiles_are_those_of_redistribution_to_the_right(
    completed: list[float], waiting: list[float], share: float
) -> None:
    assert quantile(completed, waiting, share) == by_hand(completed, waiting, share)


@given(DAYS.filter(lambda days: len(days) % 2 == 1))
def test_where_nobody_waits_the_median_is_the_median(completed: list[float]) -> None:
    assert quantile(completed, [], 0.5) == median(completed)


@given(DAYS, DAYS)
def test_quartiles_are_in_order_and_counts_add_up(completed: list[float], waiting: list[float]) -> None:
    found = delay_of([*(Wait(0, d, End.COMPLETED) for d in completed), *(Wait(0, d, End.WAITING) for d in waiting)])
    assert found.started == found.completed + found.waiting + found.left
    known = [value for value in (found.q1, found.median, found.q3) if value is not None]
    assert known == sorted(known)
    assert [found.q1, found.median, found.q3][: len(known)] == known


def test_leaving_things_undone_makes_no_service_faster() -> None:
    quick = [Wait(0, 2.0, End.COMPLETED)] * 3
    assert delay_of(quick).median == 2.0
    assert delay_of([*quick, *[Wait(0, 300.0, End.WAITING)] * 4]) == Delay(7, 3, 4, 0, 2.0, None, None)


@pytest.mark.parametrize(
    ("steps", "wait"),
    [
        (((0, EventKind.OPENED), (3, EventKind.VALIDATED)), (3.0, End.COMPLETED)),
        (((0, EventKind.OPENED), (3, EventKind.VALIDATED), (8, EventKind.VALIDATED)), (3.0, End.COMPLETED)),
        (((0, EventKind.OPENED), (4, EventKind.DISMISSED)), (4.0, End.LEFT)),
        (((0, EventKind.OPENED),), (10.0, End.WAITING)),
    ],
)
def test_a_proposal_waits_for_its_validation(
    steps: tuple[tuple[float, EventKind], ...], wait: tuple[float, End]
) -> None:
    found = waits_until(log(*steps), EventKind.OPENED, EventKind.VALIDATED, 10 * DAY)
    assert found is not None
    assert (found.days, found.end) == wait


def test_what_was_never_validated_waits_for_no_action() -> None:
    assert waits_until(log((0, EventKind.OPENED)), EventKind.VALIDATED, EventKind.DONE, 10 * DAY) is None


def test_what_did_not_help_waits_anew() -> None:
    events = log((1, EventKind.DONE), (5, EventKind.REOPENED), (9, EventKind.DONE), (20, EventKind.VERIFIED))
    assert [(wait.days, wait.end) for wait in waits_for_verification(events, 30 * DAY)] == [
        (4.0, End.LEFT),
        (11.0, End.COMPLETED),
    ]


def test_metrology_waits_for_its_first_result() -> None:
    asked = log((0, EventKind.OPENED), (2, EventKind.VALIDATED))
    assert [wait.end for wait in waits_for_result(asked, (), 30 * DAY)] == [End.WAITING]
    assert [wait.days for wait in waits_for_result(asked, (12 * DAY, 15 * DAY), 30 * DAY)] == [10.0]
    done = log((0, EventKind.OPENED), (2, EventKind.VALIDATED), (7, EventKind.DONE))
    assert [wait.end for wait in waits_for_result(done, (), 30 * DAY)] == [End.LEFT]


def test_a_follow_up_is_due_on_the_last_day_set_while_it_was_done() -> None:
    events = log((0, EventKind.DONE), (10, EventKind.RESCHEDULED), (400, EventKind.REOPENED), (410, EventKind.DONE))
    assert list(follow_ups_of(events)) == [FollowUp(500 * DAY, looked_at=True), FollowUp(592 * DAY, looked_at=False)]


def test_a_date_set_before_it_was_done_is_no_follow_up() -> None:
    assert list(follow_ups_of(log((0, EventKind.RESCHEDULED), (1, EventKind.DONE)))) == [
        FollowUp(183 * DAY, looked_at=False)
    ]
