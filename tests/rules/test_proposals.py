"""From exposures to tickets: what is proposed, how often it must happen, and what is said."""

import random
from datetime import date, timedelta
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.places import WorkIntensity, ZoneKind
from dsp.exposure import Exposure, Measure
from rules import engine
from rules.pack import default_packs
from rules.tickets import TicketKind, TicketProposal
from tests.rules.situations import days_of, measured, proposed, time_beyond, working_days, zone

MONDAY = date(2026, 3, 2)
WEEK = working_days(MONDAY, 5)
WORKSHOP = zone(ZoneKind.WORKSHOP, WorkIntensity.PHYSICAL)
DUSTY = zone(ZoneKind.SPECIFIC_POLLUTION, WorkIntensity.PHYSICAL)


def by_rule(proposals: list[TicketProposal]) -> dict[str, TicketProposal]:
    found = {p.rule: p for p in proposals}
    assert len(found) == len(proposals), "one a rule"
    return {str(rule): proposal for rule, proposal in found.items()}


def noise(levels: list[float], uncertainty: float = 0.5) -> list[Exposure]:
    days = working_days(MONDAY, len(levels))
    return [measured("laeq", Measure.LEX_8H, d, v, uncertainty=uncertainty) for d, v in zip(days, levels, strict=True)]


def office_of_the_uci_recordings() -> list[Exposure]:
    """The numbers of the recordings: three shifts of stale air, dry air, one dark day, gaps between files."""
    stale = {date(2015, 2, 3): 1380.0, date(2015, 2, 9): 2005.0, date(2015, 2, 17): 1611.0}
    files = [
        ("datatest", date(2015, 2, 2), date(2015, 2, 4)),
        ("training", date(2015, 2, 4), date(2015, 2, 10)),
        ("datatest2", date(2015, 2, 11), date(2015, 2, 18)),
    ]
    noise_of = random.Random(1)  # noqa: S311 - any plain numbers will do
    found: list[Exposure] = []
    for deployment, first, last in files:
        span = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        for day in (d for d in span if d.isoweekday() < 6):
            edge = day in (first, last)
            node = partial(measured, kit="uci-office-1", deployment=deployment, whole=not edge)
            co2 = stale.get(day, noise_of.uniform(600.0, 1110.0))
            dark = day == date(2015, 2, 12)
            if edge and day != date(2015, 2, 2):
                for quantity, measure in (("humidity", Measure.MEAN), ("illuminance", Measure.P10)):
                    found.append(node(quantity, measure, day, None, coverage=0.3, low=6.0, high=900.0))
                found.append(node("co2", Measure.MEAN, day, None, coverage=0.3, low=200.0, high=900.0))
            else:
                light = 62.0 if dark else noise_of.uniform(420.0, 440.0)
                found.append(node("humidity", Measure.MEAN, day, noise_of.uniform(20.0, 35.0)))
                found.append(node("humidity", Measure.MINIMUM, day, noise_of.uniform(17.0, 19.0)))
                found.append(node("illuminance", Measure.P10, day, light))
                found.append(node("co2", Measure.MEAN, day, 0.7 * co2))
            found.append(node("co2", Measure.MAX_1H, day, co2))
            found.append(node("temperature", Measure.MAX_1H, day, noise_of.uniform(20.0, 24.5)))
            for limit, share in ((1000.0, 0.6 if day in stale else 0.02), (1500.0, 0.3 if co2 > 1500 else 0.0)):
                found.append(time_beyond("co2", Measure.TIME_ABOVE, day, limit, share, "uci-office-1"))
            below = 0.15 if dark else 0.05
            found.append(time_beyond("illuminance", Measure.TIME_BELOW, day, 120.0, below, "uci-office-1"))
            found.append(time_beyond("humidity", Measure.TIME_BELOW, day, 20.0, 0.3, "uci-office-1"))
    return found


def test_the_uci_office_gets_the_ticket_an_engineer_expects_and_no_other() -> None:
    proposals = proposed(office_of_the_uci_recordings())
    assert [(p.agent, p.kind, p.level) for p in proposals] == [("co2", TicketKind.WORKPLACE_ACTION, "objective-1000")]
    ticket = proposals[0]
    assert ticket.held_back_by is None
    assert len(ticket.evidence) == 3
    assert "2\u202f000 ± 420" in ticket.reason_fr
    assert "1\u202f000\u00a0ppm" in ticket.reason_fr
    assert "3 février 2015, 9 février 2015 et 17 février 2015" in ticket.reason_fr
    assert "2,000 ± 420" in ticket.reason_en


def test_reason_is_one_exact_sentence_in_each_language() -> None:
    exposures = [measured("co2", Measure.MAX_1H, day, 1400.0, uncertainty=60.4) for day in WEEK[:2]]
    exposures.append(measured("co2", Measure.MAX_1H, WEEK[2], 700.0))
    [ticket] = proposed(exposures)
    source = "INRS (Guichard & Gérardin, HST sept. 2021; communiqué 2022)"
    source_fr = source.replace(";", "\u202f;")
    assert ticket.reason_fr == (
        "Dioxyde de carbone (CO₂)\u00a0: dépassement indiqué lors de 2 des 3 périodes de travail évaluées "
        "(2 mars 2026 et 3 mars 2026)\u202f; moyenne la plus haute sur 1\u00a0h atteignant 1\u202f400 ± 120\u00a0ppm "
        f"(k = 2) pour une valeur repère de 1\u202f000\u00a0ppm ({source_fr})\u202f; plus de dépassement indiqué "
        "depuis le 4 mars 2026, à confirmer sur trois périodes de travail de suite."
    )
    assert ticket.reason_en == (
        "Carbon dioxide (CO₂): exceedance indicated in 2 of 3 shifts assessed (2 March 2026 and 3 March 2026); "
        f"highest 1-hour mean up to 1,400 ± 120\u00a0ppm (k = 2) against a guide value of 1,000\u00a0ppm ({source}); "
        "no exceedance indicated since 4 March 2026, to be confirmed over three shifts in a row."
    )
    assert ticket.title_fr == "Renouvellement de l’air (CO₂)\u00a0: objectif de 1000\u00a0ppm dépassé"
    assert ticket.pack == "reperes"


def test_one_stale_shift_is_no_ticket() -> None:
    exposures = [measured("co2", Measure.MAX_1H, day, 700.0) for day in WEEK[1:]]
    assert proposed([measured("co2", Measure.MAX_1H, WEEK[0], 2500.0), *exposures]) == []


def test_one_stale_shift_and_a_fifth_of_the_week_is_a_ticket() -> None:
    exposures = [measured("co2", Measure.MAX_1H, WEEK[0], 1400.0)]
    exposures += [measured("co2", Measure.MAX_1H, day, 800.0) for day in WEEK[1:]]
    limit = 1000.0
    enough = [time_beyond("co2", Measure.TIME_ABOVE, day, limit, 0.2) for day in WEEK]
    short = [time_beyond("co2", Measure.TIME_ABOVE, day, limit, 0.199) for day in WEEK]
    other = [time_beyond("co2", Measure.TIME_ABOVE, day, 900.0, 0.9) for day in WEEK]
    [ticket] = proposed([*exposures, *enough])
    assert ticket.kind is TicketKind.WORKPLACE_ACTION
    assert "au moins 20\u202f% du temps de travail de 5 jours ouvrés consécutifs au-dessus" in ticket.reason_fr
    assert proposed([*exposures, *short, *other]) == []


def test_a_fifth_of_four_days_is_not_five_days() -> None:
    exposures = [measured("co2", Measure.MAX_1H, WEEK[0], 1400.0)]
    exposures += [measured("co2", Measure.MAX_1H, day, 800.0) for day in WEEK[1:4]]
    times = [time_beyond("co2", Measure.TIME_ABOVE, day, 1000.0, 0.5) for day in WEEK[:4]]
    assert proposed([*exposures, *times]) == []


def test_several_levels_give_one_ticket_at_the_highest_that_fires() -> None:
    [ticket] = proposed(noise([88.0, 88.0, 70.0]), WORKSHOP)
    assert ticket.level == "upper-action-value-programme"
    [ticket] = proposed(noise([82.0, 82.0, 70.0]), WORKSHOP)
    assert ticket.level == "lower-action-value"


def test_85_reached_exactly_twice_asks_for_protectors() -> None:
    [ticket] = proposed(noise([85.0, 85.0], uncertainty=0.0), WORKSHOP)
    assert ticket.level == "upper-action-value-protectors"


def test_level_above_that_stays_open_is_told() -> None:
    [ticket] = proposed(noise([84.0, 84.0], uncertainty=1.5), WORKSHOP)
    assert ticket.level == "lower-action-value"
    assert ticket.kind is TicketKind.WORKPLACE_ACTION
    assert "le niveau suivant, 85\u00a0dB(A), reste incertain" in ticket.reason_fr
    assert "the next level, 85\u00a0dB(A), stays open" in ticket.reason_en


def test_repeated_doubt_asks_for_metrology() -> None:
    [ticket] = proposed(noise([79.0, 79.0], uncertainty=2.0), WORKSHOP)
    assert ticket.kind is TicketKind.TARGETED_METROLOGY
    assert "l’incertitude ne permet pas de conclure" in ticket.reason_fr
    assert ticket.advice_fr.startswith("Faire mesurer avant de décider")
    assert proposed(noise([79.0, 60.0], uncertainty=2.0), WORKSHOP) == []


def test_one_exceedance_and_one_doubt_together_ask_for_metrology() -> None:
    exposures = [measured("co2", Measure.MAX_1H, WEEK[0], 1400.0), measured("co2", Measure.MAX_1H, WEEK[1], 1010.0)]
    [ticket] = proposed(exposures)
    assert ticket.kind is TicketKind.TARGETED_METROLOGY
    assert "dont 1 avec un dépassement indiqué" in ticket.reason_fr
    assert len(ticket.evidence) == 2


def test_a_single_peak_is_enough_and_a_doubtful_one_is_not() -> None:
    [ticket] = proposed([measured("lcpeak", Measure.PEAK, WEEK[0], 145.0)], WORKSHOP)
    assert (ticket.kind, ticket.level, ticket.priority) == (TicketKind.WORKPLACE_ACTION, "upper-peak", 1)
    assert proposed([measured("lcpeak", Measure.PEAK, WEEK[0], 134.0)], WORKSHOP) == []


def test_carbon_monoxide_does_not_wait_for_a_second_shift() -> None:
    [ticket] = proposed([measured("co", Measure.MAX_15MIN, WEEK[0], 180.0)], WORKSHOP)
    assert (ticket.agent, ticket.kind, ticket.priority) == ("co", TicketKind.WORKPLACE_ACTION, 1)


def dust(value: float, first: date = MONDAY, measure: Measure = Measure.TWA_8H) -> list[Exposure]:
    return [measured("pm10", measure, day, value, uncertainty=0.1 * value) for day in working_days(first, 3)]


def test_dust_over_the_limit_is_to_be_measured_and_nothing_more() -> None:
    [ticket] = proposed(dust(9000.0), DUSTY)
    assert ticket.kind is TicketKind.TARGETED_METROLOGY
    assert "indication seulement" in ticket.reason_fr
    assert "4\u202f000\u00a0µg/m³" in ticket.reason_fr
    assert proposed(dust(9000.0), WORKSHOP) == []


def test_same_dust_before_and_after_the_first_of_july_2023() -> None:
    assert proposed(dust(3_400.0, date(2023, 6, 19)), DUSTY) == []
    [ticket] = proposed(dust(5_500.0, date(2023, 7, 3)), DUSTY)
    assert [a.limit for a in ticket.evidence] == [4000.0] * 3
    [ticket] = proposed(dust(8_900.0, date(2023, 6, 29)), DUSTY)
    assert [a.limit for a in ticket.evidence] == [7000.0, 7000.0, 4000.0]


def test_tiers_of_a_legal_chemical_limit() -> None:
    assert proposed(dust(390.0), DUSTY) == []
    assert proposed(dust(1_900.0), DUSTY) == []
    [ticket] = proposed(dust(2_100.0), DUSTY)
    assert ticket.kind is TicketKind.TARGETED_METROLOGY
    assert "plus de la moitié de la valeur réglementaire" in ticket.reason_fr


def test_exceedance_sure_in_spite_of_gaps_says_at_least() -> None:
    gaps = [measured("pm10", Measure.TWA_8H, day, None, coverage=0.6, low=4500.0, high=9000.0) for day in WEEK[:2]]
    full = [measured("pm10", Measure.TWA_8H, day, 100.0) for day in WEEK[2:]]
    [ticket] = [p for p in proposed([*gaps, *full], DUSTY) if p.agent == "dust"]
    assert "au moins 4\u202f500\u00a0µg/m³ malgré les données manquantes" in ticket.reason_fr
    assert "at least 4,500\u00a0µg/m³ despite missing data" in ticket.reason_en


def test_dark_room_is_told_as_a_minimum() -> None:
    [ticket] = proposed([measured("illuminance", Measure.P10, day, 50.0) for day in WEEK])
    assert ticket.level == "minimum-120"
    assert "valeur sous le minimum indiquée lors des 5 périodes de travail évaluées" in ticket.reason_fr
    assert "du 2 mars 2026 au 6 mars 2026" in ticket.reason_fr
    assert "down to 50 ± " in ticket.reason_en


def test_dry_air_is_a_look_and_doubt_about_it_is_nothing() -> None:
    [ticket] = proposed([measured("humidity", Measure.MEAN, day, 12.0) for day in WEEK])
    assert (ticket.kind, ticket.priority) == (TicketKind.TARGETED_METROLOGY, 4)
    assert "non vérifié / unverified" in ticket.limit_source
    assert proposed([measured("humidity", Measure.MEAN, day, 20.0) for day in WEEK]) == []


def test_worst_kit_of_a_shift_counts_and_two_kits_are_one_shift() -> None:
    first = [
        measured("co2", Measure.MAX_1H, WEEK[0], 1500.0, kit="a"),
        measured("co2", Measure.MAX_1H, WEEK[0], 1600.0, kit="b"),
    ]
    assert proposed(first) == []
    second = [
        measured("co2", Measure.MAX_1H, WEEK[1], 700.0, kit="a"),
        measured("co2", Measure.MAX_1H, WEEK[1], 1600.0, kit="b"),
    ]
    [ticket] = proposed([*first, *second])
    assert [a.exposure.kit for a in ticket.evidence] == ["a", "b", "b"]


def test_exceedances_of_campaigns_a_year_apart_are_not_added_up() -> None:
    year_before = working_days(date(2025, 3, 3), 3)
    old = [measured("co2", Measure.MAX_1H, day, 700.0, deployment="old") for day in year_before[1:]]
    old.append(measured("co2", Measure.MAX_1H, year_before[0], 1500.0, deployment="old"))
    new = [measured("co2", Measure.MAX_1H, WEEK[0], 1500.0, deployment="new")]
    assert proposed([*old, *new]) == []


def test_kit_swapped_in_the_middle_goes_on_with_the_campaign() -> None:
    exposures = [
        measured("co2", Measure.MAX_1H, WEEK[0], 1500.0, kit="a", deployment="first"),
        measured("co2", Measure.MAX_1H, WEEK[3], 1500.0, kit="b", deployment="second"),
    ]
    [ticket] = proposed(exposures)
    assert len(ticket.evidence) == 2


def test_quiet_campaign_does_not_unsay_an_earlier_one() -> None:
    old = [measured("co2", Measure.MAX_1H, d, 1500.0, deployment="old") for d in working_days(date(2025, 3, 3), 3)]
    new = [measured("co2", Measure.MAX_1H, d, 600.0, deployment="new") for d in WEEK]
    [ticket] = proposed([*old, *new])
    assert {a.exposure.deployment for a in ticket.evidence} == {"old"}


def missing(day: date, kit: str = "kit-1", whole: bool = True, quantity: str = "humidity") -> Exposure:
    measure = Measure.P10 if quantity == "illuminance" else Measure.MEAN
    return measured(quantity, measure, day, None, kit=kit, coverage=0.12, whole=whole)


def test_kit_without_data_on_two_of_its_last_three_shifts_is_to_be_checked() -> None:
    fine = [measured("humidity", Measure.MEAN, day, 45.0) for day in WEEK[:3]]
    [ticket] = proposed([*fine, missing(WEEK[3]), missing(WEEK[4])])
    assert (ticket.kind, ticket.agent, ticket.rule) == (TicketKind.KIT_CHECK, "kit", "kit-check-kit-1")
    assert ticket.reason_fr == (
        "Kit kit-1\u00a0: données insuffisantes (Humidité relative) lors de 2 des 5 périodes de travail entières "
        "(5 mars 2026 et 6 mars 2026)\u202f; couverture la plus basse 12\u202f%."
    )
    assert "in 2 of 5 shifts it should have seen whole" in ticket.reason_en
    assert len(ticket.evidence) == 2


def test_kit_that_failed_once_needs_no_check() -> None:
    days = working_days(MONDAY, 9)
    fine = [measured("humidity", Measure.MEAN, day, 45.0) for day in days[3:8]]
    assert proposed([*fine, missing(days[8])]) == []


def test_kit_that_delivers_again_keeps_its_check_until_a_person_closes_it() -> None:
    days = working_days(MONDAY, 8)
    later = [measured("humidity", Measure.MEAN, day, 45.0) for day in days[3:]]
    [ticket] = proposed([missing(days[0]), missing(days[1]), missing(days[2]), *later])
    assert ticket.reason_fr.endswith("\u202f; il livre de nouveau assez de données depuis le 9 mars 2026.")
    assert ticket.reason_en.endswith("; it has delivered enough again since 9 March 2026.")


def test_ticket_does_not_wait_for_a_kit_that_delivers_again() -> None:
    gone = [measured("co2", Measure.MAX_1H, day, None, kit="a", coverage=0.1) for day in WEEK[:2]]
    back = [
        measured("co2", Measure.MAX_1H, day, 1900.0, kit="a", uncertainty=40.0) for day in working_days(MONDAY, 8)[2:]
    ]
    found = by_rule(proposed([*gone, *back]))
    assert "de nouveau" in found["kit-check-a"].reason_fr
    assert found["co2-ventilation"].held_back_by is None


def test_deployment_that_starts_or_ends_in_a_shift_is_nobodys_fault() -> None:
    assert proposed([missing(WEEK[0], whole=False), missing(WEEK[4], whole=False)]) == []


def test_one_dead_kit_is_one_ticket_that_names_all_it_misses() -> None:
    exposures = [missing(day, quantity=name) for day in WEEK[:2] for name in ("humidity", "illuminance")]
    [ticket] = proposed(exposures)
    assert "Humidité relative" in ticket.reason_fr
    assert "Éclairement" in ticket.reason_fr
    assert len(ticket.evidence) == 4


def test_kit_whose_best_hour_is_fine_but_whose_shifts_are_empty_is_to_be_checked() -> None:
    exposures = [measured("co2", Measure.MAX_1H, day, 600.0) for day in WEEK[:3]]
    exposures += [measured("co2", Measure.MEAN, day, None, coverage=0.3) for day in WEEK[:3]]
    [ticket] = proposed(exposures)
    assert ticket.kind is TicketKind.KIT_CHECK
    assert "30\u202f%" in ticket.reason_fr


def test_ticket_that_rests_on_a_kit_to_be_checked_alone_is_held_back() -> None:
    stale = [measured("co2", Measure.MAX_1H, day, 1500.0, kit="a") for day in WEEK[:3]]
    blind = [missing(day, kit="a") for day in WEEK[3:]]
    found = by_rule(proposed([*stale, *blind]))
    assert set(found) == {"co2-ventilation", "kit-check-a"}
    held = found["co2-ventilation"].held_back_by
    assert held is not None
    assert "Contrôle du kit a en attente" in held
    assert "A check of kit a is pending" in held
    assert found["kit-check-a"].held_back_by is None


def test_ticket_that_another_kit_confirms_is_not_held_back() -> None:
    stale = [measured("co2", Measure.MAX_1H, day, 1500.0, kit=kit) for day in WEEK[:3] for kit in ("a", "b")]
    blind = [missing(day, kit="a") for day in WEEK[3:]]
    assert by_rule(proposed([*stale, *blind]))["co2-ventilation"].held_back_by is None


def test_simulated_evidence_makes_a_simulated_ticket() -> None:
    exposures = [measured("co2", Measure.MAX_1H, day, 1500.0, simulated=day == WEEK[1]) for day in WEEK[:2]]
    [ticket] = proposed(exposures)
    assert ticket.simulated
    [ticket] = proposed([measured("co2", Measure.MAX_1H, day, 1500.0) for day in WEEK[:2]])
    assert not ticket.simulated


def test_most_urgent_comes_first() -> None:
    exposures = [*noise([88.0, 88.0]), measured("co", Measure.MAX_15MIN, WEEK[0], 300.0)]
    assert [p.priority for p in proposed(exposures, WORKSHOP)] == [1, 2]


world = st.lists(
    st.tuples(
        st.sampled_from(["co2", "humidity", "temperature", "illuminance"]),
        st.integers(0, 6),
        st.sampled_from(["a", "b"]),
        st.floats(0.0, 2500.0),
        st.booleans(),
    ),
    max_size=14,
    unique_by=lambda row: row[:3],
)
MEASURES = {
    "co2": Measure.MAX_1H,
    "humidity": Measure.MEAN,
    "temperature": Measure.MAX_1H,
    "illuminance": Measure.P10,
}


@settings(max_examples=60, deadline=None)
@given(rows=world, seed=st.integers(0, 2**16))
def test_order_of_exposures_changes_nothing(rows: list[tuple[str, int, str, float, bool]], seed: int) -> None:
    days = working_days(MONDAY, 7)
    exposures = [
        measured(name, MEASURES[name], days[day], value if there else None, kit=kit, coverage=1.0 if there else 0.1)
        for name, day, kit, value, there in rows
    ]
    shuffled = exposures.copy()
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - order only
    packs, place = default_packs(), zone()
    local = days_of(exposures)
    assessments = engine.assess(packs, place, exposures, local)
    assert engine.assess(packs, place, shuffled, local) == assessments
    mixed = assessments.copy()
    random.Random(seed).shuffle(mixed)  # noqa: S311 - order only
    assert engine.propose(packs, place, mixed, shuffled, local) == engine.propose(
        packs, place, assessments, exposures, local
    )
    assert engine.governing(mixed) == engine.governing(assessments)
