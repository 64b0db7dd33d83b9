"""Variants of a workplace: factors and sums, where the file says and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from firmware_sim.errors import WorkplaceError
from firmware_sim.scenario import Variant, Workplace
from firmware_sim.variants import AS_IS, as_variant
from firmware_sim.workplaces import packaged_names, packaged_workplace

JOINERY = packaged_workplace("joinery")
SALON = packaged_workplace("hair_salon")
SOURCE = "engineering estimate; of this test"


def varied(workplace: Workplace, variant: Variant) -> Workplace:
    return as_variant(replace(workplace, variants=(variant,)), variant.name)


def test_a_variant_of_ones_and_zeros_changes_nothing() -> None:
    assert varied(JOINERY, Variant(name="near", source=SOURCE)) == replace(JOINERY, variants=())


def test_as_is_is_the_file_itself() -> None:
    assert as_variant(JOINERY, AS_IS) is JOINERY


@given(factor=st.floats(0.0, 50.0), louder=st.floats(-40.0, 40.0))
def test_emissions_are_multiplied_and_levels_are_added_to(factor: float, louder: float) -> None:
    after = varied(
        JOINERY, Variant(name="over", source=SOURCE, particles=factor, vapour=factor, heat=factor, sound=louder)
    )
    for zone, was in zip(after.zones, JOINERY.zones, strict=True):
        for activity, before in zip(zone.activities, was.activities, strict=True):
            assert activity.particles.pm10 == pytest.approx(before.particles.pm10 * factor)
            assert activity.vapour == pytest.approx(before.vapour * factor)
            assert activity.heat == pytest.approx(before.heat * factor)
            assert (activity.share, activity.attended) == (before.share, before.attended)
            if before.sound_power is None:
                assert activity.sound_power is None
            else:
                assert activity.sound_power == pytest.approx(before.sound_power + louder)
                assert activity.peak_level == pytest.approx(before.peak_level + louder)


def test_zones_a_variant_does_not_name_stay_what_they_are() -> None:
    after = varied(JOINERY, Variant(name="over", source=SOURCE, zones=("joinery-finishing",), air_changes=0.5, lamps=2))
    machines, finishing, office = after.zones
    assert (machines, office) == (JOINERY.zones[0], JOINERY.zones[2])
    was = JOINERY.zones[1].room
    assert finishing.room.air_changes == was.air_changes / 2
    assert finishing.room.air_changes_occupied == was.air_changes_occupied / 2
    assert finishing.room.lamps == was.lamps * 2


@given(factor=st.floats(0.01, 10.0))
def test_where_somebody_is_somebody_stays_and_nobody_is_cut_in_pieces(factor: float) -> None:
    after = varied(SALON, Variant(name="under", source=SOURCE, people=factor))
    blocks = zip(after.zones[0].people.presence, SALON.zones[0].people.presence, strict=True)
    for block, before in blocks:
        assert isinstance(block.people, int)
        assert block.people >= 1
        assert abs(block.people - before.people * factor) <= max(0.5, 1 - before.people * factor)


def test_daylight_and_humidity_stay_within_what_there_is() -> None:
    after = varied(
        SALON, Variant(name="over", source=SOURCE, daylight=1000, outdoor_humidity=80, outdoor_temperature=5)
    )
    assert after.zones[0].room.daylight_factor == 1.0
    assert after.outdoors.humidity == 100.0
    assert after.outdoors.temperature == SALON.outdoors.temperature + 5


def test_a_variant_is_not_applied_twice() -> None:
    over = as_variant(SALON, "over")
    with pytest.raises(WorkplaceError, match=r'has no variant "over"; expected one of as is$'):
        as_variant(over, "over")


def test_a_variant_there_is_not_is_told_with_those_there_are() -> None:
    with pytest.raises(
        WorkplaceError, match='"Hair salon" has no variant "far over"; expected one of as is, under, near'
    ):
        as_variant(SALON, "far over")


@pytest.mark.parametrize("name", packaged_names())
def test_a_variant_hangs_the_same_kits_in_the_same_zones(name: str) -> None:
    workplace = packaged_workplace(name)
    for variant in workplace.variants:
        after = as_variant(workplace, variant.name)
        assert [(zone.id, zone.kit, zone.place) for zone in after.zones] == [
            (zone.id, zone.kit, zone.place) for zone in workplace.zones
        ]
