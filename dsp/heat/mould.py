"""Could mould grow? What a sensor in the middle of a room can and cannot say about it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.schedule import Interval
from dsp.batch import lay_out, summarise
from dsp.derived import Derivation, derive
from dsp.heat.psychrometrics import AIR_TEMPERATURE, HUMIDITY, SOME_HUMIDITY, dew_point_of, vapour_pressure
from dsp.series import Series
from dsp.validity import Domain, Input, Mask, Values, require

MOULD_TEMPERATURE = Domain("temperature", 0.0, 50.0, "°C", "mould growth model of Hukka and Viitanen")
SURFACE_HUMIDITY = 80.0
"""Relative humidity at a surface from which mould is reckoned with (ISO 13788 and Hukka-Viitanen above 20 °C) [%]."""


def critical_humidity(temperature: npt.ArrayLike) -> Values:
    """Relative humidity [%] under which mould does not start to grow on wood, however long it lasts.

    Parameters
    ----------
    temperature : array_like of float
        Of the surface [°C], 0 to 50.

    Raises
    ------
    OutOfRangeError
        A temperature outside.

    Notes
    -----
    −0.00267·T³ + 0.160·T² − 3.13·T + 100 up to 20 °C, 80 % above. Growth takes weeks to months over it; plaster and
    paint bear more than wood.

    References
    ----------
    Hukka A., Viitanen H. A. (1999), A mathematical model of mould growth on wooden material, Wood Sci. Technol. 33,
    475-485, doi:10.1007/s002260050131.

    Examples
    --------
    >>> [round(float(critical_humidity(t)), 1) for t in (5.0, 15.0, 25.0)]
    [88.0, 80.0, 80.0]
    """
    require(Input(temperature, MOULD_TEMPERATURE))
    t = np.asarray(temperature, np.float64)
    cold = -0.00267 * t**3 + 0.160 * t**2 - 3.13 * t + 100.0
    return np.asarray(np.where(t <= 20.0, np.maximum(cold, SURFACE_HUMIDITY), SURFACE_HUMIDITY))


def humid_surface_temperature(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    """How cold a surface must be for the room's air to reach 80 % on it [°C]: colder ones may grow mould.

    Parameters
    ----------
    temperature, humidity : array_like of float
        Of the room's air [°C], [%].

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    The temperature at which e/e_s = 0.8. A room sensor knows the air, not the walls: whether a corner, a window reveal
    or a pipe is that cold takes a thermometer on the surface. Condensation needs the dew point, about 3.5 °C lower.

    References
    ----------
    ISO 13788:2012, 5 (critical surface humidity 80 %).

    Examples
    --------
    >>> round(float(humid_surface_temperature(21.0, 60.0)), 1)
    16.4
    """
    require(Input(humidity, SOME_HUMIDITY))
    return dew_point_of(vapour_pressure(temperature, humidity) / (SURFACE_HUMIDITY / 100.0))


class MouldError(ValueError):
    """Nothing to judge."""


@dataclass(frozen=True, slots=True)
class MouldTime:
    """How long a room's air was over the critical humidity, and how cold a surface had to be to be damp.

    Attributes
    ----------
    measured : float
        Time temperature and humidity stood together where the curve holds [s].
    outside : float
        Time they stood outside of it [s]: under 0 °C, over 50 °C.
    over, over_low, over_high : float
        Share of ``measured`` with the air over the curve, and for humidities 1.645 u lower and higher [1].
    longest : Interval or None
        The longest run over the curve [ms UTC]; a silence ends one.
    surface_mean, surface_p95 : float
        Temperature of a surface on which the air reached 80 % [°C]: mean, and the value only 5 % of the time over.
    """

    measured: float
    outside: float
    over: float
    over_low: float
    over_high: float
    longest: Interval | None
    surface_mean: float
    surface_p95: float


def mould_time(temperature: Series, humidity: Series, u_humidity: float) -> MouldTime:
    """How long a room's air was over the critical humidity, and how cold a surface had to be to be damp.

    Parameters
    ----------
    temperature, humidity : Series
        Of one kit [°C], [%].
    u_humidity : float
        Standard uncertainty of the humidity [%].

    Raises
    ------
    MouldError
        Temperature and humidity never stood together where the curve holds.

    Notes
    -----
    Time a value stands for is counted, missing time counts neither way. It is no growth index: mould needs weeks to
    months over the curve, and dies back slower than it dries.

    References
    ----------
    Hukka and Viitanen (1999), doi:10.1007/s002260050131; ISO 13788:2012, 5.

    Examples
    --------
    >>> from catalog.quantities import Averaging
    >>> from dsp.series import build
    >>> def hours(*values):
    ...     return build([3_600_000 * (i + 1) for i in range(len(values))], values, [1] * len(values), 3600, 3600,
    ...                  Averaging.ARITHMETIC)
    >>> found = mould_time(hours(21, 21, 21, 21), hours(60, 85, 90, 60), 3.0)
    >>> found.over, found.longest.length / 3_600_000
    (0.5, 2.0)
    """
    excess, surface = derive([_OVER, _SURFACE], temperature, humidity)
    weights = excess.series.weights
    measured = int(weights.sum())
    if not measured or not len(surface.series):
        raise MouldError("temperature and humidity never stood together between 0 and 50 °C; nothing to judge")
    doubt = 1.645 * u_humidity
    low, over, high = (
        float(weights[excess.series.values > beyond].sum()) / measured for beyond in (doubt, 0.0, -doubt)
    )
    on_surfaces = surface.series
    whole = Interval(int(on_surfaces.instants[0] - on_surfaces.weights[0]), int(on_surfaces.instants[-1]))
    found = summarise(on_surfaces, lay_out([(whole,)]), (5,))
    return MouldTime(
        measured / 1000.0,
        excess.outside / 1000.0,
        over,
        low,
        high,
        _longest(excess.series, excess.series.values > 0.0),
        float(found.integral[0] / found.valid[0]),
        found.percentiles.item(),
    )


def _excess(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    return np.asarray(np.asarray(humidity, np.float64) - critical_humidity(temperature))


_OVER = Derivation(_excess, MOULD_TEMPERATURE, HUMIDITY)
_SURFACE = Derivation(humid_surface_temperature, AIR_TEMPERATURE, SOME_HUMIDITY)


def _longest(series: Series, over: Mask) -> Interval | None:
    """The longest time without a break that a condition held."""
    if not over.any():
        return None
    starts = series.instants - series.weights
    joined = over[1:] & over[:-1] & (starts[1:] == series.instants[:-1])
    first = np.flatnonzero(over & np.concatenate([[True], ~joined]))
    last = np.flatnonzero(over & np.concatenate([~joined, [True]]))
    lengths = series.instants[last] - starts[first]
    best = int(lengths.argmax())
    return Interval(int(starts[first[best]]), int(series.instants[last[best]]))
