"""Several agents over half of their limits in one zone: told together to the service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from catalog.places import Zone
from dashboards.words import Words
from rules.engine import assess
from rules.poly_exposure import poly_exposures
from rules.poly_sentences import PolyTold, told
from rules.rule import Pack
from store.stored_exposures import exposures_of


@dataclass(frozen=True, slots=True)
class SeveralAgents:
    """One campaign with several agents, in words, and whether anything of it was simulated."""

    told: PolyTold
    simulated: bool


_INSTANTS = ("start", "end", "at_start", "at_end")
_LOOKED_BACK = timedelta(days=400)
"""How much of what is stored of a zone is looked at, back from its newest window."""


def several_agents(rows: pl.DataFrame, packs: Sequence[Pack], zone: Zone, words: Words) -> list[SeveralAgents]:
    """The campaigns of a zone with several agents over half of their limits, the latest first.

    Parameters
    ----------
    rows : polars.DataFrame
        Exposures of the zone as :meth:`store.views.Views.exposures` gives them.
    packs : sequence of Pack
        In force; none where they cannot be read.
    """
    if rows.is_empty() or not packs:
        return []
    lately = rows.filter(pl.col("start") > pl.col("end").max() - _LOOKED_BACK)
    exposures = exposures_of(lately.with_columns(pl.col(name).dt.epoch("ms") for name in _INSTANTS))
    days = {exposure.start: words.local(exposure.start).date() for exposure in exposures}
    found = poly_exposures(packs, zone, assess(packs, zone, exposures, days), days)
    return [SeveralAgents(told(each), each.simulated) for each in found]
