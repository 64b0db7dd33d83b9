"""WBGT estimated from temperature and humidity, and where the reference values of ISO 7243 lie."""

import altair as alt
import numpy as np

from dsp.heat.wbgt import Acclimatisation, MetabolicClass, reference_limit, wbgt_estimate

HUMIDITIES = (20, 40, 60, 80)
COLOURS = ("#56b4e9", "#0072b2", "#009e73", "#000000")
WORK = {"light": MetabolicClass.LIGHT, "moderate": MetabolicClass.MODERATE, "heavy": MetabolicClass.HEAVY}

SCALE = alt.Scale(domain=[10, 38], nice=False, zero=False)


def chart() -> alt.LayerChart:
    """Curves of four humidities with ± 1.645·1.5 °C around one of them, and three reference values."""
    air = np.linspace(18, 40, 89)
    rows = [
        {"air": float(t), "wbgt": float(value), "humidity": f"{rh} %"}
        for rh in HUMIDITIES
        for t, value in zip(air, wbgt_estimate(air, float(rh)), strict=True)
    ]
    band = [row | {"low": row["wbgt"] - 2.5, "high": row["wbgt"] + 2.5} for row in rows if row["humidity"] == "40 %"]
    lines = [
        {
            "at": reference_limit(work, Acclimatisation.ACCLIMATISED).value,
            "label": f"{name} work, acclimatised: {reference_limit(work, Acclimatisation.ACCLIMATISED).value:g} °C",
        }
        for name, work in WORK.items()
    ]
    x = alt.X("air:Q", title="air temperature [°C]", scale=alt.Scale(domain=[18, 40], nice=False))
    y = alt.Y("wbgt:Q", title="WBGT estimate [°C]", scale=SCALE)
    names = [f"{rh} %" for rh in HUMIDITIES]
    colour = alt.Color(
        "humidity:N", title="relative humidity", sort=names[::-1], scale=alt.Scale(domain=names, range=list(COLOURS))
    )
    shade = (
        alt.Chart(alt.Data(values=band))
        .mark_area(opacity=0.16, color=COLOURS[1])
        .encode(x, alt.Y("low:Q", scale=SCALE), y2="high:Q")
    )
    curves = alt.Chart(alt.Data(values=rows)).mark_line(strokeWidth=2.5).encode(x, y, colour)
    rules = (
        alt.Chart(alt.Data(values=lines))
        .mark_rule(color="#d55e00", strokeDash=[6, 4])
        .encode(alt.Y("at:Q", scale=SCALE))
    )
    text = (
        alt.Chart(alt.Data(values=lines))
        .mark_text(align="left", dx=4, dy=-6, x=0, color="#a04000", fontSize=12)
        .encode(alt.Y("at:Q", scale=SCALE), text="label:N")
    )
    return (
        alt.layer(shade, rules, curves, text)
        .properties(width=620, height=380)
        .configure_axis(labelFontSize=13, titleFontSize=13)
        .configure_legend(labelFontSize=13, titleFontSize=13)
    )
