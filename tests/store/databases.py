"""The two kinds of database the store runs on."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from store.database import open_database
from store.tables import Base
from tests.postgres import Postgres


class Kind(Protocol):
    """A kind of database; what it gives is for one test, and gone at the end of the block."""

    def new(self, folder: Path) -> AbstractContextManager[str]:
        """Address of a database without tables."""

    def empty(self, folder: Path) -> AbstractContextManager[str]:
        """Address of a database with the tables of this version at the latest when it is opened, and nothing in it."""


class Sqlite:
    """A file in the folder of the test."""

    @contextmanager
    def new(self, folder: Path) -> Iterator[str]:
        yield f"sqlite:///{folder / 'vigie.db'}"

    @contextmanager
    def empty(self, folder: Path) -> Iterator[str]:
        yield f"sqlite:///{folder / 'vigie.db'}"


class Postgresql:
    """A database of the session's own server. Making one takes 0.2 s, so one is emptied after each test."""

    def __init__(self, server: Postgres) -> None:
        self._server = server
        self._name = ""

    @contextmanager
    def new(self, folder: Path) -> Iterator[str]:  # noqa: ARG002 - a file needs one
        with self._server.database() as name:
            yield self._server.url(name)

    @contextmanager
    def empty(self, folder: Path) -> Iterator[str]:  # noqa: ARG002 - a file needs one
        if not self._name:
            self._server.run("CREATE DATABASE one_by_one")
            self._name = "one_by_one"
            open_database(self._server.url(self._name)).close()
        yield self._server.url(self._name)
        self._server.clear(self._name, [table.name for table in reversed(Base.metadata.sorted_tables)])
