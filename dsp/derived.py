"""Quantities nobody measures: computed from the temperature and humidity of one kit, with the uncertainty they carry.

Where both series stand, their product is a step function again, on the union of their instants; everything that is
measured of a series can be measured of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from catalog.quantities import Averaging, Uncertainty
from catalog.readings import Flag
from catalog.schedule import Interval
from dsp.heat.psychrometrics import AIR_TEMPERATURE, HUMIDITY, SOME_HUMIDITY, absolute_humidity, dew_point
from dsp.heat.wbgt import BERNARD_TEMPERATURE, wbgt_estimate
from dsp.quality.examine import Marks
from dsp.quality.kinds import QualityTest
from dsp.quality.runs import MarkedRuns, runs
from dsp.series import Flags, Instants, Series, SeriesError
from dsp.validity import Domain, Mask, Values

Formula = Callable[[npt.ArrayLike, npt.ArrayLike], Values]

_TYPICAL_TEMPERATURES = (15.0, 20.0, 25.0, 30.0, 35.0)
_TYPICAL_HUMIDITIES = (30.0, 40.0, 50.0, 60.0, 70.0)


@dataclass(frozen=True, slots=True)
class Derivation:
    """A quantity as a function of air temperature [°C] and relative humidity [%], and where it holds."""

    formula: Formula
    temperature: Domain
    humidity: Domain

    @property
    def typical(self) -> Values:
        """Values from 15 to 35 °C and 30 to 70 %, shape (25,)."""
        return self.formula(*_typical())


def _typical() -> tuple[Values, Values]:
    warm, damp = np.meshgrid(_TYPICAL_TEMPERATURES, _TYPICAL_HUMIDITIES)
    return warm.ravel(), damp.ravel()


DERIVATIONS = {
    "wbgt_indoor": Derivation(wbgt_estimate, BERNARD_TEMPERATURE, SOME_HUMIDITY),
    "absolute_humidity": Derivation(absolute_humidity, AIR_TEMPERATURE, HUMIDITY),
    "dew_point": Derivation(dew_point, AIR_TEMPERATURE, SOME_HUMIDITY),
}
"""How each computed quantity of the catalog is computed."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A computed series, and what could not be computed.

    Attributes
    ----------
    series : Series
        Only where both inputs stand and the formula holds.
    outside : int
        Milliseconds both inputs stood with a value the formula does not hold for: missing time.
    runs : tuple of MarkedRuns
        When and why, by name: runs of pieces of time, test ``domain``.
    heard : Interval or None
        Ends of the first and the last piece of time both inputs stood, whatever their values [ms UTC]; None where
        they never did.
    """

    series: Series
    outside: int
    runs: tuple[MarkedRuns, ...]
    heard: Interval | None


@dataclass(frozen=True, slots=True)
class _Steps:
    """Where two series stand together."""

    instants: Instants
    weights: Instants
    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class _Air:
    """Temperature and humidity piece by piece of the time on which both stand and neither changes."""

    instants: Instants
    weights: Instants
    warm: Values
    damp: Values
    suspect: Flags
    period: int
    hold: int


def derive(derivations: Sequence[Derivation], temperature: Series, humidity: Series) -> list[Derived]:
    """The series of computed quantities: a value wherever a temperature and a humidity of the kit stand.

    Parameters
    ----------
    derivations : sequence of Derivation
    temperature, humidity : Series
        Of one kit, at the person [°C], [%].

    Returns
    -------
    list of Derived
        One for each derivation.

    Raises
    ------
    SeriesError
        A series of levels.

    Notes
    -----
    On every piece of time on which neither input changes, the value is the formula of the two. A value is suspect if
    either is. Values are computed one by one: a piece of a campaign gives what the whole gives, to the bit. Where the
    two channels do not share their instants, one reading stands in two pieces, and repeatability, which takes pieces
    for independent, comes out up to √2 small; it is the smallest part.

    References
    ----------
    exposure-semantics, section 1.

    Examples
    --------
    >>> from dsp.series import build
    >>> air = build([60_000, 120_000], [30.0, 31.0], [1, 1], 60, 180, Averaging.ARITHMETIC)
    >>> damp = build([60_000, 120_000], [50.0, 50.0], [1, 1], 60, 180, Averaging.ARITHMETIC)
    >>> (wbgt,) = derive([DERIVATIONS["wbgt_indoor"]], air, damp)
    >>> wbgt.series.values.round(2).tolist()
    [24.67, 25.55]
    """
    if temperature.averaging is not Averaging.ARITHMETIC or humidity.averaging is not Averaging.ARITHMETIC:
        raise SeriesError("a quantity derived from levels; expected temperature and humidity")
    steps = _together(temperature, humidity)
    air = _Air(
        steps.instants,
        steps.weights,
        temperature.values[steps.first],
        humidity.values[steps.second],
        temperature.suspect[steps.first] | humidity.suspect[steps.second],
        max(temperature.period, humidity.period),
        max(temperature.hold, humidity.hold),
    )
    return [_derived(derivation, air) for derivation in derivations]


def _derived(derivation: Derivation, air: _Air) -> Derived:
    cold, dry = derivation.temperature.outside(air.warm), derivation.humidity.outside(air.damp)
    marks = [_marked(derivation.temperature, cold), _marked(derivation.humidity, dry)]
    kept = ~(cold | dry)
    series = Series(
        air.instants[kept],
        np.ascontiguousarray(derivation.formula(air.warm[kept], air.damp[kept])),
        air.weights[kept],
        air.suspect[kept],
        air.period,
        air.hold,
        Averaging.ARITHMETIC,
    )
    heard = Interval(int(air.instants[0]), int(air.instants[-1])) if air.instants.size else None
    return Derived(series, int(air.weights[~kept].sum()), tuple(runs(air.instants, marks)), heard)


def _marked(domain: Domain, outside: Mask) -> Marks:
    flags = np.where(outside, np.uint8(Flag.MISSING), np.uint8(Flag.GOOD))
    return Marks(QualityTest.DOMAIN, domain.reason, flags)


@lru_cache(maxsize=1024)
def propagated(derivation: Derivation, temperature: Uncertainty, humidity: Uncertainty) -> Uncertainty:
    """Standard uncertainty of a computed quantity from those of temperature and humidity.

    Parameters
    ----------
    derivation : Derivation
    temperature, humidity : Uncertainty
        Standard uncertainties of one kind, instrument or place or repeatability.

    Returns
    -------
    Uncertainty
        The closest √((relative·v)² + absolute²) that is nowhere too small on a grid from 15 to 35 °C and 30 to 70 %: it
        depends on the sensors alone, so a value never changes because other days were measured.

    Notes
    -----
    u² = (∂f/∂t·u_t)² + (∂f/∂RH·u_RH)², slopes by central differences; the two sensors err independently.

    References
    ----------
    JCGM 100:2008, 5.1.2.

    Examples
    --------
    >>> u = propagated(DERIVATIONS["wbgt_indoor"], Uncertainty(0.0, 0.25), Uncertainty(0.0, 2.0))
    >>> round(u.at(25.0), 2)
    0.38
    """
    warm, damp = _typical()
    f, small = derivation.formula, 0.01
    by_temperature = (f(warm + small, damp) - f(warm - small, damp)) / (2.0 * small)
    by_humidity = (f(warm, damp + small) - f(warm, damp - small)) / (2.0 * small)
    of_temperature = by_temperature * np.array([temperature.at(value) for value in warm])
    of_humidity = by_humidity * np.array([humidity.at(value) for value in damp])
    return _bound(f(warm, damp) ** 2, of_temperature**2 + of_humidity**2)


def _bound(squares: Values, variances: Values) -> Uncertainty:
    """The least a·v² + b over all variances: its slope is 0, through zero, or that of the line through two of them."""
    across, up = np.subtract.outer(squares, squares), np.subtract.outer(variances, variances)
    apart = across != 0.0
    slopes = np.concatenate([[0.0, (variances / squares).max()], up[apart] / across[apart]])
    slopes = slopes[slopes >= 0.0]
    floors = np.maximum((variances - np.outer(slopes, squares)).max(axis=1), 0.0)
    best = int((slopes * squares.sum() + floors * squares.size).argmin())
    return Uncertainty(float(np.sqrt(slopes[best])), float(np.sqrt(floors[best])))


def _together(first: Series, second: Series) -> _Steps:
    """The pieces of time on which both series stand and neither changes."""
    if np.array_equal(first.instants, second.instants) and np.array_equal(first.weights, second.weights):
        every = np.arange(len(first))
        return _Steps(first.instants, first.weights, every, every)
    every_edge = np.concatenate(
        [first.instants, first.instants - first.weights, second.instants, second.instants - second.weights]
    )
    every_edge.sort(kind="stable")  # four sorted runs: they are merged
    edges = every_edge[np.append(True, every_edge[1:] != every_edge[:-1])] if every_edge.size else every_edge
    ends, lengths = edges[1:], np.diff(edges)
    one, other = _standing(first, ends), _standing(second, ends)
    both = (one >= 0) & (other >= 0)
    return _Steps(ends[both], lengths[both], one[both], other[both])


def _standing(series: Series, ends: Instants) -> npt.NDArray[np.intp]:
    """Which reading stands just before each instant, −1 for none."""
    if not len(series):
        return np.full(ends.size, -1, np.intp)
    found = np.searchsorted(series.instants, ends, side="left")
    last = np.minimum(found, len(series) - 1)
    stands = (found < len(series)) & (series.instants[last] - series.weights[last] < ends)
    return np.where(stands, last, -1)
