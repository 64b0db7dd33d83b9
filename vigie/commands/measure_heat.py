"""``vigie measure heat`` and ``comfort``: typed values of a visit, with what may be said of them."""

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import AltitudeOption, air_pressure, number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import Enum

    from dsp.heat.wbgt import Basis, Clothing, Heat
    from dsp.validity import Domain

ObjectOption = Annotated[bool, typer.Option("--json", help="One JSON object.")]
TemperatureOption = Annotated[
    float, typer.Option("--temperature", parser=number, metavar="°C", help="Of the air, in the shade.")
]
HumidityOption = Annotated[float, typer.Option("--humidity", parser=number, metavar="%", help="Relative humidity.")]
_U_TEMPERATURE, _U_HUMIDITY = 0.5, 3.0
"""Standard uncertainties of typed values where the person gives none [°C, %]."""
_EXPANDED = 2.0
"""What stands after ±: nine values in ten lie within."""
_WORK = ("resting", "light", "moderate", "heavy", "very-heavy")
_TEXTS = {
    "no exceedance indicated": "below the reference value: no exceedance indicated",
    "inconclusive": "too near to tell: inconclusive",
    "exceedance indicated": "above the reference value: exceedance indicated",
}


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("heat")(heat)
    app.command("comfort")(comfort)


def heat(
    temperature: TemperatureOption,
    humidity: HumidityOption,
    globe: Annotated[
        float | None, typer.Option("--globe", parser=number, metavar="°C", help="Globe thermometer.")
    ] = None,
    natural_wet_bulb: Annotated[
        float | None,
        typer.Option("--natural-wet-bulb", parser=number, metavar="°C", help="Natural wet bulb; needs --globe."),
    ] = None,
    sun: Annotated[
        bool, typer.Option("--sun", help="In the sun; needs --globe and --natural-wet-bulb, both in the sun.")
    ] = False,
    wind: Annotated[float, typer.Option("--wind", parser=number, metavar="m/s", help="Air speed at the worker.")] = 1.0,
    pressure: Annotated[
        float | None,
        typer.Option("--pressure", parser=number, metavar="KPA", help="Of the air, in kPa; default: 101.325."),
    ] = None,
    altitude: AltitudeOption = None,
    work: Annotated[
        str, typer.Option("--work", metavar="CLASS", help="resting, light, moderate, heavy or very-heavy.")
    ] = "moderate",
    not_acclimatised: Annotated[
        bool, typer.Option("--not-acclimatised", help="People are not used to the heat.")
    ] = False,
    clothing: Annotated[
        str, typer.Option("--clothing", metavar="KIND", help="work-clothes, double-layer or vapour-barrier.")
    ] = "work-clothes",
    u_temperature: Annotated[
        float,
        typer.Option("--u-temperature", parser=number, metavar="°C", help="Standard uncertainty of the temperature."),
    ] = _U_TEMPERATURE,
    u_humidity: Annotated[
        float, typer.Option("--u-humidity", parser=number, metavar="%", help="Standard uncertainty of the humidity.")
    ] = _U_HUMIDITY,
    as_json: ObjectOption = False,
) -> None:
    """Dew point, humidity, wet bulb, WBGT with its uncertainty against its reference value, felt heat.

    Example: vigie measure heat --temperature 31 --humidity 55 --work heavy
    """
    from dsp.heat.felt_heat import HEAT_INDEX_TEMPERATURE, HUMIDEX_TEMPERATURE
    from dsp.heat.mould import humid_surface_temperature
    from dsp.heat.psychrometrics import (
        absolute_humidity,
        air_density,
        dew_point,
        heat_content,
        mixing_ratio,
        wet_bulb,
    )
    from dsp.heat.wbgt import Acclimatisation, Clothing, MetabolicClass, niosh_limit, reference_limit, wbgt_in_sun

    if work not in _WORK:
        raise UsageError(f'--work is "{work}"; expected one of {", ".join(_WORK)}')
    if natural_wet_bulb is not None and globe is None:
        raise UsageError("--natural-wet-bulb without --globe; WBGT needs both, or neither")
    if sun and (globe is None or natural_wet_bulb is None):
        raise UsageError("--sun without --globe and --natural-wet-bulb; nothing estimates the WBGT in the sun")
    kpa = air_pressure(pressure, altitude)
    for name, given in (("--u-temperature", u_temperature), ("--u-humidity", u_humidity)):
        if not 0 <= given <= 20:
            raise UsageError(f"{name} is {given:g}; expected 0 to 20")
    clothes = Clothing(_choice("--clothing", clothing, Clothing))
    used = Acclimatisation.NOT_ACCLIMATISED if not_acclimatised else Acclimatisation.ACCLIMATISED
    effort = MetabolicClass(_WORK.index(work))
    reference, niosh = reference_limit(effort, used), niosh_limit(effort.watts, used)
    if sun and globe is not None and natural_wet_bulb is not None:
        value = float(wbgt_in_sun(natural_wet_bulb, globe, temperature))
    else:
        value = _wbgt(temperature, humidity, globe, natural_wet_bulb, wind)
    basis = _basis(globe, natural_wet_bulb)
    found = _heat(value, basis, clothes, _carried(basis, value, u_temperature, u_humidity))
    felt, frost = _felt(temperature, humidity), _frost_point(temperature, humidity)
    ratio = float(mixing_ratio(temperature, humidity, 10 * kpa))
    verdict = found.against(reference.value)
    answer: dict[str, float | str | None] = {
        "dew_point": float(dew_point(temperature, humidity)),
        "frost_point": frost,
        "absolute_humidity": float(absolute_humidity(temperature, humidity)),
        "mixing_ratio": ratio,
        "heat_content": float(heat_content(temperature, ratio)),
        "air_density": float(air_density(temperature, ratio, 10 * kpa)),
        "wet_bulb": float(wet_bulb(temperature, humidity, 10 * kpa)),
        "pressure": kpa,
        "humidex": felt.humidex,
        "heat_index": felt.heat_index,
        "mould_surface_temperature": float(humid_surface_temperature(temperature, humidity)),
        "wbgt": value,
        "clothing_adjustment": clothes.adjustment,
        "wbgt_effective": found.effective,
        "uncertainty": found.uncertainty,
        "basis": basis.value,
        "sun": sun,
        "work": work,
        "acclimatised": not not_acclimatised,
        "reference": reference.value,
        "reference_source": reference.source,
        "reference_verified": reference.verification.value,
        "niosh_limit": niosh,
        "metabolic_rate": effort.watts,
        "indication": verdict.value,
        "measure_globe": verdict.value == "inconclusive" and globe is None,
    }
    if as_json:
        _print(answer)
        return
    checked = "" if reference.verification.value == "yes" else ", unverified"
    frosty = "" if frost is None else f" (frost from {frost:.1f} °C)"
    _say(
        f"dew point            {answer['dew_point']:6.1f} °C{frosty}\n"
        f"absolute humidity    {answer['absolute_humidity']:6.1f} g/m³"
        f" ({1000 * ratio:.1f} g/kg of dry air at {kpa:.4g} kPa)\n"
        f"heat content         {answer['heat_content']:6.1f} kJ/kg of dry air; {answer['air_density']:.2f} kg/m³\n"
        f"wet bulb             {answer['wet_bulb']:6.1f} °C (ventilated, {kpa:.4g} kPa)\n"
        f"Humidex              {_whole(felt.humidex, HUMIDEX_TEMPERATURE)}\n"
        f"heat index           {_whole(felt.heat_index, HEAT_INDEX_TEMPERATURE)}\n"
        f"80 % on surfaces     {answer['mould_surface_temperature']:6.1f} °C and colder: mould may grow there\n"
        f"WBGT                 {value:6.1f} °C ({basis.value}{', in the sun' if sun else ''})\n"
    )
    if clothes.adjustment:
        _say(f"clothing adds        {clothes.adjustment:6.1f} °C ({clothes.value}, unverified)\n")
    _say(
        f"compared             {found.effective:6.1f} ± {_EXPANDED * found.uncertainty:.1f} °C (k = 2) "
        f"with {reference.value:g} °C ({reference.source}, {work} work, {used.value}{checked})\n"
        f"{_TEXTS[verdict.value]}\n"
    )
    if globe is None:
        if verdict.value == "inconclusive":
            _say("Measure with a globe thermometer before deciding.\n")
        _say("Holds only where nothing radiates: near ovens or sunlit glass the WBGT is higher.\n")
    kind = "alert" if not_acclimatised else "exposure"
    _say(f"For information: recommended {kind} limit of NIOSH (2016-106) at {effort.watts:.0f} W: {niosh:.1f} °C.\n")


def comfort(
    temperature: TemperatureOption,
    humidity: HumidityOption,
    metabolism: Annotated[
        float, typer.Option("--metabolism", parser=number, metavar="MET", help="Sitting 1.2, standing 1.6.")
    ] = 1.2,
    clothing: Annotated[
        float, typer.Option("--clothing", parser=number, metavar="CLO", help="Summer 0.5, winter 1.0.")
    ] = 0.5,
    radiant: Annotated[
        float | None,
        typer.Option("--radiant", parser=number, metavar="°C", help="Mean radiant temperature; default: the air's."),
    ] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", parser=number, metavar="m/s", help="Air speed; 0.1 where not given.")
    ] = None,
    as_json: ObjectOption = False,
) -> None:
    """PMV and PPD of ISO 7730 with their uncertainty: a hint about comfort, no finding.

    Example: vigie measure comfort --temperature 27 --humidity 60 --metabolism 1.2 --clothing 0.5
    """
    from dsp.heat.comfort import Surroundings
    from dsp.heat.comfort import comfort as predicted

    around = Surroundings(temperature, humidity, metabolism, clothing, radiant, speed)
    found = predicted(around, _U_TEMPERATURE, _U_HUMIDITY)
    if as_json:
        _print(
            {
                "pmv": found.pmv,
                "uncertainty": found.uncertainty,
                "ppd": found.ppd,
                "radiant": temperature if radiant is None else radiant,
                "speed": 0.1 if speed is None else speed,
                "assumed": around.is_assumed,
            }
        )
        return
    feels = "cool" if found.pmv < -0.5 else "warm" if found.pmv > 0.5 else "neutral"
    _say(f"PMV   {found.pmv:+.2f} ± {_EXPANDED * found.uncertainty:.1f} (k = 2; {feels})\n")
    _say(f"PPD   {found.ppd:.0f} % dissatisfied\n")
    if around.is_assumed:
        _say("Assumed: " + _assumed(radiant, speed) + ".\n")


def _say(text: str) -> None:
    from vigie.output import with_minus

    sys.stdout.write(with_minus(text))


@dataclass(frozen=True, slots=True)
class _Felt:
    """Felt heat [°C-like]; none where the formula does not hold."""

    humidex: float | None
    heat_index: float | None


def _felt(temperature: float, humidity: float) -> _Felt:
    from dsp.heat.felt_heat import HEAT_INDEX_TEMPERATURE, HUMIDEX_TEMPERATURE, heat_index, humidex

    return _Felt(
        float(humidex(temperature, humidity)) if not HUMIDEX_TEMPERATURE.outside(temperature) else None,
        float(heat_index(temperature, humidity)) if not HEAT_INDEX_TEMPERATURE.outside(temperature) else None,
    )


def _whole(felt: float | None, domain: "Domain") -> str:
    if felt is None:
        return f"  none: only from {domain.low:g} to {domain.high:g} {domain.unit}"
    return f"{felt:6.0f}"


def _frost_point(temperature: float, humidity: float) -> float | None:
    """Only where the air has to be cooled below 0 °C to condense."""
    from dsp.heat.psychrometrics import ICE_PRESSURE, frost_point_of, vapour_pressure

    pressure = float(vapour_pressure(temperature, humidity))
    return float(frost_point_of(pressure)) if pressure < ICE_PRESSURE.high else None


def _wbgt(
    temperature: float, humidity: float, globe: float | None, natural_wet_bulb: float | None, wind: float
) -> float:
    from dsp.heat import wbgt as measures

    if globe is None:
        return float(measures.wbgt_estimate(temperature, humidity, wind))
    if natural_wet_bulb is None:
        natural_wet_bulb = float(measures.natural_wet_bulb(temperature, humidity, globe, wind))
    return float(measures.wbgt(natural_wet_bulb, globe))


def _basis(globe: float | None, natural_wet_bulb: float | None) -> "Basis":
    from dsp.heat.wbgt import Basis

    if globe is None:
        return Basis.ESTIMATED
    return Basis.GLOBE if natural_wet_bulb is None else Basis.MEASURED


def _carried(basis: "Basis", value: float, u_temperature: float, u_humidity: float) -> float:
    """What temperature and humidity add; nothing where both thermometers of the standard were read."""
    from catalog.quantities import Uncertainty
    from dsp.derived import DERIVATIONS, propagated
    from dsp.heat.wbgt import Basis

    if basis is Basis.MEASURED:
        return 0.0
    return propagated(DERIVATIONS["wbgt_indoor"], Uncertainty(0.0, u_temperature), Uncertainty(0.0, u_humidity)).at(
        value
    )


def _heat(value: float, basis: "Basis", worn: "Clothing", carried: float) -> "Heat":
    import math

    from dsp.heat.wbgt import Heat

    spread = math.sqrt(basis.uncertainty**2 + carried**2 + worn.uncertainty**2)
    return Heat(value + worn.adjustment, spread, basis)


def _choice(option: str, text: str, kinds: "type[Enum]") -> str:
    names = [str(kind.value) for kind in kinds]
    if text not in names:
        raise UsageError(f'{option} is "{text}"; expected one of {", ".join(names)}')
    return text


def _assumed(radiant: float | None, speed: float | None) -> str:
    said = ["walls and windows as warm as the air"] if radiant is None else []
    said += ["air speed 0.1 m/s"] if speed is None else []
    return ", ".join(said)


def _print(answer: "Mapping[str, object]") -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
