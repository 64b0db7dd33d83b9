"""Several agents at once: who counts, at which share, and what is added up."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from catalog.places import WorkIntensity, Zone, ZoneKind
from dsp.exposure import Exposure, Measure
from rules import engine
from rules.pack import default_packs
from rules.poly_exposure import PolyExposure, poly_exposures
from rules.poly_sentences import told
from tests.rules.situations import days_of, measured, working_days, zone

MONDAY = date(2026, 3, 2)
WEEK = working_days(MONDAY, 5)
DUSTY = zone(ZoneKind.SPECIFIC_POLLUTION, WorkIntensity.PHYSICAL)


def several(exposures: Sequence[Exposure], place: Zone = DUSTY) -> tuple[PolyExposure, ...]:
    days, packs = days_of(exposures), default_packs()
    return poly_exposures(packs, place, engine.assess(packs, place, exposures, days), days)


def carbon_monoxide(*values: float) -> list[Exposure]:
    return [measured("co", Measure.TWA_8H, day, v) for day, v in zip(WEEK, values, strict=False)]


def formaldehyde(*values: float) -> list[Exposure]:
    return [measured("formaldehyde", Measure.TWA_8H, day, v) for day, v in zip(WEEK, values, strict=False)]


def noise(*values: float) -> list[Exposure]:
    return [measured("laeq", Measure.LEX_8H, day, v) for day, v in zip(WEEK, values, strict=False)]


def agents(found: tuple[PolyExposure, ...]) -> list[str]:
    [poly] = found
    return [one.agent for one in poly.contributions]


def test_two_agents_over_half_of_their_limits_are_shown_together_the_nearer_first() -> None:
    [poly] = several([*carbon_monoxide(8.0, 12.0, 9.0), *formaldehyde(220.0, 180.0, 90.0)])
    assert [(one.agent, one.value, one.assessment.limit, one.day) for one in poly.contributions] == [
        ("formaldehyde", 220.0, 300.0, WEEK[0]),
        ("co", 12.0, 20.0, WEEK[1]),
    ]
    assert [one.share for one in poly.contributions] == pytest.approx([220 / 300, 12 / 20])
    assert poly.contributions[1].assessment.limit_source.startswith("R4412-149")
    assert (poly.first, poly.last) == (WEEK[0], WEEK[2])


def test_half_exactly_is_not_over_half_and_one_agent_is_not_several() -> None:
    assert several([*carbon_monoxide(10.0), *formaldehyde(220.0)]) == ()
    assert agents(several([*carbon_monoxide(10.1), *formaldehyde(220.0)])) == ["formaldehyde", "co"]


def test_half_of_a_level_is_half_of_the_dose() -> None:
    assert several([*noise(76.9), *formaldehyde(220.0)]) == ()
    [poly] = several([*noise(77.0), *formaldehyde(220.0)])
    assert poly.contributions[1].share == pytest.approx(10.0**-0.3)
    assert poly.contributions[1].assessment.limit == 80.0


def test_half_of_a_minimum_is_twice_the_minimum() -> None:
    def light(value: float) -> list[Exposure]:
        return [measured("illuminance", Measure.P10, WEEK[0], value)]

    assert several([*light(241.0), *carbon_monoxide(12.0)]) == ()
    [poly] = several([*light(180.0), *carbon_monoxide(12.0)])
    assert poly.contributions[0].share == pytest.approx(120 / 180)
    assert "moins du double du minimum de 120\u00a0lx" in told(poly).whole.fr
    [poly] = several([*light(60.0), *carbon_monoxide(12.0)])
    assert poly.contributions[0].share == pytest.approx(2.0)
    assert "sous le minimum de 120\u00a0lx" in told(poly).whole.fr
    [poly] = several([*light(0.0), *carbon_monoxide(12.0)])
    assert "sous le minimum de 120\u00a0lx" in told(poly).whole.fr


def test_guide_counts_once_it_is_exceeded_and_heat_has_no_half() -> None:
    def warm(value: float) -> list[Exposure]:
        return [measured("temperature", Measure.MAX_1H, WEEK[0], value)]

    assert several([*warm(25.0), *carbon_monoxide(12.0)]) == ()
    [poly] = several([*warm(31.0), *carbon_monoxide(12.0)])
    assert [(one.agent, one.share) for one in poly.contributions] == [("co", 0.6), ("heat", None)]
    assert "au-delà de la valeur repère de 28\u00a0°C" in told(poly).whole.fr


def test_outdoor_air_is_not_half_of_a_guide() -> None:
    stale = [measured("co2", Measure.MAX_1H, WEEK[0], 700.0), measured("co2", Measure.TWA_8H, WEEK[0], 650.0)]
    assert several([*stale, *formaldehyde(220.0)], zone()) == ()


def test_shift_hardly_seen_counts_for_nothing() -> None:
    hidden = measured("co", Measure.TWA_8H, WEEK[0], None, coverage=0.2, low=12.0, high=25.0)
    assert several([hidden, *formaldehyde(220.0)]) == ()


def test_what_is_sure_in_spite_of_gaps_is_told_as_a_bound() -> None:
    hidden = measured("co", Measure.TWA_8H, WEEK[0], None, coverage=0.6, low=21.0, high=40.0)
    [poly] = several([hidden, *formaldehyde(220.0)])
    assert poly.contributions[0].share == pytest.approx(21 / 20)
    assert "au moins 21,0\u00a0ppm" in told(poly).whole.fr


def test_sum_is_of_one_shift_and_not_of_the_worst_of_each() -> None:
    [poly] = several([*carbon_monoxide(12.0, 2.0, 9.0), *formaldehyde(30.0, 240.0, 150.0)])
    [index] = poly.indices
    assert index.day == WEEK[2]
    assert index.value == pytest.approx(9 / 20 + 150 / 300)
    assert [term.agent for term in index.terms] == ["formaldehyde", "co"]
    assert "unverified" in index.source


def test_sum_keeps_averaging_times_apart() -> None:
    short = [measured("formaldehyde", Measure.MAX_15MIN, WEEK[0], 500.0)]
    [poly] = several([*carbon_monoxide(12.0), *formaldehyde(220.0), *short])
    assert [index.measure for index in poly.indices] == [Measure.TWA_8H]
    assert poly.indices[0].value == pytest.approx(12 / 20 + 220 / 300)


def test_two_kits_are_one_agent_in_a_sum() -> None:
    second = measured("co", Measure.TWA_8H, WEEK[0], 14.0, kit="kit-2")
    [poly] = several([*carbon_monoxide(12.0), second, *formaldehyde(220.0)])
    assert poly.indices[0].value == pytest.approx(14 / 20 + 220 / 300)


def test_noise_and_light_are_never_added_to_chemicals() -> None:
    [poly] = several([*noise(84.0), *carbon_monoxide(12.0)])
    assert poly.indices == ()
    assert told(poly).caution is None


def test_agents_of_campaigns_a_year_apart_are_not_together() -> None:
    year_before = MONDAY - timedelta(days=364)
    old = [measured("co", Measure.TWA_8H, year_before, 12.0, deployment="old")]
    assert several([*old, *formaldehyde(220.0)]) == ()
    both = [*old, measured("formaldehyde", Measure.TWA_8H, year_before, 220.0, deployment="old")]
    found = several([*both, *carbon_monoxide(12.0), *formaldehyde(220.0)])
    assert [poly.first for poly in found] == [MONDAY, year_before]


def test_order_changes_nothing() -> None:
    exposures = [*carbon_monoxide(12.0, 12.0), *formaldehyde(220.0, 220.0), *noise(84.0, 84.0)]
    found = several(exposures)
    for seed in range(5):
        random.Random(seed).shuffle(exposures)  # noqa: S311 - order only
        assert several(exposures) == found


def test_it_is_told_exactly() -> None:
    [poly] = several([*carbon_monoxide(12.0), *formaldehyde(220.0), *noise(78.5)])
    text = told(poly)
    assert text.opening.fr == (
        "Poly-exposition\u00a0: 3 agents au-delà de la moitié de leur valeur réglementaire, ou d’une valeur repère, "
        "pendant la même campagne (2 mars 2026)."
    )
    sources = [one.assessment.limit_source for one in poly.contributions]
    assert text.agents[0].fr == (
        "Formaldéhyde\u00a0: moyenne pondérée sur 8 h 220 ± 100\u00a0ppb (k = 2) le 2 mars 2026, soit 73\u202f% de la "
        f"valeur réglementaire de 300\u00a0ppb ({sources[0]})."
    )
    assert text.agents[1].fr == (
        "Niveau sonore équivalent\u00a0: exposition quotidienne L_EX,8h 78,5 ± 5,4\u00a0dB(A) (k = 2) le 2 mars 2026, "
        f"soit 71\u202f% de la dose que donne 80\u00a0dB(A) ({sources[1]})."
    )
    assert text.agents[2].en == (
        "Carbon monoxide (CO): 8-hour time-weighted average 12.0 ± 5.3\u00a0ppm (k = 2) on 2 March 2026, 60% of the "
        f"regulatory value of 20\u00a0ppm ({sources[2]})."
    )
    assert text.sums[0].en == (
        "Sum of shares of regulatory values (Σ C/L, 8-hour time-weighted average) on 2 March 2026: 1.33 for "
        "formaldehyde and carbon monoxide (CO); guide: 1 (INRS ED 984 (non vérifié / unverified))."
    )
    assert text.caution is not None
    assert "hypothèse qu’un professionnel doit vérifier" in text.caution.fr
