"""Templates to pages: one environment, the words of the reader's language, everything escaped."""

import gzip
import hashlib
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Request, Response
from litestar.template.base import csrf_token
from markupsafe import Markup

from dashboards import ticket_vocabulary, vocabulary
from dashboards.portal.security import LANGUAGE_COOKIE
from dashboards.sentences import agent_name, colon
from dashboards.standing import digits
from dashboards.words import DEFAULT_LANGUAGE, Language, Words, language_of
from rules.roles import OF_THE_SERVICE
from store.accounts import Account

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Compiled templates; a name a template asks for and nobody gave is an error, not an empty space."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.globals.update(
        signs=vocabulary.SIGNS,
        decisions=vocabulary.DECISIONS,
        measures=vocabulary.MEASURES,
        windows=vocabulary.WINDOWS,
        zone_kinds=vocabulary.ZONE_KINDS,
        ticket_kinds=ticket_vocabulary.TICKET_KINDS,
        ticket_states=ticket_vocabulary.TICKET_STATES,
        priorities=ticket_vocabulary.PRIORITIES,
        reasons=ticket_vocabulary.REASONS,
        audiences=ticket_vocabulary.AUDIENCES,
        rule_states=ticket_vocabulary.RULE_STATES,
        digits=digits,
    )
    return made


@cache
def style_sheet() -> bytes:
    """The one style sheet."""
    return files("dashboards.portal").joinpath("static", "portal.css").read_bytes()


@cache
def style_sheet_address() -> str:
    """Changes with its content, so that it may be cached for ever."""
    return f"/static/portal.css?v={hashlib.sha256(style_sheet()).hexdigest()[:12]}"


def language(request: Request[Any, Any, Any]) -> Language:
    """The language asked for in the address, else the one chosen before, else French."""
    asked = language_of(request.query_params.get("lang"))
    return asked or language_of(request.cookies.get(LANGUAGE_COOKIE)) or DEFAULT_LANGUAGE


def asked_day(request: Request[Any, Any, Any]) -> date | None:
    """The day an address asks for as ``day=2025-11-03``; what is no day asks for none."""
    try:
        return date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        return None


def other_language(request: Request[Any, Any, Any]) -> str:
    """This page in the other language."""
    other = Language.ENGLISH if language(request) is Language.FRENCH else Language.FRENCH
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    address = request.url.path if request.method in {"GET", "HEAD"} else "/"
    return f"{address}?{urlencode([*kept, ('lang', other.value)])}"


def compressed(request: Request[Any, Any, Any], body: bytes, media_type: str, **headers: str) -> Response[bytes]:
    """Something without secrets, made small for a phone on a building site.

    Pages are sent as they are: the size of a compressed page would give its form token away (BREACH).
    """
    accepted = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    if "gzip" in accepted:
        body, headers = gzip.compress(body, 6, mtime=0), {**headers, "content-encoding": "gzip"}
    return Response(body, media_type=media_type, headers={"vary": "accept-encoding", **headers})


def _signed_in(request: Request[Any, Any, Any]) -> Account | None:
    account = request.scope.get("user")
    return account if isinstance(account, Account) else None


def page(
    request: Request[Any, Any, Any], template: str, words: Words, *, status: int = 200, **context: object
) -> Response[str]:
    """Render a page.

    Parameters
    ----------
    request : Request
    template : str
        File in ``templates/``.
    words : Words
        Language and clock of the page.
    status : int
        HTTP status.
    **context
        What the template shows.
    """
    token = csrf_token({"request": request})
    account = _signed_in(request)
    known: dict[str, object] = {
        "w": words,
        "_": words.say,
        "_n": words.say_many,
        "colon": colon(words),
        "agent_name": lambda agent: agent_name(words, agent),
        "csrf": Markup('<input type="hidden" name="_csrf_token" value="{}">').format(token),
        "user": account,
        "section": "",
        "role": account.role.value if account is not None else "",
        "of_the_service": account is not None and account.role in OF_THE_SERVICE,
        "simulated": False,
        "style_sheet": style_sheet_address(),
        "other_language": other_language(request),
    }
    content = environment().get_template(template).render({**known, **context})
    return Response(
        content, media_type=MediaType.HTML, status_code=status, headers={"content-language": words.language.value}
    )
