"""What may be asked without signing in: the style sheet, and whether the portal is alive."""

from litestar import MediaType, Response, get

from dashboards.portal.render import style_sheet
from dashboards.portal.security import ANONYMOUS, NO_FORM


@get("/static/portal.css", opt={ANONYMOUS: True, NO_FORM: True}, sync_to_thread=False)
def portal_css() -> Response[bytes]:
    """The style sheet; its address changes with its content, so it is kept for a year."""
    return Response(
        style_sheet(),
        media_type="text/css; charset=utf-8",
        headers={"cache-control": "public, max-age=31536000, immutable"},
    )


@get("/healthz", opt={ANONYMOUS: True, NO_FORM: True}, media_type=MediaType.TEXT, sync_to_thread=False)
def healthz() -> str:
    """Alive; says nothing else."""
    return "ok\n"
