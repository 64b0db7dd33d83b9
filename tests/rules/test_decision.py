"""What a value with its uncertainty may say about a limit."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.limits import Comparator
from dsp.exposure import Measure
from rules.decision import (
    Decision,
    Probabilities,
    Scale,
    breach_probability,
    decide,
    decide_exposure,
    decide_within_gaps,
    scale_of,
)
from tests.rules.situations import measured

EXCEEDANCE = Decision.EXCEEDANCE_INDICATED
OPEN = Decision.INCONCLUSIVE
NONE = Decision.NO_EXCEEDANCE_INDICATED
INSUFFICIENT = Decision.INSUFFICIENT_DATA
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("value", "conformance"), [(80.0, 1.000), (92.0, 0.945), (98.0, 0.655), (105.0, 0.159), (112.0, 0.008)]
)
def test_published_conformance_probabilities_of_jcgm_106(value: float, conformance: float) -> None:
    # oracles, O-5: L = 100, U = 10 (k = 2)
    assert 1.0 - breach_probability(value, 5.0, 100.0, Comparator.ABOVE) == pytest.approx(conformance, abs=5e-4)


@pytest.mark.parametrize(
    ("value", "decision"), [(91.7, NONE), (91.8, OPEN), (100.0, OPEN), (108.2, OPEN), (108.3, EXCEEDANCE)]
)
def test_published_classes_of_jcgm_106(value: float, decision: Decision) -> None:
    # oracles, O-5: no exceedance to 91.8 (100 − 1.645·5 = 91.775), inconclusive to 108.2
    assert decide(value, 5.0, 100.0, Comparator.ABOVE).decision is decision


def test_speed_limit_example_of_jcgm_106() -> None:
    # oracles, O-5: 100 km/h, u = 2 % of the speed, 99.9 %: from 106.6, so 107 km/h
    strict = Probabilities(exceedance=0.999)
    assert decide(107.0, 2.14, 100.0, Comparator.ABOVE, probabilities=strict).decision is EXCEEDANCE
    assert decide(106.0, 2.12, 100.0, Comparator.ABOVE, probabilities=strict).decision is OPEN


def test_published_blind_room_needs_a_luxmeter() -> None:
    # oracles, O-12: 185 lx ± 15 % (k = 2) against 200 lx
    assert decide(185.0, 13.9, 200.0, Comparator.BELOW).decision is OPEN


def test_level_reached_exactly_asks_for_protectors_but_not_for_a_programme() -> None:
    assert decide(85.0, 0.0, 85.0, Comparator.AT_OR_ABOVE, Scale.LEVEL).decision is EXCEEDANCE
    assert decide(85.0, 0.0, 85.0, Comparator.ABOVE, Scale.LEVEL).decision is NONE
    assert decide(120.0, 0.0, 120.0, Comparator.BELOW).decision is NONE
    assert decide(math.nextafter(120.0, 0.0), 0.0, 120.0, Comparator.BELOW).decision is EXCEEDANCE


@pytest.mark.parametrize("comparator", list(Comparator))
def test_value_at_the_limit_with_any_doubt_is_even_odds(comparator: Comparator) -> None:
    assert breach_probability(85.0, 1e-6, 85.0, comparator) == 0.5


def test_probability_on_the_boundary_counts_as_decided() -> None:
    value = 108.0
    probability = breach_probability(value, 5.0, 100.0, Comparator.ABOVE)
    at = Probabilities(exceedance=probability)
    beyond = Probabilities(exceedance=math.nextafter(probability, 1.0))
    assert decide(value, 5.0, 100.0, Comparator.ABOVE, probabilities=at).decision is EXCEEDANCE
    assert decide(value, 5.0, 100.0, Comparator.ABOVE, probabilities=beyond).decision is OPEN
    low = breach_probability(92.0, 5.0, 100.0, Comparator.ABOVE)
    assert decide(92.0, 5.0, 100.0, Comparator.ABOVE, probabilities=Probabilities(none=low)).decision is NONE
    less = Probabilities(none=math.nextafter(low, 0.0))
    assert decide(92.0, 5.0, 100.0, Comparator.ABOVE, probabilities=less).decision is OPEN


def test_uncertainty_too_wide_to_see_an_exceedance_cannot_say_none() -> None:
    widest = 0.5 * 100.0 / 1.645
    far = -1000.0
    assert decide(far, widest * (1 - 1e-12), 100.0, Comparator.ABOVE).decision is NONE
    assert decide(far, widest * (1 + 1e-12), 100.0, Comparator.ABOVE).decision is OPEN


def test_bright_room_is_not_in_doubt_because_its_uncertainty_is_a_share_of_its_light() -> None:
    assert decide(420.0, 0.262 * 420.0, 120.0, Comparator.BELOW).decision is NONE


def test_width_means_nothing_for_a_logarithm() -> None:
    assert scale_of("dB(A)") is scale_of("dB(C)") is Scale.LEVEL
    assert scale_of("ppm") is Scale.RATIO
    assert decide(50.0, 15.0, 80.0, Comparator.ABOVE, Scale.LEVEL).decision is NONE


@pytest.mark.parametrize("bad", [(math.nan, 1.0, 1.0), (1.0, math.inf, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, math.nan)])
def test_numbers_that_are_none_are_refused(bad: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="cannot be decided on"):
        breach_probability(*bad, Comparator.ABOVE)


numbers = st.floats(-1e4, 1e4)


@settings(max_examples=200)
@given(value=numbers, uncertainty=st.floats(1e-3, 1e3), limit=numbers)
def test_lower_limit_mirrors_the_upper_one(value: float, uncertainty: float, limit: float) -> None:
    above = breach_probability(value, uncertainty, limit, Comparator.ABOVE)
    below = breach_probability(value, uncertainty, limit, Comparator.BELOW)
    assert above + below == pytest.approx(1.0, abs=1e-12)
    assert below == breach_probability(-value, uncertainty, -limit, Comparator.ABOVE)


@settings(max_examples=200)
@given(value=numbers, more=st.floats(0, 1e3), uncertainty=st.floats(0, 1e3), limit=numbers)
def test_more_is_never_less_severe(value: float, more: float, uncertainty: float, limit: float) -> None:
    first = breach_probability(value, uncertainty, limit, Comparator.ABOVE)
    assert breach_probability(value + more, uncertainty, limit, Comparator.ABOVE) >= first


def test_gaps_cannot_hide_an_answer() -> None:
    assert decide_within_gaps(18.75, 30.0, 15.0, Comparator.ABOVE) is EXCEEDANCE
    assert decide_within_gaps(18.75, 30.0, 40.0, Comparator.ABOVE) is NONE
    assert decide_within_gaps(18.75, 30.0, 20.0, Comparator.ABOVE) is INSUFFICIENT
    assert decide_within_gaps(None, None, 20.0, Comparator.ABOVE) is INSUFFICIENT
    assert decide_within_gaps(None, 10.0, 20.0, Comparator.ABOVE) is NONE


def test_gap_bounds_of_a_lower_limit_are_mirrored() -> None:
    assert decide_within_gaps(50.0, 100.0, 120.0, Comparator.BELOW) is EXCEEDANCE
    assert decide_within_gaps(150.0, 400.0, 120.0, Comparator.BELOW) is NONE
    assert decide_within_gaps(0.0, 400.0, 120.0, Comparator.BELOW) is INSUFFICIENT


def test_gap_bound_exactly_at_the_limit_follows_the_comparator() -> None:
    assert decide_within_gaps(85.0, 90.0, 85.0, Comparator.ABOVE) is INSUFFICIENT
    assert decide_within_gaps(85.0, 90.0, 85.0, Comparator.AT_OR_ABOVE) is EXCEEDANCE
    assert decide_within_gaps(10.0, 85.0, 85.0, Comparator.ABOVE) is NONE
    assert decide_within_gaps(10.0, 85.0, 85.0, Comparator.AT_OR_ABOVE) is INSUFFICIENT


def test_missing_value_is_decided_by_its_bounds_and_has_no_probability() -> None:
    exposure = measured("co2", Measure.MEAN, DAY, None, coverage=0.5, low=1200.0, high=1300.0)
    verdict = decide_exposure(exposure, 1000.0, Comparator.ABOVE, 0.75)
    assert verdict.decision is EXCEEDANCE
    assert verdict.probability is None


def test_pack_that_asks_for_more_coverage_than_the_measure_gets_its_way() -> None:
    exposure = measured("co2", Measure.MEAN, DAY, 600.0, coverage=0.8, low=480.0, high=1200.0)
    assert decide_exposure(exposure, 1000.0, Comparator.ABOVE, 0.75).decision is NONE
    assert decide_exposure(exposure, 1000.0, Comparator.ABOVE, 0.9).decision is INSUFFICIENT


def test_highest_hour_of_a_shift_hardly_seen_can_accuse_but_not_acquit() -> None:
    high = measured("co2", Measure.MAX_1H, DAY, 1800.0)
    fine = measured("co2", Measure.MAX_1H, DAY, 600.0)
    assert decide_exposure(high, 1000.0, Comparator.ABOVE, 0.75, seen=0.3).decision is EXCEEDANCE
    assert decide_exposure(fine, 1000.0, Comparator.ABOVE, 0.75, seen=0.3).decision is INSUFFICIENT
    assert decide_exposure(fine, 1000.0, Comparator.ABOVE, 0.75, seen=0.9).decision is NONE


def test_highest_hour_hidden_by_gaps_is_not_acquitted_by_the_few_minutes_seen() -> None:
    hidden = measured("co2", Measure.MAX_1H, DAY, None, coverage=0.5, low=300.0, high=600.0)
    assert decide_exposure(hidden, 1000.0, Comparator.ABOVE, 0.75, seen=0.08).decision is INSUFFICIENT
    assert decide_exposure(hidden, 1000.0, Comparator.ABOVE, 0.75).decision is NONE
