"""VOC index of two days, the room's own baseline, and the peaks over it."""

import altair as alt
import numpy as np
import polars as pl

from catalog.quantities import Averaging
from dsp.air.voc import PeakRule, peaks
from dsp.series import build

MINUTE, HOUR = 60_000, 3_600_000


def chart() -> alt.LayerChart:
    """Two simulated days: a slow daily course and three times somebody used a solvent."""
    rng = np.random.default_rng(4)
    minutes = np.arange(5, 48 * 60, 5)
    value = 95 + 10 * np.sin((minutes / 60 - 8) / 24 * 2 * np.pi) + rng.normal(0, 4, minutes.size)
    for start, height, minutes_long in ((9.5, 320, 35), (31.0, 260, 50), (39.5, 180, 30)):
        since = minutes - start * 60
        value += np.where(since > 0, height * np.exp(-np.maximum(since, 0) / minutes_long), 0.0)
    series = build(minutes * MINUTE, value, np.ones(minutes.size), 300, 900, Averaging.ARITHMETIC)
    found = peaks(series, PeakRule(floor=15.0))
    hours = series.instants / HOUR
    readings = pl.DataFrame({"hours": hours, "value": series.values})
    base = pl.DataFrame({"hours": hours, "value": found.baseline}).filter(pl.col("value").is_finite())
    spans = pl.DataFrame(
        [
            {"start": p.start / HOUR, "end": p.end / HOUR, "top": 480.0, "label": f"{p.height:.1f} ×"}
            for p in found.peaks
        ]
    )
    x = alt.X("hours:Q", title="time [h]", scale=alt.Scale(domain=[0, 48]), axis=alt.Axis(values=list(range(0, 49, 6))))
    y = alt.Y("value:Q", title="VOC index [1]", scale=alt.Scale(domain=[0, 500]))
    bands = (
        alt.Chart(spans)
        .mark_rect(color="#e69f00", opacity=0.35)
        .encode(x=alt.X("start:Q", title="time [h]"), x2="end:Q")
    )
    names = (
        alt.Chart(spans)
        .mark_text(align="left", dx=2, fontSize=14, fontWeight="bold")
        .encode(x="start:Q", y=alt.Y("top:Q", title="VOC index [1]"), text="label:N")
    )
    line = alt.Chart(readings).mark_line(strokeWidth=1.6, color="#333f4d").encode(x=x, y=y)
    low = alt.Chart(base).mark_line(strokeWidth=2.4, strokeDash=[6, 4], color="#0072b2").encode(x=x, y=y)
    told = pl.DataFrame({"hours": [47.5], "value": [25.0], "label": ["the room's own baseline, from 6 h on"]})
    text = alt.Chart(told).mark_text(align="right", fontSize=13, color="#0072b2").encode(x=x, y=y, text="label:N")
    layers = alt.layer(bands, line, low, names, text).properties(width=620, height=280)
    return layers.configure_axis(labelFontSize=13, titleFontSize=14)
