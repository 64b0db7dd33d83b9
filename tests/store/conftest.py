"""A fresh database, with and without the small world in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Database, open_database
from store.registry import save
from tests.store.worlds import registry


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'vigie.db'}")
    yield opened
    opened.close()


@pytest.fixture
def world(database: Database) -> Database:
    """The database with the registry of :mod:`tests.store.worlds`."""
    save(database, registry())
    return database
