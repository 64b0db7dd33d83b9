"""Recorded readings published again, as the kits that made them would: same values, same instants, any speed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from threading import Event

import polars as pl

from catalog.identifiers import KitId
from catalog.readings import ReadingColumns
from firmware_sim.errors import ReplayError
from firmware_sim.pace import MAX_SPEED, Pace, play
from firmware_sim.payloads import KitMessage, PayloadFormat, encode, presence, readings_topic
from firmware_sim.publisher import DeliverySettings, Publisher
from ingest.codecs.records import EncodeError, Record

CHUNK = 20_000
"""Readings turned into Python objects at a time: enough to amortise, small beside the recording itself."""


class Origin(Enum):
    """What the payloads say about where the readings come from."""

    RECORDED = "recorded"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """How to replay.

    Attributes
    ----------
    speed : float
        1 is real time, 60 is an hour a minute, :data:`MAX_SPEED` does not wait at all.
    payload : PayloadFormat
    readings_per_message : int
        Most readings in one message. Readings of one kit and instant share a message; with
        ``instants_per_message`` above 1 several instants do, as a kit that sends every few minutes does.
    instants_per_message : int
    origin : Origin
        RECORDED by default: replayed readings are then identical to imported ones.
    """

    speed: float = MAX_SPEED
    payload: PayloadFormat = PayloadFormat.SENML_JSON
    readings_per_message: int = 100
    instants_per_message: int = 1
    origin: Origin = Origin.RECORDED
    delivery: DeliverySettings = field(default_factory=DeliverySettings)

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ReplayError(f"speed is {self.speed:g}; expected a factor above 0, or inf for as fast as possible")
        if self.readings_per_message < 1 or self.instants_per_message < 1:
            raise ReplayError("a message needs at least one reading and one instant")


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What came of a replay.

    Attributes
    ----------
    messages, acknowledged, readings : int
        Messages published, those the broker has acknowledged, and the readings of the published ones.
    total : int
        Readings of the whole recording; more than ``readings`` when the replay was stopped.
    seconds : float
    reconnections : int
    """

    messages: int
    acknowledged: int
    readings: int
    total: int
    seconds: float
    reconnections: int


class Replay:
    """Publishes recorded readings over MQTT.

    Parameters
    ----------
    recording : polars.DataFrame or ReadingColumns
        Columns ``kit``, ``quantity``, ``instant`` (ms UTC, or a datetime) and ``value``; others are not published:
        flags are given at the door, to replayed and imported readings alike.
    broker : str
        ``mqtt[s]://[user:password@]host[:port]``.
    settings : ReplaySettings, optional
    progress : callable, optional
        Called with (readings published, readings in all), at most ten times a second and at the end.
    """

    def __init__(
        self,
        recording: pl.DataFrame | ReadingColumns,
        broker: str,
        settings: ReplaySettings | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        self.settings = settings or ReplaySettings()
        self._broker = broker
        self._frame = _in_order(recording)
        self._progress = progress or (lambda _done, _total: None)
        self._stop = Event()
        self._published = 0

    @property
    def total(self) -> int:
        """Readings of the recording."""
        return self._frame.height

    @property
    def kits(self) -> list[KitId]:
        """Kits of the recording, in order of name."""
        return [KitId(kit) for kit in self._frame["kit"].unique().sort().to_list()]

    def stop(self) -> None:
        """End the replay soon, from any thread; what is in flight is left to the broker."""
        self._stop.set()

    def run(self) -> ReplayReport:
        """Publish the whole recording and wait until the broker has acknowledged all of it.

        Raises
        ------
        BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
        """
        kits = self.kits
        # one kit connects under its own name, as it would itself; several share a gateway
        name = kits[0] if len(kits) == 1 else "vigie-replay"
        presences = [presence(kit, "replay", self.settings.origin is Origin.SIMULATED) for kit in kits]
        publisher = Publisher(self._broker, name, presences, self.settings.delivery, self._stop)
        self._published = 0
        began = time.monotonic()
        with publisher:
            messages = play(self._messages(), publisher, Pace(self.settings.speed), self._report)
        return ReplayReport(
            messages=messages,
            acknowledged=publisher.acknowledged,
            readings=self._published,
            total=self.total,
            seconds=time.monotonic() - began,
            reconnections=publisher.reconnections,
        )

    def _report(self, _messages: int) -> None:
        self._progress(self._published, self.total)

    def _messages(self) -> Iterator[KitMessage]:
        for kit, records in self._batches():
            try:
                payload = encode(self.settings.payload, kit, records)
            except EncodeError as error:
                raise ReplayError(f"{kit} cannot be replayed as {self.settings.payload.value}: {error}") from None
            yield KitMessage(readings_topic(kit), payload, records[-1].instant)
            # reached once the message was published
            self._published += len(records)

    def _batches(self) -> Iterator[tuple[KitId, list[Record]]]:
        """The readings of each message, in the order of their last instant, as kits would have sent them."""
        simulated = self.settings.origin is Origin.SIMULATED
        filling: dict[str, _Filling] = {}
        complete: dict[str, None] = {}
        now = None
        for chunk in self._frame.iter_slices(CHUNK):
            for kit, quantity, instant, value in chunk.iter_rows():
                if instant != now:
                    for ready in complete:
                        yield KitId(ready), filling.pop(ready).records
                    complete.clear()
                    now = instant
                message = filling.get(kit)
                if message is None:
                    message = filling[kit] = _Filling()
                elif len(message.records) >= self.settings.readings_per_message:
                    yield KitId(kit), message.records
                    message = filling[kit] = _Filling()
                message.add(Record(quantity, instant, value, simulated))
                if message.instants >= self.settings.instants_per_message:
                    complete[kit] = None
        for kit, message in sorted(filling.items(), key=lambda item: item[1].last):
            yield KitId(kit), message.records


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
    """The four columns that are published, in order of instant; readings of one instant keep their order."""
    if isinstance(recording, ReadingColumns):
        recording = pl.DataFrame(
            {
                "kit": recording.kit,
                "quantity": recording.quantity,
                "instant": recording.instant,
                "value": recording.value,
            },
            schema={"kit": pl.String, "quantity": pl.String, "instant": pl.Int64, "value": pl.Float64},
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
    frame = recording.select(
        pl.col("kit").cast(pl.String), pl.col("quantity").cast(pl.String), instant.cast(pl.Int64), pl.col("value")
    ).with_columns(pl.col("value").cast(pl.Float64))
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
