"""Reads a workplace file; what is wrong in it is told in one line with the file, the line and the field."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import yaml

from catalog.identifiers import KitModelId, QuantityId
from catalog.kits import kit_models
from catalog.places import ZoneKind
from catalog.quantities import Averaging, quantities
from firmware_sim.errors import WorkplaceError
from firmware_sim.kit_mistakes import wrong_settings
from firmware_sim.kit_settings import KitSettings
from firmware_sim.scenario import People, Place, SimulatedZone, Workplace
from firmware_sim.scripted_sensor_faults import wrong_sensor_faults
from firmware_sim.sensing import has_sensor


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
    except yaml.YAMLError as error:
        problem = str(error).splitlines()[0]
        raise WorkplaceError(f"{filename}: cannot be read as YAML: {problem}; expected UTF-8 text") from None
    try:
        workplace = msgspec.convert(document, Workplace)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        path = path.rstrip("`").lstrip(".")
        told = _told(problem, path, _found(document, path))
        raise WorkplaceError(f"{filename}:{_line_of(node, path)}: {path or 'the file'}{told}") from None
    for mistake in _mistakes(workplace):
        line = _line_of(node, mistake.path)
        raise WorkplaceError(f"{filename}:{line}: {mistake.path} {mistake.told}")
    return workplace


_TIMES = ("from", "to", "at")
"""Fields that hold a time of day, whatever they belong to."""

_KINDS = {"`float`": "a number", "`int`": "a whole number", "`str`": "text", "`array`": "a list", "`object`": "fields"}
_PATTERN = " matching regex "


def _told(problem: str, path: str, found: object) -> str:
    """What the types say is wrong, with what was found where it is one word or number."""
    if path.rpartition(".")[2] in _TIMES and not isinstance(found, dict | list):
        return f' is {_shown(found)}; expected a time of day in quotation marks, such as "07:30"'
    kind, is_pattern, _ = problem.removeprefix("Expected ").partition(_PATTERN)
    if is_pattern:
        return f" is {_shown(found)}; expected up to 60 letters without accents, digits, dots, hyphens and underscores"
    if problem.startswith("Invalid enum value"):
        return f" is {_shown(found)}, which is none of the words it takes"
    if not problem.startswith("Expected ") or (isinstance(found, dict | list) and found):
        return f": {problem}"
    for name, word in _KINDS.items():
        kind = kind.replace(name, word)
    return f" is {_shown(found)}; expected {kind.partition(', got ')[0]}"


def _shown(found: object) -> str:
    """As somebody wrote it, or nearly."""
    return f'"{found}"' if isinstance(found, str) else "empty" if found is None or found == [] else str(found)


def _found(document: object, path: str) -> object:
    """What stands at a path such as ``zones[0].room.volume``; None where there is nothing."""
    for part in re.findall(r"[^.\[\]]+", path):
        if isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        elif isinstance(document, dict):
            document = document.get(part)
        else:
            return None
    return document


@dataclass(frozen=True, slots=True)
class _Mistake:
    """What the types alone cannot say: where, and what was found and expected."""

    path: str
    told: str


def _mistakes(workplace: Workplace) -> Iterator[_Mistake]:
    try:
        ZoneInfo(workplace.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield _Mistake("timezone", f'is "{workplace.timezone}"; expected an IANA name such as Europe/Paris')
    if not workplace.zones:
        yield _Mistake("zones", "is empty; expected at least one zone")
    zones = [zone.id for zone in workplace.zones]
    yield from _twice(zones, lambda n: f"zones[{n}].id", "zone")
    yield from _twice([zone.kit.id for zone in workplace.zones], lambda n: f"zones[{n}].kit.id", "kit")
    for number, zone in enumerate(workplace.zones):
        yield from _in_zone(zone, f"zones[{number}]", zones)
    for number, passage in enumerate(workplace.passages):
        where = f"passages[{number}].between"
        for end in passage.between:
            yield from _named(end, zones, where)
        if passage.between[0] == passage.between[1]:
            yield _Mistake(where, f'is "{passage.between[0]}" twice; expected two zones')
    for number, concern in enumerate(workplace.concerns):
        yield from _named(concern.zone, zones, f"concerns[{number}].zone")
    yield from _twice([v.name for v in workplace.variants], lambda n: f"variants[{n}].name", "variant")
    for number, variant in enumerate(workplace.variants):
        for zone_id in variant.zones:
            yield from _named(zone_id, zones, f"variants[{number}].zones")


def _in_zone(zone: SimulatedZone, where: str, zones: list[str]) -> Iterator[_Mistake]:
    yield from _in_kit(zone.kit, f"{where}.kit")
    yield from _in_place(zone.place, f"{where}.place")
    yield from _in_people(zone.people, f"{where}.people")
    names = [activity.name for activity in zone.activities]
    # the name seeds when it is on: two of one name would be on together
    yield from _twice(names, lambda n: f"{where}.activities[{n}].name", "activity")
    for number, activity in enumerate(zone.activities):
        here = f"{where}.activities[{number}]"
        yield from _order(activity.from_, activity.to, here)
        if activity.door is not None:
            others = [other for other in zones if other != zone.id]
            yield from _named(activity.door.with_, others, f"{here}.door.with")


def _in_place(place: Place, where: str) -> Iterator[_Mistake]:
    kinds = [kind.value for kind in ZoneKind]
    if place.kind not in kinds:
        yield _Mistake(f"{where}.kind", f'is "{place.kind}"; expected one of {", ".join(kinds)}')
    yield from _order(place.from_, place.to, where)
    for number, pause in enumerate(place.breaks):
        here = f"{where}.breaks[{number}]"
        yield from _order(pause.from_, pause.to, here)
        if not place.from_ <= pause.from_ <= pause.to <= place.to:
            yield _Mistake(here, f"lies outside the working hours {place.from_} to {place.to}")
    for name, uncertainty in place.place_uncertainty.items():
        here = f"{where}.place_uncertainty.{name}"
        known = quantities().get(QuantityId(name))
        if known is None:
            yield _Mistake(here, f"is no quantity; expected one of {', '.join(quantities())}")
        elif known.averaging is Averaging.ENERGETIC and uncertainty.relative:
            yield _Mistake(f"{here}.relative", f"is {uncertainty.relative:g}; a level takes absolute only [dB]")


def _in_people(people: People, where: str) -> Iterator[_Mistake]:
    for number, block in enumerate(people.presence):
        yield from _order(block.from_, block.to, f"{where}.presence[{number}]")


def _in_kit(kit: KitSettings, where: str) -> Iterator[_Mistake]:
    model = kit_models().get(KitModelId(kit.model))
    if model is None:
        yield _Mistake(f"{where}.model", f'is "{kit.model}"; expected one of {", ".join(sorted(kit_models()))}')
        return
    stop = kit.stopped_channel
    if stop is not None and (
        model.channel(QuantityId(stop.quantity)) is None or not has_sensor(QuantityId(stop.quantity))
    ):
        yield _Mistake(
            f"{where}.stopped_channel.quantity",
            f'is "{stop.quantity}"; expected a channel of {kit.model} '
            f"({', '.join(channel.quantity for channel in model.channels)})",
        )
    wrongs = chain(wrong_settings(kit), wrong_sensor_faults(kit, model))
    yield from (_Mistake(f"{where}.{wrong.field}", wrong.problem) for wrong in wrongs)


def _order(start: str, end: str, where: str) -> Iterator[_Mistake]:
    if start >= end:
        yield _Mistake(where, f"ends before it starts ({start} to {end}); expected from before to, on one day")


def _named(name: str, known: Iterable[str], where: str) -> Iterator[_Mistake]:
    if name not in known:
        yield _Mistake(
            where, f'names "{name}"; expected a zone of this file: {", ".join(known) or "there is no other"}'
        )


def _twice(names: list[str], where: Callable[[int], str], what: str) -> Iterator[_Mistake]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield _Mistake(where(number), f'is "{name}" as that of another {what}; expected each once')


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
