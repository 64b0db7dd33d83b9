"""Many virtual kits at once on one broker: each with its own connection, together behind a gateway, or behind many.

All connections are driven by the caller's own thread.
"""

import heapq
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Protocol

from catalog.identifiers import KitId
from firmware_sim.broker_route import BrokerRoute
from firmware_sim.connection import BrokerAddress
from firmware_sim.courier import Courier
from firmware_sim.fault_hand import FaultHand
from firmware_sim.faults import NO_FAULTS, FaultCount, FaultScript
from firmware_sim.faulty_line import FaultyLine
from firmware_sim.fleet_loop import FleetLoop, FleetPlayer, Watch
from firmware_sim.kit import VirtualKit
from firmware_sim.open_files import make_room
from firmware_sim.outbox import DeliverySettings
from firmware_sim.pace import MAX_SPEED, Pace, SteadyPace
from firmware_sim.payloads import KitMessage, Presence
from firmware_sim.playback import Playback

KITS_PER_GATEWAY = 100
"""Kits that a gateway carries when nobody says."""

LEAST_AGAIN = 20
"""Acknowledged messages each connection sends again after a reconnection, however many connections there are."""


class Wiring(Enum):
    """How kits reach the broker."""

    OWN_CONNECTION = "own connection"
    GATEWAY = "gateway"
    GATEWAYS = "gateways"


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """How a fleet publishes.

    Attributes
    ----------
    speed : float
        1 is real time; as fast as possible by default.
    rate : float, optional
        Messages a second of all kits together, in order of their instants, whatever the speed.
    wiring : Wiring
        Behind a gateway kits share one connection, but a gateway that dies leaves one will, that of its first kit:
        MQTT has one will per connection. What became of the others shows in the births of all, which follow each
        reconnection, or in their silence.
    gateway : str
        The gateway's MQTT client identifier; that of several has a number after it.
    kits_per_gateway : int
        Kits behind each, when there are several.
    delivery : DeliverySettings
        What is sent again after a reconnection is shared among the connections.
    faults : FaultScript
        What befalls the lines, counted from the first message of all kits. A fault of connections comes to the gateway
        when it concerns any kit behind it.
    restart_broker : callable, optional
        Ends and starts the broker, for scripts that ask for it; returns when it takes messages again. Called in
        another thread.
    authority : Path, optional
        Certificates that sign the broker's (PEM); the system's when None.
    """

    speed: float = MAX_SPEED
    rate: float | None = None
    wiring: Wiring = Wiring.OWN_CONNECTION
    gateway: str = "vigie-gateway"
    kits_per_gateway: int = KITS_PER_GATEWAY
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    faults: FaultScript = NO_FAULTS
    restart_broker: Callable[[], None] | None = None
    authority: Path | None = None


@dataclass(frozen=True, slots=True)
class FleetReport:
    """What came of it.

    Attributes
    ----------
    messages, acknowledged : int
        Published; acknowledged by the broker.
    seconds : float
        The time it took [s].
    faults : tuple of FaultCount
    connections, reconnections : int
    """

    messages: int
    acknowledged: int
    seconds: float
    faults: tuple[FaultCount, ...] = ()
    connections: int = 0
    reconnections: int = 0


class FleetWatch(Watch, Protocol):
    """Somebody who watches how punctual a fleet is, and how quick the broker."""

    def acknowledged(self, after: float) -> None:
        """A message was acknowledged for the first time, so long after it was taken [s]."""


@dataclass(frozen=True, slots=True)
class _Line:
    """What goes over one connection."""

    client: str
    kits: list[KitId]
    presences: list[Presence]
    messages: Iterator[KitMessage]


def publish_kits(
    kits: Sequence[VirtualKit],
    broker: str,
    settings: FleetSettings | None = None,
    progress: Callable[[int], None] | None = None,
    playback: Playback | None = None,
    watch: FleetWatch | None = None,
) -> FleetReport:
    """Publish all that some kits have to say, and wait until the broker has acknowledged it.

    Parameters
    ----------
    broker : str
        ``mqtt[s]://[user:password@]host[:port]``.
    progress : callable, optional
        Called with the messages published by all kits so far; see :attr:`VirtualKit.message_count` for the whole.
    playback : Playback, optional
        Pauses, steps and ends it.
    watch : FleetWatch, optional

    Raises
    ------
    FaultScriptError
        The script cannot do what it says to these kits, or asks for a restart of a broker that is not ours.
    BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
        The first connection's trouble stops the others.
    SimulatorError
        The address is none, or the system does not allow as many connections.
    """
    settings = settings or FleetSettings()
    began = time.monotonic()
    first = min((kit.first_departure for kit in kits), default=0)
    last = max((int(kit.instants[-1]) for kit in kits if kit.instants.size), default=0)
    settings.faults.check((kit.id for kit in kits), last - first)
    hand = FaultHand(settings.faults, settings.restart_broker)
    lines = _lines(kits, settings)
    route = BrokerRoute(replace(BrokerAddress.parse(broker), authority=settings.authority))
    make_room(len(lines))
    delivery = _shared(settings.delivery, len(lines))
    acknowledged = None if watch is None else watch.acknowledged
    couriers = [Courier(route, line.client, line.presences, delivery, acknowledged) for line in lines]

    def pace() -> Pace:
        return Pace(settings.speed, first) if settings.rate is None else SteadyPace(settings.rate)

    player = FleetPlayer(pace, playback or Playback(), progress or (lambda _published: None), hand, watch)
    items = [FaultyLine(settings.faults, hand.tally, line.kits, first).through(line.messages) for line in lines]
    loop = FleetLoop(couriers, items, player)
    loop.run()
    return FleetReport(
        messages=loop.published,
        acknowledged=sum(courier.outbox.acknowledged for courier in couriers),
        seconds=time.monotonic() - began,
        faults=hand.tally.counts(),
        connections=len(couriers),
        reconnections=sum(courier.reconnections for courier in couriers),
    )


def _lines(kits: Sequence[VirtualKit], settings: FleetSettings) -> list[_Line]:
    match settings.wiring:
        case Wiring.OWN_CONNECTION:
            return [_Line(kit.id, [kit.id], [kit.presence()], kit.messages()) for kit in kits]
        case Wiring.GATEWAY:
            return [_gateway(settings.gateway, kits)]
        case Wiring.GATEWAYS:
            size = settings.kits_per_gateway
            return [
                _gateway(f"{settings.gateway}-{number:03d}", kits[start : start + size])
                for number, start in enumerate(range(0, len(kits), size), start=1)
            ]


def _gateway(name: str, kits: Sequence[VirtualKit]) -> _Line:
    messages = heapq.merge(*(kit.messages() for kit in kits), key=lambda message: message.instant)
    return _Line(name, [kit.id for kit in kits], [kit.presence() for kit in kits], messages)


def _shared(delivery: DeliverySettings, connections: int) -> DeliverySettings:
    """Thousands of connections together keep what one would: the memory of a fleet is that of its kits."""
    share = max(min(LEAST_AGAIN, delivery.resend), math.ceil(delivery.resend / max(1, connections)))
    return replace(delivery, resend=share)
