"""Sound levels by the long way: a minute of sound made to its levels, heard by a microphone, measured by the meter."""

import math
from collections.abc import Mapping
from functools import cache

import numpy as np

from catalog.identifiers import QuantityId
from dsp.soundlevel import FAST, REFERENCE_PRESSURE, SoundLevelMeter, SoundLevels, measure
from firmware_sim.rooms import Floats
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.microphone import QUANTITIES, Hearing, Microphone, told
from firmware_sim.sensors.surroundings import Surroundings

RATE = 48_000
"""[Hz]"""

LOWEST, HIGHEST = 200.0, 8_000.0
"""The noise is pink in between [Hz]: machines and voices; its A- and C-weighted levels are half a dB apart."""

BURST, IMPULSE = 0.5, 0.0001
"""How long the loudest moment lasts, four time constants of Fast, and how wide an impulse is [s]."""

MOST, SHORTEST_BURST = 0.9, 0.03
"""Share of the energy the loud moment may have [1], and how short it may become for that [s]."""

IMPULSE_TONE = 2_000.0
"""[Hz]"""

LONGEST = 60.0
"""Of a longer step one minute stands for all [s]."""

BITS = 24
"""Of the converter."""

_TILE = 10
"""Noise repeats after that long [s]."""


def read(around: Surroundings, grade: Grade, rng: np.random.Generator) -> Mapping[str, Floats]:
    """Readings of LAeq, LAFmax and LCpeak [dB] of one microphone, every step of them out of the sound level meter.

    Notes
    -----
    For each step :func:`sound` is made, :func:`picked_up` and measured (:mod:`dsp.soundlevel`). Some tenths of a
    second a minute: for few kits and days, and to see that the short way (:mod:`firmware_sim.sensors.microphone`) is
    right. Sensitivity and noise are drawn as there, so that both ways are the same microphone.
    """
    hearing = Hearing.made(grade, rng)
    noise = rng.normal(size=around.hydrogen.size)
    true = [around.signals[QuantityId(name)] for name in QUANTITIES]
    arrived = {name: np.empty(noise.size) for name in QUANTITIES}
    for row, (laeq, lafmax, lcpeak) in enumerate(zip(*(levels.tolist() for levels in true), strict=True)):
        pressure = sound(laeq, lafmax, lcpeak, min(around.step, LONGEST), rng)
        found = meter_reads(pressure, hearing.type, rng)
        arrived["laeq"][row], arrived["lafmax"][row], arrived["lcpeak"][row] = found.laeq, found.lafmax, found.lcpeak
    return told(arrived, hearing, noise, around.step)


def sound(laeq: float, lafmax: float, lcpeak: float, seconds: float, rng: np.random.Generator) -> Floats:
    """Sound of given levels: steady noise, one loud moment, and one impulse.

    Parameters
    ----------
    laeq, lafmax, lcpeak : float
        [dB]
    seconds : float
        [s], at least 2.

    Returns
    -------
    array
        Sound pressure [Pa] at 48 kHz.

    Notes
    -----
    The loud moment has the level ``lafmax`` for half a second; where that by itself would be more than ``laeq``, it is
    shorter and as much louder as Fast needs to come to ``lafmax``, which goes up to 25 dB over the ``laeq`` of a
    minute. The steady noise is what is left of the energy. The impulse comes on top; noise brings a peak of 13 dB over
    its level by itself.
    """
    size = round(seconds * RATE)
    energy, loudest = 10.0 ** (laeq / 10.0), 10.0 ** (lafmax / 10.0)
    burst = BURST
    if burst * loudest > MOST * energy * seconds:
        # shorter and louder: Fast still comes to lafmax, and the minute to laeq
        while burst > SHORTEST_BURST and burst * _raised(loudest, burst) > MOST * energy * seconds:
            burst /= 2.0
        loudest = _raised(loudest, burst)
    steady = max(energy * seconds - loudest * burst, (1.0 - MOST) * energy * seconds) / (seconds - burst)
    levels = np.full(size, math.sqrt(steady))
    first = size // 2
    levels[first : first + round(burst * RATE)] = math.sqrt(loudest)
    noise = _noise()
    start = int(rng.integers(noise.size))
    pressure = np.resize(np.roll(noise, -start), size) * levels * REFERENCE_PRESSURE
    shape = _impulse()
    at = size // 4
    pressure[at : at + shape.size] += shape * (REFERENCE_PRESSURE * 10.0 ** (lcpeak / 20.0))
    return np.asarray(pressure)


def _raised(loudest: float, burst: float) -> float:
    """Mean square at which Fast comes to ``loudest`` within ``burst`` [s]."""
    return loudest / -math.expm1(-burst / FAST)


def picked_up(pressure: Floats, microphone: Microphone, rng: np.random.Generator) -> Floats:
    """What a microphone makes of a sound pressure [Pa]: with its own noise, clipped, in steps of the converter.

    Returns
    -------
    array
        Shares of full scale, which is at the overload.
    """
    full = overload_pressure(microphone)
    own = rng.normal(size=pressure.size) * (_own_noise() * 10.0 ** (microphone.floor / 20.0) * REFERENCE_PRESSURE)
    steps = 2.0 ** (BITS - 1)
    return np.asarray(np.rint(np.clip((pressure + own) / full, -1.0, 1.0) * steps) / steps)


def meter_reads(pressure: Floats, microphone: Microphone, rng: np.random.Generator) -> SoundLevels:
    """Levels the house's sound level meter finds in what a microphone picks up of a sound pressure [Pa]."""
    meter = SoundLevelMeter(RATE, overload_pressure(microphone), noise_floor=microphone.floor)
    meter.feed(picked_up(pressure, microphone, rng))
    return meter.result()


def overload_pressure(microphone: Microphone) -> float:
    """Sound pressure at which it clips [Pa]."""
    return float(REFERENCE_PRESSURE * 10.0 ** (microphone.overload / 20.0))


@cache
def _noise() -> Floats:
    """Pink-ish noise of 0 dB(A) re 1 (its A-weighted mean square is 1), the same in every process."""
    size = _TILE * RATE
    rng = np.random.default_rng(61672)
    frequencies = np.fft.rfftfreq(size, 1.0 / RATE)
    inside = (frequencies >= LOWEST) & (frequencies <= HIGHEST)
    spectrum = np.zeros(frequencies.size, dtype=complex)
    phases = rng.uniform(0.0, 2.0 * np.pi, int(inside.sum()))
    spectrum[inside] = np.exp(1j * phases) / np.sqrt(frequencies[inside])
    shape = np.fft.irfft(spectrum, size)
    shape /= np.abs(shape).max()
    return np.asarray(shape / 10.0 ** ((measure(shape, RATE, 1.0).laeq + 20.0 * math.log10(REFERENCE_PRESSURE)) / 20.0))


@cache
def _impulse() -> Floats:
    """A knock whose C-weighted peak is 1."""
    times = np.arange(-0.001, 0.001, 1.0 / RATE)
    shape = np.exp(-0.5 * (times / IMPULSE) ** 2) * np.cos(2.0 * np.pi * IMPULSE_TONE * times)
    alone = np.zeros(2 * RATE)
    alone[RATE : RATE + shape.size] = shape
    peak = measure(alone, RATE, 1.0).lcpeak + 20.0 * math.log10(REFERENCE_PRESSURE)
    return np.asarray(shape / 10.0 ** (peak / 20.0))


@cache
def _own_noise() -> float:
    """Standard deviation of white noise whose A-weighted mean square is 1."""
    white = np.random.default_rng(2013).normal(size=_TILE * RATE) / 8.0
    return float(1.0 / 8.0 / 10.0 ** ((measure(white, RATE, 1.0).laeq + 20.0 * math.log10(REFERENCE_PRESSURE)) / 20.0))
