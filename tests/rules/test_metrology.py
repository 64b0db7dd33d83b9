"""What one metrology result says about a limit, and about what the screening said."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import UnitError
from catalog.limits import Comparator, limit
from rules.metrology import (
    Agreement,
    Measurement,
    MetrologyVerdict,
    Scale,
    agreement_of,
    compare,
    verdict_of,
)
from rules.metrology_units import known_name, limit_in, way

EXCEEDS, FINE, OPEN = MetrologyVerdict.EXCEEDS, MetrologyVerdict.DOES_NOT_EXCEED, MetrologyVerdict.INCONCLUSIVE
POSITIVE = st.floats(1e-3, 1e3)


@pytest.mark.parametrize(
    ("value", "spread", "verdict"),
    [
        (4.6, 0.6, EXCEEDS),
        (4.4, 0.6, OPEN),
        (4.0, 0.6, OPEN),
        (3.6, 0.6, OPEN),
        (3.4, 0.6, FINE),
    ],
)
def test_the_uncertainty_of_a_result_decides_on_both_sides_of_a_limit(
    value: float, spread: float, verdict: MetrologyVerdict
) -> None:
    """JCGM 106:2012: with U = 0.6 (k = 2), 1.645·u = 0.49 on either side of 4."""
    assert verdict_of(Measurement(value, spread), 4.0, Comparator.ABOVE) is verdict


def test_a_noise_report_expands_by_another_factor() -> None:
    """ISO 9612 expands by 1.65: 83.5 + 1.4 is below 85 with 95 %; with k = 2 it would be surer still."""
    assert verdict_of(Measurement(83.5, 1.5, 1.65), 85.0, Comparator.ABOVE) is FINE
    assert verdict_of(Measurement(83.6, 1.5, 1.65), 85.0, Comparator.ABOVE) is OPEN
    assert verdict_of(Measurement(83.6, 1.5, 2.0), 85.0, Comparator.ABOVE) is FINE


@pytest.mark.parametrize(
    ("comparator", "verdict"),
    [(Comparator.ABOVE, FINE), (Comparator.AT_OR_ABOVE, EXCEEDS), (Comparator.BELOW, FINE)],
)
def test_a_value_alone_at_the_limit_is_decided_by_the_comparator(
    comparator: Comparator, verdict: MetrologyVerdict
) -> None:
    assert verdict_of(Measurement(85.0), 85.0, comparator) is verdict


@pytest.mark.parametrize(
    ("loq", "comparator", "verdict"),
    [
        (0.5, Comparator.ABOVE, FINE),
        (4.0, Comparator.AT_OR_ABOVE, FINE),
        (5.0, Comparator.ABOVE, OPEN),
        (0.5, Comparator.BELOW, EXCEEDS),
        (5.0, Comparator.BELOW, OPEN),
    ],
)
def test_below_a_limit_of_quantification_only_the_bound_is_known(
    loq: float, comparator: Comparator, verdict: MetrologyVerdict
) -> None:
    assert verdict_of(Measurement(loq, below_loq=True), 4.0, comparator) is verdict


@given(value=POSITIVE, share=st.floats(0.01, 1.0), bound=POSITIVE, factor=st.floats(1e-3, 1e3))
def test_the_verdict_does_not_depend_on_the_unit(value: float, share: float, bound: float, factor: float) -> None:
    spread = share * value
    away = abs(abs(value - bound) / (spread / 2) - 1.6448536269514722)
    if away > 1e-6:  # at the very edge the last digit decides
        one = verdict_of(Measurement(value, spread), bound, Comparator.ABOVE)
        other = verdict_of(Measurement(value * factor, spread * factor), bound * factor, Comparator.ABOVE)
        assert one is other


@given(value=POSITIVE, more=st.floats(0.0, 1e3), share=st.floats(0.0, 1.0), bound=POSITIVE)
def test_a_higher_result_is_never_judged_milder(value: float, more: float, share: float, bound: float) -> None:
    order = [FINE, OPEN, EXCEEDS]
    spread = share * value
    low = verdict_of(Measurement(value, spread), bound, Comparator.ABOVE)
    high = verdict_of(Measurement(value + more, spread), bound, Comparator.ABOVE)
    assert order.index(low) <= order.index(high)


@given(st.lists(st.sampled_from(MetrologyVerdict), min_size=1), st.randoms())
def test_all_results_together_do_not_depend_on_their_order(verdicts: list[MetrologyVerdict], random: object) -> None:
    shuffled = sorted(verdicts, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert agreement_of(verdicts) is agreement_of(shuffled)


def test_one_result_beyond_the_limit_confirms_whatever_the_others_found() -> None:
    assert agreement_of([FINE, OPEN, EXCEEDS]) is Agreement.CONFIRMED
    assert agreement_of([FINE, OPEN]) is Agreement.UNDECIDED
    assert agreement_of([FINE, FINE]) is Agreement.NOT_CONFIRMED
    assert agreement_of([]) is None


def test_values_stand_beside_each_other_as_their_scale_has_it() -> None:
    ratio = compare(Measurement(3.0, 0.5), 2.0, 0.1, Scale.RATIO)
    assert (ratio.distance, ratio.overlap) == (1.5, False)
    level = compare(Measurement(84.0, 2.5), 82.0, 1.0, Scale.DIFFERENCE)
    assert (level.distance, level.overlap) == (2.0, True)


def test_what_is_not_known_of_one_side_is_not_told() -> None:
    assert compare(Measurement(3.0), 2.0, 0.1, Scale.RATIO).overlap is None
    assert compare(Measurement(3.0, 0.1), None, None, Scale.RATIO).distance is None
    assert compare(Measurement(3.0, 0.1), 0.0, 0.1, Scale.RATIO).distance is None
    assert compare(Measurement(0.5, below_loq=True), 2.0, 0.1, Scale.RATIO).overlap is False
    assert compare(Measurement(2.0, below_loq=True), 2.0, 0.1, Scale.RATIO).overlap is True


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_result_that_is_no_number_is_none(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Measurement(value)


@pytest.mark.parametrize(
    ("quantity", "unit", "to", "factor"),
    [
        ("pm10", "mg/m3", "µg/m³", 1000.0),
        ("toluene", "µg/m3", "mg/m3", 1e-3),
        ("toluene", "ppm", "mg/m3", 3.8304),
        ("wood dust", "µg/m3", "mg/m³", 1e-3),
        ("laeq", "dBA", "dB(A)", 1.0),
        ("wbgt_indoor", "°C", "°C", 1.0),
    ],
)
def test_units_of_results_are_converted(quantity: str, unit: str, to: str, factor: float) -> None:
    """92.14 g/mol and 24.055 L/mol for toluene, R4412-149 note 5."""
    assert way(quantity, unit, to).of(1.0) == pytest.approx(factor, rel=1e-4)


def test_a_temperature_keeps_its_offset() -> None:
    assert way("temperature", "°F", "°C").of(86.0) == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("quantity", "unit", "to", "mend"),
    [
        ("tvoc", "mg/m3", "ppb", "name one substance with --quantity"),
        ("wood dust", "ppm", "mg/m3", "no molar mass is known"),
        ("toluene", "dB", "mg/m3", "give the result in mg/m3"),
        ("co2", "mg", "ppm", "accepted: ppm"),
        ("wbgt_indoor", "°F", "°C", "give the result in °C"),
    ],
)
def test_what_cannot_be_converted_says_what_would_help(quantity: str, unit: str, to: str, mend: str) -> None:
    with pytest.raises(UnitError, match=mend):
        way(quantity, unit, to)


def test_a_result_in_mass_is_held_against_the_mass_the_law_prints() -> None:
    """R4412-149 prints toluene as 20 ppm and 76.8 mg/m³; 76.8 mg/m³ come to 20.05 ppm."""
    toluene = limit("toluene-vlep-8h")
    assert limit_in(toluene, "toluene", "mg/m3") == 76.8
    assert limit_in(toluene, "toluene", "µg/m3") == 76_800.0
    assert limit_in(toluene, "toluene", "ppm") == 20.0


def test_a_substance_goes_by_its_name_or_its_number() -> None:
    assert [known_name(name) for name in ("Toluene", "108-88-3", "PM10", " wood  dust ")] == [
        "toluene", "toluene", "pm10", "wood dust"
    ]  # fmt: skip
