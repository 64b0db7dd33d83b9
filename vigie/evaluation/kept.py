"""Readings of virtual kits as the service would have stored them, kept in memory; drop-outs leave gaps in them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from catalog.identifiers import KitId
from catalog.readings import Flag
from catalog.schedule import Interval
from firmware_sim.kit import VirtualKit
from firmware_sim.zones import seeded
from vigie.kit_columns import Column

DROP_OUTS_PER_DAY = 0.2
"""How often a kit says nothing for a while [1/d]: engineering estimate, a plug pulled for a vacuum cleaner once in a
working week."""

DROP_OUT_HOURS = 1.5
"""Mean time until somebody plugs it in again [h]: engineering estimate; drawn from an exponential distribution."""

_HOUR = 3_600_000
_DAY = 86_400_000
_ON_THE_WAY = 500
"""Time from a sampling to the service [ms]."""


@dataclass(frozen=True, slots=True)
class DropOuts:
    """How often and how long kits say nothing.

    Attributes
    ----------
    per_day : float
        [1/d]
    hours : float
        Mean length [h].
    """

    per_day: float = DROP_OUTS_PER_DAY
    hours: float = DROP_OUT_HOURS

    def of(self, kit: VirtualKit, seed: int) -> list[Interval]:
        """When a kit says nothing, in any order [ms UTC]."""
        if not kit.instants.size:
            return []
        rng = seeded(seed, kit.id, "drop-outs")
        first, last = int(kit.instants[0]), int(kit.instants[-1])
        count = int(rng.poisson(self.per_day * (last - first) / _DAY))
        starts = rng.uniform(first, last, count)
        lengths = rng.exponential(self.hours * _HOUR, count)
        return [
            Interval(round(start), round(start + length))
            for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)
        ]


class KeptReadings:
    """What the kits of a campaign said, for whoever asks as one asks the store."""

    def __init__(self, kits: Sequence[VirtualKit], drop_outs: DropOuts, seed: int) -> None:
        self._columns = {kit.id: _columns(kit, drop_outs.of(kit, seed)) for kit in kits}

    def columns(self, kit: KitId, start: int, end: int, quantities: Collection[str] | None = None) -> dict[str, Column]:
        """Readings of a kit in (start, end] [ms UTC], by quantity."""
        return {
            name: part
            for name, column in self._columns[kit].items()
            if quantities is None or name in quantities
            if (part := _during(column, start, end)).instants.size
        }


def _columns(kit: VirtualKit, gaps: Sequence[Interval]) -> Mapping[str, Column]:
    said = np.ones(kit.instants.size, dtype=np.bool_)
    for gap in gaps:
        said &= (kit.instants <= gap.start) | (kit.instants > gap.end)
    found: dict[str, Column] = {}
    for quantity, values in kit.readings.items():
        kept = said & ~np.isnan(values)
        instants = kit.instants[kept]
        found[str(quantity)] = Column(
            instants=instants,
            values=values[kept],
            flags=np.full(instants.size, Flag.NOT_EVALUATED, dtype=np.int8),
            simulated=True,
            received=instants + _ON_THE_WAY,
            conflict=np.zeros(instants.size, dtype=np.bool_),
        )
    return found


def _during(column: Column, start: int, end: int) -> Column:
    first, last = np.searchsorted(column.instants, [start, end], side="right")
    part = slice(int(first), int(last))
    return Column(
        column.instants[part],
        column.values[part],
        column.flags[part],
        column.simulated,
        column.received[part],
        column.conflict[part],
    )
