"""The one way out of a kit, in the caller's own thread.

The publisher has no thread. Whoever publishes also moves the network, inside :meth:`Publisher.publish`,
:meth:`Publisher.wait` and :meth:`Publisher.drain`, as the main loop of a small device does.
"""

import select
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

from firmware_sim.broker_route import BrokerRoute
from firmware_sim.connection import BrokerAddress, Message
from firmware_sim.courier import Courier, SignIns, Stage
from firmware_sim.errors import SimulatorError
from firmware_sim.mqtt_packets import Sendable
from firmware_sim.outbox import DeliverySettings
from firmware_sim.payloads import Presence

TURN = 0.1
"""Longest time the publisher waits for the network before it looks at the stop event [s]."""


class Publisher:
    """Publishes messages with QoS 1 over one connection, which it opens again as often as it must.

    Parameters
    ----------
    broker : str
        ``mqtt[s]://[user:password@]host[:port]``.
    name : str
        MQTT client identifier: the kit's name, or the gateway's when several kits share the connection.
    presences : sequence of Presence
        Status of every kit behind the connection: births are published at each connection, wills at a clean end.
        MQTT has one will per connection: the first one's is left with the broker.
    delivery : DeliverySettings
    stop : threading.Event, optional
        When set, publishing and waiting end early, without an error.
    authority : Path, optional
        Certificates that sign the broker's (PEM); the system's when None.
    """

    def __init__(
        self,
        broker: str,
        name: str,
        presences: Sequence[Presence] = (),
        delivery: DeliverySettings | None = None,
        stop: Event | None = None,
        authority: Path | None = None,
    ) -> None:
        self.stop = stop or Event()
        self._route = BrokerRoute(replace(BrokerAddress.parse(broker), authority=authority))
        self._courier = Courier(self._route, name, presences, delivery or DeliverySettings())
        self._outbox = self._courier.outbox

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, error: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self._courier.abandon()

    def open(self) -> None:
        """Connect and announce the kits.

        Raises
        ------
        BrokerUnreachableError, BrokerRefusedError
            At once: a first connection that fails is a mistake in the address more often than a broker at rest.
        """
        courier = self._courier
        courier.open(time.monotonic())
        while courier.stage is Stage.OPENING:
            self._turn(TURN)
        if courier.failure is not None:
            raise courier.failure

    def publish(self, topic: str, payload: bytes) -> None:
        """Take one message and hand it to the network; see :meth:`deliver`."""
        self.deliver(Message(topic, payload))

    def deliver(self, message: Sendable) -> None:
        """Take one message and hand it to the network, waiting while the window is full.

        Raises
        ------
        BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
            When the broker is gone, says no, has no listener or stops acknowledging for longer than the patience.
        """
        now = time.monotonic()
        self._courier.take(message, now)
        self._courier.flush(now)
        if self._outbox.waiting:
            self._turn_while(lambda: bool(self._outbox.waiting))

    def wait(self, seconds: float) -> None:
        """Let time pass while the connection stays alive; ends early when stopped [s]."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and not self.stop.is_set():
            self._turn(min(left, TURN))

    def drop(self, away: float) -> None:
        """Lose the connection without a word, as a kit does that is carried out of reach; it comes back by itself.

        Parameters
        ----------
        away : float
            How long it does not try to [s].
        """
        self._courier.drop(away, time.monotonic())
        self.stop.wait(away)

    def sign_in_wrongly(self, seconds: float, done: Callable[[SignIns], None]) -> None:
        """Lose the connection, try with a wrong password for a time [s], at least once, and tell what came of it."""
        self._courier.sign_in_wrongly(seconds, done, time.monotonic())
        self._turn_while(lambda: self._courier.on_trial)

    @property
    def acknowledged(self) -> int:
        """Messages the broker has acknowledged, each counted once."""
        return self._outbox.acknowledged

    @property
    def reconnections(self) -> int:
        """Times the connection was opened again."""
        return self._courier.reconnections

    @property
    def protocol(self) -> str:
        """What the broker was found to speak; empty before the first connection."""
        return self._route.protocol_name

    @property
    def in_flight(self) -> int:
        """Messages sent and not yet acknowledged."""
        return self._outbox.in_flight

    @property
    def outstanding(self) -> int:
        """Messages taken and not yet acknowledged."""
        return self._outbox.outstanding

    def drain(self) -> None:
        """Wait until every message is acknowledged, or until stopped; raises as :meth:`publish` does."""
        self._turn_while(lambda: self.outstanding > 0)

    def close(self) -> None:
        """Deliver what is outstanding, say that the kits go offline, and disconnect."""
        self.drain()
        self._courier.leave(time.monotonic())
        while self._courier.stage is not Stage.GONE:
            self._turn(TURN)

    def _turn_while(self, unfinished: Callable[[], bool]) -> None:
        """Move the network until there is nothing left to wait for."""
        while unfinished() and not self.stop.is_set():
            self._turn(TURN)

    def _turn(self, timeout: float) -> None:
        """Wait for the network or the time the courier waits for; what it cannot mend ends the connection."""
        courier = self._courier
        if courier.stage is Stage.GONE and courier.failure is not None:
            raise courier.failure
        try:
            self._step(courier, timeout)
        except SimulatorError as error:
            courier.failure = error
            courier.abandon()
            raise

    def _step(self, courier: Courier, timeout: float) -> None:
        now = time.monotonic()
        if courier.stage is Stage.RESTING:
            if courier.due <= now:
                courier.open(now)
            else:
                self.stop.wait(min(timeout, courier.due - now))
            return
        connection = courier.connection
        if connection is not None and connection.sock is not None:
            poll = select.poll()  # select() knows no socket beyond the thousandth
            poll.register(connection.sock, select.POLLIN | (select.POLLOUT if connection.wants_write else 0))
            poll.poll(1000 * max(0.0, min(timeout, courier.due - now)))
        courier.move(time.monotonic())
        courier.tick(time.monotonic())
