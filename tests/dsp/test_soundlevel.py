"""The meter against the tables of IEC 61672-1, slow twins, and a package that does the same."""

import copy
import json
import math
import os
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.kernels import sound, sound_bands, warm
from dsp.sound.bands import NOMINAL_THIRDS
from dsp.sound.calibrator import calibrate
from dsp.sound.weighting import SoundError, a_weighting
from dsp.soundlevel import FAST, PERCENTILES, SAMPLING, SLOW, Range, SoundLevelMeter, SoundLevels, measure
from tests.dsp import naive_sound
from tests.peers import peer
from tests.shared_data import require_shared

Values = npt.NDArray[np.float64]
RATES = [44_100, 48_000, 96_000]


def tone(frequency: float, seconds: float, rate: int = 48_000, amplitude: float = 0.1) -> Values:
    return amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)


def street(seconds: float, rate: int = 48_000) -> Values:
    """Noise whose level wanders by 20 dB, with a bang."""
    rng = np.random.default_rng(5)
    knots = np.arange(math.ceil(seconds) + 1)
    slow = np.interp(np.arange(round(seconds * rate)) / rate, knots, rng.uniform(-3, -1, knots.size))
    sound = rng.normal(0, 1, slow.size) * 10**slow
    sound[slow.size // 2 : slow.size // 2 + 400] += 0.4
    return sound


def quiet_around(burst: Values, rate: int) -> Values:
    return np.concatenate([np.zeros(rate // 2), burst, np.zeros(3 * rate)])


def table(name: str) -> list[Any]:
    rows = json.loads(require_shared("oracles/noise/iec61672_tables4_5.json").read_text(encoding="utf-8"))[name]
    assert rows
    return list(rows)


@pytest.mark.parametrize("rate", RATES)
def test_sine_of_one_pascal_amplitude_at_1_khz(rate: int) -> None:
    # 20·lg(1/√2 / 20 µPa) = 90.97 dB; O-2 gives it as the published test of python-acoustics.
    levels = measure(tone(1000, 5, rate, 0.5), rate, 2.0)
    for level in (levels.laeq, levels.lceq, levels.lzeq, levels.lafmax, levels.third("1000")):
        assert level == pytest.approx(90.97, abs=0.02)
    assert levels.lasmax == pytest.approx(90.97, abs=0.04)
    assert levels.lcpeak == pytest.approx(93.98, abs=0.4)
    assert levels.lae == pytest.approx(levels.laeq + 10 * math.log10(5))
    assert levels.exceeded(50) == pytest.approx(90.97, abs=0.02)


@pytest.mark.parametrize("rate", RATES)
def test_tonebursts_fast_and_exposure(rate: int) -> None:
    steady = measure(tone(4000, 3, rate), rate, 1.0).laeq
    for milliseconds, fast, exposure, (low, high), _ in table("table4_F_E"):
        levels = measure(quiet_around(tone(4000, milliseconds / 1000, rate), rate), rate, 1.0)
        assert low <= levels.lafmax - steady - fast <= high, milliseconds
        assert low <= levels.lae - steady - exposure <= high, milliseconds
        expected = 10 * math.log10(-math.expm1(-milliseconds / 1000 / FAST))
        assert levels.lafmax - steady == pytest.approx(expected, abs=0.1 if milliseconds >= 1 else 0.7), milliseconds


@pytest.mark.parametrize("rate", RATES)
def test_tonebursts_slow(rate: int) -> None:
    steady = measure(tone(4000, 3, rate), rate, 1.0).laeq
    for milliseconds, slow, (low, high), _ in table("table4_S"):
        levels = measure(quiet_around(tone(4000, milliseconds / 1000, rate), rate), rate, 1.0)
        assert low <= levels.lasmax - steady - slow <= high, milliseconds


@pytest.mark.parametrize("rate", RATES)
def test_c_peak_of_single_cycles(rate: int) -> None:
    for kind, nominal, exact, difference, tolerance, _ in table("table5"):
        steady = measure(tone(exact, 3, rate), rate, 1.0).lceq
        cycles = 1.0 if kind == "one cycle" else 0.5
        sign = -1 if kind.startswith("negative") else 1
        levels = measure(quiet_around(sign * tone(exact, cycles / exact, rate), rate), rate, 1.0)
        assert abs(levels.lcpeak - steady - difference) <= tolerance, (kind, nominal)


@pytest.mark.parametrize("frequency", [997, 5000, 7943.3, 12_000, 15_900])
def test_peak_of_a_tone_does_not_depend_on_where_samples_fall(frequency: float) -> None:
    rise = np.minimum(1, np.arange(96_000) / 24_000)
    found = []
    for phase in np.linspace(0, 3.1, 12):
        wave = rise * 0.5 * np.sin(2 * np.pi * frequency * np.arange(96_000) / 48_000 + phase)
        levels = measure(wave, 48_000, 1.0)
        steady = naive_sound.level(float(np.mean(naive_sound.weighted(wave, 48_000, "c")[48_000:] ** 2)))
        found.append(levels.lcpeak - steady - 3.0103)
    assert -0.03 < min(found) <= max(found) < 0.03


def test_decay_rates() -> None:
    # Class 1: Fast at least 25 dB/s, Slow 3.4 to 5.3 dB/s; first-order memory gives 34.7 and 4.34.
    signal = np.concatenate([tone(1000, 3), np.zeros(2 * 48_000)])
    for tau, slope in ((FAST, 34.74), (SLOW, 4.343)):
        mean_squares = naive_sound.time_weighted(naive_sound.weighted(signal, 48_000, "a"), 48_000, tau)
        at = 10 * np.log10(mean_squares[[3 * 48_000 + 4_800, 3 * 48_000 + 14_400]])
        assert (at[0] - at[1]) / 0.2 == pytest.approx(slope, abs=0.05)


@pytest.mark.parametrize("rate", RATES)
def test_meter_against_its_slow_twin(rate: int) -> None:
    sound, pressure = street(6.05, rate), 3.0
    levels = measure(sound, rate, pressure)
    a, c, z = (naive_sound.weighted(naive_sound.at_rest(sound * pressure, rate), rate, curve) for curve in "acz")
    fast, slow = naive_sound.time_weighted(a, rate, FAST), naive_sound.time_weighted(a, rate, SLOW)
    assert levels.duration == pytest.approx(6.05)
    for found, expected in (
        (levels.laeq, np.mean(a**2)),
        (levels.lceq, np.mean(c**2)),
        (levels.lzeq, np.mean(z**2)),
        (levels.lafmax, fast.max()),
        (levels.lasmax, slow.max()),
    ):
        assert found == pytest.approx(naive_sound.level(float(expected)), abs=1e-6)
    assert 0 <= levels.lcpeak - naive_sound.level(float(np.max(c**2))) < 1.0
    for found, kept, of in (
        (levels.laeq_per_second, a**2, np.mean),
        (levels.lafmax_per_second, fast, np.max),
    ):
        expected = [naive_sound.level(float(of(second))) for second in kept[: 6 * rate].reshape(6, rate)]
        assert found == pytest.approx(expected, abs=1e-6)
    samples = [naive_sound.level(float(np.max(second**2))) for second in c[: 6 * rate].reshape(6, rate)]
    assert (levels.lcpeak_per_second >= np.array(samples) - 1e-9).all()
    assert (levels.lcpeak_per_second < np.array(samples) + 1.0).all()
    assert levels.lafmax == levels.lafmax_per_second.max()
    assert levels.lcpeak == levels.lcpeak_per_second.max()
    step = round(rate * SAMPLING)
    sampled = 10 * np.log10(fast[step - 1 :: step][63:] / naive_sound.P0**2)
    for share, found in zip(PERCENTILES, levels.percentiles, strict=True):
        assert found == pytest.approx(np.quantile(sampled, 1 - share / 100), abs=0.0101)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 30_000), max_size=12), st.sampled_from(RATES))
def test_levels_do_not_depend_on_the_pieces_to_the_bit(sizes: list[int], rate: int) -> None:
    sound = street(2.037, rate)
    meter, place = SoundLevelMeter(rate, 1.0), 0
    for size in sizes:
        meter.feed(sound[place : place + size])
        place += size
    meter.feed(sound[place:])
    assert_same(meter.result(), measure(sound, rate, 1.0))


def test_asking_in_between_changes_nothing() -> None:
    sound = street(3)
    meter = SoundLevelMeter(48_000, 1.0)
    meter.feed(sound[:70_001])
    first = meter.result()
    assert_same(first, meter.result())
    meter.feed(sound[70_001:])
    assert_same(meter.result(), measure(sound, 48_000, 1.0))


def assert_same(one: SoundLevels, other: SoundLevels) -> None:
    for name in SoundLevels.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def test_meter_against_pyoctaveband() -> None:
    other = peer("pyoctaveband")
    sound = np.clip(street(10), -0.9, 0.9)
    levels = measure(sound, 48_000, 1.0)
    # Theirs is a bilinear filter at 96 kHz, 0.23 dB low for white noise; the formula over the spectrum decides.
    frequency = np.fft.rfftfreq(sound.size, 1 / 48_000)[1:]
    energy = 2 * np.abs(np.fft.rfft(sound)[1:] / sound.size) ** 2
    exact = naive_sound.level(float(np.sum(energy * 10 ** (a_weighting(frequency) / 10))))
    assert levels.laeq == pytest.approx(exact, abs=0.05)
    assert levels.laeq == pytest.approx(other.laeq(sound, 48_000), abs=0.3)
    theirs = other.ln_levels(sound, 48_000, n=(10, 50, 90), weighting="A")
    for share in (10, 50, 90):
        assert levels.exceeded(share) == pytest.approx(theirs[share], abs=0.3)
    bands, middles = other.octavefilter(sound, 48_000, fraction=3, limits=[60, 9000])
    for level, middle in zip(bands, middles, strict=True):
        nominal = min(NOMINAL_THIRDS, key=lambda name: abs(math.log(float(name) / middle)))
        assert levels.third(nominal) == pytest.approx(level, abs=0.35), nominal


def test_clipped_recording_is_over_range() -> None:
    sound = np.clip(tone(1000, 2, amplitude=1.5), -1, 32767 / 32768)
    levels = measure(sound, 48_000, 1.0)
    assert levels.range is Range.OVER
    assert levels.over_range
    assert levels.clipped_runs == pytest.approx(2 * 2000, abs=2)


@pytest.mark.skipif(os.environ.get("NUMBA_DISABLE_JIT", "0") != "0", reason="nothing is compiled")
def test_whatever_is_fed_needs_no_kernel_that_was_not_warmed() -> None:
    warm.compile_all()
    frozen = tone(1000, 1)
    frozen.flags.writeable = False
    meter = SoundLevelMeter(48_000, 1.0)
    for samples in (frozen, frozen.astype(np.float32), np.stack([frozen, frozen], axis=1)[:, 0], frozen[:100].tolist()):
        meter.feed(samples)
    meter.result()
    bands = (sound_bands.double, sound_bands.halve, sound_bands.band_squares)
    kernels = (sound.weigh, sound.peak, sound.clipping, *bands)
    assert [len(kernel.signatures) for kernel in kernels] == [1] * 6


def test_silence_after_sound_leaves_no_traces() -> None:
    meter = SoundLevelMeter(48_000, 1.0)
    meter.feed(np.concatenate([street(1), np.zeros(48_000 * 150)]))
    state = [meter._memory, meter._ballistics, meter._bank._memory, meter._bank._half_memory]
    for memory in state:
        assert not ((memory != 0) & (np.abs(memory) < 1e-200)).any()


@pytest.mark.parametrize("early", [1, 4, 8, 9, 100])
def test_peak_belongs_to_its_second_even_in_its_last_sample(early: int) -> None:
    sound = np.zeros(48_000 * 3)
    sound[48_000 - early] = 0.5
    meter = SoundLevelMeter(48_000, 1.0)
    meter.feed(sound[:48_000])
    within = meter.result().lcpeak_per_second[0]
    meter.feed(sound[48_000:])
    first, second, third = meter.result().lcpeak_per_second
    assert first == meter.result().lcpeak == pytest.approx(82.6, abs=0.1)
    assert second < first - (3 if early < 3 else 39)
    assert third == -math.inf
    assert within == pytest.approx(first, abs=0.8)


def test_samples_beyond_full_scale_are_floating_point_and_not_clipped() -> None:
    # A recording written in pascals: the wave passes ±1, and stays on it for three samples now and then.
    pascals = tone(20, 3, amplitude=1.00001)
    assert measure(pascals, 48_000, 1.0).clipped_runs > 0
    assert not measure(pascals, 48_000, 1.0).over_range
    assert measure(pascals, 48_000, 1.0).largest_sample == pytest.approx(1.00001)
    assert measure(np.clip(pascals, -1, 1), 48_000, 1.0).over_range


def test_converter_of_eight_bits_ends_sooner() -> None:
    sound = np.clip(tone(1000, 2, amplitude=1.5), -127 / 128, 127 / 128)
    meter = SoundLevelMeter(48_000, 1.0, full_sample=1 - 2.0**-7)
    meter.feed(sound)
    assert meter.result().over_range
    assert not measure(sound, 48_000, 1.0).over_range


def test_single_full_scale_samples_are_not_clipping() -> None:
    sound = tone(1000, 2)
    sound[[1000, 1001, 5000]] = 1.0
    assert not measure(sound, 48_000, 1.0).over_range


def test_level_under_the_noise_floor_is_told() -> None:
    meter = SoundLevelMeter(48_000, 1.0, noise_floor=30.0)
    meter.feed(tone(1000, 2, amplitude=1e-5))
    assert meter.result().under_range
    assert not meter.result().over_range


def test_digital_silence_has_no_level() -> None:
    levels = measure(np.zeros(96_000), 48_000, 1.0)
    assert levels.laeq == levels.lcpeak == levels.exceeded(50) == levels.octave("1000") == -math.inf
    assert not levels.under_range


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_sample_that_is_no_number_is_told_with_its_place(wrong: float) -> None:
    sound = tone(1000, 2)
    sound[60_000] = wrong
    with pytest.raises(SoundError, match=r"1\.250 s after the start"):
        measure(sound, 48_000, 1.0)


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(SoundError, match="at least 1 s"):
        measure(tone(1000, 0.5), 48_000, 1.0)
    with pytest.raises(SoundError, match="32000 Hz"):
        SoundLevelMeter(32_000, 1.0)
    with pytest.raises(SoundError, match="above 0"):
        SoundLevelMeter(48_000, 0.0)
    with pytest.raises(SoundError, match="one channel"):
        SoundLevelMeter(48_000, 1.0).feed(np.zeros((10, 2)))


def test_faint_sound_on_an_offset_has_the_levels_it_has_without() -> None:
    clean = np.random.default_rng(1).normal(0, 1e-4, 48_000 * 5)
    one, other = measure(clean, 48_000, 20.0), measure(clean + 0.01, 48_000, 20.0)
    for name in ("laeq", "lceq", "lzeq", "lafmax", "lasmax", "lcpeak"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), abs=0.001), name
    assert other.thirds == pytest.approx(one.thirds, abs=0.001)


def test_offset_of_the_converter_is_no_sound() -> None:
    clean, offset = tone(1000, 10), tone(1000, 10) + 0.05
    assert measure(offset, 48_000, 1.0).laeq == pytest.approx(measure(clean, 48_000, 1.0).laeq, abs=0.01)
    assert measure(offset, 48_000, 1.0).lzeq == pytest.approx(measure(clean, 48_000, 1.0).lzeq, abs=0.05)


@pytest.mark.parametrize("level", [94.0, 114.0])
@pytest.mark.parametrize("rate", RATES)
def test_calibrator_gives_the_pressure_of_full_scale(level: float, rate: int) -> None:
    rng = np.random.default_rng(6)
    recording = tone(1003, 5, rate, 0.05) + rng.normal(0, 1e-4, 5 * rate) + tone(50, 5, rate, 0.01)
    pressure = calibrate(recording, rate, level)
    assert measure(tone(1000, 5, rate, 0.05), rate, pressure).laeq == pytest.approx(level, abs=0.03)


def stepping() -> Values:
    recording = copy.copy(tone(1000, 5))
    recording[100_000:] *= 1.05
    return recording


@pytest.mark.parametrize(
    ("recording", "says"),
    [
        (tone(1000, 1), "at least 3 s"),
        (tone(250, 5), "at 250 Hz"),
        (tone(1050, 5), "at 1050 Hz"),
        (stepping(), "moves by 0.4 dB"),
        (np.clip(tone(1000, 5, amplitude=2.0), -1, 1), "clipped"),
        (np.zeros(240_000), "silent"),
        (np.random.default_rng(7).normal(0, 0.1, 240_000), "calibration"),
        (tone(1000, 5, amplitude=0.02) + np.random.default_rng(7).normal(0, 0.05, 240_000), "quiet place"),
        (np.full(240_000, np.nan), "not numbers"),
    ],
    ids=["short", "250 Hz", "off by 5 %", "unsteady", "clipped", "silent", "noise", "noisy", "no numbers"],
)
def test_recording_that_is_no_steady_tone_is_refused(recording: Values, says: str) -> None:
    with pytest.raises(SoundError, match=says):
        calibrate(recording, 48_000, 94.0)


def test_calibrator_of_no_known_level_is_refused() -> None:
    with pytest.raises(SoundError, match="94 or 114"):
        calibrate(tone(1000, 5), 48_000, 9.4)
