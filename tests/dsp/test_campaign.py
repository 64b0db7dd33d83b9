"""Exposures of whole campaigns: every window, every measure, bounds, and what is not there."""

import math
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from catalog.limits import Comparator
from catalog.quantities import Averaging
from catalog.schedule import Interval, Shift, shifts
from dsp.campaign import exposures
from dsp.exposure import Measure, WindowKind
from dsp.measures import measures_of
from dsp.series import build
from dsp.subject import Threshold
from dsp.windows import WindowError
from rules.decision import Decision, decide
from tests.dsp.campaigns import CO2, DAY, HOUR, MINUTE, NIGHT, NOISE, PARIS, minutes, of, shift
from tests.dsp.situations import quantity, subject


def test_toluene_shift_with_a_missing_hour() -> None:
    """Oracle O-1.1: coverage, bounds, mean and 15-minute maximum of an 8-hour shift of 1-minute data."""
    said: list[float | None] = [*[5.0] * 120, *[60.0] * 60, *[None] * 60, *[10.0] * 210, *[90.0] * 30]
    found = exposures(subject(CO2, Interval(0, DAY)), minutes(said), [shift(0, 8 * HOUR)], [])
    twa = of(found, Measure.TWA_8H)
    assert twa.coverage == 0.875
    assert (round(twa.low or 0, 2), round(twa.value or 0, 2), round(twa.high or 0, 2)) == (18.75, 21.43, 30.0)
    stel = of(found, Measure.MAX_15MIN)
    assert (stel.value, stel.low, stel.high, stel.coverage) == (90.0, 90.0, 90.0, 1.0)
    assert (stel.at_start, stel.at_end) == (450 * MINUTE, 465 * MINUTE)
    assert of(found, Measure.P95).value == 90.0
    # against 20 ppm the missing hour alone leaves the shift undecided: an hour at nothing or at the most decides it
    u_missing = twa.uncertainty.missing if twa.uncertainty else 0.0
    assert decide(twa.value or 0.0, u_missing, 20.0, Comparator.ABOVE).decision is Decision.INCONCLUSIVE
    assert decide(twa.low or 0.0, 0.0, 20.0, Comparator.ABOVE).decision is Decision.NO_EXCEEDANCE_INDICATED
    assert decide(twa.high or 0.0, 0.0, 20.0, Comparator.ABOVE).decision is Decision.EXCEEDANCE_INDICATED
    assert decide(stel.value or 0.0, 0.0, 100.0, Comparator.ABOVE).decision is Decision.NO_EXCEEDANCE_INDICATED


def test_measures_come_in_the_order_of_the_table_and_thresholds_once_each() -> None:
    limits = [Threshold(800.0, "above"), Threshold(1000.0, "above"), Threshold(800.0, "above"), Threshold(1.0, "below")]
    found = exposures(
        subject(CO2, Interval(0, DAY)),
        minutes([900.0] * 480),
        [shift(0, 8 * HOUR)],
        [(date(1970, 1, 1), Interval(0, DAY))],
        limits,
    )
    on_shift = [m for m in measures_of(CO2, WindowKind.SHIFT) if m not in (Measure.TIME_ABOVE, Measure.TIME_BELOW)]
    times = [Measure.TIME_ABOVE] * 2 + [Measure.TIME_BELOW]
    assert [e.measure for e in found] == [*on_shift, *times, *measures_of(CO2, WindowKind.DAY)]
    above = [e for e in found if e.measure is Measure.TIME_ABOVE]
    assert [(e.value, e.unit, e.threshold) for e in above] == [(28_800.0, "s", 800.0), (0.0, "s", 1000.0)]


def test_peak_levels_have_a_peak_and_nothing_that_averages() -> None:
    lcpeak = quantity("lcpeak", Averaging.ENERGETIC, "dB(C)")
    found = exposures(
        subject(lcpeak, Interval(0, DAY)),
        minutes([100.0, 137.5, 90.0], Averaging.ENERGETIC),
        [shift(0, 3 * MINUTE)],
        [(date(1970, 1, 1), Interval(0, DAY))],
        [Threshold(135.0, "above")],
    )
    assert [(e.measure, e.value) for e in found] == [(Measure.PEAK, 137.5), (Measure.TIME_ABOVE, 60.0)]


def test_break_that_does_not_count_interrupts_the_exposure() -> None:
    """One hour of 100 split by a break of 30 min: the hour is worked, but no rolling hour exists across the break."""
    series = minutes([100.0] * 30 + [0.0] * 30 + [100.0] * 30)
    work = shift(0, 90 * MINUTE, (0, 30 * MINUTE), (60 * MINUTE, 90 * MINUTE))
    found = exposures(subject(CO2, Interval(0, DAY)), series, [work], [])
    assert of(found, Measure.MEAN).value == 100.0
    assert of(found, Measure.MEAN).coverage == 1.0
    assert of(found, Measure.TWA_8H).value == 12.5
    assert of(found, Measure.MAX_15MIN).value == 100.0
    hour = of(found, Measure.MAX_1H)
    assert (hour.value, hour.coverage, hour.low, hour.high, hour.at_end) == (None, 0.0, None, None, None)


def test_window_without_any_reading_is_insufficient() -> None:
    found = exposures(
        subject(CO2, Interval(0, DAY)),
        minutes([]),
        [shift(0, 8 * HOUR)],
        [(date(1970, 1, 1), Interval(0, DAY))],
        [Threshold(1.0, "above"), Threshold(1.0, "below")],
    )
    assert len(found) == 13 + 1 + 8
    assert {(e.value, e.coverage, e.low, e.high, e.uncertainty, e.at_end) for e in found} == {
        (None, 0.0, None, None, None, None)
    }


def test_noise_without_any_reading_is_insufficient_too() -> None:
    empty = build([], [], [], 60, 180, Averaging.ENERGETIC)
    found = exposures(
        subject(NOISE, Interval(0, DAY)), empty, [shift(0, 8 * HOUR)], [(date(1970, 1, 1), Interval(0, DAY))]
    )
    assert {(e.value, e.low, e.high, e.coverage) for e in found} == {(None, None, None, 0.0)}


def test_shift_without_any_time_at_work_is_insufficient() -> None:
    idle = Shift("none", date(2026, 1, 5), 0, HOUR, ())
    found = exposures(subject(NOISE, Interval(0, DAY)), minutes([50.0] * 60, Averaging.ENERGETIC), [idle], [])
    assert {(e.value, e.coverage, e.low, e.high) for e in found} == {(None, 0.0, None, None)}


def test_short_coverage_gives_bounds_but_no_value() -> None:
    """Four of eight hours seen at 100: between 50 and 100 if the rest was like the 95th percentile."""
    found = exposures(subject(CO2, Interval(0, DAY)), minutes([100.0] * 240), [shift(0, 8 * HOUR)], [])
    mean = of(found, Measure.MEAN)
    assert (mean.value, mean.low, mean.high, mean.uncertainty, mean.coverage) == (None, 50.0, 100.0, None, 0.5)
    assert of(found, Measure.PEAK).low == 100.0
    assert of(found, Measure.PEAK).high is None
    assert of(found, Measure.MINIMUM).high == 100.0
    assert of(found, Measure.MAX_15MIN).value == 100.0


def test_bounds_of_levels_are_energies() -> None:
    """Half the shift at 90 dB, the rest silent: 3.01 dB less."""
    found = exposures(
        subject(NOISE, Interval(0, DAY)), minutes([90.0] * 240, Averaging.ENERGETIC), [shift(0, 8 * HOUR)], []
    )
    lex = of(found, Measure.LEX_8H)
    assert lex.value is None
    assert lex.low == pytest.approx(90.0 - 10 * math.log10(2), abs=1e-9)
    assert lex.high == pytest.approx(90.0, abs=1e-9)


def test_zero_is_no_lower_bound_in_a_cold_store() -> None:
    cold = quantity("temperature", unit="°C")
    found = exposures(subject(cold, Interval(0, DAY)), minutes([-18.0] * 400), [shift(0, 8 * HOUR)], [])
    mean = of(found, Measure.MEAN)
    assert (mean.value, mean.low, mean.high) == (-18.0, None, -18.0)
    whole = of(
        exposures(subject(cold, Interval(0, DAY)), minutes([-18.0] * 480), [shift(0, 8 * HOUR)], []), Measure.MEAN
    )
    assert (whole.low, whole.high) == (-18.0, -18.0)


def test_readings_taken_elsewhere_do_not_count() -> None:
    """The kit came at 4 h: what it read before was somebody else's, and short coverage is nobody's fault."""
    series = minutes([5000.0] * 240 + [400.0] * 240 + [5000.0] * 60)
    found = exposures(
        subject(CO2, Interval(4 * HOUR + 30_000, 8 * HOUR)),
        series,
        [shift(0, 8 * HOUR), shift(9 * HOUR, 10 * HOUR)],
        [],
    )
    assert {e.start for e in found} == {0}
    mean = of(found, Measure.MEAN)
    assert mean.whole is False
    assert of(found, Measure.PEAK).low == 400.0
    assert mean.coverage == (240 * MINUTE - 30_000) / (8 * HOUR)


def test_rolling_windows_of_a_day_stay_inside_the_deployment() -> None:
    series = minutes([100.0] * 60 + [10.0] * 1380)
    days = [(date(1970, 1, 1), Interval(0, DAY)), (date(1970, 1, 2), Interval(DAY, 2 * DAY))]
    found = exposures(subject(CO2, Interval(0, DAY + 8 * HOUR)), series, [], days)
    first, second = [e for e in found if e.measure is Measure.MAX_8H]
    assert (first.value, first.at_start, first.at_end) == ((100 + 7 * 10) / 8, 0, 8 * HOUR)
    # a window that ends at 00:00 belongs to the day before; coverage falls below 75 % at 02:00
    assert second.value == 10.0
    assert second.at_end is not None
    assert DAY < second.at_end <= DAY + 2 * HOUR or second.at_end == DAY
    whole_day = [e for e in found if e.measure is Measure.MAX_24H]
    assert whole_day[0].value == pytest.approx((100 + 23 * 10) / 24, rel=1e-15)
    assert (whole_day[0].whole, whole_day[1].whole) == (True, False)


def test_day_does_not_get_the_window_that_ends_at_its_midnight() -> None:
    """All of the noise is just before midnight; coverage is exactly at the minimum at 00:00 and falls after."""
    series = minutes([None] * (1440 - 360) + [7.0] * 360)
    days = [(date(1970, 1, 1), Interval(0, DAY)), (date(1970, 1, 2), Interval(DAY, 2 * DAY))]
    found = exposures(subject(CO2, Interval(0, 2 * DAY)), series, [], days)
    first, second = [e for e in found if e.measure is Measure.MAX_8H]
    assert (first.value, first.coverage) == (7.0, 0.75)
    assert second.value == 7.0  # coverage stays at six hours until the window leaves the readings at 02:00
    short = exposures(subject(CO2, Interval(0, 2 * DAY)), series, [], days, minimum_coverage=0.7500001)
    assert [e.value for e in short if e.measure is Measure.MAX_8H] == [None, None]
    half = minutes([None] * (1440 - 480) + [7.0] * 480)
    strict = exposures(subject(CO2, Interval(0, 2 * DAY)), half, [], days, minimum_coverage=1.0)
    assert [e.value for e in strict if e.measure is Measure.MAX_8H] == [7.0, None]


def test_suspect_readings_count_and_are_counted() -> None:
    series = build(
        [MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE], [1.0, 2.0, 3.0, 4.0], [1, 3, 3, 1], 60, 180, Averaging.ARITHMETIC
    )
    mean = of(exposures(subject(CO2, Interval(0, DAY)), series, [shift(0, 4 * MINUTE)], []), Measure.MEAN)
    assert (mean.value, mean.suspect) == (2.5, 0.5)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)])
def test_night_shift_across_a_change_of_clocks_has_its_true_length(day: date, hours: int) -> None:
    (night,) = shifts(NIGHT, PARIS, day, day)
    start = int(datetime.combine(day, time(22), ZoneInfo("Europe/Paris")).astimezone(UTC).timestamp() * 1000)
    assert (night.start, night.worked) == (start, hours * HOUR)
    series = minutes([85.0] * (60 * hours), Averaging.ENERGETIC, start)
    found = exposures(subject(NOISE, Interval(start - DAY, start + DAY)), series, [night], [])
    assert of(found, Measure.LEX_8H).value == pytest.approx(85 + 10 * math.log10(hours / 8), abs=1e-12)
    assert of(found, Measure.LEX_8H).coverage == 1.0


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_minimum_coverage_that_is_no_share_is_refused(wrong: float) -> None:
    with pytest.raises(WindowError, match="expected a share"):
        exposures(subject(CO2, Interval(0, DAY)), minutes([1.0]), [], [], [], wrong)


def test_series_that_averages_otherwise_than_its_quantity_is_refused() -> None:
    with pytest.raises(WindowError, match="laeq: the series averages arithmetic; expected energetic"):
        exposures(subject(NOISE, Interval(0, DAY)), minutes([1.0]), [], [])


def test_threshold_that_is_no_number_is_refused() -> None:
    with pytest.raises(WindowError, match="expected a finite value"):
        exposures(subject(CO2, Interval(0, DAY)), minutes([1.0]), [], [], [Threshold(math.nan, "above")])
