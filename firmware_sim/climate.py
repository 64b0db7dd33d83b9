"""Warmth of the rooms of a workplace, and the weather outside."""

from collections.abc import Sequence

import numpy as np

from firmware_sim.air import AirFlows
from firmware_sim.light import solar_heat
from firmware_sim.rooms import Floats, temperatures
from firmware_sim.scenario import Outdoors
from firmware_sim.timetable import Happenings
from firmware_sim.zones import STEP, Instants

AIR_HEAT = 1206.0
"""Heat capacity of a cubic metre of air [J/(m³·K)]."""

WARMEST = 14.0
"""When it is warmest outdoors [h UTC]: about 15:00 in the west of Europe."""

PRESSURE_SWING = 4.0
"""Passing weather [hPa]."""


def outdoor_temperature(outdoors: Outdoors, instants: Instants) -> Floats:
    """Temperature outdoors [°C]."""
    hours = (instants % 86_400_000) / 3_600_000
    return np.asarray(outdoors.temperature + outdoors.temperature_swing * np.cos(2 * np.pi * (hours - WARMEST) / 24.0))


def pressure(outdoors: Outdoors, instants: Instants) -> Floats:
    """Air pressure [hPa]."""
    return np.asarray(outdoors.pressure + PRESSURE_SWING * np.sin(2 * np.pi * instants / (50 * 3_600_000)))


def room_temperatures(
    happened: Sequence[Happenings], outdoors: Outdoors, skies: Sequence[Floats], flows: AirFlows
) -> list[Floats]:
    """Temperature of each room's mixed air [°C] at the end of each step.

    Parameters
    ----------
    skies : sequence of array
        Daylight outdoors [lx], on the grid of each zone.
    """
    rooms = [each.zone.room for each in happened]
    volumes = np.array([room.volume for room in rooms])
    walls = np.array([room.conductance for room in rooms])
    setpoint = np.array([room.setpoint for room in rooms])
    gains = np.stack([_gains(each, sky) for each, sky in zip(happened, skies, strict=True)], axis=1)
    found = temperatures(
        # a building that nobody heats is as warm as the days before were
        initial=np.maximum(setpoint, outdoors.temperature),
        outdoor=np.stack([outdoor_temperature(outdoors, each.instants) for each in happened], axis=1),
        gains=gains,
        conductance=walls + AIR_HEAT * volumes * flows.ventilation,
        exchange=AIR_HEAT * flows.between,
        capacity=np.array([room.capacity * 1e6 for room in rooms]),
        setpoint=setpoint,
        heating_power=np.array([room.heating_power for room in rooms]),
        step=STEP / 1000,
    )
    return [found[:, number] for number in range(len(rooms))]


def _gains(happened: Happenings, sky: Floats) -> Floats:
    """Heat of people, lamps, sun and activities [W]."""
    room = happened.zone.room
    gains = happened.zone.people.heat * happened.people + room.lamp_power * happened.lit + solar_heat(room, sky)
    for run in happened.runs:
        if run.activity.heat:
            gains = gains + run.activity.heat * run.share
    return np.asarray(gains, dtype=np.float64)
