"""Thousands of couriers in one thread: their sockets, what each waits for, and how many may connect at once."""

import heapq
import selectors
import time
from collections import deque
from collections.abc import Callable, Sequence
from socket import socket
from threading import Event

from firmware_sim.courier import Courier, Stage
from firmware_sim.errors import BrokerUnreachableError

CONNECTIONS_AT_ONCE = 64
"""Connections that are being opened, at most: fewer than the 100 a broker's queue of connections commonly holds."""

CONNECTIONS_PER_SECOND = 1_000
"""Connections opened in a second, at most, at the start and when thousands have lost the same broker."""

TURN = 0.1
"""Longest time without a look at the stop event [s]."""


class _Node:
    """A courier, and what is known of it here."""

    __slots__ = ("been_up", "courier", "fd", "interest", "queued", "scheduled", "sock")

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.sock: socket | None = None
        self.fd = -1
        self.interest = 0
        self.scheduled = float("inf")
        self.queued = False
        self.been_up = False


class FleetNetwork:
    """Drives couriers, each known by its place in the sequence.

    Parameters
    ----------
    couriers : sequence of Courier
    moved : callable
        Called with a courier's place whenever something may have changed for it.

    Notes
    -----
    :meth:`open` and :meth:`turn` raise BrokerUnreachableError, BrokerRefusedError, NobodyListensError and
    DeliveryTimeoutError, as the couriers do.
    """

    def __init__(self, couriers: Sequence[Courier], moved: Callable[[int], None]) -> None:
        self._nodes = [_Node(courier) for courier in couriers]
        self._moved = moved
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int]] = []
        self._queue: deque[int] = deque()
        self._opening: set[int] = set()
        self._next_opening = 0.0
        self._been_up = 0

    def open(self, stop: Event) -> None:
        """Connect all; ends early when stopped.

        The first connects alone: its failure is a mistake in the address more often than a broker at rest.
        """
        if not self._nodes:
            return
        first = self._nodes[0].courier
        first.open(time.monotonic())
        self.look(0)
        while first.stage is Stage.OPENING and not stop.is_set():
            self.turn(TURN)
        if first.failure is not None:
            raise first.failure
        for number in range(1, len(self._nodes)):
            self._nodes[number].queued = True
            self._queue.append(number)
        while self._been_up < len(self._nodes) and not stop.is_set():
            self.turn(TURN)

    def close(self) -> None:
        """Drop whatever connection there still is, without a word."""
        for number, node in enumerate(self._nodes):
            node.courier.abandon()
            self.look(number)
        self._selector.close()

    def turn(self, timeout: float) -> None:
        """Wait for the network or the clock, up to ``timeout`` [s], and let every courier do what is to do."""
        now = time.monotonic()
        if self._timers:
            timeout = min(timeout, self._timers[0][0] - now)
        if self._queue and len(self._opening) < CONNECTIONS_AT_ONCE:
            timeout = min(timeout, self._next_opening - now)
        events = self._selector.select(max(0.0, timeout))
        now = time.monotonic()
        try:
            for key, _ in events:
                number: int = key.data
                self._nodes[number].courier.move(now)
                self.look(number)
                self._moved(number)
            self._tick(now)
            self._open(now)
        except BrokerUnreachableError as error:
            raise self._told(error) from None

    def look(self, number: int) -> None:
        """Take note of what a courier waits for now; to be called whenever it was asked to do something."""
        node = self._nodes[number]
        courier = node.courier
        connection = courier.connection
        sock = None if connection is None else connection.sock
        if sock is not node.sock:
            self._wait_on(node, number, sock)
        if connection is not None and sock is not None:
            interest = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_write else 0)
            if interest != node.interest:
                self._selector.modify(sock, interest, number)
                node.interest = interest
        if courier.stage is not Stage.OPENING:
            self._opening.discard(number)
        if courier.stage is Stage.UP and not node.been_up:
            node.been_up = True
            self._been_up += 1
        if courier.due < node.scheduled and not node.queued:
            node.scheduled = courier.due
            heapq.heappush(self._timers, (courier.due, number))

    def _wait_on(self, node: _Node, number: int, sock: socket | None) -> None:
        if node.sock is not None:
            self._selector.unregister(node.fd)  # by its number, for it is closed by now
        node.sock, node.fd, node.interest = sock, -1, 0
        if sock is not None:
            node.fd, node.interest = sock.fileno(), selectors.EVENT_READ
            self._selector.register(node.fd, node.interest, number)

    def _tick(self, now: float) -> None:
        """Let the couriers act whose time has come."""
        due = []
        while self._timers and self._timers[0][0] <= now:
            at, number = heapq.heappop(self._timers)
            node = self._nodes[number]
            if at == node.scheduled:
                node.scheduled = float("inf")
                due.append(number)
        for number in due:
            node = self._nodes[number]
            if node.courier.stage is Stage.RESTING and node.courier.due <= now:
                node.queued = True
                self._queue.append(number)
                continue
            node.courier.tick(now)
            self.look(number)
            self._moved(number)

    def _open(self, now: float) -> None:
        """Let those connect that are next, as far as the broker shall be troubled."""
        while self._queue and len(self._opening) < CONNECTIONS_AT_ONCE and self._next_opening <= now:
            # a turn late is made up for, a long silence is not
            self._next_opening = max(self._next_opening, now - TURN) + 1 / CONNECTIONS_PER_SECOND
            number = self._queue.popleft()
            node = self._nodes[number]
            node.queued = False
            if node.courier.stage is Stage.RESTING:
                node.courier.open(now)
                self._opening.add(number)
            self.look(number)
            self._moved(number)

    def _told(self, error: BrokerUnreachableError) -> BrokerUnreachableError:
        """A broker that is there for some and not for others has reached a limit of its own."""
        up = sum(node.courier.stage is Stage.UP for node in self._nodes)
        if not up:
            return error
        return BrokerUnreachableError(
            f"{error}; {up} of {len(self._nodes)} connections are open, so the broker may have reached its limit "
            "(mosquitto: max_connections, and LimitNOFILE of its service): raise it, or let gateways carry the kits"
        )
