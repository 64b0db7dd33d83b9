"""Organic vapours by photo-ionisation (PID): it counts what a 10.6 eV lamp ionises, less what damp air swallows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import USUAL, Cause, Surroundings
from firmware_sim.sensors.tolerance import Piece, Tolerance, drawn


@dataclass(frozen=True, slots=True)
class Pid:
    """One type of photo-ionisation detector.

    Attributes
    ----------
    mixture : float
        Standard deviation of ln(assumed / true response factor of the mixture) [1].
    quenching : float
        Share of its answer it loses per % of relative humidity above that it was adjusted at [1/%].
    quenching_left : float
        Share of that which is left after the kit's correction by its own humidity, spread from one to the next [1].
    """

    tolerance: Tolerance
    mixture: float
    quenching: float
    quenching_left: float


PID: Mapping[Grade, Pid] = {
    # response factors differ by more than ten from one vapour to another: RAE Systems, TN-106; how far the factor of a
    # mixture is off, quenching (15 % from dry to 90 %) and the ageing of the lamp: engineering estimates
    Grade.BASIC: Pid(Tolerance(0.15, 30.0, 0.03, 5.0, 8.0, 0, 0.0, 40_000.0, gain_drift=0.002), 0.20, 0.0017, 1.0),
    Grade.STANDARD: Pid(Tolerance(0.06, 12.0, 0.02, 2.0, 8.0, 0, 0.0, 40_000.0, gain_drift=0.001), 0.10, 0.0017, 0.5),
    Grade.REFERENCE: Pid(Tolerance(0.04, 7.0, 0.01, 1.0, 8.0, 0, 0.0, 40_000.0, gain_drift=0.0005), 0.07, 0.0017, 0.25),
}


def read(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of TVOC [ppb] of one detector.

    Parameters
    ----------
    true : array
        Sum of organic vapours where the kit hangs [ppb].
    """
    kind = PID[grade]
    piece = Piece.made(kind.tolerance, rng)
    mixture = float(np.exp(kind.mixture * around.cause(Cause.MIXTURE)))
    lost = kind.quenching * kind.quenching_left * (1.0 + 0.5 * drawn(rng))
    answer = true * (mixture * quenched(around.of("humidity"), lost))
    return piece.reported(piece.seen(answer, around.step), rng.normal(size=true.size))


def quenched(humidity: Floats, per_percent: float) -> Floats:
    """What damp air leaves of a detector's answer [1]: 1 − q·(RH − 50), never under a tenth."""
    return np.asarray(np.maximum(1.0 - per_percent * (humidity - USUAL["humidity"]), 0.1))
