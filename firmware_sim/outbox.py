"""What a connection has to carry: every message is kept until the broker has acknowledged it, and a little longer."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.connection import Connection
from firmware_sim.errors import BrokerRefusedError, DeliveryTimeoutError, NobodyListensError
from firmware_sim.mqtt_packets import Sendable

NO_MATCHING_SUBSCRIBERS = 0x10
"""MQTT 5 reason of a PUBACK: accepted, and thrown away because nobody is subscribed (MQTT 5.0, 3.4.2.1)."""

FIRST_FAILURE = 0x80
"""Reason codes from here on mean that the message was not accepted (MQTT 5.0, 2.4)."""


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
    """A message on its way; an announcement is the outbox's own, made anew at each connection."""

    __slots__ = ("acknowledged_at", "announcement", "message", "taken_at")

    def __init__(self, message: Sendable, taken_at: float, *, announcement: bool = False) -> None:
        self.message = message
        self.taken_at = taken_at
        self.announcement = announcement
        self.acknowledged_at: float | None = None


class Outbox:
    """Messages of one client: waiting, in flight, unheard, and those acknowledged lately.

    Parameters
    ----------
    broker, client : str
        How a person calls them, for errors.
    delivery : DeliverySettings
    on_acknowledged : callable, optional
        Called at the first acknowledgement of each message with the time since it was taken [s].
    """

    def __init__(
        self,
        broker: str,
        client: str,
        delivery: DeliverySettings,
        on_acknowledged: Callable[[float], None] | None = None,
    ) -> None:
        self.acknowledged = 0
        """Messages the broker has acknowledged, each counted once."""
        self.waiting: deque[_Parcel] = deque()
        self.heard_at = 0.0
        """When the broker last acknowledged anything [s, monotonic]."""
        self._broker = broker
        self._client = client
        self._delivery = delivery
        self._on_acknowledged = on_acknowledged
        self._in_flight: dict[int, _Parcel] = {}
        self._announcements: deque[_Parcel] = deque()
        self._recent: deque[_Parcel] = deque()
        self._unheard: list[_Parcel] = []
        self._unheard_since: float | None = None
        self._send_unheard_at = 0.0
        self._refused = ""
        self._progress_at = 0.0

    @property
    def in_flight(self) -> int:
        """Messages sent and not yet acknowledged."""
        return len(self._in_flight)

    @property
    def announcing(self) -> bool:
        """Whether an announcement, or anything else, is on its way or about to be."""
        return bool(self._announcements or self._in_flight)

    @property
    def outstanding(self) -> int:
        """Messages taken and not yet acknowledged."""
        return len(self._announcements) + len(self.waiting) + len(self._in_flight) + len(self._unheard)

    @property
    def due(self) -> float:
        """When :meth:`tick` has something to do [s, monotonic], as far as it is known; infinite when nothing waits."""
        if self._unheard:
            return self._send_unheard_at
        return self._progress_at + self._delivery.patience if self.outstanding else float("inf")

    def take(self, message: Sendable, now: float) -> None:
        """Take one message, to be sent when the window allows."""
        if not self.outstanding:
            self._progress_at = now
        self.waiting.append(_Parcel(message, now))

    def announce(self, message: Sendable) -> None:
        """Take a message of the client's own, to be sent before all that waits, and on this connection alone."""
        self._announcements.append(_Parcel(message, time.monotonic(), announcement=True))

    def push_announcements(self, connection: Connection) -> None:
        """Line up announcements, as far as the broker takes them: a gateway has more than some take at once."""
        while self._announcements and len(self._in_flight) < connection.receive_maximum:
            parcel = self._announcements.popleft()
            self._in_flight[connection.send(parcel.message, self._in_flight)] = parcel

    def push(self, connection: Connection) -> None:
        """Line up what waits, as far as the window allows; the connection is flushed by whoever calls."""
        self.push_announcements(connection)
        if not self.waiting or self._announcements:
            return
        room = min(self._delivery.window, connection.receive_maximum) - len(self._in_flight) - len(self._unheard)
        while room > 0 and self.waiting:
            parcel = self.waiting.popleft()
            self._in_flight[connection.send(parcel.message, self._in_flight)] = parcel
            room -= 1

    def acknowledge(self, number: int, reason: int) -> None:
        """The broker has acknowledged the message of that number."""
        parcel = self._in_flight.pop(number, None)
        if parcel is None:
            return
        now = self.heard_at = self._progress_at = time.monotonic()
        message = parcel.message
        if reason >= FIRST_FAILURE:
            self._refused = (
                f"the broker at {self._broker} refused a message on {message.topic} (MQTT reason 0x{reason:02x}); "
                f'may client "{self._client}" publish there?'
            )
            self.waiting.appendleft(parcel)
            return
        if parcel.announcement:
            return
        if reason == NO_MATCHING_SUBSCRIBERS and not message.retain:  # what is retained waits for a listener
            if not self._unheard:
                self._send_unheard_at = now + self._delivery.listener_pause
                self._unheard_since = self._unheard_since or now
            self._unheard.append(parcel)
            return
        self._unheard_since = None
        if parcel.acknowledged_at is None:
            self.acknowledged += 1
            if self._on_acknowledged is not None:
                self._on_acknowledged(now - parcel.taken_at)
        parcel.acknowledged_at = now
        recent, old = self._recent, now - self._delivery.resend_seconds
        recent.append(parcel)
        while len(recent) > self._delivery.resend and (recent[0].acknowledged_at or now) < old:
            recent.popleft()

    def raise_refusal(self) -> None:
        """Tell of a message the broker does not accept.

        Raises
        ------
        BrokerRefusedError
        """
        if self._refused:
            raise BrokerRefusedError(self._refused)

    def tick(self, now: float) -> None:
        """Send again what nobody listened to, and lose patience.

        Raises
        ------
        NobodyListensError, DeliveryTimeoutError
        """
        if self._unheard and now >= self._send_unheard_at:
            self._retry_unheard(now)
        elif self.outstanding and now - self._progress_at > self._delivery.patience:
            raise DeliveryTimeoutError(
                f"the broker at {self._broker} has acknowledged nothing for {self._delivery.patience:g} s "
                f"({self.outstanding} messages wait); is its disk full or its queue limit reached?"
            )

    def connected(self, now: float) -> None:
        """There is a new connection: patience begins anew."""
        self._progress_at = now

    def line_up_lost(self) -> None:
        """The broker may be gone: line up again all that may not have arrived for good."""
        self._line_up_again(tuple(self._recent))
        self._recent.clear()

    def line_up_unacknowledged(self) -> None:
        """The broker lives and has what it acknowledged: line up the rest again."""
        self._line_up_again(())

    def _line_up_again(self, acknowledged: tuple[_Parcel, ...]) -> None:
        """In the order of their first sending: some that were acknowledged, and all that were not."""
        again = [p for p in (*acknowledged, *self._unheard, *self._in_flight.values()) if not p.announcement]
        self.waiting.extendleft(reversed(again))
        self._unheard.clear()
        self._in_flight.clear()
        self._announcements.clear()

    def _retry_unheard(self, now: float) -> None:
        since = self._unheard_since
        patience = self._delivery.patience if self.acknowledged else self._delivery.first_listener
        if since is not None and now - since > patience:
            raise NobodyListensError(
                f"the broker at {self._broker} takes the messages but nobody is subscribed to "
                f"{self._unheard[0].message.topic}; start the collector (`vigie run` or `vigie collect`) first"
            )
        self.waiting.extendleft(reversed(self._unheard))
        self._unheard.clear()
