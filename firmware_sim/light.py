"""Light: the sky outdoors, the lamps, and what of both falls on the work plane."""

import numpy as np
import numpy.typing as npt

from firmware_sim.rooms import Floats
from firmware_sim.scenario import Outdoors, Room

CLEAR_NOON = 100_000.0
"""Horizontal illuminance outdoors under a clear sky with the sun overhead, order of magnitude [lx]."""

DRIFT = 0.25
"""Standard deviation of the logarithm of what clouds let through, from one quarter of an hour to another [1]."""

_QUARTER = 900_000


def daylight(instants: npt.NDArray[np.int64], latitude: float, longitude: float, clearness: float) -> Floats:
    """Horizontal illuminance outdoors [lx] at instants [ms UTC].

    Parameters
    ----------
    latitude, longitude : float
        [°], north and east positive.
    clearness : float
        Share of the clear sky's light that comes through the clouds [1].

    References
    ----------
    Cooper (1969) for the sun's declination; the equation of time (at most 16 minutes) is left out.
    """
    days, milliseconds = np.divmod(instants, 86_400_000)
    day = days.astype("datetime64[D]")
    day_of_year = (day - day.astype("datetime64[Y]")).astype(np.int64) + 1
    declination = np.radians(23.45) * np.sin(2 * np.pi * (284 + day_of_year) / 365)
    hour_angle = 2 * np.pi * (milliseconds / 86_400_000 - 0.5) + np.radians(longitude)
    phi = np.radians(latitude)
    height = np.sin(phi) * np.sin(declination) + np.cos(phi) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(CLEAR_NOON * clearness * np.clip(height, 0.0, None) ** 1.2)


def sky(outdoors: Outdoors, instants: npt.NDArray[np.int64], rng: np.random.Generator) -> Floats:
    """Daylight outdoors [lx] through clouds that drift by within a quarter of an hour or so."""
    quarters = np.arange(instants[0], instants[-1] + _QUARTER, _QUARTER)
    clouds = np.interp(instants, quarters, rng.normal(0.0, DRIFT, quarters.size))
    through = daylight(instants, outdoors.latitude, outdoors.longitude, outdoors.clearness)
    return np.asarray(through * np.exp(clouds))


def on_work_plane(room: Room, lit: Floats, outdoors: Floats) -> Floats:
    """Illuminance where people work [lx]: the lamps for the share of each step they are lit, and what the sky gives."""
    return np.asarray(room.lamps * lit + room.daylight_factor * outdoors)


def solar_heat(room: Room, outdoors: Floats) -> Floats:
    """Heat of the sun through roof and windows [W], in proportion to the daylight outdoors [lx]."""
    return np.asarray(room.solar_gain * outdoors / CLEAR_NOON)
