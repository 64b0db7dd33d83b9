"""The one way out of a kit: every message is kept until the broker has acknowledged it, and a little longer.

The publisher has no thread. Whoever publishes also moves the network, inside :meth:`Publisher.publish`,
:meth:`Publisher.wait` and :meth:`Publisher.drain`, as the main loop of a small device does.
"""

import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

import numpy as np
from paho.mqtt.enums import MQTTProtocolVersion

from firmware_sim.connection import BrokerAddress, Connection, Message, connect
from firmware_sim.errors import (
    BrokerRefusedError,
    BrokerUnreachableError,
    DeliveryTimeoutError,
    NobodyListensError,
)
from firmware_sim.payloads import Presence

NO_MATCHING_SUBSCRIBERS = 0x10
"""MQTT 5 reason of a PUBACK: accepted, and thrown away because nobody is subscribed (MQTT 5.0, 3.4.2.1)."""

FIRST_FAILURE = 0x80
"""Reason codes from here on mean that the message was not accepted (MQTT 5.0, 2.4)."""

CLOSING = 2.0
"""Time the last status messages have to be acknowledged [s]."""

TURN = 0.1
"""Longest time the publisher waits for the network before it looks at the stop event [s]."""


_PROTOCOL_NAMES = {MQTTProtocolVersion.MQTTv311: "MQTT 3.1.1", MQTTProtocolVersion.MQTTv5: "MQTT 5"}


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How hard a publisher tries.

    Attributes
    ----------
    window : int
        Messages sent and not yet acknowledged, at most (less when an MQTT 5 broker asks for less).
    resend : int
        Acknowledged messages sent again after a reconnection, at least: a broker killed by force has acknowledged what
        it had not yet saved, or had passed on into a socket that died with it. Readings are idempotent, so a
        repetition changes nothing.
    resend_seconds : float
        All that was acknowledged within this time is sent again too [s]; longer than the broker's interval between two
        saves (deploy/mosquitto.conf).
    back_off_first, back_off_last : float
        Pause before a reconnection [s], doubled each time up to the last.
    patience : float
        Time without a broker, an acknowledgement or a listener after which the publisher gives up [s].
    first_listener : float
        The same for a listener as long as there has never been one: somebody forgot to start the collector [s].
    listener_pause : float
        Pause before a message nobody listened to is sent again [s].
    """

    window: int = 500
    resend: int = 1000
    resend_seconds: float = 5.0
    back_off_first: float = 0.1
    back_off_last: float = 5.0
    patience: float = 60.0
    first_listener: float = 10.0
    listener_pause: float = 0.5


class _Parcel:
    """A message on its way; an announcement is the publisher's own, made anew at each connection."""

    __slots__ = ("acknowledged_at", "announcement", "message")

    def __init__(self, message: Message, *, announcement: bool = False) -> None:
        self.message = message
        self.announcement = announcement
        self.acknowledged_at: float | None = None


@dataclass(frozen=True, slots=True)
class SignIns:
    """What became of sign-ins with a wrong password: a broker that lets anybody in accepts them."""

    refused: int
    accepted: int


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
        self.address = replace(BrokerAddress.parse(broker), authority=authority)
        self.name = name
        self.delivery = delivery or DeliverySettings()
        self.stop = stop or Event()
        self.acknowledged = 0
        """Messages the broker has acknowledged, each counted once."""
        self.reconnections = 0
        self._presences = tuple(presences)
        self._connection: Connection | None = None
        self._protocol: MQTTProtocolVersion | None = None
        self._waiting: deque[_Parcel] = deque()
        self._in_flight: dict[int, _Parcel] = {}
        self._recent: deque[_Parcel] = deque()
        self._unheard: list[_Parcel] = []
        self._unheard_since: float | None = None
        self._send_unheard_at = 0.0
        self._refused = ""
        # kits that lost the same broker must not all come back at the same moment
        self._jitter = np.random.default_rng(zlib.crc32(name.encode()))

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, error: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        elif self._connection is not None:
            self._connection.abandon()

    def open(self) -> None:
        """Connect and announce the kits.

        Raises
        ------
        BrokerUnreachableError, BrokerRefusedError
            At once: a first connection that fails is a mistake in the address more often than a broker at rest.
        """
        will = self._presences[0].will if self._presences else None
        self._connection = connect(self.address, self.name, will, self._on_acknowledged, self._protocol)
        self._protocol = self._connection.protocol
        for presence in self._presences:
            self._send(_Parcel(presence.birth, announcement=True))

    def publish(self, topic: str, payload: bytes) -> None:
        """Take one message and hand it to the network; see :meth:`deliver`."""
        self.deliver(Message(topic, payload))

    def deliver(self, message: Message) -> None:
        """Take one message and hand it to the network, waiting while the window is full.

        Raises
        ------
        BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
            When the broker is gone, says no, has no listener or stops acknowledging for longer than the patience.
        """
        self._waiting.append(_Parcel(message))
        self._push()
        if self._waiting:
            self._turn_while(lambda: bool(self._waiting))

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
        if self._connection is not None:
            self._connection.abandon()
            # the broker lives and has what it acknowledged; only the rest is sent again
            self._line_up_again(())
        self.stop.wait(away)

    def sign_in_wrongly(self, seconds: float) -> SignIns:
        """Lose the connection, and try with a wrong password for a time [s], at least once."""
        self.drop(0.0)
        wrong = replace(self.address, username=self.address.username or self.name, password="not the password")  # noqa: S106
        refused = accepted = 0
        deadline = time.monotonic() + seconds
        pauses = self._pauses()
        while True:
            try:
                connect(wrong, self.name, None, self._on_acknowledged, self._protocol).close()
                accepted += 1
            except BrokerRefusedError:
                refused += 1
            except BrokerUnreachableError:
                pass  # no answer is neither
            left = deadline - time.monotonic()
            if left <= 0 or self.stop.wait(min(next(pauses), left)):
                return SignIns(refused, accepted)

    @property
    def protocol(self) -> str:
        """What the broker was found to speak; empty before the first connection."""
        return _PROTOCOL_NAMES[self._protocol] if self._protocol is not None else ""

    @property
    def in_flight(self) -> int:
        """Messages sent and not yet acknowledged."""
        return len(self._in_flight)

    @property
    def outstanding(self) -> int:
        """Messages taken and not yet acknowledged."""
        return len(self._waiting) + len(self._in_flight) + len(self._unheard)

    def drain(self) -> None:
        """Wait until every message is acknowledged, or until stopped; raises as :meth:`publish` does."""
        self._turn_while(lambda: self.outstanding > 0)

    def close(self) -> None:
        """Deliver what is outstanding, say that the kits go offline, and disconnect."""
        self.drain()
        connection = self._connection
        if connection is not None:
            for presence in self._presences:
                self._send(_Parcel(presence.will, announcement=True))
            deadline = time.monotonic() + CLOSING
            while self._in_flight and connection.up and time.monotonic() < deadline:
                connection.turn(TURN)
            connection.close()
        self._connection = None

    def _turn_while(self, unfinished: Callable[[], bool]) -> None:
        """Move the network until there is nothing left to wait for; the patience starts again with every PUBACK."""
        seen, since = self._progress(), time.monotonic()
        while unfinished() and not self.stop.is_set():
            self._turn(TURN)
            if (now_seen := self._progress()) != seen:
                seen, since = now_seen, time.monotonic()
            elif time.monotonic() - since > self.delivery.patience:
                raise DeliveryTimeoutError(
                    f"the broker at {self.address} has acknowledged nothing for {self.delivery.patience:g} s "
                    f"({self.outstanding} messages wait); is its disk full or its queue limit reached?"
                )

    def _progress(self) -> tuple[int, int]:
        return self.acknowledged + len(self._unheard), len(self._waiting)

    def _turn(self, timeout: float) -> None:
        connection = self._connection
        if connection is None:
            self._reconnect()
            return
        connection.turn(timeout)
        if self._refused:
            raise BrokerRefusedError(self._refused)
        if not connection.up:
            self._lose_connection()
            return
        if self._unheard and time.monotonic() >= self._send_unheard_at:
            self._retry_unheard()
        self._push()

    def _push(self) -> None:
        """Send what waits, as far as the window allows."""
        connection = self._connection
        if connection is None:
            return
        room = min(self.delivery.window, connection.receive_maximum) - len(self._in_flight) - len(self._unheard)
        while room > 0 and self._waiting and connection.up:
            self._send(self._waiting.popleft())
            room -= 1

    def _send(self, parcel: _Parcel) -> None:
        if self._connection is not None:
            self._in_flight[self._connection.send(parcel.message)] = parcel

    def _on_acknowledged(self, mid: int, reason: int) -> None:
        parcel = self._in_flight.pop(mid, None)
        if parcel is None:
            return
        message = parcel.message
        if reason >= FIRST_FAILURE:
            self._refused = (
                f"the broker at {self.address} refused a message on {message.topic} (MQTT reason 0x{reason:02x}); "
                f'may client "{self.name}" publish there?'
            )
            self._waiting.appendleft(parcel)
            return
        if parcel.announcement:
            return
        if reason == NO_MATCHING_SUBSCRIBERS and not message.retain:  # what is retained waits for a listener
            if not self._unheard:
                self._send_unheard_at = time.monotonic() + self.delivery.listener_pause
                self._unheard_since = self._unheard_since or time.monotonic()
            self._unheard.append(parcel)
            return
        self._unheard_since = None
        if parcel.acknowledged_at is None:
            self.acknowledged += 1
        now = parcel.acknowledged_at = time.monotonic()
        recent, old = self._recent, now - self.delivery.resend_seconds
        recent.append(parcel)
        while len(recent) > self.delivery.resend and (recent[0].acknowledged_at or now) < old:
            recent.popleft()

    def _retry_unheard(self) -> None:
        since = self._unheard_since
        patience = self.delivery.patience if self.acknowledged else self.delivery.first_listener
        if since is not None and time.monotonic() - since > patience:
            raise NobodyListensError(
                f"the broker at {self.address} takes the messages but nobody is subscribed to "
                f"{self._unheard[0].message.topic}; start the collector (`vigie run` or `vigie collect`) first"
            )
        self._waiting.extendleft(reversed(self._unheard))
        self._unheard.clear()

    def _lose_connection(self) -> None:
        """Line up again all that may not have arrived for good."""
        self._line_up_again(tuple(self._recent))
        self._recent.clear()

    def _line_up_again(self, acknowledged: tuple[_Parcel, ...]) -> None:
        """In the order of their first sending: some that were acknowledged, and all that were not."""
        again = [p for p in (*acknowledged, *self._unheard, *self._in_flight.values()) if not p.announcement]
        self._waiting.extendleft(reversed(again))
        self._unheard.clear()
        self._in_flight.clear()
        self._connection = None

    def _reconnect(self) -> None:
        deadline = time.monotonic() + self.delivery.patience
        for pause in self._pauses():
            if self.stop.wait(pause):
                return
            try:
                self.open()
            except BrokerUnreachableError:
                if time.monotonic() > deadline:
                    raise
            else:
                self.reconnections += 1
                self._push()
                return

    def _pauses(self) -> Iterator[float]:
        pause = self.delivery.back_off_first
        while True:
            yield pause * float(self._jitter.uniform(0.5, 1.0))
            pause = min(2 * pause, self.delivery.back_off_last)
