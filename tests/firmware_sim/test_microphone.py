"""Levels of a virtual microphone: reckoned on levels, and heard as samples by the house's own sound level meter."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import KitModelId, QuantityId
from catalog.kits import kit_models
from dsp.soundlevel import measure
from firmware_sim.sensing import SoundPath, sense
from firmware_sim.sensors.grades import Grade
from firmware_sim.sensors.microphone import MICROPHONE, QUANTITIES, clipping_loss, heard
from firmware_sim.sensors.synthetic_sound import RATE, meter_reads, overload_pressure, picked_up, sound

AGREEMENT = {"laeq": 0.15, "lafmax": 0.35, "lcpeak": 0.6}
"""The two ways agree within [dB]; the Fast level of noise goes up and down by a quarter of a dB."""

AT_THE_ENDS = {"laeq": 0.15, "lafmax": 0.4, "lcpeak": 1.6}
"""The same in the microphone's own noise, and where it clips: what is clipped has other peaks once it is weighted."""

INSIDE = [(60.0, 70.0, 85.0), (75.0, 85.0, 105.0), (92.0, 101.0, 118.0), (70.0, 88.0, 101.0), (70.0, 94.0, 112.0)]
ENDS = [(20.0, 24.0, 38.0), (108.0, 118.0, 131.0), (114.0, 120.0, 134.0)]


def two_ways(levels: tuple[float, float, float], grade: Grade) -> dict[str, float]:
    """Samples less levels [dB]."""
    microphone, rng = MICROPHONE[grade], np.random.default_rng(1)
    found = meter_reads(sound(*levels, 60.0, rng), microphone, rng)
    measured = dict(zip(QUANTITIES, (found.laeq, found.lafmax, found.lcpeak), strict=True))
    return {
        name: measured[name] - float(heard(np.array([level]), name, microphone)[0])
        for name, level in zip(QUANTITIES, levels, strict=True)
    }


@pytest.mark.parametrize("levels", INSIDE)
def test_levels_and_samples_agree_where_a_microphone_hears_well(levels: tuple[float, float, float]) -> None:
    for grade in (Grade.BASIC, Grade.REFERENCE):
        for name, difference in two_ways(levels, grade).items():
            assert abs(difference) < AGREEMENT[name], (grade, name)


@pytest.mark.parametrize("levels", ENDS)
def test_levels_and_samples_agree_in_the_own_noise_and_where_it_clips(levels: tuple[float, float, float]) -> None:
    for name, difference in two_ways(levels, Grade.BASIC).items():
        assert abs(difference) < AT_THE_ENDS[name], name


def test_synthetic_sound_has_the_levels_it_was_made_to() -> None:
    pressure = sound(80.0, 92.0, 118.0, 60.0, np.random.default_rng(4))
    found = measure(pressure, RATE, 1.0)
    assert found.laeq == pytest.approx(80.0, abs=0.1)
    assert found.lafmax == pytest.approx(92.0, abs=0.35)
    assert found.lcpeak == pytest.approx(118.0, abs=0.3)


def test_the_same_kit_reads_the_same_both_ways() -> None:
    model = kit_models()[KitModelId("vigie-sim")]
    true = {
        QuantityId("laeq"): np.array([55.0, 72.0, 88.0]),
        QuantityId("lafmax"): np.array([63.0, 80.0, 97.0]),
        QuantityId("lcpeak"): np.array([80.0, 97.0, 113.0]),
    }
    levels, samples = (sense(model, true, 60.0, 3, "k", sound=path) for path in SoundPath)
    for name, bound in AGREEMENT.items():
        assert np.abs(levels[QuantityId(name)] - samples[QuantityId(name)]).max() < bound + 0.1, name  # and a tenth


def test_a_cheap_microphone_clips_at_its_overload() -> None:
    microphone, rng = MICROPHONE[Grade.BASIC], np.random.default_rng(2)
    pressure = sound(100.0, 108.0, 135.0, 2.0, rng)
    assert np.abs(pressure).max() > overload_pressure(microphone)
    picked = picked_up(pressure, microphone, rng)
    assert np.abs(picked).max() == 1.0
    assert meter_reads(pressure, microphone, rng).over_range


def test_digits_of_the_converter_are_a_grid() -> None:
    rng = np.random.default_rng(2)
    steps = picked_up(sound(70.0, 78.0, 95.0, 2.0, rng), MICROPHONE[Grade.STANDARD], rng) * 2.0**23
    np.testing.assert_array_equal(steps, np.rint(steps))


def test_clipping_takes_the_share_of_the_energy_that_gaussian_noise_has_beyond() -> None:
    noise = np.random.default_rng(3).normal(size=2_000_000)
    for headroom in (0.0, 3.0, 6.0, 9.0):
        clipped = np.clip(noise, -(10.0 ** (headroom / 20.0)), 10.0 ** (headroom / 20.0))
        loss = -10.0 * np.log10(np.mean(clipped**2) / np.mean(noise**2))
        assert float(clipping_loss(np.array([headroom]))[0]) == pytest.approx(loss, abs=0.01)
    assert float(clipping_loss(np.array([40.0]))[0]) == 0.0


@given(st.floats(0.0, 150.0), st.floats(0.0, 20.0), st.sampled_from(list(Grade)))
def test_louder_never_reads_quieter(level: float, more: float, grade: Grade) -> None:
    for name in QUANTITIES:
        quiet, loud = heard(np.array([level, level + more]), name, MICROPHONE[grade])
        assert loud >= quiet - 1e-9


def test_silence_reads_as_the_microphones_own_noise() -> None:
    for microphone in MICROPHONE.values():
        assert float(heard(np.array([-20.0]), "laeq", microphone)[0]) == pytest.approx(microphone.floor, abs=0.01)
