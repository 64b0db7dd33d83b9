"""``vigie measure co2``: what one CO2 says of the air of a room, and what CO2 a flow of outdoor air leads to."""

import json
import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.air.ventilation import Outdoor, PerPerson, Refusal

_MOST_PEOPLE = 100_000
_LAW = tuple(f"ventilation-air-flow-{flow}" for flow in (25, 30, 45, 60))
_ONLY_PEOPLE = "Only people may be a source: not with a flame, a welding torch or dry ice in the room."


@dataclass(frozen=True, slots=True)
class _Room:
    """Who is in the room [1] and how large it is [m³]."""

    people: int
    volume: float


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("co2")(co2)


def co2(
    value: Annotated[
        float | None, typer.Argument(parser=number, metavar="PPM", help="CO2 in the room; or give --flow.")
    ] = None,
    outdoor: Annotated[
        float | None,
        typer.Option("--outdoor", parser=number, metavar="PPM", help="CO2 measured outdoors; else 420 ± 60 ppm."),
    ] = None,
    flow: Annotated[
        float | None,
        typer.Option("--flow", parser=number, metavar="M3H", help="Outdoor air a person, m³/h: to what CO2 it leads."),
    ] = None,
    people: Annotated[int | None, typer.Option("--people", metavar="N", help="In the room; needs --volume.")] = None,
    volume: Annotated[
        float | None,
        typer.Option("--volume", parser=number, metavar="M3", help="Of the room: how long until CO2 is steady."),
    ] = None,
    met: Annotated[
        float | None,
        typer.Option(
            "--met", parser=number, metavar="MET", help="Work: 1.2 in an office (default), 2 standing, light."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """CO2 over outdoors, share of rebreathed air, outdoor air for each person, or the CO2 a flow leads to.

    Example: vigie measure co2 850 --outdoor 430 --people 4 --volume 60
    """
    from dsp.air.ventilation import OFFICE_GENERATION, Outdoor, flow_per_person, generation

    room = _room(people, volume)
    outside = Outdoor() if outdoor is None else Outdoor(outdoor)
    breath = OFFICE_GENERATION if met is None else generation(met=met)
    if value is None and flow is not None:
        value = _steady(flow, outside, breath)
    elif value is None or flow is not None:
        raise UsageError("give the CO2 of the room in ppm, or --flow, the m³/h of outdoor air a person; one of them")
    air = flow_per_person(value, outside, breath)
    if as_json:
        _print(value, flow, outside, breath, air, room)
    elif flow is not None:
        _tell_flow(value, flow, outside, breath, room)
    else:
        _tell(value, outside, breath, air, room)


def _room(people: int | None, volume: float | None) -> _Room | None:
    from dsp.air.ventilation import Room

    if (people is None) != (volume is None):
        raise UsageError("--people and --volume together tell how long until CO2 is steady; give both, or neither")
    if people is None or volume is None:
        return None
    if not 1 <= people <= _MOST_PEOPLE:
        raise UsageError(f"--people is {people}; expected 1 to {_MOST_PEOPLE}")
    return _Room(people, Room(volume).volume)


def _steady(flow: float, outside: "Outdoor", breath: float) -> float:
    from dsp.air.ventilation import steady_co2

    if not 0.1 <= flow <= 3600:
        raise UsageError(f"--flow is {flow:g}; expected 0.1 to 3600 m³/h a person")
    return steady_co2(flow / 3.6, outside, breath)


def _rebreathed(value: float, outside: "Outdoor") -> float:
    from dsp.air.outdoor_co2 import rebreathed_fraction

    return float(rebreathed_fraction([value], outside.co2)[0])


def _hours_to_steady(cubic_metres_per_hour: float, room: _Room) -> float:
    from dsp.air.ventilation import TIME_CONSTANTS

    return TIME_CONSTANTS * room.volume / (cubic_metres_per_hour * room.people)


def _print(
    value: float,
    asked: float | None,
    outside: "Outdoor",
    breath: float,
    air: "PerPerson | Refusal",
    room: _Room | None,
) -> None:
    from dsp.air.ventilation import PerPerson

    found = air if isinstance(air, PerPerson) else None
    flow = asked if asked is not None else found.cubic_metres_per_hour if found else None
    answer = {
        "co2": value,
        "outdoor": outside.co2,
        "u_outdoor": outside.uncertainty,
        "over_outdoor": value - outside.co2,
        "rebreathed_fraction": _rebreathed(value, outside),
        "generation_l_h": breath * 3600,
        "flow_per_person_m3_h": flow,
        "u_flow_per_person_m3_h": found.uncertainty * 3.6 if found and asked is None else None,
        "refused": None if isinstance(air, PerPerson) or asked is not None else air.says,
        "air_change": flow * room.people / room.volume if flow and room else None,
        "hours_to_steady": _hours_to_steady(flow, room) if flow and room else None,
        "holds": "steady CO2: at least three time constants with the same people, who are its only source",
    }
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")


def _tell(value: float, outside: "Outdoor", breath: float, air: "PerPerson | Refusal", room: _Room | None) -> None:
    from dsp.air.ventilation import Refusal

    side = "over" if value >= outside.co2 else "under"
    sys.stdout.write(
        f"{f'{side} outdoors':16} {abs(value - outside.co2):6.0f} ppm ({_outdoors(outside)})\n"
        f"rebreathed air   {_breaths(_rebreathed(value, outside))}\n"
    )
    if isinstance(air, Refusal):
        sys.stdout.write(f"outdoor air           – {air.says}\n{_ONLY_PEOPLE}\n")
        return
    flow, doubt = air.cubic_metres_per_hour, 2 * 3.6 * air.uncertainty
    sys.stdout.write(
        f"outdoor air      {flow:6.0f} ± {doubt:.0f} m³/h a person ({air.litres_per_second:.1f} L/s),"
        f" each breathing out {breath * 3600:.1f} L/h of CO2\n"
    )
    _tell_room(flow, room)
    sys.stdout.write(_law())
    _tell_validity(flow, room, "; before that the flow comes out too high")


def _tell_flow(value: float, flow: float, outside: "Outdoor", breath: float, room: _Room | None) -> None:
    sys.stdout.write(
        f"steady CO2       {value:6.0f} ppm with {flow:g} m³/h of outdoor air a person ({_outdoors(outside)}),"
        f" each breathing out {breath * 3600:.1f} L/h of CO2\n"
        f"rebreathed air   {_breaths(_rebreathed(value, outside))}\n"
    )
    _tell_room(flow, room)
    _tell_validity(flow, room, "; before that CO2 is lower")


def _tell_room(flow: float, room: _Room | None) -> None:
    if room is not None:
        change = flow * room.people / room.volume
        sys.stdout.write(f"air change       {change:6.2f} 1/h with {room.people} people in {room.volume:g} m³\n")


def _tell_validity(flow: float, room: _Room | None, before: str) -> None:
    said = "three time constants, 3/λ hours at an air change of λ (--people and --volume tell how long)"
    if room is not None:
        said = f"{_hours_to_steady(flow, room):.1f} h (three time constants)"
    sys.stdout.write(f"Holds after {said} with the same people{before}.\n{_ONLY_PEOPLE}\n")


def _outdoors(outside: "Outdoor") -> str:
    return f"outdoors {outside.co2:.0f} ± {2 * outside.uncertainty:.0f} ppm"


def _breaths(share: float) -> str:
    if not share > 0:
        return "  none: CO2 is not over outdoors"
    return f"{100 * share:6.1f} %: as much as one breath in {math.floor(1 / share + 0.5)}"


def _law() -> str:
    from catalog.limits import limit

    rows = [limit(name) for name in _LAW]
    asked = "".join(f"  {row.value:14g} m³/h a person: {row.context}\n" for row in rows)
    return f"{rows[0].source.split(' (')[0]} asks, where ventilation is mechanical, for at least\n{asked}"
