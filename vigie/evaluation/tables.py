"""The four tables an evaluation leaves: campaigns, what became of each rule, values, and decisions."""

from dataclasses import dataclass

import polars as pl

_CAMPAIGN = {
    "family": pl.String,
    "variant": pl.String,
    "number": pl.Int64,
    "days": pl.Int64,
    "kits": pl.Int64,
    "grade": pl.String,
}
"""Which campaign a row is of: the workplace's file name, under, near, over or "as is", the campaign's number in the
family, working days, kits in each zone, and the kit model."""

CAMPAIGNS = pl.Schema(_CAMPAIGN | {"exposure_tickets": pl.Int64, "kit_checks": pl.Int64})
"""One row a campaign; exposure tickets are proposals of a workplace action or of metrology, by any rule in any zone."""

OUTCOMES = pl.Schema(
    _CAMPAIGN
    | {
        "zone": pl.String,
        "rule": pl.String,
        "agent": pl.String,
        "concern": pl.Boolean,
        "true_proposal": pl.String,
        "true_distance": pl.Float64,
        "scale": pl.String,
        "proposal": pl.String,
        "held": pl.Boolean,
        "score": pl.Float64,
        "delay_days": pl.Float64,
    }
)
"""One row a (campaign, zone, rule that applies there).

- ``concern``: whether the workplace's variants are about this rule.
- ``true_proposal``: what the same rule proposes of what the worker was really exposed to, without any uncertainty:
  "none", "workplace_action" or "targeted_metrology" (a legal chemical limit asks for metrology from half of it on).
- ``true_distance``: of the true value that decides (the second highest shift for a rule that waits for two, the highest
  for one that acts at once) to the lowest limit the rule fires at: value/limit, limit/value for a lower limit
  (``scale`` "ratio"), or value − limit in dB (``scale`` "level"): above 1 or above 0 is on the wrong side.
- ``proposal``: "none", "workplace_action" or "targeted_metrology"; ``held``: a kit check holds it back.
- ``score``: the stated probability of a breach on the shift that decides, likewise; null where nothing could be said.
- ``delay_days``: from the end of the shift with which the truth proposes to that of the shift with which the proposal
  came (for metrology: was asked); null where either did not.
"""

VALUES = pl.Schema(
    _CAMPAIGN
    | {
        "zone": pl.String,
        "kit": pl.String,
        "quantity": pl.String,
        "measure": pl.String,
        "unit": pl.String,
        "value": pl.Float64,
        "uncertainty": pl.Float64,
        "truth": pl.Float64,
    }
)
"""One shift drawn from each campaign: what was computed of it, the combined standard uncertainty, and the truth about
the worker; only values there is enough data for. One shift a campaign, so that rows of one quantity are independent."""

DECISIONS = pl.Schema(
    _CAMPAIGN
    | {
        "zone": pl.String,
        "kit": pl.String,
        "rule": pl.String,
        "quantity": pl.String,
        "measure": pl.String,
        "level": pl.String,
        "unit": pl.String,
        "limit": pl.Float64,
        "decision": pl.String,
        "probability": pl.Float64,
        "truth": pl.Float64,
        "breach": pl.Boolean,
    }
)
"""The same drawn shift against every level of every rule that applies: what was said, and whether it is true."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The four tables of one evaluation, with the columns of the schemas above."""

    campaigns: pl.DataFrame
    outcomes: pl.DataFrame
    values: pl.DataFrame
    decisions: pl.DataFrame
