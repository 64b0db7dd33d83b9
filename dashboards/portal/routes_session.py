"""Signing in and out. What a wrong attempt is told is the same for an address nobody has."""

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from dashboards.portal.render import language, page
from dashboards.portal.rooms import Rooms
from dashboards.portal.security import (
    ANONYMOUS,
    csrf_config,
    local_address,
    session_cookie,
    session_cookie_name,
)
from dashboards.words import Words
from store.accounts import SESSION_LENGTH, SignIn


class SignInForm(msgspec.Struct):
    """What a person types, and the page they were on their way to."""

    email: str = ""
    password: str = ""
    next: str = "/"


# in no thread of its own: Litestar 2 wraps the first of two handlers of one address twice
@get("/signin", opt={ANONYMOUS: True}, sync_to_thread=False)
def sign_in_form(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms]) -> Response[Any]:
    """The form; who is signed in already is sent on."""
    onward = local_address(request.query_params.get("next"))
    if request.scope.get("user") is not None:
        return Redirect(onward, status_code=303)
    return _form(request, rooms, SignInForm(next=onward))


@post("/signin", opt={ANONYMOUS: True}, sync_to_thread=True)
def sign_in(
    request: Request[Any, Any, Any],
    rooms: NamedDependency[Rooms],
    data: Annotated[SignInForm, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """Check address and password; a new session under a new token, whatever the browser sent before."""
    at = rooms.config.clock()
    with rooms.hashing:
        outcome = rooms.accounts.sign_in(data.email, data.password, at)
    if outcome.account is None:
        return _form(request, rooms, data, outcome)
    _end_session(request, rooms)
    token = rooms.accounts.start_session(outcome.account, at)
    answer = Redirect(local_address(data.next), status_code=303)
    answer.set_cookie(session_cookie(rooms.config, token, SESSION_LENGTH // 1000))
    answer.set_cookie(_expired_csrf(rooms))
    return answer


@post("/signout", sync_to_thread=True)
def sign_out(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms]) -> Response[Any]:
    """End the session here and in the browser."""
    _end_session(request, rooms)
    answer = Redirect("/signin", status_code=303)
    answer.set_cookie(session_cookie(rooms.config, "", 0))
    answer.set_cookie(_expired_csrf(rooms))
    return answer


def _end_session(request: Request[Any, Any, Any], rooms: Rooms) -> None:
    token = request.cookies.get(session_cookie_name(rooms.config))
    if token:
        rooms.accounts.end_session(token)


def _expired_csrf(rooms: Rooms) -> Cookie:
    """The form token of before signing in or out is of no use after it."""
    config = csrf_config(rooms.config)
    return Cookie(
        key=config.cookie_name,
        value="",
        max_age=0,
        path="/",
        httponly=True,
        secure=rooms.config.secure_cookies,
        samesite="strict",
    )


def _form(
    request: Request[Any, Any, Any], rooms: Rooms, data: SignInForm, outcome: SignIn | None = None
) -> Response[str]:
    words = Words(language(request), rooms.config.service_timezone)
    status, problem, headers = 200, None, {}
    if outcome is not None and outcome.locked_until is not None:
        seconds = max(1, -(-(outcome.locked_until - rooms.config.clock()) // 1000))
        status, headers = 429, {"retry-after": str(seconds)}
        problem = words.say_many(
            "Too many attempts with this address. Try again in %(num)s second.",
            "Too many attempts with this address. Try again in %(num)s seconds.",
            seconds,
        )
    elif outcome is not None:
        status, problem = 401, words.say("Address or password is wrong.")
    answer = page(
        request,
        "signin.html",
        words,
        status=status,
        problem=problem,
        email=data.email,
        next=local_address(data.next),
    )
    answer.headers.update(headers)
    return answer
