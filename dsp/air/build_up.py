"""Air change from the rise of CO2 after people came."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dsp.air.ventilation import (
    HOUR,
    LEAST_POINTS,
    LEAST_R_SQUARED,
    SOURCE_UNCERTAINTY,
    AirChange,
    Ground,
    Outdoor,
    Refusal,
    Room,
    VentilationError,
    readings_of,
)
from dsp.series import Values


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
    relative_uncertainty: float = SOURCE_UNCERTAINTY

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
        Refused with under 10 readings, a rise under 200 ppm, R² under 0.98, too short a time (λ·T under 1, with a
        source under 0.2), or a standard uncertainty over half of λ.

    Raises
    ------
    VentilationError
        As :func:`decay`.

    Notes
    -----
    C(t) = C_out + A(1 − e^(−λt)) + (C₀ − C_out)e^(−λt), A = 10⁶nG/Q and Q = λV, by least squares: for each λ the rest
    is linear, and λ is where the sum of squares is least. u(λ) is that of the fit ⊕ half the change of λ with outdoor
    CO2 ± u and with the source ± u. Gaps are harmless as long as the number of people stayed the same.

    References
    ----------
    .. [1] ASTM D6245, guide for using indoor CO2 concentrations to evaluate indoor air quality and ventilation.

    Examples
    --------
    >>> import numpy as np
    >>> minutes = np.arange(90)
    >>> found = build_up(minutes * 60_000, 420 + 1000 * (1 - np.exp(-2.0 * minutes / 60)), Outdoor())
    >>> round(found.rate, 4), round(found.asymptote)
    (2.0, 1420)
    """
    readings = readings_of(instants, co2)
    t, c = readings.instants, readings.co2
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
            f"the air change would be {rate:.2f} ± {uncertainty:.2f} per hour; expected a standard uncertainty"
            " of at most half of it",
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
            unknown = "say how many people and the room's volume, or take a longer rise"
            needs = unknown if self.rise is None else "take a longer rise"
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
