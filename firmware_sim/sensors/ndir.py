"""CO2 by infrared absorption (NDIR), with the automatic baseline calibration most such sensors have."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import USUAL, Surroundings
from firmware_sim.sensors.tolerance import Piece, Tolerance

BASELINE_PERIOD = 180 * 3600.0
"""Time after which the lowest value seen is taken for air outdoors [s]: Senseair, ABC logic, 180 h."""

LARGEST_CORRECTION = 400.0
"""No period moves the baseline by more [ppm]: engineering estimate; makers do not say, and none trusts one night
without limit."""


@dataclass(frozen=True, slots=True)
class Ndir:
    """One type of NDIR sensor.

    Attributes
    ----------
    baseline : float or None
        What the lowest value of a period is taken for [ppm]; None for a sensor that has no such calibration.
    pressure_share : float
        By how much more it reads per hPa above the pressure it was adjusted at [1/hPa]; 0 where the kit's barometer
        corrects it.
    """

    tolerance: Tolerance
    baseline: float | None
    pressure_share: float


NDIR: Mapping[Grade, Ndir] = {
    # ± (50 ppm + 5 %): Sensirion SCD40; 400 ppm is taken for fresh air; 0.158 % a hPa: Senseair K30, 1.58 % a kPa
    Grade.BASIC: Ndir(Tolerance(0.04, 50.0, 0.0, 12.0, 90.0, 0, 0.0, 10_000.0, offset_drift=0.2), 400.0, 0.00158),
    # ± (30 ppm + 3 %): Sensirion SCD30, Senseair K30; drift: the catalog's 0.1 ppm a day
    Grade.STANDARD: Ndir(Tolerance(0.02, 18.0, 0.0, 6.0, 60.0, 0, 0.0, 10_000.0, offset_drift=0.1), 420.0, 0.0),
    # two wavelengths, so that nothing has to be learned from the room, ± 40 ppm up to 3 000 ppm: Vaisala GMP252
    Grade.REFERENCE: Ndir(Tolerance(0.0125, 12.0, 0.0, 3.0, 60.0, 0, 0.0, 10_000.0, offset_drift=0.03), None, 0.0),
}


def read(around: Surroundings, true: Floats, grade: Grade, rng: np.random.Generator) -> Floats:
    """Readings of CO2 [ppm] of one sensor.

    Parameters
    ----------
    true : array
        CO2 where the kit hangs [ppm].

    Notes
    -----
    reading = gain·(1 + s·(p − 1013.25))·CO2 + offset + correction, the correction that of
    :func:`baseline_corrections`. In a room that is never aired down to outdoor air within 180 h the correction is a
    bias: everything after it reads low by (lowest CO2 − what it is taken for).
    """
    kind = NDIR[grade]
    piece = Piece.made(kind.tolerance, rng)
    if kind.pressure_share:
        true = true * (1.0 + kind.pressure_share * (around.of("pressure") - USUAL["pressure"]))
    seen = piece.seen(true, around.step)
    if kind.baseline is not None:
        seen = seen + baseline_corrections(seen, kind.baseline, around.step)
    return piece.reported(seen, rng.normal(size=true.size))


def baseline_corrections(seen: Floats, target: float, step: float) -> Floats:
    """What automatic baseline calibration adds to what a sensor would show without it.

    Parameters
    ----------
    seen : array
        [ppm], at equal steps from power-on.
    target : float
        What the lowest value of a period is taken for [ppm].
    step : float
        [s]

    Returns
    -------
    array
        [ppm]: 0 in the first period, and from the end of each period on what brings that period's lowest value to
        ``target``, changed by no more than :data:`LARGEST_CORRECTION` at a time.
    """
    corrections = np.zeros(seen.size)
    length = max(1, math.ceil(BASELINE_PERIOD / step))
    so_far = 0.0
    for end in range(length, seen.size, length):
        wanted = target - float(seen[end - length : end].min())
        so_far += min(max(wanted - so_far, -LARGEST_CORRECTION), LARGEST_CORRECTION)
        corrections[end : end + length] = so_far
    return corrections
