"""A kit's life played once: which samplings leave together, and when, and what it says about itself in between."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from firmware_sim.kit_account import KitAccount
from firmware_sim.kit_battery import Battery, Supply
from firmware_sim.kit_buffer import Buffer, Memory, Sampling
from firmware_sim.kit_clock import KitClock
from firmware_sim.kit_life import Event, KitLife, Turn
from firmware_sim.zones import Instants
from ingest.codecs.records import KitState

NEVER = 2**63 - 1

CHUNK = 64
"""Instants that become Python numbers at a time: thousands of kits play at once."""

KEEP_ALIVES = 1.5
"""Without a word for so many keep-alives a client is gone (MQTT 5.0, 3.1.2.10)."""


class Departure(NamedTuple):
    """What leaves at an instant [ms UTC]: samplings, or a status in their place, in the boot it belongs to."""

    instant: int
    samplings: list[Sampling]
    boot: str
    status: KitState | None = None


class Report(NamedTuple):
    """A sampling that is due: its instant [ms UTC], its row, and whether the next one follows without a pause."""

    instant: int
    row: int
    followed: bool


class Habits(NamedTuple):
    """What a kit was told about its messages.

    Attributes
    ----------
    boot : str
        Of its first start.
    together : int
        Samplings in one message.
    evenly : bool
        Whether samplings of one message must be equally spaced, as a frame's are.
    """

    boot: str
    together: int
    evenly: bool


class KitRun:
    """One run; the same arguments give the same departures.

    Parameters
    ----------
    kit : str
    habits : Habits
    life : KitLife
    instants : array
        When it would report if nothing befell it [ms UTC].
    heard : array of bool
        Whether any channel says something at these.

    Attributes
    ----------
    account : KitAccount
        Complete after the last departure, but for the readings.
    """

    def __init__(
        self, kit: str, habits: Habits, life: KitLife, instants: Instants, heard: npt.NDArray[np.bool_]
    ) -> None:
        self.account = KitAccount(samplings=instants.size)
        self._habits = habits
        self._life = life
        self._instants = instants
        self._heard = heard
        start = int(instants[0]) - life.period if instants.size else 0
        self._events = life.events(start)
        self._next_event = 0
        self._mains = life.has_mains(start)
        self._network = life.has_network(start)
        self._powered = self._mains or (life.battery is not None and life.battery.charge > 0)
        started = life.starts_until(start)
        self._running = self._powered and started == start
        self._battery = None
        if life.battery is not None:
            self._battery = Battery(life.battery, start, self._supply())
        self._clock = None
        if life.clock is not None:
            self._clock = KitClock(life.clock, kit, start)
            self._clock.network(start, reachable=self._network)
        self._buffer = Buffer(life.store.size, life.store.overflow)
        self._pending: list[Sampling] = []
        self.account.boots = int(self._running)
        self.account.outages = int(not self._network)
        self._boot = self._announced = habits.boot
        self._said_gone = not self._running
        # what comes next, each NEVER while it does not; _wake is the first of them, or earlier
        self._will_at = self._send_at = NEVER
        self._booted_at = started if self._powered and not self._running else NEVER
        self._wake = 0

    def departures(self) -> Iterator[Departure]:
        """All that leaves, in order of time."""
        for report in self._reports():
            if self._wake < report.instant:
                yield from self._until(report.instant)
            if not self._running:
                self.account.lost_while_off += 1
            else:
                yield from self._sample(report)
        yield from self._until(NEVER)
        self.account.lost_in_overflow = self._buffer.lost
        self.account.never_sent = len(self._buffer)
        self.account.clock_steps = self._clock.steps if self._clock is not None else 0

    def _reports(self) -> Iterator[Report]:
        """What is due; in a pause the kit is switched off by hand, and takes nothing from its battery."""
        count, period = self._instants.size, self._life.period
        previous = 0
        for first in range(0, count, CHUNK):
            chunk = self._instants[first : first + CHUNK + 1].tolist()
            for offset, instant in enumerate(chunk[:CHUNK]):
                if self._battery is not None and previous and instant - previous > period:
                    self._battery.stand_by(previous, instant - period)
                following = chunk[offset + 1] if offset + 1 < len(chunk) else NEVER
                yield Report(instant, first + offset, following - instant <= period)
                previous = instant

    def _sample(self, report: Report) -> Iterator[Departure]:
        instant, row, followed = report
        battery, clock, pending = self._battery, self._clock, self._pending
        if battery is not None:
            battery.run_to(instant)
            battery.sample()
            if battery.empty:
                self.account.lost_while_off += 1
                self._die(instant)
                return
        if not self._heard[row]:
            self.account.silent += 1
        else:
            sampling = Sampling(row, instant) if clock is None else Sampling(row, clock.stamp(instant), clock.steps)
            if not self._network:
                self._buffer.keep(sampling)
            else:
                if pending and not self._fit(pending[-1], sampling):
                    leaving, pending = pending, []
                    self._pending = pending
                    yield self._message(instant, leaving, late=0)
                if self._running:
                    pending.append(sampling)
                else:  # that message was its last
                    self.account.lost_while_off += 1
        if pending and self._running and (len(pending) >= self._habits.together or not followed):
            self._pending = []
            yield self._message(instant, pending, late=0)

    def _message(self, instant: int, samplings: list[Sampling], *, late: int) -> Departure:
        account, boot = self.account, self._boot
        account.messages += 1
        account.sent += len(samplings)
        account.sent_late += late
        if self._habits.evenly and self._clock is not None:
            # a frame dates its first sampling alone; the others follow at the nominal period
            start = samplings[0].stamp - int(self._instants[samplings[0].row])
            samplings = [Sampling(s.row, start + int(self._instants[s.row]), s.steps) for s in samplings]
        if self._battery is not None:
            self._battery.run_to(instant)
            self._battery.send()
            if self._battery.empty:
                self._die(instant)
        return Departure(instant, samplings, boot)

    def _fit(self, one: Sampling, other: Sampling) -> bool:
        """Whether both can be in one message."""
        if not self._habits.evenly:
            return True
        apart = int(self._instants[other.row] - self._instants[one.row])
        return apart <= self._life.period and one.steps == other.steps

    def _until(self, instant: int) -> Iterator[Departure]:
        """All that happens before an instant [ms UTC]."""
        while True:
            event_at = self._events[self._next_event].instant if self._next_event < len(self._events) else NEVER
            self._wake = now = min(self._send_at, self._will_at, self._booted_at, event_at)
            if now >= instant or (instant == NEVER and self._has_said_all):
                return
            if now == self._send_at:
                yield self._batch(now)
            elif now == self._will_at:
                yield self._will(now)
            elif now == self._booted_at:
                yield from self._start(now)
            else:
                self._next_event += 1
                yield from self._happen(self._events[self._next_event - 1])

    @property
    def _has_said_all(self) -> bool:
        """Whether nothing is left to tell of a kit that samples no more."""
        return not self._buffer and self._will_at == NEVER

    def _batch(self, instant: int) -> Departure:
        """The oldest of what was kept."""
        store = self._life.store
        count = 1
        while count < min(store.batch, len(self._buffer)) and self._fit(
            self._buffer.peek(count - 1), self._buffer.peek(count)
        ):
            count += 1
        samplings = self._buffer.take(count)
        self._send_at = instant + store.pause if self._buffer else NEVER
        return self._message(instant, samplings, late=count)

    def _happen(self, event: Event) -> Iterator[Departure]:
        match event.turn:
            case Turn.NETWORK_LOST:
                self.account.outages += 1
                self._network = False
                self._lose_link(event.instant)
            case Turn.NETWORK_BACK:
                self._network = True
                if self._running:
                    yield from self._find_link(event.instant)
            case Turn.REBOOT:
                if self._powered:
                    self._stop(event.instant)
                    self._booted_at = event.instant + self._life.boot_time
            case Turn.CLOCK_JUMP:
                if self._clock is not None and self._running:
                    self._clock.jump(event.instant, event.by)
            case Turn.MAINS_ON | Turn.MAINS_OFF:
                self._switch_mains(event)

    def _switch_mains(self, event: Event) -> None:
        self._mains = event.turn is Turn.MAINS_ON
        if self._battery is not None:
            self._battery.run_to(event.instant)
            self._battery.supply = self._supply()
        if self._mains and not self._powered:
            self._powered = True
            self._booted_at = event.instant + self._life.boot_time
        elif not self._mains and (self._battery is None or self._battery.empty):
            self._cut_power(event.instant)

    def _supply(self) -> Supply:
        return Supply.MAINS if self._mains else Supply.BATTERY

    def _die(self, instant: int) -> None:
        """The battery is empty."""
        self.account.deaths += 1
        self._cut_power(instant)

    def _cut_power(self, instant: int) -> None:
        self._stop(instant)
        self._powered = False
        self._booted_at = NEVER

    def _stop(self, instant: int) -> None:
        """The kit is gone without a word."""
        if not self._running:
            return
        self._lose_link(instant)
        self._running = False
        if self._clock is not None:
            self._clock.stop(instant)
        if self._life.store.memory is Memory.RAM:
            self.account.lost_from_memory += self._buffer.forget()

    def _start(self, instant: int) -> Iterator[Departure]:
        self._booted_at = NEVER
        self._running = True
        self.account.boots += 1
        if self.account.boots > 1:
            self._boot = f"{self._habits.boot}-{self.account.boots}"
        if self._clock is not None:
            self._clock.start(instant, reachable=self._network)
        if self._network:
            yield from self._find_link(instant)

    def _lose_link(self, instant: int) -> None:
        """What waited for its message goes to the buffer; the broker hears nothing any more."""
        for sampling in self._pending:
            self._buffer.keep(sampling)
        self._pending = []
        self._send_at = NEVER
        if self._life.keep_alive and self._will_at == NEVER and not self._said_gone:
            self._will_at = instant + round(KEEP_ALIVES * self._life.keep_alive)
        if self._clock is not None and self._running:
            self._clock.network(instant, reachable=False)
        self._wake = 0

    def _find_link(self, instant: int) -> Iterator[Departure]:
        """Connected again; a broker that sees a new boot before it missed the old one tells of both."""
        if self._clock is not None:
            self._clock.network(instant, reachable=True)
        self._will_at = NEVER
        if self._boot != self._announced and not self._said_gone:
            yield self._will(instant)
        if self._said_gone:
            self._said_gone = False
            self._announced = self._boot
            self.account.status_messages += 1
            yield Departure(instant, [], self._boot, KitState.ONLINE)
        if self._buffer:
            self._send_at = instant

    def _will(self, instant: int) -> Departure:
        self._will_at = NEVER
        self._said_gone = True
        self.account.status_messages += 1
        return Departure(instant, [], self._announced, KitState.OFFLINE)
