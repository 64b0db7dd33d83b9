"""The rows behind the lists of the command line, under the names the documentation promises."""

import polars as pl

from catalog.quantities import quantities
from catalog.quantities import quantity as quantity_named
from store.registry import load
from store.scope import Scope
from vigie.errors import UsageError
from vigie.times import parse_instant, parse_until
from vigie.workspace import Workspace

READING_FIELDS = ("time", "kit", "quantity", "value", "unit", "flag", "simulated")


def readings_frame(
    place: Workspace, *, kit: str | None, zone: str | None, quantity: str | None, since: str | None, until: str | None
) -> pl.DataFrame:
    """Readings in order of kit, quantity and time; fields :data:`READING_FIELDS`.

    Raises
    ------
    UsageError, UnknownQuantityError
        A filter names what does not exist.
    """
    registry = load(place.database, Scope.service())
    start, end = _span(place, since, until)
    wanted = [quantity_named(quantity).id] if quantity else None
    if zone is None:
        parts = [place.readings.read([kit] if kit else None, wanted, start, end)]
    else:
        parts = [
            place.readings.read([lent.kit], wanted, max(lent.start, start or lent.start), _earlier(lent.end, end))
            for lent in registry.deployments_of(_zone(registry, zone))
            if kit in (None, lent.kit)
        ]
    frame = pl.concat(parts) if parts else place.readings.read(kits=[])
    units = {str(known.id): known.unit for known in quantities().values()}
    return frame.select(
        pl.col("instant").alias("time"),
        "kit",
        "quantity",
        "value",
        pl.col("quantity").replace_strict(units, default=None, return_dtype=pl.String).alias("unit"),
        "flag",
        "simulated",
    )


def _span(place: Workspace, since: str | None, until: str | None) -> tuple[int | None, int | None]:
    timezone = place.settings.service.timezone
    start = parse_instant(since, timezone, "--from") if since else None
    end = parse_until(until, timezone, "--to") if until else None
    if start is not None and end is not None and end < start:
        raise UsageError(f"--to {until} is before --from {since}")
    return start, end


def _earlier(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
