"""The workplaces that come with the simulator, and the virtual kits that hang there."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import numpy as np
import yaml

from catalog.identifiers import KitId, KitModelId, QuantityId
from catalog.kits import kit_models
from catalog.public_holidays import is_holiday
from firmware_sim.errors import WorkplaceError
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_settings import KitSettings
from firmware_sim.scenario import SimulatedZone, Workplace
from firmware_sim.sensing import sense
from firmware_sim.sensors import SENSOR_TYPES
from firmware_sim.zones import STEP, Span, local_instant, simulate

DEMO_WORKPLACES = ("joinery", "hair_salon", "open_plan_office")
DEMO_DAYS = 3
"""Working days of the demo."""

DEMO_TIMEZONE = "Europe/Paris"


def load_workplace(text: str, filename: str) -> Workplace:
    """Read a workplace file.

    Parameters
    ----------
    text : str
        YAML.
    filename : str
        For messages.

    Raises
    ------
    WorkplaceError
        One line with the file, the line, the field, what was found and what was expected.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WorkplaceError(f"{filename}:{line}: cannot be read as YAML: {error.problem}; mend it there") from None
    try:
        workplace = msgspec.convert(document, Workplace)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`").lstrip(".")
        raise WorkplaceError(f"{filename}:{_line_of(node, path)}: {path or 'the file'}: {problem}") from None
    _check(workplace, filename)
    return workplace


def packaged_workplace(name: str) -> Workplace:
    """A workplace that comes with the simulator: one of :data:`DEMO_WORKPLACES`."""
    filename = f"{name}.yaml"
    file = files("firmware_sim") / "workplaces" / filename
    if not file.is_file():
        raise WorkplaceError(f'there is no workplace "{name}"; expected one of {", ".join(DEMO_WORKPLACES)}')
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


def virtual_kits(workplace: Workplace, days: Sequence[date], seed: int) -> list[VirtualKit]:
    """The kits of a workplace over some working days, one for each zone.

    Parameters
    ----------
    days : sequence of datetime.date
        Days on which the kits are switched on, in order. The rooms live on in between, with the mains off.
    seed : int
        Same workplace, days and seed: same bytes.
    """
    return [_virtual_kit(zone, workplace, days, seed) for zone in workplace.zones]


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


def _virtual_kit(zone: SimulatedZone, workplace: Workplace, days: Sequence[date], seed: int) -> VirtualKit:
    timezone = ZoneInfo(workplace.timezone)
    settings = zone.kit
    whole = [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    truth = simulate(zone, workplace.outdoors, whole, timezone, seed, round(settings.phase * 1000))
    switched_on = np.zeros(truth.instants.size, dtype=bool)
    for day in days:
        start = local_instant(day, "00:00", timezone)
        end = local_instant(day + timedelta(days=1), "00:00", timezone)
        switched_on |= (truth.instants > start) & (truth.instants <= end)
    readings = sense(kit_models()[KitModelId(settings.model)], truth.values, STEP / 1000, seed, settings.id)
    if (stop := settings.stopped_channel) is not None and stop.day <= len(days):
        silent = truth.instants > local_instant(days[stop.day - 1], stop.at, timezone)
        readings[QuantityId(stop.quantity)][silent] = np.nan
    lost: tuple[Span, ...] = ()
    if (outage := settings.lost_network) is not None and outage.day <= len(days):
        day = days[outage.day - 1]
        lost = (Span(local_instant(day, outage.from_, timezone), local_instant(day, outage.to, timezone)),)
    return VirtualKit(
        id=KitId(settings.id),
        truth=truth,
        instants=truth.instants[switched_on],
        readings={quantity: values[switched_on] for quantity, values in readings.items()},
        boot=f"{days[0]:%Y%m%d}-{seed}",
        payload=settings.format,
        instants_per_message=settings.instants_per_message,
        lost_network=lost,
    )


def _is_working_day(day: date) -> bool:
    return day.isoweekday() <= 5 and not is_holiday(day, "FR", None)


def _check(workplace: Workplace, filename: str) -> None:
    """What the types alone cannot say."""
    try:
        ZoneInfo(workplace.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise WorkplaceError(
            f'{filename}: timezone is "{workplace.timezone}"; expected an IANA name such as Europe/Paris'
        ) from None
    for number, zone in enumerate(workplace.zones):
        _check_kit(zone.kit, f"{filename}: zones[{number}].kit")


def _check_kit(kit: KitSettings, where: str) -> None:
    model = kit_models().get(KitModelId(kit.model))
    if model is None:
        raise WorkplaceError(f'{where}.model is "{kit.model}"; expected one of {", ".join(sorted(kit_models()))}')
    stop = kit.stopped_channel
    if stop is not None and (
        model.channel(QuantityId(stop.quantity)) is None or QuantityId(stop.quantity) not in SENSOR_TYPES
    ):
        raise WorkplaceError(
            f'{where}.stopped_channel.quantity is "{stop.quantity}"; expected a channel of {kit.model} '
            f"({', '.join(channel.quantity for channel in model.channels)})"
        )
    if kit.lost_network is not None and kit.lost_network.from_ >= kit.lost_network.to:
        raise WorkplaceError(f"{where}.lost_network ends before it starts; expected from before to, on one day")


def _line_of(node: yaml.Node | None, path: str) -> int:
    """The line (from 1) of a path such as ``zones[0].room.volume``, or of the last part of it that is there."""
    line = 1
    for part in re.findall(r"[^.\[\]]+", path):
        child: yaml.Node | None = None
        if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
            child = node.value[int(part)]
        elif isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == part), None)
        if child is None:
            break
        node, line = child, child.start_mark.line + 1
    return line
