"""The indicators of a period, as one service reports them: which days, by what, as the log of tickets was then."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from sqlalchemy.orm import Session

from catalog.identifiers import EstablishmentId
from rules.indicator_rows import Grouping, Row, Table, row_of
from rules.indicators import CampaignFacts, Period, TicketFacts, indicators, positive
from store.indicators import Facts, KnownAt, PlaceFacts, facts
from vigie.times import instant_of

TOTAL = "total"
"""Group of the row that speaks of everything."""


class Naming(Enum):
    """Whether establishments are named."""

    PSEUDONYM = "pseudonym"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be reported.

    Attributes
    ----------
    first, last : date
        Local days, both included.
    timezone : str
        IANA name.
    """

    first: date
    last: date
    timezone: str
    by: Grouping
    naming: Naming

    @property
    def period(self) -> Period:
        """From the start of the first day to the end of the last."""
        return Period(instant_of(self.first, self.timezone), instant_of(self.last + timedelta(days=1), self.timezone))


@dataclass(frozen=True, slots=True)
class Report:
    """The indicators of a period, with what they rest on.

    Attributes
    ----------
    known : KnownAt
        Up to where the log was read.
    simulated_tickets, simulated_campaigns : int
        Left out.
    packs : tuple of str
        Names and versions of the rule packs behind the tickets of the period.
    """

    asked: Asked
    known: KnownAt
    table: Table
    simulated_tickets: int
    simulated_campaigns: int
    packs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    tickets: Sequence[TicketFacts]
    campaigns: Sequence[CampaignFacts]


def report(session: Session, asked: Asked, known: KnownAt, secret: str) -> Report:
    """Count the indicators of a period.

    Parameters
    ----------
    known : KnownAt
        Up to where the log is read; a period that is not over ends there.
    secret : str
        Of the workspace: the same establishment has the same pseudonym in every report of it, and in no other.
    """
    found = facts(session, _cut(asked, known.until), known)
    return Report(
        asked=asked,
        known=known,
        table=tabulate(asked, found, known.until, secret),
        simulated_tickets=found.simulated_tickets,
        simulated_campaigns=found.simulated_campaigns,
        packs=found.packs,
    )


def tabulate(asked: Asked, found: Facts, known_until: int, secret: str) -> Table:
    """The rows of a report, in order of their names, and the total.

    Parameters
    ----------
    known_until : int
        End of what is known [ms UTC]; a period that is not over ends there.
    """
    period = _cut(asked, known_until)
    total = row_of(indicators(TOTAL, found.tickets, found.campaigns, period, known_until))
    rows = tuple(sorted(_rows(asked, found, period, known_until, secret), key=lambda row: row.group))
    return Table(asked.by, rows, total)


def _cut(asked: Asked, known_until: int) -> Period:
    whole = asked.period
    return Period(whole.start, min(whole.end, known_until))


def _rows(asked: Asked, found: Facts, period: Period, known_until: int, secret: str) -> Iterator[Row]:
    if asked.by is Grouping.MONTH:
        for first, month in _months(asked, period):
            yield row_of(indicators(f"{first:%Y-%m}", found.tickets, found.campaigns, month, known_until))
        return
    if asked.by is Grouping.AGENT:
        yield from _by_agent(found, period, known_until)
        return
    for group in _groups(asked, found, secret):
        row = row_of(indicators(group.name, group.tickets, group.campaigns, period, known_until))
        if any(row.values.values()):
            yield row


def _by_agent(found: Facts, period: Period, known_until: int) -> Iterator[Row]:
    """A campaign is of no one agent: what is told of it is how many raised a ticket about this one."""
    begun = [campaign for campaign in found.campaigns if period.holds(campaign.start)]
    for agent in sorted({ticket.agent for ticket in found.tickets}):
        own = [ticket for ticket in found.tickets if ticket.agent == agent]
        counted = replace(
            indicators(agent, own, (), period, known_until), campaigns=None, positive=positive(begun, agent)
        )
        row = row_of(counted)
        if any(row.values.values()):
            yield row


def _groups(asked: Asked, found: Facts, secret: str) -> Iterator[_Group]:
    if asked.by is Grouping.NAF:
        for naf in sorted({place.naf for place in found.places.values()}):
            yield _Group(
                naf or "unknown",
                [ticket for ticket in found.tickets if ticket.naf == naf],
                [campaign for campaign in found.campaigns if campaign.naf == naf],
            )
    elif asked.by is Grouping.ESTABLISHMENT:
        for id_, place in found.places.items():
            yield _Group(
                _label(place, asked.naming, secret),
                [ticket for ticket in found.tickets if ticket.establishment == id_],
                [campaign for campaign in found.campaigns if campaign.establishment == id_],
            )


def _label(place: PlaceFacts, naming: Naming, secret: str) -> str:
    if naming is Naming.NAME:
        return f"{place.establishment} ({place.name}, {place.employer_name})"
    return pseudonym(place.establishment, secret)


def pseudonym(establishment: EstablishmentId, secret: str) -> str:
    """What stands for an establishment where employers are not named; nobody without the secret can tell which it is.

    Examples
    --------
    >>> pseudonym(EstablishmentId("mons"), "secret")
    'etab-c1447a62'
    """
    made = hmac.new(secret.encode(), f"indicators:{establishment}".encode(), hashlib.sha256)
    return f"etab-{made.hexdigest()[:8]}"


def _months(asked: Asked, period: Period) -> Iterator[tuple[date, Period]]:
    """Each calendar month the period touches, cut to it; none that had not begun when it was counted."""
    first = asked.first.replace(day=1)
    while first <= asked.last:
        following = (first + timedelta(days=32)).replace(day=1)
        start = max(period.start, instant_of(first, asked.timezone))
        if start >= period.end:
            return
        yield first, Period(start, min(period.end, instant_of(following, asked.timezone)))
        first = following
