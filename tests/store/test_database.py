"""The database: migrated to what the code expects, safe for writers side by side."""

import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from store.audit import AuditEntry, audit_entries, note
from store.database import Database, newest_revision, open_database
from store.errors import StoreError
from store.kits import KitStatusStore, StoredStatus
from store.progress import ComputeState, Reached
from store.tables import AuditRow, Base, ComputeStateRow, DeploymentRow
from tests.postgres import Postgres
from tests.store.databases import Kind

DESCENDING = "ix_tickets_listed"
"""An index with an order Alembic cannot compare."""


def comparable(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    """What Alembic is asked to compare."""
    return not (kind == "index" and name == DESCENDING)


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "compare_server_default": True, "include_object": comparable}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []
        made = inspect(connection).get_table_names()
        (listed,) = [each for each in inspect(connection).get_indexes("tickets") if each["name"] == DESCENDING]
    assert set(made) == {*Base.metadata.tables, "alembic_version"}
    assert listed["column_names"] == ["ended", "priority", "updated", "id"]


def test_newest_migration_is_the_one_alembic_would_stop_at() -> None:
    script = ScriptDirectory(str(files("store") / "migrations"))
    assert script.get_heads() == [newest_revision()]


def test_opened_for_the_first_time_by_two_at_once(kind: Kind, tmp_path: Path) -> None:
    with kind.new(tmp_path) as url, ThreadPoolExecutor(2) as both:
        first, second = both.map(open_database, [url, url])
        ComputeState(first).record(7, 1000)
        assert ComputeState(second).reached() == Reached(7, 1000)
        first.close()
        second.close()


def test_opening_again_changes_nothing(database: Database, database_url: str) -> None:
    ComputeState(database).record(7, 1000)
    again = open_database(database_url)
    assert ComputeState(again).reached() == Reached(7, 1000)
    again.close()


def test_state_is_kept_by_the_name_of_the_computation(database: Database) -> None:
    state = ComputeState(database)
    assert state.reached() is None
    state.record(7, 1000)
    state.record(9, 2000)
    state.record(1, 3000, "mirror")
    assert state.reached() == Reached(9, 2000)


def test_database_file_is_durable(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'vigie.db'}")
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2}
    database.close()


def test_references_are_checked(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as session:
        session.add(DeploymentRow(id="d", kit="nobody", zone="nowhere", start=1, end=None, position=""))


def test_block_that_raises_leaves_nothing_behind(database: Database) -> None:
    def half_way() -> None:
        with database.writing() as session:
            session.add(ComputeStateRow(name="x", readings_version=1, at=1))
            session.flush()
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        half_way()
    assert ComputeState(database).reached("x") is None


def test_reading_sees_one_state_whatever_is_written_meanwhile(database: Database) -> None:
    state = ComputeState(database)
    state.record(1, 0)
    versions = select(ComputeStateRow.readings_version).order_by(ComputeStateRow.name)
    with database.reading() as session:
        assert list(session.scalars(versions)) == [1]
        state.record(2, 0)
        state.record(3, 0, "mirror")
        assert list(session.scalars(versions)) == [1]
    with database.reading() as session:
        assert list(session.scalars(versions)) == [2, 3]


def test_writers_side_by_side_lose_no_update(database: Database, database_url: str) -> None:
    ComputeState(database).record(0, 0)
    other = open_database(database_url)
    failures: list[Exception] = []

    def count_up(mine: Database) -> None:
        try:
            for _ in range(15):
                with mine.writing() as session:
                    row = session.get_one(ComputeStateRow, "exposures")
                    row.readings_version += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=count_up, args=(mine,)) for mine in (database, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert not failures
    reached = ComputeState(database).reached()
    assert reached is not None
    assert reached.readings_version == 60


def test_audit_is_only_ever_added_to(database: Database) -> None:
    with database.writing() as session:
        note(session, AuditEntry(1, "ada", "did", "this", ""))
    with pytest.raises(StoreError, match="only ever added to"), database.writing() as session:
        session.get_one(AuditRow, 1).actor = "somebody else"
    with pytest.raises(StoreError, match="only ever added to"), database.writing() as session:
        session.delete(session.get_one(AuditRow, 1))
    for statement in (delete(AuditRow), update(AuditRow).values(actor="somebody else")):
        with pytest.raises(StoreError, match="only ever added to"), database.writing() as session:
            session.execute(statement)
    assert [entry.actor for entry in audit_entries(database)] == ["ada"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("not a url", "cannot be read"),
        ("nosuch://host/name", "begins with 'nosuch'; expected sqlite or postgresql"),
        ("mysql+pymysql://vigie@host/name", "begins with 'mysql.pymysql'; expected sqlite or postgresql"),
        ("postgresql+nosuch://host/name", r"no driver .*pip install 'vigie\[postgresql\]'"),
        ("postgresql+psycopg://vigie:geheim@127.0.0.1:1/name", r"vigie:\*\*\*@127.0.0.1:1/name: .* cannot be opened"),
        ("sqlite:////no/such/folder/vigie.db", "cannot be opened"),
    ],
)
def test_wrong_address_is_told_in_one_line(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        open_database(url)
    assert "\n" not in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_text_no_database_can_hold_is_kept_as_far_as_it_can_be(database: Database) -> None:
    state = ComputeState(database)
    state.record(1, 0, "nul\x00 and half a pair \ud83d")
    assert state.reached("nul\x00 and half a pair \ud83d") == Reached(1, 0)
    with database.reading() as session:
        assert session.scalars(select(ComputeStateRow.name)).all() == ["nul\ufffd and half a pair \ufffd"]


def test_writer_that_waits_too_long_is_told(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.database._BUSY_SECONDS", 1)
    other = open_database(database_url)
    with database.writing() as session:
        session.add(ComputeStateRow(name="x", readings_version=1, at=1))
        session.flush()
        with pytest.raises(StoreError, match="the database does not answer") as caught:
            ComputeState(other).record(1, 0)
    other.close()
    assert "\n" not in str(caught.value)


@pytest.mark.postgres
def test_address_as_hosts_of_databases_write_it(server: Postgres) -> None:
    with server.database() as name:
        for scheme in ("postgres", "postgresql"):
            database = open_database(server.url(name).replace("postgresql+psycopg", scheme))
            assert ComputeState(database).reached() is None
            database.close()


@pytest.mark.postgres
def test_database_that_cannot_hold_every_character_is_refused(server: Postgres) -> None:
    # The locale C goes with every encoding.
    libc = f"{'LOCALE_PROVIDER libc' if server.modern else ''} LOCALE 'C'"
    for encoding in ("SQL_ASCII", "LATIN1"):
        refused = pytest.raises(StoreError, match=f"encoding is {encoding}; expected UTF8; make it again with")
        with server.database("template0", f"ENCODING {encoding} {libc}") as name, refused:
            open_database(server.url(name))


@pytest.mark.postgres
@pytest.mark.parametrize("level", ["repeatable read", "serializable"])
def test_writers_wait_for_one_another_on_a_server_set_to_be_strict(server: Postgres, level: str) -> None:
    with server.database() as name:
        server.run(f"ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")
        url = server.url(name)
        database = open_database(url)
        test_writers_side_by_side_lose_no_update(database, url)
        database.close()


@pytest.mark.postgres
def test_server_that_was_started_again_is_used_again(server: Postgres) -> None:
    with server.database() as name:
        state = ComputeState(database := open_database(server.url(name)))
        state.record(7, 1000)
        server.stop()
        with pytest.raises(StoreError, match="the database does not answer"):
            state.reached()
        server.start()
        assert state.reached() == Reached(7, 1000)
        state.record(8, 2000)
        server.disconnect(name)
        assert state.reached() == Reached(8, 2000)
        database.close()


def test_last_word_of_a_kit_counts_not_the_last_to_arrive(database: Database) -> None:
    from enum import Enum

    class State(Enum):
        ONLINE = "online"
        OFFLINE = "offline"

    class Said:
        def __init__(self, state: State, received: int) -> None:
            self.kit, self.state, self.received = "k9", state, received
            self.boot, self.firmware, self.simulated = "b1", "1.0", False

    statuses = KitStatusStore(database)
    statuses.record(Said(State.ONLINE, 10))  # type: ignore[arg-type]  # plain stand-in
    statuses.record(Said(State.OFFLINE, 30))  # type: ignore[arg-type]  # plain stand-in
    statuses.record(Said(State.ONLINE, 20))  # type: ignore[arg-type]  # plain stand-in
    assert list(statuses.all().values()) == [StoredStatus("k9", "offline", "b1", "1.0", False, 30)]  # type: ignore[arg-type]
