"""Charts of laboratory results: the log-normal probability plot and the probabilities of the exposure bands."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import altair as alt
import vl_convert

from dashboards.words import Language

_FONT = "Arial, Helvetica, sans-serif"
_INK, _GRID, _LIMIT = "#1c2733", "#d5dbe1", "#a3180f"
_FIT, _BAND, _POINT = "#0b4f8a", "#b9d3ea", "#1c2733"
_BAND_COLOURS = ("#d9e6f2", "#a9c6e0", "#f0c65a", "#d8812a", "#a3180f")
_WIDTH = 560
_PNG_SCALE = 2.0
_STEP = 0.1
"""Distance of the scores of the fitted line; it is drawn one step beyond the plot and cut there."""
_PROBABILITIES = {-2.326: "1", -1.645: "5", -0.842: "20", 0.0: "50", 0.842: "80", 1.645: "95", 2.326: "99"}
"""Ticks of the probability axis: normal score and percent."""


class Mark(Enum):
    """What is known of a result."""

    MEASURED = "measured"
    BELOW = "below"
    ABOVE = "above"
    BETWEEN = "between"


@dataclass(frozen=True, slots=True)
class PlottedResult:
    """A result at its plotting position.

    Attributes
    ----------
    score : float
        Standard normal score of the plotting position.
    value : float
        The number, or the bound that is known (the geometric middle of two).
    """

    score: float
    value: float
    mark: Mark


@dataclass(frozen=True, slots=True)
class FittedPoint:
    """The fitted distribution at one score: percentile and the ends of its confidence interval."""

    score: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class StatisticsChart:
    """Everything the two charts show.

    Attributes
    ----------
    results : sequence of PlottedResult
    fitted : sequence of FittedPoint
        Empty where no distribution was fitted.
    limit : float
    unit : str
        Of results and limit; may be empty.
    bands : sequence of float
        Probabilities of the AIHA bands 0 to 4, 0 to 1.
    """

    results: Sequence[PlottedResult]
    fitted: Sequence[FittedPoint]
    limit: float
    unit: str
    bands: Sequence[float]


@dataclass(frozen=True, slots=True)
class _Texts:
    probability: str
    result: str
    limit: str
    marks: dict[Mark, str]
    plot_title: str
    plot_subtitle: str
    no_fit: str
    band_axis: str
    band_title: str
    band_subtitle: str
    bands: tuple[str, ...]
    decimal: str


_TEXTS = {
    Language.FRENCH: _Texts(
        probability="Probabilité cumulée (%)",
        result="Résultat",
        limit="limite",
        marks={
            Mark.MEASURED: "mesuré",
            Mark.BELOW: "sous la LQ (placé à la LQ)",
            Mark.ABOVE: "au-dessus de l’étendue",
            Mark.BETWEEN: "entre deux bornes",
        },
        plot_title="Diagramme de probabilité log-normal",
        plot_subtitle="Droite ajustée et son intervalle de confiance à 90 %",
        no_fit="Aucune loi ajustée à ces résultats",
        band_axis="Probabilité (%)",
        band_title="Où se situe le 95e percentile des expositions",
        band_subtitle="Estimation bayésienne (a priori Expostats), classes AIHA en % de la limite",
        bands=("0 : < 1 %", "1 : 1 à 10 %", "2 : 10 à 50 %", "3 : 50 à 100 %", "4 : > 100 %"),
        decimal=",",
    ),
    Language.ENGLISH: _Texts(
        probability="Cumulative probability (%)",
        result="Result",
        limit="limit",
        marks={
            Mark.MEASURED: "measured",
            Mark.BELOW: "below the LOQ (drawn at the LOQ)",
            Mark.ABOVE: "above the range",
            Mark.BETWEEN: "between two bounds",
        },
        plot_title="Log-normal probability plot",
        plot_subtitle="Fitted line and its 90 % confidence interval",
        no_fit="No distribution fitted to these results",
        band_axis="Probability (%)",
        band_title="Where the 95th percentile of exposures lies",
        band_subtitle="Bayesian estimate (prior of Expostats), AIHA bands in % of the limit",
        bands=("0: < 1 %", "1: 1 to 10 %", "2: 10 to 50 %", "3: 50 to 100 %", "4: > 100 %"),
        decimal=".",
    ),
}
_SHAPES = {Mark.MEASURED: "circle", Mark.BELOW: "triangle-down", Mark.ABOVE: "triangle-up", Mark.BETWEEN: "diamond"}


def statistics_chart(chart: StatisticsChart, language: Language) -> alt.VConcatChart:
    """The probability plot above the exposure bands."""
    texts = _TEXTS[language]
    concatenated: alt.VConcatChart = (
        alt.vconcat(_probability_plot(chart, texts), _band_chart(chart, texts), spacing=28)
        .configure(font=_FONT, background="#ffffff", padding=12)
        .configure_view(stroke=_GRID)
        .configure_axis(
            labelFontSize=13,
            titleFontSize=14,
            labelColor=_INK,
            titleColor=_INK,
            gridColor=_GRID,
            titleFontWeight="normal",
        )
        .configure_title(fontSize=16, subtitleFontSize=13, color=_INK, subtitleColor=_INK, anchor="start", offset=10)
        .configure_legend(labelFontSize=13, labelColor=_INK, labelLimit=320, orient="top", title=None)
    )
    return concatenated


def write_chart(chart: alt.VConcatChart, path: Path) -> None:
    """Write a chart as SVG or, at twice the resolution of a screen, as PNG; the file's ending decides."""
    document = json.loads(chart.to_json())
    if path.suffix.lower() == ".png":
        path.write_bytes(vl_convert.vegalite_to_png(document, scale=_PNG_SCALE))
    else:
        path.write_text(vl_convert.vegalite_to_svg(document) + "\n", encoding="utf-8")


def _probability_plot(chart: StatisticsChart, texts: _Texts) -> alt.LayerChart | alt.FacetChart:
    values = [point.value for point in chart.results] + [chart.limit]
    values += [point.low for point in chart.fitted if point.score > -1.7]
    values += [point.value for point in chart.fitted]
    span = [min(values) / 1.3, max(values) * 1.5]
    reach = max(2.4, *(abs(point.score) + 0.1 for point in chart.results))
    ticks = "; ".join(f"abs(datum.value - {score}) < 0.01 ? '{percent}'" for score, percent in _PROBABILITIES.items())
    x_axis = alt.Axis(values=list(_PROBABILITIES), labelExpr=ticks.replace("; ", " : ") + " : ''")
    x = alt.X("score:Q", title=texts.probability, axis=x_axis, scale=alt.Scale(domain=[-reach, reach], nice=False))
    title = f"{texts.result} ({chart.unit})" if chart.unit else texts.result
    decimal = f"replace(format(datum.value, '~g'), '.', '{texts.decimal}')"
    y_axis = alt.Axis(labelExpr=f"datum.label == '' ? '' : {decimal}", tickCount=6)
    scale = alt.Scale(type="log", domain=span, nice=False, clamp=False)
    y = alt.Y("value:Q", title=title, axis=y_axis, scale=scale)
    fitted = [
        {"score": point.score, "value": point.value, "low": point.low, "high": point.high}
        for point in chart.fitted
        if abs(point.score) <= reach + _STEP
    ]
    results = [{"score": point.score, "value": point.value, "mark": texts.marks[point.mark]} for point in chart.results]
    used = [mark for mark in Mark if any(point.mark is mark for point in chart.results)]
    legend = alt.Legend() if used != [Mark.MEASURED] else None
    shape = alt.Shape(
        "mark:N",
        scale=alt.Scale(domain=[texts.marks[mark] for mark in used], range=[_SHAPES[mark] for mark in used]),
        legend=legend,
    )
    fill = alt.Fill(
        "mark:N",
        scale=alt.Scale(
            domain=[texts.marks[mark] for mark in used],
            range=[_POINT if mark is Mark.MEASURED else "#ffffff" for mark in used],
        ),
        legend=legend,
    )
    layers: list[alt.Chart] = []
    if fitted:
        band = alt.Chart(alt.InlineData(values=fitted))
        layers += [
            band.mark_area(color=_BAND, opacity=0.6, clip=True).encode(x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"),
            band.mark_line(color=_FIT, strokeWidth=2, clip=True).encode(x=x, y=y),
        ]
    said = f"{texts.limit} {chart.limit:g} {chart.unit}".rstrip().replace(".", texts.decimal, 1)
    line = alt.Chart(alt.InlineData(values=[{"value": chart.limit, "score": -reach, "said": said}]))
    layers += [
        line.mark_rule(color=_LIMIT, strokeWidth=2, strokeDash=[7, 3]).encode(y=y),
        line.mark_text(color=_LIMIT, align="left", baseline="bottom", dx=6, dy=-4, fontSize=13).encode(
            x=x, y=y, text="said:N"
        ),
        alt.Chart(alt.InlineData(values=results))
        .mark_point(size=80, stroke=_POINT, strokeWidth=1.6, opacity=1)
        .encode(x=x, y=y, shape=shape, fill=fill),
    ]
    subtitle = texts.plot_subtitle if fitted else texts.no_fit
    return alt.layer(*layers).properties(
        width=_WIDTH, height=320, title=alt.TitleParams(texts.plot_title, subtitle=subtitle)
    )


def _band_chart(chart: StatisticsChart, texts: _Texts) -> alt.LayerChart | alt.FacetChart:
    rows = [
        {"band": name, "share": 100 * share, "colour": colour, "said": _percent(share, texts)}
        for name, share, colour in zip(texts.bands, chart.bands, _BAND_COLOURS, strict=True)
    ]
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y(
            "band:N", sort=None, title=None, axis=alt.Axis(labelLimit=200, labelPadding=7, ticks=False, domain=False)
        ),
        x=alt.X(
            "share:Q",
            title=texts.band_axis,
            scale=alt.Scale(domain=[0, 108]),
            axis=alt.Axis(values=[0, 25, 50, 75, 100]),
        ),
    )
    return alt.layer(
        base.mark_bar(height=20, stroke=_INK, strokeWidth=0.6).encode(color=alt.Color("colour:N", scale=None)),
        base.mark_text(align="left", dx=6, fontSize=13, color=_INK).encode(text="said:N"),
    ).properties(width=_WIDTH, height=150, title=alt.TitleParams(texts.band_title, subtitle=texts.band_subtitle))


def _percent(share: float, texts: _Texts) -> str:
    if share < 0.001:
        return f"< 0{texts.decimal}1 %"
    return f"{100 * share:.1f} %".replace(".", texts.decimal)
