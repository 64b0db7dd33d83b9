"""A fresh database of each kind, with and without the small world in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Database, open_database
from store.registry import save
from tests.postgres import Postgres, postgres
from tests.store.databases import Kind, Postgresql, Sqlite
from tests.store.worlds import registry


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """PostgreSQL, started when the first test asks for it."""
    with postgres() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql(server: Postgres) -> Postgresql:
    """Apart from the choice: pytest may go to and fro between the kinds, the server stays the same."""
    return Postgresql(server)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Every test that has to do with the database runs on both."""
    chosen: Kind = Sqlite() if request.param == "sqlite" else request.getfixturevalue("postgresql")
    return chosen


@pytest.fixture
def database_url(kind: Kind, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database of this version."""
    with kind.empty(tmp_path) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database) -> Database:
    """The database with the registry of :mod:`tests.store.worlds`."""
    save(database, registry())
    return database
