"""What tickets say against what is true: sensitivity, specificity, predictive values, and the delay."""

from dataclasses import dataclass

import polars as pl

from dsp.statistics.proportion import Interval
from vigie.evaluation.shares import Share, share

CLEAR_RATIO, CLEAR_LEVEL = 2.0, 3.0
"""A clear exceedance: the true value is twice the limit or more, or 3 dB above it, which is twice the dose. Mirrored
for what clearly is none: half of it or less, or 3 dB under it, and nothing to propose."""

BAND_RATIO, BAND_LEVEL, BAND_HEAT = 0.2, 1.0, 0.035
"""The undecided band: the true value is within 20 % of the limit, within 1 dB, or for heat within 1 °C (of 28 or 30):
about as well as a kit can tell."""

PREVALENCES = (0.05, 0.20)
"""Shares of workplaces with something to propose for which predictive values are told as well."""

NONE, ACTION, METROLOGY = "none", "workplace_action", "targeted_metrology"

TRUE_TICKET = pl.col("true_proposal") != NONE
TICKET = (pl.col("proposal") != NONE) & ~pl.col("held")
"""A proposal that a kit check holds back is not there for anybody to act on: it counts as none."""
TRUE_ACTION = pl.col("true_proposal") == ACTION
PROPOSED_ACTION = (pl.col("proposal") == ACTION) & ~pl.col("held")
_RATIO = pl.col("scale") == "ratio"
BREACH = pl.when(_RATIO).then(pl.col("true_distance") > 1).otherwise(pl.col("true_distance") > 0)
"""The true value of the shift that decides is on the wrong side of the limit."""
CLEAR_BREACH = (
    pl.when(_RATIO).then(pl.col("true_distance") >= CLEAR_RATIO).otherwise(pl.col("true_distance") >= CLEAR_LEVEL)
)
CLEARLY_NONE = ~TRUE_TICKET & (
    pl.when(_RATIO).then(pl.col("true_distance") <= 1 / CLEAR_RATIO).otherwise(pl.col("true_distance") <= -CLEAR_LEVEL)
)
IN_BAND = (
    pl.when(_RATIO)
    .then(
        (pl.col("true_distance") - 1).abs() <= pl.when(pl.col("agent") == "heat").then(BAND_HEAT).otherwise(BAND_RATIO)
    )
    .otherwise(pl.col("true_distance").abs() <= BAND_LEVEL)
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """How many rows got which proposal; ``held`` are those a kit check holds back, whatever they ask for."""

    none: int
    action: int
    metrology: int
    held: int

    @property
    def rows(self) -> int:
        """All of them."""
        return self.none + self.action + self.metrology + self.held


@dataclass(frozen=True, slots=True)
class Crossed:
    """What was proposed where the truth proposes nothing, a workplace action, metrology."""

    true_none: Proposed
    true_action: Proposed
    true_metrology: Proposed


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share that follows from others, 0 to 1, with its bounds."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class AtPrevalence:
    """Predictive values where so many workplaces have something to propose.

    Attributes
    ----------
    prevalence : float
        Share of rows for which the truth proposes [1].
    positive, negative : Estimate or None
        The bounds combine the ends of both 95 % intervals: together they hold in 90 % of cases or more. None where
        nothing is known of one of the two.
    """

    prevalence: float
    positive: Estimate | None
    negative: Estimate | None


@dataclass(frozen=True, slots=True)
class Rates:
    """How well one kind of ticket tells.

    Attributes
    ----------
    sensitivity : Share
        Proposed, of what the truth proposes.
    specificity : Share
        Not proposed, of what it does not.
    positive_predictive, negative_predictive : Share
        Right, of what was proposed, and of what was not: at the prevalence of the evaluation, which is chosen and not
        found anywhere.
    at_prevalence : tuple of AtPrevalence
    """

    sensitivity: Share
    specificity: Share
    positive_predictive: Share
    negative_predictive: Share
    at_prevalence: tuple[AtPrevalence, ...]


@dataclass(frozen=True, slots=True)
class Delay:
    """From the shift with which the truth proposes to the one with which the proposal came [days]."""

    cases: int
    median: float
    ninth_decile: float


@dataclass(frozen=True, slots=True)
class Detection:
    """What became of the rows of one group.

    Attributes
    ----------
    name : str
        Of the group: a family, an agent, a number of days…
    rule : str
        Where the group is of one rule; else empty.
    campaigns : int
    crossed : Crossed
    any_ticket, action : Rates
        For a ticket of any kind, and for a workplace action against everything else.
    clear_proposed : Share
        A ticket, of clear exceedances.
    clear_left_alone : Share
        No ticket, of what clearly is none.
    band : Proposed
        What was proposed where the true value is within the undecided band.
    band_metrology : Share
        Metrology, of these.
    doubt_metrology : Share
        Metrology, of the rows whose deciding shift was inconclusive (score between 0.05 and 0.95).
    delay : Delay or None
        None where nothing was both true and proposed.
    """

    name: str
    rule: str
    campaigns: int
    crossed: Crossed
    any_ticket: Rates
    action: Rates
    clear_proposed: Share
    clear_left_alone: Share
    band: Proposed
    band_metrology: Share
    doubt_metrology: Share
    delay: Delay | None


def detection(name: str, rule: str, rows: pl.DataFrame) -> Detection:
    """Count one group of outcomes (clustered rows)."""
    band = rows.filter(IN_BAND)
    doubt = rows.filter((pl.col("score") > 0.05) & (pl.col("score") < 0.95))
    asked_to_measure = (pl.col("proposal") == METROLOGY) & ~pl.col("held")
    return Detection(
        name=name,
        rule=rule,
        campaigns=rows.select("family", "variant", "number", "days", "kits", "grade").n_unique(),
        crossed=Crossed(
            *(_proposed(rows.filter(pl.col("true_proposal") == kind)) for kind in (NONE, ACTION, METROLOGY))
        ),
        any_ticket=_rates(rows, TRUE_TICKET, TICKET),
        action=_rates(rows, TRUE_ACTION, PROPOSED_ACTION),
        clear_proposed=share(rows.filter(CLEAR_BREACH), TICKET),
        clear_left_alone=share(rows.filter(CLEARLY_NONE), ~TICKET),
        band=_proposed(band),
        band_metrology=share(band, asked_to_measure),
        doubt_metrology=share(doubt, asked_to_measure),
        delay=_delay(rows),
    )


def predictive_value(prevalence: float, hits: float, wrong: float) -> float | None:
    """Share of what is said that is right.

    Parameters
    ----------
    prevalence : float
        Of what it would be right to say it of [1].
    hits, wrong : float
        How often it is said where it is right, and where it is wrong [1].

    Examples
    --------
    >>> round(predictive_value(0.05, 0.9, 0.1), 3)
    0.321
    """
    said = prevalence * hits + (1 - prevalence) * wrong
    return prevalence * hits / said if said > 0 else None


def _proposed(rows: pl.DataFrame) -> Proposed:
    held = rows.filter(pl.col("held") & (pl.col("proposal") != NONE)).height
    there = rows.filter(~pl.col("held") | (pl.col("proposal") == NONE))["proposal"]
    return Proposed(int((there == NONE).sum()), int((there == ACTION).sum()), int((there == METROLOGY).sum()), held)


def _rates(rows: pl.DataFrame, true: pl.Expr, proposed: pl.Expr) -> Rates:
    positives, negatives = rows.filter(true), rows.filter(~true)
    sensitivity, specificity = share(positives, proposed), share(negatives, ~proposed)
    return Rates(
        sensitivity,
        specificity,
        share(rows.filter(proposed), true),
        share(rows.filter(~proposed), ~true),
        tuple(_at(prevalence, sensitivity, specificity) for prevalence in PREVALENCES),
    )


def _at(prevalence: float, sensitivity: Share, specificity: Share) -> AtPrevalence:
    if sensitivity.value is None or specificity.value is None:
        return AtPrevalence(prevalence, None, None)
    ends = (sensitivity.interval, specificity.interval)
    triples = [
        (sensitivity.value, specificity.value),
        (ends[0].low, ends[1].low),
        (ends[0].high, ends[1].high),
    ]
    positive = [predictive_value(prevalence, hit, 1 - spared) for hit, spared in triples]
    negative = [predictive_value(1 - prevalence, spared, 1 - hit) for hit, spared in triples]
    return AtPrevalence(prevalence, _estimate(positive), _estimate(negative))


def _estimate(found: list[float | None]) -> Estimate | None:
    value, low, high = found
    if value is None:
        return None
    return Estimate(value, Interval(0.0 if low is None else low, 1.0 if high is None else high))


def _delay(rows: pl.DataFrame) -> Delay | None:
    days = rows.filter(TRUE_TICKET & TICKET)["delay_days"].drop_nulls()
    if days.is_empty():
        return None
    median, late = (float(days.quantile(at, "linear") or 0.0) for at in (0.5, 0.9))
    return Delay(days.len(), median, late)
