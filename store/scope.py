"""Whose data a query may see: the one place where the house is divided among employers.

Every query a page, an export or a command line listing makes passes here. The clauses stand in the WHERE of the SQL
query itself; for the tables of readings and exposures they give the zones, and the times of deployments, to read.
"""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session

from catalog.identifiers import EmployerId, ZoneId
from store.tables import DeploymentRow, EstablishmentRow, TicketRow, ZoneRow


class ScopeKind(Enum):
    """For whom a query is made."""

    SERVICE = "service"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True)
class Scope:
    """What one person may see; made by :meth:`service` or :meth:`employer`.

    Attributes
    ----------
    kind : ScopeKind
    employer_id : EmployerId or None
        The one employer of an employer's scope; None for the service.
    """

    kind: ScopeKind
    employer_id: EmployerId | None

    def __post_init__(self) -> None:
        if (self.kind is ScopeKind.EMPLOYER) != bool(self.employer_id):
            raise ValueError(f"a scope of kind {self.kind.value} with employer {self.employer_id!r} is none")

    @classmethod
    def service(cls) -> "Scope":
        """The occupational-health service: everything."""
        return cls(ScopeKind.SERVICE, None)

    @classmethod
    def employer(cls, employer_id: str) -> "Scope":
        """One employer: their own establishments, and only what a professional validated."""
        return cls(ScopeKind.EMPLOYER, EmployerId(employer_id))

    @property
    def is_employer(self) -> bool:
        """Whether what is shown must be coarse, validated and without the service's own notes."""
        return self.kind is ScopeKind.EMPLOYER

    def establishments(self) -> ColumnElement[bool]:
        """WHERE clause on :class:`store.tables.EstablishmentRow`."""
        if self.kind is ScopeKind.SERVICE:
            return true()
        return EstablishmentRow.employer == self.employer_id

    def zones_visible(self) -> Select[str]:
        """Sub-select of the ids of the zones in scope, for ``.in_()``."""
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
        dismissed without ever being validated never existed for them.
        """
        in_zones = TicketRow.zone.in_(self.zones_visible())
        if self.kind is ScopeKind.SERVICE:
            return in_zones
        return in_zones & TicketRow.state.in_(("validated", "closed")) & TicketRow.validated_revision.is_not(None)

    def zone_ids(self, session: Session) -> frozenset[ZoneId]:
        """The zones in scope, for tables that are not in the database."""
        return frozenset(ZoneId(zone) for zone in session.scalars(self.zones_visible()))
