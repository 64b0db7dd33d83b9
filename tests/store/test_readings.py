"""The readings table: nothing lost, nothing double, whatever the order, whoever writes."""

import itertools
import json
import os
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.readings import Flag, ReadingColumns
from store.duplicates import resolve
from store.errors import RefusedReadingsError, TableError
from store.readings import ReadingStore, Transaction
from store.touched import Span

NOON = 1_774_785_600_000  # 2026-03-29T12:00Z
DAY = 86_400_000


def columns(*rows: tuple[str, str, int, float], received: int = NOON, flag: int = 1) -> ReadingColumns:
    result = ReadingColumns()
    for kit, quantity, instant, value in rows:
        result.kit.append(kit)
        result.quantity.append(quantity)
        result.instant.append(instant)
        result.value.append(value)
        result.flag.append(flag)
        result.received.append(received)
        result.simulated.append(False)
    return result


def minutes(kit: str, start: int, count: int, quantity: str = "co2") -> ReadingColumns:
    return columns(*((kit, quantity, start + 60_000 * i, 400.0 + i) for i in range(count)))


def values(store: ReadingStore, **filters: object) -> list[tuple[object, ...]]:
    frame = store.read(**filters)  # type: ignore[arg-type]  # what each test gives
    return frame.select("kit", "quantity", pl.col("instant").dt.epoch("ms"), "value", "flag").rows()


@pytest.fixture
def store(tmp_path: Path) -> ReadingStore:
    return ReadingStore(tmp_path / "readings")


def test_reading_comes_back_as_it_was_sent(store: ReadingStore) -> None:
    store.append(columns(("k1", "co2", NOON + 7, 812.5)))
    frame = store.read()
    assert frame.columns == ["kit", "quantity", "instant", "value", "flag", "received", "simulated"]
    assert frame.schema["instant"] == pl.Datetime("us", "UTC")
    assert values(store) == [("k1", "co2", NOON + 7, 812.5, 1)]


def test_empty_table_gives_no_rows_and_touches_nothing(store: ReadingStore) -> None:
    assert store.read().is_empty()
    assert store.touched_since(None).spans == []
    assert store.compact() == 0


def test_append_of_nothing_makes_no_version(store: ReadingStore) -> None:
    before = store.version()
    assert store.append(ReadingColumns()) == before


def test_the_same_message_twice_changes_nothing(store: ReadingStore) -> None:
    batch = minutes("k1", NOON, 5)
    store.append(batch)
    once = store.read()
    store.append(batch)
    assert store.read().equals(once)


def test_of_two_values_the_one_received_last_counts_and_is_suspect(store: ReadingStore) -> None:
    store.append(columns(("k1", "co2", NOON, 900.0), received=NOON + 5))
    store.append(columns(("k1", "co2", NOON, 800.0), received=NOON + 1))
    assert values(store) == [("k1", "co2", NOON, 900.0, int(Flag.SUSPECT))]


def test_a_bad_reading_stays_bad_when_values_disagree(store: ReadingStore) -> None:
    store.append(columns(("k1", "co2", NOON, 1.0)))
    store.append(columns(("k1", "co2", NOON, 2.0), received=NOON + 1, flag=Flag.BAD))
    assert values(store)[0][-1] == Flag.BAD


def test_window_is_open_at_its_start_and_closed_at_its_end(store: ReadingStore) -> None:
    store.append(columns(("k1", "co2", NOON, 1.0), ("k1", "co2", NOON + 1, 2.0), ("k1", "co2", NOON + 2, 3.0)))
    assert [row[3] for row in values(store, start=NOON, end=NOON + 1)] == [2.0]


def test_no_kit_asked_for_is_no_reading(store: ReadingStore) -> None:
    store.append(minutes("k1", NOON, 5))
    assert store.read(kits=[]).is_empty()
    assert store.read(quantities=[]).is_empty()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_number_is_refused_with_its_whole_batch(store: ReadingStore, value: float) -> None:
    with pytest.raises(RefusedReadingsError, match=r"row 1 .* no finite number"):
        store.append(columns(("k1", "co2", NOON, 400.0), ("k1", "co2", NOON + 1, value)))
    assert store.read().is_empty()


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (columns(("", "co2", NOON, 1.0)), "empty kit or quantity"),
        (columns(("k1", "co2", NOON, 1.0), flag=7), "unknown flag"),
        (columns(("k1", "co2", -1, 1.0)), "outside the years"),
        (columns(("k1", "co2", 2**62, 1.0)), "outside the years"),
        (columns(("k1", "co2", NOON, None)), "empty field"),  # type: ignore[arg-type]  # what a broken codec gives
        (ReadingColumns(kit=["k1"]), "different length"),
    ],
)
def test_what_cannot_be_a_reading_is_refused(store: ReadingStore, batch: ReadingColumns, message: str) -> None:
    with pytest.raises(RefusedReadingsError, match=message):
        store.append(batch)
    assert store.version() == 0


def test_import_frame_without_time_zone_is_refused(store: ReadingStore) -> None:
    frame = store.read().with_columns(pl.col("instant").dt.replace_time_zone(None))
    with pytest.raises(RefusedReadingsError, match="no time zone"):
        store.append_frame(frame)


def test_import_frame_and_columns_store_the_same(store: ReadingStore, tmp_path: Path) -> None:
    store.append(minutes("k1", NOON, 2000))
    other = ReadingStore(tmp_path / "other")
    other.append_frame(store.read())
    assert other.read().equals(store.read())


row_strategy = st.tuples(
    st.sampled_from(["a", "b"]), st.sampled_from([NOON, NOON + 1]), st.sampled_from([1.0, 2.0, -0.0, 0.0]),
    st.sampled_from([1, 3, 4]), st.sampled_from([NOON, NOON + 9]), st.booleans(),
)  # fmt: skip


def _frame(rows: list[tuple[str, int, float, int, int, bool]]) -> pl.DataFrame:
    names = ["kit", "instant", "value", "flag", "received", "simulated"]
    frame = pl.DataFrame(rows, schema=names, orient="row", schema_overrides={"kit": pl.String, "flag": pl.Int8})
    return frame.with_columns(
        quantity=pl.lit("co2"),
        value=pl.col("value").cast(pl.Float64) + 0.0,
        conflict=pl.lit(value=False),
        simulated=pl.col("simulated").cast(pl.Boolean),
    )


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(row_strategy, min_size=1, max_size=12), cut=st.integers(0, 12), seed=st.randoms())
def test_duplicates_resolve_alike_in_any_order_and_in_any_pieces(rows, cut, seed) -> None:
    whole = resolve(_frame(rows))
    shuffled = list(rows)
    seed.shuffle(shuffled)
    assert resolve(_frame(shuffled)).equals(whole)
    pieces = [resolve(_frame(part)) for part in (shuffled[:cut], shuffled[cut:]) if part]
    assert resolve(pl.concat(pieces)).select(whole.columns).equals(whole)
    _resolves_as_by_hand(rows, whole)


def _resolves_as_by_hand(rows: list[tuple[str, int, float, int, int, bool]], resolved: pl.DataFrame) -> None:
    """The slow twin: for each reading, sort its rows and take the last."""
    by_key = itertools.groupby(sorted(rows, key=lambda r: (r[0], r[1])), key=lambda r: (r[0], r[1]))
    expected = []
    for (kit, instant), group in by_key:
        same = sorted(group, key=lambda r: (r[4], r[2], r[3]))
        last = same[-1]
        disagree = len({r[2] + 0.0 for r in same}) > 1
        expected.append((kit, instant, last[2], last[3], disagree, any(r[5] for r in same)))
    assert resolved.select("kit", "instant", "value", "flag", "conflict", "simulated").rows() == expected


def test_transaction_seen_before_is_not_written_again(store: ReadingStore) -> None:
    first = store.append(minutes("k1", NOON, 5), Transaction("inbox", 17))
    again = store.append(minutes("k2", NOON, 5), Transaction("inbox", 17))
    older = store.append(minutes("k2", NOON, 5), Transaction("inbox", 3))
    assert (first, again, older) == (1, 1, 1)
    assert store.transaction_version("inbox") == 17
    assert store.transaction_version("another") is None
    assert store.read(kits=["k2"]).is_empty()


def test_two_processes_with_one_transaction_write_once(store: ReadingStore) -> None:
    other = ReadingStore(store.path)
    assert store.transaction_version("inbox") is None
    other.append(minutes("k1", NOON, 5), Transaction("inbox", 1))
    store.append(minutes("k2", NOON, 5), Transaction("inbox", 1))
    assert store.read()["kit"].unique().to_list() == ["k1"]
    orphans = {path.name for path in store.path.rglob("*.parquet")}
    assert len(orphans) == 1


def test_threads_racing_with_one_transaction_write_once(store: ReadingStore) -> None:
    stores = [ReadingStore(store.path) for _ in range(4)]
    threads = [
        threading.Thread(target=one.append, args=(minutes(f"k{i}", NOON, 50), Transaction("inbox", 1)))
        for i, one in enumerate(stores)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.read()) == 50


def test_kit_day_reads_few_files_of_many(store: ReadingStore) -> None:
    for day in range(12):
        for kit in ("k1", "k2", "k3"):
            store.append(minutes(kit, NOON + day * DAY, 10))
    store.compact(date(2030, 1, 1))
    snapshot = store._table.snapshot()
    assert len(snapshot.files) == 12
    from store.readings import _relevant

    start = NOON + 3 * DAY - 1
    assert len(_relevant(snapshot.files, ["k2"], None, start, start + 3_600_000)) == 1
    assert len(store.read(kits=["k2"], start=start, end=start + 3_600_000)) == 10


def test_compaction_changes_no_reading_and_leaves_one_file_a_day(store: ReadingStore) -> None:
    for round_ in range(6):
        batch = minutes("k1", NOON - 3_600_000, 90)
        batch.value = [value + (round_ == 4) for value in batch.value]
        batch.received = [NOON + round_] * 90
        store.append(batch)
        store.append(minutes(f"z{round_}", NOON + DAY, 20))
    before = store.read()
    assert store.compact(date(2030, 1, 1)) == 12
    assert store.read().equals(before)
    assert store.compact(date(2030, 1, 1)) == 0
    assert store._table.snapshot().files["num_records"].sum() == 90 + 120
    store.append(columns(("k1", "co2", NOON - 3_600_000, 400.0), received=NOON + 99))
    assert values(store, kits=["k1"])[0] == ("k1", "co2", NOON - 3_600_000, 400.0, int(Flag.SUSPECT))


def test_day_in_progress_is_merged_only_when_it_has_many_files(store: ReadingStore) -> None:
    for i in range(31):
        store.append(columns(("k1", "co2", NOON + i, 1.0)))
    assert store.compact(date(2026, 3, 29)) == 0
    store.append(columns(("k1", "co2", NOON + 31, 1.0)))
    assert store.compact(date(2026, 3, 29)) == 32
    assert len(store.read()) == 32


def test_large_day_is_compacted_a_group_of_kits_at_a_time(store: ReadingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.compaction._ROWS_AT_ONCE", 150)
    for kit in ("a", "b", "c", "d"):
        for part in range(2):
            store.append(minutes(kit, NOON + part * 3_600_000, 40))
    store.append(minutes("a", NOON, 1).__class__(**_wide(["a", "b", "c", "d"])))
    before = store.read()
    store.compact(date(2030, 1, 1))
    files = store._table.snapshot().files
    assert len(files) > 1
    assert store.read().equals(before)
    assert store.compact(date(2030, 1, 1)) == 0, "disjoint files have nothing to merge"


def _wide(kits: list[str]) -> dict[str, list[object]]:
    wide = columns(*((kit, "co2", NOON, 400.0) for kit in kits))
    return {name: getattr(wide, name) for name in ReadingColumns.__slots__}


def test_nothing_is_lost_when_writers_append_during_compaction(store: ReadingStore) -> None:
    done = threading.Event()
    failures: list[BaseException] = []

    def write(name: str) -> None:
        mine = ReadingStore(store.path)
        try:
            for i in range(25):
                mine.append(minutes(name, NOON + i * 600_000, 10), Transaction(name, i))
        except BaseException as error:
            failures.append(error)

    def squeeze() -> None:
        mine = ReadingStore(store.path)
        try:
            while not done.is_set():
                mine.compact(date(2030, 1, 1))
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=write, args=(name,)) for name in ("w1", "w2")]
    squeezers = [threading.Thread(target=squeeze) for _ in range(2)]
    for thread in writers + squeezers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in squeezers:
        thread.join()
    assert not failures
    store.compact(date(2030, 1, 1))
    assert len(store.read()) == 500
    assert store._table.snapshot().files["num_records"].sum() == 500
    assert store.transaction_version("w1") == 24


def test_older_version_can_be_read_after_compaction(store: ReadingStore) -> None:
    first = store.append(minutes("k1", NOON, 10))
    store.append(minutes("k1", NOON + 600_000, 10))
    store.compact(date(2030, 1, 1))
    assert len(store.read(version=first)) == 10
    with pytest.raises(TableError, match="version 99 cannot be read"):
        store.read(version=99)


def test_other_engines_read_the_table(store: ReadingStore) -> None:
    store.append(minutes("k1", NOON - DAY, 30))
    store.append(minutes("k1", NOON, 30))
    assert pl.read_delta(str(store.path)).shape == (60, 9)
    filtered = DeltaTable(store.path).scan(predicate="day = DATE '2026-03-29' AND kit = 'k1'")
    assert len(pl.DataFrame(filtered)) == 30


def test_touched_tells_kits_and_instants_of_later_appends_only(store: ReadingStore) -> None:
    first = store.append(minutes("k1", NOON, 10))
    store.append(minutes("k2", NOON, 3))
    store.append(minutes("k2", NOON + 60_000, 3))
    late = minutes("k1", NOON - 5 * DAY, 2)
    late.extend([minutes("k1", NOON, 2)])
    version = store.append(late)
    touched = store.touched_since(first)
    assert touched.version == version
    assert touched.spans == [
        Span("k1", NOON - 5 * DAY, NOON - 5 * DAY + 60_000),
        Span("k1", NOON, NOON + 60_000),
        Span("k2", NOON, NOON + 180_000),
    ]
    assert store.touched_since(version).spans == []


def test_compaction_touches_nothing(store: ReadingStore) -> None:
    store.append(minutes("k1", NOON, 10))
    version = store.append(minutes("k1", NOON, 10))
    store.compact(date(2030, 1, 1))
    touched = store.touched_since(version)
    assert touched.spans == []
    assert touched.version > version


def test_everything_is_touched_when_the_log_no_longer_tells(store: ReadingStore) -> None:
    version = store.append(minutes("k1", NOON, 10))
    store.append(minutes("k2", NOON + DAY, 10))
    store._table.tidy()
    (store.path / "_delta_log" / f"{version + 1:020d}.json").unlink()
    everything = [Span("k1", NOON, NOON + 540_000), Span("k2", NOON + DAY, NOON + DAY + 540_000)]
    assert ReadingStore(store.path).touched_since(version).spans == everything
    assert store.touched_since(version + 50).spans == everything, "a version of another life of the table"
    assert store.touched_since(None).spans == everything


def test_log_stays_short_to_replay_and_every_reading_is_there(store: ReadingStore) -> None:
    for i in range(45):
        store.append(columns(("k1", "co2", NOON + i, float(i))))
    assert (store.path / "_delta_log" / "_last_checkpoint").exists()
    assert len(ReadingStore(store.path).read()) == 45


@pytest.mark.parametrize("torn", ["checkpoint", "hint", "newest entry"])
def test_table_opens_after_a_power_cut_left_something_half_written(store: ReadingStore, torn: str) -> None:
    for i in range(22):
        store.append(columns(("k1", "co2", NOON + i, float(i))), Transaction("inbox", i))
    log = store.path / "_delta_log"
    path = {
        "checkpoint": next(log.glob("*.checkpoint.parquet")),
        "hint": log / "_last_checkpoint",
        "newest entry": log / f"{22:020d}.json",
    }[torn]
    os.truncate(path, 10)
    opened = ReadingStore(store.path)
    kept = 21 if torn == "newest entry" else 22
    assert len(opened.read()) == kept
    assert opened.transaction_version("inbox") == kept - 1
    opened.append(columns(("k1", "co2", NOON + 21, 21.0)), Transaction("inbox", 21))
    assert len(opened.read()) == 22


def test_damage_in_the_middle_of_the_log_is_told_not_mended(store: ReadingStore) -> None:
    for i in range(3):
        store.append(columns(("k1", "co2", NOON + i, float(i))))
    os.truncate(store.path / "_delta_log" / f"{2:020d}.json", 10)
    with pytest.raises(TableError, match="cannot be read"):
        ReadingStore(store.path)


def test_files_and_log_are_synced_before_append_returns(store: ReadingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def spy(descriptor: int) -> None:
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    two_days = minutes("k1", NOON, 2)
    two_days.extend([minutes("k1", NOON + DAY, 2)])
    version = store.append(two_days)
    names = [str(Path(path).relative_to(store.path)) for path in synced]
    entry = f"_delta_log/{version:020d}.json"
    data = [name for name in names if name.endswith(".parquet")]
    assert len(data) == 2
    assert {"day=2026-03-29", "day=2026-03-30", ".", "_delta_log", entry} <= set(names)
    assert max(names.index(name) for name in data) < names.index(entry)


def test_killed_while_appending_nothing_is_lost_or_double(tmp_path: Path) -> None:
    code = f"""
import sys
from store.readings import ReadingStore, Transaction
from tests.store.test_readings import minutes, NOON
store = ReadingStore({str(tmp_path / "readings")!r})
start = (store.transaction_version("inbox") or 0) + 1
for i in range(start, 400):
    store.append(minutes("k1", NOON + i * 600_000, 10), Transaction("inbox", i))
    print(i, flush=True)
"""
    confirmed = 0
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(6):
            confirmed = int(child.stdout.readline())
        child.kill()
        confirmed = max([confirmed, *(int(line) for line in child.stdout.read().splitlines())])
        child.wait()
        child.stdout.close()
    store = ReadingStore(tmp_path / "readings")
    reached = store.transaction_version("inbox")
    assert reached is not None
    assert reached in (confirmed, confirmed + 1)
    assert len(store.read()) == reached * 10
    assert store._table.snapshot().files["num_records"].sum() == reached * 10


def test_commit_tells_what_it_appended(store: ReadingStore) -> None:
    version = store.append(minutes("k1", NOON, 2))
    first = (store.path / "_delta_log" / f"{version:020d}.json").read_text(encoding="utf-8").splitlines()[0]
    assert json.loads(json.loads(first)["commitInfo"]["vigie.touched"]) == [["k1", NOON, NOON + 60_000]]
