"""Which limits apply, what is held against them, and which one is shown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from catalog.identifiers import ZoneId
from catalog.places import ZoneKind
from dsp.exposure import Measure, WindowKind
from rules import engine
from rules.decision import Decision, exposure_key
from rules.pack import default_packs
from rules.rule import Standing
from tests.rules.plain_rules import AT_ONCE, pack
from tests.rules.situations import days_of, measured, time_beyond, zone

DAY = date(2026, 3, 2)
PACKS = default_packs()


def shown(exposure_level: float, uncertainty: float) -> tuple[str, Decision]:
    exposures = [measured("laeq", Measure.LEX_8H, DAY, exposure_level, uncertainty=uncertainty)]
    assessments = engine.assess(PACKS, zone(ZoneKind.WORKSHOP), exposures, days_of(exposures))
    [governing] = engine.governing(assessments).values()
    return governing.level, governing.decision


def test_highest_exceeded_level_is_shown() -> None:
    assert shown(90.0, 0.5) == ("upper-action-value-programme", Decision.EXCEEDANCE_INDICATED)
    assert shown(82.0, 0.5) == ("lower-action-value", Decision.EXCEEDANCE_INDICATED)


def test_85_reached_exactly_shows_the_level_it_reached() -> None:
    assert shown(85.0, 0.0) == ("upper-action-value-protectors", Decision.EXCEEDANCE_INDICATED)


def test_lowest_level_is_shown_where_none_is_exceeded() -> None:
    assert shown(60.0, 0.5) == ("lower-action-value", Decision.NO_EXCEEDANCE_INDICATED)


def test_exceedance_is_shown_before_doubt() -> None:
    assert shown(84.0, 1.5) == ("lower-action-value", Decision.EXCEEDANCE_INDICATED)


def test_governing_is_found_by_the_exposures_key() -> None:
    exposures = [measured("co2", Measure.MAX_1H, DAY, 600.0)]
    assessments = engine.assess(PACKS, zone(), exposures, days_of(exposures))
    assert engine.governing(assessments)[exposure_key(exposures[0])].limit == 1000.0


def test_thresholds_carry_rule_level_and_direction() -> None:
    found = engine.thresholds(PACKS, zone(), DAY)
    humidity = [(t.value, t.direction) for q, levels in found.items() if q == "humidity" for t in levels]
    assert humidity == [(20.0, "below"), (70.0, "above")]


def test_exposures_of_another_zone_are_passed_over() -> None:
    exposure = replace(measured("co2", Measure.MAX_1H, DAY, 2000.0), zone=ZoneId("other"))
    assert engine.assess(PACKS, zone(), [exposure], days_of([exposure])) == []


def test_times_above_and_days_are_not_held_against_a_shift_limit() -> None:
    exposures = [
        time_beyond("co2", Measure.TIME_ABOVE, DAY, 1000.0, 0.5),
        replace(measured("co2", Measure.MAX_1H, DAY, 2000.0), window_kind=WindowKind.DAY),
    ]
    assert engine.assess(PACKS, zone(), exposures, days_of(exposures)) == []


def test_window_without_a_local_day_is_refused() -> None:
    with pytest.raises(ValueError, match="local day"):
        engine.assess(PACKS, zone(), [measured("co2", Measure.MAX_1H, DAY, 600.0)], {})


def test_highest_hour_of_a_shift_hardly_seen_is_insufficient() -> None:
    exposures = [
        measured("co2", Measure.MAX_1H, DAY, 600.0),
        measured("co2", Measure.MEAN, DAY, None, coverage=0.3, low=100.0, high=650.0),
    ]
    found = engine.assess(PACKS, zone(), exposures, days_of(exposures))
    assert {a.decision for a in found} == {Decision.INSUFFICIENT_DATA}


def test_limit_holds_on_its_last_day_and_not_on_the_next() -> None:
    friday = date(2026, 3, 6)
    [level] = AT_ONCE.levels[:1]
    passing = replace(level, standing=Standing.LEGAL, limits=(replace(level.limits[0], last=friday),))
    days = [friday + timedelta(days=n) for n in (-1, 0, 1)]
    exposures = [measured("co2", Measure.MAX_1H, day, 110.0, uncertainty=2.0) for day in days]
    for order in (exposures, exposures[::-1]):
        found = engine.assess(pack([replace(AT_ONCE, levels=(passing,))]), zone(), order, days_of(order))
        assert [a.exposure.start for a in found] == [e.start for e in exposures[:2]]
