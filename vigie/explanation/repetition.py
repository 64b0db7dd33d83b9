"""The computation a ticket's revision came from, once more."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from catalog.kits import Deployment
from rules.decision import Assessment, exposure_key
from rules.tickets import TicketProposal
from store.errors import TableError
from store.readings import ReadingStore
from store.ticket_content import Evidence
from vigie.errors import RefusedError
from vigie.explanation.stored import Foundation, StoredRevision
from vigie.zone_answer import ZoneAnswer, answer_for

Progress = Callable[[int, int, Deployment], None]
"""Called with (deployments done, in all, the one under way)."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """What came out.

    Attributes
    ----------
    proposal : TicketProposal or None
        Of the ticket's agent and rule; None where nothing is asked for now.
    version : int
        Delta version of the readings that was read.
    instead : str or None
        Why it was not the version the ticket was computed from.
    """

    answer: ZoneAnswer
    proposal: TicketProposal | None
    version: int
    instead: str | None = None

    def assessment_of(self, evidence: Evidence, rule: str) -> Assessment | None:
        """What came out for a window the ticket rests on; None where nothing did."""
        own = self.proposal.evidence if self.proposal else ()
        others = (a for a in self.answer.assessments if a.rule == rule)
        for again in (*own, *others):
            if again.level == evidence.level and exposure_key(again.exposure) == evidence.key:
                return again
        return None


def repeat(
    readings: ReadingStore, stored: StoredRevision, foundation: Foundation, progress: Progress | None = None
) -> Repetition:
    """Compute the ticket's zone from what the revision rested on.

    Notes
    -----
    Where the version of the readings table cannot be read any more (its files were vacuumed, or its log is past its
    retention), the newest is read instead: readings are only ever added, so all that were there still are.

    Raises
    ------
    RefusedError
        Files of the newest version are missing too.
    """
    try:
        return _repeat(readings, stored, foundation, foundation.readings_version, progress)
    except (TableError, FileNotFoundError) as error:
        why = f"version {foundation.readings_version} of the readings cannot be read ({_first_line(error)})"
    try:
        return replace(_repeat(readings, stored, foundation, readings.version(), progress), instead=why)
    except FileNotFoundError as error:
        raise RefusedError(
            f"ticket {stored.ticket}: the readings it rests on cannot be read ({_first_line(error)}); "
            f"put {readings.path} back from a backup"
        ) from None


def _first_line(error: Exception) -> str:
    return str(error).partition(" (set POLARS_VERBOSE")[0].splitlines()[0]


def _repeat(
    readings: ReadingStore, stored: StoredRevision, foundation: Foundation, version: int, progress: Progress | None
) -> Repetition:
    known = foundation.known
    answer = answer_for(
        readings, known.registry, foundation.packs, known.zone, foundation.computed_at, version, progress
    )
    own = (p for p in answer.judgement.proposals if (p.agent, p.rule) == (stored.agent, stored.rule))
    return Repetition(answer, next(own, None), version)
