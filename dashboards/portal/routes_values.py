"""The values of a zone: charts of its signals, the table of its exposures, the same as CSV."""

import csv
import datetime as dt
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from catalog.identifiers import QuantityId
from catalog.quantities import quantities
from dashboards.charts import ChartSize, ChartTheme
from dashboards.portal.panels import held_back
from dashboards.portal.reader import Reader
from dashboards.portal.render import asked_day, compressed, language, page
from dashboards.portal.shown import Choice
from dashboards.portal.signals import zone_chart
from dashboards.standing import Finding
from dashboards.words import Words
from dsp.exposure import WindowKind

ROWS = 200
"""Rows of the table on the page; the CSV file has all."""

COLUMNS = (
    "zone",
    "kit",
    "quantity",
    "measure",
    "threshold",
    "window_kind",
    "start",
    "end",
    "value",
    "unit",
    "coverage",
    "low",
    "high",
    "uncertainty",
    "limit",
    "limit_source",
    "decision",
    "revision",
    "simulated",
)
"""The stable names of an exposure, as ``vigie exposures --json`` has them."""


@get("/zones/{zone_id:str}/charts/{drawing:str}", sync_to_thread=True)
def chart(
    request: Request[Any, Any, Any], reader: NamedDependency[Reader], zone_id: FromPath[str], drawing: FromPath[str]
) -> Response[bytes]:
    """One signal of a zone as an SVG, for the width and the theme asked for."""
    place = reader.place(zone_id)
    name, dot, ending = drawing.rpartition(".")
    quantity = quantities().get(QuantityId(name))
    if not dot or ending != "svg" or quantity is None:
        raise NotFoundException
    size = ChartSize.PHONE if request.query_params.get("size") == ChartSize.PHONE.value else ChartSize.WIDE
    theme = ChartTheme.DARK if request.query_params.get("theme") == ChartTheme.DARK.value else ChartTheme.LIGHT
    words = Words(language(request), place.establishment.timezone)
    svg = zone_chart(reader, place, quantity, words, size, theme, asked_day(request))
    if svg is None:
        raise NotFoundException
    return compressed(request, svg.encode(), "image/svg+xml")


@get("/zones/{zone_id:str}/exposures", sync_to_thread=True)
def exposures(
    request: Request[Any, Any, Any], reader: NamedDependency[Reader], zone_id: FromPath[str]
) -> Response[str]:
    """The exposures of a zone, newest first."""
    place = reader.place(zone_id)
    words = Words(language(request), place.establishment.timezone)
    choice = _choice(request)
    everything = reader.findings(place.zone.id)
    chosen = _narrowed(everything, choice)
    filters = {key: value for key in ("quantity", "window") if (value := request.query_params.get(key))}
    address = f"/zones/{place.zone.id}/exposures.csv" + (f"?{urlencode(filters)}" if filters else "")
    measured = {finding.quantity for finding in everything}
    return page(
        request,
        "exposures.html",
        words,
        section="home",
        simulated=reader.is_simulated(place.zone.id),
        zone=place.zone,
        place=place.establishment,
        rows=chosen[:ROWS],
        total=len(chosen),
        chosen=choice,
        choices=[quantity for quantity in quantities().values() if quantity.id in measured],
        window_choices=list(WindowKind),
        download=address,
        quantities=quantities(),
        withheld=held_back(reader, place.zone, words),
    )


@get("/zones/{zone_id:str}/exposures.csv", sync_to_thread=True)
def exposures_csv(
    request: Request[Any, Any, Any], reader: NamedDependency[Reader], zone_id: FromPath[str]
) -> Response[str]:
    """The exposures of a zone as CSV: numbers with a point, instants in UTC."""
    place = reader.place(zone_id)
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for finding in _narrowed(reader.findings(place.zone.id), _choice(request)):
        writer.writerow([_cell(finding, column) for column in COLUMNS])
    name = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in place.zone.id)
    return Response(
        text.getvalue(),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="vigie-{name}.csv"'},
    )


def _cell(finding: Finding, column: str) -> str | float | int | None:
    value = getattr(finding, column)
    if column in {"start", "end"}:
        return dt.datetime.fromtimestamp(value / 1000, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, bool):
        return str(value).lower()
    if hasattr(value, "value"):
        return str(value.value)
    return value if isinstance(value, str | float | int) else None


def _choice(request: Request[Any, Any, Any]) -> Choice:
    """Filters of the address; a name nobody knows narrows to nothing, it does not fail."""
    quantity, window = request.query_params.get("quantity"), request.query_params.get("window")
    return Choice(QuantityId(quantity) if quantity else None, window or None)


def _narrowed(findings: list[Finding], choice: Choice) -> list[Finding]:
    kept = [
        finding
        for finding in findings
        if choice.quantity in (None, finding.quantity) and choice.window in (None, finding.window_kind.value)
    ]
    return sorted(
        kept,
        key=lambda finding: (
            -finding.start,
            finding.decision is None,
            finding.quantity,
            finding.measure.value,
            finding.kit,
        ),
    )
