"""Noise of a zone: what sounds and bangs, and what of it is heard at the microphone, at the ear and in the room."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from firmware_sim.rooms import Floats
from firmware_sim.scenario import Activity, Room
from firmware_sim.sound_field import level_at, level_sum, peak_at
from firmware_sim.timetable import Happenings

PEAK_OVER_MAXIMUM = 12.0
"""LCpeak of steady machine noise above its LAFmax [dB]: engineering estimate."""

PEAK_OVER_FAST = 19.0
"""LCpeak of a blow above its own LAFmax [dB]: of a blow that dies away by 60 dB in 0.3 s. Its energy is in the sound
power of the activity already."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """An activity that is heard.

    Attributes
    ----------
    share : array
        Of each step during which it runs.
    surge : array
        How far its maximum of the step stands above its level and crest [dB].
    blow : array
        The highest LCpeak of its impulses at one metre [dB(C)]; minus infinity where there is none.
    """

    activity: Activity
    share: Floats
    surge: Floats
    blow: Floats


@dataclass(frozen=True, slots=True)
class Noise:
    """All that makes a noise in a zone: the same events, wherever somebody listens.

    Attributes
    ----------
    soundings : tuple of Sounding
    lift : array
        How far the maximum of a step stands above its level when nothing stands out [dB].
    roughness : array
        How far LCpeak of steady noise stands above the usual distance from its maximum [dB].
    """

    room: Room
    soundings: tuple[Sounding, ...]
    lift: Floats
    roughness: Floats


def noise(happened: Happenings, rng: np.random.Generator) -> Noise:
    """The events of a zone's noise, drawn."""
    steps = happened.people.size
    lift = 2.0 + rng.exponential(2.0, steps)
    soundings = []
    for run in happened.runs:
        activity = run.activity
        if activity.sound_power is None and activity.peaks_per_hour == 0.0:
            continue
        surge = rng.exponential(1.0, steps)
        soundings.append(Sounding(activity, run.share, surge, _blows(activity, run.share, rng)))
    return Noise(happened.zone.room, tuple(soundings), lift, np.abs(rng.normal(0.0, 1.5, steps)))


def _blows(activity: Activity, share: Floats, rng: np.random.Generator) -> Floats:
    """The highest impulse of each step at one metre: of n normal ones, as the n-th root of a uniform share."""
    highest = np.full(share.size, -np.inf)
    if activity.peaks_per_hour > 0.0:
        counts = rng.poisson(activity.peaks_per_hour / 60.0 * share)
        (hit,) = np.nonzero(counts)
        rank = rng.uniform(size=hit.size) ** (1.0 / counts[hit])
        highest[hit] = activity.peak_level + activity.peak_spread * ndtri(rank)
    return highest


def heard(made: Noise, distances: Sequence[float]) -> dict[str, Floats]:
    """Levels of each step at a place in the room.

    Parameters
    ----------
    distances : sequence of float
        From each of the soundings [m]; infinite for the diffuse sound of the room alone, which has no impulses.

    Returns
    -------
    dict of str to array
        ``laeq`` over the step, the energy of all that sounds; ``lafmax``, the loudest moment; ``lcpeak`` [dB].
    """
    room = made.room
    steady = [
        (each, level_at(each.activity.sound_power, distance, room.absorption))
        for each, distance in zip(made.soundings, distances, strict=True)
        if each.activity.sound_power is not None
    ]
    # the background is everywhere alike: it comes from outside and through the walls
    always = np.ones(made.lift.size)
    laeq = level_sum(
        [room.background_level, *(level for _, level in steady)],
        np.stack([always, *(each.share for each, _ in steady)]),
    )
    lafmax = laeq + made.lift
    # the machine that runs gives the minute its maximum even if it ran for ten seconds only
    for each, level in steady:
        running = level + each.activity.crest + each.surge
        lafmax = np.where(each.share > 0.0, np.maximum(lafmax, running), lafmax)
    lcpeak = lafmax + PEAK_OVER_MAXIMUM + made.roughness
    for each, distance in zip(made.soundings, distances, strict=True):
        if each.activity.peaks_per_hour > 0.0 and math.isfinite(distance):
            blow = each.blow + peak_at(0.0, distance)
            lcpeak = np.maximum(lcpeak, blow)
            lafmax = np.maximum(lafmax, blow - PEAK_OVER_FAST)
    return {"laeq": laeq, "lafmax": lafmax, "lcpeak": lcpeak}
