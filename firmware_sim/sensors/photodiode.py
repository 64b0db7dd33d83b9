"""Illuminance by a photodiode: its cosine, its colours, where it is blinded."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import Cause, Surroundings
from firmware_sim.sensors.tolerance import Piece, Tolerance, drawn


@dataclass(frozen=True, slots=True)
class Photodiode:
    """One type of luxmeter.

    Attributes
    ----------
    cosine : float
        Standard deviation, from one place to another, of the error that light from the side brings: f₂ of ISO/CIE 19476
        for the directions light comes from there [1].
    colour : float
        The same of the lamps' spectrum: f₁′ of ISO/CIE 19476 [1].
    """

    tolerance: Tolerance
    cosine: float
    colour: float


PHOTODIODE: Mapping[Grade, Photodiode] = {
    # ± 20 % without a cosine diffuser, full at 54 612 lx: ROHM BH1750
    Grade.BASIC: Photodiode(Tolerance(0.08, 4.0, 0.02, 1.0, 1.0, 0, 0.0, 54_612.0, gain_drift=0.0004), 0.09, 0.05),
    # under a diffuser; drift: the catalog's 0.02 % a day
    Grade.STANDARD: Photodiode(Tolerance(0.05, 1.6, 0.01, 0.2, 1.0, 0, 0.0, 100_000.0, gain_drift=0.0002), 0.04, 0.03),
    # class B of ISO/CIE 19476 (DIN 5032-7): f1' 6 %, f2 3 % as limits
    Grade.REFERENCE: Photodiode(
        Tolerance(0.02, 0.8, 0.005, 0.1, 1.0, 1, 0.0, 100_000.0, gain_drift=0.0001), 0.02, 0.02
    ),
}


def read(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of illuminance [lx] of one photodiode.

    Parameters
    ----------
    true : array
        Illuminance where the kit hangs [lx].
    """
    kind = PHOTODIODE[grade]
    piece = Piece.made(kind.tolerance, rng)
    of_the_place = (1.0 + kind.cosine * drawn(rng)) * (1.0 + kind.colour * around.cause(Cause.COLOUR))
    return piece.reported(piece.seen(true * of_the_place, around.step), rng.normal(size=true.size))
