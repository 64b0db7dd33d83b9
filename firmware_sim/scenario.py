"""The words of a workplace file: what a simulated place is made of. Every block names where its numbers come from."""

from datetime import time
from typing import Annotated, Literal

from msgspec import Meta, Struct

from firmware_sim.payloads import PayloadFormat

Text = Annotated[str, Meta(min_length=1)]
Source = Annotated[str, Meta(min_length=8)]
"""A reference, or ``engineering estimate`` and what it rests on."""

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]
NotNegative = Annotated[float, Meta(ge=0)]
Count = Annotated[int, Meta(ge=0)]
Weekday = Annotated[int, Meta(ge=1, le=7)]
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Local time, ``"07:30"`` (in quotation marks: YAML reads 07:30 as a number)."""


def clock_time(text: str) -> time:
    """The time of day a :data:`ClockTime` names."""
    return time.fromisoformat(text)


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a workplace file; a field it does not know is refused."""


class Particles(Block, frozen=True):
    """An amount for each size of particle: concentrations [µg/m³] or emissions [mg/min]; each includes the smaller."""

    pm1: NotNegative = 0.0
    pm2_5: NotNegative = 0.0
    pm4: NotNegative = 0.0
    pm10: NotNegative = 0.0

    def __post_init__(self) -> None:
        if any(amount < 0 for amount in self.slices().values()):
            raise ValueError("pm1, pm2_5, pm4 and pm10 must not fall: each includes the smaller particles")

    def slices(self) -> dict[str, float]:
        """The amount between each size and the next smaller one."""
        return {
            "pm1": self.pm1,
            "pm2_5": self.pm2_5 - self.pm1,
            "pm4": self.pm4 - self.pm2_5,
            "pm10": self.pm10 - self.pm4,
        }


class Outdoors(Block, frozen=True):
    """The air and the sky outside, alike on every day of a scenario so that it does not depend on the season.

    Attributes
    ----------
    latitude, longitude : float
        [°]
    co2 : float
        [ppm]
    co : float
        [ppm]
    tvoc, formaldehyde : float
        [ppb]
    temperature, temperature_swing : float
        Daily mean, and half the difference between 15:00 and 03:00 [°C].
    humidity : float
        At the mean temperature [%].
    pressure : float
        [hPa]
    clearness : float
        Share of a clear sky's light [1].
    particles : Particles
        [µg/m³]
    """

    source: Source
    latitude: float
    longitude: float
    co2: Positive
    co: NotNegative
    tvoc: Positive
    formaldehyde: NotNegative
    temperature: float
    temperature_swing: NotNegative
    humidity: Positive
    pressure: Positive
    clearness: Share
    particles: Particles


class Room(Block, frozen=True):
    """A room and its building services.

    Attributes
    ----------
    volume : float
        [m³]
    air_changes, air_changes_occupied : float
        Outdoor air in room volumes, always and, on top, while somebody is there [1/h].
    conductance : float
        Heat loss through the walls [W/K].
    capacity : float
        Heat capacity [MJ/K].
    setpoint : float
        [°C]
    heating_power : float
        [W]
    lamps : float
        Illuminance of the lamps where the kit hangs [lx], from before the first arrival until after the last leave.
    lamp_power : float
        [W]
    daylight_factor : float
        Indoor over outdoor horizontal illuminance [1].
    background_level : float
        [dB(A)] when nobody is there.
    """

    source: Source
    volume: Positive
    air_changes: Positive
    air_changes_occupied: NotNegative
    conductance: Positive
    capacity: Positive
    setpoint: float
    heating_power: NotNegative
    lamps: NotNegative
    lamp_power: NotNegative
    daylight_factor: Share
    background_level: float


class PresenceBlock(Block, frozen=True, rename={"from_": "from"}):
    """People in the room between two times of the day, on some weekdays."""

    people: Count
    days: list[Weekday]
    from_: ClockTime
    to: ClockTime


class People(Block, frozen=True):
    """Who is there, and what one person gives off.

    Attributes
    ----------
    co2 : float
        [L/s]
    heat : float
        [W]
    moisture : float
        [g/h]
    punctuality : float
        Standard deviation of arrivals and leaves around their time [min].
    """

    source: Source
    co2: Positive
    heat: NotNegative
    moisture: NotNegative
    punctuality: NotNegative
    presence: list[PresenceBlock]


class Activity(Block, frozen=True, rename={"from_": "from"}):
    """Something that is on and off at random: a machine, a task, an open window, a conversation.

    Attributes
    ----------
    share : float
        Share of the time it is on [1], while people are there and, if given, between ``from`` and ``to``.
    minutes : float
        Mean duration of one run [min].
    level : float or None
        Level at the kit while it runs [dB(A)].
    crest : float
        How far its maximum (F) stands above that level within a minute, at least [dB].
    peaks_per_hour, peak_level, peak_spread : float
        Impulses while it runs: how many, their mean LCpeak and its standard deviation [1/h, dB(C), dB].
    particles : Particles
        [mg/min] into the air of the room.
    vapour, formaldehyde : float
        Organic vapour, and formaldehyde gas [mL/h].
    heat : float
        [W]
    moisture : float
        [g/h]
    air_changes : float
        Ventilation it adds [1/h].
    """

    name: Text
    source: Source
    share: Share
    minutes: Positive
    from_: ClockTime = "00:00"
    to: ClockTime = "23:59"
    level: float | None = None
    crest: NotNegative = 3.0
    peaks_per_hour: NotNegative = 0.0
    peak_level: float = 0.0
    peak_spread: NotNegative = 0.0
    particles: Particles = Particles()
    vapour: NotNegative = 0.0
    formaldehyde: NotNegative = 0.0
    heat: NotNegative = 0.0
    moisture: NotNegative = 0.0
    air_changes: NotNegative = 0.0


class LostNetwork(Block, frozen=True, rename={"from_": "from"}):
    """The kit keeps measuring without a network on one working day (1 is the first), and sends it all afterwards."""

    day: Annotated[int, Meta(ge=1)]
    from_: ClockTime
    to: ClockTime


class StoppedChannel(Block, frozen=True):
    """One channel says nothing any more from a time of one working day (1 is the first) on."""

    quantity: Text
    day: Annotated[int, Meta(ge=1)]
    at: ClockTime


class KitSettings(Block, frozen=True):
    """The kit in the zone and what befalls it."""

    id: Text
    model: Text
    payload: Literal["senml-json", "senml-cbor", "frame"] = "senml-json"
    instants_per_message: Annotated[int, Meta(ge=1)] = 1
    phase: Annotated[float, Meta(ge=0, lt=60)] = 0.0
    lost_network: LostNetwork | None = None
    stopped_channel: StoppedChannel | None = None

    @property
    def format(self) -> PayloadFormat:
        """The payload format by its name."""
        return PayloadFormat(self.payload)


class SimulatedZone(Block, frozen=True):
    """One zone, by its name in the registry, and the kit that hangs there.

    Attributes
    ----------
    usual_tvoc, usual_formaldehyde : float
        What building and furniture alone add to the air outdoors, with nobody at work [ppb].
    """

    id: Text
    kit: KitSettings
    room: Room
    people: People
    usual_tvoc: Positive
    usual_formaldehyde: NotNegative
    activities: list[Activity]


class Workplace(Block, frozen=True):
    """One workplace file."""

    name: Text
    timezone: Text
    outdoors: Outdoors
    zones: list[SimulatedZone]
