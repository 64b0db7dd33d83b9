"""Thermal comfort: PMV and PPD of ISO 7730, computed by pythermalcomfort; from a room sensor a hint, no finding."""

import math
from dataclasses import dataclass, replace

from dsp.heat.psychrometrics import HUMIDITY
from dsp.validity import Domain, Input, require

AIR = Domain("air temperature", 10.0, 30.0, "°C", "ISO 7730")
RADIANT = Domain("mean radiant temperature", 10.0, 40.0, "°C", "ISO 7730")
SPEED = Domain("relative air speed", 0.0, 1.0, "m/s", "ISO 7730")
METABOLISM = Domain("metabolism", 0.8, 4.0, "met", "ISO 7730")
CLOTHING = Domain("clothing", 0.0, 2.0, "clo", "ISO 7730")
VAPOUR = Domain("vapour pressure", 0.0, 2700.0, "Pa", "ISO 7730")
VOTE = Domain("PMV", -2.0, 2.0, "1", "ISO 7730")

STILL_AIR = 0.1
"""Air speed assumed where nobody measured it [m/s]."""
_KNOWN_ROOM, _ASSUMED_ROOM = 0.3, 0.5


class ComfortMissingError(ImportError):
    """pythermalcomfort is not installed."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a body feels.

    Attributes
    ----------
    temperature : float
        Of the air [°C].
    humidity : float
        Relative [%].
    metabolism : float
        [met]; sitting 1.0 to 1.2, light standing work 1.6.
    clothing : float
        Insulation [clo]; summer 0.5, winter indoors 1.0.
    radiant : float or None
        Mean radiant temperature [°C]; None takes the air's.
    speed : float or None
        Air speed relative to the body [m/s]; None takes 0.1.
    """

    temperature: float
    humidity: float
    metabolism: float
    clothing: float
    radiant: float | None = None
    speed: float | None = None

    @property
    def is_assumed(self) -> bool:
        """Whether radiation or air speed were not measured."""
        return self.radiant is None or self.speed is None


@dataclass(frozen=True, slots=True)
class Comfort:
    """Predicted mean vote, from −3 cold to +3 hot, and percentage dissatisfied.

    Attributes
    ----------
    uncertainty : float
        Standard uncertainty of the PMV [1].
    """

    pmv: float
    ppd: float
    uncertainty: float


def comfort(around: Surroundings, u_temperature: float = 0.0, u_humidity: float = 0.0) -> Comfort:
    """PMV and PPD of a body in its surroundings.

    Parameters
    ----------
    around : Surroundings
    u_temperature, u_humidity : float
        Standard uncertainties of the air's temperature [°C] and relative humidity [%].

    Returns
    -------
    Comfort

    Raises
    ------
    OutOfRangeError
        Naming every input outside ISO 7730, or a PMV beyond ± 2: there the index is no longer defined.
    ComfortMissingError
        pythermalcomfort is not installed.

    Notes
    -----
    Fanger's balance (ISO 7730, annex D). What people wear and do is guessed: 0.3 where radiation and air speed were
    measured, 0.5 where they are assumed too, and on top what temperature and humidity carry.

    References
    ----------
    ISO 7730:2005, annex D; Tartarini F., Schiavon S. (2020), pythermalcomfort, SoftwareX 12, 100578,
    doi:10.1016/j.softx.2020.100578.

    Examples
    --------
    >>> found = comfort(Surroundings(22.0, 60.0, 1.2, 0.5))
    >>> round(found.pmv, 2), round(found.ppd)
    (-0.75, 17)
    """
    _require_iso_7730(around)
    vote = _vote(around)
    require(Input(vote, VOTE))
    warmer = _slope(replace(around, temperature=around.temperature + 0.1), vote) / 0.1
    damper = _slope(replace(around, humidity=around.humidity + 1.0), vote)
    method = _ASSUMED_ROOM if around.is_assumed else _KNOWN_ROOM
    spread = math.sqrt(method**2 + (warmer * u_temperature) ** 2 + (damper * u_humidity) ** 2)
    return Comfort(vote, dissatisfied(vote), spread)


def dissatisfied(pmv: float) -> float:
    """Predicted percentage of dissatisfied people [%]: 100 − 95·exp(−0.03353·PMV⁴ − 0.2179·PMV²).

    Examples
    --------
    >>> dissatisfied(0.0)
    5.0
    """
    return 100.0 - 95.0 * math.exp(-0.03353 * pmv**4 - 0.2179 * pmv**2)


def _require_iso_7730(around: Surroundings) -> None:
    given = [Input(around.temperature, AIR), Input(around.humidity, HUMIDITY)]
    given += [Input(around.metabolism, METABOLISM), Input(around.clothing, CLOTHING)]
    if around.radiant is not None:
        given.append(Input(around.radiant, RADIANT))
    if around.speed is not None:
        given.append(Input(around.speed, SPEED))
    require(*given)
    require(Input(10.0 * around.humidity * math.exp(16.6536 - 4030.183 / (around.temperature + 235.0)), VAPOUR))


def _slope(moved: Surroundings, vote: float) -> float:
    return _vote(moved) - vote


def _vote(around: Surroundings) -> float:
    try:
        from pythermalcomfort.models import pmv_ppd_iso
    except ImportError:
        message = 'PMV and PPD need pythermalcomfort, which is not installed; install it: pip install "vigie[comfort]"'
        raise ComfortMissingError(message) from None
    found = pmv_ppd_iso(
        tdb=around.temperature,
        tr=around.temperature if around.radiant is None else around.radiant,
        vr=STILL_AIR if around.speed is None else around.speed,
        rh=around.humidity,
        met=around.metabolism,
        clo=around.clothing,
        limit_inputs=False,
        round_output=False,
    )
    return float(found.pmv)
