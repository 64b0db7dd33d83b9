"""Steps of a ticket as people send them: read, taken by the store, and what they are told where that cannot be."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from litestar.exceptions import NotFoundException

from dashboards.portal.desk import TicketDesk
from dashboards.portal.ticket_shown import Attempt, StepForm, TicketShown
from dashboards.ticket_sentences import event_words
from dashboards.ticket_vocabulary import TICKET_STATES
from dashboards.vocabulary import marked
from dashboards.words import Words
from rules.life import may_follow
from rules.roles import OF_THE_SERVICE, Actor, may
from rules.ticket_events import Audience, Basis, DismissalReason, EventKind, TicketEvent
from store.errors import NotAllowedError, TicketStateError
from store.ticket_steps import LONGEST_SNOOZE, TicketSteps
from store.tickets import VIGIE

LONGEST_NOTE = 4000
"""Letters of what somebody writes with a step."""

STEPS: Mapping[str, EventKind] = {
    "validate": EventKind.VALIDATED,
    "assign": EventKind.ASSIGNED,
    "start": EventKind.STARTED,
    "done": EventKind.DONE,
    "verify": EventKind.VERIFIED,
    "reopen": EventKind.REOPENED,
    "dismiss": EventKind.DISMISSED,
    "snooze": EventKind.SNOOZED,
    "due": EventKind.RESCHEDULED,
    "priority": EventKind.REPRIORITISED,
    "comment": EventKind.COMMENTED,
}
"""Steps by the last part of the address they are sent to."""

_DECISIONS = frozenset({EventKind.VALIDATED, EventKind.DISMISSED})
TALK = frozenset({EventKind.COMMENTED, EventKind.ATTACHED, EventKind.METROLOGY})
"""Steps that are in nobody's way, whatever happened since the page was loaded."""

_RULES_NEWS = frozenset({EventKind.AMENDED, EventKind.SUPPORT_LOST, EventKind.SUPPORT_REGAINED})


class FormError(Exception):
    """Something typed that cannot be used; the message is one of the catalogues."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who takes a step with which ticket, when, and on what clock a day ends."""

    steps: TicketSteps
    ticket: int
    by: Actor
    at: int
    words: Words


def check_may(desk: TicketDesk, shown: TicketShown, step: EventKind) -> None:
    """To people outside the service a step that is not theirs does not exist.

    Raises
    ------
    NotFoundException
    """
    own = shown.view.assignee == desk.account.email
    if desk.account.role not in OF_THE_SERVICE and not may(desk.account.role, step, shown.kind, is_assignee=own):
        raise NotFoundException


def take(desk: TicketDesk, hand: Hand, shown: TicketShown, step: EventKind, form: StepForm) -> Attempt | None:
    """Take a step; None where it was taken, else what the person is told, with everything they typed.

    Raises
    ------
    NotFoundException
        The step is not for people outside the service.
    """
    check_may(desk, shown, step)
    news = _news(desk, shown, step, form)
    if news is not None:
        return Attempt(step, form, _quicker(news, desk, hand.words), HTTPStatus.CONFLICT)
    try:
        _ACTIONS[step](hand, form)
    except FormError as error:
        return Attempt(step, form, hand.words.say(str(error)), HTTPStatus.BAD_REQUEST)
    except NotAllowedError:
        return Attempt(step, form, hand.words.say(NOT_ALLOWED), HTTPStatus.FORBIDDEN)
    except TicketStateError:
        return Attempt(step, form, refusal(desk, shown.view.id, step, hand.words), HTTPStatus.CONFLICT)
    return None


NOT_ALLOWED = marked("Your role does not allow this step.")
CHANGED = marked("This ticket changed since you looked at it; read it again, then decide.")

_REFUSALS: Mapping[EventKind, str] = {
    EventKind.VALIDATED: CHANGED,
    EventKind.ASSIGNED: marked("Choose somebody of the service, or an expert; this account cannot have it."),
    EventKind.VERIFIED: marked(
        "This campaign does not show that it helped: the rule is not back to normal there. Verify by a follow-up, or "
        "reopen the ticket."
    ),
    EventKind.REOPENED: marked("Another ticket of the same matter is open; go on with that one."),
}


def refusal(desk: TicketDesk, ticket: int, step: EventKind, words: Words) -> str:
    """Why the store did not take a step: the ticket has moved on, or something the step needs is missing."""
    now = desk.ticket(ticket)
    if may_follow(now.view.state, step):
        if step is EventKind.VALIDATED and desk.kit_checks(now):
            return words.say("This ticket is held back: finish or dismiss the check of the kit first.")
        return words.say(_REFUSALS.get(step, CHANGED))
    if now.view.service is not None:
        return _quicker(now.view.service.events[-1], desk, words)
    return words.say(
        "Somebody was quicker: this ticket is %(state)s now.", state=words.say(TICKET_STATES[now.view.state])
    )


def _news(desk: TicketDesk, shown: TicketShown, step: EventKind, form: StepForm) -> TicketEvent | None:
    """What somebody else decided, or the rules said anew, after the page was loaded that the step was sent from."""
    seen = _number(form.seen)
    if step in TALK or shown.view.service is None or seen is None:
        return None
    for event in reversed(shown.view.service.events[seen:]):
        rules = event.by == VIGIE and event.kind in _RULES_NEWS and step in _DECISIONS
        if rules or (event.by not in (VIGIE, desk.account.email) and event.kind not in TALK):
            return event
    return None


def _quicker(event: TicketEvent, desk: TicketDesk, words: Words) -> str:
    what = event_words(event, words, desk.names)
    if event.by == VIGIE:
        return words.say(
            "This ticket changed since you looked at it (%(what)s). What you typed is kept below: read the ticket "
            "again, then send it.",
            what=what,
        )
    return words.say(
        "Somebody was quicker: %(who)s, %(moment)s (%(what)s). What you typed is kept below: read the ticket again, "
        "then decide whether to send it.",
        who=desk.names.get(event.by, event.by),
        moment=words.moment(event.at),
        what=what,
    )


def _note(form: StepForm, missing: str | None = None) -> str:
    note = form.note.strip()
    if len(note) > LONGEST_NOTE:
        raise FormError(marked("The text is too long: 4,000 letters at most."))
    if not note and missing is not None:
        raise FormError(missing)
    return note


def _validate(hand: Hand, form: StepForm) -> None:
    hand.steps.validate(hand.ticket, hand.by, hand.at, _note(form), _number(form.revision))


def _assign(hand: Hand, form: StepForm) -> None:
    if not form.assignee:
        raise FormError(marked("Choose somebody."))
    hand.steps.assign(hand.ticket, hand.by, hand.at, form.assignee, _note(form))


def _start(hand: Hand, form: StepForm) -> None:
    hand.steps.start(hand.ticket, hand.by, hand.at, _note(form))


def _finish(hand: Hand, form: StepForm) -> None:
    hand.steps.finish(hand.ticket, hand.by, hand.at, _note(form, marked("Write what was done.")))


def _verify(hand: Hand, form: StepForm) -> None:
    if form.campaign and form.basis == Basis.NEXT_CAMPAIGN.value:
        hand.steps.verify_by_campaign(hand.ticket, hand.by, hand.at, form.campaign, _note(form))
        return
    seen = _note(form, marked("Write what was seen, when and by whom."))
    hand.steps.verify_by_follow_up(hand.ticket, hand.by, hand.at, seen)


def _reopen(hand: Hand, form: StepForm) -> None:
    hand.steps.reopen(hand.ticket, hand.by, hand.at, _note(form, marked("Write why it did not help.")))


def _dismiss(hand: Hand, form: StepForm) -> None:
    reason = next((reason for reason in DismissalReason if reason.value == form.reason), None)
    if reason is None:
        raise FormError(marked("Choose why you dismiss this ticket."))
    why = _note(form, marked("Write why you dismiss this ticket."))
    hand.steps.dismiss(hand.ticket, hand.by, hand.at, reason, why)


def _snooze(hand: Hand, form: StepForm) -> None:
    if not form.day:
        hand.steps.snooze(hand.ticket, hand.by, hand.at, None, _note(form))
        return
    until = hand.words.instant(_day(form), dt.time.min)
    if not hand.at < until <= hand.at + LONGEST_SNOOZE:
        raise FormError(marked("Choose a later day, within a year."))
    hand.steps.snooze(hand.ticket, hand.by, hand.at, until, _note(form))


def _reschedule(hand: Hand, form: StepForm) -> None:
    due = hand.words.instant(_day(form), dt.time(23, 59))
    if due <= hand.at:
        raise FormError(marked("Choose today or a later day."))
    hand.steps.reschedule(hand.ticket, hand.by, hand.at, due, _note(form))


def _reprioritise(hand: Hand, form: StepForm) -> None:
    if form.priority not in ("1", "2", "3", "4"):
        raise FormError(marked("Choose a priority."))
    hand.steps.reprioritise(hand.ticket, hand.by, hand.at, int(form.priority), _note(form))


def _comment(hand: Hand, form: StepForm) -> None:
    said = _note(form, marked("Write something."))
    hand.steps.comment(hand.ticket, hand.by, hand.at, said, audience_of(form.audience))


def audience_of(typed: str) -> Audience:
    """Who is to read something: the service alone, unless the person asked for everybody."""
    return Audience.EVERYBODY if typed == Audience.EVERYBODY.value else Audience.SERVICE


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _day(form: StepForm) -> dt.date:
    try:
        return dt.date.fromisoformat(form.day)
    except ValueError:
        raise FormError(marked("Choose a day.")) from None


_ACTIONS: Mapping[EventKind, Callable[[Hand, StepForm], None]] = {
    EventKind.VALIDATED: _validate,
    EventKind.ASSIGNED: _assign,
    EventKind.STARTED: _start,
    EventKind.DONE: _finish,
    EventKind.VERIFIED: _verify,
    EventKind.REOPENED: _reopen,
    EventKind.DISMISSED: _dismiss,
    EventKind.SNOOZED: _snooze,
    EventKind.RESCHEDULED: _reschedule,
    EventKind.REPRIORITISED: _reprioritise,
    EventKind.COMMENTED: _comment,
}
