"""Whose data a query may see: the one place where the house is divided among employers.

Every query a page, an export or a command line listing makes passes here. The clauses stand in the WHERE of the SQL
query itself; for the tables of readings and exposures they give the zones, and the times of deployments, to read.
"""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session

from catalog.identifiers import EmployerId, ZoneId
from rules.life import VISIBLE_OUTSIDE
from rules.tickets import TicketState
from store.tables import DeploymentRow, EstablishmentRow, TicketRow, ZoneRow

_SHOWN_OUTSIDE = TicketRow.state.in_([state.value for state in TicketState if state in VISIBLE_OUTSIDE]) & (
    TicketRow.validated_revision.is_not(None)
)


class ScopeKind(Enum):
    """For whom a query is made."""

    SERVICE = "service"
    EMPLOYER = "employer"
    EXPERT = "expert"


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see; made by :meth:`service`, :meth:`employer` or :meth:`expert`.

    Attributes
    ----------
    kind : ScopeKind
    employer_id : EmployerId or None
        The one employer of an employer's scope, else None.
    expert_email : str or None
        The account of an expert's scope, else None.
    """

    kind: ScopeKind
    employer_id: EmployerId | None
    expert_email: str | None = None

    def __post_init__(self) -> None:
        if (self.kind is ScopeKind.EMPLOYER) != bool(self.employer_id):
            raise ValueError(f"a scope of kind {self.kind.value} with employer {self.employer_id!r} is none")
        if (self.kind is ScopeKind.EXPERT) != bool(self.expert_email):
            raise ValueError(f"a scope of kind {self.kind.value} with expert {self.expert_email!r} is none")

    @classmethod
    def service(cls) -> "Scope":
        """The occupational-health service: everything."""
        return cls(ScopeKind.SERVICE, None)

    @classmethod
    def employer(cls, employer_id: str) -> "Scope":
        """One employer: their own establishments, and only what a professional validated."""
        return cls(ScopeKind.EMPLOYER, EmployerId(employer_id))

    @classmethod
    def expert(cls, email: str) -> "Scope":
        """Somebody from outside: the tickets assigned to them, and the zones these speak of."""
        return cls(ScopeKind.EXPERT, None, email)

    @property
    def is_employer(self) -> bool:
        """Whether what is shown must be coarse: light, CO2 and noise give away who was there when."""
        return self.kind is ScopeKind.EMPLOYER

    @property
    def is_outside(self) -> bool:
        """Whether what is shown must be validated and without the service's own notes."""
        return self.kind is not ScopeKind.SERVICE

    def establishments(self) -> ColumnElement[bool]:
        """WHERE clause on :class:`store.tables.EstablishmentRow`."""
        if self.kind is ScopeKind.SERVICE:
            return true()
        if self.kind is ScopeKind.EXPERT:
            own = select(ZoneRow.establishment).where(ZoneRow.id.in_(self._assigned_zones()))
            return EstablishmentRow.id.in_(own)
        return EstablishmentRow.employer == self.employer_id

    def zones_visible(self) -> Select[str]:
        """Sub-select of the ids of the zones in scope, for ``.in_()``."""
        if self.kind is ScopeKind.EXPERT:
            return self._assigned_zones()
        return (
            select(ZoneRow.id)
            .join(EstablishmentRow, EstablishmentRow.id == ZoneRow.establishment)
            .where(self.establishments())
        )

    def zones(self) -> ColumnElement[bool]:
        """WHERE clause on :class:`store.tables.ZoneRow`."""
        return ZoneRow.id.in_(self.zones_visible())

    def deployments(self) -> ColumnElement[bool]:
        """WHERE clause on :class:`store.tables.DeploymentRow`: readings outside these times are nobody's."""
        return DeploymentRow.zone.in_(self.zones_visible())

    def tickets(self) -> ColumnElement[bool]:
        """WHERE clause on :class:`store.tables.TicketRow`.

        A ticket is a proposal until a professional validates it; an employer sees it only from then on. One that was
        dismissed without ever being validated never existed for them. An expert sees what is assigned to them.
        """
        if self.kind is ScopeKind.EXPERT:
            return self._assigned()
        if self.kind is ScopeKind.SERVICE:
            return true()
        return TicketRow.zone.in_(self.zones_visible()) & _SHOWN_OUTSIDE

    def _assigned(self) -> ColumnElement[bool]:
        return (TicketRow.assignee == self.expert_email) & _SHOWN_OUTSIDE

    def _assigned_zones(self) -> Select[str]:
        return select(TicketRow.zone).where(self._assigned())

    def zone_ids(self, session: Session) -> frozenset[ZoneId]:
        """The zones in scope, for tables that are not in the database."""
        return frozenset(ZoneId(zone) for zone in session.scalars(self.zones_visible()))
