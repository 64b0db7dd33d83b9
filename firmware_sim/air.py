"""Air of the rooms of a workplace: what people and activities give off, and where ventilation and doors carry it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from firmware_sim.humid_air import vapour_density
from firmware_sim.rooms import SECONDS_PER_HOUR, Floats, concentrations
from firmware_sim.scenario import Activity, Outdoors, Passage, Room
from firmware_sim.timetable import Happenings, Run
from firmware_sim.zones import STEP

DEPOSITION = {"pm1": 0.1, "pm2_5": 0.3, "pm4": 0.8, "pm10": 2.0}
"""Loss to surfaces of the particles between one size and the next smaller [1/h]: engineering estimate after
Thatcher and Layton, Atmos. Environ. 29 (1995)."""

GASES = ("co2", "co", "tvoc", "formaldehyde", "water")
"""In the order they are reckoned; water is the vapour of the air [g/m³]."""

_SMALLER = {"pm1": None, "pm2_5": "pm1", "pm4": "pm2_5", "pm10": "pm4"}


@dataclass(frozen=True, slots=True)
class AirFlows:
    """Where air goes in a workplace.

    Attributes
    ----------
    ventilation : array, steps × rooms
        Outdoor air, in volumes of the room [1/s].
    between : array, steps × rooms × rooms
        Air that goes each way between two rooms [m³/s].
    """

    ventilation: Floats
    between: Floats


def air_flows(happened: Sequence[Happenings], passages: Sequence[Passage]) -> AirFlows:
    """Ventilation while people are there and not, open windows, passages, and doors that activities hold open."""
    index = {each.zone.id: number for number, each in enumerate(happened)}
    between = np.zeros((happened[0].instants.size, len(happened), len(happened)))
    for passage in passages:
        one, other = (index[name] for name in passage.between)
        between[:, one, other] += passage.air / SECONDS_PER_HOUR
        between[:, other, one] += passage.air / SECONDS_PER_HOUR
    for number, each in enumerate(happened):
        for run in each.runs:
            if (door := run.activity.door) is not None:
                through = door.air / SECONDS_PER_HOUR * run.share
                between[:, number, index[door.with_]] += through
                between[:, index[door.with_], number] += through
    ventilation = np.stack([_ventilation(each.zone.room, each.people, each.runs) for each in happened], axis=1)
    return AirFlows(ventilation, between)


def _ventilation(room: Room, people: Floats, runs: Sequence[Run]) -> Floats:
    changes = np.where(people > 0, room.air_changes + room.air_changes_occupied, room.air_changes)
    for run in runs:
        if run.activity.air_changes:
            changes = changes + run.activity.air_changes * run.share
    return np.asarray(changes / SECONDS_PER_HOUR, dtype=np.float64)


def given_off(activity: Activity) -> dict[str, float]:
    """What an activity gives off, as what it makes of a cubic metre in a second [unit of the quantity · m³/s].

    Notes
    -----
    1 L of a gas in 1 m³ is 1000 ppm, 1 mL is 1 ppm or 1000 ppb.
    """
    hour, minute = SECONDS_PER_HOUR, 60.0
    particles = activity.particles
    return {
        "co2": activity.co2 * 1000.0 / hour,
        "co": activity.co / hour,
        "tvoc": activity.vapour * 1000.0 / hour,
        "formaldehyde": activity.formaldehyde * 1000.0 / hour,
        "water": activity.moisture / hour,
        "pm1": particles.pm1 * 1000.0 / minute,
        "pm2_5": particles.pm2_5 * 1000.0 / minute,
        "pm4": particles.pm4 * 1000.0 / minute,
        "pm10": particles.pm10 * 1000.0 / minute,
    }


def outdoor_gases(outdoors: Outdoors) -> dict[str, float]:
    """Gases of the air outdoors [unit of the quantity]."""
    return {
        "co2": outdoors.co2,
        "co": outdoors.co,
        "tvoc": outdoors.tvoc,
        "formaldehyde": outdoors.formaldehyde,
        "water": float(vapour_density(outdoors.humidity, outdoors.temperature)),
    }


def usual_tvoc(happened: Happenings, outdoors: Outdoors) -> float:
    """Vapours of the room's air when nobody works there [ppb]."""
    return outdoors.tvoc + happened.zone.usual_tvoc


def room_air(happened: Sequence[Happenings], outdoors: Outdoors, flows: AirFlows) -> list[dict[str, Floats]]:
    """Gases and particles of each room's mixed air at the end of each step [unit of the quantity]."""
    volumes = np.array([each.zone.room.volume for each in happened])
    exchange = flows.between / volumes[:, np.newaxis]
    emitted = [_emitted(each) for each in happened]

    usual = np.array([[_usual(each, outdoors)[gas] for each in happened] for gas in GASES])
    sources = np.array([[of_room[gas] for of_room in emitted] for gas in GASES])
    # building and furniture give off more into stale air, which keeps their part about constant
    inflow = sources.transpose(0, 2, 1) / volumes + usual[:, np.newaxis, :] * flows.ventilation
    gases = concentrations(usual, inflow, flows.ventilation, exchange, STEP / 1000)
    air = [{gas: gases[number, :, room] for number, gas in enumerate(GASES)} for room in range(len(happened))]

    # PM10 includes PM4 and so on: each slice of sizes settles at its own pace, then they are put together again
    together = np.zeros(flows.ventilation.shape)
    for size, smaller in _SMALLER.items():
        removal = flows.ventilation + DEPOSITION[size] / SECONDS_PER_HOUR
        outside = outdoors.particles.slices()[size]
        slice_ = np.stack([_slice(of_room, size, smaller) for of_room in emitted], axis=1)
        inflow = slice_ / volumes + outside * flows.ventilation
        initial = outside * flows.ventilation[:1] / removal[:1]
        together = together + concentrations(initial, inflow[np.newaxis], removal, exchange, STEP / 1000)[0]
        for room, of_room in enumerate(air):
            of_room[size] = together[:, room]
    return air


def near_field(happened: Happenings) -> dict[str, Floats]:
    """What the worker's near field holds above the room's air [unit of the quantity].

    Returns
    -------
    dict of str to array
        Of each gas and size of particles with a source somebody stands at, Σ attended · share · G/β.

    Notes
    -----
    The steady state of the two-box model: a near field of a cubic metre or two renews itself within seconds, a step is
    a minute.

    References
    ----------
    Nicas, Am. Ind. Hyg. Assoc. J. 57 (1996) 542-550: C_NF = C_FF + G/β.
    """
    above: dict[str, Floats] = {}
    for run in happened.runs:
        if run.activity.attended == 0.0:
            continue
        for name, amount in given_off(run.activity).items():
            if amount > 0.0 and name != "water":
                share = run.activity.attended * amount / happened.zone.room.near_air
                above[name] = above.get(name, 0.0) + share * run.share
    return above


def _usual(happened: Happenings, outdoors: Outdoors) -> Mapping[str, float]:
    usual = outdoor_gases(outdoors)
    usual["tvoc"] = usual_tvoc(happened, outdoors)
    usual["formaldehyde"] += happened.zone.usual_formaldehyde
    return usual


def _emitted(happened: Happenings) -> dict[str, Floats]:
    """What people and activities give off in each step [unit of the quantity · m³/s]."""
    people = happened.zone.people
    emitted = {name: np.zeros(happened.people.size) for name in (*GASES, *DEPOSITION)}
    emitted["co2"] += people.co2 * 1000.0 * happened.people
    emitted["water"] += people.moisture / SECONDS_PER_HOUR * happened.people
    for run in happened.runs:
        for name, amount in given_off(run.activity).items():
            if amount:
                emitted[name] += amount * run.share
    return emitted


def _slice(emitted: Mapping[str, Floats], size: str, smaller: str | None) -> Floats:
    """The particles between one size and the next smaller one; rounding must not make them fewer than none."""
    return emitted[size] if smaller is None else np.maximum(emitted[size] - emitted[smaller], 0.0)
