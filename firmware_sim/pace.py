"""When each message leaves: the spacing of its instants, kept, divided or ignored."""

import math
import time
from collections.abc import Callable, Iterable

from firmware_sim.payloads import KitMessage
from firmware_sim.publisher import Publisher

MAX_SPEED = math.inf
"""As fast as the broker takes the messages."""

REPORT_EVERY = 0.1
"""Shortest time between two reports of progress [s]."""


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
        if math.isinf(self._speed):
            return 0.0
        if self._first is None:
            self._first, self._began = instant, time.monotonic()
        due = self._began + (instant - self._first) / 1000 / self._speed
        return max(0.0, due - time.monotonic())


def play(messages: Iterable[KitMessage], publisher: Publisher, pace: Pace, report: Callable[[int], None]) -> int:
    """Publish messages at their time and wait until the broker has acknowledged all of them, or until stopped.

    Parameters
    ----------
    messages : iterable of KitMessage
        In order of instant.
    publisher : Publisher
        Open; its stop event ends the play.
    report : callable
        Called with the messages published so far, at most ten times a second and at the end.

    Returns
    -------
    int
        Messages published.
    """
    published = 0
    reported = time.monotonic()
    for message in messages:
        publisher.wait(pace.delay(message.instant))
        if publisher.stop.is_set():
            break
        publisher.publish(message.topic, message.payload)
        published += 1
        if (now := time.monotonic()) - reported >= REPORT_EVERY:
            report(published)
            reported = now
    publisher.drain()
    report(published)
    return published
