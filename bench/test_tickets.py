"""Speed of ticket lists: fifty thousand tickets of a large service, filtered, ordered, a page or all of them."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from sqlalchemy import insert, text

from rules.life import OPEN
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.database import open_database
from store.exposures import ExposureStore
from store.readings import ReadingStore
from store.scope import Scope
from store.tables import EmployerRow, EstablishmentRow, TicketRow, ZoneRow
from store.ticket_list import TicketFilter
from store.views import Views

TICKETS = 50_000
ZONES = 2_000
SECONDS = 0.2
DAY = 86_400_000
NOW = 1_774_785_600_000
AGENTS = ("noise", "co2", "co", "dust", "light", "heat", "humidity", "formaldehyde")
STATES = tuple(TicketState)


@pytest.fixture(scope="module")
def see(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    """Two thousand zones of five hundred employers; most tickets are over, as in a service of some years."""
    folder: Path = tmp_path_factory.mktemp("tickets")
    database = open_database(f"sqlite:///{folder / 'vigie.db'}")
    chance = random.Random(7)  # noqa: S311 - any tickets will do
    employers = [{"id": f"e{n}", "name": f"Entreprise {n}", "siret": f"{n:014d}", "naf": "16.23Z"} for n in range(500)]
    places = [
        {"id": f"s{n}", "employer": f"e{n}", "name": "Site", "timezone": "Europe/Paris", "country": "FR",
         "subdivision": None, "address": ""}
        for n in range(500)
    ]  # fmt: skip
    zones = [
        {"id": f"z{n}", "establishment": f"s{n % 500}", "name": f"Atelier {n}", "kind": "workshop", "headcount": 5,
         "work_unit": "", "intensity": "physical", "schedule": {"shifts": []}, "transfer_factors": [],
         "place_uncertainty": {}, "corrections": []}
        for n in range(ZONES)
    ]  # fmt: skip
    with database.engine.execution_options(vigie_writes=True).begin() as connection:
        for table, rows in ((EmployerRow, employers), (EstablishmentRow, places), (ZoneRow, zones)):
            connection.execute(insert(table), rows)
        connection.execute(insert(TicketRow), [_ticket(n, chance) for n in range(TICKETS)])
        connection.execute(text("ANALYZE"))
    yield Views(database, ReadingStore(folder / "readings"), ExposureStore(folder / "exposures"))
    database.close()


def _ticket(number: int, chance: random.Random) -> dict[str, object]:
    state = STATES[number % 7] if number < 8 * ZONES else TicketState.VERIFIED if number % 3 else TicketState.DISMISSED
    agent = AGENTS[number // ZONES % 8]
    told = state in (TicketState.PROPOSED, TicketState.DISMISSED)
    created = NOW - chance.randrange(900) * DAY
    return {
        "zone": f"z{number % ZONES}", "agent": agent, "rule": f"{agent}-{number}", "state": state.value,
        "ended": state not in OPEN, "revision": 1,
        "validated_revision": None if told else 1, "supported": True, "kind": chance.choice(list(TicketKind)).value,
        "level": "level", "priority": chance.randint(1, 4), "title_fr": f"{agent} : valeur dépassée, zone {number}",
        "title_en": f"{agent}: value exceeded", "simulated": False, "held_back": False, "cause": "firing",
        "flapping": False, "follows": None, "assignee": None if number % 5 else "ada@service.fr",
        "due": created + 30 * DAY if state in OPEN else None, "snoozed_until": None,
        "validated_at": None if told else created, "events": 1, "created": created, "updated": created,
    }  # fmt: skip


CHOICES = {
    "the first page": (TicketFilter(), 50),
    "open ones": (TicketFilter(states=tuple(OPEN)), 50),
    "overdue of one kind and urgency": (
        TicketFilter(states=tuple(OPEN), kinds=(TicketKind.WORKPLACE_ACTION,), priority=1, due_before=NOW), 50,
    ),
    "of one employer": (TicketFilter(employer="e77"), 50),
    "words of a title": (TicketFilter(words="co2 : valeur"), 50),
    "in somebody's hands": (TicketFilter(assignee="ada@service.fr"), 50),
}  # fmt: skip


@pytest.mark.parametrize("choice", CHOICES)
def test_page_of_fifty_thousand_tickets(benchmark: BenchmarkFixture, see: Views, choice: str) -> None:
    chosen, limit = CHOICES[choice]
    page = benchmark(lambda: see.tickets(Scope.service(), chosen, limit))
    assert page.lines
    benchmark.extra_info["tickets found"] = page.total
    assert benchmark.stats["median"] < SECONDS


def test_all_open_tickets_of_fifty_thousand(benchmark: BenchmarkFixture, see: Views) -> None:
    chosen = TicketFilter(states=tuple(OPEN))
    page = benchmark(lambda: see.tickets(Scope.service(), chosen))
    assert len(page.lines) == page.total > 5_000
    benchmark.extra_info["tickets listed"] = page.total
    assert benchmark.stats["median"] < 2 * SECONDS
