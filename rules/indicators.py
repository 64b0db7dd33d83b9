"""What a service reports about a period: campaigns, tickets and how long they took, counted from the log alone."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.identifiers import DeploymentId, EmployerId, EstablishmentId, ZoneId
from rules.life import OPEN, Standing, fold
from rules.ticket_events import Basis, DismissalReason, Dismissed, EventKind, TicketEvent, Verified
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from rules.waiting import Delay, Wait, delay_of, follow_ups_of, waits_for_result, waits_for_verification, waits_until

EXPOSURE = frozenset({TicketKind.WORKPLACE_ACTION, TicketKind.TARGETED_METROLOGY})
"""Tickets that speak of people; a check of a kit does not."""


@dataclass(frozen=True, slots=True)
class Period:
    """From an instant up to another, which is excluded [ms UTC]."""

    start: int
    end: int

    def holds(self, instant: int | None) -> bool:
        """Whether an instant lies in it."""
        return instant is not None and self.start <= instant < self.end


@dataclass(frozen=True)
class TicketFacts:
    """One ticket, up to the end of what is reported.

    Attributes
    ----------
    events : tuple of TicketEvent
        Its log, in order and never going back in time.
    results : tuple of int
        When each metrology result that stands was first entered [ms UTC], in order.
    """

    ticket: int
    agent: str
    establishment: EstablishmentId
    naf: str
    events: tuple[TicketEvent, ...]
    results: tuple[int, ...] = ()

    @cached_property
    def kind(self) -> TicketKind:
        """What it asks for, in the end."""
        return self._after(len(self.events)).kind

    def at(self, instant: int) -> Standing | None:
        """Where it stood just before an instant; None where it was not opened yet."""
        before = bisect_left(self.events, instant, key=lambda event: event.at)
        return self._after(before) if before else None

    @cached_property
    def _folded(self) -> dict[int, Standing]:
        return {}

    def _after(self, events: int) -> Standing:
        """Where it stood after so many events; folded once, however many months ask."""
        if events not in self._folded:
            self._folded[events] = fold(self.events[:events])
        return self._folded[events]


@dataclass(frozen=True, slots=True)
class Raised:
    """A ticket that rests on a campaign.

    Attributes
    ----------
    validated : bool
        By the end of what is reported, in a revision that rests on it too.
    """

    agent: str
    validated: bool


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """One campaign: a kit lent to a zone.

    Attributes
    ----------
    headcount : int
        Of the zone, as registered now.
    start, end : int or None
        [ms UTC]; None while the kit is there.
    raised : tuple of Raised
        About exposures, by the end of what is reported.
    """

    deployment: DeploymentId
    zone: ZoneId
    establishment: EstablishmentId
    employer: EmployerId
    naf: str
    headcount: int
    start: int
    end: int | None
    raised: tuple[Raised, ...] = ()


@dataclass(frozen=True, slots=True)
class Campaigns:
    """Kits lent, and who was screened by those that were there at some time of the period."""

    under_way_before: int
    begun: int
    finished: int
    under_way_after: int
    zones: int
    establishments: int
    employers: int
    headcount: int


@dataclass(frozen=True, slots=True)
class Positive:
    """Campaigns begun in the period that raised a ticket about an exposure; shares of those begun, None of none."""

    proposed: int
    validated: int
    rate_proposed: float | None
    rate_validated: float | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Tickets of one kind: open at the start, what happened in the period, open at its end."""

    open_before: int
    opened: int
    reopened: int
    validated: int
    done: int
    verified: int
    dismissed: int
    open_after: int


@dataclass(frozen=True, slots=True)
class Fate:
    """Where the tickets opened in the period stand at its end."""

    opened: int
    still_open: int
    done: int
    verified: int
    dismissed: int


@dataclass(frozen=True, slots=True)
class Returned:
    """Metrology that came back in the period: tickets with their first result, and results in all."""

    tickets: int
    results: int


@dataclass(frozen=True, slots=True)
class Dismissals:
    """Tickets dismissed in the period, by reason."""

    false_alarm: int
    known: int
    out_of_scope: int


@dataclass(frozen=True, slots=True)
class Verifications:
    """Tickets verified in the period, by what showed it."""

    by_campaign: int
    by_follow_up: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """Tickets past their date at the end of the period: to be decided, acted on, looked at again."""

    to_decide: int
    to_act: int
    to_follow_up: int


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Follow-ups of workplace actions that fell due in the period; looked at means verified or reopened."""

    due: int
    looked_at: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Indicators:
    """Everything that is reported about one group of one period.

    Attributes
    ----------
    group : str
    campaigns : Campaigns or None
        None where campaigns cannot be told apart by the grouping (a campaign is of no one agent).
    to_validation, to_action, to_verification, to_result : Delay
        [days].
    """

    group: str
    campaigns: Campaigns | None
    positive: Positive
    amt: Flow
    metrology: Flow
    kit_check: Flow
    fate: Fate
    returned: Returned
    dismissals: Dismissals
    verifications: Verifications
    overdue: Overdue
    follow_ups: FollowUps
    to_validation: Delay
    to_action: Delay
    to_verification: Delay
    to_result: Delay


def indicators(
    group: str, tickets: Sequence[TicketFacts], campaigns: Sequence[CampaignFacts], period: Period, known_until: int
) -> Indicators:
    """What is reported about some tickets and campaigns over a period.

    Parameters
    ----------
    known_until : int
        End of what is known [ms UTC], at or after the period's: a month of a year's report knows what came of its
        tickets by the end of the year.
    """
    amt = [ticket for ticket in tickets if ticket.kind is TicketKind.WORKPLACE_ACTION]
    metrology = [ticket for ticket in tickets if ticket.kind is TicketKind.TARGETED_METROLOGY]
    kit_checks = [ticket for ticket in tickets if ticket.kind is TicketKind.KIT_CHECK]
    exposure = [*amt, *metrology]
    return Indicators(
        group=group,
        campaigns=_campaigns(campaigns, period),
        positive=positive([campaign for campaign in campaigns if period.holds(campaign.start)]),
        amt=_flow(amt, period),
        metrology=_flow(metrology, period),
        kit_check=_flow(kit_checks, period),
        fate=_fate(tickets, period),
        returned=_returned(tickets, period),
        dismissals=_dismissals(tickets, period),
        verifications=_verifications(tickets, period),
        overdue=_overdue(tickets, period.end),
        follow_ups=_follow_ups(amt, period),
        to_validation=_delay(exposure, EventKind.OPENED, EventKind.VALIDATED, period, known_until),
        to_action=_delay(amt, EventKind.VALIDATED, EventKind.DONE, period, known_until),
        to_verification=delay_of(
            wait for ticket in amt for wait in waits_for_verification(ticket.events, known_until)
            if period.holds(wait.start)
        ),
        to_result=delay_of(
            wait for ticket in metrology for wait in waits_for_result(ticket.events, ticket.results, known_until)
            if period.holds(wait.start)
        ),
    )  # fmt: skip


def positive(begun: Sequence[CampaignFacts], agent: str | None = None) -> Positive:
    """How many campaigns raised a ticket, about one agent or any."""
    raised = [[one for one in campaign.raised if agent in (None, one.agent)] for campaign in begun]
    proposed = sum(bool(found) for found in raised)
    validated = sum(any(one.validated for one in found) for found in raised)
    if not begun:
        return Positive(proposed, validated, None, None)
    return Positive(proposed, validated, proposed / len(begun), validated / len(begun))


def _campaigns(campaigns: Sequence[CampaignFacts], period: Period) -> Campaigns:
    there = [c for c in campaigns if c.start < period.end and (c.end is None or c.end > period.start)]
    zones = {c.zone: c.headcount for c in there}
    return Campaigns(
        under_way_before=sum(_under_way(c, period.start) for c in campaigns),
        begun=sum(period.holds(c.start) for c in campaigns),
        finished=sum(period.holds(c.end) for c in campaigns),
        under_way_after=sum(_under_way(c, period.end) for c in campaigns),
        zones=len(zones),
        establishments=len({c.establishment for c in there}),
        employers=len({c.employer for c in there}),
        headcount=sum(zones.values()),
    )


def _under_way(campaign: CampaignFacts, instant: int) -> bool:
    return campaign.start < instant and (campaign.end is None or campaign.end >= instant)


def _flow(tickets: Sequence[TicketFacts], period: Period) -> Flow:
    return Flow(
        open_before=_open_at(tickets, period.start),
        opened=_happened(tickets, EventKind.OPENED, period),
        reopened=_happened(tickets, EventKind.REOPENED, period),
        validated=sum(period.holds(_first(ticket, EventKind.VALIDATED)) for ticket in tickets),
        done=_happened(tickets, EventKind.DONE, period),
        verified=_happened(tickets, EventKind.VERIFIED, period),
        dismissed=_happened(tickets, EventKind.DISMISSED, period),
        open_after=_open_at(tickets, period.end),
    )


def _open_at(tickets: Iterable[TicketFacts], instant: int) -> int:
    standings = (ticket.at(instant) for ticket in tickets)
    return sum(standing is not None and standing.state in OPEN for standing in standings)


def _happened(tickets: Iterable[TicketFacts], kind: EventKind, period: Period) -> int:
    return sum(event.kind is kind and period.holds(event.at) for ticket in tickets for event in ticket.events)


def _first(ticket: TicketFacts, kind: EventKind) -> int | None:
    return next((event.at for event in ticket.events if event.kind is kind), None)


def _fate(tickets: Sequence[TicketFacts], period: Period) -> Fate:
    standings = [ticket.at(period.end) for ticket in tickets if period.holds(ticket.events[0].at)]
    states = [standing.state for standing in standings if standing is not None]
    return Fate(
        opened=len(standings),
        still_open=sum(state in OPEN for state in states),
        done=states.count(TicketState.DONE),
        verified=states.count(TicketState.VERIFIED),
        dismissed=states.count(TicketState.DISMISSED),
    )


def _returned(tickets: Sequence[TicketFacts], period: Period) -> Returned:
    return Returned(
        tickets=sum(bool(ticket.results) and period.holds(ticket.results[0]) for ticket in tickets),
        results=sum(period.holds(at) for ticket in tickets for at in ticket.results),
    )


def _dismissals(tickets: Sequence[TicketFacts], period: Period) -> Dismissals:
    reasons = [
        event.detail.reason
        for ticket in tickets
        for event in ticket.events
        if isinstance(event.detail, Dismissed) and period.holds(event.at)
    ]
    return Dismissals(
        false_alarm=reasons.count(DismissalReason.FALSE_ALARM),
        known=reasons.count(DismissalReason.KNOWN),
        out_of_scope=reasons.count(DismissalReason.OUT_OF_SCOPE),
    )


def _verifications(tickets: Sequence[TicketFacts], period: Period) -> Verifications:
    bases = [
        event.detail.basis
        for ticket in tickets
        for event in ticket.events
        if isinstance(event.detail, Verified) and period.holds(event.at)
    ]
    return Verifications(bases.count(Basis.NEXT_CAMPAIGN), bases.count(Basis.FOLLOW_UP))


def _overdue(tickets: Sequence[TicketFacts], instant: int) -> Overdue:
    standings = (ticket.at(instant) for ticket in tickets)
    late = [each.state for each in standings if each is not None and each.due is not None and each.due < instant]
    decide, follow_up = late.count(TicketState.PROPOSED), late.count(TicketState.DONE)
    return Overdue(decide, sum(state in OPEN for state in late) - decide, follow_up)


def _follow_ups(tickets: Sequence[TicketFacts], period: Period) -> FollowUps:
    due = [each for ticket in tickets for each in follow_ups_of(ticket.events) if period.holds(each.due)]
    looked_at = sum(each.looked_at for each in due)
    return FollowUps(len(due), looked_at, len(due) - looked_at)


def _delay(
    tickets: Sequence[TicketFacts], first: EventKind, then: EventKind, period: Period, known_until: int
) -> Delay:
    waits: list[Wait] = []
    for ticket in tickets:
        wait = waits_until(ticket.events, first, then, known_until)
        if wait is not None and period.holds(wait.start):
            waits.append(wait)
    return delay_of(waits)
