"""What virtual kits put on the wire: in one order, as a recording, and as the readings a collector hears in it."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
import polars as pl

from catalog.readings import ReadingColumns
from firmware_sim.corruption import heard
from firmware_sim.kit import VirtualKit
from firmware_sim.payloads import KitMessage, presence
from firmware_sim.record_file import VERSION, Head, RecordFile, line_of
from ingest.codecs.records import KitState

_LINES = 5_000
"""Lines written and synced at a time."""

_QOS = 1


def stream_of(kits: Sequence[VirtualKit]) -> Iterator[KitMessage]:
    """All messages of some kits in the order they leave, each kit's birth before and its will after them."""
    return heapq.merge(*(_life(kit) for kit in kits), key=lambda message: message.instant)


def write_recording(path: Path, kits: Sequence[VirtualKit], progress: Callable[[int], None] | None = None) -> None:
    """The stream as a recording that ``vigie replay`` plays to the byte.

    Parameters
    ----------
    path : Path
        Must not exist.
    progress : callable, optional
        Called with the messages written so far.

    Raises
    ------
    RecordingError
        It cannot be written.
    """
    messages = stream_of(kits)
    started = min((kit.first_departure for kit in kits), default=0)
    written = 0
    with RecordFile(path, Head(VERSION, started)) as file:
        while batch := list(islice(messages, _LINES)):
            file.write([_line(message, started) for message in batch])
            written += len(batch)
            if progress is not None:
                progress(written)


def readings_of(kits: Sequence[VirtualKit]) -> pl.DataFrame:
    """The readings in the kits' messages as a collector hears them, each once, by kit, quantity and instant.

    Returns
    -------
    polars.DataFrame
        Columns ``kit``, ``quantity``, ``instant`` [ms UTC] and ``value`` in the quantity's unit.
    """
    columns = ReadingColumns()
    columns.extend(
        heard(message.payload, kit.id).readings for kit in kits for message in kit.messages() if message.readings
    )
    schema = {"kit": pl.String, "quantity": pl.String, "instant": pl.Int64, "value": pl.Float64}
    frame = pl.DataFrame({name: getattr(columns, name) for name in schema}, schema=schema)
    return frame.unique(["kit", "quantity", "instant"], keep="last").sort("kit", "quantity", "instant")


def _life(kit: VirtualKit) -> Iterator[KitMessage]:
    """Birth, messages, and the will of whichever start was the last, unless that is said already."""
    born = kit.presence().birth
    last = kit.first_departure
    status = _Status(KitState.ONLINE, kit.boot)
    yield KitMessage(born.topic, born.payload, last, retain=True)
    for message in kit.messages():
        last = message.instant
        if not message.readings:
            status = msgspec.json.decode(message.payload, type=_Status)
        yield message
    if status.state is KitState.ONLINE:
        gone = presence(kit.id, status.boot, simulated=True).will
        yield KitMessage(gone.topic, gone.payload, last, retain=True)


class _Status(msgspec.Struct, frozen=True):
    """What a status message says of the kit's starts."""

    state: KitState
    boot: str


def _line(message: KitMessage, started: int) -> bytes:
    after = (message.instant - started) * 1000
    return line_of(after, message.instant, message.topic, message.payload, _QOS, message.retain, dup=False)
