"""The ROC curve and the area under it, against pairs counted one by one."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from dsp.statistics.lab_results import StatisticsError
from dsp.statistics.proportion import clopper_pearson
from dsp.statistics.roc import area_under_roc, roc_points

cases = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=2, max_size=40)


def _arrays(found: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([score / 12 for score, _ in found]), np.array([so for _, so in found])


def _pairs(scores: np.ndarray, so: np.ndarray) -> float:
    """How often a case that is so has the higher score: every pair, one by one."""
    won = 0.0
    for above in scores[so]:
        for below in scores[~so]:
            won += 1.0 if above > below else 0.5 if above == below else 0.0
    return won / (so.sum() * (~so).sum())


def _delong(scores: np.ndarray, so: np.ndarray) -> float:
    """Standard error as DeLong and others write it: the sample variances of the structural components."""
    above, below = scores[so], scores[~so]
    psi = np.array([[1.0 if x > y else 0.5 if x == y else 0.0 for y in below] for x in above])
    return math.sqrt(psi.mean(axis=1).var(ddof=1) / above.size + psi.mean(axis=0).var(ddof=1) / below.size)


@given(cases)
def test_the_area_is_that_of_all_pairs_and_of_the_curve(found: list[tuple[int, bool]]) -> None:
    scores, so = _arrays(found)
    assume(so.any() and not so.all())
    area = area_under_roc(scores, so)
    assert area is not None
    assert area.value == pytest.approx(_pairs(scores, so))
    assert area.value == pytest.approx(stats.mannwhitneyu(scores[so], scores[~so]).statistic / (so.sum() * (~so).sum()))
    points = roc_points(scores, so)
    under = np.trapezoid([p.sensitivity for p in points], [p.false_alarms for p in points])
    assert area.value == pytest.approx(under)
    assert area.interval.low <= area.value <= area.interval.high


@given(cases)
def test_only_the_order_of_the_scores_counts(found: list[tuple[int, bool]]) -> None:
    scores, so = _arrays(found)
    assert area_under_roc(np.exp(3 * scores) - 7, so) == area_under_roc(scores, so)


@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(found: list[tuple[int, bool]], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = area_under_roc(*_arrays(found)), area_under_roc(*_arrays(shuffled))
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        assert (one.value, one.interval.low) == pytest.approx((other.value, other.interval.low))
    assert roc_points(*_arrays(found)) == roc_points(*_arrays(shuffled))


def test_the_interval_is_delongs_on_the_logit_scale() -> None:
    rng = np.random.default_rng(3)
    so = np.arange(80) % 3 == 0
    scores = np.round(rng.normal(so * 1.2, 1.0), 1)
    area = area_under_roc(scores, so)
    assert area is not None
    logit = math.log(area.value / (1 - area.value))
    reach = 1.959963984540054 * _delong(scores, so) / (area.value * (1 - area.value))
    assert area.interval.low == pytest.approx(1 / (1 + math.exp(reach - logit)))
    assert area.interval.high == pytest.approx(1 / (1 + math.exp(-reach - logit)))


def test_cases_told_several_times_in_a_cluster_say_no_more() -> None:
    rng = np.random.default_rng(5)
    so = np.arange(60) % 2 == 0
    scores = rng.normal(so * 1.0, 1.0)
    once = area_under_roc(scores, so, np.arange(60))
    thrice = area_under_roc(np.repeat(scores, 3), np.repeat(so, 3), np.repeat(np.arange(60), 3))
    alone = area_under_roc(np.repeat(scores, 3), np.repeat(so, 3))
    assert once is not None
    assert thrice is not None
    assert alone is not None
    assert thrice.interval.low == pytest.approx(once.interval.low)
    assert alone.interval.low > once.interval.low


def test_scores_without_fault_have_the_bound_of_their_disjoint_pairs() -> None:
    area = area_under_roc(np.array([0.9, 0.8, 0.7, 0.1, 0.2]), np.array([True, True, True, False, False]))
    assert area is not None
    assert area.value == 1.0
    assert area.interval == clopper_pearson(2, 2)


def test_scores_that_are_all_the_same_tell_nothing() -> None:
    area = area_under_roc(np.full(6, 0.5), np.array([True, False] * 3))
    assert area is not None
    assert (area.value, area.interval.low, area.interval.high) == (0.5, 0.0, 1.0)
    assert [(p.false_alarms, p.sensitivity) for p in roc_points(np.full(6, 0.5), np.array([True, False] * 3))] == [
        (0.0, 0.0),
        (1.0, 1.0),
    ]


@pytest.mark.parametrize("so", [[], [True, True], [False, False]])
def test_without_both_kinds_there_is_no_curve(so: list[bool]) -> None:
    scores = np.linspace(0, 1, len(so))
    assert area_under_roc(scores, np.array(so, dtype=bool)) is None
    assert roc_points(scores, np.array(so, dtype=bool)) == ()


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(StatisticsError, match="no number"):
        area_under_roc(np.array([math.nan, 1.0]), np.array([True, False]))
    with pytest.raises(StatisticsError, match="2 scores of 1 cases"):
        roc_points(np.array([0.0, 1.0]), np.array([True]))


def test_the_interval_holds_the_true_area_as_often_as_it_says() -> None:
    """Scores normal with a distance of 1: the area is Φ(1/√2)."""
    rng = np.random.default_rng(11)
    true = stats.norm.cdf(1 / math.sqrt(2))
    so = np.arange(100) % 2 == 0
    held = 0
    for _ in range(300):
        area = area_under_roc(rng.normal(so * 1.0, 1.0), so)
        assert area is not None
        held += area.interval.low <= true <= area.interval.high
    assert 274 <= held <= 297
