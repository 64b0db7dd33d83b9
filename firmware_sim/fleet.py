"""Several virtual kits at once on one broker, each with its own connection or together behind a gateway."""

import heapq
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from threading import Lock

from catalog.identifiers import KitId
from firmware_sim.fault_hand import FaultHand
from firmware_sim.faults import NO_FAULTS, FaultCount, FaultScript
from firmware_sim.faulty_line import FaultyLine
from firmware_sim.kit import VirtualKit
from firmware_sim.outbox import DeliverySettings
from firmware_sim.pace import MAX_SPEED, Pace, Player, play
from firmware_sim.payloads import KitMessage, Presence
from firmware_sim.playback import Playback
from firmware_sim.publisher import Publisher


class Wiring(Enum):
    """How kits reach the broker."""

    OWN_CONNECTION = "own connection"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """How a fleet publishes.

    Attributes
    ----------
    speed : float
        1 is real time; as fast as possible by default.
    wiring : Wiring
        A connection per kit needs a thread each; behind a gateway thousands of kits share one, but a gateway that dies
        leaves one will, that of its first kit.
    gateway : str
        The gateway's MQTT client identifier.
    delivery : DeliverySettings
    faults : FaultScript
        What befalls the lines, counted from the first message of all kits. A fault of connections comes to the gateway
        when it concerns any kit behind it.
    restart_broker : callable, optional
        Ends and starts the broker, for scripts that ask for it; returns when it takes messages again.
    """

    speed: float = MAX_SPEED
    wiring: Wiring = Wiring.OWN_CONNECTION
    gateway: str = "vigie-gateway"
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    faults: FaultScript = NO_FAULTS
    restart_broker: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class FleetReport:
    """What came of it: messages published, those the broker has acknowledged, the time it took [s], and the faults."""

    messages: int
    acknowledged: int
    seconds: float
    faults: tuple[FaultCount, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """What goes over one connection."""

    client: str
    kits: list[KitId]
    presences: list[Presence]
    messages: Iterable[KitMessage]


def publish_kits(
    kits: Sequence[VirtualKit],
    broker: str,
    settings: FleetSettings | None = None,
    progress: Callable[[int], None] | None = None,
    playback: Playback | None = None,
) -> FleetReport:
    """Publish all that some kits have to say, and wait until the broker has acknowledged it.

    Parameters
    ----------
    broker : str
        ``mqtt[s]://[user:password@]host[:port]``.
    progress : callable, optional
        Called with the messages published by all kits so far; see :attr:`VirtualKit.message_count` for the whole.
    playback : Playback, optional
        Pauses and ends it.

    Raises
    ------
    FaultScriptError
        The script cannot do what it says to these kits, or asks for a restart of a broker that is not ours.
    BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
        The first kit's trouble stops the others.
    """
    settings = settings or FleetSettings()
    playback = playback or Playback()
    began = time.monotonic()
    first = min((kit.first_departure for kit in kits), default=0)
    last = max((int(kit.instants[-1]) for kit in kits if kit.instants.size), default=0)
    settings.faults.check((kit.id for kit in kits), last - first)
    counter = _Counter(progress or (lambda _published: None))
    hand = FaultHand(settings.faults, settings.restart_broker)

    def run(line: _Line) -> Publisher:
        faulty = FaultyLine(settings.faults, hand.tally, line.kits, first)
        try:
            with Publisher(broker, line.client, line.presences, settings.delivery, playback.stop) as publisher:
                pace = Pace(settings.speed, first)
                happen = hand.on(publisher, pace)
                play(
                    faulty.through(line.messages),
                    Player(publisher, pace, playback, counter.of(line.client), happen),
                )
        except BaseException:
            playback.end()
            raise
        return publisher

    lines = _lines(kits, settings)
    with ThreadPoolExecutor(max_workers=max(1, len(lines)), thread_name_prefix="kit") as pool:
        publishers = list(pool.map(run, lines))
    acknowledged = sum(publisher.acknowledged for publisher in publishers)
    return FleetReport(counter.total, acknowledged, time.monotonic() - began, hand.tally.counts())


def _lines(kits: Sequence[VirtualKit], settings: FleetSettings) -> list[_Line]:
    if settings.wiring is Wiring.OWN_CONNECTION:
        return [_Line(kit.id, [kit.id], [kit.presence()], kit.messages()) for kit in kits]
    messages = heapq.merge(*(kit.messages() for kit in kits), key=lambda message: message.instant)
    return [_Line(settings.gateway, [kit.id for kit in kits], [kit.presence() for kit in kits], messages)]


class _Counter:
    """Adds up what several threads report."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self._progress = progress
        self._published: dict[str, int] = {}
        self._lock = Lock()

    @property
    def total(self) -> int:
        return sum(self._published.values())

    def of(self, client: str) -> Callable[[int], None]:
        """The report of one connection."""

        def report(published: int) -> None:
            with self._lock:
                self._published[client] = published
                self._progress(self.total)

        return report
