"""Levels: sums of energies, and what a distance makes of a source."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.sound_field import level_at, level_sum, peak_at

OPEN_AIR = 1e12
"""Absorption of a room that gives nothing back [m²]."""


def test_two_equal_sources_are_three_decibels_louder_than_one() -> None:
    assert float(level_sum([80.0, 80.0])) == pytest.approx(80.0 + 10 * math.log10(2))


def test_a_machine_that_runs_a_tenth_of_the_minute_is_ten_decibels_lower() -> None:
    assert float(level_sum([95.0], [0.1])) == pytest.approx(85.0)


@given(st.lists(st.floats(20, 130), min_size=1, max_size=8))
def test_the_sum_of_levels_is_the_sum_of_their_energies(levels: list[float]) -> None:
    energy = sum(10 ** (level / 10) for level in levels)
    assert float(level_sum(levels)) == pytest.approx(10 * math.log10(energy), abs=1e-9)


@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 2**32))
def test_shares_of_sources_are_those_of_each_step(sources: int, steps: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    levels, shares = rng.uniform(30, 110, sources), rng.uniform(0.01, 1, (sources, steps))
    found = level_sum(levels, shares)
    for k in range(steps):
        energy = sum(share * 10 ** (level / 10) for level, share in zip(levels, shares[:, k], strict=True))
        assert float(found[k]) == pytest.approx(10 * math.log10(energy), abs=1e-9)


@given(power=st.floats(40, 130), distance=st.floats(0.1, 50))
def test_direct_sound_falls_six_decibels_for_twice_the_distance(power: float, distance: float) -> None:
    fall = level_at(power, distance, OPEN_AIR) - level_at(power, 2 * distance, OPEN_AIR)
    assert fall == pytest.approx(20 * math.log10(2), abs=1e-4)


def test_far_from_the_source_distance_makes_no_difference() -> None:
    # L_W + 6 - 10·lg A: Sabine's diffuse field
    assert level_at(100.0, math.inf, 50.0) == pytest.approx(100.0 + 10 * math.log10(4 / 50.0))
    assert level_at(100.0, 1000.0, 50.0) == pytest.approx(level_at(100.0, math.inf, 50.0), abs=1e-4)


@given(at_one_metre=st.floats(80, 150), distance=st.floats(0.2, 50))
def test_peaks_fall_with_twenty_times_the_logarithm_of_the_distance(at_one_metre: float, distance: float) -> None:
    assert peak_at(at_one_metre, distance) == pytest.approx(at_one_metre - 20 * math.log10(distance))
    assert peak_at(at_one_metre, 1.0) == at_one_metre
