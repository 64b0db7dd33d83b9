"""Log-normal statistics against the official table, published factors and three R packages."""

import csv
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from dsp.statistics.en689 import least_u
from dsp.statistics.lab_results import StatisticsError
from dsp.statistics.lognormal import (
    Lognormal,
    distance_to_limit,
    exceedance_bounds,
    exceedance_fraction,
    fit,
    tolerance_factor,
    upper_tolerance_limit,
)
from tests.shared_data import require_shared

_FROM_SIX = (
    2.187,
    2.12,
    2.072,
    2.035,
    2.005,
    1.981,
    1.961,
    1.944,
    1.929,
    1.917,
    1.905,
    1.895,
    1.886,
    1.878,
    1.87,
    1.863,
    1.857,
    1.851,
    1.846,
    1.841,
    1.836,
    1.832,
    1.828,
    1.824,
    1.82,
    1.817,
    1.814,
    1.811,
    1.808,
    1.805,
    1.802,
    1.8,
    1.797,
    1.795,
    1.793,
    1.791,
    1.789,
    1.787,
    1.785,
    1.783,
    1.781,
    1.78,
    1.778,
    1.776,
    1.775,
    1.773,
    1.772,
    1.771,
    1.769,
    1.768,
    1.767,
    1.765,
    1.764,
    1.763,
    1.762,
)
OFFICIAL_TABLE = dict(enumerate(_FROM_SIX, 6))
"""U_T: arrêté of 15 December 2009, annex 2 (oracle O-4.1); the row of 60 stands for all greater n."""

K_95_95 = {3: 7.656, 4: 5.144, 5: 4.203, 6: 3.708, 7: 3.399, 8: 3.187, 9: 3.031, 10: 2.911, 12: 2.736, 15: 2.566}
K_95_95 |= {20: 2.396, 30: 2.220}
"""Standard tables (oracle O-4.1)."""

HALF_A_THOUSANDTH = 0.0005 + 1e-12
PEER = 1e-8
"""EnvStats, tolerance and expoquimR print ten digits after the point."""

logs = st.floats(-5, 5)
samples = st.lists(logs, min_size=3, max_size=30).filter(lambda x: np.ptp(x) > 0.1).map(np.exp)


def peers() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(require_shared("oracles/statistics/peer_results.json").read_text("utf-8"))
    return document


COMPLETE = (
    "webexpo_seg1",
    "expostats_default_detected",
    "scheffers_true",
    "epa_chrysene",
    "expoquim_5to10",
)


@pytest.mark.parametrize("n", OFFICIAL_TABLE)
def test_official_table_of_the_arrete(n: int) -> None:
    assert tolerance_factor(n) == pytest.approx(OFFICIAL_TABLE[n], abs=HALF_A_THOUSANDTH)
    assert least_u(n) == OFFICIAL_TABLE[n]


def test_official_table_ends_at_sixty() -> None:
    assert least_u(61) == least_u(5000) == 1.762


@pytest.mark.parametrize("n", K_95_95)
def test_published_factors_for_95_percent_with_95_percent_confidence(n: int) -> None:
    assert tolerance_factor(n, confidence=0.95) == pytest.approx(K_95_95[n], abs=HALF_A_THOUSANDTH)


def test_every_row_of_the_shared_table() -> None:
    text = require_shared("oracles/statistics/en689_UT_table.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 58
    for row in rows:
        n = int(row["n"])
        assert tolerance_factor(n) == pytest.approx(float(row["UT_scipy"]), abs=1e-6)
        assert tolerance_factor(n, confidence=0.95) == pytest.approx(float(row["K95_95"]), abs=1e-6)
        assert tolerance_factor(n, confidence=0.90) == pytest.approx(float(row["K95_90"]), abs=1e-6)
        for printed in (row["UT_published_expoquimR"], row["UT_OHcompliance"]):
            if printed:
                assert least_u(n) == float(printed)


@pytest.mark.parametrize("name", COMPLETE)
def test_results_of_envstats_tolerance_and_expoquimr(name: str) -> None:
    peer = peers()[name]
    expected, limit = peer["frequentist"], float(peer["oel"])
    found = fit(np.array(peer["lower"], dtype=float))
    bounds, wide = exceedance_bounds(found, limit, 0.70), exceedance_bounds(found, limit, 0.95)

    ours = {
        "n": found.n,
        "gm": found.gm,
        "gsd": found.gsd,
        "p95": found.p95,
        "exceed_pct": 100 * exceedance_fraction(found, limit),
        "K95_70_EnvStats": tolerance_factor(found.n),
        "K95_70_tolerance": tolerance_factor(found.n),
        "UTL95_70": upper_tolerance_limit(found),
        "UTL95_70_EnvStats": upper_tolerance_limit(found),
        "exceed_UCL70_pct": 100 * bounds.high,
        "exceed_LCL70_pct": 100 * bounds.low,
        "K95_95_EnvStats": tolerance_factor(found.n, confidence=0.95),
        "K95_95_tolerance": tolerance_factor(found.n, confidence=0.95),
        "UTL95_95": upper_tolerance_limit(found, confidence=0.95),
        "UTL95_95_EnvStats": upper_tolerance_limit(found, confidence=0.95),
        "exceed_UCL95_pct": 100 * wide.high,
        "exceed_LCL95_pct": 100 * wide.low,
        "en689_UR": distance_to_limit(found, limit),
        "am_mle": found.gm * np.exp((found.n - 1) / found.n * found.log_sd**2 / 2),
    }
    for key, value in ours.items():
        assert value == pytest.approx(expected[key], rel=PEER), key
    assert least_u(found.n) == expected["en689_UT_expoquimR"]
    assert found.gm * found.gsd ** least_u(found.n) == pytest.approx(expected["en689_LSC_expoquimR"], rel=PEER)


def test_webexpo_segment_of_the_published_oracle() -> None:
    """O-4.3."""
    found = fit(np.array([24.7, 64.1, 13.8, 43.7, 19.9, 133, 32.1, 15, 53.7]))
    assert round(found.gm, 2) == 34.28
    assert round(found.gsd, 3) == 2.101
    assert round(found.p95, 1) == 116.2
    assert round(distance_to_limit(found, 100), 3) == 1.442
    assert round(upper_tolerance_limit(found), 1) == 155.2
    assert round(exceedance_fraction(found, 100), 4) == 0.0746
    assert round(exceedance_bounds(found, 100).high, 3) == 0.128


@given(samples, st.floats(1e-3, 1e3), st.floats(0.01, 100))
def test_a_change_of_unit_changes_no_share(values: Any, factor: float, limit: float) -> None:
    one, other = fit(values), fit(values * factor)
    assert other.gm == pytest.approx(one.gm * factor, rel=1e-9)
    assert other.gsd == pytest.approx(one.gsd, rel=1e-9)
    assert distance_to_limit(other, limit * factor) == pytest.approx(distance_to_limit(one, limit), rel=1e-6, abs=1e-7)


@given(samples, st.randoms(use_true_random=False))
def test_the_order_of_results_says_nothing(values: Any, random: Any) -> None:
    mixed = list(values)
    random.shuffle(mixed)
    assert fit(np.array(mixed)).gsd == pytest.approx(fit(values).gsd, rel=1e-12)


@given(samples, st.floats(0.05, 50))
def test_u_reaches_u_t_where_the_utl_and_the_upper_bound_say_so(values: Any, limit: float) -> None:
    found = fit(values)
    reaches = distance_to_limit(found, limit) >= tolerance_factor(found.n)
    margin = abs(distance_to_limit(found, limit) - tolerance_factor(found.n))
    if margin > 1e-6:
        assert (upper_tolerance_limit(found) <= limit) == reaches
        assert (exceedance_bounds(found, limit).high <= 0.05) == reaches


@given(st.integers(2, 60), st.floats(-3, 5).map(lambda distance: round(distance, 6)))
def test_bounds_of_the_exceedance_fraction_solve_their_equation(n: int, distance: float) -> None:
    """The noncentral t of scipy.stats (another implementation; NaN at 1e-63) gives back the confidence."""
    found = Lognormal(-distance, 1.0, n)
    bounds = exceedance_bounds(found, 1.0)
    assert bounds.low <= exceedance_fraction(found, 1.0) + 1e-12 or distance < 0
    for share, probability in ((bounds.high, 0.70), (bounds.low, 0.30)):
        shift = -stats.norm.ppf(share) * np.sqrt(n)
        assert stats.nct.cdf(distance * np.sqrt(n), n - 1, shift) == pytest.approx(probability, abs=1e-6)


@pytest.mark.parametrize("values", [[], [3.0], [1.0, 0.0], [1.0, -2.0]])
def test_what_has_no_log_normal_distribution_is_refused(values: list[float]) -> None:
    with pytest.raises(StatisticsError):
        fit(np.array(values))


def test_factors_outside_their_range_are_refused() -> None:
    with pytest.raises(StatisticsError, match="at least two"):
        tolerance_factor(1)
    with pytest.raises(StatisticsError, match="coverage is 95"):
        tolerance_factor(9, 95)
    with pytest.raises(StatisticsError, match="confidence is 70"):
        exceedance_bounds(Lognormal(0, 1, 9), 1, 70)


def test_equal_results_have_no_distance() -> None:
    same = fit(np.array([5.0, 5, 5]))
    assert same.gsd == 1
    assert distance_to_limit(same, 10) == np.inf
    assert exceedance_bounds(same, 10).high == 0
    assert exceedance_bounds(same, 4).low == 1
