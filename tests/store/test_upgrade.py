"""A workspace of an earlier version is brought to this one with everything in it."""

import importlib.resources
import json
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from rules.life import DAY, FOLLOW_UP
from rules.ticket_events import EventKind
from rules.tickets import TicketState
from store.database import Database, open_database
from store.exposures import ExposureStore
from store.readings import ReadingStore
from store.scope import Scope
from store.ticket_list import TicketFilter
from store.ticket_log import problems_of_log
from store.views import Views
from tests.store.databases import Kind
from tests.store.worlds import NOON

CONTENT = {
    "kind": "workplace_action", "level": "guide", "priority": 3, "title_fr": "CO2 : à aérer", "title_en": "CO2",
    "reason_fr": "Deux postes – trop", "reason_en": "Two", "advice_fr": "Aérer", "advice_en": "Air", "limit_source": "",
    "pack": "vigie-premier", "pack_version": "1.0", "held_back_by": None, "simulated": False, "evidence": [],
}  # fmt: skip
OLD_EVENTS = {
    1: ["opened", "amended"],
    2: ["opened", "validated"],
    3: ["opened", "validated", "closed"],
    4: ["opened", "dismissed"],
}
OLD_STATES = {1: "proposed", 2: "validated", 3: "closed", 4: "dismissed"}


def as_0002_left_it(url: str) -> None:
    """A database of version 0002 with one ticket in each state it knew."""
    engine = create_engine(url)
    config = Config()
    config.set_main_option("script_location", str(importlib.resources.files("store") / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(text("INSERT INTO employers VALUES ('A', 'Menuiserie', '73282932000074', '16.23Z')"))
        connection.execute(text("INSERT INTO establishments VALUES ('s', 'A', 'Site', 'Europe/Paris', 'FR', NULL, '')"))
        connection.execute(
            text(
                "INSERT INTO zones (id, establishment, name, kind, headcount, work_unit, intensity, schedule, "
                "transfer_factors, place_uncertainty, corrections) "
                """VALUES ('z', 's', 'Atelier', 'workshop', 5, 'UT', 'physical', '{"shifts": []}', '[]', '{}', '[]')"""
            )
        )
        for ticket, state in OLD_STATES.items():
            validated = 1 if "validated" in OLD_EVENTS[ticket] else None
            revision = 2 if "amended" in OLD_EVENTS[ticket] else 1
            connection.execute(
                text("INSERT INTO tickets VALUES (:id, 'z', 'co2', :rule, :state, :revision, :validated, :yes, 1, 2)"),
                {"id": ticket, "rule": f"r{ticket}", "state": state, "revision": revision, "validated": validated,
                 "yes": True},
            )  # fmt: skip
            for number in range(1, revision + 1):
                connection.execute(
                    text("INSERT INTO ticket_revisions VALUES (:ticket, :revision, 1, 7, :content)"),
                    {"ticket": ticket, "revision": number, "content": json.dumps(CONTENT)},
                )
            for number, kind in enumerate(OLD_EVENTS[ticket], 1):
                connection.execute(
                    text(
                        'INSERT INTO ticket_events (ticket, at, kind, "by", revision, note) '
                        "VALUES (:ticket, :at, :kind, :by, :revision, :note)"
                    ),
                    {"ticket": ticket, "at": NOON + number, "kind": kind, "note": "vu à l’atelier",
                     "revision": 2 if kind == "amended" else 1,
                     "by": "vigie" if kind in ("opened", "amended") else "ada@service.fr"},
                )  # fmt: skip
    engine.dispose()


def views_of(database: Database, folder: Path) -> Views:
    return Views(database, ReadingStore(folder / "readings"), ExposureStore(folder / "exposures"))


def test_tickets_of_before_have_a_log_that_vouches_for_them(kind: Kind, tmp_path: Path) -> None:
    with kind.new(tmp_path) as url:
        as_0002_left_it(url)
        database = open_database(url)
        with database.reading() as session:
            assert problems_of_log(session) == []
        see = views_of(database, tmp_path)
        lines = {line.id: line for line in see.tickets(Scope.service()).lines}
        assert {number: line.state.value for number, line in lines.items()} == {**OLD_STATES, 3: "done"}
        assert (lines[1].due, lines[2].due, lines[3].due, lines[4].due) == (
            NOON + 1 + 7 * DAY, NOON + 2 + 30 * DAY, NOON + 3 + FOLLOW_UP, None,
        )  # fmt: skip
        done = see.ticket(Scope.service(), 3)
        assert done.service is not None
        assert [event.kind for event in done.service.events][-1] is EventKind.DONE
        assert done.service.events[-1].note == "vu à l’atelier"
        assert done.content.title_fr == "CO2 : à aérer"
        employer = see.tickets(Scope.employer("A"), TicketFilter()).lines
        assert {line.state for line in employer} == {TicketState.VALIDATED, TicketState.DONE}
        database.close()


def test_references_are_checked_again_after_an_upgrade(kind: Kind, tmp_path: Path) -> None:
    with kind.new(tmp_path) as url:
        as_0002_left_it(url)
        database = open_database(url)
        with database.engine.connect() as connection:
            if database.engine.dialect.name == "sqlite":
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        database.close()
