"""All zones of a workplace together, and the three signals of each quantity: of the room, at a kit, of the worker."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from catalog.identifiers import QuantityId, ZoneId
from firmware_sim.air import air_flows, near_field, outdoor_gases, room_air, usual_tvoc
from firmware_sim.climate import pressure, room_temperatures
from firmware_sim.humid_air import relative_humidity
from firmware_sim.light import on_work_plane, sky
from firmware_sim.noise import Noise, heard, noise
from firmware_sim.placing import Distances, KitPlace
from firmware_sim.rooms import Floats
from firmware_sim.scenario import Outdoors, Workplace
from firmware_sim.timetable import Happenings, happenings
from firmware_sim.zones import Truth, seeded

_SIZES = ("pm1", "pm2_5", "pm4", "pm10")
_LEVELS = (QuantityId("laeq"), QuantityId("lafmax"), QuantityId("lcpeak"))


@dataclass(frozen=True, slots=True)
class SimulatedRoom:
    """A zone as it was: what happened, and what came of it in the room.

    Attributes
    ----------
    air : mapping of str to array
        Gases, particles and water vapour of the mixed air; see :func:`firmware_sim.air.room_air`.
    temperature : array
        Of the mixed air [°C].
    work_plane : array
        Illuminance [lx].
    """

    happened: Happenings
    outdoors: Outdoors
    air: Mapping[str, Floats]
    temperature: Floats
    work_plane: Floats
    noise: Noise


def simulate(workplace: Workplace, days: Sequence[date], seed: int) -> list[SimulatedRoom]:
    """The zones of a workplace over whole local days, in the order of the file.

    Parameters
    ----------
    days : sequence of datetime.date
        Days in a row; nobody is there on days the presence does not name.
    seed : int
        Same seed, same rooms, to the bit.

    Notes
    -----
    The steps of a zone end when its kit samples, so that grids of two zones lie less than a minute apart. Air between
    them is exchanged from step to step as if they did not: it comes up to a minute early or late, and none is lost.
    """
    timezone, outdoors = ZoneInfo(workplace.timezone), workplace.outdoors
    happened = [happenings(zone, days, timezone, seed) for zone in workplace.zones]
    flows = air_flows(happened, workplace.passages)
    skies = [sky(outdoors, each.instants, seeded(seed, "sky", str(days[0]))) for each in happened]
    air = room_air(happened, outdoors, flows)
    temperature = room_temperatures(happened, outdoors, skies, flows)
    return [
        SimulatedRoom(
            happened=each,
            outdoors=outdoors,
            air=air[number],
            temperature=temperature[number],
            work_plane=on_work_plane(each.zone.room, each.lit, skies[number]),
            noise=noise(each, seeded(seed, each.zone.id, "sound")),
        )
        for number, each in enumerate(happened)
    ]


def room_values(room: SimulatedRoom) -> dict[QuantityId, Floats]:
    """The well-mixed room: its air, its diffuse sound, the light on the work plane."""
    return _values(room, {}, room.temperature, room.work_plane, Distances({}))


def kit_values(room: SimulatedRoom, place: KitPlace) -> dict[QuantityId, Floats]:
    """What is where a kit hangs, outside every near field.

    Notes
    -----
    Of gases the place changes what the room's air has more than the air outdoors: that is alike everywhere.
    """
    outside = outdoor_gases(room.outdoors)
    changed = {gas: outside[gas] + factor * (room.air[gas] - outside[gas]) for gas, factor in place.gases.items()}
    changed |= {size: place.particles * room.air[size] for size in _SIZES}
    warmth = room.temperature + place.temperature
    values = _values(room, changed, warmth, place.light * room.work_plane, place.distances)
    return values | {name: values[name] + place.sound for name in _LEVELS}


def worker_values(room: SimulatedRoom, ear: Distances) -> dict[QuantityId, Floats]:
    """Breathing zone, ear and work plane of the worker whose exposure is judged.

    Notes
    -----
    Room air and, on top, the near field of what he attends: C_NF = C_FF + G/β; see
    :func:`firmware_sim.air.near_field`.
    """
    breathed = {name: room.air[name] + above for name, above in near_field(room.happened).items()}
    return _values(room, breathed, room.temperature, room.work_plane, ear)


def truth(room: SimulatedRoom, place: KitPlace, ear: Distances) -> Truth:
    """The truth about a zone and one of its kits."""
    return Truth(
        zone=ZoneId(room.happened.zone.id),
        instants=room.happened.instants,
        people=room.happened.people,
        values=kit_values(room, place),
        worker=worker_values(room, ear),
        room=room_values(room),
    )


def _values(
    room: SimulatedRoom, changed: Mapping[str, Floats], warmth: Floats, light: Floats, listener: Distances
) -> dict[QuantityId, Floats]:
    """All quantities at a place; ``changed`` in place of the room's air, the room's where it names nothing."""
    air = {**room.air, **changed}
    water = air.pop("water")
    distances = [listener.of.get(each.activity.name, math.inf) for each in room.noise.soundings]
    values: dict[str, Floats] = {
        **air,
        "voc_index": voc_index(air["tvoc"], usual_tvoc(room.happened, room.outdoors)),
        "temperature": warmth,
        "humidity": relative_humidity(water, warmth),
        "pressure": pressure(room.outdoors, room.happened.instants),
        "illuminance": light,
        **heard(room.noise, distances),
    }
    return {QuantityId(name): signal for name, signal in values.items()}


def voc_index(tvoc: npt.ArrayLike, usual: float) -> Floats:
    """A relative index as metal-oxide sensors give it: 100 in the room's usual air, never above 500.

    Parameters
    ----------
    tvoc : array
        [ppb]
    usual : float
        What the sensor has learned to take for normal [ppb].

    Notes
    -----
    500·x/(x + 4) with x = tvoc/usual: the scale of such indices (1…500, 100 = usual), not any maker's algorithm.
    """
    x = np.asarray(tvoc, dtype=float) / usual
    return np.clip(500.0 * x / (x + 4.0), 1.0, 500.0)
