"""When each message leaves: the spacing of its instants, kept, divided or ignored; and whoever pauses it."""

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from firmware_sim.connection import Message
from firmware_sim.faults import LineEvent
from firmware_sim.payloads import KitMessage
from firmware_sim.playback import Playback
from firmware_sim.publisher import Publisher

MAX_SPEED = math.inf
"""As fast as the broker takes the messages."""

REPORT_EVERY = 0.1
"""Shortest time between two reports of progress [s]."""

LOOK = 0.1
"""Longest time before a hand on the playback is noticed [s]."""


class Pace:
    """Keeps the spacing of instants, divided by a speed.

    Parameters
    ----------
    speed : float
        1 is real time, 60 is an hour a minute, :data:`MAX_SPEED` does not wait at all.
    first : int, optional
        Instant [ms UTC] that happens now; that of the first message when it is not given. Kits that play together
        share it.
    """

    def __init__(self, speed: float, first: int | None = None) -> None:
        self._speed = speed
        self._first = first
        self._began = time.monotonic()

    def delay(self, instant: int) -> float:
        """Time to wait before what happened at ``instant`` [ms UTC] may happen again [s]; 0 when it is late."""
        return max(0.0, self.due(instant) - time.monotonic())

    def due(self, instant: int) -> float:
        """When what happened at ``instant`` [ms UTC] may happen again [s, monotonic]."""
        if math.isinf(self._speed):
            return self._began
        if self._first is None:
            self._first, self._began = instant, time.monotonic()
        return self._began + (instant - self._first) / 1000 / self._speed

    def passed(self) -> None:
        """A message had its turn; for paces that count."""

    def real(self, duration: int) -> float:
        """How long something of the stream [ms] takes here [s]."""
        return duration / 1000 / self._speed

    def stand_still(self, seconds: float) -> None:
        """Nothing happened for so long [s]: all that is to come is later by it."""
        self._began += seconds

    def happen(self, instant: int) -> None:
        """This instant [ms UTC] happens now, whenever it was due."""
        if left := self.delay(instant):
            self.stand_still(-left)


class SteadyPace(Pace):
    """So many messages a second, in order of their instants and whatever is between them.

    Parameters
    ----------
    rate : float
        Messages a second.
    """

    def __init__(self, rate: float) -> None:
        super().__init__(1.0)
        self._rate = rate
        self._passed = 0

    def due(self, instant: int) -> float:  # noqa: ARG002, the next one is next
        """When the next message may leave [s, monotonic]."""
        return self._began + self._passed / self._rate

    def passed(self) -> None:
        """A message had its turn."""
        self._passed += 1


@dataclass(frozen=True, slots=True)
class Player:
    """What is needed to play messages.

    Attributes
    ----------
    report : callable
        Called with the messages published so far, at most ten times a second and at the end.
    happen : callable
        Carries out what befalls the line.
    """

    publisher: Publisher
    pace: Pace
    playback: Playback
    report: Callable[[int], None]
    happen: Callable[[LineEvent], None]


def play(items: Iterable[KitMessage | LineEvent], player: Player) -> int:
    """Publish messages at their time and wait until the broker has acknowledged all of them, or until ended.

    Parameters
    ----------
    items : iterable of KitMessage and LineEvent
        In order of instant.
    player : Player
        Its publisher is open; the publisher's stop event ends the play.

    Returns
    -------
    int
        Messages published.
    """
    publisher, report = player.publisher, player.report
    published = 0
    reported = time.monotonic()
    for item in items:
        _wait_for(item.instant, player)
        if publisher.stop.is_set():
            break
        if isinstance(item, LineEvent):
            player.happen(item)
            continue
        publisher.deliver(Message(item.topic, item.payload, item.retain))
        published += 1
        if (now := time.monotonic()) - reported >= REPORT_EVERY:
            report(published)
            reported = now
    publisher.drain()
    report(published)
    return published


def _wait_for(instant: int, player: Player) -> None:
    """Wait until an instant comes, or a hand lets it come."""
    publisher, pace, playback = player.publisher, player.pace, player.playback
    while not publisher.stop.is_set():
        if playback.paused:
            began = time.monotonic()
            if playback.take_step():
                pace.happen(instant)
                return
            publisher.wait(LOOK)
            pace.stand_still(time.monotonic() - began)
        elif (left := pace.delay(instant)) > 0:
            publisher.wait(min(left, LOOK))
        else:
            return
