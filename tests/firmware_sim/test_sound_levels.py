"""What the virtual microphone draws as levels, against a sound level meter that hears samples of the same events."""

import numpy as np
import numpy.typing as npt
import pytest

from dsp.soundlevel import SoundLevels, measure
from firmware_sim import sound_field
from firmware_sim.noise import PEAK_OVER_FAST, PEAK_OVER_MAXIMUM

Values = npt.NDArray[np.float64]
RATE, FULL_SCALE = 48_000, 20.0


def pink(seconds: float, seed: int) -> Values:
    """Pink noise, 20 Hz to 20 kHz, effective value 1."""
    rng = np.random.default_rng(seed)
    size = round(seconds * RATE)
    frequency = np.fft.rfftfreq(size, 1 / RATE)
    inside = (frequency > 20) & (frequency < 20_000)
    shape = np.where(inside, 1 / np.sqrt(np.maximum(frequency, 20)), 0.0)
    noise = np.fft.irfft(shape * np.fft.rfft(rng.normal(size=size)), size)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)))


def at_level(noise: Values, level: float) -> Values:
    """The noise made as loud as that [dB(A)]."""
    gain = 10 ** ((level - measure(noise, RATE, FULL_SCALE).laeq) / 20)
    return noise * gain


def minute(background: float, level: float, running: float) -> SoundLevels:
    """A minute in which a machine runs for so many seconds in its middle."""
    samples = at_level(pink(60, 1), background)
    machine = at_level(pink(running, 2), level)
    first = round((60 - running) / 2 * RATE)
    samples[first : first + machine.size] += machine
    return measure(samples, RATE, FULL_SCALE)


@pytest.mark.parametrize("running", [6.0, 30.0])
@pytest.mark.parametrize("level", [52.0, 60.0, 85.0])
def test_energy_of_a_minute_is_the_one_a_meter_adds_up(level: float, running: float) -> None:
    drawn = float(sound_field.level_sum([50.0, level], [1.0, running / 60]))
    assert minute(50.0, level, running).laeq == pytest.approx(drawn, abs=0.1)


def test_maximum_of_a_minute_is_that_of_the_machine_however_short_it_ran() -> None:
    steady = measure(at_level(pink(60, 2), 85.0), RATE, FULL_SCALE)
    short = minute(50.0, 85.0, 6.0)
    assert short.lafmax == pytest.approx(steady.lafmax, abs=1.0)
    assert short.lafmax - short.laeq > 10.0


@pytest.mark.parametrize("seed", range(4))
def test_peak_of_steady_noise_is_as_high_as_the_virtual_microphone_draws_it(seed: int) -> None:
    # noise.noise draws LAFmax 2 dB above LAeq plus an exponential of 2 dB, and LCpeak a half-normal of 1.5 dB more
    # than PEAK_OVER_MAXIMUM above that. Noise steadier than any room has less of the first and more of the second.
    levels = measure(at_level(pink(60, seed), 70.0), RATE, FULL_SCALE)
    assert 0.2 < levels.lafmax - levels.laeq < 2.0
    drawn = 2.0 + 2.0 + PEAK_OVER_MAXIMUM + 1.5 * np.sqrt(2 / np.pi)
    assert levels.lcpeak - levels.laeq == pytest.approx(drawn, abs=2.0)


def test_blow_raises_the_fast_level_far_less_than_its_peak() -> None:
    # A blow that dies away by 60 dB in 0.3 s. noise.heard raises LAFmax by it; its energy is in the sound power of the
    # activity that strikes.
    time = np.arange(RATE * 10) / RATE
    blow = pink(10, 5) * np.exp(-np.maximum(time - 1.0, 0.0) * 6.91 / 0.3) * (time >= 1.0)
    levels = measure(blow * 0.05, RATE, FULL_SCALE)
    assert levels.lcpeak - levels.lafmax == pytest.approx(PEAK_OVER_FAST, abs=2.0)
    assert levels.lcpeak - levels.lae == pytest.approx(26.0, abs=2.0)
