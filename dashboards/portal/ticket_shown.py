"""What pages show of tickets: plain values that templates read."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from catalog.identifiers import DeploymentId
from rules.life import OPEN
from rules.ticket_events import EventKind
from rules.ticket_kinds import TicketKind
from store.ticket_content import TicketContent
from store.ticket_list import TicketLine
from store.ticket_views import TicketView


@dataclass(frozen=True, slots=True)
class TicketShown:
    """A ticket with the names of its place."""

    view: TicketView
    zone_name: str
    establishment_name: str
    employer_name: str

    @property
    def content(self) -> TicketContent:
        """What it says in the revision the reader sees."""
        return self.view.content

    @property
    def kind(self) -> TicketKind:
        """What it asks for."""
        return TicketKind(self.view.content.kind)

    @property
    def is_open(self) -> bool:
        """Whether somebody may still have to act on it."""
        return self.view.state in OPEN

    @property
    def amended(self) -> bool:
        """Whether the employer sees an earlier revision, from before it changed."""
        return self.view.service is not None and self.view.service.amended_since_validation

    @property
    def supported(self) -> bool:
        """False where the rules no longer ask for it; told to the service only."""
        return self.view.service is None or self.view.service.supported

    @property
    def seen(self) -> int | None:
        """How many events the reader was shown; None outside the service, which sees none."""
        return None if self.view.service is None else self.view.service.standing.events

    @property
    def follows(self) -> int | None:
        """The earlier ticket of the same matter, for the service."""
        return None if self.view.service is None else self.view.service.standing.said.follows

    @property
    def snoozed_until(self) -> int | None:
        """Until when nobody is reminded [ms UTC], for the service."""
        return None if self.view.service is None else self.view.service.standing.snoozed_until


@dataclass(frozen=True, slots=True)
class ZoneGroup:
    """The tickets of one zone on a page of the list; its names are empty where the list is not grouped."""

    zone: str
    zone_name: str
    place: str
    lines: Sequence[TicketLine]


@dataclass(frozen=True, slots=True)
class TicketTotals:
    """How many tickets wait for what, leaving out those put off."""

    open: int
    waiting: int
    overdue: int
    mine: int


@dataclass(frozen=True, slots=True)
class EventShown:
    """One line of a ticket's history; ``at`` is milliseconds UTC."""

    at: int
    words: str
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file with a ticket."""

    address: str
    name: str
    size: str


@dataclass(frozen=True, slots=True)
class TalkShown:
    """Something somebody said with a ticket; ``at`` is milliseconds UTC, ``file`` None for words alone."""

    at: int
    by: str
    audience: str
    note: str
    file: FileShown | None


@dataclass(frozen=True, slots=True)
class AssigneeChoice:
    """Somebody a ticket can be assigned to."""

    email: str
    label: str


@dataclass(frozen=True, slots=True)
class CampaignChoice:
    """A later campaign a ticket can be verified by."""

    id: DeploymentId
    label: str


class StepForm(msgspec.Struct, frozen=True):
    """What a person sends with a step, as they typed it; each step reads the fields it needs.

    Attributes
    ----------
    seen : str
        How many events the page showed.
    revision : str
        Of the content the page showed.
    """

    seen: str = ""
    revision: str = ""
    note: str = ""
    assignee: str = ""
    reason: str = ""
    basis: str = ""
    campaign: str = ""
    day: str = ""
    priority: str = ""
    audience: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A step that could not be taken, with what was typed, so that nothing of it is lost.

    Attributes
    ----------
    problem : str
        What the person is told.
    status : int
        Of the answer (HTTP).
    """

    step: EventKind
    typed: msgspec.Struct
    problem: str
    status: int
