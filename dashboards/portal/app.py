"""The portal as one application: pages, doors, headers; nothing is shown that no route was made for."""

from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide

from dashboards.portal import routes_kits, routes_open, routes_places, routes_session, routes_tickets, routes_values
from dashboards.portal.config import PortalConfig
from dashboards.portal.desk import TicketDesk
from dashboards.portal.errors import error_handlers
from dashboards.portal.reader import Reader
from dashboards.portal.rooms import open_rooms
from dashboards.portal.security import csrf_config, finish_headers
from dashboards.portal.viewer import signed_in

ROUTES = (
    routes_open.healthz,
    routes_open.portal_css,
    routes_session.sign_in_form,
    routes_session.sign_in,
    routes_session.sign_out,
    routes_places.home,
    routes_places.establishment,
    routes_places.zone,
    routes_values.chart,
    routes_values.exposures,
    routes_values.exposures_csv,
    routes_tickets.tickets,
    routes_tickets.ticket,
    routes_tickets.step,
    routes_tickets.attachment,
    routes_tickets.metrology,
    routes_tickets.why,
    routes_tickets.attached,
    routes_kits.kits,
)

LARGEST_FORM = 64 * 1024
"""Bytes; a note is 4 000 letters at most."""


def create_app(config: PortalConfig) -> Litestar:
    """The portal over one workspace's stores.

    Parameters
    ----------
    config : PortalConfig

    Returns
    -------
    litestar.Litestar
        An ASGI application, e.g. for uvicorn.

    Notes
    -----
    Closed by default: the guard on the application asks every route for a session unless the route is marked as open,
    and whatever a page reads comes through a reader made for the signed-in person's scope.
    """
    rooms = open_rooms(config)

    def reader(request: Request[Any, Any, Any]) -> Reader:
        return Reader(rooms, request.scope["user"])

    def desk(request: Request[Any, Any, Any]) -> TicketDesk:
        return TicketDesk(rooms, request.scope["user"], Reader(rooms, request.scope["user"]))

    return Litestar(
        route_handlers=list(ROUTES),
        dependencies={
            "rooms": Provide(lambda: rooms, sync_to_thread=False),
            "reader": Provide(reader, sync_to_thread=False),
            "desk": Provide(desk, sync_to_thread=False),
        },
        guards=[signed_in(rooms)],
        csrf_config=csrf_config(config),
        before_send=[finish_headers],
        exception_handlers=error_handlers(config.service_timezone),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_FORM,
        on_shutdown=[rooms.close],
        debug=False,
    )
