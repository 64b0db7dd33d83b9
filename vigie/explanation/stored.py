"""What the database keeps of one revision of a ticket, and whether it is still what was written."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from catalog.identifiers import RuleId, ZoneId
from rules.life import Standing, fold
from rules.rule import Pack
from rules.ticket_events import Said, TicketEvent
from store.database import Database
from store.errors import SnapshotError, UnknownError
from store.snapshots import ZoneSnapshot, kept_pack, kept_zone
from store.tables import TicketRevisionRow, TicketRow
from store.ticket_content import TicketContent, from_json
from store.ticket_log import digest_of, events_of
from store.tickets import LARGEST_NUMBER, ComputedFrom
from vigie.errors import UsageError


@dataclass(frozen=True, slots=True)
class Foundation:
    """What a revision was computed from, read back whole.

    Attributes
    ----------
    computed_at : int
        Milliseconds UTC.
    """

    computed_at: int
    readings_version: int
    software: str
    registry_digest: str
    known: ZoneSnapshot
    packs: tuple[Pack, ...]


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """One revision of a ticket.

    Attributes
    ----------
    now : Standing
        Where the ticket stands today.
    then : Standing
        Where it stood with the last event of this revision.
    written : int
        When the revision was recorded [ms UTC].
    sha256 : str
        Of its content as it is stored.
    foundation : Foundation or None
        None where it was not kept, or is damaged.
    problems : tuple of str
        What is stored and is not what was written.
    """

    ticket: int
    zone: ZoneId
    agent: str
    rule: RuleId
    revision: int
    now: Standing
    then: Standing
    written: int
    content: TicketContent
    sha256: str
    computed_from: ComputedFrom
    foundation: Foundation | None
    problems: tuple[str, ...]


def stored_revision(database: Database, ticket: int, revision: int | None) -> StoredRevision:
    """A revision of a ticket; the newest where none is named.

    Raises
    ------
    UnknownError
        There is no such ticket.
    UsageError
        It has no such revision.
    """
    with database.reading() as session:
        row = session.get(TicketRow, ticket) if 0 < ticket <= LARGEST_NUMBER else None
        if row is None:
            raise UnknownError(f"there is no ticket {ticket}; vigie tickets lists those there are")
        wanted = row.revision if revision is None else revision
        if not 1 <= wanted <= row.revision:
            has = "only revision 1" if row.revision == 1 else f"revisions 1 to {row.revision}"
            raise UsageError(f"--revision is {wanted}; ticket {ticket} has {has}")
        return _stored(session, row, wanted)


def _stored(session: Session, row: TicketRow, wanted: int) -> StoredRevision:
    kept = session.get_one(TicketRevisionRow, (row.id, wanted))
    content = from_json(kept.content)
    events = events_of(session, row.id)
    sha256 = digest_of(content)
    problems = []
    recorded = _recorded(events, wanted)
    if recorded != sha256:
        problems.append(
            f"revision {wanted} was changed after it was written: its SHA-256 is {sha256[:12]}, the log recorded "
            f"{'none' if recorded is None else recorded[:12]}"
        )
    foundation = None
    try:
        foundation = _foundation(session, kept)
    except SnapshotError as error:
        problems.append(str(error))
    return StoredRevision(
        ticket=row.id,
        zone=ZoneId(row.zone),
        agent=row.agent,
        rule=RuleId(row.rule),
        revision=wanted,
        now=fold(events),
        then=fold(event for event in events if event.revision <= wanted),
        written=kept.at,
        content=content,
        sha256=sha256,
        computed_from=ComputedFrom(
            kept.readings_version, kept.computed_at, kept.registry_digest, tuple(kept.packs), kept.software
        ),
        foundation=foundation,
        problems=tuple(problems),
    )


def _recorded(events: list[TicketEvent], revision: int) -> str | None:
    """The digest of a revision's content by the log."""
    said = [event.detail for event in events if event.revision == revision and isinstance(event.detail, Said)]
    return said[0].content if said else None


def _foundation(session: Session, kept: TicketRevisionRow) -> Foundation | None:
    if kept.registry_digest is None or kept.computed_at is None:
        return None
    return Foundation(
        kept.computed_at,
        kept.readings_version,
        kept.software,
        kept.registry_digest,
        kept_zone(session, kept.registry_digest),
        tuple(kept_pack(session, digest) for digest in kept.packs),
    )
