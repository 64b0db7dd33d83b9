"""Error of the A filter against the design formula, ours and a plain bilinear one, and the limits of class 1."""

import altair as alt
import numpy as np
import polars as pl
from scipy.signal import bilinear_zpk, freqz_zpk

from dsp.sound.weighting import a_weighting, response, weightings

RATE = 48_000
FREQUENCIES = np.geomspace(100, 20_000, 300)
AXIS = alt.Axis(values=[100, 200, 500, 1000, 2000, 5000, 10_000, 20_000], format="d")
LIMITS = pl.DataFrame(
    {
        "f": [100, 800, 1000, 1250, 4000, 5000, 6310, 7943, 10_000, 12_589, 15_849, 19_953],
        "upper": [1.0, 1.0, 0.7, 1.0, 1.0, 1.5, 1.5, 1.5, 2.0, 2.0, 2.5, 3.0],
        "lower": [-1.0, -1.0, -0.7, -1.0, -1.0, -1.5, -2.0, -2.5, -3.0, -5.0, -16.0, -16.0],
    }
)
"""IEC 61672-1:2013, table 3, class 1; there is no lower limit at 20 kHz."""


def chart() -> alt.LayerChart:
    """Three lines over the band that class 1 allows."""
    errors = pl.concat(
        [
            pl.DataFrame({"f": FREQUENCIES, "error": error, "filter": name})
            for name, error in (
                ("Vigie, 48 kHz", response(weightings(RATE).a, FREQUENCIES, RATE) - a_weighting(FREQUENCIES)),
                ("plain bilinear, 48 kHz", plain_bilinear() - a_weighting(FREQUENCIES)),
            )
        ]
    ).filter(pl.col("error") > -9)
    x = alt.X("f:Q", title="frequency [Hz]", scale=alt.Scale(type="log", domain=[100, 20_000]), axis=AXIS)
    y = alt.Y("error:Q", title="error of A weighting [dB]", scale=alt.Scale(domain=[-9, 4], clamp=True))
    allowed = (
        alt.Chart(LIMITS)
        .mark_area(color="#c9d3df", opacity=0.6)
        .encode(x=x, y=alt.Y("lower:Q", title="error of A weighting [dB]"), y2="upper:Q")
    )
    colours = alt.Scale(domain=["Vigie, 48 kHz", "plain bilinear, 48 kHz"], range=["#0072b2", "#d55e00"])
    lines = (
        alt.Chart(errors)
        .mark_line(strokeWidth=3)
        .encode(x=x, y=y, color=alt.Color("filter:N", scale=colours, legend=None))
    )
    words = pl.DataFrame(
        {
            "f": [200.0, 3300.0, 110.0],
            "error": [0.45, -4.5, -1.5],
            "filter": ["Vigie, 48 kHz", "plain bilinear, 48 kHz", "class 1"],
        }
    )
    names = (
        alt.Chart(words)
        .mark_text(align="left", fontSize=14)
        .encode(
            x=x,
            y=y,
            text="filter:N",
            color=alt.Color(
                "filter:N",
                scale=alt.Scale(domain=[*colours.domain, "class 1"], range=[*colours.range, "#56667a"]),
                legend=None,
            ),
        )
    )
    layers = alt.layer(allowed, lines, names).resolve_scale(color="independent").properties(width=620, height=320)
    return layers.configure_axis(labelFontSize=13, titleFontSize=14)


def plain_bilinear() -> np.ndarray:
    """Gain [dB] of the analogue poles put through the bilinear transform, 0 dB at 1 kHz."""
    poles = -2 * np.pi * np.array([20.598997, 20.598997, 107.65265, 737.86223, 12194.217, 12194.217])
    digital = bilinear_zpk(np.zeros(4), poles, 1.0, RATE)
    _, gain = freqz_zpk(*digital, worN=np.append(FREQUENCIES, 1000.0), fs=RATE)
    return 20 * np.log10(np.abs(gain[:-1] / gain[-1]))
