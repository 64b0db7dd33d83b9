"""What a ticket was computed from, to be read: places, kits and calibrations as they were known, and the rule packs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.snapshots import ZoneSnapshot, kept_zone
from store.tables import RulePackRow, TicketRevisionRow, TicketRow


@dataclass(frozen=True, slots=True)
class PackUsed:
    """A rule pack a computation used; its digest names its text."""

    pack: str
    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class TicketBasis:
    """What the newest revision of a ticket rests on, besides readings.

    Attributes
    ----------
    registry_digest : str
        Names the text of ``known``.
    """

    registry_digest: str
    known: ZoneSnapshot
    packs: Sequence[PackUsed]


def ticket_basis(session: Session, ticket: TicketRow) -> TicketBasis | None:
    """What the newest revision of a ticket rests on; None where that was not kept yet when it was computed.

    Raises
    ------
    SnapshotError
        What was kept is not what was written, or cannot be read by this version of Vigie.
    """
    revision = session.get_one(TicketRevisionRow, (ticket.id, ticket.revision))
    if revision.registry_digest is None:
        return None
    rows = {
        row.digest: row for row in session.scalars(select(RulePackRow).where(RulePackRow.digest.in_(revision.packs)))
    }
    used = [PackUsed(rows[digest].pack, rows[digest].version, digest) for digest in revision.packs if digest in rows]
    return TicketBasis(revision.registry_digest, kept_zone(session, revision.registry_digest), used)
