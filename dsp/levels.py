"""Levels and energies: 10·log₁₀ and back, the same to the bit wherever a value stands in an array."""

import math

DECIBELS_PER_NEPER_OF_ENERGY = 10.0 / math.log(10.0)
"""dB per relative change of energy, 4.343: a standard uncertainty u_E of an energy E is 4.343·u_E/E in dB."""


def energy(level: float) -> float:
    """Energy of a level relative to the energy of 0 dB.

    The reference is fixed, never taken from the data, so that the energy of a reading does not depend on its
    neighbours; a double carries 140 dB (1e14) beside 20 dB (1e2) with 16 digits each.

    Examples
    --------
    >>> energy(30.0)
    1000.0
    """
    return float(10.0 ** (level / 10.0))


def level_of(energy: float) -> float:
    """Level [dB] of an energy relative to that of 0 dB; NaN stays NaN, no energy at all is −∞ dB.

    Examples
    --------
    >>> level_of(1000.0)
    30.0
    """
    if energy > 0.0:
        return 10.0 * math.log10(energy)
    return -math.inf if energy == 0.0 else math.nan
