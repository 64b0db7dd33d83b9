"""Probabilities of the normal distribution that keep their digits far out in the tails."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

Z95 = 1.6448536269514722
"""95th percentile of the standard normal distribution."""


def log_interval_probability(lower: Array, upper: Array) -> Array:
    """Logarithm of the probability that a standard normal variable lies between two bounds.

    Parameters
    ----------
    lower, upper : float64 array
        Standardised bounds, lower < upper; minus and plus infinity are open ends.

    Returns
    -------
    float64 array
        ln(Φ(upper) − Φ(lower)).

    Notes
    -----
    An interval in the upper half is mirrored into the lower one, where Φ has all its digits; the difference is then
    ln Φ(b) + ln(1 − Φ(a)/Φ(b)).

    Examples
    --------
    >>> round(float(np.exp(log_interval_probability(np.array([-1.0]), np.array([1.0]))[0])), 4)
    0.6827
    """
    mirrored = lower > 0
    low = np.where(mirrored, -upper, lower)
    high = np.where(mirrored, -lower, upper)
    whole = special.log_ndtr(high)
    left_out = special.log_ndtr(low) - whole
    return np.asarray(whole + np.log1p(-np.exp(left_out)))


def log_density(z: Array) -> Array:
    """Logarithm of the density of the standard normal distribution; minus infinity at infinity."""
    return np.asarray(-0.5 * z * z - 0.5 * np.log(2 * np.pi))
