"""What a message may say of a ticket to the one it goes to: its title, where it is, how urgent, until when."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.identifiers import EmployerId
from rules.language import Language
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.scope import Scope
from store.tables import EstablishmentRow, TicketRow, ZoneRow
from store.tickets import stored_content


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """A ticket in a message.

    Attributes
    ----------
    priority : int
        1 (at once) to 4.
    due : int or None
        Milliseconds UTC.
    """

    id: int
    state: TicketState
    kind: TicketKind
    priority: int
    title_fr: str
    title_en: str
    zone: str
    zone_name: str
    establishment: str
    establishment_name: str
    assignee: str | None
    due: int | None
    simulated: bool

    def title(self, language: Language) -> str:
        """What it is about."""
        return self.title_fr if language is Language.FRENCH else self.title_en


@dataclass(frozen=True, slots=True)
class _Place:
    zone: ZoneRow
    establishment: EstablishmentRow


class Glance:
    """Tickets as several people may see them, in one session; what is asked for twice is looked up once.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen: dict[tuple[Scope, int], TicketFacts | None] = {}
        self._places: dict[str, _Place] = {}
        self._owners: dict[int, EmployerId | None] = {}

    def ticket(self, number: int, scope: Scope) -> TicketFacts | None:
        """A ticket in a scope, as a professional validated it where the scope is outside; else None."""
        if scope.is_employer and self._owner(number) != scope.employer_id:
            return None  # as the scope would say, without asking it for every employer
        key = (scope, number)
        if key not in self._seen:
            row = self._session.scalars(select(TicketRow).where(TicketRow.id == number, scope.tickets())).first()
            self._seen[key] = None if row is None else self.facts(row, scope)
        return self._seen[key]

    def facts(self, row: TicketRow, scope: Scope) -> TicketFacts:
        """A ticket row, already known to be in scope, as the scope may see it."""
        kind, priority, simulated = TicketKind(row.kind), row.priority, row.simulated
        title_fr, title_en = row.title_fr, row.title_en
        if scope.is_outside and row.validated_revision is not None and row.validated_revision != row.revision:
            validated = stored_content(self._session, row.id, row.validated_revision)
            kind, priority, simulated = TicketKind(validated.kind), validated.priority, validated.simulated
            title_fr, title_en = validated.title_fr, validated.title_en
        place = self._place(row.zone)
        return TicketFacts(
            id=row.id,
            state=TicketState(row.state),
            kind=kind,
            priority=priority,
            title_fr=title_fr,
            title_en=title_en,
            zone=row.zone,
            zone_name=place.zone.name,
            establishment=place.establishment.id,
            establishment_name=place.establishment.name,
            assignee=row.assignee,
            due=row.due,
            simulated=simulated,
        )

    def _place(self, zone: str) -> _Place:
        if zone not in self._places:
            row = self._session.get_one(ZoneRow, zone)
            self._places[zone] = _Place(row, self._session.get_one(EstablishmentRow, row.establishment))
        return self._places[zone]

    def _owner(self, number: int) -> EmployerId | None:
        if number not in self._owners:
            found = self._session.scalars(
                select(EstablishmentRow.employer)
                .join(ZoneRow, ZoneRow.establishment == EstablishmentRow.id)
                .join(TicketRow, TicketRow.zone == ZoneRow.id)
                .where(TicketRow.id == number)
            ).first()
            self._owners[number] = None if found is None else EmployerId(found)
        return self._owners[number]
