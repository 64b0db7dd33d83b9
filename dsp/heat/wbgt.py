"""Heat at work: WBGT measured or estimated, reference values, and what may be said without a globe thermometer."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from catalog.limits import Limit, limit
from dsp.heat.psychrometrics import SOME_HUMIDITY, dew_point
from dsp.validity import Domain, Input, Values, require

BERNARD_TEMPERATURE = Domain("air temperature", 0.0, 50.0, "°C", "WBGT estimate of Bernard")
WIND = Domain("air speed", 0.3, 3.0, "m/s", "WBGT estimate of Bernard")
NATURAL_WET_BULB = Domain("natural wet bulb temperature", 0.0, 50.0, "°C", "ISO 7243")
GLOBE = Domain("globe temperature", 0.0, 150.0, "°C", "ISO 7243")
METABOLIC_RATE = Domain("metabolic rate", 100.0, 600.0, "W", "NIOSH 2016-106")

WORKPLACE_WIND = 1.0
"""Air speed assumed where nobody measured it: people move [m/s]."""
WITHOUT_GLOBE = 2.0
"""Within so much of the reference value an estimate without a globe asks for a globe measurement [°C]."""

_RADIANT = 4.0
_STEPS = 12
_BOTH_MEASURED, _NATURAL_ESTIMATED, _NO_GLOBE = 0.5, 1.0, 1.5


class Basis(Enum):
    """What a WBGT rests on; each has its own standard uncertainty of the method."""

    MEASURED = "globe and natural wet bulb measured (ISO 7243)"
    GLOBE = "globe measured, natural wet bulb estimated"
    ESTIMATED = "estimated from temperature and humidity, no globe"

    @property
    def uncertainty(self) -> float:
        """Standard uncertainty of the method alone [°C]: an engineering proposal; without a globe at least 1.5 °C."""
        if self is Basis.MEASURED:
            return _BOTH_MEASURED
        return _NATURAL_ESTIMATED if self is Basis.GLOBE else _NO_GLOBE


class MetabolicClass(Enum):
    """How hard the work is (ISO 7243:2017, annex A, and ISO 8996), by its metabolic rate."""

    RESTING = 0
    LIGHT = 1
    MODERATE = 2
    HEAVY = 3
    VERY_HEAVY = 4

    @property
    def watts(self) -> float:
        """Typical metabolic rate [W]."""
        return (115.0, 180.0, 300.0, 415.0, 520.0)[self.value]


class Acclimatisation(Enum):
    """Whether a body is used to the heat: a week or two of work in it."""

    ACCLIMATISED = "acclimatised"
    NOT_ACCLIMATISED = "unacclimatised"


class Clothing(Enum):
    """What is worn, by how much it adds to the WBGT."""

    WORK_CLOTHES = "work-clothes"
    DOUBLE_LAYER = "double-layer"
    VAPOUR_BARRIER = "vapour-barrier"

    @property
    def adjustment(self) -> float:
        """Clothing adjustment value [°C]: 0, 3, 11. Published values of barriers run from 10 to 12 and were not
        checked against the standard."""
        return {Clothing.WORK_CLOTHES: 0.0, Clothing.DOUBLE_LAYER: 3.0, Clothing.VAPOUR_BARRIER: 11.0}[self]

    @property
    def uncertainty(self) -> float:
        """Standard uncertainty of the adjustment [°C]: an engineering proposal."""
        return {Clothing.WORK_CLOTHES: 0.0, Clothing.DOUBLE_LAYER: 0.5, Clothing.VAPOUR_BARRIER: 1.0}[self]


class HeatIndication(Enum):
    """What a WBGT says about a reference value."""

    BELOW = "no exceedance indicated"
    MEASURE = "inconclusive"
    ABOVE = "exceedance indicated"


def wbgt(natural_wet_bulb: npt.ArrayLike, globe: npt.ArrayLike) -> Values:
    """WBGT [°C] indoors, or outdoors without sun, from the two thermometers of the standard.

    Parameters
    ----------
    natural_wet_bulb : array_like of float
        Of a wetted thermometer neither ventilated nor shaded [°C].
    globe : array_like of float
        Of a black globe of 150 mm [°C].

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    0.7·t_nw + 0.3·t_g.

    References
    ----------
    ISO 7243:2017, 4; formula as in the validation tables of pythermalcomfort.

    Examples
    --------
    >>> round(float(wbgt(25.0, 32.0)), 1)
    27.1
    """
    require(Input(natural_wet_bulb, NATURAL_WET_BULB), Input(globe, GLOBE))
    return np.asarray(0.7 * np.asarray(natural_wet_bulb, np.float64) + 0.3 * np.asarray(globe, np.float64))


def wbgt_in_sun(natural_wet_bulb: npt.ArrayLike, globe: npt.ArrayLike, temperature: npt.ArrayLike) -> Values:
    """WBGT [°C] in the sun: 0.7·t_nw + 0.2·t_g + 0.1·t_a (ISO 7243:2017, 4).

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Examples
    --------
    >>> round(float(wbgt_in_sun(25.0, 32.0, 20.0)), 1)
    25.9
    """
    require(Input(natural_wet_bulb, NATURAL_WET_BULB), Input(globe, GLOBE), Input(temperature, BERNARD_TEMPERATURE))
    natural, radiant = np.asarray(natural_wet_bulb, np.float64), np.asarray(globe, np.float64)
    return np.asarray(0.7 * natural + 0.2 * radiant + 0.1 * np.asarray(temperature, np.float64))


def bernard_wet_bulb(temperature: npt.ArrayLike, humidity: npt.ArrayLike) -> Values:
    """Psychrometric wet bulb [°C] as Bernard's estimate takes it, 0.1 °C from :func:`dsp.heat.psychrometrics.wet_bulb`.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], 0 to 50.
    humidity : array_like of float
        Relative humidity [%], 1 to 100.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    Solves 1556·(e − e_w) − 1.484·(e − e_w)·T + 1010·(t_a − T) = 0, e_w = 6.106·exp(17.27·T/(237.3 + T)) and e the same
    of the dew point [hPa], by Newton's method from t_a.

    References
    ----------
    Lemke B., Kjellstrom T. (2012), Calculating workplace WBGT from meteorological data, Ind. Health 50, 267-278,
    doi:10.2486/indhealth.MS1352; constants as in the R package HeatStress.

    Examples
    --------
    >>> round(float(bernard_wet_bulb(30.0, 50.0)), 2)
    22.04
    """
    require(Input(temperature, BERNARD_TEMPERATURE), Input(humidity, SOME_HUMIDITY))
    t = np.asarray(temperature, np.float64)
    vapour = _bernard_saturation(dew_point(t, humidity))
    wet = t + 0.0 * vapour
    for _ in range(_STEPS):
        saturated = _bernard_saturation(wet)
        factor = 1556.0 - 1.484 * wet
        steep = saturated * 17.27 * 237.3 / (237.3 + wet) ** 2
        excess = factor * (vapour - saturated) + 1010.0 * (t - wet)
        wet = wet - excess / (-1.484 * (vapour - saturated) - factor * steep - 1010.0)
    return np.asarray(wet)


def natural_wet_bulb(
    temperature: npt.ArrayLike,
    humidity: npt.ArrayLike,
    globe: npt.ArrayLike | None = None,
    wind: npt.ArrayLike = WORKPLACE_WIND,
) -> Values:
    """Natural wet-bulb temperature [°C], estimated from temperature and humidity.

    Parameters
    ----------
    temperature, humidity : array_like of float
        [°C] 0 to 50, [%] 1 to 100.
    globe : array_like of float, optional
        Globe temperature [°C]; from 4 °C above the air on, its radiation warms the wick.
    wind : array_like of float
        Air speed at the worker [m/s], 0.3 to 3.

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    t_a − C·(t_a − t_pwb) with C = 0.96 + 0.069·lg v; with radiation t_pwb + 0.25·(t_g − t_a) + e, e = 0.1/v^1.1 − 0.2
    up to 1 m/s and −0.1 beyond.

    References
    ----------
    Bernard T. E., Pourmoghani M. (1999), Prediction of workplace wet bulb global temperature, Appl. Occup. Environ.
    Hyg. 14, 126-134, equations 1 and 2, as transcribed in public implementations.
    """
    require(Input(wind, WIND))
    t, v = np.asarray(temperature, np.float64), np.asarray(wind, np.float64)
    wet = bernard_wet_bulb(temperature, humidity)
    shaded = t - (0.96 + 0.069 * np.log10(v)) * (t - wet)
    if globe is None:
        return np.asarray(shaded)
    require(Input(globe, GLOBE))
    radiation = np.asarray(globe, np.float64) - t
    warmed = wet + 0.25 * radiation + np.where(v <= 1.0, 0.1 / v**1.1 - 0.2, -0.1)
    return np.asarray(np.where(radiation >= _RADIANT, warmed, shaded))


def wbgt_estimate(temperature: npt.ArrayLike, humidity: npt.ArrayLike, wind: npt.ArrayLike = WORKPLACE_WIND) -> Values:
    """WBGT indoors estimated from temperature and humidity where nothing radiates.

    Parameters
    ----------
    temperature : array_like of float
        Air temperature [°C], 0 to 50.
    humidity : array_like of float
        Relative humidity [%], 1 to 100.
    wind : array_like of float
        Air speed at the worker [m/s], 0.3 to 3; 1 where nobody measured it.

    Returns
    -------
    float64 array
        [°C].

    Raises
    ------
    OutOfRangeError
        Naming each input with a value outside.

    Notes
    -----
    0.67·t_pwb + 0.33·t_a − 0.048·lg(v)·(t_a − t_pwb), t_pwb of :func:`bernard_wet_bulb`. It takes the globe for as warm
    as the air: near an oven, molten metal or glass in the sun the true WBGT is higher by any amount, and no humidity
    sensor can know. Its standard uncertainty is at least 1.5 °C (:class:`Basis`).

    References
    ----------
    Lemke and Kjellstrom (2012), as :func:`bernard_wet_bulb`. Not the "simplified WBGT" of the Australian Bureau of
    Meteorology, which assumes sun and reads 4 to 6 °C too much indoors.

    Examples
    --------
    >>> round(float(wbgt_estimate(30.0, 50.0)), 2)
    24.67
    """
    require(Input(temperature, BERNARD_TEMPERATURE), Input(humidity, SOME_HUMIDITY), Input(wind, WIND))
    t, v = np.asarray(temperature, np.float64), np.asarray(wind, np.float64)
    wet = bernard_wet_bulb(temperature, humidity)
    return np.asarray(0.67 * wet + 0.33 * t - 0.048 * np.log10(v) * (t - wet))


def reference_limit(work: MetabolicClass, acclimatisation: Acclimatisation) -> Limit:
    """The WBGT reference value of ISO 7243:2017, table A.1, as the limits table has it, with whether it was verified.

    Examples
    --------
    >>> reference_limit(MetabolicClass.MODERATE, Acclimatisation.ACCLIMATISED).value
    28.0
    """
    values = {
        Acclimatisation.ACCLIMATISED: (33, 30, 28, 26, 25),
        Acclimatisation.NOT_ACCLIMATISED: (32, 29, 26, 23, 20),
    }
    value = values[acclimatisation][work.value]
    return limit(f"heat-wbgt-iso7243-class{work.value}-{acclimatisation.value}-{value}")


def niosh_limit(metabolic_rate: float, acclimatisation: Acclimatisation) -> float:
    """WBGT [°C] of the NIOSH recommended exposure limit (acclimatised) or alert limit (not), by metabolic rate [W].

    Raises
    ------
    OutOfRangeError
        A metabolic rate outside 100 to 600 W.

    Notes
    -----
    REL = 56.7 − 11.5·lg M, RAL = 59.9 − 14.1·lg M. For an unacclimatised body it is less strict than ISO 7243.

    References
    ----------
    NIOSH, Criteria for a recommended standard: occupational exposure to heat and hot environments, 2016-106.

    Examples
    --------
    >>> round(niosh_limit(300.0, Acclimatisation.NOT_ACCLIMATISED), 1)
    25.0
    """
    require(Input(metabolic_rate, METABOLIC_RATE))
    if acclimatisation is Acclimatisation.ACCLIMATISED:
        return 56.7 - 11.5 * math.log10(metabolic_rate)
    return 59.9 - 14.1 * math.log10(metabolic_rate)


@dataclass(frozen=True, slots=True)
class Heat:
    """A WBGT with what is worn, and how sure it is.

    Attributes
    ----------
    effective : float
        WBGT and clothing adjustment [°C].
    uncertainty : float
        Combined standard uncertainty [°C].
    basis : Basis
    """

    effective: float
    uncertainty: float
    basis: Basis

    def against(self, reference: float) -> HeatIndication:
        """What may be said about a reference value [°C].

        One-sided 95 % on either side; without a globe nothing is said within 2 °C of the reference, and *below* only
        holds where nothing radiates.

        Examples
        --------
        >>> Heat(27.0, 1.6, Basis.ESTIMATED).against(28.0).value
        'inconclusive'
        """
        beyond = self.effective - reference
        doubt = 1.6448536269514722 * self.uncertainty
        if self.basis is Basis.ESTIMATED:
            doubt = max(doubt, WITHOUT_GLOBE)
        if abs(beyond) <= doubt:
            return HeatIndication.MEASURE
        return HeatIndication.ABOVE if beyond > 0 else HeatIndication.BELOW


def _bernard_saturation(temperature: Values) -> Values:
    return np.asarray(6.106 * np.exp(17.27 * temperature / (237.3 + temperature)))
