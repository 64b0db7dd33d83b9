"""From rows of the exposures table back to exposures: as few of them as some rules ask for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from catalog.identifiers import DeploymentId
from catalog.places import Zone
from catalog.schedule import Interval
from dsp.exposure import Exposure, Measure, WindowKind
from rules.rule import Pack, Rule
from rules.times_asked import SAME_LIMIT, TimeBeyond
from store.exposures import ExposureStore
from store.stored_exposures import exposures_of
from vigie.times import local_day

_TIMES = (Measure.TIME_ABOVE, Measure.TIME_BELOW)
_WHOLE_SHIFT = (Measure.MEAN, Measure.LEQ, Measure.PEAK)
"""Measures that tell how much of a shift was seen, the first there is: some quantities have no mean."""

_INSTANTS = ("start", "end", "at_start", "at_end")
_SHIFT = ["kit", "deployment", "quantity", "start", "end"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A deployment whose windows do not all end within the period."""

    deployment: DeploymentId
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class StoredZone:
    """What is stored of a zone within a period, as far as some rules speak of it.

    Attributes
    ----------
    exposures : list of Exposure
        Without times beyond limits.
    days : mapping of int to datetime.date
        Start of a window [ms UTC] → local day it starts on.
    times : polars.DataFrame
        Rows of times above and below limits, of shifts.
    shifts : polars.DataFrame
        One row a shift and quantity of a deployment: ``kit, deployment, quantity, start, end``, and how long it was
        seen.
    """

    exposures: list[Exposure]
    days: Mapping[int, date]
    times: pl.DataFrame
    shifts: pl.DataFrame
    cut: tuple[Cut, ...]


def read_zone(
    store: ExposureStore, zone: Zone, packs: Sequence[Pack], period: Interval, timezone: str
) -> StoredZone | None:
    """The current exposures of a zone that end within a period and that rules of the packs speak of.

    Parameters
    ----------
    period : Interval
        (start, end] [ms UTC].
    timezone : str
        Of the place, for rows stored without their local day.

    Returns
    -------
    StoredZone or None
        None where there are none.
    """
    rules = [rule for pack in packs for rule in pack.rules if rule.applies_to(zone)]
    if not rules:
        return None
    measures = {rule.measure.value for rule in rules} | {m.value for m in (*_TIMES, *_WHOLE_SHIFT)}
    rows = store.read(
        [zone.id],
        quantities={rule.quantity for rule in rules},
        measures=measures,
        window_kinds={rule.window_kind.value for rule in rules} | {WindowKind.SHIFT.value},
    )
    rows = rows.with_columns(pl.col(name).dt.epoch("ms") for name in _INSTANTS)
    within = (pl.col("end") > period.start) & (pl.col("end") <= period.end)
    inside = rows.filter(within)
    if inside.is_empty():
        return None
    beyond = pl.col("measure").is_in([measure.value for measure in _TIMES])
    is_shift = pl.col("window_kind") == WindowKind.SHIFT.value
    plain = inside.filter(~beyond)
    spoken = plain.join(_spoken_of(rules), on=("quantity", "measure", "window_kind"), how="semi")
    whole = plain.filter(is_shift & pl.col("measure").is_in([m.value for m in _WHOLE_SHIFT]))
    whole = whole.unique(subset=_SHIFT, keep="first", maintain_order=True)
    both = pl.concat([spoken, whole.join(spoken, on=[*_SHIFT, "measure", "window_kind"], how="anti")])
    seen = (pl.col("end") - pl.col("start")) * pl.col("coverage") / 1000.0
    shifts = whole.select(*_SHIFT, seen=pl.when(pl.col("value").is_not_null()).then(seen))
    times = inside.filter(beyond & is_shift)
    return StoredZone(exposures_of(both), _days(inside, timezone), times, shifts, _cut(rows, period))


def times_of(stored: StoredZone, asked: Iterable[TimeBeyond]) -> list[Exposure]:
    """The stored times beyond some limits; those of no time at all are left out, they say nothing."""
    conditions = [is_time(each) for each in asked]
    if not conditions:
        return []
    return exposures_of(stored.times.filter(pl.any_horizontal(conditions) & (pl.col("value") > 0.0)))


def is_time(asked: TimeBeyond) -> pl.Expr:
    """The rows of times beyond a limit."""
    return (
        (pl.col("quantity") == asked.quantity)
        & (pl.col("measure") == asked.measure.value)
        & pl.col("threshold").is_close(asked.limit, rel_tol=SAME_LIMIT)
    )


def _spoken_of(rules: Iterable[Rule]) -> pl.DataFrame:
    rows = {(rule.quantity, rule.measure.value, rule.window_kind.value) for rule in rules}
    return pl.DataFrame(sorted(rows), schema=["quantity", "measure", "window_kind"], orient="row")


def _days(rows: pl.DataFrame, timezone: str) -> dict[int, date]:
    found = rows.group_by("start").agg(pl.col("day").drop_nulls().first())
    return {start: day or local_day(start, timezone) for start, day in found.iter_rows()}


def _cut(rows: pl.DataFrame, period: Interval) -> tuple[Cut, ...]:
    reach = rows.group_by("deployment", maintain_order=True).agg(
        before=(pl.col("end") <= period.start).any(),
        after=(pl.col("end") > period.end).any(),
        inside=((pl.col("end") > period.start) & (pl.col("end") <= period.end)).any(),
    )
    wanted = reach.filter(pl.col("inside") & (pl.col("before") | pl.col("after")))
    return tuple(Cut(*row) for row in wanted.select("deployment", "before", "after").iter_rows())
