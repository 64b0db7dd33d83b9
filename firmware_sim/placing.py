"""Where a kit hangs in its room, against the room's mixed air and the people: as the file says, or drawn."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from firmware_sim.scenario import SimulatedZone
from firmware_sim.zones import seeded

_GASES = ("co2", "co")
_VAPOURS = ("tvoc", "formaldehyde")


class Placing(StrEnum):
    """Whether kits hang where the workplace file says, or somewhere a technician might have hung them."""

    AS_WRITTEN = "as written"
    """Every factor between room and kit is 1: the demo."""
    DRAWN = "drawn"
    """Factors drawn with the seed from :class:`~firmware_sim.scenario.Spread`, for each kit its own."""


@dataclass(frozen=True, slots=True)
class Distances:
    """How far somebody who listens is from what sounds: by the activity's name [m]."""

    of: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class KitPlace:
    """What one kit's place makes of the room.

    Attributes
    ----------
    gases : mapping of str to float
        Of each gas, (kit - outdoors) / (room - outdoors) [1].
    particles : float
        Kit / room, alike for all sizes [1].
    light : float
        Kit / work plane [1].
    temperature : float
        Kit - room [K].
    sound : float
        Kit - what distance and the room's walls make of the sources [dB].
    distances : Distances
    """

    gases: Mapping[str, float]
    particles: float
    light: float
    temperature: float
    sound: float
    distances: Distances


def kit_place(zone: SimulatedZone, kit: str, seed: int, placing: Placing) -> KitPlace:
    """The place of a kit; the same kit and seed give the same place."""
    spread = zone.spread if placing is Placing.DRAWN else None
    return KitPlace(
        gases={gas: _factor(spread.gas if spread else 0.0, seed, kit, gas) for gas in _GASES}
        | {vapour: _factor(spread.vapours if spread else 0.0, seed, kit, vapour) for vapour in _VAPOURS},
        particles=_factor(spread.particles if spread else 0.0, seed, kit, "particles"),
        light=_factor(spread.light if spread else 0.0, seed, kit, "light"),
        temperature=_drawn(spread.temperature if spread else 0.0, seed, kit, "temperature"),
        sound=_drawn(spread.sound if spread else 0.0, seed, kit, "sound"),
        distances=Distances(
            {
                activity.name: activity.kit_distance
                * _factor(spread.distance if spread else 0.0, seed, kit, "distance", activity.name)
                for activity in zone.activities
            }
        ),
    )


def worker_distances(zone: SimulatedZone, seed: int, placing: Placing) -> Distances:
    """Distances of the worker's ear; the same for all kits of the zone."""
    spread = zone.spread.distance if placing is Placing.DRAWN else 0.0
    return Distances(
        {
            activity.name: activity.worker_distance * _factor(spread, seed, zone.id, "worker", activity.name)
            for activity in zone.activities
        }
    )


def _drawn(spread: float, seed: int, *names: str) -> float:
    return spread * float(seeded(seed, *names, "place").normal()) if spread else 0.0


def _factor(spread: float, seed: int, *names: str) -> float:
    """Log-normal, with a median of 1."""
    return math.exp(_drawn(spread, seed, *names))
