"""Exposures and exceedances of whole campaigns: every window, bounds, uncertainty, and the same bits every way."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from catalog.identifiers import EmployerId, EstablishmentId
from catalog.places import Establishment, ShiftPattern, WorkSchedule
from catalog.quantities import Averaging, Uncertainty
from catalog.schedule import Interval, Shift, local_days, shifts
from dsp.campaign import exceedances, exposures
from dsp.exposure import Exposure, Measure, WindowKind
from dsp.measures import LONGEST_WINDOW, measures_of
from dsp.series import Series, build, readings_needed
from dsp.subject import Subject, Threshold
from dsp.windows import WindowError
from tests.dsp.situations import quantity, subject

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
CO2 = quantity()
NOISE = replace(
    quantity("laeq", Averaging.ENERGETIC, "dB(A)"),
    instrument=Uncertainty(0, 1.0),
    repeatability=Uncertainty(0, 0.2),
    place=Uncertainty(0, 2.5),
)


def shift(start: int, end: int, *pieces: tuple[int, int]) -> Shift:
    parts = tuple(Interval(*piece) for piece in pieces) or (Interval(start, end),)
    return Shift("day", date(2026, 1, 5), start, end, parts)


def minutes(values: list[float | None], averaging: Averaging = Averaging.ARITHMETIC, start: int = 0) -> Series:
    """One-minute readings from ``start`` on; None is one that never came."""
    said = [(start + MINUTE * (i + 1), v) for i, v in enumerate(values) if v is not None]
    return build([t for t, _ in said], [v for _, v in said], [1] * len(said), 60, 60, averaging)


def of(found: list[Exposure], measure: Measure, kind: WindowKind = WindowKind.SHIFT) -> Exposure:
    (only,) = [e for e in found if e.measure is measure and e.window_kind is kind]
    return only


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


def test_suspect_readings_count_and_are_counted() -> None:
    series = build(
        [MINUTE, 2 * MINUTE, 3 * MINUTE, 4 * MINUTE], [1.0, 2.0, 3.0, 4.0], [1, 3, 3, 1], 60, 180, Averaging.ARITHMETIC
    )
    mean = of(exposures(subject(CO2, Interval(0, DAY)), series, [shift(0, 4 * MINUTE)], []), Measure.MEAN)
    assert (mean.value, mean.suspect) == (2.5, 0.5)


PARIS = Establishment(EstablishmentId("e"), EmployerId("f"), "Atelier", "Europe/Paris", "FR", None)
NIGHT = WorkSchedule((ShiftPattern("night", frozenset(range(1, 8)), time(22), time(6)),), works_on_holidays=True)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 7), (date(2026, 10, 24), 9), (date(2026, 6, 1), 8)])
def test_night_shift_across_a_change_of_clocks_has_its_true_length(day: date, hours: int) -> None:
    (night,) = shifts(NIGHT, PARIS, day, day)
    start = int(datetime.combine(day, time(22), ZoneInfo("Europe/Paris")).astimezone(UTC).timestamp() * 1000)
    assert (night.start, night.worked) == (start, hours * HOUR)
    series = minutes([85.0] * (60 * hours), Averaging.ENERGETIC, start)
    found = exposures(subject(NOISE, Interval(start - DAY, start + DAY)), series, [night], [])
    assert of(found, Measure.LEX_8H).value == pytest.approx(85 + 10 * math.log10(hours / 8), abs=1e-12)
    assert of(found, Measure.LEX_8H).coverage == 1.0


def campaign(seed: int, averaging: Averaging) -> tuple[Subject, Series, Interval]:
    """Nine days over the change of clocks in March: jitter, gaps, suspect readings, a quiet to loud range."""
    rng = np.random.default_rng(seed)
    start = int(datetime(2026, 3, 25, 7, 13, tzinfo=UTC).timestamp() * 1000)
    strides = rng.integers(50_000, 70_000, 12_000)
    strides[rng.integers(0, strides.size, 60)] = rng.integers(200_000, 9_000_000, 60)
    instants = start + np.cumsum(strides)
    flags = rng.choice([1, 1, 1, 1, 1, 1, 3, 4], strides.size)
    values = rng.normal(70, 15, strides.size) if averaging is Averaging.ENERGETIC else rng.gamma(2, 400, strides.size)
    series = build(instants, values, flags, 60, 180, averaging)
    deployed = Interval(start + 5 * HOUR, int(instants[-1]) - 3 * HOUR)
    return subject(NOISE if averaging is Averaging.ENERGETIC else CO2, deployed), series, deployed


LIMITS = [Threshold(75.0, "above"), Threshold(60.0, "below")]


@pytest.mark.parametrize("averaging", list(Averaging))
def test_one_day_recomputed_alone_equals_the_campaign_to_the_bit(averaging: Averaging) -> None:
    who, series, deployed = campaign(7, averaging)
    days = local_days("Europe/Paris", deployed.start, deployed.end)
    work = shifts(NIGHT, PARIS, days[0][0], days[-1][0])
    everything = exposures(who, series, work, days, LIMITS)
    again = []
    for day, interval in days:
        own = [s for s in work if s.day == day]
        span = Interval(interval.start, max([interval.end, *(s.end for s in own)]))
        needed = readings_needed(span, series.hold, LONGEST_WINDOW)
        kept = (series.instants >= needed.start) & (series.instants <= needed.end)
        flags = np.where(series.suspect[kept], 3, 1)
        part = build(series.instants[kept], series.values[kept], flags, 60, 180, averaging)
        again += exposures(who, part, own, [(day, interval)], LIMITS)
    assert len(again) == len(everything)
    assert set(again) == set(everything)
    assert sum(e.value is not None for e in everything) > len(everything) / 3


@pytest.mark.parametrize("averaging", list(Averaging))
def test_moving_everything_in_time_moves_nothing_else(averaging: Averaging) -> None:
    who, series, deployed = campaign(11, averaging)
    days = local_days("Europe/Paris", deployed.start, deployed.end)
    work = shifts(NIGHT, PARIS, days[0][0], days[-1][0])
    by = 7_654_321_987
    there = exposures(
        replace(who, deployed=Interval(deployed.start + by, deployed.end + by)),
        replace(series, instants=series.instants + by),
        [
            replace(
                s,
                start=s.start + by,
                end=s.end + by,
                pieces=tuple(Interval(p.start + by, p.end + by) for p in s.pieces),
            )
            for s in work
        ],
        [(day, Interval(i.start + by, i.end + by)) for day, i in days],
        LIMITS,
    )
    back = [
        replace(
            e,
            start=e.start - by,
            end=e.end - by,
            at_start=None if e.at_start is None else e.at_start - by,
            at_end=None if e.at_end is None else e.at_end - by,
        )
        for e in there
    ]
    assert back == exposures(who, series, work, days, LIMITS)


def test_scaling_by_a_power_of_two_scales_every_value_and_nothing_else() -> None:
    who, series, deployed = campaign(3, Averaging.ARITHMETIC)
    who = replace(who, instrument=Uncertainty(0.1, 0), repeatability=Uncertainty(0.05, 0))
    days = local_days("Europe/Paris", deployed.start, deployed.end)
    one = exposures(who, series, [], days)
    eight = exposures(who, replace(series, values=series.values * 8), [], days)
    for a, b in zip(one, eight, strict=True):
        assert (a.measure, a.coverage, a.at_end) == (b.measure, b.coverage, b.at_end)
        assert [v * 8 if v is not None else None for v in (a.value, a.low, a.high)] == [b.value, b.low, b.high]
        if a.uncertainty is not None and b.uncertainty is not None:
            assert b.uncertainty.combined == pytest.approx(8 * a.uncertainty.combined, rel=1e-13)


def test_invariants_of_a_campaign_with_gaps() -> None:
    who, series, deployed = campaign(5, Averaging.ARITHMETIC)
    days = local_days("Europe/Paris", deployed.start, deployed.end)
    found = exposures(who, series, shifts(NIGHT, PARIS, days[0][0], days[-1][0]), days)
    for e in found:
        assert 0.0 <= e.coverage <= 1.0 + 1e-12
        if e.value is None:
            assert e.uncertainty is None
            assert e.at_end is None
            continue
        assert e.coverage >= 0.75 - 1e-12
        assert (
            e.low is None
            or e.measure in (Measure.PEAK, Measure.MINIMUM, Measure.MIN_1H)
            or e.low <= e.value * (1 + 1e-12)
        )
    by_shift = {(e.start, e.measure): e.value for e in found if e.window_kind is WindowKind.SHIFT}
    for (start, measure), value in by_shift.items():
        highest, hour = by_shift[start, Measure.PEAK], by_shift[start, Measure.MAX_1H]
        if measure is Measure.MAX_15MIN and value and highest and hour:
            assert hour <= value <= highest


def test_exceedance_in_a_shift_and_not_in_the_break() -> None:
    said: list[float | None] = [900.0] * 10 + [1500.0] * 20 + [900.0] * 30
    work = shift(0, HOUR, (0, 20 * MINUTE), (25 * MINUTE, HOUR))
    found = exceedances(
        subject(CO2, Interval(0, DAY)), minutes(said), [work], Threshold(1000.0, "above"), 50.0, 60, 120
    )
    assert [(e.start // MINUTE, e.end // MINUTE, e.peak, e.mean, e.dose, e.cut) for e in found] == [
        (10, 20, 1500.0, 1500.0, 500.0 * 600, False),
        (25, 30, 1500.0, 1500.0, 500.0 * 300, False),
    ]
    assert (found[0].limit, found[0].unit, found[0].zone) == (1000.0, "ppm", "z")


def test_exceedance_cut_by_missing_time_says_so() -> None:
    said: list[float | None] = [1500.0] * 5 + [None] * 10 + [1500.0] * 5 + [None] * 2 + [1500.0] * 3
    found = exceedances(
        subject(CO2, Interval(0, DAY)), minutes(said), [shift(0, 25 * MINUTE)], Threshold(1000.0, "above"), 0, 0, 180
    )
    assert [(e.start // MINUTE, e.end // MINUTE, e.cut) for e in found] == [(0, 5, True), (15, 25, False)]


def test_dose_of_a_level_is_seconds_at_the_limit() -> None:
    """Ten minutes at 90 dB against 80: ten times the energy of the limit, so nine in excess: 5400 s at the limit."""
    series = minutes([70.0] * 5 + [90.0] * 10 + [70.0] * 5, Averaging.ENERGETIC)
    (found,) = exceedances(
        subject(NOISE, Interval(0, DAY)), series, [shift(0, HOUR)], Threshold(80.0, "above"), 2, 0, 60
    )
    assert found.dose == pytest.approx(5400.0, rel=1e-12)
    assert found.mean == pytest.approx(90.0, abs=1e-12)


def test_too_dark_is_an_exceedance_of_a_lower_limit() -> None:
    light = quantity("illuminance", unit="lx")
    series = minutes([500.0] * 10 + [100.0] * 5 + [500.0] * 10)
    (found,) = exceedances(
        subject(light, Interval(0, DAY)), series, [shift(0, HOUR)], Threshold(200.0, "below"), 20, 0, 60
    )
    assert (found.peak, found.dose, found.end - found.start) == (100.0, 100.0 * 300, 5 * MINUTE)


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


def test_negative_delay_is_refused() -> None:
    with pytest.raises(WindowError, match="on_delay_s is -1"):
        exceedances(subject(CO2, Interval(0, DAY)), minutes([1.0]), [], Threshold(1.0, "above"), 0, -1, 0)
