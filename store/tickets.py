"""Tickets as the rules open and amend them: brought in line with what the rules propose, one transaction a zone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from catalog.identifiers import ZoneId
from rules.decision import ExposureKey
from rules.life import OPEN, fold
from rules.states import RuleStatus, Transition
from rules.ticket_events import Detail, EventKind, Nothing, Passed, Said, TicketEvent, Unsaid
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketProposal, TicketState
from store.database import Database
from store.errors import StoreError, UnknownError
from store.snapshots import Snapshots, keep
from store.tables import RuleStateRow, TicketRevisionRow, TicketRow
from store.ticket_content import TicketContent, content_of, from_json, to_json
from store.ticket_log import Step, append, begin, digest_of, digest_of_basis, events_of

VIGIE = "vigie"
"""Who the rules' own steps are recorded as."""

LARGEST_NUMBER = 2**63 - 1
"""A ticket's number as the database can hold it; somebody may ask for any."""

OPEN_STATES = tuple(state.value for state in TicketState if state in OPEN)
_FOLLOWED = (*OPEN_STATES, TicketState.DONE.value)


@dataclass(frozen=True, slots=True)
class ComputedFrom:
    """What a computation rested on, so that it can be made again.

    Attributes
    ----------
    readings_version : int
        Version of the readings table.
    computed_at : int or None
        The instant it was computed for [ms UTC]: windows that end later were not closed.
    registry : str or None
        Digest of the places, kits and calibrations, see :mod:`store.snapshots`.
    packs : tuple of str
        Digests of the rule packs.
    software : str
        Version of Vigie.
    """

    readings_version: int
    computed_at: int | None = None
    registry: str | None = None
    packs: tuple[str, ...] = ()
    software: str = ""


@dataclass(frozen=True, slots=True)
class Applied:
    """What proposals did to the tickets of a zone.

    Attributes
    ----------
    opened, amended, unchanged : int
    unsupported : int
        Proposed tickets the rules no longer ask for, marked so just now.
    still_dismissed : int
        Proposals with nothing new since a professional dismissed or finished the matter.
    """

    opened: int = 0
    amended: int = 0
    unchanged: int = 0
    unsupported: int = 0
    still_dismissed: int = 0


class TicketStore:
    """The tickets of a service, as the rules see them.

    What people do with them is in :mod:`store.ticket_steps`; what a page shows in :class:`store.views.Views`.

    Parameters
    ----------
    database : Database
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def apply(
        self,
        zone: ZoneId,
        proposals: Sequence[TicketProposal],
        at: int,
        computed_from: ComputedFrom,
        revisions: Mapping[ExposureKey, int] | None = None,
        statuses: Sequence[RuleStatus] = (),
        snapshots: Snapshots | None = None,
    ) -> Applied:
        """Bring the tickets and the states of a zone's rules in line with what the rules say now.

        Parameters
        ----------
        zone : ZoneId
        proposals : sequence of TicketProposal
            Everything the rules ask for in that zone; at most one for each agent and rule.
        at : int
            Milliseconds UTC.
        computed_from : ComputedFrom
        revisions : mapping of ExposureKey to int, optional
            Revisions of the exposures, see :meth:`store.exposures.ExposureStore.revisions_of`.
        statuses : sequence of RuleStatus
            Where each rule stands at the zone, whether or not it asks for a ticket.
        snapshots : Snapshots, optional
            The texts whose digests ``computed_from`` names; kept with the first revision that needs them.

        Notes
        -----
        A matter that is open is amended, and keeps its state: what a professional validated stays visible as it was
        validated until they validate the new revision. An identical proposal changes nothing. A dismissed or finished
        matter is opened again, as a ticket that follows it, only by a later window or a more urgent level. A proposed
        ticket nobody asks for any more is marked, not deleted; a validated one stays.

        Changes of a rule's state are recorded in event time. Late data that change the history take back what no longer
        holds and add what does, in the same ticket; so the changes of state that stand depend on the readings alone.
        """
        _check(zone, proposals)
        known = revisions or {}
        try:
            return self._apply(zone, proposals, at, computed_from, known, statuses, snapshots)
        except IntegrityError:  # another process opened the same matter in the same moment: it is amended now
            return self._apply(zone, proposals, at, computed_from, known, statuses, snapshots)

    def _apply(
        self,
        zone: ZoneId,
        proposals: Sequence[TicketProposal],
        at: int,
        computed_from: ComputedFrom,
        revisions: Mapping[ExposureKey, int],
        statuses: Sequence[RuleStatus],
        snapshots: Snapshots | None,
    ) -> Applied:
        applied = Applied()
        with self._database.writing() as session:
            now = _Now(session, at, computed_from, snapshots)
            for proposal in proposals:
                applied = _count(applied, _bring_in_line(now, proposal, content_of(proposal, revisions)))
            asked_for = {(proposal.agent, proposal.rule) for proposal in proposals}
            lost = _lose_support(now, zone, asked_for)
            _record_transitions(now, zone, statuses)
            _record_states(now, zone, statuses)
        return replace(applied, unsupported=lost)


class _Outcome(Enum):
    OPENED = "opened"
    AMENDED = "amended"
    UNCHANGED = "unchanged"
    STILL_DISMISSED = "still_dismissed"


@dataclass(frozen=True, slots=True)
class _Now:
    session: Session
    at: int
    computed_from: ComputedFrom
    snapshots: Snapshots | None

    def step(self, row_revision: int, kind: EventKind, detail: Detail = Nothing()) -> Step:  # noqa: B008 - a value
        """A step of the rules."""
        return Step(self.at, kind, VIGIE, "", row_revision, "", detail)


def _bring_in_line(now: _Now, proposal: TicketProposal, content: TicketContent) -> _Outcome:
    last = now.session.scalars(
        select(TicketRow)
        .where(TicketRow.zone == proposal.zone, TicketRow.agent == proposal.agent, TicketRow.rule == proposal.rule)
        .order_by(TicketRow.state.in_(OPEN_STATES).desc(), TicketRow.id.desc())
        .limit(1)
    ).first()
    if last is None:
        return _open(now, proposal, content, None)
    before = stored_content(now.session, last.id, last.revision)
    if last.state not in OPEN_STATES:
        return _open(now, proposal, content, last.id) if content.has_news_for(before) else _Outcome.STILL_DISMISSED
    steps = [] if last.supported else [now.step(last.revision, EventKind.SUPPORT_REGAINED)]
    if content != before:
        revision = _revision(now, last.revision + 1, content)
        _add_revision(now, last.id, revision)
        said = _said(proposal, content, last.follows, digest_of_basis(revision))
        steps.append(now.step(last.revision + 1, EventKind.AMENDED, said))
    if steps:
        append(now.session, last, steps)
    return _Outcome.UNCHANGED if content == before else _Outcome.AMENDED


def _open(now: _Now, proposal: TicketProposal, content: TicketContent, follows: int | None) -> _Outcome:
    row = TicketRow(zone=proposal.zone, agent=proposal.agent, rule=proposal.rule)
    revision = _revision(now, 1, content)
    opened = now.step(1, EventKind.OPENED, _said(proposal, content, follows, digest_of_basis(revision)))
    begin(now.session, row, opened)
    _add_revision(now, row.id, revision)
    return _Outcome.OPENED


def _lose_support(now: _Now, zone: ZoneId, asked_for: Collection[tuple[str, str]]) -> int:
    rows = now.session.scalars(
        select(TicketRow).where(
            TicketRow.zone == zone, TicketRow.state == TicketState.PROPOSED.value, TicketRow.supported
        )
    )
    lost = [row for row in rows if (row.agent, row.rule) not in asked_for]
    for row in lost:
        append(now.session, row, [now.step(row.revision, EventKind.SUPPORT_LOST)])
    return len(lost)


def _record_transitions(now: _Now, zone: ZoneId, statuses: Sequence[RuleStatus]) -> None:
    """Bring the changes of state in the log of each ticket in line with the histories of the rules."""
    histories: dict[tuple[str, str], Sequence[Transition]] = {
        (status.agent, status.rule): status.history for status in statuses
    }
    rows = now.session.scalars(
        select(TicketRow).where(TicketRow.zone == zone, TicketRow.state.in_(_FOLLOWED)).order_by(TicketRow.id)
    ).all()
    newest = {(row.agent, row.rule): row.id for row in rows}
    for row in rows:
        history = histories.get((row.agent, row.rule))
        if history is None or newest[row.agent, row.rule] != row.id:
            continue
        began = _last_heard(now.session, row.follows)
        wanted = [each for each in history if each.at > began]
        steps = _corrections(now, row.revision, events_of(now.session, row.id), wanted)
        if steps:
            append(now.session, row, steps)


def _last_heard(session: Session, earlier: int | None) -> float:
    """Event time of the last change of state an earlier ticket of the matter has; what came before is told there."""
    if earlier is None:
        return float("-inf")
    transitions = fold(events_of(session, earlier)).transitions
    return transitions[-1].at if transitions else float("-inf")


def _corrections(
    now: _Now, revision: int, events: Sequence[TicketEvent], wanted: Sequence[Transition]
) -> Sequence[Step]:
    """The steps that turn the changes of state a log tells into those that are true now."""
    told = {event.number: event.detail.transition for event in events if isinstance(event.detail, Passed)}
    for event in events:
        if isinstance(event.detail, Unsaid):
            told.pop(event.detail.number)
    before, after = _by_instant(told.values()), _by_instant(wanted)
    changed = {at for at in {*before, *after} if before.get(at) != after.get(at)}
    return [
        *(
            now.step(revision, EventKind.WITHDRAWN, Unsaid(number))
            for number, each in told.items()
            if each.at in changed
        ),
        *(now.step(revision, EventKind.TRANSITION, Passed(each)) for each in wanted if each.at in changed),
    ]


def _by_instant(transitions: Iterable[Transition]) -> dict[int, list[Transition]]:
    """Changes of state by their event time; several of one instant follow each other, and stand or fall together."""
    found: dict[int, list[Transition]] = {}
    for transition in transitions:
        found.setdefault(transition.at, []).append(transition)
    return found


def _record_states(now: _Now, zone: ZoneId, statuses: Sequence[RuleStatus]) -> None:
    known = {row.rule: row for row in now.session.scalars(select(RuleStateRow).where(RuleStateRow.zone == zone))}
    for status in statuses:
        history = msgspec.to_builtins(status.history)
        row = known.pop(status.rule, None)
        if row is not None and row.history == history and row.watermark == status.watermark:
            continue
        now.session.merge(
            RuleStateRow(
                zone=zone,
                rule=status.rule,
                agent=status.agent,
                state=status.now.state.value,
                since=status.now.at,
                watermark=status.watermark,
                flapping=status.now.flapping,
                history=history,
                updated=now.at,
            )
        )
    for row in known.values():
        now.session.delete(row)


def stored_content(session: Session, ticket: int, revision: int) -> TicketContent:
    """What a ticket said in one of its revisions."""
    row = session.get(TicketRevisionRow, (ticket, revision))
    if row is None:
        raise UnknownError(f"ticket {ticket} has no revision {revision}")
    return from_json(row.content)


def _said(proposal: TicketProposal, content: TicketContent, follows: int | None, basis: str) -> Said:
    return Said(
        kind=TicketKind(content.kind),
        level=content.level,
        priority=content.priority,
        title_fr=content.title_fr,
        title_en=content.title_en,
        simulated=content.simulated,
        held_back=content.held_back_by is not None,
        content=digest_of(content),
        follows=follows,
        basis=basis,
        zone=proposal.zone,
        agent=proposal.agent,
        rule=proposal.rule,
    )


def _revision(now: _Now, number: int, content: TicketContent) -> TicketRevisionRow:
    of = asdict(now.computed_from)
    return TicketRevisionRow(
        revision=number,
        at=now.at,
        registry_digest=of.pop("registry"),
        packs=list(of.pop("packs")),
        content=to_json(content),
        **of,
    )


def _add_revision(now: _Now, ticket: int, revision: TicketRevisionRow) -> None:
    if now.snapshots is not None:
        keep(now.session, now.snapshots, now.at)
    revision.ticket = ticket
    now.session.add(revision)


def _count(applied: Applied, outcome: _Outcome) -> Applied:
    return replace(applied, **{outcome.value: getattr(applied, outcome.value) + 1})


def _check(zone: ZoneId, proposals: Sequence[TicketProposal]) -> None:
    keys = [(proposal.agent, proposal.rule) for proposal in proposals]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise StoreError(f"zone {zone}: rules propose two tickets for {twice}; expected one for an agent and a rule")
    others = sorted({proposal.zone for proposal in proposals} - {zone})
    if others:
        raise ValueError(f"proposals for {', '.join(others)} among those of {zone}; apply each zone by itself")
