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
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column

from store.errors import StoreError

_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A number the database gives; SQLite counts only in its own kind of integer."""


def storable(text_: str) -> str:
    """A text as it will be read back."""
    return _UNSTORABLE.sub("\ufffd", text_)


class Words(TypeDecorator[str]):
    """Text as any database takes it.

    PostgreSQL refuses the character NUL, and neither database takes half a surrogate pair; kits and browsers may send
    both. They are kept, and looked for, as U+FFFD.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's
        """The text to send."""
        return None if value is None else storable(value)


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


IS_OPEN = text("state IN ('proposed', 'validated', 'assigned', 'in_progress')")
"""The states of a ticket somebody still has to do something about."""

_STATES = "'proposed', 'validated', 'assigned', 'in_progress', 'done', 'verified', 'dismissed'"


class TicketRow(Base):
    """A ticket as it stands: the fold of its events, kept so that lists need not fold; its revisions say what it says.

    ``vigie doctor`` folds the events again and compares.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        # The database itself holds that a matter is open once only, whoever writes.
        Index("one_open_ticket", "zone", "agent", "rule", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_tickets_listed", "ended", "priority", text("updated DESC"), "id"),  # the order of a list
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(
            "state IN ('proposed', 'dismissed') OR validated_revision IS NOT NULL", name="validated_revision"
        ),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
    )
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    zone: Mapped[str] = mapped_column(ForeignKey("zones.id"), index=True)
    agent: Mapped[str]
    rule: Mapped[str]
    state: Mapped[str]
    ended: Mapped[bool]
    revision: Mapped[int]
    validated_revision: Mapped[int | None]
    supported: Mapped[bool]
    kind: Mapped[str]
    level: Mapped[str]
    priority: Mapped[int]
    title_fr: Mapped[str]
    title_en: Mapped[str]
    simulated: Mapped[bool]
    held_back: Mapped[bool]
    cause: Mapped[str | None]
    flapping: Mapped[bool]
    follows: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    assignee: Mapped[str | None] = mapped_column(index=True)
    due: Mapped[int | None] = mapped_column(index=True)
    snoozed_until: Mapped[int | None]
    validated_at: Mapped[int | None]
    events: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]


class TicketRevisionRow(Base):
    """What a ticket said at one time, and what it was computed from; never changed.

    ``registry_digest`` and ``packs`` are the digests of :class:`RegistrySnapshotRow` and :class:`RulePackRow`,
    ``computed_at`` the instant it was computed for; with the version of the readings it can be computed again.
    """

    __tablename__ = "ticket_revisions"
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int]
    readings_version: Mapped[int]
    computed_at: Mapped[int | None]
    registry_digest: Mapped[str | None] = mapped_column(ForeignKey("registry_snapshots.digest"))
    packs: Mapped[Any] = mapped_column(JSON)
    software: Mapped[str]
    content: Mapped[Any] = mapped_column(JSON)


class TicketEventRow(Base):
    """What happened to a ticket; only ever added to, each row bound to the one before it by its hash."""

    __tablename__ = "ticket_events"
    __table_args__ = (UniqueConstraint("ticket", "number"),)
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    number: Mapped[int]
    at: Mapped[int]
    kind: Mapped[str]
    by: Mapped[str]
    role: Mapped[str]
    revision: Mapped[int]
    note: Mapped[str]
    detail: Mapped[Any] = mapped_column(JSON)
    previous: Mapped[str]
    hash: Mapped[str]


class RuleStateRow(Base):
    """Where a rule stands at a zone in event time; written in the transaction of the tickets it belongs to."""

    __tablename__ = "rule_states"
    zone: Mapped[str] = mapped_column(ForeignKey("zones.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str]
    state: Mapped[str]
    since: Mapped[int]
    watermark: Mapped[int]
    flapping: Mapped[bool]
    history: Mapped[Any] = mapped_column(JSON)
    updated: Mapped[int]


class RegistrySnapshotRow(Base):
    """Places, kits, deployments and calibrations of a zone as a computation knew them; never changed."""

    __tablename__ = "registry_snapshots"
    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]
    at: Mapped[int]


class RulePackRow(Base):
    """A rule pack as a computation used it, whole; never changed."""

    __tablename__ = "rule_packs"
    digest: Mapped[str] = mapped_column(primary_key=True)
    pack: Mapped[str]
    version: Mapped[str]
    content: Mapped[str]
    at: Mapped[int]


class MetrologyResultRow(Base):
    """What a laboratory or a meter found, entered against a ticket; never changed, a correction is a new row."""

    __tablename__ = "metrology_results"
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    performed: Mapped[date]
    quantity: Mapped[str]
    value: Mapped[float]
    unit: Mapped[str]
    expanded_uncertainty: Mapped[float | None]
    coverage_factor: Mapped[float | None]
    below_loq: Mapped[bool]
    limit: Mapped[float]
    comparator: Mapped[str]
    limit_source: Mapped[str]
    verdict: Mapped[str]
    method: Mapped[str]
    laboratory: Mapped[str]
    note: Mapped[str]
    replaces: Mapped[int | None] = mapped_column(ForeignKey("metrology_results.id"))
    by: Mapped[str]
    at: Mapped[int]


class OutboxRow(Base):
    """A message to be sent, or that was; its key makes it the same message whoever writes it."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'uncertain')", name="state"),
        Index("ix_outbox_waiting", "state", "next_attempt"),
    )
    id: Mapped[int] = mapped_column(NUMBER, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    recipient: Mapped[str]
    language: Mapped[str]
    subject: Mapped[str]
    content: Mapped[Any] = mapped_column(JSON)
    state: Mapped[str]
    created: Mapped[int]
    next_attempt: Mapped[int]
    attempts: Mapped[int]
    last_error: Mapped[str]
    sent_at: Mapped[int | None]


class CursorRow(Base):
    """How far a reader of the ticket log got."""

    __tablename__ = "cursors"
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]


class AccountRow(Base):
    """Who may sign in; an employer's account belongs to one employer, every other to none."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('engineer', 'physician', 'technician', 'expert', 'employer')", name="role"),
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


_APPEND_ONLY = (
    TicketRevisionRow,
    TicketEventRow,
    RegistrySnapshotRow,
    RulePackRow,
    MetrologyResultRow,
    AuditRow,
)


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
