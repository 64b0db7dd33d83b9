"""What a ticket's screening said, as metrology is held against it: its value, its limit and how that is breached."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.errors import CatalogError
from catalog.identifiers import KitId, QuantityId
from catalog.limits import Comparator, limits, value_in
from rules.pack_text import from_text
from rules.rule import Pack
from rules.ticket_kinds import TicketKind
from store.errors import UnknownError
from store.tables import EstablishmentRow, RulePackRow, TicketRevisionRow, TicketRow, ZoneRow
from store.ticket_content import Evidence, from_json


@dataclass(frozen=True, slots=True)
class ResultLimit:
    """A limit a result is held against.

    Attributes
    ----------
    value : float
        In ``unit``.
    source : str
        Article, standard or guide, or who named it.
    """

    value: float
    unit: str
    comparator: Comparator
    source: str


@dataclass(frozen=True, slots=True)
class Screened:
    """What a revision of a ticket rests on, in the words metrology is compared in.

    Attributes
    ----------
    value, uncertainty : float or None
        Of the window that is compared, with its combined standard uncertainty, in the limit's unit; None where gaps
        hide the value.
    start : int
        Of that window [ms UTC].
    same_day : bool
        Whether it is of the day of the metrology; otherwise it is the worst one.
    windows : int
        How many the ticket rests on.
    lowest, highest : float or None
        Of all their values.
    """

    level: str
    kind: TicketKind
    quantity: QuantityId
    measure: str
    value: float | None
    uncertainty: float | None
    start: int
    same_day: bool
    windows: int
    lowest: float | None
    highest: float | None
    limit: ResultLimit
    kits: frozenset[KitId]


def screened_of(session: Session, row: TicketRow, revision: int, performed: date) -> Screened | None:
    """What a revision of a ticket said; None for a check of a kit, which says nothing about a limit.

    Parameters
    ----------
    performed : date
        Local day of the metrology: a window of that day is compared where the ticket rests on one.
    """
    stored = session.get(TicketRevisionRow, (row.id, revision))
    if stored is None:
        raise UnknownError(f"ticket {row.id} has no revision {revision}")
    content = from_json(stored.content)
    if content.kind == TicketKind.KIT_CHECK.value or not content.evidence:
        return None
    of_level = [item for item in content.evidence if item.level == content.level] or list(content.evidence)
    zone = _timezone(session, row.zone)
    same_day = [item for item in of_level if _day(item.start, zone) == performed]
    comparator = _comparator(_packs(session, stored), row.rule, of_level[-1])
    chosen = _worst(same_day or of_level, comparator)
    values = [item.value for item in of_level if item.value is not None]
    return Screened(
        level=content.level,
        kind=TicketKind(content.kind),
        quantity=chosen.quantity,
        measure=chosen.measure,
        value=chosen.value,
        uncertainty=chosen.uncertainty,
        start=chosen.start,
        same_day=bool(same_day),
        windows=len(of_level),
        lowest=min(values, default=None),
        highest=max(values, default=None),
        limit=ResultLimit(chosen.limit, chosen.unit, comparator, chosen.limit_source),
        kits=frozenset(item.kit for item in content.evidence),
    )


def _worst(evidence: Sequence[Evidence], comparator: Comparator) -> Evidence:
    """The most extreme value; the first in time among equals, any where gaps hide them all."""
    sign = -1.0 if comparator is Comparator.BELOW else 1.0
    return max(evidence, key=lambda item: -math.inf if item.value is None else sign * item.value)


def _timezone(session: Session, zone: str) -> ZoneInfo:
    name = session.scalars(
        select(EstablishmentRow.timezone)
        .join(ZoneRow, ZoneRow.establishment == EstablishmentRow.id)
        .where(ZoneRow.id == zone)
    ).one()
    return ZoneInfo(name)


def _day(instant: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(instant / 1000, UTC).astimezone(zone).date()


def _packs(session: Session, stored: TicketRevisionRow) -> list[Pack]:
    texts = session.scalars(select(RulePackRow.content).where(RulePackRow.digest.in_(list(stored.packs))))
    return [_read(text) for text in texts]


@lru_cache(maxsize=16)
def _read(text: str) -> Pack:
    return from_text(text)


def _comparator(packs: Sequence[Pack], rule: str, evidence: Evidence) -> Comparator:
    """How the limit is breached: as the pack of then has it, else the catalog, else as the probability shows."""
    for pack in packs:
        for known in pack.rules:
            for level in known.levels:
                if known.id == rule and level.name == evidence.level:
                    return level.limits[0].comparator
    for limit in limits().values():
        if evidence.quantity in limit.comparable_with and evidence.limit_source.startswith(limit.source):
            try:
                same = math.isclose(value_in(limit, evidence.quantity), evidence.limit, rel_tol=1e-9)
            except CatalogError:
                continue
            if same:
                return limit.comparator
    if evidence.value is None or evidence.probability is None:
        return Comparator.ABOVE
    return Comparator.BELOW if (evidence.value < evidence.limit) == (evidence.probability > 0.5) else Comparator.ABOVE
