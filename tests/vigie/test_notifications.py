"""Who is told what at once: by role, in their own scope, once."""

from dataclasses import replace
from pathlib import Path

import pytest

from rules.language import Language
from rules.roles import Role
from rules.ticket_events import Audience, DismissalReason
from rules.tickets import TicketKind
from store.accounts import AccountStore
from store.outbox import MessageState
from tests.store.worlds import proposal
from tests.vigie.notified import (
    ADA,
    ALICE,
    BOB,
    DAY,
    EVA,
    HOUR,
    NOON,
    PAUL,
    SETTINGS,
    TOM,
    World,
    firing,
    hook,
    normal,
    payloads,
    with_settings,
    world,
)
from vigie.notifications.settings import Notifications, Roles, Subscription
from vigie.notifications.topics import FOR_EMPLOYERS, REMINDERS, Topic

SERVICE = {ADA.email, PAUL.email, TOM.email}
EVERYTHING = Subscription(immediate=tuple(topic for topic in Topic if topic not in REMINDERS))
ALL_AT_ONCE = replace(
    SETTINGS,
    roles=Roles(
        EVERYTHING,
        EVERYTHING,
        EVERYTHING,
        EVERYTHING,
        Subscription(tuple(topic for topic in Topic if topic in FOR_EMPLOYERS - REMINDERS)),
    ),
)


@pytest.fixture
def service(tmp_path: Path) -> World:
    return world(tmp_path)


@pytest.fixture
def talkative(service: World) -> World:
    """Everybody wants at once whatever happens."""
    return with_settings(service, ALL_AT_ONCE)


def test_every_role_has_a_subscription() -> None:
    assert {role.value for role in Role} == set(Roles.__dataclass_fields__)


def test_an_urgent_proposal_is_told_to_the_service_at_once_and_to_nobody_else(service: World) -> None:
    service.propose(priority=1)

    told = service.told()

    assert set(told) == SERVICE
    assert told[ADA.email] == "[Vigie] Urgent\u00a0: Air confiné – Zone a1"
    assert service.tell() == []


def test_a_proposal_that_can_wait_is_told_to_nobody_at_once(service: World) -> None:
    service.propose(priority=2)

    assert service.told() == {}


def test_a_mail_says_title_place_date_and_link_and_no_more(service: World) -> None:
    number = service.propose(priority=1)

    (mail, *_) = service.tell()

    assert mail.message.body == (
        "Cette fiche est à traiter sans délai.\n"
        "\n"
        f"Fiche nº {number}\u00a0: Air confiné\n"
        "Lieu\u00a0: Zone a1 (Site siteA)\n"
        "Échéance\u00a0: 30 mars 2026\n"
        "\n"
        f"https://vigie.example/tickets/{number}\n"
        "\n"
        "-- \n"
        "SPST du Test\n"
        "Message automatique de Vigie. Les valeurs mesurées se lisent dans le portail seulement.\n"
    )
    assert mail.message.language == "fr"


def test_somebody_may_be_written_to_in_english(service: World) -> None:
    settings = replace(SETTINGS, languages={"Ada@Service.Example": Language.ENGLISH}, portal="")
    english = with_settings(service, settings)
    number = english.propose(priority=1)

    messages = {stored.message.recipient: stored.message for stored in english.tell()}

    assert messages[ADA.email].subject == "[Vigie] Urgent: Stale air – Zone a1"
    assert f"Ticket {number}: Stale air\nPlace: Zone a1 (Site siteA)\nDue: 30 March 2026" in messages[ADA.email].body
    assert "https://" not in messages[ADA.email].body
    assert messages[PAUL.email].subject.startswith("[Vigie] Urgent\u00a0: Air confiné")


def test_a_validated_urgent_ticket_is_told_to_its_own_employer_only(service: World) -> None:
    number = service.propose("a1", priority=1)
    service.tell()
    service.steps.validate(number, ADA, service.later(HOUR))

    assert set(service.told()) == {ALICE.email}


def test_the_urgent_proposal_of_a_ticket_validated_meanwhile_is_told_to_the_employer_once(service: World) -> None:
    number = service.propose("b1", priority=1)
    service.steps.validate(number, ADA, service.later(HOUR))

    messages = service.tell()

    assert {stored.message.recipient for stored in messages} == {*SERVICE, BOB.email}
    assert len(messages) == 4


def test_another_employer_is_told_nothing_of_a_whole_life(talkative: World) -> None:
    number = talkative.propose("a1", priority=1)
    steps = talkative.steps
    steps.validate(number, ADA, talkative.later(HOUR), "note of the service")
    steps.assign(number, ADA, talkative.later(HOUR), EVA.email)
    steps.start(number, EVA, talkative.later(HOUR))
    steps.comment(number, ADA, talkative.later(HOUR), "for all", Audience.EVERYBODY)
    steps.finish(number, EVA, talkative.later(HOUR), "aired")
    steps.reopen(number, ADA, talkative.later(HOUR), "no")
    steps.finish(number, EVA, talkative.later(HOUR), "aired more")
    steps.verify_by_follow_up(number, ADA, talkative.later(DAY), "seen")

    messages = talkative.tell()

    assert BOB.email not in {stored.message.recipient for stored in messages}
    assert {stored.message.recipient for stored in messages} == {*SERVICE, EVA.email, ALICE.email}
    everything = " ".join(stored.message.subject + stored.message.body for stored in messages)
    for hidden in ("note of the service", "for all", "aired", "seen", EVA.email, "812"):
        assert hidden not in everything


def test_what_the_rules_say_of_a_validated_ticket_is_not_for_the_employer(talkative: World) -> None:
    number = talkative.propose("a1", priority=3)
    talkative.steps.validate(number, ADA, talkative.later(HOUR))
    talkative.tell()
    talkative.later(HOUR)
    talkative.apply("a1", proposal("a1", priority=1, reason="Bien plus grave"), firing(talkative.now))

    told = talkative.told()

    assert set(told) == SERVICE


def test_the_employer_reads_the_words_that_were_validated(talkative: World) -> None:
    number = talkative.propose("a1", priority=3)
    talkative.steps.validate(number, ADA, talkative.later(HOUR))
    talkative.tell()
    talkative.later(HOUR)
    talkative.propose("a1", priority=2, title_fr="Titre que personne n'a validé", reason_fr="autre")
    talkative.steps.start(number, ADA, talkative.later(HOUR))

    told = talkative.told()

    assert told[ALICE.email] == "[Vigie] En cours\u00a0: Air confiné – Zone a1"
    assert told[PAUL.email] == "[Vigie] En cours\u00a0: Titre que personne n'a validé – Zone a1"


def test_a_ticket_dismissed_before_its_validation_was_told_is_not_told_to_the_employer(talkative: World) -> None:
    number = talkative.propose("a1", priority=1)
    talkative.steps.validate(number, ADA, talkative.later(HOUR))
    talkative.steps.dismiss(number, ADA, talkative.later(HOUR), DismissalReason.FALSE_ALARM, "test gas")

    assert ALICE.email not in {stored.message.recipient for stored in talkative.tell()}


def test_an_assignment_is_told_to_the_one_it_is_assigned_to(service: World) -> None:
    number = service.propose("a1")
    service.steps.validate(number, ADA, service.later(HOUR))
    service.tell()
    service.steps.assign(number, ADA, service.later(HOUR), EVA.email)

    assert service.told() == {EVA.email: "[Vigie] Vous est confiée\u00a0: Air confiné – Zone a1"}


def test_an_expert_is_told_nothing_of_other_tickets(talkative: World) -> None:
    number = talkative.propose("a1", priority=1)
    talkative.steps.validate(number, ADA, talkative.later(HOUR))
    talkative.steps.assign(number, ADA, talkative.later(HOUR), PAUL.email)

    assert EVA.email not in {stored.message.recipient for stored in talkative.tell()}


def test_nobody_is_told_what_they_did_themselves(talkative: World) -> None:
    number = talkative.propose("a1")
    talkative.tell()
    talkative.steps.validate(number, ADA, talkative.later(HOUR))
    assert set(talkative.told()) == {PAUL.email, TOM.email, ALICE.email}
    talkative.steps.assign(number, ADA, talkative.later(HOUR), ADA.email)
    assert talkative.told() == {}


def test_a_comment_for_the_service_is_not_for_the_employer(talkative: World) -> None:
    number = talkative.propose("a1")
    talkative.steps.validate(number, ADA, talkative.later(HOUR))
    talkative.tell()
    talkative.steps.comment(number, ADA, talkative.later(HOUR), "inside")
    assert set(talkative.told()) == {PAUL.email, TOM.email}
    talkative.steps.comment(number, ADA, talkative.later(HOUR), "outside", Audience.EVERYBODY)
    assert set(talkative.told()) == {PAUL.email, TOM.email, ALICE.email}


def test_a_ticket_that_becomes_urgent_is_told_once(service: World) -> None:
    service.propose(priority=3)
    service.tell()
    service.later(HOUR)
    service.propose(priority=1)
    assert set(service.told()) == SERVICE
    service.later(HOUR)
    service.propose(priority=1, reason_fr="Encore")

    assert service.told() == {}


def test_somebody_who_makes_a_ticket_urgent_tells_the_others(service: World) -> None:
    number = service.propose(priority=3)
    service.tell()
    service.steps.reprioritise(number, ADA, service.later(HOUR), 1)

    assert set(service.told()) == {PAUL.email, TOM.email}


def test_an_urgent_rule_that_fires_again_is_told_again_but_not_while_it_never_cleared(service: World) -> None:
    first = firing(NOON)
    urgent = proposal("a1", priority=1)
    service.apply("a1", urgent, first)
    assert set(service.told()) == SERVICE

    service.later(HOUR)
    service.apply("a1", urgent, first, normal(NOON + HOUR // 2))
    assert service.told() == {}

    service.later(HOUR)
    history = [first, normal(NOON + HOUR // 2), firing(NOON + HOUR)]
    service.apply("a1", urgent, *history)
    assert set(service.told()) == SERVICE

    service.later(HOUR)
    service.apply("a1", urgent, *history, firing(NOON + HOUR + 1))
    assert service.told() == {}


def test_coming_back_in_one_computation_is_told_once(service: World) -> None:
    urgent = proposal("a1", priority=1)
    history = [firing(NOON)]
    service.apply("a1", urgent, *history)
    service.tell()
    service.later(HOUR)
    for minutes in (10, 20, 30):
        history += [normal(NOON + minutes * 60_000 - 1), firing(NOON + minutes * 60_000)]
    service.apply("a1", urgent, *history)

    assert set(service.told()) == SERVICE


def test_flapping_is_not_told_again_and_again(service: World) -> None:
    urgent = proposal("a1", priority=1)
    service.apply("a1", urgent, firing(NOON))
    service.tell()
    service.later(HOUR)
    history = [firing(NOON), normal(NOON + 1), firing(NOON + 2, flapping=True)]
    service.apply("a1", urgent, *history)

    assert service.told() == {}


def test_late_data_that_move_a_firing_are_no_news(service: World) -> None:
    urgent = proposal("a1", priority=1)
    service.apply("a1", urgent, firing(NOON))
    service.tell()
    service.later(HOUR)
    before = [firing(NOON), normal(NOON + 1)]
    service.apply("a1", urgent, *before, firing(NOON + 600_000))
    assert set(service.told()) == SERVICE
    service.later(HOUR)
    service.apply("a1", urgent, *before, firing(NOON + 540_000))

    assert service.told() == {}


def test_a_firing_that_late_data_bring_after_days_is_not_urgent_news(talkative: World) -> None:
    urgent = proposal("a1", priority=1)
    talkative.apply("a1", urgent, firing(NOON))
    talkative.tell()
    talkative.later(2 * DAY)
    talkative.apply("a1", urgent, firing(NOON), normal(NOON + 1), firing(NOON + HOUR))

    assert talkative.told()[ADA.email].startswith("[Vigie] De nouveau constaté")


def test_what_happened_days_before_is_left_to_the_digest(service: World) -> None:
    service.propose(priority=1)
    service.later(3 * DAY)
    assert service.told() == {}
    service.propose("a2", priority=1)
    assert set(service.told()) == SERVICE


def test_more_events_than_one_transaction_takes(service: World) -> None:
    for number in range(205):
        service.propose(rule=f"rule-{number}", priority=1)

    assert len(service.tell()) == 3 * 205
    assert service.tell() == []


def test_proposals_are_told_to_those_who_may_decide_on_them(talkative: World) -> None:
    talkative.propose("a1")
    talkative.propose("a2", kind=TicketKind.KIT_CHECK)

    by_zone = {"Zone a1": set(), "Zone a2": set()}
    for stored in talkative.tell():
        by_zone[stored.message.subject.rpartition(" – ")[2]].add(stored.message.recipient)

    assert by_zone == {"Zone a1": SERVICE - {TOM.email}, "Zone a2": SERVICE}


def test_a_disabled_account_is_told_nothing(service: World) -> None:
    AccountStore(service.database).disable(PAUL.email, NOON)
    service.propose(priority=1)

    assert set(service.told()) == {ADA.email, TOM.email}


def test_simulated_tickets_are_marked_and_do_not_leave_the_service(service: World) -> None:
    number = service.propose(priority=1, simulated=True)
    service.steps.validate(number, ADA, service.later(HOUR))
    loud = with_settings(service, replace(SETTINGS, webhook=(hook(), hook("lab", simulated=True))))

    messages = loud.tell()

    assert {stored.message.recipient for stored in messages} == {*SERVICE, "lab"}
    assert all(stored.message.subject.startswith("[SIMULATION] [Vigie] ") for stored in messages)
    assert "kit virtuel" in messages[0].message.body
    assert payloads(messages)[0]["data"]["simulated"] is True


def test_simulated_tickets_go_to_employers_where_the_settings_say_so(service: World) -> None:
    told = with_settings(service, replace(SETTINGS, simulated_to_employers=True))
    number = told.propose(priority=1, simulated=True)
    told.steps.validate(number, ADA, told.later(HOUR))

    assert told.told()[ALICE.email].startswith("[SIMULATION] ")


def test_a_webhook_gets_what_its_owner_may_know(service: World) -> None:
    hooks = (
        hook("service", events=(Topic.ACUTE, Topic.VALIDATED, Topic.ASSIGNED)),
        hook("of-a", events=(Topic.ACUTE,), employer="A"),
        hook("of-b", events=(Topic.ACUTE,), employer="B"),
    )
    loud = with_settings(service, Notifications(portal="https://vigie.example", webhook=hooks))
    number = loud.propose("a1", priority=1)
    first = loud.tell()
    loud.steps.validate(number, ADA, loud.later(HOUR))
    second = loud.tell()
    loud.steps.assign(number, ADA, loud.later(HOUR), EVA.email)
    third = loud.tell()

    assert [stored.message.recipient for stored in first] == ["service"]
    assert payloads(first) == [
        {
            "type": "ticket.acute",
            "timestamp": "2026-03-29T12:00:00.000Z",
            "data": {
                "ticket": number,
                "state": "proposed",
                "kind": "workplace_action",
                "priority": 1,
                "title_fr": "Air confiné",
                "title_en": "Stale air",
                "zone": "a1",
                "zone_name": "Zone a1",
                "establishment": "siteA",
                "establishment_name": "Site siteA",
                "due": "2026-03-30T12:00:00.000Z",
                "simulated": False,
                "url": f"https://vigie.example/tickets/{number}",
            },
        }
    ]
    assert {stored.message.recipient for stored in second} == {"service", "of-a"}
    assert [payload["type"] for payload in payloads(third)] == ["ticket.assigned"]
    assert EVA.email not in third[0].message.body


def test_without_a_mail_server_only_webhooks_are_written(service: World) -> None:
    quiet = with_settings(service, Notifications(webhook=(hook(),)))
    quiet.propose(priority=1)

    assert [stored.message.recipient for stored in quiet.tell()] == ["erp"]


def test_titles_cannot_break_a_subject(service: World) -> None:
    service.propose(priority=1, title_fr="Deux\r\nlignes")

    assert service.told()[ADA.email] == "[Vigie] Urgent\u00a0: Deux lignes – Zone a1"


def test_every_message_starts_pending(service: World) -> None:
    service.propose(priority=1)

    assert {stored.state for stored in service.tell()} == {MessageState.PENDING}
