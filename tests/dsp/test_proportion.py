"""A share of few cases: exact bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dsp.statistics.lab_results import StatisticsError
from dsp.statistics.proportion import clopper_pearson


def test_where_all_or_none_were_so_the_bound_is_a_root() -> None:
    """(1 - p)^n = 0.025 where none of n was so, p^n = 0.025 where all were."""
    assert clopper_pearson(0, 10).high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert clopper_pearson(10, 10).low == pytest.approx(0.025 ** (1 / 10))
    assert clopper_pearson(1, 1).low == pytest.approx(0.025)


def test_bounds_are_those_of_scipy() -> None:
    theirs = stats.binomtest(5, 10).proportion_ci(0.95, method="exact")
    found = clopper_pearson(5, 10)
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


@given(trials=st.integers(1, 200), share=st.floats(0, 1), confidence=st.floats(0.5, 0.999))
def test_at_a_bound_so_few_or_so_many_are_as_rare_as_said(trials: int, share: float, confidence: float) -> None:
    successes = round(share * trials)
    found = clopper_pearson(successes, trials, confidence)
    tail = (1 - confidence) / 2
    if successes:
        assert stats.binom.sf(successes - 1, trials, found.low) == pytest.approx(tail, rel=1e-6)
    if successes < trials:
        assert stats.binom.cdf(successes, trials, found.high) == pytest.approx(tail, rel=1e-6)
    assert 0.0 <= found.low <= successes / trials <= found.high <= 1.0


def test_of_no_case_nothing_is_known() -> None:
    found = clopper_pearson(0, 0)
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "trials"), [(2, 1), (-1, 3), (0, -1)])
def test_counts_that_are_none_are_refused(successes: int, trials: int) -> None:
    with pytest.raises(StatisticsError, match="expected 0"):
        clopper_pearson(successes, trials)
