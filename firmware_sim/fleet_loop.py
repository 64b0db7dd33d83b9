"""Many lines played in one thread: every message at its time, each line as fast as its own connection takes them."""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from firmware_sim.courier import Courier, SignIns, Stage
from firmware_sim.fault_hand import FaultHand
from firmware_sim.faults import LineEvent
from firmware_sim.fleet_network import FleetNetwork
from firmware_sim.pace import LOOK, REPORT_EVERY, Pace
from firmware_sim.payloads import KitMessage
from firmware_sim.playback import Playback

FEED = 256
"""Messages taken between two looks at the network, at most."""

BACKLOG = 32
"""Messages of one line that may wait for its window; the line then stands still."""


class Watch(Protocol):
    """Somebody who watches the pace."""

    def left(self, late: float) -> None:
        """A message was taken so long after its time [s]."""


@dataclass(frozen=True, slots=True)
class FleetPlayer:
    """How lines are played.

    Attributes
    ----------
    pace : callable
        Makes the pace once all lines are connected: its first instant happens then.
    playback : Playback
    report : callable
        Called with the messages published so far, at most ten times a second and at the end.
    hand : FaultHand
    watch : Watch, optional
    """

    pace: Callable[[], Pace]
    playback: Playback
    report: Callable[[int], None]
    hand: FaultHand
    watch: Watch | None = None


class _Line:
    """What goes over one courier's connection, and how far it has come."""

    __slots__ = ("courier", "ended", "held", "items", "pending", "stalled")

    def __init__(self, courier: Courier, items: Iterator[KitMessage | LineEvent]) -> None:
        self.courier = courier
        self.items = items
        self.pending = next(items, None)
        self.ended = self.pending is None
        self.stalled = False
        self.held: Future[None] | None = None

    @property
    def done(self) -> bool:
        """Whether the broker has all it had to say, and knows that it is there."""
        courier = self.courier
        return self.ended and self.held is None and courier.stage is Stage.UP and not courier.outbox.outstanding

    def drop(self, away: float) -> None:
        self.courier.drop(away, time.monotonic())

    def sign_in_wrongly(self, seconds: float, done: Callable[[SignIns], None]) -> None:
        self.courier.sign_in_wrongly(seconds, done, time.monotonic())


class FleetLoop:
    """Plays lines until the broker has acknowledged all they have to say, or until ended.

    No line leaves before all are done: one that has left could not send again what a broker that is killed has lost.

    Parameters
    ----------
    couriers : sequence of Courier
    items : sequence of iterator of KitMessage and LineEvent
        What each courier is to carry, in order of instant.
    player : FleetPlayer
    """

    def __init__(
        self, couriers: Sequence[Courier], items: Sequence[Iterator[KitMessage | LineEvent]], player: FleetPlayer
    ) -> None:
        self.published = 0
        """Messages handed to the lines so far."""
        self._lines = [_Line(courier, messages) for courier, messages in zip(couriers, items, strict=True)]
        self._player = player
        self._network = FleetNetwork(couriers, self._moved)
        self._schedule: list[tuple[int, int]] = []
        self._busy = set(range(len(self._lines)))
        self._touched: set[int] = set()
        self._held: set[int] = set()
        self._reported = 0.0
        self._pace: Pace

    def run(self) -> None:
        """Play.

        Raises
        ------
        BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
            The first line's trouble stops the others.
        """
        stop = self._player.playback.stop
        # a broker is restarted beside the loop: the other lines shall notice that it is away
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="broker") as beside:
            try:
                self._network.open(stop)
                self._begin()
                while self._busy and not stop.is_set():
                    self._turn(beside)
                self._leave()
            finally:
                self._network.close()
        self._player.report(self.published)

    def _begin(self) -> None:
        self._pace = self._player.pace()
        for number, line in enumerate(self._lines):
            if line.pending is not None:
                self._schedule.append((line.pending.instant, number))
            self._moved(number)
        heapq.heapify(self._schedule)

    def _turn(self, beside: ThreadPoolExecutor) -> None:
        began = time.monotonic()
        playback = self._player.playback
        if self._held:
            self._let_go()
        if playback.paused and not (self._schedule and playback.take_step()):
            self._network.turn(LOOK)
            self._pace.stand_still(time.monotonic() - began)
            return
        if playback.paused:
            self._pace.happen(self._schedule[0][0])
            self._next(time.monotonic(), beside)
        else:
            self._feed(began, beside)
        self._flush(began)
        self._network.turn(self._rest())
        if began - self._reported >= REPORT_EVERY:
            self._player.report(self.published)
            self._reported = began

    def _rest(self) -> float:
        """How long nothing is due [s]."""
        if not self._schedule or self._player.playback.paused:
            return LOOK
        return min(LOOK, self._pace.delay(self._schedule[0][0]))

    def _feed(self, now: float, beside: ThreadPoolExecutor) -> None:
        """Hand over what is due."""
        for _ in range(FEED):
            if not self._schedule or self._pace.due(self._schedule[0][0]) > now:
                return
            self._next(now, beside)

    def _next(self, now: float, beside: ThreadPoolExecutor) -> None:
        """Hand over the next message, or let the next thing happen."""
        instant, number = heapq.heappop(self._schedule)
        line = self._lines[number]
        item = line.pending
        if isinstance(item, LineEvent):
            self._happen(line, number, item, beside)
        elif item is not None:
            if self._player.watch is not None:
                self._player.watch.left(now - self._pace.due(instant))
            line.courier.take(item, now)
            self.published += 1
            self._pace.passed()
            self._touched.add(number)
        line.pending = following = next(line.items, None)
        line.ended = following is None
        if following is None:
            self._touched.add(number)
        elif line.held is not None or len(line.courier.outbox.waiting) >= BACKLOG:
            line.stalled = True
        else:
            heapq.heappush(self._schedule, (following.instant, number))

    def _happen(self, line: _Line, number: int, event: LineEvent, beside: ThreadPoolExecutor) -> None:
        line.courier.flush(time.monotonic())  # what came before is on its way
        happen = self._player.hand.on(line, self._pace)
        if self._player.hand.takes_time(event):
            line.held = beside.submit(happen, event)
            self._held.add(number)
        else:
            happen(event)
        self._network.look(number)

    def _let_go(self) -> None:
        """Lines whose broker is back go on."""
        for number in tuple(self._held):
            held = self._lines[number].held
            if held is not None and held.done():
                held.result()
                self._lines[number].held = None
                self._held.discard(number)
                self._moved(number)

    def _flush(self, now: float) -> None:
        for number in self._touched:
            self._lines[number].courier.flush(now)
            self._network.look(number)
            self._moved(number)
        self._touched.clear()

    def _moved(self, number: int) -> None:
        """Something may have changed for a line: it goes on, it is done, or no longer."""
        line = self._lines[number]
        courier = line.courier
        if line.stalled and line.held is None and line.pending is not None and not courier.outbox.waiting:
            line.stalled = False
            heapq.heappush(self._schedule, (line.pending.instant, number))
        if line.done:
            self._busy.discard(number)
        else:
            self._busy.add(number)

    def _leave(self) -> None:
        """Say goodbye for all; ends within the time a goodbye may take."""
        now = time.monotonic()
        for number, line in enumerate(self._lines):
            line.courier.leave(now)
            self._network.look(number)
        while any(line.courier.stage is not Stage.GONE for line in self._lines):
            self._network.turn(LOOK)
