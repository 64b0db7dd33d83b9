"""One random campaign of a workplace: the file gives the medians, the spreads of this page what differs from it.

Spreads are standard deviations of the natural logarithm [1] where the quantity is above zero, of the logarithm of the
odds [1] where it is a share, and of the quantity itself where the unit says so. Nothing is drawn further out than
:data:`FURTHEST` standard deviations: a campaign is unusual now and then, not absurd.
"""

import math

import numpy as np
from msgspec.structs import replace

from firmware_sim.scenario import Activity, Outdoors, Passage, People, SimulatedZone, Workplace
from firmware_sim.variants import Factors, giving_off, scaled, with_people
from firmware_sim.zones import seeded

FURTHEST = 2.5
"""[standard deviations]"""

VOLUME = 0.05
"""Engineering estimate: furniture, stock and a paced-out survey take or add some per cent of a room."""

VENTILATION = 0.15
"""Engineering estimate: filters, wind and open doors change the air of one building by some fifteen per cent from one
fortnight to another."""

EMISSION = 0.22
"""Each activity apart. Exposure of one worker differs from day to day with a geometric standard deviation of about 2
(Kromhout, Symanski and Rappaport, Ann. Occup. Hyg. 37 (1993) 253-270), the mean of ten shifts by ln 2 / √10."""

HEAT = 0.05
"""Each activity apart. Engineering estimate: load of motors, ovens and computers of given power."""

SOUND_POWER = 1.5
"""Each activity apart [dB]. Engineering estimate: the same machines on other work, less than the 2.5 dB that ISO 4871
takes for machines of one type."""

SHARE = 0.15
"""Of the odds, each activity apart. Engineering estimate: a busy and a slack fortnight."""

PEOPLE = 0.10
"""Engineering estimate: leave, illness and visitors, one factor for all who work in a zone."""

PUNCTUALITY = 0.30
"""Engineering estimate."""

PASSAGE = 0.30
"""Engineering estimate: air through a door goes with the square root of the difference in temperature."""

LAMPS = 0.08
"""Engineering estimate: age of the lamps and dirt on them, between two times of maintenance."""

OUTDOOR_TEMPERATURE = 1.5
"""[°C]. Engineering estimate: the mean of two weeks around that of such weather as the file describes."""

OUTDOOR_SWING = 0.25
"""Engineering estimate: clear and overcast weeks."""

OUTDOOR_HUMIDITY = 6.0
"""[%]. Engineering estimate, as the temperature."""

OUTDOOR_PARTICLES = 0.40
"""Engineering estimate: weekly means of urban background stations, windy and still weeks."""

CLEARNESS = 0.50
"""Of the odds. Engineering estimate: clear and overcast weeks."""

HUMIDITY_BOUNDS = (10.0, 98.0)
"""Relative humidity outdoors in France [%]."""


def drawn(workplace: Workplace, seed: int) -> Workplace:
    """A workplace as one random campaign finds it.

    Parameters
    ----------
    workplace : Workplace
        The file, or a variant of it.
    seed : int
        Same workplace and seed: same campaign.

    Returns
    -------
    Workplace
        Other volume, ventilation, lamps, emissions, sound, shares of time, people, punctuality and weather; the
        places of kit and people are drawn apart, when its kits are made.
    """
    return replace(
        workplace,
        outdoors=_outdoors(workplace.outdoors, seeded(seed, "campaign", workplace.name, "outdoors")),
        zones=[_zone(zone, seed) for zone in workplace.zones],
        passages=tuple(_passage(passage, seed) for passage in workplace.passages),
    )


def _zone(zone: SimulatedZone, seed: int) -> SimulatedZone:
    rng = seeded(seed, "campaign", zone.id)
    volume, ventilation = _factor(rng, VOLUME), _factor(rng, VENTILATION)
    room = replace(
        zone.room,
        volume=zone.room.volume * volume,
        air_changes=zone.room.air_changes * ventilation,
        air_changes_occupied=zone.room.air_changes_occupied * ventilation,
        lamps=zone.room.lamps * _factor(rng, LAMPS),
    )
    people = _people(zone.people, rng)
    activities = [_activity(each, seeded(seed, "campaign", zone.id, each.name)) for each in zone.activities]
    return replace(zone, room=room, people=people, activities=activities)


def _people(people: People, rng: np.random.Generator) -> People:
    factor, punctuality = _factor(rng, PEOPLE), _factor(rng, PUNCTUALITY)
    return replace(with_people(people, factor), punctuality=people.punctuality * punctuality)


def _activity(activity: Activity, rng: np.random.Generator) -> Activity:
    emission, heat = _factor(rng, EMISSION), _factor(rng, HEAT)
    factors = Factors(
        vapour=emission,
        formaldehyde=emission,
        particles=emission,
        co=emission,
        co2=emission,
        moisture=emission,
        heat=heat,
    )
    given_off = giving_off(activity, factors, SOUND_POWER * _normal(rng))
    share, ventilation = _of_odds(activity.share, SHARE, rng), _factor(rng, VENTILATION)
    door = activity.door
    if door is not None:
        door = replace(door, air=door.air * _factor(rng, PASSAGE))
    return replace(given_off, share=share, air_changes=activity.air_changes * ventilation, door=door)


def _passage(passage: Passage, seed: int) -> Passage:
    return replace(passage, air=passage.air * _factor(seeded(seed, "campaign", *passage.between), PASSAGE))


def _outdoors(outdoors: Outdoors, rng: np.random.Generator) -> Outdoors:
    low, high = HUMIDITY_BOUNDS
    return replace(
        outdoors,
        temperature=outdoors.temperature + OUTDOOR_TEMPERATURE * _normal(rng),
        temperature_swing=outdoors.temperature_swing * _factor(rng, OUTDOOR_SWING),
        humidity=min(high, max(low, outdoors.humidity + OUTDOOR_HUMIDITY * _normal(rng))),
        particles=scaled(outdoors.particles, _factor(rng, OUTDOOR_PARTICLES)),
        clearness=_of_odds(outdoors.clearness, CLEARNESS, rng),
    )


def _normal(rng: np.random.Generator) -> float:
    return float(np.clip(rng.normal(), -FURTHEST, FURTHEST))


def _factor(rng: np.random.Generator, spread: float) -> float:
    """Log-normal with median 1."""
    return math.exp(spread * _normal(rng))


def _of_odds(share: float, spread: float, rng: np.random.Generator) -> float:
    """A share whose odds are log-normal around the given ones: never and always stay what they are."""
    factor = _factor(rng, spread)
    return share * factor / (1.0 - share + share * factor)
