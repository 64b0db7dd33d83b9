"""The database: migrated to what the code expects, safe for writers side by side."""

import os
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, inspect, text, update
from sqlalchemy.exc import IntegrityError

from store.audit import AuditEntry, audit_entries, note
from store.database import Database, open_database
from store.errors import StoreError
from store.kits import KitStatusStore, StoredStatus
from store.progress import ComputeState, Reached
from store.tables import AuditRow, Base, ComputeStateRow, DeploymentRow


def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []
        made = inspect(connection).get_table_names()
    assert set(made) == {*Base.metadata.tables, "alembic_version"}


@pytest.mark.skipif("VIGIE_TEST_POSTGRESQL" not in os.environ, reason="VIGIE_TEST_POSTGRESQL names no database to use")
def test_the_same_tables_on_postgresql() -> None:
    database = open_database(os.environ["VIGIE_TEST_POSTGRESQL"])
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.close()


def test_opening_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    ComputeState(database).record(7, 1000)
    again = open_database(f"sqlite:///{tmp_path / 'vigie.db'}")
    assert ComputeState(again).reached() == Reached(7, 1000)
    again.close()


def test_state_is_kept_by_the_name_of_the_computation(database: Database) -> None:
    state = ComputeState(database)
    assert state.reached() is None
    state.record(7, 1000)
    state.record(9, 2000)
    state.record(1, 3000, "mirror")
    assert state.reached() == Reached(9, 2000)


def test_database_file_is_durable_and_checks_references(database: Database) -> None:
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2}
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


def test_writers_side_by_side_lose_no_update(database: Database) -> None:
    ComputeState(database).record(0, 0)
    failures: list[Exception] = []

    def count_up() -> None:
        try:
            for _ in range(15):
                with database.writing() as session:
                    row = session.get_one(ComputeStateRow, "exposures")
                    row.readings_version += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
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
        ("nosuch://host/name", "no driver"),
        ("sqlite:////no/such/folder/vigie.db", "cannot be opened"),
    ],
)
def test_wrong_address_is_told_in_one_line(url: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as caught:
        open_database(url)
    assert "\n" not in str(caught.value)


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
