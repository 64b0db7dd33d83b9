"""The facts behind the indicators, as a real database has them at one head of the log."""

from dataclasses import replace
from datetime import date

import pytest

from catalog.identifiers import EstablishmentId, KitId, ZoneId
from rules.indicators import Period, Raised, TicketFacts
from rules.metrology import Measurement
from rules.roles import Actor, Role
from rules.ticket_events import DismissalReason, EventKind
from store.database import Database
from store.errors import UnknownError
from store.indicators import Facts, KnownAt, facts, known_now
from store.metrology import Entry, enter, withdraw
from store.registry import save
from store.ticket_steps import TicketSteps
from store.tickets import ComputedFrom, TicketStore
from tests.store.worlds import DAY, NOON, assessment, exposure, proposal, registry

A1, B1 = ZoneId("a1"), ZoneId("b1")
ADA = Actor("ada@service.fr", Role.ENGINEER)
PERIOD = Period(NOON - DAY, NOON + 30 * DAY)


def known(database: Database, until: int = PERIOD.end, head: str | None = None) -> Facts:
    with database.reading() as session:
        now = known_now(session, until)
        return facts(session, PERIOD, now if head is None else KnownAt(until, head))


def head_of(database: Database) -> str:
    with database.reading() as session:
        return known_now(session, 0).head


def result(value: float, replaces: int | None = None) -> Entry:
    return Entry(date(2026, 4, 2), "co2", Measurement(value, 50.0), "ppm", "NDIR", "Labo", replaces=replaces)


def only(found: Facts) -> TicketFacts:
    (ticket,) = found.tickets
    return ticket


@pytest.fixture
def raised(world: Database) -> Database:
    TicketStore(world).apply(A1, [proposal("a1")], NOON, ComputedFrom(1))
    return world


def test_a_campaign_is_positive_by_the_tickets_that_rest_on_it(raised: Database) -> None:
    lent = {campaign.deployment: campaign for campaign in known(raised).campaigns}
    assert list(lent) == ["d1", "d2", "d3"]
    assert lent["d1"].raised == (Raised("co2", validated=False),)
    assert lent["d2"].raised == lent["d3"].raised == ()
    TicketSteps(raised).validate(1, ADA, NOON + DAY)
    assert known(raised).campaigns[0].raised == (Raised("co2", validated=True),)


def test_what_was_validated_rests_on_the_campaigns_of_its_own_revision(raised: Database) -> None:
    """Validated for the first campaign, then amended by a later one: that one is proposed only."""
    TicketSteps(raised).validate(1, ADA, NOON + DAY)
    later = assessment(exposure(start=NOON + 8 * DAY, deployment="d3", value=950.0))
    TicketStore(raised).apply(A1, [proposal("a1", later)], NOON + 9 * DAY, ComputedFrom(2))
    lent = {campaign.deployment: campaign.raised for campaign in known(raised).campaigns}
    assert lent["d1"] == (Raised("co2", validated=True),)
    assert lent["d3"] == (Raised("co2", validated=False),)


def test_what_happened_later_is_not_known_by_the_instant_nor_by_the_head(raised: Database) -> None:
    before = head_of(raised)
    TicketSteps(raised).dismiss(1, ADA, NOON + 3 * DAY, DismissalReason.KNOWN, "connu")
    assert [event.kind for event in only(known(raised)).events] == [EventKind.OPENED, EventKind.DISMISSED]
    assert [event.kind for event in only(known(raised, until=NOON + 3 * DAY)).events] == [EventKind.OPENED]
    assert [event.kind for event in only(known(raised, head=before)).events] == [EventKind.OPENED]
    assert known(raised, until=NOON).tickets == ()
    assert known(raised, head="").tickets == ()


def test_a_head_the_log_does_not_have_is_told(raised: Database) -> None:
    with pytest.raises(UnknownError, match="no event of the log of tickets has the hash f00"):
        known(raised, head="f00")


def test_a_clock_set_back_moves_no_event_before_another(raised: Database) -> None:
    TicketSteps(raised).validate(1, ADA, NOON + 5 * DAY)
    TicketSteps(raised).finish(1, ADA, NOON + 2 * DAY, "réglé")
    assert [event.at for event in only(known(raised)).events] == [NOON, NOON + 5 * DAY, NOON + 5 * DAY]


def test_corrections_and_withdrawn_results_count_once_and_never(raised: Database) -> None:
    enter(raised, 1, ADA, NOON + DAY, result(900.0))
    enter(raised, 1, ADA, NOON + 2 * DAY, result(700.0, replaces=1))
    assert only(known(raised)).results == (NOON + DAY,)
    before = head_of(raised)
    withdraw(raised, 1, ADA, NOON + 3 * DAY, 2, "autre atelier")
    assert only(known(raised)).results == ()
    assert only(known(raised, head=before)).results == (NOON + DAY,)
    assert only(known(raised, until=NOON + 3 * DAY)).results == (NOON + DAY,)


def test_simulated_kits_and_tickets_are_left_out_and_counted(world: Database) -> None:
    known_places = registry()
    kits = {**known_places.kits, KitId("k1"): replace(known_places.kits[KitId("k1")], simulated=True)}
    save(world, replace(known_places, kits=kits))
    made_up = assessment(replace(exposure(), simulated=True))
    TicketStore(world).apply(A1, [replace(proposal("a1", made_up), simulated=True)], NOON, ComputedFrom(1))
    TicketStore(world).apply(B1, [proposal("b1", assessment(exposure("b1", deployment="d3")))], NOON, ComputedFrom(1))
    found = known(world)
    assert [ticket.ticket for ticket in found.tickets] == [2]
    assert [campaign.deployment for campaign in found.campaigns] == ["d2"]
    assert (found.simulated_tickets, found.simulated_campaigns) == (1, 2)


def test_tickets_know_their_place_and_the_packs_they_rest_on(raised: Database) -> None:
    found = known(raised)
    assert (only(found).establishment, only(found).naf) == (EstablishmentId("siteA"), "16.23Z")
    assert found.packs == ("vigie-base 1",)
    assert found.places[EstablishmentId("siteB")].employer_name == "Coiffure B"
