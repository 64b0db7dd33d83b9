"""The SQL database: SQLite beside the tables by default, PostgreSQL by its URL."""

import importlib.resources
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError
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
        """A session that sees one state of the database and changes nothing.

        Raises
        ------
        StoreError
            The database does not answer (any more).
        """
        with self._answering(), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes all come to be, or none where the block raises.

        It waits for other writers at its start: what it reads is still true when it writes.

        Raises
        ------
        StoreError
            The database does not answer (any more), or another writer does not finish within 30 s.
        """
        engine = self.engine.execution_options(vigie_writes=True)
        with self._answering(), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the tables to this version of Vigie; does nothing where they are."""
        with self.engine.connect() as connection:
            if _revision(connection) == newest_revision():
                return
        # a quarter of a second to import, for what is rarely needed
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(importlib.resources.files("store") / "migrations"))
        migrating = self.engine.execution_options(vigie_writes=True, vigie_migrates=True)
        with migrating.connect() as connection:
            with connection.begin():
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                _check_references(connection)
            connection.invalidate()  # references are not checked on it; the next one checks them

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            shown = self.engine.url.render_as_string(hide_password=True)
            raise StoreError(f"{shown}: the database does not answer ({_first_line(error)})") from error


def open_database(url: str) -> Database:
    """The database at a URL, with its tables brought to this version.

    Parameters
    ----------
    url : str
        ``sqlite:////folder/vigie.db`` or ``postgresql+psycopg://user:password@host/name``; ``postgresql://`` alone
        means the same driver.

    Raises
    ------
    StoreError
        The URL is none or of another kind of database, its driver is not installed, the database does not answer, or
        it cannot hold every character.
    """
    address = _address(url)
    shown = address.render_as_string(hide_password=True)
    postgresql = address.get_backend_name() == "postgresql"
    try:
        if postgresql:
            # A server that was started again leaves dead connections in the pool: each is tried before its use.
            engine = create_engine(address, connect_args={"client_encoding": "utf8"}, pool_pre_ping=True)
        else:
            engine = create_engine(address, connect_args={"timeout": _BUSY_SECONDS})
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"{shown}: no driver for it is installed ({error}); "
            "for PostgreSQL: pip install 'vigie[postgresql]' and an address that begins with postgresql+psycopg://"
        ) from None
    if postgresql:
        event.listen(engine, "begin", _begin_postgresql)
    else:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    database = Database(engine)
    with ExitStack() as on_failure:
        on_failure.callback(database.close)
        try:
            if postgresql:
                _check_encoding(engine, shown)
            database.upgrade()
        except SQLAlchemyError as error:
            raise StoreError(f"{shown}: the database cannot be opened ({_first_line(error)})") from error
        on_failure.pop_all()
    return database


def newest_revision() -> str:
    """The number the newest migration's file name begins with, which is its revision."""
    versions = importlib.resources.files("store") / "migrations" / "versions"
    return max(file.name for file in versions.iterdir() if file.name.endswith(".py")).partition("_")[0]


def _revision(connection: Connection) -> str | None:
    """The revision the tables are at; None in a new database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            f"database URL cannot be read ({error}); expected for example sqlite:////data/vigie.db"
        ) from None
    if address.drivername in ("postgres", "postgresql"):  # as hosts of databases write it
        return address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() not in ("sqlite", "postgresql"):
        # Another one would take our partial unique index for a whole one, and let writers in side by side.
        raise StoreError(
            f"database URL begins with {address.drivername!r}; expected sqlite or postgresql+psycopg, for example "
            "postgresql+psycopg://vigie@localhost/vigie"
        )
    return address


def _check_encoding(engine: Engine, shown: str) -> None:
    with engine.connect() as connection:
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if encoding != "UTF8":
        raise StoreError(
            f"{shown}: the database's encoding is {encoding}; expected UTF8; "
            "make it again with: createdb --encoding=UTF8 --template=template0 NAME"
        )


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _begin_sqlite
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _check_references(connection: Connection) -> None:
    """What SQLite did not look at while tables were made anew."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise StoreError(f"migration: a row of {broken[0]} refers to a row of {broken[2]} that is not there")


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("vigie_migrates"):
        # A table is changed by making it anew; dropping the old one would take the rows that refer to it for orphans.
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    writes = connection.get_execution_options().get("vigie_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgresql(connection: Connection) -> None:
    if not connection.get_execution_options().get("vigie_writes"):
        # PostgreSQL's default shows each statement another state; SQLite shows a transaction one.
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return
    # Not what the server has by default: a stricter level would see the state of before the wait for the lock.
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_BUSY_SECONDS}s'")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
