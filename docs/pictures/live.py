"""CO2 of a shift as it grows: running mean and running highest 15 minutes, and what the whole shift comes to."""

import altair as alt
import numpy as np
import polars as pl

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.live_shift import Track
from dsp.rolling import RollingMean, rolling_maximum
from dsp.series import build
from dsp.stream import LiveState
from dsp.windows import coverage, mean

MINUTE, HOUR = 60_000, 3_600_000
PAUSE = (4.0, 5.0)


def readings() -> tuple[np.ndarray, np.ndarray]:
    """A simulated shift of eight hours with a break of one; the kit is silent for 40 minutes in the afternoon."""
    rng = np.random.default_rng(5)
    minutes = np.arange(1, 481)
    hours = minutes / 60
    co2 = 700 + 350 * np.sin(hours * 1.1) ** 2 + 400 * np.exp(-(((hours - 6.9) / 0.35) ** 2))
    kept = (hours < 5.4) | (hours > 5.4 + 40 / 60)
    return minutes[kept] * MINUTE, (co2 + rng.normal(0, 25, minutes.size))[kept]


def chart() -> alt.LayerChart:
    """Every reading is taken as it comes; the marks on the right are the same shift computed at once."""
    instants, values = readings()
    pieces = (Interval(0, round(PAUSE[0] * HOUR)), Interval(round(PAUSE[1] * HOUR), 8 * HOUR))
    state = LiveState([Track(MINUTE, 3 * MINUTE, Averaging.ARITHMETIC, Interval(0, 8 * HOUR), pieces)])
    rows = []
    for instant, value in zip(instants.tolist(), values.tolist(), strict=True):
        state.update([0], [instant], [value], [1])
        said = state.measures(0)
        rows.append((instant / HOUR, said.mean, _value(said.max_15min)))
    frame = pl.DataFrame(rows, schema=["hours", "running mean", "highest 15 min so far"], orient="row")
    course = frame.unpivot(index="hours", variable_name="what", value_name="co2").drop_nulls()
    end = computed(instants, values, pieces)
    marks = pl.DataFrame({"hours": [8.0, 8.0], "what": ["running mean", "highest 15 min so far"], "co2": end})
    x = alt.X("hours:Q", title="time since the shift began [h]", scale=alt.Scale(domain=[0, 9.2], nice=False))
    y = alt.Y("co2:Q", title="CO2 [ppm]", scale=alt.Scale(domain=[600, 1500]))
    names = ["running mean", "highest 15 min so far"]
    colour = alt.Color("what:N", scale=alt.Scale(domain=names, range=["#0072b2", "#d55e00"]), legend=None)
    points = pl.DataFrame({"hours": instants / HOUR, "co2": values})
    dots = alt.Chart(points).mark_circle(size=10, color="#8a96a3", opacity=0.7).encode(x=x, y=y)
    lines = alt.Chart(course).mark_line(strokeWidth=3, interpolate="step-after").encode(x=x, y=y, color=colour)
    ends = alt.Chart(marks).mark_point(size=130, filled=False, strokeWidth=2.5).encode(x=x, y=y, color=colour)
    said = marks.with_columns(label=pl.col("co2").round(1).cast(pl.String) + " ppm")
    told = alt.Chart(said).mark_text(align="left", dx=12, fontSize=13).encode(x=x, y=y, text="label", color=colour)
    heads = pl.DataFrame({"hours": [1.6, 2.05], "co2": [780.0, 1110.0], "what": names})
    words = alt.Chart(heads).mark_text(fontSize=13, align="left").encode(x=x, y=y, text="what", color=colour)
    spans = pl.DataFrame({"from": [PAUSE[0], 5.4], "to": [PAUSE[1], 5.4 + 40 / 60], "label": ["break", "silent"]})
    grey = alt.Chart(spans).mark_rect(color="#d9dee5", opacity=0.5).encode(x="from:Q", x2="to:Q")
    labels = alt.Chart(spans.with_columns(co2=pl.lit(1470.0), hours=(pl.col("from") + pl.col("to")) / 2)).mark_text(
        fontSize=12, color="#56667a"
    )
    return alt.layer(grey, labels.encode(x=x, y=y, text="label"), dots, lines, ends, told, words).properties(
        width=640, height=320
    )


def computed(instants: np.ndarray, values: np.ndarray, pieces: tuple[Interval, ...]) -> list[float]:
    """Mean and highest 15 minutes of the whole shift, by the measures of windows and none of the live state."""
    series = build(instants, values, np.ones(instants.size), 60, 180, Averaging.ARITHMETIC)
    valid = [coverage(series, piece) * (piece.end - piece.start) for piece in pieces]
    means = [mean(series, piece) for piece in pieces]
    highest = [_value(rolling_maximum(series, 900, piece)) or -np.inf for piece in pieces]
    return [float(np.average(means, weights=valid)), max(highest)]


def _value(rolling: RollingMean | None) -> float | None:
    return rolling.value if rolling else None
