"""From the log to the server: whatever crashes and restarts come between, nothing is lost and nothing comes twice."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from store.errors import StoreError
from store.outbox import Channel, MessageState, StoredMessage
from store.tables import TicketEventRow, TicketRow
from tests.vigie.mail_server import OK, SENDER, Server, mail_server
from tests.vigie.notified import (
    ADA,
    ALICE,
    BOB,
    DAY,
    HOUR,
    NOON,
    PAUL,
    SETTINGS,
    TOM,
    World,
    hook,
    with_settings,
    world,
)
from tests.vigie.web_server import Receiver, web_server
from vigie.notifications import digest, events
from vigie.notifications.answer import Answer, Carrier
from vigie.notifications.delivery import LEASE, Delivered, deliver
from vigie.notifications.settings import Notifications, Roles, Subscription
from vigie.notifications.smtp import MailServer
from vigie.notifications.topics import Topic
from vigie.notifications.webhooks import WebhookAccess, Webhooks

MINUTE = 60_000
SERVICE = (ADA.email, PAUL.email, TOM.email)
LATER = "450 4.2.1 try again in a moment"


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with mail_server() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.handler.reset()
    return running


@pytest.fixture
def service(tmp_path: Path) -> World:
    return world(tmp_path)


def send(service: World, server: Server) -> Delivered:
    with MailServer(server.access()) as mail:
        return deliver(service.outbox, {Channel.MAIL: mail}, lambda: service.now)


def states(service: World) -> Counter[MessageState]:
    return Counter(stored.state for stored in service.outbox.messages())


def test_what_was_written_arrives_once(service: World, server: Server) -> None:
    service.propose(priority=1)
    service.tell()

    assert send(service, server) == Delivered(sent=3)
    assert send(service, server) == Delivered()
    assert sorted(str(mail["To"]) for mail in server.handler.mails) == sorted(SERVICE)
    assert {stored.sent_at for stored in service.outbox.messages()} == {NOON}


def test_a_busy_server_is_tried_again_later_and_later(service: World, server: Server) -> None:
    service.propose(priority=1)
    service.tell()
    server.handler.on_recipient = LATER
    attempts = []
    while waiting := service.outbox.messages([MessageState.PENDING]):
        service.now = min(stored.next_attempt for stored in waiting)
        assert send(service, server).again in (0, len(waiting))
        attempts.append((service.now - NOON) // MINUTE)

    assert attempts[:10] == [0, 1, 3, 7, 15, 31, 63, 127, 255, 511]
    assert attempts[10] - attempts[9] == 360
    assert 71 * 60 - 360 <= attempts[-1] <= 72 * 60
    (stored, *_) = service.outbox.messages()
    assert stored.state is MessageState.FAILED
    assert stored.last_error == f"given up after {len(attempts)} attempts: {LATER}"


def test_a_refused_mail_fails_at_once_with_the_servers_words_and_the_others_go(service: World, server: Server) -> None:
    service.propose(priority=1)
    service.tell()
    server.handler.on_recipient, server.handler.only = "550 5.1.1 no such user", PAUL.email

    assert send(service, server) == Delivered(sent=2, failed=1)
    (failed,) = service.outbox.messages([MessageState.FAILED])
    assert failed.message.recipient == PAUL.email
    assert failed.last_error == "550 5.1.1 no such user"


def test_a_server_that_is_away_costs_one_attempt_a_round(service: World, server: Server) -> None:
    service.propose(priority=1)
    service.tell()
    away = replace(server.access().smtp, port=1)
    with MailServer(replace(server.access(), smtp=away)) as mail:
        assert deliver(service.outbox, {Channel.MAIL: mail}, lambda: service.now) == Delivered(again=1)

    service.later(MINUTE)
    assert send(service, server) == Delivered(sent=3)


def test_an_answer_that_never_came_is_uncertain_and_not_sent_again(service: World, server: Server) -> None:
    service.propose(priority=1)
    service.tell()
    server.handler.on_data = "take and break"
    assert send(service, server) == Delivered(uncertain=3)
    server.handler.reset()
    for _ in range(100):
        service.later(HOUR)
        assert send(service, server) == Delivered()

    (stored, *_) = service.outbox.messages([MessageState.UNCERTAIN])
    service.outbox.resend(stored.id, "ada", service.now)
    assert send(service, server) == Delivered(sent=1)


def test_two_senders_at_once_send_each_message_once(service: World, server: Server) -> None:
    for number in range(4):
        service.propose(rule=f"rule-{number}", priority=1)
    service.tell()
    with MailServer(server.access()) as other:

        @dataclass
        class Interrupted:
            carrier: Carrier

            def send(self, stored: StoredMessage) -> Answer:
                deliver(service.outbox, {Channel.MAIL: other}, lambda: service.now)
                return self.carrier.send(stored)

        with MailServer(server.access()) as mail:
            deliver(service.outbox, {Channel.MAIL: Interrupted(mail)}, lambda: service.now)

    assert len({mail["Message-ID"] for mail in server.handler.mails}) == len(server.handler.mails) == 12


def test_an_error_nobody_foresaw_leaves_the_message_uncertain_and_the_round_goes_on(
    service: World, server: Server
) -> None:
    class Broken:
        def send(self, stored: StoredMessage) -> Answer:
            raise KeyError(stored.id)

    service.propose(priority=1)
    service.tell()

    assert deliver(service.outbox, {Channel.MAIL: Broken()}, lambda: service.now) == Delivered(uncertain=3)


def test_a_webhook_is_tried_again_until_it_answers_and_known_by_its_id(service: World) -> None:
    secret = bytes(32)
    loud = with_settings(service, Notifications(webhook=(hook(),)))
    loud.propose(priority=1)
    loud.tell()
    with web_server() as receiver:
        carriers = {Channel.WEBHOOK: Webhooks({"erp": WebhookAccess(receiver.url, secret, None)}, lambda: loud.now)}
        receiver.status = 503
        assert deliver(loud.outbox, carriers, lambda: loud.now) == Delivered(again=1)
        claimed = loud.outbox.claim(loud.later(MINUTE), loud.now + LEASE)  # a sender that is killed
        assert claimed is not None
        receiver.status = 200
        loud.later(LEASE)
        assert deliver(loud.outbox, carriers, lambda: loud.now) == Delivered(sent=1)

    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 2


class Crash(BaseException):
    """The process ends here."""


@dataclass
class Crashing:
    """A carrier whose process ends just before or just after a message is handed over."""

    carrier: Carrier
    before: int
    after: int
    sent: int = 0

    def send(self, stored: StoredMessage) -> Answer:
        self.sent += 1
        if self.sent == self.before:
            raise Crash
        answer = self.carrier.send(stored)
        if self.sent == self.after:
            raise Crash
        return answer


def crash(*_: object) -> None:
    raise Crash


NEVER = 0
URGENT = Subscription(immediate=(Topic.ACUTE,))
AT_ONCE_ONLY = Roles(URGENT, URGENT, URGENT, URGENT, URGENT)
STEPS = st.one_of(
    st.tuples(st.just("urgent"), st.integers(0, 2)),
    st.tuples(st.just("validate"), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.sampled_from([MINUTE, LEASE, 5 * HOUR])),
    st.tuples(st.just("server"), st.sampled_from([OK, LATER, "break"])),
    st.tuples(st.just("round"), st.just(0)),
    st.tuples(st.just("crash while writing"), st.just(0)),
    st.tuples(st.just("crash before sending"), st.integers(1, 4)),
    st.tuples(st.just("crash after sending"), st.integers(1, 4)),
)


@dataclass
class History:
    """What happened to a service, step by step."""

    service: World
    server: Server
    lost: int = 0
    """Crashes between a claim and its answer."""

    def run(self, step: str, number: int) -> None:
        if step == "urgent":
            self.service.propose(("a1", "a2", "b1")[number], rule=f"rule-{self.service.later(1)}", priority=1)
        elif step == "validate":
            self._validate(number)
        elif step == "wait":
            self.service.later(number)
        elif step == "server":
            self.server.handler.on_recipient = number  # type: ignore[assignment]
        else:
            self._round(step, number)

    def _validate(self, number: int) -> None:
        try:
            self.service.steps.validate(number + 1, ADA, self.service.later(1))
        except StoreError:
            return

    def _round(self, step: str, number: int) -> None:
        writing = step == "crash while writing"
        before = number if step == "crash before sending" else NEVER
        after = number if step == "crash after sending" else NEVER
        try:
            with patch.object(events, "move_cursor", crash) if writing else nullcontext():
                self.service.tell()
            with MailServer(self.server.access()) as mail:
                carriers = {Channel.MAIL: Crashing(mail, before, after)}
                deliver(self.service.outbox, carriers, lambda: self.service.now)
        except Crash:
            self.lost += not writing

    def finish(self) -> None:
        """All is well again, for as long as anything waits."""
        self.server.handler.on_recipient = OK
        for _ in range(60):
            self._round("round", 0)
            self.service.later(HOUR)
        assert self.service.outbox.oldest_waiting() is None


def expected(service: World) -> Counter[tuple[str, str]]:
    """Every event and recipient that must be told at once, thought out anew: urgent proposals and validations."""
    found: Counter[tuple[str, str]] = Counter()
    with service.database.reading() as session:
        for row in session.scalars(select(TicketEventRow)):
            if row.kind == "opened":
                found.update((f"urgent:{row.ticket}:{row.at}", address) for address in SERVICE)
            elif row.kind == "validated":
                owner = BOB.email if session.get_one(TicketRow, row.ticket).zone == "b1" else ALICE.email
                found[f"urgent:{row.ticket}:{row.at}", owner] += 1
    return found


@given(st.lists(STEPS, max_size=14))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_crashes_everybody_is_told_once(running: Server, steps: list[tuple[str, int]]) -> None:
    running.handler.reset()
    with tempfile.TemporaryDirectory() as folder:
        history = History(world(Path(folder), replace(SETTINGS, roles=AT_ONCE_ONLY)), running)
        history.service.tell()
        for step, number in steps:
            history.run(step, number)
        history.finish()
        stored = history.service.outbox.messages(limit=10_000)
        wanted = expected(history.service)
        history.service.database.close()

    written = Counter((each.message.key.partition(":mail:")[0], each.message.recipient) for each in stored)
    received = Counter(str(mail["Message-ID"]).strip("<>").partition("@")[0] for mail in running.handler.mails)
    assert written == Counter(dict.fromkeys(wanted, 1))
    for each in stored:
        assert received[each.message.name] <= 1
        if each.state is MessageState.SENT:
            assert received[each.message.name] == 1
    assert sum(each.state is MessageState.UNCERTAIN for each in stored) == history.lost
    assert not [each for each in stored if each.state is MessageState.FAILED]


def test_a_crash_while_the_digest_is_written_loses_and_doubles_nothing(service: World) -> None:
    service.propose()
    service.tell()
    service.later(DAY)
    with patch.object(digest, "move_cursor", crash), pytest.raises(Crash):
        service.tell()

    assert {stored.message.recipient for stored in service.tell()} == {ADA.email, PAUL.email}
    assert service.tell() == []


def test_nobody_waits_for_a_webhook_while_the_mail_server_is_away(service: World, server: Server) -> None:
    loud = with_settings(service, replace(SETTINGS, webhook=(hook(),)))
    loud.propose(priority=1)
    loud.tell()
    away = replace(server.access().smtp, port=1, sender=SENDER)
    with web_server() as receiver, MailServer(replace(server.access(), smtp=away)) as mail:
        carriers: dict[Channel, Carrier] = {
            Channel.MAIL: mail,
            Channel.WEBHOOK: Webhooks({"erp": _access(receiver)}, lambda: loud.now),
        }
        assert deliver(loud.outbox, carriers, lambda: loud.now) == Delivered(sent=1, again=1)


def _access(receiver: Receiver) -> WebhookAccess:
    return WebhookAccess(receiver.url, bytes(32), None)
