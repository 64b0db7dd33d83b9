"""The figures of an evaluation: everything its report says, computed once from the four tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import polars as pl

from dsp.statistics.roc import Area, RocPoint, area_under_roc, roc_points
from vigie.evaluation.detection import BREACH, NONE, TRUE_TICKET, Detection, detection
from vigie.evaluation.measure_errors import FamilyCoverage, MeasureErrors, family_coverage, measure_errors
from vigie.evaluation.misses import FalseAlarms, Missed, MissedCase, false_alarms, missed, missed_cases
from vigie.evaluation.reliability import Reliability, reliability
from vigie.evaluation.shares import CLUSTER, Share, clustered, share
from vigie.evaluation.tables import Tables


class Grouping(Enum):
    """What outcomes are told apart by."""

    AGENT = "agent"
    RULE = "rule"
    VARIANT = "variant"
    DAYS = "days"
    KITS = "kits"
    GRADE = "grade"


_ALL_RULES = (Grouping.AGENT, Grouping.RULE)
"""These count every rule that applies; the others only the rule a workplace's variants are about."""

_OF_VALUES = ("family", "number", "grade", "quantity", "measure", "unit", "value", "uncertainty", "truth")
"""The largest table: millions of rows, of which no more is carried along than is needed."""
_CASE = ("family", "number", "quantity", "measure")
_CAMPAIGN = ("family", "variant", "number", "days", "kits", "grade")


HEARD = TRUE_TICKET | (pl.col("proposal") != NONE) | pl.col("score").is_not_null()
"""Whether a row says how well tickets tell: a kit that cannot see an agent raises no ticket of it, which is a miss
where the truth asks for one, and no merit where it does not."""

WITHIN_REACH = (
    pl.when(pl.col("unit").str.starts_with("dB"))
    .then(pl.col("truth") >= pl.col("limit") - 20.0)
    .otherwise(pl.col("truth") >= 0.2 * pl.col("limit"))
)
"""Whether the truth is at least a fifth of the limit, or within 20 dB of it: below, nothing but the sensor's own floor
is seen, and its uncertainty decides nothing."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """The groups of one grouping, in order of their names (numbers by size)."""

    by: Grouping
    groups: tuple[Detection, ...]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Campaigns without an exposure ticket where there should be none.

    Attributes
    ----------
    control : bool
        The family is about no rule at all: every campaign counts. Else those in which the truth proposes nothing.
    without_ticket : Share
    """

    family: str
    control: bool
    without_ticket: Share


@dataclass(frozen=True, slots=True)
class Roc:
    """How well the stated probability tells a breach from none.

    Attributes
    ----------
    name : str
        The family; empty for all.
    points : tuple of RocPoint
        Empty where every row is a breach or none is.
    area : Area or None
        None likewise.
    without_score : int
        Rows of which nothing could be said; in no point.
    """

    name: str
    points: tuple[RocPoint, ...]
    area: Area | None
    without_score: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of an evaluation.

    Attributes
    ----------
    campaigns : int
    families : tuple of str
    overall : Detection
        Over the rules the workplaces' variants are about.
    by_family : tuple of Detection
        A family and a rule its variants are about each.
    grouped : tuple of Grouped
    quiet : tuple of Quiet
    roc : tuple of Roc
        All families together first.
    reliability : tuple of Reliability
        All families together first.
    coverage : tuple of FamilyCoverage
        Of the values within reach of a limit that a rule holds them against.
    errors, errors_by_grade : tuple of MeasureErrors
        Of the same values: by family, and by grade over all families.
    other_errors : tuple of MeasureErrors
        Of all other values, by family: no rule judges them, or they lie far from its limits.
    missed, false_alarms, cases
        Over every rule that applies; false alarms, like agents and rules, of where a kit could say anything of it.
    """

    campaigns: int
    families: tuple[str, ...]
    overall: Detection
    by_family: tuple[Detection, ...]
    grouped: tuple[Grouped, ...]
    quiet: tuple[Quiet, ...]
    roc: tuple[Roc, ...]
    reliability: tuple[Reliability, ...]
    coverage: tuple[FamilyCoverage, ...]
    errors: tuple[MeasureErrors, ...]
    errors_by_grade: tuple[MeasureErrors, ...]
    other_errors: tuple[MeasureErrors, ...]
    missed: tuple[Missed, ...]
    false_alarms: tuple[FalseAlarms, ...]
    cases: tuple[MissedCase, ...]


def summarise(tables: Tables) -> Summary:
    """Compute the figures of an evaluation; the order of the rows does not matter, to the bit.

    Parameters
    ----------
    tables : Tables
        Any of them may be empty: what cannot be told is None, and a share of nothing has the interval 0 to 1.
    """
    campaigns, outcomes = clustered(tables.campaigns), clustered(tables.outcomes)
    values, decisions = clustered(tables.values.select(_OF_VALUES)), clustered(tables.decisions)
    concern, heard = outcomes.filter(pl.col("concern")), outcomes.filter(HEARD)
    reached = decisions.filter(WITHIN_REACH)
    judged = values.join(reached, on=_CASE, how="semi", maintain_order="left")
    families = tuple(sorted(campaigns["family"].unique().to_list()))
    return Summary(
        campaigns=campaigns.height,
        families=families,
        overall=detection("", "", concern),
        by_family=_detections(concern, ["family", "rule"]),
        grouped=tuple(Grouped(by, _detections(heard if by in _ALL_RULES else concern, [by.value])) for by in Grouping),
        quiet=tuple(_quiet(family, campaigns, outcomes) for family in families),
        roc=(_roc("", concern), *(_roc(name, concern.filter(pl.col("family") == name)) for name in _named(concern))),
        reliability=(
            reliability("", decisions),
            *(reliability(name, decisions.filter(pl.col("family") == name)) for name in _named(decisions)),
        ),
        coverage=family_coverage(judged),
        errors=measure_errors(judged, "family"),
        errors_by_grade=measure_errors(judged, "grade"),
        other_errors=measure_errors(values.join(reached, on=_CASE, how="anti", maintain_order="left"), "family"),
        missed=missed(outcomes),
        false_alarms=false_alarms(heard),
        cases=tuple(missed_cases(outcomes)),
    )


def _named(rows: pl.DataFrame) -> Sequence[str]:
    found: list[str] = rows["family"].unique().sort().to_list()
    return found


def _detections(rows: pl.DataFrame, keys: list[str]) -> tuple[Detection, ...]:
    parts = rows.partition_by(keys, as_dict=True, maintain_order=True)
    return tuple(detection(str(key[0]), str(key[1]) if len(key) > 1 else "", parts[key]) for key in sorted(parts))


def _quiet(family: str, campaigns: pl.DataFrame, outcomes: pl.DataFrame) -> Quiet:
    own, judged = campaigns.filter(pl.col("family") == family), outcomes.filter(pl.col("family") == family)
    control = not judged["concern"].any()
    if not control:
        own = own.join(judged.filter(TRUE_TICKET), on=_CAMPAIGN, how="anti")
    return Quiet(family, control, share(own, pl.col("exposure_tickets") == 0))


def _roc(name: str, rows: pl.DataFrame) -> Roc:
    known = rows.drop_nulls(["score", "true_distance"])
    scores, so = known["score"].to_numpy(), known.select(BREACH.alias("so"))["so"].to_numpy()
    clusters = known[CLUSTER].to_numpy()
    return Roc(name, roc_points(scores, so), area_under_roc(scores, so, clusters), rows.height - known.height)
