"""The portal in a real browser, on a phone and on a desk: nothing beyond the edge, nothing on the console."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.dashboards.conftest import open_portal
from tests.dashboards.seed import ENGINEER, EXPERT, JOINER, PASSWORD, PHYSICIAN

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESK = (360, 740), (1280, 800)
PAGES = (
    "/",
    "/establishments/atelier",
    "/zones/debit",
    "/zones/debit/exposures",
    "/tickets",
    "/tickets?by_zone=1&stage=all",
    "/tickets/1",
    "/tickets/2",
    "/tickets/1/why",
    "/kits",
)


@pytest.fixture(scope="module")
def address(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a portal that really listens."""
    portals = open_portal(seeded, tmp_path_factory.mktemp("browser") / "portal")
    portal = next(portals)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(portal.app, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()
    portals.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing; install Debian's chromium")
        pytest.skip(f"{CHROMIUM} is not installed; apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


def _sign_in(browser: Browser, address: str, size: tuple[int, int], email: str, scheme: str = "light") -> Page:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=True,
    )
    page = context.new_page()
    page.goto(f"{address}/zones/debit")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/zones/debit")
    return page


def _load_charts(page: Page) -> int:
    images = page.query_selector_all("figure img")
    for image in images:
        image.scroll_into_view_if_needed()
        page.wait_for_function("image => image.complete", arg=image)
        assert image.evaluate("image => image.naturalWidth") > 0
    return len(images)


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_an_engineer_reads_every_page(browser: Browser, address: str, size: tuple[int, int]) -> None:
    page = _sign_in(browser, address, size, ENGINEER)
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("response", lambda answer: told.append(answer.url) if answer.status >= 400 else None)
    for path in PAGES:
        page.goto(address + path)
        for details in page.query_selector_all("details"):
            details.evaluate("details => { details.open = true }")
        charts = _load_charts(page)
        assert (charts > 0) is (path == "/zones/debit")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
    assert told == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(browser: Browser, address: str, size: tuple[int, int], scheme: str) -> None:
    page = _sign_in(browser, address, size, ENGINEER, scheme)
    for path in (*PAGES, "/nowhere"):
        page.goto(address + path)
        for details in page.query_selector_all("details"):
            details.evaluate("details => { details.open = true }")
        found = Axe().run(page).response["violations"]
        assert [(path, item["id"], item["nodes"][0]["html"]) for item in found] == []


def test_a_phone_gets_a_drawing_of_its_own(browser: Browser, address: str) -> None:
    page = _sign_in(browser, address, PHONE, JOINER, "dark")
    _load_charts(page)
    source = page.locator("figure img").first.evaluate("image => image.currentSrc")
    assert "size=phone" in source
    assert "theme=dark" in source


def test_an_engineer_validates_and_the_employer_sees_it(browser: Browser, address: str) -> None:
    engineer = _sign_in(browser, address, PHONE, ENGINEER)
    employer = _sign_in(browser, address, PHONE, JOINER)
    employer.goto(f"{address}/tickets")
    assert employer.get_by_role("link", name="Bruit à réduire au débit").count() == 0
    engineer.goto(f"{address}/tickets")
    engineer.get_by_role("link", name="Bruit à réduire au débit").click()
    engineer.get_by_role("button", name="Valider").click()
    engineer.wait_for_url("**/tickets/1")
    employer.reload()
    employer.get_by_role("link", name="Bruit à réduire au débit").click()
    assert employer.get_by_text("Réduire à la source").count() > 0
    employer.get_by_role("button", name="Se déconnecter").click()
    employer.wait_for_url("**/signin")
    employer.go_back()
    employer.wait_for_url("**/signin**")


def test_the_page_works_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/tickets")
    page.get_by_label("Adresse électronique").fill(JOINER)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/tickets")
    assert page.get_by_role("heading", name="Fiches").count() == 1


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_outside_the_service_are_accessible_and_fit(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    engineer = _sign_in(browser, address, DESK, ENGINEER)
    engineer.goto(f"{address}/tickets/1")
    if engineer.get_by_role("button", name="Valider").is_visible():
        engineer.get_by_role("button", name="Valider").click()
    engineer.goto(f"{address}/tickets/1#assign")
    engineer.locator("#assign").evaluate("details => { details.open = true }")
    engineer.get_by_label("À qui").select_option(EXPERT)
    engineer.get_by_role("button", name="Attribuer").click()
    engineer.get_by_text("attribuée à Eve Sonnet").first.wait_for()
    for person in (JOINER, EXPERT):
        page = _sign_in(browser, address, size, person)
        for path in ("/", "/tickets", "/tickets?priority=4", "/tickets/1", "/zones/debit"):
            page.goto(address + path)
            for details in page.query_selector_all("details"):
                details.evaluate("details => { details.open = true }")
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
            found = Axe().run(page).response["violations"]
            assert [(path, item["id"], item["nodes"][0]["html"]) for item in found] == []


def test_what_somebody_quicker_did_is_told_on_a_phone_and_nothing_typed_is_lost(browser: Browser, address: str) -> None:
    slow = _sign_in(browser, address, PHONE, ENGINEER, "dark")
    quick = _sign_in(browser, address, DESK, PHYSICIAN)
    for page in (slow, quick):
        page.goto(f"{address}/tickets/2")
    quick.get_by_label("Motif").select_option("known")
    quick.get_by_label("En quelques mots").fill("déjà au plan d’action")
    quick.get_by_role("button", name="Écarter").click()
    quick.get_by_text("écartée (déjà connu)").first.wait_for()
    slow.locator("#validate-note").fill("vu sur place")
    slow.get_by_role("button", name="Valider").click()
    alert = slow.get_by_role("alert")
    alert.wait_for()
    assert "Quelqu’un a été plus rapide : Inès Kaci" in alert.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert slow.get_by_label("Ce que vous aviez écrit").input_value() == "vu sur place"
    assert slow.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert Axe().run(slow).response["violations"] == []
