"""Lists and counts of tickets: order, pages, and that outside the service only what was told is looked for."""

from datetime import date
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from catalog.identifiers import ZoneId
from rules.metrology import Measurement
from rules.roles import Actor, Role
from rules.states import RuleState, RuleStatus, Transition
from rules.ticket_events import Audience
from rules.tickets import TicketState
from store.accounts import AccountStore
from store.database import Database
from store.errors import UnknownError
from store.exposures import ExposureStore
from store.metrology import Entry, enter
from store.readings import ReadingStore
from store.scope import Scope
from store.ticket_counts import TicketCount
from store.ticket_list import TicketFilter, TicketOrder
from store.ticket_steps import TicketSteps
from store.tickets import ComputedFrom, TicketStore
from store.views import Views
from tests.store.worlds import DAY, NOON, assessment, exposure, proposal

ADA = Actor("ada@service.fr", Role.ENGINEER)
EVE = Actor("eve@labo.fr", Role.EXPERT)
A, SERVICE = Scope.employer("A"), Scope.service()


@pytest.fixture
def see(world: Database, tmp_path: Path) -> Views:
    """Tickets 1 to 3 in a1, a2 and b1; the first two are validated, the first amended since to priority 1."""
    tickets = TicketStore(world)
    for zone in ("a1", "a2", "b1"):
        tickets.apply(ZoneId(zone), [proposal(zone)], NOON, ComputedFrom(1))
    steps = TicketSteps(world)
    for number in (1, 2):
        steps.validate(number, ADA, NOON + number)
    later = assessment(exposure("a1", NOON + DAY, value=2000.0))
    tickets.apply(ZoneId("a1"), [proposal("a1", later, priority=1)], NOON + DAY, ComputedFrom(2))
    return Views(world, ReadingStore(tmp_path / "readings"), ExposureStore(tmp_path / "exposures"))


def numbers(see: Views, scope: Scope, **chosen: object) -> list[int]:
    return [line.id for line in see.tickets(scope, TicketFilter(**chosen)).lines]  # type: ignore[arg-type]


def test_a_list_by_place_keeps_a_zone_together_across_pages(see: Views) -> None:
    assert [line.id for line in see.tickets(SERVICE).lines] == [1, 2, 3]
    by_place = [
        [line.zone for line in see.tickets(SERVICE, limit=2, offset=offset, order=TicketOrder.PLACE).lines]
        for offset in (0, 2)
    ]
    assert by_place == [["a1", "a2"], ["b1"]]
    assert see.tickets(SERVICE, limit=1).total == 3


def test_an_employer_cannot_search_for_what_was_amended_since_it_was_validated(see: Views) -> None:
    assert numbers(see, SERVICE, priority=1) == [1]
    assert numbers(see, A, priority=1) == []
    assert numbers(see, A, priority=3) == [2, 1]
    assert [line.priority for line in see.tickets(A).lines] == [3, 3]
    page = see.tickets(A, limit=1, offset=1)
    assert ([line.id for line in page.lines], page.total) == ([1], 2)


def test_an_employer_cannot_search_for_who_has_it_or_what_is_put_off(see: Views, world: Database) -> None:
    TicketSteps(world).snooze(2, ADA, NOON + DAY, NOON + 9 * DAY)
    assert numbers(see, SERVICE, awake_at=NOON + DAY) == [1, 3]
    assert numbers(see, A, awake_at=NOON + DAY) == [2, 1]
    assert numbers(see, A, assignee=ADA.email) == []


def test_words_are_found_whatever_their_case(see: Views, world: Database) -> None:
    told = proposal("a2", agent="light", rule="light")
    titled = type(told)(**{**{name: getattr(told, name) for name in told.__slots__}, "title_fr": "Éclairage à revoir"})
    TicketStore(world).apply(ZoneId("a2"), [proposal("a2"), titled], NOON + DAY, ComputedFrom(2))
    for words in ("éclairage", "ÉCLAIRAGE", "rage à", "stale"):
        assert 4 in numbers(see, SERVICE, words=words)
    assert numbers(see, SERVICE, words="100%") == []
    assert numbers(see, A, words="air confiné") == [2, 1]
    assert numbers(see, A, words="éclairage") == []


def test_tickets_are_counted_by_establishment_and_state(see: Views) -> None:
    counts = see.ticket_counts(SERVICE, NOON + 8 * DAY, ADA.email)
    assert sorted(counts, key=lambda each: each.establishment) == [
        TicketCount("siteA", TicketState.VALIDATED, 2, 0, 0),
        TicketCount("siteB", TicketState.PROPOSED, 1, 1, 0),
    ]
    assert see.ticket_counts(A, NOON, ADA.email) == [TicketCount("siteA", TicketState.VALIDATED, 2, 0, 0)]
    assert see.ticket_counts(A, NOON, ADA.email, TicketFilter(zone="b1")) == []


def test_states_of_rules_are_the_services_own(see: Views, world: Database) -> None:
    history = (Transition(NOON, RuleState.FIRING, "guide"),)
    status = RuleStatus(ZoneId("a1"), "co2", proposal().rule, NOON, history)
    TicketStore(world).apply(ZoneId("a1"), [], NOON + 2 * DAY, ComputedFrom(3), statuses=[status])
    (standing,) = see.rule_states(SERVICE, "a1")
    assert (standing.state, standing.since, standing.agent) == (RuleState.FIRING, NOON, "co2")
    assert see.rule_states(SERVICE, "a2") == []
    assert see.rule_states(A, "a1") == see.rule_states(Scope.expert("eve@labo.fr"), "a1") == []


def test_an_expert_reads_their_own_words_to_the_service_and_nobody_elses(see: Views, world: Database) -> None:
    accounts = AccountStore(world, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts.create(EVE.email, "Eve", EVE.role, "correct horse", NOON)
    steps = TicketSteps(world)
    steps.assign(2, ADA, NOON + 5, EVE.email)
    steps.comment(2, ADA, NOON + 6, "entre nous")
    steps.comment(2, EVE, NOON + 7, "au service")
    steps.comment(2, ADA, NOON + 8, "à tous", Audience.EVERYBODY)

    def read(scope: Scope) -> list[str]:
        return [event.note for event in see.ticket(scope, 2).talk]

    assert read(SERVICE) == ["entre nous", "au service", "à tous"]
    assert read(Scope.expert(EVE.email)) == ["au service", "à tous"]
    assert read(A) == ["à tous"]


def test_an_expert_sees_results_of_their_ticket_without_the_screening(see: Views, world: Database) -> None:
    accounts = AccountStore(world, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts.create(EVE.email, "Eve", EVE.role, "correct horse", NOON)
    TicketSteps(world).assign(2, ADA, NOON + 5, EVE.email)
    found = Entry(date(2026, 4, 2), "co2", Measurement(900.0), "ppm", "NDIR", "Laboratoire Lambda")
    enter(world, 2, EVE, NOON + DAY, found)
    (told,), (own,) = see.metrology(SERVICE, 2), see.metrology(Scope.expert(EVE.email), 2)
    assert told.screened is not None
    assert (own.result, own.screened, own.comparison) == (told.result, None, None)
    assert see.metrology(A, 2) == []
    with pytest.raises(UnknownError):
        see.metrology(Scope.expert("otto@labo.fr"), 2)
