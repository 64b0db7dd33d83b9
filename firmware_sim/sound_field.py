"""What of a source's sound arrives somewhere in a room: straight, and from the walls."""

import math

import numpy as np
import numpy.typing as npt

from firmware_sim.rooms import Floats

DIRECTIVITY = 2.0
"""Q of a source over a floor that reflects: half of the sphere."""


def level_at(sound_power: float, distance: float, absorption: float) -> float:
    """Level of a source at a distance in a room with a diffuse field.

    Parameters
    ----------
    sound_power : float
        [dB(A) re 1 pW]
    distance : float
        [m]; infinite for the diffuse sound alone.
    absorption : float
        Equivalent absorption area [m²].

    Returns
    -------
    float
        L_W + 10·log₁₀(Q/(4πr²) + 4/A) [dB(A)].

    References
    ----------
    Kuttruff, Room Acoustics, 6th edition (2016), section 5.5; ISO 3741 for the diffuse part.

    Example
    -------
    >>> round(level_at(100.0, 1.0, 1e9), 1)
    92.0
    """
    return sound_power + 10.0 * math.log10(DIRECTIVITY / (4.0 * math.pi * distance * distance) + 4.0 / absorption)


def peak_at(at_one_metre: float, distance: float) -> float:
    """Peak of an impulse at a distance [m], from its peak at one metre [dB(C)]: the direct sound alone makes it."""
    return at_one_metre - 20.0 * math.log10(distance)


def level_sum(levels: npt.ArrayLike, shares: npt.ArrayLike = 1.0) -> Floats:
    """Level of several sources together, each present for a share of the time.

    Parameters
    ----------
    levels : array
        [dB], sources along the first axis.
    shares : array
        Share of the step each source sounds [1], sources along the first axis.

    Returns
    -------
    array
        10·log₁₀ Σ share·10^(L/10) [dB].

    Example
    -------
    >>> round(float(level_sum([60.0, 60.0])), 2)
    63.01
    """
    powers = 10.0 ** (np.asarray(levels, dtype=float) / 10.0)
    energy = np.sum((np.asarray(shares, dtype=float).T * powers.T).T, axis=0)
    return np.asarray(10.0 * np.log10(energy))
