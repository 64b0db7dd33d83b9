"""Could mould grow? What a sensor in the middle of a room can and cannot say about it."""

import numpy as np
import numpy.typing as npt

from dsp.psychrometrics import HUMIDITY, SOME_HUMIDITY, dew_point_of, vapour_pressure
from dsp.validity import Domain, Input, Values, require

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


def growth_possible(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Whether the *air* itself is over the critical humidity: then every surface not warmer than it is, too.

    Parameters
    ----------
    temperature, humidity : array_like of float
        Of the room's air [°C] 0 to 50, [%].

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Examples
    --------
    >>> growth_possible([21.0, 21.0], [60.0, 85.0]).tolist()
    [False, True]
    """
    require(Input(temperature, MOULD_TEMPERATURE), Input(humidity, HUMIDITY))
    return np.asarray(np.asarray(humidity, np.float64) > critical_humidity(temperature))
