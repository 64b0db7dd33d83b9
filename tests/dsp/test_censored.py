"""Results below, above and between bounds against NADA, Webexpo's NDexpo, EnvStats, survival and fitdistrplus."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from dsp.statistics.censored import (
    Method,
    distribution_free_bound,
    estimate,
    maximum_likelihood,
    plotting_positions,
    regression_at,
    regression_on_order,
)
from dsp.statistics.lab_results import Results, StatisticsError, measured
from dsp.statistics.lognormal import exceedance_fraction, upper_tolerance_limit
from tests.shared_data import require_shared

PEER = 1e-8
LOOSE_PEER = 1e-3
"""fitdistrplus stops its search early."""

CENSORED = ("expostats_default", "webexpo_default", "epa_manganese", "nada_oahu")
LEFT_ONLY = ("expostats_default", "epa_manganese", "nada_oahu")


def peer(name: str) -> dict[str, Any]:
    document = json.loads(require_shared("oracles/statistics/peer_results.json").read_text("utf-8"))
    found: dict[str, Any] = document[name]
    return found


def results_of(data: dict[str, Any]) -> Results:
    upper = [np.inf if bound is None else bound for bound in data["upper"]]
    return Results(np.array(data["lower"], dtype=float), np.array(upper, dtype=float))


def left(detects: list[float], below: list[float]) -> Results:
    return Results(np.array([*detects, *np.zeros(len(below))]), np.array([*detects, *below]))


@pytest.mark.parametrize("name", CENSORED)
def test_maximum_likelihood_of_survival_and_envstats(name: str) -> None:
    data = peer(name)
    expected = data["censored"]["survreg_mle"]
    found = maximum_likelihood(results_of(data))

    assert found.log_mean == pytest.approx(expected["meanlog"], rel=PEER)
    assert found.log_sd == pytest.approx(expected["sdlog"], rel=PEER)
    assert found.gm == pytest.approx(expected["gm"], rel=PEER)
    assert found.gsd == pytest.approx(expected["gsd"], rel=PEER)
    assert found.p95 == pytest.approx(expected["p95"], rel=PEER)
    # three standard deviations out, the last digits of the peer's fit count several times
    assert 100 * exceedance_fraction(found, data["oel"]) == pytest.approx(expected["exceed_pct"], rel=5 * PEER)
    assert found.log_sd == pytest.approx(data["censored"]["fitdistrplus_mle"]["sdlog"], rel=LOOSE_PEER)
    if "EnvStats_mle" in data["censored"]:
        assert found.log_mean == pytest.approx(data["censored"]["EnvStats_mle"]["meanlog"], rel=PEER)
        assert found.log_sd == pytest.approx(data["censored"]["EnvStats_mle"]["sdlog"], rel=PEER)


@pytest.mark.parametrize("name", LEFT_ONLY)
def test_maximum_likelihood_of_nada(name: str) -> None:
    data = peer(name)
    found = maximum_likelihood(results_of(data))
    summary = data["censored"]["NADA_cenmle"]["summary"]
    mean = np.exp(found.log_mean + found.log_sd**2 / 2)
    assert found.gm == pytest.approx(summary["median"], rel=PEER)
    assert mean == pytest.approx(summary["mean"], rel=PEER)
    assert mean * np.sqrt(np.expm1(found.log_sd**2)) == pytest.approx(summary["sd"], rel=PEER)
    assert mean == pytest.approx(data["censored"]["EnvStats_mle_alt"]["mean"], rel=PEER)


@pytest.mark.parametrize("name", LEFT_ONLY)
def test_tolerance_limits_of_envstats_with_results_below_a_loq(name: str) -> None:
    data = peer(name)
    found = maximum_likelihood(results_of(data))
    for confidence in (70, 95):
        expected = data["censored"][f"EnvStats_tolIntLnormCensored_UTL95_{confidence}"]
        assert upper_tolerance_limit(found, confidence=confidence / 100) == pytest.approx(expected, rel=PEER)


@pytest.mark.parametrize("name", LEFT_ONLY)
def test_regression_on_order_statistics_of_nada_and_ndexpo(name: str) -> None:
    """Several limits of quantification, tied results, a result equal to a limit (Oahu: 0.9 and <0.9)."""
    data = peer(name)
    nada, ndexpo = data["censored"]["NADA_cenros"], data["censored"]["NDexpo_ros"]
    found = regression_on_order(results_of(data))

    assert found.intercept == pytest.approx(nada["intercept"], rel=PEER)
    assert found.slope == pytest.approx(nada["slope"], rel=PEER)
    assert np.sort(found.values) == pytest.approx(np.sort(nada["modeled"]), rel=PEER)
    assert float(np.mean(found.values)) == pytest.approx(nada["mean"], rel=PEER)
    assert float(np.std(found.values, ddof=1)) == pytest.approx(nada["sd"], rel=PEER)
    assert float(np.median(found.values)) == pytest.approx(nada["median"], rel=PEER)
    assert found.distribution.gm == pytest.approx(ndexpo["gm"], rel=PEER)
    assert found.distribution.gsd == pytest.approx(ndexpo["gsd"], rel=PEER)


def test_envstats_takes_other_plotting_positions() -> None:
    """One result below the others: Michael and Schucany's positions with constant 0.375 are (i − 0.375)/(n + 0.25)."""
    data = peer("expostats_default")
    results = results_of(data)
    ranks = np.argsort(np.argsort(results.upper)) + 1
    found = regression_at(results, (ranks - 0.375) / (results.n + 0.25)).distribution
    assert found.log_mean == pytest.approx(data["censored"]["EnvStats_rROS"]["meanlog"], rel=PEER)
    assert found.log_sd == pytest.approx(data["censored"]["EnvStats_rROS"]["sdlog"], rel=PEER)


def naive_log_likelihood(parameters: Any, results: Results) -> float:
    """With scipy.stats, one result at a time."""
    law = stats.norm(parameters[0], np.exp(parameters[1]))
    total = 0.0
    for low, high in zip(results.lower, results.upper, strict=True):
        if low == high:
            total += law.logpdf(np.log(low))
        elif low == 0:
            total += law.logcdf(np.log(high))
        elif np.isinf(high):
            total += law.logsf(np.log(low))
        else:
            total += np.log(law.cdf(np.log(high)) - law.cdf(np.log(low)))
    return float(total)


def test_all_kinds_of_bounds_reach_the_maximum_a_plain_search_finds() -> None:
    results = Results(np.array([0, 0, 2, 3, 4.5, 5, 20.0]), np.array([1, 4, 2, 3, 4.5, 9, np.inf]))
    found = maximum_likelihood(results)
    search = optimize.minimize(
        lambda p: -naive_log_likelihood(p, results),
        [1.0, 0.0],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12},
    )
    assert found.log_mean == pytest.approx(search.x[0], abs=1e-6)
    assert np.log(found.log_sd) == pytest.approx(search.x[1], abs=1e-6)


positive = st.floats(-3, 3).map(np.exp)
detects = st.lists(positive, min_size=3, max_size=12).filter(lambda x: max(x) > 1.2 * min(x))
bounds = st.lists(positive, max_size=8)


@given(detects, bounds)
def test_plotting_positions_rise_with_the_results(measured_values: list[float], below: list[float]) -> None:
    results = left(measured_values, below)
    positions = plotting_positions(results)
    assert ((positions > 0) & (positions < 1)).all()
    order = np.argsort(results.upper[results.detected], kind="stable")
    assert (np.diff(positions[results.detected][order]) > 0).all()


@given(detects, bounds, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_unit_and_order_change_no_estimate(
    measured_values: list[float], below: list[float], factor: float, random: Any
) -> None:
    results = left(measured_values, below)
    order = list(range(results.n))
    random.shuffle(order)
    other = Results(results.lower[order] * factor, results.upper[order] * factor)
    for method in (regression_on_order, maximum_likelihood):
        one, two = method(results), method(other)
        first = one if not hasattr(one, "distribution") else one.distribution
        second = two if not hasattr(two, "distribution") else two.distribution
        assert second.gm == pytest.approx(first.gm * factor, rel=1e-6)
        assert second.gsd == pytest.approx(first.gsd, rel=1e-6)


def test_a_bound_forty_standard_deviations_away_says_so_much_and_no_nan() -> None:
    """Density and probability there underflow; their quotient is about the distance."""
    results = left([math.exp(2.0), math.exp(2.0), math.exp(1.75)], [math.exp(-3.0)])
    found = maximum_likelihood(results)
    assert 1.0 < found.gm < math.exp(2.0)
    assert math.isfinite(found.gsd)


@given(detects, positive)
def test_a_result_below_a_bound_lowers_the_likely_mean(measured_values: list[float], bound: float) -> None:
    without = maximum_likelihood(measured(measured_values))
    assert maximum_likelihood(left(measured_values, [bound])).gm <= without.gm * (1 + 1e-9)


@given(detects)
def test_without_bounds_all_methods_are_the_sample(values: list[float]) -> None:
    for method in (Method.ROS, Method.MLE):
        found = estimate(measured(values), method)
        assert found.method is Method.SAMPLE
    likely = maximum_likelihood(measured(values))
    n = len(values)
    assert likely.log_sd * np.sqrt(n / (n - 1)) == pytest.approx(float(np.std(np.log(values), ddof=1)), rel=1e-8)


def test_few_results_fall_back_on_half_the_loq_and_say_so() -> None:
    found = estimate(left([3.0, 9.0], [2.0]), Method.ROS)
    assert found.method is Method.HALF_LOQ
    assert found.distribution.gm == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("results", "says"),
    [
        (left([3.0], [2.0] * 5), "with more than 80%"),
        (left([3.0, 3.0, 3.0], [2.0, 2.0]), "two different measured results"),
        (Results(np.array([1.0, 2, 3, 4, 5]), np.array([1, 2, 3, 4, np.inf])), "results below a bound only"),
    ],
)
def test_what_cannot_be_fitted_is_said_by_name(results: Results, says: str) -> None:
    with pytest.raises(StatisticsError, match=says):
        estimate(results, Method.ROS)


def test_bound_without_a_distribution() -> None:
    """59 results below the limit: with 95 % confidence under 5 % exceed it (Wilks)."""
    assert distribution_free_bound(0, 59, 0.95) == pytest.approx(0.0495, abs=1e-4)
    assert distribution_free_bound(0, 9, 0.70) == pytest.approx(1 - 0.30 ** (1 / 9))
    assert distribution_free_bound(2, 9, 0.70) == pytest.approx(stats.beta.ppf(0.70, 3, 7))
    assert distribution_free_bound(9, 9, 0.70) == 1


@pytest.mark.parametrize(
    "bad", [([1.0], [0.5]), ([-1.0], [1.0]), ([0.0], [np.inf]), ([0.0], [0.0]), ([np.nan], [1.0]), ([1.0, 2.0], [1.0])]
)
def test_bounds_that_are_no_result_are_refused(bad: tuple[list[float], list[float]]) -> None:
    with pytest.raises(StatisticsError):
        Results(np.array(bad[0]), np.array(bad[1]))
