"""A portal over real, seeded stores, and people signed in to it."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from dashboards.portal import PortalConfig, create_app
from rules.pack import default_packs
from tests.dashboards.seed import NOW, PASSWORD, seed, stores_in

SECRET = "0123456789abcdef0123456789abcdef"


@dataclass
class Clock:
    """A clock that tests turn."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Portal:
    """A running portal and its parts."""

    config: PortalConfig
    app: Litestar
    clock: Clock

    def browser(self) -> TestClient[Litestar]:
        """A browser nobody has signed in with; it follows no redirect by itself."""
        client = TestClient(self.app, base_url="http://portal.test")
        client.follow_redirects = False
        return client

    def signed_in(self, email: str) -> TestClient[Litestar]:
        """A browser somebody signed in with."""
        client = self.browser()
        answer = post(client, "/signin", "/signin", email=email, password=PASSWORD)
        assert answer.status_code == 303, answer.text
        return client


def token_of(page: str) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="_csrf_token" value="([^"]+)"', page)
    assert found is not None, page
    return found.group(1)


def post(client: TestClient[Litestar], form_page: str, address: str, **fields: str):
    """Send a form as a browser would: load its page, then post it with its token."""
    token = token_of(client.get(form_page).text)
    return client.post(address, data={"_csrf_token": token, **fields})


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores filled once; each portal works on a copy."""
    folder = tmp_path_factory.mktemp("seeded")
    seed(folder)
    return folder


@pytest.fixture
def portal(seeded: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal of its own, for tests that change something."""
    yield from open_portal(seeded, tmp_path / "portal")


@pytest.fixture(scope="module")
def shared_portal(seeded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One portal for all tests of a module that only look."""
    yield from open_portal(seeded, tmp_path_factory.mktemp("shared") / "portal")


def open_portal(seeded: Path, folder: Path) -> Iterator[Portal]:
    """A portal over a copy of the seeded stores, closed after use."""
    shutil.copytree(seeded, folder)
    clock = Clock()
    stores = stores_in(folder)
    folders = (stores.readings, stores.exposures, stores.attachments)
    config = PortalConfig(stores.database_url, *folders, SECRET, packs=default_packs(), clock=clock)
    app = create_app(config)
    yield Portal(config, app, clock)
    for close in app.on_shutdown:
        close()
