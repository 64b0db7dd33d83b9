"""Named corrections of a zone's readings with what the same kit measured beside them: particles for humidity."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from catalog.corrections import HumidityCorrection
from catalog.places import Zone
from catalog.quantities import Quantity
from catalog.readings import Flag
from dsp.air.particles import correct
from dsp.series import Series
from vigie.kit_columns import Column


def humidity_corrected(zone: Zone, measured: Quantity, column: Column, humidity: Series | None) -> Column:
    """A kit's column as the zone's correction of that quantity makes it; as it is where the zone names none.

    Parameters
    ----------
    column : Column
        As the kit's calibration gives it.
    humidity : Series or None
        Relative humidity [%] of the same kit; None where it measures none.

    Notes
    -----
    A reading is corrected with the humidity that stands at its instant (exposure-semantics, section 1). Where none
    does, it stays as it is and is suspect; so is one in air more humid than the correction is made for, and one that
    came out below zero. Readings flagged bad are left alone.
    """
    correction = next((each for each in zone.corrections if each.quantity == measured.id), None)
    if correction is None:
        return column
    return _applied(correction, column, standing(humidity, column.instants))


def standing(series: Series | None, instants: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Values of a series that stand at some instants [ms UTC]; NaN where none does."""
    out = np.full(instants.size, np.nan)
    if series is None or not len(series):
        return out
    at = np.searchsorted(series.instants, instants, side="left")
    inside = np.minimum(at, len(series) - 1)
    stands = (at < len(series)) & (series.instants[inside] - series.weights[inside] < instants)
    out[stands] = series.values[inside[stands]]
    return out


def _applied(correction: HumidityCorrection, column: Column, humidity: npt.NDArray[np.float64]) -> Column:
    known = ~np.isnan(humidity) & (column.flags != Flag.BAD) & (column.flags != Flag.MISSING)
    values, flags = column.values.copy(), column.flags.copy()
    result = correct(correction.method, correction.kappa, column.values[known], humidity[known])
    values[known] = result.values
    doubted = np.isnan(humidity)
    doubted[known] = result.suspect
    flags[doubted & ((flags == Flag.GOOD) | (flags == Flag.NOT_EVALUATED))] = Flag.SUSPECT
    return replace(column, values=values, flags=flags)
