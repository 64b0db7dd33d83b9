"""The same workplace under, near and over its limits."""

from dataclasses import dataclass

from msgspec.structs import replace

from firmware_sim.errors import WorkplaceError
from firmware_sim.scenario import Activity, Outdoors, Particles, People, Room, SimulatedZone, Variant, Workplace

AS_IS = "as is"
"""The name of the file as it stands."""


def as_variant(workplace: Workplace, name: str) -> Workplace:
    """A workplace with the factors and sums of one of its variants applied.

    Parameters
    ----------
    name : str
        ``under``, ``near`` or ``over``; ``as is`` gives the workplace back.

    Returns
    -------
    Workplace
        Without variants of its own: factors are not meant to be applied twice.

    Raises
    ------
    WorkplaceError
        It has no such variant.
    """
    if name == AS_IS:
        return workplace
    variant = next((each for each in workplace.variants if each.name == name), None)
    if variant is None:
        names = ", ".join((AS_IS, *(each.name for each in workplace.variants)))
        raise WorkplaceError(f'the workplace "{workplace.name}" has no variant "{name}"; expected one of {names}')
    zones = [
        _zone(zone, variant) if not variant.zones or zone.id in variant.zones else zone for zone in workplace.zones
    ]
    return replace(workplace, zones=zones, outdoors=_outdoors(workplace.outdoors, variant), variants=())


@dataclass(frozen=True, slots=True)
class Factors:
    """What the amounts an activity gives off are multiplied by [1]."""

    vapour: float = 1.0
    formaldehyde: float = 1.0
    particles: float = 1.0
    co: float = 1.0
    co2: float = 1.0
    moisture: float = 1.0
    heat: float = 1.0


def giving_off(activity: Activity, factors: Factors, sound: float) -> Activity:
    """An activity that gives off other amounts, and sound that is louder by ``sound`` [dB]."""
    return replace(
        activity,
        vapour=activity.vapour * factors.vapour,
        formaldehyde=activity.formaldehyde * factors.formaldehyde,
        particles=scaled(activity.particles, factors.particles),
        co=activity.co * factors.co,
        co2=activity.co2 * factors.co2,
        moisture=activity.moisture * factors.moisture,
        heat=activity.heat * factors.heat,
        sound_power=None if activity.sound_power is None else activity.sound_power + sound,
        peak_level=activity.peak_level + sound,
    )


def scaled(particles: Particles, factor: float) -> Particles:
    """Each size of particle times a factor [1]."""
    return Particles(
        pm1=particles.pm1 * factor,
        pm2_5=particles.pm2_5 * factor,
        pm4=particles.pm4 * factor,
        pm10=particles.pm10 * factor,
    )


def with_people(people: People, factor: float) -> People:
    """A number of people times a factor [1], rounded; where there was somebody there stays somebody."""
    presence = [
        replace(block, people=max(1, round(block.people * factor)) if block.people else 0) for block in people.presence
    ]
    return replace(people, presence=presence)


def _zone(zone: SimulatedZone, variant: Variant) -> SimulatedZone:
    factors = Factors(
        vapour=variant.vapour,
        formaldehyde=variant.formaldehyde,
        particles=variant.particles,
        co=variant.co,
        co2=variant.co2,
        moisture=variant.moisture,
        heat=variant.heat,
    )
    activities = [
        replace(giving_off(activity, factors, variant.sound), air_changes=activity.air_changes * variant.air_changes)
        for activity in zone.activities
    ]
    people = with_people(zone.people, variant.people)
    return replace(zone, room=_room(zone.room, variant), people=people, activities=activities)


def _room(room: Room, variant: Variant) -> Room:
    return replace(
        room,
        air_changes=room.air_changes * variant.air_changes,
        air_changes_occupied=room.air_changes_occupied * variant.air_changes,
        lamps=room.lamps * variant.lamps,
        daylight_factor=min(1.0, room.daylight_factor * variant.daylight),
    )


def _outdoors(outdoors: Outdoors, variant: Variant) -> Outdoors:
    return replace(
        outdoors,
        temperature=outdoors.temperature + variant.outdoor_temperature,
        humidity=min(100.0, max(1.0, outdoors.humidity + variant.outdoor_humidity)),
    )
