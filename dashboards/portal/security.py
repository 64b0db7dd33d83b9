"""Headers, cookies and doors of the portal: closed unless a route says otherwise."""

from urllib.parse import urlsplit

from litestar.config.csrf import CSRFConfig
from litestar.datastructures import Cookie, MutableScopeHeaders, UploadFile
from litestar.types import Message, Scope
from litestar.utils.scope.state import ScopeState

from dashboards.portal.config import PortalConfig
from dashboards.words import language_of

ANONYMOUS = "anonymous"
"""A route that may be used without signing in says so with this key; every other route asks for a session."""

NO_FORM = "no_form"
"""A route whose answer holds no form; it hands out no form token either."""

LANGUAGE_COOKIE = "vigie-language"
_YEAR = 365 * 24 * 3600

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""On every answer. No script may run, so none needs to be trusted."""


def session_cookie_name(config: PortalConfig) -> str:
    """Over HTTPS the name itself forbids that a neighbouring host or an insecure page sets the cookie."""
    return "__Host-vigie-session" if config.secure_cookies else "vigie-session"


def session_cookie(config: PortalConfig, token: str, max_age: int) -> Cookie:
    """The session's cookie; out of reach of scripts and of other sites' forms."""
    return Cookie(
        key=session_cookie_name(config),
        value=token,
        max_age=max_age,
        path="/",
        httponly=True,
        secure=config.secure_cookies,
        samesite="lax",
    )


def csrf_config(config: PortalConfig) -> CSRFConfig:
    """A signed token in a cookie that every form must repeat."""
    return CSRFConfig(
        secret=config.secret,
        cookie_name="__Host-vigie-csrf" if config.secure_cookies else "vigie-csrf",
        cookie_secure=config.secure_cookies,
        cookie_httponly=True,
        cookie_samesite="strict",
        exclude_from_csrf_key=NO_FORM,
    )


def local_address(address: str | None) -> str:
    """Where to go after signing in: a page of this portal, whatever the form says."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or any(ord(letter) < 32 for letter in address) or "\\" in address:
        return "/"
    return address


async def finish_headers(message: Message, scope: Scope) -> None:
    """Put the protective headers on every answer, also on those no route gave."""
    if message["type"] != "http.response.start":
        return
    await _close_files(scope)
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers[name] = value
    # pages speak of one employer: no cache on the way or on a shared computer may keep them
    headers.setdefault("cache-control", "no-store")
    chosen = scope.get("query_string", b"").decode("latin-1")
    code = next((part[5:] for part in chosen.split("&") if part.startswith("lang=")), None)
    if (language := language_of(code)) is not None:
        cookie = Cookie(
            key=LANGUAGE_COOKIE,
            value=language.value,
            max_age=_YEAR,
            path="/",
            samesite="lax",
            httponly=True,
            secure=scope.get("scheme") == "https",
        )
        headers.add("set-cookie", cookie.to_header(header=""))


async def _close_files(scope: Scope) -> None:
    """Let go of files that came with a form nobody was allowed to send."""
    form = ScopeState.from_scope(scope).form
    for value in form.values() if isinstance(form, dict) else ():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, UploadFile):
                await each.close()
