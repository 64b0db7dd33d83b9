"""One client of a broker: it opens its connection as often as it must, and never waits.

Whoever drives it waits: :class:`~firmware_sim.publisher.Publisher` for one, in the caller's thread,
:class:`~firmware_sim.fleet_loop.FleetLoop` for thousands, in one thread.
"""

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from firmware_sim.broker_route import NEWEST, OLDEST, BrokerRoute
from firmware_sim.connection import CONNECT_TIMEOUT, BrokerAddress, Connection, Link
from firmware_sim.errors import BrokerUnreachableError, SimulatorError
from firmware_sim.mqtt_packets import Sendable
from firmware_sim.outbox import DeliverySettings, Outbox
from firmware_sim.payloads import Presence

CLOSING = 5.0
"""Time the last status messages have to be acknowledged, and the broker to close the connection [s]."""


class Stage(Enum):
    """What a courier is at."""

    RESTING = "resting"
    """No connection; it may open one from :attr:`Courier.due` on."""
    OPENING = "opening"
    UP = "up"
    LEAVING = "leaving"
    """The last status messages are on their way."""
    PARTING = "parting"
    """It has said goodbye, and the broker has not yet closed the connection."""
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class SignIns:
    """What became of sign-ins with a wrong password: a broker that lets anybody in accepts them."""

    refused: int = 0
    accepted: int = 0


@dataclass(slots=True)
class _Trial:
    """Sign-ins with a wrong password, until a time [s, monotonic], at least once."""

    until: float
    address: BrokerAddress
    done: Callable[[SignIns], None]
    came: SignIns = SignIns()


class Courier:
    """Carries the messages of one client with QoS 1.

    Parameters
    ----------
    route : BrokerRoute
    name : str
        MQTT client identifier.
    presences : sequence of Presence
        Status of every kit behind the connection: births are published at each connection, wills at a clean end.
        MQTT has one will per connection: the first one's is left with the broker.
    delivery : DeliverySettings
    on_acknowledged : callable, optional
        Called at the first acknowledgement of each message with the time since it was taken [s].

    Notes
    -----
    Every method that moves may raise BrokerUnreachableError, BrokerRefusedError, NobodyListensError and
    DeliveryTimeoutError: the trouble of a broker that says no, or lasts longer than the patience.
    """

    def __init__(
        self,
        route: BrokerRoute,
        name: str,
        presences: Sequence[Presence],
        delivery: DeliverySettings,
        on_acknowledged: Callable[[float], None] | None = None,
    ) -> None:
        self.name = name
        self.stage = Stage.RESTING
        self.due = 0.0
        """When :meth:`open` or :meth:`tick` has something to do [s, monotonic], at the latest."""
        self.reconnections = 0
        self.failure: SimulatorError | None = None
        """What the last try to connect ended with; None when it came off."""
        self.connection: Connection | None = None
        self.outbox = Outbox(str(route.address), name, delivery, on_acknowledged)
        self._route = route
        self._presences = tuple(presences)
        self._delivery = delivery
        self._been_up = False
        self._away_since: float | None = None
        self._welcomed_at = 0.0
        self._leave_by = 0.0
        self._trial: _Trial | None = None
        self._jitter: np.random.Generator | None = None
        self._pauses = self._new_pauses()

    def open(self, now: float) -> None:
        """Begin to connect; at rest only."""
        if self._away_since is None:
            self._away_since = now
        self._try(now, self._route.protocol or NEWEST)

    def take(self, message: Sendable, now: float) -> None:
        """Take one message; :meth:`flush` sends it, as far as the window allows."""
        if message.retain:
            self._presences = tuple(presence.after(message) for presence in self._presences)
        self.outbox.take(message, now)

    def flush(self, now: float) -> None:
        """Send what was taken."""
        connection = self.connection
        if connection is not None and self.stage is Stage.UP:
            self.outbox.push(connection)
            connection.flush()
            self._plan(now)

    def move(self, now: float) -> None:
        """Take what the network has for us and give it what it takes."""
        connection = self.connection
        if connection is None:
            return
        connection.move()
        self._look(connection, now)
        self.flush(now)

    def tick(self, now: float) -> None:
        """Do what time asks for."""
        connection = self.connection
        if connection is None:
            return
        connection.tick(now)
        self._look(connection, now)
        if self.stage is Stage.UP:
            self.outbox.tick(now)
            self.flush(now)
        elif self.stage in (Stage.LEAVING, Stage.PARTING):
            self._leave(now)

    def drop(self, away: float, now: float) -> None:
        """Lose the connection without a word, as a kit does that is carried out of reach; it comes back by itself.

        Parameters
        ----------
        away : float
            How long it does not try to [s].
        """
        if self.connection is not None:
            self.connection.abandon()
            self.outbox.line_up_unacknowledged()
        self._rest(now + away)

    def sign_in_wrongly(self, seconds: float, done: Callable[[SignIns], None], now: float) -> None:
        """Lose the connection, try with a wrong password for a time [s], at least once, and tell what came of it."""
        self.drop(0.0, now)
        address = self._route.address
        wrong = replace(address, username=address.username or self.name, password="not the password")  # noqa: S106
        self._trial = _Trial(now + seconds, wrong, done)
        self.due = now

    @property
    def on_trial(self) -> bool:
        """Whether it tries wrong passwords."""
        return self._trial is not None

    def leave(self, now: float) -> None:
        """Say that the kits go offline, and disconnect; at once where there is no connection."""
        connection = self.connection
        if connection is None or self.stage is not Stage.UP:
            self.abandon()
            return
        self.stage = Stage.LEAVING
        for presence in self._presences:
            self.outbox.announce(presence.will)
        self._leave_by = self.due = now + CLOSING
        self._leave(now)

    def abandon(self) -> None:
        """Drop the connection for good and without a word: the broker then publishes the will."""
        if self.connection is not None:
            self.connection.abandon()
        self.connection = None
        self.stage = Stage.GONE
        self.due = float("inf")

    def _try(self, now: float, protocol: int) -> None:
        trial, route = self._trial, self._route
        will = self._presences[0].will if self._presences and trial is None else None
        self.stage = Stage.OPENING
        try:
            self.connection = Connection(
                route.address if trial is None else trial.address,
                route.endpoints(),
                self.name,
                will,
                self.outbox.acknowledge,
                NEWEST if protocol == NEWEST else OLDEST,
                route.tls(),
            )
        except OSError as error:
            self._not_opened(route.unreachable(error), now)
            return
        self.due = self.connection.due
        self._look(self.connection, now)

    def _look(self, connection: Connection, now: float) -> None:
        """What has become of the connection."""
        if self.stage is Stage.OPENING:
            if not connection.opening:
                self._opened(connection, now)
        elif self.stage is Stage.UP:
            self.outbox.raise_refusal()
            if not connection.up:
                served = self._served(now)
                self.outbox.line_up_lost()
                self._lost(connection.farewell, served, now)
        elif self.stage in (Stage.LEAVING, Stage.PARTING):
            self._leave(now)

    def _opened(self, connection: Connection, now: float) -> None:
        """The broker has answered, or never will."""
        route, welcome = self._route, connection.welcome
        if self._trial is not None:
            self._tried(self._trial, connection, now)
        elif connection.up:
            self._welcomed(connection, now)
        elif connection.failure is not None:
            self._not_opened(route.unreachable(connection.failure), now)
        elif welcome is not None and welcome.refusal and not welcome.speaks_another_version:
            if not welcome.busy:
                self.abandon()
                raise route.refused(self.name, welcome.refusal)
            self._not_opened(route.busy(welcome.refusal), now)
        elif route.protocol is None and connection.protocol == NEWEST:
            self._try(now, OLDEST)
        else:
            self._not_opened(route.unreachable(None), now)

    def _welcomed(self, connection: Connection, now: float) -> None:
        self.stage = Stage.UP
        self.failure = None
        self._route.protocol = connection.protocol
        if self._been_up:
            self.reconnections += 1
        self._been_up = True
        self._welcomed_at = now
        self.outbox.connected(now)
        for presence in self._presences:
            self.outbox.announce(presence.birth)
        self.flush(now)

    def _not_opened(self, failure: BrokerUnreachableError, now: float) -> None:
        self.failure = failure
        self.connection = None
        self.stage = Stage.RESTING
        if now - (self._away_since or now) > self._delivery.patience:
            raise failure
        self.due = now + next(self._pauses)

    def _tried(self, trial: _Trial, connection: Connection, now: float) -> None:
        """A sign-in with a wrong password has come to its end."""
        if connection.up:
            trial.came = replace(trial.came, accepted=trial.came.accepted + 1)
            connection.say_goodbye()
            connection.abandon()
        elif connection.link is Link.REFUSED:
            trial.came = replace(trial.came, refused=trial.came.refused + 1)
        self.connection = None
        self.stage = Stage.RESTING
        pause = min(next(self._pauses), max(0.0, trial.until - now))
        self.due = now + pause
        if now >= trial.until:
            self._trial = None
            self._rest(now)
            trial.done(trial.came)

    def _served(self, now: float) -> bool:
        """Whether the connection was good for anything: a broker that lets in and hangs up is no broker."""
        return self.outbox.heard_at > self._welcomed_at or now - self._welcomed_at > CONNECT_TIMEOUT

    def _lost(self, farewell: str, served: bool, now: float) -> None:
        if served or self._away_since is None:
            self._rest(now)
            return
        self._not_opened(self._route.hangs_up(self.name, farewell), now)

    def _rest(self, until: float) -> None:
        self.connection = None
        self.stage = Stage.RESTING
        self._away_since = until
        self._pauses = self._new_pauses()
        self.due = until + next(self._pauses)

    def _leave(self, now: float) -> None:
        connection = self.connection
        if connection is None or not connection.up or now >= self._leave_by:
            if connection is not None and connection.up and self.stage is Stage.LEAVING:
                connection.say_goodbye()
            self.abandon()
            return
        if self.stage is not Stage.LEAVING:
            return
        self.outbox.push_announcements(connection)
        connection.flush()
        if not self.outbox.announcing:
            # closed by the broker: a socket closed on our side could take the goodbye with it
            connection.say_goodbye()
            self.stage = Stage.PARTING

    def _plan(self, now: float) -> None:
        if self.connection is not None:
            self.due = max(now, min(self.connection.due, self.outbox.due))

    def _new_pauses(self) -> Iterator[float]:
        # kits that lost the same broker must not all come back at the same moment
        if self._jitter is None:
            self._jitter = np.random.default_rng(zlib.crc32(self.name.encode()))
        pause = self._delivery.back_off_first
        while True:
            yield pause * float(self._jitter.uniform(0.5, 1.0))
            pause = min(2 * pause, self._delivery.back_off_last)
