"""Random campaigns: around what the file says, never absurd, the same for the same seed."""

import math
from statistics import median

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from firmware_sim import draws
from firmware_sim.draws import drawn
from firmware_sim.scenario import Workplace
from firmware_sim.workplaces import packaged_names, packaged_workplace

WORKPLACES = {name: packaged_workplace(name) for name in packaged_names()}
SEEDS = st.integers(0, 2**32 - 1)
MANY = range(400)


@given(name=st.sampled_from(packaged_names()), seed=SEEDS)
def test_no_draw_is_absurd(name: str, seed: int) -> None:
    # the types of a workplace file refuse what is negative, and shares above 1
    campaign = drawn(WORKPLACES[name], seed)
    assert msgspec.convert(msgspec.to_builtins(campaign), Workplace) == campaign
    assert 10.0 <= campaign.outdoors.humidity <= 98.0
    for zone, before in zip(campaign.zones, WORKPLACES[name].zones, strict=True):
        assert (zone.id, zone.kit, zone.place, zone.spread) == (before.id, before.kit, before.place, before.spread)
        for block, written in zip(zone.people.presence, before.people.presence, strict=True):
            assert bool(block.people) == bool(written.people)
        for activity, file in zip(zone.activities, before.activities, strict=True):
            # never and always stay what they are, all else stays between them
            assert (activity.share in (0.0, 1.0)) == (file.share in (0.0, 1.0))
            assert (activity.attended, activity.worker_distance) == (file.attended, file.worker_distance)
            assert (activity.sound_power is None) == (file.sound_power is None)


@given(seed=SEEDS)
def test_the_same_seed_is_the_same_campaign_and_another_seed_another(seed: int) -> None:
    salon = WORKPLACES["hair_salon"]
    assert drawn(salon, seed) == drawn(salon, seed)
    assert drawn(salon, seed) != drawn(salon, seed + 1)


def test_a_zone_more_changes_nothing_in_the_others() -> None:
    joinery = WORKPLACES["joinery"]
    fewer = replace(joinery, zones=joinery.zones[:2])
    assert drawn(fewer, 5).zones == drawn(joinery, 5).zones[:2]


def test_variants_of_one_seed_are_drawn_alike() -> None:
    joinery = WORKPLACES["joinery"]
    louder = replace(joinery, zones=[*joinery.zones[:2], replace(joinery.zones[2], usual_tvoc=500)])
    assert drawn(louder, 5).zones[:2] == drawn(joinery, 5).zones[:2]


def test_medians_are_what_the_file_says_and_spreads_what_the_page_says() -> None:
    bakery = WORKPLACES["bakery"]
    campaigns = [drawn(bakery, seed) for seed in MANY]
    room, file = [each.zones[0].room for each in campaigns], bakery.zones[0].room
    kneading, written = [each.zones[0].activities[0] for each in campaigns], bakery.zones[0].activities[0]
    outside = [each.outdoors for each in campaigns]
    assert written.sound_power is not None
    for found, middle, spread in (
        ([math.log(each.volume / file.volume) for each in room], 0.0, draws.VOLUME),
        ([math.log(each.air_changes / file.air_changes) for each in room], 0.0, draws.VENTILATION),
        ([math.log(each.lamps / file.lamps) for each in room], 0.0, draws.LAMPS),
        ([math.log(each.particles.pm10 / written.particles.pm10) for each in kneading], 0.0, draws.EMISSION),
        ([math.log(each.heat / written.heat) for each in kneading], 0.0, draws.HEAT),
        ([math.log(each.share / (1 - each.share)) for each in kneading], math.log(0.4 / 0.6), draws.SHARE),
        ([each.sound_power or 0.0 for each in kneading], written.sound_power, draws.SOUND_POWER),
        ([each.temperature for each in outside], bakery.outdoors.temperature, draws.OUTDOOR_TEMPERATURE),
        ([math.log(each.particles.pm1 / 5) for each in outside], 0.0, draws.OUTDOOR_PARTICLES),
        ([math.log(each.passages[0].air / 10) for each in campaigns], 0.0, draws.PASSAGE),
    ):
        # three standard errors of a median and of a standard deviation
        assert median(found) == pytest.approx(middle, abs=3 * 1.25 * spread / math.sqrt(len(MANY)))
        assert np.std(found) == pytest.approx(spread, rel=0.12)


def test_particles_of_one_activity_keep_their_proportions() -> None:
    for campaign in (drawn(WORKPLACES["joinery"], seed) for seed in range(20)):
        for activity, file in zip(
            campaign.zones[0].activities[:3], WORKPLACES["joinery"].zones[0].activities, strict=False
        ):
            ratio = activity.particles.pm10 / file.particles.pm10
            assert activity.particles.pm1 / file.particles.pm1 == pytest.approx(ratio)


def test_machines_are_drawn_apart() -> None:
    campaigns = [drawn(WORKPLACES["joinery"], seed) for seed in MANY]
    saw, planer = (np.array([each.zones[0].activities[n].particles.pm10 for each in campaigns]) for n in (0, 1))
    assert abs(np.corrcoef(saw, planer)[0, 1]) < 0.15
