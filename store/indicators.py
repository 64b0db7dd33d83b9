"""The facts behind the indicators: tickets by their log, campaigns by their deployments, as known at one instant."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import DeploymentId, EmployerId, EstablishmentId, ZoneId
from rules.indicators import EXPOSURE, CampaignFacts, Period, Raised, TicketFacts
from rules.ticket_events import EventKind, TicketEvent
from store.errors import UnknownError
from store.metrology import WITHDRAWN
from store.tables import (
    DeploymentRow,
    EmployerRow,
    EstablishmentRow,
    KitRow,
    MetrologyResultRow,
    TicketEventRow,
    TicketRevisionRow,
    TicketRow,
    ZoneRow,
)
from store.ticket_log import event_of, head

_AT_ONCE = 5_000
_EXPOSURE = frozenset(kind.value for kind in EXPOSURE)


@dataclass(frozen=True, slots=True)
class KnownAt:
    """Up to where the log is read.

    Attributes
    ----------
    until : int
        Events recorded from then on are not known [ms UTC].
    head : str
        Hash of the newest event of the log, "" of an empty one: events after it are not known either.
    """

    until: int
    head: str


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """An establishment and whose it is."""

    establishment: EstablishmentId
    name: str
    employer: EmployerId
    employer_name: str
    naf: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What indicators are counted from, and what was left out of them.

    Attributes
    ----------
    tickets : tuple of TicketFacts
        Of real readings, in order of their numbers.
    campaigns : tuple of CampaignFacts
        Of real kits, in order of their deployments.
    simulated_tickets, simulated_campaigns : int
        Opened or begun in the period, and left out.
    packs : tuple of str
        Name and version of each rule pack the tickets' revisions of the period rest on.
    """

    tickets: tuple[TicketFacts, ...]
    campaigns: tuple[CampaignFacts, ...]
    places: Mapping[EstablishmentId, PlaceFacts]
    simulated_tickets: int
    simulated_campaigns: int
    packs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Revision:
    """What a revision of a ticket rests on."""

    number: int
    at: int
    agent: str
    deployments: frozenset[str]
    pack: str


def known_now(session: Session, until: int) -> KnownAt:
    """The log as it is now, up to an instant [ms UTC]."""
    return KnownAt(until, head(session))


def facts(session: Session, period: Period, known: KnownAt) -> Facts:
    """The facts of a period, as they were known.

    Parameters
    ----------
    period : Period
    known : KnownAt
        The log is only ever added to: the same head gives the same tickets, whenever it is asked. Places, headcounts
        and deployments are those of the registry now.

    Raises
    ------
    UnknownError
        No event of the log has that hash.
    """
    last = _last_event(session, known.head)
    places = _places(session)
    zones = {row.id: row for row in session.scalars(select(ZoneRow))}
    simulated = set(session.scalars(select(TicketRow.id).where(TicketRow.simulated)))
    logs = _logs(session, last, known.until)
    revisions = _revisions(session, logs)
    results = _results(session, last, known.until)
    where = {row.id: row for row in session.execute(select(TicketRow.id, TicketRow.agent, TicketRow.zone))}
    tickets = []
    for number, events in logs.items():
        if number not in simulated:
            place = places[EstablishmentId(zones[where[number].zone].establishment)]
            came = results.get(number, ())
            tickets.append(TicketFacts(number, where[number].agent, place.establishment, place.naf, events, came))
    raised = _raised({ticket.ticket: ticket.events for ticket in tickets}, revisions)
    campaigns = []
    simulated_campaigns = 0
    for row, is_simulated in _deployments(session, known.until):
        if is_simulated:
            simulated_campaigns += period.holds(row.start)
            continue
        zone = zones[row.zone]
        campaigns.append(_campaign(row, zone, places[EstablishmentId(zone.establishment)], raised.get(row.id, ())))
    rests_on = {
        revision.pack for ticket in tickets for revision in revisions[ticket.ticket] if period.holds(revision.at)
    }
    return Facts(
        tickets=tuple(tickets),
        campaigns=tuple(campaigns),
        places=places,
        simulated_tickets=sum(period.holds(logs[number][0].at) for number in logs if number in simulated),
        simulated_campaigns=simulated_campaigns,
        packs=tuple(sorted(rests_on)),
    )


def _last_event(session: Session, hash_: str) -> int:
    if not hash_:
        return 0
    number = session.scalars(select(TicketEventRow.id).where(TicketEventRow.hash == hash_)).first()
    if number is None:
        raise UnknownError(
            f"no event of the log of tickets has the hash {hash_}; it is not this service's log, or changed"
        )
    return number


def _logs(session: Session, last: int, until: int) -> dict[int, tuple[TicketEvent, ...]]:
    """The events of each ticket that were known, none earlier than the one before it."""
    rows = session.scalars(
        select(TicketEventRow)
        .where(TicketEventRow.id <= last)
        .order_by(TicketEventRow.ticket, TicketEventRow.number)
        .execution_options(yield_per=_AT_ONCE)
    )
    logs = {}
    for ticket, log in groupby(rows, key=lambda row: row.ticket):
        events = tuple(event for event in _in_time(map(event_of, log)) if event.at < until)
        if events:
            logs[ticket] = events
    return logs


def _in_time(events: Iterator[TicketEvent]) -> Iterator[TicketEvent]:
    """A clock set back gives an event the time of the one before it: its place in the log is what is certain."""
    latest = 0
    for event in events:
        latest = max(latest, event.at)
        yield event if event.at == latest else replace(event, at=latest)


def _revisions(session: Session, logs: Mapping[int, Sequence[TicketEvent]]) -> dict[int, list[_Revision]]:
    """What the known revisions of each ticket rest on, where they speak of people."""
    rows = session.execute(
        select(
            TicketRevisionRow.ticket, TicketRevisionRow.revision, TicketRevisionRow.at, TicketRevisionRow.content,
            TicketRow.agent,
        )
        .join(TicketRow, TicketRow.id == TicketRevisionRow.ticket)
        .order_by(TicketRevisionRow.ticket, TicketRevisionRow.revision)
        .execution_options(yield_per=_AT_ONCE)
    )  # fmt: skip
    found: dict[int, list[_Revision]] = {ticket: [] for ticket in logs}
    for ticket, number, at, content, agent in rows:
        if ticket in logs and number <= logs[ticket][-1].revision:
            speaks = content["kind"] in _EXPOSURE
            deployments = frozenset(item["deployment"] for item in content["evidence"]) if speaks else frozenset()
            pack = f"{content['pack']} {content['pack_version']}"
            found[ticket].append(_Revision(number, at, agent, deployments, pack))
    return found


def _raised(
    logs: Mapping[int, Sequence[TicketEvent]], revisions: Mapping[int, Sequence[_Revision]]
) -> dict[str, tuple[Raised, ...]]:
    """The tickets that rest on each deployment."""
    found: dict[str, list[Raised]] = {}
    for ticket, events in logs.items():
        answered_for = {event.revision for event in events if event.kind is EventKind.VALIDATED}
        proposed = {name for revision in revisions[ticket] for name in revision.deployments}
        validated = {
            name for revision in revisions[ticket] if revision.number in answered_for for name in revision.deployments
        }
        for name in proposed:
            found.setdefault(name, []).append(Raised(revisions[ticket][0].agent, name in validated))
    return {name: tuple(raised) for name, raised in found.items()}


def _results(session: Session, last: int, until: int) -> dict[int, tuple[int, ...]]:
    """When each result that stood was first entered, by ticket."""
    entered = select(TicketEventRow.detail["result"].as_integer()).where(
        TicketEventRow.kind == EventKind.METROLOGY.value, TicketEventRow.id <= last
    )
    known = set(session.scalars(entered))
    rows = session.scalars(
        select(MetrologyResultRow).where(MetrologyResultRow.at < until).order_by(MetrologyResultRow.id)
    )
    first: dict[int, int] = {}
    standing: dict[int, tuple[int, int]] = {}
    for row in rows:
        if row.id not in known:
            continue
        first[row.id] = row.id if row.replaces is None else first[row.replaces]
        if row.replaces is None:
            standing[row.id] = (row.ticket, row.at)
        elif row.verdict == WITHDRAWN:
            standing.pop(first[row.id], None)
    found: dict[int, list[int]] = {}
    for ticket, at in standing.values():
        found.setdefault(ticket, []).append(at)
    return {ticket: tuple(sorted(instants)) for ticket, instants in found.items()}


def _deployments(session: Session, until: int) -> list[tuple[DeploymentRow, bool]]:
    rows = session.execute(
        select(DeploymentRow, KitRow.simulated)
        .join(KitRow, KitRow.id == DeploymentRow.kit)
        .where(DeploymentRow.start < until)
        .order_by(DeploymentRow.id)
    )
    return [(row, simulated) for row, simulated in rows]


def _campaign(row: DeploymentRow, zone: ZoneRow, place: PlaceFacts, raised: tuple[Raised, ...]) -> CampaignFacts:
    return CampaignFacts(
        deployment=DeploymentId(row.id),
        zone=ZoneId(zone.id),
        establishment=place.establishment,
        employer=place.employer,
        naf=place.naf,
        headcount=zone.headcount,
        start=row.start,
        end=row.end,
        raised=raised,
    )


def _places(session: Session) -> dict[EstablishmentId, PlaceFacts]:
    rows = session.execute(
        select(EstablishmentRow.id, EstablishmentRow.name, EmployerRow.id, EmployerRow.name, EmployerRow.naf).join(
            EmployerRow, EmployerRow.id == EstablishmentRow.employer
        )
    )
    return {
        EstablishmentId(id_): PlaceFacts(EstablishmentId(id_), name, EmployerId(employer), employer_name, naf)
        for id_, name, employer, employer_name, naf in rows
    }
