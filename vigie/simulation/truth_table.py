"""The ground truth of simulated zones as a table: what was at the person, where the kit hung, and in the mixed room."""

from collections.abc import Iterator, Sequence

import polars as pl

from catalog.quantities import quantity
from firmware_sim.kit import VirtualKit

_TIME = pl.Datetime("ms", "UTC")

TRUTH = pl.Schema(
    {
        "time": _TIME,
        "zone": pl.String(),
        "kit": pl.String(),
        "quantity": pl.String(),
        "unit": pl.String(),
        "worker": pl.Float64(),
        "at_kit": pl.Float64(),
        "room": pl.Float64(),
        "people": pl.Float64(),
    }
)
"""One row a (kit, quantity, minute): levels over the minute that ends then, all else at its end; ``people`` is their
mean number during it."""


def truth_table(kits: Sequence[VirtualKit]) -> pl.DataFrame:
    """The truth about the zones of some kits, of the schema :data:`TRUTH`; whole days, by kit, quantity and time."""
    return pl.concat([TRUTH.to_frame(), *_parts(kits)])


def _parts(kits: Sequence[VirtualKit]) -> Iterator[pl.DataFrame]:
    for kit in kits:
        truth = kit.truth
        for name in sorted(truth.values):
            yield pl.DataFrame(
                {
                    "time": truth.instants,
                    "worker": truth.worker[name],
                    "at_kit": truth.values[name],
                    "room": truth.room[name],
                    "people": truth.people,
                }
            ).select(
                pl.col("time").cast(_TIME),
                pl.lit(str(truth.zone)).alias("zone"),
                pl.lit(str(kit.id)).alias("kit"),
                pl.lit(str(name)).alias("quantity"),
                pl.lit(quantity(name).unit).alias("unit"),
                "worker",
                "at_kit",
                "room",
                "people",
            )
