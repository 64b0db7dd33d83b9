"""The daily digest and reminders: one mail a person and local date, across changes of clocks and restarts."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.roles import Role
from rules.ticket_events import DismissalReason
from rules.tickets import TicketKind
from store.outbox import StoredMessage
from store.tables import TicketEventRow
from tests.vigie.notified import (
    ADA,
    ALICE,
    BOB,
    DAY,
    EVA,
    HOUR,
    PAUL,
    SETTINGS,
    TOM,
    World,
    hook,
    payloads,
    with_settings,
    world,
)
from vigie.notifications.digest import DigestTime
from vigie.notifications.settings import Notifications, Roles, Subscription
from vigie.notifications.topics import Topic

SERVICE = {ADA.email, PAUL.email, TOM.email}
MINUTE = 60_000
PARIS = ZoneInfo("Europe/Paris")


def local(text: str) -> int:
    """Milliseconds UTC of a local time in Paris."""
    return round(datetime.fromisoformat(text).replace(tzinfo=PARIS).timestamp() * 1000)


@pytest.fixture
def service(tmp_path: Path) -> World:
    """On Monday 2 March 2026 at 12:00, the digest of that day behind it."""
    made = world(tmp_path)
    made.now = local("2026-03-02T12:00")
    assert made.tell() == []
    return made


def digests(service: World) -> dict[str, StoredMessage]:
    """The digests written now, by recipient."""
    return {stored.message.recipient: stored for stored in service.tell() if stored.message.key.startswith("digest:")}


def morning(service: World, days: int = 1) -> dict[str, StoredMessage]:
    """The digests of another morning at 07:00."""
    day = datetime.fromtimestamp(service.now / 1000, PARIS).date() + timedelta(days=days)
    service.now = round(datetime.combine(day, time(7), PARIS).timestamp() * 1000)
    return digests(service)


def test_with_nothing_to_say_there_is_no_mail(service: World) -> None:
    assert morning(service) == {}
    assert morning(service) == {}


def test_the_first_digest_comes_the_day_after_mail_was_set_up(tmp_path: Path) -> None:
    fresh = world(tmp_path)
    fresh.now = local("2026-03-02T12:00")
    fresh.propose()
    assert fresh.tell() == []

    assert set(morning(fresh)) == {ADA.email, PAUL.email}


def test_a_digest_says_what_is_new(service: World) -> None:
    first = service.propose("a1")
    service.propose("b1", title_fr="Bruit", priority=2)

    mail = morning(service)[ADA.email].message

    with service.database.reading() as session:
        newest = session.query(TicketEventRow).order_by(TicketEventRow.id.desc()).first()
        assert newest is not None
        head = newest.hash
    assert mail.subject == "[Vigie] Le point du 3 mars 2026 – nouveau\u00a0: 2"
    assert mail.body == (
        "Nouveau (2)\n"
        "===========\n"
        "- Nouvelle proposition\u00a0: Air confiné – Zone a1 (Site siteA) – échéance\u00a0: 9 mars 2026\n"
        f"  https://vigie.example/tickets/{first}\n"
        "- Nouvelle proposition\u00a0: Bruit – Zone b1 (Site siteB) – échéance\u00a0: 9 mars 2026\n"
        f"  https://vigie.example/tickets/{first + 1}\n"
        "\n"
        "Empreinte du journal des fiches\u00a0:\n"
        f"{head}\n"
        "Gardez ce message\u00a0: l’empreinte montre plus tard si le journal a été modifié.\n"
        "\n"
        "-- \n"
        "SPST du Test\n"
        "Message automatique de Vigie. Les valeurs mesurées se lisent dans le portail seulement.\n"
    )


def test_a_proposal_that_was_decided_meanwhile_is_no_news(service: World) -> None:
    validated = service.propose("a1")
    dismissed = service.propose("a2", title_fr="Bruit")
    service.propose("b1", title_fr="Lumière")
    service.steps.validate(validated, ADA, service.later(HOUR))
    service.steps.dismiss(dismissed, ADA, service.later(HOUR), DismissalReason.KNOWN, "bien connu")

    mail = morning(service)[PAUL.email].message

    assert mail.subject == "[Vigie] Le point du 3 mars 2026 – nouveau\u00a0: 1"
    assert "Nouvelle proposition\u00a0: Lumière" in mail.body


def test_news_are_told_once_and_what_waits_every_day(service: World) -> None:
    service.propose("a1")
    assert "Nouveau (1)" in morning(service)[ADA.email].message.body

    again = morning(service)[ADA.email].message.body

    assert "Nouveau" not in again
    assert "Attend toujours une décision (1)" in again


def test_a_date_has_one_digest_whatever_restarts(service: World) -> None:
    service.propose("a1")
    assert set(morning(service)) == {ADA.email, PAUL.email}
    for _ in range(30):
        service.later(23 * MINUTE)
        service.propose("a1", rule=f"rule-{service.now}")
        assert digests(with_settings(service, SETTINGS) if service.now % 2 else service) == {}


def test_a_later_hour_set_on_the_same_day_makes_no_second_digest_and_loses_nothing(service: World) -> None:
    service.propose("a1")
    morning(service)
    later = with_settings(service, replace(SETTINGS, digest_at="09:00"))
    later.propose("a2")
    later.now = local("2026-03-03T09:30")
    assert digests(later) == {}

    later.now = local("2026-03-04T09:00")
    assert "Zone a2" in digests(later)[ADA.email].message.body.partition("Attend toujours")[0]


def test_days_without_vigie_are_made_up_for_by_one_mail(service: World) -> None:
    service.propose("a1")
    service.later(2 * DAY)
    service.propose("a2")
    service.now = local("2026-03-20T15:30")

    (mail,) = [stored for stored in service.tell() if stored.message.recipient == ADA.email]

    assert mail.message.key == "digest:2026-03-20:mail:ada@service.example"
    assert "Nouveau (2)" in mail.message.body
    assert "En retard (2)" in mail.message.body
    assert digests(service) == {}


def test_clocks_set_back_by_a_day_make_no_second_digest(service: World) -> None:
    service.propose("a1")
    morning(service, days=2)
    service.later(-DAY)

    assert digests(service) == {}


@pytest.mark.parametrize(
    ("digest_at", "start", "days"),
    [
        ("02:30", "2026-03-27T12:00", 5),  # skipped on the 29th
        ("02:30", "2026-10-23T12:00", 5),  # there twice on the 25th
        ("00:00", "2026-03-27T12:00", 5),
        ("23:59", "2026-10-23T12:00", 5),
    ],
)
def test_across_a_change_of_clocks_every_date_has_one_digest(
    tmp_path: Path, digest_at: str, start: str, days: int
) -> None:
    service = world(tmp_path, replace(SETTINGS, digest_at=digest_at))
    service.now = local(start)
    service.tell()
    service.propose("a1")
    keys = []
    for _ in range(days * 24 * 2):
        service.later(HOUR // 2)
        keys += [stored.message.key for stored in service.tell() if stored.message.recipient == ADA.email]

    first = date.fromisoformat(start[:10])
    wanted = [first + timedelta(days=number) for number in range(days + 1)]
    dates = [date.fromisoformat(key.split(":")[1]) for key in keys]
    assert dates == [day for day in wanted if day in dates]
    assert len(dates) == days


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - UTC is put in below
    st.times(),
    st.sampled_from(["Europe/Paris", "Pacific/Noumea", "America/Cayenne"]),
)
def test_the_newest_digest_is_due_and_the_next_one_is_not(moment: datetime, at: time, timezone: str) -> None:
    now = round(moment.replace(tzinfo=ZoneInfo("UTC")).timestamp() * 1000)
    due = DigestTime(at.replace(second=0, microsecond=0), timezone, 7)

    newest = due.newest(now)

    assert due.instant(newest) <= now < due.instant(newest + timedelta(days=1))


def test_an_employer_reads_of_their_own_validated_tickets_only(service: World) -> None:
    ours = service.propose("a1")
    theirs = service.propose("b1", title_fr="Bruit")
    service.propose("a2", title_fr="Jamais validé")
    dismissed = service.propose("a2", rule="other", title_fr="Écarté")
    service.steps.validate(ours, ADA, service.later(HOUR), "une note")
    service.steps.validate(theirs, ADA, service.later(HOUR))
    service.steps.dismiss(dismissed, ADA, service.later(HOUR), DismissalReason.KNOWN, "bien connu")

    mails = morning(service)

    assert mails[ALICE.email].message.body == (
        "Nouveau (1)\n"
        "===========\n"
        "- Validée\u00a0: Air confiné – Zone a1 (Site siteA) – échéance\u00a0: 1er avril 2026\n"
        f"  https://vigie.example/tickets/{ours}\n"
        "\n"
        "-- \n"
        "SPST du Test\n"
        "Message automatique de Vigie. Les valeurs mesurées se lisent dans le portail seulement.\n"
    )
    assert "Bruit" in mails[BOB.email].message.body
    assert "Air confiné" not in mails[BOB.email].message.body


def test_due_soon_then_overdue_then_done_then_followed_up(service: World) -> None:
    number = service.propose("a1")
    service.steps.validate(number, ADA, service.later(HOUR))  # due in 30 days
    assert "Échéance" not in morning(service)[ALICE.email].message.subject

    soon = morning(service, 23)
    assert "Échéance proche (1)" in soon[ALICE.email].message.body
    assert "Échéance proche (1)" in soon[ADA.email].message.body
    assert set(soon) == {ADA.email, PAUL.email, ALICE.email}

    late = morning(service, 8)
    assert "En retard (1)" in late[ALICE.email].message.body
    assert "Échéance proche" not in late[ALICE.email].message.body

    service.steps.finish(number, ADA, service.later(HOUR), "aéré")
    done = morning(service)
    assert "Faite" in done[ALICE.email].message.body
    assert "En retard" not in done[PAUL.email].message.body
    assert morning(service, 180) == {}

    follow = morning(service, 3)
    assert set(follow) == {ADA.email, PAUL.email}
    assert "Suivi à faire (1)" in follow[ADA.email].message.body
    service.steps.verify_by_follow_up(number, ADA, service.later(HOUR), "vu")
    assert "Suivi à faire" not in morning(service)[ALICE.email].message.body
    assert morning(service) == {}


def test_a_snoozed_ticket_is_not_told_of_until_the_snooze_is_over(service: World) -> None:
    number = service.propose("a1")
    service.steps.snooze(number, PAUL, service.later(HOUR), local("2026-03-20T12:00"))
    assert "Attend toujours" not in morning(service)[ADA.email].message.body
    assert morning(service, 16) == {}

    over = morning(service, 2)[ADA.email].message.body

    assert "Fin de mise en attente (1)" in over
    assert "En retard (1)" in over
    assert "Fin de mise en attente" not in morning(service)[ADA.email].message.body


def test_a_technician_is_reminded_of_what_they_may_do(service: World) -> None:
    service.propose("a1")
    service.propose("a2", kind=TicketKind.KIT_CHECK, title_fr="Contrôle du kit")

    mail = morning(service)[TOM.email].message

    assert "Contrôle du kit" in mail.body
    assert "Air confiné" not in mail.body


def test_an_expert_is_reminded_of_their_own_and_only_with_a_reason(service: World) -> None:
    number = service.propose("a1")
    service.steps.validate(number, ADA, service.later(HOUR))
    service.steps.assign(number, ADA, service.later(HOUR), EVA.email)
    other = service.propose("b1", title_fr="Bruit")
    service.steps.validate(other, ADA, service.later(HOUR))
    assert EVA.email not in morning(service)

    soon = morning(service, 25)[EVA.email].message

    assert "Vous sont confiées (1)" in soon.body
    assert "Bruit" not in soon.body
    assert "Empreinte" not in soon.body


def test_simulated_tickets_are_marked_and_the_subject_where_nothing_else_is_told(service: World) -> None:
    service.propose("a1", simulated=True)
    mail = morning(service)[ADA.email].message
    assert mail.subject.startswith("[SIMULATION] [Vigie] ")
    assert "- [SIMULATION] Nouvelle proposition" in mail.body

    number = service.propose("b1")
    service.propose("b1", rule="other")
    service.steps.validate(number, ADA, service.later(HOUR))
    mails = morning(service)
    assert mails[PAUL.email].message.subject.startswith("[Vigie] ")
    assert "[SIMULATION]" not in mails[BOB.email].message.body


def test_a_validated_simulated_ticket_is_not_told_to_the_employer(service: World) -> None:
    number = service.propose("a1", simulated=True)
    service.steps.validate(number, ADA, service.later(HOUR))

    assert ALICE.email not in morning(service)
    assert ALICE.email not in morning(service, 40)


def test_a_long_section_names_the_first_and_counts_the_rest(service: World) -> None:
    for number in range(23):
        service.propose(rule=f"rule-{number}")

    body = morning(service)[ADA.email].message.body

    assert "Nouveau (23)" in body
    assert body.count("- Nouvelle proposition") == 20
    assert "et 3 de plus\u00a0: https://vigie.example/tickets\n" in body


def test_who_wants_no_digest_gets_none(service: World) -> None:
    quiet = with_settings(service, replace(SETTINGS, roles=replace(Roles(), engineer=Subscription((Topic.ACUTE,)))))
    quiet.propose("a1")

    assert set(morning(quiet)) == {PAUL.email}


@pytest.fixture
def impatient(service: World) -> World:
    """Physicians and a webhook want reminders at once."""
    subscription = Subscription(immediate=tuple(Topic), digest=())
    hooks = (hook(events=(Topic.OVERDUE, Topic.FOLLOW_UP)), hook("of-b", events=(Topic.OVERDUE,), employer="B"))
    nothing = Subscription()
    roles = Roles(nothing, subscription, nothing, nothing, nothing)
    return with_settings(service, Notifications(smtp=SETTINGS.smtp, roles=roles, webhook=hooks))


def reminded(service: World) -> list[str]:
    return [stored.message.key for stored in service.tell() if stored.message.key.startswith("reminder")]


def test_a_reminder_at_once_is_told_once_for_a_due_date(impatient: World) -> None:
    number = impatient.propose("a1", priority=2)
    impatient.steps.validate(number, ADA, impatient.now)
    due = impatient.now + 7 * DAY
    assert reminded(impatient) == [f"reminder:{number}:due_soon:{due}:mail:{PAUL.email}"]
    impatient.later(3 * DAY)
    assert reminded(impatient) == []
    impatient.later(4 * DAY)

    messages = impatient.tell()

    assert {stored.message.key for stored in messages} == {
        f"reminder:{number}:overdue:{due}:mail:{PAUL.email}",
        f"reminder:{number}:overdue:{due}:webhook:erp",
    }
    assert payloads(messages)[0]["type"] == "ticket.overdue"
    impatient.later(DAY)
    assert reminded(impatient) == []


def test_a_new_due_date_is_told_again(impatient: World) -> None:
    number = impatient.propose("a1")
    impatient.steps.validate(number, ADA, impatient.now)
    impatient.later(31 * DAY)
    assert len(reminded(impatient)) == 2
    impatient.steps.reschedule(number, ADA, impatient.now, impatient.now + 30 * DAY)
    impatient.later(31 * DAY)

    assert len(reminded(impatient)) == 2


def test_reminders_are_looked_for_every_ten_minutes(impatient: World) -> None:
    impatient.steps.validate(impatient.propose("a1", priority=1), ADA, impatient.now)
    assert len(reminded(impatient)) == 1
    impatient.steps.validate(impatient.propose("a2", priority=1), ADA, impatient.now)
    impatient.later(9 * MINUTE)
    assert reminded(impatient) == []
    impatient.later(MINUTE)

    assert len(reminded(impatient)) == 1


def test_tickets_overdue_for_long_are_left_to_the_digest(service: World, impatient: World) -> None:
    impatient.propose("a1")
    impatient.later(7 * DAY + 4 * DAY)

    assert reminded(impatient) == []


def test_roles_are_those_of_accounts() -> None:
    assert [role.value for role in Role if role is not Role.EMPLOYER] == [
        "engineer",
        "physician",
        "technician",
        "expert",
    ]
