"""What was missed and what was cried over nothing, by why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import polars as pl

from vigie.evaluation.detection import BREACH, CLEAR_BREACH, IN_BAND, METROLOGY, TICKET, TRUE_TICKET

LISTED = 12
"""Misses told one by one, the farthest beyond the limit first."""


class MissReason(Enum):
    """Why nothing was proposed where the truth proposes; the first that fits, in this order."""

    HELD = "held"
    """A kit check holds the proposal back."""
    NO_DATA = "no_data"
    """Nothing could be said of the shift that decides: too little data."""
    UNDER_LIMIT = "under_limit"
    """The truth asks for metrology from half of the limit on, and is under the limit."""
    ONE_SHIFT = "one_shift"
    """The shift that decides is within the limit; the truth proposes by the share of worked time beyond it."""
    NEAR_LIMIT = "near_limit"
    """The true value is within the undecided band."""
    DOUBT = "doubt"
    """The shift that decides was inconclusive, and the rule asks for no metrology then, or not at its probability."""
    NOT_OFTEN = "not_often"
    """The shift that decides was seen as a breach, which was not often enough for the rule."""
    NOT_SEEN = "not_seen"
    """The kit says that nothing is there: what it measures where it hangs is not what the worker gets."""


class AlarmReason(Enum):
    """What was proposed where the truth proposes nothing."""

    MEASURE = "measure"
    """Metrology: a doubt that is to be settled, no claim."""
    NEAR_LIMIT = "near_limit"
    """A workplace action; the true value is within the undecided band."""
    FAR = "far"
    """A workplace action; the true value is farther away than that."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Rows of one rule of a family that were missed for one reason.

    Attributes
    ----------
    rows, of : int
        Missed for it, and all for which the truth proposes.
    clear : int
        Clear exceedances among the missed ones.
    """

    family: str
    rule: str
    reason: MissReason
    rows: int
    of: int
    clear: int


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Rows of one rule of a family that were proposed over nothing; ``of`` all for which the truth proposes nothing."""

    family: str
    rule: str
    reason: AlarmReason
    rows: int
    of: int


@dataclass(frozen=True, slots=True)
class MissedCase:
    """One miss, so that its campaign can be run again.

    Attributes
    ----------
    distance : float or None
        Value over limit, or dB above it, as ``scale`` says.
    score : float or None
        Stated probability of a breach on the shift that decides.
    """

    family: str
    variant: str
    number: int
    days: int
    kits: int
    grade: str
    zone: str
    rule: str
    scale: str
    distance: float | None
    score: float | None
    reason: MissReason


_MISS_REASON = (
    pl.when(pl.col("held"))
    .then(pl.lit(MissReason.HELD.value))
    .when(pl.col("score").is_null())
    .then(pl.lit(MissReason.NO_DATA.value))
    .when(~BREACH & (pl.col("true_proposal") == METROLOGY))
    .then(pl.lit(MissReason.UNDER_LIMIT.value))
    .when(~BREACH)
    .then(pl.lit(MissReason.ONE_SHIFT.value))
    .when(IN_BAND)
    .then(pl.lit(MissReason.NEAR_LIMIT.value))
    .when(pl.col("score") >= 0.95)
    .then(pl.lit(MissReason.NOT_OFTEN.value))
    .when(pl.col("score") > 0.05)
    .then(pl.lit(MissReason.DOUBT.value))
    .otherwise(pl.lit(MissReason.NOT_SEEN.value))
)
_ALARM_REASON = (
    pl.when(pl.col("proposal") == METROLOGY)
    .then(pl.lit(AlarmReason.MEASURE.value))
    .when(IN_BAND)
    .then(pl.lit(AlarmReason.NEAR_LIMIT.value))
    .otherwise(pl.lit(AlarmReason.FAR.value))
)


def missed(outcomes: pl.DataFrame) -> tuple[Missed, ...]:
    """Misses of every rule of every family, by family, rule and reason."""
    of = _totals(outcomes.filter(TRUE_TICKET))
    lost = outcomes.filter(TRUE_TICKET & ~TICKET).with_columns(_MISS_REASON.alias("reason"))
    counted = lost.group_by("family", "rule", "reason").agg(
        pl.len().alias("rows"), CLEAR_BREACH.fill_null(value=False).sum().alias("clear")
    )
    found = [
        Missed(
            row["family"],
            row["rule"],
            MissReason(row["reason"]),
            row["rows"],
            of[row["family"], row["rule"]],
            row["clear"],
        )
        for row in counted.iter_rows(named=True)
    ]
    order = list(MissReason)
    return tuple(sorted(found, key=lambda each: (each.family, each.rule, order.index(each.reason))))


def false_alarms(outcomes: pl.DataFrame) -> tuple[FalseAlarms, ...]:
    """Tickets over nothing of every rule of every family, by family, rule and reason."""
    of = _totals(outcomes.filter(~TRUE_TICKET))
    cried = outcomes.filter(~TRUE_TICKET & TICKET).with_columns(_ALARM_REASON.alias("reason"))
    found = [
        FalseAlarms(row["family"], row["rule"], AlarmReason(row["reason"]), row["rows"], of[row["family"], row["rule"]])
        for row in cried.group_by("family", "rule", "reason").agg(pl.len().alias("rows")).iter_rows(named=True)
    ]
    order = list(AlarmReason)
    return tuple(sorted(found, key=lambda each: (each.family, each.rule, order.index(each.reason))))


def missed_cases(outcomes: pl.DataFrame) -> Sequence[MissedCase]:
    """The :data:`LISTED` misses that were farthest beyond their limit; +3 dB are as far as twice a limit."""
    farther = (
        pl.when(pl.col("scale") == "ratio").then(pl.col("true_distance").log(2)).otherwise(pl.col("true_distance") / 3)
    )
    lost = outcomes.filter(TRUE_TICKET & ~TICKET).with_columns(_MISS_REASON.alias("reason"), farther.alias("farther"))
    worst = lost.sort("farther", descending=True, nulls_last=True, maintain_order=True).head(LISTED)
    return tuple(
        MissedCase(
            family=row["family"],
            variant=row["variant"],
            number=row["number"],
            days=row["days"],
            kits=row["kits"],
            grade=row["grade"],
            zone=row["zone"],
            rule=row["rule"],
            scale=row["scale"],
            distance=row["true_distance"],
            score=row["score"],
            reason=MissReason(row["reason"]),
        )
        for row in worst.iter_rows(named=True)
    )


def _totals(rows: pl.DataFrame) -> dict[tuple[str, str], int]:
    counted = rows.group_by("family", "rule").agg(pl.len().alias("rows"))
    return {(row["family"], row["rule"]): row["rows"] for row in counted.iter_rows(named=True)}
