"""Tickets as rows: a line each in the list, everything of one for ``vigie ticket show --json``."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from catalog.quantities import quantities
from catalog.suggest import did_you_mean
from rules.kit_checks import AGENT
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.registry import load
from store.scope import Scope
from store.ticket_list import TicketFilter, TicketLine
from store.ticket_views import TicketView
from vigie.errors import UsageError
from vigie.listing import INSTANT, one_of, schema_of, zone_named
from vigie.times import as_datetime
from vigie.workspace import Workspace

TICKET_LINE_FIELDS = (
    "id",
    "zone",
    "establishment",
    "employer",
    "agent",
    "rule",
    "level",
    "kind",
    "state",
    "priority",
    "title_fr",
    "title_en",
    "cause",
    "flapping",
    "held_back",
    "supported",
    "assignee",
    "due",
    "put_off_until",
    "follows",
    "created",
    "updated",
    "validated",
    "revision",
    "simulated",
)
TICKET_FIELDS = (
    "id",
    "zone",
    "agent",
    "rule",
    "level",
    "kind",
    "state",
    "priority",
    "title_fr",
    "title_en",
    "reason_fr",
    "reason_en",
    "advice_fr",
    "advice_en",
    "limit_source",
    "kits",
    "evidence",
    "held_back_by",
    "supported",
    "assignee",
    "due",
    "created",
    "updated",
    "validated",
    "revision",
    "pack",
    "pack_version",
    "readings_version",
    "simulated",
)
_INSTANTS = dict.fromkeys(("due", "put_off_until", "created", "updated", "validated"), INSTANT)
_LINE_SCHEMA = schema_of(
    TICKET_LINE_FIELDS,
    dict.fromkeys(("id", "priority", "follows", "revision"), pl.Int64())
    | _INSTANTS
    | dict.fromkeys(("flapping", "held_back", "supported", "simulated"), pl.Boolean()),
)
_TICKET_SCHEMA = schema_of(
    TICKET_FIELDS,
    dict.fromkeys(("id", "priority", "evidence", "revision", "readings_version"), pl.Int64())
    | _INSTANTS
    | dict.fromkeys(("supported", "simulated"), pl.Boolean()),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What ``vigie tickets`` is narrowed to, as typed; None is everything.

    Attributes
    ----------
    overdue_at, awake_at : int or None
        Milliseconds UTC: only what was due before, only what is not put off beyond.
    """

    zone: str | None = None
    state: str | None = None
    kind: str | None = None
    agent: str | None = None
    priority: int | None = None
    employer: str | None = None
    assignee: str | None = None
    words: str = ""
    overdue_at: int | None = None
    awake_at: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """Some tickets, and how many there are in all."""

    frame: pl.DataFrame
    total: int


def tickets_listed(place: Workspace, wanted: Wanted, limit: int | None = None) -> Listed:
    """Tickets, open and urgent ones first; fields :data:`TICKET_LINE_FIELDS`.

    Raises
    ------
    UsageError
        No such zone, employer, state, kind or agent.
    """
    page = place.views.tickets(Scope.service(), _filter(place, wanted), limit)
    return Listed(pl.DataFrame([_line(line) for line in page.lines], schema=_LINE_SCHEMA, orient="row"), page.total)


def ticket_frame(ticket: TicketView) -> pl.DataFrame:
    """One row with everything of a ticket; fields :data:`TICKET_FIELDS`."""
    return pl.DataFrame([_row(ticket)], schema=_TICKET_SCHEMA, orient="row")


def _filter(place: Workspace, wanted: Wanted) -> TicketFilter:
    registry = load(place.database, Scope.service())
    if wanted.employer is not None and wanted.employer not in registry.employers:
        raise UsageError(
            f'--employer is "{wanted.employer}"; no such employer is registered; '
            f"{did_you_mean(wanted.employer, registry.employers)}"
        )
    states = () if wanted.state is None else _states(wanted.state)
    kinds = [] if wanted.kind is None else [TicketKind(one_of("--kind", wanted.kind, [k.value for k in TicketKind]))]
    return TicketFilter(
        states=states,
        kinds=kinds,
        priority=wanted.priority,
        agent=None if wanted.agent is None else one_of("--agent", wanted.agent, _agents()),
        zone=None if wanted.zone is None else zone_named(registry, wanted.zone).id,
        employer=wanted.employer,
        assignee=None if wanted.assignee is None else wanted.assignee.strip().lower(),
        due_before=wanted.overdue_at,
        awake_at=wanted.awake_at,
        words=wanted.words,
    )


def _agents() -> list[str]:
    """What a ticket can be about: the agents of the catalog, and a kit."""
    return list(dict.fromkeys([*(quantity.agent for quantity in quantities().values()), AGENT]))


def _states(text: str) -> Sequence[TicketState]:
    """``proposed`` or ``proposed,validated``."""
    known = [state.value for state in TicketState]
    return [TicketState(one_of("--state", each.strip(), known)) for each in text.split(",")]


def _line(line: TicketLine) -> tuple[object, ...]:
    return (
        line.id,
        line.zone,
        line.establishment,
        line.employer,
        line.agent,
        line.rule,
        line.level,
        line.kind.value,
        line.state.value,
        line.priority,
        line.title_fr,
        line.title_en,
        None if line.cause is None else line.cause.value,
        line.flapping,
        line.held_back,
        line.supported,
        line.assignee,
        _moment(line.due),
        _moment(line.snoozed_until),
        line.follows,
        as_datetime(line.created),
        as_datetime(line.updated),
        _moment(line.validated_at),
        line.revision,
        line.simulated,
    )


def _row(ticket: TicketView) -> tuple[object, ...]:
    content, service = ticket.content, ticket.service
    return (
        ticket.id,
        ticket.zone,
        ticket.agent,
        ticket.rule,
        content.level,
        content.kind,
        ticket.state.value,
        ticket.priority,
        content.title_fr,
        content.title_en,
        content.reason_fr,
        content.reason_en,
        content.advice_fr,
        content.advice_en,
        content.limit_source,
        " ".join(sorted({item.kit for item in content.evidence})),
        len(content.evidence),
        content.held_back_by,
        None if service is None else service.supported,
        ticket.assignee,
        _moment(ticket.due),
        as_datetime(ticket.created),
        as_datetime(ticket.updated),
        _moment(ticket.validated_at),
        ticket.revision,
        content.pack,
        content.pack_version,
        ticket.readings_version,
        content.simulated,
    )


def _moment(instant: int | None) -> object:
    return None if instant is None else as_datetime(instant)
