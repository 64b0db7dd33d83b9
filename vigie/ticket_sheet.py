"""A ticket as a person reads it on a terminal."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.ticket_events import (
    Assigned,
    Attached,
    Audience,
    Commented,
    Dismissed,
    Due,
    Measured,
    Passed,
    Reprioritised,
    Snoozed,
    TicketEvent,
    Unsaid,
    Verified,
)
from store.ticket_content import Evidence
from store.ticket_views import ServiceNotes, TicketView
from vigie.output import with_spread

_PRIORITIES = {1: "at once", 2: "this week", 3: "this month", 4: "when there is time"}


def told(ticket: TicketView, timezone: str) -> str:
    """What a ticket says, what it rests on, and what happened to it; local time of the service."""
    return "\n".join(_lines(ticket, ZoneInfo(timezone))) + "\n"


def _lines(ticket: TicketView, zone: ZoneInfo) -> Iterator[str]:
    content = ticket.content
    mark = "  SIMULATED READINGS" if content.simulated else ""
    yield f"ticket {ticket.id}  {content.kind}  {ticket.state.value}  revision {ticket.revision}{mark}"
    yield f"{ticket.zone}: {content.title_fr}"
    yield f"priority {ticket.priority} ({_PRIORITIES[ticket.priority]}){_due(ticket, zone)}{_assignee(ticket)}"
    yield from ("", content.reason_fr, "", content.advice_fr, "")
    yield f"rule {ticket.rule}, level {content.level}, pack {content.pack} {content.pack_version}"
    if content.limit_source:
        yield f"limit: {content.limit_source}"
    if content.held_back_by:
        yield f"held back: {content.held_back_by}"
    if ticket.service:
        yield from _standing(ticket.service, zone)
    yield from ("", "rests on:")
    for item in content.evidence:
        yield _evidence(item, zone)
    if ticket.service:
        yield from ("", "history:")
        withdrawn = {event.detail.number for event in ticket.service.events if isinstance(event.detail, Unsaid)}
        for event in ticket.service.events:
            yield _event(event, zone, event.number in withdrawn)


def _standing(notes: ServiceNotes, zone: ZoneInfo) -> Iterator[str]:
    if not notes.supported:
        yield "the rules no longer ask for it"
    if notes.amended_since_validation:
        yield "amended since it was validated: the employer sees the earlier revision until it is validated again"
    standing = notes.standing
    if standing.said.follows is not None:
        yield f"follows ticket {standing.said.follows} of the same matter"
    if standing.snoozed_until is not None:
        yield f"put off until {_local(standing.snoozed_until, zone)}"
    if standing.transitions:
        latest = standing.transitions[-1]
        flapping = ", comes and goes: held as one matter" if latest.flapping else ""
        under_way = latest.at > standing.updated  # acute rules judge a shift before it is over
        since = "by the shift that is under way until" if under_way else "since"
        yield f"its rule is {latest.state.value.replace('_', ' ')} {since} {_local(latest.at, zone)}{flapping}"


def _due(ticket: TicketView, zone: ZoneInfo) -> str:
    return "" if ticket.due is None else f"  due {_local(ticket.due, zone)}"


def _assignee(ticket: TicketView) -> str:
    return "" if ticket.assignee is None else f"  assigned to {ticket.assignee}"


def _evidence(item: Evidence, zone: ZoneInfo) -> str:
    spread = 2 * (item.uncertainty or 0)
    value = "no value" if item.value is None else f"{with_spread(item.value, spread)} {item.unit} (k = 2)"
    return (
        f"  {_local(item.start, zone)}  {item.kit}  {item.quantity} {item.measure}  {value}"
        f"  limit {item.limit:g}  {item.decision}  coverage {100 * item.coverage:.0f} %"
    )


def _event(event: TicketEvent, zone: ZoneInfo, withdrawn: bool) -> str:
    taken_back = "  [taken back by late data]" if withdrawn else ""
    note = f"  {event.note}" if event.note else ""
    role = f" ({event.role})" if event.role else ""
    what = f"{event.kind.value}{_what(event, zone)}"
    return f"  {_local(event.at, zone)}  {what}  by {event.by}{role}, revision {event.revision}{note}{taken_back}"


def _what(event: TicketEvent, zone: ZoneInfo) -> str:
    detail = event.detail
    if isinstance(detail, Passed):
        passed = detail.transition
        asks = "" if passed.kind is None else f": {passed.kind.value.replace('_', ' ')}, {passed.level}"
        return f" to {passed.state.value.replace('_', ' ')} at {_local(passed.at, zone)}{asks}"
    if isinstance(detail, Assigned):
        return f" to {detail.assignee}"
    if isinstance(detail, Dismissed):
        return f" as {detail.reason.value.replace('_', ' ')}"
    if isinstance(detail, Due):
        return f", due {_local(detail.due, zone)}"
    if isinstance(detail, Snoozed):
        return "" if detail.until is None else f" until {_local(detail.until, zone)}"
    if isinstance(detail, Verified):
        return f" by {detail.basis.value.replace('_', ' ')} {detail.campaign or ''}".rstrip()
    return _rest(event)


def _rest(event: TicketEvent) -> str:
    detail = event.detail
    if isinstance(detail, Reprioritised):
        return f" to {detail.priority}"
    if isinstance(detail, Measured):
        return f" result {detail.result}"
    if isinstance(detail, Attached):
        return f" {detail.name} ({detail.size} bytes{_audience(detail.audience)})"
    return _audience(detail.audience) if isinstance(detail, Commented) else ""


def _audience(audience: Audience) -> str:
    return ", for everybody" if audience is Audience.EVERYBODY else ""


def _local(instant: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(instant / 1000, zone).strftime("%Y-%m-%d %H:%M")
