"""Signing in and out, forms, cookies and headers."""

from dataclasses import replace

import pytest
from litestar.testing import TestClient

from dashboards.portal import PortalConfig, create_app
from dashboards.portal.config import Privacy
from dashboards.portal.security import local_address
from store.accounts import SESSION_LENGTH, AccountStore
from store.database import open_database
from tests.dashboards.conftest import SECRET, Portal, post, token_of
from tests.dashboards.seed import ENGINEER, JOINER, NOW, PASSWORD

SESSION = "vigie-session"


def test_a_person_signs_in_and_out(portal: Portal) -> None:
    client = portal.signed_in(ENGINEER)
    assert client.get("/").status_code == 200
    token = client.cookies[SESSION]
    assert post(client, "/", "/signout").status_code == 303
    assert client.get("/").status_code == 303
    thief = portal.browser()
    thief.cookies.set(SESSION, token)
    assert thief.get("/").status_code == 303


def test_a_page_asked_for_before_signing_in_is_reached_after_it(portal: Portal) -> None:
    client = portal.browser()
    asked = client.get("/zones/debit?lang=en").headers["location"]
    assert asked.startswith("/signin?next=")
    answer = post(client, asked, "/signin", email=ENGINEER, password=PASSWORD, next="/zones/debit?lang=en")
    assert answer.headers["location"] == "/zones/debit?lang=en"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        "",
        "/a\r\nb",
        "/a\\b",
    ],
)
def test_signing_in_leads_nowhere_else(portal: Portal, address: str) -> None:
    assert local_address(address) == "/"
    answer = post(portal.browser(), "/signin", "/signin", email=ENGINEER, password=PASSWORD, next=address)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("email", [ENGINEER, "personne@nulle-part.example"])
def test_a_wrong_attempt_is_told_the_same_whether_the_address_is_known(portal: Portal, email: str) -> None:
    answer = post(portal.browser(), "/signin", "/signin", email=email, password="faux mot de passe")
    assert answer.status_code == 401
    assert "Adresse ou mot de passe incorrect." in answer.text
    assert SESSION not in answer.cookies


@pytest.mark.parametrize("email", [ENGINEER, "personne@nulle-part.example"])
def test_guessing_is_slowed_down_for_known_and_unknown_addresses(portal: Portal, email: str) -> None:
    client = portal.browser()
    for _ in range(5):
        answer = post(client, "/signin", "/signin", email=email, password="faux mot de passe")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Trop de tentatives" in answer.text
    assert post(client, "/signin", "/signin", email=email, password=PASSWORD).status_code == 429
    portal.clock.now += 31_000
    right = post(client, "/signin", "/signin", email=email, password=PASSWORD)
    assert right.status_code == (303 if email == ENGINEER else 429)


def test_a_token_planted_before_signing_in_opens_nothing(portal: Portal) -> None:
    client = portal.browser()
    client.cookies.set(SESSION, "planted")
    post(client, "/signin", "/signin", email=ENGINEER, password=PASSWORD)
    attacker = portal.browser()
    attacker.cookies.set(SESSION, "planted")
    assert attacker.get("/").status_code == 303


def test_signing_in_again_ends_the_session_before(portal: Portal) -> None:
    client = portal.signed_in(ENGINEER)
    before = client.cookies[SESSION]
    token = token_of(client.get("/").text)
    client.post("/signin", data={"_csrf_token": token, "email": JOINER, "password": PASSWORD})
    assert client.cookies[SESSION] != before
    old = portal.browser()
    old.cookies.set(SESSION, before)
    assert old.get("/").status_code == 303


def test_a_session_ends_after_a_working_day(portal: Portal) -> None:
    client = portal.signed_in(ENGINEER)
    portal.clock.now += SESSION_LENGTH + 1
    assert client.get("/").status_code == 303


def test_a_disabled_account_is_out_at_once(portal: Portal) -> None:
    client = portal.signed_in(JOINER)
    database = open_database(portal.config.database_url)
    AccountStore(database).disable(JOINER, NOW)
    database.close()
    assert client.get("/").status_code == 303


@pytest.mark.parametrize("address", ["/signin", "/signout", "/tickets/1/validate", "/tickets/1/dismiss"])
def test_a_form_from_elsewhere_is_refused(portal: Portal, address: str) -> None:
    client = portal.signed_in(ENGINEER)
    client.get("/")
    for fields in ({}, {"_csrf_token": "0" * 128}, {"_csrf_token": ""}):
        answer = client.post(address, data={"email": ENGINEER, "password": PASSWORD, "reason": "x", **fields})
        assert answer.status_code == 403
        assert "Ce n’est pas permis" in answer.text
    assert client.post(address, json={"reason": "x"}).status_code == 403
    assert client.get("/tickets/1").text.count("validate") > 0
    assert "proposée" in client.get("/tickets/1").text


def test_one_persons_form_token_is_of_no_use_to_another(portal: Portal) -> None:
    other = token_of(portal.signed_in(JOINER).get("/").text)
    client = portal.signed_in(ENGINEER)
    client.get("/")
    assert client.post("/signout", data={"_csrf_token": other}).status_code == 403


def test_the_form_token_changes_when_somebody_signs_in(portal: Portal) -> None:
    client = portal.browser()
    before = token_of(client.get("/signin").text)
    client.post("/signin", data={"_csrf_token": before, "email": ENGINEER, "password": PASSWORD})
    assert token_of(client.get("/").text) != before


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(portal: Portal) -> None:
    client = portal.browser()
    answer = post(client, "/signin", "/signin", email=ENGINEER, password=PASSWORD)
    session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session
    assert "Secure" not in session
    csrf = portal.browser().get("/signin").headers["set-cookie"]
    assert "HttpOnly" in csrf
    assert "SameSite=strict" in csrf


def test_over_https_cookies_are_secure_and_bound_to_the_host(portal: Portal) -> None:
    config = PortalConfig(
        portal.config.database_url,
        portal.config.readings,
        portal.config.exposures,
        portal.config.attachments,
        SECRET,
        secure_cookies=True,
        clock=portal.clock,
    )
    with TestClient(create_app(config), base_url="https://portal.test") as client:
        client.follow_redirects = False
        answer = post(client, "/signin", "/signin", email=ENGINEER, password=PASSWORD)
        session = next(c for c in answer.headers.get_list("set-cookie") if "vigie-session" in c)
        assert session.startswith("__Host-vigie-session=")
        assert "Secure" in session
        assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/signin", "/zones/debit", "/nowhere", "/healthz", "/zones/debit/charts/laeq.svg"]
)
def test_every_answer_carries_the_protective_headers(portal: Portal, address: str) -> None:
    headers = portal.signed_in(ENGINEER).get(address).headers
    policy = headers["content-security-policy"]
    for rule in ("default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert "script" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_pages_of_people_are_kept_by_no_cache(portal: Portal) -> None:
    client = portal.signed_in(ENGINEER)
    for address in ("/", "/zones/debit", "/tickets/1", "/zones/debit/exposures.csv", "/zones/debit/charts/laeq.svg"):
        assert client.get(address).headers["cache-control"] == "no-store"
    assert "immutable" in client.get("/static/portal.css").headers["cache-control"]


def test_drawings_are_compressed_and_pages_with_form_tokens_are_not(portal: Portal) -> None:
    client = portal.signed_in(ENGINEER)
    assert client.get("/zones/debit/charts/laeq.svg").headers["content-encoding"] == "gzip"
    assert client.get("/static/portal.css").headers["content-encoding"] == "gzip"
    for address in ("/", "/zones/debit", "/zones/debit/exposures", "/tickets/1"):
        assert "content-encoding" not in client.get(address).headers


def test_a_fault_tells_nothing_of_the_inside(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    client = portal.signed_in(ENGINEER)
    monkeypatch.setattr("store.views.Views.exposures", broken)
    answer = client.get("/zones/debit?lang=en")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_form_as_large_as_a_film_is_refused(portal: Portal) -> None:
    client = portal.browser()
    token = token_of(client.get("/signin").text)
    answer = client.post("/signin", data={"_csrf_token": token, "email": "a" * 200_000, "password": "x"})
    assert answer.status_code == 413


def test_a_short_secret_is_refused_at_the_start(portal: Portal) -> None:
    with pytest.raises(ValueError, match="at least 32"):
        replace(portal.config, secret="short", privacy=Privacy())
