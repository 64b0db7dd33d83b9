"""Third octaves of a made-up machine, as they are and as the ear is taken to hear them (A)."""

import altair as alt
import numpy as np
import polars as pl

from dsp.sound.bands import NOMINAL_THIRDS, third_octaves
from dsp.sound.weighting import a_weighting
from dsp.soundlevel import measure

RATE, SECONDS = 48_000, 30
FULL_SCALE = 20.0


def machine() -> np.ndarray:
    """A motor's hum at 50 and 100 Hz, a fan's broad noise, compressed air above 2 kHz [shares of full scale]."""
    rng, t = np.random.default_rng(2), np.arange(RATE * SECONDS) / RATE
    frequency = np.fft.rfftfreq(t.size, 1 / RATE)
    shape = 1 / np.sqrt(np.maximum(frequency, 20)) + 0.02 / (1 + (4000 / np.maximum(frequency, 20)) ** 4)
    broad = np.fft.irfft(shape * np.fft.rfft(rng.normal(0, 0.6, t.size)), t.size)
    return broad + 0.007 * np.sin(2 * np.pi * 50 * t) + 0.03 * np.sin(2 * np.pi * 100 * t)


def chart() -> alt.LayerChart:
    """Bars of the bands' levels, dots of the same A-weighted at their middles."""
    levels = measure(machine(), RATE, FULL_SCALE)
    middles = np.array([band.middle for band in third_octaves(RATE)])
    table = pl.DataFrame({"band": NOMINAL_THIRDS, "z": levels.thirds, "a": levels.thirds + a_weighting(middles)})
    words = pl.DataFrame(
        {"band": ["500", "500"], "y": [94.0, 87.0], "what": ["bars: unweighted (Z)", "dots: A-weighted"]}
    )
    x = alt.X("band:N", sort=list(NOMINAL_THIRDS), title="nominal frequency of the third octave [Hz]")
    y = alt.Y("z:Q", title="level [dB re 20 µPa]", scale=alt.Scale(domain=[0, 100]))
    bars = alt.Chart(table).mark_bar(color="#9db7cf").encode(x=x, y=y)
    dots = alt.Chart(table.filter(pl.col("a") > 0)).mark_point(
        color="#d55e00", filled=True, size=60, opacity=1
    )  # fmt: skip
    colours = alt.Scale(domain=words["what"].to_list(), range=["#3d6a94", "#b84e00"])
    names = (
        alt.Chart(words)
        .mark_text(align="left", fontSize=14)
        .encode(x=x, y="y:Q", text="what:N", color=alt.Color("what:N", scale=colours, legend=None))
    )
    title = f"LAeq {levels.laeq:.1f} dB, LCeq {levels.lceq:.1f} dB: much of it is low, and A takes it away"
    layers = alt.layer(bars, dots.encode(x=x, y="a:Q"), names).properties(width=720, height=320, title=title)
    return layers.configure_axis(labelFontSize=12, titleFontSize=14).configure_axisX(labelAngle=-60)
