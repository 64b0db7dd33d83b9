"""A morning of a simulated body shop: dust and noise as they are in the room, at the kit and for the worker."""

from datetime import date

import altair as alt
import numpy as np

from catalog.identifiers import QuantityId
from firmware_sim.placing import Placing
from firmware_sim.rooms import Floats
from firmware_sim.workplaces import packaged_workplace, virtual_kits

_DAY = date(2026, 11, 19)
_SEED = 7
_FIRST, _LAST = 7 * 60, 13 * 60
"""Minutes of the day that are drawn."""

_WORDS = ["worker: breathing zone, ear", "kit", "room"]
_COLOURS = ["#d55e00", "#0072b2", "#6b6b6b"]
"""Okabe and Ito: told apart by colour-blind eyes; the dashes say the same."""


def _panel(name: str, title: str) -> alt.Chart:
    (kit, *_) = virtual_kits(packaged_workplace("body_shop"), [_DAY], _SEED, placing=Placing.DRAWN)
    quantity = QuantityId(name)
    signals = dict(zip(_WORDS, (kit.truth.worker, kit.truth.values, kit.truth.room), strict=True))
    rows = [
        {"hour": (_FIRST + 5 * block + 2.5) / 60, "value": value, "signal": word}
        for word, values in signals.items()
        for block, value in enumerate(_five_minutes(values[quantity][_FIRST:_LAST], name).tolist())
    ]
    return (
        alt.Chart(alt.Data(values=rows))
        .mark_line(strokeWidth=1.8)
        .encode(
            x=alt.X(
                "hour:Q",
                title="hour of the day",
                scale=alt.Scale(domain=[_FIRST / 60, _LAST / 60], nice=False),
                axis=alt.Axis(grid=False, tickMinStep=1),
            ),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(zero=name == "pm10")),
            color=alt.Color("signal:N", scale=alt.Scale(domain=_WORDS, range=_COLOURS), legend=alt.Legend(title=None)),
            strokeDash=alt.StrokeDash("signal:N", scale=alt.Scale(domain=_WORDS, range=[[1, 0], [6, 2], [2, 2]])),
        )
        .properties(width=620, height=170)
    )


def _five_minutes(values: Floats, name: str) -> Floats:
    """Means of five minutes; levels are averaged as energies."""
    blocks = values.reshape(-1, 5)
    return 10 * np.log10(np.mean(10 ** (blocks / 10), axis=1)) if name == "laeq" else blocks.mean(axis=1)


def chart() -> alt.VConcatChart:
    """Dust above, noise below."""
    return (
        alt.vconcat(_panel("pm10", "PM10 [µg/m³]"), _panel("laeq", "LAeq, 5 min [dB(A)]"))
        .properties(background="white")
        .configure(font="Arial, Helvetica, sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=13)
        .configure_legend(labelFontSize=12, orient="top")
    )
