"""Lists of tickets: filtered, ordered and counted by the database, a page at a time."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, func, join, or_, select
from sqlalchemy.orm import Session

from catalog.identifiers import EmployerId, EstablishmentId, RuleId, ZoneId
from rules.life import OPEN
from rules.states import RuleState
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.scope import Scope
from store.tables import EstablishmentRow, TicketRevisionRow, TicketRow, ZoneRow


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """Which tickets; what is None or empty does not matter.

    Attributes
    ----------
    due_before : int or None
        Milliseconds UTC.
    awake_at : int or None
        Leaves out what is put off beyond that instant [ms UTC].
    words : str
        Part of a title, in either language.
    """

    states: Collection[TicketState] = ()
    kinds: Collection[TicketKind] = ()
    priority: int | None = None
    agent: str | None = None
    rule: str | None = None
    zone: str | None = None
    establishment: str | None = None
    employer: str | None = None
    assignee: str | None = None
    due_before: int | None = None
    awake_at: int | None = None
    words: str = ""


EVERY_TICKET = TicketFilter()


class TicketOrder(Enum):
    """How a list is ordered."""

    URGENCY = "urgency"
    """Open ones first, then by priority, then the newest change first."""
    PLACE = "place"
    """By establishment and zone, and by urgency within a zone."""


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a list, as the one who asks may see it.

    Attributes
    ----------
    priority : int
        1 (at once) to 4 (when there is time).
    follows : int or None
        The earlier ticket of the same matter.
    cause : RuleState or None
        Where its rule stands by the latest window; for the service only.
    assignee : str or None
        For the service, and for the expert it is assigned to.
    due, snoozed_until : int or None
        Milliseconds UTC; put off is the service's own affair.
    """

    id: int
    zone: ZoneId
    zone_name: str
    establishment: EstablishmentId
    establishment_name: str
    employer: EmployerId
    agent: str
    rule: RuleId
    state: TicketState
    kind: TicketKind
    level: str
    priority: int
    title_fr: str
    title_en: str
    simulated: bool
    held_back: bool
    supported: bool
    revision: int
    validated_revision: int | None
    validated_at: int | None
    cause: RuleState | None
    flapping: bool
    follows: int | None
    assignee: str | None
    due: int | None
    snoozed_until: int | None
    created: int
    updated: int

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN

    @property
    def amended_since_validation(self) -> bool:
        """Whether outside the service an earlier revision is shown."""
        return self.validated_revision is not None and self.validated_revision != self.revision


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Some lines of a list, and how many there are in all."""

    lines: tuple[TicketLine, ...]
    total: int


PLACED_TICKETS = join(
    join(TicketRow, ZoneRow, ZoneRow.id == TicketRow.zone),
    EstablishmentRow,
    EstablishmentRow.id == ZoneRow.establishment,
)
"""Tickets with their zones and establishments."""

_SHOWN = (
    TicketRow.id, TicketRow.zone, ZoneRow.name, EstablishmentRow.id, EstablishmentRow.name, EstablishmentRow.employer,
    TicketRow.agent, TicketRow.rule, TicketRow.state, TicketRow.kind, TicketRow.level, TicketRow.priority,
    TicketRow.title_fr, TicketRow.title_en, TicketRow.simulated, TicketRow.held_back, TicketRow.supported,
    TicketRow.revision, TicketRow.validated_revision, TicketRow.cause, TicketRow.flapping, TicketRow.follows,
    TicketRow.assignee,
    TicketRow.due, TicketRow.snoozed_until, TicketRow.validated_at, TicketRow.created, TicketRow.updated,
)  # fmt: skip


def ticket_page(
    session: Session,
    scope: Scope,
    chosen: TicketFilter,
    limit: int | None = None,
    offset: int = 0,
    order: TicketOrder = TicketOrder.URGENCY,
) -> TicketPage:
    """The tickets in scope that are asked for.

    Parameters
    ----------
    limit : int or None
        Lines at most; all where None.
    offset : int
        Lines passed over.
    """
    if scope.is_outside:
        return _page_outside(session, scope, chosen, slice(offset, None if limit is None else offset + limit), order)
    where = and_(scope.tickets(), *conditions(chosen))
    placed = chosen.establishment is not None or chosen.employer is not None
    counted = select(func.count(TicketRow.id)).select_from(PLACED_TICKETS if placed else TicketRow)
    total = session.scalar(counted.where(where)) or 0
    query = select(*_SHOWN).select_from(PLACED_TICKETS).where(where).order_by(*_ORDERS[order])
    return TicketPage(
        tuple(_line(tuple(row)) for row in session.execute(query.limit(limit).offset(offset))),
        total,
    )


def _page_outside(
    session: Session, scope: Scope, chosen: TicketFilter, wanted: slice, order: TicketOrder
) -> TicketPage:
    """The same outside the service: what is looked for is what they were told, never what was amended since."""
    everywhere = replace(chosen, kinds=(), priority=None, assignee=None, awake_at=None, words="")
    lines = (select(*_SHOWN).select_from(PLACED_TICKETS).where(scope.tickets(), *conditions(everywhere))).order_by(
        *_ORDERS[order]
    )
    told = _told_outside(session, scope, [_line(tuple(row)) for row in session.execute(lines)])
    fitting = [line for line in told if _fits(line, chosen)]
    if order is TicketOrder.URGENCY:
        fitting.sort(key=lambda line: (not line.is_open, line.priority, -line.updated, line.id))
    return TicketPage(tuple(fitting[wanted]), len(fitting))


def _fits(line: TicketLine, chosen: TicketFilter) -> bool:
    words = chosen.words.casefold()
    return (
        (not chosen.kinds or line.kind in chosen.kinds)
        and chosen.priority in (None, line.priority)
        and chosen.assignee in (None, line.assignee)
        and (words in line.title_fr.casefold() or words in line.title_en.casefold())
    )


def conditions(chosen: TicketFilter) -> Iterator[ColumnElement[bool]]:
    """WHERE clauses on :data:`PLACED_TICKETS`."""
    if chosen.states:
        yield TicketRow.state.in_([state.value for state in chosen.states])
        if OPEN.issuperset(chosen.states):  # so that the index that orders the list also finds them
            yield TicketRow.ended.is_(False)
    if chosen.kinds:
        yield TicketRow.kind.in_([kind.value for kind in chosen.kinds])
    wanted = (
        (TicketRow.priority, chosen.priority),
        (TicketRow.agent, chosen.agent),
        (TicketRow.rule, chosen.rule),
        (TicketRow.zone, chosen.zone),
        (TicketRow.assignee, chosen.assignee),
        (EstablishmentRow.id, chosen.establishment),
        (EstablishmentRow.employer, chosen.employer),
    )
    for column, value in wanted:
        if value is not None:
            yield column == value
    if chosen.due_before is not None:
        yield TicketRow.due < chosen.due_before
    if chosen.awake_at is not None:
        yield or_(TicketRow.snoozed_until.is_(None), TicketRow.snoozed_until <= chosen.awake_at)
    if chosen.words:
        # SQLite knows small and capital letters of ASCII only: É is looked for beside é.
        spelled = {chosen.words, chosen.words.lower(), chosen.words.upper(), chosen.words.capitalize()}
        titles = (TicketRow.title_fr, TicketRow.title_en)
        yield or_(*(title.icontains(words, autoescape=True) for title in titles for words in sorted(spelled)))


_URGENCY = (
    TicketRow.ended,
    TicketRow.priority,
    TicketRow.updated.desc(),
    TicketRow.id,
)
_ORDERS = {
    TicketOrder.URGENCY: _URGENCY,
    TicketOrder.PLACE: (EstablishmentRow.name, EstablishmentRow.id, ZoneRow.name, TicketRow.zone, *_URGENCY),
}


def _line(row: Sequence[Any]) -> TicketLine:
    (
        number, zone, zone_name, establishment, establishment_name, employer, agent, rule, state, kind, level, priority,
        title_fr, title_en, simulated, held_back, supported, revision, validated_revision, cause, flapping, follows,
        assignee, due, snoozed_until, validated_at, created, updated,
    ) = row  # fmt: skip
    return TicketLine(
        id=number,
        zone=zone,
        zone_name=zone_name,
        establishment=establishment,
        establishment_name=establishment_name,
        employer=employer,
        agent=agent,
        rule=rule,
        state=_STATES[state],
        kind=_KINDS[kind],
        level=level,
        priority=priority,
        title_fr=title_fr,
        title_en=title_en,
        simulated=simulated,
        held_back=held_back,
        supported=supported,
        revision=revision,
        validated_revision=validated_revision,
        validated_at=validated_at,
        cause=None if cause is None else _CAUSES[cause],
        flapping=flapping,
        follows=follows,
        assignee=assignee,
        due=due,
        snoozed_until=snoozed_until,
        created=created,
        updated=updated,
    )


class _Told(msgspec.Struct, frozen=True):
    """What a list tells of a revision's content."""

    kind: TicketKind
    level: str
    priority: int
    title_fr: str
    title_en: str
    simulated: bool


def _told_outside(session: Session, scope: Scope, lines: Sequence[TicketLine]) -> Iterator[TicketLine]:
    """Lines as they were validated, without what is the service's own affair."""
    validated = (TicketRevisionRow.ticket == TicketRow.id) & (
        TicketRevisionRow.revision == TicketRow.validated_revision
    )
    query = (
        select(TicketRow.id, TicketRevisionRow.content)
        .select_from(join(TicketRow, TicketRevisionRow, validated))
        .where(scope.tickets())
    )
    contents = {ticket: msgspec.convert(content, _Told) for ticket, content in session.execute(query)}
    for line in lines:
        if line.validated_revision is None or line.validated_at is None:
            continue
        content = contents[line.id]
        yield replace(
            line,
            kind=content.kind,
            level=content.level,
            priority=content.priority,
            title_fr=content.title_fr,
            title_en=content.title_en,
            simulated=content.simulated,
            held_back=False,
            supported=True,
            revision=line.validated_revision,
            cause=None,
            flapping=False,
            assignee=line.assignee if line.assignee == scope.expert_email else None,
            snoozed_until=None,
            created=line.validated_at,
            updated=line.validated_at,
        )


_STATES = {state.value: state for state in TicketState}
_KINDS = {kind.value: kind for kind in TicketKind}
_CAUSES = {state.value: state for state in RuleState}
