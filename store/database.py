"""The SQL database: SQLite beside the tables by default, PostgreSQL by its URL."""

import importlib.resources
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session

from store.errors import StoreError

_BUSY_SECONDS = 30
"""Time a writer waits for another; a write takes milliseconds."""


_WRITERS_LOCK = 0x76696769
"""PostgreSQL lock that lets one writer of ours in at a time, as SQLite does; it goes with the transaction."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database.

    Attributes
    ----------
    engine : sqlalchemy.Engine
    """

    engine: Engine

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes all come to be, or none where the block raises.

        It waits for other writers at its start: what it reads is still true when it writes.
        """
        engine = self.engine.execution_options(vigie_writes=True)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the tables to this version of Vigie; does nothing where they are."""
        config = Config()
        config.set_main_option("script_location", str(importlib.resources.files("store") / "migrations"))
        with self.engine.execution_options(vigie_writes=True).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """The database at a URL, with its tables brought to this version.

    Parameters
    ----------
    url : str
        ``sqlite:////folder/vigie.db`` or ``postgresql+psycopg://user:password@host/name``.

    Raises
    ------
    StoreError
        The URL is none, its driver is not installed, or the database does not answer.
    """
    try:
        shown = make_url(url).render_as_string(hide_password=True)
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS} if url.startswith("sqlite") else {})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"{shown}: no driver for it is installed ({error}); for PostgreSQL: pip install psycopg"
        ) from None
    except ArgumentError as error:
        raise StoreError(
            f"database URL cannot be read ({error}); expected for example sqlite:////data/vigie.db"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "begin", _begin_postgresql)
    database = Database(engine)
    try:
        database.upgrade()
    except SQLAlchemyError as error:
        raise StoreError(f"{shown}: the database cannot be opened ({_first_line(error)})") from error
    return database


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("vigie_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("vigie_writes"):
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
