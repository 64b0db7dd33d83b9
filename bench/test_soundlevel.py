"""The sound level meter against real time, PyOctaveBand and SciPy, one core, processor time, one run.

``python -m pytest -q -s bench/test_soundlevel.py``. PyOctaveBand does A weighting, Fast and third octaves of the same
samples; ours does that and C, Z, Slow, the peak between samples, percentiles, octaves and LAeq of every second.
"""

import math
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from pyoctaveband import octavefilter, time_weighting, weighting_filter
from scipy.signal import sosfilt

from dsp.kernels import sound
from dsp.sound.weighting import weightings
from dsp.soundlevel import measure, peak_taps

RATE, SECONDS = 48_000, 30
REAL_TIME, FASTER = 300, 8
Values = npt.NDArray[np.float64]


@pytest.fixture(scope="module")
def samples() -> Values:
    """Half a minute of noise at 74 dB."""
    return np.random.default_rng(8).normal(0, 0.1, RATE * SECONDS)


def best_of(runs: int, work: Callable[[], object]) -> float:
    """Seconds of processor time of the fastest run: what the code takes, not the neighbours."""
    taken = []
    for _ in range(runs):
        begun = time.process_time()
        work()
        taken.append(time.process_time() - begun)
    return min(taken)


def test_everything_of_a_sound_level_meter_at_once(samples: Values) -> None:
    def ours() -> None:
        assert math.isfinite(measure(samples, RATE, 1.0).laeq)

    def peer() -> None:
        octavefilter(samples, RATE, fraction=3, limits=[12, 20_000])
        time_weighting(weighting_filter(samples, RATE, "A"), RATE, mode="fast")

    ours()
    peer()
    mine, theirs = best_of(6, ours), best_of(2, peer)
    print(
        f"\nsound level meter: {SECONDS / mine:.0f} × real time, {samples.size / mine / 1e6:.1f} M samples/s; "
        f"PyOctaveBand (A, Fast, third octaves): {SECONDS / theirs:.0f} × real time; {theirs / mine:.1f} times faster"
    )
    assert SECONDS / mine >= REAL_TIME
    assert theirs / mine >= FASTER


def test_all_weightings_and_ballistics_take_no_longer_than_the_a_weighting_of_scipy(samples: Values) -> None:
    filters = weightings(RATE)
    sections = np.vstack([filters.z, filters.a])[:, [0, 1, 2, 4, 5]].copy()
    memory, ballistics, sums = np.zeros((4, 2)), np.full(6, 1e-4), np.zeros(3)
    c, fast = np.zeros(samples.size + 16), np.zeros(samples.size // 480)

    def ours() -> None:
        sound.weigh(samples, sections, memory, ballistics, 480, sums, c, fast)

    def peer() -> None:
        sosfilt(filters.a, samples)

    ours()
    mine, theirs = best_of(8, ours), best_of(8, peer)
    print(
        f"\nA, C, Z, Fast, Slow in one pass: {SECONDS / mine:.0f} × real time; "
        f"SciPy sosfilt, three sections, A alone: {SECONDS / theirs:.0f} × real time; {theirs / mine:.1f} times faster"
    )
    assert theirs / mine >= 1.0


def test_peak_between_samples_of_a_steady_tone_stays_cheap() -> None:
    c = np.concatenate([np.zeros(16), np.sin(2 * np.pi * 0.1663 * np.arange(RATE))])
    taps, highest = peak_taps(), np.zeros(1)

    def ours() -> None:
        highest[0] = 0.0
        sound.peak(c, 8, RATE + 8, taps, highest)

    ours()
    mine = best_of(8, ours)
    print(f"\npeak between samples, an 8 kHz tone, its worst case: {1 / mine:.0f} × real time")
    assert 1 / mine >= REAL_TIME
