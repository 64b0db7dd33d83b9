"""What one message about one ticket says: as a mail, or as the JSON of a webhook."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from rules.language import Language
from store.outbox import Channel, Message
from vigie.notifications.facts import TicketFacts
from vigie.notifications.recipients import Recipient
from vigie.notifications.topics import Topic
from vigie.notifications.words import (
    DUE,
    FOOTER,
    FROM_A_VIRTUAL_KIT,
    HEADINGS,
    PLACE,
    SENTENCES,
    SIMULATION,
    TICKET,
    colon,
    date_of,
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What all messages of a service have in common.

    Attributes
    ----------
    service : str
        Its name.
    portal : str
        Address of the portal, or "" for no links.
    timezone : str
        IANA name.
    """

    service: str
    portal: str
    timezone: str

    def link(self, ticket: int) -> str:
        """Where the ticket is shown; "" where no portal is named."""
        return f"{self.tickets}/{ticket}" if self.portal else ""

    @property
    def tickets(self) -> str:
        """Where all tickets are listed."""
        return f"{self.portal.rstrip('/')}/tickets"

    def signature(self, language: Language) -> str:
        """The end of a mail."""
        return f"-- \n{self.service}\n{FOOTER.in_language(language)}\n"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a message is written.

    Attributes
    ----------
    key : str
        What it is about, such as ``event:12``.
    at : int
        When it happened [ms UTC].
    """

    key: str
    topic: Topic
    at: int


def message(occasion: Occasion, ticket: TicketFacts, recipient: Recipient, head: Letterhead) -> Message:
    """One message about one ticket to one recipient, for whom the facts were looked up."""
    language = recipient.language
    heading = HEADINGS[occasion.topic].in_language(language)
    subject = f"[Vigie] {heading}{colon(language)}{_line(ticket.title(language))} – {_line(ticket.zone_name)}"
    body = (
        _json(occasion, ticket, head)
        if recipient.channel is Channel.WEBHOOK
        else _text(occasion, ticket, recipient, head)
    )
    return Message(
        key=recipient.key(occasion.key),
        channel=recipient.channel,
        recipient=recipient.name,
        language=language.value,
        subject=marked(subject, simulated=ticket.simulated),
        body=body,
    )


def marked(subject: str, *, simulated: bool) -> str:
    """A subject, marked where everything it is about is simulated."""
    return f"{SIMULATION} {subject}" if simulated else subject


def where(ticket: TicketFacts) -> str:
    """The zone and its establishment, on one line."""
    return f"{_line(ticket.zone_name)} ({_line(ticket.establishment_name)})"


def titled(ticket: TicketFacts, language: Language) -> str:
    """The title, on one line."""
    return _line(ticket.title(language))


def _text(occasion: Occasion, ticket: TicketFacts, recipient: Recipient, head: Letterhead) -> str:
    language = recipient.language
    lines = [SENTENCES[occasion.topic].in_language(language), ""]
    if ticket.simulated:
        lines += [FROM_A_VIRTUAL_KIT.in_language(language), ""]
    between = colon(language)
    lines.append(f"{TICKET.in_language(language)} {ticket.id}{between}{titled(ticket, language)}")
    lines.append(f"{PLACE.in_language(language)}{between}{where(ticket)}")
    if ticket.due is not None:
        lines.append(f"{DUE.in_language(language)}{between}{date_of(ticket.due, head.timezone, language)}")
    if head.portal:
        lines += ["", head.link(ticket.id)]
    return "\n".join([*lines, "", head.signature(language)])


def _json(occasion: Occasion, ticket: TicketFacts, head: Letterhead) -> str:
    data = {
        "ticket": ticket.id,
        "state": ticket.state.value,
        "kind": ticket.kind.value,
        "priority": ticket.priority,
        "title_fr": ticket.title_fr,
        "title_en": ticket.title_en,
        "zone": ticket.zone,
        "zone_name": ticket.zone_name,
        "establishment": ticket.establishment,
        "establishment_name": ticket.establishment_name,
        "due": None if ticket.due is None else _instant(ticket.due),
        "simulated": ticket.simulated,
        "url": head.link(ticket.id) or None,
    }
    whole = {"type": f"ticket.{occasion.topic.value}", "timestamp": _instant(occasion.at), "data": data}
    return json.dumps(whole, ensure_ascii=False)


def _instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _line(text: str) -> str:
    return " ".join(text.split())
