"""Felt heat in one number: Humidex and the heat index of the US weather service; words for people, no limits."""

import numpy as np
import numpy.typing as npt

from dsp.heat.psychrometrics import HUMIDITY, SOME_HUMIDITY, dew_point
from dsp.validity import Domain, Input, Values, require

HUMIDEX_TEMPERATURE = Domain("air temperature", 10.0, 60.0, "°C", "Humidex")
HEAT_INDEX_TEMPERATURE = Domain("air temperature", 10.0, 50.0, "°C", "NWS heat index")


def humidex(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    """Humidex, Canada's felt temperature in the shade [°C-like, no unit].

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], 10 to 60.
    humidity : array_like of float
        Relative humidity [%], 1 to 100.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    t + 5/9·(6.11·exp(5417.753·(1/273.16 − 1/(273.15 + Td))) − 10). A variant with another vapour pressure ("rana" in
    pythermalcomfort, its default) reads up to 0.5 less.

    References
    ----------
    Masterson J., Richardson F. A. (1979), Humidex: a method of quantifying human discomfort due to excessive heat and
    humidity, Environment Canada CLI 1-79.

    Examples
    --------
    >>> round(float(humidex(30.0, 50.0)), 1)
    36.3
    """
    require(Input(temperature, HUMIDEX_TEMPERATURE), Input(humidity, SOME_HUMIDITY))
    t = np.asarray(temperature, np.float64)
    vapour = 6.11 * np.exp(5417.753 * (1.0 / 273.16 - 1.0 / (273.15 + dew_point(t, humidity))))
    return np.asarray(t + 5.0 / 9.0 * (vapour - 10.0))


def heat_index(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    """Heat index of the US National Weather Service [°C]: felt temperature in the shade with a light wind.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], 10 to 50.
    humidity : array_like of float
        Relative humidity [%], 0 to 100.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    In °F: Steadman's simple formula where its mean with the temperature stays under 80, else Rothfusz' regression with
    the two humidity adjustments. Libraries that give the regression alone differ where it does not hold.

    References
    ----------
    NWS, The heat index equation (Weather Prediction Center); Rothfusz L. P. (1990), SR 90-23.

    Examples
    --------
    >>> round(float(heat_index(30.0, 80.0)), 1)
    37.7
    """
    require(Input(temperature, HEAT_INDEX_TEMPERATURE), Input(humidity, HUMIDITY))
    t = np.asarray(temperature, np.float64) * 1.8 + 32.0
    rh = np.asarray(humidity, np.float64)
    simple = 0.5 * (t + 61.0 + (t - 68.0) * 1.2 + rh * 0.094)
    average = 0.5 * (simple + t)
    regression = (
        -42.379
        + 2.04901523 * t
        + 10.14333127 * rh
        - 0.22475541 * t * rh
        - 6.83783e-3 * t * t
        - 5.481717e-2 * rh * rh
        + 1.22874e-3 * t * t * rh
        + 8.5282e-4 * t * rh * rh
        - 1.99e-6 * t * t * rh * rh
    )
    dry = (rh < 13.0) & (t >= 80.0) & (t <= 112.0)
    damp = (rh > 85.0) & (t >= 80.0) & (t <= 87.0)
    lowered = (13.0 - rh) / 4.0 * np.sqrt(np.maximum(17.0 - np.abs(t - 95.0), 0.0) / 17.0)
    raised = (rh - 85.0) / 10.0 * (87.0 - t) / 5.0
    full = regression - np.where(dry, lowered, 0.0) + np.where(damp, raised, 0.0)
    return np.asarray((np.where(average < 80.0, simple, full) - 32.0) / 1.8)
