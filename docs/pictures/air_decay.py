"""CO2 of an evening after people left, the line through it, and the air change that follows."""

import altair as alt
import numpy as np
import polars as pl

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.air.decay import decays
from dsp.air.ventilation import AirChange, Outdoor
from dsp.series import build

MINUTE = 60_000
OUTDOOR = Outdoor(430.0, 30.0)


def chart() -> alt.LayerChart:
    """A simulated evening: 25 minutes until the last one leaves, then 1.2 air changes an hour, noise of 8 ppm."""
    rng = np.random.default_rng(7)
    minutes = np.arange(0, 300, 2)
    co2 = np.where(minutes < 25, 1390.0, 430 + 960 * np.exp(-1.2 * (minutes - 25) / 60)) + rng.normal(
        0, 8, minutes.size
    )
    series = build((minutes + 2) * MINUTE, co2, np.ones(minutes.size), 120, 360, Averaging.ARITHMETIC)
    (found,) = decays(series, [Interval(0, 310 * MINUTE)], OUTDOOR)
    result = found.result
    if not isinstance(result, AirChange):
        raise SystemExit(result.says)
    instants = np.arange(result.start, result.end, MINUTE)
    readings = pl.DataFrame({"minutes": series.instants / MINUTE, "co2": series.values, "what": "reading"})
    line = pl.DataFrame({"minutes": instants / MINUTE, "co2": result.co2_at(instants), "what": "fit"})
    x = alt.X("minutes:Q", title="time after the end of work [min]")
    y = alt.Y("co2:Q", title="CO2 [ppm]", scale=alt.Scale(domain=[300, 1500]))
    points = alt.Chart(readings).mark_circle(size=22, color="#56667a", opacity=0.8).encode(x=x, y=y)
    fit = alt.Chart(line).mark_line(strokeWidth=3, color="#d55e00").encode(x=x, y=y)
    outside = pl.DataFrame({"co2": [OUTDOOR.co2, OUTDOOR.co2 + 100], "label": ["outdoors", "outdoors + 100 ppm: stop"]})
    rules = alt.Chart(outside).mark_rule(strokeDash=[5, 4], color="#0072b2").encode(y=y)
    names = alt.Chart(outside).mark_text(align="right", baseline="bottom", dy=-3, fontSize=13, color="#0072b2")
    said = f"λ = {result.rate:.2f} ± {2 * result.uncertainty:.2f} per hour (k = 2), R² = {result.r_squared:.3f}"
    title = pl.DataFrame({"minutes": [115.0], "co2": [1250.0], "label": [said]})
    text = alt.Chart(title).mark_text(align="left", fontSize=15, color="#b04d00").encode(x=x, y=y, text="label:N")
    layers = alt.layer(points, fit, rules, names.encode(y=y, x=alt.value(612), text="label:N"), text).properties(
        width=620, height=300
    )
    return layers.configure_axis(labelFontSize=13, titleFontSize=14)
