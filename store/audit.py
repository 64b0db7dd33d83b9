"""Who did what that matters, in order, never changed."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Database
from store.tables import AuditRow


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing somebody did.

    Attributes
    ----------
    at : int
        Milliseconds UTC.
    actor : str
        Account or part of Vigie that did it.
    action : str
        Such as ``sign_in_failed`` or ``registry_saved``.
    """

    at: int
    actor: str
    action: str
    subject: str
    detail: str


def note(session: Session, entry: AuditEntry) -> None:
    """Write an entry in the transaction of what it speaks of."""
    session.add(
        AuditRow(at=entry.at, actor=entry.actor, action=entry.action, subject=entry.subject, detail=entry.detail)
    )


def audit_entries(database: Database, limit: int = 200) -> list[AuditEntry]:
    """The newest entries, newest first; for the service only."""
    with database.reading() as session:
        rows = session.scalars(select(AuditRow).order_by(AuditRow.id.desc()).limit(limit))
        return [AuditEntry(row.at, row.actor, row.action, row.subject, row.detail) for row in rows]
