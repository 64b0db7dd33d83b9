"""What a list of tickets is narrowed to, as its address says it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Self
from urllib.parse import urlencode

from dashboards.vocabulary import marked
from rules.life import OPEN
from rules.tickets import TicketKind, TicketState
from store.ticket_list import TicketFilter, TicketOrder

LINES = 50
"""Tickets on a page."""

_FARTHEST = 10_000
_LONGEST_WORDS = 100
_WORKED_ON = frozenset({TicketState.VALIDATED, TicketState.ASSIGNED, TicketState.IN_PROGRESS})


class Stage(Enum):
    """States of tickets as somebody looks for them."""

    OPEN = "open"
    WAITING = "waiting"
    WORKED_ON = "worked-on"
    DONE = "done"
    VERIFIED = "verified"
    DISMISSED = "dismissed"
    ALL = "all"

    @property
    def states(self) -> frozenset[TicketState]:
        """The states it stands for; none for all of them."""
        return _STATES[self]


_STATES = {
    Stage.OPEN: OPEN,
    Stage.WAITING: frozenset({TicketState.PROPOSED}),
    Stage.WORKED_ON: _WORKED_ON,
    Stage.DONE: frozenset({TicketState.DONE}),
    Stage.VERIFIED: frozenset({TicketState.VERIFIED}),
    Stage.DISMISSED: frozenset({TicketState.DISMISSED}),
    Stage.ALL: frozenset[TicketState](),
}

STAGES: Mapping[Stage, str] = {
    Stage.OPEN: marked("open"),
    Stage.WAITING: marked("waiting for a decision"),
    Stage.WORKED_ON: marked("validated, assigned or in progress"),
    Stage.DONE: marked("done, to be verified"),
    Stage.VERIFIED: marked("verified"),
    Stage.DISMISSED: marked("dismissed"),
    Stage.ALL: marked("all"),
}
STAGES_OUTSIDE = (Stage.OPEN, Stage.DONE, Stage.VERIFIED, Stage.ALL)


@dataclass(frozen=True, slots=True)
class TicketChoice:
    """Which tickets, in what order, and which page of them; empty is any.

    Attributes
    ----------
    place : str
        ``employer:`` or ``establishment:`` and an id.
    mine, overdue, asleep, by_zone : bool
        Assigned to the reader; due in the past; those put off as well; grouped by zone instead of by urgency.
    page : int
        From 1.
    """

    stage: Stage = Stage.OPEN
    kind: TicketKind | None = None
    priority: int | None = None
    agent: str = ""
    place: str = ""
    zone: str = ""
    words: str = ""
    mine: bool = False
    overdue: bool = False
    asleep: bool = False
    by_zone: bool = False
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str], usual: Stage) -> Self:
        """The choice an address asks for; what nobody knows asks for nothing."""
        return cls(
            stage=next((stage for stage in Stage if stage.value == asked.get("stage")), usual),
            kind=next((kind for kind in TicketKind if kind.value == asked.get("kind")), None),
            priority=next((level for level in range(1, 5) if str(level) == asked.get("priority")), None),
            agent=asked.get("agent", ""),
            place=asked.get("place", ""),
            zone=asked.get("zone", ""),
            words=" ".join(asked.get("words", "").split())[:_LONGEST_WORDS],
            mine="mine" in asked,
            overdue="overdue" in asked,
            asleep="asleep" in asked,
            by_zone="by_zone" in asked,
            page=_page(asked.get("page", "")),
        )

    @property
    def offset(self) -> int:
        """Lines on the pages before."""
        return (self.page - 1) * LINES

    @property
    def order(self) -> TicketOrder:
        """How the list is ordered."""
        return TicketOrder.PLACE if self.by_zone else TicketOrder.URGENCY

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the stage and the order was chosen."""
        return replace(self, stage=Stage.OPEN, by_zone=False, page=1) != TicketChoice()

    def filter(self, now: int, reader: str) -> TicketFilter:
        """The same for the store.

        Parameters
        ----------
        now : int
            Milliseconds UTC.
        reader : str
            Address of the account that asks.
        """
        kind_of_place, _, place = self.place.partition(":")
        return TicketFilter(
            states=self.stage.states,
            kinds=() if self.kind is None else (self.kind,),
            priority=self.priority,
            agent=self.agent or None,
            zone=self.zone or None,
            establishment=place if place and kind_of_place == "establishment" else None,
            employer=place if place and kind_of_place == "employer" else None,
            assignee=reader if self.mine else None,
            due_before=now if self.overdue else None,
            awake_at=None if self.asleep else now,
            words=self.words,
        )

    def on_page(self, page: int) -> str:
        """Address of another page of the same list."""
        return replace(self, page=page).address

    @property
    def address(self) -> str:
        """The address that asks for it."""
        said = ((each.name, getattr(self, each.name)) for each in fields(self))
        asked = [(name, _said(value)) for name, value in said if value not in (None, "", False)]
        return f"/tickets?{urlencode([pair for pair in asked if pair != ('page', '1')])}"


def _said(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    return "1" if value is True else str(value)


def _page(asked: str) -> int:
    known = asked.isascii() and asked.isdigit() and len(asked) <= len(str(_FARTHEST))
    return min(max(int(asked), 1), _FARTHEST) if known else 1
