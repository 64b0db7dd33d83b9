"""A day of CO2 of a virtual office with faults put in by hand, and which test found which reading."""

from datetime import date

import altair as alt
import numpy as np

from catalog.identifiers import QuantityId
from catalog.quality import quality_limits
from dsp.quality.examine import Channel, Readings, examine
from dsp.quality.kinds import QualityTest
from firmware_sim.workplaces import demo

_FIRST = date(2026, 3, 2)
_HOUR = 3_600_000
_WORDS = {
    QualityTest.RANGE: "range: outside the span",
    QualityTest.SPIKE: "spike",
    QualityTest.FLAT_LINE: "flat line, after 3 h",
    QualityTest.GAP: "gap: the reading after it",
}
_COLOURS = ["#d55e00", "#cc79a7", "#0072b2", "#000000"]
"""Okabe and Ito: told apart by colour-blind eyes; the shapes say the same."""


def faulty_day() -> Readings:
    """The first day of the office's CO2: a stuck sensor, two spikes, a gap, and two impossible values."""
    kit = next(kit for kit in demo(_FIRST, 2026) if kit.truth.zone == "office-open-plan")
    instants, values = kit.instants[:1440].copy(), kit.readings[QuantityId("co2")][:1440].copy()
    values[120:360] = values[120]
    values[540] += 700
    values[1010] -= 350
    values[1150:1152] = 250
    heard = np.ones(instants.size, np.bool_)
    heard[800:860] = False
    heard &= ~np.isnan(values)
    return Readings(instants[heard], values[heard], np.ones(int(heard.sum()), np.int8))


def chart() -> alt.LayerChart:
    """The line of all readings, and a mark on each that a test flagged."""
    day = faulty_day()
    start = int(day.instants[0])
    hours = (day.instants - start) / _HOUR
    marks = examine(day, quality_limits(QuantityId("co2")), Channel(60_000, 180_000), "ppm")
    line = [
        # a new line after a gap, so that nothing is drawn where nothing was heard
        {"hour": hour, "co2": value, "part": int(part)}
        for hour, value, part in zip(
            hours.tolist(), day.values.tolist(), np.cumsum(np.diff(hours, prepend=0) > 0.1).tolist(), strict=True
        )
    ]
    found = [
        {"hour": float(hours[i]), "co2": float(day.values[i]), "test": _WORDS[one.test]}
        for one in marks
        if one.test in _WORDS
        for i in np.flatnonzero(one.flags > 2)
    ]
    axes = {
        "x": alt.X(
            "hour:Q",
            title="hour of the day",
            scale=alt.Scale(domain=[0, 24], nice=False),
            axis=alt.Axis(values=list(range(0, 25, 3)), grid=False),
        ),
        "y": alt.Y("co2:Q", title="CO2 [ppm]", scale=alt.Scale(domain=[0, 1800], nice=False)),
    }
    words = list(_WORDS.values())
    flagged = alt.Chart(alt.Data(values=found)).encode(
        **axes,
        color=alt.Color("test:N", scale=alt.Scale(domain=words, range=_COLOURS), legend=alt.Legend(title=None)),
        shape=alt.Shape(
            "test:N", scale=alt.Scale(domain=words, range=["triangle-down", "diamond", "circle", "square"])
        ),
    )
    readings = alt.Chart(alt.Data(values=line)).encode(**axes, detail="part:N")
    return (
        alt.layer(
            readings.mark_line(strokeWidth=1.2, color="#6b6b6b"),
            flagged.mark_point(filled=True, size=55, opacity=0.9),
        )
        .properties(width=620, height=260, background="white")
        .configure(font="Arial, Helvetica, sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=13)
        .configure_legend(labelFontSize=12, orient="top", symbolSize=90)
    )
