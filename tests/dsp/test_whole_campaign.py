"""The campaign: all shifts of a deployment as one window."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import DeploymentId, KitId, ZoneId
from catalog.quantities import quantity
from catalog.schedule import Interval, Shift
from dsp.campaign import exposures
from dsp.exposure import Exposure, Measure, WindowKind
from dsp.series import build
from dsp.subject import Subject, Threshold
from dsp.whole_campaign import campaign_exposures

HOUR = 3_600_000
MINUTE = 60_000


def subject(name: str, deployed: Interval) -> Subject:
    known = quantity(name)
    return Subject(
        ZoneId("z"),
        KitId("k"),
        DeploymentId("d"),
        known,
        known.instrument,
        known.repeatability,
        known.place,
        deployed,
        simulated=False,
    )


def shift(start: int, end: int) -> Shift:
    return Shift("s", date(2026, 3, 2), start, end, (Interval(start, end),))


def minutes(start: int, values: list[float]) -> tuple[list[int], list[float], list[int]]:
    return [start + MINUTE * (i + 1) for i in range(len(values))], values, [1] * len(values)


def of(found: list[Exposure], measure: Measure) -> Exposure:
    return next(e for e in found if e.measure is measure)


def test_a_long_shift_weighs_more_than_a_short_one() -> None:
    # 1 h at 400 ppm, then 3 h at 800 ppm
    instants, values, flags = minutes(0, [400.0] * 60 + [800.0] * 180)
    series = build(instants, values, flags, 60, 180, quantity("co2").averaging)
    shifts = [shift(0, HOUR), shift(HOUR, 4 * HOUR)]

    found = campaign_exposures(subject("co2", Interval(0, 4 * HOUR)), series, shifts)

    assert of(found, Measure.MEAN).value == pytest.approx(700.0)
    assert {e.window_kind for e in found} == {WindowKind.CAMPAIGN}


def test_time_outside_the_deployment_is_neither_worked_nor_missing() -> None:
    instants, values, flags = minutes(2 * HOUR, [500.0] * 120)
    series = build(instants, values, flags, 60, 180, quantity("co2").averaging)

    found = campaign_exposures(subject("co2", Interval(2 * HOUR, 4 * HOUR)), series, [shift(0, 8 * HOUR)])

    mean = of(found, Measure.MEAN)
    assert (mean.coverage, mean.value, mean.start, mean.end) == (1.0, 500.0, 2 * HOUR, 4 * HOUR)


def test_two_teams_at_once_count_once() -> None:
    instants, values, flags = minutes(0, [10.0 * i for i in range(240)])
    series = build(instants, values, flags, 60, 180, quantity("co2").averaging)
    deployed = subject("co2", Interval(0, 4 * HOUR))

    overlapping = campaign_exposures(deployed, series, [shift(0, 3 * HOUR), shift(HOUR, 4 * HOUR)])

    assert overlapping == campaign_exposures(deployed, series, [shift(0, 4 * HOUR)])


def test_a_deployment_without_a_shift_has_no_campaign() -> None:
    instants, values, flags = minutes(0, [500.0] * 10)
    series = build(instants, values, flags, 60, 180, quantity("co2").averaging)

    assert campaign_exposures(subject("co2", Interval(0, HOUR)), series, []) == []


@given(
    st.lists(st.floats(min_value=30, max_value=120), min_size=60, max_size=240),
    st.lists(st.integers(min_value=1, max_value=239), min_size=0, max_size=3, unique=True),
)
def test_cutting_the_time_worked_into_shifts_changes_nothing(levels: list[float], cuts: list[int]) -> None:
    instants, values, flags = minutes(0, levels)
    series = build(instants, values, flags, 60, 180, quantity("laeq").averaging)
    edges = [0, *sorted(cuts), 240]
    shifts = [shift(a * MINUTE, b * MINUTE) for a, b in pairwise(edges)]
    deployed = subject("laeq", Interval(0, 4 * HOUR))
    limit = [Threshold(80.0, "above")]

    assert campaign_exposures(deployed, series, shifts, limit) == campaign_exposures(
        deployed, series, [shift(0, 4 * HOUR)], limit
    )


def test_campaign_of_one_shift_says_what_the_shift_says() -> None:
    instants, values, flags = minutes(0, [40.0 + i % 30 for i in range(480)])
    series = build(instants, values, flags, 60, 180, quantity("laeq").averaging)
    deployed = subject("laeq", Interval(0, 8 * HOUR))
    one = [shift(0, 8 * HOUR)]

    campaign = campaign_exposures(deployed, series, one)
    alone = exposures(deployed, series, one, [])

    for exposure in campaign:
        assert exposure.value == of(alone, exposure.measure).value
