"""Readings of a table as a stream: published again as the kits that made them would."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from catalog.identifiers import KitId, QuantityId
from catalog.readings import ReadingColumns
from firmware_sim.errors import ReplayError
from firmware_sim.payloads import KitMessage, PayloadFormat, encode, readings_topic
from firmware_sim.retelling import Origin
from firmware_sim.stream import EVERYTHING, Choice, Unit
from ingest.codecs.records import EncodeError, Record

CHUNK = 20_000
"""Readings turned into Python objects at a time: enough to amortise, small beside the recording itself."""


@dataclass(frozen=True, slots=True)
class Packing:
    """How readings are put into messages.

    Attributes
    ----------
    payload : PayloadFormat
    readings_per_message : int
        Most readings in one message. Readings of one kit and instant share a message; with
        ``instants_per_message`` above 1 several instants do, as a kit that sends every few minutes does.
    instants_per_message : int
    """

    payload: PayloadFormat = PayloadFormat.SENML_JSON
    readings_per_message: int = 100
    instants_per_message: int = 1

    def __post_init__(self) -> None:
        if self.readings_per_message < 1 or self.instants_per_message < 1:
            raise ReplayError("a message needs at least one reading and one instant")


class TableStream:
    """Recorded readings, as messages.

    Parameters
    ----------
    recording : polars.DataFrame or ReadingColumns
        Columns ``kit``, ``quantity``, ``instant`` (ms UTC, or a datetime) and ``value``, and ``simulated`` where some
        are; others are not published: flags are given at the door, to replayed and imported readings alike.
    packing : Packing
    choice : Choice
        By the instants of the readings.
    origin : Origin
        RECORDED leaves real readings real; one that is simulated in the table stays so.

    Raises
    ------
    ReplayError
        The table holds what cannot be replayed, nothing is chosen, or a kit that is named is not in it.
    """

    announced = False
    unit = Unit.READINGS

    def __init__(
        self,
        recording: pl.DataFrame | ReadingColumns,
        packing: Packing | None = None,
        choice: Choice = EVERYTHING,
        origin: Origin = Origin.SIMULATED,
    ) -> None:
        self.origin = origin
        self._packing = packing or Packing()
        self._frame = _chosen(_in_order(recording), choice, origin)
        self.size = self._frame.height
        self.simulated = bool(self._frame["simulated"].any())
        self.kits = [KitId(kit) for kit in self._frame["kit"].unique().sort().to_list()]
        self.first = int(self._frame.item(0, "instant"))
        self.last = int(self._frame.item(-1, "instant"))
        steps = self._frame["instant"].unique().sort().diff().drop_nulls()
        self.step = int(steps.quantile(0.5, "nearest") or 1000) if steps.len() else 1000

    def messages(self, offset: int) -> Iterator[KitMessage]:
        """All of it, in the order of the last instant in each message."""
        for kit, records in self.batches(offset):
            try:
                payload = encode(self._packing.payload, kit, records)
            except EncodeError as error:
                raise ReplayError(f"{kit} cannot be replayed as {self._packing.payload.value}: {error}") from None
            yield KitMessage(readings_topic(kit), payload, records[-1].instant, readings=len(records))

    def batches(self, offset: int) -> Iterator[tuple[KitId, list[Record]]]:
        """The readings of each message, in the order of their last instant, as kits would have sent them."""
        filling: dict[_Sender, _Filling] = {}
        complete: dict[_Sender, None] = {}
        now = None
        for chunk in self._frame.iter_slices(CHUNK):
            for kit, quantity, instant, value, simulated in chunk.iter_rows():
                if instant != now:
                    for ready in complete:
                        yield KitId(ready.kit), filling.pop(ready).records
                    complete.clear()
                    now = instant
                sender = _Sender(kit, simulated)
                message = filling.get(sender)
                if message is None:
                    message = filling[sender] = _Filling()
                elif len(message.records) >= self._packing.readings_per_message:
                    yield KitId(kit), message.records
                    message = filling[sender] = _Filling()
                message.add(Record(QuantityId(quantity), instant + offset, value, simulated))
                if message.instants >= self._packing.instants_per_message:
                    complete[sender] = None
        for sender, message in sorted(filling.items(), key=lambda item: item[1].last):
            yield KitId(sender.kit), message.records


class _Sender(NamedTuple):
    """Whose messages are filled: simulated and real readings never share one."""

    kit: str
    simulated: bool


class _Filling:
    """The message a kit is filling."""

    __slots__ = ("instants", "last", "records")

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.instants = 0
        self.last = -1

    def add(self, record: Record) -> None:
        if record.instant != self.last:
            self.last = record.instant
            self.instants += 1
        self.records.append(record)


def _in_order(recording: pl.DataFrame | ReadingColumns) -> pl.DataFrame:
    """The columns that are published, in order of instant; readings of one instant keep their order."""
    if isinstance(recording, ReadingColumns):
        recording = pl.DataFrame(
            {
                "kit": recording.kit,
                "quantity": recording.quantity,
                "instant": recording.instant,
                "value": recording.value,
                "simulated": recording.simulated,
            },
            schema={
                "kit": pl.String,
                "quantity": pl.String,
                "instant": pl.Int64,
                "value": pl.Float64,
                "simulated": pl.Boolean,
            },
        )
    missing = [name for name in ("kit", "quantity", "instant", "value") if name not in recording.columns]
    if missing:
        raise ReplayError(
            f"the recording has no column {', '.join(missing)} (it has {', '.join(recording.columns)}); "
            f"expected kit, quantity, instant and value"
        )
    instant = pl.col("instant")
    if isinstance(recording.schema["instant"], pl.Datetime):
        instant = instant.dt.epoch("ms")
    simulated = pl.col("simulated") if "simulated" in recording.columns else pl.lit(value=False).alias("simulated")
    frame = recording.select(
        pl.col("kit").cast(pl.String),
        pl.col("quantity").cast(pl.String),
        instant.cast(pl.Int64),
        pl.col("value").cast(pl.Float64),
        simulated,
    )
    unusable = frame.filter(pl.any_horizontal(pl.all().is_null()) | ~pl.col("value").is_finite())
    if unusable.height:
        row = unusable.row(0)
        raise ReplayError(
            f"{unusable.height} of {frame.height} readings cannot be replayed, the first is "
            f"{' '.join(str(part) for part in row)}; "
            f"expected a kit, a quantity, an instant and a finite value; filter them out"
        )
    for kit in frame["kit"].unique().to_list():
        if not kit or any(character in kit for character in "/+#"):
            raise ReplayError(f'a kit is named "{kit}", which no topic can carry; expected a name without /, + and #')
    return frame.sort("instant", maintain_order=True)


def _chosen(frame: pl.DataFrame, choice: Choice, origin: Origin) -> pl.DataFrame:
    """What is replayed of a table, under its new names, marked as it shall be."""
    kits = sorted(frame["kit"].unique().to_list())
    unknown = sorted((set(choice.names) | (choice.kits or frozenset())) - set(kits))
    if unknown:
        raise ReplayError(f"there is no kit {unknown[0]}; the stream has {', '.join(kits) or 'none'}")
    if choice.kits is not None:
        frame = frame.filter(pl.col("kit").is_in(sorted(choice.kits)))
    if choice.since is not None:
        frame = frame.filter(pl.col("instant") > choice.since)
    if choice.until is not None:
        frame = frame.filter(pl.col("instant") <= choice.until)
    if frame.is_empty():
        raise ReplayError("no reading to replay in that time" if kits else "no reading to replay")
    if choice.names:
        frame = frame.with_columns(pl.col("kit").replace(dict(choice.names)))
    if origin is Origin.SIMULATED:
        frame = frame.with_columns(simulated=pl.lit(value=True))
    return frame
