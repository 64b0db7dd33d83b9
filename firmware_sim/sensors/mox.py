"""Organic vapours by a heated metal oxide (MOX): it answers to what it happens to react to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import HYDROGEN, USUAL, Cause, Surroundings
from firmware_sim.sensors.tolerance import Piece, Tolerance, drawn

PER_HYDROGEN = 20.0
"""What hydrogen reads as, once the usual part of it is taken off [ppb/ppm]: metal oxides answer to it as to a vapour,
tens of ppb per ppm. Engineering estimate."""


@dataclass(frozen=True, slots=True)
class Mox:
    """One type of metal-oxide sensor for total organic vapours.

    Attributes
    ----------
    mixture : float
        Standard deviation of ln(reading / true sum) from one workplace's mixture to another's [1].
    humidity_share, temperature_share : float
        Spread of what is left, after the maker's correction, of the answer to humidity and temperature [1/%, 1/K].
    cold_share, warm_up : float
        By how much it reads high at power-on, as a share, and the time that takes to fall to 37 % [1, s]; 0 for a
        sensor that is warm at once.
    """

    tolerance: Tolerance
    mixture: float
    humidity_share: float
    temperature_share: float
    cold_share: float
    warm_up: float


MOX: Mapping[Grade, Mox] = {
    # ± 15 % for ethanol alone: Sensirion SGP30; other vapours count otherwise: Schütze et al., Environments 4
    # (2017) 20; how far a workplace's mixture is off: engineering estimate
    Grade.BASIC: Mox(
        Tolerance(0.15, 30.0, 0.05, 3.0, 30.0, 0, 0.0, 60_000.0, gain_drift=0.002), 0.24, 0.0015, 0.003, 2.0, 1200.0
    ),
    # as if adjusted with the mixture of the place, and warm at once; drift: the catalog's 0.05 % a day
    Grade.STANDARD: Mox(
        Tolerance(0.10, 15.0, 0.03, 1.0, 20.0, 0, 0.0, 60_000.0, gain_drift=0.0005), 0.06, 0.0005, 0.001, 0.0, 0.0
    ),
    Grade.REFERENCE: Mox(
        Tolerance(0.08, 10.0, 0.02, 1.0, 20.0, 0, 0.0, 60_000.0, gain_drift=0.0003), 0.05, 0.0003, 0.001, 0.0, 0.0
    ),
}


def read(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of TVOC [ppb] of one sensor.

    Parameters
    ----------
    true : array
        Sum of organic vapours where the kit hangs [ppb].
    """
    kind = MOX[grade]
    piece = Piece.made(kind.tolerance, rng)
    mixture = float(np.exp(kind.mixture * around.cause(Cause.MIXTURE)))
    damp, warm = drawn(rng) * kind.humidity_share, drawn(rng) * kind.temperature_share
    humidity, temperature = (around.of(name) - USUAL[name] for name in ("humidity", "temperature"))
    answer = (true * mixture + PER_HYDROGEN * (around.hydrogen - HYDROGEN)) * (
        1.0 + damp * humidity + warm * temperature
    )
    seen = piece.seen(answer, around.step)
    if kind.warm_up:
        seen = seen * warming(true.size, around.step, kind.cold_share, kind.warm_up)
    return piece.reported(seen, rng.normal(size=true.size))


def warming(size: int, step: float, cold_share: float, warm_up: float) -> Floats:
    """What a sensor switched on at the first instant reads, relative to what it reads warm [1]: 1 + share·e^(−t/τ)."""
    return np.asarray(1.0 + cold_share * np.exp(-np.arange(size) * (step / warm_up)))
