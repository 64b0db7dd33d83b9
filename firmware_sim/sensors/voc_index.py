"""The VOC index of a metal-oxide sensor: 1 to 500, 100 in what it has learned to take for the room's usual air."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.kernels import usual_air
from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import USUAL, Surroundings
from firmware_sim.sensors.tolerance import SECONDS_PER_DAY, Tolerance, drawn, follow, to_digits

HALF = 4.0
"""Times the usual air at which the index is 250 [1]; see :func:`index`."""

GATE = math.log(2.0)
"""Air above twice the usual is not learned from at once: ln(ratio) [1]."""


@dataclass(frozen=True, slots=True)
class VocIndex:
    """One type of index.

    Attributes
    ----------
    learned : float
        Standard deviation of ln(what it took for usual at the start / what is usual) [1].
    exponent : float
        Spread of the exponent of the sensor's answer: resistance goes with a power of concentration [1].
    humidity_share : float
        Spread of what is left of the answer to humidity: ln(answer) per % [1/%].
    noise : float
        Standard deviation of ln(answer) from one reading to the next [1].
    memory : float
        Time in which it forgets 63 % of what it took for usual [s].
    patience : float
        Time after which air far above the usual is learned from nevertheless [s].
    """

    learned: float
    exponent: float
    humidity_share: float
    noise: float
    memory: float
    patience: float


VOC_INDEX: Mapping[Grade, VocIndex] = {
    # learns in half a day, holds out for three hours: defaults of Sensirion's Gas Index Algorithm (SGP40/SGP41)
    Grade.BASIC: VocIndex(0.32, 0.20, 0.002, 0.04, 12 * 3600.0, 3 * 3600.0),
    # four days of history: Bosch BSEC for BME680; spreads are engineering estimates
    Grade.STANDARD: VocIndex(0.15, 0.15, 0.0008, 0.02, 4 * SECONDS_PER_DAY, SECONDS_PER_DAY),
    # 28 days of history: Bosch BSEC
    Grade.REFERENCE: VocIndex(0.12, 0.10, 0.0005, 0.02, 28 * SECONDS_PER_DAY, 3 * SECONDS_PER_DAY),
}
"""Response time of all: that of the metal oxide, 20 s."""

_RESPONSE = 20.0
_SCALE = Tolerance(0.0, 0.0, 0.0, 0.0, _RESPONSE, 0, 1.0, 500.0)


def read(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of the index [1] of one sensor.

    Parameters
    ----------
    true : array
        Index of somebody who knows the room's usual air [1].

    Notes
    -----
    True air in times the usual is x = 4·I/(500 − I). The sensor answers with a·ln x and some humidity, learns what is
    usual from that, and shows :func:`index` of the difference. A room that is polluted for longer than it remembers
    becomes usual, and reads 100.
    """
    kind = VOC_INDEX[grade]
    start = drawn(rng) * kind.learned
    exponent = 1.0 + drawn(rng) * kind.exponent
    damp = drawn(rng) * kind.humidity_share
    held = np.minimum(follow(true, _RESPONSE, around.step), 499.0)
    answers = exponent * np.log(HALF * held / (500.0 - held)) + damp * (around.of("humidity") - USUAL["humidity"])
    usual = np.empty_like(answers)
    left = math.exp(-around.step / kind.memory)
    usual_air.learn(np.ascontiguousarray(answers), start, left, GATE, int(kind.patience / around.step), usual)
    shown = answers - usual + kind.noise * rng.normal(size=true.size)
    return to_digits(index(shown), _SCALE)


def index(logarithm: Floats) -> Floats:
    """The index of air that is e^logarithm times the usual: 500·x/(x + 4), so that 1 is 100.

    Notes
    -----
    The scale of such indices, not any maker's formula; the same as that of the simulated truth.
    """
    return np.asarray(500.0 / (1.0 + HALF * np.exp(-logarithm)))
