"""CO2 indicators: ICONE against its published arithmetic (oracle O-6), validity, the outdoor baseline."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.quantities import Averaging, Uncertainty
from catalog.schedule import Interval, Shift
from dsp.air.co2 import Co2Error, icone, measured_icone
from dsp.air.outdoor_co2 import outdoor_baseline, rebreathed_fraction
from dsp.calibration import CalibrationStep
from dsp.exposure import Measure, WindowKind
from dsp.series import Series, build
from dsp.whole_campaign import campaign_exposures
from tests.dsp.campaigns import CO2, of
from tests.dsp.situations import subject
from tests.shared_data import require_shared

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("over_1000", "over_1700", "unrounded", "index"),
    [
        (0, 0, 0.0, 0),
        (0.1, 0, 0.34, 0),
        (0.2, 0.1, 1.46, 1),
        (0.5, 0, 1.46, 1),
        (0.3, 0.4, 3.31, 3),
        (1, 0, 2.5, 3),
        (0, 1, 5.0, 5),
    ],
)
def test_published_values(over_1000: float, over_1700: float, unrounded: float, index: int) -> None:
    """published.md O-6; exactly 2.5 rounds half up to 3."""
    found = icone(over_1000, over_1700)
    assert found.unrounded == pytest.approx(unrounded, abs=0.006)  # the table has 3.31 for 3.3048
    assert found.index == index


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_confined_air_never_gives_a_lower_index(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert icone(low, 0).unrounded <= icone(high, 0).unrounded
    assert icone(0, low).unrounded <= icone(0, high).unrounded
    assert icone(0, low).unrounded >= icone(low, 0).unrounded


@pytest.mark.parametrize(("a", "b", "says"), [(20, 0, "is 20; expected 0 to 1"), (0.8, 0.4, "add up to 1.2")])
def test_shares_that_cannot_be_are_refused(a: float, b: float, says: str) -> None:
    with pytest.raises(Co2Error, match=says):
        icone(a, b)


def test_rebreathed_share() -> None:
    found = np.array([800.0, 400.0, np.nan])
    assert rebreathed_fraction(found, 420.0)[:2].tolist() == [pytest.approx(0.01), 0.0]
    assert np.isnan(rebreathed_fraction(found, 420.0)[2])
    with pytest.raises(Co2Error, match="exhaled CO2 is 0"):
        rebreathed_fraction(found, 420.0, 0.0)


def week(levels: dict[int, float], lost: frozenset[int] = frozenset()) -> "tuple[Series, list[Interval]]":
    """Five days of 8 h, a reading a minute; one level an hour of work, some hours lost."""
    occupied = [Interval(day * DAY + 9 * HOUR, day * DAY + 17 * HOUR) for day in range(5)]
    instants, values = [], []
    hour = 0
    for piece in occupied:
        for start in range(piece.start, piece.end, HOUR):
            if hour not in lost:
                instants += [start + MINUTE * minute for minute in range(1, 61)]
                values += [levels.get(hour, 600.0)] * 60
            hour += 1
    return build(instants, values, [1] * len(values), 60, 60, Averaging.ARITHMETIC), occupied


def test_a_week_of_readings() -> None:
    series, occupied = week(dict.fromkeys(range(8), 1200.0) | dict.fromkeys(range(8, 12), 2000.0))
    found = measured_icone(series, occupied)
    assert (found.icone.over_1000, found.icone.over_1700) == (0.2, 0.1)
    assert found.icone.index == 1
    assert found.problem == ""
    assert (found.blocks, found.seen) == (240, 240)
    assert (found.low.index, found.high.index) == (1, 1)


def test_a_value_at_a_threshold_is_under_it() -> None:
    series, occupied = week({hour: 1000.0 if hour % 2 else 1700.0 for hour in range(40)})
    found = measured_icone(series, occupied)
    assert (found.icone.over_1000, found.icone.over_1700) == (0.5, 0.0)


def test_missing_hours_are_bounded_and_then_refused() -> None:
    series, occupied = week({0: 1200.0}, frozenset(range(2, 6)))
    found = measured_icone(series, occupied)
    assert found.problem == ""
    assert found.low.unrounded < found.icone.unrounded < found.high.unrounded
    few = measured_icone(*week({}, frozenset(range(11))))
    assert few.problem.startswith("174 of 240 ten-minute means were seen")


def test_a_day_is_no_week() -> None:
    series, occupied = week({})
    assert "expected an occupied week" in measured_icone(series, occupied[:1]).problem


def test_ten_minutes_are_the_least() -> None:
    series, _ = week({})
    with pytest.raises(Co2Error, match="no occupied stretch of ten minutes"):
        measured_icone(series, [Interval(0, 5 * MINUTE)])


def test_icone_is_an_exposure_of_a_campaign() -> None:
    series, occupied = week(dict.fromkeys(range(40), 2000.0))
    shifts = [Shift("day", date(2026, 1, 5), piece.start, piece.end, (piece,)) for piece in occupied]
    deployed = subject(CO2, Interval(0, 5 * DAY))
    found = of(campaign_exposures(deployed, series, shifts), Measure.ICONE, WindowKind.CAMPAIGN)
    assert (found.value, found.low, found.high, found.unit, found.coverage) == (5.0, 5.0, 5.0, "1", 1.0)
    assert found.uncertainty is not None
    assert found.uncertainty.combined == 0.0  # all of it is far beyond both thresholds
    near = of(
        campaign_exposures(deployed, week(dict.fromkeys(range(40), 1010.0))[0], shifts),
        Measure.ICONE,
        found.window_kind,
    )
    assert near.uncertainty is not None
    assert near.uncertainty.instrument == pytest.approx(1.25)  # half of 2.5: ± u moves every mean over 1000 ppm
    certified = CalibrationStep(0, 90 * DAY, 1.0, 0.0, Uncertainty(0.0, 5.0), None)
    calibrated = of(
        campaign_exposures(
            replace(deployed, calibrations=(certified,)), week(dict.fromkeys(range(40), 1010.0))[0], shifts
        ),
        Measure.ICONE,
        found.window_kind,
    )
    assert calibrated.uncertainty is not None
    assert calibrated.uncertainty.instrument == 0.0  # ± 5 ppm leaves every mean over 1000 ppm
    short = of(campaign_exposures(deployed, series, shifts[:2]), Measure.ICONE, found.window_kind)
    assert (short.value, short.uncertainty, short.coverage) == (None, None, 1.0)
    none = of(campaign_exposures(deployed, week({}, frozenset(range(40)))[0], shifts), Measure.ICONE, found.window_kind)
    assert (none.value, none.low, none.coverage) == (None, None, 0.0)


def test_the_low_point_of_a_week_is_the_baseline() -> None:
    minutes = np.arange(1, 3 * 1440 + 1)
    values = 450.0 + 400.0 * (np.sin(minutes / 1440 * 2 * np.pi) > 0.0)
    series = build(minutes * MINUTE, values, np.ones(minutes.size), 60, 60, Averaging.ARITHMETIC)
    found = outdoor_baseline(series, 3 * DAY)
    assert (found.value, found.uncertainty) == (450.0, 30.0)
    assert "automatic calibration" in found.caveat


@pytest.mark.parametrize(
    ("level", "hours", "says"), [(900.0, 30, "never cleared"), (300.0, 30, "drifted"), (420.0, 5, "5.0 h")]
)
def test_a_baseline_that_is_none_is_refused(level: float, hours: int, says: str) -> None:
    instants = np.arange(1, hours * 60 + 1) * MINUTE
    series = build(instants, np.full(instants.size, level), np.ones(instants.size), 60, 60, Averaging.ARITHMETIC)
    with pytest.raises(Co2Error, match=says):
        outdoor_baseline(series, int(instants[-1]))


def office(path: Path) -> Series:
    """CO2 of an UCI recording; local times read as if they were UTC."""
    rows = [line.replace('"', "").split(",") for line in path.read_text(encoding="utf-8").splitlines()[1:]]
    instants = np.array([row[1] for row in rows], dtype="datetime64[ms]").astype(np.int64)
    values = np.array([float(row[5]) for row in rows])
    return build(instants, values, np.ones(values.size), 60, 180, Averaging.ARITHMETIC)


def test_real_office_of_a_week() -> None:
    """UCI occupancy recording of 11 to 18 February 2015: never confined for long, and the index says so."""
    series = office(require_shared("datasets/uci_occupancy/datatest2.txt"))
    monday = np.datetime64("2015-02-12T09:00", "ms").astype(np.int64)
    days = [int(monday) + DAY * day for day in (0, 1, 4, 5)]
    found = measured_icone(series, [Interval(start, start + 8 * HOUR) for start in days])
    assert found.problem == ""
    assert 1 <= found.icone.index <= 2
    assert found.seen == found.blocks
    assert 380 <= outdoor_baseline(series, int(series.instants[-1])).value <= 520
