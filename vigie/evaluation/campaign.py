"""One random campaign: which variant of a workplace, for how many days, with how many kits of which grade."""

import dataclasses
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from msgspec.structs import replace

from catalog.identifiers import KitModelId, QuantityId, ZoneId
from catalog.kits import KitModel, kit_models
from catalog.public_holidays import is_holiday
from firmware_sim.draws import drawn
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_settings import KitSettings
from firmware_sim.placing import Placing
from firmware_sim.scenario import SimulatedZone, Workplace
from firmware_sim.variants import AS_IS, as_variant
from firmware_sim.workplaces import virtual_kits

YEAR = 2026
"""Campaigns begin on days of this year, so that an evaluation does not depend on when it is made."""

_LAST_START = 340
"""Days into the year on which a campaign may begin: two weeks of work still fit into it."""

GRADES = (KitModelId("vigie-sim-basic"), KitModelId("vigie-sim"), KitModelId("vigie-sim-reference"))
"""Entry level, usual, and reference grade of sensors."""


@dataclass(frozen=True, slots=True)
class Family:
    """A workplace by the name of its file.

    Attributes
    ----------
    source : str
        What somebody has to type to have it.
    """

    name: str
    workplace: Workplace
    source: str = ""

    @property
    def variants(self) -> tuple[str, ...]:
        """What campaigns are drawn from, all alike often; the file as it stands where it has no variants."""
        return tuple(variant.name for variant in self.workplace.variants) or (AS_IS,)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a campaign may be like; each is drawn from these, all alike often.

    Attributes
    ----------
    days : tuple of int
        Working days.
    kits : tuple of int
        In each zone.
    models : tuple of KitModelId
    """

    days: tuple[int, ...] = (3, 5, 10)
    kits: tuple[int, ...] = (1, 2)
    models: tuple[KitModelId, ...] = GRADES


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it was drawn.

    Attributes
    ----------
    number : int
        In its family, from 0.
    days, kits : int
        Working days; kits in each zone.
    first, last : datetime.date
        The kits hang there from the beginning of the one to the end of the other, weekends among them.
    seed : int
        Of everything that is simulated.
    workplace : Workplace
        Varied and drawn.
    measured : mapping of ZoneId to frozenset of QuantityId
        What the file's own kit measures in each zone: a grade says how well, not what. Nobody hangs a formaldehyde cell
        among solvents because his kits happen to have one.
    """

    family: str
    variant: str
    number: int
    days: int
    kits: int
    grade: KitModelId
    first: date
    last: date
    seed: int
    workplace: Workplace
    measured: Mapping[ZoneId, frozenset[QuantityId]]

    def virtual_kits(self) -> list[VirtualKit]:
        """The kits of the campaign, each hung somewhere a technician might have hung it."""
        whole = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        kits = virtual_kits(self.workplace, whole, self.seed, kits=self.kits, placing=Placing.DRAWN)
        return [_measuring(kit, self.measured[kit.truth.zone]) for kit in kits]


def campaign_of(family: Family, number: int, seed: int, choices: Choices) -> Campaign:
    """A campaign by its number: a function of what is named here alone, so that it can be had again by itself.

    Parameters
    ----------
    number : int
        From 0; variants take turns.
    seed : int
        Of the evaluation, 0 or more.
    """
    rng = np.random.default_rng([seed, zlib.crc32(family.name.encode()), number])
    variant = family.variants[number % len(family.variants)]
    days = choices.days[rng.integers(len(choices.days))]
    kits = choices.kits[rng.integers(len(choices.kits))]
    grade = choices.models[rng.integers(len(choices.models))]
    start = date(YEAR, 1, 1) + timedelta(days=int(rng.integers(_LAST_START)))
    own = int(rng.integers(2**31))
    varied = as_variant(family.workplace, variant)
    found = drawn(replace(varied, zones=[_equipped(zone, grade) for zone in varied.zones]), own)
    worked = _working_days(family.workplace, start, days)
    measured = {ZoneId(zone.id): _quantities(zone) for zone in family.workplace.zones}
    return Campaign(family.name, variant, number, days, kits, grade, worked[0], worked[-1], own, found, measured)


def _working_days(workplace: Workplace, start: date, count: int) -> list[date]:
    """The first ``count`` days from ``start`` on on which anybody works in any zone."""
    weekdays = {day for zone in workplace.zones for day in zone.place.days}
    days: list[date] = []
    day = start
    while len(days) < count:
        if day.isoweekday() in weekdays and not is_holiday(day, "FR", None):
            days.append(day)
        day += timedelta(days=1)
    return days


def _quantities(zone: SimulatedZone) -> frozenset[QuantityId]:
    return frozenset(channel.quantity for channel in kit_models()[KitModelId(zone.kit.model)].channels)


def _measuring(kit: VirtualKit, quantities: frozenset[QuantityId]) -> VirtualKit:
    """A kit with these channels alone."""
    kept = {quantity: values for quantity, values in kit.readings.items() if quantity in quantities}
    return kit if len(kept) == len(kit.readings) else dataclasses.replace(kit, readings=kept)


def _equipped(zone: SimulatedZone, grade: KitModelId) -> SimulatedZone:
    """A zone with a kit of a grade that nothing befalls but what the evaluation draws.

    A kit without some of the cells the file's own model has is no grade of it: such a zone keeps its own.
    """
    models: Mapping[KitModelId, KitModel] = kit_models()
    own = KitModelId(zone.kit.model)
    missing = {c.quantity for c in models[own].channels} - {c.quantity for c in models[grade].channels}
    return replace(zone, kit=KitSettings(id=zone.kit.id, model=own if missing else grade, phase=zone.kit.phase))
