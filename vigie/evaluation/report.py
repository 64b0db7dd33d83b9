"""The report of an evaluation: one page of HTML that needs neither script nor network."""

import base64
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from dashboards.words import Language, Words
from dsp.statistics.proportion import Interval
from vigie.evaluation.answers import Verdict, answers
from vigie.evaluation.conditions import Conditions
from vigie.evaluation.document import summary_document
from vigie.evaluation.figures import Summary
from vigie.evaluation.measure_errors import HONEST_LOW, MeasureErrors
from vigie.evaluation.misses import AlarmReason, MissReason
from vigie.evaluation.report_charts import WIDTH, coverage_svg, reliability_svg, roc_svg
from vigie.evaluation.report_names import Names

REPORT = "report.html"
FIGURES = "figures.json"

FEW = 5
"""Below so many cases a share is told as a fraction, not in percent."""

_TIMEZONE = "Europe/Paris"
_NO_BREAK = "\N{NO-BREAK SPACE}"
_TAGS = re.compile(r"(<code>.*?</code>|<[^>]+>)")
_AT_NO_END = re.compile(r"(?<=\d) (?=(?:%|dB|j|d)(?!\w))|(?<=\S) (?=[:;?!»])|(?<=«) |(?<=±) |(?<=n°) ")
_PERCENT_SIGN = {Language.FRENCH: "\N{NO-BREAK SPACE}%", Language.ENGLISH: "%"}


@dataclass(frozen=True, slots=True)
class CoverageChart:
    """Chart of one family, as an address that carries it."""

    family: str
    address: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Rows of all families with one reason."""

    words: str
    rows: int
    clear: int


@dataclass(frozen=True, slots=True)
class Others:
    """Values of a family that no rule judges: how many have honest intervals, and the least honest one."""

    family: str
    values: int
    too_narrow: int
    too_wide: int
    worst: MeasureErrors


def write_report(folder: Path, summary: Summary, conditions: Conditions, language: Language) -> Path:
    """Write the report of an evaluation into a folder, and its figures as JSON beside it.

    Parameters
    ----------
    folder : Path
        There already; report and figures in it are replaced.
    summary : Summary
        What :func:`vigie.evaluation.figures.summarise` makes of the tables.
    conditions : Conditions
    language : Language

    Returns
    -------
    Path
        Of the page, :data:`REPORT` in the folder.
    """
    figures = json.dumps(summary_document(summary, conditions), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FIGURES).write_text(figures + "\n", encoding="utf-8")
    path = folder / REPORT
    path.write_text(page(summary, conditions, language), encoding="utf-8")
    return path


def page(summary: Summary, conditions: Conditions, language: Language) -> str:
    """The page itself."""
    words = Words(language, _TIMEZONE)
    names = Names(words)
    made = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals.update(w=words, names=names, t=words.pick, few=FEW, verdicts=Verdict, chart_width=WIDTH)
    made.filters.update(
        percent=lambda share: percent(share, language),
        interval=lambda interval: _interval(interval, language),
        amount=lambda value: _amount(value, words),
        days=lambda value: words.number(value, 1),
        whole=words.share,
    )
    overall = summary.reliability[0]
    template = made.from_string(files("vigie.evaluation").joinpath("report_page.html").read_text(encoding="utf-8"))
    rendered = template.render(
        s=summary,
        conditions=conditions,
        answers=answers(summary),
        missed=_missed(summary, names),
        alarms=_alarms(summary, names),
        others=_others(summary.other_errors),
        roc_chart=_address(roc_svg(summary.roc, words)) if summary.roc[0].points else "",
        reliability_chart=_address(reliability_svg(overall, words)) if overall.bins else "",
        coverage_charts=tuple(_coverage(summary.errors, names, words)),
    )
    return _unbroken(rendered)


def _unbroken(document: str) -> str:
    """The page with spaces at which no line may end: before a unit, and before the signs French sets apart."""
    head, body, rest = document.partition("<body>")
    parts = _TAGS.split(rest)
    return head + body + "".join(part if part.startswith("<") else _AT_NO_END.sub(_NO_BREAK, part) for part in parts)


def percent(share: float | None, language: Language) -> str:
    """A share [1] in percent with a digit; never rounded up to 100 % nor down to 0 %.

    Examples
    --------
    >>> percent(0.1234, Language.ENGLISH)
    '12.3%'
    """
    if share is None:
        return "–"
    rounded = round(100 * share, 1)
    text = f"{rounded:.0f}" if rounded in (0.0, 100.0) else f"{rounded:.1f}"
    if rounded in (0.0, 100.0) and share not in (0.0, 1.0):
        text = "<\N{NO-BREAK SPACE}0.1" if rounded == 0 else ">\N{NO-BREAK SPACE}99.9"
    return (text.replace(".", ",") if language is Language.FRENCH else text) + _PERCENT_SIGN[language]


def _interval(interval: Interval, language: Language) -> str:
    low, high = (percent(end, language).removesuffix(_PERCENT_SIGN[language]) for end in (interval.low, interval.high))
    return f"{low}\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}{high}{_PERCENT_SIGN[language]}"


def _amount(value: float | None, words: Words) -> str:
    """Three digits of a value of any size."""
    if value is None or math.isinf(value):
        return "–" if value is None else "∞"
    size = abs(value)
    return words.number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.01 or size == 0 else 4)


def _missed(summary: Summary, names: Names) -> list[Reason]:
    """Most frequent first."""
    found = [
        Reason(
            names.missed(reason),
            sum(each.rows for each in summary.missed if each.reason is reason),
            sum(each.clear for each in summary.missed if each.reason is reason),
        )
        for reason in MissReason
    ]
    return sorted((each for each in found if each.rows), key=lambda each: -each.rows)


def _alarms(summary: Summary, names: Names) -> list[Reason]:
    found = [
        Reason(names.alarm(reason), sum(each.rows for each in summary.false_alarms if each.reason is reason), 0)
        for reason in AlarmReason
    ]
    return [each for each in found if each.rows]


def _coverage(errors: tuple[MeasureErrors, ...], names: Names, words: Words) -> Iterator[CoverageChart]:
    enough = [each for each in errors if each.enough]
    for family, group in groupby(enough, key=lambda each: each.group):
        rows = list(group)
        labels = {each.quantity: names.symbol(each.quantity) for each in rows}
        yield CoverageChart(family, _address(coverage_svg(rows, labels, words)))


def _others(errors: tuple[MeasureErrors, ...]) -> tuple[Others, ...]:
    found = []
    for family, group in groupby(errors, key=lambda each: each.group):
        rows = [each for each in group if each.enough]
        if not rows:
            continue
        narrow = [each for each in rows if each.honest is False and (each.coverage.value or 0.0) < HONEST_LOW]
        wide = sum(each.honest is False for each in rows) - len(narrow)
        worst = min(rows, key=lambda each: each.coverage.value or 0.0)
        found.append(Others(family, len(rows), len(narrow), wide, worst))
    return tuple(found)


def _address(svg: str) -> str:
    """A drawing inside the page; as an image of its own, so that names inside do not meet those of another."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
