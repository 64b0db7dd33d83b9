"""``vigie measure transfer-factor``: a technician's visit, from pairs of readings to lines for the registry."""

import json
import re
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from catalog.places import TransferFactor

ObjectOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
_PAIR = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("transfer-factor")(transfer_factor)


def transfer_factor(
    artificial: Annotated[
        str | None,
        typer.Option("--artificial", metavar="PAIRS", help="kit:luxmeter, lamps only, e.g. 180:310,175:300."),
    ] = None,
    daylight: Annotated[
        str | None, typer.Option("--daylight", metavar="PAIRS", help="kit:luxmeter, with daylight, e.g. 400:650.")
    ] = None,
    level: Annotated[
        str | None, typer.Option("--level", metavar="PAIRS", help="kit:sound level meter at the ear, e.g. 78.2:81.0.")
    ] = None,
    quantity: Annotated[
        str, typer.Option("--quantity", "-q", metavar="NAME", help="With --level: which level of the kit.")
    ] = "laeq",
    u_meter: Annotated[
        float | None,
        typer.Option(
            "--u-meter",
            parser=number,
            metavar="U",
            help="Standard uncertainty: luxmeter 0.05 of the value, level 1.5 dB.",
        ),
    ] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="TEXT", help="Who, when, with what.")] = None,
    as_json: ObjectOption = False,
) -> None:
    """What stands between the kit and the person, from a visit with a luxmeter or a sound level meter.

    Example: vigie measure transfer-factor --artificial 180:310,175:300 --daylight 400:650
    """
    if (level is None) == (artificial is None and daylight is None):
        raise UsageError(
            "expected either --artificial (and --daylight) of a luxmeter, or --level of a sound level meter"
        )
    said = source or "to be completed: who, when, with what"
    if level is None:
        found = _of_light(artificial, daylight, u_meter, said)
    else:
        found = _of_level(level, quantity, u_meter, said)
    if as_json:
        sys.stdout.write(json.dumps(_object(found), ensure_ascii=False, indent=2) + "\n")
    else:
        _tell(found)


def _of_light(artificial: str | None, daylight: str | None, u_meter: float | None, source: str) -> "TransferFactor":
    from dsp.light import LUXMETER, LightPair, commissioned_factor

    lamps = [LightPair(meter, kit) for kit, meter in _pairs("--artificial", artificial)]
    sun = [LightPair(meter, kit) for kit, meter in _pairs("--daylight", daylight)]
    return commissioned_factor(lamps, sun, LUXMETER if u_meter is None else u_meter, source)


def _of_level(level: str, quantity: str, u_meter: float | None, source: str) -> "TransferFactor":
    from catalog.quantities import Averaging
    from catalog.quantities import quantity as quantity_named
    from dsp.iso9612 import Instrument
    from dsp.transfer import LevelPair, level_offset

    known = quantity_named(quantity)
    if known.averaging is not Averaging.ENERGETIC:
        raise UsageError(f'--quantity is "{quantity}", no level; expected one in dB such as laeq')
    pairs = [LevelPair(meter, kit) for kit, meter in _pairs("--level", level)]
    return level_offset(known.id, pairs, Instrument.CLASS_2.uncertainty if u_meter is None else u_meter, source)


def _pairs(option: str, text: str | None) -> list[tuple[float, float]]:
    parts = [part for part in re.split(r"[,;\s]+", (text or "").strip()) if part]
    found = []
    for place, part in enumerate(parts, 1):
        match = _PAIR.fullmatch(part)
        if match is None:
            raise UsageError(f'{option}, pair {place}, is "{part}"; expected kit:meter such as 180:310, commas between')
        found.append((float(match[1]), float(match[2])))
    return found


def _tell(found: "TransferFactor") -> None:
    if found.uncertainty.relative:
        sys.stdout.write(f"factor  {found.factor:.3f} ± {2 * found.uncertainty.relative:.0%} (k = 2)\n")
        uncertainty = f"relative: {found.uncertainty.relative:.3f}"
    else:
        sys.stdout.write(f"offset  {found.factor:+.1f} ± {2 * found.uncertainty.absolute:.1f} dB (k = 2)\n")
        uncertainty = f"absolute: {found.uncertainty.absolute:.2f}"
    sys.stdout.write(
        "For the zone in the registry:\n\n"
        "transfer_factors:\n"
        f"  - quantity: {found.quantity}\n"
        f"    factor: {found.factor:.3f}\n"
        f"    uncertainty: {{ {uncertainty} }}\n"
        f"    source: {json.dumps(found.source, ensure_ascii=False)}\n"
    )


def _object(found: "TransferFactor") -> dict[str, object]:
    return {
        "quantity": found.quantity,
        "factor": found.factor,
        "uncertainty": {"relative": found.uncertainty.relative, "absolute": found.uncertainty.absolute},
        "source": found.source,
    }
