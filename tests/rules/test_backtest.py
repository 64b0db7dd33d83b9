"""Two packs over the same windows: what one would have raised, missed and changed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dsp.exposure import Exposure, Measure
from rules import engine
from rules.backtest import Change, Compared, Difference, compare
from rules.pack import default_packs
from rules.rule import Pack, Rule
from rules.times_asked import TimeBeyond, time_bounds, times_asked
from tests.rules.plain_rules import ALL, AT_ONCE, SHARE, TWICE, level, pack
from tests.rules.situations import days_of, measured, time_beyond, working_days, zone

MONDAY = date(2026, 3, 2)
WEEK = working_days(MONDAY, 5)
VALUES = (None, 20.0, 62.0, 80.0, 92.0, 99.0, 104.0, 110.0, 119.0, 130.0, 190.0)


def co2(values: Sequence[float | None], uncertainty: float = 2.0) -> list[Exposure]:
    days = working_days(MONDAY, len(values))
    return [
        measured("co2", Measure.MAX_1H, day, value, uncertainty=uncertainty, coverage=0.3 if value is None else 1.0)
        for day, value in zip(days, values, strict=True)
    ]


def backtest(
    in_force: Sequence[Pack], candidate: Sequence[Pack], exposures: Sequence[Exposure]
) -> tuple[Compared, ...]:
    where, days = zone(), days_of(exposures)
    judged = [
        engine.judge(packs, where, engine.assess(packs, where, exposures, days), exposures, days)
        for packs in (in_force, candidate)
    ]
    return compare(*judged)


def the_one(compared: Sequence[Compared]) -> Compared:
    (only,) = compared
    return only


def lowered(rule: Rule, by: float) -> Rule:
    levels = [
        replace(known, limits=tuple(replace(limit, value=limit.value - by) for limit in known.limits))
        for known in rule.levels
    ]
    return replace(rule, levels=tuple(levels))


@given(st.lists(st.sampled_from(VALUES), min_size=1, max_size=15), st.sampled_from([0.5, 2.0, 8.0]))
def test_a_pack_against_itself_changes_nothing(values: list[float | None], uncertainty: float) -> None:
    exposures = co2(values, uncertainty)

    for packs in (pack(ALL), default_packs()):
        assert all(each.change is Change.SAME for each in backtest(packs, packs, exposures))


@given(
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=15),
    st.sampled_from([0.5, 2.0, 8.0]),
    st.sampled_from([TWICE, AT_ONCE]),
    st.sampled_from([1.0, 5.0, 30.0]),
)
def test_a_lower_limit_raises_at_least_what_the_higher_does_and_never_later(
    values: list[float | None], uncertainty: float, rule: Rule, by: float
) -> None:
    compared = backtest(pack([rule]), pack([lowered(rule, by)]), co2(values, uncertainty))

    for each in compared:
        assert each.change is not Change.MISSED
        assert Difference.LATER not in each.differences


def test_a_lower_limit_raises_what_the_higher_does_not() -> None:
    raised = the_one(backtest(pack([TWICE]), pack([lowered(TWICE, 30.0)]), co2([80.0, 82.0, 50.0])))

    assert raised.change is Change.RAISED
    assert raised.in_force is None
    assert raised.candidate is not None
    assert (raised.candidate.level, raised.candidate.shifts) == ("100", 2)


def test_a_rule_the_candidate_does_not_have_is_missed() -> None:
    missed = the_one(backtest(pack([TWICE]), pack([]), co2([130.0, 130.0])))

    assert missed.change is Change.MISSED
    assert missed.candidate is None


def test_more_repetition_asks_later() -> None:
    three = replace(TWICE, repetition=replace(TWICE.repetition, shifts=3))
    exposures = co2([110.0, 50.0, 110.0, 50.0, 110.0])
    changed = the_one(backtest(pack([TWICE]), pack([three]), exposures))

    assert changed.differences == (Difference.LATER,)
    assert changed.in_force is not None
    assert changed.candidate is not None
    assert (changed.in_force.since, changed.candidate.since) == (exposures[2].end, exposures[4].end)


def test_another_priority_and_level_are_a_change() -> None:
    urgent = replace(TWICE, levels=(replace(TWICE.levels[0], name="hundred", priority=1),))
    changed = the_one(backtest(pack([TWICE]), pack([urgent]), co2([110.0, 110.0])))

    assert changed.change is Change.CHANGED
    assert changed.differences == (Difference.LEVEL, Difference.PRIORITY)


def test_metrology_in_the_place_of_action_is_a_change_of_kind() -> None:
    changed = the_one(backtest(pack([TWICE]), pack([lowered(TWICE, -9.0)]), co2([110.0, 110.0])))

    assert Difference.KIND in changed.differences


def test_how_many_shifts_it_rests_on_is_told_and_is_no_change() -> None:
    same = the_one(backtest(pack([TWICE]), pack([lowered(TWICE, 5.0)]), co2([110.0, 110.0, 100.0])))

    assert same.change is Change.SAME
    assert same.in_force is not None
    assert same.candidate is not None
    assert (same.in_force.shifts, same.candidate.shifts) == (2, 3)


def test_the_most_urgent_comes_first() -> None:
    urgent = replace(AT_ONCE, levels=(level("100", 100.0, 1),))
    compared = backtest(pack([TWICE, urgent]), pack([TWICE, urgent]), co2([110.0, 110.0]))

    assert [each.rule for each in compared] == ["at-once", "twice"]


def test_times_are_asked_for_only_where_a_shift_is_sure() -> None:
    packs, where = pack([SHARE, TWICE]), zone()

    def asked(values: list[float | None]) -> frozenset[TimeBeyond]:
        exposures = co2(values)
        days = days_of(exposures)
        return times_asked(packs, where, engine.assess(packs, where, exposures, days), set(days.values()))

    assert asked([50.0, 101.0]) == frozenset()
    assert asked([50.0, 110.0]) == {TimeBeyond(SHARE.quantity, Measure.TIME_ABOVE, 100.0)}


def test_a_time_that_is_not_known_can_decide() -> None:
    """One sure shift; a fifth of the week beyond the limit makes it a ticket, no time at all does not."""
    sure = co2([130.0, 50.0, 50.0, 50.0, 50.0])
    most = [time_beyond("co2", Measure.TIME_ABOVE, day, 100.0, 0.5) for day in WEEK]

    assert backtest(pack([SHARE]), pack([SHARE]), sure) == ()
    assert len(backtest(pack([SHARE]), pack([SHARE]), sure + most)) == 1


@given(
    st.lists(st.floats(0.0, 200.0), min_size=1, max_size=30),
    st.lists(st.floats(0.0, 200.0), max_size=4),
    st.floats(0.0, 200.0),
    st.sampled_from([Measure.TIME_ABOVE, Measure.TIME_BELOW]),
)
def test_bounds_of_a_time_hold_it(minutes: list[float], limits: list[float], limit: float, measure: Measure) -> None:
    def seconds(against: float) -> float:
        beyond = [v > against if measure is Measure.TIME_ABOVE else v < against for v in minutes]
        return 60.0 * sum(beyond)

    asked = TimeBeyond(SHARE.quantity, measure, limit)
    bounds = time_bounds(asked, {known: seconds(known) for known in limits}, 60.0 * len(minutes))

    assert bounds.low <= seconds(limit) <= bounds.high
    if limit in limits:
        assert bounds.low == bounds.high


def test_a_shift_of_which_too_little_was_seen_has_no_time_beyond_any_limit() -> None:
    asked = TimeBeyond(SHARE.quantity, Measure.TIME_ABOVE, 90.0)

    assert time_bounds(asked, {100.0: None}, 28_800.0).high == 0.0
