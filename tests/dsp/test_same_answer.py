"""The same bits every way: a day alone or the campaign, moved in time, scaled; and what always holds."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.quantities import Averaging, Uncertainty
from catalog.schedule import Interval, local_days, shifts
from dsp.campaign import exposures
from dsp.exposure import Measure, WindowKind
from dsp.measures import ROLLING
from dsp.series import build
from tests.dsp.campaigns import LIMITS, NIGHT, PARIS, campaign


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
        # a window may reach back before the span, the first reading in it has its weight from the one before, and a
        # reading after the end stands for time before it
        since = span.start - max(rolling.width for rolling in ROLLING.values()) - series.hold
        kept = (series.instants >= since) & (series.instants <= span.end + series.hold)
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
