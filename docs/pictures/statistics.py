"""The Webexpo example: nine laboratory results against a limit of 100 mg/m³, as ``vigie stats --chart`` draws them."""

import altair as alt

from dashboards.statistics_charts import statistics_chart
from dashboards.words import Language
from vigie.laboratory.chart import chart_of
from vigie.laboratory.report import ComparedLimit, LabSet, report
from vigie.laboratory.values import as_results, parse_bound, split_values


def chart() -> alt.VConcatChart:
    """Probability plot and exposure bands, in English."""
    results = as_results([parse_bound(cell) for cell in split_values("24.7,64.1,13.8,43.7,19.9,133,32.1,15,53.7")])
    found = report(LabSet(results), ComparedLimit(100, "mg/m³"), None, 0.70)
    return statistics_chart(chart_of(found), Language.ENGLISH)
