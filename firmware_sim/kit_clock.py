"""What a kit takes for the time: a quartz that drifts, is set by NTP, and may have been without power."""

import math
from dataclasses import dataclass
from enum import Enum

from firmware_sim.zones import seeded

HOUR = 3_600_000
"""[ms]"""


class WhenOff(Enum):
    """What the clock does while the kit has no power or restarts."""

    RUNS_ON = "runs on"
    STANDS_STILL = "stands still"


@dataclass(frozen=True, slots=True)
class Quartz:
    """A kit's clock as it was built and as it is set.

    Attributes
    ----------
    drift : float
        How much it runs fast [ppm].
    synchronised_every : float
        [ms]
    error : float
        Standard deviation of what a synchronisation leaves [ms].
    resolution : int
        Instants are cut to whole multiples of it [ms].
    when_off : WhenOff
    seed : int
        Of the errors.
    """

    drift: float = 0.0
    synchronised_every: float = 24.0 * HOUR
    error: float = 0.0
    resolution: int = 1
    when_off: WhenOff = WhenOff.STANDS_STILL
    seed: int = 0


class KitClock:
    """The clock in one life of a kit; it is right at the start.

    Parameters
    ----------
    quartz : Quartz
    kit : str
        Kits of one seed err apart.
    start : int
        [ms UTC]

    Attributes
    ----------
    steps : int
        How often it was set or stood still.
    """

    def __init__(self, quartz: Quartz, kit: str, start: int) -> None:
        self.steps = 0
        self._quartz = quartz
        self._rate = 1.0 + quartz.drift * 1e-6
        self._rng = seeded(quartz.seed, kit, "clock")
        self._at = float(start)
        self._said = float(start)
        self._due = start + quartz.synchronised_every
        self._reachable = True
        self._stopped_at: float | None = None

    def stamp(self, instant: int) -> int:
        """What it says at an instant [ms UTC]."""
        self._run_to(instant)
        resolution = self._quartz.resolution
        return math.floor(round(self._exact(instant)) / resolution) * resolution

    def network(self, instant: int, *, reachable: bool) -> None:
        """The time server can be reached from an instant on [ms UTC], or no more."""
        self._run_to(instant)
        self._reachable = reachable
        self._catch_up(instant)

    def stop(self, instant: int) -> None:
        """The kit loses its power, or restarts."""
        self.network(instant, reachable=False)
        self._stopped_at = self._exact(instant)

    def start(self, instant: int, *, reachable: bool) -> None:
        """The kit runs again; it asks for the time at once, and goes on with what it has until there is an answer."""
        if self._stopped_at is not None and self._quartz.when_off is WhenOff.STANDS_STILL:
            self._set(instant, self._stopped_at)
        self._stopped_at = None
        self._due = instant
        self._reachable = reachable
        self._catch_up(instant)

    def jump(self, instant: int, by: float) -> None:
        """Somebody sets it wrong [ms]."""
        self._run_to(instant)
        self._set(instant, self._exact(instant) + by)

    def _exact(self, instant: float) -> float:
        return self._said + (instant - self._at) * self._rate

    def _set(self, instant: float, said: float) -> None:
        self._at, self._said = instant, said
        self.steps += 1

    def _run_to(self, instant: int) -> None:
        while self._reachable and self._due < instant:
            self._synchronise(self._due)

    def _catch_up(self, instant: int) -> None:
        """What was due while nobody answered."""
        if self._reachable and self._due <= instant:
            self._synchronise(instant)

    def _synchronise(self, instant: float) -> None:
        self._set(instant, instant + self._rng.normal(0.0, self._quartz.error))
        self._due = instant + self._quartz.synchronised_every
