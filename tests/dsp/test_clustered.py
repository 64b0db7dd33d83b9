"""A share of cases that come in clusters: exact where they stand alone, wider where they do not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dsp.statistics.clustered import korn_graubard
from dsp.statistics.lab_results import StatisticsError
from dsp.statistics.proportion import clopper_pearson

counts = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda pair: sorted(pair)), min_size=1, max_size=30
)


def _arrays(pairs: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_cases_on_their_own_have_the_exact_interval(said: list[bool]) -> None:
    successes = np.array(said, dtype=np.int64)
    assert korn_graubard(successes, np.ones_like(successes)) == clopper_pearson(int(successes.sum()), len(said))


def test_the_published_steps_by_hand() -> None:
    """Three clusters: 2 of 2, 1 of 2, 0 of 2; p = 1/2, between clusters 3/2 · 2/36 = 1/12, alone 1/20, effect 5/3."""
    wider = stats.t.ppf(0.975, 5) / stats.t.ppf(0.975, 2)
    cases = 6 / (5 / 3) * wider**2
    found = korn_graubard(np.array([2, 1, 0]), np.array([2, 2, 2]))
    assert found.low == pytest.approx(stats.beta.ppf(0.025, cases / 2, cases / 2 + 1))
    assert found.high == pytest.approx(stats.beta.ppf(0.975, cases / 2 + 1, cases / 2))


def test_cases_that_are_all_alike_count_once() -> None:
    assert korn_graubard(np.array([3, 5, 2]), np.array([3, 5, 2])) == clopper_pearson(3, 3)
    assert korn_graubard(np.array([0, 0]), np.array([4, 4])) == clopper_pearson(0, 2)
    assert korn_graubard(np.array([2]), np.array([4])).low < clopper_pearson(1, 2).low + 0.01


@given(counts)
def test_clusters_never_make_an_interval_narrower_than_the_exact_one(pairs: list[list[int]]) -> None:
    successes, trials = _arrays(pairs)
    found, alone = korn_graubard(successes, trials), clopper_pearson(int(successes.sum()), int(trials.sum()))
    assert found.low <= alone.low + 1e-12
    assert found.high >= alone.high - 1e-12


@given(counts, st.randoms(use_true_random=False))
def test_the_order_of_clusters_does_not_matter(pairs: list[list[int]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = korn_graubard(*_arrays(pairs)), korn_graubard(*_arrays(shuffled))
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-12)


def test_it_holds_the_true_share_as_often_as_it_says() -> None:
    """Forty clusters of four that are alike in three cases of four: taken as independent, they hold it too rarely."""
    rng = np.random.default_rng(7)
    held = naive = 0
    for _ in range(400):
        common = rng.random((40, 1)) < 0.3
        so = np.where(rng.random((40, 4)) < 0.75, common, rng.random((40, 4)) < 0.3).sum(axis=1)
        wide, narrow = korn_graubard(so, np.full(40, 4)), clopper_pearson(int(so.sum()), 160)
        held += wide.low <= 0.3 <= wide.high
        naive += narrow.low <= 0.3 <= narrow.high
    assert held >= 372
    assert naive < 360


def test_of_no_case_nothing_is_known() -> None:
    for empty in (np.array([], dtype=np.int64), np.array([0, 0])):
        found = korn_graubard(empty, empty)
        assert (found.low, found.high) == (0.0, 1.0)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(StatisticsError, match="from 0 to its trials"):
        korn_graubard(np.array([2]), np.array([1]))
    with pytest.raises(StatisticsError, match="confidence is 1"):
        korn_graubard(np.array([1]), np.array([1]), 1.0)
