"""A stream published again: same spacing and order, any speed, at its own time or another, as often as asked."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from firmware_sim.errors import ReplayError
from firmware_sim.fault_hand import FaultHand
from firmware_sim.faults import NO_FAULTS, FaultCount, FaultScript
from firmware_sim.faulty_line import FaultyLine
from firmware_sim.outbox import DeliverySettings
from firmware_sim.pace import MAX_SPEED, Pace, Player, play
from firmware_sim.payloads import KitMessage, presence
from firmware_sim.playback import Playback
from firmware_sim.publisher import Publisher
from firmware_sim.retelling import Origin
from firmware_sim.stream import Stream
from ingest.codecs.records import CLOCK_TOLERANCE

GATEWAY = "vigie-replay"
"""MQTT client identifier of several kits together."""


@dataclass(frozen=True, slots=True)
class ReplaySettings:
    """How to replay.

    Attributes
    ----------
    speed : float
        1 is real time, 60 is an hour a minute, :data:`MAX_SPEED` does not wait at all.
    begin : int or None
        Instant at which the stream begins now [ms UTC]; None for its own. All of its instants move with it.
    passes : int
        How often it is played, each pass after the one before.
    every : int or None
        From the beginning of one pass to the next [ms]; None for as long as the stream is.
    faults : FaultScript
        What befalls the line.
    restart_broker : callable, optional
        Ends and starts the broker, for scripts that ask for it; returns when it takes messages again.
    authority : Path or None
        Certificates that sign the broker's (PEM); the system's when None.
    """

    speed: float = MAX_SPEED
    begin: int | None = None
    passes: int = 1
    every: int | None = None
    faults: FaultScript = NO_FAULTS
    restart_broker: Callable[[], None] | None = None
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    authority: Path | None = None

    def __post_init__(self) -> None:
        if not self.speed > 0:
            raise ReplayError(f"speed is {self.speed:g}; expected a factor above 0, or inf for as fast as possible")
        if self.passes < 1:
            raise ReplayError(f"the stream shall be played {self.passes} times; expected at least once")


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What came of a replay.

    Attributes
    ----------
    messages, acknowledged : int
        Messages published, and those the broker has acknowledged.
    done, total : int
        How much of the stream had its turn, over all passes, in its unit; less than the total when it was ended.
    readings : int
        In the messages that had their turn, where somebody counted.
    seconds : float
    reconnections : int
    faults : tuple of FaultCount
    """

    messages: int
    acknowledged: int
    done: int
    total: int
    readings: int
    seconds: float
    reconnections: int
    faults: tuple[FaultCount, ...]


class Replay:
    """Publishes a stream over MQTT.

    Parameters
    ----------
    stream : Stream
    broker : str
        ``mqtt[s]://[user:password@]host[:port]``.
    settings : ReplaySettings, optional
    progress : callable, optional
        Called with (done, in all) in the stream's unit, at most ten times a second and at the end.
    playback : Playback, optional
        Pauses, steps and ends it.

    Raises
    ------
    ReplayError
        What was recorded as real shall be real, and yet at another time, more than once or over a faulty line.
    FaultScriptError
        The script cannot do to the stream what it says, or restarts a broker that is not ours.
    """

    def __init__(
        self,
        stream: Stream,
        broker: str,
        settings: ReplaySettings | None = None,
        progress: Callable[[int, int], None] | None = None,
        playback: Playback | None = None,
    ) -> None:
        self.settings = settings or ReplaySettings()
        self.playback = playback or Playback()
        self._stream = stream
        self._broker = broker
        self._progress = progress or (lambda _done, _total: None)
        self._done = self._readings = 0
        _refuse_false_truth(stream, self.settings)
        self.settings.faults.check(stream.kits, self._length)
        self._hand = FaultHand(self.settings.faults, self.settings.restart_broker)

    @property
    def total(self) -> int:
        """How much there is to play, in the stream's unit."""
        return self._stream.size * self.settings.passes

    def check_clock(self, now: int) -> None:
        """Refuse what a collector would refuse for its clock: readings from later than they arrive.

        Parameters
        ----------
        now : int
            When the replay begins [ms UTC].

        Raises
        ------
        ReplayError
        """
        settings, stream = self.settings, self._stream
        length = self._length
        played = 0.0 if math.isinf(settings.speed) else length / settings.speed
        begin = stream.first + self._offset
        ahead = max(begin - now, begin + length - now - played)
        if ahead <= CLOCK_TOLERANCE:
            return
        latest = datetime.fromtimestamp((now - length) // 1000, UTC).isoformat().replace("+00:00", "Z")
        raise ReplayError(
            f"readings would arrive up to {ahead / 60_000:.0f} min before they were made, and be refused as of a wrong "
            f"clock; expected instants of the past; begin at {latest} or before (--shift), or play at --speed 1"
        )

    def run(self) -> ReplayReport:
        """Publish the whole stream and wait until the broker has acknowledged all of it.

        Raises
        ------
        BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
        """
        settings, kits = self.settings, self._stream.kits
        # one kit connects under its own name, as it would itself; several share a gateway
        name = kits[0] if len(kits) == 1 else GATEWAY
        marked = self._stream.simulated
        presences = [] if self._stream.announced else [presence(kit, "replay", marked) for kit in kits]
        publisher = Publisher(
            self._broker, name, presences, settings.delivery, self.playback.stop, authority=settings.authority
        )
        self._done = self._readings = 0
        began = time.monotonic()
        pace = Pace(settings.speed)
        line = FaultyLine(settings.faults, self._hand.tally, kits)
        happen = self._hand.on(publisher, pace)
        with publisher:
            player = Player(publisher, pace, self.playback, self._report, happen)
            messages = play(line.through(self._messages()), player)
        return ReplayReport(
            messages=messages,
            acknowledged=publisher.acknowledged,
            done=self._done,
            total=self.total,
            readings=self._readings,
            seconds=time.monotonic() - began,
            reconnections=publisher.reconnections,
            faults=self._hand.tally.counts() if settings.faults.faults else (),
        )

    @property
    def _offset(self) -> int:
        begin = self.settings.begin
        return 0 if begin is None else begin - self._stream.first

    @property
    def _length(self) -> int:
        """From the first message to the last, over all passes [ms]."""
        once = self._stream.last - self._stream.first
        return once if self.settings.passes == 1 else (self.settings.passes - 1) * self._period + once

    @property
    def _period(self) -> int:
        """From one pass to the next [ms]."""
        length = self._stream.last - self._stream.first + self._stream.step
        every = self.settings.every
        if every is not None and every < length:
            raise ReplayError(
                f"a pass is to begin every {every / 1000:g} s, and is {length / 1000:g} s long; expected at least that"
            )
        return length if every is None else every

    def _messages(self) -> Iterator[KitMessage]:
        per_message = 0 if self._stream.unit.value == "readings" else 1
        for number in range(self.settings.passes):
            for message in self._stream.messages(self._offset + number * (self._period if number else 0)):
                yield message
                # reached once the message had its turn
                self._done += message.readings or per_message
                self._readings += message.readings

    def _report(self, _messages: int) -> None:
        self._progress(self._done, self.total)


def _refuse_false_truth(stream: Stream, settings: ReplaySettings) -> None:
    """Readings that no sensor made then and there must never go as recorded."""
    if stream.origin is Origin.SIMULATED:
        return
    for unlike, what in (
        (settings.begin is not None, "at another time"),
        (settings.passes > 1, "more than once"),
        (bool(settings.faults.faults), "over a faulty line"),
    ):
        if unlike:
            raise ReplayError(
                f"as recorded, and {what}: no sensor said that; leave --as-recorded out: it is then marked as simulated"
            )
