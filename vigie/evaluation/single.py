"""One campaign of an evaluation in full: what its rules said, and what was true."""

from collections.abc import Iterator

import polars as pl

from vigie.evaluation.campaign import Campaign
from vigie.evaluation.tables import Tables
from vigie.output import Sheet, counted, with_spread

_LEAST = 0.001
"""Smaller probabilities are not told one from another."""


def campaign_words(campaign: Campaign) -> str:
    """What it is, in one line."""
    return (
        f"{campaign.family} {campaign.number}, {campaign.variant}: {campaign.first} to {campaign.last} "
        f"({counted(campaign.days, 'working day')}), {counted(campaign.kits, 'kit')} in each zone ({campaign.grade})"
    )


def campaign_sheets(tables: Tables) -> Iterator[Sheet]:
    """What became of every rule, and the values of the one shift that is kept."""
    yield Sheet(
        "Rules",
        ["zone", "rule", "truth proposes", "true value", "proposed", "held back", "probability", "days later"],
        [
            [
                row["zone"],
                row["rule"] + (" *" if row["concern"] else ""),
                row["true_proposal"],
                _distance(row["true_distance"], row["scale"]),
                row["proposal"],
                "yes" if row["held"] else "",
                _probability(row["score"]),
                _number(row["delay_days"]),
            ]
            for row in tables.outcomes.iter_rows(named=True)
        ],
    )
    errors = tables.values.with_columns(z=(pl.col("value") - pl.col("truth")) / pl.col("uncertainty"))
    where = f" ({errors['kit'][0]} at {errors['zone'][0]})" if errors.height else ""
    yield Sheet(
        f"Values of one shift{where}",
        ["quantity", "measure", "value", "truth", "unit", "error in u"],
        [
            [
                row["quantity"],
                row["measure"],
                with_spread(row["value"], row["uncertainty"]),
                f"{row['truth']:.4g}",
                row["unit"],
                _number(row["z"]),
            ]
            for row in errors.iter_rows(named=True)
        ],
    )


def _distance(distance: float | None, scale: str | None) -> str:
    if distance is None:
        return "–"
    return f"{distance:+.1f} dB" if scale == "level" else f"{distance:.2f} × limit"


def _probability(value: float | None) -> str:
    if value is None:
        return "–"
    return f"< {_LEAST}" if 0 < value < _LEAST else f"> {1 - _LEAST}" if 1 - _LEAST < value < 1 else f"{value:.3f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3g}"
