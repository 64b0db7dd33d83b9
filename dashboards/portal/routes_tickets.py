"""Tickets: the list, one ticket, and the steps of its life; each reader sees what their scope and role allow."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct

from catalog.identifiers import ZoneId
from catalog.quantities import quantities
from dashboards.portal.desk import TicketDesk
from dashboards.portal.render import language, page
from dashboards.portal.rooms import Rooms
from dashboards.portal.shown import source_of
from dashboards.portal.ticket_actions import STEPS, Hand, take
from dashboards.portal.ticket_choice import LINES, STAGES, STAGES_OUTSIDE, Stage, TicketChoice
from dashboards.portal.ticket_files import attach, download
from dashboards.portal.ticket_metrology import MetrologyForm, enter_result
from dashboards.portal.ticket_page import ticket_page
from dashboards.portal.ticket_shown import Attempt, StepForm, TicketShown
from dashboards.portal.viewer import service_only
from dashboards.vocabulary import AGENTS
from dashboards.words import Words
from rules.roles import OF_THE_SERVICE
from store.attachments import LARGEST
from store.metrology import Entry, StoredResult, enter

LARGEST_UPLOAD = LARGEST + 64 * 1024
"""Bytes of a form with a file."""


class FileForm(Struct, frozen=True):
    """A file and what is said with it."""

    file: UploadFile
    note: str = ""
    audience: str = ""
    seen: str = ""


@get("/tickets", sync_to_thread=True)
def tickets(request: Request[Any, Any, Any], desk: NamedDependency[TicketDesk]) -> Response[str]:
    """The tickets a reader may see: narrowed, counted, a page at a time."""
    words = Words(language(request), desk.reader.service_timezone)
    of_the_service = desk.account.role in OF_THE_SERVICE
    choice = TicketChoice.of(request.query_params, Stage.OPEN if of_the_service else Stage.ALL)
    found = desk.lines(choice)
    registry = desk.reader.registry
    return page(
        request,
        "tickets.html",
        words,
        section="tickets",
        simulated=any(line.simulated for line in found.lines),
        choice=choice,
        totals=desk.totals(),
        total=found.total,
        first=choice.offset + 1,
        last=choice.offset + len(found.lines),
        pages=max(1, -(-found.total // LINES)),
        groups=desk.grouped(found.lines, choice),
        place_of=desk.place_of,
        names=desk.names,
        now=desk.now,
        stages={stage: STAGES[stage] for stage in (Stage if of_the_service else STAGES_OUTSIDE)},
        agents=AGENTS,
        employers=sorted(registry.employers.values(), key=lambda employer: employer.name.casefold()),
        establishments=sorted(registry.establishments.values(), key=lambda place: place.name.casefold()),
        zone=registry.zones.get(ZoneId(choice.zone)),
    )


@get("/tickets/{ticket_id:int}", sync_to_thread=True)
def ticket(
    request: Request[Any, Any, Any], desk: NamedDependency[TicketDesk], ticket_id: FromPath[int]
) -> Response[str]:
    """One ticket."""
    shown = desk.ticket(ticket_id)
    return ticket_page(request, desk, shown, _words(request, desk, shown))


@post("/tickets/{ticket_id:int}/{step:str}", sync_to_thread=True)
def step(
    request: Request[Any, Any, Any],
    rooms: NamedDependency[Rooms],
    desk: NamedDependency[TicketDesk],
    ticket_id: FromPath[int],
    step: FromPath[str],
    data: Annotated[StepForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """A step of a ticket's life, by who may take it."""
    shown = desk.ticket(ticket_id)
    kind = STEPS.get(step)
    if kind is None:
        raise NotFoundException
    hand = _hand(request, rooms, desk, shown)
    return _answer(request, desk, shown, hand.words, take(desk, hand, shown, kind, data))


@post("/tickets/{ticket_id:int}/attachments", sync_to_thread=True, request_max_body_size=LARGEST_UPLOAD)
def attachment(
    request: Request[Any, Any, Any],
    rooms: NamedDependency[Rooms],
    desk: NamedDependency[TicketDesk],
    ticket_id: FromPath[int],
    data: Annotated[FileForm, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[Any]:
    """A file to be kept with a ticket."""
    shown = desk.ticket(ticket_id)
    hand = _hand(request, rooms, desk, shown)
    form = StepForm(note=data.note, audience=data.audience)
    attempt = attach(desk, hand, shown, data.file.filename, data.file.file.read(), form)
    return _answer(request, desk, shown, hand.words, attempt)


@post("/tickets/{ticket_id:int}/metrology", sync_to_thread=True)
def metrology(
    request: Request[Any, Any, Any],
    rooms: NamedDependency[Rooms],
    desk: NamedDependency[TicketDesk],
    ticket_id: FromPath[int],
    data: Annotated[MetrologyForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """A result of metrology to be kept with a ticket."""
    shown = desk.ticket(ticket_id)
    hand = _hand(request, rooms, desk, shown)

    def keep(entry: Entry) -> StoredResult:
        return enter(rooms.database, hand.ticket, hand.by, hand.at, entry)

    return _answer(request, desk, shown, hand.words, enter_result(desk, hand, shown, keep, data))


@get("/tickets/{ticket_id:int}/why", guards=[service_only], sync_to_thread=True)
def why(request: Request[Any, Any, Any], desk: NamedDependency[TicketDesk], ticket_id: FromPath[int]) -> Response[str]:
    """What a ticket was computed from, as it was then."""
    shown = desk.ticket(ticket_id)
    words = _words(request, desk, shown)
    return page(
        request,
        "why.html",
        words,
        section="tickets",
        simulated=shown.content.simulated,
        ticket=shown,
        basis=desk.basis(shown),
        source=source_of(shown.content.limit_source, words),
        quantities=quantities(),
    )


@get("/tickets/{ticket_id:int}/attachments/{checksum:str}", sync_to_thread=True)
def attached(desk: NamedDependency[TicketDesk], ticket_id: FromPath[int], checksum: FromPath[str]) -> Response[bytes]:
    """A file of a ticket, as a download, to those who may read it."""
    file = desk.file(desk.ticket(ticket_id), checksum)
    return download(file, desk.read(file))


def _answer(
    request: Request[Any, Any, Any], desk: TicketDesk, shown: TicketShown, words: Words, attempt: Attempt | None
) -> Response[Any]:
    if attempt is None:
        return Redirect(f"/tickets/{shown.view.id}", status_code=303)
    return ticket_page(request, desk, desk.ticket(shown.view.id), words, attempt)


def _hand(request: Request[Any, Any, Any], rooms: Rooms, desk: TicketDesk, shown: TicketShown) -> Hand:
    return Hand(rooms.steps, shown.view.id, desk.account.actor, desk.now, _words(request, desk, shown))


def _words(request: Request[Any, Any, Any], desk: TicketDesk, shown: TicketShown) -> Words:
    return Words(language(request), desk.reader.place(shown.view.zone).establishment.timezone)
