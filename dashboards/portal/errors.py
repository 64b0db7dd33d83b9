"""Pages for what went wrong: in the reader's language, without a word about the inside."""

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.response import Redirect

from dashboards.portal.render import language, page
from dashboards.vocabulary import marked
from dashboards.words import Words

_LOG = logging.getLogger(__name__)

_HEADINGS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: marked("Sign in first"),
    HTTPStatus.FORBIDDEN: marked("This is not allowed"),
    HTTPStatus.NOT_FOUND: marked("There is no such page"),
    HTTPStatus.INTERNAL_SERVER_ERROR: marked("Something went wrong"),
}
_EXPLANATIONS: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: marked("Your session has ended or never began."),
    HTTPStatus.FORBIDDEN: marked(
        "The form was not sent from a page of this portal, or it is too old. Go back, load the page again and retry."
    ),
    HTTPStatus.NOT_FOUND: marked("The address is wrong, or what it names is not yours to see."),
    HTTPStatus.INTERNAL_SERVER_ERROR: marked("The fault is ours and has been written down. Try again in a moment."),
}


def error_handlers(
    timezone: str,
) -> dict[type[Exception] | int, Callable[[Request[Any, Any, Any], Any], Response[Any]]]:
    """The handlers of an app whose pages without a place run on this clock."""

    def shown(request: Request[Any, Any, Any], status: int) -> Response[Any]:
        words = Words(language(request), timezone)
        heading = _HEADINGS.get(status, marked("This request cannot be answered"))
        explanation = _EXPLANATIONS.get(status, marked("Something in the address or the form is not as expected."))
        return page(
            request,
            "error.html",
            words,
            status=status,
            heading=words.say(heading),
            explanation=words.say(explanation),
        )

    def not_signed_in(request: Request[Any, Any, Any], error: NotAuthorizedException) -> Response[Any]:
        if request.method != "GET":
            return shown(request, error.status_code)
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return Redirect("/signin", status_code=303, query_params={"next": address} if address != "/" else {})

    def refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
        return shown(request, error.status_code)

    def broken(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return shown(request, HTTPStatus.INTERNAL_SERVER_ERROR)

    return {NotAuthorizedException: not_signed_in, HTTPException: refused, Exception: broken}
