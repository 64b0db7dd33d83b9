"""``vigie stats``: laboratory results of a group of similar exposure against a limit."""

import json
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import number
from vigie.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from dsp.statistics.censored import Method
    from vigie.laboratory.files import ColumnNames
    from vigie.laboratory.report import ComparedLimit, LabReport, LabSet


class CensoredMethod(Enum):
    """How results that are no numbers enter."""

    ROS = "ros"
    MLE = "mle"


class ChartLanguage(Enum):
    """Language of the charts."""

    FRENCH = "fr"
    ENGLISH = "en"


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("stats")(stats)


def stats(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="CSV with one laboratory result a line.", show_default=False)
    ] = None,
    values: Annotated[
        str | None, typer.Option("--values", metavar="LIST", help='Results instead of a file: "24.7,64.1,<5.5".')
    ] = None,
    limit: Annotated[
        str, typer.Option("--limit", metavar="NUMBER|ID", help="The limit in the unit of the results, or a limit's id.")
    ] = "",
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help="Unit of results and limit, e.g. mg/m3.")] = "",
    confidence: Annotated[
        float,
        typer.Option(
            "--confidence", parser=number, metavar="PERCENT", help="Of the bounds and of utl95; the law takes 70."
        ),
    ] = 70,
    method: Annotated[
        CensoredMethod | None,
        typer.Option("--method", help="For results below a LOQ; default ros, mle where there are other bounds."),
    ] = None,
    column: Annotated[
        str | None, typer.Option("--column", metavar="NAME", help="Column of the results (a name, or a number from 1).")
    ] = None,
    campaign: Annotated[str | None, typer.Option("--campaign", metavar="NAME", help="Column of the campaign.")] = None,
    date: Annotated[str | None, typer.Option("--date", metavar="NAME", help="Column of the date.")] = None,
    worker: Annotated[str | None, typer.Option("--worker", metavar="NAME", help="Column of the worker.")] = None,
    one_per_shift: Annotated[
        bool,
        typer.Option("--one-per-shift", help="They are one result per worker and shift, although it may not look so."),
    ] = False,
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE", help="Draw plot and bands as .svg or .png.")
    ] = None,
    language: Annotated[ChartLanguage, typer.Option("--language", help="Of the chart.")] = ChartLanguage.FRENCH,
    as_json: Annotated[bool, typer.Option("--json", help="One object; the names are in the documentation.")] = False,
) -> None:
    """Statistics of laboratory results (personal sampling, one per worker and shift) against an exposure limit.

    Log-normal distribution, the French test of the arrêté of 15 December 2009, EN 689, Bayesian estimate. Never for
    readings of a sensor. A verdict of dépassement is an answer: exit code 0.

    Example: vigie stats --values "24.7,64.1,13.8,43.7,19.9,133,32.1,15,53.7" --limit 100 --unit mg/m3
    """
    from vigie.laboratory.files import ColumnNames
    from vigie.laboratory.report import report
    from vigie.laboratory.words import as_json as document_of
    from vigie.laboratory.words import as_text, notes

    if not 50 <= confidence < 100:
        raise UsageError(f"--confidence is {confidence:g}; expected percent from 50 to below 100, e.g. 70")
    if chart is not None and chart.suffix.lower() not in {".svg", ".png"}:
        raise UsageError(f"{chart}: cannot tell the format of the chart; end the name in .svg or .png")
    given = _results(file, values, ColumnNames(column, campaign, date, worker), one_per_shift)
    compared = _limit(limit, _unit(unit, given.unit, file), given.last_day)
    found = report(given, compared, _method(method), confidence / 100)
    if chart is not None:
        _draw(found, chart, language)
    if as_json:
        if given.read_as:
            sys.stderr.write(f"{notes(found)[0]}\n")
        sys.stdout.write(json.dumps(document_of(found), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(as_text(found) + "\n")


def _results(file: Path | None, values: str | None, names: "ColumnNames", one_per_shift: bool) -> "LabSet":
    """The results of the file or of the option."""
    from vigie.laboratory.files import read_lab_file
    from vigie.laboratory.independence import check_count, check_independence
    from vigie.laboratory.report import LabSet, lab_set_of
    from vigie.laboratory.values import as_results, parse_bound, split_values, whole_numbers

    if (file is None) == (values is None):
        raise UsageError(
            'name a FILE of laboratory results, or type them with --values "24.7,64.1,<5.5"; one of the two'
        )
    if values is not None:
        cells = split_values(values)
        bounds = [parse_bound(cell) for cell in cells]
        doubtful = whole_numbers(cells, values)
        if not one_per_shift:
            check_count(len(bounds), "--values")
        return LabSet(as_results(bounds), read_as=", ".join(cell.text for cell in cells) if doubtful else "")
    assert file is not None  # noqa: S101 - one of the two was given
    read = read_lab_file(file, names)
    if not one_per_shift:
        check_independence(read)
    return lab_set_of(read)


def _unit(told: str, heading: str, file: Path | None) -> str:
    """The unit of the results: the option's or the heading's, which must not contradict each other."""
    if told and heading and _plain_unit(told) != _plain_unit(heading):
        raise UsageError(
            f"{file}: the heading of the results says {heading}, --unit is {told}; units are not converted: give --unit"
            f" and --limit in {heading}"
        )
    return told or heading


def _limit(text: str, unit: str, last_day: "date | None") -> "ComparedLimit":
    """A number, or the row of the limits table that an id names, in force on the day of the last result."""
    from vigie.laboratory.report import ComparedLimit
    from vigie.laboratory.values import LARGEST, SMALLEST

    if not text.strip():
        raise UsageError("--limit is missing; expected a number in the unit of the results, or the id of a limit")
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return _catalog_limit(text.strip(), unit, last_day)
    if not SMALLEST <= value <= LARGEST:
        raise UsageError(f'--limit is "{text}"; expected a number above zero in the unit of the results')
    return ComparedLimit(value, unit)


def _catalog_limit(id_: str, unit: str, last_day: "date | None") -> "ComparedLimit":
    from datetime import UTC, datetime

    from catalog.limits import Comparator, Verification
    from catalog.limits import limit as limit_of
    from vigie.laboratory.report import ComparedLimit
    from vigie.times import now

    row = limit_of(id_)
    day = last_day or datetime.fromtimestamp(now() / 1000, UTC).date()
    if row.comparator is Comparator.BELOW or row.unit.startswith("dB"):
        raise UsageError(
            f"--limit {id_} is no upper limit of a concentration ({row.comparator.value} {row.value:g} {row.unit})"
        )
    if not row.in_force_on(day):
        raise UsageError(f"--limit {id_} is not in force on {day} ({row.in_force_text}); take the limit of that day")
    if unit and _plain_unit(unit) != _plain_unit(row.unit):
        raise UsageError(
            f"--limit {id_} is {row.value:g} {row.unit}, the results are in {unit}; convert the results to {row.unit}"
        )
    doubt = "" if row.verification is Verification.YES else ", unverified"
    return ComparedLimit(row.value, row.unit, id_, f"{row.source} ({row.legal_status.value}{doubt})")


def _plain_unit(text: str) -> str:
    plain = text.casefold().replace("³", "3").replace("\u03bc", "µ").replace(" ", "")
    return "µ" + plain[1:] if plain.startswith("ug/") else plain


def _method(method: CensoredMethod | None) -> "Method | None":
    from dsp.statistics.censored import Method

    return None if method is None else Method(method.value)


def _draw(found: "LabReport", path: Path, language: ChartLanguage) -> None:
    try:
        from dashboards.statistics_charts import statistics_chart, write_chart
        from dashboards.words import Language
    except ModuleNotFoundError as error:
        if error.name not in {"altair", "vl_convert", "babel"}:
            raise
        raise UsageError("--chart needs the drawing libraries; install them: pip install 'vigie[portal]'") from None
    from vigie.laboratory.chart import chart_of

    try:
        write_chart(statistics_chart(chart_of(found), Language(language.value)), path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror or error})") from None
    sys.stderr.write(f"chart written to {path}\n")
