"""Tickets: one open matter at a time, amended not doubled, decided by a person, never forgotten."""

import pytest
from sqlalchemy.exc import IntegrityError

from catalog.identifiers import ZoneId
from rules.decision import exposure_key
from rules.roles import Actor, Role
from rules.ticket_events import DismissalReason, EventKind
from rules.tickets import TicketKind, TicketProposal, TicketState
from store.audit import audit_entries
from store.database import Database
from store.errors import StoreError, TicketStateError, UnknownError
from store.exposures import ExposureStore
from store.readings import ReadingStore
from store.scope import Scope
from store.tables import TicketEventRow, TicketRow
from store.ticket_steps import TicketSteps
from store.ticket_views import TicketView
from store.tickets import Applied, ComputedFrom, TicketStore
from store.views import Views
from tests.store.worlds import DAY, NOON, assessment, exposure, proposal

A1 = ZoneId("a1")
ADA = Actor("ada", Role.ENGINEER)
KNOWN = DismissalReason.KNOWN
FIRST = assessment(exposure())
SECOND = assessment(exposure(start=NOON + DAY, value=950.0))


@pytest.fixture
def store(world: Database) -> TicketStore:
    return TicketStore(world)


@pytest.fixture
def steps(world: Database) -> TicketSteps:
    return TicketSteps(world)


@pytest.fixture
def see(world: Database, tmp_path) -> Views:
    return Views(world, ReadingStore(tmp_path / "readings"), ExposureStore(tmp_path / "exposures"))


def apply(store: TicketStore, *proposals: TicketProposal, at: int = NOON, version: int = 1) -> Applied:
    return store.apply(A1, proposals, at, ComputedFrom(version))


def only(see: Views) -> TicketView:
    (line,) = see.tickets(Scope.service()).lines
    return see.ticket(Scope.service(), line.id)


def events(see: Views) -> list[EventKind]:
    notes = only(see).service
    assert notes is not None
    return [event.kind for event in notes.events]


def test_proposal_becomes_a_ticket_with_its_evidence(store: TicketStore, see: Views) -> None:
    key = exposure_key(FIRST.exposure)
    assert store.apply(A1, [proposal("a1", FIRST)], NOON, ComputedFrom(42), {key: 3}) == Applied(opened=1)
    ticket = only(see)
    assert (ticket.state, ticket.revision, ticket.readings_version) == (TicketState.PROPOSED, 1, 42)
    assert ticket.content.title_fr == "Air confiné"
    (evidence,) = ticket.content.evidence
    assert (evidence.key, evidence.revision, evidence.value, evidence.limit) == (key, 3, 812.0, 800.0)


def test_identical_proposal_changes_nothing(store: TicketStore, see: Views) -> None:
    apply(store, proposal("a1", FIRST))
    assert apply(store, proposal("a1", FIRST), at=NOON + 1, version=9) == Applied(unchanged=1)
    assert events(see) == [EventKind.OPENED]
    assert only(see).updated == NOON


def test_late_data_amends_the_ticket_that_exists(store: TicketStore, see: Views) -> None:
    apply(store, proposal("a1", FIRST))
    assert apply(store, proposal("a1", FIRST, SECOND), at=NOON + 1, version=2) == Applied(amended=1)
    ticket = only(see)
    assert (ticket.revision, ticket.updated, ticket.readings_version) == (2, NOON + 1, 2)
    assert events(see) == [EventKind.OPENED, EventKind.AMENDED]


def test_proposed_ticket_nobody_asks_for_any_more_is_marked_not_deleted(store: TicketStore, see: Views) -> None:
    apply(store, proposal("a1", FIRST))
    assert apply(store, at=NOON + 1) == Applied(unsupported=1)
    assert apply(store, at=NOON + 2) == Applied()
    notes = only(see).service
    assert notes is not None
    assert not notes.supported
    apply(store, proposal("a1", FIRST), at=NOON + 3)
    assert events(see)[1:] == [EventKind.SUPPORT_LOST, EventKind.SUPPORT_REGAINED]


def test_tickets_of_other_zones_keep_their_support(store: TicketStore, see: Views) -> None:
    store.apply(ZoneId("b1"), [proposal("b1")], NOON, ComputedFrom(1))
    assert apply(store) == Applied()


def test_validated_ticket_stays_when_support_is_lost(store: TicketStore, steps: TicketSteps, see: Views) -> None:
    apply(store, proposal("a1", FIRST))
    steps.validate(only(see).id, ADA, NOON + 1)
    assert apply(store) == Applied()
    assert only(see).state is TicketState.VALIDATED


def test_employer_sees_what_was_validated_not_what_was_amended_since(
    store: TicketStore, steps: TicketSteps, see: Views
) -> None:
    employer = Scope.employer("A")
    apply(store, proposal("a1", FIRST, held="kit check 7"))
    assert see.tickets(employer).lines == ()
    number = only(see).id
    steps.validate(number, ADA, NOON + 5, note="vu sur place", revision=1)
    apply(store, proposal("a1", FIRST, SECOND, reason="Trois postes", level="high", priority=1), at=NOON + 9)
    seen = see.ticket(employer, number)
    assert (seen.revision, seen.content.reason_fr, seen.content.level) == (1, "Deux postes au-dessus", "guide")
    assert (seen.created, seen.updated, seen.validated_at) == (NOON + 5, NOON + 5, NOON + 5)
    assert seen.service is None
    assert seen.content.held_back_by is None
    notes = see.ticket(Scope.service(), number).service
    assert notes is not None
    assert notes.amended_since_validation
    assert [event.note for event in notes.events] == ["", "vu sur place", ""]
    steps.validate(number, ADA, NOON + 10)
    assert see.ticket(employer, number).content.reason_fr == "Trois postes"


def test_revision_amended_since_it_was_looked_at_is_not_validated(
    store: TicketStore, steps: TicketSteps, see: Views
) -> None:
    apply(store, proposal("a1", FIRST))
    apply(store, proposal("a1", FIRST, SECOND))
    with pytest.raises(TicketStateError, match="amended since you looked"):
        steps.validate(only(see).id, ADA, NOON, revision=1)


def test_dismissed_matter_is_not_raised_again_by_the_same_evidence(
    store: TicketStore, steps: TicketSteps, see: Views
) -> None:
    apply(store, proposal("a1", FIRST))
    steps.dismiss(only(see).id, ADA, NOON + 1, KNOWN, "capteur près de la cafetière")
    assert apply(store, proposal("a1", FIRST)) == Applied(still_dismissed=1)
    other_words = proposal("a1", assessment(exposure(value=815.0)), reason="Recalculé")
    assert apply(store, other_words) == Applied(still_dismissed=1)
    assert see.tickets(Scope.employer("A")).lines == ()


@pytest.mark.parametrize(
    "news",
    [proposal("a1", FIRST, SECOND), proposal("a1", FIRST, level="high", priority=1)],
    ids=["a later shift", "a more urgent level"],
)
def test_new_evidence_opens_a_dismissed_matter_again(
    store: TicketStore, steps: TicketSteps, see: Views, news: TicketProposal
) -> None:
    apply(store, proposal("a1", FIRST))
    steps.dismiss(only(see).id, ADA, NOON + 1, KNOWN, "sans objet")
    assert apply(store, news) == Applied(opened=1)
    assert apply(store, news) == Applied(unchanged=1)
    assert [t.state for t in see.tickets(Scope.service()).lines] == [TicketState.PROPOSED, TicketState.DISMISSED]


def test_finished_matter_stays_visible_to_the_employer(store: TicketStore, steps: TicketSteps, see: Views) -> None:
    apply(store, proposal("a1", FIRST))
    number = only(see).id
    with pytest.raises(
        TicketStateError, match="is proposed; only one that is validated or assigned or in_progress can be done"
    ):
        steps.finish(number, ADA, NOON, "fait")
    steps.validate(number, ADA, NOON + 1)
    steps.finish(number, ADA, NOON + 2, "ventilation réparée")
    assert [t.state for t in see.tickets(Scope.employer("A")).lines] == [TicketState.DONE]
    assert apply(store, proposal("a1", FIRST)) == Applied(still_dismissed=1)


def test_ticket_validated_then_dismissed_leaves_the_employers_page(
    store: TicketStore, steps: TicketSteps, see: Views
) -> None:
    apply(store, proposal("a1", FIRST))
    steps.validate(only(see).id, ADA, NOON)
    steps.dismiss(only(see).id, ADA, NOON, KNOWN, "erreur")
    assert see.tickets(Scope.employer("A")).lines == ()
    with pytest.raises(TicketStateError, match="is dismissed; only one that is"):
        steps.validate(only(see).id, ADA, NOON)


def test_decision_without_reason_or_name_is_refused(store: TicketStore, steps: TicketSteps, see: Views) -> None:
    apply(store, proposal("a1", FIRST))
    with pytest.raises(TicketStateError, match="without a reason"):
        steps.dismiss(only(see).id, ADA, NOON, KNOWN, "  ")
    with pytest.raises(TicketStateError, match="nobody is named"):
        steps.validate(only(see).id, Actor(" ", Role.ENGINEER), NOON)
    assert only(see).state is TicketState.PROPOSED


def test_decisions_are_in_the_audit(store: TicketStore, steps: TicketSteps, see: Views, world: Database) -> None:
    apply(store, proposal("a1", FIRST))
    steps.validate(only(see).id, ADA, NOON)
    assert (audit_entries(world)[0].actor, audit_entries(world)[0].action) == ("ada", "ticket_validated")


def test_ticket_that_does_not_exist_is_told(store: TicketStore, steps: TicketSteps) -> None:
    with pytest.raises(UnknownError, match="no ticket 99"):
        steps.validate(99, ADA, NOON)


def test_the_database_itself_refuses_a_second_open_ticket(store: TicketStore, see: Views, world: Database) -> None:
    apply(store, proposal("a1", FIRST))

    def double(state: str, validated: int | None) -> TicketRow:
        return TicketRow(
            zone="a1", agent="co2", rule="co2-air", state=state, ended=state == "dismissed", revision=1,
            validated_revision=validated,
            supported=True, kind="workplace_action", level="guide", priority=3, title_fr="", title_en="",
            simulated=False, held_back=False, flapping=False, events=1, created=NOON, updated=NOON,
        )  # fmt: skip

    for row in (double("proposed", None), double("validated", 1)):
        with pytest.raises(IntegrityError), world.writing() as session:
            session.add(row)
    with world.writing() as session:
        session.add(double("dismissed", None))
    with pytest.raises(IntegrityError), world.writing() as session:
        session.add(double("asleep", None))


def test_events_are_only_ever_added_to(store: TicketStore, world: Database) -> None:
    apply(store, proposal("a1", FIRST))
    with pytest.raises(StoreError, match="only ever added to"), world.writing() as session:
        session.get_one(TicketEventRow, 1).by = "somebody else"


def test_two_proposals_for_one_matter_are_a_fault_of_the_rules(store: TicketStore) -> None:
    with pytest.raises(StoreError, match="propose two tickets"):
        apply(store, proposal("a1", FIRST), proposal("a1", FIRST, kind=TicketKind.TARGETED_METROLOGY))
    with pytest.raises(ValueError, match="proposals for b1"):
        apply(store, proposal("b1"))


@pytest.mark.parametrize("number", [0, -1, 2**63, 2**70])
def test_a_number_no_ticket_can_have_is_unknown_like_any_other(
    store: TicketStore, steps: TicketSteps, see: Views, number: int
) -> None:
    with pytest.raises(UnknownError):
        see.ticket(Scope.service(), number)
    with pytest.raises(UnknownError):
        steps.dismiss(number, ADA, NOON, KNOWN, "hors sujet")
