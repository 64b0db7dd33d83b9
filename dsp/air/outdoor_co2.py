"""CO2 against that of outdoor air: the outdoor baseline a kit may have seen itself, and rebreathed air."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.air.co2 import Co2Error
from dsp.batch import Windows, summarise
from dsp.series import Series, Values

EXHALED = 38_000.0
"""CO2 in exhaled air above that of inhaled air, C_a [ppm]."""
_BASELINE_SPAN = 7 * 86_400_000
_BASELINE_SEEN = 12 * 3_600_000
_BASELINE_LOWEST, _BASELINE_HIGHEST = 350.0, 600.0


BASELINE_CAVEAT = (
    "the kit's own low point of seven days stands for outdoor air: that holds only where the room clears at night, "
    "and a sensor with automatic calibration takes its own low point for 400 ppm whatever it was"
)
"""To be said wherever a baseline that nobody measured outdoors is used."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Outdoor CO2 as found or as told.

    Attributes
    ----------
    value, uncertainty : float
        [ppm]; the uncertainty is a standard one.
    caveat : str
        What must be said beside it; empty for a measured one.
    """

    value: float
    uncertainty: float
    caveat: str


def outdoor_baseline(series: Series, at: int) -> Baseline:
    """Outdoor CO2 as the kit itself may have seen it: the low point of the last seven days.

    Parameters
    ----------
    series : Series
        CO2 [ppm], nights included.
    at : int
        End of the seven days [ms UTC].

    Returns
    -------
    Baseline
        First percentile of the time seen in the seven days before ``at``, ± 30 ppm, with its caveat.

    Raises
    ------
    Co2Error
        Under 12 h were seen, or the low point is not between 350 and 600 ppm: the room never cleared, or the sensor
        has drifted.

    Notes
    -----
    The first percentile instead of the minimum, so that single low readings do not make it. A value measured outdoors
    is better: pass it instead.

    Examples
    --------
    >>> from catalog.quantities import Averaging
    >>> from dsp.series import build
    >>> hours = range(3_600_000, 90_000_000, 3_600_000)
    >>> series = build(hours, [430.0] * 24, [1] * 24, 3600, 3600, Averaging.ARITHMETIC)
    >>> outdoor_baseline(series, 86_400_000).value
    430.0
    """
    window = Windows(
        np.array([at - _BASELINE_SPAN], np.int64),
        np.array([at], np.int64),
        np.array([0, 1], np.int64),
        np.array([_BASELINE_SPAN], np.int64),
    )
    summed = summarise(series, window, (99,))
    seen = int(summed.valid[0])
    if seen < _BASELINE_SEEN:
        raise Co2Error(
            f"only {seen / 3_600_000:.1f} h of readings to take outdoor CO2 from; expected 12 h in the last seven"
            " days, or a value measured outdoors"
        )
    value = float(summed.percentiles[0, 0])
    if not _BASELINE_LOWEST <= value <= _BASELINE_HIGHEST:
        raise Co2Error(
            f"the lowest CO2 of the last seven days is {value:.0f} ppm, which is no outdoor air (expected"
            f" {_BASELINE_LOWEST:.0f} to {_BASELINE_HIGHEST:.0f} ppm): the room never cleared or the sensor has"
            " drifted; measure outdoors and give that value"
        )
    return Baseline(value, 30.0, BASELINE_CAVEAT)


def rebreathed_fraction(co2: npt.ArrayLike, outdoor: float, exhaled: float = EXHALED) -> Values:
    """Share of the air in a room that somebody has breathed out before.

    Parameters
    ----------
    co2 : array_like of float, shape (n,)
        [ppm].
    outdoor : float
        CO2 of outdoor air [ppm].
    exhaled : float
        CO2 that breathing adds, C_a [ppm].

    Returns
    -------
    float64 array, shape (n,)
        [1]; 0 where CO2 is at or under outdoors. Gaps (NaN) stay gaps.

    Raises
    ------
    Co2Error
        ``exhaled`` is not above zero.

    Notes
    -----
    f = (C − C_out)/C_a. Only people may be a source: not with a gas heater or a welding torch in the room.

    References
    ----------
    .. [1] Rudnick, S. N., Milton, D. K. (2003), Indoor Air 13, 237–245, doi:10.1034/j.1600-0668.2003.00189.x.

    Examples
    --------
    >>> rebreathed_fraction([800.0], 420.0).tolist()
    [0.01]
    """
    if not exhaled > 0:
        raise Co2Error(f"exhaled CO2 is {exhaled:g} ppm; expected about 38000 ppm")
    return np.asarray(np.maximum(np.asarray(co2, np.float64) - outdoor, 0.0) / exhaled)
