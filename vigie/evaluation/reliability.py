"""Whether stated probabilities of a breach are those with which limits are breached, and what each word is worth."""

from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from vigie.evaluation.shares import Share, share

EDGES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Of the bins of stated probability; the outer two are where something is said without doubt."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Decisions whose stated probability lies between two edges.

    Attributes
    ----------
    low, high : float
        Edges; the upper one belongs to the next bin, but 1 to the last.
    stated : float
        Mean stated probability.
    breached : Share
        How often it was one.
    """

    low: float
    high: float
    stated: float
    breached: Share


@dataclass(frozen=True, slots=True)
class Said:
    """How often the limit was truly breached where one of the four words was said."""

    decision: str
    breached: Share


@dataclass(frozen=True, slots=True)
class Reliability:
    """Stated probabilities against what was true.

    Attributes
    ----------
    name : str
        The family; empty for all.
    decisions : int
        With a stated probability.
    brier : float or None
        Mean squared difference of probability and truth (0 or 1): 0 is perfect; None without decisions.
    brier_of_share : float or None
        What always stating the share of breaches would have got.
    bins : tuple of Bin
        Those that are not empty.
    words : tuple of Said
    """

    name: str
    decisions: int
    brier: float | None
    brier_of_share: float | None
    bins: tuple[Bin, ...]
    words: tuple[Said, ...]


def reliability(name: str, decisions: pl.DataFrame) -> Reliability:
    """Hold the probabilities of decisions (clustered rows) against the truth."""
    known = decisions.drop_nulls(["probability", "breach"])
    true = pl.col("breach")
    stated, so = known["probability"].to_numpy(), known["breach"].cast(pl.Float64).to_numpy()
    chance = float(so.mean()) if so.size else 0.0
    bins = []
    for low, high in pairwise(EDGES):
        below = pl.col("probability") <= high if high == EDGES[-1] else pl.col("probability") < high
        rows = known.filter((pl.col("probability") >= low) & below)
        if rows.height:
            bins.append(Bin(low, high, float(rows["probability"].to_numpy().mean()), share(rows, true)))
    words = decisions.drop_nulls("breach").partition_by("decision", as_dict=True, maintain_order=True)
    return Reliability(
        name=name,
        decisions=known.height,
        brier=float(((stated - so) ** 2).mean()) if so.size else None,
        brier_of_share=chance * (1 - chance) if so.size else None,
        bins=tuple(bins),
        words=tuple(Said(str(key[0]), share(words[key], true)) for key in sorted(words)),
    )
