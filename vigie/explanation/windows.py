"""Each window a ticket rests on: as the ticket has it, as the table of exposures has it, as it came out again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from catalog.identifiers import DeploymentId
from catalog.schedule import Interval
from dsp.exposure import Exposure, Measure, UncertaintyParts
from rules.decision import Assessment
from rules.rule import DatedLimit, Rule
from store.exposures import ExposureStore, Revisions
from store.readings import ReadingStore
from store.revisions import instant
from store.ticket_content import Evidence
from vigie.explanation.behind import Behind, Channels, behind, channels_of, pieces_of
from vigie.explanation.comparison import window_differences
from vigie.explanation.repetition import Repetition
from vigie.explanation.since import rule_of
from vigie.explanation.sources import source_told
from vigie.explanation.stored import Foundation, StoredRevision
from vigie.explanation.told import LimitTold, WindowTold
from vigie.times import as_datetime, local_day

_WHOLE_WINDOW = frozenset({Measure.MEAN, Measure.LEQ})
"""Measures whose coverage is that of the whole window."""

Row = Mapping[str, object]
"""A row of the table of exposures."""


@dataclass(frozen=True)
class Windows:
    """The windows of one revision, told and with the readings behind them.

    Attributes
    ----------
    behind : dict of int to tuple of Behind
        By number of the window; empty where nothing could be computed again.
    """

    told: tuple[WindowTold, ...]
    behind: Mapping[int, tuple[Behind, ...]] = field(default_factory=dict)


def stored_windows(exposures: ExposureStore, stored: StoredRevision, timezone: str) -> Windows:
    """The windows of a revision that cannot be computed again: what is stored of them."""
    rows = _rows_of(exposures, stored)
    return Windows(
        tuple(
            _told(number, item, row, None, None, local_day(item.start, timezone))
            for number, (item, row) in enumerate(zip(stored.content.evidence, rows, strict=True), start=1)
        )
    )


def repeated_windows(
    exposures: ExposureStore,
    readings: ReadingStore,
    stored: StoredRevision,
    foundation: Foundation,
    repetition: Repetition,
) -> Windows:
    """The windows of a revision, each compared with what came out again, and the readings behind them."""
    known = foundation.known
    timezone = known.registry.establishment_of(known.zone).timezone
    channels: dict[tuple[DeploymentId, int], Channels] = {}
    told: list[WindowTold] = []
    found: dict[int, tuple[Behind, ...]] = {}
    rows = _rows_of(exposures, stored)
    whole = {_span_of(e): e.coverage for e in repetition.answer.exposures if e.measure in _WHOLE_WINDOW}
    for number, (item, row) in enumerate(zip(stored.content.evidence, rows, strict=True), start=1):
        again = repetition.assessment_of(item, stored.rule)
        under_way = item.start if item.end > foundation.computed_at else 0
        if (item.deployment, under_way) not in channels:
            channels[item.deployment, under_way] = channels_of(readings, foundation, item, repetition.version)
        series = channels[item.deployment, under_way]
        reached = None if again is None else _reached(again.exposure)
        pieces = pieces_of(known.registry, item, reached)
        found[number] = behind(readings, foundation, item, pieces, series, repetition.version)
        day = repetition.answer.days.get(item.start, local_day(item.start, timezone))
        window = _told(number, item, row, again, _rule(foundation, again, stored), day)
        span = Interval(item.start, item.end)
        told.append(
            replace(
                window,
                seen=None if reached is None else whole.get(_span_of(item)),
                sources=tuple(source_told(known, each, span) for each in found[number]),
                repeated=True,
                differences=window_differences(item, row, again),
            )
        )
    return Windows(tuple(told), found)


def _told(
    number: int, item: Evidence, row: Row | None, again: Assessment | None, rule: Rule | None, day: date
) -> WindowTold:
    exposure = None if again is None else again.exposure
    reached = None if exposure is None else _reached(exposure)
    return WindowTold(
        number=number,
        kit=item.kit,
        deployment=item.deployment,
        quantity=item.quantity,
        unit=item.unit,
        measure=item.measure,
        window_kind=item.window_kind,
        start=as_datetime(item.start),
        end=as_datetime(item.end),
        day=day,
        exposure_revision=item.revision,
        value=item.value,
        uncertainty=item.uncertainty,
        parts=_parts(row, exposure),
        coverage=item.coverage,
        seen=None,
        low=_number(row, "low") if row else exposure.low if exposure else None,
        high=_number(row, "high") if row else exposure.high if exposure else None,
        suspect=_number(row, "suspect") if row else exposure.suspect if exposure else None,
        reached_from=None if reached is None else as_datetime(reached.start),
        reached_to=None if reached is None else as_datetime(reached.end),
        limit=LimitTold(
            "" if rule is None else rule.id, item.level, item.limit, item.limit_source, _dated(rule, item, day)
        ),
        probability=item.probability,
        decision=item.decision,
        minimum_coverage=None if rule is None else rule.minimum_coverage,
        exceedance_from=None if rule is None else rule.probabilities.exceedance,
        none_up_to=None if rule is None else rule.probabilities.none,
        sources=(),
        repeated=False,
        differences=(),
    )


def _rows_of(exposures: ExposureStore, stored: StoredRevision) -> list[Row | None]:
    """The revision of each exposure the ticket names, as the table has it; None where there is none."""
    evidence = stored.content.evidence
    if not evidence:
        return []
    rows = exposures.read(
        [stored.zone],
        kits={item.kit for item in evidence},
        quantities={item.quantity for item in evidence},
        start=min(item.start for item in evidence) - 1,
        end=max(item.end for item in evidence) + 1,
        revisions=Revisions.ALL,
    )
    return [_row_of(rows, item) for item in evidence]


def _row_of(rows: pl.DataFrame, item: Evidence) -> Row | None:
    named = ("kit", "deployment", "quantity", "measure", "window_kind", "revision")
    same = [pl.col(name).eq_missing(pl.lit(getattr(item, name))) for name in (*named, "threshold")]
    found = rows.filter(*same, pl.col("start") == instant(item.start))
    return found.row(0, named=True) if found.height == 1 else None


def _span_of(of: Evidence | Exposure) -> tuple[str, ...]:
    return (of.deployment, of.quantity, str(of.start), str(of.end))


def _parts(row: Row | None, exposure: Exposure | None) -> UncertaintyParts | None:
    if row is None:
        return None if exposure is None else exposure.uncertainty
    numbers = [_number(row, f"u_{name}") for name in ("instrument", "repeatability", "missing", "place")]
    known = [number for number in numbers if number is not None]
    return UncertaintyParts(*known) if len(known) == len(numbers) else None


def _number(row: Row, name: str) -> float | None:
    value = row[name]
    return value if isinstance(value, float) else None


def _reached(exposure: Exposure) -> Interval | None:
    """Where in its window a rolling value was reached."""
    if exposure.at_start is None or exposure.at_end is None:
        return None
    return Interval(exposure.at_start, exposure.at_end)


def _rule(foundation: Foundation, again: Assessment | None, stored: StoredRevision) -> Rule | None:
    """The rule a window was held against; a kit check shows windows of the rules that need the kit."""
    found = rule_of(foundation.packs, stored.rule if again is None else again.rule)
    return found if isinstance(found, Rule) else None


def _dated(rule: Rule | None, item: Evidence, day: date) -> DatedLimit | None:
    level = None if rule is None else next((level for level in rule.levels if level.name == item.level), None)
    if level is None:
        return None
    in_force = next((limit for limit in level.limits if limit.in_force_on(day)), None)
    applied = level.limit_on(day)
    return in_force or (level.limits[0] if applied is not None else None)
