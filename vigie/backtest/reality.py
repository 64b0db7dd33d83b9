"""What became of the tickets the service really had, so that a backtest can be held against it."""

from dataclasses import dataclass

from catalog.identifiers import RuleId, ZoneId
from catalog.schedule import Interval
from rules.backtest import Compared
from rules.metrology import Agreement, agreement_of
from rules.performance import Basis
from rules.ticket_events import DismissalReason, Dismissed, EventKind
from rules.tickets import TicketState
from store.database import Database
from store.metrology import compared_results
from store.scope import Scope
from store.tables import TicketRow
from store.ticket_views import TicketView
from store.views import Views


@dataclass(frozen=True, slots=True)
class Fate:
    """What people made of a ticket.

    Attributes
    ----------
    dismissed : DismissalReason or None
        Why it was set aside, where it was.
    metrology : Agreement or None
        How the results entered against it stand to it; None where there are none.
    """

    ticket: int
    state: TicketState
    dismissed: DismissalReason | None
    metrology: Agreement | None


@dataclass(frozen=True, slots=True)
class _Matter:
    zone: ZoneId
    agent: str
    rule: RuleId


class Reality:
    """The tickets of a service.

    Parameters
    ----------
    views : Views
    database : Database
        For the results of metrology.
    """

    def __init__(self, views: Views, database: Database) -> None:
        self._views = views
        self._database = database
        self._numbers: dict[_Matter, list[int]] = {}
        for line in views.tickets(Scope.service()).lines:
            self._numbers.setdefault(_Matter(line.zone, line.agent, line.rule), []).append(line.id)

    def fate(self, matter: Compared, period: Interval) -> Fate | None:
        """What became of the newest ticket of a matter that rests on a window of the period; None where none does."""
        numbers = self._numbers.get(_Matter(matter.zone, matter.agent, matter.rule), ())
        for number in sorted(numbers, reverse=True):
            ticket = self._views.ticket(Scope.service(), number)
            if any(period.start < item.end <= period.end for item in ticket.content.evidence):
                return Fate(ticket.id, ticket.state, _dismissed(ticket), self._metrology(ticket))
        return None

    def _metrology(self, ticket: TicketView) -> Agreement | None:
        """As the service's own predictive values count it: results of the quantity itself before those of another."""
        events = ticket.service.events if ticket.service else ()
        if not any(event.kind is EventKind.METROLOGY for event in events):
            return None
        with self._database.reading() as session:
            results = compared_results(session, session.get_one(TicketRow, ticket.id))
        own = [result for result in results if result.basis is Basis.SAME_QUANTITY]
        return agreement_of(result.verdict for result in own or results)


def _dismissed(ticket: TicketView) -> DismissalReason | None:
    if ticket.state is not TicketState.DISMISSED or ticket.service is None:
        return None
    reasons = [event.detail.reason for event in ticket.service.events if isinstance(event.detail, Dismissed)]
    return reasons[-1] if reasons else None
