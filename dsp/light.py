"""Light measured by a technician: the points of a grid, task against room, kits against a luxmeter.

What a kit's readings say over time is in :mod:`dsp.light_time`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.identifiers import QuantityId
from catalog.places import TransferFactor
from catalog.quantities import Uncertainty
from dsp.validity import Domain, Input, Values, require

ILLUMINANCE = Domain("illuminance", 0.0, 120_000.0, "lx", "darkness to full sun")
LIT = Domain("illuminance", 1.0, 120_000.0, "lx", "a lit place")
RELATIVE_UNCERTAINTY = Domain("relative standard uncertainty", 0.0, 0.5, "1", "more is no measurement")
GRID_LENGTH = Domain("longer side of the area", 0.1, 100.0, "m", "EN 12464-1")

LUXMETER = 0.05
"""Relative standard uncertainty of a field luxmeter on mixed light [1]: an engineering proposal."""
TASK_UNIFORMITY = 0.60
"""U_o a task area of an office needs (EN 12464-1)."""
_RATIO = Domain("task to general illuminance", 1.0, 5.0, "1", "Code du travail R4223-6")


class LightError(ValueError):
    """Too few values, or values that cannot be compared."""


@dataclass(frozen=True, slots=True)
class Uniformity:
    """Mean, lowest and their ratio over a grid or the kits of a zone.

    Attributes
    ----------
    mean, minimum : float
        [lx].
    ratio : float
        U_o = minimum / mean [1].
    u_mean, u_minimum : float
        Standard uncertainties [lx].
    u_ratio : float
        Standard uncertainty of U_o [1]; what all points share drops out of it.
    points : int
    """

    mean: float
    minimum: float
    ratio: float
    u_mean: float
    u_minimum: float
    u_ratio: float
    points: int


def uniformity(illuminances: Sequence[float], common: float = LUXMETER, single: float = 0.02) -> Uniformity:
    """Mean illuminance Ē and uniformity U_o over the points of a grid, or the kits of a zone.

    Parameters
    ----------
    illuminances : sequence of float, shape (n,)
        One value a point [lx], at least two.
    common : float
        Relative standard uncertainty all points share, as with one luxmeter [1]; 0 for kits calibrated apart.
    single : float
        Relative standard uncertainty of each point on its own [1]: reading, position; for kits that of the kit.

    Returns
    -------
    Uniformity

    Raises
    ------
    LightError
        Fewer than two points, or all dark: there is no ratio.
    OutOfRangeError
        An illuminance that is none; an uncertainty outside 0 to 0.5.

    Notes
    -----
    U_o = E_min/Ē. u(Ē)² = (common·Ē)² + single²·ΣE²/n²; u(U_o)² = (single·U_o)²·(1 + ΣE²/(n·Ē)² − 2·E_min/(n·Ē)).

    References
    ----------
    EN 12464-1:2021 (mean, uniformity; as cited in the limits table); JCGM 100:2008, 5.

    Examples
    --------
    >>> found = uniformity([520, 480, 610, 300, 450, 500])
    >>> round(found.mean, 1), found.minimum, round(found.ratio, 3)
    (476.7, 300.0, 0.629)
    """
    values = np.asarray(illuminances, np.float64)
    if values.ndim != 1 or values.size < 2:
        raise LightError(f"{values.size} illuminances; expected at least two points of one grid")
    require(Input(values, ILLUMINANCE), Input(common, RELATIVE_UNCERTAINTY), Input(single, RELATIVE_UNCERTAINTY))
    average, lowest = float(values.mean()), float(values.min())
    if average == 0.0:
        raise LightError("every point is 0 lx; expected light: a dark room has no uniformity")
    ratio = lowest / average
    scatter = float((values**2).sum()) / (values.size * average) ** 2
    return Uniformity(
        average,
        lowest,
        ratio,
        math.hypot(common * average, single * average * math.sqrt(scatter)),
        math.hypot(common, single) * lowest,
        single * ratio * math.sqrt(max(1.0 + scatter - 2.0 * ratio / values.size, 0.0)),
        int(values.size),
    )


def grid_spacing(length: float) -> float:
    """Largest distance [m] between points of a measuring grid on an area whose longer side is ``length`` [m].

    Notes
    -----
    0.2·5^(lg length), not more than 10 m (EN 12464-1:2021, grid of calculation and verification points).

    Examples
    --------
    >>> round(grid_spacing(10.0), 2)
    1.0
    """
    require(Input(length, GRID_LENGTH))
    return float(min(0.2 * 5.0 ** math.log10(length), 10.0))


@dataclass(frozen=True, slots=True)
class MeasuringGrid:
    """Where to hold the luxmeter.

    Attributes
    ----------
    spacing : float
        Largest distance between points [m].
    along, across : int
        Points along the first and the second side.
    """

    spacing: float
    along: int
    across: int


def measuring_grid(length: float, width: float) -> MeasuringGrid:
    """Points of a measuring grid on an area of two sides [m].

    Notes
    -----
    The spacing of :func:`grid_spacing` for the longer side; for the shorter one where the longer is twice as long or
    more. As many points along each side as it needs for no larger a distance.

    Examples
    --------
    >>> found = measuring_grid(6.0, 4.0)
    >>> round(found.spacing, 2), found.along, found.across
    (0.7, 9, 6)
    """
    require(Input(length, GRID_LENGTH), Input(width, GRID_LENGTH))
    longer, shorter = max(length, width), min(length, width)
    spacing = grid_spacing(longer if longer < 2.0 * shorter else shorter)
    return MeasuringGrid(spacing, math.ceil(length / spacing), math.ceil(width / spacing))


def task_to_general(task: float, general: float) -> float:
    """Illuminance of the task over that of the room [1]; :func:`is_balanced` says whether R4223-6 likes it.

    Raises
    ------
    OutOfRangeError
        An illuminance under 1 lx.

    Examples
    --------
    >>> task_to_general(500.0, 200.0)
    2.5
    """
    require(Input(task, LIT), Input(general, LIT))
    return task / general


def is_balanced(ratio: float) -> bool:
    """Whether task over general illuminance lies within 1 to 5 (Code du travail R4223-6).

    Examples
    --------
    >>> is_balanced(2.5), is_balanced(8.0)
    (True, False)
    """
    return not _RATIO.outside(ratio).any()


@dataclass(frozen=True, slots=True)
class LightPair:
    """A technician's visit: luxmeter on the work plane and the kit's own value, at the same moment [lx]."""

    luxmeter: float
    sensor: float


def commissioned_factor(
    artificial: Sequence[LightPair], daylight: Sequence[LightPair], luxmeter: float = LUXMETER, source: str = ""
) -> TransferFactor:
    """Transfer factor of an illuminance sensor from a technician's visit, for the registry.

    Parameters
    ----------
    artificial : sequence of LightPair
        With the lamps only, after dark or behind blinds; at least one.
    daylight : sequence of LightPair
        With daylight; none where the room has no window.
    luxmeter : float
        Relative standard uncertainty of the luxmeter [1].
    source : str
        Who, when, with what.

    Returns
    -------
    TransferFactor
        k = E_task/E_sensor with its relative standard uncertainty.

    Raises
    ------
    LightError
        No pair with the lamps only.
    OutOfRangeError
        A value under 1 lx: a ratio of darkness means nothing.

    Notes
    -----
    k is the mean of the two states' geometric means where there is daylight: what the sensor sees from above and what
    falls on the desk are related differently under lamps and beside a window. Half their difference over √3 goes into
    the uncertainty, with the luxmeter's, and the scatter of the pairs over √n (5 % where there is but one).

    References
    ----------
    methods, section 11; JCGM 100:2008, 4.3.

    Examples
    --------
    >>> found = commissioned_factor([LightPair(410, 205), LightPair(400, 200)], [LightPair(900, 500)])
    >>> round(found.factor, 2), round(found.uncertainty.relative, 3)
    (1.9, 0.064)
    """
    if not artificial:
        raise LightError("no pair with the lamps only; expected at least one, taken after dark or behind blinds")
    pairs = [*artificial, *daylight]
    require(*(Input(value, LIT) for pair in pairs for value in (pair.luxmeter, pair.sensor)))
    require(Input(luxmeter, RELATIVE_UNCERTAINTY))
    states = [np.array([math.log(p.luxmeter / p.sensor) for p in state]) for state in (artificial, daylight) if state]
    levels = [math.exp(float(state.mean())) for state in states]
    factor = sum(levels) / len(levels)
    between = (max(levels) - min(levels)) / 2.0 / factor / math.sqrt(3.0)
    within = math.sqrt(sum(_scatter(state) ** 2 for state in states)) / len(states)
    relative = math.sqrt(luxmeter**2 + between**2 + within**2)
    return TransferFactor(QuantityId("illuminance"), factor, Uncertainty(relative, 0.0), source)


_ONE_PAIR = 0.05


def _scatter(logarithms: Values) -> float:
    if logarithms.size < 2:
        return _ONE_PAIR
    return float(logarithms.std(ddof=1)) / math.sqrt(logarithms.size)
