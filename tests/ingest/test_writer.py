"""Inbox → table exactly once: after a crash at any step, with poison in the stream, with a table that fails."""

import re
import time
from pathlib import Path

import pytest

from catalog.identifiers import KitId, QuantityId
from catalog.readings import ReadingColumns
from ingest import writer as writer_module
from ingest.codecs import senml_json
from ingest.codecs.records import KitState, Record
from ingest.inbox import Inbox, Message
from ingest.writer import Writer, WriterError, WriterSettings
from store.readings import ReadingStore, Transaction

ARRIVAL = 1_763_000_000_000
CO2 = QuantityId("co2")


def message(number: int, kit: str = "k7", retained: bool = False) -> Message:
    record = Record(CO2, ARRIVAL - 1_000_000 + number * 1000, 400.0 + number)
    return Message(f"vigie/v1/{kit}/readings", senml_json.encode(KitId(kit), [record]), ARRIVAL, retained)


def values(table: ReadingStore) -> list[float]:
    return table.read()["value"].to_list()


class FailingTable:
    """A table that fails, or dies after its commit, as often as told."""

    def __init__(self, table: ReadingStore, failures: int = 0, deaths_after_commit: int = 0) -> None:
        self.table = table
        self.failures = failures
        self.deaths = deaths_after_commit
        self.appended = 0

    def append(self, columns: ReadingColumns, transaction: Transaction | None) -> int:
        if self.failures:
            self.failures -= 1
            raise OSError("No space left on device")
        version = self.table.append(columns, transaction)
        self.appended += len(columns)
        if self.deaths:
            self.deaths -= 1
            raise KeyboardInterrupt
        return version

    def transaction_version(self, app_id: str) -> int | None:
        return self.table.transaction_version(app_id)


@pytest.fixture
def inbox(tmp_path: Path):
    with Inbox(tmp_path / "inbox.db") as opened:
        yield opened


@pytest.fixture
def table(tmp_path: Path) -> ReadingStore:
    return ReadingStore(tmp_path / "readings")


def test_what_was_kept_is_written_and_forgotten(inbox, table):
    inbox.add([message(number) for number in range(25)])
    writer = Writer(inbox, table, settings=WriterSettings(most_readings=10, most_messages=4))
    assert writer.drain() == 25
    assert values(table) == [400.0 + number for number in range(25)]
    assert inbox.waiting() == 0
    assert (writer.stats.messages, writer.stats.readings, writer.stats.commits) == (25, 25, 3)
    assert writer.drain() == 0


def test_crash_between_commit_and_forgetting_doubles_nothing(tmp_path, table):
    dying = FailingTable(table, deaths_after_commit=1)
    with Inbox(tmp_path / "inbox.db") as inbox:
        inbox.add([message(1), Message("vigie/v1/k7/readings", b"text", ARRIVAL), message(2)])
        with pytest.raises(KeyboardInterrupt):
            Writer(inbox, dying).drain()
        assert inbox.waiting() == 3
    with Inbox(tmp_path / "inbox.db") as inbox:
        inbox.add([message(3)])
        Writer(inbox, dying).drain()
        assert (inbox.waiting(), inbox.dead()) == (0, 1)
    assert dying.appended == 3
    assert values(table) == [401.0, 402.0, 403.0]


def test_inbox_put_back_from_a_backup_loses_no_new_message(tmp_path, table):
    with Inbox(tmp_path / "inbox.db") as inbox:
        inbox.add([message(1)])
        inbox.forget(1)
        inbox.add([message(2)])
    backup = (tmp_path / "inbox.db").read_bytes()
    with Inbox(tmp_path / "inbox.db") as inbox:
        inbox.add([message(number) for number in range(3, 10)])
        Writer(inbox, table).drain()
    for part in tmp_path.glob("inbox.db*"):
        part.unlink()
    (tmp_path / "inbox.db").write_bytes(backup)
    with Inbox(tmp_path / "inbox.db") as inbox:
        Writer(inbox, table).drain()
        inbox.add([message(10)])
        Writer(inbox, table).drain()
    assert values(table) == [400.0 + number for number in range(2, 11)]


def test_table_that_fails_for_a_while_costs_nothing_but_time(inbox, table):
    failing = FailingTable(table, failures=3)
    writer = Writer(inbox, failing, settings=WriterSettings(interval=0.01))
    inbox.add([message(1), message(2)])
    writer.start()
    deadline = time.monotonic() + 20
    seen = ""
    while inbox.waiting() and time.monotonic() < deadline:
        seen = writer.stats.error or seen
        time.sleep(0.005)
    writer.stop()
    assert seen == "No space left on device"
    assert writer.stats.error == ""
    assert values(table) == [401.0, 402.0]


def test_stop_that_cannot_write_the_rest_says_where_it_stays(inbox, table):
    writer = Writer(inbox, FailingTable(table, failures=1_000), settings=WriterSettings(interval=0.01))
    inbox.add([message(1)])
    writer.start()
    with pytest.raises(WriterError, match=r"1 messages stay in .*inbox\.db: No space left"):
        writer.stop()
    assert inbox.waiting() == 1


def test_stop_writes_what_came_last(inbox, table):
    commits: list[int] = []
    writer = Writer(inbox, table, on_commit=commits.append, settings=WriterSettings(interval=3600))
    writer.start()
    time.sleep(0.2)
    inbox.add([message(1)])
    writer.stop()
    assert values(table) == [401.0]
    assert len(commits) == 1


def test_bad_messages_are_set_aside_and_the_good_ones_beside_them_written(inbox, table):
    half = b'[{"n":"co2","u":"ppm","v":500,"t":1762999000},{"n":"co2","u":"ppm","v":NaN,"t":1762999060}]'
    topic = "vigie/v1/k7/readings"
    inbox.add(
        [Message(topic, half, ARRIVAL), Message(topic, b"hello", ARRIVAL), Message("other", b"x", ARRIVAL), message(1)]
    )
    writer = Writer(inbox, table)
    writer.drain()
    assert sorted(values(table)) == [401.0, 500.0]
    reasons = [letter.reason for letter in inbox.dead_letters()]
    assert reasons[0] == "$[1].v is NaN; expected a finite number in ppm"
    assert inbox.dead_payload(inbox.dead_letters()[0].id) == half
    assert len(reasons) == 3
    assert writer.stats.dead == 3


def test_dead_letter_decoded_again_after_a_mend_is_written(inbox, table, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    inbox.add([message(1)])
    with monkeypatch.context() as patch:
        patch.setattr(writer_module, "decode", broken)
        Writer(inbox, table).drain()
    assert inbox.dead_letters()[0].reason == "the decoder failed: ZeroDivisionError: a mistake of ours"
    assert inbox.retry() == 1
    Writer(inbox, table).drain()
    assert values(table) == [401.0]
    assert inbox.dead() == 0


def test_message_with_very_many_problems_names_the_first(inbox, table):
    record = b'{"n":"ozone","v":1}'
    inbox.add([Message("vigie/v1/k7/readings", b"[" + b",".join([record] * 500) + b"]", ARRIVAL)])
    Writer(inbox, table).drain()
    reason = inbox.dead_letters()[0].reason
    assert reason.startswith('$[0].n: "ozone"')
    assert re.search("; and 4[0-9]{2} more$", reason)
    assert len(reason) < 2000


def test_same_message_twice_and_late_messages_change_nothing(inbox, table):
    inbox.add([message(5), message(5), message(1), message(5), message(3)])
    Writer(inbox, table).drain()
    assert values(table) == [401.0, 403.0, 405.0]


def test_retained_reading_is_counted_apart_and_stored_only_where_it_is_dated(inbox, table):
    undated = Message("vigie/v1/k7/readings", b'[{"n":"co2","u":"ppm","v":500}]', ARRIVAL, retained=True)
    inbox.add([message(1), message(1, retained=True), undated])
    writer = Writer(inbox, table)
    writer.drain()
    assert values(table) == [401.0]
    assert writer.stats.retained == 1
    assert "retained" in inbox.dead_letters()[0].reason


def test_status_of_a_kit_is_handed_on_in_order(inbox, table):
    states: list[KitState] = []
    topic = "vigie/v1/k7/status"
    inbox.add([Message(topic, b'{"state":"online"}', ARRIVAL), Message(topic, b'{"state":"offline"}', ARRIVAL)])
    Writer(inbox, table, on_status=lambda status: states.append(status.state)).drain()
    assert states == [KitState.ONLINE, KitState.OFFLINE]
