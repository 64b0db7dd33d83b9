"""Third-octave and octave bands against the limits of IEC 61260-1 class 1 and against broadband noise."""

import numpy as np
import numpy.typing as npt
import pytest

from dsp.sound.bands import NOMINAL_OCTAVES, NOMINAL_THIRDS, Band, Bank, half_band_taps, third_octaves
from dsp.sound.weighting import SAMPLE_RATES
from tests.dsp import naive_sound
from tests.peers import peer

Values = npt.NDArray[np.float64]


def half_band(share: Values) -> Values:
    """Gain of the half-band filter at a share of its higher rate."""
    back = np.exp(-4j * np.pi * share)
    even, odd = np.ones_like(back), np.ones_like(back)
    for tap in half_band_taps()[0::2]:
        even = even * (tap + back) / (1 + tap * back)
    for tap in half_band_taps()[1::2]:
        odd = odd * (tap + back) / (1 + tap * back)
    return np.abs(even + np.exp(-2j * np.pi * share) * odd) / 2


def passed(band: Band, rate: int, frequency: Values) -> Values:
    """Energy a tone leaves behind the band's filter, aliases and images of the other rates counted in."""

    def own(where: Values, at: float) -> Values:
        back = np.exp(-2j * np.pi * where / at)
        gain = np.full(back.shape, band.gain, complex)
        for a1, a2 in band.poles:
            gain = gain * (1 - back**2) / (1 + a1 * back + a2 * back**2)
        return np.abs(gain) ** 2

    if band.halvings < 0:
        return sum(half_band(f / (2 * rate)) ** 2 * own(f, 2 * rate) for f in (frequency, rate - frequency))
    through, where, at = np.ones_like(frequency), frequency, float(rate)
    for _ in range(band.halvings):
        through = through * half_band(where / at) ** 2
        at /= 2
        where = np.abs((where + at / 2) % at - at / 2)
    return through * own(where, at)


def assert_class_1(energy: Values, omega: Values, at_middle: float, fraction: int) -> None:
    attenuation = 10 * np.log10(at_middle) - 10 * np.log10(energy + 1e-30)
    least, most = peer("pyoctaveband.compliance").class_limits(fraction, 1, omega)
    assert (attenuation >= least).all()
    assert (attenuation <= most).all()


def test_limits_of_octaves_are_those_another_package_transcribes() -> None:
    pyfar = peer("pyfar")
    # It has table 1 for octaves only: its third octaves carry the octave's break-points as they are, cube-rooted.
    lower, upper, frequency = pyfar.constants.fractional_octave_filter_tolerance(1000, 1, 1)
    least, most = peer("pyoctaveband.compliance").class_limits(1, 1, frequency / 1000)
    assert least == pytest.approx(-upper, abs=0.001)
    assert np.minimum(most, 60_000) == pytest.approx(-lower, abs=0.001)


@pytest.mark.parametrize("order", [3, 6])
def test_bands_of_noise_against_the_filters_of_pyfar(order: int) -> None:
    pyfar = peer("pyfar")
    # theirs run at the full rate; of order 3 they let 0.1 dB more of the noise beside the band through than ours
    noise = np.random.default_rng(3).normal(0, 0.1, 48_000 * 20)
    bank = Bank(48_000, noise.size)
    bank.feed(noise)
    filtered = pyfar.dsp.filter.fractional_octave_bands(
        pyfar.Signal(noise, 48_000), 3, frequency_range=(12.5, 20_000), order=order
    )
    theirs = 10 * np.log10(np.mean(filtered.time[:, 0] ** 2, axis=1))
    difference = 10 * np.log10(bank.thirds()) - theirs
    assert difference.shape == (33,)
    assert np.abs(difference).max() < (0.13 if order == 3 else 0.25)


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_third_octaves_and_the_octaves_made_of_them_are_class_1(rate: int) -> None:
    # The limits are those of BS EN 61260-1:2014, table 1, as PyOctaveBand transcribes them.
    frequency = np.geomspace(1, 0.49999 * rate, 20_001)
    bands = third_octaves(rate)
    energies = [passed(band, rate, frequency) for band in bands]
    for band, energy in zip(bands, energies, strict=True):
        if band.fits:
            assert_class_1(energy, frequency / band.middle, passed(band, rate, np.array([band.middle]))[0], 3)
    for first in range(0, len(bands), 3):
        three = bands[first : first + 3]
        if all(band.fits for band in three):
            middle = np.array([three[1].middle])
            total = sum(passed(band, rate, middle)[0] for band in three)
            assert_class_1(sum(energies[first : first + 3]), frequency / middle, total, 1)


def test_only_the_20_khz_band_at_44100_does_not_fit() -> None:
    missing = [(rate, band.nominal) for rate in SAMPLE_RATES for band in third_octaves(rate) if not band.fits]
    assert missing == [(44_100, "20000")]


def test_exact_frequencies_are_close_to_their_names() -> None:
    for band in third_octaves(48_000):
        assert float(band.nominal) == pytest.approx(band.middle, rel=0.02)
    assert NOMINAL_OCTAVES[::2] == ("16", "63", "250", "1000", "4000", "16000")


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_bands_of_white_noise_add_up_to_the_noise_in_them(rate: int) -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, rate * 20)
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    frequency = np.fft.rfftfreq(noise.size, 1 / rate)
    bank = Bank(rate, noise.size)
    bank.feed(noise)
    means = bank.thirds()
    fitting = [band for band in third_octaves(rate) if band.fits]
    inside = (frequency >= fitting[0].lower) & (frequency < fitting[-1].upper)
    share = 2 * spectrum[inside].sum() / noise.size**2
    assert abs(10 * np.log10(np.nansum(means) / share)) < 0.2
    for mean, band in zip(means, third_octaves(rate), strict=True):
        if band.fits and band.middle > 500:
            lines = (frequency >= band.lower) & (frequency < band.upper)
            assert abs(10 * np.log10(mean / (2 * spectrum[lines].sum() / noise.size**2))) < 0.25


def test_bands_of_pink_noise_add_up_to_the_whole() -> None:
    rng = np.random.default_rng(4)
    frequency = np.fft.rfftfreq(48_000 * 20, 1 / 48_000)
    shape = np.zeros_like(frequency)
    inside = (frequency > 12) & (frequency < 22_000)
    shape[inside] = 1 / np.sqrt(frequency[inside])
    noise = np.fft.irfft(shape * np.exp(2j * np.pi * rng.random(frequency.size)))
    bank = Bank(48_000, noise.size)
    bank.feed(noise)
    assert abs(10 * np.log10(bank.thirds().sum() / np.mean(noise**2))) < 0.2


def test_tones_are_read_by_their_own_band_as_by_a_filter_at_the_full_rate() -> None:
    rate = 48_000
    for name in ("31.5", "125", "1000", "6300", "16000", "20000"):
        band = third_octaves(rate)[NOMINAL_THIRDS.index(name)]
        tone = 0.1 * np.sin(2 * np.pi * band.middle * 1.03 * np.arange(rate * 10) / rate)
        bank = Bank(rate, tone.size)
        bank.feed(tone)
        found = naive_sound.level(bank.thirds()[NOMINAL_THIRDS.index(name)])
        assert found == pytest.approx(naive_sound.third_octave(tone, rate, band.middle), abs=0.15)
