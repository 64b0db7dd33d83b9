"""What may be asked without signing in: the style sheet, and whether the portal is alive."""

from typing import Any

from litestar import MediaType, Request, Response, get

from dashboards.portal.render import compressed, style_sheet
from dashboards.portal.security import ANONYMOUS, NO_FORM


@get("/static/portal.css", opt={ANONYMOUS: True, NO_FORM: True}, sync_to_thread=False)
def portal_css(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The style sheet; its address changes with its content, so it is kept for a year."""
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return compressed(request, style_sheet(), "text/css; charset=utf-8", **kept)


@get("/healthz", opt={ANONYMOUS: True, NO_FORM: True}, media_type=MediaType.TEXT, sync_to_thread=False)
def healthz() -> str:
    """Alive; says nothing else."""
    return "ok\n"
