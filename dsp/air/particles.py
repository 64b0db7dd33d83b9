"""Optical particle readings and humidity: κ-Köhler growth and the published corrections of one maker's sensor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from catalog.corrections import HIGHEST_KAPPA, CorrectionMethod

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HUMIDITY_CAP = 85.0
"""Relative humidity [%] above which κ-Köhler is not followed further: a point of humidity error then moves the mass by
more than 5 %."""

_DENSITY = 1.65
"""Density of dry particles relative to water [1], as Crilley et al. take it."""
_BARKJOHN_2022_SMOKE = 343.0


class ParticleError(ValueError):
    """Humidity or κ outside what they can be; the message says which value."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """Corrected readings and which of them to doubt.

    Attributes
    ----------
    values : float64 array, shape (n,)
        Dry mass concentration [µg/m³].
    suspect : bool array, shape (n,)
        Humidity above the cap, or a result below zero that was set to zero, or humidity outside 0–100 %.
    """

    values: Values
    suspect: Flags


def growth_factor(humidity: npt.ArrayLike, kappa: float) -> Values:
    """How much wider a particle is in humid air than dry.

    Parameters
    ----------
    humidity : array_like of float, shape (n,)
        Relative humidity [%], 0 up to but not 100.
    kappa : float
        Hygroscopicity κ [1]: 0 for mineral and wood dust, 0.3 to 0.6 for outdoor aerosol, unknown for most workshops.

    Returns
    -------
    float64 array, shape (n,)
        Wet over dry diameter [1].

    Raises
    ------
    ParticleError
        Humidity or κ out of range.

    Notes
    -----
    gf = (1 + κ·a_w/(1 − a_w))^(1/3), a_w = RH/100.

    References
    ----------
    .. [1] Petters, M. D., Kreidenweis, S. M. (2007), Atmos. Chem. Phys. 7, 1961–1971, doi:10.5194/acp-7-1961-2007.

    Examples
    --------
    >>> growth_factor([50, 85], 0.4).round(3).tolist()
    [1.119, 1.484]
    """
    activity = _activity(humidity, kappa)
    return np.asarray(np.cbrt(1.0 + kappa * activity / (1.0 - activity)), dtype=np.float64)


def mass_factor(humidity: npt.ArrayLike, kappa: float) -> Values:
    """What an optical reading in humid air is to the dry mass, by κ-Köhler, without a cap.

    Parameters
    ----------
    humidity : array_like of float, shape (n,)
        Relative humidity [%], 0 up to but not 100.
    kappa : float
        Hygroscopicity κ [1].

    Returns
    -------
    float64 array, shape (n,)
        Factor [1], at least 1: dry mass is the reading divided by it.

    Raises
    ------
    ParticleError
        Humidity or κ out of range.

    Notes
    -----
    1 + (κ/1.65)/(1/a_w − 1), the dry density taken as 1.65 times that of water.

    References
    ----------
    .. [1] Crilley, L. R. et al. (2018), Atmos. Meas. Tech. 11, 709–720, doi:10.5194/amt-11-709-2018.

    Examples
    --------
    >>> mass_factor([50, 85, 95], 0.4).round(3).tolist()
    [1.242, 2.374, 5.606]
    """
    activity = _activity(humidity, kappa)
    return np.asarray(1.0 + kappa / _DENSITY * activity / (1.0 - activity), dtype=np.float64)


def kappa_koehler(
    reading: npt.ArrayLike, humidity: npt.ArrayLike, kappa: float, cap: float = HUMIDITY_CAP
) -> Corrected:
    """Dry mass of optical particle readings, by κ-Köhler with a cap.

    Parameters
    ----------
    reading : array_like of float, shape (n,)
        As the sensor says [µg/m³].
    humidity : array_like of float, shape (n,)
        Relative humidity at the sensor [%].
    kappa : float
        Hygroscopicity κ [1], 0 to 1.5.
    cap : float
        Above this humidity [%] the factor stays that of the cap; 80 to 95.

    Returns
    -------
    Corrected
        Suspect where the humidity is above the cap or is none (below 0 or above 100 %).

    Raises
    ------
    ParticleError
        κ or the cap is out of range.

    Notes
    -----
    reading / :func:`mass_factor`. κ of workshop dust is unknown: with a guessed κ the result is an indication.
    Above the cap water is under-corrected, so the value is an upper estimate. A NaN reading or humidity stays
    NaN, suspect.

    References
    ----------
    .. [1] Crilley, L. R. et al. (2018), Atmos. Meas. Tech. 11, 709–720, doi:10.5194/amt-11-709-2018.

    Examples
    --------
    >>> kappa_koehler([100.0, 100.0], [50.0, 99.0], 0.4)
    Corrected(values=array([80.48780488, 42.12765957]), suspect=array([False,  True]))
    """
    if not 80.0 <= cap <= 95.0:
        raise ParticleError(f"cap is {cap:g} %; expected 80 to 95 %")
    raw, rh = _columns(reading, humidity)
    suspect = ~((rh >= 0.0) & (rh <= cap))
    return Corrected(raw / mass_factor(np.clip(rh, 0.0, cap), kappa), suspect)


def epa_airnow_2021(cf_atm: npt.ArrayLike, humidity: npt.ArrayLike) -> Corrected:
    """PM2.5 of PurpleAir sensors as the AirNow Fire and Smoke Map showed it from October 2021.

    Parameters
    ----------
    cf_atm : array_like of float, shape (n,)
        The sensor's ``cf_atm`` channel [µg/m³]; the mean of its two lasers.
    humidity : array_like of float, shape (n,)
        The PurpleAir's own relative humidity [%].

    Returns
    -------
    Corrected
        Below zero is set to zero and suspect.

    Warnings
    --------
    Fitted to Plantower lasers outdoors, urban air and smoke, against 24 h and 1 h reference stations in the USA. For
    another sensor or for workshop dust it is wrong; it adds up to 5.75 µg/m³ to clean air.

    Notes
    -----
    x < 30: 0.524x − 0.0862RH + 5.75; 50–210: 0.786x − 0.0862RH + 5.75; ≥ 260: 2.966 + 0.69x + 8.84·10⁻⁴x²; in between a
    linear blend of its neighbours. It is continuous.

    References
    ----------
    .. [1] US EPA, AirNow Fire and Smoke Map correction of October 2021 (piecewise form).

    Examples
    --------
    >>> epa_airnow_2021([10.0, 235.0], [50.0, 50.0]).values.round(3).tolist()
    [6.68, 200.042]
    """
    x, rh = _columns(cf_atm, humidity)
    to_urban = np.clip(x / 20.0 - 1.5, 0.0, 1.0)
    to_smoke = np.clip(x / 50.0 - 4.2, 0.0, 1.0)
    slope = 0.524 + (0.786 - 0.524) * to_urban
    below = slope * x - 0.0862 * rh + 5.75
    smoke = 2.966 + 0.69 * x + 8.84e-4 * x * x
    return _clipped(below * (1.0 - to_smoke) + smoke * to_smoke, rh)


def barkjohn_2021(cf_1: npt.ArrayLike, humidity: npt.ArrayLike) -> Corrected:
    """PM2.5 of PurpleAir sensors by the US-wide correction of 2021.

    Parameters
    ----------
    cf_1 : array_like of float, shape (n,)
        The sensor's ``cf_1`` channel [µg/m³], 24 h means in the fit.
    humidity : array_like of float, shape (n,)
        The PurpleAir's own relative humidity [%].

    Returns
    -------
    Corrected
        Below zero is set to zero and suspect.

    Warnings
    --------
    Plantower lasers outdoors in the USA only; see :func:`epa_airnow_2021`.

    Notes
    -----
    0.52·cf_1 − 0.086·RH + 5.75.

    References
    ----------
    .. [1] Barkjohn, K. K., Gantt, B., Clements, A. L. (2021), Atmos. Meas. Tech. 14, 4617–4637,
       doi:10.5194/amt-14-4617-2021.

    Examples
    --------
    >>> barkjohn_2021([100.0], [50.0]).values.round(2).tolist()
    [53.45]
    """
    x, rh = _columns(cf_1, humidity)
    return _clipped(0.52 * x - 0.086 * rh + 5.75, rh)


def barkjohn_2022(cf_1: npt.ArrayLike, humidity: npt.ArrayLike) -> Corrected:
    """PM2.5 of PurpleAir sensors, the 2021 correction with a curve of its own for heavy smoke.

    Parameters
    ----------
    cf_1 : array_like of float, shape (n,)
        The sensor's ``cf_1`` channel [µg/m³].
    humidity : array_like of float, shape (n,)
        The PurpleAir's own relative humidity [%].

    Returns
    -------
    Corrected
        Below zero is set to zero and suspect.

    Warnings
    --------
    Plantower lasers outdoors in the USA only; see :func:`epa_airnow_2021`.

    Notes
    -----
    :func:`barkjohn_2021` below 343 µg/m³; from there 0.46·cf_1 + 3.93·10⁻⁴·cf_1² + 2.97. The two pieces do *not* meet:
    at 343 µg/m³ and 50 % the second is 27 µg/m³ higher.

    References
    ----------
    .. [1] Barkjohn, K. K. et al. (2022), Sensors 22, 9669, doi:10.3390/s22249669.

    Examples
    --------
    >>> barkjohn_2022([100.0, 400.0], [50.0, 50.0]).values.round(2).tolist()
    [53.45, 249.85]
    """
    x, rh = _columns(cf_1, humidity)
    usual = 0.52 * x - 0.086 * rh + 5.75
    smoke = 0.46 * x + 3.93e-4 * x * x + 2.97
    return _clipped(np.where(x >= _BARKJOHN_2022_SMOKE, smoke, usual), rh)


Vendor = Callable[[npt.ArrayLike, npt.ArrayLike], Corrected]
VENDOR: Mapping[CorrectionMethod, Vendor] = MappingProxyType(
    {
        CorrectionMethod.EPA_AIRNOW_2021: epa_airnow_2021,
        CorrectionMethod.BARKJOHN_2021: barkjohn_2021,
        CorrectionMethod.BARKJOHN_2022: barkjohn_2022,
    }
)
"""Corrections without a parameter; each is for PM2.5 of one maker's sensor only."""

CHANNEL: Mapping[CorrectionMethod, str] = MappingProxyType(
    {
        CorrectionMethod.EPA_AIRNOW_2021: "cf_atm",
        CorrectionMethod.BARKJOHN_2021: "cf_1",
        CorrectionMethod.BARKJOHN_2022: "cf_1",
    }
)
"""Which of the sensor's two mass channels a vendor correction is for."""


def correct(
    method: CorrectionMethod, kappa: float | None, reading: npt.ArrayLike, humidity: npt.ArrayLike
) -> Corrected:
    """Readings [µg/m³] corrected by a named method.

    Raises
    ------
    ParticleError
        κ is missing for κ-Köhler, or out of range.

    Examples
    --------
    >>> correct(CorrectionMethod.BARKJOHN_2021, None, [0.0], [90.0])
    Corrected(values=array([0.]), suspect=array([ True]))
    """
    if method is not CorrectionMethod.KAPPA_KOEHLER:
        return VENDOR[method](reading, humidity)
    if kappa is None:
        raise ParticleError("kappa is missing; kappa-koehler needs the dust's κ, e.g. 0.4 (0 for mineral or wood dust)")
    return kappa_koehler(reading, humidity, kappa)


def _columns(reading: npt.ArrayLike, humidity: npt.ArrayLike) -> tuple[Values, Values]:
    raw, rh = np.broadcast_arrays(np.asarray(reading, np.float64), np.asarray(humidity, np.float64))
    return raw, rh


def _clipped(values: Values, humidity: Values) -> Corrected:
    suspect = (values < 0.0) | ~((humidity >= 0.0) & (humidity <= 100.0))
    return Corrected(np.asarray(np.where(values < 0.0, 0.0, values), dtype=np.float64), suspect)


def _activity(humidity: npt.ArrayLike, kappa: float) -> Values:
    if not 0.0 <= kappa <= HIGHEST_KAPPA:
        raise ParticleError(f"kappa is {kappa:g}; expected 0 to {HIGHEST_KAPPA:g}")
    rh = np.asarray(humidity, dtype=np.float64)
    wrong = (rh < 0.0) | (rh >= 100.0)
    if wrong.any():
        raise ParticleError(f"humidity is {rh[wrong].flat[0]:g} %; expected 0 up to, but not, 100 %")
    return rh / 100.0
