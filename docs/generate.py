"""Write the reference pages that are made of the catalog, the rule packs and the command line.

``python docs/generate.py`` writes them; a test fails when a committed page is not what this writes.
"""

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from catalog.identifiers import KitModelId
from catalog.kits import kit_models
from catalog.quality import QualityLimits, quality_limits
from catalog.quantities import Quantity, Uncertainty, measured_quantities, quantities, quantity
from catalog.units import accepted_units
from docs.detection_page import detection_page
from docs.limits_page import limits_page
from docs.markdown import WRITTEN, listed, page, table
from dsp.quality.words import (
    baseline_words,
    flat_line_words,
    range_words,
    rate_words,
    saturation_words,
    spike_words,
    warm_up_words,
)

if TYPE_CHECKING:
    import typer

DOCS = Path(__file__).resolve().parent


def quantities_page() -> str:
    """Quantities, units, default uncertainties and kit models."""
    known = list(quantities().values())
    return page(
        "# Quantities, uncertainties and kit models",
        WRITTEN.format(source="catalog"),
        _QUANTITIES_INTRO,
        "## Quantities",
        table(
            ("id", "name", "nom", "symbol", "unit", "mean", "physically possible", "agent"),
            (
                (
                    f"`{q.id}`",
                    q.name_en,
                    q.name_fr,
                    q.symbol,
                    q.unit,
                    q.averaging.value,
                    f"{q.physical_low:g} to {q.physical_high:g}",
                    q.agent,
                )
                for q in known
            ),
        ),
        _QUANTITIES_NOTES,
        "## Units",
        _UNITS_INTRO,
        table(("quantity", "accepted units"), ((f"`{q.id}`", listed(accepted_units(q.id))) for q in known)),
        "## Default uncertainties",
        _UNCERTAINTY_INTRO,
        table(
            ("quantity", "instrument", "repeatability", "place", "source"),
            (
                (
                    f"`{q.id}`",
                    _uncertainty(q.instrument, q),
                    _uncertainty(q.repeatability, q),
                    _uncertainty(q.place, q),
                    q.uncertainty_source,
                )
                for q in known
            ),
        ),
        "## Kit models",
        _MODELS_INTRO,
        *(_model(name) for name in kit_models()),
    )


def commands_page() -> str:
    """The command line's own help."""
    from vigie.cli import app

    return page(
        "# Commands",
        WRITTEN.format(source="help texts of vigie/commands"),
        _COMMANDS_INTRO,
        str(app.info.epilog),
        *_commands(app, "vigie"),
    )


def quality_page() -> str:
    """Parameters of the quality tests."""
    rows = []
    for q in measured_quantities().values():
        unit, limits = q.unit, quality_limits(q.id)
        for test, words in _quality_words(limits, unit):
            rows.append((f"`{q.id}`", f"`{test}`", words))
    own = [
        (name, f"`{channel.quantity}`", f"`{test}`", words)
        for name, model in kit_models().items()
        for channel in model.channels
        if channel.quality is not None
        for test, words in _quality_words(channel.quality, quantity(channel.quantity).unit)
        if (test, words) not in _quality_words(quality_limits(channel.quantity), quantity(channel.quantity).unit)
    ]
    return page(
        "# Parameters of the quality tests",
        WRITTEN.format(source="catalog"),
        _QUALITY_INTRO,
        table(("quantity", "test", "parameters"), rows),
        "## Kit models that know better",
        table(("kit model", "quantity", "test", "parameters"), own),
    )


def _quality_words(limits: QualityLimits, unit: str) -> list[tuple[str, str]]:
    """Each test that applies and its parameters; times of the channel itself (hold) stand as they are."""
    found = [("range", range_words(limits, unit))]
    if limits.spike:
        words = spike_words(limits.spike, 0, unit).replace("within 0 s", "within the hold time")
        found.append(("spike", words))
    if limits.flat_line:
        found.append(("flat_line", flat_line_words(limits.flat_line, unit)))
    if limits.rate:
        found.append(("rate", rate_words(limits.rate, unit)))
    if limits.warm_up:
        found.append(("warm_up", warm_up_words(limits.warm_up)))
    if limits.saturation is not None:
        found.append(("saturation", saturation_words(limits.saturation, unit)))
    if limits.humidity:
        found.append(("humidity", f"outside {limits.humidity.low:g} to {limits.humidity.high:g} % relative humidity"))
    if limits.order:
        found.append(("order", f"by more than {limits.order.absolute:g} {unit} + {100 * limits.order.relative:g} %"))
    if limits.neighbour:
        apart = limits.neighbour
        found.append(("neighbour", f"by more than {apart.absolute:g} {unit} + {100 * apart.relative:g} %"))
    if limits.baseline:
        found.append(("baseline", baseline_words(limits.baseline, unit)))
    return found


_QUALITY_INTRO = """\
What each of the [quality tests](../measures/quality.md) goes by. These are engineering proposals to be tuned on site,
not published limits. `gap`, `clock` and `duplicate` have no parameters: the hold time of the channel, 5 s, and none. A
sensor whose name says MOX warms up for 48 h. `order` is by how much a quantity may be above the next larger one of its
kind; minus 3 dB asks for LCpeak ≥ LAFmax + 3 dB. `neighbour` of humidity compares absolute humidity."""


def weighting_errors_page() -> str:
    """Errors of the A and C filters at the frequencies of the standard."""
    import numpy as np

    from dsp.sound.bands import NOMINAL_THIRDS
    from dsp.sound.weighting import a_weighting, c_weighting, response, weightings

    rates = (44_100, 48_000, 96_000)
    exact = 1000 * 10 ** (np.arange(-20, 14) / 10)
    columns = [
        response(getattr(weightings(rate), curve), exact, rate) - formula(exact)
        for rate in rates
        for curve, formula in (("a", a_weighting), ("c", c_weighting))
    ]
    names = [f"{curve} {rate / 1000:g} kHz" for rate in rates for curve in "AC"]
    rows = (
        (name, f"{frequency:.2f}", f"{a:.2f}", f"{c:.2f}", *(f"{round(column[i], 3) + 0.0:+.3f}" for column in columns))
        for i, (name, frequency, a, c) in enumerate(
            zip(("10", *NOMINAL_THIRDS), exact, a_weighting(exact), c_weighting(exact), strict=True)
        )
    )
    return page(
        "# Errors of the A and C filters",
        WRITTEN.format(source="filters in dsp/sound/weighting.py"),
        _WEIGHTING_INTRO,
        table(("Hz", "exact Hz", "A dB", "C dB", *names), rows),
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/quality-tests.md": quality_page,
    "measures/weighting-errors.md": weighting_errors_page,
    "reference/quantities.md": quantities_page,
    "reference/limits.md": limits_page,
    "reference/commands.md": commands_page,
    "reference/detection.md": detection_page,
}
"""Page → what writes it."""

_WEIGHTING_INTRO = """\
What the filters of [`vigie measure noise`](sound-level-meter.md) read too high (+) or too low (-), in dB, against the
design formula of IEC 61672-1 annex E at the exact base-ten frequencies. Class 1 allows ±0.7 dB at 1 kHz, ±1.0 dB from
40 Hz to 4 kHz, and +2.5/-16 dB at 16 kHz."""

_QUANTITIES_INTRO = """\
What a kit can measure. Every value is stored in the one unit of its quantity and converted on its way in. The
names in the first column are those of payloads, mapping and registry files, tables and the command line."""

_QUANTITIES_NOTES = """\
*Mean* says how values combine over time: levels in dB by their energy, everything else by their value. A value
outside what is physically possible is kept and flagged *bad*; it is in no exposure. A VOC index is relative to
its own room and is compared with no legal limit. Nor is `tvoc`: a metal-oxide sensor adds up what it happens to
react to."""

_UNITS_INTRO = """\
A unit in a payload or a mapping file is one of these. Upper and lower case, spaces, `^3` or `³`, `u` or `µ`
make no difference. Gases are converted between mass and volume at 20 °C and 101.325 kPa (24.055 L/mol), the
reference state of French limit values. `/` is a share of one."""

_UNCERTAINTY_INTRO = """\
Standard uncertainties, used where neither the kit model nor the zone says otherwise. **They are engineering
proposals, not certified values**, and are marked as such wherever they are shown. A share and an absolute part
combine as √((share · value)² + absolute²).

- *instrument*: the sensor against a reference; does not shrink with averaging
- *repeatability*: noise of single readings; does shrink
- *place*: a fixed sensor is not the worker's breathing zone or ear; a zone's [measured transfer
  factor](registry.md#transfer-factors-of-a-zone) replaces it"""

_MODELS_INTRO = """\
What each model reports, how often, and how long one reading may stand for (*hold*, see [what an exposure
is](../explanation/exposures.md)). `generic` fits any kit nobody described yet. Uncertainties are those above
unless a model has its own."""

_COMMANDS_INTRO = """\
Every command has `--help` with an example. Those that work in a workspace find it by `--workspace`, else
`$VIGIE_WORKSPACE`, else in this folder or one above it. An error is one line on standard error."""


def _model(name: KitModelId) -> str:
    model = kit_models()[name]
    return page(
        f"### `{model.id}`",
        f"{model.name} ({model.maker})",
        table(
            ("quantity", "period [s]", "hold [s]", "sensor", "drift a day past due (proposal)"),
            (
                (f"`{c.quantity}`", f"{c.period:g}", f"{c.hold:g}", c.sensor, _drift(c.drift, quantities()[c.quantity]))
                for c in model.channels
            ),
        ),
    ).rstrip("\n")


def _drift(found: Uncertainty | None, quantity: Quantity) -> str:
    return "–" if found is None else _uncertainty(found, quantity)


def _uncertainty(found: Uncertainty, quantity: Quantity) -> str:
    unit = "dB" if quantity.unit.startswith("dB") else quantity.unit
    parts = []
    if found.relative:
        parts.append(f"{100 * found.relative:g} %")
    if found.absolute:
        parts.append(f"{found.absolute:g}" + ("" if unit == "1" else f" {unit}"))
    return " and ".join(parts) or "0"


def _commands(app: "typer.Typer", before: str) -> list[str]:
    parts = [_command(f"{before} {known.name}", known.callback) for known in app.registered_commands if known.callback]
    for group in app.registered_groups:
        if group.typer_instance is not None:
            parts += _commands(group.typer_instance, f"{before} {group.name}")
    return parts


@dataclass(frozen=True, slots=True)
class _Parameter:
    """One argument or option, as its annotation describes it."""

    name: str
    kind: Any
    info: "typer.models.ParameterInfo"
    default: object

    @property
    def is_option(self) -> bool:
        return type(self.info).__name__ == "OptionInfo"

    @property
    def is_required(self) -> bool:
        return self.default is inspect.Parameter.empty

    @property
    def value(self) -> str:
        """What stands for its value."""
        kinds = get_args(self.kind) or (self.kind,)
        return self.info.metavar or ("NUMBER" if int in kinds or float in kinds else "TEXT")

    @property
    def names(self) -> str:
        """What is typed, with the value it takes."""
        if not self.is_option:
            return f"`{self.value}`"
        # Inside Annotated[], Typer takes the first name for the default, and puts it right later.
        said = (self.info.default, *(self.info.param_decls or ()))
        declared = [word for word in said if isinstance(word, str)] or [f"--{self.name.replace('_', '-')}"]
        typed = ", ".join(f"`{name}`" for name in sorted(declared, key=len))
        needed = " (required)" if self.is_required else ""
        return (typed if self.kind is bool else f"{typed} `{self.value}`") + needed

    @property
    def words(self) -> str:
        """Its help, with the default where one is worth saying."""
        told = self.info.help or ""
        if self.is_required or self.default in (None, False, ""):
            return told
        default = self.default.value if isinstance(self.default, Enum) else self.default
        return f"{told} Default: `{default}`."


def _parameters(callback: Callable[..., Any]) -> list[_Parameter]:
    hints = get_type_hints(callback, include_extras=True)
    found = []
    for name, parameter in inspect.signature(callback).parameters.items():
        kind, info = get_args(hints[name])[:2]
        found.append(_Parameter(name, kind, info, parameter.default))
    return found


def _command(path: str, callback: Callable[..., Any]) -> str:
    told, _, example = inspect.cleandoc(callback.__doc__ or "").partition("Example:")
    parameters = _parameters(callback)
    arguments = [p for p in parameters if not p.is_option]
    options = [p for p in parameters if p.is_option]
    usage = " ".join([path, *(p.value for p in arguments), *(["[OPTIONS]"] if options else [])])
    parts = [f"## `{path}`", " ".join(told.split()), f"```text\n{usage}\n```"]
    if example:
        parts.append(f"Example: `{' '.join(example.split())}`")
    if parameters:
        rows = [(p.names, p.words) for p in (*arguments, *options)]
        parts.append(table(("argument or option", "what"), rows))
    return page(*parts).rstrip("\n")


def main() -> None:
    """Write every page; say which changed."""
    for name, write in PAGES.items():
        path = DOCS / name
        text = write()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{name} written\n")


if __name__ == "__main__":
    main()
