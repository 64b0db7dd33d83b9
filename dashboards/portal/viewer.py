"""Who looks at the portal, and the doors between engineers and employers."""

from dataclasses import dataclass
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.handlers import BaseRouteHandler
from store.scope import Scope


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person.

    Attributes
    ----------
    scope : Scope
        What the store shows this person; every read goes through it.
    """

    account: str
    name: str
    is_engineer: bool
    scope: Scope


def engineers_only(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """To an employer a page of the service does not exist; a 403 would tell that it does."""
    viewer = connection.scope.get("user")
    if not isinstance(viewer, Viewer):
        raise NotAuthorizedException
    if not viewer.is_engineer:
        raise NotFoundException
