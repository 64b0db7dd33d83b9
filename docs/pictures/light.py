"""Light of a week at one desk: how it was distributed during the hours people worked."""

import altair as alt
import numpy as np

from catalog.quantities import Averaging
from catalog.schedule import Interval
from dsp.percentiles import percentile
from dsp.series import build

HOUR = 3_600_000
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri")
SKY = (1.0, 0.35, 0.7, 0.15, 0.55)
"""How bright each day was."""
SCALE = alt.Scale(type="log", domain=[60, 2000], nice=False)
SHARES = (5, 10, 50, 90, 95)


def chart() -> alt.LayerChart:
    """From the 5th to the 95th percentile of each working day, with the median and two limits."""
    rows = [{"day": day} | _day(sky, seed) for seed, (day, sky) in enumerate(zip(DAYS, SKY, strict=True))]
    lines = [
        {"at": 120.0, "label": ["120 lx: least in", "a work room", "(R4223-4)"]},
        {"at": 500.0, "label": ["500 lx: mean,", "office work", "(EN 12464-1)"]},
    ]
    data = alt.Data(values=rows)
    x = alt.X("day:N", title=None, sort=list(DAYS), axis=alt.Axis(labelAngle=0))
    y = alt.Y(
        "p5:Q", title="illuminance at the desk [lx]", scale=SCALE, axis=alt.Axis(values=[60, 120, 250, 500, 1000, 2000])
    )
    thin = alt.Chart(data).mark_bar(size=8, color="#56b4e9").encode(x, y, y2="p95:Q")
    thick = alt.Chart(data).mark_bar(size=26, color="#0072b2").encode(x, alt.Y("p10:Q", scale=SCALE), y2="p90:Q")
    median = alt.Chart(data).mark_tick(size=26, thickness=3, color="white").encode(x, alt.Y("p50:Q", scale=SCALE))
    rules = (
        alt.Chart(alt.Data(values=lines))
        .mark_rule(color="#d55e00", strokeDash=[6, 4])
        .encode(alt.Y("at:Q", scale=SCALE))
    )
    text = (
        alt.Chart(alt.Data(values=lines))
        .mark_text(align="left", dx=6, dy=-14, x=620, color="#a04000", fontSize=12)
        .encode(alt.Y("at:Q", scale=SCALE), text="label:N")
    )
    return (
        alt.layer(thin, thick, rules, median, text)
        .properties(width=620, height=340, title="Wide: P10 to P90, thin: P5 to P95, white: median")
        .configure_axis(labelFontSize=13, titleFontSize=13)
    )


def _day(sky: float, seed: int) -> dict[str, float]:
    """Percentiles of 08:00 to 17:00: lamps of 180 lx at the desk, daylight by the sun's height, a lamp out at noon."""
    minutes = np.arange(540)
    clouds = 1.0 + 0.25 * np.random.default_rng(seed).standard_normal(540).cumsum() / 12.0
    sun = 900.0 * sky * np.sin(np.pi * (minutes + 60) / 660.0) ** 2 * np.clip(clouds, 0.3, 1.6)
    lamps = np.where((minutes >= 240) & (minutes < 300), 0.0, 180.0)
    series = build((minutes + 1) * 60_000, lamps + sun, np.ones(540), 60, 180, Averaging.ARITHMETIC)
    window = Interval(0, 9 * HOUR)
    return {f"p{share}": float(percentile(series, share, window)) for share in SHARES}
