"""Air change of a room from CO2: decay after people left, build-up after they came, steady state per person."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from catalog.schedule import Interval
from dsp.series import Instants, Series, Values

HOUR = 3_600_000.0
OUTDOOR_UNCERTAINTY = 30.0
"""Standard uncertainty of outdoor CO2 unless told otherwise [ppm]."""
START_EXCESS, END_EXCESS = 400.0, 100.0
LEAST_POINTS, LEAST_R_SQUARED = 10, 0.98
_REENTRY = 75.0
"""A rise of that many ppm over the lowest reading so far: somebody is back, the decay has ended."""
_SETTLING = 300_000
"""Milliseconds between the starts that are tried for a decay: people do not all leave at the shift's end."""


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
class FoundDecay:
    """A stretch of unoccupied time and the air change in it, or why there is none."""

    unoccupied: Interval
    result: AirChange | Refusal


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
    ln(C − C_out) = ln(C₀ − C_out) − λt, by least squares. u(λ) is the standard error of the slope ⊕ half the change of λ
    between C_out + u and C_out − u: an error of C_out bends the line and dominates where CO2 comes near it. Gaps are
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
    t, c = _readings(instants, co2)
    if not t.size:
        return Refusal(Ground.TOO_FEW_POINTS, f"no readings; expected at least {LEAST_POINTS}")
    excess = float(c[0]) - outdoor.co2
    if excess < START_EXCESS:
        return Refusal(
            Ground.START_TOO_LOW,
            f"CO2 starts {excess:.0f} ppm over outdoors ({outdoor.co2:.0f} ppm); expected at least {START_EXCESS:.0f} ppm",
        )
    near = np.flatnonzero(c - outdoor.co2 < END_EXCESS)
    last = int(near[0]) if near.size else t.size
    t, c = t[:last], c[:last]
    if t.size < LEAST_POINTS:
        return Refusal(
            Ground.TOO_FEW_POINTS,
            f"{t.size} readings before CO2 is within {END_EXCESS:.0f} ppm of outdoors; expected at least {LEAST_POINTS}",
        )
    hours = (t - t[0]) / HOUR
    line = _line(hours, np.log(c - outdoor.co2))
    if line.slope >= 0.0:
        return Refusal(Ground.NO_FALL, "CO2 does not fall; expected a decay in a room nobody is in")
    if line.r_squared < LEAST_R_SQUARED:
        return Refusal(
            Ground.NOT_EXPONENTIAL,
            f"R² is {line.r_squared:.3f}; expected at least {LEAST_R_SQUARED} (somebody was there, or the air change varied)",
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


def decays(series: Series, unoccupied: Sequence[Interval], outdoor: Outdoor) -> list[FoundDecay]:
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
    list of FoundDecay
        One for each stretch with readings, in order.

    Notes
    -----
    In each stretch the decay is looked for from the highest reading on; it ends with CO2 near outdoors, or where it rises
    75 ppm over the lowest so far (somebody is back: the cleaners). Where people stayed after the shift the line is no
    line yet: later starts are tried, 5 minutes apart, and the first that meets the conditions of :func:`decay` is taken.
    """
    found = []
    for stretch in unoccupied:
        first = int(np.searchsorted(series.instants, stretch.start, side="right"))
        last = int(np.searchsorted(series.instants, stretch.end, side="right"))
        if first < last:
            result = _first_decay(series.instants[first:last], series.values[first:last], outdoor)
            found.append(FoundDecay(stretch, result))
    return found


def _first_decay(instants: Instants, co2: Values, outdoor: Outdoor) -> AirChange | Refusal:
    top = int(np.argmax(co2))
    t, c = instants[top:], co2[top:]
    back = np.flatnonzero(c > np.minimum.accumulate(c) + _REENTRY)
    if back.size:
        t, c = t[: back[0]], c[: back[0]]
    first = decay(t, c, outdoor)
    after = int(t[0]) + _SETTLING
    while isinstance(first, Refusal) and first.ground in (Ground.NOT_EXPONENTIAL, Ground.NO_FALL):
        begin = int(np.searchsorted(t, after))
        if begin >= t.size or c[begin] - outdoor.co2 < START_EXCESS:
            break
        later = decay(t[begin:], c[begin:], outdoor)
        if isinstance(later, AirChange):
            return later
        after += _SETTLING
    return first


@dataclass(frozen=True, slots=True)
class Source:
    """People as a known source of CO2 in a room of known volume.

    Attributes
    ----------
    people : int
    per_person : float
        CO2 one of them breathes out [L/s], see :func:`generation`.
    relative_uncertainty : float
        Standard uncertainty of the whole source [1]: who they are, how hard they work, whether all were there.
    """

    people: int
    per_person: float
    room: Room
    relative_uncertainty: float = 0.2

    def __post_init__(self) -> None:
        if self.people < 1:
            raise VentilationError(f"people is {self.people}; expected 1 or more")
        if not 0.001 <= self.per_person <= 0.05:
            raise VentilationError(f"generation is {self.per_person:g} L/s a person; expected 0.001 to 0.05 L/s")

    @property
    def rise(self) -> float:
        """How fast CO2 would rise in the closed room [ppm/h]."""
        return 1e6 * self.people * self.per_person * 3.6 / self.room.volume


LEAST_RISE = 200.0
_SLOWEST, _FASTEST = 0.02, 60.0


def build_up(
    instants: npt.ArrayLike, co2: npt.ArrayLike, outdoor: Outdoor, source: Source | None = None
) -> AirChange | Refusal:
    """Air change from the rise of CO2 while a constant number of people is in the room.

    Parameters
    ----------
    instants : array_like of int, shape (n,)
        Milliseconds UTC, rising.
    co2 : array_like of float, shape (n,)
        [ppm].
    outdoor : Outdoor
        CO2 of outdoor air; without a source it does not enter.
    source : Source, optional
        Without one the steady state is fitted together with λ, which needs a curve that bends: at least one time
        constant.

    Returns
    -------
    AirChange or Refusal
        Refused with under 10 readings, a rise under 200 ppm, R² under 0.98, too short a time (λ·T under 1, with a source
        under 0.2), or a standard uncertainty over half of λ.

    Raises
    ------
    VentilationError
        As :func:`decay`.

    Notes
    -----
    C(t) = C_out + A(1 − e^(−λt)) + (C₀ − C_out)e^(−λt), A = 10⁶nG/Q and Q = λV, by least squares: for each λ the rest is
    linear, and λ is where the sum of squares is least. u(λ) is that of the fit ⊕ half the change of λ with outdoor CO2
    ± u and with the source ± u. Gaps are harmless as long as the number of people stayed the same.

    References
    ----------
    .. [1] ASTM D6245, guide for using indoor carbon dioxide concentrations to evaluate indoor air quality and ventilation.

    Examples
    --------
    >>> import numpy as np
    >>> minutes = np.arange(90)
    >>> found = build_up(minutes * 60_000, 420 + 1000 * (1 - np.exp(-2.0 * minutes / 60)), Outdoor())
    >>> round(found.rate, 4), round(found.asymptote)
    (2.0, 1420)
    """
    t, c = _readings(instants, co2)
    if t.size < LEAST_POINTS:
        return Refusal(Ground.TOO_FEW_POINTS, f"{t.size} readings; expected at least {LEAST_POINTS}")
    hours = (t - t[0]) / HOUR
    fit = _Transient(hours, c, outdoor.co2, source.rise if source else None)
    rate = fit.best_rate()
    refusal = fit.refusal(rate)
    if refusal is not None:
        return refusal
    u_fit, u_outdoor, u_source = fit.rate_error(rate), 0.0, 0.0
    if source is not None:
        less = _Transient(hours, c, outdoor.co2 - outdoor.uncertainty, source.rise)
        more = _Transient(hours, c, outdoor.co2 + outdoor.uncertainty, source.rise)
        u_outdoor = abs(more.best_rate() - less.best_rate()) / 2.0
        weaker = _Transient(hours, c, outdoor.co2, source.rise * (1.0 - source.relative_uncertainty))
        stronger = _Transient(hours, c, outdoor.co2, source.rise * (1.0 + source.relative_uncertainty))
        u_source = abs(stronger.best_rate() - weaker.best_rate()) / 2.0
    uncertainty = math.sqrt(u_fit**2 + u_outdoor**2 + u_source**2)
    if uncertainty > 0.5 * rate:
        return Refusal(
            Ground.TOO_UNCERTAIN,
            f"the air change would be {rate:.2f} ± {uncertainty:.2f} per hour; expected a standard uncertainty of at most"
            " half of it",
        )
    asymptote, start_co2 = fit.asymptote(rate), fit.start(rate)
    return AirChange(
        rate=rate,
        uncertainty=uncertainty,
        u_fit=u_fit,
        u_outdoor=u_outdoor,
        u_source=u_source,
        r_squared=fit.r_squared(rate),
        points=int(t.size),
        start=int(t[0]),
        end=int(t[-1]),
        start_co2=start_co2,
        end_co2=asymptote + (start_co2 - asymptote) * math.exp(-rate * float(hours[-1])),
        asymptote=asymptote,
    )


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
    .. [1] ASTM D6245, guide for using indoor carbon dioxide concentrations to evaluate indoor air quality and ventilation.

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
        Flow and its standard uncertainty from outdoor CO2 alone [L/s].
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
    CO2 is still rising and the flow comes out too high.

    References
    ----------
    .. [1] ASTM D6245, guide for using indoor carbon dioxide concentrations to evaluate indoor air quality and ventilation.

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
            f"CO2 is {excess:.0f} ppm over outdoors ({outdoor.co2:.0f} ppm); expected at least {END_EXCESS:.0f} ppm",
        )
    flow = 1e6 * per_person / excess
    return PerPerson(flow, flow * outdoor.uncertainty / excess)


def steady_co2(litres_per_second: float, outdoor: Outdoor, per_person: float = OFFICE_GENERATION) -> float:
    """CO2 [ppm] that a room comes to with so much outdoor air for each person; inverse of :func:`flow_per_person`.

    Examples
    --------
    >>> round(steady_co2(25 / 3.6, Outdoor(420.0), 18 / 3600))
    1140
    """
    if not litres_per_second > 0:
        raise VentilationError(f"flow is {litres_per_second:g} L/s a person; expected more than 0")
    return outdoor.co2 + 1e6 * per_person / litres_per_second


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


@dataclass(frozen=True, slots=True)
class _Transient:
    """Least squares of C(t) = E + (C₀ − E)e^(−λt); with a source, E = C_out + rise/λ is known for each λ."""

    hours: Values
    co2: Values
    outdoor: float
    rise: float | None

    def best_rate(self) -> float:
        """λ [1/h] with the least sum of squares: the best of a grid, then refined between its neighbours."""
        from scipy.optimize import minimize_scalar

        grid = np.linspace(math.log(_SLOWEST), math.log(_FASTEST), 81)
        costs = [self._cost(math.exp(each)) for each in grid.tolist()]
        best = min(max(int(np.argmin(costs)), 1), grid.size - 2)
        found = minimize_scalar(
            lambda each: self._cost(math.exp(each)),
            bounds=(grid[best - 1], grid[best + 1]),
            method="bounded",
            options={"xatol": 1e-10},
        )
        return math.exp(float(found.x))

    def asymptote(self, rate: float) -> float:
        if self.rise is not None:
            return self.outdoor + self.rise / rate
        return float(self._linear(rate)[0])

    def start(self, rate: float) -> float:
        if self.rise is None:
            return float(self._linear(rate)[1])
        fading = np.exp(-rate * self.hours)
        rest = self.co2 - self.asymptote(rate) * (1.0 - fading)
        return float(fading @ rest / (fading @ fading))

    def r_squared(self, rate: float) -> float:
        scatter = float(np.sum((self.co2 - self.co2.mean()) ** 2))
        return 1.0 - self._cost(rate) / scatter if scatter > 0.0 else 0.0

    def rate_error(self, rate: float) -> float:
        """Standard error of λ from the curvature of the fit (Gauss-Newton)."""
        step = 1e-5 * rate
        asymptote, start = self.asymptote(rate), self.start(rate)
        fading = np.exp(-rate * self.hours)
        by_rate = (self._curve(rate + step, asymptote, start) - self._curve(rate - step, asymptote, start)) / (2 * step)
        if self.rise is None:
            columns = [by_rate, 1.0 - fading, fading]
        else:
            columns = [by_rate - (1.0 - fading) * self.rise / rate**2, fading]
        jacobian = np.column_stack(columns)
        freedom = max(self.hours.size - len(columns), 1)
        variance = self._cost(rate) / freedom * np.linalg.pinv(jacobian.T @ jacobian)[0, 0]
        return math.sqrt(max(float(variance), 0.0))

    def refusal(self, rate: float) -> Refusal | None:
        """Which condition does not hold, if one does not."""
        span = float(self.hours[-1])
        rise = (self.asymptote(rate) - self.start(rate)) * (1.0 - math.exp(-rate * span))
        if rise < LEAST_RISE:
            return Refusal(
                Ground.NO_RISE, f"CO2 rises by {max(rise, 0.0):.0f} ppm; expected at least {LEAST_RISE:.0f} ppm"
            )
        if self.r_squared(rate) < LEAST_R_SQUARED:
            return Refusal(
                Ground.NOT_EXPONENTIAL,
                f"R² is {self.r_squared(rate):.3f}; expected at least {LEAST_R_SQUARED} (people came or went)",
            )
        least = 1.0 if self.rise is None else 0.2
        if rate * span < least or not 1.02 * _SLOWEST < rate < 0.98 * _FASTEST:
            needs = "say how many people and the room's volume, or take a longer rise" if self.rise is None else "take more"
            return Refusal(
                Ground.TOO_SHORT,
                f"the rise covers {rate * span:.2f} time constants; expected at least {least:g} ({needs})",
            )
        return None

    def _curve(self, rate: float, asymptote: float, start: float) -> Values:
        return np.asarray(asymptote + (start - asymptote) * np.exp(-rate * self.hours))

    def _cost(self, rate: float) -> float:
        difference = self.co2 - self._curve(rate, self.asymptote(rate), self.start(rate))
        return float(difference @ difference)

    def _linear(self, rate: float) -> Values:
        fading = np.exp(-rate * self.hours)
        basis = np.column_stack([1.0 - fading, fading])
        return np.asarray(np.linalg.lstsq(basis, self.co2, rcond=None)[0])


def _readings(instants: npt.ArrayLike, co2: npt.ArrayLike) -> "tuple[Instants, Values]":
    t, c = np.asarray(instants, dtype=np.int64), np.asarray(co2, dtype=np.float64)
    if t.ndim != 1 or t.shape != c.shape:
        raise VentilationError(f"{t.shape} instants and {c.shape} values; expected one value for each instant")
    if t.size and (np.diff(t) <= 0).any():
        raise VentilationError("instants are not in order; expected milliseconds UTC, rising")
    if not np.isfinite(c).all():
        raise VentilationError("a CO2 value is not finite; leave out readings that are none")
    return t, c


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
