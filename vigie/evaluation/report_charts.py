"""The charts of the report: ROC curve, reliability diagram, coverage of the stated intervals; each an SVG."""

from collections.abc import Mapping, Sequence

import altair as alt
import vl_convert

from dashboards.words import Words
from dsp.statistics.roc import RocPoint
from vigie.evaluation.figures import Roc
from vigie.evaluation.measure_errors import HONEST_HIGH, HONEST_LOW, MeasureErrors
from vigie.evaluation.reliability import Reliability

WIDTH = 340
"""Pixels of a drawing: as wide as a phone, so that letters keep their size; a wide page puts them side by side."""

MARKED = (0.05, 0.5, 0.95)
"""Scores marked on the ROC curve: the two from which something is said without doubt, and the middle."""

_FONT = "Arial, Helvetica, sans-serif"
_INK, _GRID, _SOFT, _LINE, _BAND, _BAD = "#1c2733", "#d5dbe1", "#8593a0", "#0b4f8a", "#dcebdf", "#a3180f"
_SHARES = [0, 0.25, 0.5, 0.75, 1]
_ZERO_TO_ONE = alt.Scale(domain=[0, 1], nice=False)
_NO_BREAK = "\N{NO-BREAK SPACE}"
_FINE = 250
"""A curve has no more steps than this each way: about one to a pixel."""


def roc_svg(found: Sequence[Roc], words: Words) -> str:
    """ROC curve of all families (first of ``found``), and thin behind it those of each."""
    families = [row for each in found[1:] for row in _curve(each.points, each.name)]
    overall = _curve(found[0].points, "")
    marks = [
        {"x": point.false_alarms, "y": point.sensitivity, "said": words.share(score)}
        for score in MARKED
        if (point := _at(found[0].points, score)) is not None
    ]
    x = _across(words.pick("Fausses alertes (1 − spécificité)", "False alarms (1 − specificity)"), words)
    y = _up(words.pick("Sensibilité", "Sensitivity"), words)
    thin = alt.Chart(alt.InlineData(values=families)).mark_line(strokeWidth=1, color=_SOFT, opacity=0.8)
    dots = alt.Chart(alt.InlineData(values=marks))
    return _drawn(
        _diagonal(),
        thin.encode(x=x, y=y, order="i:Q", detail="name:N"),
        alt.Chart(alt.InlineData(values=overall)).mark_line(strokeWidth=2.6, color=_LINE).encode(x=x, y=y, order="i:Q"),
        dots.mark_point(size=60, filled=True, color=_INK, opacity=1).encode(x=x, y=y),
        dots.mark_text(align="left", baseline="top", dx=7, dy=4, fontSize=13, color=_INK).encode(
            x=x, y=y, text="said:N"
        ),
    )


def reliability_svg(found: Reliability, words: Words) -> str:
    """Stated probability against the observed share of breaches, with the 95 % interval of each bin."""
    rows = [
        {
            "x": each.stated,
            "y": each.breached.value,
            "low": each.breached.interval.low,
            "high": each.breached.interval.high,
        }
        for each in found.bins
    ]
    x = _across(words.pick("Probabilité annoncée", "Stated probability"), words)
    y = _up(words.pick("Part réellement en dépassement", "Share truly in breach"), words)
    base = alt.Chart(alt.InlineData(values=rows)).encode(x=x)
    return _drawn(
        _diagonal(),
        base.mark_rule(strokeWidth=1.6, color=_LINE).encode(y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_line(strokeWidth=1.6, color=_LINE).encode(y=y),
        base.mark_point(size=60, filled=True, color=_LINE, opacity=1).encode(y=y),
    )


def coverage_svg(found: Sequence[MeasureErrors], labels: Mapping[str, str], words: Words) -> str:
    """Coverage of each measure of one family, on a line for each quantity; a cross where it is not from 90 to 98 %."""
    rows = [
        {
            "quantity": labels[each.quantity],
            "share": each.coverage.value,
            "low": each.coverage.interval.low,
            "high": each.coverage.interval.high,
            "honest": str(each.honest is not False),
        }
        for each in found
    ]
    least = min([0.8, *(row["low"] for row in rows if isinstance(row["low"], float))])
    low = max(0.0, int(least * 10) / 10)
    ticks = [low, HONEST_LOW, 1.0] if low > 0.5 else [low, HONEST_LOW]
    axis = alt.Axis(values=ticks, labelExpr=_percent(words))
    scale = alt.Scale(domain=[low, 1.0], nice=False, zero=False)
    x = alt.X("share:Q", title=None, scale=scale, axis=axis)
    y = alt.Y("quantity:N", sort=None, title=None, axis=alt.Axis(labelLimit=120, ticks=False, domain=False))
    band = alt.Chart(alt.InlineData(values=[{"a": HONEST_LOW, "b": HONEST_HIGH}])).mark_rect(color=_BAND)
    base = alt.Chart(alt.InlineData(values=rows)).encode(y=y)
    colour = alt.Color("honest:N", legend=None, scale=alt.Scale(domain=["True", "False"], range=[_LINE, _BAD]))
    shape = alt.Shape("honest:N", legend=None, scale=alt.Scale(domain=["True", "False"], range=["circle", "cross"]))
    height = 46 + 22 * len({row["quantity"] for row in rows})
    return _drawn(
        band.encode(x=alt.X("a:Q", title=None, scale=scale, axis=axis), x2="b:Q"),
        base.mark_rule(strokeWidth=1.4, opacity=0.6).encode(
            x=alt.X("low:Q", title=None, scale=scale, axis=axis), x2="high:Q", color=colour
        ),
        base.mark_point(size=50, filled=True, opacity=1).encode(x=x, color=colour, shape=shape),
        height=height,
    )


def thinned(points: Sequence[RocPoint], steps: int = _FINE) -> tuple[RocPoint, ...]:
    """A curve with its corners and no more points than can be seen; first and last are kept."""
    kept: list[RocPoint] = []
    for point in points:
        if kept and len(kept) > 1 and _same_cell(kept[-1], point, steps) and _same_cell(kept[-2], point, steps):
            kept[-1] = point
        else:
            kept.append(point)
    return tuple(kept)


def _same_cell(one: RocPoint, other: RocPoint, steps: int) -> bool:
    across = int(one.false_alarms * steps) == int(other.false_alarms * steps)
    return across and int(one.sensitivity * steps) == int(other.sensitivity * steps)


def _curve(points: Sequence[RocPoint], name: str) -> list[dict[str, object]]:
    return [
        {"x": point.false_alarms, "y": point.sensitivity, "i": i, "name": name}
        for i, point in enumerate(thinned(points))
    ]


def _at(points: Sequence[RocPoint], score: float) -> RocPoint | None:
    """The last point of the curve whose threshold is not under a score."""
    above = [point for point in points if point.threshold >= score]
    return above[-1] if above else None


def _across(title: str, words: Words) -> alt.X:
    return alt.X("x:Q", title=title, scale=_ZERO_TO_ONE, axis=_shares(words))


def _up(title: str, words: Words) -> alt.Y:
    return alt.Y("y:Q", title=title, scale=_ZERO_TO_ONE, axis=_shares(words))


def _shares(words: Words) -> alt.Axis:
    return alt.Axis(values=_SHARES, labelExpr=_percent(words))


def _percent(words: Words) -> str:
    sign = words.pick(f"{_NO_BREAK}%", "%")
    return f"format(datum.value * 100, '.0f') + '{sign}'"


def _diagonal() -> alt.Chart:
    line = alt.Chart(alt.InlineData(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
    drawn: alt.Chart = line.mark_line(color=_SOFT, strokeDash=[4, 4], strokeWidth=1).encode(x="x:Q", y="y:Q")
    return drawn


def _drawn(*layers: alt.Chart, height: int = WIDTH) -> str:
    drawing = (
        alt.layer(*layers)
        .properties(
            width=WIDTH,
            height=height,
            background="#ffffff",
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        )
        .configure(font=_FONT, padding=8)
        .configure_view(stroke=_GRID)
        .configure_axis(
            labelFontSize=13,
            titleFontSize=13,
            titleFontWeight="normal",
            labelColor=_INK,
            titleColor=_INK,
            gridColor=_GRID,
            domainColor=_INK,
            tickColor=_INK,
        )
    )
    return str(vl_convert.vegalite_to_svg(drawing.to_dict()))
