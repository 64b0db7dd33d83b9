"""How the low-pass sections of dsp/sound/weighting.py were fitted; only its result stands there.

|H|² of a second-order section is a rational function of x = sin²(πf/fs), of degree 2. It is fitted to
f4⁴/(f² + f4²)² in the largest error in dB: linearised least squares, weights raised where the error is large.
"""

import numpy as np
import numpy.typing as npt

from dsp.sound.weighting import Sections

_F4 = 12194.217
_FITTED_TO = 20_600.0
_NODES, _ROUNDS = 400, 80


def fitted_low_pass(sample_rate: float) -> Sections:
    """The section of one sample rate [Hz]: b0, b1, b2, 1, a1, a2, with a gain of its own."""
    top = min(_FITTED_TO, 0.47 * sample_rate)
    frequency = top * (1 - np.cos(np.linspace(0, np.pi, _NODES))) / 2
    x = np.sin(np.pi * frequency / sample_rate) ** 2
    wanted = 1 / (1 + (frequency / _F4) ** 2) ** 2
    powers = np.vander(x, 3, increasing=True)
    system = np.hstack([powers, -wanted[:, None] * powers[:, 1:]])
    weight: npt.NDArray[np.float64] = np.ones(_NODES)
    below: npt.NDArray[np.float64] = np.ones(_NODES)
    best: npt.NDArray[np.float64] = np.zeros(5)
    smallest = np.inf
    for _ in range(_ROUNDS):
        scale = weight / (wanted * below)
        found = np.asarray(np.linalg.lstsq(system * scale[:, None], wanted * scale, rcond=None)[0], np.float64)
        above = powers @ found[:3]
        below = np.asarray(powers @ np.append(1.0, found[3:]), np.float64)
        error = np.abs(10 * np.log10(np.abs(above / below / wanted)))
        if error.max() < smallest and above.min() > 0 and below.min() > 0:
            smallest, best = float(error.max()), found
        weight = weight * (error / error.max() + 0.02) ** 0.3
    zeros, poles = _inside(best[:3]), _inside(np.append(1.0, best[3:]))
    return np.concatenate([zeros * (poles.sum() / zeros.sum()), poles])


def _inside(powers_of_x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Polynomial in 1/z whose squared modulus is the one in x = sin²(ω/2), up to a factor; roots inside."""
    roots = []
    for x in np.polynomial.polynomial.polyroots(powers_of_x):
        middle = 1 - 2 * x
        either = middle + np.sqrt(middle * middle - 1 + 0j)
        roots.append(either if abs(either) < 1 else 1 / either)
    return np.real(np.poly(roots))
