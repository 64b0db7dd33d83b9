"""The truth about a zone, minute by minute, and the grid of time it stands on."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from catalog.identifiers import QuantityId, ZoneId
from catalog.schedule import instant_of
from firmware_sim.rooms import Floats
from firmware_sim.scenario_words import clock_time

Instants = npt.NDArray[np.int64]

STEP = 60_000
"""Grid of the simulation [ms]."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What really was in a zone.

    Attributes
    ----------
    instants : array
        Ends of the one-minute steps [ms UTC].
    people : array
        Mean number of people during each step.
    values : mapping of QuantityId to array
        Where the kit hangs, in the quantity's unit: levels over the step, all else at its end.
    worker : mapping of QuantityId to array
        At the breathing zone, the ear and the work plane of the worker whose exposure is judged.
    room : mapping of QuantityId to array
        Of the well-mixed room and its diffuse sound.
    """

    zone: ZoneId
    instants: Instants
    people: Floats
    values: Mapping[QuantityId, Floats]
    worker: Mapping[QuantityId, Floats]
    room: Mapping[QuantityId, Floats]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time [ms UTC]."""

    start: int
    end: int


def seeded(seed: int, *names: str) -> np.random.Generator:
    """A generator of its own for each name, so that adding something to a scenario changes nothing else in it."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def local_instant(day: date, clock: str, timezone: ZoneInfo) -> int:
    """A local time of a day [ms UTC]."""
    return instant_of(datetime.combine(day, clock_time(clock)), timezone)
