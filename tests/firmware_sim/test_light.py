"""Daylight and the sun."""

from datetime import date

import numpy as np
import pytest
from msgspec.structs import replace

from firmware_sim import light
from firmware_sim.workplaces import packaged_workplace

DAY = 86_400_000
MIDSUMMER = 1_782_000_000_000 // DAY * DAY
"""2026-06-21."""


def test_daylight_is_nothing_at_midnight_and_most_at_the_local_noon() -> None:
    instants = MIDSUMMER + np.arange(0, DAY, 60_000, dtype=np.int64)
    outside = light.daylight(instants, 48.0, 0.0, 1.0)
    assert outside[0] == 0.0
    assert abs(int(outside.argmax()) - 720) <= 1
    assert 80_000 < outside.max() < 100_000


def test_noon_comes_an_hour_earlier_fifteen_degrees_further_east() -> None:
    instants = MIDSUMMER + np.arange(0, DAY, 60_000, dtype=np.int64)
    assert abs(int(light.daylight(instants, 48.0, 15.0, 1.0).argmax()) - 660) <= 1


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2024, 12, 31), date(2026, 3, 20), date(1969, 7, 1)])
def test_height_of_the_sun_at_noon_is_that_of_the_day_of_the_year(day: date) -> None:
    noon = np.array([(day.toordinal() - date(1970, 1, 1).toordinal()) * DAY + DAY // 2], dtype=np.int64)
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day.timetuple().tm_yday) / 365)
    wanted = light.CLEAR_NOON * np.cos(np.radians(48.0) - declination) ** 1.2
    assert float(light.daylight(noon, 48.0, 0.0, 1.0)[0]) == pytest.approx(wanted, rel=1e-12)


def test_sun_heats_in_proportion_to_the_daylight() -> None:
    room = replace(packaged_workplace("open_plan_office").zones[0].room, solar_gain=4000.0)
    np.testing.assert_allclose(light.solar_heat(room, np.array([0.0, 25_000.0, 100_000.0])), [0.0, 1000.0, 4000.0])


def test_lamps_that_are_lit_half_of_the_minute_give_half_their_light() -> None:
    room = packaged_workplace("open_plan_office").zones[0].room
    found = light.on_work_plane(room, np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.0, 10_000.0]))
    np.testing.assert_allclose(found, [0.0, room.lamps / 2, room.lamps + 10_000.0 * room.daylight_factor])
