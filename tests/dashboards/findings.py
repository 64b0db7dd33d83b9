"""Findings to try sentences and charts with, each field with a plain default."""

from catalog.identifiers import KitId, QuantityId, ZoneId
from catalog.quantities import quantities
from dashboards.standing import Finding
from dsp.exposure import Measure, WindowKind
from rules.decision import Decision

MONDAY = 1_762_124_400_000
"""Monday 3 November 2025, 00:00 in Paris."""
DAY = 86_400_000
HOUR = 3_600_000


def finding(
    quantity: str = "co2",
    *,
    day: int = 0,
    value: float | None = 1200.0,
    uncertainty: float | None = 60.0,
    limit: float | None = 1000.0,
    decision: Decision | None = Decision.EXCEEDANCE_INDICATED,
    measure: Measure = Measure.MAX_1H,
    coverage: float = 1.0,
    kind: WindowKind = WindowKind.SHIFT,
    simulated: bool = False,
    threshold: float | None = None,
    probability: float | None = None,
) -> Finding:
    """A finding of an eight-hour shift on a day counted from Monday 3 November 2025."""
    start = MONDAY + day * DAY + 8 * HOUR
    return Finding(
        ZoneId("plateau"),
        KitId("kit-1"),
        QuantityId(quantity),
        measure,
        kind,
        start,
        start + 8 * HOUR,
        value,
        quantities()[QuantityId(quantity)].unit,
        coverage,
        value,
        value,
        uncertainty,
        limit,
        "RSDT art. 64",
        decision,
        1,
        simulated,
        threshold,
        probability,
    )
