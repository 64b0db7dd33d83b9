"""What people do with a ticket: each step with who, when and why, checked against their role and the ticket's state."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import DeploymentId
from rules.life import DAY, FOLLOW_UP, OPEN, due_to_act, may_follow, states_before
from rules.roles import Actor, Role, may
from rules.ticket_events import (
    Assigned,
    Attached,
    Audience,
    Basis,
    Commented,
    Detail,
    DismissalReason,
    Dismissed,
    Due,
    EventKind,
    Measured,
    Nothing,
    Reprioritised,
    Snoozed,
    Verified,
)
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.audit import AuditEntry, note
from store.database import Database
from store.errors import NotAllowedError, TicketStateError, UnknownError
from store.tables import AccountRow, DeploymentRow, RuleStateRow, TicketRow
from store.ticket_log import Step, append, events_of
from store.tickets import LARGEST_NUMBER, OPEN_STATES, stored_content

LONGEST_SNOOZE = 366 * DAY


class TicketSteps:
    """The steps of a ticket's life.

    Every method takes ``ticket`` (its number), ``by`` (:class:`Actor`) and ``at`` [ms UTC]. The ticket must be one the
    actor sees: ask :meth:`store.views.Views.ticket` with their scope first; what they may do with it is checked here.

    Raises
    ------
    UnknownError
        There is no such ticket.
    NotAllowedError
        The actor's role may not take the step.
    TicketStateError
        The ticket cannot take it from the state it is in, or something the step needs is missing.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def validate(self, ticket: int, by: Actor, at: int, note: str = "", revision: int | None = None) -> None:
        """A professional makes the proposal theirs; the employer sees this revision from now on.

        Validating what was amended since moves the date to act by nearer where it became more urgent, never away; a
        date that a professional set stays.

        Parameters
        ----------
        note : str
            For the service only.
        revision : int, optional
            The one they looked at; refused when the ticket was amended since.
        """
        with self._database.writing() as session:
            row = _row(session, ticket)
            if revision is not None and revision != row.revision:
                raise TicketStateError(
                    f"ticket {ticket} was amended since you looked (revision {revision}, now {row.revision}); "
                    "read it again, then validate"
                )
            _check(row, by, EventKind.VALIDATED)
            if row.validated_revision == row.revision:
                raise TicketStateError(f"ticket {ticket} is validated already as it is; nothing in it is new")
            _refuse_held_back(session, row)
            _take(session, row, by, at, EventKind.VALIDATED, note, Due(_due_when_validated(session, row, at)))

    def assign(self, ticket: int, by: Actor, at: int, assignee: str, note: str = "") -> None:
        """Put it into somebody's hands: an account of the service, or an expert from outside."""
        address = assignee.strip().lower()
        with self._database.writing() as session:
            account = session.scalars(select(AccountRow).where(AccountRow.email == address)).first()
            if account is None or account.disabled or account.role == Role.EMPLOYER.value:
                raise TicketStateError(
                    f"ticket {ticket} cannot be assigned to {assignee}: expected an account of the service or of an "
                    "expert; vigie account list shows them"
                )
            _take(session, _row(session, ticket), by, at, EventKind.ASSIGNED, note, Assigned(address))

    def start(self, ticket: int, by: Actor, at: int, note: str = "") -> None:
        """Work on it has begun."""
        self._step(ticket, by, at, EventKind.STARTED, note)

    def finish(self, ticket: int, by: Actor, at: int, done: str) -> None:
        """What it asked for was done; whether it helped is looked at by the next campaign, or after six months."""
        _needed(ticket, done, "done", "say what was done")
        self._step(ticket, by, at, EventKind.DONE, done, Due(at + FOLLOW_UP))

    def verify_by_campaign(self, ticket: int, by: Actor, at: int, campaign: str, note: str = "") -> None:
        """A later campaign in the zone found no cause any more.

        Parameters
        ----------
        campaign : str
            Id of its deployment: in the ticket's zone, begun after the ticket was done, with its rule back to normal.
        """
        with self._database.writing() as session:
            row = _row(session, ticket)
            _check_campaign(session, row, campaign)
            detail = Verified(Basis.NEXT_CAMPAIGN, DeploymentId(campaign))
            _take(session, row, by, at, EventKind.VERIFIED, note, detail)

    def verify_by_follow_up(self, ticket: int, by: Actor, at: int, seen: str) -> None:
        """Somebody looked on the spot and says what they saw."""
        _needed(ticket, seen, "verified", "say what was seen, when and by whom")
        self._step(ticket, by, at, EventKind.VERIFIED, seen, Verified(Basis.FOLLOW_UP))

    def reopen(self, ticket: int, by: Actor, at: int, reason: str) -> None:
        """It did not help: in progress again."""
        _needed(ticket, reason, "reopened", "give a reason")
        with self._database.writing() as session:
            row = _row(session, ticket)
            _refuse_second(session, row)
            due = Due(due_to_act(TicketKind(row.kind), row.priority, at))
            _take(session, row, by, at, EventKind.REOPENED, reason, due)

    def dismiss(self, ticket: int, by: Actor, at: int, reason: DismissalReason, why: str) -> None:
        """Nothing is to be done; the same evidence does not raise it again."""
        _needed(ticket, why, "dismissed", "say why in a few words")
        self._step(ticket, by, at, EventKind.DISMISSED, why, Dismissed(reason))

    def comment(self, ticket: int, by: Actor, at: int, text: str, audience: Audience = Audience.SERVICE) -> None:
        """Say something about it; what an employer says, everybody who sees the ticket reads."""
        _needed(ticket, text, "commented", "write something")
        heard = Audience.EVERYBODY if by.role is Role.EMPLOYER else audience
        self._step(ticket, by, at, EventKind.COMMENTED, text, Commented(heard))

    def attach(self, ticket: int, by: Actor, at: int, attached: Attached, note: str = "") -> None:
        """Note a file that :mod:`store.attachments` keeps."""
        self._step(ticket, by, at, EventKind.ATTACHED, note, attached)

    def snooze(self, ticket: int, by: Actor, at: int, until: int | None, note: str = "") -> None:
        """Remind nobody until then [ms UTC]; None ends it."""
        if until is not None and not at < until <= at + LONGEST_SNOOZE:
            raise TicketStateError(f"ticket {ticket} can be put off to a later day within a year; expected such a day")
        self._step(ticket, by, at, EventKind.SNOOZED, note, Snoozed(until))

    def reschedule(self, ticket: int, by: Actor, at: int, due: int, note: str = "") -> None:
        """Set when it is due [ms UTC]."""
        if due <= at:
            raise TicketStateError(f"ticket {ticket} cannot become due in the past; expected a later day")
        self._step(ticket, by, at, EventKind.RESCHEDULED, note, Due(due))

    def reprioritise(self, ticket: int, by: Actor, at: int, priority: int, note: str = "") -> None:
        """Set its priority: 1 (at once) to 4 (when there is time); the rules no longer change it."""
        if not 1 <= priority <= 4:
            raise TicketStateError(f"ticket {ticket}: priority is {priority}; expected 1 (at once) to 4")
        self._step(ticket, by, at, EventKind.REPRIORITISED, note, Reprioritised(priority))

    def _step(
        self,
        ticket: int,
        by: Actor,
        at: int,
        kind: EventKind,
        note: str,
        detail: Detail = Nothing(),  # noqa: B008
    ) -> None:
        with self._database.writing() as session:
            _take(session, _row(session, ticket), by, at, kind, note, detail)


def measured(session: Session, ticket: int, by: Actor, at: int, result: Measured, note: str) -> None:
    """Record, in the transaction that stores it, that a metrology result came back."""
    _take(session, _row(session, ticket), by, at, EventKind.METROLOGY, note, result)


def check_step(session: Session, ticket: int, by: Actor, kind: EventKind) -> TicketRow:
    """The ticket's row, where the actor may take the step now."""
    row = _row(session, ticket)
    _check(row, by, kind)
    return row


def _take(session: Session, row: TicketRow, by: Actor, at: int, kind: EventKind, text: str, detail: Detail) -> None:
    _check(row, by, kind)
    append(session, row, [Step(at, kind, by.email, by.role.value, row.revision, text.strip(), detail)])
    note(session, AuditEntry(at, by.email, f"ticket_{kind.value}", f"ticket {row.id} revision {row.revision}", text))


def _check(row: TicketRow, by: Actor, kind: EventKind) -> None:
    if not by.email.strip():
        raise TicketStateError(f"ticket {row.id}: nobody is named who decides; expected an account")
    if not may(by.role, kind, TicketKind(row.kind), is_assignee=row.assignee == by.email):
        raise NotAllowedError(f"ticket {row.id}: {by.email} ({by.role.value}) may not have it {kind.value}")
    if not may_follow(TicketState(row.state), kind):
        expected = " or ".join(state.value for state in states_before(kind))
        raise TicketStateError(f"ticket {row.id} is {row.state}; only one that is {expected} can be {kind.value}")


def _row(session: Session, ticket: int) -> TicketRow:
    row = session.get(TicketRow, ticket) if 0 < ticket <= LARGEST_NUMBER else None
    if row is None:
        raise UnknownError(f"there is no ticket {ticket}; vigie tickets lists them")
    return row


def _needed(ticket: int, text: str, what: str, mend: str) -> None:
    if not text.strip():
        raise TicketStateError(f"ticket {ticket} cannot be {what} without a reason; {mend}")


def _due_when_validated(session: Session, row: TicketRow, at: int) -> int:
    """When it is to be done [ms UTC]; it does not slide each time new evidence is validated."""
    due = due_to_act(TicketKind(row.kind), row.priority, at)
    if row.validated_revision is None or row.due is None:
        return due
    chosen = any(event.kind is EventKind.RESCHEDULED for event in events_of(session, row.id))
    return row.due if chosen else min(row.due, due)


def _refuse_held_back(session: Session, row: TicketRow) -> None:
    """A ticket that rests on kits in doubt alone waits until somebody looked at one of them."""
    if not row.held_back or row.state != TicketState.PROPOSED.value:
        return
    kits = {evidence.kit for evidence in stored_content(session, row.id, row.revision).evidence}
    checks = session.scalars(
        select(TicketRow).where(
            TicketRow.zone == row.zone,
            TicketRow.kind == TicketKind.KIT_CHECK.value,
            TicketRow.rule.in_([f"kit-check-{kit}" for kit in kits]),
            TicketRow.state.in_(OPEN_STATES),
        )
    ).all()
    if len(checks) == len(kits):
        numbers = " and ".join(str(check.id) for check in checks)
        raise TicketStateError(
            f"ticket {row.id} is held back: it rests on a kit that is to be checked; "
            f"finish or dismiss ticket {numbers} first"
        )


def _refuse_second(session: Session, row: TicketRow) -> None:
    """A matter is open once only."""
    other = session.scalars(
        select(TicketRow.id).where(
            TicketRow.zone == row.zone,
            TicketRow.agent == row.agent,
            TicketRow.rule == row.rule,
            TicketRow.state.in_(OPEN_STATES),
            TicketRow.id != row.id,
        )
    ).first()
    if other is not None and TicketState(row.state) not in OPEN:
        raise TicketStateError(
            f"ticket {row.id} cannot be reopened: ticket {other} of the same matter is open; use that"
        )


def _check_campaign(session: Session, row: TicketRow, campaign: str) -> None:
    lent = session.get(DeploymentRow, campaign)
    finished = _finished_at(session, row)
    if lent is None or lent.zone != row.zone or (finished is not None and lent.start < finished):
        raise TicketStateError(
            f"ticket {row.id} cannot be verified by {campaign!r}: expected a deployment in zone {row.zone} that began "
            "after the ticket was done"
        )
    state = session.get(RuleStateRow, (row.zone, row.rule))
    if state is None or state.state != "normal" or state.since < lent.start:
        told = "has not been heard since" if state is None or state.since < lent.start else f"is {state.state}"
        raise TicketStateError(
            f"ticket {row.id} cannot be verified by {campaign!r}: its rule {told}; expected it back to normal in that "
            "campaign; verify by a follow-up visit, or reopen the ticket"
        )


def _finished_at(session: Session, row: TicketRow) -> int | None:
    ends = [event.at for event in events_of(session, row.id) if event.kind is EventKind.DONE]
    return ends[-1] if ends else None
