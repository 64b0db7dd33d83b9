"""Options that several verbs share, said once."""

import re
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


def form_of(as_json: bool, as_csv: bool) -> Form:
    """The form two flags ask for."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; choose one")
    return Form.JSON if as_json else Form.CSV if as_csv else Form.TABLE


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
