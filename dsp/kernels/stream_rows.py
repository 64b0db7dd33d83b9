"""The memory of the incremental state: one record a row, all a reading needs of it side by side.

A processor waits for memory line by line (64 bytes), so a row's counters, its two rolling windows and its limits follow
each other, and no array per field.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

LINE = 64
"""Bytes of a line of the processor's cache."""

WINDOWS = 2
"""Rolling windows of a row."""


def _fields(whole: str, real: str) -> list[tuple[str, str]]:
    return [(name, "<i8") for name in whole.split()] + [(name, "<f8") for name in real.split()]


ROW = np.dtype(
    _fields(
        "newest period hold deployed_start deployed_end piece last_piece piece_start piece_end begun known valid"
        " suspected base status is_level head limits origin room",
        "total rest highest lowest",
    )
)
"""``piece``, ``last_piece``: the piece a row has come to, and one past its last; ``known``: as far as it has looked."""

ROLL = np.dtype(
    _fields("width back inside best_at best_valid least_at least_valid", "total rest best least above below floor")
)
"""``total`` + ``rest``: integral between both edges' cells; ``above``, ``below``: a mean within them is no extreme."""

LIMIT = np.dtype(
    _fields(
        "on_delay off_delay state begin finish under time kept_time beyond",
        "sign limit signal_limit hysteresis integral excess peak kept_integral kept_excess",
    )
)

Records = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Views of one block of memory.

    Attributes
    ----------
    memory : uint8 array, shape (rows, bytes a row)
    rows : array of ROW, shape (rows,)
    rolls : array of ROLL, shape (rows, 2)
    limits : array of LIMIT, shape (rows, limits)
    """

    memory: npt.NDArray[np.uint8]
    rows: Records
    rolls: Records
    limits: Records


def make_rows(count: int, limits: int) -> Rows:
    """Zeroed memory of so many rows with so many limits each, beginning at a line."""
    size = ROW.itemsize + WINDOWS * ROLL.itemsize + limits * LIMIT.itemsize
    size = -(-size // LINE) * LINE
    block = np.zeros(count * size + LINE, np.uint8)
    begin = -block.ctypes.data % LINE
    memory = block[begin : begin + count * size].reshape(count, size)
    rolls_at, limits_at = ROW.itemsize, ROW.itemsize + WINDOWS * ROLL.itemsize
    return Rows(
        memory,
        np.ndarray((count,), ROW, memory, 0, (size,)),
        np.ndarray((count, WINDOWS), ROLL, memory, rolls_at if count else 0, (size, ROLL.itemsize)),
        np.ndarray((count, limits), LIMIT, memory, limits_at if count and limits else 0, (size, LIMIT.itemsize)),
    )
