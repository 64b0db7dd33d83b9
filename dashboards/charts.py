"""The chart of a signal: its course, the limit, the shifts; an SVG that needs neither script nor network."""

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import altair as alt
import numpy as np
import vl_convert
from numpy.typing import NDArray
from tsdownsample import MinMaxDownsampler

from catalog.schedule import Interval
from dashboards.words import Words

MAX_POINTS = 2000
"""More points than pixels say nothing more; the least and greatest of each stretch are always kept."""

_HOUR = 3_600_000
_COURSE = "course"
_STROKES = [[1, 0], [6, 2], [2, 2], [8, 2, 2, 2]]
_FONT = "Arial, Helvetica, sans-serif"


class ChartSize(Enum):
    """The width a chart is drawn for; letters keep their size, so a phone gets a drawing of its own."""

    PHONE = "phone"
    WIDE = "wide"


class ChartTheme(Enum):
    """Light or dark, as the reader's screen asks."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Course:
    """Values in order of time; value *i* holds from ``starts[i]`` to ``ends[i]``.

    Attributes
    ----------
    starts, ends : ndarray of int64, shape (n,)
        Milliseconds UTC.
    values : ndarray of float64, shape (n,)
        In the quantity's unit; NaN where nothing is known.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A limit drawn across the chart, in the quantity's unit."""

    value: float


@dataclass(frozen=True, slots=True)
class SignalChart:
    """Everything a chart shows.

    Attributes
    ----------
    axis : str
        Title of the value axis: quantity and unit.
    courses : mapping of str to Course
        By kit; several kits are told apart by colour and by stroke.
    span : Interval
        The time axis, milliseconds UTC.
    shifts : sequence of Interval
        Shaded.
    limit_words : str
        The limits by their values, written above the drawing.
    watermark : str
        Written across a chart of simulated data; empty for real data.
    """

    axis: str
    courses: Mapping[str, Course]
    span: Interval
    shifts: Sequence[Interval]
    limits: Sequence[LimitLine]
    limit_words: str
    watermark: str


@dataclass(frozen=True, slots=True)
class _Palette:
    background: str
    text: str
    grid: str
    shift: str
    lines: tuple[str, ...]
    limit: str
    watermark: str


_PALETTES = {
    ChartTheme.LIGHT: _Palette(
        background="#ffffff",
        text="#1c2733",
        grid="#d5dbe1",
        shift="#dbe7f3",
        lines=("#0b4f8a", "#8a5a00", "#17603a", "#5b3a9b"),
        limit="#a3180f",
        watermark="#8a1f6a",
    ),
    ChartTheme.DARK: _Palette(
        background="#18212b",
        text="#e8edf2",
        grid="#3a4754",
        shift="#26394d",
        lines=("#7cc0ff", "#ffc977", "#86dba9", "#c9b0ff"),
        limit="#ff9b8f",
        watermark="#ff9ad9",
    ),
}


@dataclass(frozen=True, slots=True)
class _Frame:
    width: int
    height: int
    font: int
    labels: int


_FRAMES = {ChartSize.PHONE: _Frame(300, 240, 13, 3), ChartSize.WIDE: _Frame(920, 340, 14, 10)}


def pixels(size: ChartSize) -> tuple[int, int]:
    """Width and height of a drawing, so that a page can keep its place while it loads."""
    return _FRAMES[size].width, _FRAMES[size].height


def signal_svg(chart: SignalChart, words: Words, size: ChartSize, theme: ChartTheme) -> str:
    """Draw a chart.

    Parameters
    ----------
    chart : SignalChart
    words : Words
        Language of the labels and the clock of the time axis.
    size, theme : ChartSize, ChartTheme

    Returns
    -------
    str
        SVG document.

    Notes
    -----
    A gap is a gap: the line stops where the known time stops and starts again where it does. Ticks are set here and not
    by the chart library because a local time axis must stay right across a change of clocks.
    """
    palette, frame = _PALETTES[theme], _FRAMES[size]
    ticks = _ticks(chart.span, words, frame.labels)
    x = alt.X(
        "t:Q",
        scale=alt.Scale(domain=[chart.span.start, chart.span.end], nice=False, zero=False),
        axis=alt.Axis(
            values=list(ticks), labelExpr=f"({json.dumps(_as_keys(ticks))})[toString(+datum.value)]", title=None
        ),
    )
    low, high = _value_range(chart)
    y = alt.Y(
        "v:Q",
        scale=alt.Scale(domain=[low, high], nice=True, zero=False),
        axis=_value_axis(chart, words, low, high),
    )
    layers = [_shifts(chart, palette), _line(list(chart.courses), palette, x, y)]
    layers += [_limit_line(limit, palette, y) for limit in chart.limits]
    if chart.limits:
        layers.append(_limit_words(chart.limit_words, palette, frame))
    if chart.watermark:
        layers.append(_watermark(chart.watermark, palette, frame))
    drawing = (
        alt.layer(*layers)
        .properties(
            width=frame.width,
            height=frame.height,
            background=palette.background,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        )
        .configure(font=_FONT, padding=6)
        .configure_view(stroke=None)
        .configure_axis(
            labelFont=_FONT,
            titleFont=_FONT,
            labelFontSize=frame.font,
            titleFontSize=frame.font,
            titleFontWeight="normal",
            labelColor=palette.text,
            titleColor=palette.text,
            gridColor=palette.grid,
            domainColor=palette.text,
            tickColor=palette.text,
            labelOverlap=True,
        )
        .configure_legend(labelFont=_FONT, labelFontSize=frame.font, labelColor=palette.text)
        .configure_axisY(titleAngle=0, titleAlign="left", titleAnchor="start", titleY=-14, titleX=-36)
    )
    specification = drawing.to_dict()
    specification.setdefault("datasets", {})[_COURSE] = [
        {"kit": kit, "i": i, **point}
        for kit, course in chart.courses.items()
        for i, point in enumerate(path_points(thin(course)))
    ]
    return str(vl_convert.vegalite_to_svg(specification))


def thin(course: Course, points: int = MAX_POINTS) -> Course:
    """A course with at most about ``points`` values that looks the same: extremes and gaps are kept."""
    known = np.isfinite(course.values)
    starts, ends, values = course.starts[known], course.ends[known], course.values[known]
    if starts.size <= points:
        return Course(starts, ends, values)
    # not the look-alike samplers: they may leave out the highest value, and a peak over a limit must be seen
    sampler = MinMaxDownsampler()  # type: ignore[no-untyped-call]  # the package is not annotated
    extremes = np.asarray(sampler.downsample(starts, values, n_out=points), dtype=np.intp)
    stretch = np.concatenate(([0], np.cumsum(starts[1:] > ends[:-1])))
    last_of_stretch = np.append(np.flatnonzero(np.diff(stretch)), stretch.size - 1)
    first_of_stretch = np.append(0, last_of_stretch[:-1] + 1)
    kept: NDArray[np.intp] = np.unique(np.concatenate((extremes, first_of_stretch, last_of_stretch)))
    # a kept value lasts until the next kept one, or to the end of its stretch where something is missing in between
    until = ends[last_of_stretch][stretch[kept]]
    joined = stretch[kept][1:] == stretch[kept][:-1]
    until[:-1] = np.where(joined, starts[kept][1:], until[:-1])
    return Course(starts[kept], until, values[kept])


def path_points(course: Course) -> list[dict[str, float | int | None]]:
    """The corners of the drawn line of known values; a point without value lifts the pen at each gap."""
    points: list[dict[str, float | int | None]] = []
    previous_end: int | None = None
    for start, end, value in zip(course.starts.tolist(), course.ends.tolist(), course.values.tolist(), strict=True):
        if previous_end is not None and start > previous_end:
            points.append({"t": previous_end, "v": None})
        points += ({"t": start, "v": value}, {"t": end, "v": value})
        previous_end = end
    return points


def _line(kits: Sequence[str], palette: _Palette, x: alt.X, y: alt.Y) -> alt.Chart:
    # named, not inline: altair would hold every point against its schema, twenty times slower than drawing them;
    # clipped: a value that began before the span is not drawn over the axis
    data = alt.NamedData(name=_COURSE)
    mark = alt.Chart(data).mark_line(strokeWidth=1.6, clip=True, invalid="break-paths-filter-domains")
    legend = alt.Legend(title=None, orient="bottom", symbolStrokeWidth=2) if len(kits) > 1 else None
    colour = alt.Color("kit:N", sort=list(kits), scale=alt.Scale(range=list(palette.lines)), legend=legend)
    stroke = alt.StrokeDash("kit:N", sort=list(kits), scale=alt.Scale(range=_STROKES), legend=legend)
    drawn: alt.Chart = mark.encode(x=x, y=y, order=alt.Order("i:Q"), color=colour, strokeDash=stroke)
    return drawn


def _shifts(chart: SignalChart, palette: _Palette) -> alt.Chart:
    inside = [
        {"a": max(shift.start, chart.span.start), "b": min(shift.end, chart.span.end)}
        for shift in chart.shifts
        if shift.end > chart.span.start and shift.start < chart.span.end
    ]
    shaded: alt.Chart = (
        alt.Chart(alt.InlineData(values=inside)).mark_rect(color=palette.shift).encode(x="a:Q", x2="b:Q")
    )
    return shaded


def _limit_line(limit: LimitLine, palette: _Palette, y: alt.Y) -> alt.Chart:
    data = alt.InlineData(values=[{"v": limit.value}])
    rule: alt.Chart = alt.Chart(data).mark_rule(color=palette.limit, strokeWidth=2, strokeDash=[7, 4]).encode(y=y)
    return rule


def _limit_words(words: str, palette: _Palette, frame: _Frame) -> alt.Chart:
    """Above the drawing and not on the line, where a busy signal would make them unreadable."""
    mark = alt.Chart(alt.InlineData(values=[{"label": words}])).mark_text(
        align="right", baseline="bottom", fontSize=frame.font, fontWeight="bold", color=palette.limit
    )
    written: alt.Chart = mark.encode(x=alt.value("width"), y=alt.value(-7), text="label:N")
    return written


def _watermark(words: str, palette: _Palette, frame: _Frame) -> alt.Chart:
    mark = alt.Chart(alt.InlineData(values=[{"label": words}])).mark_text(
        fontSize=min(44, (frame.width - 60) / (0.7 * len(words))),
        fontWeight="bold",
        color=palette.watermark,
        opacity=0.45,
        angle=0,
    )
    middle = alt.value({"expr": "width / 2"}), alt.value({"expr": "height / 2"})
    written: alt.Chart = mark.encode(x=middle[0], y=middle[1], text="label:N")
    return written


def _value_range(chart: SignalChart) -> tuple[float, float]:
    known = [course.values[np.isfinite(course.values)] for course in chart.courses.values()]
    seen = [*np.concatenate([*known, np.empty(0)]).tolist(), *(limit.value for limit in chart.limits)] or [0.0, 1.0]
    low, high = min(seen), max(seen)
    room = 0.06 * (high - low) or max(abs(high) * 0.1, 1.0)
    return (max(0.0, low - room) if low >= 0 else low - room), high + 1.5 * room


def _value_axis(chart: SignalChart, words: Words, low: float, high: float) -> alt.Axis:
    values = _round_values(low, high)
    step = values[1] - values[0] if len(values) > 1 else 1.0
    decimals = max(0, math.ceil(-math.log10(step) - 1e-9)) if step < 1 else 0
    labels = json.dumps({_key(value): words.number(value, decimals) for value in values})
    return alt.Axis(values=values, labelExpr=f"({labels})[format(datum.value, '.6f')]", title=chart.axis)


def _key(value: float) -> str:
    return f"{value + 0.0:.6f}"


def _round_values(low: float, high: float) -> list[float]:
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(k * step, 9) + 0.0 for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _ticks(span: Interval, words: Words, most: int) -> Mapping[int, str]:
    """Round local times across the span with their labels: midnights for days, whole hours within a day or two."""
    first, last = words.local(span.start), words.local(span.end)
    days = (last.date() - first.date()).days + 1
    if days > 2:
        every = math.ceil(days / most)
        chosen = [first.date() + dt.timedelta(days=k) for k in range(0, days + 1, every)]
        midnights = {
            _instant(dt.datetime.combine(day, dt.time.min, words.zone)): words.short_day(day) for day in chosen
        }
        return {at: label for at, label in midnights.items() if span.start <= at <= span.end}
    hours = span.length / _HOUR
    every = next(step for step in (1, 2, 3, 4, 6, 12, 24, 48) if hours / step <= most or step == 48)
    marks: dict[int, str] = {}
    at = -(-span.start // _HOUR) * _HOUR
    while at <= span.end:
        local = words.local(at)
        if local.hour % every == 0:
            marks[at] = words.time(at) if local.hour or local.minute else words.short_day(local.date())
        at += _HOUR
    return marks


def _as_keys(ticks: Mapping[int, str]) -> dict[str, str]:
    return {str(at): label for at, label in ticks.items()}


def _instant(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)
