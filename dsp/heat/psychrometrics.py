"""Water vapour in air: vapour pressure, dew point, absolute humidity, wet bulb, from temperature and relative humidity.

Every function takes one value or an array and works element by element: an element's result does not depend on its
neighbours. Values a formula does not hold for are refused by name; for a series, ask the ``Domain`` for a mask first.
"""

import numpy as np
import numpy.typing as npt

from dsp.validity import Domain, Input, Values, require

STANDARD_PRESSURE = 1013.25
"""Of the standard atmosphere at sea level [hPa]."""

AIR_TEMPERATURE = Domain("air temperature", -45.0, 60.0, "°C", "Magnus formula over water, Sonntag 1990")
ICE_PRESSURE = Domain("vapour pressure", 0.005, 6.112, "hPa", "Magnus formula over ice, Sonntag 1990: -65 to 0 °C")
HUMIDITY = Domain("relative humidity", 0.0, 100.0, "%", "a share of saturation")
SOME_HUMIDITY = Domain("relative humidity", 1.0, 100.0, "%", "drier air has no dew point a sensor can tell")
VAPOUR_PRESSURE = Domain("vapour pressure", 1e-3, 200.0, "hPa", "Magnus formula, Sonntag 1990")
PRESSURE = Domain("air pressure", 500.0, 1100.0, "hPa", "inhabited places")
ALTITUDE = Domain("altitude", -500.0, 5000.0, "m", "standard atmosphere, inhabited places")
MIXING_RATIO = Domain("mixing ratio", 0.0, 0.45, "kg/kg", "air up to 60 °C at 500 hPa")

_MAGNUS, _MAGNUS_SCALE, _AT_ZERO = 17.62, 243.12, 6.112
_MAGNUS_ICE, _MAGNUS_ICE_SCALE = 22.46, 272.62
_PSYCHROMETER, _PSYCHROMETER_SLOPE = 6.53e-4, 0.000944
_STEPS = 12
"""Newton steps: quadratic from above on a convex function; the last ones change nothing."""


def saturation_pressure(temperature: npt.ArrayLike) -> Values:
    """Pressure of saturated water vapour over water, by the Magnus formula.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], −45 to 60.

    Returns
    -------
    float64 array
        [hPa].

    Raises
    ------
    OutOfRangeError
        A temperature outside, or no number.

    Notes
    -----
    e_s = 6.112·exp(17.62·t/(243.12 + t)). Under 0.4 % from the full formula from 0 to 60 °C.

    References
    ----------
    Sonntag D. (1990), Important new values of the physical constants of 1986, vapour pressure formulations based on
    the ITS-90, and psychrometer formulae, Z. Meteorol. 70, 340-344.

    Examples
    --------
    >>> round(float(saturation_pressure(20.0)), 3)
    23.326
    """
    require(Input(temperature, AIR_TEMPERATURE))
    return _saturation(_array(temperature))


def vapour_pressure(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    """Pressure of the water vapour in air [hPa].

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], −45 to 60.
    humidity : array_like of float
        Relative humidity over water [%], 0 to 100.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    e = e_s(t)·RH/100.

    Examples
    --------
    >>> round(float(vapour_pressure(25.0, 50.0)), 2)
    15.8
    """
    require(Input(temperature, AIR_TEMPERATURE), Input(humidity, HUMIDITY))
    return np.asarray(_saturation(_array(temperature)) * _array(humidity) / 100.0)


def dew_point_of(pressure: npt.ArrayLike) -> Values:
    """Temperature [°C] at which vapour of this pressure [hPa] is saturated over water: the Magnus formula turned round.

    Raises
    ------
    OutOfRangeError
        A vapour pressure outside 0.001 to 200 hPa.

    Examples
    --------
    >>> round(float(dew_point_of(saturation_pressure(12.0))), 9)
    12.0
    """
    require(Input(pressure, VAPOUR_PRESSURE))
    x = np.log(_array(pressure) / _AT_ZERO)
    return np.asarray(_MAGNUS_SCALE * x / (_MAGNUS - x))


def frost_point_of(pressure: npt.ArrayLike) -> Values:
    """Temperature [°C] at which vapour of this pressure [hPa] is saturated over ice: surfaces so cold grow frost.

    Raises
    ------
    OutOfRangeError
        A vapour pressure outside 0.005 to 6.112 hPa: above, dew forms before frost.

    Notes
    -----
    The Magnus formula over ice, e_i = 6.112·exp(22.46·t/(272.62 + t)), turned round. Up to an eighth nearer to
    0 °C than the dew point, which is over water that stays liquid under 0 °C.

    References
    ----------
    Sonntag (1990), as :func:`saturation_pressure`.

    Examples
    --------
    >>> round(float(frost_point_of(1.0324)), 2)
    -20.0
    """
    require(Input(pressure, ICE_PRESSURE))
    x = np.log(_array(pressure) / _AT_ZERO)
    return np.asarray(_MAGNUS_ICE_SCALE * x / (_MAGNUS_ICE - x))


def dew_point(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    """Dew point: the temperature down to which air can be cooled before water condenses.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], −45 to 60.
    humidity : array_like of float
        Relative humidity [%], 1 to 100.

    Returns
    -------
    float64 array
        [°C], over water also under 0 °C (frost forms a little above it: :func:`frost_point_of`).

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    Td = 243.12·x/(17.62 − x) with x = ln(e/6.112).

    References
    ----------
    Sonntag (1990), as :func:`saturation_pressure`.

    Examples
    --------
    >>> round(float(dew_point(25.0, 50.0)), 2)
    13.85
    """
    require(Input(temperature, AIR_TEMPERATURE), Input(humidity, SOME_HUMIDITY))
    x = np.log(_saturation(_array(temperature)) * _array(humidity) / 100.0 / _AT_ZERO)
    return np.asarray(_MAGNUS_SCALE * x / (_MAGNUS - x))


def absolute_humidity(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    """Mass of water vapour in a volume of air [g/m³]: what ventilation takes away and people add.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], −45 to 60.
    humidity : array_like of float
        Relative humidity [%], 0 to 100.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    216.679·e/(273.15 + t), e in hPa: the ideal gas law for water vapour.

    Examples
    --------
    >>> round(float(absolute_humidity(25.0, 50.0)), 2)
    11.48
    """
    pressure = vapour_pressure(temperature, humidity)
    return np.asarray(216.679 * pressure / (273.15 + _array(temperature)))


def mixing_ratio(
    temperature: npt.ArrayLike, humidity: npt.ArrayLike, pressure: npt.ArrayLike = STANDARD_PRESSURE
) -> Values:
    """Mass of water vapour per mass of dry air [kg/kg].

    Parameters
    ----------
    temperature, humidity : array_like of float
        [°C] and [%], as for :func:`absolute_humidity`.
    pressure : array_like of float
        Air pressure [hPa], 500 to 1100.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    w = 0.62198·e/(p − e).

    Examples
    --------
    >>> round(float(mixing_ratio(25.0, 50.0)), 4)
    0.0099
    """
    require(Input(pressure, PRESSURE))
    vapour = vapour_pressure(temperature, humidity)
    return np.asarray(0.62198 * vapour / (_array(pressure) - vapour))


def pressure_at(altitude: npt.ArrayLike) -> Values:
    """Air pressure of the standard atmosphere [hPa]: where nobody read a barometer.

    Parameters
    ----------
    altitude : array_like of float
        Above sea level [m], −500 to 5000.

    Raises
    ------
    OutOfRangeError
        An altitude outside, or no number.

    Notes
    -----
    1013.25·(1 − 2.25577e-5·z)^5.2559. The weather moves it by up to 4 %.

    References
    ----------
    ASHRAE Handbook, Fundamentals (2017), chapter 1, equation 3 (ISO 2533).

    Examples
    --------
    >>> round(float(pressure_at(1000.0)), 1)
    898.7
    """
    require(Input(altitude, ALTITUDE))
    return np.asarray(STANDARD_PRESSURE * (1.0 - 2.25577e-5 * _array(altitude)) ** 5.2559)


def heat_content(temperature: npt.ArrayLike, ratio: npt.ArrayLike) -> Values:
    """Enthalpy of moist air per mass of dry air [kJ/kg], from 0 °C on: what cooling has to take away.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], −45 to 60.
    ratio : array_like of float
        Mixing ratio [kg/kg]; see :func:`mixing_ratio`.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    1.006·t + w·(2501 + 1.86·t).

    References
    ----------
    ASHRAE Handbook, Fundamentals (2017), chapter 1, equation 30.

    Examples
    --------
    >>> round(float(heat_content(30.0, 0.02)), 1)
    81.3
    """
    require(Input(temperature, AIR_TEMPERATURE), Input(ratio, MIXING_RATIO))
    t = _array(temperature)
    return np.asarray(1.006 * t + _array(ratio) * (2501.0 + 1.86 * t))


def air_density(
    temperature: npt.ArrayLike, ratio: npt.ArrayLike, pressure: npt.ArrayLike = STANDARD_PRESSURE
) -> Values:
    """Mass of moist air in a volume [kg/m³].

    Parameters
    ----------
    temperature, ratio : array_like of float
        [°C] and [kg/kg], as for :func:`heat_content`.
    pressure : array_like of float
        Air pressure [hPa], 500 to 1100.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    (1 + w)·p/(287.042·T·(1 + 1.607858·w)).

    References
    ----------
    ASHRAE Handbook, Fundamentals (2017), chapter 1, equations 11 and 26.

    Examples
    --------
    >>> round(float(air_density(20.0, 0.0)), 3)
    1.204
    """
    require(Input(temperature, AIR_TEMPERATURE), Input(ratio, MIXING_RATIO), Input(pressure, PRESSURE))
    w = _array(ratio)
    return np.asarray(
        100.0 * _array(pressure) * (1.0 + w) / (287.042 * (_array(temperature) + 273.15) * (1.0 + 1.607858 * w))
    )


def wet_bulb(
    temperature: npt.ArrayLike, humidity: npt.ArrayLike, pressure: npt.ArrayLike = STANDARD_PRESSURE
) -> Values:
    """Psychrometric wet-bulb temperature: what a wetted, ventilated and shaded thermometer shows.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], −45 to 60.
    humidity : array_like of float
        Relative humidity [%], 0 to 100.
    pressure : array_like of float
        Air pressure [hPa], 500 to 1100.

    Returns
    -------
    float64 array
        [°C], between the dew point and the air temperature. Over water, also where the wick would be frozen.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    Solves e_s(t_w) − 6.53e-4·(1 + 0.000944·t_w)·p·(t − t_w) = e by Newton's method from t downwards: the left side is
    convex and increasing in t_w, so every step stays above the solution. The natural wet bulb of WBGT, which is neither
    ventilated nor shaded, is another one: see :mod:`dsp.heat.wbgt`.

    References
    ----------
    Sonntag (1990), as :func:`saturation_pressure`; psychrometer formula for an aspirated psychrometer.

    Examples
    --------
    >>> round(float(wet_bulb(30.0, 50.0)), 2)
    22.09
    """
    require(Input(temperature, AIR_TEMPERATURE), Input(humidity, HUMIDITY), Input(pressure, PRESSURE))
    t, p = _array(temperature), _array(pressure)
    vapour = _saturation(t) * _array(humidity) / 100.0
    wet = t + 0.0 * (vapour + p)
    for _ in range(_STEPS):
        saturated = _saturation(wet)
        steep = _PSYCHROMETER * p * (_PSYCHROMETER_SLOPE * (t - wet) - (1.0 + _PSYCHROMETER_SLOPE * wet))
        slope = saturated * _MAGNUS * _MAGNUS_SCALE / (_MAGNUS_SCALE + wet) ** 2 - steep
        excess = saturated - _PSYCHROMETER * (1.0 + _PSYCHROMETER_SLOPE * wet) * p * (t - wet) - vapour
        wet = wet - excess / slope
    return np.asarray(wet)


def _saturation(temperature: Values) -> Values:
    return np.asarray(_AT_ZERO * np.exp(_MAGNUS * temperature / (_MAGNUS_SCALE + temperature)))


def _array(values: npt.ArrayLike) -> Values:
    return np.asarray(values, np.float64)
