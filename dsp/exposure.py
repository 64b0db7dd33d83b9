"""Exposures: what readings mean for somebody who works in a zone; the result types of this package."""

from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import DeploymentId, KitId, QuantityId, ZoneId


class Measure(Enum):
    """What was computed over a window; the values are the stable names of tables and JSON."""

    MEAN = "mean"
    LEQ = "leq"
    TWA_8H = "twa_8h"
    LEX_8H = "lex_8h"
    LEX_40H = "lex_40h"
    MAX_15MIN = "max_15min"
    MAX_30MIN = "max_30min"
    MAX_1H = "max_1h"
    MAX_8H = "max_8h"
    MAX_24H = "max_24h"
    MIN_1H = "min_1h"
    PEAK = "peak"
    MINIMUM = "minimum"
    P5 = "p5"
    P10 = "p10"
    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    NOISE_CLIMATE = "l10_l90"
    TIME_ABOVE = "time_above"
    TIME_BELOW = "time_below"
    ICONE = "icone"


class WindowKind(Enum):
    """Which time an exposure speaks of (exposure-semantics, section 3)."""

    SHIFT = "shift"
    DAY = "day"
    WEEK = "week"
    CAMPAIGN = "campaign"


@dataclass(frozen=True, slots=True)
class UncertaintyParts:
    """Standard uncertainties of a window's value, each in the quantity's unit (dB for levels)."""

    instrument: float
    repeatability: float
    missing: float
    place: float

    @property
    def combined(self) -> float:
        """√ of the sum of squares."""
        return float((self.instrument**2 + self.repeatability**2 + self.missing**2 + self.place**2) ** 0.5)


@dataclass(frozen=True, slots=True)
class Exposure:
    """One value over one window, with how much of it was seen and how sure it is.

    Attributes
    ----------
    start, end : int
        Milliseconds UTC of the window (start, end].
    value : float or None
        In ``unit``; None says *insufficient*: coverage is under the measure's minimum.
    coverage : float
        Valid time over window length [1].
    low, high : float or None
        The value with missing time at zero and at the 95th percentile of the valid time (means only; equal to the value
        where there is no gap; None where nothing was measured or bounds have no meaning).
    uncertainty : UncertaintyParts or None
        None where the value is None.
    threshold : float or None
        The limit of ``time_above`` / ``time_below`` in the quantity's unit, else None.
    at_start, at_end : int or None
        The position of a rolling maximum's window, milliseconds UTC.
    whole : bool
        False when the deployment covers only a part of the window: short coverage is then nobody's fault.
    suspect : float
        Share of the valid time that stands on readings flagged suspect [1].
    simulated : bool
        True when any reading behind it was simulated.
    """

    zone: ZoneId
    kit: KitId
    deployment: DeploymentId
    quantity: QuantityId
    measure: Measure
    window_kind: WindowKind
    start: int
    end: int
    value: float | None
    unit: str
    coverage: float
    low: float | None
    high: float | None
    uncertainty: UncertaintyParts | None
    threshold: float | None
    at_start: int | None
    at_end: int | None
    whole: bool
    suspect: float
    simulated: bool


@dataclass(frozen=True, slots=True)
class Exceedance:
    """An episode during which a signal stayed above (or below) a limit (exposure-semantics, section 3).

    Attributes
    ----------
    start, end : int
        Milliseconds UTC.
    peak, mean : float
        Most extreme and mean value of the signal during the episode, in ``unit``.
    dose : float
        ∫ excess dt [unit·s]; for levels, whose decibels do not add up, the excess energy as seconds at the limit [s].
    cut : bool
        True when missing time ended the episode.
    """

    zone: ZoneId
    kit: KitId
    deployment: DeploymentId
    quantity: QuantityId
    limit: float
    unit: str
    start: int
    end: int
    peak: float
    mean: float
    dose: float
    cut: bool
    simulated: bool
