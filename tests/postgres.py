"""Debian's PostgreSQL for tests: a server of our own in a temporary folder, on a free port, gone at the end."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.mosquitto import free_port

USER = "vigie"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    # What is in it need not outlive the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Vacuuming a database that is just being copied would hold up the copy.
    "autovacuum": "off",
    "max_connections": "40",
    "shared_buffers": "32MB",
}


def programs() -> Path:
    """Folder of initdb and postgres; without it the test is skipped, or fails where it must not (``CI=true``)."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        on_path = shutil.which("initdb")
        if on_path is not None and shutil.which("postgres") is not None:
            return Path(on_path).resolve().parent
        message = "PostgreSQL is not installed: sudo apt-get install postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return max(found, key=_version)


def _version(folder: Path) -> float:
    """Of ``/usr/lib/postgresql/15/bin``."""
    return float(folder.parent.name)


class Postgres:
    """One server process and its folder."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._programs = programs()
        self._data = folder / "data"
        self._log = folder / "log.txt"
        self._folder = folder
        self._owner = _owner()
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        if self._owner is not None:
            os.chown(folder, self._owner.pw_uid, self._owner.pw_gid)
        self._initialise()

    @property
    def modern(self) -> bool:
        """Whether it is version 15 or later; what it does not know before is left out."""
        version = self._programs.parent.name
        return version.isdigit() and int(version) >= 15

    @property
    def log(self) -> str:
        """What the server said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def url(self, database: str) -> str:
        """A database's address, as ``vigie.toml`` takes it."""
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        self._process = self._begin("postgres", "-D", str(self._data), "-p", str(self.port), *settings)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                pytest.fail(f"PostgreSQL ended at once: {self.log}")
            try:
                self._administrator().close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        pytest.fail(f"PostgreSQL does not answer: {self.log}")

    def stop(self) -> None:
        """End it at once (its "fast shutdown"), whoever is connected."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=30)
            self._process = None

    def run(self, statement: str) -> None:
        """Run one statement as the administrator, in the database ``postgres``."""
        with self._administrator() as connection:
            connection.execute(statement.encode())

    def disconnect(self, database: str) -> None:
        """Cut off whoever is connected to a database."""
        with self._administrator() as connection:
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])

    def clear(self, database: str, tables: Sequence[str]) -> None:
        """Take every row out of a database, tables in this order, and let its numbers begin at 1 again."""
        with self._administrator(database) as connection:
            connection.execute(sql.SQL(";").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(t)) for t in tables))
            connection.execute("SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'")

    @contextmanager
    def database(self, like: str = "template1", options: str = "") -> Iterator[str]:
        """A new database, a copy of another one; dropped at the end."""
        self._made += 1
        name = f"vigie{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {like} {options}")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _initialise(self) -> None:
        # French order of letters where the server can have it without the system's help: no query may rely on SQLite's.
        french = ["--locale-provider=icu", "--icu-locale=fr-FR"] if self.modern else []
        made = self._begin(
            "initdb", "-D", str(self._data), "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--no-sync", *french,
        )  # fmt: skip
        if made.wait(timeout=60) != 0:
            pytest.fail(f"initdb failed: {self.log}")

    def _begin(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        owner = self._owner
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [str(self._programs / program), *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                user=None if owner is None else owner.pw_uid,
                group=None if owner is None else owner.pw_gid,
                extra_groups=None if owner is None else [],
            )

    def _administrator(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            dbname=database,
            autocommit=True,
            connect_timeout=10,
            options="-c lock_timeout=20s",
        )


def _owner() -> pwd.struct_passwd | None:
    """Whom the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running server; its folder lies outside pytest's, which only root may enter when root runs the tests."""
    programs()
    folder = Path(tempfile.mkdtemp(prefix="vigie-postgresql-"))
    try:
        server = Postgres(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
