"""The inbox: kept means on disk, ids only grow, nothing is dropped, one collector at a time."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ingest.inbox import Inbox, InboxError, Kept, Message, Refusal


def message(number: int, payload: bytes | None = None) -> Message:
    return Message(
        f"vigie/v1/k{number}/readings", payload or b"%d" % number, 1_763_000_000_000 + number, number % 2 == 0
    )


@pytest.fixture
def inbox(tmp_path: Path):
    with Inbox(tmp_path / "new folder" / "inbox.db", largest_message=100) as opened:
        yield opened


def test_messages_come_back_in_order_with_all_their_marks(inbox):
    sent = [message(1), message(2), Message("t", b"\x00\xff", 5, True, 0, True)]
    inbox.add(sent[:2])
    inbox.add(sent[2:])
    assert inbox.take(10) == [Kept(i, one) for i, one in enumerate(sent, start=1)]
    assert inbox.take(1, after=1) == [Kept(2, sent[1])]
    assert inbox.waiting() == 3


def test_ids_grow_also_after_everything_was_forgotten(inbox):
    inbox.add([message(1), message(2)])
    assert inbox.forget(2) == 2
    inbox.add([message(3)])
    assert [kept.id for kept in inbox.take(10)] == [3]
    assert inbox.last_id() == 3


def test_inbox_keeps_its_name_and_content_when_opened_again(tmp_path):
    with Inbox(tmp_path / "inbox.db") as first:
        first.add([message(1)])
        name = first.uuid
    with Inbox(tmp_path / "inbox.db") as again:
        assert again.uuid == name
        assert again.take(10) == [Kept(1, message(1))]
        again.renew_identity()
        assert again.uuid != name


def test_every_commit_is_synced_to_disk(inbox):
    for connection in (inbox._adding, inbox._taking):
        with connection.reading() as cursor:
            assert cursor.execute("PRAGMA synchronous").fetchone()[0] == 2
            assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_large_message_goes_to_the_dead_letters_whole_and_its_neighbours_stay(inbox):
    large = b"\x01" * 101
    inbox.add([message(1), message(2, large), message(3)])
    assert [kept.message for kept in inbox.take(10)] == [message(1), message(3)]
    (letter,) = inbox.dead_letters()
    assert letter.reason.startswith("payload is 101 bytes; expected at most 100")
    assert letter.size == 101
    assert inbox.dead_payload(letter.id) == large


def test_refused_message_is_buried_once_however_often_it_is_said(inbox):
    inbox.add([message(1), message(2)])
    kept = inbox.take(10)
    for _ in range(2):
        inbox.bury([Refusal(kept[0], "not JSON")])
    assert [(letter.reason, letter.topic) for letter in inbox.dead_letters()] == [("not JSON", message(1).topic)]
    assert inbox.waiting() == 2


def test_long_reason_is_cut(inbox):
    inbox.add([message(1)])
    inbox.bury([Refusal(inbox.take(1)[0], "x" * 10_000)])
    assert len(inbox.dead_letters()[0].reason) == 2000


def test_retried_letters_wait_again_with_the_arrival_they_had(inbox):
    inbox.add([message(1), message(2), message(3, b"\x01" * 101)])
    inbox.bury([Refusal(kept, "no such quantity") for kept in inbox.take(10)])
    inbox.forget(2)
    assert inbox.retry([inbox.dead_letters()[1].id]) == 1
    assert [kept.message for kept in inbox.take(10)] in ([message(1)], [message(2)])
    assert inbox.retry() == 1
    assert sorted(kept.message.topic for kept in inbox.take(10)) == [message(1).topic, message(2).topic]
    (left,) = inbox.dead_letters()
    assert left.size == 101


def test_unknown_dead_letter_is_said(inbox):
    with pytest.raises(InboxError, match="no dead letter 9"):
        inbox.dead_payload(9)


def test_failed_commit_keeps_none_of_the_batch(inbox):
    with pytest.raises(sqlite3.Error):
        inbox.add([message(1), Message(None, b"1", 1)])  # type: ignore[arg-type]  # the situation
    assert inbox.waiting() == 0


def test_second_collector_is_told_who_holds_the_inbox(inbox):
    inbox.claim()
    inbox.claim()
    other = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, pathlib; from ingest.inbox import Inbox; Inbox(pathlib.Path(sys.argv[1])).claim()",
            str(inbox.path),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert other.returncode == 1
    assert "another collector (process" in other.stderr
    assert "stop it" in other.stderr


def test_claim_ends_with_the_inbox(tmp_path):
    with Inbox(tmp_path / "inbox.db") as first:
        first.claim()
        with Inbox(tmp_path / "inbox.db") as second, pytest.raises(InboxError, match="another collector"):
            second.claim()
    with Inbox(tmp_path / "inbox.db") as third:
        third.claim()


def test_adding_and_taking_at_once_loses_nothing(inbox):
    def add() -> None:
        for number in range(200):
            inbox.add([message(number)])

    threads = [threading.Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    seen = 0
    while seen < 400:
        kept = inbox.take(50)
        if kept:
            seen += inbox.forget(kept[-1].id)
    for thread in threads:
        thread.join()
    assert (seen, inbox.waiting(), inbox.last_id()) == (400, 0, 400)


def test_take_bounds_the_bytes_in_memory(tmp_path):
    with Inbox(tmp_path / "inbox.db", largest_message=1 << 25) as inbox:
        inbox.add([message(number, b"\x01" * (20 << 20)) for number in range(3)])
        assert len(inbox.take(10)) == 2


def test_file_that_is_no_inbox_is_refused_in_one_line(tmp_path):
    path = tmp_path / "inbox.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(InboxError, match=r"inbox\.db: not a usable inbox: .*move it away"):
        Inbox(path)


def test_inbox_of_a_later_version_is_refused(tmp_path):
    path = tmp_path / "inbox.db"
    Inbox(path).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(InboxError, match="its version is 99"):
        Inbox(path)


def test_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InboxError, match="cannot open the inbox"):
        Inbox(tmp_path / "file" / "inbox.db")
