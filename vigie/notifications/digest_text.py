"""The digest as a mail: sections of tickets, the most pressing first, each ticket with its place, date and link."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rules.language import Language, day
from vigie.notifications.facts import TicketFacts
from vigie.notifications.messages import Letterhead, marked, titled, where
from vigie.notifications.topics import Topic
from vigie.notifications.words import (
    DIGEST_OF,
    DUE_IN_A_LINE,
    HEADINGS,
    LOG_HEAD,
    LOG_HEAD_MEANING,
    MORE,
    NEWS,
    SIMULATION,
    TICKET,
    TO_DECIDE,
    YOURS,
    Phrase,
    colon,
    date_of,
)

_LONGEST = 20
"""Tickets a section names; the portal lists all."""


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket in a section.

    Attributes
    ----------
    topic : Topic or None
        Told before the title, where the section holds several.
    """

    topic: Topic | None
    ticket: TicketFacts


@dataclass(frozen=True, slots=True)
class Section:
    """Tickets under one heading.

    Attributes
    ----------
    counts : bool
        Whether it is worth a mail by itself.
    """

    heading: Phrase
    items: tuple[Item, ...]
    counts: bool = True

    @classmethod
    def of_news(cls, items: Iterable[Item]) -> "Section":
        """What happened since the last digest."""
        return cls(NEWS, tuple(items))

    @classmethod
    def of_topic(cls, topic: Topic, tickets: Iterable[TicketFacts]) -> "Section":
        """What there is a reason to be reminded of."""
        return cls(HEADINGS[topic], _items(tickets))

    @classmethod
    def to_decide(cls, tickets: Iterable[TicketFacts]) -> "Section":
        """Proposals that are no news any more and wait."""
        return cls(TO_DECIDE, _items(tickets))

    @classmethod
    def yours(cls, tickets: Iterable[TicketFacts]) -> "Section":
        """What they have in hand; they know it."""
        return cls(YOURS, _items(tickets), counts=False)


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on one day.

    Attributes
    ----------
    log_head : str
        Hash of the newest event of the ticket log; "" tells none.
    """

    day: date
    sections: tuple[Section, ...]
    log_head: str


@dataclass(frozen=True, slots=True)
class DigestText:
    """Subject and body of a mail."""

    subject: str
    body: str


def digest_text(digest: Digest, language: Language, head: Letterhead) -> DigestText:
    """A digest in words."""
    between = colon(language)
    counts = ", ".join(
        f"{section.heading.in_language(language).lower()}{between}{len(section.items)}"
        for section in digest.sections
        if section.counts
    )
    subject = f"[Vigie] {DIGEST_OF.in_language(language)} {day(digest.day, language)} – {counts}"
    paragraphs = [_section(section, language, head) for section in digest.sections]
    if digest.log_head:
        meaning = LOG_HEAD_MEANING.in_language(language)
        paragraphs.append(f"{LOG_HEAD.in_language(language)}{between.rstrip()}\n{digest.log_head}\n{meaning}")
    everything = [item.ticket.simulated for section in digest.sections for item in section.items]
    return DigestText(marked(subject, simulated=all(everything)), "\n\n".join([*paragraphs, head.signature(language)]))


def _section(section: Section, language: Language, head: Letterhead) -> str:
    heading = f"{section.heading.in_language(language)} ({len(section.items)})"
    lines = [heading, "=" * len(heading)]
    for item in section.items[:_LONGEST]:
        lines += _item(item, language, head)
    more = len(section.items) - _LONGEST
    if more > 0:
        link = f"{colon(language)}{head.tickets}" if head.portal else ""
        lines.append(MORE.in_language(language).format(more) + link)
    return "\n".join(lines)


def _item(item: Item, language: Language, head: Letterhead) -> list[str]:
    ticket = item.ticket
    topic = f"{HEADINGS[item.topic].in_language(language)}{colon(language)}" if item.topic is not None else ""
    mark = f"{SIMULATION} " if ticket.simulated else ""
    due = ""
    if ticket.due is not None:
        due = f" – {DUE_IN_A_LINE.in_language(language)}{colon(language)}{date_of(ticket.due, head.timezone, language)}"
    line = f"- {mark}{topic}{titled(ticket, language)} – {where(ticket)}{due}"
    return [line, f"  {head.link(ticket.id)}" if head.portal else f"  {TICKET.in_language(language)} {ticket.id}"]


def _items(tickets: Iterable[TicketFacts]) -> tuple[Item, ...]:
    return tuple(Item(None, ticket) for ticket in tickets)
