"""Campaigns whose truth is known by hand, and evaluations that come out the same however they are made."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from catalog.identifiers import KitModelId, QuantityId
from catalog.places import Zone
from catalog.quantities import quantities
from dsp.exposure import WindowKind
from firmware_sim.kit import VirtualKit
from firmware_sim.rooms import Floats
from firmware_sim.workplaces import packaged_workplace
from rules.pack import default_packs
from vigie.errors import UsageError
from vigie.evaluation.campaign import Campaign, Choices, Family, campaign_of
from vigie.evaluation.figures import summarise
from vigie.evaluation.folder import PART, EvaluationFolder, tables_of
from vigie.evaluation.judging import Evaluator
from vigie.evaluation.kept import DropOuts, KeptReadings
from vigie.evaluation.running import CampaignError, run
from vigie.evaluation.settings import Settings
from vigie.evaluation.tables import CAMPAIGNS, DECISIONS, OUTCOMES, VALUES, Tables
from vigie.pipeline import WantedWindows

CO2 = QuantityId("co2")
NOISE = QuantityId("laeq")
LIMIT = 1000.0
"""Of the rule co2-ventilation [ppm]."""
SHORT = Choices(days=(3,), kits=(1,))
NONE_MISSING = DropOuts(per_day=0.0)


def evaluator(name: str = "quiet_control", choices: Choices = SHORT, drop_outs: DropOuts = NONE_MISSING) -> Evaluator:
    return Evaluator.of(Family(name, packaged_workplace(name)), 7, choices, default_packs(), drop_outs)


def judged(
    read: Callable[[VirtualKit], Mapping[QuantityId, Floats]] = lambda _kit: {},
    breathed: Callable[[VirtualKit], Mapping[QuantityId, Floats]] = lambda _kit: {},
    by: Evaluator | None = None,
) -> Tables:
    """The tables of one quiet campaign in which some readings, and some of what the worker gets, are others."""
    by = by or evaluator()
    campaign = by.campaign(0)
    kits = [
        replace(
            kit,
            readings={**kit.readings, **read(kit)},
            truth=replace(kit.truth, worker={**kit.truth.worker, **breathed(kit)}),
        )
        for kit in campaign.virtual_kits()
    ]
    return tables_of(by.judged(campaign, kits))


def scattered(
    quantity: QuantityId, value: float, scatter: float
) -> Callable[[VirtualKit], Mapping[QuantityId, Floats]]:
    """Readings around a value: a real sensor's never stand quite still."""

    def read(kit: VirtualKit) -> Mapping[QuantityId, Floats]:
        return {quantity: np.random.default_rng(1).normal(value, scatter, kit.instants.size)}

    return read


def steady(quantity: QuantityId, value: float) -> Callable[[VirtualKit], Mapping[QuantityId, Floats]]:
    return lambda kit: {quantity: np.full(kit.truth.instants.size, value)}


def outcome(tables: Tables, rule: str) -> dict[str, object]:
    (row,) = tables.outcomes.filter(pl.col("rule") == rule).to_dicts()
    return row


def test_twice_the_limit_all_day_is_true_and_found() -> None:
    tables = judged(scattered(CO2, 2 * LIMIT, 10.0), steady(CO2, 2 * LIMIT))

    row = outcome(tables, "co2-ventilation")
    assert (row["true_proposal"], row["proposal"], row["held"]) == ("workplace_action", "workplace_action", False)
    assert row["true_distance"] == pytest.approx(2.0)
    assert row["scale"] == "ratio"
    assert row["score"] == pytest.approx(1.0)
    assert row["delay_days"] == 0.0
    assert tables.campaigns["exposure_tickets"].item() == 1


def test_half_the_limit_all_day_is_nothing_and_nothing_is_said() -> None:
    tables = judged(scattered(CO2, LIMIT / 2, 10.0), steady(CO2, LIMIT / 2))

    row = outcome(tables, "co2-ventilation")
    assert (row["true_proposal"], row["proposal"]) == ("none", "none")
    assert row["true_distance"] == pytest.approx(0.5)
    assert row["delay_days"] is None
    assert tables.campaigns["exposure_tickets"].item() == 0


def test_a_level_is_told_in_decibels_from_the_mildest_limit() -> None:
    tables = judged(scattered(NOISE, 92.0, 0.3), steady(NOISE, 92.0))

    row = outcome(tables, "noise-daily-exposure")
    assert row["scale"] == "level"
    worked = 10 * np.log10(7.5 / 8.0)
    assert row["true_distance"] == pytest.approx(92.0 + worked - 80.0, abs=0.01)
    assert (row["true_proposal"], row["proposal"]) == ("workplace_action", "workplace_action")


@pytest.mark.parametrize("reading", [0.0, 450.0], ids=["dead", "hung beside the window"])
def test_a_kit_that_does_not_see_what_the_worker_breathes_is_a_miss(reading: float) -> None:
    tables = judged(scattered(CO2, reading, 5.0 if reading else 0.0), steady(CO2, 2 * LIMIT))

    row = outcome(tables, "co2-ventilation")
    assert (row["true_proposal"], row["proposal"]) == ("workplace_action", "none")
    clear = summarise(replace(tables, outcomes=tables.outcomes.with_columns(concern=pl.lit(value=True)))).overall
    assert clear.any_ticket.sensitivity.cases == 0
    assert clear.clear_proposed.value == 0.0


def test_the_truth_does_not_know_what_kits_read() -> None:
    honest, wrong = judged(), judged(lambda kit: {name: 3.0 * values for name, values in kit.readings.items()})

    true = ["zone", "rule", "true_proposal", "true_distance", "scale"]
    assert_frame_equal(honest.outcomes.select(true), wrong.outcomes.select(true))
    key = ["quantity", "measure", "truth"]
    shared = honest.values.select(key).join(wrong.values.select(key), on=["quantity", "measure"])
    assert shared.height > 20
    assert shared["truth"].to_list() == shared["truth_right"].to_list()


def test_an_agent_that_no_cell_of_the_kit_sees_is_in_the_truth_and_missed() -> None:
    blind = evaluator("open_plan_office", replace(SHORT, models=(KitModelId("vigie-sim"),)))
    tables = judged(breathed=steady(QuantityId("formaldehyde"), 400.0), by=blind)

    row = outcome(tables, "formaldehyde-guide")
    assert (row["true_proposal"], row["proposal"], row["score"]) == ("workplace_action", "none", None)


def test_drop_outs_leave_gaps_and_enough_of_them_call_for_a_kit_check() -> None:
    campaign = evaluator().campaign(0)
    (kit,) = campaign.virtual_kits()
    whole, gappy = (
        KeptReadings([kit], drop_outs, campaign.seed).columns(kit.id, 0, int(kit.instants[-1]), {"co2"})["co2"]
        for drop_outs in (NONE_MISSING, DropOuts(per_day=20.0, hours=2.0))
    )
    assert whole.instants.size == kit.instants.size
    assert gappy.instants.size < 0.8 * whole.instants.size

    often = evaluator(drop_outs=DropOuts(per_day=20.0, hours=2.0))
    assert evaluator().rows(0).campaigns[0][-1] == 0
    assert often.rows(0).campaigns[0][-1] == 1
    assert len(often.rows(0).values) < len(evaluator().rows(0).values)


def test_values_are_of_one_shift_of_one_kit_with_an_error_the_uncertainty_has_to_cover() -> None:
    tables = tables_of(evaluator("joinery", Choices(days=(5,), kits=(2,))).rows(4))

    assert tables.values.select("zone", "kit").n_unique() == 1
    assert not tables.values.select("quantity", "measure").is_duplicated().any()
    assert (tables.values["uncertainty"] > 0).all()
    assert (tables.values["value"] != tables.values["truth"]).sum() > 0.9 * tables.values.height
    decided = tables.decisions.filter(pl.col("rule") == "noise-daily-exposure")
    assert decided["breach"].to_list() == [truth >= limit for truth, limit in decided.select("truth", "limit").rows()]


def test_windows_nobody_asks_about_change_nothing_that_is_told() -> None:
    by = evaluator("joinery", Choices(days=(5,), kits=(2,)))
    told_all = AllWindows(by.family, by.seed, by.choices, by.packs, by.drop_outs, by.places)

    assert by.rows(2) == told_all.rows(2)


class AllWindows(Evaluator):
    """Judges campaigns by everything ``vigie compute`` tells."""

    def wanted(self, _zone: Zone) -> WantedWindows:
        return dict.fromkeys(quantities(), frozenset(WindowKind))


def test_tables_have_the_columns_they_are_read_by() -> None:
    tables = judged()

    schemas = (tables.campaigns.schema, tables.outcomes.schema, tables.values.schema, tables.decisions.schema)
    assert schemas == (CAMPAIGNS, OUTCOMES, VALUES, DECISIONS)


# --------------------------------------------------------------------------------------------------------- campaigns


def campaigns(count: int, choices: Choices, seed: int = 3) -> list[Campaign]:
    family = Family("joinery", packaged_workplace("joinery"))
    return [campaign_of(family, number, seed, choices) for number in range(count)]


def test_variants_take_turns_and_everything_else_is_drawn() -> None:
    drawn = campaigns(60, Choices())

    assert [each.variant for each in drawn[:6]] == ["under", "near", "over"] * 2
    assert {each.days for each in drawn} == {3, 5, 10}
    assert {each.kits for each in drawn} == {1, 2}
    assert len({each.first for each in drawn}) > 30
    assert len({each.seed for each in drawn}) == 60
    assert len({each.workplace.zones[0].room.volume for each in drawn}) == 60


def test_a_campaign_is_had_again_by_its_number_and_another_seed_gives_another() -> None:
    once, again, other = (campaigns(5, Choices(), seed)[4] for seed in (3, 3, 4))

    assert once == again
    assert once.seed != other.seed


def test_a_campaign_has_the_working_days_that_were_asked_for_and_kits_stay_over_the_weekend() -> None:
    drawn = campaigns(20, Choices(days=(10,), kits=(1,)))

    for each in drawn:
        lent = [each.first + timedelta(days=n) for n in range((each.last - each.first).days + 1)]
        assert len([day for day in lent if day.isoweekday() <= 5]) >= 10
        assert each.first.isoweekday() <= 5
        assert each.last.isoweekday() <= 5
        assert len(lent) >= 12


def test_a_zone_that_needs_cells_a_grade_lacks_keeps_its_own_kit_and_nothing_of_the_demo_befalls_it() -> None:
    salon = Family("hair_salon", packaged_workplace("hair_salon"))
    own = {zone.kit.model for zone in salon.workplace.zones}
    (campaign,) = [campaign_of(salon, 0, 1, Choices(models=(KitModelId("uci-office"),)))]
    assert {zone.kit.model for zone in campaign.workplace.zones} == own

    (demo,) = campaigns(1, Choices())
    assert all(zone.kit.stopped_channel is None and zone.kit.lost_network is None for zone in demo.workplace.zones)


# ----------------------------------------------------------------------------------------------------------- running


def settings(campaigns: int = PART + 2, **other: object) -> Settings:
    families = (Family("quiet_control", packaged_workplace("quiet_control")),)
    usual = Settings(families, campaigns, 11, Choices(days=(1,), kits=(1,)), default_packs(), DropOuts())
    return replace(usual, **other)  # type: ignore[arg-type]


def quiet(_done: int, _total: int, _family: str) -> None:
    """Nobody looks."""


def made(folder: Path, processes: int) -> Tables:
    place = EvaluationFolder(folder)
    place.begin(settings())
    run(settings(), place, processes, quiet)
    return place.tables()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """An evaluation made by one process without interruption."""
    return made(tmp_path_factory.mktemp("alone") / "evaluation", 1)


def assert_same(one: Tables, other: Tables) -> None:
    for name in ("campaigns", "outcomes", "values", "decisions"):
        assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)


def test_two_processes_make_the_same_tables_as_one(alone: Tables, tmp_path: Path) -> None:
    assert_same(made(tmp_path / "evaluation", 2), alone)
    assert alone.campaigns["number"].to_list() == list(range(PART + 2))
    assert sorted(path.name for path in (tmp_path / "evaluation").iterdir()) == [
        "campaigns.parquet",
        "decisions.parquet",
        "evaluation.json",
        "outcomes.parquet",
        "values.parquet",
    ]


def test_an_evaluation_that_was_interrupted_goes_on_to_the_same_tables(alone: Tables, tmp_path: Path) -> None:
    def stop(done: int, _total: int, _family: str) -> None:
        if done:
            raise KeyboardInterrupt

    place = EvaluationFolder(tmp_path / "evaluation")
    place.begin(settings())
    with pytest.raises(KeyboardInterrupt):
        run(settings(), place, 1, stop)
    (left,) = place.missing(settings())
    assert (left.first, left.end) == (PART, PART + 2)
    half_written = tmp_path / "evaluation" / "parts" / f".{left.name}-1"
    half_written.mkdir()

    place.resume(settings())
    assert not half_written.exists()
    told: list[int] = []
    run(settings(), place, 1, lambda done, _total, _family: told.append(done))

    assert_same(place.tables(), alone)
    assert told == [PART, PART + 2]


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    place = EvaluationFolder(tmp_path / "evaluation")
    few = settings(2)
    place.begin(few)
    run(few, place, 1, quiet)

    place.resume(few)
    assert place.missing(few) == []
    run(few, place, 1, quiet)
    assert place.tables().campaigns.height == 2


def test_other_settings_do_not_go_on_with_a_folder(tmp_path: Path) -> None:
    place = EvaluationFolder(tmp_path / "evaluation")
    place.begin(settings())

    with pytest.raises(UsageError, match=r"evaluation\.json: has seed 11, asked for is 12; repeat the command"):
        place.resume(settings(seed=12))
    with pytest.raises(UsageError, match="has workplaces quiet_control, asked for is joinery"):
        place.resume(settings(families=(Family("joinery", packaged_workplace("joinery")),)))
    (family,) = settings().families
    mended = Family("quiet_control", msgspec.structs.replace(family.workplace, timezone="Europe/Madrid"))
    with pytest.raises(UsageError, match="was begun with another content of quiet_control"):
        place.resume(settings(families=(mended,)))
    with pytest.raises(UsageError, match="is not an empty folder; go on with it: --resume"):
        place.begin(settings())
    with pytest.raises(UsageError, match="there is no evaluation to go on with"):
        EvaluationFolder(tmp_path / "nowhere").resume(settings())


def test_a_campaign_that_fails_is_named_so_that_it_can_be_repeated_alone(tmp_path: Path) -> None:
    broken = settings(2 * PART, choices=Choices(models=(KitModelId("no-such-model"),)))
    place = EvaluationFolder(tmp_path / "evaluation")
    place.begin(broken)

    with pytest.raises(CampaignError, match=r"^quiet_control: campaign \d+ of seed 11 failed .*--only \d+") as error:
        run(broken, place, 2, quiet)

    assert "\n" not in str(error.value)
    assert len(place.missing(broken)) == 2
