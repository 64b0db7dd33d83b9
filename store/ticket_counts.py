"""How many tickets there are, by establishment and state: counted by the database, none of them is loaded."""

from dataclasses import dataclass

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from catalog.identifiers import EstablishmentId, ZoneId
from rules.tickets import TicketState
from store.scope import Scope
from store.tables import EstablishmentRow, TicketRow
from store.ticket_list import PLACED_TICKETS, TicketFilter, conditions


@dataclass(frozen=True, slots=True)
class TicketCount:
    """Tickets of one establishment in one state.

    Attributes
    ----------
    tickets : int
    overdue : int
        Of these, due before the instant that was asked about.
    assigned : int
        Of these, assigned to the person that was asked about.
    """

    establishment: EstablishmentId
    state: TicketState
    tickets: int
    overdue: int
    assigned: int


def ticket_counts(session: Session, scope: Scope, chosen: TicketFilter, now: int, assignee: str) -> list[TicketCount]:
    """Counts of the tickets in scope that are asked for.

    Parameters
    ----------
    now : int
        What is due before is overdue [ms UTC].
    assignee : str
        An account's address.
    """
    overdue = func.sum(case((TicketRow.due < now, 1), else_=0))
    assigned = func.sum(case((TicketRow.assignee == assignee, 1), else_=0))
    query = (
        select(EstablishmentRow.id, TicketRow.state, func.count(TicketRow.id), overdue, assigned)
        .select_from(PLACED_TICKETS)
        .where(and_(scope.tickets(), *conditions(chosen)))
        .group_by(EstablishmentRow.id, TicketRow.state)
    )
    return [
        TicketCount(EstablishmentId(establishment), TicketState(state), tickets, int(late), int(own))
        for establishment, state, tickets, late, own in session.execute(query)
    ]


def zones_told_simulated(session: Session, scope: Scope) -> frozenset[ZoneId]:
    """Zones of which a ticket in scope rests on simulated data."""
    query = select(TicketRow.zone).where(scope.tickets(), TicketRow.simulated).distinct()
    return frozenset(ZoneId(zone) for zone in session.scalars(query))
