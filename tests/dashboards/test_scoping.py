"""Every route, by introspection: who may use it, and that one employer never sees another's."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from dashboards.portal.ticket_actions import STEPS
from tests.dashboards.conftest import Portal, post, token_of
from tests.dashboards.seed import AGENT, ENGINEER, EXPERT, JOINER, OTHER_EXPERT

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
    OWNER = "the service, the employer whose data it is, and the expert it is assigned to"
    ASSIGNEE = "the service, and the expert it is assigned to"
    SERVICE = "the service"


@dataclass(frozen=True)
class Route:
    """One method of one address, and an address of the joinery's data that it answers.

    Attributes
    ----------
    sent : mapping
        Fields of the form.
    before : tuple of str
        Steps ticket 1 must have taken for it to be taken.
    """

    door: Door
    address: str
    sent: Mapping[str, str] = field(default_factory=dict)
    before: tuple[str, ...] = ()


PDF = b"%PDF-1.7 mesures de la menuiserie"
CHECKSUM = hashlib.sha256(PDF).hexdigest()
STEP = "POST /tickets/{ticket_id}/{step}"
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
    "GET /tickets/{ticket_id}/attachments/{checksum}": Route(Door.OWNER, f"/tickets/1/attachments/{CHECKSUM}"),
    "POST /tickets/{ticket_id}/attachments": Route(Door.OWNER, "/tickets/1/attachments", {"audience": "everybody"}),
    "GET /tickets/{ticket_id}/why": Route(Door.SERVICE, "/tickets/1/why"),
    "POST /tickets/{ticket_id}/metrology": Route(
        Door.ASSIGNEE,
        "/tickets/1/metrology",
        {
            "value": "84,6",
            "unit": "dB(A)",
            "performed": "2025-11-06",
            "method": "NF EN ISO 9612",
            "laboratory": "Acoustique Sonnet",
        },
        ("validate", "assign"),
    ),
    f"{STEP} comment": Route(Door.OWNER, "/tickets/1/comment", {"note": "vu"}),
    f"{STEP} start": Route(Door.ASSIGNEE, "/tickets/1/start", before=("validate", "assign")),
    f"{STEP} done": Route(Door.ASSIGNEE, "/tickets/1/done", {"note": "capoté"}, ("validate", "assign")),
    f"{STEP} validate": Route(Door.SERVICE, "/tickets/1/validate"),
    f"{STEP} dismiss": Route(Door.SERVICE, "/tickets/1/dismiss", {"reason": "known", "note": "essai"}),
    f"{STEP} assign": Route(Door.SERVICE, "/tickets/1/assign", {"assignee": EXPERT}, ("validate",)),
    f"{STEP} verify": Route(
        Door.SERVICE, "/tickets/1/verify", {"basis": "follow_up", "note": "vu le 7"}, ("validate", "done")
    ),
    f"{STEP} reopen": Route(Door.SERVICE, "/tickets/1/reopen", {"note": "encore"}, ("validate", "done")),
    f"{STEP} snooze": Route(Door.SERVICE, "/tickets/1/snooze", {"day": "2025-12-01"}),
    f"{STEP} due": Route(Door.SERVICE, "/tickets/1/due", {"day": "2025-12-01"}, ("validate",)),
    f"{STEP} priority": Route(Door.SERVICE, "/tickets/1/priority", {"priority": "1"}),
    "GET /kits": Route(Door.SERVICE, "/kits"),
}
"""A route that is not here fails ``test_every_route_has_a_scoping_case``, a step ``test_every_step_has_one``."""

BY_NAME = pytest.mark.parametrize("name", CASES)
OF_THE_TICKET = [name for name, case in CASES.items() if case.door in {Door.OWNER, Door.ASSIGNEE, Door.SERVICE}]


@pytest.fixture(scope="module")
def browsers(shared_portal: Portal) -> dict[str, TestClient[Litestar]]:
    """A browser for each person; ticket 1, the joinery's, has a file for everybody and is with an expert.

    The other expert has the agency's ticket 3.
    """
    people = (ENGINEER, JOINER, AGENT, EXPERT, OTHER_EXPERT)
    found = {email: shared_portal.signed_in(email) for email in people}
    for ticket, expert in ((1, EXPERT), (3, OTHER_EXPERT)):
        page = f"/tickets/{ticket}"
        assert post(found[ENGINEER], page, f"{page}/validate").status_code == 303
        assert post(found[ENGINEER], page, f"{page}/assign", assignee=expert).status_code == 303
    assert _ask(found[ENGINEER], "POST /tickets/{ticket_id}/attachments").status_code == 303
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
    files = {"file": ("mesures.pdf", PDF, "application/pdf")} if case.address.endswith("attachments") else None
    return client.post(case.address, data={"_csrf_token": token, **case.sent}, files=files)


def test_every_route_has_a_scoping_case(shared_portal: Portal) -> None:
    assert _routes(shared_portal.app) == {" ".join(name.split()[:2]) for name in CASES}


def test_every_step_has_one() -> None:
    assert set(STEPS) == {name.split()[2] for name in CASES if name.startswith(STEP)}


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
    engineer = portal.signed_in(ENGINEER)
    for step in CASES[name].before:
        assert _ask(engineer, f"{STEP} {step}").status_code == 303
    assert _ask(engineer, name).status_code == 303


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.door is Door.OWNER])
@pytest.mark.parametrize("person", [JOINER, EXPERT])
def test_an_employer_and_the_assigned_expert_get_their_own(
    browsers: dict[str, TestClient[Litestar]], person: str, name: str
) -> None:
    assert _ask(browsers[person], name).status_code == (200 if name.startswith("GET") else 303)


@pytest.mark.parametrize("name", OF_THE_TICKET)
@pytest.mark.parametrize("person", [AGENT, OTHER_EXPERT])
def test_another_employers_things_do_not_exist(
    browsers: dict[str, TestClient[Litestar]], person: str, name: str
) -> None:
    answer = _ask(browsers[person], name)
    assert answer.status_code == 404
    assert not any(word in answer.text.replace(CASES[name].address, "") for word in FOREIGN)


def test_an_expert_without_the_assignment_any_more_gets_nothing(portal: Portal) -> None:
    engineer, expert = portal.signed_in(ENGINEER), portal.signed_in(EXPERT)
    for step in ("validate", "assign"):
        _ask(engineer, f"{STEP} {step}")
    assert expert.get("/tickets/1").status_code == expert.get("/zones/debit").status_code == 200
    assert expert.get("/zones/bureau").status_code == 404
    assert post(engineer, "/tickets/1", "/tickets/1/assign", assignee=OTHER_EXPERT).status_code == 303
    for name in OF_THE_TICKET:
        answer = _ask(expert, name)
        assert answer.status_code == 404
        assert not any(word in answer.text.replace(CASES[name].address, "") for word in FOREIGN)
    for address in ("/", "/tickets", "/tickets?stage=all&words=Bruit&place=employer:menuiserie&zone=debit"):
        assert not any(word in expert.get(address).text.split("<main")[1] for word in ("Débit", "Durand"))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.door is Door.ASSIGNEE])
def test_the_assigned_expert_may_begin_and_finish(portal: Portal, name: str) -> None:
    engineer = portal.signed_in(ENGINEER)
    for step in CASES[name].before:
        _ask(engineer, f"{STEP} {step}")
    assert _ask(portal.signed_in(EXPERT), name).status_code == 303


@pytest.mark.parametrize(("person", "doors"), [(JOINER, {Door.SERVICE, Door.ASSIGNEE}), (EXPERT, {Door.SERVICE})])
def test_steps_and_pages_of_the_service_do_not_exist_outside(
    browsers: dict[str, TestClient[Litestar]], person: str, doors: set[Door]
) -> None:
    before = browsers[ENGINEER].get("/tickets/1").text.count("<li>")
    for name, case in CASES.items():
        if case.door in doors:
            assert _ask(browsers[person], name).status_code == 404
    assert browsers[ENGINEER].get("/tickets/1").text.count("<li>") == before


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
