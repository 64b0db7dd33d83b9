"""Calibrations: what they change of readings and of the instrument's uncertainty, and what they must leave alone."""

import math
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import KitId, QuantityId
from catalog.kits import Calibration
from catalog.quantities import Averaging, Uncertainty
from catalog.schedule import Interval
from dsp.batch import lay_out
from dsp.calibration import CalibrationStep, calibration_steps, corrected
from dsp.campaign import exposures
from dsp.exposure import Exposure, Measure
from dsp.series import build
from dsp.subject import Subject, Threshold
from dsp.uncertainty import of_instrument
from tests.dsp.campaigns import CO2, DAY, HOUR, LIMITS, MINUTE, campaign, of, shift
from tests.dsp.situations import examples, subject

GOOD = Uncertainty(0.01, 5.0)
DRIFT = Uncertainty(0.0002, 0.1)
YEAR = 365 * DAY


def step(
    since: int, due: int = YEAR, gain: float = 1.0, offset: float = 0.0, uncertainty: Uncertainty = GOOD
) -> CalibrationStep:
    return CalibrationStep(since, due, gain, offset, uncertainty, DRIFT)


def calibrated(who: Subject, *history: CalibrationStep) -> Subject:
    return replace(who, calibrations=history)


def instrument(who: Subject, start: int, end: int, value: float = 1000.0) -> float:
    return float(of_instrument(who, lay_out([(Interval(start, end),)]), np.array([value]))[0])


WHO = subject(CO2, Interval(0, 10 * YEAR))
MODEL = CO2.instrument.at(1000.0)


def test_a_calibration_counts_from_the_start_of_its_day_on_the_clock_of_the_place() -> None:
    done = [
        Calibration(KitId("k"), QuantityId("co2"), day, due, 1.0, offset, GOOD, "gas")
        for day, due, offset in (
            (date(2026, 3, 29), date(2026, 10, 25), 2.0),
            (date(2025, 3, 29), date(2026, 3, 29), 1.0),
        )
    ]
    first, second = calibration_steps(done, "Europe/Paris", DRIFT)
    assert (first.offset, second.offset) == (1.0, 2.0)
    assert second.since == 1_774_738_800_000  # 2026-03-28T23:00Z
    assert first.due == 1_774_821_600_000  # 2026-03-29T22:00Z: the clocks changed that day, and back on 25 October:
    assert second.due == 1_792_969_200_000  # 2026-10-25T23:00Z
    assert calibration_steps(done, "UTC", None)[1].since == second.since + HOUR


@given(st.lists(st.floats(-1e6, 1e6), max_size=30), st.lists(st.integers(0, 30), max_size=3, unique=True))
@examples(200)
def test_identity_changes_no_bit(values: list[float], starts: list[int]) -> None:
    read = np.array([-0.0, *values])
    instants = np.arange(read.size)
    history = tuple(step(since) for since in sorted(starts))
    assert corrected(instants, read, history).tobytes() == read.tobytes()


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30),
    st.lists(
        st.tuples(st.integers(0, 30), st.floats(0.1, 10), st.floats(-100, 100)), max_size=4, unique_by=lambda s: s[0]
    ),
)
@examples(300)
def test_each_reading_is_corrected_by_the_last_calibration_before_it(
    values: list[float], said: list[tuple[int, float, float]]
) -> None:
    history = tuple(step(since, gain=gain, offset=offset) for since, gain, offset in sorted(said))
    found = corrected(np.arange(len(values)), np.array(values), history)
    for instant, (read, true) in enumerate(zip(values, found.tolist(), strict=True)):
        before = [s for s in history if s.since < instant]
        assert true == (before[-1].gain * read + before[-1].offset if before else read)


def test_as_read_values_are_never_written_over() -> None:
    read = np.array([1.0, 2.0])
    corrected(np.array([1, 2]), read, (step(0, gain=2.0),))
    assert read.tolist() == [1.0, 2.0]


def test_values_under_zero_stay() -> None:
    assert corrected(np.array([1]), np.array([3.0]), (step(0, offset=-12.0),)).tolist() == [-9.0]


def _made(gains: tuple[float, ...], since: tuple[int, ...], averaging: Averaging, offset: float) -> list[Exposure]:
    who, series, deployed = campaign(7, averaging)
    history = tuple(step(s, 99 * YEAR, g, offset) for s, g in zip(since, gains, strict=True))
    values = corrected(series.instants, series.values, history)
    flags = np.where(series.suspect, 3, 1)
    remade = build(series.instants, values, flags, 60, 180, averaging)
    days = [Interval(start, start + DAY) for start in range(deployed.start, deployed.end - DAY, DAY)]
    shifts = [shift(day.start, day.start + 8 * HOUR) for day in days]
    return exposures(calibrated(who, *history), remade, shifts, [(date(2026, 3, 1), d) for d in days], LIMITS)


@pytest.mark.parametrize("averaging", list(Averaging))
def test_identity_calibration_changes_no_value_of_any_measure(averaging: Averaging) -> None:
    who, _, _ = campaign(7, averaging)
    plain, same = _made((), (), averaging, 0.0), _made((1.0,), (0,), averaging, 0.0)
    for one, other in zip(plain, same, strict=True):
        assert replace(one, uncertainty=None) == replace(other, uncertainty=None)
        if one.uncertainty is not None and other.uncertainty is not None:
            assert other.uncertainty.instrument <= one.uncertainty.instrument or one.unit == "s"
            assert replace(one.uncertainty, instrument=0.0) == replace(other.uncertainty, instrument=0.0)
    assert who.calibrations == ()


def test_gain_scales_means_and_an_offset_shifts_levels() -> None:
    plain, doubled = _made((), (), Averaging.ARITHMETIC, 0.0), _made((2.0,), (0,), Averaging.ARITHMETIC, 0.0)
    for one, two in zip(plain, doubled, strict=True):
        if one.value is not None and two.value is not None and one.unit != "s":
            assert two.value == 2 * one.value
            assert (one.coverage, one.at_end) == (two.coverage, two.at_end)
    plain, louder = _made((), (), Averaging.ENERGETIC, 0.0), _made((1.0,), (0,), Averaging.ENERGETIC, 3.0)
    for one, two in zip(plain, louder, strict=True):
        if one.measure in (Measure.LEQ, Measure.LEX_8H, Measure.PEAK) and one.value is not None:
            assert two.value == pytest.approx(one.value + 3.0, abs=1e-9)


@pytest.mark.parametrize("averaging", list(Averaging))
def test_calibration_in_the_middle_changes_later_windows_only(averaging: Averaging) -> None:
    _, series, _ = campaign(7, averaging)
    middle = int(series.instants[series.instants.size // 2])
    gain = 1.0 if averaging is Averaging.ENERGETIC else 1.3
    plain, later = _made((), (), averaging, 0.0), _made((gain,), (middle,), averaging, 2.0)
    # the longest window reaches 24 h back, its bound fills with the 95th percentile of all it reaches
    before = [(one, two) for one, two in zip(plain, later, strict=True) if one.end <= middle]
    after = [(one, two) for one, two in zip(plain, later, strict=True) if one.start >= middle + DAY]
    assert before
    assert after
    assert all(one == two for one, two in before)
    changed = [one.value != two.value for one, two in after if one.value is not None and one.unit not in ("s", "dB")]
    assert changed
    assert all(changed)


def test_before_the_first_calibration_the_model_speaks_and_then_the_better_of_the_two() -> None:
    who = calibrated(WHO, step(100 * DAY, 400 * DAY), step(300 * DAY, 700 * DAY, uncertainty=Uncertainty(0.2, 0.0)))
    assert instrument(who, 0, DAY) == MODEL
    assert instrument(who, 100 * DAY, 101 * DAY) == GOOD.at(1000.0)
    assert instrument(who, 301 * DAY, 302 * DAY) == MODEL  # the certificate promises less than the data sheet
    assert instrument(who, 299 * DAY, 302 * DAY) == MODEL  # changed inside the window: the larger
    assert instrument(who, 99 * DAY, 101 * DAY) == MODEL


def test_past_due_it_grows_by_the_drift_to_the_end_of_the_window_without_a_ceiling() -> None:
    who = calibrated(WHO, step(0, 10 * DAY))
    assert instrument(who, 9 * DAY, 10 * DAY) == GOOD.at(1000.0)
    assert instrument(who, 9 * DAY, 20 * DAY) == pytest.approx(math.hypot(0.012 * 1000, 6.0), rel=1e-12)
    assert instrument(who, 19 * DAY, 20 * DAY) == instrument(who, 9 * DAY, 20 * DAY)
    assert instrument(who, 999 * DAY, 1000 * DAY) > MODEL


def test_model_without_drift_vouches_for_nothing_past_due() -> None:
    loose = Uncertainty(0.2, 0.0)
    for certified, kept in ((GOOD, MODEL), (loose, 200.0)):
        who = calibrated(WHO, replace(step(0, 10 * DAY, uncertainty=certified), drift=None))
        assert instrument(who, 0, 10 * DAY) == min(MODEL, certified.at(1000.0))
        assert instrument(who, 0, 10 * DAY + 1) == kept


def test_renewed_before_it_was_due_it_never_grew() -> None:
    who = calibrated(WHO, step(0, 10 * DAY), step(20 * DAY, 30 * DAY))
    assert instrument(who, 20 * DAY, 30 * DAY) == GOOD.at(1000.0)
    assert instrument(who, 15 * DAY, 25 * DAY) == instrument(who, 15 * DAY, 20 * DAY)


uncertainties = st.builds(Uncertainty, st.floats(0, 0.3), st.floats(0, 50))


@given(
    uncertainties,
    st.one_of(st.none(), st.builds(Uncertainty, st.floats(0, 0.01), st.floats(0, 1))),
    st.floats(-1e4, 1e4),
    st.lists(st.integers(1, 3000), min_size=2, max_size=8),
)
@examples(300)
def test_growth_is_monotonic_and_never_better_than_in_date(
    certified: Uncertainty, drift: Uncertainty | None, value: float, ends: list[int]
) -> None:
    who = calibrated(WHO, replace(step(0, 365 * DAY, uncertainty=certified), drift=drift))
    found = [instrument(who, 0, end * DAY, value) for end in sorted(ends)]
    assert found == sorted(found)
    assert found[0] >= min(CO2.instrument.at(value), certified.at(value)) * (1 - 1e-15)


calibration_lists = st.lists(
    st.tuples(
        st.integers(-100, 500),  # since [min]
        st.integers(1, 400),  # until due [min]
        st.sampled_from([1.0, 0.875, 1.25]),
        st.integers(-20, 20).map(float),
        st.builds(Uncertainty, st.integers(0, 8).map(lambda i: i / 64), st.integers(0, 40).map(float)),
    ),
    max_size=3,
    unique_by=lambda said: said[0],
)


@given(
    calibration_lists,
    st.lists(st.one_of(st.none(), st.integers(300, 3000).map(float)), min_size=130, max_size=130),
    st.lists(st.integers(0, 480), min_size=2, max_size=2, unique=True).map(sorted),
)
@examples(150)
def test_parts_of_a_mean_are_those_of_exact_fractions(
    said: list[tuple[int, int, float, float, Uncertainty]], values: list[float | None], edges: list[int]
) -> None:
    """Section 4 for a calibrated series, recomputed minute by minute in fractions; a drift that is felt in minutes."""
    drift = Uncertainty(512.0, 65_536.0)
    history = tuple(
        CalibrationStep(since * MINUTE, (since + due) * MINUTE, gain, offset, certified, drift)
        for since, due, gain, offset, certified in sorted(said)
    )
    repeated = (values * 4)[:480]
    minutes = [minute + 1 for minute, value in enumerate(repeated) if value is not None]
    read = [value for value in repeated if value is not None]
    instants = np.array(minutes, np.int64) * MINUTE
    series = build(instants, corrected(instants, np.array(read), history), np.ones(len(read), np.int8), 60, 60,
                   Averaging.ARITHMETIC)  # fmt: skip
    start, end = edges
    found = of(
        exposures(calibrated(WHO, *history), series, [shift(start * MINUTE, end * MINUTE)], [], (), 0.0), Measure.MEAN
    )

    def corrected_exactly(minute: int, value: float) -> Fraction:
        before = [s for s in sorted(said) if s[0] < minute]
        return Fraction(before[-1][2]) * Fraction(value) + Fraction(before[-1][3]) if before else Fraction(value)

    inside = [corrected_exactly(m, v) for m, v in zip(minutes, read, strict=True) if start < m <= end]
    if not inside:
        assert found.value is None
        return
    mean = sum(inside, Fraction(0)) / len(inside)

    def squared(uncertainty: Uncertainty, days: Fraction) -> Fraction:
        relative = (Fraction(uncertainty.relative) + days * Fraction(drift.relative)) * mean
        return relative**2 + (Fraction(uncertainty.absolute) + days * Fraction(drift.absolute)) ** 2

    def instrument_squared(minute: int) -> Fraction:
        before = [s for s in sorted(said) if s[0] < minute]
        if not before:
            return squared(CO2.instrument, Fraction(0))
        since, due, _, _, certified = before[-1]
        days = Fraction(max(0, minute - since - due), 24 * 60)
        return min(squared(CO2.instrument, days), squared(certified, days))

    assert found.uncertainty is not None
    assert found.value == pytest.approx(float(mean), rel=1e-12)
    worst = max(instrument_squared(minute) for minute in range(start + 1, end + 1))
    assert found.uncertainty.instrument == pytest.approx(math.sqrt(worst), rel=1e-9)
    assert found.uncertainty.place == pytest.approx(0.1 * float(mean), rel=1e-12)
    assert found.uncertainty.repeatability == pytest.approx(10 / math.sqrt(len(inside)), rel=1e-12)
    parts = found.uncertainty
    squares = [part**2 for part in (parts.instrument, parts.repeatability, parts.missing, parts.place)]
    assert parts.combined == pytest.approx(math.sqrt(sum(squares)), rel=1e-12)


def test_time_above_moves_with_the_instrument_of_its_own_window() -> None:
    """1000 ± 5.1 (calibrated, in date) moves no reading at 960 or 1040; a hundred days past due it moves both."""
    values = np.array([*[960.0] * 60, *[1040.0] * 60] * 2)
    instants = np.array([*range(1, 121), *range(144_001, 144_121)], np.int64) * MINUTE
    series = build(instants, values, np.ones(240, np.int8), 60, 60, Averaging.ARITHMETIC)
    who = calibrated(WHO, replace(step(0, DAY, uncertainty=Uncertainty(0.001, 5.0)), drift=Uncertainty(0.0, 0.5)))
    shifts = [shift(0, 2 * HOUR), shift(100 * DAY, 100 * DAY + 2 * HOUR)]
    early, late = (
        e for e in exposures(who, series, shifts, [], [Threshold(1000.0, "above")]) if e.measure is Measure.TIME_ABOVE
    )
    assert early.uncertainty is not None
    assert late.uncertainty is not None
    assert early.uncertainty.instrument == 0.0
    assert late.uncertainty.instrument == 3600.0
    assert (early.value, late.value) == (3600.0, 3600.0)
