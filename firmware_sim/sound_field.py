"""What of a source's sound arrives somewhere in a room: straight, and from the walls."""

import math

DIRECTIVITY = 2.0
"""Q of a source over a floor that reflects: half of the sphere."""


def level_at(sound_power: float, distance: float, absorption: float) -> float:
    """Level of a source at a distance in a room with a diffuse field.

    Parameters
    ----------
    sound_power : float
        [dB(A) re 1 pW]
    distance : float
        [m]
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
