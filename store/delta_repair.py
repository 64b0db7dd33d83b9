"""What a power cut can leave half-written in a Delta log, and how a table is opened all the same."""

import json
from pathlib import Path

import polars as pl

from store.durability import sync


def set_aside_torn(log: Path) -> bool:
    """Rename what is half-written in a log folder to ``*.torn``; whether there was anything.

    Parameters
    ----------
    log : Path
        The table's ``_delta_log``.

    Notes
    -----
    Two things can be torn, since each gets its name before it is synced. A checkpoint: its log entries are all still
    there, because they are dropped only after a synced checkpoint. The newest log entries: their appends were never
    reported done, so whoever asked for them still holds the rows. An older entry that is torn means a broken disk;
    nothing is touched then.
    """
    torn = [path for path in log.glob("*.checkpoint*.parquet") if not _is_parquet(path)]
    hint = log / "_last_checkpoint"
    if hint.exists() and (torn or not _is_json_lines(hint)):
        torn.append(hint)
    for entry in sorted(log.glob("[0-9]*.json"), reverse=True):
        if _is_json_lines(entry):
            break
        torn.append(entry)
    for path in torn:
        path.rename(path.with_name(path.name + ".torn"))
    if torn:
        sync(log)
    return bool(torn)


def _is_parquet(path: Path) -> bool:
    try:
        pl.read_parquet_schema(path)
    except (pl.exceptions.PolarsError, OSError):
        return False
    return True


def _is_json_lines(path: Path) -> bool:
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except ValueError:
        return False
    return bool(lines)
