"""A ticket on a terminal."""

from pathlib import Path

import pytest

from catalog.identifiers import RuleId, ZoneId
from rules.states import RuleState, RuleStatus, Transition
from store.database import Database, open_database
from store.exposures import ExposureStore
from store.readings import ReadingStore
from store.registry import save
from store.scope import Scope
from store.tickets import ComputedFrom, TicketStore
from store.views import Views
from tests.store.worlds import HOUR, NOON, assessment, exposure, proposal, registry
from vigie.ticket_sheet import told


@pytest.fixture
def world(tmp_path: Path) -> Database:
    database = open_database(f"sqlite:///{tmp_path}/vigie.db")
    save(database, registry())
    return database


def sheet(world: Database, tmp_path: Path, at: int) -> str:
    firing = RuleStatus(
        ZoneId("a1"), "co2", RuleId("co2-air"), NOON + 8 * HOUR, (Transition(NOON + 8 * HOUR, RuleState.FIRING),)
    )
    seen = [proposal("a1", assessment(exposure(value=None)))]
    TicketStore(world).apply(ZoneId("a1"), seen, at, ComputedFrom(1), statuses=[firing])
    views = Views(world, ReadingStore(tmp_path / "readings"), ExposureStore(tmp_path / "exposures"))
    return told(views.ticket(Scope.service(), 1), "UTC")


def test_rule_that_fires_on_a_shift_under_way_does_not_do_so_since_a_time_to_come(
    world: Database, tmp_path: Path
) -> None:
    assert "its rule is firing by the shift that is under way until 2026-03-29 20:00" in sheet(
        world, tmp_path, NOON + HOUR
    )


def test_rule_that_fired_with_a_closed_shift_does_so_since_its_end(world: Database, tmp_path: Path) -> None:
    text = sheet(world, tmp_path, NOON + 9 * HOUR)
    assert "its rule is firing since 2026-03-29 20:00" in text
    assert "co2 mean  no value  limit 800" in text
