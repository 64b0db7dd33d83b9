"""What befalls one kit, and how it was built to bear it: everything but its readings."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from firmware_sim.kit_battery import Cell
from firmware_sim.kit_buffer import UNLIMITED, Memory, Overflow
from firmware_sim.kit_clock import Quartz
from firmware_sim.zones import STEP, Span


class Turn(IntEnum):
    """What changes; of several at one instant in this order."""

    MAINS_ON = 0
    MAINS_OFF = 1
    NETWORK_BACK = 2
    NETWORK_LOST = 3
    REBOOT = 4
    CLOCK_JUMP = 5


class Event(NamedTuple):
    """A change at an instant [ms UTC]; by so much, for a clock [ms]."""

    instant: int
    turn: Turn
    by: float = 0.0


@dataclass(frozen=True, slots=True)
class Store:
    """The buffer of what cannot be sent: samplings there is room for, and how it is emptied.

    Attributes
    ----------
    batch : int
        Samplings in one message when it is emptied.
    pause : int
        Between two such messages [ms].
    """

    size: int = UNLIMITED
    overflow: Overflow = Overflow.OLDEST
    memory: Memory = Memory.FLASH
    batch: int = 10
    pause: int = 250


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock is suddenly off by so much more [ms]."""

    instant: int
    by: float


@dataclass(frozen=True, slots=True)
class KitLife:
    """A kit's troubles.

    Attributes
    ----------
    period : int
        From one report to the next [ms].
    outages : tuple of Span
        Without a network; in order and apart.
    reboots : tuple of int
        Instants of the watchdog [ms UTC].
    boot_time : int
        Until it samples again [ms].
    keep_alive : int
        Of MQTT [ms]; 0: the broker never notices that the kit is gone.
    store : Store
    mains : tuple of Span or None
        When there are mains; always when None.
    battery : Cell or None
    clock : Quartz or None
        Always right when None.
    jumps : tuple of Jump
        Of the clock.
    """

    period: int = STEP
    outages: tuple[Span, ...] = ()
    reboots: tuple[int, ...] = ()
    boot_time: int = 20_000
    keep_alive: int = 0
    store: Store = Store()
    mains: tuple[Span, ...] | None = None
    battery: Cell | None = None
    clock: Quartz | None = None
    jumps: tuple[Jump, ...] = ()

    @property
    def off(self) -> tuple[Span, ...]:
        """When it surely does not sample, in order and apart; when a battery is empty nobody knows beforehand."""
        spans = [Span(instant, instant + self.boot_time) for instant in self.reboots]
        if self.mains is not None and self.battery is None:
            edges = [-(2**62), *(edge for span in self.mains for edge in (span.start, span.end)), 2**62]
            gaps = zip(edges[::2], edges[1::2], strict=True)
            spans += [Span(start, end + self.boot_time) for start, end in gaps]
        return apart(spans)

    def has_mains(self, instant: int) -> bool:
        """Whether there are mains just after an instant [ms UTC]."""
        return self.mains is None or any(span.start <= instant < span.end for span in self.mains)

    def has_network(self, instant: int) -> bool:
        """Whether there is a network just after an instant [ms UTC]."""
        return not any(span.start <= instant < span.end for span in self.outages)

    def starts_until(self, instant: int) -> int:
        """When a kit that has power is through with the start it is in [ms UTC]; the instant itself when in none."""
        begun = [*self.reboots]
        if self.battery is None:
            begun += [span.start for span in self.mains or ()]
        return max([instant, *(start + self.boot_time for start in begun if start <= instant)])

    def events(self, after: int) -> list[Event]:
        """All that changes after an instant [ms UTC], in order."""
        events = [Event(span.start, Turn.NETWORK_LOST) for span in self.outages]
        events += [Event(span.end, Turn.NETWORK_BACK) for span in self.outages]
        events += [Event(span.start, Turn.MAINS_ON) for span in self.mains or ()]
        events += [Event(span.end, Turn.MAINS_OFF) for span in self.mains or ()]
        events += [Event(instant, Turn.REBOOT) for instant in self.reboots]
        events += [Event(jump.instant, Turn.CLOCK_JUMP, jump.by) for jump in self.jumps]
        return sorted(event for event in events if event.instant > after)


UNTROUBLED = KitLife()
"""One sampling a minute, always with mains and network, with the right time."""


def apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same stretches of time in order, those that touch joined."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
