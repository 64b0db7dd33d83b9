"""Metrology results of tickets: kept, corrected, withdrawn, compared, vouched for by the log, and counted."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from catalog.identifiers import RuleId, ZoneId
from catalog.limits import Comparator
from rules.metrology import Agreement, Measurement, MetrologyVerdict
from rules.pack_text import to_text
from rules.performance import Basis, Outcome
from rules.roles import Actor, Role
from rules.ticket_events import DismissalReason, EventKind
from rules.ticket_kinds import TicketKind
from store.audit import audit_entries
from store.database import Database
from store.errors import MetrologyError, NotAllowedError, StoreError, UnknownError
from store.metrology import (
    ComparedResult,
    Entry,
    StoredResult,
    compared_results,
    enter,
    problems_of_results,
    results_of,
    withdraw,
)
from store.outcomes import OutcomeFilter, outcomes
from store.screened import ResultLimit
from store.tables import MetrologyResultRow, RulePackRow, TicketRow
from store.ticket_log import events_of, problems_of_log
from store.ticket_steps import TicketSteps
from store.tickets import ComputedFrom, TicketStore
from tests.rules.plain_rules import TWICE, level, pack
from tests.store.worlds import DAY, NOON, assessment, exposure, proposal

A1 = ZoneId("a1")
ADA = Actor("ada@service.fr", Role.ENGINEER)
TIM = Actor("tim@service.fr", Role.TECHNICIAN)
SUNDAY = date(2026, 3, 29)
LATER = date(2026, 4, 10)


@pytest.fixture
def ticket(world: Database) -> int:
    """Two shifts of CO2: 812 ppm on 29 March and 950 ppm on 30 March, against 800 ppm."""
    evidence = (assessment(exposure()), assessment(exposure(start=NOON + DAY, value=950.0)))
    TicketStore(world).apply(A1, [proposal("a1", *evidence)], NOON, ComputedFrom(1))
    return 1


def entry(
    value: float = 900.0,
    spread: float | None = 60.0,
    *,
    performed: date = LATER,
    quantity: str = "co2",
    unit: str = "ppm",
    limit: ResultLimit | None = None,
    replaces: int | None = None,
    note: str = "",
    below_loq: bool = False,
) -> Entry:
    found = Measurement(value, spread, below_loq=below_loq)
    return Entry(performed, quantity, found, unit, "NDIR de référence", "Labo Λ", note, limit, replaces)


def stored(database: Database, ticket: int = 1) -> list[StoredResult]:
    with database.reading() as session:
        return results_of(session, ticket)


def compared(database: Database, ticket: int = 1) -> list[ComparedResult]:
    with database.reading() as session:
        return compared_results(session, session.get_one(TicketRow, ticket))


def only_outcome(database: Database) -> Outcome:
    with database.reading() as session:
        (found,) = outcomes(session, OutcomeFilter())
    return found


def test_a_result_is_kept_as_its_report_states_it_with_an_event_of_the_log(world: Database, ticket: int) -> None:
    entered = enter(world, ticket, ADA, NOON + 5, entry(1.65, 0.1, unit="mg/m3", note="poste 3"))
    (result,) = stored(world)
    assert result == entered
    assert (result.measurement, result.unit) == (Measurement(1.65, 0.1), "mg/m3")
    assert result.limit.value == pytest.approx(800 * 44.009 / 24.055)
    assert (result.limit.comparator, result.limit.source) == (Comparator.ABOVE, "RSDT art. 64")
    assert (result.by, result.at, result.revision) == (ADA.email, NOON + 5, 1)
    with world.reading() as session:
        event = events_of(session, ticket)[-1]
        assert (event.kind, event.by, event.note) == (EventKind.METROLOGY, ADA.email, "poste 3")
        assert problems_of_log(session) == []
        assert problems_of_results(session) == []
    assert audit_entries(world)[0].action == "ticket_metrology"


def test_result_is_held_against_the_limit_with_its_own_uncertainty(world: Database, ticket: int) -> None:
    verdicts = [
        enter(world, ticket, ADA, NOON, entry(value, spread)).verdict
        for value, spread in ((900.0, 60.0), (840.0, 60.0), (740.0, 60.0), (801.0, None))
    ]
    assert [verdict.value for verdict in verdicts] == ["exceeds", "inconclusive", "does_not_exceed", "exceeds"]


def test_screening_of_the_same_day_is_compared_else_the_worst(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(900.0, performed=SUNDAY))
    enter(world, ticket, ADA, NOON, entry(900.0, performed=LATER))
    same_day, worst = compared(world)
    assert same_day.screened is not None
    assert worst.screened is not None
    assert (same_day.screened.same_day, same_day.screened.value) == (True, 812.0)
    assert (worst.screened.same_day, worst.screened.value) == (False, 950.0)
    assert same_day.comparison is not None
    assert same_day.comparison.distance == pytest.approx(900 / 812)
    assert same_day.comparison.overlap is True


def test_a_correction_replaces_and_nothing_is_deleted(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(900.0))
    TicketStore(world).apply(A1, [proposal("a1", level="high")], NOON + 1, ComputedFrom(2))
    enter(world, ticket, ADA, NOON + 2, entry(700.0, replaces=1))
    first, second = stored(world)
    assert (first.replaced_by, second.replaces, second.stands) == (2, 1, True)
    assert second.revision == first.revision == 1, "it is compared with what the result it corrects was compared with"
    (standing,) = compared(world)
    assert standing.verdict is MetrologyVerdict.DOES_NOT_EXCEED
    with pytest.raises(MetrologyError, match="was replaced by 2 already"):
        enter(world, ticket, ADA, NOON, entry(650.0, replaces=1))
    with pytest.raises(MetrologyError, match="no metrology result 9; those that stand: 2"):
        enter(world, ticket, ADA, NOON, entry(650.0, replaces=9))


def test_a_result_of_another_ticket_is_withdrawn_with_a_reason(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(900.0))
    with pytest.raises(MetrologyError, match="without a reason"):
        withdraw(world, ticket, ADA, NOON, 1, " ")
    with pytest.raises(NotAllowedError):
        withdraw(world, ticket, TIM, NOON, 1, "autre atelier")
    withdraw(world, ticket, ADA, NOON + 1, 1, "autre atelier")
    assert compared(world) == []
    assert only_outcome(world).agreement is None
    assert [result.note for result in stored(world)] == ["", "autre atelier"]
    with pytest.raises(MetrologyError, match="withdraws 1"):
        enter(world, ticket, ADA, NOON, entry(900.0, replaces=2))
    with world.reading() as session:
        assert problems_of_results(session) == []


def test_the_same_report_typed_twice_is_refused_another_sample_says_so(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(900.0))
    with pytest.raises(MetrologyError, match="metrology result 1 of ticket 1 again"):
        enter(world, ticket, ADA, NOON, entry(900.0))
    assert enter(world, ticket, ADA, NOON, entry(900.0, note="poste 2")).id == 2


def test_only_a_professional_or_the_assigned_expert_enters(world: Database, ticket: int) -> None:
    eve = Actor("eve@labo.fr", Role.EXPERT)
    for actor in (TIM, eve, Actor("boss@a.fr", Role.EMPLOYER)):
        with pytest.raises(NotAllowedError):
            enter(world, ticket, actor, NOON, entry())
    assert stored(world) == []
    with world.writing() as session:
        session.get_one(TicketRow, ticket).assignee = eve.email
    assert enter(world, ticket, eve, NOON, entry()).by == eve.email
    with pytest.raises(UnknownError):
        enter(world, 99, ADA, NOON, entry())


def test_a_result_of_something_else_needs_a_limit_and_is_compared_with_it_alone(world: Database, ticket: int) -> None:
    with pytest.raises(MetrologyError, match="is about co2, the result about toluene"):
        enter(world, ticket, ADA, NOON, entry(50.0, 5.0, quantity="toluene", unit="mg/m3"))
    vlep = ResultLimit(76.8, "mg/m3", Comparator.ABOVE, "R4412-149")
    enter(world, ticket, ADA, NOON, entry(90.0, 5.0, quantity="toluene", unit="mg/m3", limit=vlep))
    (found,) = compared(world)
    assert (found.basis, found.verdict, found.comparison) == (
        Basis.OTHER_QUANTITY, MetrologyVerdict.EXCEEDS, None
    )  # fmt: skip


def test_the_screening_is_judged_by_its_own_limit_whatever_limit_was_named(world: Database, ticket: int) -> None:
    """900 ppm is under a limit of 1000, and over the 800 the ticket was raised for: the screening was right."""
    named = ResultLimit(1000.0, "ppm", Comparator.ABOVE, "objective")
    result = enter(world, ticket, ADA, NOON, entry(900.0, limit=named))
    assert result.verdict is MetrologyVerdict.DOES_NOT_EXCEED
    (found,) = compared(world)
    assert found.verdict is MetrologyVerdict.EXCEEDS
    assert only_outcome(world).agreement is Agreement.CONFIRMED


def test_a_unit_that_cannot_be_compared_with_the_screening_is_refused_at_the_door(world: Database, ticket: int) -> None:
    named = ResultLimit(1000.0, "mg", Comparator.ABOVE, "named with the result")
    with pytest.raises(ValueError, match='unit "mg" cannot be converted to ppm'):
        enter(world, ticket, ADA, NOON, entry(900.0, unit="mg", limit=named))


def test_check_of_a_kit_has_no_limit_of_its_own(world: Database) -> None:
    TicketStore(world).apply(A1, [proposal("a1", kind=TicketKind.KIT_CHECK)], NOON, ComputedFrom(1))
    with pytest.raises(MetrologyError, match="no limit of its own"):
        enter(world, 1, ADA, NOON, entry())
    with world.reading() as session:
        assert outcomes(session, OutcomeFilter()) == []


def test_how_the_limit_is_breached_is_read_from_the_pack_of_then(world: Database) -> None:
    """Exactly at the limit: >= of the pack decides, where the probability of the evidence alone could not say."""
    (of_then,) = pack([replace(TWICE, levels=(level("guide", 800.0, 3, Comparator.AT_OR_ABOVE),))])
    with world.writing() as session:
        session.add(RulePackRow(digest=of_then.digest, pack=of_then.id, version="1", content=to_text(of_then), at=NOON))
    asked = proposal("a1", rule=TWICE.id)
    TicketStore(world).apply(A1, [asked], NOON, ComputedFrom(1, packs=(of_then.digest,)))
    result = enter(world, 1, ADA, NOON, entry(800.0, None))
    assert (result.limit.comparator, result.verdict) == (Comparator.AT_OR_ABOVE, MetrologyVerdict.EXCEEDS)


def test_a_result_changed_in_the_database_is_evident(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(900.0))
    enter(world, ticket, ADA, NOON, entry(880.0))
    with world.writing() as session:
        session.execute(text("UPDATE metrology_results SET value = 700 WHERE id = 1"))
        session.execute(text("DELETE FROM metrology_results WHERE id = 2"))
    with world.reading() as session:
        assert [problem.text for problem in problems_of_results(session)] == [
            "metrology result 1 was changed after it was entered",
            "metrology result 2 is missing",
        ]


def test_a_result_beside_the_log_is_evident(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(900.0))
    with world.writing() as session:
        row = session.get_one(MetrologyResultRow, 1)
        names = [column.name for column in MetrologyResultRow.__table__.columns if column.name != "id"]
        session.add(MetrologyResultRow(**{name: getattr(row, name) for name in names}))
    with world.reading() as session:
        assert [problem.text for problem in problems_of_results(session)] == ["metrology result 2 is in no log"]


def test_no_result_is_changed_by_us(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(900.0))
    with pytest.raises(StoreError, match="only ever added to"), world.writing() as session:
        session.get_one(MetrologyResultRow, 1).value = 1.0


def test_outcomes_are_of_the_period_a_ticket_was_proposed_in_and_of_real_readings(world: Database, ticket: int) -> None:
    enter(world, ticket, ADA, NOON, entry(700.0))
    assert only_outcome(world) == Outcome(
        RuleId("co2-air"), "guide", TicketKind.WORKPLACE_ACTION, Agreement.NOT_CONFIRMED, Basis.SAME_QUANTITY,
        False, frozenset({"generic"}), only_outcome(world).sensors,
    )  # fmt: skip
    with world.reading() as session:
        assert outcomes(session, OutcomeFilter(until=NOON)) == []
        assert outcomes(session, OutcomeFilter(since=NOON + 1)) == []
        assert outcomes(session, OutcomeFilter(simulated=(True,))) == []
        assert outcomes(session, OutcomeFilter(rule="other")) == []
        assert len(outcomes(session, OutcomeFilter(rule="co2-air", since=NOON, until=NOON + 1))) == 1


def test_dismissals_as_a_false_alarm_are_counted_others_are_not(world: Database, ticket: int) -> None:
    steps = TicketSteps(world)
    steps.dismiss(1, ADA, NOON + 1, DismissalReason.FALSE_ALARM, "travaux dans la rue")
    TicketStore(world).apply(ZoneId("b1"), [proposal("b1")], NOON, ComputedFrom(1))
    steps.dismiss(2, ADA, NOON + 1, DismissalReason.KNOWN, "connu depuis 2024")
    with world.reading() as session:
        assert [each.false_alarm for each in outcomes(session, OutcomeFilter())] == [True, False]
