"""Air pressure by a MEMS barometer."""

from collections.abc import Mapping

import numpy as np

from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import Surroundings
from firmware_sim.sensors.tolerance import Piece, Tolerance

BAROMETER: Mapping[Grade, Tolerance] = {
    # ± 1 hPa and what soldering adds: Bosch BMP180, BMP280
    Grade.BASIC: Tolerance(0.0, 1.3, 0.0, 0.1, 1.0, 1, 300.0, 1_100.0, offset_drift=0.006),
    # ± 1 hPa: Bosch BMP280; drift: the catalog's 1 hPa a year
    Grade.STANDARD: Tolerance(0.0, 0.85, 0.0, 0.03, 1.0, 1, 300.0, 1_100.0, offset_drift=0.003),
    # ± 0.5 hPa: Bosch BMP390
    Grade.REFERENCE: Tolerance(0.0, 0.26, 0.0, 0.02, 1.0, 2, 300.0, 1_100.0, offset_drift=0.001),
}


def read(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of air pressure [hPa] of one barometer.

    Parameters
    ----------
    true : array
        Air pressure where the kit hangs [hPa].
    """
    piece = Piece.made(BAROMETER[grade], rng)
    return piece.reported(piece.seen(true, around.step), rng.normal(size=true.size))
