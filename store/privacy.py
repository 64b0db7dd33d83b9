"""What an employer may see of a signal: nothing finer than a set time, nothing of a group too small to hide in.

Light, CO2 and noise give away who was there when (architecture, ground rules).
"""

from dataclasses import dataclass
from enum import Enum

import polars as pl

from catalog.quantities import Averaging, Quantity

_SEEN = 0.75
"""Share of a step its readings must span: a mean over less would be a finer look than is allowed."""

_PEAKS = frozenset({"lafmax", "lcpeak"})


@dataclass(frozen=True, slots=True)
class Privacy:
    """How coarse an employer's view is.

    Attributes
    ----------
    resolution : int
        Shortest time one shown value stands for [s].
    minimum_group : int
        People in a zone below which there is no course over time at all.
    """

    resolution: int = 3600
    minimum_group: int = 3


class Withheld(Enum):
    """Why a course over time is not shown."""

    SMALL_GROUP = "small_group"


def coarse_course(rows: pl.DataFrame, quantity: Quantity, privacy: Privacy, now: int) -> pl.DataFrame:
    """Readings as one value a step of the allowed resolution.

    Parameters
    ----------
    rows : polars.DataFrame
        ``kit, instant, value, suspect, simulated``.
    now : int
        Milliseconds UTC. A step still under way is left out: looked at again and again it would give away its minutes.

    Returns
    -------
    polars.DataFrame
        The same columns; ``instant`` is the end of the step the value stands for. Means of the readings, of their
        energies for levels; the highest where the quantity is a peak.
    """
    step = privacy.resolution * 1_000_000
    end = (((pl.col("instant").dt.epoch("us") - 1) // step + 1) * step).cast(pl.Datetime("us", "UTC"))
    value = pl.col("value")
    if quantity.id in _PEAKS:
        value = value.max()
    elif quantity.averaging is Averaging.ENERGETIC:
        value = 10 * (10 ** (value / 10)).mean().log10()
    else:
        value = value.mean()
    span = (pl.col("instant").max() - pl.col("instant").min()).dt.total_microseconds().alias("span")
    return (
        rows.group_by("kit", end.alias("step"))
        .agg(value.alias("value"), pl.col("suspect").any(), pl.col("simulated").any(), span)
        .filter(pl.col("span") >= _SEEN * step, pl.col("step").dt.epoch("ms") <= now)
        .rename({"step": "instant"})
        .select("kit", "instant", "value", "suspect", "simulated")
        .sort("kit", "instant")
    )


def coarse_episodes(rows: pl.DataFrame, privacy: Privacy) -> pl.DataFrame:
    """Exceedance episodes with their beginning and end on steps of the allowed resolution."""
    step = privacy.resolution * 1_000_000
    microseconds = {name: pl.col(name).dt.epoch("us") for name in ("start", "end")}
    whole = {"start": microseconds["start"] // step * step, "end": (microseconds["end"] - 1) // step * step + step}
    return rows.with_columns(value.cast(pl.Datetime("us", "UTC")).alias(name) for name, value in whole.items())


def without_moments(rows: pl.DataFrame) -> pl.DataFrame:
    """Exposures without the moment within the window at which a rolling maximum was reached."""
    return rows.with_columns(pl.lit(None, rows.schema[name]).alias(name) for name in ("at_start", "at_end"))
