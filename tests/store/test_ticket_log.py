"""The log of tickets: a change of anything it vouches for is evident, whoever made it and however."""

import pytest
from sqlalchemy import text

from catalog.identifiers import ZoneId
from rules.roles import Actor, Role
from rules.ticket_events import DismissalReason
from store.database import Database
from store.ticket_log import head, problems_of_log
from store.ticket_steps import TicketSteps
from store.tickets import ComputedFrom, TicketStore
from tests.store.worlds import DAY, NOON, assessment, exposure, proposal

ADA = Actor("ada@service.fr", Role.ENGINEER)
SECOND = assessment(exposure(start=NOON + DAY, value=950.0))


@pytest.fixture
def lived(world: Database) -> Database:
    """Two tickets that have lived a little."""
    store, steps = TicketStore(world), TicketSteps(world)
    store.apply(ZoneId("a1"), [proposal("a1")], NOON, ComputedFrom(1))
    store.apply(ZoneId("a2"), [proposal("a2")], NOON, ComputedFrom(1))
    store.apply(ZoneId("a1"), [proposal("a1", assessment(exposure()), SECOND)], NOON + 1, ComputedFrom(2))
    steps.validate(1, ADA, NOON + 2, "vu \x00 sur place")
    steps.dismiss(2, ADA, NOON + 3, DismissalReason.FALSE_ALARM, "capteur près de la cafetière")
    return world


def problems(database: Database) -> list[str]:
    with database.reading() as session:
        return [f"{problem.ticket}: {problem.text}" for problem in problems_of_log(session)]


def tamper(database: Database, statement: str) -> None:
    """Somebody with the database's password and no scruples."""
    with database.engine.execution_options(vigie_writes=True).begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0


def test_log_nobody_touched_has_no_problem(lived: Database) -> None:
    assert problems(lived) == []


CHANGED_REVISION = (
    "UPDATE ticket_revisions SET content = REPLACE(CAST(content AS TEXT), '950', '750') "
    "WHERE ticket = 1 AND revision = 2"
)
DISMISSED = "UPDATE tickets SET state = 'dismissed' WHERE id = 1"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE ticket_events SET note = 'rien vu' WHERE kind = 'validated'", "1: event 3 (validated) was changed"),
        ("UPDATE ticket_events SET \"by\" = 'bob' WHERE kind = 'dismissed'", "2: event 2 (dismissed) was changed"),
        ("UPDATE ticket_events SET at = at - 1 WHERE ticket = 1 AND number = 1", "1: event 1 (opened) was changed"),
        ("DELETE FROM ticket_events WHERE kind = 'amended'", "1: event 3 does not follow the one before"),
        ("DELETE FROM ticket_events WHERE kind = 'dismissed'", "2: its state is 'dismissed'; its log comes to 'propo"),
        (DISMISSED, "1: its state is 'dismissed'; its log comes to 'validated'"),
        ("UPDATE tickets SET due = due + 1 WHERE id = 1", "1: its due is"),
        (CHANGED_REVISION, "1: revision 2 does not say what the log recorded"),
        ("UPDATE tickets SET zone = 'b1' WHERE id = 1", "1: its zone is 'b1'; its log comes to 'a1'"),
        ("UPDATE tickets SET agent = 'co' WHERE id = 1", "1: its agent is 'co'; its log comes to 'co2'"),
        ("UPDATE tickets SET rule = 'heat' WHERE id = 1", "1: its rule is 'heat'; its log comes to 'co2-air'"),
        ("UPDATE ticket_revisions SET readings_version = 9 WHERE revision = 2", "1: what revision 2 was computed from"),
        ("UPDATE ticket_revisions SET software = '9' WHERE ticket = 2", "2: what revision 1 was computed from"),
    ],
)
def test_change_of_what_happened_is_evident(lived: Database, statement: str, told: str) -> None:
    if lived.engine.dialect.name == "postgresql":
        statement = statement.replace("'750')", "'750')::json")
    tamper(lived, statement)
    assert any(problem.startswith(told) for problem in problems(lived)), problems(lived)


def test_ticket_that_vanished_from_its_table_is_missed(lived: Database) -> None:
    careless = lived.engine.execution_options(vigie_writes=True, vigie_migrates=True)  # references are not looked at
    with careless.begin() as connection:
        if lived.engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("DELETE FROM tickets WHERE id = 1")
    assert problems(lived) == ["1: it is missing; its log is there"]


def test_head_vouches_for_the_end_of_the_log_too(lived: Database) -> None:
    with lived.reading() as session:
        before = head(session)
    TicketSteps(lived).comment(1, ADA, NOON + 9, "à suivre")
    with lived.reading() as session:
        assert head(session) != before
    assert problems(lived) == []


def test_head_of_an_empty_log_is_nothing(database: Database) -> None:
    with database.reading() as session:
        assert head(session) == ""
        assert problems_of_log(session) == []
