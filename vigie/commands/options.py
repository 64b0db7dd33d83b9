"""Options that several verbs share, said once."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from vigie.errors import UsageError
from vigie.output import Form

WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        metavar="DIR",
        help="The workspace; default: $VIGIE_WORKSPACE, else this folder or one above it.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="An array of flat objects; the names are in the documentation.")
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Comma-separated, on standard output.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a .csv, .parquet or .json file instead.")
]
KitOption = Annotated[str | None, typer.Option("--kit", metavar="KIT", help="Only this kit.")]
ZoneOption = Annotated[str | None, typer.Option("--zone", metavar="ZONE", help="Only this zone.")]
QuantityOption = Annotated[
    str | None, typer.Option("--quantity", "-q", metavar="NAME", help="Only this quantity, e.g. co2.")
]
FromOption = Annotated[
    str | None,
    typer.Option("--from", metavar="WHEN", help="From this date or instant, e.g. 2026-03-02 or 2026-03-02T07:30."),
]
ToOption = Annotated[str | None, typer.Option("--to", metavar="WHEN", help="Up to it; a bare date includes that day.")]


SpeedOption = Annotated[str, typer.Option("--speed", metavar="N", help="1 is real time, 60 an hour a minute, or max.")]
FaultsOption = Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="What befalls the line (YAML).")]
RestartOption = Annotated[
    str | None, typer.Option("--restart-broker", metavar="COMMAND", help="How faults restart the broker.")
]
BrokerOption = Annotated[
    str | None, typer.Option("--broker", metavar="URL", help="mqtt://host:port; default: the workspace's.")
]


def form_of(as_json: bool, as_csv: bool) -> Form:
    """The form two flags ask for."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    return Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE


def refuse_idle(given: Mapping[str, object], why: str) -> None:
    """Options that would do nothing here are refused: whoever gives one expects something of it.

    Parameters
    ----------
    given : mapping of str to object
        Options, each with its value; None or False where it was not given.
    why : str
        Why they would do nothing.

    Raises
    ------
    UsageError
        One of them was given.
    """
    idle = [name for name, said in given.items() if said not in (None, False)]
    if idle:
        raise UsageError(f"{', '.join(idle)} would do nothing: {why}; leave {'it' if len(idle) == 1 else 'them'} out")


def number(text: str | float) -> float:
    """A typed number with a decimal point or a decimal comma; the parser of every option and argument that takes one.

    Raises
    ------
    typer.BadParameter
        It is none, or its comma could set thousands apart.

    Examples
    --------
    >>> number("50,5"), number("-5"), number("1e-3"), number(20.0)
    (50.5, -5.0, 0.001, 20.0)
    """
    if isinstance(text, float | int):
        return float(text)
    typed = text.strip().replace("\u2212", "-")
    if re.fullmatch(r"[-+]?[1-9]\d{0,2},\d{3}", typed):
        plain = typed.replace(",", "")
        raise typer.BadParameter(f'"{text}": a decimal comma or a thousand? Write {typed.replace(",", ".")} or {plain}')
    try:
        if not re.fullmatch(r"[-+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?|[-+]?(nan|inf)", typed, re.IGNORECASE):
            raise ValueError
        return float(typed.replace(",", "."))
    except ValueError:
        raise typer.BadParameter(f'"{text}" is no number; write 50.5 or 50,5') from None


def speed_of(text: str) -> float:
    """How many times faster than they happened messages are sent: ``1``, ``x60`` or ``max``.

    Raises
    ------
    UsageError
        It is none of these.
    """
    from firmware_sim.pace import MAX_SPEED

    if text.strip().lower() == "max":
        return MAX_SPEED
    try:
        factor = float(text.lower().removeprefix("x").removeprefix("×"))
    except ValueError:
        factor = -1.0
    if not factor > 0:
        raise UsageError(f'--speed is "{text}"; expected a factor such as 1 or 60, or max')
    return factor


AltitudeOption = Annotated[
    float | None,
    typer.Option(
        "--altitude",
        parser=number,
        metavar="M",
        help="Of the place, in place of --pressure: pressure of the standard atmosphere.",
    ),
]
_SEA_LEVEL = 101.325


def air_pressure(pressure: float | None, altitude: float | None) -> float:
    """Air pressure [kPa], as measured or as the standard atmosphere has it at an altitude [m]; else that at sea level.

    Raises
    ------
    UsageError
        Both are given, or one is that of no place people work at.
    """
    from dsp.heat.psychrometrics import ALTITUDE, pressure_at

    if pressure is not None and altitude is not None:
        raise UsageError("--pressure and --altitude; one of the two")
    if pressure is not None and not 50.0 <= pressure <= 110.0:
        raise UsageError(f"--pressure is {pressure:g}; expected 50 to 110 kPa (1013 hPa are 101.3 kPa)")
    if altitude is None:
        return _SEA_LEVEL if pressure is None else pressure
    if ALTITUDE.outside(altitude):
        raise UsageError(f"--altitude is {altitude:g}; expected {ALTITUDE.low:g} to {ALTITUDE.high:g} m")
    return round(float(pressure_at(altitude)) / 10.0, 2)  # the weather moves it by more
