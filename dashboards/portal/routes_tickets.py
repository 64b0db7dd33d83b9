"""Tickets: proposals that an engineer validates or dismisses; an employer sees their own validated ones."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from catalog.quantities import quantities
from dashboards.portal.reader import Reader
from dashboards.portal.render import language, page
from dashboards.portal.shown import TicketShown, source_of
from dashboards.portal.viewer import service_only
from dashboards.words import Words
from rules.tickets import TicketState

LONGEST_NOTE = 4000


class ValidateForm(msgspec.Struct):
    """What an engineer writes when validating, and which revision they had before them."""

    note: str = ""
    revision: int | None = None


class DismissForm(msgspec.Struct):
    """What an engineer writes when dismissing."""

    reason: str = ""


@get("/tickets", sync_to_thread=True)
def tickets(request: Request[Any, Any, Any], reader: NamedDependency[Reader]) -> Response[str]:
    """The tickets a reader may see, those that wait for a decision first."""
    words = Words(language(request), reader.service_timezone)
    found = reader.tickets
    groups = [(state, [ticket for ticket in found if ticket.state is state]) for state in TicketState]
    return page(
        request,
        "tickets.html",
        words,
        section="tickets",
        simulated=any(ticket.simulated for ticket in found),
        groups=[(state, members) for state, members in groups if members],
    )


@get("/tickets/{ticket_id:int}", sync_to_thread=True)
def ticket(request: Request[Any, Any, Any], reader: NamedDependency[Reader], ticket_id: FromPath[int]) -> Response[str]:
    """One ticket: why, what to do, what it rests on, its history."""
    return _ticket_page(request, reader, reader.ticket(ticket_id), problem=None)


def _ticket_page(
    request: Request[Any, Any, Any], reader: Reader, shown: TicketShown, problem: str | None
) -> Response[str]:
    place = reader.place(shown.zone)
    words = Words(language(request), place.establishment.timezone)
    return page(
        request,
        "ticket.html",
        words,
        status=200 if problem is None else 409,
        section="tickets",
        simulated=shown.simulated,
        ticket=shown,
        problem=words.say(problem) if problem else None,
        may_validate=reader.is_of_the_service
        and (shown.state is TicketState.PROPOSED or (shown.is_open and shown.amended)),
        may_dismiss=reader.is_of_the_service and shown.is_open,
        evidence=reader.evidence(shown.id),
        events=reader.events(shown.id, words),
        source=source_of(shown.limit_source),
        quantities=quantities(),
    )


@post("/tickets/{ticket_id:int}/validate", guards=[service_only], sync_to_thread=True)
def validate(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Reader],
    ticket_id: FromPath[int],
    data: Annotated[ValidateForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """A professional stands by the ticket; from now on the employer sees it."""
    shown = reader.ticket(ticket_id)
    problem = reader.validate(shown, data.note.strip()[:LONGEST_NOTE], data.revision)
    return (
        Redirect(f"/tickets/{shown.id}", status_code=303)
        if problem is None
        else _ticket_page(request, reader, reader.ticket(ticket_id), problem)
    )


@post("/tickets/{ticket_id:int}/dismiss", guards=[service_only], sync_to_thread=True)
def dismiss(
    request: Request[Any, Any, Any],
    reader: NamedDependency[Reader],
    ticket_id: FromPath[int],
    data: Annotated[DismissForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """A professional sets the ticket aside and says why; the employer never sees it."""
    shown = reader.ticket(ticket_id)
    problem = reader.dismiss(shown, data.reason.strip()[:LONGEST_NOTE])
    return (
        Redirect(f"/tickets/{shown.id}", status_code=303)
        if problem is None
        else _ticket_page(request, reader, reader.ticket(ticket_id), problem)
    )
