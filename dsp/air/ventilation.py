"""Air change of a room from CO2: what every method shares, and the steady state per person.

See :mod:`dsp.air.decay` and :mod:`dsp.air.build_up` for the two that follow CO2 over time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from catalog.schedule import Interval
from dsp.series import Instants, Values

HOUR = 3_600_000.0
OUTDOOR_UNCERTAINTY = 30.0
"""Standard uncertainty of outdoor CO2 unless told otherwise [ppm]."""
SOURCE_UNCERTAINTY = 0.2
"""Relative standard uncertainty of what people breathe out [1]: who they are, how hard they work."""
TIME_CONSTANTS = 3.0
"""So many of them (1/λ hours each) with the same people before CO2 counts as steady: 95 % of the way."""
START_EXCESS, END_EXCESS = 400.0, 100.0
LEAST_POINTS, LEAST_R_SQUARED = 10, 0.98


class VentilationError(ValueError):
    """An input no room has; the message says which and what was expected."""


class Ground(Enum):
    """Why no air change is given."""

    TOO_FEW_POINTS = "too_few_points"
    START_TOO_LOW = "start_too_low"
    NO_FALL = "no_fall"
    NO_RISE = "no_rise"
    NOT_EXPONENTIAL = "not_exponential"
    TOO_SHORT = "too_short"
    TOO_UNCERTAIN = "too_uncertain"
    EXCESS_TOO_LOW = "excess_too_low"
    OUTDOOR_UNKNOWN = "outdoor_unknown"


@dataclass(frozen=True, slots=True)
class Refusal:
    """No answer, and why: the conditions of the method do not hold.

    Attributes
    ----------
    says : str
        What was found and what was expected, for a person.
    """

    ground: Ground
    says: str


@dataclass(frozen=True, slots=True)
class Readings:
    """Instants [ms UTC] and CO2 [ppm]."""

    instants: Instants
    co2: Values


@dataclass(frozen=True, slots=True)
class Room:
    """What turns an air change into a flow.

    Attributes
    ----------
    volume : float
        Of the air in the room [m³].
    """

    volume: float

    def __post_init__(self) -> None:
        if not 1.0 <= self.volume <= 1e6:
            raise VentilationError(f"volume is {self.volume:g} m³; expected 1 to 1000000 m³")

    def flow(self, rate: float) -> float:
        """Flow of outdoor air [m³/h] at an air change [1/h]."""
        return rate * self.volume


@dataclass(frozen=True, slots=True)
class Outdoor:
    """CO2 of outdoor air and its standard uncertainty [ppm]."""

    co2: float = 420.0
    uncertainty: float = OUTDOOR_UNCERTAINTY

    def __post_init__(self) -> None:
        if not 300.0 <= self.co2 <= 800.0:
            raise VentilationError(f"outdoor CO2 is {self.co2:g} ppm; expected 300 to 800 ppm")
        if not 0.0 <= self.uncertainty <= 200.0:
            raise VentilationError(f"its uncertainty is {self.uncertainty:g} ppm; expected 0 to 200 ppm")


@dataclass(frozen=True, slots=True)
class AirChange:
    """An air change with the quality of the fit it comes from.

    Attributes
    ----------
    rate, uncertainty : float
        λ and its standard uncertainty [1/h].
    u_fit, u_outdoor, u_source : float
        Parts: scatter about the fit, outdoor CO2, the source of CO2 (0 where it is not used) [1/h].
    r_squared : float
        Of the fit [1].
    points : int
        Readings it rests on.
    start, end : int
        First and last of them [ms UTC].
    start_co2, end_co2 : float
        The fitted curve at the first and the last of them [ppm].
    asymptote : float
        Where the curve goes [ppm]: outdoor CO2 for a decay, the steady state for a build-up.
    """

    rate: float
    uncertainty: float
    u_fit: float
    u_outdoor: float
    u_source: float
    r_squared: float
    points: int
    start: int
    end: int
    start_co2: float
    end_co2: float
    asymptote: float

    def co2_at(self, instants: npt.ArrayLike) -> Values:
        """The fitted curve [ppm] at instants [ms UTC]."""
        hours = (np.asarray(instants, dtype=np.float64) - self.start) / HOUR
        return np.asarray(self.asymptote + (self.start_co2 - self.asymptote) * np.exp(-self.rate * hours))


@dataclass(frozen=True, slots=True)
class Followed:
    """A stretch of time [ms UTC] in which CO2 was followed, and the air change found in it, or why there is none."""

    stretch: Interval
    result: AirChange | Refusal


def generation(area: float = 1.8, met: float = 1.2, respiratory_quotient: float = 0.83) -> float:
    """CO2 one person breathes out [L/s].

    Parameters
    ----------
    area : float
        Body surface (DuBois) [m²].
    met : float
        Metabolic rate [met]: 1.2 for office work, about 2 for light standing work.
    respiratory_quotient : float
        CO2 out over oxygen in [1].

    Returns
    -------
    float
        [L/s]; 0.00515 (18.5 L/h) for an adult in an office, rounded to 0.0052.

    Raises
    ------
    VentilationError
        A value no person has.

    Notes
    -----
    V_O2 = 0.00276·A_D·M/(0.23·RQ + 0.77), V_CO2 = RQ·V_O2.

    References
    ----------
    .. [1] ASTM D6245, guide for using indoor CO2 concentrations to evaluate indoor air quality and ventilation.

    Examples
    --------
    >>> round(generation(), 5)
    0.00515
    """
    for name, value, low, high in (
        ("body surface", area, 0.3, 3.5),
        ("metabolic rate", met, 0.7, 10.0),
        ("respiratory quotient", respiratory_quotient, 0.7, 1.2),
    ):
        if not low <= value <= high:
            raise VentilationError(f"{name} is {value:g}; expected {low:g} to {high:g}")
    return respiratory_quotient * 0.00276 * area * met / (0.23 * respiratory_quotient + 0.77)


OFFICE_GENERATION = 0.0052
"""CO2 of one adult in office work [L/s], rounded as the field uses it."""


@dataclass(frozen=True, slots=True)
class PerPerson:
    """Outdoor air for each person at steady state.

    Attributes
    ----------
    litres_per_second, uncertainty : float
        Flow and its standard uncertainty from outdoor CO2 and what people breathe out [L/s].
    """

    litres_per_second: float
    uncertainty: float

    @property
    def cubic_metres_per_hour(self) -> float:
        """The same flow [m³/h]."""
        return self.litres_per_second * 3.6


def flow_per_person(co2: float, outdoor: Outdoor, per_person: float = OFFICE_GENERATION) -> PerPerson | Refusal:
    """Outdoor air for each person from a steady CO2.

    Parameters
    ----------
    co2 : float
        Steady CO2 in the room [ppm].
    outdoor : Outdoor
    per_person : float
        CO2 one person breathes out [L/s].

    Returns
    -------
    PerPerson or Refusal
        Refused where CO2 is not at least 100 ppm over outdoors: the flow would be anything.

    Raises
    ------
    VentilationError
        The generation or the CO2 is none.

    Notes
    -----
    Q = 10⁶·G/(C − C_out). Valid only after at least three time constants (3/λ hours) with the same people: before that
    CO2 is still rising and the flow comes out too high. The uncertainty is that of outdoor CO2 and 20 % of G; the
    sensor's own is not known here.

    References
    ----------
    .. [1] ASTM D6245, guide for using indoor CO2 concentrations to evaluate indoor air quality and ventilation.

    Examples
    --------
    >>> round(flow_per_person(1000.0, Outdoor(420.0)).litres_per_second, 2)
    8.97
    """
    if not (math.isfinite(co2) and 300.0 <= co2 <= 100_000.0):
        raise VentilationError(f"CO2 is {co2:g} ppm; expected 300 to 100000 ppm")
    if not 0.001 <= per_person <= 0.05:
        raise VentilationError(f"generation is {per_person:g} L/s a person; expected 0.001 to 0.05 L/s")
    excess = co2 - outdoor.co2
    if excess < END_EXCESS:
        return Refusal(
            Ground.EXCESS_TOO_LOW,
            f"CO2 is {over_outdoors(excess)} ({outdoor.co2:.0f} ppm); expected at least {END_EXCESS:.0f} ppm",
        )
    flow = 1e6 * per_person / excess
    return PerPerson(flow, flow * math.hypot(outdoor.uncertainty / excess, SOURCE_UNCERTAINTY))


def steady_co2(litres_per_second: float, outdoor: Outdoor, per_person: float = OFFICE_GENERATION) -> float:
    """CO2 [ppm] that a room comes to with so much outdoor air for each person; inverse of :func:`flow_per_person`.

    Raises
    ------
    VentilationError
        A flow that is not above 0 and at most 1000 L/s.

    Examples
    --------
    >>> round(steady_co2(25 / 3.6, Outdoor(420.0), 18 / 3600))
    1140
    """
    if not 0 < litres_per_second <= 1000:
        raise VentilationError(f"flow is {litres_per_second:g} L/s a person; expected more than 0, at most 1000 L/s")
    return outdoor.co2 + 1e6 * per_person / litres_per_second


def over_outdoors(excess: float) -> str:
    """Words for CO2 against that of outdoor air.

    Examples
    --------
    >>> over_outdoors(70.0), over_outdoors(-130.0)
    ('70 ppm over outdoors', '130 ppm under outdoors')
    """
    return f"{abs(excess):.0f} ppm {'over' if excess >= 0 else 'under'} outdoors"


def between(occupied: Sequence[Interval], span: Interval) -> list[Interval]:
    """The time of a span nobody is there: what is left of it between the occupied stretches, in order.

    Examples
    --------
    >>> between([Interval(10, 20)], Interval(0, 30))
    [Interval(start=0, end=10), Interval(start=20, end=30)]
    """
    found, since = [], span.start
    for piece in occupied:
        if piece.start > since:
            found.append(Interval(since, min(piece.start, span.end)))
        since = max(since, piece.end)
    if since < span.end:
        found.append(Interval(since, span.end))
    return [stretch for stretch in found if stretch.length > 0]


def readings_of(instants: npt.ArrayLike, co2: npt.ArrayLike) -> Readings:
    """Readings as arrays, checked.

    Raises
    ------
    VentilationError
        Instants and values do not belong together or are not in order, or a value is not finite.
    """
    t, c = np.asarray(instants, dtype=np.int64), np.asarray(co2, dtype=np.float64)
    if t.ndim != 1 or t.shape != c.shape:
        raise VentilationError(f"{t.shape} instants and {c.shape} values; expected one value for each instant")
    if t.size and (np.diff(t) <= 0).any():
        raise VentilationError("instants are not in order; expected milliseconds UTC, rising")
    if not np.isfinite(c).all():
        raise VentilationError("a CO2 value is not finite; leave out readings that are none")
    return Readings(t, c)
