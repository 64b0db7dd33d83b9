"""The French test of 2009 and the preliminary test of EN 689, situation by situation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.statistics.en689 import (
    Campaigns,
    Diagnosis,
    Preliminary,
    Reason,
    Verdict,
    french_test,
    least_u,
    preliminary_test,
)
from dsp.statistics.lab_results import Results, StatisticsError, measured
from dsp.statistics.lognormal import Lognormal, fit, upper_tolerance_limit

LIMIT = 100.0
NINE = [20.0, 22, 24, 26, 28, 30, 32, 34, 36]


def judge(values: list[float], first: int | None = None, count: int = 3, span: int | None = None) -> Diagnosis:
    results = measured(values)
    campaigns = Campaigns(np.arange(len(values)) < first, count) if first is not None else None
    known = fit(results.upper) if len(values) > 1 else None
    return french_test(results, LIMIT, known, campaigns, span)


@pytest.mark.parametrize(
    ("values", "first", "verdict", "reason"),
    [
        ([5.0, 6], None, Verdict.UNDECIDED, Reason.FEWER_THAN_THREE),
        ([120.0, 130], None, Verdict.UNDECIDED, Reason.FEWER_THAN_THREE),
        ([5.0, 6, 9.9], None, Verdict.NO_EXCEEDANCE, Reason.ALL_BELOW_A_TENTH),
        ([5.0, 6, 10], None, Verdict.UNDECIDED, Reason.NINE_NEEDED),
        ([5.0, 6, 100], None, Verdict.UNDECIDED, Reason.NINE_NEEDED),
        ([5.0, 6, 100.1], None, Verdict.EXCEEDANCE, Reason.FIRST_CAMPAIGN_ABOVE),
        (NINE[:8], None, Verdict.UNDECIDED, Reason.NINE_NEEDED),
        (NINE, None, Verdict.NO_EXCEEDANCE, Reason.U_REACHES),
        ([3 * x for x in NINE], None, Verdict.EXCEEDANCE, Reason.U_BELOW),
        ([*NINE[:8], 101], 3, Verdict.NO_EXCEEDANCE, Reason.U_REACHES),
        ([*NINE * 5, 101], None, Verdict.UNDECIDED, Reason.CAMPAIGN_UNKNOWN),
        ([*NINE * 5, 101], 3, Verdict.NO_EXCEEDANCE, Reason.U_REACHES),
        ([101, *NINE * 5], 3, Verdict.EXCEEDANCE, Reason.FIRST_CAMPAIGN_ABOVE),
        (NINE, 2, Verdict.UNDECIDED, Reason.FIRST_CAMPAIGN_TOO_SMALL),
        ([5.0, 6, 7, 50], 3, Verdict.UNDECIDED, Reason.NINE_NEEDED),
        ([5.0] * 12, None, Verdict.NO_EXCEEDANCE, Reason.ALL_BELOW_A_TENTH),
        ([50.0] * 9, None, Verdict.UNDECIDED, Reason.NO_DISTRIBUTION),
    ],
)
def test_situations_of_the_arrete(values: list[float], first: int | None, verdict: Verdict, reason: Reason) -> None:
    found = judge(values, first)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_four_campaigns_and_more_than_a_year_are_outside_the_test() -> None:
    assert judge(NINE, 3, count=4).reason is Reason.TOO_MANY_CAMPAIGNS
    assert judge(NINE, 3, span=367).reason is Reason.LONGER_THAN_A_YEAR
    assert judge(NINE, 3, span=366).verdict is Verdict.NO_EXCEEDANCE


def test_official_example_at_the_edge_of_the_table() -> None:
    """Arrêté of 15 December 2009, annex 2: n = 9, U < 2.035 → dépassement, U ≥ 2.035 → non-dépassement."""
    results = measured(NINE)
    for u, verdict in ((2.0349, Verdict.EXCEEDANCE), (2.0351, Verdict.NO_EXCEEDANCE)):
        known = Lognormal(np.log(LIMIT) - u, 1.0, 9)
        assert french_test(results, LIMIT, known).verdict is verdict


def test_webexpo_segment_is_a_depassement() -> None:
    """O-4.3; 133 is above the limit, and U = 1.442 < 2.035 says the same without it being in the first campaign."""
    found = judge([24.7, 64.1, 13.8, 43.7, 19.9, 133, 32.1, 15, 53.7])
    assert found.verdict is Verdict.EXCEEDANCE
    assert found.u == pytest.approx(1.4422, abs=1e-4)
    assert found.u_t == 2.035


def test_results_that_are_bounds_count_only_for_what_they_surely_say() -> None:
    below_tenth = Results(np.zeros(3), np.array([5.0, 10, 10]))
    too_high_loq = Results(np.zeros(3), np.array([5.0, 10, 11]))
    over_range = Results(np.array([1.0, 2, 100]), np.array([1, 2, np.inf]))
    perhaps = Results(np.array([1.0, 2, 50]), np.array([1, 2, 150.0]))

    assert french_test(below_tenth, LIMIT, None).verdict is Verdict.NO_EXCEEDANCE
    assert french_test(too_high_loq, LIMIT, None).reason is Reason.NINE_NEEDED
    assert french_test(over_range, LIMIT, None).verdict is Verdict.EXCEEDANCE
    assert french_test(perhaps, LIMIT, None).reason is Reason.NINE_NEEDED


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ([9.9, 9, 8], Preliminary.BELOW),
        ([10.0, 9, 8], Preliminary.MORE_RESULTS),
        ([14.9, 9, 8, 7], Preliminary.BELOW),
        ([15.0, 9, 8, 7], Preliminary.MORE_RESULTS),
        ([19.9, 9, 8, 7, 6], Preliminary.BELOW),
        ([20.0, 9, 8, 7, 6], Preliminary.MORE_RESULTS),
        ([101.0, 9, 8], Preliminary.ABOVE),
        ([20.0, 9, 8, 7, 6, 5], Preliminary.STATISTICAL_TEST),
    ],
)
def test_preliminary_test_of_en_689(values: list[float], outcome: Preliminary) -> None:
    """NF EN 689:2018, 5.5.2."""
    assert preliminary_test(measured(values), LIMIT) is outcome


def test_preliminary_test_needs_three() -> None:
    with pytest.raises(StatisticsError, match="at least 3"):
        preliminary_test(measured([1.0, 2]), LIMIT)


@given(st.lists(st.floats(1, 99.9), min_size=9, max_size=30).filter(lambda x: max(x) > 1.1 * min(x)))
def test_verdict_goes_with_the_upper_tolerance_limit(values: list[float]) -> None:
    found = judge(values)
    if found.reason in {Reason.U_BELOW, Reason.U_REACHES} and found.u is not None:
        known = fit(np.array(values))
        if abs(found.u - least_u(len(values))) > 0.001:  # the table has three decimals
            assert (upper_tolerance_limit(known) <= LIMIT) == (found.verdict is Verdict.NO_EXCEEDANCE)
