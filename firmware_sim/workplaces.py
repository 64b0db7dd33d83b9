"""The workplaces that come with the simulator, and the virtual kits that hang there."""

from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np

from catalog.identifiers import KitId, KitModelId, QuantityId
from catalog.kits import kit_models
from catalog.public_holidays import is_holiday
from firmware_sim.errors import WorkplaceError
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_settings import KitSettings
from firmware_sim.kit_troubles import kit_life
from firmware_sim.on_board import Samples, at_sampling, reported
from firmware_sim.placing import Placing, kit_place, worker_distances
from firmware_sim.scenario import Workplace
from firmware_sim.scripted_sensor_faults import sensor_faults
from firmware_sim.sensing import SoundPath, sense
from firmware_sim.simulation import simulate, truth
from firmware_sim.workplace_file import load_workplace
from firmware_sim.zones import STEP, Truth, local_instant

DEMO_WORKPLACES = ("joinery", "hair_salon", "open_plan_office")
DEMO_DAYS = 3
"""Working days of the demo."""

DEMO_TIMEZONE = "Europe/Paris"


def packaged_names() -> tuple[str, ...]:
    """The workplaces that come with the simulator, in alphabetical order."""
    folder = files("firmware_sim") / "workplaces"
    names = (file.name for file in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def packaged_workplace(name: str) -> Workplace:
    """A workplace that comes with the simulator: one of :func:`packaged_names`."""
    filename = f"{name}.yaml"
    file = files("firmware_sim") / "workplaces" / filename
    if not file.is_file():
        raise WorkplaceError(f'there is no workplace "{name}"; expected one of {", ".join(packaged_names())}')
    return load_workplace(file.read_text(encoding="utf-8"), filename)


def working_days(first: date, count: int) -> list[date]:
    """The first ``count`` days from ``first`` on that are neither weekend nor public holiday in France."""
    days: list[date] = []
    day = first
    while len(days) < count:
        if _is_working_day(day):
            days.append(day)
        day += timedelta(days=1)
    return days


def first_demo_day(today: date) -> date:
    """The third-last working day before ``today``: the demo then lies in the past, and its clocks are right."""
    day, left = today, DEMO_DAYS
    while left:
        day -= timedelta(days=1)
        left -= _is_working_day(day)
    return day


def virtual_kits(
    workplace: Workplace,
    days: Sequence[date],
    seed: int,
    *,
    kits: int = 1,
    model: KitModelId | None = None,
    placing: Placing = Placing.AS_WRITTEN,
) -> list[VirtualKit]:
    """The kits of a workplace over some working days.

    Parameters
    ----------
    days : sequence of datetime.date
        Days on which the kits are switched on, in order. The rooms live on in between, with the mains off.
    seed : int
        Same workplace, days and seed: same bytes.
    kits : int
        In each zone. The first has the id of the file; the others have it with ``-2``, ``-3`` and so on.
    model : KitModelId or None
        In place of the models of the file: another grade of sensors.
    placing : Placing
        Where the kits hang; each has the truth of its own place.
    """
    whole = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    timezone = ZoneInfo(workplace.timezone)
    made = []
    for room in simulate(workplace, whole, seed):
        zone = room.happened.zone
        ear = worker_distances(zone, seed, placing)
        for number in range(1, kits + 1):
            kit = zone.kit.id if number == 1 else f"{zone.kit.id}-{number}"
            at_kit = truth(room, kit_place(zone, kit, seed, placing), ear)
            made.append(_virtual_kit(KitId(kit), zone.kit, model, at_kit, days, timezone, seed))
    return made


def demo(first_day: date, seed: int) -> list[VirtualKit]:
    """The kits of the demo: a joinery, a hair salon and an open-plan office over three working days.

    Parameters
    ----------
    first_day : datetime.date
        The kits start on the first working day from it on; see :func:`first_demo_day`.
    seed : int
    """
    days = working_days(first_day, DEMO_DAYS)
    return [kit for name in DEMO_WORKPLACES for kit in virtual_kits(packaged_workplace(name), days, seed)]


def _virtual_kit(
    kit: KitId,
    settings: KitSettings,
    model: KitModelId | None,
    truth: Truth,
    days: Sequence[date],
    timezone: ZoneInfo,
    seed: int,
) -> VirtualKit:
    life = kit_life(settings, kit, days, timezone, seed)
    seen = at_sampling(Samples(truth.instants, STEP, truth.values), settings.sampling_step)
    readings = sense(
        kit_models()[model or KitModelId(settings.model)],
        seen.values,
        seen.step / 1000,
        seed,
        kit,
        sensor_faults(settings, seen.instants, days, timezone),
        place=truth.zone,
        sound=SoundPath(settings.sound),
    )
    if (stop := settings.stopped_channel) is not None and stop.day <= len(days):
        silent = seen.instants > local_instant(days[stop.day - 1], stop.at, timezone)
        stopped = readings.get(QuantityId(stop.quantity))  # another model need not have the channel
        if stopped is not None:
            stopped[silent] = np.nan
    said = reported(Samples(seen.instants, seen.step, readings), life.period, life.off)
    switched_on = np.zeros(said.instants.size, dtype=bool)
    for day in days:
        start = local_instant(day, "00:00", timezone)
        end = local_instant(day + timedelta(days=1), "00:00", timezone)
        switched_on |= (said.instants > start) & (said.instants <= end)
    return VirtualKit(
        id=kit,
        truth=truth,
        instants=said.instants[switched_on],
        readings={quantity: values[switched_on] for quantity, values in said.values.items()},
        boot=f"{days[0]:%Y%m%d}-{seed}",
        payload=settings.format,
        instants_per_message=settings.instants_per_message,
        life=life,
    )


def _is_working_day(day: date) -> bool:
    return day.isoweekday() <= 5 and not is_holiday(day, "FR", None)
