"""The outbox: one message a key, one sender a message, and no mail sent again that may have arrived."""

from dataclasses import replace

import pytest

from rules.roles import Role
from store.accounts import AccountStore
from store.database import Database
from store.errors import OutboxError, UnknownError
from store.outbox import Channel, Message, MessageState, Outbox, StoredMessage, cursor, enqueue, move_cursor
from tests.store.worlds import NOON

MINUTE = 60_000
LEASE = 15 * MINUTE
MAIL = Message("event:1:mail:ada@service.example", Channel.MAIL, "ada@service.example", "fr", "Sujet", "Corps")
POST = Message("event:1:webhook:erp", Channel.WEBHOOK, "erp", "fr", "Sujet", "{}")


@pytest.fixture
def outbox(database: Database) -> Outbox:
    return Outbox(database)


def write(database: Database, *messages: Message, at: int = NOON) -> int:
    with database.writing() as session:
        return enqueue(session, messages, at)


def claim(outbox: Outbox, at: int = NOON) -> StoredMessage:
    found = outbox.claim(at, at + LEASE)
    assert found is not None
    return found


def only(outbox: Outbox) -> StoredMessage:
    (stored,) = outbox.messages()
    return stored


def test_a_message_is_written_once_whoever_writes_it(database: Database, outbox: Outbox) -> None:
    assert write(database, MAIL, POST) == 2
    assert write(database, replace(MAIL, subject="Autre")) == 0
    assert [stored.message for stored in outbox.messages()] == [POST, MAIL]


def test_more_messages_than_one_query_asks_for(database: Database, outbox: Outbox) -> None:
    many = [replace(MAIL, key=f"event:{number}:mail:x") for number in range(1100)]

    assert write(database, *many) == 1100
    assert write(database, *many) == 0


def test_a_crash_before_the_end_of_the_transaction_leaves_neither_message_nor_cursor(
    database: Database, outbox: Outbox
) -> None:
    def crash() -> None:
        with database.writing() as session:
            enqueue(session, [MAIL], NOON)
            move_cursor(session, "notifications", 7)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()

    assert outbox.messages() == []
    with database.reading() as session:
        assert cursor(session, "notifications") is None


def test_the_cursor_moves(database: Database) -> None:
    for position in (3, 9):
        with database.writing() as session:
            move_cursor(session, "notifications", position)
    with database.reading() as session:
        assert cursor(session, "notifications") == 9


def test_a_claimed_message_is_nobody_elses(database: Database, outbox: Outbox) -> None:
    write(database, MAIL)

    claimed = claim(outbox)

    assert (claimed.state, claimed.attempts, claimed.next_attempt) == (MessageState.SENDING, 1, NOON + LEASE)
    assert outbox.claim(NOON, NOON + LEASE) is None


def test_a_message_is_not_due_before_its_time(database: Database, outbox: Outbox) -> None:
    write(database, MAIL)
    outbox.try_again(claim(outbox), NOON + MINUTE, "450 busy")

    assert not outbox.waits(NOON + MINUTE - 1)
    assert outbox.claim(NOON + MINUTE - 1, NOON + LEASE) is None
    again = claim(outbox, NOON + MINUTE)
    assert (again.attempts, again.last_error) == (2, "450 busy")


def test_only_the_channels_asked_for_are_claimed(database: Database, outbox: Outbox) -> None:
    write(database, MAIL, POST)

    found = outbox.claim(NOON, NOON + LEASE, [Channel.WEBHOOK])

    assert found is not None
    assert found.message == POST
    assert outbox.claim(NOON, NOON + LEASE, [Channel.WEBHOOK]) is None


def test_what_was_sent_is_never_claimed_again(database: Database, outbox: Outbox) -> None:
    write(database, MAIL)
    outbox.sent(claim(outbox), NOON + 1)

    assert outbox.lapse(NOON + 10 * LEASE) == 0
    assert outbox.claim(NOON + 10 * LEASE, NOON + 11 * LEASE) is None
    assert (only(outbox).state, only(outbox).sent_at, only(outbox).last_error) == (MessageState.SENT, NOON + 1, "")


def test_a_mail_whose_sender_did_not_come_back_is_uncertain_and_stays_so(database: Database, outbox: Outbox) -> None:
    write(database, MAIL)
    claim(outbox)

    assert outbox.lapse(NOON + LEASE - 1) == 0
    assert outbox.lapse(NOON + LEASE) == 1
    assert only(outbox).state is MessageState.UNCERTAIN
    assert outbox.claim(NOON + 100 * LEASE, NOON + 101 * LEASE) is None


def test_a_webhook_whose_sender_did_not_come_back_is_sent_again(database: Database, outbox: Outbox) -> None:
    write(database, POST)
    claim(outbox)
    outbox.lapse(NOON + LEASE)

    assert claim(outbox, NOON + LEASE).attempts == 2


def test_a_sender_that_comes_back_late_settles_what_was_uncertain(database: Database, outbox: Outbox) -> None:
    write(database, MAIL)
    claimed = claim(outbox)
    outbox.lapse(NOON + LEASE)
    outbox.sent(claimed, NOON + 2 * LEASE)

    assert only(outbox).state is MessageState.SENT


def test_a_late_refusal_does_not_undo_what_another_sender_sent(database: Database, outbox: Outbox) -> None:
    write(database, POST)
    late = claim(outbox)
    outbox.lapse(NOON + LEASE)
    quick = claim(outbox, NOON + LEASE)
    outbox.try_again(late, NOON + 3 * LEASE, "no answer")
    assert only(outbox).state is MessageState.SENDING
    outbox.sent(quick, NOON + LEASE + 1)
    outbox.failed(late, "no answer")

    assert only(outbox).state is MessageState.SENT


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.UNCERTAIN])
def test_a_person_may_send_again_what_failed_or_is_uncertain(
    database: Database, outbox: Outbox, state: MessageState
) -> None:
    from store.audit import audit_entries

    write(database, MAIL)
    claimed = claim(outbox)
    (outbox.failed if state is MessageState.FAILED else outbox.uncertain)(claimed, "550 no such user")
    assert only(outbox).state is state
    assert only(outbox).last_error == "550 no such user"

    outbox.resend(claimed.id, "ada", NOON + MINUTE)

    assert claim(outbox, NOON + MINUTE).attempts == 1
    (entry,) = audit_entries(database)
    assert (entry.actor, entry.action, entry.detail) == ("ada", "message_resent", f"{state.value}: {MAIL.key}")


def test_what_was_sent_or_waits_is_not_sent_again_by_hand(database: Database, outbox: Outbox) -> None:
    write(database, MAIL)
    with pytest.raises(OutboxError, match="is pending; only a failed or uncertain one"):
        outbox.resend(only(outbox).id, "ada", NOON)
    outbox.sent(claim(outbox), NOON)
    with pytest.raises(OutboxError, match="is sent"):
        outbox.resend(only(outbox).id, "ada", NOON)
    with pytest.raises(UnknownError, match="there is no message 99"):
        outbox.resend(99, "ada", NOON)
    with pytest.raises(UnknownError):
        outbox.resend(2**70, "ada", NOON)


def test_a_mail_to_an_account_disabled_meanwhile_is_not_sent(database: Database, outbox: Outbox) -> None:
    accounts = AccountStore(database)
    accounts.create("ada@service.example", "Ada", Role.ENGINEER, "long enough", NOON)
    write(database, MAIL, replace(MAIL, key="event:1:mail:bob", recipient="bob@service.example"))
    accounts.disable("ada@service.example", NOON)

    assert claim(outbox).message.recipient == "bob@service.example"
    (failed,) = outbox.messages([MessageState.FAILED])
    assert failed.message == MAIL
    assert "disabled" in failed.last_error


def test_counts_and_the_oldest_waiting(database: Database, outbox: Outbox) -> None:
    assert outbox.oldest_waiting() is None
    write(database, MAIL)
    write(database, POST, at=NOON + 5)
    outbox.sent(claim(outbox), NOON)

    assert outbox.counts()[MessageState.SENT] == 1
    assert outbox.counts()[MessageState.PENDING] == 1
    assert outbox.counts()[MessageState.FAILED] == 0
    assert outbox.oldest_waiting() == NOON + 5


def test_characters_no_database_takes_are_kept_as_replacements(database: Database, outbox: Outbox) -> None:
    write(database, replace(MAIL, body="a\x00b\ud800c", subject="s\x00"))

    assert only(outbox).message.body == "a\ufffdb\ufffdc"


def test_the_name_outside_is_the_same_at_every_attempt_and_tells_nothing() -> None:
    assert MAIL.name == replace(MAIL, body="x").name != POST.name
    assert "ada" not in MAIL.name
