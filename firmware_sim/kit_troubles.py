"""From the words of a workplace file to what befalls one kit on some days; what is random is drawn with the seed."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from firmware_sim.kit_battery import JOULES_PER_WATT_HOUR, Cell
from firmware_sim.kit_buffer import UNLIMITED, Memory, Overflow
from firmware_sim.kit_clock import HOUR, Quartz, WhenOff
from firmware_sim.kit_life import Jump, KitLife, Store, apart
from firmware_sim.kit_settings import BatterySettings, ClockSettings, KitSettings, StoreAndForward
from firmware_sim.zones import Span, local_instant, seeded

MINUTE = 60_000
"""[ms]"""


def kit_life(settings: KitSettings, kit: str, days: Sequence[date], timezone: ZoneInfo, seed: int) -> KitLife:
    """What befalls one kit.

    Parameters
    ----------
    settings : KitSettings
    kit : str
        Kits with the same settings and seed have the same scripted troubles, and random ones of their own.
    days : sequence of datetime.date
        On which it is switched on, in order.
    timezone : ZoneInfo
    seed : int
        Same settings, kit, days and seed: same life.
    """
    calendar = _Calendar(days, timezone)
    clock = settings.clock
    return KitLife(
        period=settings.report_step,
        outages=_outages(settings, calendar, seeded(seed, kit, "outages")),
        reboots=_reboots(settings, calendar, seeded(seed, kit, "reboots")),
        boot_time=round(settings.reboots.takes * 1000),
        keep_alive=round(settings.keep_alive * 1000),
        store=_store(settings.buffer),
        mains=_mains(settings, calendar),
        battery=None if settings.battery is None else _cell(settings.battery),
        clock=None if clock is None else _quartz(clock, seed),
        jumps=tuple(
            Jump(calendar.instant(jump.day, jump.at), jump.seconds * 1000)
            for jump in (clock.jumps if clock is not None else ())
            if calendar.has(jump.day)
        ),
    )


class _Calendar:
    """The days a kit is switched on, by their number."""

    def __init__(self, days: Sequence[date], timezone: ZoneInfo) -> None:
        self._days = days
        self._timezone = timezone

    def has(self, day: int) -> bool:
        """Whether the scenario is as long as that; the first day is 1."""
        return day <= len(self._days)

    def instant(self, day: int, clock: str) -> int:
        """A local time [ms UTC]; days after the last one are the next of the calendar."""
        beyond = max(0, day - len(self._days))
        return local_instant(self._days[day - beyond - 1] + timedelta(days=beyond), clock, self._timezone)

    def spans(self) -> list[Span]:
        """From midnight to midnight."""
        return [
            Span(
                local_instant(day, "00:00", self._timezone),
                local_instant(day + timedelta(days=1), "00:00", self._timezone),
            )
            for day in self._days
        ]

    def drawn(self, per_day: float, rng: np.random.Generator) -> list[int]:
        """Random instants, so many a day on average [ms UTC]."""
        instants: list[int] = []
        for span in self.spans():
            instants += rng.integers(span.start, span.end, rng.poisson(per_day)).tolist()
        return sorted(instants)


def _outages(settings: KitSettings, calendar: _Calendar, rng: np.random.Generator) -> tuple[Span, ...]:
    spans = [
        Span(calendar.instant(outage.day, outage.from_), calendar.instant(outage.last_day, outage.to))
        for outage in settings.outages
        if calendar.has(outage.day)
    ]
    if (random := settings.random_outages) is not None:
        starts = calendar.drawn(random.per_day, rng)
        lasts = rng.exponential(random.minutes * MINUTE, len(starts)).tolist()
        spans += [Span(start, start + max(1, round(last))) for start, last in zip(starts, lasts, strict=True)]
    return apart(spans)


def _reboots(settings: KitSettings, calendar: _Calendar, rng: np.random.Generator) -> tuple[int, ...]:
    scripted = [
        calendar.instant(moment.day, moment.at) for moment in settings.reboots.scripted if calendar.has(moment.day)
    ]
    return tuple(sorted({*scripted, *calendar.drawn(settings.reboots.per_day, rng)}))


def _mains(settings: KitSettings, calendar: _Calendar) -> tuple[Span, ...] | None:
    if settings.mains is None:
        return None
    return apart(
        Span(calendar.instant(day, hours.from_), calendar.instant(day, hours.to))
        for day in range(1, len(calendar.spans()) + 1)
        for hours in settings.mains
    )


def _store(buffer: StoreAndForward) -> Store:
    return Store(
        size=UNLIMITED if buffer.samplings is None else buffer.samplings,
        overflow=Overflow(buffer.overflow),
        memory=Memory(buffer.memory),
        batch=buffer.batch,
        pause=round(buffer.pause * 1000),
    )


def _cell(battery: BatterySettings) -> Cell:
    capacity = battery.capacity * JOULES_PER_WATT_HOUR
    return Cell(
        capacity=capacity,
        charge=capacity * battery.charge,
        idle=battery.idle / 1000,
        sampling=battery.sampling,
        message=battery.message,
        charger=battery.charger,
    )


def _quartz(clock: ClockSettings, seed: int) -> Quartz:
    return Quartz(
        drift=clock.drift,
        synchronised_every=clock.synchronised_every * HOUR,
        error=clock.error,
        resolution=clock.resolution,
        when_off=WhenOff(clock.when_off),
        seed=seed,
    )
