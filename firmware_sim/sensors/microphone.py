"""Sound levels by a MEMS microphone, reckoned on levels: its tolerance, its own noise, and where it clips."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from catalog.identifiers import QuantityId
from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.surroundings import Surroundings
from firmware_sim.sensors.tolerance import SECONDS_PER_DAY, Tolerance, drawn, to_digits

QUANTITIES = ("laeq", "lafmax", "lcpeak")

NOISE_CREST = 14.0
"""C-weighted peak of a minute of a microphone's own (white) noise over its A-weighted level [dB], by the sound level
meter: four and a half standard deviations, and what A takes away."""


@dataclass(frozen=True, slots=True)
class Microphone:
    """One type of microphone with its meter.

    Attributes
    ----------
    tolerance : float
        Spread of its sensitivity, with what weighting and directions add [dB].
    peak_tolerance : float
        Spread of what peaks err by on top [dB].
    drift : float
        Spread of what its sensitivity changes by in a day [dB/d].
    floor : float
        A-weighted level of its own noise [dB].
    overload : float
        Sound pressure at which it clips, as a peak level [dB re 20 µPa].
    noise, maximum_noise, peak_noise : float
        Standard deviation from one reading to the next [dB].
    """

    tolerance: float
    peak_tolerance: float
    drift: float
    floor: float
    overload: float
    noise: float
    maximum_noise: float
    peak_noise: float


MICROPHONE: Mapping[Grade, Microphone] = {
    # ± 3 dB, 61 dB signal to noise re 94 dB (InvenSense INMP441), but overload at 130 dB SPL (a sine: 133 dB peak) as
    # Infineon IM69D130 has: one that clips at 120 dB SPL cannot be asked about 135 dB(C)
    Grade.BASIC: Microphone(1.6, 1.9, 0.002, 33.0, 133.0, 0.2, 0.3, 0.5),
    # class 2 of IEC 61672-1:2013 (± 1.0 dB at 1 kHz; directions add theirs); drift: the catalog's
    Grade.STANDARD: Microphone(0.75, 0.7, 0.0015, 25.0, 145.0, 0.1, 0.2, 0.3),
    # class 1 of IEC 61672-1:2013 (± 0.7 dB at 1 kHz), half-inch capsule of 16 dB(A)
    Grade.REFERENCE: Microphone(0.42, 0.5, 0.0005, 16.0, 150.0, 0.05, 0.1, 0.2),
}

DIGITS = Tolerance(0.0, 0.0, 0.0, 0.0, 0.0, 1, 0.0, 200.0)


@dataclass(frozen=True, slots=True)
class Hearing:
    """One microphone: its type, and by how much it reads high [dB]."""

    type: Microphone
    sensitivity: float
    peaks: float
    drift: float

    @classmethod
    def made(cls, grade: Grade, rng: np.random.Generator) -> "Hearing":
        """A microphone as it comes from the production line."""
        of = MICROPHONE[grade]
        return cls(of, drawn(rng) * of.tolerance, drawn(rng) * of.peak_tolerance, drawn(rng) * of.drift)


def read(around: Surroundings, grade: Grade, rng: np.random.Generator) -> Mapping[str, Floats]:
    """Readings of the levels [dB] of one microphone, those that were simulated.

    Notes
    -----
    Level by level: :func:`heard` of the true levels, plus sensitivity, drift and noise; the noise of a reading is one
    number for all of its levels, so that a maximum is not read under its mean.
    """
    hearing = Hearing.made(grade, rng)
    noise = rng.normal(size=around.hydrogen.size)
    known = {name: around.signals[QuantityId(name)] for name in QUANTITIES if name in around.signals}
    arrived = {name: heard(levels, name, hearing.type) for name, levels in known.items()}
    return told(arrived, hearing, noise, around.step)


def told(arrived: Mapping[str, Floats], hearing: Hearing, noise: Floats, step: float) -> Mapping[str, Floats]:
    """Levels a microphone's meter tells: what arrived, off by sensitivity, drift and noise, to a tenth of a dB."""
    of = hearing.type
    days = np.arange(noise.size) * (step / SECONDS_PER_DAY)
    off = hearing.sensitivity + hearing.drift * days
    offs = {
        "laeq": off + of.noise * noise,
        "lafmax": off + of.maximum_noise * noise,
        "lcpeak": off + hearing.peaks + of.peak_noise * noise,
    }
    return {name: to_digits(levels + offs[name], DIGITS) for name, levels in arrived.items()}


def heard(levels: Floats, name: str, microphone: Microphone) -> Floats:
    """Levels that a microphone without tolerance makes of true ones: with its own noise, and clipped.

    Parameters
    ----------
    levels : array
        [dB]
    name : str
        One of :data:`QUANTITIES`.

    Notes
    -----
    Its noise adds to the energy. LAeq and LAFmax lose what :func:`clipping_loss` says of steady noise of that level;
    LCpeak ends where the microphone does.
    """
    if name == "lcpeak":
        own = microphone.floor + NOISE_CREST
        return np.minimum(np.maximum(levels, own), microphone.overload)
    with_own = 10.0 * np.log10(10.0 ** (levels / 10.0) + 10.0 ** (microphone.floor / 10.0))
    return np.asarray(with_own - clipping_loss(microphone.overload - with_own))


def clipping_loss(headroom: Floats) -> Floats:
    """By how much clipping lowers the level of steady (Gaussian) noise [dB].

    Parameters
    ----------
    headroom : array
        Peak level at which it clips, less the level of the noise [dB].

    Notes
    -----
    With k = 10^(headroom/20) the mean square is erf(k/√2) − k·√(2/π)·e^(−k²/2) + k²·erfc(k/√2) of what it was:
    2.9 dB with no headroom, 0.4 dB with 6 dB, nothing from 12 dB on.
    """
    k = 10.0 ** (np.asarray(headroom, dtype=float) / 20.0)
    tail = special.erfc(k / math.sqrt(2.0))
    left = 1.0 - tail - k * math.sqrt(2.0 / math.pi) * np.exp(-k * k / 2.0) + k * k * tail
    return np.asarray(np.where(k > 6.0, 0.0, -10.0 * np.log10(left)))
