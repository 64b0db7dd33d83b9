"""The tables of the SQL database: registry, tickets, accounts, audit. Instants are milliseconds UTC."""

import re
from datetime import date
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    event,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column

from store.errors import StoreError

_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A number the database gives; SQLite counts only in its own kind of integer."""


class Words(TypeDecorator[str]):
    """Text as any database takes it.

    PostgreSQL refuses the character NUL, and neither database takes half a surrogate pair; kits and browsers may send
    both. They are kept, and looked for, as U+FFFD.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """The text to send."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that every database can change them later."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Words(), int: BigInteger()}  # noqa: RUF012 - SQLAlchemy's own attribute


class EmployerRow(Base):
    """An employer: the tenant."""

    __tablename__ = "employers"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    siret: Mapped[str]
    naf: Mapped[str]


class EstablishmentRow(Base):
    """A site of an employer."""

    __tablename__ = "establishments"
    id: Mapped[str] = mapped_column(primary_key=True)
    employer: Mapped[str] = mapped_column(ForeignKey("employers.id"), index=True)
    name: Mapped[str]
    timezone: Mapped[str]
    country: Mapped[str]
    subdivision: Mapped[str | None]
    address: Mapped[str]


class ZoneRow(Base):
    """A zone; schedule, transfer factors, place uncertainties and corrections as the catalog's types in JSON."""

    __tablename__ = "zones"
    id: Mapped[str] = mapped_column(primary_key=True)
    establishment: Mapped[str] = mapped_column(ForeignKey("establishments.id"), index=True)
    name: Mapped[str]
    kind: Mapped[str]
    headcount: Mapped[int]
    work_unit: Mapped[str]
    intensity: Mapped[str]
    schedule: Mapped[Any] = mapped_column(JSON)
    transfer_factors: Mapped[Any] = mapped_column(JSON)
    place_uncertainty: Mapped[Any] = mapped_column(JSON)
    corrections: Mapped[Any] = mapped_column(JSON)


class KitRow(Base):
    """A kit of the service."""

    __tablename__ = "kits"
    id: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str]
    label: Mapped[str]
    simulated: Mapped[bool]


class DeploymentRow(Base):
    """A kit in a zone during (start, end]."""

    __tablename__ = "deployments"
    id: Mapped[str] = mapped_column(primary_key=True)
    kit: Mapped[str] = mapped_column(ForeignKey("kits.id"), index=True)
    zone: Mapped[str] = mapped_column(ForeignKey("zones.id"), index=True)
    start: Mapped[int]
    end: Mapped[int | None]
    position: Mapped[str]


class CalibrationRow(Base):
    """One calibration of one channel of a kit."""

    __tablename__ = "calibrations"
    kit: Mapped[str] = mapped_column(ForeignKey("kits.id"), primary_key=True)
    quantity: Mapped[str] = mapped_column(primary_key=True)
    performed: Mapped[date] = mapped_column(primary_key=True)
    due: Mapped[date]
    gain: Mapped[float]
    offset: Mapped[float]
    uncertainty: Mapped[Any] = mapped_column(JSON)
    reference: Mapped[str]


class KitStatusRow(Base):
    """The last a kit said about itself; also of kits the registry does not know."""

    __tablename__ = "kit_status"
    kit: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    boot: Mapped[str]
    firmware: Mapped[str]
    simulated: Mapped[bool]
    received: Mapped[int]


IS_OPEN = text("state IN ('proposed', 'validated')")
"""The states of a ticket somebody still has to do something about."""


class TicketRow(Base):
    """A ticket as it stands; what it says lies in its revisions."""

    __tablename__ = "tickets"
    __table_args__ = (
        # The database itself holds that a matter is open once only, whoever writes.
        Index("one_open_ticket", "zone", "agent", "rule", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        CheckConstraint("state IN ('proposed', 'validated', 'dismissed', 'closed')", name="state"),
        CheckConstraint("state <> 'validated' OR validated_revision IS NOT NULL", name="validated_revision"),
    )
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    zone: Mapped[str] = mapped_column(ForeignKey("zones.id"), index=True)
    agent: Mapped[str]
    rule: Mapped[str]
    state: Mapped[str]
    revision: Mapped[int]
    validated_revision: Mapped[int | None]
    supported: Mapped[bool]
    created: Mapped[int]
    updated: Mapped[int]


class TicketRevisionRow(Base):
    """What a ticket said at one time; never changed."""

    __tablename__ = "ticket_revisions"
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    readings_version: Mapped[int]
    content: Mapped[Any] = mapped_column(JSON)


class TicketEventRow(Base):
    """What happened to a ticket; only ever added to."""

    __tablename__ = "ticket_events"
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[int]
    kind: Mapped[str]
    by: Mapped[str]
    revision: Mapped[int]
    note: Mapped[str]


class AccountRow(Base):
    """Who may sign in; an employer's account belongs to one employer, every other to none."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('engineer', 'employer')", name="role"),
        CheckConstraint("(role = 'employer') = (employer IS NOT NULL)", name="tenant"),
    )
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    employer: Mapped[str | None] = mapped_column(ForeignKey("employers.id"))
    password: Mapped[str]
    created: Mapped[int]
    disabled: Mapped[bool]


class ThrottleRow(Base):
    """Failed sign-ins with an address, whether an account has it or not."""

    __tablename__ = "sign_in_throttle"
    email: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last: Mapped[int]
    locked_until: Mapped[int]


class SessionRow(Base):
    """A signed-in browser; the token itself is known to the browser only."""

    __tablename__ = "sessions"
    token: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    created: Mapped[int]
    expires: Mapped[int]


class ComputeStateRow(Base):
    """How far a computation got."""

    __tablename__ = "compute_state"
    name: Mapped[str] = mapped_column(primary_key=True)
    readings_version: Mapped[int]
    at: Mapped[int]


class AuditRow(Base):
    """Who did what that matters; only ever added to."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    at: Mapped[int] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]


_APPEND_ONLY = (TicketRevisionRow, TicketEventRow, AuditRow)


@event.listens_for(Session, "before_flush")
def _keep_history(session: Session, *_: object) -> None:
    """Refuse to change or delete a row of a table that is only ever added to."""
    for row in (*session.dirty, *session.deleted):
        if isinstance(row, _APPEND_ONLY) and (row in session.deleted or session.is_modified(row)):
            raise _kept(row.__tablename__)


@event.listens_for(Session, "do_orm_execute")
def _keep_history_whole(state: ORMExecuteState) -> None:
    """The same for statements that change many rows at once."""
    if (state.is_update or state.is_delete) and state.bind_mapper is not None:
        changed = state.bind_mapper.class_
        if issubclass(changed, _APPEND_ONLY):
            raise _kept(changed.__tablename__)


def _kept(table: str) -> StoreError:
    return StoreError(f"{table} is only ever added to; nothing in it is changed or deleted")
