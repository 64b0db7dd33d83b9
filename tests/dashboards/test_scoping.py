"""Every route, by introspection: who may use it, and that one employer never sees another's."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from tests.dashboards.conftest import Portal, post, token_of
from tests.dashboards.seed import AGENT, ENGINEER, JOINER

FOREIGN = (
    "Menuiserie",
    "Durand",
    "Saint-Herblain",
    "Débit",
    "Bruit à réduire",
    "73282932000074",
    "vigie-0001",
    "debit",
)
"""Words only the joinery's data has."""


class Door(Enum):
    """Who a route is for."""

    OPEN = "anybody"
    EACH_THEIR_OWN = "everybody signed in, each with their own data"
    OWNER = "the service, and the employer whose data it is"
    SERVICE = "the service"


@dataclass(frozen=True)
class Route:
    """One method of one address, and an address of the joinery's data that it answers."""

    door: Door
    address: str


CASES = {
    "GET /healthz": Route(Door.OPEN, "/healthz"),
    "GET /static/portal.css": Route(Door.OPEN, "/static/portal.css"),
    "GET /signin": Route(Door.OPEN, "/signin"),
    "POST /signin": Route(Door.OPEN, "/signin"),
    "POST /signout": Route(Door.EACH_THEIR_OWN, "/signout"),
    "GET /": Route(Door.EACH_THEIR_OWN, "/"),
    "GET /tickets": Route(Door.EACH_THEIR_OWN, "/tickets"),
    "GET /establishments/{establishment_id}": Route(Door.OWNER, "/establishments/atelier"),
    "GET /zones/{zone_id}": Route(Door.OWNER, "/zones/debit"),
    "GET /zones/{zone_id}/charts/{drawing}": Route(Door.OWNER, "/zones/debit/charts/laeq.svg"),
    "GET /zones/{zone_id}/exposures": Route(Door.OWNER, "/zones/debit/exposures"),
    "GET /zones/{zone_id}/exposures.csv": Route(Door.OWNER, "/zones/debit/exposures.csv"),
    "GET /tickets/{ticket_id}": Route(Door.OWNER, "/tickets/1"),
    "POST /tickets/{ticket_id}/validate": Route(Door.SERVICE, "/tickets/1/validate"),
    "POST /tickets/{ticket_id}/dismiss": Route(Door.SERVICE, "/tickets/1/dismiss"),
    "GET /kits": Route(Door.SERVICE, "/kits"),
}
"""A route that is not here fails ``test_every_route_has_a_scoping_case``."""

BY_NAME = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module")
def browsers(shared_portal: Portal) -> dict[str, TestClient[Litestar]]:
    """A browser for each person; ticket 1, the joinery's, is validated."""
    found = {email: shared_portal.signed_in(email) for email in (ENGINEER, JOINER, AGENT)}
    assert post(found[ENGINEER], "/tickets/1", "/tickets/1/validate").status_code == 303
    return found


def _routes(app: Litestar) -> set[str]:
    return {
        f"{method} {re.sub(r':[a-z]+', '', route.path_format)}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }


def _ask(client: TestClient[Litestar], name: str):
    case = CASES[name]
    if name.startswith("GET"):
        return client.get(case.address)
    pages = (client.get(address) for address in ("/", "/signin"))
    token = next(token_of(page.text) for page in pages if page.status_code == 200)
    return client.post(case.address, data={"_csrf_token": token, "reason": "essai"})


def test_every_route_has_a_scoping_case(shared_portal: Portal) -> None:
    assert _routes(shared_portal.app) == set(CASES)


@BY_NAME
def test_nobody_gets_in_without_signing_in(shared_portal: Portal, name: str) -> None:
    answer = _ask(shared_portal.browser(), name)
    if CASES[name].door is Door.OPEN:
        assert answer.status_code == (401 if name == "POST /signin" else 200)
    elif name.startswith("GET"):
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/signin")
        assert not answer.text
    else:
        assert answer.status_code == 401


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("GET") and name != "GET /signin"])
def test_an_engineer_gets_every_page(browsers: dict[str, TestClient[Litestar]], name: str) -> None:
    assert _ask(browsers[ENGINEER], name).status_code == 200


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("POST") and name != "POST /signin"])
def test_an_engineer_may_send_every_form(portal: Portal, name: str) -> None:
    assert _ask(portal.signed_in(ENGINEER), name).status_code == 303


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.door is Door.OWNER])
def test_an_employer_gets_their_own(browsers: dict[str, TestClient[Litestar]], name: str) -> None:
    assert _ask(browsers[JOINER], name).status_code == 200


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.door in {Door.OWNER, Door.SERVICE}])
def test_another_employers_things_do_not_exist(browsers: dict[str, TestClient[Litestar]], name: str) -> None:
    answer = _ask(browsers[AGENT], name)
    assert answer.status_code == 404
    assert not any(word in answer.text.replace(CASES[name].address, "") for word in FOREIGN)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.door is Door.EACH_THEIR_OWN])
def test_shared_pages_show_no_word_of_another_employer(shared_portal: Portal, name: str) -> None:
    answer = _ask(shared_portal.signed_in(AGENT), name)
    assert answer.status_code in {200, 303}
    assert not any(word in answer.text for word in FOREIGN)


@pytest.mark.parametrize(
    ("theirs", "nowhere"),
    [
        ("/establishments/atelier", "/establishments/nulle-part"),
        ("/zones/debit", "/zones/nulle-part"),
        ("/zones/debit/charts/laeq.svg", "/zones/nulle-part/charts/laeq.svg"),
        ("/zones/debit/exposures", "/zones/nulle-part/exposures"),
        ("/zones/debit/exposures.csv", "/zones/nulle-part/exposures.csv"),
        ("/tickets/1", "/tickets/4711"),
    ],
)
def test_what_is_another_employers_answers_as_what_is_not_there(
    browsers: dict[str, TestClient[Litestar]], theirs: str, nowhere: str
) -> None:
    first, second = browsers[AGENT].get(theirs), browsers[AGENT].get(nowhere)
    assert first.status_code == second.status_code == 404
    assert first.text.replace(theirs, "") == second.text.replace(nowhere, "")


def test_the_service_pages_do_not_exist_for_an_employer(browsers: dict[str, TestClient[Litestar]]) -> None:
    for name, case in CASES.items():
        if case.door is Door.SERVICE:
            assert _ask(browsers[JOINER], name).status_code == 404


def test_an_employer_can_decide_nothing_even_of_their_own_ticket(portal: Portal) -> None:
    joiner = portal.signed_in(JOINER)
    for address in ("/tickets/1/validate", "/tickets/1/dismiss"):
        token = token_of(joiner.get("/").text)
        assert joiner.post(address, data={"_csrf_token": token, "reason": "non"}).status_code == 404
    assert "proposée" in portal.signed_in(ENGINEER).get("/tickets/1").text


def test_no_description_of_the_routes_is_published(shared_portal: Portal) -> None:
    client = shared_portal.signed_in(ENGINEER)
    for address in ("/schema", "/schema/openapi.json", "/docs", "/openapi.json"):
        assert client.get(address).status_code == 404


def test_a_path_cannot_climb_out(shared_portal: Portal, tmp_path: Path) -> None:
    client = shared_portal.signed_in(ENGINEER)
    for address in ("/static/../app.py", "/static/%2e%2e/app.py", "/zones/..%2f..%2fetc/charts/laeq.svg"):
        assert client.get(address).status_code == 404
