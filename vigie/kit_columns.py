"""What a kit said, quantity by quantity, as arrays: the raw material of every series."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from catalog.identifiers import KitId
from store.readings import ReadingStore

_CHUNK = 60 * 86_400_000
"""Milliseconds read from the table at a time, so that a year of a zone stays far under a gigabyte."""


@dataclass(frozen=True, slots=True)
class Column:
    """Readings of one quantity of one kit, in order of instant.

    Attributes
    ----------
    instants : int64 array, shape (n,)
        Milliseconds UTC.
    values : float64 array, shape (n,)
        In the quantity's unit.
    flags : int8 array, shape (n,)
        :class:`catalog.readings.Flag` values.
    simulated : bool
        True when any of them was simulated.
    received : int64 array, shape (n,)
        When the service got them [ms UTC].
    conflict : bool array, shape (n,)
        Whether the instant came with another value too.
    """

    instants: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    flags: npt.NDArray[np.int8]
    simulated: bool
    received: npt.NDArray[np.int64]
    conflict: npt.NDArray[np.bool_]


class KeptColumns(Protocol):
    """Readings somebody keeps in memory."""

    def columns(self, kit: KitId, start: int, end: int, quantities: Collection[str] | None = None) -> dict[str, Column]:
        """Readings of a kit in (start, end] [ms UTC], by quantity."""


ColumnSource = ReadingStore | KeptColumns


def read_columns(
    store: ColumnSource,
    kit: KitId,
    start: int,
    end: int,
    version: int | None = None,
    quantities: Collection[str] | None = None,
) -> dict[str, Column]:
    """Stored readings of a kit in (start, end] [ms UTC], by quantity.

    Parameters
    ----------
    version : int, optional
        Delta version of the readings to read; those kept in memory are of one version alone.
    quantities : collection of str, optional
        Only these.
    """
    if not isinstance(store, ReadingStore):
        return store.columns(kit, start, end, quantities)
    parts: dict[str, list[Column]] = {}
    for chunk_start in range(start, end, _CHUNK):
        chunk_end = min(chunk_start + _CHUNK, end)
        frame = store.read_arrivals([kit], quantities, chunk_start, chunk_end, version)
        for (name,), rows in frame.partition_by("quantity", as_dict=True, maintain_order=True).items():
            parts.setdefault(str(name), []).append(
                Column(
                    rows["instant"].dt.epoch("ms").to_numpy().astype(np.int64),
                    rows["value"].to_numpy(),
                    rows["flag"].to_numpy(),
                    bool(rows["simulated"].any()),
                    rows["received"].dt.epoch("ms").to_numpy().astype(np.int64),
                    rows["conflict"].to_numpy(),
                )
            )
    # each quantity's pieces go as soon as they are one
    return {name: _joined(parts.pop(name)) for name in list(parts)}


def _joined(pieces: list[Column]) -> Column:
    return Column(
        np.concatenate([part.instants for part in pieces]),
        np.concatenate([part.values for part in pieces]),
        np.concatenate([part.flags for part in pieces]),
        any(part.simulated for part in pieces),
        np.concatenate([part.received for part in pieces]),
        np.concatenate([part.conflict for part in pieces]),
    )
