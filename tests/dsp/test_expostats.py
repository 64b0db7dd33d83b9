"""The Bayesian estimate against JAGS (Webexpo), against adaptive integration, and against weighted random draws."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from dsp.statistics import expostats
from dsp.statistics.expostats import BayesianEstimate, Prior, estimate
from dsp.statistics.lab_results import Results, StatisticsError, measured
from tests.shared_data import require_shared

MEDIAN, ENDS = 0.01, 0.03
"""The promise: medians within 1 %, limits of the credible interval within 3 % of 200 000 draws of JAGS."""
SHARE = 0.003
"""Standard error of a share of 200 000 draws with an effective size of 30 000."""
GRID = 1e-4
"""What a grid four times as fine may change."""

WEBEXPO = [24.7, 64.1, 13.8, 43.7, 19.9, 133, 32.1, 15, 53.7]
SETS = (
    "webexpo_seg1",
    "expostats_default_detected",
    "expostats_default",
    "webexpo_default",
    "scheffers_true",
    "epa_chrysene",
    "epa_manganese",
    "nada_oahu",
    "expoquim_5to10",
)
MIXED = Results(np.array([0, 0, 30.0, 40, 50, 120]), np.array([5.0, 50, 30, 90, 50, np.inf]))


def quantities(found: BayesianEstimate) -> np.ndarray[Any, Any]:
    parts = (found.gm, found.gsd, found.p95, found.exceedance_fraction, found.arithmetic_mean)
    return np.array([(part.median, part.low, part.high) for part in parts])


@pytest.mark.parametrize("sampler", ["jags", "mcgill"])
@pytest.mark.parametrize("prior", Prior)
@pytest.mark.parametrize("name", SETS)
def test_webexpo(name: str, prior: Prior, sampler: str) -> None:
    """All data sets of the oracle: complete, several LOQs, an interval. McGill's 25 000 draws are half as sharp."""
    data = json.loads(require_shared("oracles/statistics/peer_results.json").read_text("utf-8"))[name]
    short = {Prior.INFORMED_VARIANCE: "informedvar", Prior.UNINFORMATIVE: "uninformative"}[prior]
    expected = data["bayes"][f"webexpo_{sampler}_{short}"]
    sharp = 1 if sampler == "jags" else 2
    found = estimate(
        Results(np.array(data["lower"], dtype=float), np.array(data["upper"], dtype=float)), data["oel"], prior
    )

    for key, part, unit in (
        ("gm", found.gm, 1),
        ("gsd", found.gsd, 1),
        ("p95", found.p95, 1),
        ("am", found.arithmetic_mean, 1),
        ("exceed_pct", found.exceedance_fraction, 100),
    ):
        assert unit * part.median == pytest.approx(expected[key]["est"], rel=sharp * MEDIAN), key
        assert unit * part.low == pytest.approx(expected[key]["lcl5"], rel=sharp * ENDS), key
        assert unit * part.high == pytest.approx(expected[key]["ucl95"], rel=sharp * ENDS), key
    assert found.p95_upper == pytest.approx(expected["p95_ucl70"], rel=sharp * MEDIAN)
    assert found.overexposure_risk == pytest.approx(expected["perc_risk_pct"] / 100, abs=sharp * SHARE)
    bands = [share / 100 for share in expected["perc_riskbands_pct"].values()]
    assert found.bands == pytest.approx(bands, abs=sharp * SHARE)


def test_webexpo_segment_of_the_published_oracle() -> None:
    """O-4.3, computed there on a grid."""
    found = estimate(measured(WEBEXPO), 100)
    assert (round(found.gm.median, 1), round(found.gm.high, 1)) == (34.3, 54.1)
    assert found.gm.low == pytest.approx(21.8, rel=0.005)
    assert (round(found.gsd.median, 2), round(found.gsd.low, 2), round(found.gsd.high, 2)) == (2.18, 1.73, 3.36)
    assert round(found.p95.median) == 123
    assert round(found.p95.high) == 300
    assert found.p95.low == pytest.approx(73, rel=0.01)
    assert 100 * found.exceedance_fraction.low == pytest.approx(1.49, abs=0.005)
    assert 100 * found.exceedance_fraction.high == pytest.approx(26.2, abs=0.05)
    assert round(100 * found.exceedance_fraction.median, 2) == 8.35
    assert round(100 * found.overexposure_risk, 1) == 71.1
    assert [round(100 * share, 2) for share in found.bands] == pytest.approx([0, 0, 0.06, 28.85, 71.09], abs=0.04)


def log_posterior(mean: Any, log_spread: Any, results: Results, limit: float) -> Any:
    """One result at a time, with scipy.stats."""
    spread = np.exp(log_spread)
    total = stats.norm.logpdf(log_spread, -0.1744, 1 / np.sqrt(2.5523))
    for low, high in zip(results.lower / limit, results.upper / limit, strict=True):
        if low == high:
            total = total + stats.norm.logpdf(np.log(low), mean, spread)
        elif low == 0:
            total = total + stats.norm.logcdf(np.log(high), mean, spread)
        elif np.isinf(high):
            total = total + stats.norm.logsf(np.log(low), mean, spread)
        else:
            total = total + np.log(
                stats.norm.cdf(np.log(high), mean, spread) - stats.norm.cdf(np.log(low), mean, spread)
            )
    return total


@pytest.mark.parametrize("results", [measured(WEBEXPO), MIXED], ids=["complete", "all kinds of bounds"])
def test_overexposure_risk_by_weighted_random_draws(results: Results) -> None:
    """Importance sampling: 200 000 draws around the data, weighted by the posterior; nothing of the grid is used."""
    random = np.random.default_rng(689)
    proposal = stats.multivariate_t([-1.0, 0.0], [[0.3, 0], [0, 0.15]], df=4, seed=random)
    draws = proposal.rvs(200_000)
    with np.errstate(divide="ignore"):
        weights = np.exp(log_posterior(draws[:, 0], draws[:, 1], results, 100) - proposal.logpdf(draws))
    above = draws[:, 0] + 1.6448536 * np.exp(draws[:, 1]) > 0
    effective = weights.sum() ** 2 / (weights**2).sum()
    assert effective > 10_000
    assert estimate(results, 100).overexposure_risk == pytest.approx(float(weights @ above / weights.sum()), abs=0.015)


def test_overexposure_risk_by_adaptive_integration() -> None:
    """scipy.integrate over ln σ and μ, three results of which one is below a LOQ."""
    results = Results(np.array([24.7, 64.1, 0]), np.array([24.7, 64.1, 5.5]))

    def density(mean: float, log_spread: float) -> float:
        return float(np.exp(log_posterior(mean, log_spread, results, 100) + 6))

    def at_limit(log_spread: float) -> float:
        return float(-1.6448536 * np.exp(log_spread))

    tolerance = {"epsabs": 1e-5, "epsrel": 1e-4}
    above, _ = integrate.dblquad(density, -2.2, 2.8, at_limit, 20, **tolerance)
    below, _ = integrate.dblquad(density, -2.2, 2.8, -20, at_limit, **tolerance)
    assert estimate(results, 100).overexposure_risk == pytest.approx(above / (above + below), abs=1e-3)


@pytest.mark.parametrize(
    "results",
    [
        measured(WEBEXPO),
        MIXED,
        Results(np.zeros(9), np.arange(1.0, 10)),
        Results(np.array([120.0, 150]), np.full(2, np.inf)),
        measured([50.0]),
        measured([5.0, 5, 5]),
    ],
    ids=["complete", "mixed", "all below", "all above", "one", "equal"],
)
def test_a_grid_four_times_as_fine_says_the_same(results: Results, monkeypatch: pytest.MonkeyPatch) -> None:
    coarse = estimate(results, 100)
    monkeypatch.setattr(expostats, "_ROWS", 961)
    monkeypatch.setattr(expostats, "_STEPS", 1281)
    fine = estimate(results, 100)
    assert quantities(coarse) == pytest.approx(quantities(fine), rel=GRID, abs=1e-12)
    assert coarse.bands == pytest.approx(fine.bands, abs=GRID)


def test_the_same_question_has_the_same_answer_to_the_bit() -> None:
    assert estimate(MIXED, 100) == estimate(MIXED, 100)


values = st.lists(st.floats(-4, 3).map(np.exp), min_size=1, max_size=8)


@settings(max_examples=10, deadline=None)
@given(values, st.floats(1e-3, 1e3), st.randoms(use_true_random=False))
def test_unit_and_order_change_nothing(sample: list[float], factor: float, random: Any) -> None:
    mixed = list(sample)
    random.shuffle(mixed)
    one, other = estimate(measured(sample), 1.0), estimate(measured([factor * x for x in mixed]), factor)
    assert other.p95.median == pytest.approx(factor * one.p95.median, rel=1e-4)
    assert other.bands == pytest.approx(one.bands, abs=1e-5)


@settings(max_examples=10, deadline=None)
@given(values)
def test_bands_are_a_share_of_all_and_the_interval_holds_the_median(sample: list[float]) -> None:
    found = estimate(measured(sample), 1.0)
    assert sum(found.bands) == pytest.approx(1, abs=1e-9)
    assert found.bands[4] == pytest.approx(found.overexposure_risk)
    for median, low, high in quantities(found):
        assert low <= median <= high


@settings(max_examples=10, deadline=None)
@given(values, st.floats(-4, 3).map(np.exp))
def test_knowing_less_of_a_low_result_lowers_the_geometric_mean(sample: list[float], low: float) -> None:
    """A result "below x" allows lower exposures than the result x does."""
    known = Results(np.array([*sample, low]), np.array([*sample, low]))
    bounded = Results(np.array([*sample, 0]), np.array([*sample, low]))
    assert estimate(bounded, 1.0).gm.median <= estimate(known, 1.0).gm.median * 1.001


def test_results_far_from_the_limit_are_told() -> None:
    with pytest.raises(StatisticsError, match="same unit"):
        estimate(measured([1e-12, 1]), 10)
    with pytest.raises(StatisticsError, match="no results"):
        estimate(measured([]), 10)
