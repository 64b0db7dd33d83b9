"""Several virtual kits at once on one broker, each with its own connection or together behind a gateway."""

import heapq
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import Enum
from threading import Event, Lock

from firmware_sim.kit import VirtualKit
from firmware_sim.pace import MAX_SPEED, Pace, play
from firmware_sim.payloads import KitMessage, Presence
from firmware_sim.publisher import DeliverySettings, Publisher


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
    """

    speed: float = MAX_SPEED
    wiring: Wiring = Wiring.OWN_CONNECTION
    gateway: str = "vigie-gateway"
    delivery: DeliverySettings = field(default_factory=DeliverySettings)


@dataclass(frozen=True, slots=True)
class FleetReport:
    """What came of it: messages published, those the broker has acknowledged, and the time it took [s]."""

    messages: int
    acknowledged: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Line:
    """What goes over one connection."""

    client: str
    presences: list[Presence]
    messages: Iterable[KitMessage]


def publish_kits(
    kits: Sequence[VirtualKit],
    broker: str,
    settings: FleetSettings | None = None,
    progress: Callable[[int], None] | None = None,
    stop: Event | None = None,
) -> FleetReport:
    """Publish all that some kits have to say, and wait until the broker has acknowledged it.

    Parameters
    ----------
    broker : str
        ``mqtt[s]://[user:password@]host[:port]``.
    progress : callable, optional
        Called with the messages published by all kits so far; see :attr:`VirtualKit.message_count` for the whole.
    stop : threading.Event, optional
        Ends it early.

    Raises
    ------
    BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
        The first kit's trouble stops the others.
    """
    settings = settings or FleetSettings()
    stop = stop or Event()
    began = time.monotonic()
    first = min((kit.first_departure for kit in kits), default=0)
    counter = _Counter(progress or (lambda _published: None))
    lines = _lines(kits, settings)

    def run(line: _Line) -> Publisher:
        try:
            with Publisher(broker, line.client, line.presences, settings.delivery, stop) as publisher:
                play(line.messages, publisher, Pace(settings.speed, first), counter.of(line.client))
        except BaseException:
            stop.set()
            raise
        return publisher

    with ThreadPoolExecutor(max_workers=max(1, len(lines)), thread_name_prefix="kit") as pool:
        publishers = list(pool.map(run, lines))
    acknowledged = sum(publisher.acknowledged for publisher in publishers)
    return FleetReport(counter.total, acknowledged, time.monotonic() - began)


def _lines(kits: Sequence[VirtualKit], settings: FleetSettings) -> list[_Line]:
    if settings.wiring is Wiring.OWN_CONNECTION:
        return [_Line(kit.id, [kit.presence()], kit.messages()) for kit in kits]
    messages = heapq.merge(*(kit.messages() for kit in kits), key=lambda message: message.instant)
    return [_Line(settings.gateway, [kit.presence() for kit in kits], messages)]


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
