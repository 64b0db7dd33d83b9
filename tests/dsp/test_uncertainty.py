"""Section 4 by hand: each part of the uncertainty of each kind of value."""

import math

import numpy as np
import pytest

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.campaign import exposures
from dsp.exposure import Measure
from dsp.subject import Threshold
from tests.dsp.campaigns import CO2, DAY, HOUR, MINUTE, NOISE, minutes, of, shift
from tests.dsp.situations import subject


def test_uncertainty_parts_of_a_mean() -> None:
    """Section 4 by hand: 480 readings of one minute at 1000 ppm, an hour of them missing, 800 and 1200 by turns."""
    said: list[float | None] = [800.0 if (i // 15) % 2 else 1200.0 for i in range(480)]
    said[60:120] = [None] * 60
    parts = of(
        exposures(subject(CO2, Interval(0, DAY)), minutes(said), [shift(0, 8 * HOUR)], []), Measure.MEAN
    ).uncertainty
    assert parts is not None
    assert parts.instrument == pytest.approx(math.hypot(0.025 * 1000, 25), rel=1e-12)
    assert parts.place == pytest.approx(100.0, rel=1e-12)
    assert parts.repeatability == pytest.approx(10 / math.sqrt(420), rel=1e-12)
    blocks = [1200.0, 800.0] * 14
    assert parts.missing == pytest.approx(math.sqrt(0.125 * float(np.var(blocks, ddof=1)) / 28), rel=1e-12)


def test_uncertainty_of_twa_scales_with_the_time_worked() -> None:
    found = exposures(subject(CO2, Interval(0, DAY)), minutes([1000.0] * 240), [shift(0, 4 * HOUR)], [])
    mean, twa = of(found, Measure.MEAN).uncertainty, of(found, Measure.TWA_8H).uncertainty
    assert mean is not None
    assert twa is not None
    assert twa.combined == pytest.approx(mean.combined / 2, rel=1e-12)
    assert mean.missing == 0.0


def test_uncertainty_of_levels_is_in_decibels() -> None:
    said: list[float | None] = [80.0 if (i // 5) % 2 else 83.0 for i in range(60)]
    said[20:25] = [None] * 5
    found = exposures(subject(NOISE, Interval(0, DAY)), minutes(said, Averaging.ENERGETIC), [shift(0, HOUR)], [])
    leq = of(found, Measure.LEQ)
    energies = np.array([10 ** (v / 10) for v in said if v is not None])
    blocks = [np.mean([10 ** (v / 10) for v in said[i : i + 15] if v is not None]) for i in range(0, 60, 15)]
    assert leq.uncertainty is not None
    assert leq.value == pytest.approx(10 * math.log10(energies.mean()), abs=1e-12)
    assert (leq.uncertainty.instrument, leq.uncertainty.place) == (1.0, 2.5)
    assert leq.uncertainty.repeatability == pytest.approx(
        0.2 * math.sqrt((energies**2).sum()) / energies.sum(), rel=1e-12
    )
    u_energy = math.sqrt((1 - 55 / 60) * float(np.var(blocks, ddof=1)) / 4)
    assert leq.uncertainty.missing == pytest.approx(10 / math.log(10) * u_energy / energies.mean(), rel=1e-12)
    lex = of(found, Measure.LEX_8H)
    assert lex.uncertainty == leq.uncertainty


def test_uncertainty_of_a_rolling_maximum_has_blocks_of_a_third() -> None:
    said: list[float | None] = [100.0] * 5 + [200.0] * 5 + [300.0] * 3 + [None] * 2
    stel = of(exposures(subject(CO2, Interval(0, DAY)), minutes(said), [shift(0, 15 * MINUTE)], []), Measure.MAX_15MIN)
    assert stel.coverage == 13 / 15
    assert stel.uncertainty is not None
    assert stel.uncertainty.missing == pytest.approx(math.sqrt(2 / 15 * 10_000 / 3), rel=1e-12)
    assert stel.uncertainty.repeatability == pytest.approx(10 / math.sqrt(13), rel=1e-12)


def test_uncertainty_of_a_time_above() -> None:
    """Values 900, 960, 1040, 1100 for an hour each; 1000 ± 35 (instrument) moves none, ± 100 (place) moves two."""
    said: list[float | None] = [*[900.5] * 60, *[960.0] * 60, *[1040.0] * 60, *[1099.5] * 60, *[None] * 60]
    found = exposures(
        subject(CO2, Interval(0, DAY)), minutes(said), [shift(0, 5 * HOUR)], [], [Threshold(1000.0, "above")]
    )
    above = of(found, Measure.TIME_ABOVE)
    assert (above.value, above.low, above.high) == (7200.0, 7200.0, 10_800.0)
    assert above.uncertainty is not None
    assert above.uncertainty.instrument == 0.0
    assert above.uncertainty.place == 7200.0
    assert above.uncertainty.missing == pytest.approx(3600 / math.sqrt(12))
    assert above.uncertainty.repeatability == pytest.approx(
        60 * math.sqrt(120 * 0.5 * math.erfc(4 / math.sqrt(2)) * (1 - 0.5 * math.erfc(4 / math.sqrt(2)))), rel=1e-9
    )
