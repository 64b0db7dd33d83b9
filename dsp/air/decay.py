"""Air change from the decay of CO2 after people left."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.schedule import Interval
from dsp.air.ventilation import (
    END_EXCESS,
    HOUR,
    LEAST_POINTS,
    LEAST_R_SQUARED,
    START_EXCESS,
    AirChange,
    Followed,
    Ground,
    Outdoor,
    Refusal,
    over_outdoors,
    readings_of,
)
from dsp.series import Instants, Series, Values

_REENTRY = 75.0
"""A rise of that many ppm over the lowest reading so far: somebody is back, the decay has ended."""
_SETTLING = 300_000
"""Milliseconds between the starts that are tried for a decay: people do not all leave at the shift's end."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Least squares of y = intercept + slope·x."""

    intercept: float
    slope: float
    slope_error: float
    r_squared: float


def decay(instants: npt.ArrayLike, co2: npt.ArrayLike, outdoor: Outdoor) -> AirChange | Refusal:
    """Air change from the decay of CO2 in a room nobody is in.

    Parameters
    ----------
    instants : array_like of int, shape (n,)
        Milliseconds UTC, rising.
    co2 : array_like of float, shape (n,)
        [ppm]; only the readings before the first one within 100 ppm of outdoors count.
    outdoor : Outdoor
        CO2 of outdoor air.

    Returns
    -------
    AirChange or Refusal
        Refused with a start under 400 ppm over outdoors, under 10 readings, R² under 0.98, or where CO2 does not fall.

    Raises
    ------
    VentilationError
        Instants and values do not belong together, or a value is not finite.

    Notes
    -----
    ln(C − C_out) = ln(C₀ − C_out) − λt, by least squares. u(λ) is the standard error of the slope ⊕ half the change of
    λ between C_out + u and C_out − u: an error of C_out bends the line and dominates where CO2 comes near it. Gaps are
    harmless as long as nobody came in during them. λ is the exchange with *outdoor* air only where neighbouring rooms
    are not stuffier; mixing is taken to be complete.

    References
    ----------
    .. [1] NF EN ISO 12569, determination of air change by tracer gas dilution, concentration decay.
    .. [2] ASTM E741, standard test method for determining air change by means of a tracer gas dilution.

    Examples
    --------
    >>> import numpy as np
    >>> minutes = np.arange(60)
    >>> found = decay(minutes * 60_000, 420 + 900 * np.exp(-2.0 * minutes / 60), Outdoor(420, 0))
    >>> round(found.rate, 6), round(found.r_squared, 6)
    (2.0, 1.0)
    """
    readings = readings_of(instants, co2)
    t, c = readings.instants, readings.co2
    if not t.size:
        return Refusal(Ground.TOO_FEW_POINTS, f"no readings; expected at least {LEAST_POINTS}")
    excess = float(c[0]) - outdoor.co2
    if excess < START_EXCESS:
        return Refusal(
            Ground.START_TOO_LOW,
            f"CO2 starts {over_outdoors(excess)} ({outdoor.co2:.0f} ppm); expected at least {START_EXCESS:.0f} ppm",
        )
    near = np.flatnonzero(c - outdoor.co2 < END_EXCESS)
    last = int(near[0]) if near.size else t.size
    t, c = t[:last], c[:last]
    if t.size < LEAST_POINTS:
        return Refusal(
            Ground.TOO_FEW_POINTS,
            f"{t.size} readings before CO2 is within {END_EXCESS:.0f} ppm of outdoors;"
            f" expected at least {LEAST_POINTS}",
        )
    hours = (t - t[0]) / HOUR
    line = _line(hours, np.log(c - outdoor.co2))
    if line.slope >= 0.0:
        return Refusal(Ground.NO_FALL, "CO2 does not fall; expected a decay in a room nobody is in")
    if line.r_squared < LEAST_R_SQUARED:
        return Refusal(
            Ground.NOT_EXPONENTIAL,
            f"R² is {line.r_squared:.3f}; expected at least {LEAST_R_SQUARED}"
            " (somebody was there, or the air change varied)",
        )
    u_outdoor = _outdoor_effect(hours, c, outdoor)
    return AirChange(
        rate=-line.slope,
        uncertainty=math.hypot(line.slope_error, u_outdoor),
        u_fit=line.slope_error,
        u_outdoor=u_outdoor,
        u_source=0.0,
        r_squared=line.r_squared,
        points=int(t.size),
        start=int(t[0]),
        end=int(t[-1]),
        start_co2=outdoor.co2 + math.exp(line.intercept),
        end_co2=outdoor.co2 + math.exp(line.intercept + line.slope * float(hours[-1])),
        asymptote=outdoor.co2,
    )


def decays(series: Series, unoccupied: Sequence[Interval], outdoor: Outdoor) -> list[Followed]:
    """Air changes from every stretch of time nobody is in the room: evenings, nights, weekends.

    Parameters
    ----------
    series : Series
        CO2 [ppm].
    unoccupied : sequence of Interval
        [ms UTC], as between the shifts of a schedule.
    outdoor : Outdoor

    Returns
    -------
    list of Followed
        One for each stretch with readings, in order.

    Notes
    -----
    In each stretch the decay is looked for from the highest reading on; it ends with CO2 near outdoors, or where it
    rises 75 ppm over the lowest so far (somebody is back: the cleaners). Where people stayed after the shift the line
    is bent at its start: starts 5 minutes apart are tried, as long as CO2 is 400 ppm over outdoors; the one with the
    highest R² is taken (the earliest of equal ones).
    """
    found = []
    for stretch in unoccupied:
        first = int(np.searchsorted(series.instants, stretch.start, side="right"))
        last = int(np.searchsorted(series.instants, stretch.end, side="right"))
        if first < last:
            result = _first_decay(series.instants[first:last], series.values[first:last], outdoor)
            found.append(Followed(stretch, result))
    return found


def _first_decay(instants: Instants, co2: Values, outdoor: Outdoor) -> AirChange | Refusal:
    top = int(np.argmax(co2))
    t, c = instants[top:], co2[top:]
    back = np.flatnonzero(c > np.minimum.accumulate(c) + _REENTRY)
    if back.size:
        t, c = t[: back[0]], c[: back[0]]
    first = decay(t, c, outdoor)
    best = first
    begin = int(np.searchsorted(t, int(t[0]) + _SETTLING))
    while begin < t.size and c[begin] - outdoor.co2 >= START_EXCESS:
        later = decay(t[begin:], c[begin:], outdoor)
        if isinstance(later, AirChange) and _straightness(later) > _straightness(best):
            best = later
        begin = int(np.searchsorted(t, int(t[begin]) + _SETTLING))
    return best


def _straightness(result: AirChange | Refusal) -> float:
    """R² with the digits that tell two starts apart; a refusal is beaten by any."""
    return round(result.r_squared, 4) if isinstance(result, AirChange) else 0.0


def _line(x: Values, y: Values) -> _Line:
    dx, dy = x - x.mean(), y - y.mean()
    sxx, syy = float(dx @ dx), float(dy @ dy)
    slope = float(dx @ dy) / sxx
    rest = dy - slope * dx
    error = math.sqrt(float(rest @ rest) / (x.size - 2) / sxx)
    r_squared = 1.0 - float(rest @ rest) / syy if syy > 0.0 else 0.0
    return _Line(float(y.mean()) - slope * float(x.mean()), slope, error, r_squared)


def _outdoor_effect(hours: Values, co2: Values, outdoor: Outdoor) -> float:
    """Half the change of λ between outdoor CO2 + u and − u; the readings stay those of the fit."""
    if outdoor.uncertainty == 0.0:
        return 0.0
    lower = float(co2.min()) - 1.0
    high = min(outdoor.co2 + outdoor.uncertainty, lower)
    low = outdoor.co2 - outdoor.uncertainty
    change = _line(hours, np.log(co2 - high)).slope - _line(hours, np.log(co2 - low)).slope
    return abs(change) * outdoor.uncertainty / (high - low)
