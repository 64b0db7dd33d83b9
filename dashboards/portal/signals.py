"""From a signal the reader may see to its chart."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from catalog.quantities import Quantity
from catalog.schedule import Interval, local_days, shifts
from dashboards.charts import ChartSize, ChartTheme, Course, LimitLine, SignalChart, signal_svg
from dashboards.portal.reader import Reader
from dashboards.portal.shown import ZonePlace
from dashboards.standing import Finding
from dashboards.words import Words

_NEAR = 1.5
"""A limit up to this many times the highest value of a signal is near it."""


def zone_chart(
    reader: Reader,
    place: ZonePlace,
    quantity: Quantity,
    words: Words,
    size: ChartSize,
    theme: ChartTheme,
    day: date | None = None,
) -> str | None:
    """The chart of a zone's signal, over all its time or one local day of it.

    Returns
    -------
    str or None
        SVG; None where the reader may see no course or nothing was measured.
    """
    span = chart_span(reader, place, words, day)
    findings = [row for row in reader.findings(place.zone.id) if row.quantity == quantity.id]
    if span is None or not findings or reader.withholds(place.zone):
        return None
    signal = reader.signal(place, quantity.id, span)
    limits = _limits(findings, [course.values for course in signal.courses.values()])
    shown = SignalChart(
        f"{quantity.symbol.replace('_', '')} ({quantity.unit})" if quantity.unit != "1" else quantity.symbol,
        {str(kit): course for kit, course in signal.courses.items()},
        span,
        _shifts(place, span, words),
        limits,
        _limit_words(limits, quantity, words),
        words.say("SIMULATED DATA") if signal.simulated else "",
    )
    key = (
        place.zone.id,
        quantity.id,
        words,
        size,
        theme,
        (span.start, span.end),
        signal.resolution,
        shown.watermark,
        tuple(limit.value for limit in limits),
        tuple((shift.start, shift.end) for shift in shown.shifts),
        tuple((kit, _digest(course)) for kit, course in signal.courses.items()),
    )
    return reader.charts.get(key, lambda: signal_svg(shown, words, size, theme))


def chart_span(reader: Reader, place: ZonePlace, words: Words, day: date | None) -> Interval | None:
    """The time a chart shows: one local day where it was measured, else all there is."""
    whole = reader.span(place.zone.id)
    if whole is None or day is None:
        return whole
    days = dict(local_days(words.timezone, whole.start, whole.end))
    return days.get(day, whole)


def _shifts(place: ZonePlace, span: Interval, words: Words) -> list[Interval]:
    # from the day before: a night shift began then
    first, last = words.local(span.start).date() - timedelta(days=1), words.local(span.end).date()
    found = shifts(place.zone.schedule, place.establishment, first, last)
    return [piece for shift in found for piece in shift.pieces]


def _limits(findings: Sequence[Finding], signals: Sequence[NDArray[np.float64]]) -> list[LimitLine]:
    """The limits this signal was compared with, as far as it comes near them; always the lowest.

    A limit on a time spent above a value is drawn at that value. A limit far above the signal would press it flat.
    """
    compared = [row for row in findings if row.decision is not None]
    values = {row.threshold if row.is_duration else row.limit for row in compared}
    known = sorted(value for value in values if value is not None)
    highest = max((float(np.max(signal)) for signal in signals if signal.size), default=0.0)
    return [LimitLine(value) for value in known if value <= _NEAR * highest or value == known[0]]


def _limit_words(limits: Sequence[LimitLine], quantity: Quantity, words: Words) -> str:
    values = [words.plain(limit.value, quantity.decimals) for limit in limits]
    unit = "" if quantity.unit == "1" else f"\N{NO-BREAK SPACE}{quantity.unit}"
    return words.say_many("Limit %(values)s", "Limits %(values)s", len(limits), values=" – ".join(values) + unit)


def _digest(course: Course) -> bytes:
    return hashlib.sha256(b"".join(part.tobytes() for part in (course.starts, course.ends, course.values))).digest()
