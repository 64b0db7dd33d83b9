"""The words of a workplace file: what a simulated place is made of. Every block names where its numbers come from."""

from typing import Annotated, Literal

import msgspec

from firmware_sim.kit_settings import KitSettings
from firmware_sim.scenario_words import (
    Block,
    ClockTime,
    Count,
    Identifier,
    NotNegative,
    Positive,
    Share,
    Source,
    Temperature,
    Text,
    Weekdays,
)


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
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    co2: Positive
    co: NotNegative
    tvoc: Positive
    formaldehyde: NotNegative
    temperature: Temperature
    temperature_swing: NotNegative
    humidity: Annotated[float, msgspec.Meta(gt=0, le=100)]
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
        Illuminance of the lamps on the work plane [lx], from before the first arrival until after the last leave.
    lamp_power : float
        [W]
    daylight_factor : float
        Indoor over outdoor horizontal illuminance [1].
    background_level : float
        [dB(A)] when nobody is there.
    absorption : float
        Equivalent absorption area [m²]: what the walls give back of a sound, against what comes straight.
    near_air : float
        Air that leaves a worker's near field for the room [m³/s]; see :class:`Activity`, ``attended``.
    solar_gain : float
        Heat of the sun through roof and windows under a clear sky at noon [W].
    """

    source: Source
    volume: Positive
    air_changes: Positive
    air_changes_occupied: NotNegative
    conductance: Positive
    capacity: Positive
    setpoint: Temperature
    heating_power: NotNegative
    lamps: NotNegative
    lamp_power: NotNegative
    daylight_factor: Share
    background_level: float
    absorption: Positive
    near_air: Positive
    solar_gain: NotNegative = 0.0


class Spread(Block, frozen=True):
    """How far the kit's place is from standing for the people, from one deployment to the next.

    A technician hangs the kit where it is possible: another corner of the same air, another distance from the same
    machine. Each is a standard deviation over deployments; the demo, which is one deployment, takes none of it.

    Attributes
    ----------
    gas, vapours : float
        Of the natural logarithm of (kit - outdoors) / (well-mixed room - outdoors), each gas apart [1]: ``gas`` for CO2
        and CO, ``vapours`` for TVOC and formaldehyde, whose sources are fewer and nearer.
    particles, light : float
        Of the natural logarithm of (value at the kit / value in the well-mixed room, or on the work plane) [1].
    distance : float
        Of the natural logarithm of the distances to sources, each source apart, kit and worker apart [1].
    sound : float
        Of what screens, reflections and the way the microphone faces add at the kit to the sound of all sources [dB].
    temperature : float
        Of the difference between the air at the kit and around people [°C].
    """

    source: Source
    gas: NotNegative
    vapours: NotNegative
    particles: NotNegative
    light: NotNegative
    distance: NotNegative
    sound: NotNegative
    temperature: NotNegative


class PresenceBlock(Block, frozen=True, rename={"from_": "from"}):
    """People in the room between two times of the day, on some weekdays."""

    people: Count
    days: Weekdays
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


class AirThrough(Block, frozen=True, rename={"with_": "with"}):
    """Air that goes both ways between this zone and another one: an open door [m³/h]."""

    with_: Text
    air: Positive


class Activity(Block, frozen=True, rename={"from_": "from"}):
    """Something that is on and off at random: a machine, a task, an open window, a conversation.

    Attributes
    ----------
    share : float
        Share of the time it is on [1], while people are there and, if given, between ``from`` and ``to``.
    minutes : float
        Mean duration of one run [min].
    attended : float
        Share of what it gives off that the worker whose exposure is judged has in his own near field before it is in
        the room [1]: 0 for what nobody stands at, 1/5 for a machine that five people take turns at.
    sound_power : float or None
        Sound power level while it runs [dB(A) re 1 pW].
    kit_distance, worker_distance : float
        From the source to the kit's microphone, and to the worker's ear averaged over his day (energy) [m].
    crest : float
        How far its maximum (F) stands above its level within a minute, at least [dB].
    peaks_per_hour, peak_level, peak_spread : float
        Impulses while it runs: how many, their mean LCpeak at one metre and its standard deviation [1/h, dB(C), dB].
    particles : Particles
        [mg/min] into the air of the room.
    vapour, formaldehyde, co : float
        Organic vapour, formaldehyde gas, carbon monoxide [mL/h].
    co2 : float
        Of flames, ovens, dry ice [L/h].
    heat : float
        [W]
    moisture : float
        [g/h]
    air_changes : float
        Ventilation it adds [1/h].
    door : AirThrough or None
        A door it holds open.
    """

    name: Text
    source: Source
    share: Share
    minutes: Positive
    from_: ClockTime = "00:00"
    to: ClockTime = "23:59"
    attended: Share = 0.0
    sound_power: float | None = None
    kit_distance: Positive = 3.0
    worker_distance: Positive = 1.0
    crest: NotNegative = 3.0
    peaks_per_hour: NotNegative = 0.0
    peak_level: float = 0.0
    peak_spread: NotNegative = 0.0
    particles: Particles = Particles()
    vapour: NotNegative = 0.0
    formaldehyde: NotNegative = 0.0
    co: NotNegative = 0.0
    co2: NotNegative = 0.0
    heat: NotNegative = 0.0
    moisture: NotNegative = 0.0
    air_changes: NotNegative = 0.0
    door: AirThrough | None = None


class Pause(Block, frozen=True, rename={"from_": "from"}):
    """A break."""

    from_: ClockTime
    to: ClockTime


class Place(Block, frozen=True, rename={"from_": "from"}):
    """What a registry says of the zone; words of docs/reference/registry.md.

    Attributes
    ----------
    kind, intensity : str
        Of zone and work.
    place_uncertainty : mapping of str to PlaceUncertainty
        Where the catalog's default does not do, because a source is at arm's length: stated by whoever hung the kit.
    """

    kind: Text
    intensity: Literal["sedentary", "physical"]
    headcount: Count
    days: Weekdays
    from_: ClockTime
    to: ClockTime
    breaks: tuple[Pause, ...] = ()
    breaks_count: bool = False
    place_uncertainty: dict[str, "PlaceUncertainty"] = msgspec.field(default_factory=dict)


class PlaceUncertainty(Block, frozen=True):
    """Standard uncertainty of the kit's place for the person [share of the value, unit of the quantity]."""

    source: Source
    relative: NotNegative = 0.0
    absolute: NotNegative = 0.0


class SimulatedZone(Block, frozen=True):
    """One zone, by its name in the registry, and the kit that hangs there.

    Attributes
    ----------
    usual_tvoc, usual_formaldehyde : float
        What building and furniture alone add to the air outdoors, with nobody at work [ppb].
    """

    id: Identifier
    place: Place
    kit: KitSettings
    room: Room
    spread: Spread
    people: People
    usual_tvoc: Positive
    usual_formaldehyde: NotNegative
    activities: list[Activity]


class Passage(Block, frozen=True):
    """Air that always goes both ways between two zones [m³/h]."""

    between: tuple[Text, Text]
    air: Positive
    source: Source


class Concern(Block, frozen=True):
    """A rule whose limit the variants of a workplace lie under, near and over, and the zone it is about."""

    zone: Text
    rule: Text


class Variant(Block, frozen=True):
    """The same workplace on the other side of its limits: factors of 1 and sums of 0 change nothing.

    Attributes
    ----------
    zones : tuple of str
        Which zones it changes; all of them by default.
    people, vapour, formaldehyde, particles, co, co2, moisture, heat : float
        Factors of the number of people (presence), and of what activities give off [1].
    air_changes, lamps, daylight : float
        Factors of ventilation and light [1].
    sound : float
        Added to every source's sound power and impulses [dB].
    outdoor_temperature, outdoor_humidity : float
        Added [°C, %].
    """

    name: Literal["under", "near", "over"]
    source: Source
    zones: tuple[Text, ...] = ()
    people: Positive = 1.0
    vapour: NotNegative = 1.0
    formaldehyde: NotNegative = 1.0
    particles: NotNegative = 1.0
    co: NotNegative = 1.0
    co2: NotNegative = 1.0
    moisture: NotNegative = 1.0
    heat: NotNegative = 1.0
    air_changes: Positive = 1.0
    lamps: Positive = 1.0
    daylight: Positive = 1.0
    sound: float = 0.0
    outdoor_temperature: float = 0.0
    outdoor_humidity: float = 0.0


class Workplace(Block, frozen=True):
    """One workplace file.

    Attributes
    ----------
    name, title_fr : str
        In English and in French.
    concerns : tuple of Concern
        None of them in the quiet control, where nothing is wrong.
    variants : tuple of Variant
        None of them where nothing is varied: the file as it stands is the only one.
    """

    name: Text
    title_fr: Text
    timezone: Text
    outdoors: Outdoors
    zones: list[SimulatedZone]
    passages: tuple[Passage, ...] = ()
    concerns: tuple[Concern, ...] = ()
    variants: tuple[Variant, ...] = ()
