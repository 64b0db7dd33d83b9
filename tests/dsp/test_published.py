"""Published and recomputed numbers (oracles O-1, O-3, the rolling set) and real recordings."""

import csv
import json
import math
from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.percentiles import exceeded_level, percentile
from dsp.rolling import rolling_maximum, rolling_minimum
from dsp.series import Series, build
from dsp.windows import WindowError, coverage, lex_8h, mean, peak, time_above, twa_8h
from tests.dsp import naive
from tests.dsp.situations import ULP
from tests.shared_data import require_shared

HOUR = 3_600_000


def steady(*stretches: tuple[float, float], averaging: Averaging = Averaging.ARITHMETIC) -> Series:
    """One-minute readings: so many hours at so much, one after the other."""
    values = [value for hours, value in stretches for _ in range(round(hours * 60))]
    return build([60_000 * (i + 1) for i in range(len(values))], values, [1] * len(values), 60, 180, averaging)


def test_arrete_2009_three_hours_at_50() -> None:
    """O-1.3: 50 mg/m³ during 3 h → 18.75."""
    assert twa_8h(steady((3, 50)), Interval(0, 3 * HOUR)) == 18.75


def test_arrete_2009_two_tasks_one_after_the_other() -> None:
    """O-1.3: (30 mg/m³·2 h + 80·1.5 h)/8 → 22.5."""
    assert twa_8h(steady((2, 30), (1.5, 80)), Interval(0, 3 * HOUR + HOUR // 2)) == 22.5


def test_arrete_2009_ten_hours_at_20() -> None:
    """O-1.3: longer than 8 h weighs more: 20 × 10/8 = 25."""
    assert twa_8h(steady((10, 20)), Interval(0, 10 * HOUR)) == 25.0


@pytest.mark.parametrize(
    ("level", "hours", "expected"),
    [(95, 2, 88.98), (90, 4, 86.99), (100, 0.25, 84.95), (105, 5 / 60, 85.18)],
)
def test_daily_noise_exposure_of_one_task(level: float, hours: float, expected: float) -> None:
    """O-3.2."""
    series = steady((hours, level), averaging=Averaging.ENERGETIC)
    assert round(lex_8h(series, Interval(0, round(hours * HOUR))), 2) == expected


def test_daily_noise_exposure_of_three_tasks() -> None:
    """O-3.2: 4 h at 90, 2 h at 85, 2 h at 80 → 87.81."""
    series = steady((4, 90), (2, 85), (2, 80), averaging=Averaging.ENERGETIC)
    assert round(lex_8h(series, Interval(0, 8 * HOUR)), 2) == 87.81


def test_quiet_after_an_explosion_keeps_its_level() -> None:
    """140 dB then 20 dB: the quiet quarter of an hour is 20 dB to 1e-9, though its energy is 1e-12 of the other."""
    series = steady((1, 140), (1, 20), averaging=Averaging.ENERGETIC)
    assert mean(series, Interval(HOUR, 2 * HOUR)) == pytest.approx(20.0, abs=1e-12)
    loud_then_quiet = [140.0] * 7 + [20.0] * 60
    instants = [13_000 * (i + 1) for i in range(67)]
    irregular = build(instants, [-v for v in loud_then_quiet], [1] * 67, 13, 39, Averaging.ENERGETIC)
    assert peak(irregular, Interval(0, 13_000)) == -140.0
    found = rolling_maximum(
        build([t + HOUR for t in instants], loud_then_quiet, [1] * 67, 13, 39, Averaging.ENERGETIC),
        100,
        Interval(HOUR + 7 * 13_000, HOUR + 67 * 13_000),
    )
    assert found is not None
    assert found.value == pytest.approx(20.0, abs=1e-12)


def test_rolling_minimum_behind_an_explosion_carries_no_error_of_it() -> None:
    """The window passes over 140 dB cut at odd places; what is left behind is the quiet, to the last digits."""
    values = [140.0, 20.0, 140.0] + [20.0] * 400
    instants = np.cumsum([7_001 + 13 * (i % 91) for i in range(len(values))]).tolist()
    series = build(instants, values, [1] * len(values), 10, 30, Averaging.ENERGETIC)
    found = rolling_minimum(series, 900, Interval(0, instants[-1]))
    assert found is not None
    assert found.value == pytest.approx(20.0, abs=1e-12)


def test_shift_level_of_a_peak_series_is_refused() -> None:
    with pytest.raises(WindowError, match="expected levels"):
        lex_8h(steady((1, 50)), Interval(0, HOUR))
    with pytest.raises(WindowError, match="lex_8h"):
        twa_8h(steady((1, 50), averaging=Averaging.ENERGETIC), Interval(0, HOUR))
    with pytest.raises(WindowError, match="no length"):
        mean(steady((1, 50)), Interval(5, 5))
    with pytest.raises(WindowError, match="1 to 99"):
        exceeded_level(steady((1, 50)), 0, Interval(0, HOUR))


def test_percentile_is_a_value_of_the_signal_at_the_very_edge() -> None:
    """Above 90 for exactly a tenth of the time: L10 is 50; one millisecond more and it is 90."""
    series = steady((0.9, 50), (0.1, 90))
    assert exceeded_level(series, 10, Interval(0, HOUR)) == 50.0
    assert exceeded_level(series, 10, Interval(1, HOUR)) == 90.0
    assert percentile(series, 90, Interval(0, HOUR)) == 50.0


def oracle(name: str) -> tuple[list[int], list[float], dict[str, dict[str, dict[str, float]]]]:
    folder = require_shared("oracles/rolling")
    with (folder / "small_input.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["series"] == name]
    expected = json.loads((folder / "small_expected.json").read_text())[name]
    return [int(row["t_ms"]) for row in rows], [float(row["value"]) for row in rows], expected


@pytest.mark.parametrize("name", ["0", "1", "2"])
def test_hold_limited_integrals_of_the_oracle(name: str) -> None:
    """The oracle lets a reading stand for the time *after* it, 60 s at most: with time turned round, that is ours."""
    instants, values, expected = oracle(name)
    series = build([-t for t in reversed(instants)], values[::-1], [1] * len(values), 60, 60, Averaging.ARITHMETIC)
    for block, exact in expected["blocks_8h"].items():
        start = 1_767_225_600_000 + int(block) * 8 * HOUR
        window = Interval(-start - 8 * HOUR, -start)
        assert coverage(series, window) * 8 * HOUR == pytest.approx(exact["covered_ms"], abs=1e-6)
        assert mean(series, window) == pytest.approx(exact["mean_over_covered"], rel=1e-15)
        assert twa_8h(series, window) * coverage(series, window) == pytest.approx(exact["twa_over_8h"], rel=1e-15)


@pytest.mark.parametrize("name", ["0", "1", "2"])
def test_rolling_maximum_of_the_oracle_series(name: str) -> None:
    """pandas and Polars take the mean of the readings in a window, whatever its coverage; ours is of time, exact."""
    instants, values, expected = oracle(name)
    series = build(instants, values, [1] * len(values), 10, 30, Averaging.ARITHMETIC)
    window = Interval(instants[0] - 10_000, instants[-1])

    found = rolling_maximum(series, 900, window)
    assert found is not None
    steps = naive.steps(instants, values, [1] * len(values), 10_000, 30_000)
    inside = naive.cut(steps, found.start, found.end)
    valid = sum((d for d, _ in inside), Fraction(0))
    exact = sum((d * Fraction(s.value) for d, s in inside), Fraction(0)) / valid
    assert abs(Fraction(found.value) - exact) <= 6 * Fraction(ULP) * exact
    assert found.coverage == valid / 900_000
    # a window that ends at any reading, as the peers take them, has no higher mean of time
    for end in instants[:: len(instants) // 97]:
        if end - 900_000 < window.start:
            continue
        there = naive.cut(steps, end - 900_000, end)
        time = sum((d for d, _ in there), Fraction(0))
        if time >= Fraction(3, 4) * 900_000:
            assert sum((d * Fraction(s.value) for d, s in there), Fraction(0)) / time <= exact * (1 + Fraction(ULP) * 8)
    # means over readings and over time differ by the jitter only
    for index, mean_of_readings in expected["brute_force"].items():
        end = instants[int(index)]
        if end - 900_000 >= window.start and coverage(series, Interval(end - 900_000, end)) > 0.99:
            assert mean(series, Interval(end - 900_000, end)) == pytest.approx(mean_of_readings, rel=0.05)


def uci(name: str) -> Series:
    path = require_shared(f"datasets/uci_occupancy/{name}.txt")
    with path.open() as lines:
        next(lines)
        rows = list(csv.reader(lines))
    instants = [int(datetime.fromisoformat(row[1]).replace(tzinfo=UTC).timestamp() * 1000) for row in rows]
    return build(instants, [float(row[5]) for row in rows], [1] * len(rows), 60, 180, Averaging.ARITHMETIC)


@pytest.mark.parametrize(("name", "share"), [("datatraining", 0.120), ("datatest", 0.223), ("datatest2", 0.155)])
def test_office_recording_is_over_1000_ppm_for_a_known_share_of_time(name: str, share: float) -> None:
    series = uci(name)
    window = Interval(series.instants[0].item() - 60_000, series.instants[-1].item())
    valid = coverage(series, window) * window.length / 1000
    assert time_above(series, 1000.0, window) / valid == pytest.approx(share, abs=0.0006)


def test_smart_citizen_noise_is_averaged_as_energy() -> None:
    path = require_shared("datasets/smartcitizen/example.csv")
    with path.open() as lines:
        rows = list(csv.reader(lines))
    column = rows[0].index("NOISE_A")
    said = [(row[0], row[column]) for row in rows[4:]]
    instants = [int(datetime.fromisoformat(t.replace("Z", "+00:00")).timestamp() * 1000) for t, _ in said]
    assert {b - a for a, b in pairwise(instants)} == {30_000}
    series = build(instants, [float(v) for _, v in said], [1] * len(said), 30, 90, Averaging.ENERGETIC)
    found = mean(series, Interval(instants[0] - 30_000, instants[-1]))
    assert round(found, 2) == 42.21
    assert round(math.fsum(series.values) / len(series), 2) == 32.49
