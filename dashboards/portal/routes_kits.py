"""Kits: for the service's engineers only; to an employer the page does not exist."""

from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency

from dashboards.portal.reader import Reader
from dashboards.portal.render import language, page
from dashboards.portal.viewer import service_only
from dashboards.words import Words


@get("/kits", guards=[service_only], sync_to_thread=True)
def kits(request: Request[Any, Any, Any], reader: NamedDependency[Reader]) -> Response[str]:
    """Every kit: where it is, when it was last heard."""
    words = Words(language(request), reader.service_timezone)
    found = reader.kits(words)
    return page(
        request,
        "kits.html",
        words,
        section="kits",
        simulated=any(kit.simulated for kit in found),
        kits=found,
    )
