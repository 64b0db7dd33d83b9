"""``vigie measure gas`` and ``particles``: one typed concentration, converted or corrected."""

import json
import math
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import AltitudeOption, air_pressure, number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from dsp.air.gases import Conditions

ObjectOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("gas")(gas)
    app.command("particles")(particles)


def gas(
    amount: Annotated[float, typer.Argument(parser=number, metavar="VALUE", help="The concentration.")],
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="ppm, ppb, mg/m3 or µg/m3.")],
    substance: Annotated[
        str | None,
        typer.Option("--substance", "-s", metavar="NAME", help="One substance, or its CAS number; needed for ppm."),
    ] = None,
    to: Annotated[str, typer.Option("--to", metavar="UNIT", help="ppm, ppb, mg/m3 or µg/m3.")] = "mg/m3",
    temperature: Annotated[
        float, typer.Option("--temperature", parser=number, metavar="C", help="Of the air, in °C.")
    ] = 20.0,
    pressure: Annotated[
        float | None,
        typer.Option("--pressure", parser=number, metavar="KPA", help="Of the air, in kPa; default: 101.325."),
    ] = None,
    altitude: AltitudeOption = None,
    pid_factor: Annotated[
        float | None,
        typer.Option(
            "--pid-factor",
            parser=number,
            metavar="CF",
            help="The value is a PID's, in isobutylene; the maker's factor.",
        ),
    ] = None,
    as_json: ObjectOption = False,
) -> None:
    """A gas concentration in another unit, at 20 °C and 101.325 kPa or in actual air.

    Example: vigie measure gas 50 ppm --substance toluene --to mg/m3 --temperature 30 --pressure 95
    """
    from catalog.substances import substance as substance_named
    from dsp.air import gases

    air = gases.Conditions(temperature, air_pressure(pressure, altitude))
    if not 0.0 <= amount < math.inf:
        raise UsageError(f"value is {amount:g}; expected a number, 0 or more")
    if substance is None:
        if pid_factor is not None:
            raise UsageError("--pid-factor is of one substance; name it with --substance")
        _vapours(amount, unit, to, air, as_json)
        return
    named = substance_named(substance)
    ppm, is_mass = _as_ppm(amount, unit, substance, air)
    if pid_factor is not None:
        if is_mass:
            raise UsageError(f'a PID shows ppm or ppb of isobutylene, not "{unit}"')
        ppm = gases.gas_of_pid(ppm, named, pid_factor)
    if ppm > _ALL_OF_IT:
        raise UsageError(
            f"{amount:g} {unit} is {ppm:.3g} ppm; expected at most 1000000 ppm, which is nothing but the gas"
        )
    value = _from_ppm(ppm, to, substance, air)
    reference = gases.mg_m3_of_ppm(ppm, named)
    if as_json:
        _print(
            {
                "substance": named.id,
                "cas": named.cas,
                "molar_mass": named.molar_mass,
                "value": value,
                "unit": to,
                "temperature": temperature,
                "pressure": air.pressure,
                "ppm": ppm,
                "mg_m3_at_20c": reference,
            }
        )
        return
    sys.stdout.write(
        f"{named.name_en} ({named.cas}), {named.molar_mass:g} g/mol, at {temperature:g} °C and {air.pressure:g} kPa\n"
        f"{amount:g} {unit}{' isobutylene' if pid_factor is not None else ''} = {value:.4g} {to}\n"
    )
    if air != gases.REFERENCE:
        sys.stdout.write(f"at 20 °C and 101.325 kPa, where limits are told: {reference:.4g} mg/m3\n")


def particles(
    reading: Annotated[float, typer.Argument(parser=number, metavar="VALUE", help="The sensor's reading, in µg/m³.")],
    humidity: Annotated[
        float, typer.Option("--humidity", parser=number, metavar="PERCENT", help="Relative humidity at the sensor.")
    ],
    correction: Annotated[
        str,
        typer.Option(
            "--correction",
            metavar="NAME",
            help="kappa-koehler; for a PurpleAir outdoors us-epa-airnow-2021, barkjohn-2021, barkjohn-2022.",
        ),
    ] = "kappa-koehler",
    kappa: Annotated[
        float | None,
        typer.Option(
            "--kappa", parser=number, metavar="K", help="Hygroscopicity: 0 mineral dust, 0.3-0.6 outdoor air."
        ),
    ] = None,
    as_json: ObjectOption = False,
) -> None:
    """Dry mass of an optical particle reading taken in humid air.

    Example: vigie measure particles 100 --humidity 85 --correction kappa-koehler --kappa 0.4
    """
    from catalog.corrections import CorrectionMethod
    from catalog.suggest import did_you_mean
    from dsp.air.particles import CHANNEL, HUMIDITY_CAP, correct, growth_factor

    names = {known.value: known for known in CorrectionMethod}
    if correction not in names:
        raise UsageError(f'--correction is "{correction}"; {did_you_mean(correction, names)}')
    if not 0.0 <= humidity <= 100.0:
        raise UsageError(f"--humidity is {humidity:g}; expected 0 to 100 %")
    if 0.0 < humidity < 1.0:
        raise UsageError(f"--humidity is {humidity:g} %; no air is so dry: expected per cent, e.g. {100 * humidity:g}")
    if not 0.0 <= reading <= _A_GRAM:
        raise UsageError(f"value is {reading:g}; expected 0 to {_A_GRAM:.0f} µg/m³")
    method = names[correction]
    if method in CHANNEL and kappa is not None:
        raise UsageError(f"--kappa is for kappa-koehler; {correction} has none, remove it")
    result = correct(method, kappa, [reading], [humidity])
    value, doubted = float(result.values[0]), bool(result.suspect[0])
    growth = None if kappa is None else float(growth_factor([min(humidity, HUMIDITY_CAP)], kappa)[0])
    if as_json:
        _print(
            {
                "reading": reading,
                "humidity": humidity,
                "correction": correction,
                "value": value,
                "growth_factor": growth,
                "suspect": doubted,
            }
        )
        return
    sys.stdout.write(f"{reading:g} µg/m³ at {humidity:g} % humidity → {value:.1f} µg/m³ ({correction})\n")
    if growth is not None:
        sys.stdout.write(f"Taken up water: particles {growth:.2f} times as wide as dry ones (κ = {kappa:g}).\n")
    if method in CHANNEL:
        sys.stdout.write(
            f"Only for a PurpleAir's {CHANNEL[method]} channel outdoors; not for other sensors or workshop dust.\n"
        )
    elif doubted:
        sys.stdout.write(f"Suspect: above {HUMIDITY_CAP:g} % the factor is held; the dry mass may be lower.\n")


_ALL_OF_IT = 1e6
"""Largest volume fraction [ppm]."""
_A_GRAM = 1e6
"""[µg/m³]: no optical counter reads a gram per cubic metre."""
_PER_PPM = {"ppm": 1.0, "ppb": 1000.0}
_PER_MG = {"mg/m3": 1.0, "mg/m³": 1.0, "µg/m3": 1000.0, "µg/m³": 1000.0, "ug/m3": 1000.0}


def _vapours(amount: float, unit: str, to: str, air: "Conditions", as_json: bool) -> None:
    """A mass of vapours nobody named, e.g. hydrocarbons: at the conditions of the limits, and never in ppm."""
    from dsp.air.gases import at_reference

    for option, given in (("unit", unit), ("--to", to)):
        if given not in _PER_MG:
            raise UsageError(f'{option} is "{given}"; expected mg/m3 or µg/m3 where no --substance is named')
    value = amount / _PER_MG[unit] * _PER_MG[to]
    reference = at_reference(amount / _PER_MG[unit], air)
    if as_json:
        nothing = dict.fromkeys(("substance", "cas", "molar_mass", "ppm"))
        conditions = {"temperature": air.temperature, "pressure": air.pressure}
        _print({**nothing, "value": value, "unit": to, **conditions, "mg_m3_at_20c": reference})
        return
    sys.stdout.write(
        f"vapours of no single substance, at {air.temperature:g} °C and {air.pressure:g} kPa: no ppm\n"
        + ("" if to == unit else f"{amount:g} {unit} = {value:.4g} {to}\n")
        + f"{amount:g} {unit} come, at 20 °C and 101.325 kPa, where limits of gases and vapours are told,"
        f" to {reference:.4g} mg/m3\n"
    )


def _as_ppm(amount: float, unit: str, substance: str, air: "Conditions") -> "tuple[float, bool]":
    """The amount as a volume fraction [ppm], and whether it was a mass concentration."""
    from catalog.substances import substance as substance_named
    from dsp.air.gases import ppm_of_mg_m3

    if unit in _PER_PPM:
        return amount / _PER_PPM[unit], False
    if unit in _PER_MG:
        return ppm_of_mg_m3(amount / _PER_MG[unit], substance_named(substance), air), True
    raise UsageError(f'unit is "{unit}"; expected ppm, ppb, mg/m3 or µg/m3')


def _from_ppm(ppm: float, unit: str, substance: str, air: "Conditions") -> float:
    from catalog.substances import substance as substance_named
    from dsp.air.gases import mg_m3_of_ppm

    if unit in _PER_PPM:
        return ppm * _PER_PPM[unit]
    if unit in _PER_MG:
        return mg_m3_of_ppm(ppm, substance_named(substance), air) * _PER_MG[unit]
    raise UsageError(f'--to is "{unit}"; expected ppm, ppb, mg/m3 or µg/m3')


def _print(found: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
