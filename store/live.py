"""What the live state leaves on disk: how far it got, to go on from, and the values of the open shifts, to show."""

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from store.durability import make_folder, sync, sync_all

LIVE_SCHEMA: dict[str, Any] = {
    "zone": pl.String(),
    "kit": pl.String(),
    "deployment": pl.String(),
    "quantity": pl.String(),
    "unit": pl.String(),
    "shift": pl.String(),
    "since": pl.Datetime("ms", "UTC"),
    "until": pl.Datetime("ms", "UTC"),
    "newest": pl.Datetime("ms", "UTC"),
    "coverage": pl.Float64(),
    "suspect": pl.Float64(),
    "mean": pl.Float64(),
    "peak": pl.Float64(),
    "max_15min": pl.Float64(),
    "max_1h": pl.Float64(),
    "limits": pl.List(
        pl.Struct(
            {
                "limit": pl.Float64(),
                "direction": pl.String(),
                "seconds": pl.Float64(),
                "episodes": pl.Int64(),
                "episode_since": pl.Datetime("ms", "UTC"),
            }
        )
    ),
    "simulated": pl.Boolean(),
}
"""One row an open shift and quantity; ``seconds`` are the time beyond a limit, ``episode_since`` of one under way."""

STALE_AFTER = 600_000
"""Milliseconds: a newest reading older than this is said to be; the kit is silent, or nobody collects."""

SHOWN_AFTER = 3_600_000
"""Milliseconds an ended shift's last values stay: until it was computed."""


class LiveStateError(ValueError):
    """A file that is no saved state, or not all of one."""


class LiveStore:
    """The folder of the live state.

    Parameters
    ----------
    folder : Path
        Made when something is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._state = folder / "state.bin"
        self._values = folder / "values.arrow"

    def save(self, state: bytes) -> None:
        """Replace the state; a process killed meanwhile leaves it whole, as it was or as it is now."""
        new_names = make_folder(self._state.parent)
        checksum = hashlib.sha256(state).hexdigest().encode("ascii")
        fresh = self._state.with_suffix(".new")
        fresh.write_bytes(checksum + b"\n" + state)
        sync(fresh)
        fresh.replace(self._state)
        sync_all([*new_names, self._state.parent])

    def show(self, values: pl.DataFrame) -> None:
        """Replace the values; they may go with the machine, since they are made of the readings again."""
        make_folder(self._values.parent)
        fresh = self._values.with_suffix(".new")
        values.write_ipc(fresh)
        fresh.replace(self._values)

    def state(self) -> bytes | None:
        """The saved state; None where nothing was saved yet.

        Raises
        ------
        LiveStateError
            The file is cut short or damaged.
        """
        try:
            content = self._state.read_bytes()
        except FileNotFoundError:
            return None
        checksum, _, state = content.partition(b"\n")
        if hashlib.sha256(state).hexdigest().encode("ascii") != checksum:
            raise LiveStateError(f"{self._state}: damaged (its checksum does not fit)")
        return state

    def values(self) -> pl.DataFrame:
        """The rows of :data:`LIVE_SCHEMA` as last saved, by zone, kit, quantity; none where nothing was saved."""
        if not self._values.exists():
            return pl.DataFrame(schema=LIVE_SCHEMA)
        try:
            frame = pl.read_ipc(self._values.read_bytes())  # the file may be replaced meanwhile
        except (pl.exceptions.PolarsError, OSError):
            return pl.DataFrame(schema=LIVE_SCHEMA)
        return frame if frame.schema == pl.Schema(LIVE_SCHEMA) else pl.DataFrame(schema=LIVE_SCHEMA)
