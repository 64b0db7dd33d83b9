"""Sensor faults: what a channel says when its sensor is stuck, spikes, drops out or drifts away, seeded."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from catalog.identifiers import QuantityId
from catalog.quantities import quantity
from firmware_sim.rooms import SECONDS_PER_HOUR, Floats
from firmware_sim.sensors.tolerance import SECONDS_PER_DAY


class SensorFaultKind(Enum):
    """What goes wrong."""

    STUCK = "stuck"
    """The channel repeats its last reading."""
    SPIKE = "spike"
    """Single readings are off by ``size``, ``per_hour`` of them."""
    DROP_OUT = "drop-out"
    """A ``share`` of the readings is not there."""
    DRIFT_AWAY = "drift-away"
    """Readings are off by ``size`` more with every day."""


@dataclass(frozen=True, slots=True)
class SensorFault:
    """One fault of one channel.

    Attributes
    ----------
    quantity : QuantityId
    kind : SensorFaultKind
    start, end : float
        Since the instant one step before the first reading [s]; readings in (start, end] are wrong.
    size : float
        Of a spike [unit]; of a drift [unit/d]. The sign counts.
    per_hour : float
        Spikes, on average [1/h].
    share : float
        Share of readings that drop out [1].
    """

    quantity: QuantityId
    kind: SensorFaultKind
    start: float
    end: float = float("inf")
    size: float = 0.0
    per_hour: float = 4.0
    share: float = 1.0


def faulty(readings: Floats, faults: Iterable[SensorFault], step: float, rng: np.random.Generator) -> Floats:
    """Readings of one channel with its faults, in the order they are given.

    Parameters
    ----------
    readings : array
        At equal steps [unit].
    faults : iterable of SensorFault
        Those of this channel.
    step : float
        [s]

    Returns
    -------
    array
        A new one; NaN where the channel says nothing. What is off is told to the quantity's digits, and may be
        impossible.
    """
    wrong = readings.copy()
    for fault in faults:
        ends = (np.arange(wrong.size) + 1) * step
        rows = np.flatnonzero((ends > fault.start) & (ends <= fault.end))
        # drawn whether or not it matters, so that a fault elsewhere changes nothing here
        chances = rng.uniform(size=wrong.size)[rows]
        if rows.size:
            _spoil(wrong, fault, rows, chances, step)
    return wrong


def _spoil(wrong: Floats, fault: SensorFault, rows: npt.NDArray[np.intp], chances: Floats, step: float) -> None:
    digits = quantity(fault.quantity).decimals
    match fault.kind:
        case SensorFaultKind.STUCK:
            wrong[rows] = wrong[max(int(rows[0]) - 1, 0)]
        case SensorFaultKind.SPIKE:
            hit = rows[chances < fault.per_hour * step / SECONDS_PER_HOUR]
            # a spike stands alone: of two in a row the second is none
            alone = hit[np.diff(hit, prepend=-2) > 1]
            wrong[alone] = np.round(wrong[alone] + fault.size, digits)
        case SensorFaultKind.DROP_OUT:
            wrong[rows[chances < fault.share]] = np.nan
        case SensorFaultKind.DRIFT_AWAY:
            days = ((rows + 1) * step - fault.start) / SECONDS_PER_DAY
            wrong[rows] = np.round(wrong[rows] + fault.size * days, digits)
