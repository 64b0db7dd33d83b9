"""Calibrations of one channel in order of time: what they make of its readings, and until when they vouch for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from catalog.kits import Calibration
from catalog.quantities import Uncertainty
from catalog.schedule import instant_of
from dsp.series import Instants, Values


@dataclass(frozen=True, slots=True)
class CalibrationStep:
    """One calibration, from its day to that of the next one.

    Attributes
    ----------
    since : int
        Start of the day it was performed on, milliseconds UTC; it speaks of readings taken after this instant.
    due : int
        End of the day it was due again, milliseconds UTC.
    gain, offset : float
        True value = gain × reading + offset; for levels the gain is 1 and the offset in dB.
    uncertainty : Uncertainty
        Standard uncertainty of the corrected reading until it is due.
    drift : Uncertainty or None
        What the uncertainty grows by a day past that: relative [1/d], absolute [unit/d]. None where the kit model does
        not say.
    otherwise : Uncertainty or None
        What it would be without this calibration; None is the subject's own.
    """

    since: int
    due: int
    gain: float
    offset: float
    uncertainty: Uncertainty
    drift: Uncertainty | None
    otherwise: Uncertainty | None = None


def calibration_steps(
    calibrations: Iterable[Calibration], timezone: str, drift: Uncertainty | None
) -> tuple[CalibrationStep, ...]:
    """The calibrations of one channel on the clock of the place its readings were taken at.

    Parameters
    ----------
    calibrations : iterable of Calibration
        Of one kit and quantity, in any order, one a day.
    timezone : str
        IANA name of the establishment's time zone: a calibration counts from the start of its day there, and is in
        date to the end of the day it is due.
    drift : Uncertainty or None
        Of the kit model's channel, a day.

    Returns
    -------
    tuple of CalibrationStep
        In order of time.

    Examples
    --------
    >>> from catalog.identifiers import KitId, QuantityId
    >>> done = Calibration(
    ...     KitId("k"), QuantityId("co2"), date(1970, 1, 2), date(1970, 1, 3), 1.0, -12.0, Uncertainty(0.0, 15.0), "gas"
    ... )
    >>> (step,) = calibration_steps([done], "UTC", None)
    >>> step.since, step.due, step.offset
    (86400000, 259200000, -12.0)
    """
    zone = ZoneInfo(timezone)
    return tuple(
        CalibrationStep(
            _midnight(each.performed, zone),
            _midnight(each.due + timedelta(days=1), zone),
            each.gain,
            each.offset,
            each.uncertainty,
            drift,
        )
        for each in sorted(calibrations, key=lambda each: each.performed)
    )


def corrected(instants: Instants, values: Values, history: tuple[CalibrationStep, ...]) -> Values:
    """Readings as the calibrations correct them.

    Parameters
    ----------
    instants : int64 array, shape (n,)
        Milliseconds UTC, in order.
    values : float64 array, shape (n,)
        As read, in the quantity's unit.
    history : tuple of CalibrationStep
        In order of time.

    Returns
    -------
    float64 array, shape (n,)
        In the quantity's unit. Readings up to the first calibration stay as read; a calibration of gain 1 and offset 0
        changes no bit.

    Notes
    -----
    Each reading is corrected by the last calibration performed on or before its local day: gain × reading + offset. A
    reading stands for the time before it, so one at 00:00 belongs to the day that ends there. The result is neither
    clipped nor flagged: a concentration slightly under zero is noise around zero, and cutting it off would make the
    mean too large. Impossible values are flagged on what the sensor said, before.

    References
    ----------
    exposure-semantics, section 4; JCGM 200:2012 (VIM), 2.39 calibration, 2.53 correction.

    Examples
    --------
    >>> step = CalibrationStep(100, 900, 2.0, -1.0, Uncertainty(0.0, 1.0), None)
    >>> corrected(np.array([50, 100, 150]), np.array([10.0, 10.0, 10.0]), (step,)).tolist()
    [10.0, 10.0, 19.0]
    """
    if not history:
        return values
    edges = np.searchsorted(instants, [step.since for step in history], side="right")
    result = values
    for step, first, last in zip(history, edges, [*edges[1:], instants.size], strict=True):
        if first == last or (step.gain == 1.0 and step.offset == 0.0):
            continue
        if result is values:
            result = values.copy()
        result[first:last] = step.gain * values[first:last] + step.offset
    return result


def _midnight(day: date, zone: ZoneInfo) -> int:
    return instant_of(datetime.combine(day, time.min), zone)
