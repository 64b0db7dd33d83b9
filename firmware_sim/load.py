"""A load for a broker and a collector: thousands of virtual kits, so many messages a second, and how well they came."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np

from catalog.identifiers import KitId, QuantityId
from firmware_sim.errors import SimulatorError
from firmware_sim.fleet import KITS_PER_GATEWAY, FleetSettings, Wiring, publish_kits
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_life import UNTROUBLED
from firmware_sim.outbox import DeliverySettings
from firmware_sim.payloads import PayloadFormat
from firmware_sim.playback import Playback
from firmware_sim.rooms import Floats
from firmware_sim.workplaces import packaged_workplace, virtual_kits

PATTERNS = ("joinery", "hair_salon", "open_plan_office")
"""Workplaces whose simulated day all kits of a load share."""

PATTERN_DAY = date(2026, 11, 19)
"""A working day; what it is does not matter."""

LATE = 0.1
"""A message this long after its time is late [s]."""

FINEST = 1e-6
"""Shortest delay told apart [s]."""

PER_FACTOR_E = 100
"""Steps of the scale of delays in a factor of e: a quantile is right within 1 %."""


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """A load.

    Attributes
    ----------
    kits : int
    rate : float
        Messages a second of all kits together.
    seconds : float
        How long [s].
    wiring : Wiring
    kits_per_gateway : int
        Kits behind each gateway, when there are several.
    payload : PayloadFormat
    seed : int
        When in its period each kit sends, and what.
    prefix : str
        Of the kits' names; a number follows.
    delivery : DeliverySettings
    authority : Path, optional
        As for :class:`~firmware_sim.fleet.FleetSettings`.
    """

    kits: int = 5_000
    rate: float = 7_300.0
    seconds: float = 60.0
    wiring: Wiring = Wiring.GATEWAYS
    kits_per_gateway: int = KITS_PER_GATEWAY
    payload: PayloadFormat = PayloadFormat.SENML_JSON
    seed: int = 1
    prefix: str = "load"
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    authority: Path | None = None

    @property
    def period(self) -> float:
        """Between two messages of a kit [s]."""
        return self.kits / self.rate

    @property
    def messages_per_kit(self) -> int:
        """What each kit sends."""
        return max(1, round(self.seconds / self.period))

    @property
    def messages(self) -> int:
        """What all kits send."""
        return self.kits * self.messages_per_kit

    def check(self) -> None:
        """Refuse a load that is none.

        Raises
        ------
        SimulatorError
        """
        for wrong, what in (
            (self.kits < 1, f"{self.kits} kits; expected one or more"),
            (not (0 < self.rate < math.inf), f"{self.rate:g} messages a second; expected more than 0"),
            (not (0 < self.seconds < math.inf), f"{self.seconds:g} s; expected more than 0"),
            (self.kits_per_gateway < 1, f"{self.kits_per_gateway} kits behind a gateway; expected one or more"),
        ):
            if wrong:
                raise SimulatorError(f"a load of {what}")
        if self.period < 0.001:
            raise SimulatorError(
                f"a load of {self.rate:g} messages a second from {self.kits} kits: each would send more than one a "
                f"millisecond; expected {math.ceil(self.rate / 1000)} kits or more"
            )


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a load.

    Attributes
    ----------
    connections : int
    messages, acknowledged : int
        Sent; acknowledged by the broker.
    opening_seconds : float
        Until all connections were open [s].
    sending_seconds : float
        From the first message to the last [s].
    seconds : float
        From the first message to the last acknowledgement [s].
    processor_seconds : float
        This process's own processor time in that [s].
    median_delay, p99_delay, longest_delay : float
        From a message's leaving to its acknowledgement [s].
    late : int
        Messages that left more than :data:`LATE` after their time.
    latest : float
        The longest any message was late [s].
    reconnections : int
    """

    connections: int
    messages: int
    acknowledged: int
    opening_seconds: float
    sending_seconds: float
    seconds: float
    processor_seconds: float
    median_delay: float
    p99_delay: float
    longest_delay: float
    late: int
    latest: float
    reconnections: int

    @property
    def offered_rate(self) -> float:
        """Messages sent a second."""
        return self.messages / self.sending_seconds if self.sending_seconds else 0.0

    @property
    def acknowledged_rate(self) -> float:
        """Messages acknowledged a second."""
        return self.acknowledged / self.seconds if self.seconds else 0.0

    @property
    def processor_share(self) -> float:
        """Of one core [1]."""
        return self.processor_seconds / self.seconds if self.seconds else 0.0


def run_load(
    broker: str,
    settings: LoadSettings,
    progress: Callable[[int], None] | None = None,
    playback: Playback | None = None,
) -> LoadReport:
    """Put a load on a broker, in real time.

    Parameters
    ----------
    broker : str
        ``mqtt[s]://[user:password@]host[:port]``.
    progress : callable, optional
        Called with the messages sent so far, at most ten times a second; see :attr:`LoadSettings.messages`.
    playback : Playback, optional
        Pauses and ends it.

    Raises
    ------
    SimulatorError
        As :func:`~firmware_sim.fleet.publish_kits`, and for a load that is none.
    """
    settings.check()
    kits = load_kits(settings, time.time_ns() // 1_000_000)
    gauge = _Gauge()
    fleet = FleetSettings(
        speed=1.0,
        wiring=settings.wiring,
        gateway=f"{settings.prefix}-gateway",
        kits_per_gateway=settings.kits_per_gateway,
        delivery=settings.delivery,
        authority=settings.authority,
    )
    began = time.monotonic()
    came = publish_kits(kits, broker, fleet, progress, playback, gauge)
    return LoadReport(
        connections=came.connections,
        messages=came.messages,
        acknowledged=came.acknowledged,
        opening_seconds=(gauge.first_left or began) - began,
        sending_seconds=gauge.last_left - (gauge.first_left or gauge.last_left),
        seconds=gauge.last_acknowledged - (gauge.first_left or gauge.last_acknowledged),
        processor_seconds=gauge.processor_seconds,
        median_delay=gauge.delays.quantile(0.5),
        p99_delay=gauge.delays.quantile(0.99),
        longest_delay=gauge.delays.longest,
        late=gauge.late,
        latest=gauge.latest,
        reconnections=came.reconnections,
    )


def load_kits(settings: LoadSettings, start: int) -> list[VirtualKit]:
    """Kits of a load: each repeats the simulated day of one of a few zones from a moment of its own.

    Parameters
    ----------
    start : int
        When the load begins [ms UTC].
    """
    count = settings.messages_per_kit
    patterns = [
        _Pattern(kit, count)
        for name in PATTERNS
        for kit in virtual_kits(packaged_workplace(name), [PATTERN_DAY], settings.seed)
    ]
    chance = np.random.default_rng(settings.seed)
    steps = np.arange(count, dtype=np.float64) * settings.period * 1000
    phases = chance.uniform(0.0, settings.period * 1000, settings.kits)
    width = len(str(settings.kits))
    kits = []
    for number in range(settings.kits):
        pattern = patterns[number % len(patterns)]
        row = int(chance.integers(pattern.rows))
        kits.append(
            replace(
                pattern.kit,
                id=KitId(f"{settings.prefix}-{number + 1:0{width}d}"),
                boot=f"load-{settings.seed}-{start}",
                instants=(start + phases[number] + steps).astype(np.int64),
                readings={quantity: values[row : row + count] for quantity, values in pattern.readings.items()},
                payload=settings.payload,
                instants_per_message=1,
            )
        )
    return kits


class _Pattern:
    """What a simulated kit said while all its channels spoke, repeated; the kits of a load look at parts of it."""

    def __init__(self, kit: VirtualKit, count: int) -> None:
        spoken = np.all([np.isfinite(values) for values in kit.readings.values()], axis=0)
        self.rows = int(spoken.sum())
        self.kit = replace(kit, life=UNTROUBLED)
        self.readings: Mapping[QuantityId, Floats] = {
            quantity: np.resize(values[spoken], self.rows + count) for quantity, values in kit.readings.items()
        }


class Delays:
    """Delays counted on a scale of logarithms: their quantiles within 1 %, in the same memory for any number."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._counts: dict[int, int] = {}

    def add(self, delay: float) -> None:
        """One delay [s]."""
        step = int(PER_FACTOR_E * math.log(max(delay, FINEST) / FINEST))
        self._counts[step] = self._counts.get(step, 0) + 1
        self.longest = max(self.longest, delay)

    def quantile(self, share: float) -> float:
        """The delay that this share [1] does not exceed [s]; 0 when there is none."""
        left = share * sum(self._counts.values())
        for step in sorted(self._counts):
            left -= self._counts[step]
            if left <= 0:
                return FINEST * math.exp((step + 0.5) / PER_FACTOR_E)
        return 0.0


class _Gauge:
    """Watches a fleet."""

    def __init__(self) -> None:
        self.delays = Delays()
        self.late = 0
        self.latest = 0.0
        self.first_left: float | None = None
        self.last_left = self.last_acknowledged = 0.0
        self._processor_at_first = self._processor_at_last = 0.0

    @property
    def processor_seconds(self) -> float:
        """From the first message to the last acknowledgement [s]."""
        return self._processor_at_last - self._processor_at_first

    def left(self, late: float) -> None:
        self.last_left = time.monotonic()
        if self.first_left is None:
            self.first_left = self.last_left
            self._processor_at_first = time.process_time()
        if late > LATE:
            self.late += 1
        self.latest = max(self.latest, late)

    def acknowledged(self, after: float) -> None:
        self.delays.add(after)
        self.last_acknowledged = time.monotonic()
        self._processor_at_last = time.process_time()
