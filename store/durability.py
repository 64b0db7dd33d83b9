"""Getting bytes onto the disk for good, and keeping two processes out of each other's way."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

_AT_ONCE = 8
"""Syncs under way at a time: the file system's journal then writes several of them in one go."""


def sync(path: Path) -> None:
    """Return once a file's bytes, or a folder's names, are on the disk (fsync)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(paths: Iterable[Path]) -> None:
    """:func:`sync` for many, several at a time."""
    distinct = list(dict.fromkeys(paths))
    if len(distinct) <= 1:
        for path in distinct:
            sync(path)
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(sync, distinct))


def make_folder(path: Path) -> list[Path]:
    """Make a folder and those above it; the folders whose names must be synced for it to last."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    return [folder.parent for folder in missing]


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold a lock file alone, across threads and processes; it is let go even when the process dies."""
    with lock.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
