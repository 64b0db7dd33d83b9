"""The words of a workplace file about a virtual kit: which model, how it samples and sends, what befalls it.

Every default leaves a kit without trouble: it samples once for each report, its clock is right, it always has mains,
and what the network loses for a while it keeps and sends afterwards. Days are counted in days the kit is switched on;
1 is the first.
"""

from typing import Annotated, Literal

from msgspec import Meta

from firmware_sim.payloads import PayloadFormat
from firmware_sim.scenario_words import Block, ClockTime, Identifier, NotNegative, Positive, Share, Text

DayNumber = Annotated[int, Meta(ge=1)]
AtLeastOne = Annotated[int, Meta(ge=1)]


class LostNetwork(Block, frozen=True, rename={"from_": "from"}):
    """The kit keeps measuring without a network, and sends it all afterwards.

    Attributes
    ----------
    to_day : int or None
        The day it ends on, where that is another one.
    """

    day: DayNumber
    from_: ClockTime
    to: ClockTime
    to_day: DayNumber | None = None

    @property
    def last_day(self) -> int:
        """The day it ends on."""
        return self.day if self.to_day is None else self.to_day


class RandomOutages(Block, frozen=True):
    """Outages that come at random, as a Poisson process.

    Attributes
    ----------
    per_day : float
        How many begin, on average [1/d].
    minutes : float
        Mean duration; durations are exponential [min].
    """

    per_day: NotNegative
    minutes: Positive


class Moment(Block, frozen=True):
    """A local time of a day."""

    day: DayNumber
    at: ClockTime


class Reboots(Block, frozen=True):
    """Restarts by the watchdog: the kit dies without a word and starts again.

    Attributes
    ----------
    scripted : tuple of Moment
    per_day : float
        How many more come at random, on average [1/d].
    takes : float
        Until it samples again, also after the power comes back [s].
    """

    scripted: tuple[Moment, ...] = ()
    per_day: NotNegative = 0.0
    takes: NotNegative = 20.0


class StoreAndForward(Block, frozen=True):
    """What a kit does with what it cannot send.

    Attributes
    ----------
    samplings : int or None
        How many it can keep; as many as there are when None.
    overflow : str
        What is lost when there is no more room: the oldest it has, or the newest, which it then does not take.
    memory : str
        Flash survives a restart, RAM does not.
    batch : int
        Samplings in one message when it sends what it had kept.
    pause : float
        Between two such messages, so that live samplings are not held up [s].
    """

    samplings: AtLeastOne | None = None
    overflow: Literal["oldest", "newest"] = "oldest"
    memory: Literal["flash", "ram"] = "flash"
    batch: AtLeastOne = 10
    pause: Annotated[float, Meta(ge=0.001)] = 0.25


class ClockJump(Block, frozen=True):
    """A wrong time server, or a technician: the clock is suddenly off by so much [s], until it is synchronised."""

    day: DayNumber
    at: ClockTime
    seconds: float


class ClockSettings(Block, frozen=True):
    """The kit's clock.

    Attributes
    ----------
    drift : float
        How much it runs fast; negative: slow [ppm].
    synchronised_every : float
        NTP, as soon as there is a network [h].
    error : float
        Standard deviation of what a synchronisation leaves [ms].
    resolution : float
        Instants are cut to whole multiples of it [ms].
    when_off : str
        ``runs on``: it has a battery of its own. ``stands still``: after a restart the kit takes the time at which it
        died for the present, until it is synchronised.
    jumps : tuple of ClockJump
    """

    drift: float = 0.0
    synchronised_every: Positive = 24.0
    error: NotNegative = 0.0
    resolution: Annotated[int, Meta(ge=1)] = 1
    when_off: Literal["runs on", "stands still"] = "stands still"
    jumps: tuple[ClockJump, ...] = ()


class BatterySettings(Block, frozen=True):
    """The kit's battery; it is used while there are no mains.

    Attributes
    ----------
    capacity : float
        [Wh]
    charge : float
        Share of it at the start [1].
    idle : float
        What the kit takes all the time [mW].
    sampling : float
        On top, for each sampling it reports [J].
    message : float
        On top, for each message it sends [J].
    charger : float
        What flows in while there are mains [W].
    """

    capacity: Positive
    charge: Share = 1.0
    idle: NotNegative = 50.0
    sampling: NotNegative = 0.5
    message: NotNegative = 0.5
    charger: NotNegative = 5.0


class MainsHours(Block, frozen=True, rename={"from_": "from"}):
    """When there are mains, on every day the kit is switched on."""

    from_: ClockTime
    to: ClockTime


class StoppedChannel(Block, frozen=True):
    """One channel says nothing any more from a time of one day on."""

    quantity: Text
    day: DayNumber
    at: ClockTime


class ScriptedSensorFault(Block, frozen=True, rename={"from_": "from"}):
    """One channel says something wrong for a while; what each kind does: ``firmware_sim/sensor_faults.py``.

    Attributes
    ----------
    to, to_day : str, int or None
        Local time it ends at, on the same day unless ``to_day`` says another; without ``to`` it never ends.
    size : float
        Height of spikes [unit]; what drift-away adds in a day [unit/d]. The sign counts.
    per_hour : float
        How many spikes there are on average [1/h].
    share : float
        Share of the readings that drop out [1].
    """

    quantity: Text
    kind: Literal["stuck", "spike", "drop-out", "drift-away"]
    day: DayNumber
    from_: ClockTime
    to: ClockTime | None = None
    to_day: DayNumber | None = None
    size: float = 0.0
    per_hour: Positive = 4.0
    share: Share = 1.0


class KitSettings(Block, frozen=True):
    """The kit in the zone and what befalls it.

    Attributes
    ----------
    report : float
        The kit says something every so often [s].
    sampling : float or None
        It samples every so often and reports the mean (of levels the energy mean, of maxima the maximum) [s];
        once for each report when None.
    instants_per_message : int
        Reports that leave together.
    phase : float
        Where in the minute it reports [s].
    keep_alive : float
        MQTT keep-alive: after one and a half of it without a word the broker publishes the will [s]; 0: it never
        notices that a kit is gone, only that it comes back after a restart.
    mains : tuple of MainsHours or None
        Always when None; never when empty. Without mains and without a battery the kit is off.
    sensor_faults : tuple of ScriptedSensorFault
    sound : str
        ``levels``: the microphone's errors are those of its levels. ``samples``: each minute is made as sound and goes
        through microphone and sound level meter, which takes some tenths of a second a minute.
    """

    id: Identifier
    model: Text
    payload: Literal["senml-json", "senml-cbor", "frame"] = "senml-json"
    report: Positive = 60.0
    sampling: Positive | None = None
    instants_per_message: AtLeastOne = 1
    phase: Annotated[float, Meta(ge=0, lt=60)] = 0.0
    keep_alive: NotNegative = 0.0
    lost_network: LostNetwork | list[LostNetwork] | None = None
    random_outages: RandomOutages | None = None
    reboots: Reboots = Reboots()
    buffer: StoreAndForward = StoreAndForward()
    clock: ClockSettings | None = None
    battery: BatterySettings | None = None
    mains: tuple[MainsHours, ...] | None = None
    stopped_channel: StoppedChannel | None = None
    sensor_faults: tuple[ScriptedSensorFault, ...] = ()
    sound: Literal["levels", "samples"] = "levels"

    @property
    def format(self) -> PayloadFormat:
        """The payload format by its name."""
        return PayloadFormat(self.payload)

    @property
    def report_step(self) -> int:
        """From one report to the next [ms]."""
        return round(self.report * 1000)

    @property
    def sampling_step(self) -> int:
        """From one sampling to the next [ms]."""
        return self.report_step if self.sampling is None else round(self.sampling * 1000)

    @property
    def outages(self) -> tuple[LostNetwork, ...]:
        """All scripted outages."""
        match self.lost_network:
            case None:
                return ()
            case LostNetwork():
                return (self.lost_network,)
            case _:
                return tuple(self.lost_network)
