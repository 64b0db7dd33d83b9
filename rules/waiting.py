"""How long tickets wait for their next step, those that still wait among them."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from rules.life import DAY
from rules.ticket_events import Due, EventKind, TicketEvent


class End(Enum):
    """How a wait ended."""

    COMPLETED = "completed"
    WAITING = "waiting"
    """It has not, by the end of what is known."""
    LEFT = "left"
    """Something else came in between: dismissed, reopened, done without it."""


@dataclass(frozen=True, slots=True)
class Wait:
    """One wait, from an instant [ms UTC] for so many days."""

    start: int
    days: float
    end: End


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a step takes [days].

    Attributes
    ----------
    started : int
        Waits that began in the period.
    completed, waiting, left : int
        How they ended.
    q1, median, q3 : float or None
        See :func:`delay_of`; None where fewer than that share are over.
    """

    started: int
    completed: int
    waiting: int
    left: int
    q1: float | None
    median: float | None
    q3: float | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """When what was done is to be looked at again [ms UTC], and whether somebody did."""

    due: int
    looked_at: bool


def delay_of(waits: Iterable[Wait]) -> Delay:
    """Quartiles of a delay, with those that still wait.

    Notes
    -----
    Quartiles of the Kaplan-Meier estimate: whoever still waits has waited at least so long, which counts. Leaving them
    out would make a service look the faster the more it leaves undone. What left for another reason is counted, and is
    in no quartile. The median is the first day by which half are over; None while that day has not come.

    References
    ----------
    Kaplan and Meier, J. Am. Stat. Assoc. 53 (1958), 457-481, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> done = [Wait(0, days, End.COMPLETED) for days in (1.0, 2.0, 3.0)]
    >>> delay_of([*done, Wait(0, 9.0, End.WAITING)]).median
    2.0
    """
    all_ = list(waits)
    completed = sorted(wait.days for wait in all_ if wait.end is End.COMPLETED)
    waiting = sorted(wait.days for wait in all_ if wait.end is End.WAITING)
    return Delay(
        started=len(all_),
        completed=len(completed),
        waiting=len(waiting),
        left=len(all_) - len(completed) - len(waiting),
        q1=quantile(completed, waiting, 0.25),
        median=quantile(completed, waiting, 0.5),
        q3=quantile(completed, waiting, 0.75),
    )


def quantile(completed: Sequence[float], waiting: Sequence[float], share: float) -> float | None:
    """First duration by which a share is over, by the Kaplan-Meier estimate; None where none is.

    Parameters
    ----------
    completed, waiting : sequence of float
        Durations of what is over, and of what was still waiting when it was last looked at.
    share : float
        Between 0 and 1.

    Examples
    --------
    >>> quantile([5.0], [], 0.5), quantile([5.0], [6.0, 7.0], 0.5)
    (5.0, None)
    """
    remaining = 1.0
    for duration in sorted(set(completed)):
        over = sum(each == duration for each in completed)
        at_risk = sum(each >= duration for each in completed) + sum(each >= duration for each in waiting)
        remaining *= 1.0 - over / at_risk
        if remaining <= 1.0 - share + 1e-12:
            return duration
    return None


def waits_until(events: Sequence[TicketEvent], first: EventKind, then: EventKind, known_until: int) -> Wait | None:
    """The wait from the first event of a kind to the first of another after it; None where it never began.

    A dismissal in between ends it.
    """
    start = next((event for event in events if event.kind is first), None)
    if start is None:
        return None
    for event in events:
        if event.number > start.number and event.kind is then:
            return _wait(start.at, event.at, End.COMPLETED)
        if event.number > start.number and event.kind is EventKind.DISMISSED:
            return _wait(start.at, event.at, End.LEFT)
    return _wait(start.at, known_until, End.WAITING)


def waits_for_verification(events: Sequence[TicketEvent], known_until: int) -> Iterator[Wait]:
    """Each wait from *done* until it was verified; reopening ends it."""
    start: int | None = None
    for event in events:
        if event.kind is EventKind.DONE:
            start = event.at
        elif start is not None and event.kind in (EventKind.VERIFIED, EventKind.REOPENED):
            yield _wait(start, event.at, End.COMPLETED if event.kind is EventKind.VERIFIED else End.LEFT)
            start = None
    if start is not None:
        yield _wait(start, known_until, End.WAITING)


def waits_for_result(events: Sequence[TicketEvent], results: Sequence[int], known_until: int) -> Iterator[Wait]:
    """The wait from the first validation until the first metrology result; dismissed or done without one ends it."""
    start = next((event.at for event in events if event.kind is EventKind.VALIDATED), None)
    if start is None:
        return
    over = next((event.at for event in events if event.kind in (EventKind.DISMISSED, EventKind.DONE)), None)
    if results:
        yield _wait(start, max(results[0], start), End.COMPLETED)
    elif over is not None:
        yield _wait(start, max(over, start), End.LEFT)
    else:
        yield _wait(start, known_until, End.WAITING)


def follow_ups_of(events: Sequence[TicketEvent]) -> Iterator[FollowUp]:
    """The follow-ups a ticket's log asks for: one each time it was done, at the last date set while it was."""
    due: int | None = None
    for event in events:
        if event.kind is EventKind.DONE and isinstance(event.detail, Due):
            due = event.detail.due
        elif due is None:
            continue
        elif event.kind is EventKind.RESCHEDULED and isinstance(event.detail, Due):
            due = event.detail.due
        elif event.kind in (EventKind.VERIFIED, EventKind.REOPENED):
            yield FollowUp(due, looked_at=True)
            due = None
    if due is not None:
        yield FollowUp(due, looked_at=False)


def _wait(start: int, end: int, how: End) -> Wait:
    return Wait(start, math.fsum([end, -start]) / DAY, how)
