"""What people do with a ticket: which step, from where, by whom, and who sees what of it."""

import pytest
from argon2 import PasswordHasher

from catalog.identifiers import RuleId, ZoneId
from catalog.kits import Deployment
from rules.life import DAY, FOLLOW_UP, due_to_act
from rules.roles import Actor, Role
from rules.states import RuleState, RuleStatus, Transition
from rules.ticket_events import Attached, Audience, DismissalReason, EventKind
from rules.ticket_kinds import TicketKind
from rules.tickets import TicketState
from store.accounts import AccountStore
from store.database import Database
from store.errors import NotAllowedError, TicketStateError
from store.exposures import ExposureStore
from store.readings import ReadingStore
from store.registry import save
from store.scope import Scope
from store.ticket_list import TicketFilter
from store.ticket_log import problems_of_log
from store.ticket_steps import TicketSteps
from store.ticket_views import TicketView
from store.tickets import ComputedFrom, TicketStore
from store.views import Views
from tests.store.worlds import HOUR, NOON, assessment, exposure, lent, proposal, registry

A1 = ZoneId("a1")
ADA = Actor("ada@service.fr", Role.ENGINEER)
DOC = Actor("doc@service.fr", Role.PHYSICIAN)
TIM = Actor("tim@service.fr", Role.TECHNICIAN)
EVE = Actor("eve@labo.fr", Role.EXPERT)
BOSS = Actor("boss@a.fr", Role.EMPLOYER)


@pytest.fixture
def steps(world: Database) -> TicketSteps:
    accounts = AccountStore(world, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    for actor in (ADA, DOC, TIM, EVE):
        accounts.create(actor.email, actor.email, actor.role, "correct horse", NOON)
    accounts.create(BOSS.email, "Boss", Role.EMPLOYER, "correct horse", NOON, employer="A")
    TicketStore(world).apply(A1, [proposal("a1")], NOON, ComputedFrom(1))
    return TicketSteps(world)


@pytest.fixture
def see(world: Database, tmp_path) -> Views:
    return Views(world, ReadingStore(tmp_path / "readings"), ExposureStore(tmp_path / "exposures"))


def ticket(see: Views, scope: Scope | None = None) -> TicketView:
    return see.ticket(scope or Scope.service(), 1)


def status(*states: tuple[int, RuleState], rule: str = "co2-air") -> RuleStatus:
    history = tuple(Transition(at, state) for at, state in states)
    return RuleStatus(A1, "co2", RuleId(rule), states[-1][0], history)


def test_ticket_goes_its_whole_way_with_who_when_and_why(steps: TicketSteps, see: Views, world: Database) -> None:
    steps.validate(1, ADA, NOON + 1, "vu sur place")
    assert ticket(see).due == due_to_act(TicketKind.WORKPLACE_ACTION, 3, NOON + 1)
    steps.assign(1, DOC, NOON + 2, " Eve@labo.fr ")
    steps.start(1, EVE, NOON + 3)
    steps.finish(1, EVE, NOON + 4, "ventilation réparée")
    assert ticket(see).due == NOON + 4 + FOLLOW_UP
    steps.reopen(1, ADA, NOON + 5, "toujours 1 500 ppm")
    steps.finish(1, EVE, NOON + 6, "moteur changé")
    steps.verify_by_follow_up(1, ADA, NOON + 7, "visite du 3 juin : 700 ppm à pleine occupation")
    view = ticket(see)
    assert (view.state, view.due, view.assignee) == (TicketState.VERIFIED, None, EVE.email)
    assert view.service is not None
    told = [(event.kind.value, event.by, event.role, event.note) for event in view.service.events[1:3]]
    assert told == [
        ("validated", ADA.email, "engineer", "vu sur place"),
        ("assigned", DOC.email, "physician", ""),
    ]
    with world.reading() as session:
        assert problems_of_log(session) == []


@pytest.mark.parametrize(
    ("by", "step"),
    [
        (TIM, lambda s, by: s.validate(1, by, NOON)),
        (EVE, lambda s, by: s.validate(1, by, NOON)),
        (BOSS, lambda s, by: s.validate(1, by, NOON)),
        (TIM, lambda s, by: s.dismiss(1, by, NOON, DismissalReason.KNOWN, "x")),
        (BOSS, lambda s, by: s.snooze(1, by, NOON, NOON + DAY)),
        (EVE, lambda s, by: s.reprioritise(1, by, NOON, 1)),
    ],
)
def test_roles_decide_who_may_do_what(steps: TicketSteps, see: Views, by: Actor, step) -> None:
    with pytest.raises(NotAllowedError, match=f"{by.email} \\({by.role.value}\\) may not"):
        step(steps, by)
    assert ticket(see).state is TicketState.PROPOSED


def test_expert_works_on_what_is_assigned_to_them_only(steps: TicketSteps) -> None:
    steps.validate(1, ADA, NOON)
    with pytest.raises(NotAllowedError):
        steps.start(1, EVE, NOON)
    steps.assign(1, ADA, NOON, EVE.email)
    steps.start(1, EVE, NOON)


def test_technician_answers_for_checks_of_kits(steps: TicketSteps, world: Database, see: Views) -> None:
    check = proposal("a1", kind=TicketKind.KIT_CHECK, agent="kit")
    TicketStore(world).apply(A1, [proposal("a1"), check], NOON, ComputedFrom(1))
    steps.validate(2, TIM, NOON)
    steps.finish(2, TIM, NOON, "pile changée")
    assert see.ticket(Scope.service(), 2).state is TicketState.DONE


@pytest.mark.parametrize("assignee", ["nobody@x.fr", BOSS.email])
def test_ticket_is_assigned_to_an_account_of_the_service_or_an_expert(steps: TicketSteps, assignee: str) -> None:
    steps.validate(1, ADA, NOON)
    with pytest.raises(TicketStateError, match="cannot be assigned"):
        steps.assign(1, ADA, NOON, assignee)


@pytest.mark.parametrize(
    "step",
    [
        lambda s: s.assign(1, ADA, NOON, EVE.email),
        lambda s: s.start(1, ADA, NOON),
        lambda s: s.finish(1, ADA, NOON, "fait"),
        lambda s: s.verify_by_follow_up(1, ADA, NOON, "vu"),
        lambda s: s.reopen(1, ADA, NOON, "non"),
    ],
)
def test_steps_out_of_turn_are_refused_and_say_what_was_expected(steps: TicketSteps, step, see: Views) -> None:
    with pytest.raises(TicketStateError, match="ticket 1 is proposed; only one that is"):
        step(steps)
    assert ticket(see).service is not None
    assert len(ticket(see).service.events) == 1  # type: ignore[union-attr]


def test_what_is_put_off_due_or_urgent_is_said_by_a_professional(steps: TicketSteps, see: Views) -> None:
    steps.snooze(1, TIM, NOON, NOON + 3 * DAY, "le gérant est en congé")
    steps.reprioritise(1, ADA, NOON, 1)
    awake = TicketFilter(awake_at=NOON + DAY)
    assert see.tickets(Scope.service(), awake).total == 0
    assert see.tickets(Scope.service(), TicketFilter(awake_at=NOON + 3 * DAY)).total == 1
    assert ticket(see).priority == 1
    steps.snooze(1, TIM, NOON, None)
    assert see.tickets(Scope.service(), awake).total == 1
    with pytest.raises(TicketStateError, match="expected such a day"):
        steps.snooze(1, TIM, NOON, NOON - 1)
    with pytest.raises(TicketStateError, match="expected 1"):
        steps.reprioritise(1, ADA, NOON, 5)
    steps.validate(1, ADA, NOON)
    steps.reschedule(1, ADA, NOON, NOON + 9 * DAY)
    assert ticket(see).due == NOON + 9 * DAY


def test_what_is_validated_is_validated_once(steps: TicketSteps, see: Views) -> None:
    steps.validate(1, ADA, NOON + 1)
    with pytest.raises(TicketStateError, match="ticket 1 is validated already as it is"):
        steps.validate(1, DOC, NOON + 2)
    service = ticket(see).service
    assert service is not None
    assert [event.kind for event in service.events].count(EventKind.VALIDATED) == 1


def test_date_to_act_by_does_not_slide_with_what_is_amended(steps: TicketSteps, see: Views, world: Database) -> None:
    steps.validate(1, ADA, NOON)
    asked = due_to_act(TicketKind.WORKPLACE_ACTION, 3, NOON)
    TicketStore(world).apply(A1, [proposal("a1", reason="Trois postes")], NOON + DAY, ComputedFrom(2))
    steps.validate(1, ADA, NOON + 2 * DAY)
    assert ticket(see).due == asked
    TicketStore(world).apply(A1, [proposal("a1", priority=1)], NOON + 3 * DAY, ComputedFrom(3))
    steps.validate(1, ADA, NOON + 3 * DAY)
    assert ticket(see).due == due_to_act(TicketKind.WORKPLACE_ACTION, 1, NOON + 3 * DAY)


def test_date_a_professional_set_stays_when_they_validate_what_is_new(
    steps: TicketSteps, see: Views, world: Database
) -> None:
    steps.validate(1, ADA, NOON)
    steps.reschedule(1, ADA, NOON + 1, NOON + 80 * DAY)
    TicketStore(world).apply(A1, [proposal("a1", priority=1)], NOON + DAY, ComputedFrom(2))
    steps.validate(1, ADA, NOON + 2 * DAY)
    assert ticket(see).due == NOON + 80 * DAY


def test_rules_do_not_change_a_priority_a_professional_set(steps: TicketSteps, see: Views, world: Database) -> None:
    steps.reprioritise(1, ADA, NOON, 4)
    second = assessment(exposure(start=NOON + DAY))
    TicketStore(world).apply(A1, [proposal("a1", second, priority=1)], NOON + DAY, ComputedFrom(2))
    assert ticket(see).priority == 4


def test_employer_and_expert_read_what_is_meant_for_them(steps: TicketSteps, see: Views) -> None:
    steps.validate(1, ADA, NOON)
    steps.comment(1, ADA, NOON + 1, "à voir avec le médecin")
    steps.comment(1, ADA, NOON + 2, "nous passons mardi", Audience.EVERYBODY)
    steps.comment(1, BOSS, NOON + 3, "d’accord")
    plan = Attached("plan.pdf", "application/pdf", 12, "ab" * 32, Audience.SERVICE)
    steps.attach(1, ADA, NOON + 4, plan)
    assert [event.note for event in ticket(see, Scope.employer("A")).talk] == ["nous passons mardi", "d’accord"]
    assert [event.note for event in ticket(see).talk] == [
        "à voir avec le médecin", "nous passons mardi", "d’accord", "",
    ]  # fmt: skip
    assert see.tickets(Scope.expert(EVE.email)).total == 0
    steps.assign(1, ADA, NOON + 5, EVE.email)
    seen = ticket(see, Scope.expert(EVE.email))
    assert (seen.service, [event.note for event in seen.talk]) == (None, ["nous passons mardi", "d’accord"])
    assert [zone.id for zone in see.zones(Scope.expert(EVE.email))] == ["a1"]
    assert see.registry(Scope.expert(EVE.email)).calibrations == ()
    assert see.tickets(Scope.expert("other@labo.fr")).total == 0
    assert see.zones(Scope.expert("other@labo.fr")) == []


def test_ticket_that_rests_on_a_kit_in_doubt_waits_for_its_check(steps: TicketSteps, world: Database) -> None:
    held = proposal("a1", held="contrôle en attente")
    check = proposal("a1", kind=TicketKind.KIT_CHECK, agent="kit", rule="kit-check-k1")
    TicketStore(world).apply(A1, [held, check], NOON, ComputedFrom(1))
    with pytest.raises(TicketStateError, match=r"held back.*finish or dismiss ticket 2 first"):
        steps.validate(1, ADA, NOON)
    steps.validate(2, TIM, NOON)
    with pytest.raises(TicketStateError, match="ticket 2 first"):
        steps.validate(1, ADA, NOON)
    steps.finish(2, TIM, NOON, "contrôlé, rien")
    steps.validate(1, ADA, NOON)


def test_next_campaign_verifies_where_it_found_the_rule_back_to_normal(
    steps: TicketSteps, world: Database, see: Views
) -> None:
    steps.validate(1, ADA, NOON)
    steps.finish(1, ADA, NOON + HOUR, "fait")
    with pytest.raises(TicketStateError, match="began after the ticket was done"):
        steps.verify_by_campaign(1, ADA, NOON + DAY, "d1")
    later = registry()
    d4: Deployment = lent("d4", "k3", "a1", NOON + 30 * DAY, None)
    later.deployments[d4.id] = d4
    save(world, later)
    again = status((NOON, RuleState.FIRING), (NOON + 31 * DAY, RuleState.RECOVERING))
    store = TicketStore(world)
    store.apply(A1, [], NOON + 31 * DAY, ComputedFrom(2), statuses=[again])
    with pytest.raises(TicketStateError, match="its rule is recovering"):
        steps.verify_by_campaign(1, ADA, NOON + 31 * DAY, "d4")
    healed = status(*[(t.at, t.state) for t in again.history], (NOON + 33 * DAY, RuleState.NORMAL))
    store.apply(A1, [], NOON + 33 * DAY, ComputedFrom(3), statuses=[healed])
    steps.verify_by_campaign(1, ADA, NOON + 34 * DAY, "d4")
    assert ticket(see).state is TicketState.VERIFIED


def test_matter_that_comes_back_after_it_was_done_is_a_ticket_that_follows_it(
    steps: TicketSteps, world: Database, see: Views
) -> None:
    steps.validate(1, ADA, NOON)
    steps.finish(1, ADA, NOON + HOUR, "fait")
    later = assessment(exposure(start=NOON + 40 * DAY))
    TicketStore(world).apply(A1, [proposal("a1", later)], NOON + 41 * DAY, ComputedFrom(2))
    lines = {line.id: line for line in see.tickets(Scope.service()).lines}
    assert (lines[1].state, lines[2].state, lines[2].follows) == (TicketState.DONE, TicketState.PROPOSED, 1)
    with pytest.raises(TicketStateError, match="ticket 2 of the same matter is open"):
        steps.reopen(1, ADA, NOON + 41 * DAY, "encore")


def test_states_of_the_rule_are_in_the_log_in_event_time(steps: TicketSteps, world: Database, see: Views) -> None:
    store = TicketStore(world)
    first = status((NOON, RuleState.PENDING), (NOON + DAY, RuleState.FIRING))
    store.apply(A1, [proposal("a1")], NOON + DAY, ComputedFrom(2), statuses=[first])
    late = status((NOON, RuleState.PENDING), (NOON + DAY // 2, RuleState.FIRING))
    store.apply(A1, [proposal("a1")], NOON + 2 * DAY, ComputedFrom(3), statuses=[late])
    notes = ticket(see).service
    assert notes is not None
    assert notes.standing.transitions == late.history
    kinds = [event.kind for event in notes.events]
    assert kinds == [EventKind.OPENED, *[EventKind.TRANSITION] * 2, EventKind.WITHDRAWN, EventKind.TRANSITION]
    assert see.tickets(Scope.service()).lines[0].cause is RuleState.FIRING
    before = len(notes.events)
    store.apply(A1, [proposal("a1")], NOON + 3 * DAY, ComputedFrom(3), statuses=[late])
    assert ticket(see).service is not None
    assert len(ticket(see).service.events) == before  # type: ignore[union-attr]
