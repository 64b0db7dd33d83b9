"""``vigie measure``: the measures of the field, one by one, on a recording, a file or typed values."""

import typer

from vigie.commands import (
    measure_air,
    measure_co2,
    measure_concentrations,
    measure_exposure,
    measure_heat,
    measure_light,
    measure_mould,
    measure_noise,
    measure_transfer,
)

_FAMILIES = (
    measure_air,
    measure_co2,
    measure_concentrations,
    measure_exposure,
    measure_heat,
    measure_light,
    measure_mould,
    measure_noise,
    measure_transfer,
)

measure_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measures of the field, one by one, on a recording, a file or typed values; no workspace needed.",
)


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    for family in _FAMILIES:
        family.register(measure_app)
    app.add_typer(measure_app, name="measure")
