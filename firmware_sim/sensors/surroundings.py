"""What is around a kit: its true signals, and what a sensor sees of the air besides the quantity it is for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from catalog.identifiers import QuantityId
from firmware_sim.rooms import Floats
from firmware_sim.sensors.tolerance import drawn, follow
from firmware_sim.zones import seeded

USUAL: Mapping[str, float] = {"temperature": 20.0, "humidity": 50.0, "pressure": 1013.25, "tvoc": 0.0}
"""What is taken for a signal nobody simulated: the conditions sensors are adjusted in, and air without vapours."""

HYDROGEN, HYDROGEN_SPREAD, HYDROGEN_TIME = 0.53, 0.15, 7200.0
"""Hydrogen in the air [ppm], how far and how fast it moves indoors [ppm, s].

0.53 ppm outdoors: Novelli et al., J. Geophys. Res. 104 (1999) 30427, doi:10.1029/1999JD900788; people breathe out some
10 ppm: the spread is an engineering estimate."""


class Cause(Enum):
    """What a workplace does to every sensor in it: two kits side by side do not cancel it."""

    MIXTURE = "mixture"
    """Of vapours, against the one a sensor was adjusted with."""
    DUST = "dust"
    """Density, refraction and shape of its particles."""
    WATER = "water"
    """How readily they take up water."""
    COLOUR = "colour"
    """Of its light."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """True signals where a kit hangs.

    Attributes
    ----------
    signals : mapping of QuantityId to array
        At equal steps, in the quantities' units.
    step : float
        [s]
    hydrogen : array
        Of which no kit has a channel, but which gas sensors see [ppm].
    causes : mapping of Cause to float
        What all sensors in the room err by alike, in standard deviations.
    """

    signals: Mapping[QuantityId, Floats]
    step: float
    hydrogen: Floats
    causes: Mapping[Cause, float] = field(default_factory=dict)

    def cause(self, what: Cause) -> float:
        """How far a cause is from what sensors are adjusted to, in its standard deviations; 0 where nobody drew it."""
        return self.causes.get(what, 0.0)

    def of(self, quantity: str) -> Floats:
        """A signal, or the usual value where nobody simulated it."""
        known = self.signals.get(QuantityId(quantity))
        return np.full(self.hydrogen.size, USUAL[quantity]) if known is None else known


def hydrogen(size: int, step: float, rng: np.random.Generator) -> Floats:
    """Hydrogen in the air of a room [ppm]: it wanders around what is outdoors, never under half of it."""
    wander = follow(rng.normal(size=size), HYDROGEN_TIME, step)
    left = float(np.exp(-step / HYDROGEN_TIME))
    # variance of an AR(1) of unit innovations that each count for (1 - left)
    spread = (1.0 - left) / np.sqrt(1.0 - left * left)
    return np.asarray(np.maximum(HYDROGEN + HYDROGEN_SPREAD * wander / spread, HYDROGEN / 2.0))


def causes(seed: int, place: str) -> dict[Cause, float]:
    """What a place does to sensors, drawn for all of them at once."""
    return {cause: drawn(seeded(seed, place, cause.value)) for cause in Cause}
