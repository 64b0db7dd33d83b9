"""Who looks at the portal, and the doors: closed unless a route is marked open, and two kinds of readers."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.handlers import BaseRouteHandler

from dashboards.portal.rooms import Rooms
from dashboards.portal.security import ANONYMOUS, session_cookie_name
from rules.roles import OF_THE_SERVICE
from store.accounts import Account

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


def account_of(connection: Connection, rooms: Rooms) -> Account | None:
    """Whose session the browser's cookie names, if it is under way."""
    token = connection.cookies.get(session_cookie_name(rooms.config))
    return rooms.accounts.account_of(token, rooms.config.clock()) if token else None


def signed_in(rooms: Rooms) -> Guard:
    """A guard for the whole application: a route without a session's account answers only where it is marked open."""

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        account = await sync_to_thread(account_of, connection, rooms)
        connection.scope["user"] = account
        if account is None and not handler.opt.get(ANONYMOUS):
            raise NotAuthorizedException

    return guard


def service_only(connection: Connection, _: BaseRouteHandler) -> None:
    """To anybody outside a page of the service does not exist; a 403 would tell that it does."""
    account = connection.scope.get("user")
    if not isinstance(account, Account) or account.role not in OF_THE_SERVICE:
        raise NotFoundException
