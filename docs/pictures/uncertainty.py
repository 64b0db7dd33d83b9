"""Instrument uncertainty of a CO2 channel: calibrated, past due, calibrated again."""

import altair as alt
import numpy as np

from catalog.identifiers import DeploymentId, KitId, KitModelId, QuantityId, ZoneId
from catalog.kits import kit_models
from catalog.quantities import Uncertainty, quantity
from catalog.schedule import Interval
from dsp.batch import lay_out
from dsp.calibration import CalibrationStep
from dsp.subject import Subject
from dsp.uncertainty import of_instrument

_DAY = 86_400_000
_VALUE = 1000.0
_CERTIFIED = Uncertainty(0.01, 10.0)
_DONE = ((90, 455), (725, 1090))
"""Days of the two calibrations and when they are due."""


def chart() -> alt.LayerChart:
    """One line over three years and a half, and what happens along it."""
    days = np.arange(1, 1275)
    rows = [{"day": day, "u": u} for day, u in zip(days.tolist(), _along(days).tolist(), strict=True)]
    line = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "day:Q",
            title="days of service",
            scale=alt.Scale(domain=[0, 1275], nice=False),
            axis=alt.Axis(values=list(range(0, 1300, 180)), grid=False, format="d"),
        ),
        y=alt.Y("u:Q", title="instrument u at 1000 ppm of CO2 [ppm]", scale=alt.Scale(domain=[0, 50], nice=False)),
    )
    words = [
        {"day": 6, "u": 38, "text": "model"},
        {"day": 150, "u": 11, "text": "calibrated, in date"},
        {"day": 465, "u": 28, "text": "past due"},
        {"day": 735, "u": 44, "text": "calibrated again"},
        {"day": 1100, "u": 28, "text": "past due"},
    ]
    text = alt.Chart(alt.Data(values=words)).encode(x="day:Q", y="u:Q", text="text:N")
    dates = [{"day": day, "what": what} for pair in _DONE for day, what in zip(pair, ("performed", "due"), strict=True)]
    rules = alt.Chart(alt.Data(values=dates)).encode(
        x="day:Q",
        strokeDash=alt.StrokeDash("what:N", scale=alt.Scale(domain=["performed", "due"], range=[[1, 0], [4, 4]]),
                                  legend=alt.Legend(title=None, orient="top")),
    )  # fmt: skip
    return (
        alt.layer(
            rules.mark_rule(color="#6b6b6b"),
            line.mark_line(strokeWidth=2.5, color="#0b4f8a"),
            text.mark_text(align="left", fontSize=13),
        )
        .properties(width=620, height=260, background="white")
        .configure(font="Arial, Helvetica, sans-serif")
        .configure_axis(labelFontSize=12, titleFontSize=13)
        .configure_legend(labelFontSize=12)
    )


def _along(days: np.typing.NDArray[np.int64]) -> np.typing.NDArray[np.float64]:
    channel = kit_models()[KitModelId("generic")].channel(QuantityId("co2"))
    co2 = quantity("co2")
    drift = channel.drift if channel is not None else None
    history = tuple(CalibrationStep(done * _DAY, due * _DAY, 1.0, 0.0, _CERTIFIED, drift) for done, due in _DONE)
    subject = Subject(
        zone=ZoneId("z"),
        kit=KitId("k"),
        deployment=DeploymentId("d"),
        quantity=co2,
        instrument=co2.instrument,
        repeatability=co2.repeatability,
        place=co2.place,
        deployed=Interval(0, 2000 * _DAY),
        simulated=False,
        calibrations=history,
    )
    windows = lay_out([(Interval((day - 1) * _DAY, day * _DAY),) for day in days.tolist()])
    return of_instrument(subject, windows, np.full(days.size, _VALUE))
