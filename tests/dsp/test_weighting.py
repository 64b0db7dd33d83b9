"""A, C and Z against the design formula and the table of IEC 61672-1, and against the filters of two packages."""

import csv

import numpy as np
import pytest
from scipy.signal import bilinear_zpk, freqz_zpk

from dsp.sound.weighting import (
    SAMPLE_RATES,
    SoundError,
    a_weighting,
    c_weighting,
    check_rate,
    response,
    weightings,
)
from tests.dsp.low_pass_fit import fitted_low_pass
from tests.peers import peer
from tests.shared_data import require_shared

EXACT = 1000 * 10 ** (np.arange(-20, 14) / 10)
"""10 Hz to 20 kHz, base ten."""
DENSE = np.geomspace(10, 20_000, 3000)
CURVES = {"a": a_weighting, "c": c_weighting, "z": np.zeros_like}


@pytest.mark.parametrize("rate", SAMPLE_RATES)
@pytest.mark.parametrize("curve", CURVES)
def test_filter_follows_the_design_formula_to_a_tenth_of_a_decibel_up_to_20_khz(rate: int, curve: str) -> None:
    error = response(getattr(weightings(rate), curve), DENSE, rate) - CURVES[curve](DENSE)
    assert np.abs(error).max() < 0.1


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_filter_is_inside_class_1_of_table_3(rate: int) -> None:
    with require_shared("oracles/noise/iec61672_table3.csv").open(encoding="utf-8") as lines:
        table = list(csv.DictReader(lines))
    assert len(table) == EXACT.size
    for row, frequency in zip(table, EXACT, strict=True):
        for curve in CURVES:
            error = response(getattr(weightings(rate), curve), frequency, rate) - float(row[f"{curve.upper()}_db"])
            assert float(row["class1_lower_db"]) < error < float(row["class1_upper_db"]), (row, curve)


@pytest.mark.parametrize("curve", "ac")
def test_formula_gives_the_table_and_the_formula_of_pyfar(curve: str) -> None:
    pyfar = peer("pyfar")
    # It carries table 3 of IEC 61672-1:2013, rounded to 0.1 dB, from 10 Hz to 20 kHz, and annex E.
    _, table = pyfar.constants.frequency_weighting_band_corrections(curve.upper(), 3, (10, 20_000))
    assert np.abs(CURVES[curve](EXACT) - table).max() <= 0.051
    formula = pyfar.constants.frequency_weighting_curve(curve.upper(), DENSE)
    assert np.abs(CURVES[curve](DENSE) - formula).max() < 1e-6


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("curve", "ac")
def test_filter_is_closer_to_the_formula_than_the_fitted_filter_of_pyfar(rate: int, curve: str) -> None:
    pyfar = peer("pyfar")
    theirs = pyfar.dsp.filter.frequency_weighting_filter(None, curve.upper(), sampling_rate=rate).coefficients[0]
    error_of_theirs = np.abs(response(theirs, DENSE, rate) - CURVES[curve](DENSE)).max()
    error_of_ours = np.abs(response(getattr(weightings(rate), curve), DENSE, rate) - CURVES[curve](DENSE)).max()
    assert error_of_ours < error_of_theirs / 2
    assert error_of_theirs < 0.6


@pytest.mark.parametrize(
    ("frequency", "a", "c"),
    [(31.6228, -39.44, -3.01), (63.0957, -26.19, -0.82), (7943.28, -1.11, -3.01), (15848.9, -6.60, -8.53)],
)
def test_formula_at_exact_frequencies(frequency: float, a: float, c: float) -> None:
    # Published numbers to test against, O-2.
    assert a_weighting(frequency) == pytest.approx(a, abs=0.006)
    assert c_weighting(frequency) == pytest.approx(c, abs=0.006)


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_white_noise_through_a_is_the_integral_of_the_curve(rate: int) -> None:
    band = np.linspace(5, 20_000, 40_000)
    ours = np.mean(10 ** (response(weightings(rate).a, band, rate) / 10))
    assert abs(10 * np.log10(ours / np.mean(10 ** (a_weighting(band) / 10)))) < 0.1


def test_plain_bilinear_filter_is_six_decibels_low_where_ours_is_not() -> None:
    poles = -2 * np.pi * np.array([20.598997, 20.598997, 107.65265, 737.86223, 12194.217, 12194.217])
    digital = bilinear_zpk(np.zeros(4), poles, 1.0, 48_000)
    _, gain = freqz_zpk(*digital, worN=[1000.0, 15848.93], fs=48_000)
    plain = 20 * np.log10(abs(gain[1] / gain[0])) - a_weighting(15848.93)
    assert plain == pytest.approx(-6.2, abs=0.3)
    assert abs(response(weightings(48_000).a, 15848.93, 48_000) - a_weighting(15848.93)) < 0.1


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_filters_are_stable(rate: int) -> None:
    for row in weightings(rate).a:
        assert (np.abs(np.roots(row[3:])) < 1).all()


@pytest.mark.parametrize("rate", [8_000, 16_000, 32_000, 44_000, 384_000])
def test_other_rates_are_refused_with_a_rate_to_use(rate: int) -> None:
    with pytest.raises(SoundError, match=f"sample rate {rate} Hz.*48 kHz"):
        check_rate(rate)


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_coefficients_that_were_written_down_are_those_of_the_fit(rate: int) -> None:
    written, fitted = weightings(rate).c[1:], fitted_low_pass(rate)[None]
    difference = response(written, DENSE, rate) - response(fitted, DENSE, rate)
    assert np.ptp(difference) < 0.05  # the rounds of the fit end where the last bits of the processor's logarithm lead
