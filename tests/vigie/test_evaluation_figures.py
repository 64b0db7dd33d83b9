"""The figures of an evaluation, against tables small enough to count by hand."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsp.statistics.proportion import clopper_pearson
from tests.vigie.evaluated import an_evaluation, campaign, decision, outcome, tables, value
from vigie.evaluation.answers import Question, Verdict, answers
from vigie.evaluation.detection import Proposed, predictive_value
from vigie.evaluation.figures import Grouping, Summary, summarise
from vigie.evaluation.misses import AlarmReason, MissReason
from vigie.evaluation.shares import Share
from vigie.evaluation.tables import Tables

ACTION, METROLOGY, NONE = "workplace_action", "targeted_metrology", "none"


def _counted(share: Share) -> tuple[int, int]:
    return share.cases, share.of


def test_a_ticket_of_any_kind_and_an_action_are_counted_apart() -> None:
    found = summarise(
        tables(
            outcomes=[
                outcome(0, ACTION, ACTION),
                outcome(1, ACTION, METROLOGY),
                outcome(2, ACTION, NONE),
                outcome(3, METROLOGY, METROLOGY),
                outcome(4, NONE, NONE),
                outcome(5, NONE, NONE),
                outcome(6, NONE, METROLOGY),
                outcome(7, NONE, ACTION),
            ]
        )
    ).overall
    any_ticket, action = found.any_ticket, found.action
    assert _counted(any_ticket.sensitivity) == (3, 4)
    assert _counted(any_ticket.specificity) == (2, 4)
    assert _counted(any_ticket.positive_predictive) == (3, 5)
    assert _counted(any_ticket.negative_predictive) == (2, 3)
    assert _counted(action.sensitivity) == (1, 3)
    assert _counted(action.specificity) == (4, 5)
    assert _counted(action.positive_predictive) == (1, 2)
    assert _counted(action.negative_predictive) == (4, 6)
    assert any_ticket.sensitivity.interval == clopper_pearson(3, 4)
    assert found.crossed.true_none == Proposed(none=2, action=1, metrology=1, held=0)
    assert found.crossed.true_action == Proposed(none=1, action=1, metrology=1, held=0)
    assert found.crossed.true_metrology == Proposed(none=0, action=0, metrology=1, held=0)


def test_a_proposal_that_is_held_back_is_missed_where_it_was_due_and_none_where_it_was_not() -> None:
    found = summarise(tables(outcomes=[outcome(0, ACTION, ACTION, held=True), outcome(1, NONE, METROLOGY, held=True)]))
    assert _counted(found.overall.any_ticket.sensitivity) == (0, 1)
    assert _counted(found.overall.any_ticket.specificity) == (1, 1)
    assert found.overall.crossed.true_action.held == 1
    assert [each.reason for each in found.missed] == [MissReason.HELD]
    assert found.false_alarms == ()


def test_predictive_values_follow_from_the_prevalence() -> None:
    """Sensitivity 9/10, specificity 8/10: at 5 % 0.045/(0.045 + 0.19), at 20 % 0.18/(0.18 + 0.16)."""
    rows = [outcome(n, ACTION, ACTION if n < 9 else NONE) for n in range(10)]
    rows += [outcome(10 + n, NONE, NONE if n < 8 else ACTION) for n in range(10)]
    five, twenty = summarise(tables(outcomes=rows)).overall.any_ticket.at_prevalence
    assert five.positive is not None
    assert five.negative is not None
    assert twenty.positive is not None
    assert five.positive.value == pytest.approx(0.045 / 0.235)
    assert five.negative.value == pytest.approx(0.95 * 0.8 / (0.95 * 0.8 + 0.05 * 0.1))
    assert twenty.positive.value == pytest.approx(0.18 / 0.34)
    low = predictive_value(0.05, clopper_pearson(9, 10).low, 1 - clopper_pearson(8, 10).low)
    assert five.positive.interval.low == pytest.approx(low)
    assert five.positive.interval.high > five.positive.value > five.positive.interval.low


@pytest.mark.parametrize(
    ("scale", "distance", "clear", "none", "band"),
    [
        ("ratio", 2.0, 1, 0, 0),
        ("ratio", 1.99, 0, 0, 0),
        ("ratio", 1.2, 0, 0, 1),
        ("ratio", 0.5, 0, 1, 0),
        ("level", 3.0, 1, 0, 0),
        ("level", 2.9, 0, 0, 0),
        ("level", -1.0, 0, 0, 1),
        ("level", -3.0, 0, 1, 0),
        ("ratio", math.inf, 1, 0, 0),
        ("ratio", None, 0, 0, 0),
    ],
)
def test_what_is_clear_and_what_is_undecided(
    scale: str, distance: float | None, clear: int, none: int, band: int
) -> None:
    breach = distance is not None and distance > (1 if scale == "ratio" else 0)
    true = ACTION if breach else NONE
    found = summarise(tables(outcomes=[outcome(0, true, METROLOGY, scale=scale, true_distance=distance)])).overall
    assert (found.clear_proposed.of, found.clear_left_alone.of, found.band_metrology.of) == (clear, none, band)
    assert found.band_metrology.cases == band
    assert found.clear_left_alone.cases == 0


def test_half_of_a_legal_limit_is_not_clearly_nothing_where_the_truth_asks_for_metrology() -> None:
    found = summarise(tables(outcomes=[outcome(0, METROLOGY, METROLOGY, scale="ratio", true_distance=0.5)])).overall
    assert found.clear_left_alone.of == 0


def test_rules_nobody_varies_count_by_agent_and_not_by_family() -> None:
    found = summarise(
        tables(
            outcomes=[outcome(0, ACTION, ACTION), outcome(0, ACTION, NONE, rule="light", agent="light", concern=False)]
        )
    )
    assert [(each.name, each.rule) for each in found.by_family] == [("joinery", "noise-daily-exposure")]
    agents = next(each for each in found.grouped if each.by is Grouping.AGENT).groups
    assert [(each.name, *_counted(each.any_ticket.sensitivity)) for each in agents] == [
        ("light", 0, 1),
        ("noise", 1, 1),
    ]


def test_what_no_kit_can_see_is_no_merit_where_nothing_is_and_a_miss_where_something_is() -> None:
    def gas(number: int, true: str, proposal: str, score: float | None) -> dict[str, object]:
        return outcome(number, true, proposal, rule="formaldehyde-8h", agent="formaldehyde", concern=False, score=score)

    blind = [gas(number, NONE, NONE, None) for number in range(90)] + [gas(90, ACTION, NONE, None)]
    seen = [gas(91, NONE, NONE, 0.01), gas(92, NONE, METROLOGY, 0.6)]
    by_share_of_time = [gas(93, NONE, ACTION, None)]  # one sure shift: no second one decides
    found = summarise(tables(outcomes=[*blind, *seen, *by_share_of_time]))
    (formaldehyde,) = next(each for each in found.grouped if each.by is Grouping.AGENT).groups
    assert _counted(formaldehyde.any_ticket.specificity) == (1, 3)
    assert _counted(formaldehyde.any_ticket.sensitivity) == (0, 1)
    assert {each.of for each in found.false_alarms} == {3}


def test_lengths_are_in_order_of_their_size() -> None:
    found = summarise(tables(outcomes=[outcome(n, ACTION, ACTION, days=days) for n, days in enumerate((20, 5, 10))]))
    days = next(each for each in found.grouped if each.by is Grouping.DAYS).groups
    assert [each.name for each in days] == ["5", "10", "20"]


def test_zones_of_one_campaign_are_no_independent_cases() -> None:
    rows = [outcome(number, ACTION, ACTION, zone=zone) for number in range(5) for zone in ("a", "b", "c")]
    found = summarise(tables(outcomes=rows)).overall.any_ticket.sensitivity
    assert _counted(found) == (15, 15)
    assert found.interval == clopper_pearson(5, 5)


def test_the_delay_is_of_what_was_both_true_and_proposed() -> None:
    days = [0.0, 1.0, 2.0, 3.0, 10.0]
    rows = [outcome(n, ACTION, ACTION, delay_days=each) for n, each in enumerate(days)]
    found = summarise(tables(outcomes=[*rows, outcome(9, ACTION, ACTION, held=True, delay_days=99.0)])).overall.delay
    assert found is not None
    assert (found.cases, found.median) == (5, 2.0)
    assert found.ninth_decile == pytest.approx(7.2)


def test_the_quiet_control_is_the_workplace_that_is_about_no_rule() -> None:
    found = summarise(
        tables(
            campaigns=[
                campaign(0, family="quiet"),
                campaign(1, family="quiet", exposure_tickets=1),
                campaign(0),
                campaign(1, exposure_tickets=2),
            ],
            outcomes=[
                outcome(0, NONE, NONE, family="quiet", concern=False),
                outcome(1, NONE, ACTION, family="quiet", concern=False),
                outcome(0, NONE, NONE),
                outcome(1, ACTION, ACTION),
            ],
        )
    ).quiet
    assert [(each.family, each.control, *_counted(each.without_ticket)) for each in found] == [
        ("joinery", False, 1, 1),
        ("quiet", True, 1, 2),
    ]


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        (MissReason.HELD, {"proposal": ACTION, "held": True, "score": None}),
        (MissReason.NO_DATA, {"score": None}),
        (MissReason.UNDER_LIMIT, {"true_proposal": METROLOGY, "scale": "ratio", "true_distance": 0.7}),
        (MissReason.ONE_SHIFT, {"true_distance": -2.0}),
        (MissReason.NEAR_LIMIT, {"true_distance": 0.8, "score": 0.5}),
        (MissReason.DOUBT, {"true_distance": 4.0, "score": 0.5}),
        (MissReason.NOT_OFTEN, {"true_distance": 4.0, "score": 0.95}),
        (MissReason.NOT_SEEN, {"true_distance": 4.0, "score": 0.01}),
    ],
)
def test_why_something_was_missed(reason: MissReason, row: dict[str, object]) -> None:
    found = summarise(tables(outcomes=[outcome(0, ACTION, NONE) | row, outcome(1, ACTION, ACTION)]))
    assert [(each.reason, each.rows, each.of) for each in found.missed] == [(reason, 1, 2)]
    assert [each.reason for each in found.cases] == [reason]


def test_the_farthest_misses_are_told_first() -> None:
    far = [outcome(0, ACTION, NONE, true_distance=2.9), outcome(1, ACTION, NONE, scale="ratio", true_distance=2.1)]
    found = summarise(tables(outcomes=[*far, outcome(2, ACTION, NONE, true_distance=None)]))
    assert [each.number for each in found.cases] == [1, 0, 2]
    assert [each.clear for each in found.missed] == [1]


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        (AlarmReason.MEASURE, {"proposal": METROLOGY}),
        (AlarmReason.NEAR_LIMIT, {"true_distance": -0.5}),
        (AlarmReason.FAR, {"true_distance": -5.0}),
    ],
)
def test_what_was_cried_over_nothing(reason: AlarmReason, row: dict[str, object]) -> None:
    found = summarise(tables(outcomes=[outcome(0, NONE, ACTION) | row, outcome(1, NONE, NONE)])).false_alarms
    assert [(each.reason, each.rows, each.of) for each in found] == [(reason, 1, 2)]


def test_errors_of_a_concentration_by_hand() -> None:
    """Errors 10, −10, 30, 0, 20 ppm with u = 10 ppm: 30 is outside ± 1.96 u, and so is 20."""
    rows = [value(n, 500.0 + error, 10.0, 500.0) for n, error in enumerate((10, -10, 30, 0, 20))]
    (found,) = summarise(tables(values=rows)).other_errors
    assert (found.values, found.bias, found.relative_bias) == (5, 10.0, pytest.approx(0.02))
    assert found.spread == pytest.approx(math.sqrt((0 + 400 + 400 + 100 + 100) / 4))
    assert _counted(found.coverage) == (3, 5)
    assert found.honest is None  # 3 of 5 may be 90 of 100
    assert (found.score_mean, found.score_spread) == (pytest.approx(1.0), pytest.approx(math.sqrt(2.5)))


def test_values_that_rules_judge_in_a_family_are_told_apart() -> None:
    rows = [value(0, 1.0, 1.0, 1.0, family=family, measure=measure) for family in "ab" for measure in ("mean", "p95")]
    found = summarise(
        tables(values=rows, decisions=[decision(0, 0.5, True, family="a", quantity="co2", measure="p95")])
    )
    assert [(each.group, each.measure) for each in found.errors] == [("a", "p95")]
    assert [(each.group, each.measure) for each in found.other_errors] == [("a", "mean"), ("b", "mean"), ("b", "p95")]
    assert [each.values for each in found.errors_by_grade] == [1]


@pytest.mark.parametrize(
    ("unit", "limit", "truth", "judged"),
    [
        ("ppm", 1000.0, 200.0, True),
        ("ppm", 1000.0, 199.0, False),
        ("dB(A)", 80.0, 60.0, True),
        ("dB(A)", 80.0, 59.9, False),
        ("lx", 120.0, 600.0, True),
    ],
)
def test_honesty_is_asked_of_values_within_reach_of_a_limit(
    unit: str, limit: float, truth: float, judged: bool
) -> None:
    of = {"quantity": "co2", "measure": "mean", "unit": unit}
    found = summarise(
        tables(values=[value(0, truth, 1.0, truth)], decisions=[decision(0, 0.5, True, limit=limit, truth=truth, **of)])
    )
    assert (len(found.errors), len(found.other_errors)) == ((1, 0) if judged else (0, 1))


@pytest.mark.parametrize(("held", "honest"), [(940, True), (1000, False), (880, False)])
def test_all_values_of_a_workplace_are_judged_together(held: int, honest: bool) -> None:
    # two values of each of 500 campaigns; those that miss do it by 3 u
    rows = [
        value(
            number % 500, 503.0 if number >= held else 501.0, 1.0, 500.0, measure="mean" if number < 500 else "max_1h"
        )
        for number in range(1000)
    ]
    asked = [
        decision(number, 0.5, True, quantity="co2", measure=measure, unit="ppm", limit=1000.0, truth=500.0)
        for number in range(500)
        for measure in ("mean", "max_1h")
    ]
    (together,) = summarise(tables(values=rows, decisions=asked)).coverage
    assert (together.coverage.cases, together.coverage.of, together.campaigns) == (held, 1000, 500)
    assert together.honest is honest


@pytest.mark.parametrize(
    ("held", "values", "honest"),
    [
        (24, 24, None),
        (10, 24, False),
        (23, 24, True),
        (495, 500, False),
        (490, 500, True),
        (449, 500, False),
        (4, 4, None),
    ],
)
def test_an_interval_is_called_dishonest_only_when_that_is_sure(held: int, values: int, honest: bool | None) -> None:
    rows = [value(n, 0.0 if n < held else 3.0, 1.0, 0.0) for n in range(values)]
    (found,) = summarise(tables(values=rows)).other_errors
    assert (found.coverage.cases, found.honest) == (held, honest)


def test_levels_have_no_relative_bias_and_an_uncertainty_of_zero_no_normalised_error() -> None:
    level, exact = summarise(
        tables(
            values=[
                value(0, 85.0, 1.0, 84.0, unit="dB(A)", quantity="laeq", measure="leq"),
                value(0, 500.0, 0.0, 500.0, quantity="tvoc"),
            ]
        )
    ).other_errors
    assert (level.bias, level.relative_bias, level.spread, level.honest) == (1.0, None, None, None)
    assert (exact.score_mean, exact.coverage.cases) == (None, 1)


def test_probabilities_are_held_against_what_was_true() -> None:
    rows = [decision(0, 0.02, False), decision(1, 0.02, True), decision(2, 1.0, True), decision(3, 0.95, True)]
    found = summarise(tables(decisions=[*rows, decision(4, None, True)])).reliability[0]
    assert [(each.low, each.high, *_counted(each.breached)) for each in found.bins] == [
        (0.0, 0.05, 1, 2),
        (0.95, 1.0, 2, 2),
    ]
    assert found.bins[1].stated == pytest.approx(0.975)
    assert found.brier == pytest.approx((0.02**2 + 0.98**2 + 0 + 0.05**2) / 4)
    assert found.brier_of_share == pytest.approx(0.75 * 0.25)
    assert [(each.decision, *_counted(each.breached)) for each in found.words] == [
        ("inconclusive", 3, 4),
        ("insufficient_data", 1, 1),
    ]


def test_the_curve_is_of_breaches_and_leaves_out_what_has_no_score() -> None:
    rows = [
        outcome(0, ACTION, ACTION, score=0.9, true_distance=1.0),
        outcome(1, NONE, NONE, score=0.4, true_distance=-1.0),
        outcome(2, METROLOGY, METROLOGY, score=0.2, scale="ratio", true_distance=0.7),
        outcome(3, ACTION, NONE, score=None),
    ]
    found = summarise(tables(outcomes=rows)).roc[0]
    assert found.area is not None
    assert (found.area.value, found.area.positives, found.area.negatives, found.without_score) == (1.0, 1, 2, 1)


def test_the_answers_say_what_is_reached() -> None:
    rows = [outcome(n, ACTION, ACTION if n else NONE, true_distance=4.0) for n in range(10)]
    found = {answer.question: answer for answer in answers(summarise(tables(outcomes=rows)))}
    assert found[Question.CLEAR].verdict is Verdict.NOT_REACHED
    assert found[Question.QUIET].verdict is Verdict.NOT_ENOUGH
    assert found[Question.SENSITIVITY].verdict is Verdict.TOLD
    rows = [outcome(n, ACTION, ACTION, true_distance=4.0) for n in range(10)]
    assert answers(summarise(tables(outcomes=rows)))[0].verdict is Verdict.REACHED


def test_a_stated_doubt_is_the_score_of_the_deciding_shift() -> None:
    scores = (0.04, 0.05, 0.06, 0.94, 0.95, None)
    rows = [outcome(n, ACTION, METROLOGY if n == 2 else NONE, score=score) for n, score in enumerate(scores)]
    found = {answer.question: answer.share for answer in answers(summarise(tables(outcomes=rows)))}
    assert _counted(found[Question.DOUBT]) == (1, 2)


def test_of_an_empty_evaluation_nothing_is_told() -> None:
    found = summarise(tables())
    assert (found.campaigns, found.families, found.by_family, found.errors, found.missed) == (0, (), (), (), ())
    assert found.overall.any_ticket.sensitivity.value is None
    assert found.overall.any_ticket.at_prevalence[0].positive is None
    assert found.overall.delay is None
    assert found.roc[0].area is None
    assert found.reliability[0].brier is None
    assert {answer.verdict for answer in answers(found)} == {Verdict.NOT_ENOUGH}


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    made = an_evaluation()
    rng = np.random.default_rng(seed)

    def shuffled(table: pl.DataFrame) -> pl.DataFrame:
        return table[rng.permutation(table.height).tolist()]

    other = Tables(*(shuffled(table) for table in (made.campaigns, made.outcomes, made.values, made.decisions)))
    assert summarise(other) == summarise(made)


def test_a_score_that_is_no_number_is_none() -> None:
    found = summarise(tables(outcomes=[outcome(0, ACTION, NONE, score=math.nan)]))
    assert found.roc[0].without_score == 1
    assert [each.reason for each in found.missed] == [MissReason.NO_DATA]


def test_a_summary_of_everything_has_all_its_parts() -> None:
    found: Summary = summarise(an_evaluation())
    assert found.families == ("hair_salon", "joinery", "quiet_control")
    assert [each.by for each in found.grouped] == list(Grouping)
    assert [each.name for each in found.roc] == ["", "hair_salon", "joinery"]
