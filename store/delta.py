"""A Delta table on local disk whose every commit is on the disk for good before it is reported done.

deltalake renames and links but never syncs. So the data files are written and synced here, then committed through
deltalake's transaction (put-if-absent, retried against concurrent appends), then the log entry is synced.
"""

import json
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import polars as pl
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema
from deltalake import Transaction as DeltaTransaction
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction

from store.delta_repair import set_aside_torn
from store.durability import make_folder, sync_all
from store.errors import TableError

ROW_GROUP = 16_384
"""Rows a reader can skip or take at once: about one kit-day of eight quantities at 60 s."""

_CHECKPOINT_EVERY = 20
"""Commits between checkpoints: a commit replays the log since the last one (8 ms with 20 entries, 30 ms with 200)."""

_LOG_RETENTION = "interval 400 days"
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


@dataclass(frozen=True, slots=True)
class Transaction:
    """The writer's own count of what it wrote, committed together with it.

    Attributes
    ----------
    app_id : str
        Who counts, e.g. the identity of an inbox.
    version : int
        How far it got; an append with a version at or below the stored one changes nothing.
    """

    app_id: str
    version: int


class Change(Enum):
    """What a commit does to the rows of the table."""

    ROWS = "rows"
    ARRANGEMENT = "arrangement"


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is laid out.

    Attributes
    ----------
    schema : deltalake.Schema
    partition : str or None
        Date column that is the folder's name and not in the files.
    order : tuple of str
        Columns the rows of a file are sorted by.
    statistics : tuple of str
        Columns whose least and greatest value per file is kept in the log, so that files can be left unread.
    """

    schema: Schema
    partition: str | None
    order: tuple[str, ...]
    statistics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewFile:
    """A data file that is on the disk and not yet part of the table."""

    path: str
    action: AddAction


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version of the table: its files with their statistics, one row each."""

    version: int
    files: pl.DataFrame


@dataclass(slots=True)
class _State:
    table: DeltaTable
    since_checkpoint: int = 0
    snapshot: Snapshot | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)


class DurableTable:
    """A Delta table in a folder, made when it is first written to or read from.

    Parameters
    ----------
    path : Path
    layout : Layout
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self._layout = layout
        self._state = _State(_open(path, layout))

    def version(self) -> int:
        """The newest version."""
        with self._state.lock:
            self._refresh()
            return int(self._state.table.version())

    def transaction_version(self, app_id: str) -> int | None:
        """How far an application got, or None when it never wrote."""
        with self._state.lock:
            self._refresh()
            return self._state.table.transaction_version(app_id)

    def snapshot(self, version: int | None = None) -> Snapshot:
        """The files of the newest version, or of an older one."""
        if version is not None:
            return self._older(version)
        with self._state.lock:
            self._refresh()
            current = int(self._state.table.version())
            if self._state.snapshot is None or self._state.snapshot.version != current:
                self._state.snapshot = Snapshot(current, _files(self._state.table))
            return self._state.snapshot

    def scan(self, files: Sequence[str]) -> pl.LazyFrame:
        """The rows of some files, without the partition column."""
        return pl.scan_parquet([self.path / name for name in files], hive_partitioning=False, glob=False)

    def write(self, frame: pl.DataFrame, partition: date | None = None) -> NewFile:
        """Write sorted rows into one new file; it is part of the table only once committed.

        The file is not yet synced; :meth:`commit` sees to it.
        """
        folder = "" if partition is None else f"{self._layout.partition}={partition.isoformat()}/"
        name = f"{folder}part-{uuid.uuid4()}.parquet"
        target = self.path / name
        sync_all(make_folder(target.parent))
        rows = frame.drop(self._layout.partition) if self._layout.partition in frame.columns else frame
        rows.write_parquet(target, compression="zstd", compression_level=1, row_group_size=ROW_GROUP, statistics=True)
        values = {} if partition is None else {str(self._layout.partition): partition.isoformat()}
        action = AddAction(
            name, target.stat().st_size, values, _now(), True, _statistics(rows, self._layout.statistics)
        )
        return NewFile(name, action)

    def commit(
        self,
        new: Sequence[NewFile],
        removed: pl.DataFrame | None = None,
        change: Change = Change.ROWS,
        metadata: Mapping[str, str] | None = None,
        transaction: Transaction | None = None,
    ) -> int | None:
        """Make new files part of the table, and others no longer so, in one step that is on the disk on return.

        Parameters
        ----------
        removed : polars.DataFrame, optional
            Rows of :attr:`Snapshot.files`; they stay on the disk for readers of older versions.
        change : Change
            Whether rows change or only the files they lie in.
        metadata : mapping of str to str, optional
            Kept with the commit.

        Returns
        -------
        int or None
            The version made, or None when the transaction was written before (by whom ever) and nothing was done.
        """
        sync_all([self.path / file.path for file in new] + [(self.path / file.path).parent for file in new])
        token = uuid.uuid4().hex
        actions = [_with_change(file.action, change) for file in new] + _removals(removed, self._layout, change)
        properties = CommitProperties(
            custom_metadata={**(metadata or {}), "vigie.commit": token},
            app_transactions=[DeltaTransaction(transaction.app_id, transaction.version)] if transaction else None,
        )
        with self._state.lock:
            while True:
                self._refresh()
                if transaction is not None and self._is_done(transaction):
                    self._discard(new)
                    return None
                before = int(self._state.table.version())
                try:
                    self._commit_once(actions, properties)
                except CommitFailedError:
                    self._refresh()
                    if int(self._state.table.version()) == before:
                        raise  # nobody else wrote: trying again would fail again
                    continue
                return self._settle(before, token)

    def commits_after(self, version: int, last: int) -> Iterator[Mapping[str, object] | None]:
        """What each later commit up to ``last`` says about itself, in order; None where its log entry is gone."""
        for number in range(version + 1, last + 1):
            yield self._commit_info(number)

    def added_after(self, version: int, last: int) -> list[str] | None:
        """Files whose rows later commits up to ``last`` brought; None where the log does not say, or rows also went."""
        files: list[str] = []
        for number in range(version + 1, last + 1):
            entries = self._commit_entries(number)
            if entries is None or any(entry.get("remove", {}).get("dataChange") for entry in entries):
                return None
            files += [entry["add"]["path"] for entry in entries if entry.get("add", {}).get("dataChange")]
        return files

    def tidy(self) -> None:
        """Drop log entries past their retention, after a checkpoint that is on the disk."""
        with self._state.lock:
            self._refresh()
            self._checkpoint()
            self._state.table.cleanup_metadata()

    def _commit_once(self, actions: list[AddAction | RemoveAction], properties: CommitProperties) -> None:
        self._state.table.create_write_transaction(
            actions,
            "append",
            self._layout.schema,
            [self._layout.partition] if self._layout.partition else [],
            commit_properties=properties,
            post_commithook_properties=_NO_HOOKS,
        )

    def _settle(self, before: int, token: str) -> int:
        """Sync the log as far as our entry; its version."""
        self._refresh()
        newest = int(self._state.table.version())
        log = self.path / "_delta_log"
        ours = newest
        if newest > before + 1:  # others wrote in between: their entries must be on the disk too for ours to count
            numbers = range(before + 1, newest + 1)
            ours = next(n for n in numbers if (self._commit_info(n) or {}).get("vigie.commit") == token)
        sync_all([*(log / f"{n:020d}.json" for n in range(before + 1, ours + 1)), log])
        self._state.since_checkpoint += newest - before
        if self._state.since_checkpoint >= _CHECKPOINT_EVERY:
            self._checkpoint()
        return ours

    def _checkpoint(self) -> None:
        log = self.path / "_delta_log"
        version = int(self._state.table.version())
        self._state.table.create_checkpoint()
        written = [*log.glob(f"{version:020d}.checkpoint*"), log / "_last_checkpoint"]
        sync_all([*(path for path in written if path.exists()), log])
        self._state.table = DeltaTable(self.path)  # loaded anew it replays the log from the checkpoint only
        self._state.since_checkpoint = 0

    def _refresh(self) -> None:
        try:
            self._state.table.update_incremental()
        except DeltaError:  # the entries between our version and the newest are gone: load it anew
            self._state.table = _load(self.path)

    def _is_done(self, transaction: Transaction) -> bool:
        stored = self._state.table.transaction_version(transaction.app_id)
        return stored is not None and stored >= transaction.version

    def _discard(self, new: Sequence[NewFile]) -> None:
        for file in new:
            (self.path / file.path).unlink(missing_ok=True)

    def _commit_info(self, version: int) -> Mapping[str, object] | None:
        entries = self._commit_entries(version)
        if entries is None:
            return None
        return next((dict(entry["commitInfo"]) for entry in entries if "commitInfo" in entry), {})

    def _commit_entries(self, version: int) -> list[dict[str, Any]] | None:
        try:
            text = (self.path / "_delta_log" / f"{version:020d}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return [json.loads(line) for line in text.splitlines()]

    def _older(self, version: int) -> Snapshot:
        try:
            return Snapshot(version, _files(DeltaTable(self.path, version=version)))
        except (DeltaError, ValueError) as error:
            raise TableError(
                f"{self.path}: version {version} cannot be read ({error}); versions reach to {self.version()}, "
                f"and old ones are kept for {_LOG_RETENTION.removeprefix('interval ')}"
            ) from error


def _open(path: Path, layout: Layout) -> DeltaTable:
    """The table in a folder, made if need be."""
    if not (path / "_delta_log").is_dir() or not DeltaTable.is_deltatable(str(path)):
        parents = make_folder(path)
        DeltaTable.create(
            path,
            schema=layout.schema,
            mode="ignore",
            partition_by=[layout.partition] if layout.partition else None,
            configuration={"delta.logRetentionDuration": _LOG_RETENTION, "delta.enableExpiredLogCleanup": "false"},
        )
        log = path / "_delta_log"
        sync_all([log / f"{0:020d}.json", log, path, *parents])
    return _load(path)


def _load(path: Path) -> DeltaTable:
    try:
        return DeltaTable(path)
    except (DeltaError, OSError, ValueError) as error:
        if not set_aside_torn(path / "_delta_log"):
            raise TableError(
                f"{path}: the table cannot be read ({error}); put the folder back from a backup"
            ) from error
    try:
        return DeltaTable(path)
    except (DeltaError, OSError, ValueError) as error:
        raise TableError(f"{path}: the table cannot be read ({error}); put the folder back from a backup") from error


def _files(table: DeltaTable) -> pl.DataFrame:
    return pl.DataFrame(table.get_add_actions(flatten=True))


def _with_change(action: AddAction, change: Change) -> AddAction:
    action.data_change = change is Change.ROWS
    return action


def _removals(removed: pl.DataFrame | None, layout: Layout, change: Change) -> list[RemoveAction]:
    if removed is None:
        return []
    column = f"partition.{layout.partition}"
    return [
        RemoveAction(
            row["path"],
            change is Change.ROWS,
            _now(),
            row["size_bytes"],
            {layout.partition: row[column].isoformat()} if layout.partition else {},
        )
        for row in removed.iter_rows(named=True)
    ]


def _statistics(rows: pl.DataFrame, columns: Sequence[str]) -> str:
    least, greatest = rows.select(columns).min().row(0, named=True), rows.select(columns).max().row(0, named=True)
    return json.dumps(
        {
            "numRecords": len(rows),
            "minValues": {name: _plain(value) for name, value in least.items()},
            "maxValues": {name: _plain(value) for name, value in greatest.items()},
            "nullCount": dict.fromkeys(columns, 0),
        }
    )


def _plain(value: object) -> object:
    """A value as Delta's statistics write it; our instants are whole milliseconds, which is what it keeps."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03d}Z"
    return value


def _now() -> int:
    return time.time_ns() // 1_000_000
